//! What a sweep was asked for, as its folder keeps it in `sweep.json`: who goes on with it must ask for
//! the same.

use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use flockwork_kernel::arithmetic;
use flockwork_kernel::fingerprint::mix;
use serde::{Deserialize, Serialize};

use super::design::Design;
use crate::failure::Failure;
use crate::human;
use crate::input;
use crate::report;
use crate::whole::Whole;

/// The file in a sweep's folder.
const NAME: &str = "sweep.json";

/// The version of the format.
const VERSION: u32 = 1;

/// The longest such file that is read, in bytes.
const MOST_BYTES: u64 = 1 << 30;

/// All that decides what the runs of a sweep are, and what is told of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Asked {
    version: u32,
    /// The program that began it.
    flockwork: String,
    arithmetic: String,
    /// The scenario: what it is called, and its text.
    pub(super) scenario: String,
    pub(super) text: String,
    /// The tables that it reads.
    pub(super) tables: Vec<TableId>,
    pub(super) model: String,
    pub(super) ticks: Option<u64>,
    pub(super) from: u64,
    pub(super) every: u64,
    pub(super) scale: bool,
    /// The names of the model's statistics.
    pub(super) stats: Vec<String>,
    #[serde(flatten)]
    pub(super) design: Design,
}

/// A table of entities: which one, without its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct TableId {
    name: String,
    bytes: u64,
    mix: String,
}

impl TableId {
    pub(super) fn of(path: &Path) -> Result<Self, Failure> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let refuse = |problem: &dyn std::fmt::Display| {
            let path = human::path(path);
            Failure::usage(format_args!("the initial table {path}: {problem}"))
        };
        let mut file = input::open(path).map_err(|problem| refuse(&problem))?;
        let (mut bytes, mut mixed) = (0, 0u64);
        let mut buffer = [0; 1 << 14];
        loop {
            let len = file.read(&mut buffer).map_err(|error| refuse(&error))?;
            if len == 0 {
                return Ok(Self { name, bytes, mix: format!("{mixed:016x}") });
            }
            // Byte after byte, so that it does not depend on how many are read at once.
            for byte in &buffer[..len] {
                mixed = mix(mixed ^ u64::from(*byte));
            }
            bytes += len as u64;
        }
    }
}

impl Asked {
    /// What this program would begin; the rest is up to the caller.
    pub(super) fn new(scenario: &str, text: &str, model: &str, design: Design) -> Self {
        Self {
            version: VERSION,
            flockwork: env!("CARGO_PKG_VERSION").to_string(),
            arithmetic: arithmetic::ID.to_string(),
            scenario: scenario.to_string(),
            text: text.to_string(),
            tables: Vec::new(),
            model: model.to_string(),
            ticks: None,
            from: 0,
            every: 1,
            scale: false,
            stats: Vec::new(),
            design,
        }
    }

    /// Writes it into a folder, or finds the same there.
    pub(super) fn keep(&self, folder: &Path) -> Result<(), Failure> {
        let path = folder.join(NAME);
        if !path.exists() {
            let write = || {
                let mut whole = Whole::begin(folder, None)?;
                whole.write_all(report::json(self).as_bytes())?;
                whole.finish()?.publish_new(&path)
            };
            match write() {
                Ok(()) => return Ok(()),
                // Another part of the same sweep was quicker.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => {
                    let path = human::path(&path);
                    return Err(Failure::run(format_args!("cannot write {path}: {error}")));
                }
            }
        }
        let differences = Self::read(folder)?.differences(self);
        if differences.is_empty() {
            return Ok(());
        }
        Err(Failure::usage(format_args!(
            "{} holds another sweep: {}; give this one a folder of its own",
            human::path(folder),
            differences.join("; ")
        )))
    }

    /// Reads what a folder's sweep was asked for.
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(NAME);
        let refuse = |problem: &dyn std::fmt::Display| {
            let path = human::path(&path);
            Failure::usage(format_args!("{path}: {problem}"))
        };
        let bytes = input::read(&path, MOST_BYTES).map_err(|problem| refuse(&problem))?;
        let found: Self = serde_json::from_slice(&bytes).map_err(|error| refuse(&error))?;
        if found.version != VERSION {
            let problem = format!(
                "it has version {} of the format, and this program reads version {VERSION}",
                found.version
            );
            return Err(refuse(&problem));
        }
        Ok(found)
    }

    /// In what `self`, which a folder holds, is not `now`.
    fn differences(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut hold = |what: &str, there: &dyn std::fmt::Display, here: &dyn std::fmt::Display| {
            let (there, here) = (there.to_string(), here.to_string());
            if there != here {
                let (there, here) = (human::shown(&there), human::shown(&here));
                found.push(format!("there {what} is {there}, and here {here}"));
            }
        };
        let ticks = |asked: &Self| asked.ticks.map_or("the scenario's".into(), |t| t.to_string());
        let names = |tables: &[TableId]| {
            let each = tables.iter().map(|table| format!("{} ({})", table.name, table.mix));
            each.collect::<Vec<_>>().join(", ")
        };
        hold("the arithmetic", &self.arithmetic, &now.arithmetic);
        hold("the model", &self.model, &now.model);
        hold("the initial table", &names(&self.tables), &names(&now.tables));
        hold("--ticks", &ticks(self), &ticks(now));
        hold("--from", &self.from, &now.from);
        hold("--every", &self.every, &now.every);
        hold("--scale", &self.scale, &now.scale);
        let keys = |design: &Design| design.keys.join(", ");
        hold("the list of keys", &keys(&self.design), &keys(&now.design));
        if self.design.keys == now.design.keys {
            let (there, here) = (&self.design.points, &now.design.points);
            hold("the number of points", &there.len(), &here.len());
            let other = there.iter().zip(here).position(|(there, here)| there != here);
            if let Some(at) = other {
                let point = |asked: &Self| {
                    let seeds = &asked.design.points[at].seeds;
                    format!("{} with the seeds {seeds}", asked.design.describe(at))
                };
                found.push(format!("there is {}, and here {}", point(self), point(now)));
            }
        }
        if self.text != now.text {
            let lines = self.text.lines().zip(now.text.lines());
            let line = lines.take_while(|(there, here)| there == here).count() + 1;
            found.push(format!("the scenario differs from line {line} on"));
        }
        found
    }
}
