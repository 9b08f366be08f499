//! The keys of a scenario with the place each came from, and what is wrong with them.
//!
//! A key is a dotted path such as `world.width`. It comes from the file or from the command line;
//! the later one wins. A file may be TOML or, if it begins with a brace, JSON. Reading a key never fails: what is wrong is collected, so that a user sees
//! all of it at once, in the order of the file. What is shown of a file is short, and fit for a
//! terminal.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use flockwork_scheduler::Setting;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::human;

/// The most problems that are told one by one.
const MOST_PROBLEMS: usize = 20;

/// How much of a line is shown, in characters.
const LINE: usize = 100;

/// The key of inputs, whose tables are kept as they are.
const INPUT: &str = "input";

/// The table of fields, which has a table for each.
const FIELD: &str = "field";

/// A value of TOML as one of JSON.
fn json(value: &DeValue<'_>) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        DeValue::String(text) => Json::from(text.to_string()),
        DeValue::Boolean(yes) => Json::from(*yes),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let each =
                table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())));
            Json::Object(each.collect())
        }
        number => match Value::from_toml(number) {
            Value::Whole(whole) => match u64::try_from(whole) {
                Ok(whole) => Json::from(whole),
                Err(_) => Json::from(whole as f64),
            },
            Value::Number(number) => Json::from(number),
            _ => Json::Null,
        },
    }
}

/// The keys of a table within a list, in the order of the file.
pub(super) type Table = Vec<(String, Value)>;

/// A value of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Whole(i128),
    Number(f64),
    /// A list of numbers.
    List(Vec<f64>),
    /// A list of texts.
    Words(Vec<String>),
    /// The tables of `input`, as they are.
    Inputs(Vec<serde_json::Value>),
    /// A list of lists of numbers.
    Places(Vec<Vec<f64>>),
    /// A list of tables.
    Tables(Vec<Table>),
    /// What a scenario has no use for, by the name of its type.
    Other(&'static str),
}

