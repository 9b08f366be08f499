//! The keys of a scenario with the place each came from, and what is wrong with them.
//!
//! A key is a dotted path such as `world.width`. It comes from the file or from the command line;
//! the later one wins. Reading a key never fails: what is wrong is collected, so that a user sees
//! all of it at once, in the order of the file.

use std::fmt::Write as _;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::human;

/// A value of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Whole(i128),
    Number(f64),
    /// What a scenario has no use for, by the name of its type.
    Other(&'static str),
}

impl Value {
    fn from_toml(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => {
                match i128::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) => Value::Whole(number),
                    Err(_) => Value::Other("whole number that is too large"),
                }
            }
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => Value::Number(number),
                Err(_) => Value::Other("number that cannot be read"),
            },
            DeValue::Boolean(_) => Value::Other("boolean"),
            DeValue::Datetime(_) => Value::Other("date"),
            DeValue::Array(_) => Value::Other("list"),
            DeValue::Table(_) => Value::Other("table"),
        }
    }

    /// What to call it in "`dt` is ...".
    pub(super) fn describe(&self) -> String {
        match self {
            Value::Text(text) => format!("the text \"{text}\""),
            Value::Whole(number) => number.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Other(kind) => format!("a {kind}"),
        }
    }
}

/// Where a key came from.
#[derive(Clone, Debug)]
enum Origin {
    /// The bytes of the key and of its value in the file.
    File(Range<usize>),
    /// An option of the command line.
    Option(String),
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) path: String,
    pub(super) value: Value,
    origin: Origin,
}

/// A scenario before it is known what its keys mean.
pub(super) struct Source {
    /// What to call the file.
    pub(super) name: String,
    text: String,
    pub(super) items: Vec<Item>,
    problems: Vec<(usize, String)>,
}

impl Source {
    /// Reads TOML; whatever is wrong is collected.
    pub(super) fn new(name: &str, text: &str) -> Self {
        let mut source = Self {
            name: name.to_string(),
            text: text.to_string(),
            items: Vec::new(),
            problems: Vec::new(),
        };
        match DeTable::parse(text) {
            Ok(table) => source.flatten(table.get_ref()),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let problem = source.located(&span, &format!("not TOML: {}", error.message()));
                source.problems.push((span.start, problem));
            }
        }
        source
    }

    fn flatten(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(inner) if super::SECTIONS.contains(&name) => {
                    for (key, value) in inner {
                        self.push(format!("{name}.{}", key.get_ref()), key.span(), value);
                    }
                }
                _ => self.push(name.to_string(), key.span(), value),
            }
        }
    }

    fn push(&mut self, path: String, key: Range<usize>, value: &Spanned<DeValue<'_>>) {
        let span = key.start..value.span().end.max(key.end);
        // A section's span is its header; a value below its key is shown with it.
        let span = if self.line_of(span.start) == self.line_of(span.end) { span } else { key };
        let value = Value::from_toml(value.get_ref());
        self.items.push(Item { path, value, origin: Origin::File(span) });
    }

    /// Sets a key from the command line.
    pub(super) fn set(&mut self, path: &str, value: Value, option: &str) {
        self.items.retain(|item| item.path != path);
        let origin = Origin::Option(option.to_string());
        self.items.push(Item { path: path.to_string(), value, origin });
    }

    /// Sets a key from `--set KEY=VALUE`.
    pub(super) fn set_from(&mut self, assignment: &str) {
        let option = format!("--set {assignment}");
        let Some((path, text)) = assignment.split_once('=') else {
            self.problems.push((usize::MAX, format!("{option}: it must be KEY=VALUE")));
            return;
        };
        let (path, text) = (path.trim(), text.trim());
        let value = match DeValue::parse(text) {
            Ok(value) => Value::from_toml(value.get_ref()),
            // Text needs no quotes on a command line.
            Err(_) => Value::Text(text.to_string()),
        };
        self.set(path, value, &option);
    }

    /// The key of this path.
    pub(super) fn get(&self, path: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.path == path)
    }

    /// Notes what is wrong with a key.
    pub(super) fn blame(&mut self, item: &Item, problem: &str) {
        let (at, text) = match &item.origin {
            Origin::File(span) => (span.start, self.located(span, problem)),
            Origin::Option(option) => (usize::MAX, format!("{option}: {problem}")),
        };
        self.problems.push((at, text));
    }

    /// Notes what is wrong with the scenario as a whole.
    pub(super) fn blame_all(&mut self, problem: &str) {
        self.problems.push((usize::MAX - 1, format!("{}: {problem}", self.name)));
    }

    /// All that is wrong, in the order of the file; None if nothing is.
    pub(super) fn problems(&mut self) -> Option<String> {
        self.problems.sort_by_key(|(at, _)| *at);
        let mut text = String::new();
        for (i, (_, problem)) in self.problems.iter().enumerate() {
            let _ = write!(text, "{}{problem}", if i == 0 { "" } else { "\n" });
        }
        (!text.is_empty()).then_some(text)
    }

    fn line_of(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count()
    }

    /// A problem with its place and the line it is on.
    fn located(&self, span: &Range<usize>, problem: &str) -> String {
        let start = span.start.min(self.text.len());
        let line = self.line_of(start);
        let begin = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let shown = self.text.lines().nth(line).unwrap_or("");
        let column = self.text[begin..start].chars().count();
        let end = span.end.clamp(start, begin + shown.len().max(start - begin));
        let marks = self.text.get(start..end).map_or(1, |marked| marked.chars().count()).max(1);
        let number = (line + 1).to_string();
        let margin = " ".repeat(number.len());
        format!(
            "{}:{number}:{}: {problem}\n{margin} |\n{number} | {shown}\n{margin} | {}{}",
            self.name,
            column + 1,
            " ".repeat(column),
            "^".repeat(marks),
        )
    }
}

