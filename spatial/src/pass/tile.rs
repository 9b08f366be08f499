//! A tile of up to eight entities, one per lane, and the candidates that it meets.

use flockwork_kernel::LANES;
use flockwork_kernel::simd::{F32x8, Isa, Mask8, V2};

use super::cells::Spans;
use super::{Candidate, Pair};

/// The positions of a tile's entities.
#[derive(Clone, Copy)]
pub(super) struct Place<S: Isa> {
    /// The squared radius.
    pub(super) limit: F32x8<S>,
    pub(super) x: F32x8<S>,
    pub(super) y: F32x8<S>,
}

impl<S: Isa> Place<S> {
    /// Lanes past the entities are infinitely far away: nobody is their neighbour.
    #[inline(always)]
    fn new<T>(limit: F32x8<S>, tile: &[Candidate<T>]) -> Self {
        let (mut x, mut y) = ([f32::INFINITY; LANES], [f32::INFINITY; LANES]);
        if let Some(full) = tile.first_chunk::<LANES>() {
            for lane in 0..LANES {
                (x[lane], y[lane]) = (full[lane].x, full[lane].y);
            }
        } else {
            for (lane, record) in tile.iter().enumerate() {
                (x[lane], y[lane]) = (record.x, record.y);
            }
        }
        Self { limit, x: F32x8::from_array(x), y: F32x8::from_array(y) }
    }

    /// The squared distances to a place, and how they came about.
    #[inline(always)]
    fn distance<T>(&self, other: &Candidate<T>) -> (V2<S>, F32x8<S>) {
        let offset = V2::splat(other.x, other.y) - V2::new(self.x, self.y);
        (offset, offset.length_squared())
    }
}

/// A tile, and the records among which its candidates are.
pub(super) struct Tile<'a, S: Isa, T> {
    pub(super) place: Place<S>,
    /// The record of its first entity.
    first: usize,
    pub(super) spans: Spans,
    pub(super) records: &'a [Candidate<T>],
}

impl<'a, S: Isa, T> Tile<'a, S, T> {
    #[inline(always)]
    pub(super) fn new(
        limit: F32x8<S>,
        (first, count): (usize, usize),
        spans: Spans,
        records: &'a [Candidate<T>],
    ) -> Self {
        let place = Place::new(limit, &records[first..first + count]);
        Self { place, first, spans, records }
    }

    /// How many candidates it has.
    #[inline(always)]
    pub(super) fn candidates(&self) -> usize {
        self.spans.iter().map(|span| span.1 - span.0).sum()
    }

    /// What there is to say about the tile and a record.
    #[inline(always)]
    pub(super) fn pair(&self, other: &Candidate<T>, index: usize) -> Pair<S> {
        self.meet(other, index, index.wrapping_sub(self.first))
    }

    /// As [`Tile::pair`], of a record that is the entity of lane `own` itself, if there is such a
    /// lane.
    #[inline(always)]
    fn meet(&self, other: &Candidate<T>, index: usize, own: usize) -> Pair<S> {
        let (offset, d2) = self.place.distance(other);
        let mut near = d2.lt(self.place.limit);
        if own < LANES {
            near = near & !Mask8::only(own);
        }
        Pair { offset, d2, near, index: index as u32 }
    }

    /// Calls `each` for all candidates in canonical order.
    #[inline(always)]
    pub(super) fn every_candidate(&self, mut each: impl FnMut(&Candidate<T>, Pair<S>)) {
        let [below, (from, to), above] = self.spans;
        let first = self.first;
        let own_end = (first + LANES).min(to);
        if S::SCALAR {
            // One copy of `each`, since it is long.
            let parts = [below, (from, first), (first, own_end), (own_end, to), above];
            for (part, (from, to)) in parts.into_iter().enumerate() {
                for (offset, other) in self.records[from..to].iter().enumerate() {
                    let own = if part == 2 { offset } else { LANES };
                    each(other, self.meet(other, from + offset, own));
                }
            }
            return;
        }
        self.run([below, (from, first)], &mut each);
        for (lane, other) in self.records[first..own_end].iter().enumerate() {
            each(other, self.meet(other, first + lane, lane));
        }
        self.run([(own_end, to), above], &mut each);
    }

    /// Calls `each` for candidates that are none of the tile's own entities.
    #[inline(always)]
    fn run(&self, spans: [(usize, usize); 2], each: &mut impl FnMut(&Candidate<T>, Pair<S>)) {
        for (from, to) in spans {
            for (offset, other) in self.records[from..to].iter().enumerate() {
                each(other, self.meet(other, from + offset, LANES));
            }
        }
    }

    /// Calls `each` for those candidates that are near some lane, in canonical order.
    ///
    /// A branch on every candidate would be mispredicted on a third of them; here there is one a
    /// list.
    #[inline(always)]
    pub(super) fn every_neighbour(&self, mut each: impl FnMut(&Candidate<T>, Pair<S>)) {
        const ROOM: usize = 128;
        let mut list = [0u32; ROOM];
        let mut found = 0;
        for (part, (from, to)) in self.spans.into_iter().enumerate() {
            let mut from = from;
            loop {
                // As many as find room on the list.
                let until = to.min(from + ROOM - found);
                for (offset, other) in self.records[from..until].iter().enumerate() {
                    let (_, d2) = self.place.distance(other);
                    list[found % ROOM] = (from + offset) as u32;
                    found += usize::from(d2.lt(self.place.limit).any());
                }
                from = until;
                if from == to && part < 2 {
                    break;
                }
                for &index in &list[..found] {
                    let other = &self.records[index as usize];
                    each(other, self.pair(other, index as usize));
                }
                found = 0;
                if from == to {
                    break;
                }
            }
        }
    }
}
