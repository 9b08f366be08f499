//! Lines of a text, and the values of a line.
//!
//! No name of a column and no number holds the end of a line, in quotes or not; so there is no need
//! for more than lines and their parts, and the memory for one line bounds what is held.

use std::io::{BufRead, BufReader, Read};

use crate::human;
use crate::input;

/// The longest line that is read, in bytes.
const MOST_BYTES: usize = 1 << 20;

/// The lines of a text, whatever they end with.
pub(super) struct Text<R> {
    file: BufReader<R>,
    /// The line that was read last.
    line: Vec<u8>,
    /// Its number, from 1.
    pub(super) number: u64,
}

impl<R: Read> Text<R> {
    pub(super) fn new(file: R) -> Self {
        Self { file: BufReader::new(file), line: Vec::new(), number: 0 }
    }

    /// Reads the next line; false if there is none.
    pub(super) fn next(&mut self) -> Result<bool, String> {
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

    /// What is wrong with the text if this is its first line, and not in UTF-8.
    pub(super) fn foreign(&self) -> Option<String> {
        (self.number == 1).then(|| input::foreign_text(&self.line)).flatten()
    }

    /// The line that was read last, without the mark of UTF-8.
    pub(super) fn line(&self) -> Result<&str, String> {
        let text = std::str::from_utf8(&self.line)
            .map_err(|_| format!("line {}: it is not UTF-8 text", self.number))?;
        let text = if self.number == 1 { text.trim_start_matches('\u{feff}') } else { text };
        // A tab may stand for an empty value.
        Ok(text.trim_matches(' '))
    }
}

/// What is between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    Mark(char),
    /// Spaces and tabs, however many.
    Space,
}

impl Separator {
    /// That of a line: a semicolon, tab or comma if there is one.
    pub(super) fn of(line: &str) -> Self {
        match [';', '\t', ','].into_iter().find(|mark| line.contains(*mark)) {
            Some(mark) => Self::Mark(mark),
            None if line.contains(char::is_whitespace) => Self::Space,
            None => Self::Mark(','),
        }
    }

    /// The values of a line, without the quotes around them.
    pub(super) fn parts(self, line: &str) -> Vec<&str> {
        match self {
            Self::Space => line.split_whitespace().map(unquoted).collect(),
            Self::Mark(mark) if !line.contains('"') => line.split(mark).map(str::trim).collect(),
            Self::Mark(mark) => quoted_parts(line, mark),
        }
    }
}

/// A part without the quotes around it.
fn unquoted(part: &str) -> &str {
    let part = part.trim();
    let inner = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
    inner.map_or(part, str::trim)
}

/// The values of a line of which some are in quotes, where a mark is a part of the value.
fn quoted_parts(line: &str, mark: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = line;
    loop {
        let end = part_end(rest, mark);
        parts.push(unquoted(&rest[..end]));
        match rest[end..].strip_prefix(mark) {
            Some(after) => rest = after,
            None => return parts,
        }
    }
}

/// Where the first part ends: at the first mark that is not in quotes.
fn part_end(text: &str, mark: char) -> usize {
    let plain = text.find(mark).unwrap_or(text.len());
    let begin = text.len() - text.trim_start().len();
    if !text[begin..].starts_with('"') {
        return plain;
    }
    let mut inside = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => inside = !inside,
            letter if letter == mark && !inside => return at,
            _ => {}
        }
    }
    // A quote that is never closed is a letter.
    if inside { plain } else { text.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_quotes_is_one_value() {
        let comma = Separator::Mark(',');
        for (line, wanted) in [
            ("a, b,c", &["a", "b", "c"][..]),
            ("\"a, b\",c", &["a, b", "c"]),
            ("1,\"Smith, \"\"J\"\"\", \" 2 \"", &["1", "Smith, \"\"J\"\"", "2"]),
            ("1,\"2", &["1", "\"2"]),
            ("\"1,2", &["\"1", "2"]),
            ("1,,\"\",", &["1", "", "", ""]),
            ("", &[""]),
        ] {
            assert_eq!(comma.parts(line), wanted, "{line}");
        }
        assert_eq!(Separator::Space.parts(" 1  2\t\"3\" "), ["1", "2", "3"]);
        for (line, wanted) in [
            ("a;b,c", Separator::Mark(';')),
            ("a\tb c", Separator::Mark('\t')),
            ("a,b c", comma),
            ("a b", Separator::Space),
            ("a", comma),
        ] {
            assert_eq!(Separator::of(line), wanted, "{line}");
        }
    }
}
