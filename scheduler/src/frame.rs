//! What all domains share while a tick is computed.

use crate::clock::Clock;
use crate::desks::Desks;
use crate::error::Phase;
use crate::model::{ListsOf, Model, Tick};
use crate::parts::Doing;
use crate::precision::Needed;

/// What all domains share while a tick is computed.
pub struct Frame<'a, M: Model> {
    /// The model.
    pub model: &'a M,
    /// The tick.
    pub tick: Tick<'a, M>,
    /// How finely the model needs places.
    pub needed: Needed,
    /// Tells the time and hears what is done; no result depends on it.
    pub clock: &'a dyn Clock,
    /// What domains work on while they are polled.
    pub desks: &'a Desks<ListsOf<M>>,
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

    /// Says what a domain does next.
    pub(crate) fn enter(&self, doing: &mut Doing, phase: Phase) {
        doing.enter(self.clock, self.tick.number, phase);
    }
}
