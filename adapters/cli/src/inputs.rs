//! Inputs of a run: from a file, from the scenario's own schedule, and into a log.
//!
//! A file has a line of JSON for each input: its tick, if it matters its number among those of that tick,
//! and what is done.
//!
//! ```json
//! {"tick": 10, "spawn": {"x": 1.5, "y": 2.0}}
//! {"tick": 10, "remove": 17}
//! {"tick": 12, "set": {"id": 3, "vx": 0.5, "vy": 0}}
//! {"tick": 12, "params": {"alignment": 2.0}}
//! {"tick": 12, "poke": {"at": [5, 5], "radius": 2, "push": 1.5}}
//! ```
//!
//! A scenario has the same as `[[input]]`, with `at = TICK`, or `every = K`, `from`, `until` instead of
//! `tick`. Those of the scenario are done first, in the order of the file.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `line.rs` | one input as JSON |
//! | `file.rs` | files of inputs, and logs, which are such files too |
//! | `schedule.rs` | what is due at which tick |
//! | `guided.rs` | a simulation that is given what is due |
//! | `log.rs` | the log of a run |

mod file;
mod guided;
mod line;
mod log;
mod schedule;

pub(crate) use file::{File, Line, head, parse, read};
pub(crate) use guided::{Given, Guided};
pub(crate) use line::{line_of, list};
pub(crate) use log::Log;
pub(crate) use schedule::Schedule;
