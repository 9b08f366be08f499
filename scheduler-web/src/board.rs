//! Packets in one shared memory.
//!
//! A packet's buffer is swapped into its slot, so nothing is copied. There are two slots for each
//! kind, sender and receiver: a rank may begin the next exchange while another still reads this
//! one, but cannot end it.

use alloc::format;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, Ordering};

use flockwork_scheduler::SimulationError;
use spin::Mutex;

use crate::host;
use crate::ranks::{Carrier, KINDS, Kind};

/// The mailboxes of all ranks. Begins with the words that `ABI.md` describes.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Board {
    epoch: AtomicU32,
    failed: AtomicU32,
    stop: AtomicU32,
    version: AtomicU32,
    reserved: [AtomicU32; 12],
    /// For the caller's use.
    words: [AtomicU32; 256],
    ranks: u32,
    slots: Vec<Mutex<Vec<u8>>>,
    /// Packets sent so far, for each kind, sender and receiver.
    sent: Vec<AtomicU32>,
}

/// The version of the words at the begin.
const VERSION: u32 = 1;

/// How long one sleep lasts at most, milliseconds: a lost wake-up costs no more than that.
const SLEEP: f64 = 100.0;

impl Board {
    /// Makes the mailboxes of this many ranks.
    pub fn new(ranks: u32) -> Self {
        let pairs = (ranks * ranks) as usize;
        let zero = || AtomicU32::new(0);
        Self {
            epoch: zero(),
            failed: zero(),
            stop: zero(),
            version: AtomicU32::new(VERSION),
            reserved: core::array::from_fn(|_| zero()),
            words: core::array::from_fn(|_| zero()),
            ranks,
            slots: (0..2 * KINDS * pairs).map(|_| Mutex::new(Vec::new())).collect(),
            sent: (0..KINDS * pairs).map(|_| zero()).collect(),
        }
    }

    fn place(&self, kind: Kind, from: u32, to: u32) -> usize {
        ((kind as u32 * self.ranks + from) * self.ranks + to) as usize
    }

    fn slot(&self, kind: Kind, from: u32, to: u32, number: u32) -> &Mutex<Vec<u8>> {
        &self.slots[2 * self.place(kind, from, to) + (number % 2) as usize]
    }

    /// As after so many packets.
    #[cfg(test)]
    pub(crate) fn age(&self, packets: u32) {
        self.sent.iter().for_each(|sent| sent.store(packets, Ordering::Relaxed));
        self.epoch.store(packets, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self, kind: Kind, from: u32, to: u32) -> &AtomicU32 {
        &self.sent[self.place(kind, from, to)]
    }

    /// Makes every rank that waits, or will, end with an error; the first one to fail is told.
    pub fn fail(&self, rank: u32) {
        // A rank that only hears of a failure fails too, but is not the one to blame.
        let (order, other) = (Ordering::AcqRel, Ordering::Acquire);
        let _ = self.failed.compare_exchange(0, rank + 1, order, other);
        self.news();
    }

    fn news(&self) {
        self.epoch.fetch_add(1, Ordering::Release);
        host::notify(&self.epoch);
    }
}

/// One rank's view of the board.
#[derive(Clone, Copy, Debug)]
pub struct BoardPort<'a> {
    board: &'a Board,
    rank: u32,
    waited_ms: f64,
}

impl<'a> BoardPort<'a> {
    /// The view of `rank`.
    pub fn new(board: &'a Board, rank: u32) -> Self {
        Self { board, rank, waited_ms: 0.0 }
    }

    /// How long this rank has waited, milliseconds.
    pub fn waited_ms(&self) -> f64 {
        self.waited_ms
    }
}

impl Carrier for BoardPort<'_> {
    fn send(&mut self, to: u32, kind: Kind, packet: &mut Vec<u8>, _migrants: bool) {
        let sent = self.board.sent(kind, self.rank, to);
        // Only this rank counts here.
        let number = sent.load(Ordering::Relaxed);
        core::mem::swap(packet, &mut *self.board.slot(kind, self.rank, to, number).lock());
        packet.clear();
        sent.store(number.wrapping_add(1), Ordering::Release);
        self.board.news();
    }

    fn received(&self, from: u32, kind: Kind) -> u32 {
        self.board.sent(kind, from, self.rank).load(Ordering::Acquire)
    }

    fn read(&self, from: u32, kind: Kind, number: u32, each: &mut dyn FnMut(&[u8])) {
        each(&self.board.slot(kind, from, self.rank, number).lock());
    }

    fn drop_oldest(&mut self, _from: u32, _kind: Kind) {}

    fn epoch(&self) -> u32 {
        self.board.epoch.load(Ordering::Acquire)
    }

    fn wait(&mut self, epoch: u32) -> Result<bool, SimulationError> {
        let begin = host::now();
        loop {
            match self.board.failed.load(Ordering::Acquire) {
                0 => {}
                rank => {
                    let problem = format!("worker {} has failed", rank - 1);
                    return Err(SimulationError::Transport(problem));
                }
            }
            if self.board.stop.load(Ordering::Acquire) != 0 {
                return Err(SimulationError::Transport("the simulation was stopped".into()));
            }
            if self.epoch() != epoch {
                self.waited_ms += host::now() - begin;
                return Ok(true);
            }
            host::wait(&self.board.epoch, epoch, SLEEP);
        }
    }

    fn memory_bytes(&self) -> usize {
        // Every packet is counted once, by its sender.
        let own = |place: &usize| {
            place / 2 / self.board.ranks as usize % self.board.ranks as usize == self.rank as usize
        };
        (0..self.board.slots.len())
            .filter(own)
            .map(|place| self.board.slots[place].try_lock().map_or(0, |slot| slot.capacity()))
            .sum()
    }
}
