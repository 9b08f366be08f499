//! The neighbour pass over one's own columns: everybody in an index meets everybody near, in the plane
//! and in space.
//!
//! An index shows its entities in tiles of up to eight, one per lane, each with the runs of others who
//! may be near, in canonical order. That is the shape of the schedulers' [`crate::pass`], with the
//! same subtraction and the same order, and so with the same bits over the same cells; but there is
//! nothing to prepare: candidates are the positions that the index holds already, and who is beyond
//! the seam of a periodic axis is shifted when it is met, where the schedulers have ghosts. So no memory
//! is needed beside that of the index.
//!
//! | wanted | take |
//! | --- | --- |
//! | a sum over neighbours, as fast as the processor can | [`Neighbours::visit_each`] with a [`Visit`] in lanes |
//! | plain numbers for each neighbour | [`Neighbours::for_each_neighbour`] |
//! | each pair once | [`Neighbours::for_each_pair`], [`Neighbours::visit_pairs`] |
//! | how many are near | [`Neighbours::count_each`] |
//! | lists to keep | [`OwnedLists`]; without `alloc` [`Neighbours::list_starts`] and [`Neighbours::list_slots`] |
//!
//! # Order
//!
//! For each entity its neighbours come in canonical order, as [`crate::Query::visit_radius`] shows
//! them; the entities of a tile take turns meanwhile. Along open axes the order is that of the index's
//! own cells, which are not a scheduler's.
//!
//! # Pairs once
//!
//! Of two entities near each other the one that comes first in canonical order meets the other. Across a
//! seam that is the one whose partner lies beyond the upper end, in the image that continues the
//! order. Half of the runs are looked at.
//!
//! # Costs
//!
//! ns of processor time for each of 100,000 points in a walled square, on a busy AMD EPYC with AVX-512, plain
//! build; `cargo xtask bench` measures them anew:
//!
//! | 20 neighbours | |
//! | --- | --- |
//! | [`Neighbours::count_each`], index included | 18 |
//! | [`crate::Query::count_radius`] for each point, index included | 196 |
//! | counts and sums of squared distances by [`Neighbours::visit_each`], without the index | 11 |
//! | the same by the schedulers' pass, over cells and records made by hand | 12 |
//! | the same by a loop tuned by hand | 10 |
//!
//! | discs that touch 3 others | |
//! | --- | --- |
//! | [`Neighbours::for_each_pair`], index included | 37 |
//! | [`crate::Query::pairs_within`], index included | 109 |
//!
//! What did not help: a list of the rows around, made once for each row and copied for each tile, is as slow as
//! finding them anew (14.5 for 14.0).

use flockwork_kernel::Vector;
use flockwork_kernel::axes::{Axes, Plane};
use flockwork_kernel::isa::{self, Isa};

use crate::Entry;
use crate::index::Indexed;
use crate::pass::Pair;
use crate::query::QueryError;
use crate::query::usable_radius;

mod each;
pub mod lists;
mod meeting;

pub use lists::Lists;
#[cfg(feature = "alloc")]
pub use lists::OwnedLists;

use each::{Count, Each, Fill};
use meeting::Meeting;

/// Some entities of an index, one per lane.
#[derive(Clone, Copy, Debug)]
pub struct Tile<'a> {
    /// The first one's place in the order of the index.
    pub first: usize,
    /// They: up to eight ids and slots. Lanes past them are near nobody.
    pub entries: &'a [Entry],
}

/// Somebody near an entity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour<A: Axes = Plane> {
    /// The slot of the entity.
    pub slot: u32,
    /// The slot of the other one.
    pub other: u32,
    /// The way from the entity to the other one, over the seam where that is nearer.
    pub offset: Vector<A>,
    /// Its squared length.
    pub d2: f32,
}

