//! What all domains share while a tick is computed.

use crate::error::Place;
use crate::model::{Model, Tick};

/// What all domains share while a tick is computed.
pub struct Frame<'a, M: Model> {
    /// The model.
    pub model: &'a M,
    /// The tick.
    pub tick: Tick<'a, M>,
    /// Tells the time and hears what is done; no result depends on it.
    pub clock: &'a dyn Clock,
    /// Whether domains add up the model's statistics at the end of the tick.
    pub tally: bool,
    /// Whether a scheduler may give domains more room; see [`crate::advance`].
    pub grow: bool,
}

impl<M: Model> Frame<'_, M> {
    /// Runs `work` and adds the time it took to `spent_ns`.
    pub(crate) fn timed<T>(&self, spent_ns: &mut u64, work: impl FnOnce() -> T) -> T {
        let begin = self.clock.now_ns();
        let result = work();
        *spent_ns += self.clock.now_ns().saturating_sub(begin);
        result
    }
}

/// Tells the time in nanoseconds since some moment, for metrics, and hears what each worker is about
/// to do, so that somebody can watch over them.
pub trait Clock: Sync {
    /// The time now.
    fn now_ns(&self) -> u64;

    /// Hears what this worker is about to do; None when it is done with it.
    fn hear(&self, _place: Option<Place>) {}

    /// The worker that calls.
    fn worker(&self) -> u32 {
        0
    }
}

/// A clock that stands still, where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoClock;

impl Clock for NoClock {
    fn now_ns(&self) -> u64 {
        0
    }
}
