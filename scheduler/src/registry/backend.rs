//! Where simulations run.

use alloc::boxed::Box;

use super::shares::Shares;
use super::world::AnyWorld;
use crate::executor::Executor;
use crate::setup::SimulationError;

/// Where simulations run: on the threads of this process, on several processes, on web workers.
pub trait Backend: 'static {
    /// How a simulation is run; no choice there changes a result.
    type Options;
    /// Polls the domains and carries the mail.
    type Executor: Executor + Send + 'static;
    /// What a program gets of a simulation.
    type Made;
    /// Why there is none.
    type Error: From<SimulationError>;

    /// Among how many a world is shared.
    ///
    /// # Errors
    ///
    /// What of the options is not acceptable.
    fn shares(options: &Self::Options) -> Result<Shares, Self::Error>;

    /// Makes an executor.
    ///
    /// # Errors
    ///
    /// Why it cannot be had.
    fn executor(options: &Self::Options) -> Result<Self::Executor, Self::Error>;

    /// Takes in a simulation that was made.
    fn wrap(world: Box<dyn AnyWorld<Self::Executor>>, options: &Self::Options) -> Self::Made;
}
