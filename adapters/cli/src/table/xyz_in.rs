//! Reads extended XYZ: a frame of a trajectory, of which each line is an entity.
//!
//! The properties of a frame become columns: `pos` is `x`, `y` and `z`, `velo` is `vx`, `vy` and `vz`,
//! another one of three numbers has the names of a vector of the model if there is one, or else, as all
//! of several numbers, `NAME_0`, `NAME_1` and so on. Text such as the species is passed over, and so
//! is a number of a vector that is 0 along an axis that the world does not have. Without a
//! description there are a species and a place, as in plain XYZ.

use std::io::Read;

use flockwork_kernel::World;
use flockwork_kernel::columns::Column;
use flockwork_scheduler::Table;
use flockwork_scheduler::registry::number_names;

use super::Most;
use super::choice::Choice;
use super::take::{Plan, Role, Taken};
use super::text::{Separator, Text};
use crate::human;
use crate::rows::UNWRAPPED;

/// The most numbers and texts that an entity may have.
const MOST_CELLS: usize = 1 << 12;

/// The description of a frame that has none.
const PLAIN: &str = "species:S:1:pos:R:3";

pub(crate) fn read(
    file: impl Read,
    schema: &[Column],
    most: &Most,
    choice: &Choice,
) -> Result<Table, String> {
    let mut text = Text::new(file);
    let wanted = Wanted { frame: choice.frame, at: choice.at };
    // The time is that of a frame, not of a row.
    let choice = &Choice { at: None, within: 0.0, ..choice.clone() };
    let mut found: Option<Table> = None;
    let mut number = 0;
    while let Some(head) = head(&mut text)? {
        if wanted.takes(number, &head)? {
            if wanted.is_single() && found.is_some() {
                return Err("it has several frames: choose one by its number, from 0 (--frame 0; \
                            --frame -1 is the last one), or by its time (--at 1.5)"
                    .to_string());
            }
            found = Some(frame(&mut text, &head, schema, most, choice)?);
            if wanted.is_found() {
                break;
            }
        } else {
            skip(&mut text, head.entities)?;
        }
        number += 1;
    }
    found.ok_or_else(|| match (wanted.frame, wanted.at) {
        (Some(frame), _) => {
            format!("it has no frame {frame}: it has {}", human::plural(number, "frame"))
        }
        (None, Some(at)) => format!("it has no frame at the time {at:?}"),
        (None, None) => "it has no frames".to_string(),
    })
}

/// Which frame is wanted.
struct Wanted {
    frame: Option<i64>,
    at: Option<f64>,
}

impl Wanted {
    fn takes(&self, number: u64, head: &Head) -> Result<bool, String> {
        Ok(match (self.frame, self.at) {
            (Some(-1), _) => true,
            (Some(frame), _) => u64::try_from(frame).is_ok_and(|frame| frame == number),
            (None, Some(at)) => {
                let time = head.value("time").and_then(super::choice::time).ok_or_else(|| {
                    format!("line {}: the frame has no Time, which --at needs", head.line)
                })?;
                time == at
            }
            (None, None) => true,
        })
    }

    /// Whether nothing says which one.
    fn is_single(&self) -> bool {
        self.frame.is_none() && self.at.is_none()
    }

    /// Whether the first one that is taken is the one.
    fn is_found(&self) -> bool {
        !self.is_single() && self.frame != Some(-1)
    }
}

/// The two lines before the entities.
struct Head {
    entities: u64,
    /// Keys in small letters, with their values.
    keys: Vec<(String, String)>,
    /// The number of the second line.
    line: u64,
}

