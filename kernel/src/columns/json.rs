//! Schema and layout as JSON, for languages that build their own views over the memory.

use core::fmt;

use super::{Column, offset, padded};

/// A schema and its layout for a capacity, as JSON text when it is displayed.
///
/// `{"capacity", "rows", "bytes", "columns": [{"name", "scalar", "components", "reach", "about",
/// "min", "max", "offset", "stride"}]}`: `rows` is how long a view of a column is, `offset` and `bytes` count
/// from the start of the memory, `stride` is the bytes of one entity. `offset` and `bytes` are
/// null where the capacity does not fit into memory. Numbers in memory are little-endian on every
/// target that is supported.
///
/// # Example
///
/// ```
/// use flockwork_kernel::columns::{Column, Json, Reach};
///
/// let schema = [Column::of::<[f32; 2]>("position", Reach::Ghost, "where it is, metres")];
/// let text = Json { schema: &schema, capacity: 100 }.to_string();
/// assert!(text.contains(r#""name":"position","scalar":"f32","components":2,"reach":"ghost""#));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Json<'a> {
    /// The columns in memory order.
    pub schema: &'a [Column],
    /// For how many entities.
    pub capacity: usize,
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { schema, capacity } = *self;
        write!(f, "{{\"capacity\":{capacity},\"rows\":{},\"bytes\":", padded(capacity))?;
        number(f, offset(schema, capacity, schema.len()))?;
        f.write_str(",\"columns\":[")?;
        for (index, column) in schema.iter().enumerate() {
            f.write_str(if index == 0 { "{\"name\":" } else { ",{\"name\":" })?;
            text(f, column.name)?;
            let (scalar, reach) = (column.scalar.name(), column.reach.name());
            write!(f, ",\"scalar\":\"{scalar}\",\"components\":{}", column.components)?;
            write!(f, ",\"reach\":\"{reach}\",\"about\":")?;
            text(f, column.about)?;
            write!(f, ",\"min\":{},\"max\":{}", column.min, column.max)?;
            f.write_str(",\"offset\":")?;
            number(f, offset(schema, capacity, index))?;
            write!(f, ",\"stride\":{}}}", column.stride())?;
        }
        f.write_str("]}")
    }
}

fn number(f: &mut fmt::Formatter<'_>, value: Option<usize>) -> fmt::Result {
    match value {
        Some(value) => write!(f, "{value}"),
        None => f.write_str("null"),
    }
}

/// A string with its quotes; what JSON does not allow in it is escaped.
fn text(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    f.write_str("\"")?;
    for sign in value.chars() {
        match sign {
            '"' | '\\' => write!(f, "\\{sign}")?,
            sign if u32::from(sign) < 0x20 => write!(f, "\\u{:04x}", u32::from(sign))?,
            sign => write!(f, "{sign}")?,
        }
    }
    f.write_str("\"")
}
