//! Why a crowd cannot be made, changed or computed.

use std::fmt;

use flockwork_scheduler::{ParamError, SimulationError};
#[cfg(feature = "threads")]
use flockwork_scheduler_native::ThreadsError;

/// Why a crowd cannot be made, changed or computed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CrowdError {
    /// Something of the simulation is not acceptable, or ended it.
    Simulation(SimulationError),
    /// The threads cannot be had.
    #[cfg(feature = "threads")]
    Threads(ThreadsError),
    /// A scenario cannot be read.
    #[cfg(feature = "scenario")]
    Scenario(String),
}

impl From<SimulationError> for CrowdError {
    fn from(error: SimulationError) -> Self {
        Self::Simulation(error)
    }
}

impl From<ParamError> for CrowdError {
    fn from(error: ParamError) -> Self {
        Self::Simulation(error.into())
    }
}

#[cfg(feature = "threads")]
impl From<ThreadsError> for CrowdError {
    fn from(error: ThreadsError) -> Self {
        Self::Threads(error)
    }
}

impl fmt::Display for CrowdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simulation(error) => error.fmt(f),
            #[cfg(feature = "threads")]
            Self::Threads(error) => error.fmt(f),
            #[cfg(feature = "scenario")]
            Self::Scenario(problem) => f.write_str(problem),
        }
    }
}

impl std::error::Error for CrowdError {}
