//! Simulations on threads of this process, for programs that choose a model by name.

use std::fmt;
use std::time::Duration;

use flockwork_scheduler::registry::{self, AnyWorld, Shares};
use flockwork_scheduler::{Backend, Cut, SimulationError};

use crate::any::AnySimulation;
use crate::native::Native;
use crate::threads::{MAX_WORKERS, Threads, ThreadsError};

/// How a simulation is run; no choice here changes a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The number of worker threads.
    pub workers: usize,
    /// The cut of the world; None chooses one for the workers.
    pub cut: Option<Cut>,
    /// Whether the world is cut anew when the work becomes uneven.
    pub rebalance: bool,
    /// How long a worker may be busy with one phase of one region before the run ends with
    /// [`SimulationError::Stalled`]; None if it may take for ever.
    pub deadline: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        Self { workers, cut: None, rebalance: true, deadline: None }
    }
}

impl Options {
    /// How a world is shared among so many processes with these options.
    ///
    /// # Errors
    ///
    /// [`ThreadsError::Workers`] if there cannot be as many threads.
    pub fn shares(&self, processes: usize) -> Result<Shares, BuildError> {
        let Self { workers, cut, rebalance, .. } = *self;
        if workers == 0 || workers > MAX_WORKERS {
            return Err(ThreadsError::Workers { given: workers }.into());
        }
        Ok(Shares { processes, workers, cut, rebalance })
    }
}

/// Everything a simulation is made from.
pub type Config = registry::Config<Options>;

/// A model that can be chosen by name, on threads or several processes.
pub type Entry = registry::Entry<Options, Box<dyn AnySimulation>, BuildError>;

/// A backend whose simulations a program drives as [`AnySimulation`].
pub trait ProgramBackend:
    Backend<Options = Options, Made = Box<dyn AnySimulation>, Error = BuildError>
{
}

impl<B> ProgramBackend for B where
    B: Backend<Options = Options, Made = Box<dyn AnySimulation>, Error = BuildError>
{
}

/// Runs simulations on threads of this process.
#[derive(Clone, Copy, Debug)]
pub struct OnThreads;

impl Backend for OnThreads {
    type Options = Options;
    type Executor = Threads;
    type Made = Box<dyn AnySimulation>;
    type Error = BuildError;

    fn shares(options: &Options) -> Result<Shares, BuildError> {
        options.shares(1)
    }

    fn executor(options: &Options) -> Result<Threads, BuildError> {
        Ok(Threads::new(options.workers)?)
    }

    fn wrap(world: Box<dyn AnyWorld<Threads>>, options: &Options) -> Box<dyn AnySimulation> {
        Box::new(Native::new(world, options.deadline))
    }
}

/// A simulation cannot be made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BuildError {
    /// Something of the simulation is not acceptable.
    Simulation(SimulationError),
    /// The threads cannot be had.
    Threads(ThreadsError),
}

impl From<SimulationError> for BuildError {
    fn from(error: SimulationError) -> Self {
        Self::Simulation(error)
    }
}

impl From<ThreadsError> for BuildError {
    fn from(error: ThreadsError) -> Self {
        Self::Threads(error)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simulation(error) => error.fmt(f),
            Self::Threads(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BuildError {}
