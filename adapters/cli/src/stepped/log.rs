//! The log of a world that a program steps: what `flockwork replay` does again.

use flockwork_scheduler::{Given as Param, Input, Setup};
use flockwork_scheduler_native::Entry;
use serde_json::{Value, json};

use crate::inputs::{Given, head, line_of};

/// All that came into a world since tick 0.
pub(super) struct Log {
    head: Value,
    lines: String,
    /// The tick of the last input, and the number of the next one there.
    next: (u64, usize),
    /// What the scenario's own schedule gives.
    given: Given,
}

impl Log {
    /// Of a world that begins so.
    pub(super) fn begin(entry: &Entry, setup: &Setup, params: &[Param], given: Given) -> Self {
        Self { head: head(entry, setup, params), lines: String::new(), next: (0, 0), given }
    }

    /// Inputs were given.
    pub(super) fn add(&mut self, tick: u64, inputs: &[Input]) {
        if self.next.0 != tick {
            self.next = (tick, 0);
        }
        for input in inputs {
            self.lines += &format!("{}\n", line_of(tick, self.next.1, input));
            self.next.1 += 1;
        }
    }

    /// Ticks were run.
    pub(super) fn ran(&mut self) {
        for (tick, inputs) in self.given.take() {
            self.add(tick, &inputs);
        }
    }

    /// The text of the log, with the fingerprint of this tick at its end.
    pub(super) fn text(&self, tick: u64, fingerprint: u64) -> String {
        let seen = json!({"tick": tick, "fingerprint": format!("{fingerprint:016x}")});
        format!("{}\n{}{seen}\n", self.head, self.lines)
    }
}
