//! What a module has as JSON text, which JavaScript reads: its models with their columns, parameters
//! and statistics, and what it tells of its work.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use flockwork_kernel::columns::{Column, Reach};
use flockwork_scheduler::{EventKind, ParamKind, Range, Setting};

use crate::backend::Entry;
use crate::measures;

/// Everything as one JSON object.
pub fn describe(models: &[Entry]) -> String {
    let mut out = String::from("{");
    list(&mut out, "models", models, model);
    out.push(',');
    let measures: Vec<_> = measures::table().collect();
    list(&mut out, "measures", &measures, |out, (name, told)| {
        text(out, "name", name);
        out.push(',');
        text(out, "told", told);
    });
    out.push('}');
    out
}

/// Adds what there is to know of a model.
fn model(out: &mut String, model: &Entry) {
    text(out, "name", model.name);
    out.push(',');
    text(out, "about", model.about);
    out.push(',');
    for (name, columns) in ["plane", "space"].into_iter().zip(model.schemas()) {
        let Some(columns) = columns else {
            let _ = write!(out, "\"{name}\":null,");
            continue;
        };
        list(out, name, columns, column);
        out.push(',');
    }
    match model.event {
        None => out.push_str("\"event\":null"),
        Some(EventKind { name, values }) => {
            out.push_str("\"event\":{");
            text(out, "name", name);
            out.push(',');
            list(out, "values", values, |out, name| text(out, "name", name));
            out.push('}');
        }
    }
    out.push(',');
    list(out, "params", model.params, |out, param| {
        measured(out, param.name, param.about, param.unit);
        out.push(',');
        allowed(out, &param.kind);
        out.push_str(",\"default\":");
        setting(out, &(param.default)());
        // Writing to a String cannot fail.
        let _ = write!(out, ",\"live\":{}", param.live);
    });
    out.push(',');
    list(out, "fields", &model.fields(), |out, field| {
        measured(out, field.name, field.about, field.unit);
    });
    out.push(',');
    texts(out, "pokes", model.pokes);
    out.push(',');
    let stats = model.stats.iter();
    let numbers: Vec<_> =
        stats.flat_map(|stat| stat.names().map(move |name| (name, stat))).collect();
    list(out, "stats", &numbers, |out, (name, stat)| {
        measured(out, name, stat.about, stat.unit);
    });
}

/// Adds what something is called, what it is, and the unit of its numbers.
fn measured(out: &mut String, name: &str, about: &str, unit: &str) {
    text(out, "name", name);
    out.push(',');
    text(out, "about", about);
    out.push(',');
    text(out, "unit", unit);
}

/// Adds what there is to know of a column.
fn column(out: &mut String, column: &Column) {
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
}

/// Adds what a parameter may be.
fn allowed(out: &mut String, kind: &ParamKind) {
    let range = |out: &mut String, range: &Range| {
        let Range { min, max, whole } = range;
        let _ = write!(out, ",\"min\":{min},\"max\":{max},\"whole\":{whole}");
    };
    match kind {
        ParamKind::Number(of) => {
            text(out, "kind", "number");
            range(out, of);
        }
        ParamKind::List { range: of, least, most } => {
            text(out, "kind", "list");
            range(out, of);
            let _ = write!(out, ",\"least\":{least},\"most\":{most}");
        }
        ParamKind::Choice(names) => {
            text(out, "kind", "choice");
            out.push(',');
            texts(out, "choices", names);
        }
        ParamKind::Text(most) => {
            text(out, "kind", "text");
            let _ = write!(out, ",\"most\":{most}");
        }
    }
}

/// Values of parameters as a JSON list.
pub(crate) fn settings(values: &[Setting]) -> String {
    let mut out = String::from("[");
    for (index, value) in values.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { "," });
        setting(&mut out, value);
    }
    out.push(']');
    out
}

/// Adds a value as JSON.
fn setting(out: &mut String, value: &Setting) {
    match value {
        Setting::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Setting::List(numbers) => {
            out.push('[');
            for (index, number) in numbers.iter().enumerate() {
                let _ = write!(out, "{}{number}", if index == 0 { "" } else { "," });
            }
            out.push(']');
        }
        Setting::Text(said) => string(out, said),
    }
}

/// Adds a key and the JSON objects that `each` fills.
fn list<T>(out: &mut String, key: &str, items: &[T], mut each: impl FnMut(&mut String, &T)) {
    let _ = write!(out, "\"{key}\":[");
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "{" } else { ",{" });
        each(out, item);
        out.push('}');
    }
    out.push(']');
}

/// Adds a key and a list of JSON strings.
fn texts(out: &mut String, key: &str, values: &[&str]) {
    let _ = write!(out, "\"{key}\":[");
    for (index, value) in values.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { "," });
        string(out, value);
    }
    out.push(']');
}

/// Adds a key and a JSON string.
fn text(out: &mut String, key: &str, value: &str) {
    let _ = write!(out, "\"{key}\":");
    string(out, value);
}

/// Adds a JSON string.
fn string(out: &mut String, value: &str) {
    out.push('"');
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
