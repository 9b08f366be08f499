//! What can go wrong in a tick, and where.

use alloc::string::String;
use core::fmt;

use flockwork_kernel::columns::{Column, LayoutError, Number};
use flockwork_kernel::float_mode::FloatMode;
use flockwork_spatial::{PassError, SortError};

use crate::precision::Coarse;

/// A domain cannot go on.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum DomainError {
    /// More entities or ghosts than there is room for. Nothing was changed: after
    /// [`Domain::reserve`](crate::Domain::reserve) the domain can be polled again.
    Capacity {
        /// The domain.
        domain: u32,
        /// Of what.
        what: Room,
        /// How many must fit.
        needed: usize,
        /// How many fit.
        capacity: usize,
    },
    /// A value of an entity has become infinite or NaN.
    NonFinite {
        /// The entity; of several in a domain, that of smallest id.
        id: u32,
        /// The column, of several the first.
        column: &'static str,
        /// The tick that made it so.
        tick: u64,
    },
    /// A value of an entity has left the range that its column states.
    OutOfRange {
        /// The entity; of several in a domain, that of smallest id.
        id: u32,
        /// The column, of several the first.
        column: &'static Column,
        /// The value.
        value: f64,
        /// The tick that made it so.
        tick: u64,
    },
    /// A worker's thread computes in another way than every other one; see
    /// [`flockwork_kernel::float_mode`].
    FloatMode {
        /// What it does.
        mode: FloatMode,
        /// The worker.
        worker: u32,
        /// The tick.
        tick: u64,
    },
    /// What the rule of a field says cannot be done.
    Rule {
        /// The field.
        field: &'static str,
        /// The tick.
        tick: u64,
    },
    /// There are no ids left for newborns.
    IdsExhausted {
        /// The tick.
        tick: u64,
    },
    /// A message does not fit this tick or this model.
    Protocol {
        /// The domain that sent it.
        from: u32,
        /// The tick it should be of.
        tick: u64,
    },
    /// The domain's transport has failed before.
    Mail {
        /// The domain.
        domain: u32,
        /// The tick it failed in.
        tick: u64,
    },
    /// An event is for an entity that does not exist.
    UnknownTarget {
        /// The id it is for.
        id: u32,
        /// The tick.
        tick: u64,
    },
    /// An entity is outside of the world, which is bounded.
    Outside {
        /// The entity; of several in a domain, the first one met.
        id: u32,
        /// The column.
        column: &'static str,
        /// The value.
        value: f32,
        /// The side of the world along it.
        side: f32,
        /// The tick that brought it there.
        tick: u64,
    },
    /// An entity is so far from 0 that places there are too far apart.
    TooFar {
        /// The entity; of several in a domain, the first one met.
        id: u32,
        /// Where it is.
        coarse: Coarse,
        /// The tick that brought it there.
        tick: u64,
    },
    /// The model named a candidate by an index that is none.
    NoCandidate {
        /// The index.
        index: u32,
        /// How many candidates there are.
        count: usize,
        /// The tick.
        tick: u64,
    },
    /// The domain was left in the midst of something, by a panic or because all of its world went
    /// back to the last completed tick.
    Ended {
        /// The domain.
        domain: u32,
        /// The tick.
        tick: u64,
    },
    /// The memory for this many entities cannot be had.
    OutOfMemory {
        /// How many entities.
        capacity: usize,
    },
    /// Memory does not fit the columns.
    Layout(LayoutError),
    /// Entities could not be sorted.
    Sort(SortError),
    /// The neighbour pass could not run.
    Pass(PassError),
}

/// What a domain has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Entities the domain owns.
    Entities,
    /// Entities its neighbours own, which it sees.
    Ghosts,
}

/// What to say of another mode of computing.
pub(crate) const MODE_HINT: &str = "which changes results: some library has changed the \
    floating-point mode of that thread (MXCSR or FPCR)";

