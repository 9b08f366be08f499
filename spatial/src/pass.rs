//! The block-wise neighbour pass: every owned entity meets every neighbour within the radius, in
//! canonical order.
//!
//! Pseudo code:
//!
//! ```text
//! for each owned row of the domain
//!     for each tile of up to 8 consecutive owned entities of the row, one per lane
//!         for the row below, the same row, the row above; in space the nine rows around
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
//!    pass itself is the same. In a crowd both leave out what cannot count: see `crowd`.
//!
//! Those who look further than the rows around, and those of whom there are few, have a pass of their
//! own: see [`looking_pass`].
//!
//! Where to read next: [`crate::sort`] makes the order, `flockwork-scheduler` calls the pass.

use flockwork_kernel::axes::{Axes, Plane};
use flockwork_kernel::isa::Baseline;
use flockwork_kernel::simd::{F32x8, Isa, Mask8, Vector8};
use flockwork_kernel::{LANES, Vector};

use crate::sort::Entry;

mod cap;
mod cells;
mod crowd;
mod error;
mod looking;
mod tile;

pub use cells::{Cells, Occupied};
pub use error::PassError;
pub use looking::{Looker, Sights, arrange, looking_pass};

use cap::Cap;
use cells::{Cursor, Walk};
use crowd::{Boxes, Crowd};
use error::check;
use tile::Tile;

/// Somebody who may be a neighbour: where it is, and what else it shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Candidate<T, A: Axes = Plane> {
    /// The position.
    pub place: Vector<A>,
    /// What else it shows.
    pub shown: T,
}

/// What the pass says about one candidate and the eight entities of a tile.
#[derive(Clone, Copy, Debug)]
pub struct Pair<A: Axes = Plane, S: Isa = Baseline> {
    /// From each lane's place to the candidate's.
    pub offset: Vector8<A, S>,
    /// Squared distance.
    pub d2: F32x8<S>,
    /// Lanes whose neighbour the candidate is: closer than the radius, within the cap, and not the
    /// entity itself. What a lane outside adds must be +0.0: see [`flockwork_kernel::sum`].
    pub near: Mask8<S>,
    /// The candidate's place among the records.
    pub index: u32,
}

/// Which entities a tile is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The first one's number among owned entities.
    pub at: usize,
    /// The first one's place among the records.
    pub first: usize,
    /// How many there are; lanes from there on are of no entity of the tile, and near nobody.
    pub count: usize,
}

/// What is done with tiles and pairs.
pub trait Visitor<S: Isa = Baseline> {
    /// The plane or space.
    type Axes: Axes;
    /// What a neighbour shows.
    type Shown: Copy;
    /// What the pass holds of a tile's own entities.
    type Tile: Copy;
    /// What adds up over the neighbours of a tile.
    type Sum: Copy;
    /// Whether pairs are dear: candidates that are near no entity of a tile are then left out
    /// beforehand. Pays where a pair costs a division or more, or in space, where most candidates are
    /// near nobody, more lanes than there are registers.
    const SELECTIVE: bool = false;

    /// Loads a tile, and begins its sum.
    fn load(&mut self, block: Block) -> (Self::Tile, Self::Sum);
    /// Adds one candidate.
    fn pair(
        &mut self,
        tile: &Self::Tile,
        other: &Self::Shown,
        pair: &Pair<Self::Axes, S>,
        sum: &mut Self::Sum,
    );
    /// Takes the sum of a tile.
    fn finish(&mut self, block: Block, tile: &Self::Tile, sum: &Self::Sum);
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
    records: &[Candidate<V::Shown, V::Axes>],
    entries: &[Entry],
    visitor: &mut V,
) -> Result<u64, PassError> {
    check::<V::Axes>(cells, cutoff, records.len(), entries.len())?;
    let limit = F32x8::splat(cutoff.radius * cutoff.radius);
    let mut boxes = Boxes::new();
    let mut tested = 0;
    let mut at = 0;
    let mut walk = Walk::<V::Axes>::new();
    for row in 0..cells.rows() {
        let owned = cells.owned(row);
        let mut cursor = Cursor::<V::Axes>::new(cells, row);
        let mut first = owned.start;
        while first < owned.end {
            let count = (owned.end - first).min(LANES);
            let block = Block { at, first, count };
            let window = match &cells.occupied {
                None => cursor.window(cells, first, count),
                Some(occupied) => walk.window(cells, occupied, first, count),
            };
            let tile = Tile::new(limit, (first, count), cells.spans::<V::Axes>(&window), records);
            let mut crowd = Crowd { cells, window, entries, boxes: &mut boxes };
            let cap = match cutoff.most {
                None => None,
                Some(most) => S::apart(
                    #[inline(always)]
                    || Cap::find(&tile, &mut crowd, most as usize),
                ),
            };
            let (own, mut sum) = S::split(
                #[inline(always)]
                || visitor.load(block),
            );
            tested += tile.candidates() as u64;
            match cap {
                None if V::SELECTIVE && !S::SCALAR => tile.every_neighbour(
                    #[inline(always)]
                    |other, pair| visitor.pair(&own, &other.shown, &pair, &mut sum),
                ),
                None if !S::SCALAR => tile.every_candidate(
                    #[inline(always)]
                    |other, pair| visitor.pair(&own, &other.shown, &pair, &mut sum),
                ),
                // A function of its own, and a sum of its own, so that those above stay in registers.
                Some(cap) if !S::SCALAR => {
                    let mut here = sum;
                    tested -= S::apart(
                        #[inline(always)]
                        || {
                            crowd.every_candidate(
                                &tile,
                                &cap,
                                #[inline(always)]
                                |other, pair| visitor.pair(&own, &other.shown, &pair, &mut here),
                            )
                        },
                    );
                    sum = here;
                }
                // With a cap or without: one copy of `pair`, since it is long.
                cap => tile.every_candidate(
                    #[inline(always)]
                    |other, mut pair| {
                        if let Some(cap) = &cap {
                            cap.narrow(&mut pair, entries);
                        }
                        visitor.pair(&own, &other.shown, &pair, &mut sum);
                    },
                ),
            }
            S::split(
                #[inline(always)]
                || visitor.finish(block, &own, &sum),
            );
            first += count;
            at += count;
        }
    }
    Ok(tested)
}
