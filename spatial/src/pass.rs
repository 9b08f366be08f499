//! The block-wise neighbour pass: every owned entity meets every neighbour within the radius, in
//! canonical order.
//!
//! Pseudo code:
//!
//! ```text
//! for each owned row of the domain
//!     for each tile of up to 8 consecutive owned entities of the row, one per lane
//!         for the row below, the same row, the row above
//!             for each candidate from the first lane's column - fine to the last lane's + fine
//!                 for all lanes at once: difference, squared distance, inside the radius?
//!                 visitor.pair(...)
//!         visitor.finish(...)
//! ```
//!
//! Why this shape:
//! 1. Lanes are entities and a candidate is broadcast to all of them, so every lane adds up its own
//!    neighbours one after the other in canonical order. There is no horizontal sum, no gather and
//!    no tail: a candidate outside a lane's radius is masked and adds +0.0, which changes no bit.
//!    So the result depends neither on how entities fall into tiles nor on where a region is cut.
//! 2. The sort is by row, then column, so the candidates of one row are one contiguous span.
//! 3. Candidates are small records with everything a neighbour shows, since each is read whole.
//! 4. Only in the tile's own part of the own row can a lane meet itself; that part alone pays for
//!    the check.
//! 5. Under a cap, a first scan finds the (distance, id) of the last neighbour that counts; the
//!    pass itself is the same.
//!
//! Where to read next: [`crate::sort`] makes the order, `flockwork-scheduler` calls the pass.

use flockwork_kernel::LANES;
use flockwork_kernel::isa::Baseline;
use flockwork_kernel::simd::{F32x8, Isa, Mask8};

use crate::sort::Entry;

mod cap;
mod cells;
mod error;

pub use cells::Cells;
pub use error::PassError;

use cap::Cap;
use cells::Cursor;
use error::check;

/// What a neighbour shows: at least where it is.
pub trait Positioned: Copy {
    /// The position along x.
    fn x(&self) -> f32;
    /// The position along y.
    fn y(&self) -> f32;
}

/// What the pass says about one candidate and the eight entities of a tile.
#[derive(Clone, Copy, Debug)]
pub struct Pair<S: Isa = Baseline> {
    /// Candidate's x minus each lane's.
    pub dx: F32x8<S>,
    /// Candidate's y minus each lane's.
    pub dy: F32x8<S>,
    /// Squared distance.
    pub d2: F32x8<S>,
    /// Lanes whose neighbour the candidate is: closer than the radius, within the cap, and not the
    /// entity itself. What a lane outside adds must be +0.0: see [`Mask8::keep`].
    pub near: Mask8<S>,
    /// The candidate's place among the records.
    pub index: u32,
}

/// What is done with tiles and pairs.
pub trait Visitor<S: Isa = Baseline> {
    /// What a neighbour shows.
    type Record: Positioned;
    /// What the pass holds of a tile's own entities.
    type Tile: Copy;
    /// What adds up over the neighbours of a tile.
    type Sum: Copy;

    /// Loads the tile that begins at owned entity `at`, and begins its sum.
    fn load(&mut self, at: usize) -> (Self::Tile, Self::Sum);
    /// Adds one candidate.
    fn pair(
        &mut self,
        tile: &Self::Tile,
        other: &Self::Record,
        pair: &Pair<S>,
        sum: &mut Self::Sum,
    );
    /// Takes the sum of the tile's `count` entities that begin at owned entity `at`; lanes from
    /// `count` on are of no entity of the tile.
    fn finish(&mut self, at: usize, count: usize, tile: &Self::Tile, sum: &Self::Sum);
}

/// Which neighbours count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cutoff {
    /// Neighbours are closer than this.
    pub radius: f32,
    /// At most this many count, those of smallest (squared distance, id); all if None.
    pub most: Option<u32>,
}

/// The largest cap on neighbours.
pub const MAX_CAP: usize = 64;

