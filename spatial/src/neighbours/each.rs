//! What the pass does for callbacks, counts and lists.

use core::marker::PhantomData;

use flockwork_kernel::axes::{Axes, Third};
use flockwork_kernel::isa::Isa;
use flockwork_kernel::simd::{F32x8, U32x8};
use flockwork_kernel::{LANES, Vector};

use super::{Neighbour, Tile, Visit};
use crate::Entry;
use crate::pass::Pair;

/// Calls a function with every neighbour.
pub(super) struct Each<'a, A, F> {
    order: &'a [Entry],
    /// The slots of the tile.
    slots: [u32; LANES],
    each: F,
    axes: PhantomData<A>,
}

impl<'a, A, F> Each<'a, A, F> {
    pub(super) fn new(order: &'a [Entry], each: F) -> Self {
        Self { order, slots: [0; LANES], each, axes: PhantomData }
    }
}

impl<A: Axes, F: FnMut(Neighbour<A>)> Visit for Each<'_, A, F> {
    type Axes = A;
    type Shown = ();
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = ();
    const SELECTIVE: bool = true;

    #[inline(always)]
    fn load<S: Isa>(&mut self, tile: Tile<'_>) -> ((), ()) {
        for (slot, entry) in self.slots.iter_mut().zip(tile.entries) {
            *slot = entry.slot();
        }
        ((), ())
    }

    #[inline(always)]
    fn pair<S: Isa>(&mut self, _: &(), _: &(), pair: &Pair<A, S>, _: &mut ()) {
        let (x, y) = (pair.offset.x.to_array(), pair.offset.y.to_array());
        let z = if A::SPACE { pair.offset.z.or(F32x8::ZERO).to_array() } else { [0.0; LANES] };
        let d2 = pair.d2.to_array();
        let other = self.order[pair.index as usize].slot();
        for lane in pair.near.lanes() {
            let offset = Vector::of(x[lane], y[lane], z[lane]);
            (self.each)(Neighbour { slot: self.slots[lane], other, offset, d2: d2[lane] });
        }
    }

    #[inline(always)]
    fn finish<S: Isa>(&mut self, _: Tile<'_>, _: &(), _: &()) {}
}

/// Counts the neighbours of each slot.
pub(super) struct Count<'a, A> {
    counts: &'a mut [u32],
    axes: PhantomData<A>,
}

impl<'a, A> Count<'a, A> {
    pub(super) fn new(counts: &'a mut [u32]) -> Self {
        Self { counts, axes: PhantomData }
    }
}

impl<A: Axes> Visit for Count<'_, A> {
    type Axes = A;
    type Shown = ();
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = U32x8<S>;

    #[inline(always)]
    fn pair<S: Isa>(&mut self, _: &(), _: &(), pair: &Pair<A, S>, sum: &mut U32x8<S>) {
        pair.near.count(sum);
    }

    #[inline(always)]
    fn finish<S: Isa>(&mut self, tile: Tile<'_>, _: &(), sum: &U32x8<S>) {
        for (entry, count) in tile.entries.iter().zip(sum.to_array()) {
            if let Some(place) = self.counts.get_mut(entry.slot() as usize) {
                *place = count;
            }
        }
    }
}

/// Writes the neighbours of each slot to its list.
pub(super) struct Fill<'a, A> {
    order: &'a [Entry],
    starts: &'a [u32],
    slots: &'a mut [u32],
    /// Where the next of each lane goes.
    next: [u32; LANES],
    axes: PhantomData<A>,
}

impl<'a, A> Fill<'a, A> {
    pub(super) fn new(order: &'a [Entry], starts: &'a [u32], slots: &'a mut [u32]) -> Self {
        Self { order, starts, slots, next: [0; LANES], axes: PhantomData }
    }
}

impl<A: Axes> Visit for Fill<'_, A> {
    type Axes = A;
    type Shown = ();
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = ();
    const SELECTIVE: bool = true;

    #[inline(always)]
    fn load<S: Isa>(&mut self, tile: Tile<'_>) -> ((), ()) {
        for (next, entry) in self.next.iter_mut().zip(tile.entries) {
            *next = self.starts[entry.slot() as usize];
        }
        ((), ())
    }

    #[inline(always)]
    fn pair<S: Isa>(&mut self, _: &(), _: &(), pair: &Pair<A, S>, _: &mut ()) {
        let other = self.order[pair.index as usize].slot();
        for lane in pair.near.lanes() {
            let next = &mut self.next[lane];
            if let Some(place) = self.slots.get_mut(*next as usize) {
                *place = other;
            }
            *next += 1;
        }
    }

    #[inline(always)]
    fn finish<S: Isa>(&mut self, _: Tile<'_>, _: &(), _: &()) {}
}