impl fmt::Display for DomainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capacity { domain, what, needed, capacity } => {
                let what = match what {
                    Room::Entities => "entities",
                    Room::Ghosts => "ghosts",
                };
                write!(f, "region {domain} has room for {capacity} {what} and needs {needed}")
            }
            Self::NonFinite { id, column, tick } => write!(
                f,
                "column `{column}` of entity {id} is not a finite number after tick {tick}: check \
                 dt, speeds and forces"
            ),
            Self::OutOfRange { id, column, value, tick } => write!(
                f,
                "column `{}` of entity {id} is {} after tick {tick}: it must be {}; check dt, \
                 speeds and forces",
                column.name,
                Number(*value),
                column.allowed()
            ),
            Self::FloatMode { mode, worker, tick } => {
                write!(f, "the thread of worker {worker} {mode} in tick {tick}, {MODE_HINT}")
            }
            Self::Rule { field, tick } => {
                write!(f, "the rule of field `{field}` cannot be followed in tick {tick}")
            }
            Self::IdsExhausted { tick } => {
                write!(f, "there are no ids left for the births of tick {tick}")
            }
            Self::Protocol { from, tick } => {
                write!(f, "region {from} sent a message that does not fit tick {tick}")
            }
            Self::Mail { domain, tick } => {
                write!(f, "the mail of region {domain} failed in tick {tick}")
            }
            Self::UnknownTarget { id, tick } => {
                write!(f, "an event of tick {tick} is for entity {id}, which does not exist")
            }
            Self::Outside { id, column, value, side, tick } => write!(
                f,
                "column `{column}` of entity {id} is {value} after tick {tick}: it must be inside \
                 the world, from 0 to {side}; a model's `update` brings places back, as \
                 `Tick::drift` does"
            ),
            Self::TooFar { id, coarse, tick } => write!(
                f,
                "column `{}` of entity {id} is {} after tick {tick}: {coarse}",
                coarse.column, coarse.value
            ),
            Self::NoCandidate { index, count, tick } => write!(
                f,
                "the model named candidate {index} in tick {tick}: there are {count}, from 0 on; \
                 only an index that `pair` was given means one"
            ),
            Self::Ended { domain, tick } => {
                write!(f, "region {domain} did not bring tick {tick} to an end and cannot go on")
            }
            Self::OutOfMemory { capacity } => {
                write!(f, "there is not enough memory for {capacity} entities in one region")
            }
            Self::Layout(error) => error.fmt(f),
            Self::Sort(error) => error.fmt(f),
            Self::Pass(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for DomainError {}

impl From<LayoutError> for DomainError {
    fn from(error: LayoutError) -> Self {
        Self::Layout(error)
    }
}

impl From<SortError> for DomainError {
    fn from(error: SortError) -> Self {
        Self::Sort(error)
    }
}

impl From<PassError> for DomainError {
    fn from(error: PassError) -> Self {
        Self::Pass(error)
    }
}

/// A part of the work, in the order in which a world goes through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// The model is made from its parameters; its `check`.
    SetUp,
    /// The model's `spawn`.
    Spawn,
    /// Entities are sorted into cells; the model's `show`.
    Sort,
    /// The neighbour pass; the model's `load`, `pair` and `finish`.
    Neighbours,
    /// Events and births are sent.
    Post,
    /// The model's `apply`.
    Apply,
    /// The model's `born`, `inflow` and `arrive`.
    Born,
    /// The model's `update`.
    Update,
    /// Migrants and ghosts are sent.
    Route,
    /// Migrants and ghosts are taken in.
    Receive,
    /// Statistics are added up.
    Tally,
    /// Mail and sums of all processes are exchanged.
    Books,
    /// The statistics of a tick, for the model or for those over time.
    Remember,
    /// Inputs between two ticks; the model's `poke`, and its `spawn` and `check` for them.
    Inputs,
    /// Statistics are made of what was added up.
    Report,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 15] = [
        Self::SetUp,
        Self::Spawn,
        Self::Sort,
        Self::Neighbours,
        Self::Post,
        Self::Apply,
        Self::Born,
        Self::Update,
        Self::Route,
        Self::Receive,
        Self::Tally,
        Self::Books,
        Self::Remember,
        Self::Inputs,
        Self::Report,
    ];

    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::SetUp => "set-up",
            Self::Spawn => "spawn",
            Self::Sort => "sort",
            Self::Neighbours => "neighbours",
            Self::Post => "post",
            Self::Apply => "apply",
            Self::Born => "born",
            Self::Update => "update",
            Self::Route => "route",
            Self::Receive => "receive",
            Self::Tally => "tally",
            Self::Books => "books",
            Self::Remember => "the statistics of the tick",
            Self::Inputs => "inputs",
            Self::Report => "report",
        }
    }
}

/// Where in the work something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What was being done.
    pub phase: Phase,
    /// In which domain; None where it was done for the whole world.
    pub domain: Option<u32>,
    /// In which tick.
    pub tick: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in phase `{}`", self.phase.name())?;
        if let Some(domain) = self.domain {
            write!(f, " of region {domain}")?;
        }
        write!(f, " in tick {}", self.tick)
    }
}

/// The model panicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// What it said.
    pub message: String,
    /// Where.
    pub place: Place,
    /// The worker that it happened on.
    pub worker: u32,
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, place, worker } = self;
        write!(f, "the model panicked {place} on worker {worker}: {message}")
    }
}

impl core::error::Error for Panicked {}

/// A tick cannot go on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StepError<E> {
    /// In the domain itself.
    Domain(DomainError),
    /// In the model.
    Panicked(Panicked),
    /// In the transport of its mail.
    Transport(E),
}

impl<E> From<DomainError> for StepError<E> {
    fn from(error: DomainError) -> Self {
        Self::Domain(error)
    }
}

impl<E: fmt::Display> fmt::Display for StepError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(error) => error.fmt(f),
            Self::Panicked(panicked) => panicked.fmt(f),
            Self::Transport(error) => write!(f, "mail between regions failed: {error}"),
        }
    }
}

impl<E: core::error::Error> core::error::Error for StepError<E> {}
