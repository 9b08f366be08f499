//! What happened in the last tick: who was born, who died, and which events were applied.
//!
//! An engine that keeps something of its own for each entity follows the crowd with it. After a tick
//! that failed nothing is told, as nothing has happened since the one that is seen.

use core::ops::Range;

use super::Simulation;
use crate::domain::Domain;
use crate::executor::Executor;
use crate::feed::Feed;
use crate::model::{Event, Model};
use crate::setup::SimulationError;

impl<M: Model, X: Executor> Simulation<M, X> {
    /// The ids of all that came into the world in the last tick, in every process; who died in that same
    /// tick is among them, and among [`Simulation::died`].
    pub fn born(&self) -> Range<u32> {
        self.people.first_born..self.people.next_id
    }

    /// The ids of those who died in the last tick, as far as their domains are in this process, in no order
    /// that means anything.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    pub fn died(&self) -> Result<impl Iterator<Item = u32> + '_, SimulationError> {
        Ok(self.domains()?.iter().flat_map(Domain::died))
    }

    /// The events of the last tick, as far as they were for entities in this process's domains: those of
    /// one target in the order in which they were applied.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    pub fn events(&self) -> Result<impl Iterator<Item = Event<M::Event>> + '_, SimulationError> {
        Ok(self.domains()?.iter().flat_map(Domain::events))
    }

    /// Tells a feed what the last tick or the last batch of inputs did to entities in this process: once, so
    /// it may be called more often, and after each of them, or the feed misses what was between.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    pub fn feed(&self, feed: &mut Feed) -> Result<(), SimulationError> {
        let domains = self.domains()?;
        if feed.begin(self.turn.number) {
            for domain in domains {
                domain.feed(feed, self.tick, &self.born(), self.turn.is_tick);
            }
            feed.end();
        }
        Ok(())
    }
}
