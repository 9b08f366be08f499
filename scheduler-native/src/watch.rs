//! A watch over workers: what each of them is busy with, and which one does not get on.
//!
//! A worker that has stalled cannot be stopped, and it holds what it computes. So this only says who
//! it is; `native.rs` then lets go of everything that it holds.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use flockwork_scheduler::{Phase, Place};

/// What each worker is busy with.
#[derive(Debug)]
pub struct Watch {
    workers: Vec<Slot>,
}

/// One worker's, on a cache line of its own.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Slot {
    /// How often the worker has said something.
    said: AtomicU64,
    tick: AtomicU64,
    /// [`NOBODY`] for the whole world.
    domain: AtomicU32,
    /// The phase, counted from 1; 0 if it has nothing to do.
    phase: AtomicU32,
}

const NOBODY: u32 = u32::MAX;

impl Watch {
    /// A watch over this many workers.
    pub fn new(workers: usize) -> Self {
        Self { workers: (0..workers).map(|_| Slot::default()).collect() }
    }

    /// A worker says what it is about to do; None if nothing.
    pub(crate) fn hear(&self, worker: usize, place: Option<Place>) {
        let Some(slot) = self.workers.get(worker) else { return };
        let phase = place.map_or(0, |place| place.phase as u32 + 1);
        if let Some(place) = place {
            slot.tick.store(place.tick, Ordering::Relaxed);
            slot.domain.store(place.domain.unwrap_or(NOBODY), Ordering::Relaxed);
        }
        slot.phase.store(phase, Ordering::Relaxed);
        // Only this worker writes, so there is nothing to be lost between load and store.
        let said = slot.said.load(Ordering::Relaxed);
        slot.said.store(said.wrapping_add(1), Ordering::Release);
    }

    /// How often a worker has said something, and what it is busy with.
    fn see(&self, worker: usize) -> Option<(u64, Option<Place>)> {
        let slot = self.workers.get(worker)?;
        let said = slot.said.load(Ordering::Acquire);
        let phase = slot.phase.load(Ordering::Relaxed) as usize;
        let domain = slot.domain.load(Ordering::Relaxed);
        let tick = slot.tick.load(Ordering::Relaxed);
        let place = Phase::ALL.get(phase.wrapping_sub(1)).map(|phase| Place {
            phase: *phase,
            domain: (domain != NOBODY).then_some(domain),
            tick,
        });
        Some((said, place))
    }
}

/// How often a watcher looks within the time that a worker may take.
pub const LOOKS: u32 = 8;

/// Looks at a watch again and again.
///
/// Looks are counted, not time: if the whole process was stopped for an hour, that is one look.
#[derive(Debug)]
pub struct Watcher<'a> {
    watch: &'a Watch,
    /// What each worker had said at the last look, and for how many looks it has said nothing else.
    last: Vec<(u64, u32)>,
}

impl<'a> Watcher<'a> {
    /// Begins to look.
    pub fn new(watch: &'a Watch) -> Self {
        Self { watch, last: Vec::new() }
    }

    /// Gives the worker that has been busy with one thing for [`LOOKS`] looks.
    pub fn look(&mut self) -> Option<(u32, Place)> {
        self.last.resize(self.watch.workers.len(), (u64::MAX, 0));
        for (worker, (last, looks)) in self.last.iter_mut().enumerate() {
            let (said, place) = self.watch.see(worker)?;
            *looks = if said == *last { *looks + 1 } else { 0 };
            *last = said;
            if let Some(place) = place.filter(|_| *looks >= LOOKS) {
                return Some((worker as u32, place));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_worker_that_is_busy_with_the_same_thing_at_every_look_is_told() {
        let watch = Watch::new(3);
        let mut watcher = Watcher::new(&watch);
        let place = |tick| Place { phase: Phase::Update, domain: Some(5), tick };
        watch.hear(1, Some(place(7)));
        watch.hear(2, Some(place(7)));
        for tick in 8..100 {
            // One gets on, though it is busy at every look; one has nothing to do.
            watch.hear(1, Some(place(tick)));
            watch.hear(2, None);
            assert_eq!(watcher.look(), None);
        }
        // The last look of these was the first at what it is busy with now.
        for _ in 1..LOOKS {
            assert_eq!(watcher.look(), None);
        }
        assert_eq!(watcher.look(), Some((1, place(99))));
        watch.hear(1, None);
        assert_eq!(watcher.look(), None);
    }
}