/// Runs the pass and gives the number of candidates that were tested against a tile.
///
/// `records` and `entries` are in canonical order, ghosts among them. The visitor counts the owned
/// entities alone, in the same order.
///
/// # Errors
///
/// [`PassError`] if slices do not fit together or the cap is above [`MAX_CAP`]; nothing was
/// visited then.
#[inline(always)]
pub fn neighbour_pass<S: Isa, V: Visitor<S>>(
    cells: &Cells<'_>,
    cutoff: Cutoff,
    records: &[V::Record],
    entries: &[Entry],
    visitor: &mut V,
) -> Result<u64, PassError> {
    check(cells, cutoff, records.len(), entries.len())?;
    let limit = F32x8::splat(cutoff.radius * cutoff.radius);
    let mut tested = 0;
    let mut at = 0;
    for row in 0..cells.rows {
        let owned = cells.owned(row);
        let mut cursor = Cursor::new(cells, row);
        let mut first = owned.start;
        while first < owned.end {
            let count = (owned.end - first).min(LANES);
            let spans = cursor.spans(cells, first, count);
            let place = Place::new(limit, &records[first..first + count]);
            let cap = match cutoff.most {
                Some(most) => S::apart(
                    #[inline(always)]
                    || Cap::find(&place, &spans, first, most as usize, records, entries),
                ),
                None => None,
            };
            let (tile, mut sum) = visitor.load(at);
            match cap {
                None if !S::SCALAR => every_candidate::<S, _>(
                    &spans,
                    first,
                    records,
                    #[inline(always)]
                    |other, index, own| {
                        let pair = place.meet(other, index, own);
                        visitor.pair(&tile, other, &pair, &mut sum);
                    },
                ),
                cap => every_candidate::<S, _>(
                    &spans,
                    first,
                    records,
                    #[inline(always)]
                    |other, index, own| {
                        let mut pair = place.meet(other, index, own);
                        if let Some(cap) = &cap {
                            let id = entries[index as usize].id();
                            pair.near = pair.near & cap.counts(pair.d2, id);
                        }
                        visitor.pair(&tile, other, &pair, &mut sum);
                    },
                ),
            }
            S::split(
                #[inline(always)]
                || visitor.finish(at, count, &tile, &sum),
            );
            tested += spans.iter().map(|span| (span.1 - span.0) as u64).sum::<u64>();
            first += count;
            at += count;
        }
    }
    Ok(tested)
}

/// Calls `each` for the candidates of three spans: the record, its index, and the lane that is the
/// candidate itself ([`LANES`] for none).
#[inline(always)]
fn every_candidate<S: Isa, R>(
    spans: &[(usize, usize); 3],
    first: usize,
    records: &[R],
    mut each: impl FnMut(&R, u32, usize),
) {
    let own_end = (first + LANES).min(spans[1].1);
    if S::SCALAR {
        // One copy of `each`, since it is long.
        let parts =
            [spans[0], (spans[1].0, first), (first, own_end), (own_end, spans[1].1), spans[2]];
        for (part, (from, to)) in parts.into_iter().enumerate() {
            for (offset, other) in records[from..to].iter().enumerate() {
                let own = if part == 2 { offset } else { LANES };
                each(other, (from + offset) as u32, own);
            }
        }
        return;
    }
    run(spans[0].0, spans[0].1, records, &mut each);
    run(spans[1].0, first, records, &mut each);
    for (lane, other) in records[first..own_end].iter().enumerate() {
        each(other, (first + lane) as u32, lane);
    }
    run(own_end, spans[1].1, records, &mut each);
    run(spans[2].0, spans[2].1, records, &mut each);
}

#[inline(always)]
fn run<R>(from: usize, to: usize, records: &[R], each: &mut impl FnMut(&R, u32, usize)) {
    for (offset, other) in records[from..to].iter().enumerate() {
        each(other, (from + offset) as u32, LANES);
    }
}

/// The positions of a tile and the squared radius.
#[derive(Clone, Copy)]
struct Place<S: Isa> {
    limit: F32x8<S>,
    x: F32x8<S>,
    y: F32x8<S>,
}

impl<S: Isa> Place<S> {
    /// The positions of a tile's entities; lanes past them repeat the last.
    #[inline(always)]
    fn new<R: Positioned>(limit: F32x8<S>, tile: &[R]) -> Self {
        let last = tile.len().saturating_sub(1);
        let lane = |at: usize| tile.get(at.min(last));
        Self {
            limit,
            x: F32x8::from_array(core::array::from_fn(|i| lane(i).map_or(0.0, R::x))),
            y: F32x8::from_array(core::array::from_fn(|i| lane(i).map_or(0.0, R::y))),
        }
    }

    #[inline(always)]
    fn meet<R: Positioned>(&self, other: &R, index: u32, own: usize) -> Pair<S> {
        let dx = F32x8::splat(other.x()) - self.x;
        let dy = F32x8::splat(other.y()) - self.y;
        let d2 = dx * dx + dy * dy;
        let mut near = d2.lt(self.limit);
        if own < LANES {
            near = near & !Mask8::only(own);
        }
        Pair { dx, dy, d2, near, index }
    }
}