impl Value {
    fn from_json(value: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::String(text) => Value::Text(text.clone()),
            Json::Number(number) => match number.as_i128() {
                Some(whole) => Value::Whole(whole),
                None => number.as_f64().map_or(Value::Other("number"), Value::Number),
            },
            Json::Bool(_) => Value::Other("boolean"),
            Json::Null => Value::Other("null"),
            Json::Object(_) => Value::Other("table"),
            Json::Array(items) => {
                let tables = items.iter().map(|item| {
                    let keys = item.as_object()?.iter();
                    Some(keys.map(|(key, value)| (key.clone(), Self::from_json(value))).collect())
                });
                Self::tables(tables)
                    .unwrap_or_else(|| Self::list(items.iter().map(Self::from_json).collect()))
            }
        }
    }

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
            DeValue::Array(items) => {
                let tables = items.iter().map(|item| {
                    let DeValue::Table(table) = item.get_ref() else { return None };
                    let of = |value: &Spanned<DeValue<'_>>| Self::from_toml(value.get_ref());
                    let keys =
                        table.iter().map(|(key, value)| (key.get_ref().to_string(), of(value)));
                    Some(keys.collect())
                });
                let each = || items.iter().map(|item| Self::from_toml(item.get_ref()));
                Self::tables(tables).unwrap_or_else(|| Self::list(each().collect()))
            }
            DeValue::Table(_) => Value::Other("table"),
        }
    }

    fn list(values: Vec<Self>) -> Self {
        let numbers = values.iter().map(Self::number).collect::<Option<_>>();
        let words = || values.iter().map(|value| value.text().map(str::to_string));
        let words = || words().collect::<Option<_>>().map(Value::Words);
        let place = |value: &Self| match value {
            Value::List(at) => Some(at.clone()),
            _ => None,
        };
        let places = || values.iter().map(place).collect::<Option<_>>().map(Value::Places);
        let others = Value::Other("list of neither numbers nor texts alone");
        numbers.map(Value::List).or_else(words).or_else(places).unwrap_or(others)
    }

    /// Tables, if there are some and all of them are.
    fn tables(tables: impl Iterator<Item = Option<Table>>) -> Option<Self> {
        let tables = tables.collect::<Option<Vec<_>>>()?;
        (!tables.is_empty()).then_some(Value::Tables(tables))
    }

    /// It as a whole number, however it is written: `100`, `1e2` and `100.0` are the same.
    pub(super) fn whole(&self) -> Option<i128> {
        /// Up to here a float is one whole number, and not also its neighbours.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match *self {
            Value::Whole(number) => Some(number),
            Value::Number(number) if number.fract() == 0.0 && number.abs() <= EXACT => {
                Some(number as i128)
            }
            _ => None,
        }
    }

    /// It as a number.
    pub(super) fn number(&self) -> Option<f64> {
        match *self {
            Value::Whole(number) => Some(number as f64),
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// It as a text.
    fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// It as the value of a parameter.
    pub(super) fn setting(&self) -> Option<Setting> {
        match self {
            Value::Text(text) => Some(Setting::from(text.as_str())),
            Value::List(numbers) => Some(Setting::from(numbers.as_slice())),
            Value::Whole(_) | Value::Number(_) => self.number().map(Setting::Number),
            Value::Words(_)
            | Value::Places(_)
            | Value::Tables(_)
            | Value::Inputs(_)
            | Value::Other(_) => None,
        }
    }

    /// What to call it in "`dt` is ...".
    pub(super) fn describe(&self) -> String {
        match self {
            Value::Text(text) => format!("the text \"{}\"", human::shown(text)),
            Value::Whole(number) => number.to_string(),
            Value::Number(number)
                if number.abs() >= 1.0e16 || number.abs() < 1.0e-5 && *number != 0.0 =>
            {
                format!("{number:e}")
            }
            Value::Number(number) => number.to_string(),
            Value::List(numbers) => {
                format!("the list {}", human::shown(&Setting::from(numbers.as_slice()).to_string()))
            }
            Value::Words(words) => format!("the list {}", human::shown(&format!("{words:?}"))),
            Value::Places(places) => format!("a list of {} lists", places.len()),
            Value::Tables(tables) => format!("{} tables", tables.len()),
            Value::Inputs(tables) => format!("{} tables", tables.len()),
            Value::Other(kind) => format!("a {kind}"),
        }
    }
}

/// The keys of a table as `NAME:KEY=VALUE,..`; a value that is neither number nor text is told as
/// what it is, and refused by whoever reads it.
pub(super) fn named(table: &Table) -> String {
    let (mut name, mut rest) = (String::new(), Vec::new());
    for (key, value) in table {
        let text = match value {
            Value::Text(text) => text.clone(),
            value => value.describe(),
        };
        if key == "name" { name = text } else { rest.push(format!("{key}={text}")) }
    }
    if rest.is_empty() { name } else { format!("{name}:{}", rest.join(",")) }
}

/// Where a key came from.
#[derive(Clone, Debug)]
enum Origin {
    /// The bytes of the key and of its value in the file.
    File(Range<usize>),
    /// A file in which keys have no places that are known: JSON.
    Whole,
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

impl Item {
    /// Its place in the order of problems: that of the file, then the command line.
    fn place(&self) -> usize {
        match &self.origin {
            Origin::File(span) => span.start,
            Origin::Whole => usize::MAX - 1,
            Origin::Option(_) => usize::MAX,
        }
    }

    /// Whether it comes from the command line.
    pub(super) fn is_option(&self) -> bool {
        matches!(self.origin, Origin::Option(_))
    }
}

/// The keys of a file in JSON.
type Keys = std::collections::BTreeMap<String, serde_json::Value>;

/// A scenario before it is known what its keys mean.
pub(super) struct Source {
    /// What to call the file.
    pub(super) name: String,
    text: String,
    /// Where each line begins.
    lines: Vec<usize>,
    items: HashMap<String, Item>,
    problems: Vec<(usize, String)>,
    /// Problems that are only counted.
    more: usize,
}

impl Source {
    /// Reads TOML or JSON; whatever is wrong is collected.
    pub(super) fn new(name: &str, text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let mut source = Self {
            name: human::escaped(name, ""),
            text: text.to_string(),
            lines: std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect(),
            items: HashMap::new(),
            problems: Vec::new(),
            more: 0,
        };
        if text.trim_start().starts_with('{') {
            source.read_json(text);
            return source;
        }
        match DeTable::parse(text) {
            Ok(table) => source.flatten(table.get_ref()),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let message = human::shown(error.message());
                let problem = source.located(&span, &format!("not TOML: {message}"));
                source.problems.push((span.start, problem));
            }
        }
        source
    }

    fn flatten(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = bare(key.get_ref());
            match value.get_ref() {
                DeValue::Table(inner) if super::SECTIONS.contains(&name.as_str()) => {
                    for (key, value) in inner {
                        let path = format!("{name}.{}", bare(key.get_ref()));
                        self.push(path, key.span(), value);
                    }
                }
                DeValue::Table(fields) if name == FIELD => {
                    for (key, value) in fields {
                        let path = format!("{name}.{}", bare(key.get_ref()));
                        match value.get_ref() {
                            DeValue::Table(inner) => {
                                for (key, value) in inner {
                                    let path = format!("{path}.{}", bare(key.get_ref()));
                                    self.push(path, key.span(), value);
                                }
                            }
                            _ => self.push(path, key.span(), value),
                        }
                    }
                }
                _ => self.push(name, key.span(), value),
            }
        }
    }

    fn read_json(&mut self, text: &str) {
        let keys: Keys = match serde_json::from_str(text) {
            Ok(keys) => keys,
            Err(error) => {
                let begin = self.lines.get(error.line().saturating_sub(1)).copied().unwrap_or(0);
                let at = begin + error.column().saturating_sub(1);
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or_default();
                let problem =
                    self.located(&(at..at), &format!("not JSON: {}", human::shown(message)));
                self.problems.push((at, problem));
                return;
            }
        };
        for (key, value) in keys {
            let name = bare(&key);
            match value {
                serde_json::Value::Object(inner) if super::SECTIONS.contains(&name.as_str()) => {
                    for (key, value) in inner {
                        let path = format!("{name}.{}", bare(&key));
                        self.put(path, Value::from_json(&value), Origin::Whole);
                    }
                }
                serde_json::Value::Object(fields) if name == FIELD => {
                    for (key, value) in fields {
                        let path = format!("{name}.{}", bare(&key));
                        match value {
                            serde_json::Value::Object(inner) => {
                                for (key, value) in inner {
                                    let path = format!("{path}.{}", bare(&key));
                                    self.put(path, Value::from_json(&value), Origin::Whole);
                                }
                            }
                            value => self.put(path, Value::from_json(&value), Origin::Whole),
                        }
                    }
                }
                serde_json::Value::Array(inputs) if name == INPUT => {
                    self.put(name, Value::Inputs(inputs), Origin::Whole);
                }
                value => self.put(name, Value::from_json(&value), Origin::Whole),
            }
        }
    }

    fn push(&mut self, path: String, key: Range<usize>, value: &Spanned<DeValue<'_>>) {
        let span = key.start..value.span().end.max(key.end);
        // A section's span is its header; a value below its key is shown with it.
        let span = if self.line_of(span.start) == self.line_of(span.end) { span } else { key };
        let value = match value.get_ref() {
            DeValue::Array(inputs) if path == INPUT => {
                Value::Inputs(inputs.iter().map(|input| json(input.get_ref())).collect())
            }
            value => Value::from_toml(value),
        };
        self.put(path, value, Origin::File(span));
    }

    fn put(&mut self, path: String, value: Value, origin: Origin) {
        self.items.insert(path.clone(), Item { path, value, origin });
    }

    /// Sets a key from the command line.
    pub(super) fn set(&mut self, path: &str, value: Value, option: &str) {
        self.put(path.to_string(), value, Origin::Option(option.to_string()));
    }

    /// Sets a key from `--set KEY=VALUE`.
    pub(super) fn set_from(&mut self, assignment: &str) {
        let option = format!("--set {}", human::shown(assignment));
        let Some((path, text)) = assignment.split_once('=') else {
            self.problems.push((usize::MAX, format!("{option}: it must be KEY=VALUE")));
            return;
        };
        self.set_as(path.trim(), text.trim(), &option);
    }

    /// Sets a key to what a text says, which an option gave.
    pub(super) fn set_as(&mut self, path: &str, text: &str, option: &str) {
        let value = match DeValue::parse(text) {
            Ok(value) => Value::from_toml(value.get_ref()),
            // Text needs no quotes on a command line.
            Err(_) => Value::Text(text.to_string()),
        };
        self.set(path, value, option);
    }

    /// All keys, in the order of the file.
    pub(super) fn items(&self) -> Vec<&Item> {
        let mut items: Vec<&Item> = self.items.values().collect();
        items.sort_by_key(|item| (item.place(), &item.path));
        items
    }

    /// The key of this path.
    pub(super) fn get(&self, path: &str) -> Option<&Item> {
        self.items.get(path)
    }

    /// Notes every key that is not `known`, with what `problem` says about it.
    pub(super) fn blame_unknown(
        &mut self,
        known: impl Fn(&Item) -> bool,
        problem: impl Fn(&Item) -> String,
    ) {
        let unknown = self.items.values().filter(|item| !known(item));
        let mut unknown: Vec<Item> = unknown.cloned().collect();
        unknown.sort_by(|a, b| (a.place(), &a.path).cmp(&(b.place(), &b.path)));
        self.more += unknown.len().saturating_sub(MOST_PROBLEMS);
        for item in unknown.iter().take(MOST_PROBLEMS) {
            self.blame(item, &problem(item));
        }
    }

    /// Notes what is wrong with a key.
    pub(super) fn blame(&mut self, item: &Item, problem: &str) {
        let text = match &item.origin {
            Origin::File(span) => self.located(span, problem),
            Origin::Whole => format!("{}: {problem}", self.name),
            Origin::Option(option) => format!("{option}: {problem}"),
        };
        self.problems.push((item.place(), text));
    }

    /// Notes what is wrong with the scenario as a whole.
    pub(super) fn blame_all(&mut self, problem: &str) {
        self.problems.push((usize::MAX - 1, format!("{}: {problem}", self.name)));
    }

    /// All that is wrong, in the order of the file; None if nothing is.
    pub(super) fn problems(&mut self) -> Option<String> {
        self.problems.sort_by_key(|(at, _)| *at);
        let mut text = String::new();
        for (i, (_, problem)) in self.problems.iter().take(MOST_PROBLEMS).enumerate() {
            let _ = write!(text, "{}{problem}", if i == 0 { "" } else { "\n" });
        }
        let more = self.more + self.problems.len().saturating_sub(MOST_PROBLEMS);
        if more > 0 {
            let _ = write!(text, "\n{}: {} more", self.name, human::plural(more as u64, "mistake"));
        }
        (!text.is_empty()).then_some(text)
    }

    /// The number of the line, from 0.
    fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|begin| *begin <= at).saturating_sub(1)
    }

    /// A problem with its place and the line it is on.
    fn located(&self, span: &Range<usize>, problem: &str) -> String {
        let start = span.start.min(self.text.len());
        let line = self.line_of(start);
        let begin = self.lines[line];
        let text = self.text[begin..].split('\n').next().unwrap_or("");
        let text = text.strip_suffix('\r').unwrap_or(text);
        let column = self.text.get(begin..start).map_or(0, |before| before.chars().count());
        let end = span.end.clamp(start, begin + text.len().max(start - begin));
        let marks = self.text.get(start..end).map_or(1, |marked| marked.chars().count()).max(1);
        // Of a long line only what is around the place; every character takes one column.
        let first = if column < LINE * 3 / 4 { 0 } else { column - LINE / 4 };
        let still = |c: char| if human::is_active(c) { ' ' } else { c };
        let mut shown: String = text.chars().skip(first).take(LINE).map(still).collect();
        if text.chars().nth(first + LINE).is_some() {
            shown.push('…');
        }
        let marks = marks.min(LINE - (column - first).min(LINE - 1));
        let number = (line + 1).to_string();
        let margin = " ".repeat(number.len());
        format!(
            "{}:{number}:{}: {problem}\n{margin} |\n{number} | {shown}\n{margin} | {}{}",
            self.name,
            column + 1,
            " ".repeat(column - first),
            "^".repeat(marks),
        )
    }
}

