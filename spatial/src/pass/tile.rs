//! A tile of up to eight entities, one per lane, and the candidates that it meets.

use flockwork_kernel::LANES;
use flockwork_kernel::axes::{Axes, Third};
use flockwork_kernel::simd::{F32x8, Isa, Mask8, Vector8};

use super::cells::{Spans, middle};
use super::{Candidate, Pair};

/// The positions of a tile's entities.
#[derive(Clone, Copy)]
pub(super) struct Place<A: Axes, S: Isa> {
    /// The squared radius.
    pub(super) limit: F32x8<S>,
    pub(super) at: Vector8<A, S>,
}

impl<A: Axes, S: Isa> Place<A, S> {
    /// Lanes past the entities are infinitely far away: nobody is their neighbour.
    #[inline(always)]
    fn new<T>(limit: F32x8<S>, tile: &[Candidate<T, A>]) -> Self {
        const FAR: [f32; LANES] = [f32::INFINITY; LANES];
        let (mut x, mut y, mut z) = (FAR, FAR, FAR);
        if let Some(full) = tile.first_chunk::<LANES>() {
            for lane in 0..LANES {
                (x[lane], y[lane]) = (full[lane].place.x, full[lane].place.y);
                if A::SPACE {
                    z[lane] = full[lane].place.z.or(0.0);
                }
            }
        } else {
            for (lane, record) in tile.iter().enumerate() {
                (x[lane], y[lane]) = (record.place.x, record.place.y);
                z[lane] = record.place.z.or(0.0);
            }
        }
        let at = Vector8::of(F32x8::from_array(x), F32x8::from_array(y), F32x8::from_array(z));
        Self { limit, at }
    }

    /// The squared distances to a place, and how they came about.
    #[inline(always)]
    fn distance<T>(&self, other: &Candidate<T, A>) -> (Vector8<A, S>, F32x8<S>) {
        let offset = Vector8::all(other.place) - self.at;
        (offset, offset.length_squared())
    }
}

/// A tile, and the records among which its candidates are.
pub(super) struct Tile<'a, A: Axes, S: Isa, T> {
    pub(super) place: Place<A, S>,
    /// The record of its first entity.
    first: usize,
    pub(super) spans: Spans<A>,
    pub(super) records: &'a [Candidate<T, A>],
}

impl<'a, A: Axes, S: Isa, T> Tile<'a, A, S, T> {
    #[inline(always)]
    pub(super) fn new(
        limit: F32x8<S>,
        (first, count): (usize, usize),
        spans: Spans<A>,
        records: &'a [Candidate<T, A>],
    ) -> Self {
        let place = Place::new(limit, &records[first..first + count]);
        Self { place, first, spans, records }
    }

    /// How many candidates it has.
    #[inline(always)]
    pub(super) fn candidates(&self) -> usize {
        self.spans.as_ref().iter().map(|span| span.1 - span.0).sum()
    }

    /// What there is to say about the tile and a record.
    #[inline(always)]
    pub(super) fn pair(&self, other: &Candidate<T, A>, index: usize) -> Pair<A, S> {
        self.meet(other, index, index.wrapping_sub(self.first))
    }

    /// As [`Tile::pair`], of a record that is the entity of lane `own` itself, if there is such a
    /// lane.
    #[inline(always)]
    fn meet(&self, other: &Candidate<T, A>, index: usize, own: usize) -> Pair<A, S> {
        let (offset, d2) = self.place.distance(other);
        let mut near = d2.lt(self.place.limit);
        if own < LANES {
            near &= !Mask8::only(own);
        }
        Pair { offset, d2, near, index: index as u32 }
    }

    /// Calls `each` for all candidates in canonical order.
    #[inline(always)]
    pub(super) fn every_candidate(&self, mut each: impl FnMut(&Candidate<T, A>, Pair<A, S>)) {
        // What comes before the tile's own entities, and after them.
        let (mut before, mut after) = (self.spans, self.spans);
        let own = middle::<A>();
        let (from, to) = self.spans.as_ref()[own];
        let first = self.first;
        let own_end = (first + LANES).min(to);
        before.as_mut()[own] = (from, first);
        after.as_mut()[own] = (own_end, to);
        let (before, after) = (&before.as_ref()[..=own], &after.as_ref()[own..]);
        if S::SCALAR {
            // One copy of `each`, since it is long.
            let within = [(first, own_end)];
            let parts = before.iter().chain(&within).chain(after);
            for (part, &(from, to)) in parts.enumerate() {
                for (offset, other) in self.records[from..to].iter().enumerate() {
                    let own = if part == own + 1 { offset } else { LANES };
                    each(other, self.meet(other, from + offset, own));
                }
            }
            return;
        }
        self.run(before, &mut each);
        for (lane, other) in self.records[first..own_end].iter().enumerate() {
            each(other, self.meet(other, first + lane, lane));
        }
        self.run(after, &mut each);
    }

    /// Calls `each` for candidates that are none of the tile's own entities.
    #[inline(always)]
    fn run(&self, spans: &[(usize, usize)], each: &mut impl FnMut(&Candidate<T, A>, Pair<A, S>)) {
        for &(from, to) in spans {
            for (offset, other) in self.records[from..to].iter().enumerate() {
                each(other, self.meet(other, from + offset, LANES));
            }
        }
    }

    /// Calls `each` for those candidates that are near some lane, in canonical order.
    ///
    /// A branch on every candidate would be mispredicted on a third of them; here there is one a
    /// list.
    ///
    /// In space a tile of boids has 159 candidates (20 neighbours) and is near 39 % of them. Trying them is
    /// 30 and the pairs are 35 of the 101 ns that a boid's tick takes with AVX2. What did not help, as the
    /// time of a tick with AVX2, and with AVX-512VL: four candidates at a time and the rest one by one,
    /// 1.06, 1.05; the bits of the mask instead of whether there are any, 1.01; positions in columns of
    /// their own, eight candidates at a time against each of the eight entities and a table of what bits
    /// stand for, 1.10, 1.05 (the last eight of a span are half empty). Counted and not built, since it
    /// leaves too many: the box around the tile's entities is near 62 %, and spans as short as
    /// the distance of their row from that box allows hold 94 %.
    #[inline(always)]
    pub(super) fn every_neighbour(&self, mut each: impl FnMut(&Candidate<T, A>, Pair<A, S>)) {
        const ROOM: usize = 128;
        let mut list = [0u32; ROOM];
        let mut found = 0;
        let last = self.spans.as_ref().len() - 1;
        for (part, &(from, to)) in self.spans.as_ref().iter().enumerate() {
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
                if from == to && part < last {
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
