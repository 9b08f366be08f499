//! Whether a table of entities fits a model and its world, and what it says of each entity.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use flockwork_kernel::columns::{Column, Number, Reach, Scalar};
use flockwork_kernel::{Edge, World};

use super::table::{Table, TableColumn, number_name};
use crate::precision::{Coarse, Needed};
use crate::setup::SimulationError;
use crate::start::Setup;

/// Checks that no part of a vector is missing: who gives `x` must give `y` and, in space, `z`, who gives
/// `vx` must give `vy` and `vz`, and of several components one gives all or none.
///
/// # Errors
///
/// What is there and what is missing.
pub fn whole_vectors(schema: &[Column], given: &[(&str, u32)]) -> Result<(), String> {
    let has = |name: &str, component: u32| given.contains(&(name, component));
    for &(name, component) in given {
        let Some(column) = schema.iter().find(|column| column.name == name) else { continue };
        let stem = |name: &'static str| name.strip_suffix(['x', 'y', 'z']);
        let half = schema.iter().find(|known| {
            stem(known.name).is_some_and(|of| stem(column.name) == Some(of))
                && known.reach >= Reach::Owned
                && (known.scalar, known.components) == (column.scalar, column.components)
                && !has(known.name, component)
        });
        let lacking = match half {
            Some(other) => Some((other, component)),
            None => (0..column.components)
                .map(|part| (column, part))
                .find(|(_, part)| !has(name, *part)),
        };
        if let Some((missing, part)) = lacking {
            return Err(format!(
                "it has a column `{}` but no `{}`: they are one vector, of which all or nothing \
                 must be given",
                number_name(column, component),
                number_name(missing, part),
            ));
        }
    }
    Ok(())
}

/// A table whose every value is known to fit its column, and the world.
pub(crate) struct Fitted<'a> {
    columns: Vec<Values<'a>>,
}

/// The values of one scalar, and where it goes in a packed row.
struct Values<'a> {
    offset: usize,
    scalar: Scalar,
    values: &'a [f64],
    /// Where 0 is.
    origin: f64,
    /// A position that reaches this far is where it began: left meets right.
    seam: Option<f32>,
}

