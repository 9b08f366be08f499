//! Memory that a domain needs only while it is polled: one desk for each worker, not for each domain.
//!
//! A world may be cut into thousands of regions, and what lies on a desk is more than what a small
//! region keeps.

use alloc::vec::Vec;

use flockwork_kernel::LANES;
use flockwork_kernel::columns::Columns;
use flockwork_spatial::{Candidate, Entry, Lines, Looker, Numbered};

use crate::arena::Arena;
use crate::error::DomainError;
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
    /// What is wanted of cells of a field, what is taken, and what is given.
    pub(crate) asked: Vec<Asked>,
    /// Which of them a cell is; 0 where it is none, as all are but while a field is shared out.
    pub(crate) numbers: Vec<u32>,
    /// The places of cells of which something is, and what was in them before.
    pub(crate) touched: Vec<(u32, f32)>,
    /// What is left in each cell of a field that decays.
    pub(crate) left: Vec<f32>,
    /// What passes leave with neighbours.
    pub(crate) shared: Shared,
}

/// What entities do to a cell of a field in one tick.
#[derive(Clone, Copy, Default)]
pub(crate) struct Asked {
    /// The place of the cell.
    pub(crate) place: u32,
    pub(crate) wanted: u64,
    pub(crate) taken: u64,
    pub(crate) given: u64,
}

/// A ghost in a box: its layer, row and column there, its id, and its row.
pub(crate) type Found = (Lines, u32, u32);

/// What is worked on where passes share what they leave: the rows, what others are told of them, and who told.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) rows: Vec<u32>,
    /// What is given to the domain's own images.
    pub(crate) bytes: Vec<u8>,
    pub(crate) found: Vec<Found>,
    /// Who has sent something.
    pub(crate) come: Vec<u32>,
}

impl Shared {
    /// How much room each list has.
    fn rooms(&self) -> [usize; 4] {
        let Self { rows, bytes, found, come } = self;
        [rows.capacity(), bytes.capacity(), found.capacity(), come.capacity()]
    }

    /// Makes as much room.
    fn reserve(&mut self, [rows, bytes, found, come]: [usize; 4]) {
        room(&mut self.rows, rows);
        room(&mut self.bytes, bytes);
        room(&mut self.found, found);
        room(&mut self.come, come);
    }

    fn memory_bytes(&self) -> usize {
        let [rows, bytes, found, come] = self.rooms();
        4 * (rows + come) + bytes + found * size_of::<Found>()
    }
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
            asked: Vec::new(),
            numbers: Vec::new(),
            touched: Vec::new(),
            left: Vec::new(),
            shared: Shared::default(),
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
    #[inline(never)]
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
        let asked = most(|desk| desk.asked.capacity());
        let numbers = most(|desk| desk.numbers.capacity());
        let touched = most(|desk| desk.touched.capacity());
        let left = most(|desk| desk.left.capacity());
        let mut shared = [0; 4];
        for desk in desks.iter() {
            let rooms = shared.iter_mut().zip(desk.shared.rooms());
            rooms.for_each(|(most, room)| *most = room.max(*most));
        }
        let lists = desks.iter().fold(Rooms::default(), |most, desk| desk.lists.rooms().most(most));
        for desk in desks.iter_mut() {
            room(&mut desk.entries, entries);
            desk.lists.reserve(&lists);
            room(&mut desk.order, order);
            desk.near.iter_mut().for_each(|list| room(list, near));
            desk.moves.reserve(moves);
            room(&mut desk.lines, lines);
            desk.numbered.iter_mut().for_each(|list| room(list, numbered));
            room(&mut desk.asked, asked);
            room(&mut desk.numbers, numbers);
            room(&mut desk.touched, touched);
            room(&mut desk.left, left);
            desk.shared.reserve(shared);
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
            + self.asked.capacity() * size_of::<Asked>()
            + 4 * self.numbers.capacity()
            + 8 * self.touched.capacity()
            + 4 * self.left.capacity()
            + self.shared.memory_bytes()
    }
}

