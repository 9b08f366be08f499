//! What is seen of the whole world between two ticks: the same in all its processes.

use alloc::vec::Vec;

use super::{Observation, Simulation, Stage};
use crate::clock::Clock;
use crate::domain::Progress;
use crate::error::{Phase, Place};
use crate::executor::Executor;
use crate::guard::guarded;
use crate::ledger::Sums;
use crate::model::Model;
use crate::setup::SimulationError;
use crate::start::Totals;
use crate::stats::{History, Stats, Tally, numbers};

impl<M: Model, X: Executor> Simulation<M, X> {
    /// Begins an observation: poll until it is done, then call [`Simulation::observation`]. Nothing
    /// happens while something else goes on, or after an error.
    pub fn begin_observation(&mut self) {
        if self.stage == Stage::Idle && self.ended.is_none() {
            self.stage = Stage::Tally;
        }
    }

    /// Observes the whole world.
    ///
    /// # Errors
    ///
    /// As [`Simulation::poll`]; [`SimulationError::Busy`] if something else goes on.
    pub fn observe(&mut self) -> Result<Observation, SimulationError> {
        let stage = self.stage;
        self.begin_observation();
        self.finish()?;
        match self.seen.world {
            Some(seen) if stage == Stage::Idle => Ok(seen),
            _ => Err(SimulationError::Busy { tick: self.tick }),
        }
    }

    /// What the last observation saw; None before the first.
    pub fn observation(&self) -> Option<Observation> {
        self.seen.world
    }

    /// The numbers of the model's statistics of the last observation, in the order of
    /// [`Stats::LIST`], NaN for what is null; none before the first.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Panicked`].
    pub fn report(&self) -> Result<Vec<f64>, SimulationError> {
        let Some(seen) = &self.seen.world else { return Ok(Vec::new()) };
        let totals = Totals { tick: seen.tick, population: seen.population, setup: &self.setup };
        let (mut sums, mut words) = (self.seen.sums.clone(), self.seen.history.clone());
        let mut history = History::new(&mut words, false);
        let place = Place { phase: Phase::Report, domain: None, tick: seen.tick };
        let stats = self.stats(&mut sums, &mut history, &totals, place)?;
        Ok(numbers::<M>(&stats))
    }

    /// Adds up what there is in this process.
    pub(super) fn tally(&mut self) -> Result<Progress, SimulationError> {
        self.ledger.write(&self.domains);
        self.ledger.clear_sums();
        let clock = self.executor.clock();
        for domain in &self.domains {
            let (words, peaks) = self.ledger.tally(domain.id() as usize);
            let place = Place { phase: Phase::Tally, domain: Some(domain.id()), tick: self.tick };
            clock.hear(Some(place));
            let tally = || domain.tally(&self.model, words, peaks);
            let result = guarded(place, clock.worker(), tally);
            clock.hear(None);
            result?;
        }
        self.ledger.set_fingerprint(self.fingerprint()?);
        self.stage = Stage::Observe;
        Ok(Progress::Done)
    }

    /// Takes what all processes have.
    pub(super) fn see(&mut self) -> Result<Progress, SimulationError> {
        let progress = self.executor.sum(self.ledger.values())?;
        if progress == Progress::Done {
            self.seen.history.copy_from_slice(&self.history);
            self.seen.world = Some(Observation {
                tick: self.tick,
                population: self.people.owned,
                fingerprint: self.ledger.fingerprint(),
            });
            self.ledger.read(&mut self.seen.sums);
            self.stage = Stage::Idle;
        }
        Ok(progress)
    }

    /// The statistics of these sums, and of the ticks before.
    pub(super) fn stats(
        &self,
        sums: &mut Sums,
        history: &mut History<'_>,
        totals: &Totals<'_>,
        place: Place,
    ) -> Result<M::Stats, SimulationError> {
        let clock = self.executor.clock();
        clock.hear(Some(place));
        let result = guarded(place, clock.worker(), || {
            let mut tally = Tally::new(&mut sums.words, &mut sums.peaks);
            M::Stats::of(&self.model, &mut tally, history, totals)
        });
        clock.hear(None);
        Ok(result?)
    }
}
