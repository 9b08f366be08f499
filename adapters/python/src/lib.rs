//! The Python module `flockwork`: worlds that are stepped, their columns as arrays of NumPy, and the
//! neighbour index on such arrays.
//!
//! Nothing is computed here. Scenarios are read and worlds are made by `flockwork-cli`, run by
//! `flockwork-scheduler-native`, and searched by `flockwork-spatial`; what a person sees of it, with
//! types, is in `flockwork.pyi`.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `simulation` | a world that is stepped |
//! | `frame` | its columns at one tick |
//! | `series` | statistics over ticks |
//! | `index`, `search` | the neighbour index, and many queries to it at once |
//! | `lists` | a list of neighbours for each point |
//! | `loan` | its own memory, lent |
//! | `given`, `table` | scenarios, numbers and columns as they are given |
//! | `models` | what the models are |
//! | `points` | points as NumPy has them |
//! | `array` | memory of Rust as arrays of NumPy |

mod array;
mod error;
mod frame;
mod given;
mod index;
mod lists;
mod loan;
mod models;
mod points;
mod search;
mod series;
mod simulation;
mod table;

use pyo3::prelude::*;

/// Large crowds of simple agents, and who is near whom.
#[pymodule]
mod flockwork {
    #[pymodule_export]
    use super::error::SimulationError;
    #[pymodule_export]
    use super::frame::Frame;
    #[pymodule_export]
    use super::index::Index;
    #[pymodule_export]
    use super::lists::Lists;
    #[pymodule_export]
    const NOBODY: u32 = super::lists::NOBODY;
    #[pymodule_export]
    use super::models::models;
    #[pymodule_export]
    use super::series::{Mean, Series};
    #[pymodule_export]
    use super::simulation::Simulation;
}