impl<'a> Fitted<'a> {
    /// Checks every value against its column and the world, and that ids are unique.
    pub(crate) fn new(
        table: &'a Table,
        setup: &Setup,
        needed: Needed,
        schema: &[Column],
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
        schema: &[Column],
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
            let axis = Axis::of(&setup.world, needed, described.name);
            for (row, &value) in column.values.iter().enumerate() {
                fits(described, value, axis).map_err(|problem| {
                    let (place, value) = (entity(table, row), number_text(value));
                    format!("{place}: `{}` is {value}: {problem}", column.name)
                })?;
            }
            columns.push(Values {
                offset,
                scalar: described.scalar,
                values: &column.values,
                origin: axis.map_or(0.0, |axis| axis.origin),
                seam: axis.and_then(Axis::seam),
            });
        }
        whole_vectors(schema, &given)?;
        unique_ids(table)?;
        Ok(Self { columns })
    }

    /// Writes the values of row `index` into a packed row.
    pub(crate) fn apply(&self, index: usize, packed: &mut [u8]) {
        for &Values { offset, scalar, values, origin, seam } in &self.columns {
            let Some(&value) = values.get(index) else { continue };
            let mut put = |bytes: &[u8]| {
                if let Some(place) = packed.get_mut(offset..offset + bytes.len()) {
                    place.copy_from_slice(bytes);
                }
            };
            match scalar {
                Scalar::F32 => {
                    // Adding 0 makes 0 of -0.
                    let narrow = (value - origin) as f32 + 0.0;
                    let at_seam = seam.is_some_and(|side| narrow >= side);
                    put(&if at_seam { 0.0 } else { narrow }.to_le_bytes());
                }
                Scalar::U32 => put(&(value as u32).to_le_bytes()),
                Scalar::U16 => put(&(value as u16).to_le_bytes()),
                Scalar::U8 | Scalar::Bool => put(&[value as u8]),
                Scalar::I32 => put(&(value as i32).to_le_bytes()),
                Scalar::U64 => put(&(value as u64).to_le_bytes()),
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

/// A number with no more digits than it has.
fn number_text(value: f64) -> String {
    if value.abs() < 1.0e16 && (value == 0.0 || value.abs() >= 1.0e-5) || !value.is_finite() {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// Where positions of a column may be.
#[derive(Clone, Copy)]
struct Axis {
    name: &'static str,
    edge: Edge,
    /// What a table has for 0.
    origin: f64,
    /// How far the world goes.
    side: f32,
    /// How far places are close enough to each other.
    reach: f32,
    needed: Needed,
}

impl Axis {
    /// Of a column; None for one that is no position.
    fn of(world: &World, needed: Needed, column: &str) -> Option<Self> {
        let place = World::COORDINATES.iter().position(|name| *name == column)?;
        let axis = world.axes().get(place)?;
        Some(Self {
            name: World::COORDINATES[place],
            edge: axis.edge,
            origin: world.origin()[place],
            side: axis.length,
            reach: needed.reach_in(world),
            needed,
        })
    }

    /// A position that reaches this far is where it began, if it is told.
    fn seam(self) -> Option<f32> {
        (self.edge == Edge::Periodic).then_some(self.side)
    }

    /// What is wrong with a position, as the table has it.
    fn check(self, given: f64) -> Result<(), String> {
        let value = (given - self.origin) as f32;
        if self.edge == Edge::Open && value.abs() > self.reach {
            let coarse = Coarse { column: self.name, value, needed: self.needed };
            return Err(format!("{coarse}{}", self.remedy(value)));
        }
        if self.edge != Edge::Open && !(0.0..=self.side).contains(&value) {
            let (from, to) = (self.origin, self.origin + f64::from(self.side));
            let inside = format!("it must be inside the world, from {from} to {}", Number(to));
            return Err(format!("{inside}{}", self.remedy(value)));
        }
        Ok(())
    }

    /// What brings a table from far away into its world.
    fn remedy(self, value: f32) -> &'static str {
        let far = self.origin == 0.0 && value.abs() > 2.0 * self.side;
        if far { "; a `world.origin` shifts tables" } else { "" }
    }
}

/// Whether a column may hold a value; what is wrong with it, if not.
fn fits(column: &Column, value: f64, axis: Option<Axis>) -> Result<(), String> {
    if !column.allows(axis.map_or(value, |axis| value - axis.origin)) {
        return Err(format!("it must be {}", column.allowed()));
    }
    // From here on a whole number is not its own, but stands for its neighbours too.
    const NOT_ALONE: f64 = 9_007_199_254_740_992.0;
    if column.scalar == Scalar::U64 && value >= NOT_ALONE {
        let most = NOT_ALONE - 1.0;
        return Err(format!(
            "it must be a whole number from 0 to {most}, the largest that a table can tell"
        ));
    }
    // The largest id is that of nobody.
    if column.name == "id" && value >= f64::from(u32::MAX) {
        return Err(format!("it must be a whole number from 0 to {}", u32::MAX - 1));
    }
    axis.map_or(Ok(()), |axis| axis.check(value))
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

fn find<'s>(schema: &'s [Column], wanted: &TableColumn) -> Result<(usize, &'s Column), String> {
    let mut offset = 0;
    for column in schema.iter().filter(|column| column.reach >= Reach::Owned) {
        if column.name == wanted.name {
            if wanted.component >= column.components {
                return Err(format!(
                    "it has a component {} of column `{}`: the model has only {}",
                    wanted.component, wanted.name, column.components
                ));
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
    Err(format!(
        "it has a column `{}`, which the model has not; it has {}",
        wanted.name,
        known.join(", ")
    ))
}
