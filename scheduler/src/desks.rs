//! Memory that a domain needs only while it is polled: one desk for each worker, not for each domain.
//!
//! A world may be cut into thousands of regions, and what lies on a desk is more than what a small
//! region keeps.

use alloc::vec::Vec;

use flockwork_kernel::{Axes, LANES};
use flockwork_spatial::{Candidate, Entry, Lines, Numbered};

use crate::lock::Lock;
use crate::parts::Moves;

/// The desks of all workers of a process, with the lists of a model's passes; any worker takes any of
/// them.
pub struct Desks<L>(Lock<Vec<Desk<L>>>);

/// What a domain works on between two waits for mail.
pub(crate) struct Desk<L> {
    /// Owned entities and ghosts in canonical order.
    pub(crate) entries: Vec<Entry>,
    /// What each pass works on.
    pub(crate) lists: L,
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

impl<L> Default for Desks<L> {
    fn default() -> Self {
        Self(Lock::default())
    }
}

impl<L: Default> Default for Desk<L> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            lists: L::default(),
            order: Vec::new(),
            near: Default::default(),
            moves: Moves::default(),
            lines: Vec::new(),
            numbered: Default::default(),
        }
    }
}

impl<L: Lists> Desks<L> {
    /// Lends a desk to `work`. One that is lent while the model panics is thrown away.
    pub(crate) fn lend<R>(&self, work: impl FnOnce(&mut Desk<L>) -> R) -> R {
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
        let most = |of: fn(&Desk<L>) -> usize| desks.iter().map(of).max().unwrap_or(0);
        let entries = most(|desk| desk.entries.capacity());
        let order = most(|desk| desk.order.capacity());
        let near = most(|desk| desk.near.iter().map(Vec::capacity).max().unwrap_or(0));
        let moves = most(|desk| desk.moves.capacity());
        let lines = most(|desk| desk.lines.capacity());
        let numbered = most(|desk| desk.numbered[0].capacity());
        let lists = desks.iter().fold(Rooms::default(), |most, desk| desk.lists.rooms().most(most));
        for desk in desks.iter_mut() {
            room(&mut desk.entries, entries);
            desk.lists.reserve(&lists);
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

impl<L: Lists> Desk<L> {
    fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.entries.capacity() * size_of::<Entry>()
            + self.lists.memory_bytes()
            + 4 * self.order.capacity()
            + 4 * self.near.iter().map(Vec::capacity).sum::<usize>()
            + self.moves.memory_bytes()
            + self.lines.capacity() * size_of::<Lines>()
            + 2 * self.numbered[0].capacity() * size_of::<Numbered>()
    }
}

/// What one pass works on, for entities that show `T`.
#[doc(hidden)]
pub struct PassLists<T, A: Axes> {
    /// Where each owned entity and ghost is in canonical order, and what it shows.
    pub(crate) candidates: Vec<Candidate<T, A>>,
}

impl<T, A: Axes> Default for PassLists<T, A> {
    fn default() -> Self {
        Self { candidates: Vec::new() }
    }
}

/// What all passes of a model work on.
#[doc(hidden)]
pub trait Lists: Default + Send + Sync + 'static {
    /// How much room there is.
    fn rooms(&self) -> Rooms;
    /// Makes as much room.
    fn reserve(&mut self, rooms: &Rooms);
    /// Bytes of memory in use.
    fn memory_bytes(&self) -> usize;
}

/// How many entities the lists of each pass have room for.
#[doc(hidden)]
#[derive(Clone, Copy, Default)]
pub struct Rooms([usize; 4]);

impl Rooms {
    fn most(self, other: Self) -> Self {
        let [a, b, c, d] = self.0;
        let [w, x, y, z] = other.0;
        Self([a.max(w), b.max(x), c.max(y), d.max(z)])
    }
}

macro_rules! lists {
    ($($shown:ident $number:tt),*) => {
        impl<$($shown: Send + Sync + 'static,)* X: Axes> Lists for ($(PassLists<$shown, X>,)*) {
            fn rooms(&self) -> Rooms {
                let mut rooms = Rooms::default();
                $(rooms.0[$number] = self.$number.candidates.capacity();)*
                rooms
            }

            fn reserve(&mut self, rooms: &Rooms) {
                $(room(&mut self.$number.candidates, rooms.0[$number]);)*
            }

            fn memory_bytes(&self) -> usize {
                0 $(+ self.$number.candidates.capacity() * size_of::<Candidate<$shown, X>>())*
            }
        }
    };
}

lists!(A 0);
lists!(A 0, B 1);
lists!(A 0, B 1, C 2);
lists!(A 0, B 1, C 2, D 3);

fn room<T>(list: &mut Vec<T>, capacity: usize) {
    list.reserve_exact(capacity.saturating_sub(list.len()));
}
