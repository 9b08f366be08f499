//! Who tells the time, and hears what workers do.

use crate::error::Place;

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
