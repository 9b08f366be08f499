//! What bounds the pass under a cap where many entities are crowded into few cells.
//!
//! The ids of a cell ascend. So once a lane has as many neighbours as count, no farther than the
//! nearest corner of the cell's box, only ids below that of its last neighbour can still count
//! there; and once that holds for all lanes, the rest of the cell is left out. So a crowd at one
//! place, or at a few, is left after about as many candidates as count.
//!
//! Not bounded: entities spread inside one cell, since whoever comes next may be the nearest (there
//! everybody is looked at, as without a cap); and of several places in one cell, those whose ids
//! all come before a tile's own.

use flockwork_kernel::LANES;
use flockwork_kernel::Vector;
use flockwork_kernel::axes::{Axes, Third};
use flockwork_kernel::simd::{F32x8, Isa, Vector8};

use super::cap::Cap;
use super::cells::{Cells, Window};
use super::tile::{Place, Tile};
use super::{Candidate, Pair};
use crate::index::{both, larger, smaller};
use crate::sort::Entry;

/// A tile of more candidates than this is in a crowd.
const CROWD: usize = 512;

/// A cell of fewer candidates than this is not worth a box.
pub(super) const FEW: usize = 32;

/// Whether the tile is in a crowd. Never where code of lanes is long: see [`Isa::SCALAR`].
#[inline(always)]
pub(super) fn is_crowd<A: Axes, S: Isa, T>(tile: &Tile<'_, A, S, T>) -> bool {
    !S::SCALAR && tile.candidates() > CROWD
}

/// Where a tile in a crowd finds its candidates, cell by cell.
pub(super) struct Crowd<'a, A: Axes> {
    pub(super) cells: &'a Cells<'a>,
    pub(super) window: Window<A>,
    pub(super) entries: &'a [Entry],
    pub(super) boxes: &'a mut Boxes<A>,
}

impl<A: Axes> Crowd<'_, A> {
    /// Calls `each` in canonical order for the candidates that can count under a cap, and gives
    /// the number of the others.
    #[inline(always)]
    pub(super) fn every_candidate<S: Isa, T>(
        &mut self,
        tile: &Tile<'_, A, S, T>,
        cap: &Cap<S>,
        mut each: impl FnMut(&Candidate<T, A>, Pair<A, S>),
    ) -> u64 {
        if !is_crowd(tile) {
            tile.every_candidate(
                #[inline(always)]
                |other, mut pair| {
                    cap.narrow(&mut pair, self.entries);
                    each(other, pair);
                },
            );
            return 0;
        }
        let mut left_out = 0;
        let window = self.window;
        for &(low, high) in window.as_ref() {
            for cell in low..high {
                let Some(seen) = self.see(cell, tile) else { continue };
                let (from, to) = seen.records;
                let end = seen.end(&cap.last);
                for index in from..to {
                    let id = self.entries[index].id();
                    if u64::from(id) >= end {
                        left_out += (to - index) as u64;
                        break;
                    }
                    let other = &tile.records[index];
                    let mut pair = tile.pair(other, index);
                    cap.narrow(&mut pair, self.entries);
                    each(other, pair);
                }
            }
        }
        left_out
    }

    /// A cell as a tile sees it; none if nobody is there.
    #[inline(always)]
    pub(super) fn see<S: Isa, T>(&mut self, cell: usize, tile: &Tile<'_, A, S, T>) -> Option<Seen> {
        let Self { cells, boxes, .. } = self;
        let (from, to) = (cells.starts[cell] as usize, cells.starts[cell + 1] as usize);
        let mut nearest = [Some(0); LANES];
        if to - from >= FEW {
            let d2 = boxes.corners(cells, cell, tile.records).distance(&tile.place);
            let bits = d2.to_bits().to_array();
            let near = d2.lt(tile.place.limit).bits();
            for lane in 0..LANES {
                nearest[lane] = (near >> lane & 1 == 1).then_some(bits[lane]);
            }
        }
        (from < to).then_some(Seen { records: (from, to), nearest })
    }
}