/// What one pass works on, for entities with columns `C` that show `T`.
#[doc(hidden)]
pub struct PassLists<T, C: Columns> {
    /// Where each owned entity and ghost is in canonical order, and what it shows; of those who are
    /// seen, where these are chosen.
    pub(crate) candidates: Vec<Candidate<T, C::Axes>>,
    /// The place of each of them among all, where they are chosen.
    pub(crate) places: Vec<u32>,
    /// Where each cell begins among them, likewise.
    pub(crate) starts: Vec<u32>,
    /// Those who look, where not all do, or do so further than the next row.
    pub(crate) lookers: Vec<Looker<C::Axes>>,
    /// Their rows.
    pub(crate) order: Vec<u32>,
    /// Their columns, side by side; none before some are chosen.
    pub(crate) chosen: Option<Arena<C>>,
}

impl<T, C: Columns> Default for PassLists<T, C> {
    fn default() -> Self {
        Self {
            candidates: Vec::new(),
            places: Vec::new(),
            starts: Vec::new(),
            lookers: Vec::new(),
            order: Vec::new(),
            chosen: None,
        }
    }
}

impl<T, C: Columns> PassLists<T, C> {
    /// How much room each list has.
    fn rooms(&self) -> [usize; 6] {
        [
            self.candidates.capacity(),
            self.places.capacity(),
            self.starts.capacity(),
            self.lookers.capacity(),
            self.order.capacity(),
            self.chosen.as_ref().map_or(0, Arena::capacity),
        ]
    }

    fn reserve(&mut self, rooms: &[usize; 6]) {
        let &[candidates, places, starts, lookers, order, chosen] = rooms;
        room(&mut self.candidates, candidates);
        room(&mut self.places, places);
        room(&mut self.starts, starts);
        room(&mut self.lookers, lookers);
        room(&mut self.order, order);
        if chosen > 0 {
            // Where there is no memory for it now, the pass that needs it says so.
            let _ = self.columns(chosen, chosen);
        }
    }

    /// Columns for so many who look, and some more.
    pub(crate) fn choose(&mut self, count: usize) -> Result<(), DomainError> {
        self.columns(count, count + count / 8)
    }

    /// Columns of this capacity, unless there are columns for so many. Desks that are made equal get
    /// what others have and no more: where each added some, they would grow without end.
    fn columns(&mut self, count: usize, capacity: usize) -> Result<(), DomainError> {
        if self.chosen.as_ref().is_none_or(|chosen| chosen.capacity() < count) {
            self.chosen = None;
            self.chosen = Some(Arena::new(capacity)?);
        }
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        self.candidates.capacity() * size_of::<Candidate<T, C::Axes>>()
            + 4 * (self.places.capacity() + self.starts.capacity() + self.order.capacity())
            + self.lookers.capacity() * size_of::<Looker<C::Axes>>()
            + self.chosen.as_ref().map_or(0, Arena::memory_bytes)
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

/// How much room each list of each pass has.
#[doc(hidden)]
#[derive(Clone, Copy, Default)]
pub struct Rooms([[usize; 6]; 4]);

impl Rooms {
    fn most(mut self, other: Self) -> Self {
        let all = self.0.iter_mut().flatten().zip(other.0.into_iter().flatten());
        all.for_each(|(one, other)| *one = other.max(*one));
        self
    }
}

macro_rules! lists {
    ($($shown:ident $number:tt),*) => {
        impl<$($shown: Send + Sync + 'static,)* X: Columns> Lists for ($(PassLists<$shown, X>,)*) {
            fn rooms(&self) -> Rooms {
                let mut rooms = Rooms::default();
                $(rooms.0[$number] = self.$number.rooms();)*
                rooms
            }

            fn reserve(&mut self, rooms: &Rooms) {
                $(self.$number.reserve(&rooms.0[$number]);)*
            }

            fn memory_bytes(&self) -> usize {
                0 $(+ self.$number.memory_bytes())*
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

#[cfg(test)]
mod tests {
    use super::*;

    flockwork_kernel::columns! {
        /// Somebody.
        pub mod somebody {
            ghost {
                /// Where.
                position: vec(x, y),
            }
            owned {}
            scratch {}
        }
    }

    type Two = (PassLists<f32, somebody::Columns>,);

    #[test]
    fn desks_that_were_made_equal_stay_as_large_as_they_are() {
        let desks = Desks::<Two>::default();
        desks.level(3);
        desks.lend(|desk| desk.lists.0.choose(1000)).unwrap();
        desks.level(3);
        let once = desks.memory_bytes();
        assert!(once > 3 * 1000 * 12);
        (0..100).for_each(|_| desks.level(3));
        assert_eq!(desks.memory_bytes(), once);
    }
}
