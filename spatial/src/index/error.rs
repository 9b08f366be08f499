//! What keeps an index from being built.

use core::fmt;

use crate::{GridError, SortError};

/// An index cannot be built.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum IndexError {
    /// A column is not as long as `xs`.
    LengthMismatch {
        /// `"ys"`, `"zs"` or `"ids"`.
        column: &'static str,
        /// The length of `xs`.
        expected: usize,
        /// The length of this column.
        found: usize,
    },
    /// There are more entities than slots can be numbered.
    TooMany {
        /// How many were given.
        count: usize,
        /// How many may be given.
        most: u32,
    },
    /// A coordinate is NaN or infinite.
    NotFinite {
        /// Which coordinate: `"x"`, `"y"` or `"z"`.
        axis: &'static str,
        /// The first such slot.
        index: u32,
        /// What it is.
        value: f32,
    },
    /// A coordinate is outside the world, or too large for the cells.
    Outside {
        /// Which coordinate: `"x"`, `"y"` or `"z"`.
        axis: &'static str,
        /// The first such slot.
        index: u32,
        /// What it is.
        value: f32,
        /// The smallest that is allowed.
        low: f32,
        /// The largest that is allowed.
        high: f32,
    },
    /// Two entities of one cell have the same id.
    DuplicateId {
        /// The first slot whose id an earlier slot of its cell has.
        index: u32,
        /// The id.
        id: u32,
    },
    /// A slice of the caller is too short.
    TooShort {
        /// Its name.
        slice: &'static str,
        /// Places needed.
        needed: usize,
        /// Places given.
        given: usize,
    },
    /// The world has another number of axes than the entities.
    OtherAxes {
        /// The axes of the world.
        world: usize,
        /// The axes of the entities.
        entities: usize,
    },
    /// The side of a hash's cells is not a usable number.
    InvalidSize {
        /// What was given.
        size: f32,
    },
    /// An order names a slot that a column lacks.
    NoSuchSlot {
        /// The slot.
        slot: u32,
        /// The length of the column.
        slots: usize,
    },
    /// The entities cannot be sorted.
    Sort(SortError),
    /// The world has no grid of this radius.
    Grid(GridError),
}

impl From<SortError> for IndexError {
    fn from(error: SortError) -> Self {
        Self::Sort(error)
    }
}

impl From<GridError> for IndexError {
    fn from(error: GridError) -> Self {
        Self::Grid(error)
    }
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthMismatch { column, expected, found } => {
                write!(f, "column {column} has {found} entities: it must have {expected}, as xs")
            }
            Self::TooMany { count, most } => {
                write!(f, "{count} entities were given: there may be at most {most}")
            }
            Self::NotFinite { axis, index, value } => {
                write!(f, "{axis} of slot {index} is {value}: it must be a finite number")
            }
            Self::Outside { axis, index, value, low, high } => {
                write!(f, "{axis} of slot {index} is {value}: it must be from {low} to {high}")
            }
            Self::DuplicateId { index, id } => {
                write!(f, "slot {index} has id {id}, as an earlier slot: ids must be unique")
            }
            Self::TooShort { slice, needed, given } => {
                write!(f, "slice {slice} has {given} places and needs {needed}")
            }
            Self::OtherAxes { world, entities } => write!(
                f,
                "the world has {world} axes, the entities have {entities}: they must have as many"
            ),
            Self::InvalidSize { size } => {
                let (low, high) = crate::hash::SIZE;
                write!(f, "the side of a cell is {size}: it must be from {low:e} to {high:e}")
            }
            Self::NoSuchSlot { slot, slots } => {
                write!(f, "the order names slot {slot}, but the column has only {slots}")
            }
            Self::Sort(error) => error.fmt(f),
            Self::Grid(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for IndexError {}
