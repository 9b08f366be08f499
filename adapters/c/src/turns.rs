//! Whose turn it is with a handle that one call at a time may use.
//!
//! A call that changes something waits for those that go on, so that none fails since another thread
//! looked. A call that only looks waits for others that look, which are short, and is told at once that a
//! change goes on, or waits: a change may take long, and whoever draws a picture does not want to wait.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::status::{Fault, Status};

#[derive(Default)]
pub(crate) struct Turns {
    state: Mutex<State>,
    free: Condvar,
}

#[derive(Default)]
struct State {
    /// Somebody has the turn.
    taken: bool,
    /// Changes that go on or wait.
    changes: usize,
}

/// The turn, until it is dropped.
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    changes: bool,
}

impl Turns {
    /// To change something, after all calls that go on.
    pub(crate) fn change(&self) -> Turn<'_> {
        let mut state = self.state();
        state.changes += 1;
        while state.taken {
            state = self.free.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.taken = true;
        Turn { turns: self, changes: true }
    }

    /// To look.
    pub(crate) fn look(&self) -> Result<Turn<'_>, Fault> {
        let mut state = self.state();
        loop {
            if state.changes > 0 {
                let text = "a call on another thread changes it: ask again when that has returned";
                return Err(Fault { status: Status::Busy, text: text.to_string() });
            }
            if !state.taken {
                state.taken = true;
                return Ok(Turn { turns: self, changes: false });
            }
            state = self.free.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Changes that go on or wait.
    #[cfg(test)]
    pub(crate) fn changes(&self) -> usize {
        self.state().changes
    }

    /// Held for moments only.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        state.taken = false;
        state.changes -= usize::from(self.changes);
        drop(state);
        self.turns.free.notify_all();
    }
}
