//! A user's table of entities at tick 0.

use flockwork_kernel::columns::{Column, Reach, Scalar};
use flockwork_scheduler::SimulationError;

/// Values for some or all columns of the entities at tick 0; the model spawns the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The number of entities.
    pub rows: usize,
    /// The columns.
    pub columns: Vec<TableColumn>,
}

/// One scalar of every entity.
#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    /// The name of a column of the model.
    pub name: String,
    /// Which of its scalars; 0 if it has only one.
    pub component: u32,
    /// A value for each entity.
    pub values: Vec<f64>,
}

/// A table whose every value is known to fit its column.
pub(crate) struct Fitted<'a> {
    columns: Vec<(usize, Scalar, &'a [f64])>,
}

impl<'a> Fitted<'a> {
    /// Checks every value against its column.
    pub(crate) fn new(table: &'a Table, schema: &[Column]) -> Result<Self, SimulationError> {
        let mut columns = Vec::new();
        for column in &table.columns {
            let (offset, described) = find(schema, column)?;
            let name = &column.name;
            if column.values.len() != table.rows {
                return Err(SimulationError::Initial(format!(
                    "column `{name}` of the table has {} values: it must have {}, one for each row",
                    column.values.len(),
                    table.rows
                )));
            }
            let (low, high, whole) = limits(described.scalar);
            let allowed =
                |value: f64| value >= low && value <= high && (!whole || value.fract() == 0.0);
            if let Some(row) = column.values.iter().position(|&value| !allowed(value)) {
                return Err(SimulationError::Initial(format!(
                    "column `{name}` of the table is {} in row {}: it must be a {} from {low} to \
                     {high}",
                    column.values[row],
                    row + 1,
                    if whole { "whole number" } else { "number" },
                )));
            }
            columns.push((offset, described.scalar, &column.values[..]));
        }
        Ok(Self { columns })
    }

    /// Writes the values of row `index` into a packed row.
    pub(crate) fn apply(&self, index: usize, packed: &mut [u8]) {
        for &(offset, scalar, values) in &self.columns {
            let Some(&value) = values.get(index) else { continue };
            let mut put = |bytes: &[u8]| {
                if let Some(place) = packed.get_mut(offset..offset + bytes.len()) {
                    place.copy_from_slice(bytes);
                }
            };
            match scalar {
                Scalar::F32 => put(&(value as f32).to_le_bytes()),
                Scalar::U32 => put(&(value as u32).to_le_bytes()),
                Scalar::U16 => put(&(value as u16).to_le_bytes()),
                Scalar::U8 => put(&[value as u8]),
            }
        }
    }
}

fn find<'s>(
    schema: &'s [Column],
    wanted: &TableColumn,
) -> Result<(usize, &'s Column), SimulationError> {
    let mut offset = 0;
    for column in schema.iter().filter(|column| column.reach >= Reach::Owned) {
        if column.name == wanted.name {
            if wanted.component >= column.components {
                return Err(SimulationError::Initial(format!(
                    "column `{}` of the table has component {}: the model has only {}",
                    wanted.name, wanted.component, column.components
                )));
            }
            return Ok((offset + wanted.component as usize * column.scalar.size(), column));
        }
        offset += column.stride();
    }
    let known: Vec<_> = schema
        .iter()
        .filter(|column| column.reach >= Reach::Owned)
        .map(|column| column.name)
        .collect();
    Err(SimulationError::Initial(format!(
        "the table has a column `{}`, which the model has not; it has {}",
        wanted.name,
        known.join(", ")
    )))
}

fn limits(scalar: Scalar) -> (f64, f64, bool) {
    match scalar {
        Scalar::F32 => (-f64::from(f32::MAX), f64::from(f32::MAX), false),
        Scalar::U32 => (0.0, f64::from(u32::MAX - 1), true),
        Scalar::U16 => (0.0, f64::from(u16::MAX), true),
        Scalar::U8 => (0.0, f64::from(u8::MAX), true),
    }
}