/// What is done with tiles and pairs, in lanes, whatever the instruction set.
///
/// Every function must be `#[inline(always)]`, or it runs many times slower.
pub trait Visit {
    /// The plane or space.
    type Axes: Axes;
    /// What a neighbour shows beside its place.
    type Shown: Copy;
    /// What is held of a tile's own entities.
    type Tile<S: Isa>: Copy + Default;
    /// What adds up over the neighbours of a tile: [`Sum8`](flockwork_kernel::sum::Sum8),
    /// [`Count8`](flockwork_kernel::sum::Count8).
    type Sum<S: Isa>: Copy + Default;
    /// Whether pairs are dear: candidates that are near no entity of a tile are then left out
    /// beforehand. Pays where a pair costs a division or more.
    const SELECTIVE: bool = false;

    /// Loads a tile, and begins its sum; zeros unless it is given.
    #[inline(always)]
    fn load<S: Isa>(&mut self, _tile: Tile<'_>) -> (Self::Tile<S>, Self::Sum<S>) {
        Default::default()
    }

    /// Adds one candidate to the lanes of `pair.near`; `pair.index` is its place in the order.
    fn pair<S: Isa>(
        &mut self,
        own: &Self::Tile<S>,
        other: &Self::Shown,
        pair: &Pair<Self::Axes, S>,
        sum: &mut Self::Sum<S>,
    );

    /// Takes the sum of a tile.
    fn finish<S: Isa>(&mut self, tile: Tile<'_>, own: &Self::Tile<S>, sum: &Self::Sum<S>);
}

/// What an index shows its tiles to: [`Indexed::each_tile`].
pub trait Tiles<A: Axes> {
    /// The entities of this range of the order, at most eight, all in one row.
    fn begin(&mut self, tile: core::ops::Range<usize>);
    /// Some who may be near them, in an image that is shifted so much; in the world itself none is.
    /// The tile's own entities are among those of one such run.
    fn run(&mut self, run: core::ops::Range<usize>, shift: Option<Vector<A>>);
    /// There are no more.
    fn end(&mut self);
}

/// The pass, over every index.
///
/// A radius is any number from 1e-18 to 1e18, whatever the index was made for, but below half of the
/// length of every periodic axis. It costs least where the index was made for it.
pub trait Neighbours: Indexed {
    /// Visits all entities with all who are closer than `r`.
    ///
    /// `shown` is what each entity shows, in the order of the index: see
    /// [`reorder`](crate::index::reorder). For what shows nothing, [`nothing`] is.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius, or if `shown` is of another number of entities; nobody
    /// was visited then.
    fn visit_each<V: Visit<Axes = Self::Axes>>(
        &self,
        r: f32,
        shown: &[V::Shown],
        visit: &mut V,
    ) -> Result<(), QueryError> {
        meet::<Self, V, false>(self, r, shown, visit)
    }

    /// As [`Neighbours::visit_each`], each pair once.
    ///
    /// # Errors
    ///
    /// As for [`Neighbours::visit_each`].
    fn visit_pairs<V: Visit<Axes = Self::Axes>>(
        &self,
        r: f32,
        shown: &[V::Shown],
        visit: &mut V,
    ) -> Result<(), QueryError> {
        meet::<Self, V, true>(self, r, shown, visit)
    }

    /// Calls `each` with every entity and every other one closer than `r`.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius; nothing was called then.
    fn for_each_neighbour(
        &self,
        r: f32,
        each: impl FnMut(Neighbour<Self::Axes>),
    ) -> Result<(), QueryError> {
        self.visit_each(r, nothing(self.order().len()), &mut Each::new(self.order(), each))
    }

    /// Calls `each` with every pair of entities closer than `r`, once.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius; nothing was called then.
    fn for_each_pair(
        &self,
        r: f32,
        each: impl FnMut(Neighbour<Self::Axes>),
    ) -> Result<(), QueryError> {
        self.visit_pairs(r, nothing(self.order().len()), &mut Each::new(self.order(), each))
    }

