//! One rank's simulation, whatever its model.

use alloc::vec::Vec;

use flockwork_scheduler::{
    Counters, Observation, ParamError, Place, Progress, Setup, SimulationError,
};

use crate::mail::Mail;

/// One rank's simulation of any model.
pub trait AnyWorld {
    /// Goes on with what was begun.
    ///
    /// # Errors
    ///
    /// As [`flockwork_scheduler::Simulation::poll`].
    fn poll(&mut self) -> Result<Progress, SimulationError>;
    /// Begins a tick.
    fn begin(&mut self);
    /// Begins an observation.
    fn begin_observation(&mut self);
    /// What the last one saw; None before the first.
    fn observation(&self) -> Option<Observation>;
    /// Ticks done.
    fn tick(&self) -> u64;
    /// Entities in the whole world.
    fn population(&self) -> u64;
    /// One statistic of the last observation; NaN if there is none.
    ///
    /// # Errors
    ///
    /// As [`flockwork_scheduler::Simulation::report`].
    fn stat(&self, index: usize) -> Result<f64, SimulationError>;
    /// Prepares a parameter.
    ///
    /// # Errors
    ///
    /// [`ParamError`].
    fn prepare(&mut self, name: &str, value: f64) -> Result<(), ParamError>;
    /// Begins to use the parameters that were prepared.
    ///
    /// # Errors
    ///
    /// As [`flockwork_scheduler::Simulation::set_params`].
    fn set_params(&mut self) -> Result<(), SimulationError>;
    /// The value of a parameter; NaN if there is none.
    fn param(&self, index: usize) -> f64;
    /// What the run began with.
    fn setup(&self) -> Setup;
    /// The interaction radius.
    fn radius(&self) -> f32;
    /// The name of the model.
    fn name(&self) -> &'static str;
    /// The regions of the world.
    fn regions(&self) -> usize;
    /// What this rank's domains have done.
    fn counters(&self) -> Counters;
    /// The number of ghosts here.
    ///
    /// # Errors
    ///
    /// As [`flockwork_scheduler::Simulation::domains`].
    fn ghosts(&self) -> Result<usize, SimulationError>;
    /// How often the world was cut anew, and how uneven it is.
    fn balance(&self) -> (u64, f64);
    /// Entities owned here, and before.
    ///
    /// # Errors
    ///
    /// As [`flockwork_scheduler::Simulation::domains`].
    fn owned(&self) -> Result<(u64, u64), SimulationError>;
    /// This rank's part of a snapshot.
    ///
    /// # Errors
    ///
    /// As [`flockwork_scheduler::Simulation::domains`].
    fn snapshot(&self) -> Result<Vec<u8>, SimulationError>;
    /// The packed row of an entity that is here.
    ///
    /// # Errors
    ///
    /// As [`flockwork_scheduler::Simulation::domains`].
    fn entity(&self, id: u32) -> Result<Option<Vec<u8>>, SimulationError>;
    /// Bytes of what is taken from an entity; 0 if there is no such column.
    fn size(&self, part: Part) -> usize;
    /// Writes what a column holds for this rank's entities, for each of them to the begin of
    /// `stride` bytes; gives how many.
    ///
    /// # Errors
    ///
    /// As [`flockwork_scheduler::Simulation::domains`].
    fn publish(&self, part: Part, stride: usize, to: &mut [u8]) -> Result<u32, SimulationError>;
    /// Where its work is; after a trap, where that happened.
    fn doing(&self) -> Option<Place>;
    /// The mail.
    fn mail(&mut self) -> &mut Mail;
}

/// What is taken from an entity: a column of the schema, or one of its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The column's place in the schema.
    pub column: usize,
    /// Which of its numbers; all of them if there is no such.
    pub component: u32,
}
