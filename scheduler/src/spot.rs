//! One number of an entity by the name of its column: where it goes in a packed row, and what it may be.
//!
//! Places are as a user has them: the world's origin is where they are 0.

use alloc::format;
use alloc::string::{String, ToString};

use flockwork_kernel::columns::{Column, Number, Reach, Scalar};
use flockwork_kernel::{Edge, World};

use crate::precision::{Coarse, Needed};

/// What one of the numbers of a column is called in a table: `x`, or `genes_3` where there are
/// several.
pub fn number_name(column: &Column, component: u32) -> String {
    match column.components {
        1 => column.name.to_string(),
        _ => format!("{}_{component}", column.name),
    }
}

/// Everything that a table may say of an entity: the names of the numbers of all columns that
/// travel, with the column of each and its place in it.
pub fn number_names(schema: &[Column]) -> impl Iterator<Item = (String, &Column, u32)> {
    schema.iter().filter(|column| column.reach >= Reach::Owned).flat_map(|column| {
        (0..column.components)
            .map(move |component| (number_name(column, component), column, component))
    })
}

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

/// One number of an entity.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) column: &'static Column,
    /// Which of its numbers it is.
    pub(crate) component: u32,
    /// Where it begins in a packed row.
    offset: usize,
    /// If it is a position.
    axis: Option<Axis>,
}

impl Spot {
    /// The numbers of this column, from the first on, which begin at `offset` of a packed row.
    pub(crate) fn of(
        column: &'static Column,
        offset: usize,
        component: u32,
        world: &World,
        needed: Needed,
    ) -> Self {
        let offset = offset + component as usize * column.scalar.size();
        Self { column, component, offset, axis: Axis::of(world, needed, column.name) }
    }

    /// What is wrong with a value, if something is.
    pub(crate) fn check(&self, value: f64) -> Result<(), String> {
        fits(self.column, value, self.axis)
    }

    /// Writes a value that was checked into a packed row.
    pub(crate) fn put(&self, value: f64, packed: &mut [u8]) {
        let mut put = |bytes: &[u8]| {
            if let Some(place) = packed.get_mut(self.offset..self.offset + bytes.len()) {
                place.copy_from_slice(bytes);
            }
        };
        match self.column.scalar {
            Scalar::F32 => {
                let value = match self.axis {
                    Some(axis) => axis.place(value),
                    // Adding 0 makes 0 of -0.
                    None => value as f32 + 0.0,
                };
                put(&value.to_le_bytes());
            }
            Scalar::U32 => put(&(value as u32).to_le_bytes()),
            Scalar::U16 => put(&(value as u16).to_le_bytes()),
            Scalar::U8 | Scalar::Bool => put(&[value as u8]),
            Scalar::I32 => put(&(value as i32).to_le_bytes()),
            Scalar::U64 => put(&(value as u64).to_le_bytes()),
        }
    }
}

/// A number with no more digits than it has.
pub(crate) fn number_text(value: f64) -> String {
    if value.abs() < 1.0e16 && (value == 0.0 || value.abs() >= 1.0e-5) || !value.is_finite() {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// Where positions along an axis may be.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
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
    pub(crate) fn of(world: &World, needed: Needed, column: &str) -> Option<Self> {
        let axes = world.axes().iter().zip(World::COORDINATES).zip(world.origin());
        let ((axis, name), origin) = axes.into_iter().find(|((_, name), _)| *name == column)?;
        let (side, reach) = (axis.length, needed.reach_in(world));
        Some(Self { name, edge: axis.edge, origin, side, reach, needed })
    }

    /// The position in the world.
    pub(crate) fn place(self, given: f64) -> f32 {
        // Adding 0 makes 0 of -0.
        let narrow = (given - self.origin) as f32 + 0.0;
        // Left meets right.
        if self.edge == Edge::Periodic && narrow >= self.side { 0.0 } else { narrow }
    }

    /// What is wrong with a position, if something is.
    pub(crate) fn check(self, given: f64) -> Result<(), String> {
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

    /// A corner of a box, which may go on over a seam, up to one length of the world beyond either end.
    pub(crate) fn corner(self, given: f64) -> Result<f32, String> {
        if self.edge != Edge::Periodic {
            return self.check(given).map(|()| self.place(given));
        }
        let (corner, side) = (given - self.origin, f64::from(self.side));
        if !(-side..=2.0 * side).contains(&corner) {
            let [from, to] = [-side, 2.0 * side].map(|end| Number(self.origin + end));
            return Err(format!("in a world that closes there it must be from {from} to {to}"));
        }
        // Adding 0 makes 0 of -0.
        Ok(corner as f32 + 0.0)
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
