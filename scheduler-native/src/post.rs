//! Mailboxes in shared memory: one per (receiver, sender).
//!
//! A box is written by its sender before the sender closes the lane, and read by its receiver once
//! all have closed it, so its lock is never waited for; it is there because it costs nothing to be
//! sure.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use flockwork_scheduler::transport::LANE_COUNT;
use flockwork_scheduler::{Lane, Transport};

/// All mailboxes of a world.
pub(crate) struct Post {
    domains: usize,
    lanes: [PostLane; LANE_COUNT],
}

struct PostLane {
    boxes: Vec<Mutex<Letter>>,
    /// How often domains have closed the lane, all together.
    closed: AtomicU64,
    /// How often each domain has cleared it.
    cleared: Vec<AtomicU64>,
}

#[derive(Default)]
struct Letter {
    full: bool,
    bytes: Vec<u8>,
}

impl Post {
    pub(crate) fn new(domains: usize) -> Self {
        let lane = || PostLane {
            boxes: (0..domains * domains).map(|_| Mutex::default()).collect(),
            closed: AtomicU64::new(0),
            cleared: (0..domains).map(|_| AtomicU64::new(0)).collect(),
        };
        Self { domains, lanes: [lane(), lane()] }
    }

    pub(crate) fn port(&self, domain: u32) -> Port<'_> {
        Port { post: self, domain: domain as usize }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let bytes = |lane: &PostLane| -> usize {
            let letters = lane.boxes.iter().map(|letter| open(letter).bytes.capacity());
            letters.sum::<usize>() + lane.boxes.len() * size_of::<Mutex<Letter>>()
        };
        self.lanes.iter().map(bytes).sum()
    }
}

/// One domain's end of the post.
pub(crate) struct Port<'a> {
    post: &'a Post,
    domain: usize,
}

impl Port<'_> {
    fn letters(&self, lane: Lane) -> &[Mutex<Letter>] {
        let first = self.domain * self.post.domains;
        &self.post.lanes[lane as usize].boxes[first..first + self.post.domains]
    }
}

impl Transport for Port<'_> {
    type Error = Infallible;

    fn send(
        &mut self,
        to: u32,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Infallible> {
        let place = to as usize * self.post.domains + self.domain;
        if let Some(letter) = self.post.lanes[lane as usize].boxes.get(place) {
            let mut letter = open(letter);
            letter.bytes.resize(len, 0);
            fill(&mut letter.bytes);
            letter.full = true;
        }
        Ok(())
    }

    fn close(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.post.lanes[lane as usize].closed.fetch_add(1, Ordering::Release);
        Ok(())
    }

    fn ready(&mut self, lane: Lane) -> Result<bool, Infallible> {
        let lane = &self.post.lanes[lane as usize];
        let exchange = lane.cleared[self.domain].load(Ordering::Relaxed) + 1;
        Ok(lane.closed.load(Ordering::Acquire) >= exchange * self.post.domains as u64)
    }

    fn visit(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        for (from, letter) in self.letters(lane).iter().enumerate() {
            let letter = open(letter);
            if letter.full {
                each(from as u32, &letter.bytes);
            }
        }
        Ok(())
    }

    fn clear(&mut self, lane: Lane) -> Result<(), Infallible> {
        for letter in self.letters(lane) {
            open(letter).full = false;
        }
        self.post.lanes[lane as usize].cleared[self.domain].fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// A letter stays whole whatever its last holder did, so a poisoned lock is taken all the same.
fn open(letter: &Mutex<Letter>) -> MutexGuard<'_, Letter> {
    letter.lock().unwrap_or_else(PoisonError::into_inner)
}