/// What to say about a key that does not exist.
pub(super) fn unknown_key(path: &str, known: &[String], more: &str) -> String {
    let inner = known.iter().find(|known| known.rsplit('.').next() == Some(path));
    let names = known.iter().map(String::as_str).chain(super::SECTIONS);
    match inner.map(String::as_str).or_else(|| human::nearest(path, names)) {
        Some(near) if super::SECTIONS.contains(&near) => {
            format!("there is no table `[{path}]`; did you mean `[{near}]`?{more}")
        }
        Some(near) => format!("there is no key `{path}`; did you mean `{near}`?{more}"),
        None => format!("there is no key `{path}`{more}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_the_file_and_then_from_the_command_line() {
        let mut source = Source::new("a.toml", "dt = 0.5\n[world]\nwidth = 0x10\nedge = 'walls'\n");
        assert_eq!(source.get("world.width").unwrap().value, Value::Whole(16));
        source.set_from("world.edge=torus");
        source.set_from("dt = 2");
        assert_eq!(source.get("world.edge").unwrap().value, Value::Text("torus".to_string()));
        assert_eq!(source.get("dt").unwrap().value, Value::Whole(2));
        assert_eq!(source.items.len(), 3);
        assert_eq!(source.problems(), None);
        source.set_from("nonsense");
        assert!(source.problems().unwrap().contains("KEY=VALUE"));
    }

    #[test]
    fn a_problem_shows_its_line() {
        let mut source = Source::new("a.toml", "seed = 1\nentitis = 5\n");
        let item = source.get("entitis").unwrap().clone();
        source.blame(&item, "no such key");
        let text = source.problems().unwrap();
        assert_eq!(text, "a.toml:2:1: no such key\n  |\n2 | entitis = 5\n  | ^^^^^^^^^^^");
    }

    #[test]
    fn broken_toml_is_a_problem_with_a_line() {
        for bad in ["a = ", "a = 1\na = 2", "[world", "\u{0}", "é = =", "a = \"x"] {
            let text = Source::new("b.toml", bad).problems().unwrap();
            assert!(text.starts_with("b.toml:"), "{text}");
        }
    }
}
