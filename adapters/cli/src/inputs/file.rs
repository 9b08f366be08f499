//! Files of inputs: what a user wrote, or the log of a run.
//!
//! A log has a first line that says of which run it is, and lines with fingerprints:
//!
//! ```json
//! {"flockwork":"inputs","format":1,"model":"boids", ...}
//! {"tick":100,"fingerprint":"0123456789abcdef"}
//! ```
//!
//! A fingerprint is that of the state before the inputs of its tick, unless these stand before it.

use std::collections::BTreeMap;
use std::path::Path;

use flockwork_kernel::arithmetic;
use flockwork_scheduler::{Dated, Given, ParamKind, Setting, Setup};
use flockwork_scheduler_native::Entry;
use serde_json::{Map, Value, json};

use super::line::{input_of, value_of};
use crate::failure::Failure;
use crate::input;
use crate::shapes::Names;

/// The format of logs.
const FORMAT: u64 = 1;

/// The most bytes of a file.
const MOST_BYTES: u64 = 1 << 30;

/// A line of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Line {
    Input(Dated),
    Fingerprint { tick: u64, value: u64 },
}

/// A file of inputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct File {
    /// What a log says of its run.
    pub(crate) head: Option<Map<String, Value>>,
    pub(crate) lines: Vec<Line>,
}

/// What a log says of a run: what it began with.
pub(crate) fn head(entry: &Entry, setup: &Setup, params: &[Given]) -> Value {
    let axes = setup.world.axes().iter();
    let world: Vec<Value> = axes
        .map(|axis| json!({"length": f64::from(axis.length), "edge": axis.edge.name()}))
        .collect();
    let params: Map<String, Value> = entry
        .params
        .iter()
        .map(|param| {
            let given = params.iter().rfind(|(name, _)| name == param.name);
            let value = given.map_or_else(param.default, |(_, value)| value.clone());
            (param.name.to_string(), value_of(&kept(param.kind, value)))
        })
        .collect();
    json!({
        "flockwork": "inputs",
        "format": FORMAT,
        "version": env!("CARGO_PKG_VERSION"),
        "arithmetic": arithmetic::ID,
        "model": entry.name,
        "entities": setup.population,
        "seed": setup.seed.to_string(),
        "dt": f64::from(setup.dt),
        "world": world,
        "params": params,
    })
}

/// A value as a model has it.
fn kept(kind: ParamKind, value: Setting) -> Setting {
    let narrow = |number: f64| f64::from(number as f32 + 0.0);
    match (kind, value) {
        (ParamKind::Number(range), Setting::Number(number)) if !range.whole => {
            Setting::Number(narrow(number))
        }
        (ParamKind::List { range, .. }, Setting::List(numbers)) if !range.whole => {
            Setting::List(numbers.into_iter().map(narrow).collect())
        }
        (_, value) => value,
    }
}

/// Reads a file of inputs for a scenario that calls shapes so.
pub(crate) fn read(path: &Path, names: &Names) -> Result<File, Failure> {
    let name = path.display();
    let bytes = input::read(path, MOST_BYTES).map_err(|problem| {
        Failure::usage(format_args!("cannot read the inputs {name}: {problem}"))
    })?;
    parse(&bytes, names).map_err(|problem| Failure::usage(format_args!("{name}: {problem}")))
}

/// Reads the bytes of a file.
///
/// # Errors
///
/// What is wrong, with the number of the line.
pub(crate) fn parse(bytes: &[u8], names: &Names) -> Result<File, String> {
    if let Some(problem) = input::foreign_text(bytes) {
        return Err(problem);
    }
    let mut file = File::default();
    let mut numbers = BTreeMap::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let here = |problem: String| format!("line {}: {problem}", at + 1);
        let keys: Map<String, Value> = serde_json::from_slice(line)
            .map_err(|error| here(format!("it must be one table of JSON: {error}")))?;
        if keys.contains_key("flockwork") {
            if file.head.is_some() || !file.lines.is_empty() {
                return Err(here("the head of a log must be its first line".into()));
            }
            if keys.get("format").and_then(Value::as_u64) != Some(FORMAT) {
                return Err(here(format!("the log must be of format {FORMAT}")));
            }
            file.head = Some(keys);
        } else {
            file.lines.push(one(keys, names, &mut numbers).map_err(here)?);
        }
    }
    Ok(file)
}

/// Reads one line; an input without a number gets the next one of its tick.
pub(super) fn one(
    mut keys: Map<String, Value>,
    names: &Names,
    numbers: &mut BTreeMap<u64, u32>,
) -> Result<Line, String> {
    let tick = keys.remove("tick").and_then(|tick| tick.as_u64());
    let tick = tick.ok_or("`tick` must be a whole number from 0")?;
    if let Some(value) = keys.remove("fingerprint") {
        let value = value.as_str().and_then(|text| u64::from_str_radix(text, 16).ok());
        let value = value.ok_or("`fingerprint` must be a text of 16 hex digits")?;
        return Ok(Line::Fingerprint { tick, value });
    }
    let next = numbers.entry(tick).or_insert(0);
    let number = match keys.remove("number") {
        None => *next,
        Some(number) => {
            let number = number.as_u64().and_then(|number| u32::try_from(number).ok());
            number.ok_or("`number` must be a whole number from 0 to 4294967295")?
        }
    };
    *next = (*next).max(number.saturating_add(1));
    Ok(Line::Input(Dated { tick, number, input: input_of(keys, names)? }))
}
