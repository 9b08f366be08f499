//! Reads a table of numbers in text: comma-separated values, or those that a spreadsheet writes.
//!
//! | what | how it is read |
//! | --- | --- |
//! | separator | a comma, or a semicolon or tab if one is in the header |
//! | header | the first line that is no comment; or the last comment before it, if that line holds numbers alone and the comment names columns of the model, as numpy writes it |
//! | numbers | with a decimal point; they may be in quotes |
//! | `true`, `false` | 1 and 0 in a column of `bool`, with small or capital letters |
//! | `#` | at the beginning of a line makes it a comment |
//! | empty lines | are passed over |
//! | text | UTF-8, with or without a mark, with any ends of lines |
//!
//! No name of a column and no number holds a separator or the end of a line, in quotes or not; so
//! there is no need for more than lines and their parts, and the memory for one line bounds what
//! is held.

use std::io::{BufRead, BufReader, Read};

use flockwork_kernel::columns::Column;
use flockwork_scheduler::{Lines, Table, TableColumn};

use super::{Most, columns, find, holds_flags, table};
use crate::human;
use crate::input;

/// The longest line that is read, in bytes.
const MOST_BYTES: usize = 1 << 20;

pub(crate) fn read(file: impl Read, schema: &[Column], most: &Most) -> Result<Table, String> {
    let mut text = Text { file: BufReader::new(file), line: Vec::new(), number: 0 };
    let Head { separator, mut columns, mut first } = head(&mut text, schema)?;
    let flags: Vec<bool> = columns.iter().map(|column| holds_flags(column, schema)).collect();
    let (mut rows, mut lines) = (0, Lines::default());
    loop {
        if !std::mem::take(&mut first) && !text.next()? {
            return Ok(table(columns, rows, lines));
        }
        let line = text.line()?;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        most.allows(rows as u64 + 1)?;
        let found = parts(line, separator).count();
        if found != columns.len() {
            return Err(uneven(text.number, line, separator, columns.len()));
        }
        lines.note(rows, text.number);
        let places = columns.iter_mut().zip(&flags);
        for ((column, &flag), part) in places.zip(parts(line, separator)) {
            match number(part, flag) {
                Some(value) => column.values.push(value),
                None => {
                    let name = column.name.clone();
                    let told = no_number(text.number, line, separator, &columns, &name, part);
                    return Err(told + if flag { ", true or false" } else { "" });
                }
            }
        }
        rows += 1;
    }
}

/// A number, or a word for one where `flag`.
fn number(part: &str, flag: bool) -> Option<f64> {
    match part.parse() {
        Ok(number) => Some(number),
        Err(_) if flag && part.eq_ignore_ascii_case("true") => Some(1.0),
        Err(_) if flag && part.eq_ignore_ascii_case("false") => Some(0.0),
        Err(_) => None,
    }
}

/// What comes before the rows.
struct Head {
    separator: char,
    columns: Vec<TableColumn>,
    /// Whether the line that was read last is already the first row.
    first: bool,
}

/// Finds the header.
fn head(text: &mut Text<impl Read>, schema: &[Column]) -> Result<Head, String> {
    let mut comment = String::new();
    while text.next()? {
        if text.number == 1
            && let Some(problem) = input::foreign_text(&text.line)
        {
            return Err(problem);
        }
        let line = text.line()?;
        if line.is_empty() {
            continue;
        }
        if let Some(remark) = line.strip_prefix('#') {
            comment = remark.trim().to_string();
            continue;
        }
        let separator = [';', '\t'].into_iter().find(|mark| line.contains(*mark)).unwrap_or(',');
        let first = parts(line, separator).all(|part| number(part, true).is_some());
        let header = if first { &comment } else { line };
        if first && !parts(header, separator).all(|name| find(name, schema).is_ok()) {
            return Err(format!(
                "line {} holds numbers: the first line must hold the names of the columns, such \
                 as x,y",
                text.number
            ));
        }
        let columns = columns(parts(header, separator), schema).map_err(|problem| {
            let unparted = !line.contains(separator) && line.contains(char::is_whitespace);
            let hint = "; a comma, a semicolon or a tab must be between two columns";
            format!("line {}: {problem}{}", text.number, if unparted { hint } else { "" })
        })?;
        return Ok(Head { separator, columns, first });
    }
    Err("it has no columns: there is nothing but comments".to_string())
}

/// The values of a line, without the quotes around them.
fn parts(line: &str, separator: char) -> impl Iterator<Item = &str> {
    line.split(separator).map(|part| {
        let part = part.trim();
        let inner = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
        inner.map_or(part, str::trim)
    })
}

/// The lines of a text, whatever they end with.
struct Text<R> {
    file: BufReader<R>,
    /// The line that was read last.
    line: Vec<u8>,
    /// Its number, from 1.
    number: u64,
}

impl<R: Read> Text<R> {
    /// Reads the next line; false if there is none.
    fn next(&mut self) -> Result<bool, String> {
        self.line.clear();
        self.number += 1;
        let mut any = false;
        loop {
            let some = self.file.fill_buf().map_err(|error| error.to_string())?;
            if some.is_empty() {
                return Ok(any);
            }
            any = true;
            let end = some.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let used = end.unwrap_or(some.len());
            if self.line.len() + used > MOST_BYTES {
                let most = human::bytes(MOST_BYTES as u64);
                return Err(format!("line {} is longer than {most}", self.number));
            }
            self.line.extend_from_slice(&some[..used]);
            let Some(end) = end else {
                self.file.consume(used);
                continue;
            };
            let carriage = some[end] == b'\r';
            self.file.consume(end + 1);
            // Both together end one line.
            let following = self.file.fill_buf().map_err(|error| error.to_string())?;
            if carriage && following.first() == Some(&b'\n') {
                self.file.consume(1);
            }
            return Ok(true);
        }
    }

    /// The line that was read last, without the mark of UTF-8.
    fn line(&self) -> Result<&str, String> {
        let text = std::str::from_utf8(&self.line)
            .map_err(|_| format!("line {}: it is not UTF-8 text", self.number))?;
        let text = if self.number == 1 { text.trim_start_matches('\u{feff}') } else { text };
        // A tab may stand for an empty value.
        Ok(text.trim_matches(' '))
    }
}

fn uneven(number: u64, line: &str, separator: char, wanted: usize) -> String {
    let found = parts(line, separator).count();
    let hint = if found == 2 * wanted && separator == ',' {
        "; numbers must have a decimal point, not a comma"
    } else if found == wanted + 1 && parts(line, separator).last() == Some("") {
        "; there is a separator at the end"
    } else {
        ""
    };
    let values = human::plural(found as u64, "value");
    format!("line {number}: {values}, but the header has {wanted} names{hint}")
}

/// What to say about a value that is no number, with the id that is in its row.
fn no_number(
    number: u64,
    line: &str,
    separator: char,
    columns: &[TableColumn],
    name: &str,
    part: &str,
) -> String {
    let id = columns.iter().position(|column| column.name == "id" && name != "id");
    let id = id.and_then(|at| parts(line, separator).nth(at));
    let id = id.map_or(String::new(), |id| format!(" (id {})", human::shown(id)));
    let comma = part.replace(',', ".").parse::<f64>().is_ok();
    let hint = if comma { " with a decimal point" } else { "" };
    let part = human::shown(part);
    format!("line {number}{id}: `{name}` is \"{part}\": it must be a number{hint}")
}
