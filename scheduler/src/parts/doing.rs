//! Which phase a domain is in, told to whoever watches over workers.

use crate::clock::Clock;
use crate::error::{Phase, Place};

/// What the poll that goes on is doing; after one that never came back, what it was doing.
pub(crate) struct Doing {
    domain: u32,
    phase: Option<Phase>,
}

impl Doing {
    pub(crate) fn nothing(domain: u32) -> Self {
        Self { domain, phase: None }
    }

    pub(crate) fn phase(&self) -> Option<Phase> {
        self.phase
    }

    /// Where the domain is in its work.
    pub(crate) fn place(&self, tick: u64) -> Place {
        Place { phase: self.phase.unwrap_or(Phase::Sort), domain: Some(self.domain), tick }
    }

    /// Says what comes next.
    pub(crate) fn enter(&mut self, clock: &dyn Clock, tick: u64, phase: Phase) {
        self.phase = Some(phase);
        clock.hear(Some(self.place(tick)));
    }

    /// Says that nothing does.
    pub(crate) fn leave(&mut self, clock: &dyn Clock) {
        if self.phase.take().is_some() {
            clock.hear(None);
        }
    }
}
