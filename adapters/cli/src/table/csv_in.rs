//! Reads a table of numbers in text: comma-separated values, or those that a spreadsheet writes.
//!
//! | what | how it is read |
//! | --- | --- |
//! | separator | a comma, or a semicolon or tab if one is in the header, or else spaces |
//! | header | the first line that is no comment; or the last comment before it, if that line holds numbers alone and the comment names columns of the model or as many columns as are in the line, as numpy writes it; or none, if columns are chosen by their numbers |
//! | numbers | with a decimal point; they may be in quotes |
//! | `true`, `false` | 1 and 0 in a column of `bool`, with small or capital letters |
//! | times | numbers or dates |
//! | `#` | at the beginning of a line makes it a comment |
//! | empty lines | are passed over |
//! | text | UTF-8, with or without a mark, with any ends of lines |

use std::io::Read;

use flockwork_kernel::columns::Column;
use flockwork_scheduler::Table;

use super::Most;
use super::choice::{self, Choice};
use super::take::{Plan, Role, Taken, find};
use super::text::{Separator, Text};
use crate::human;

pub(crate) fn read(
    file: impl Read,
    schema: &[Column],
    most: &Most,
    choice: &Choice,
) -> Result<Table, String> {
    let mut text = Text::new(file);
    let Head { separator, plan, mut first } = head(&mut text, schema, choice)?;
    let mut taken = Taken::new(&plan, choice, most);
    loop {
        if !std::mem::take(&mut first) && !text.next()? {
            return taken.table();
        }
        let line = text.line()?;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let parts = separator.parts(line);
        if parts.len() != plan.roles.len() {
            return Err(uneven(text.number, &parts, separator, plan.roles.len()));
        }
        row(&plan, &parts, text.number, &mut taken)?;
    }
}

/// Takes a row, if it is one to take.
fn row(plan: &Plan, parts: &[&str], number: u64, taken: &mut Taken<'_>) -> Result<(), String> {
    let cells = || plan.roles.iter().zip(parts);
    let mut takes = true;
    for (role, part) in cells() {
        let Role::Time(factor) = role else { continue };
        // A row that was not measured has no time, or no place.
        let empty = |(role, part): (&Role, &&str)| !matches!(role, Role::Skip) && part.is_empty();
        if cells().any(empty) {
            return Ok(());
        }
        let time = choice::time(part).ok_or_else(|| {
            let part = human::shown(part);
            format!("line {number}: the time is \"{part}\": it must be a number or a date")
        })?;
        takes =
            taken.takes(time * factor).map_err(|problem| format!("line {number}: {problem}"))?;
    }
    if takes {
        taken.count(1)?;
        taken.lines.note(taken.rows() - 1, number);
    }
    let id = cells().find(|(role, _)| **role == Role::Id).map(|(_, part)| *part);
    if let Some(id) = id {
        if id.is_empty() {
            return Err(format!("line {number}: `id` is \"\": it must be a number or a name"));
        }
        taken.name(id, takes)?;
    }
    for (role, part) in cells().filter(|_| takes) {
        let Role::Value { place, factor, flag } = role else { continue };
        let column = &mut taken.columns[*place];
        match value(part, *flag) {
            Some(value) => column.values.push(value * factor),
            None => return Err(no_number(number, id, &column.name, part, *flag)),
        }
    }
    Ok(())
}

/// A number, or a word for one where `flag`.
fn value(part: &str, flag: bool) -> Option<f64> {
    match part.parse() {
        Ok(number) => Some(number),
        Err(_) if flag && part.eq_ignore_ascii_case("true") => Some(1.0),
        Err(_) if flag && part.eq_ignore_ascii_case("false") => Some(0.0),
        Err(_) => None,
    }
}

/// What comes before the rows.
struct Head {
    separator: Separator,
    plan: Plan,
    /// Whether the line that was read last is already the first row.
    first: bool,
}

/// Finds the header.
fn head(text: &mut Text<impl Read>, schema: &[Column], choice: &Choice) -> Result<Head, String> {
    let mut comment = String::new();
    while text.next()? {
        if let Some(problem) = text.foreign() {
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
        let separator = Separator::of(line);
        let parts = separator.parts(line);
        let at = |problem| format!("line {}: {problem}", text.number);
        if !holds_values(&parts, choice) {
            let plan = Plan::new(&parts, schema, choice).map_err(at)?;
            return Ok(Head { separator, plan, first: false });
        }
        let numbers: Vec<String> = (1..=parts.len()).map(|number| number.to_string()).collect();
        let names = match names(&comment, separator, parts.len()) {
            Some(names) if choice.columns.is_some() => names,
            Some(names) if names.iter().all(|name| find(name, schema).is_ok()) => names,
            _ if choice.columns.is_some() => numbers.iter().map(String::as_str).collect(),
            _ => {
                return Err(format!(
                    "line {} holds numbers: the first line must hold the names of the columns, \
                     such as x,y, or --columns must choose them by their numbers, such as x=1,y=2",
                    text.number
                ));
            }
        };
        let plan = Plan::new(&names, schema, choice).map_err(at)?;
        return Ok(Head { separator, plan, first: true });
    }
    Err("it has no columns: there is nothing but comments".to_string())
}

/// Whether a line is a row already: it holds numbers alone, or where columns are chosen by their
/// numbers, all of those that must be numbers are.
fn holds_values(parts: &[&str], choice: &Choice) -> bool {
    let is_value = |part: &&str| value(part, true).is_some();
    let Some(picks) = &choice.columns else { return parts.iter().all(is_value) };
    let named = |from: &str| parts.contains(&from);
    let numbers = picks.iter().filter(|pick| !named(&pick.from));
    let mut counted =
        numbers.filter_map(|pick| pick.from.parse::<usize>().ok().map(|number| (pick, number)));
    let is_row = counted.all(|(pick, number)| {
        let part = number.checked_sub(1).and_then(|at| parts.get(at));
        pick.to == "id" || part.is_some_and(|part| choice::time(part).is_some() || is_value(part))
    });
    let chosen_by_number = picks.iter().all(|pick| pick.from.parse::<usize>().is_ok());
    parts.iter().all(is_value) || chosen_by_number && is_row
}

/// The names in a comment, if there are as many as values.
fn names(comment: &str, separator: Separator, count: usize) -> Option<Vec<&str>> {
    let ways = [separator, Separator::Space];
    ways.into_iter().map(|way| way.parts(comment)).find(|names| names.len() == count)
}

fn uneven(number: u64, parts: &[&str], separator: Separator, wanted: usize) -> String {
    let hint = if parts.len() == 2 * wanted && separator == Separator::Mark(',') {
        "; numbers must have a decimal point, not a comma"
    } else if parts.len() == wanted + 1 && parts.last() == Some(&"") {
        "; there is a separator at the end"
    } else {
        ""
    };
    let values = human::plural(parts.len() as u64, "value");
    format!("line {number}: {values}, but the header has {wanted} names{hint}")
}

/// What to say about a value that is no number, with the id that is in its row.
fn no_number(number: u64, id: Option<&str>, name: &str, part: &str, flag: bool) -> String {
    let id = id.map_or(String::new(), |id| format!(" (id {})", human::shown(id)));
    let comma = part.replace(',', ".").parse::<f64>().is_ok();
    let hint = if comma { " with a decimal point" } else { "" };
    let words = if flag { ", true or false" } else { "" };
    let part = human::shown(part);
    format!("line {number}{id}: `{name}` is \"{part}\": it must be a number{hint}{words}")
}