impl Head {
    fn value(&self, key: &str) -> Option<&str> {
        self.keys.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

/// Reads the head of the next frame; None if there is none.
fn head(text: &mut Text<impl Read>) -> Result<Option<Head>, String> {
    loop {
        if !text.next()? {
            return Ok(None);
        }
        if let Some(problem) = text.foreign() {
            return Err(problem);
        }
        // Some programs leave empty lines at the end.
        if !text.line()?.trim().is_empty() {
            break;
        }
    }
    let line = text.line()?.trim();
    let entities = line.parse::<u64>().map_err(|_| {
        let line = human::shown(line);
        format!(
            "line {}: a frame begins with \"{line}\": it must be the number of entities",
            text.number
        )
    })?;
    if !text.next()? {
        return Err(format!("line {}: the line that describes the frame is missing", text.number));
    }
    Ok(Some(Head { entities, keys: keys(text.line()?), line: text.number }))
}

/// The `key=value` pairs of a line; values may be in quotes or braces.
fn keys(line: &str) -> Vec<(String, String)> {
    let mut keys = Vec::new();
    let mut rest = line.trim_start();
    while let Some((key, after)) = rest.split_once('=') {
        // What comes before the key and has no value is only a word.
        let key = key.rsplit(char::is_whitespace).find(|word| !word.is_empty()).unwrap_or("");
        let close = match after.chars().next() {
            Some('"') => Some('"'),
            Some('\'') => Some('\''),
            Some('{') => Some('}'),
            Some('[') => Some(']'),
            _ => None,
        };
        let (value, after) = match close.and_then(|close| after[1..].split_once(close)) {
            Some(parts) => parts,
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        keys.push((key.to_lowercase(), value.to_string()));
        rest = after;
    }
    keys
}

fn skip(text: &mut Text<impl Read>, entities: u64) -> Result<(), String> {
    for _ in 0..entities {
        if !text.next()? {
            return Err(ends(text));
        }
    }
    Ok(())
}

fn ends(text: &Text<impl Read>) -> String {
    format!("line {}: the file ends within a frame", text.number)
}

/// A number of each entity, as the file describes it.
struct Cell {
    name: String,
    /// Along which axis, if it is a part of a vector.
    axis: Option<usize>,
    /// Whether it is a text.
    is_text: bool,
}

/// The cells of a line, by the description of the frame.
fn cells(description: &str, schema: &[Column]) -> Option<Vec<Cell>> {
    let parts: Vec<&str> = description.split(':').collect();
    let mut cells = Vec::new();
    for part in parts.chunks(3) {
        let [name, kind, count] = part else { return None };
        let count = count.parse::<usize>().ok().filter(|count| (1..=MOST_CELLS).contains(count))?;
        let is_text = !["R", "I", "L"].contains(kind);
        for at in 0..count {
            let (name, axis) = match count {
                1 => ((*name).to_string(), None),
                _ => cell(name, at, count, schema),
            };
            cells.push(Cell { name, axis, is_text });
            if cells.len() > MOST_CELLS {
                return None;
            }
        }
    }
    Some(cells)
}

/// What one number of several is called, and the axis that it is along.
fn cell(name: &str, at: usize, count: usize, schema: &[Column]) -> (String, Option<usize>) {
    let stem = match name {
        "pos" => "",
        "velo" | "vel" | "velocity" | "velocities" => "v",
        other => other,
    };
    if let ("unwrapped", Some(name)) = (name, UNWRAPPED.get(at)) {
        return ((*name).to_string(), Some(at));
    }
    let axis = World::COORDINATES.get(at).filter(|_| count <= World::MOST_AXES);
    let known = |stem: &str| {
        let first = format!("{stem}x");
        number_names(schema).any(|(known, ..)| known == first)
    };
    let under = format!("{stem}_");
    match axis {
        Some(axis) if stem.is_empty() || known(stem) => (format!("{stem}{axis}"), Some(at)),
        Some(axis) if known(&under) => (format!("{under}{axis}"), Some(at)),
        _ => (format!("{name}_{at}"), None),
    }
}

/// Reads the entities of a frame.
fn frame(
    text: &mut Text<impl Read>,
    head: &Head,
    schema: &[Column],
    most: &Most,
    choice: &Choice,
) -> Result<Table, String> {
    let description = head.value("properties").unwrap_or(PLAIN);
    let at_head = |problem: String| format!("line {}: {problem}", head.line);
    let cells = cells(description, schema).ok_or_else(|| {
        let description = human::shown(description);
        at_head(format!(
            "Properties=\"{description}\" must be names, kinds and counts, such as {PLAIN}"
        ))
    })?;
    most.allows(head.entities)?;
    let flat = number_names(schema).all(|(name, ..)| name != World::COORDINATES[2]);
    // What nobody could mean by a column of the model: text, and what is across the plane.
    let across = |cell: &Cell| flat && cell.axis == Some(2);
    let passed = |cell: &Cell| choice.columns.is_none() && (cell.is_text || across(cell));
    let used: Vec<bool> = cells.iter().map(|cell| !passed(cell)).collect();
    let names: Vec<&str> =
        cells.iter().filter(|cell| !passed(cell)).map(|cell| cell.name.as_str()).collect();
    let plan = Plan::new(&names, schema, choice).map_err(at_head)?;
    let mut taken = Taken::new(&plan, choice, most);
    for _ in 0..head.entities {
        if !text.next()? {
            return Err(ends(text));
        }
        let number = text.number;
        let at = |problem: String| format!("line {number}: {problem}");
        let parts = Separator::Space.parts(text.line()?);
        if parts.len() != cells.len() {
            let found = human::plural(parts.len() as u64, "value");
            return Err(at(format!("{found}, but the frame describes {}", cells.len())));
        }
        for (cell, part) in
            cells.iter().zip(&parts).filter(|(cell, _)| passed(cell) && across(cell))
        {
            if part.parse::<f64>().is_ok_and(|value| value != 0.0) {
                let (name, part) = (&cell.name, human::shown(part));
                return Err(at(format!(
                    "`{name}` is {part} in a world that is flat: it must be 0, or --columns must \
                     choose others"
                )));
            }
        }
        let parts = parts.iter().zip(&used).filter(|(_, used)| **used).map(|(part, _)| *part);
        row(&plan, parts, &mut taken).map_err(at)?;
        taken.lines.note(taken.rows() - 1, number);
    }
    taken.table()
}

/// Takes an entity.
fn row<'p>(
    plan: &Plan,
    parts: impl Iterator<Item = &'p str>,
    taken: &mut Taken<'_>,
) -> Result<(), String> {
    taken.count(1)?;
    for (role, part) in plan.roles.iter().zip(parts) {
        match role {
            Role::Value { place, factor, .. } => {
                let column = &mut taken.columns[*place];
                let value = match part {
                    "T" | "True" | "true" => Ok(1.0),
                    "F" | "False" | "false" => Ok(0.0),
                    part => part.parse::<f64>(),
                };
                let value = value.map_err(|_| {
                    let part = human::shown(part);
                    format!("`{}` is \"{part}\": it must be a number", column.name)
                })?;
                column.values.push(value * factor);
            }
            Role::Id => taken.name(part, true)?,
            Role::Time(_) => {
                return Err("an entity has no time of its own: a frame has one".to_string());
            }
            Role::Skip => {}
        }
    }
    Ok(())
}
