//! What comes into a run from outside, as data: at a tick, in an order.
//!
//! An [`Input`] says what is done to the world between two ticks. Who has several for one tick gives them
//! as a batch, by [`Simulation::give`](crate::Simulation::give): it is looked through as a whole, in
//! order, and then done as a whole or not at all. A later input sees what earlier ones have done.
//! Scenario and inputs are the run: with the same inputs at the same ticks it has the same bits,
//! whatever computes it.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `agenda.rs` | inputs by tick and number |
//! | `code.rs` | inputs as bytes, for other processes and other languages |

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::params::Given;

mod agenda;
mod code;

pub use agenda::{Agenda, Dated};
pub use code::{CodeError, decode, encode};

/// The most inputs of a batch.
pub const MOST: usize = 1 << 16;

/// Numbers by name.
pub type Values = Vec<(String, f64)>;

/// What is done to a world between two ticks.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Input {
    /// An entity comes into the world: the model spawns it, but for these numbers of its columns. Of a
    /// vector all or nothing is given. It gets the next free id.
    Spawn {
        /// Numbers of columns by name, as in a table of entities.
        values: Values,
    },
    /// An entity leaves the world.
    Remove {
        /// Its id.
        id: u32,
    },
    /// An entity has other numbers in some columns. One that is not alive afterwards is gone.
    Set {
        /// Its id.
        id: u32,
        /// Numbers of columns by name.
        values: Values,
    },
    /// Parameters have other values: all that are given, together.
    Params {
        /// Parameters by name.
        params: Vec<Given>,
    },
    /// Everybody within `radius` of a point is poked: see [`Model::poke`](crate::Model::poke).
    Poke {
        /// The point: a coordinate for each axis.
        at: Vec<f64>,
        /// How far it reaches, in length; who is exactly so far away is poked too.
        radius: f64,
        /// Numbers by name, of those in [`Model::POKES`](crate::Model::POKES); 0 unless given.
        values: Values,
    },
    /// Cells of a field hold other amounts: see [`Model::FIELDS`](crate::Model::FIELDS).
    Field {
        /// The name of the field.
        name: String,
        /// Which cells: those whose middles are in it.
        area: Area,
        /// What they hold.
        change: Change,
    },
    /// Doors are open, or closed, from now on: their schedules are over. See [`crate::geometry`].
    Door {
        /// Their numbers in the list of shapes.
        shapes: Vec<u32>,
        /// Whether they are open.
        open: bool,
    },
}

/// A part of the world, in the coordinates of tables.
#[derive(Clone, Debug, PartialEq)]
pub enum Area {
    /// Within a radius of a point, along the shortest way; who is exactly so far away is in it.
    Ball {
        /// The point: a coordinate for each axis.
        at: Vec<f64>,
        /// How far it reaches, in length.
        radius: f64,
    },
    /// A box, with its ends. Along a periodic axis it may reach over the seam, up to one length of the world beyond
    /// either end.
    Box {
        /// The corner where all coordinates are least.
        low: Vec<f64>,
        /// The corner where they are largest.
        high: Vec<f64>,
    },
}

/// What becomes of an amount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// This amount: the whole number below it.
    Set(f64),
    /// So much more, or less where it is below 0, of which decimals are cut off; never less than 0, nor more than
    /// the most that a cell may hold.
    Add(f64),
}

impl Input {
    /// Its name in files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Spawn { .. } => "spawn",
            Self::Remove { .. } => "remove",
            Self::Set { .. } => "set",
            Self::Params { .. } => "params",
            Self::Poke { .. } => "poke",
            Self::Field { .. } => "field",
            Self::Door { .. } => "door",
        }
    }

    /// The entity that it names.
    pub(crate) fn entity(&self) -> Option<u32> {
        match self {
            Self::Remove { id } | Self::Set { id, .. } => Some(*id),
            _ => None,
        }
    }
}

/// A batch was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Ticks done when it was: the next tick is the first one that sees it.
    pub tick: u64,
    /// The ids of those it spawned, in its order.
    pub ids: Vec<u32>,
}

/// A batch was refused: nothing of it was done, and the run can go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Ticks done.
    pub tick: u64,
    /// The place of the input in the batch, from 0 on: of several that cannot be done, the first.
    pub place: u32,
    /// What is wrong with it, and what is allowed.
    pub problem: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tick, place, problem } = self;
        write!(f, "input {place} at tick {tick}: {problem}; of all inputs given, nothing was done")
    }
}

impl core::error::Error for Refused {}
