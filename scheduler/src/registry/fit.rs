//! Whether a table of entities fits a model and its world, and what it says of each entity.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use flockwork_kernel::columns::{Column, Reach};

use super::table::{Table, TableColumn};
use crate::precision::Needed;
use crate::setup::SimulationError;
use crate::spot::{Spot, number_text, whole_vectors};
use crate::start::Setup;

/// A table whose every value is known to fit its column, and the world.
pub(crate) struct Fitted<'a> {
    columns: Vec<Values<'a>>,
}

/// The values of one scalar, and where it goes.
struct Values<'a> {
    spot: Spot,
    values: &'a [f64],
}

impl<'a> Fitted<'a> {
    /// Checks every value against its column and the world, and that ids are unique.
    pub(crate) fn new(
        table: &'a Table,
        setup: &Setup,
        needed: Needed,
        schema: &'static [Column],
    ) -> Result<Self, SimulationError> {
        Self::check(table, setup, needed, schema).map_err(|problem| {
            let name = if table.name.is_empty() { "the table" } else { &table.name };
            SimulationError::Initial(format!("{name}: {problem}"))
        })
    }

    fn check(
        table: &'a Table,
        setup: &Setup,
        needed: Needed,
        schema: &'static [Column],
    ) -> Result<Self, String> {
        if table.rows != setup.population as usize {
            return Err(format!(
                "it has {} rows and entities is {}: they must be the same",
                table.rows, setup.population
            ));
        }
        let given: Vec<(&str, u32)> =
            table.columns.iter().map(|column| (column.name.as_str(), column.component)).collect();
        let mut columns = Vec::new();
        for (number, column) in table.columns.iter().enumerate() {
            let (offset, described) = find(schema, column)?;
            let spot = Spot::of(described, offset, column.component, &setup.world, needed);
            if given[..number].contains(&given[number]) {
                return Err(format!("it has two columns `{}`", column.name));
            }
            if column.values.len() != table.rows {
                return Err(format!(
                    "column `{}` has {} values: it must have {}, one for each row",
                    column.name,
                    column.values.len(),
                    table.rows
                ));
            }
            for (row, &value) in column.values.iter().enumerate() {
                spot.check(value).map_err(|problem| {
                    let (place, value) = (entity(table, row), number_text(value));
                    format!("{place}: `{}` is {value}: {problem}", column.name)
                })?;
            }
            columns.push(Values { spot, values: &column.values });
        }
        whole_vectors(schema, &given)?;
        unique_ids(table)?;
        Ok(Self { columns })
    }

    /// Writes the values of row `index` into a packed row.
    pub(crate) fn apply(&self, index: usize, packed: &mut [u8]) {
        for Values { spot, values } in &self.columns {
            if let Some(&value) = values.get(index) {
                spot.put(value, packed);
            }
        }
    }
}

impl Table {
    /// What is wrong with the entity of this id, with its place in the file.
    pub(crate) fn refuse(&self, id: u32, problem: &str) -> SimulationError {
        let name = if self.name.is_empty() { "the table" } else { &self.name };
        let ids = self.columns.iter().find(|column| column.name == "id");
        let row = match ids {
            Some(ids) => ids.values.iter().position(|one| *one == f64::from(id)).unwrap_or(0),
            None => id as usize,
        };
        SimulationError::Initial(format!("{name}: {}: {problem}", entity(self, row)))
    }
}

/// What to call a row's entity: its place in the file, and its id.
fn entity(table: &Table, row: usize) -> String {
    let ids = table.columns.iter().find(|column| column.name == "id");
    let place = table.lines.name(row);
    match ids.and_then(|ids| ids.values.get(row)) {
        Some(id) => format!("{place} (id {})", number_text(*id)),
        None => format!("{place} (entity {row})"),
    }
}

fn unique_ids(table: &Table) -> Result<(), String> {
    let Some(ids) = table.columns.iter().find(|column| column.name == "id") else { return Ok(()) };
    // Whole numbers, as the column wants them. Rows are not sorted along: as JavaScript that is a
    // function too long to be optimised.
    let mut sorted: Vec<u32> = ids.values.iter().map(|id| *id as u32).collect();
    #[allow(clippy::disallowed_methods, reason = "equal ids are the same")]
    sorted.sort_unstable();
    let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) else { return Ok(()) };
    let rows = ids.values.iter().enumerate().filter(|(_, id)| **id as u32 == pair[0]);
    let places: Vec<String> = rows.take(2).map(|(row, _)| table.lines.name(row)).collect();
    Err(format!("{} both have the id {}: ids must be unique", places.join(" and "), pair[0]))
}

fn find(
    schema: &'static [Column],
    wanted: &TableColumn,
) -> Result<(usize, &'static Column), String> {
    let mut offset = 0;
    for column in schema.iter().filter(|column| column.reach >= Reach::Owned) {
        if column.name == wanted.name {
            if wanted.component >= column.components {
                return Err(format!(
                    "it has a component {} of column `{}`: the model has only {}",
                    wanted.component, wanted.name, column.components
                ));
            }
            return Ok((offset, column));
        }
        offset += column.stride();
    }
    let known: Vec<_> = schema
        .iter()
        .filter(|column| column.reach >= Reach::Owned)
        .map(|column| column.name)
        .collect();
    Err(format!(
        "it has a column `{}`, which the model has not; it has {}",
        wanted.name,
        known.join(", ")
    ))
}
