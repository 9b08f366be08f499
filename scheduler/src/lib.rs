//! Domains of a simulated crowd: partition, ghosts, migration, events, births and snapshots.
//!
//! Sans-I/O: a [`Domain`] is a state machine that is polled and never blocks; a [`Transport`]
//! carries its mail. [`Loopback`] is the transport that is the specification, and
//! [`Simulation`] with [`Serial`] the scheduler that is: every other scheduler gives the same bits.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`model`] | what a model is |
//! | [`field`] | its fields: amounts in the cells of a grid of their own |
//! | [`mod@stats`] | what it reports |
//! | [`prelude`] | what a model is written with |
//! | [`domain`] | one region's state, and the frame as a state machine |
//! | [`transport`] | how mail travels |
//! | [`letters`] | mail between the domains of one process |
//! | [`executor`] | who polls the domains |
//! | [`packet`] | how several processes share domains and pack their mail |
//! | [`simulation`] | a whole world of domains |
//! | [`feed`] | what happens, told as records |
//! | [`inputs`] | what comes into a run from outside |
//! | [`snapshot`] | a world as bytes |
//! | [`registry`] | models behind names, whatever runs them |
//! | `testing` | schedulers that meddle with mail, with the feature of that name |
//! | `conformance` | the suite every scheduler runs, with the feature of that name |

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod area;
mod arena;
mod balance;
mod bounds;
mod clock;
mod commit;
mod compute;
#[cfg(feature = "conformance")]
pub mod conformance;
mod desks;
pub mod domain;
pub mod error;
mod estimate;
pub mod executor;
pub mod feed;
pub mod field;
mod frame;
pub mod geometry;
mod grow;
mod guard;
pub mod inputs;
mod ledger;
mod letter;
pub mod letters;
mod lock;
mod loopback;
mod lots;
mod metrics;
pub mod model;
mod names;
mod narrow;
mod outbox;
pub mod packet;
mod params;
mod partition;
mod parts;
mod passes;
mod plan;
mod precision;
pub mod prelude;
mod receive;
pub mod registry;
mod resume;
mod route;
mod rows;
mod schema;
mod setup;
mod share;
pub mod simulation;
pub mod snapshot;
mod spot;
mod start;
pub mod stats;
mod sums;
mod tend;
#[cfg(feature = "testing")]
pub mod testing;
mod topology;
pub mod transport;
mod weights;
mod window;

pub use area::{AreaError, Finder, MOST_CORNERS, Zone};
pub use clock::{Clock, NoClock};
pub use desks::Desks;
pub use domain::{Census, Domain, Progress};
pub use error::{DomainError, Panicked, Phase, Place, Room, StepError};
pub use estimate::memory_estimate;
pub use executor::{Executor, Serial, advance};
pub use feed::{Feed, Record, Watch, WatchError};
pub use field::{Field, FieldError, FieldNow, Rule, Sown, Start};
pub use flockwork_kernel::{Axes, Plane, Space};
pub use flockwork_spatial::{Cut, CutError, Grid, GridError, Region};
pub use frame::Frame;
pub use geometry::Geometry;
pub use inputs::{Agenda, Answer, Area, Change, Dated, Input, Refused};
pub use letter::{EventKind, Letter, Never};
pub use letters::Letters;
pub use loopback::{Loopback, LoopbackPort};
pub use metrics::{Counter, Counters, PhaseTimes, Told};
pub use model::{
    Event, Finish, LeftOf, LookOf, Model, MutOf, Pair, Pass, Passes, Poke, RefOf, RowOf, ShownOf,
    Tick, TileOf,
};
pub use names::first_twice;
pub use narrow::{Lost, narrow};
pub use params::{
    Given, List, LongList, Param, ParamError, ParamKind, Params, Range, Setting, Text,
};
#[doc(hidden)]
pub use params::{ParamNumber, ParamValue};
pub use partition::Partition;

pub use precision::{Coarse, Needed, PER_RADIUS, PER_STEP, Resolution};
pub use registry::{AnyWorld, Backend, Config, Entry, Lines, Table, TableColumn};
pub use resume::{Arithmetic, Difference, Misfit, SnapshotError};
pub use rows::{Around, ByRows, Neighbour, Rows};
pub use setup::{Initial, MAX_POPULATION, SimulationError, check as check_setup};
pub use simulation::{Observation, Simulation};
pub use snapshot::{DecodeError, MergeError, Snapshot, SnapshotHeader};
pub use start::{Setup, Totals};
pub use stats::{Stat, Stats};
pub use topology::Topology;
pub use transport::{Lane, Transport};
