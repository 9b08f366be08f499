//! A simulation that is given what is due, whoever runs it: before a tick is computed, what is due at it is
//! given. So what is seen at a tick is the state before its inputs.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use flockwork_kernel::columns::Column;
use flockwork_scheduler::registry::Piece;
use flockwork_scheduler::snapshot::{Due, with_inputs};
use flockwork_scheduler::{
    self as scheduler, Answer, FieldNow, Grid, Input, Region, Resolution, Setting, Setup,
};
use flockwork_scheduler_native::{AnySimulation, Metrics, Rows, RunError};

use super::schedule::Schedule;

/// A batch with its tick.
type Batch = (u64, Vec<Input>);

/// The batches that were given, until somebody takes them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given(Arc<Mutex<Vec<Batch>>>);

impl Given {
    pub(crate) fn take(&self) -> Vec<Batch> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, tick: u64, inputs: Vec<Input>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((tick, inputs));
    }
}

/// A simulation with a schedule.
pub(crate) struct Guided {
    inner: Box<dyn AnySimulation>,
    schedule: Schedule,
    /// The schedule as snapshots hold it.
    text: String,
    /// For whom what was given is kept.
    given: Option<Given>,
}

impl Guided {
    /// Has the simulation follow the schedule, from its tick on.
    pub(crate) fn by(
        inner: Box<dyn AnySimulation>,
        schedule: Schedule,
        given: Option<Given>,
    ) -> Box<dyn AnySimulation> {
        if schedule.is_empty() {
            return inner;
        }
        let text = schedule.text();
        Box::new(Self { inner, schedule, text, given })
    }

    /// A snapshot with what comes into the run: so whoever goes on from it needs no scenario.
    fn with_inputs(&self, snapshot: &[u8]) -> Result<Vec<u8>, RunError> {
        let due = Due { text: self.text.clone(), next: self.schedule.next(self.inner.tick()) };
        Ok(with_inputs(snapshot, due)?)
    }
}

impl AnySimulation for Guided {
    fn run(&mut self, ticks: u64) -> Result<(), RunError> {
        let end = self.inner.tick().saturating_add(ticks);
        while self.inner.tick() < end {
            let tick = self.inner.tick();
            let due = self.schedule.at(tick);
            if !due.is_empty() {
                let kept = self.given.as_ref().map(|_| due.clone());
                self.inner.give(due)?;
                if let (Some(given), Some(due)) = (&self.given, kept) {
                    given.push(tick, due);
                }
            }
            let next = self.schedule.next(tick + 1).unwrap_or(end).min(end);
            self.inner.run(next - tick)?;
        }
        Ok(())
    }

    fn tick(&self) -> u64 {
        self.inner.tick()
    }

    fn population(&self) -> u64 {
        self.inner.population()
    }

    fn fingerprint(&self) -> Result<u64, RunError> {
        self.inner.fingerprint()
    }

    fn stats(&mut self) -> Result<Vec<(String, f64)>, RunError> {
        self.inner.stats()
    }

    fn params(&self) -> Result<Vec<Setting>, RunError> {
        self.inner.params()
    }

    fn set_params(&mut self, given: Vec<scheduler::Given>) -> Result<(), RunError> {
        self.inner.set_params(given)
    }

    fn give(&mut self, inputs: Vec<Input>) -> Result<Answer, RunError> {
        self.inner.give(inputs)
    }

    fn pieces(&mut self, column: usize) -> Result<Vec<Piece<'_>>, RunError> {
        self.inner.pieces(column)
    }

    fn metrics(&self) -> Result<Metrics, RunError> {
        self.inner.metrics()
    }

    fn snapshot(&self) -> Result<Vec<u8>, RunError> {
        self.with_inputs(&self.inner.snapshot()?)
    }

    fn schema(&self) -> &'static [Column] {
        self.inner.schema()
    }

    fn setup(&self) -> Setup {
        self.inner.setup()
    }

    fn resolution(&self) -> Resolution {
        self.inner.resolution()
    }

    fn grid(&self) -> Grid {
        self.inner.grid()
    }

    fn regions(&self) -> Result<Vec<Region>, RunError> {
        self.inner.regions()
    }

    fn rows(&self) -> Result<Rows, RunError> {
        self.inner.rows()
    }

    fn fields(&self) -> Result<Vec<FieldNow>, RunError> {
        self.inner.fields()
    }

    fn recount(&self) -> Result<(), RunError> {
        self.inner.recount()
    }

    fn process(&self) -> (u32, u32) {
        self.inner.process()
    }

    fn lead(&self, value: u64) -> u64 {
        self.inner.lead(value)
    }

    fn agree(&self, yes: bool) -> bool {
        self.inner.agree(yes)
    }

    fn own_rows(&self) -> Result<Rows, RunError> {
        self.inner.own_rows()
    }

    fn own_snapshot(&self) -> Result<Vec<u8>, RunError> {
        self.with_inputs(&self.inner.own_snapshot()?)
    }

    fn reached(&self, tick: u64, checkpoint: &Path) {
        self.inner.reached(tick, checkpoint);
    }
}