    /// Writes how many others are closer than `r` to each entity, by slot.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius, and if `out` has not a place for every slot; `out` is
    /// unchanged.
    fn count_each(&self, r: f32, out: &mut [u32]) -> Result<(), QueryError> {
        let count = self.order().len();
        let given = out.len();
        let out = out.get_mut(..count).ok_or(QueryError::OutTooShort { needed: count, given })?;
        self.visit_each(r, nothing(count), &mut Count::new(out))
    }

    /// Writes where the list of each slot of those closer than `r` begins, and then the end of the last;
    /// gives how many there are in all lists: so many places [`Neighbours::list_slots`] needs. If `once`,
    /// each pair is in one list alone.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius, if `starts` has not one place more than there are slots, and if
    /// there are more neighbours than its numbers reach; it is unchanged but for the last error.
    fn list_starts(&self, r: f32, once: bool, starts: &mut [u32]) -> Result<usize, QueryError> {
        let (count, given) = (self.order().len(), starts.len());
        let starts =
            starts.get_mut(..=count).ok_or(QueryError::OutTooShort { needed: count + 1, given })?;
        let mut counts = Count::new(&mut starts[..count]);
        if once {
            self.visit_pairs(r, nothing(count), &mut counts)?;
        } else {
            self.visit_each(r, nothing(count), &mut counts)?;
        }
        let total = lists::begin(starts);
        u32::try_from(total)
            .map(|total| total as usize)
            .map_err(|_| QueryError::TooManyNeighbours { count: total })
    }

    /// Writes the lists that begin at such starts, in canonical order: the slots of the others, one list
    /// after the other. Radius and `once` must be those of [`Neighbours::list_starts`], and the index too: else
    /// what is written is of no use.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius, and if a slice is too short; `slots` is unchanged.
    fn list_slots<'a>(
        &self,
        r: f32,
        once: bool,
        starts: &'a [u32],
        slots: &'a mut [u32],
    ) -> Result<Lists<'a>, QueryError> {
        let (count, given) = (self.order().len(), starts.len());
        let starts =
            starts.get(..=count).ok_or(QueryError::OutTooShort { needed: count + 1, given })?;
        let (needed, given) = (starts[count] as usize, slots.len());
        let slots = slots.get_mut(..needed).ok_or(QueryError::OutTooShort { needed, given })?;
        let mut fill = Fill::new(self.order(), starts, slots);
        if once {
            self.visit_pairs(r, nothing(count), &mut fill)?;
        } else {
            self.visit_each(r, nothing(count), &mut fill)?;
        }
        Ok(Lists::of_parts(starts, slots))
    }
}

impl<T: Indexed + ?Sized> Neighbours for T {}

/// So many that show nothing.
pub fn nothing(count: usize) -> &'static [()] {
    const ALL: &[(); usize::MAX] = &[(); usize::MAX];
    &ALL[..count]
}

fn meet<T: Indexed + ?Sized, V: Visit<Axes = T::Axes>, const ONCE: bool>(
    index: &T,
    r: f32,
    shown: &[V::Shown],
    visit: &mut V,
) -> Result<(), QueryError> {
    usable_radius(&index.periods(), r)?;
    let (needed, given) = (index.order().len(), shown.len());
    if needed != given {
        return Err(QueryError::OtherShown { needed, given });
    }
    isa::dispatch(Meet::<T, V, ONCE> { index, r, shown, visit });
    Ok(())
}

struct Meet<'a, T: Indexed + ?Sized, V: Visit<Axes = T::Axes>, const ONCE: bool> {
    index: &'a T,
    r: f32,
    shown: &'a [V::Shown],
    visit: &'a mut V,
}

impl<T: Indexed + ?Sized, V: Visit<Axes = T::Axes>, const ONCE: bool> isa::Task
    for Meet<'_, T, V, ONCE>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { index, r, shown, visit } = self;
        let mut meeting =
            Meeting::<V, S, ONCE>::new(index.order(), index.positions(), shown, r, visit);
        index.each_tile(r, ONCE, &mut meeting);
    }
}
