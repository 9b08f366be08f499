//! The readers of what a user brings, for other programs, and for tests that try any input.

use std::path::Path;

#[cfg(feature = "maps")]
use flockwork_kernel::World;
use flockwork_kernel::columns::Column;
#[cfg(feature = "maps")]
use flockwork_scheduler::Setting;
use flockwork_scheduler::Table;
#[cfg(feature = "maps")]
use flockwork_scheduler::geometry::Role;
use flockwork_scheduler_native::Options;

use crate::Registry;
use crate::args::ScenarioArgs;
use crate::failure::Failure;
use crate::inputs;
use crate::scenario::Scenario;
#[cfg(feature = "maps")]
use crate::shapes;
use crate::shapes::Names;
#[cfg(feature = "parquet")]
use crate::table::parquet_in;
use crate::table::{Most, choice, csv_in, xyz_in};

/// Checks the text of a scenario as `flockwork check` does, with changes such as `dt=0.1` as
/// `--set` makes them; a table that it names is looked for in `folder`.
///
/// # Errors
///
/// All that is wrong with it, each with its line, fit to be shown.
pub fn scenario(
    registry: &Registry,
    folder: &Path,
    text: &str,
    set: &[String],
) -> Result<(), String> {
    let change = ScenarioArgs { set: set.to_vec(), ..ScenarioArgs::default() };
    let said = |failure| match failure {
        Failure::Usage(problem) | Failure::Run(problem) => problem,
        other => format!("{other:?}"),
    };
    let scenario = Scenario::parse(registry, "scenario", folder, text, &change).map_err(said)?;
    let config = scenario.config(Options { workers: 1, ..Options::default() });
    let checked = scenario.entry.check(&config);
    checked.map(drop).map_err(|error| said(scenario.refuse(&error)))
}

/// Reads a file of inputs, or a log; gives how many lines of it mean something.
///
/// # Errors
///
/// What is wrong, with the number of the line, fit to be shown.
pub fn inputs(bytes: &[u8]) -> Result<usize, String> {
    inputs::parse(bytes, &Names::default()).map(|file| file.lines.len())
}

/// Reads the shapes of a map, `geojson` or `wkt`, for a world; gives how many numbers they are in a model's list.
///
/// # Errors
///
/// What is wrong and with which shape, fit to be shown.
#[cfg(feature = "maps")]
pub fn shapes(kind: &str, text: &str, world: &World) -> Result<usize, String> {
    let outlines = shapes::parse(kind, text)?;
    let drawn = outlines.into_iter().map(|(outline, said)| shapes::Drawn {
        name: said.name,
        role: said.role.unwrap_or(Role::Wall),
        schedule: said.schedule.unwrap_or_default(),
        outline,
    });
    match shapes::list(&drawn.collect::<Vec<_>>(), world)? {
        Setting::List(numbers) => Ok(numbers.len()),
        other => Err(format!("they are {other}")),
    }
}

/// Which of the columns of a table are read, and which of many times: as a scenario's `[table]` says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice(choice::Choice);

impl Choice {
    /// Columns such as `x=X*0.01,y=Y,id=ID,time=T`, and the time of the rows that are taken.
    ///
    /// # Errors
    ///
    /// What is wrong with the columns, fit to be shown.
    pub fn of(columns: &str, at: Option<f64>, within: f64) -> Result<Self, String> {
        let columns = Some(choice::picks(columns)?);
        Ok(Self(choice::Choice { columns, at, within, ..choice::Choice::default() }))
    }

    /// A frame of an XYZ file, from 0; -1 is the last one.
    pub fn frame(frame: i64) -> Self {
        Self(choice::Choice { frame: Some(frame), ..choice::Choice::default() })
    }
}

/// Reads a table of comma-separated values for the columns of a model.
///
/// # Errors
///
/// What is wrong and in which line, fit to be shown.
pub fn csv(
    bytes: &[u8],
    schema: &[Column],
    most_rows: u64,
    choice: &Choice,
) -> Result<Table, String> {
    csv_in::read(bytes, schema, &most(most_rows), &choice.0)
}

/// Reads a frame of extended XYZ for the columns of a model.
///
/// # Errors
///
/// What is wrong and in which line, fit to be shown.
pub fn xyz(
    bytes: &[u8],
    schema: &[Column],
    most_rows: u64,
    choice: &Choice,
) -> Result<Table, String> {
    xyz_in::read(bytes, schema, &most(most_rows), &choice.0)
}

/// Reads a Parquet table for the columns of a model.
///
/// # Errors
///
/// What is wrong and in which column or row, fit to be shown.
#[cfg(feature = "parquet")]
pub fn parquet(
    bytes: Vec<u8>,
    schema: &[Column],
    most_rows: u64,
    choice: &Choice,
) -> Result<Table, String> {
    parquet_in::read(bytes::Bytes::from(bytes), schema, &most(most_rows), &choice.0)
}

fn most(rows: u64) -> Most {
    Most { rows, why: "no more were asked for".to_string() }
}