/// A key as one writes it in TOML: one that is not made of letters, digits, `_` and `-` is quoted,
/// so that `"world.width"` is not the `width` of `[world]`.
fn bare(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(plain) { key.to_string() } else { format!("\"{key}\"") }
}

/// What to say about a key that does not exist.
pub(super) fn unknown_key(path: &str, known: &[String], more: &str) -> String {
    let there_is_none = format!("there is no key `{}`", human::shown(path));
    let unquoted = path.replace('"', "");
    if unquoted != path && known.contains(&unquoted) {
        return format!("{there_is_none}; write `{unquoted}` without quotes{more}");
    }
    match nearest_key(&unquoted, known) {
        Some(near) if super::SECTIONS.contains(&near) => {
            let path = human::shown(path);
            format!("there is no table `[{path}]`; did you mean `[{near}]`?{more}")
        }
        Some(near) => format!("{there_is_none}; did you mean `{near}`?{more}"),
        None => format!("{there_is_none}{more}"),
    }
}

/// The key that was most likely meant: the whole path is compared, and its last part, which may
/// have been put elsewhere.
fn nearest_key<'a>(path: &str, known: &'a [String]) -> Option<&'a str> {
    fn last(path: &str) -> &str {
        path.rsplit('.').next().unwrap_or(path)
    }
    let inner = |name: &str| known.iter().map(String::as_str).find(|key| last(key) == name);
    if let Some(key) = inner(last(path)) {
        return Some(key);
    }
    let renamed = super::RENAMED.iter().find(|(former, _)| *former == last(path).to_lowercase());
    if let Some((_, now)) = renamed {
        return Some(now);
    }
    let sections = super::SECTIONS.into_iter().filter(|_| !path.contains('.'));
    let names = sections.chain(known.iter().map(|key| last(key)));
    match human::nearest(last(path), names) {
        Some(section) if super::SECTIONS.contains(&section) => Some(section),
        Some(name) => inner(name),
        None => human::nearest(path, known.iter().map(String::as_str)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_the_file_and_then_from_the_command_line() {
        let mut source = Source::new("a.toml", "dt = 0.5\n[world]\nwidth = 0x10\nedge = 'wall'\n");
        assert_eq!(source.get("world.width").unwrap().value, Value::Whole(16));
        source.set_from("world.edge=periodic");
        source.set_from("dt = 2");
        assert_eq!(source.get("world.edge").unwrap().value, Value::Text("periodic".to_string()));
        assert_eq!(source.get("dt").unwrap().value, Value::Whole(2));
        assert_eq!(source.items.len(), 3);
        assert!(source.get("dt").unwrap().is_option());
        assert_eq!(source.problems(), None);
        source.set_from("nonsense");
        assert!(source.problems().unwrap().contains("KEY=VALUE"));
    }

    #[test]
    fn json_says_the_same_as_toml() {
        let text = " {\"dt\": 0.5, \"seed\": 3, \"world\": {\"width\": 16, \"edge\": [\"wall\", \"open\"]},
            \"params\": {\"centre\": [1, 2.5]}, \"world.depth\": null}";
        let mut source = Source::new("a.json", text);
        assert_eq!(source.problems(), None);
        assert_eq!(source.get("dt").unwrap().value, Value::Number(0.5));
        assert_eq!(source.get("seed").unwrap().value, Value::Whole(3));
        assert_eq!(source.get("world.width").unwrap().value, Value::Whole(16));
        assert_eq!(source.get("params.centre").unwrap().value, Value::List(vec![1.0, 2.5]));
        let words = Value::Words(vec!["wall".to_string(), "open".to_string()]);
        assert_eq!(source.get("world.edge").unwrap().value, words);
        // A path is made of the tables, not of dots in a name.
        assert!(source.get("world.depth").is_none() && source.get("\"world.depth\"").is_some());
        let item = source.get("dt").unwrap().clone();
        source.blame(&item, "no such key");
        assert_eq!(source.problems().unwrap(), "a.json: no such key");
        let text = Source::new("b.json", "{\n \"dt\": ,\n}").problems().unwrap();
        assert!(text.starts_with("b.json:2:8: not JSON: expected value\n"), "{text}");
        for bad in ["{", "{}}", "{\"a\":}", "{\"é\": \u{0}"] {
            let text = Source::new("b.json", bad).problems().unwrap();
            assert!(text.starts_with("b.json:1:"), "{text}");
        }
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
    fn a_long_line_is_shown_around_the_place_and_cannot_steer_a_terminal() {
        let text = format!("a = '{}'\nb = {{ c = '\u{200f}{0}', d = 1 }}\n", "é\t".repeat(5000));
        let mut source = Source::new("a\u{1b}[2J.toml", &text);
        for path in ["a", "b"] {
            let item = source.get(path).unwrap().clone();
            source.blame(&item, "no such key");
        }
        let text = source.problems().unwrap();
        assert!(
            text.starts_with("a\\u{1b}[2J.toml:1:1: no such key\n  |\n1 | a = 'é é "),
            "{text}"
        );
        assert!(text.chars().all(|c| c == '\n' || !human::is_active(c)), "{text}");
        assert!(text.lines().all(|line| line.chars().count() < 120), "{text}");
    }

    #[test]
    fn broken_toml_is_a_problem_with_a_line() {
        for bad in ["a = ", "a = 1\na = 2", "[world", "\u{0}", "é = =", "a = \"x"] {
            let text = Source::new("b.toml", bad).problems().unwrap();
            assert!(text.starts_with("b.toml:"), "{text}");
        }
    }
}
