//! Memory that a domain needs only while it is polled: one desk for each worker, not for each domain.
//!
//! A world may be cut into thousands of regions, and what lies on a desk is more than what a small
//! region keeps.

use alloc::vec::Vec;

use flockwork_kernel::{Axes, LANES};
use flockwork_spatial::{Candidate, Entry, Lines, Numbered};

use crate::lock::Lock;
use crate::parts::Moves;

/// The desks of all workers of a process, for a model that shows `T`; any worker takes any of them.
pub struct Desks<T, A: Axes>(Lock<Vec<Desk<T, A>>>);

/// What a domain works on between two waits for mail.
pub(crate) struct Desk<T, A: Axes> {
    /// Owned entities and ghosts in canonical order.
    pub(crate) entries: Vec<Entry>,
    /// Where each of them is, and what it shows.
    pub(crate) candidates: Vec<Candidate<T, A>>,
    /// The former row of each owned entity, in canonical order.
    pub(crate) order: Vec<u32>,
    /// Lists of the pass, of a model that wants to know neighbours one by one.
    pub(crate) near: [Vec<u32>; LANES],
    /// Rows that go to other domains.
    pub(crate) moves: Moves,
    /// The cell of each row, where an axis is open.
    pub(crate) lines: Vec<Lines>,
    /// What sparse cells are sorted in.
    pub(crate) numbered: [Vec<Numbered>; 2],
}

impl<T, A: Axes> Default for Desks<T, A> {
    fn default() -> Self {
        Self(Lock::default())
    }
}

impl<T, A: Axes> Default for Desk<T, A> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            candidates: Vec::new(),
            order: Vec::new(),
            near: Default::default(),
            moves: Moves::default(),
            lines: Vec::new(),
            numbered: Default::default(),
        }
    }
}

impl<T, A: Axes> Desks<T, A> {
    /// Lends a desk to `work`. One that is lent while the model panics is thrown away.
    pub(crate) fn lend<R>(&self, work: impl FnOnce(&mut Desk<T, A>) -> R) -> R {
        let mut desk = self.0.write().pop().unwrap_or_default();
        let result = work(&mut desk);
        self.0.write().push(desk);
        result
    }

    /// Makes `count` desks, each with as much room as the largest has: which worker gets which domain
    /// is luck, and a warm tick asks for no memory.
    pub(crate) fn level(&self, count: usize) {
        let mut desks = self.0.write();
        while desks.len() < count {
            desks.push(Desk::default());
        }
        let most = |of: fn(&Desk<T, A>) -> usize| desks.iter().map(of).max().unwrap_or(0);
        let entries = most(|desk| desk.entries.capacity());
        let candidates = most(|desk| desk.candidates.capacity());
        let order = most(|desk| desk.order.capacity());
        let near = most(|desk| desk.near.iter().map(Vec::capacity).max().unwrap_or(0));
        let moves = most(|desk| desk.moves.capacity());
        let lines = most(|desk| desk.lines.capacity());
        let numbered = most(|desk| desk.numbered[0].capacity());
        for desk in desks.iter_mut() {
            room(&mut desk.entries, entries);
            room(&mut desk.candidates, candidates);
            room(&mut desk.order, order);
            desk.near.iter_mut().for_each(|list| room(list, near));
            desk.moves.reserve(moves);
            room(&mut desk.lines, lines);
            desk.numbered.iter_mut().for_each(|list| room(list, numbered));
        }
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        self.0.read().iter().map(Desk::memory_bytes).sum()
    }
}

impl<T, A: Axes> Desk<T, A> {
    fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.entries.capacity() * size_of::<Entry>()
            + self.candidates.capacity() * size_of::<Candidate<T, A>>()
            + 4 * self.order.capacity()
            + 4 * self.near.iter().map(Vec::capacity).sum::<usize>()
            + self.moves.memory_bytes()
            + self.lines.capacity() * size_of::<Lines>()
            + 2 * self.numbered[0].capacity() * size_of::<Numbered>()
    }
}

fn room<T>(list: &mut Vec<T>, capacity: usize) {
    list.reserve_exact(capacity.saturating_sub(list.len()));
}
