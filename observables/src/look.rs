//! What an observable looks at, and what can be wrong with it.

use std::error::Error;
use std::fmt;

use flockwork_kernel::{Axes, Vector, World};
use flockwork_spatial::{IndexError, QueryError};

use crate::table::Table;

/// The entities of one tick. Slices of `[f32; 2]` or `[f32; 3]` become ones of vectors by `bytemuck`.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a, A: Axes> {
    /// The tick.
    pub tick: u64,
    /// Where they are.
    pub places: &'a [Vector<A>],
    /// Their ids, ascending.
    pub ids: &'a [u32],
    /// How fast they move; empty where nobody asks.
    pub velocities: &'a [Vector<A>],
    /// Of which groups each is, by bits: see [`Radial::between`](crate::Radial::between). Empty where
    /// nobody asks.
    pub groups: &'a [u8],
}

impl<A: Axes> Look<'_, A> {
    /// Whether there are as many of everything, ids ascend and numbers are finite.
    ///
    /// # Errors
    ///
    /// [`ObserveError`] names the first that is not so.
    pub fn check(&self) -> Result<(), ObserveError> {
        let expected = self.places.len();
        if self.ids.len() != expected {
            return Err(ObserveError::Length { column: "ids", expected, found: self.ids.len() });
        }
        if let Some(at) = self.ids.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(ObserveError::Unsorted { id: self.ids[at + 1] });
        }
        finite("places", self.places)?;
        finite("velocities", self.velocities)
    }

    /// The velocities.
    ///
    /// # Errors
    ///
    /// [`ObserveError::Length`] if there is not one for each place.
    pub(crate) fn needs_velocities(&self) -> Result<(), ObserveError> {
        self.needs("velocities", self.velocities.len())
    }

    /// The groups.
    ///
    /// # Errors
    ///
    /// As [`Look::needs_velocities`].
    pub(crate) fn needs_groups(&self) -> Result<(), ObserveError> {
        self.needs("groups", self.groups.len())
    }

    fn needs(&self, column: &'static str, found: usize) -> Result<(), ObserveError> {
        let expected = self.places.len();
        if found != expected {
            return Err(ObserveError::Length { column, expected, found });
        }
        Ok(())
    }
}

fn finite<A: Axes>(column: &'static str, values: &[Vector<A>]) -> Result<(), ObserveError> {
    // One sum without a branch: infinite or NaN times 0 is NaN.
    let sum: f32 = values
        .iter()
        .map(|value| value.along(0) * 0.0 + value.along(1) * 0.0 + value.along(2) * 0.0)
        .sum();
    if sum == 0.0 {
        return Ok(());
    }
    let index = values.iter().position(|value| !value.is_finite()).unwrap_or(0);
    Err(ObserveError::NotFinite { column, index })
}

/// What is measured over many looks.
pub trait Observable<A: Axes> {
    /// Looks at the entities of a tick.
    ///
    /// # Errors
    ///
    /// [`ObserveError`]; nothing was counted then.
    fn look(&mut self, look: &Look<'_, A>) -> Result<(), ObserveError>;

    /// How many looks were counted.
    fn samples(&self) -> u64;

    /// What came of it.
    fn table(&self) -> Table;
}

/// Why something cannot be measured.
#[derive(Clone, Debug, PartialEq)]
pub enum ObserveError {
    /// A column is not as long as the places.
    Length {
        /// `"ids"`, `"velocities"` or `"groups"`.
        column: &'static str,
        /// How many places there are.
        expected: usize,
        /// How many of these there are.
        found: usize,
    },
    /// An id does not come after one that is smaller.
    Unsorted {
        /// The id.
        id: u32,
    },
    /// A component is NaN or infinite.
    NotFinite {
        /// `"places"` or `"velocities"`.
        column: &'static str,
        /// The first such slot.
        index: usize,
    },
    /// A parameter is not what is allowed.
    Parameter {
        /// Its name.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What is allowed.
        allowed: String,
    },
    /// The world has an axis that is not periodic.
    NotPeriodic {
        /// `"x"`, `"y"` or `"z"`.
        axis: &'static str,
    },
    /// The world has another number of axes.
    OtherAxes {
        /// The axes of the world.
        world: usize,
        /// Those of the observable.
        observable: usize,
    },
    /// Two that are to become one were made with other parameters.
    OtherParameters,
    /// The index refuses places.
    Index(IndexError),
    /// The index refuses a radius.
    Query(QueryError),
}

impl fmt::Display for ObserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { column, expected, found } => {
                write!(
                    f,
                    "there are {found} {column} for {expected} places: one for each is needed"
                )
            }
            Self::Unsorted { id } => {
                write!(f, "ids must ascend, and {id} comes after one that is not below it")
            }
            Self::NotFinite { column, index } => {
                write!(f, "number {index} of the {column} is not finite")
            }
            Self::Parameter { name, value, allowed } => {
                write!(f, "`{name}` is {value}: it must be {allowed}")
            }
            Self::NotPeriodic { axis } => {
                write!(f, "the world is not periodic along {axis}: all axes must be")
            }
            Self::OtherAxes { world, observable } => {
                write!(f, "the world has {world} axes, and this is for {observable}")
            }
            Self::OtherParameters => f.write_str("the two were made with other parameters"),
            Self::Index(error) => error.fmt(f),
            Self::Query(error) => error.fmt(f),
        }
    }
}

impl Error for ObserveError {}

impl From<IndexError> for ObserveError {
    fn from(error: IndexError) -> Self {
        Self::Index(error)
    }
}

impl From<QueryError> for ObserveError {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

/// Checks that a world has the axes.
pub(crate) fn check_axes<A: Axes>(world: &World) -> Result<(), ObserveError> {
    let axes = world.axes().len();
    if axes == A::COUNT {
        return Ok(());
    }
    Err(ObserveError::OtherAxes { world: axes, observable: A::COUNT })
}

/// A whole number of something.
pub(crate) fn whole(name: &'static str, value: u32, most: u32) -> Result<u32, ObserveError> {
    if (1..=most).contains(&value) {
        return Ok(value);
    }
    let allowed = format!("a whole number from 1 to {most}");
    Err(ObserveError::Parameter { name, value: f64::from(value), allowed })
}
