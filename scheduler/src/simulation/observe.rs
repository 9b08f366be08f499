//! What is seen of the whole world between two ticks: the same in all its processes.

use alloc::vec::Vec;

use super::{At, Look, Observation, Simulation, Stage, Why};
use crate::clock::Clock;
use crate::domain::{Domain, Progress};
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
        self.begin_look(Look::All);
    }

    /// Begins to add up the statistics alone, which costs less: poll until that is done, then call
    /// [`Simulation::report`].
    pub fn begin_stats(&mut self) {
        self.begin_look(Look::Stats);
    }

    fn begin_look(&mut self, look: Look) {
        if self.stage == Stage::Idle && self.ended.is_none() {
            self.domains.iter_mut().for_each(Domain::begin_tally);
            self.stage = Stage::Drive(Why::Look(look));
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
        match self.observation() {
            Some(seen) if stage == Stage::Idle => Ok(seen),
            _ => Err(SimulationError::Busy { tick: self.tick }),
        }
    }

    /// The numbers of the model's statistics as they are now: see [`Simulation::report`].
    ///
    /// # Errors
    ///
    /// As [`Simulation::observe`].
    pub fn stats(&mut self) -> Result<Vec<f64>, SimulationError> {
        let stage = self.stage;
        self.begin_stats();
        self.finish()?;
        if stage == Stage::Idle {
            self.report()
        } else {
            Err(SimulationError::Busy { tick: self.tick })
        }
    }

    /// What the last observation saw; None before the first, and where statistics alone were looked at
    /// since.
    pub fn observation(&self) -> Option<Observation> {
        let At { tick, population, fingerprint } = self.seen.at?;
        Some(Observation { tick, population, fingerprint: fingerprint? })
    }

    /// The numbers of the model's statistics when they were last looked at, in the order of
    /// [`Stats::LIST`], NaN for what is null; none before the first time.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Panicked`].
    pub fn report(&self) -> Result<Vec<f64>, SimulationError> {
        let Some(seen) = &self.seen.at else { return Ok(Vec::new()) };
        let At { tick, population, .. } = *seen;
        let fields = &self.seen.sums.fields;
        let totals = Totals { tick, population, setup: &self.setup, fields };
        let (mut sums, mut words) = (self.seen.sums.clone(), self.seen.history.clone());
        let mut history = History::new(&mut words, false);
        let place = Place { phase: Phase::Report, domain: None, tick: seen.tick };
        let stats = self.made(&mut sums, &mut history, &totals, place)?;
        Ok(numbers::<M>(&stats))
    }

    /// What each field held in all cells together when statistics were last looked at, in the order of
    /// [`Model::FIELDS`]; none before the first time.
    pub fn field_totals(&self) -> &[u64] {
        &self.seen.sums.fields
    }

    /// Takes what all processes have.
    pub(super) fn see(&mut self, look: Look) -> Result<Progress, SimulationError> {
        let progress = self.executor.sum(self.ledger.values())?;
        if progress == Progress::Done {
            self.seen.history.copy_from_slice(&self.history);
            self.seen.at = Some(At {
                tick: self.tick,
                population: self.people.owned,
                fingerprint: (look == Look::All).then(|| self.ledger.fingerprint()),
            });
            self.ledger.read(&mut self.seen.sums);
            self.stage = Stage::Idle;
        }
        Ok(progress)
    }

    /// The statistics of these sums, and of the ticks before.
    pub(super) fn made(
        &self,
        sums: &mut Sums,
        history: &mut History<'_>,
        totals: &Totals<'_>,
        place: Place,
    ) -> Result<M::Stats, SimulationError> {
        let clock = self.executor.clock();
        clock.hear(Some(place));
        let result = guarded(place, clock.worker(), || {
            let mut tally = Tally::new(&mut sums.words, &mut sums.peaks, &mut []);
            M::Stats::of(&self.model, &mut tally, history, totals)
        });
        clock.hear(None);
        Ok(result?)
    }
}
