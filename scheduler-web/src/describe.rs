//! Models as JSON text, which JavaScript reads: their columns, parameters and statistics.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use flockwork_kernel::columns::{Columns, Reach};
use flockwork_scheduler::{Model, Params, Stats};

/// Adds a model as a JSON object.
pub fn describe<M: Model>(out: &mut String) {
    out.push('{');
    text(out, "name", M::NAME);
    out.push(',');
    text(out, "about", M::ABOUT);
    list(out, "columns", M::Columns::SCHEMA, |out, column| {
        text(out, "name", column.name);
        out.push(',');
        text(out, "about", column.about);
        out.push(',');
        text(out, "scalar", column.scalar.name());
        let reach = match column.reach {
            Reach::Scratch => "scratch",
            Reach::Owned => "owned",
            Reach::Ghost => "ghost",
        };
        let _ = write!(out, ",\"components\":{},", column.components);
        text(out, "reach", reach);
        let _ = write!(out, ",\"min\":{},\"max\":{}", column.min, column.max);
    });
    list(out, "params", M::Params::TABLE, |out, param| {
        text(out, "name", param.name);
        out.push(',');
        text(out, "about", param.about);
        out.push(',');
        text(out, "unit", param.unit);
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            ",\"default\":{},\"min\":{},\"max\":{},\"whole\":{},\"live\":{}",
            param.default, param.min, param.max, param.whole, param.live
        );
    });
    let stats = <M::Stats as Stats<M>>::LIST.iter();
    let numbers: Vec<_> =
        stats.flat_map(|stat| stat.names().map(move |name| (name, stat))).collect();
    list(out, "stats", &numbers, |out, (name, stat)| {
        text(out, "name", name);
        out.push(',');
        text(out, "about", stat.about);
        out.push(',');
        text(out, "unit", stat.unit);
    });
    out.push('}');
}

/// Adds a key and the JSON objects that `each` fills.
fn list<T>(out: &mut String, key: &str, items: &[T], mut each: impl FnMut(&mut String, &T)) {
    let _ = write!(out, ",\"{key}\":[");
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "{" } else { ",{" });
        each(out, item);
        out.push('}');
    }
    out.push(']');
}

/// Adds a key and a JSON string.
fn text(out: &mut String, key: &str, value: &str) {
    let _ = write!(out, "\"{key}\":\"");
    for letter in value.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