/// The smallest box around the entities of a cell.
#[derive(Clone, Copy)]
struct Corners<A: Axes> {
    low: Vector<A>,
    high: Vector<A>,
}

/// The boxes of the cells that were met last: the tiles of a crowd see the same cells.
pub(super) struct Boxes<A: Axes> {
    /// With the number of the cell plus 1; all zero at first, which takes no code to write.
    known: [(usize, Corners<A>); ROWS * COLS],
}

/// A number that shares no factor with that of rows around: these have places of their own.
const ROWS: usize = 3;
/// More columns than the window of a tile inside a crowd has.
const COLS: usize = 32;

impl<A: Axes> Boxes<A> {
    /// One function for all models: a compiler writes out every store of it, which in a pass of
    /// JavaScript made that too long to be optimised.
    #[inline(never)]
    pub(super) fn new() -> Self {
        let corners = Corners { low: Vector::default(), high: Vector::default() };
        Self { known: [(0, corners); ROWS * COLS] }
    }

    /// The box of a cell.
    fn corners<T>(
        &mut self,
        cells: &Cells<'_>,
        cell: usize,
        records: &[Candidate<T, A>],
    ) -> Corners<A> {
        let row = cell / cells.stride() % ROWS;
        let place = &mut self.known[row * COLS + cell % COLS];
        if place.0 != cell + 1 {
            let inside = cells.starts[cell] as usize..cells.starts[cell + 1] as usize;
            *place = (cell + 1, Corners::around(&records[inside]));
        }
        place.1
    }
}

impl<A: Axes> Corners<A> {
    fn around<T>(records: &[Candidate<T, A>]) -> Self {
        const FAR: f32 = f32::INFINITY;
        let mut corners =
            Self { low: Vector::of(FAR, FAR, FAR), high: Vector::of(-FAR, -FAR, -FAR) };
        for record in records {
            let Self { low, high } = corners;
            corners = Self {
                low: both(record.place, low, smaller),
                high: both(record.place, high, larger),
            };
        }
        corners
    }

    /// What no squared distance from a lane to an entity of the cell is below. Rounding keeps
    /// order, so this holds for the computed distances, to the bit.
    #[inline(always)]
    fn distance<S: Isa>(&self, place: &Place<A, S>) -> F32x8<S> {
        let below: Vector8<A, S> = Vector8::all(self.low) - place.at;
        let above = place.at - Vector8::all(self.high);
        let z = if A::SPACE {
            below.z.or(F32x8::ZERO).max(above.z.or(F32x8::ZERO)).max(F32x8::ZERO)
        } else {
            F32x8::ZERO
        };
        let (x, y) = (below.x.max(above.x), below.y.max(above.y));
        Vector8::<A, S>::of(x.max(F32x8::ZERO), y.max(F32x8::ZERO), z).length_squared()
    }
}

/// A cell as a tile sees it.
pub(super) struct Seen {
    /// Its records.
    pub(super) records: (usize, usize),
    /// What no squared distance from a lane is below, as bits; none for a lane that the whole cell
    /// is too far from.
    nearest: [Option<u32>; LANES],
}

impl Seen {
    /// Candidates from this id on cannot count, if `last` are the (bits of the squared distance,
    /// id) of the last neighbours that count.
    pub(super) fn end(&self, last: &[u64; LANES]) -> u64 {
        let lane = |(nearest, last): (&Option<u32>, &u64)| match (*nearest, (last >> 32) as u32) {
            (None, _) => 0,
            (Some(nearest), d2) if nearest > d2 => 0,
            (Some(nearest), d2) if nearest == d2 => u64::from(*last as u32) + 1,
            (Some(_), _) => u64::MAX,
        };
        self.nearest.iter().zip(last).map(lane).fold(0, u64::max)
    }
}
