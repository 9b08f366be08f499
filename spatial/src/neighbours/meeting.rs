//! A tile and the runs that it meets.
//!
//! The sum of a tile is in registers while a run is met: it is taken out at the run's begin and put
//! back at its end. The tile's own entities are no run of their own: who is who is compared in all of
//! their row, which costs less than two more loops, of which one ends where nobody foresees it (1.03
//! times as long for 20 neighbours in the plane). It did not help to put all runs of a tile down first
//! and to meet them in one go.

use core::ops::Range;

use flockwork_kernel::isa::Isa;
use flockwork_kernel::simd::{F32x8, Mask8, U32x8, Vector8};
use flockwork_kernel::{LANES, Vector};

use super::{Tile, Tiles, Visit};
use crate::Entry;
use crate::index::Places;
use crate::pass::Pair;

/// How many candidates a list of those near somebody has room for.
const ROOM: usize = 128;

/// Shows a visitor the tiles of an index, and those who are near.
pub(super) struct Meeting<'a, V: Visit, S: Isa, const ONCE: bool> {
    order: &'a [Entry],
    places: Places<'a, V::Axes>,
    shown: &'a [V::Shown],
    limit: F32x8<S>,
    visit: &'a mut V,
    first: usize,
    count: usize,
    /// Lanes past the entities are infinitely far away: nobody is near them.
    at: Vector8<V::Axes, S>,
    /// The places of the tile's entities in the order.
    own_places: U32x8<S>,
    own: V::Tile<S>,
    sum: V::Sum<S>,
    /// If the visitor is selective: those near somebody, all of one image.
    list: [u32; ROOM],
    listed: usize,
    image: Option<Vector<V::Axes>>,
}

impl<'a, V: Visit, S: Isa, const ONCE: bool> Meeting<'a, V, S, ONCE> {
    #[inline(always)]
    pub(super) fn new(
        order: &'a [Entry],
        places: Places<'a, V::Axes>,
        shown: &'a [V::Shown],
        r: f32,
        visit: &'a mut V,
    ) -> Self {
        Self {
            order,
            places,
            shown,
            limit: F32x8::splat(r * r),
            visit,
            first: 0,
            count: 0,
            at: Vector8::zero(),
            own_places: U32x8::ZERO,
            own: V::Tile::default(),
            sum: V::Sum::default(),
            list: [0; ROOM],
            listed: 0,
            image: None,
        }
    }

    #[inline(always)]
    fn tile(&self) -> Tile<'a> {
        Tile { first: self.first, entries: &self.order[self.first..self.first + self.count] }
    }

    /// What there is to say about the tile and somebody at this place.
    #[inline(always)]
    fn pair(&self, place: Vector<V::Axes>, index: usize) -> Pair<V::Axes, S> {
        let offset = Vector8::all(place) - self.at;
        let d2 = offset.length_squared();
        Pair { offset, d2, near: d2.lt(self.limit), index: index as u32 }
    }

    /// Takes away lanes that do not meet the candidate at this place in the order: itself, and if each
    /// pair is met once, those after it.
    #[inline(always)]
    fn meets(&self, near: Mask8<S>, index: usize) -> Mask8<S> {
        let other = U32x8::splat(index as u32);
        if ONCE { near & self.own_places.lt(other) } else { near & !self.own_places.eq(other) }
    }

    /// Meets the candidates of a run one after the other.
    #[inline(always)]
    fn meet_run(&mut self, run: Range<usize>, shift: Option<Vector<V::Axes>>) {
        let from = run.start;
        let (places, shown) = (self.places.part(run.clone()), &self.shown[run.clone()]);
        let mut sum = self.sum;
        if let Some(shift) = shift {
            for (at, other) in shown.iter().enumerate() {
                let pair = self.pair(places.at(at) + shift, from + at);
                self.visit.pair(&self.own, other, &pair, &mut sum);
            }
        } else if run.contains(&self.first) {
            for (at, other) in shown.iter().enumerate() {
                let mut pair = self.pair(places.at(at), from + at);
                pair.near = self.meets(pair.near, from + at);
                self.visit.pair(&self.own, other, &pair, &mut sum);
            }
        } else {
            for (at, other) in shown.iter().enumerate() {
                let pair = self.pair(places.at(at), from + at);
                self.visit.pair(&self.own, other, &pair, &mut sum);
            }
        }
        self.sum = sum;
    }

    /// Lists those who are near some lane.
    ///
    /// A branch on every candidate would be mispredicted on a third of them; here there is one a
    /// list.
    #[inline(always)]
    fn select(&mut self, range: Range<usize>, shift: Option<Vector<V::Axes>>) {
        if self.image != shift {
            self.meet_listed();
            self.image = shift;
        }
        let mut from = range.start;
        while from < range.end {
            let until = range.end.min(from + ROOM - self.listed);
            let places = self.places.part(from..until);
            let mut listed = self.listed;
            for at in 0..places.xs.len() {
                let mut place = places.at(at);
                if let Some(shift) = shift {
                    place += shift;
                }
                self.list[listed % ROOM] = (from + at) as u32;
                listed += usize::from(self.pair(place, 0).near.any());
            }
            self.listed = listed;
            from = until;
            if listed == ROOM {
                self.meet_listed();
            }
        }
    }

    /// Meets those on the list.
    #[inline(always)]
    fn meet_listed(&mut self) {
        let mut sum = self.sum;
        let image = self.image;
        for &index in &self.list[..self.listed] {
            let index = index as usize;
            let mut place = self.places.at(index);
            if let Some(shift) = image {
                place += shift;
            }
            let mut pair = self.pair(place, index);
            if image.is_none() {
                pair.near = self.meets(pair.near, index);
            }
            self.visit.pair(&self.own, &self.shown[index], &pair, &mut sum);
        }
        self.sum = sum;
        self.listed = 0;
    }
}

impl<V: Visit, S: Isa, const ONCE: bool> Tiles<V::Axes> for Meeting<'_, V, S, ONCE> {
    #[inline(always)]
    fn begin(&mut self, tile: Range<usize>) {
        (self.first, self.count) = (tile.start, tile.len().min(LANES));
        let at = self.places.load::<S>(self.first);
        let far = Vector8::all(Vector::of(f32::INFINITY, f32::INFINITY, f32::INFINITY));
        self.at = if self.count < LANES {
            Vector8::select(Mask8::first(self.count), at, far)
        } else {
            at
        };
        let lanes = U32x8::from_array([0, 1, 2, 3, 4, 5, 6, 7]);
        self.own_places = U32x8::splat(self.first as u32) + lanes;
        (self.own, self.sum) = self.visit.load(self.tile());
    }

    #[inline(always)]
    fn run(&mut self, run: Range<usize>, shift: Option<Vector<V::Axes>>) {
        if V::SELECTIVE {
            self.select(run, shift);
            return;
        }
        self.meet_run(run, shift);
    }

    #[inline(always)]
    fn end(&mut self) {
        if V::SELECTIVE {
            self.meet_listed();
            self.image = None;
        }
        self.visit.finish(self.tile(), &self.own, &self.sum);
    }
}
