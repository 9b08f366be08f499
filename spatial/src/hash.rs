//! The unbounded index: a spatial hash over the whole plane, for worlds without edges.
//!
//! A cell is `(floor(y / size), floor(x / size))`, and only occupied cells cost memory. After
//! Teschner, Heidelberger, Müller, Pomeranets and Gross, "Optimized spatial hashing for collision
//! detection of deformable objects", Proc. Vision, Modeling, Visualization 2003, pp. 47-54 (no
//! DOI).
//!
//! Pseudo code:
//!
//! ```text
//! hash every entity's cell to a bucket, counting sort by bucket
//! each run of one cell within a bucket is an occupied cell
//! sort the occupied cells by (row, column)
//! counting sort the entities by the rank of their cell
//! ```
//!
//! Why the code differs from a table that is hashed into by every query:
//! 1. The second counting sort gives the canonical (row, column, id) order of the bounded
//!    [`crate::cells`], which no bucket number changes. Results therefore depend on neither the
//!    hash function nor the size of the table.
//! 2. A query looks its rows up in the sorted cells by binary search: one search for a row, not
//!    one for each cell, and a wide query over a nearly empty plane visits occupied cells only.
//!    Buckets are gone by then, so a collision can give neither false nor double candidates.
//! 3. Grouping by hash first means that only cells are sorted by comparison, not entities.

use core::ops::{ControlFlow, Range};

use crate::index::{
    Area, Axis, Bounds, Entities, Index, IndexError, MAX_COORDINATE, Needs, above, below, check,
    distinct_in_cells, enough, outside, outside_plane, place,
};
use crate::{Entry, sort};

/// The smallest and largest side of a cell.
pub const SIZE: (f32, f32) = (1.0e-18, MAX_COORDINATE);

/// The largest row or column, of either sign.
pub const MAX_LINE: i32 = 1 << 30;

/// An occupied cell and where its entities are in the order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Occupied {
    row: i32,
    col: i32,
    begin: u32,
    end: u32,
}

impl Occupied {
    /// The row and the column.
    #[inline]
    pub fn cell(&self) -> (i32, i32) {
        (self.row, self.col)
    }
}

/// The memory of a [`HashIndex`]; [`HashIndex::needs`] says how much. More is never touched.
#[derive(Debug)]
pub struct HashScratch<'a> {
    /// Where buckets, then cells, begin in `order`.
    pub starts: &'a mut [u32],
    /// The entities in canonical order.
    pub order: &'a mut [Entry],
    /// The bucket, then the rank of the cell, of each slot.
    pub cell_of: &'a mut [u32],
    /// Positions along x, in canonical order.
    pub xs: &'a mut [f32],
    /// Positions along y, in canonical order.
    pub ys: &'a mut [f32],
    /// The occupied cells in canonical order.
    pub occupied: &'a mut [Occupied],
}

/// Entities anywhere in the plane, sorted into occupied cells.
#[derive(Clone, Copy, Debug)]
pub struct HashIndex<'a> {
    size: f32,
    entities: Entities<'a>,
    bounds: Bounds,
    order: &'a [Entry],
    positions: (&'a [f32], &'a [f32]),
    occupied: &'a [Occupied],
}

impl<'a> HashIndex<'a> {
    /// How many places the slices need for this many entities.
    pub fn needs(count: u32) -> Needs {
        let places = count as usize;
        let starts = (1usize << bucket_bits(count)).max(places) + 1;
        Needs { starts, order: places, cell_of: places, positions: places, occupied: places }
    }

    /// Sorts the entities into square cells of side `size`, in the unit of the positions.
    ///
    /// Queries of a radius near `size` are the cheapest.
    ///
    /// # Errors
    ///
    /// [`IndexError`], which names the first bad slot; a coordinate must be within
    /// [`MAX_COORDINATE`], and within [`MAX_LINE`] cells from 0. Nothing was changed, except that
    /// for [`IndexError::DuplicateId`] the scratch holds nothing of use. Two entities of one id
    /// are noticed only within one cell, as in [`crate::cells::CellIndex::build`].
    pub fn build(
        size: f32,
        entities: Entities<'a>,
        scratch: HashScratch<'a>,
    ) -> Result<Self, IndexError> {
        if !(size >= SIZE.0 && size <= SIZE.1) {
            return Err(IndexError::InvalidSize { size });
        }
        let reach = size * MAX_LINE as f32;
        let (count, bounds) = check(&entities, |x, y| {
            outside_plane(x, y).or(outside(Axis::X, x, (-reach, reach))).or(outside(
                Axis::Y,
                y,
                (-reach, reach),
            ))
        })?;
        let needs = Self::needs(count);
        let HashScratch { starts, order, cell_of, xs, ys, occupied } = scratch;
        enough("starts", needs.starts, starts.len())?;
        enough("order", needs.order, order.len())?;
        enough("cell_of", needs.cell_of, cell_of.len())?;
        enough("xs", needs.positions, xs.len())?;
        enough("ys", needs.positions, ys.len())?;
        enough("occupied", needs.occupied, occupied.len())?;
        let order = &mut order[..needs.order];
        let cell_of = &mut cell_of[..needs.cell_of];
        let bits = bucket_bits(count);
        for (bucket, (&x, &y)) in cell_of.iter_mut().zip(entities.xs.iter().zip(entities.ys)) {
            *bucket = bucket_of((line(y, size), line(x, size)), bits);
        }
        sort::sort_by_cell(cell_of, entities.ids, 1 << bits, starts, order)
            .map_err(IndexError::Sort)?;
        let at = |entry: Entry| {
            let (x, y) = entities.position(entry.slot());
            (line(y, size), line(x, size))
        };
        let buckets = &starts[..(1usize << bits) + 1];
        let cells = gather(buckets, order, occupied, at);
        let occupied = &mut occupied[..cells];
        #[allow(clippy::disallowed_methods, reason = "no two are of one cell")]
        occupied.sort_unstable_by_key(Occupied::cell);
        for (rank, cell) in (0..).zip(occupied.iter()) {
            for entry in &order[cell.begin as usize..cell.end as usize] {
                cell_of[entry.slot() as usize] = rank;
            }
        }
        sort::sort_by_cell(cell_of, entities.ids, cells as u32, starts, order)
            .map_err(IndexError::Sort)?;
        for (cell, ends) in occupied.iter_mut().zip(starts.windows(2)) {
            (cell.begin, cell.end) = (ends[0], ends[1]);
        }
        distinct_in_cells(order, |entry| cell_of[entry.slot() as usize])?;
        let positions = place(&entities, order, xs, ys);
        Ok(Self { size, entities, bounds, order, positions, occupied })
    }

    /// The side of a cell.
    pub fn size(&self) -> f32 {
        self.size
    }

    /// The occupied cells by (row, column).
    pub fn occupied(&self) -> &'a [Occupied] {
        self.occupied
    }

    /// The entities of an occupied cell of this index, by id.
    pub fn entries(&self, cell: &Occupied) -> &'a [Entry] {
        self.order.get(cell.begin as usize..cell.end as usize).unwrap_or(&[])
    }

    /// The row and column of a position; the outermost one for a position too far away.
    #[inline]
    pub fn cell(&self, x: f32, y: f32) -> (i32, i32) {
        (line(y, self.size), line(x, self.size))
    }
}

impl Index for HashIndex<'_> {
    fn entities(&self) -> Entities<'_> {
        self.entities
    }

    fn order(&self) -> &[Entry] {
        self.order
    }

    fn positions(&self) -> (&[f32], &[f32]) {
        self.positions
    }

    fn torus(&self) -> Option<(f32, f32)> {
        None
    }

    fn bounds(&self) -> Bounds {
        self.bounds
    }

    fn cell_side(&self) -> f32 {
        self.size
    }

    #[inline(always)]
    fn visit<B>(
        &self,
        area: &Area,
        mut each: impl FnMut(Range<usize>, (f32, f32)) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let (bottom, left) = self.cell(below(area.x.0), below(area.y.0));
        let (top, right) = self.cell(above(area.x.1), above(area.y.1));
        let mut rest = self.occupied;
        let mut row = bottom;
        loop {
            // The first occupied cell that is not before the row's first column.
            rest = &rest[rest.partition_point(|cell| cell.cell() < (row, left))..];
            let Some(first) = rest.first().filter(|cell| cell.row <= top) else {
                return ControlFlow::Continue(());
            };
            if first.row > row && first.col < left {
                row = first.row;
                continue;
            }
            row = first.row;
            let inside = rest.partition_point(|cell| cell.cell() <= (row, right));
            if let Some(last) = inside.checked_sub(1).and_then(|last| rest.get(last)) {
                each(first.begin as usize..last.end as usize, (0.0, 0.0))?;
            }
            rest = &rest[inside..];
            row += 1;
        }
    }
}

/// Brings the entries of one cell together within each bucket and lists the cells; gives their
/// number.
fn gather(
    buckets: &[u32],
    order: &mut [Entry],
    occupied: &mut [Occupied],
    at: impl Fn(Entry) -> (i32, i32),
) -> usize {
    let mut cells = 0;
    let mut list = |(row, col), begin, end| {
        if let Some(place) = occupied.get_mut(cells) {
            *place = Occupied { row, col, begin, end };
        }
        cells += 1;
    };
    for ends in buckets.windows(2) {
        let (mut begin, end) = (ends[0], ends[1]);
        let bucket = &mut order[begin as usize..end as usize];
        let Some((&first, others)) = bucket.split_first() else {
            continue;
        };
        let cell = at(first);
        if others.iter().all(|&entry| at(entry) == cell) {
            list(cell, begin, end);
            continue;
        }
        // Cells have collided.
        #[allow(clippy::disallowed_methods, reason = "no two entries are alike")]
        bucket.sort_unstable_by_key(|&entry| (at(entry), entry));
        for run in bucket.chunk_by(|&a, &b| at(a) == at(b)) {
            let next = begin + run.len() as u32;
            list(at(run[0]), begin, next);
            begin = next;
        }
    }
    cells
}

/// The row or column of a coordinate: `floor(value / size)`, cut to [`MAX_LINE`].
#[inline]
fn line(value: f32, size: f32) -> i32 {
    const LIMIT: f32 = MAX_LINE as f32;
    let lines = value / size;
    if lines > LIMIT {
        MAX_LINE
    } else if lines >= -LIMIT {
        let cut = lines as i32;
        if cut as f32 > lines { cut - 1 } else { cut }
    } else {
        -MAX_LINE
    }
}

/// As many buckets as entities, in powers of two.
fn bucket_bits(count: u32) -> u32 {
    const MOST: u32 = 28;
    count.min(1 << MOST).next_power_of_two().trailing_zeros()
}

fn bucket_of((row, col): (i32, i32), bits: u32) -> u32 {
    let mixed = (row as u32).wrapping_mul(73_856_093) ^ (col as u32).wrapping_mul(19_349_663);
    // The high bits of a product depend on all bits below them.
    (u64::from(mixed.wrapping_mul(0x9E37_79B1)) >> (32 - bits)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use quickcheck::quickcheck;

    #[test]
    fn a_line_is_the_floor_and_never_overflows() {
        assert_eq!(line(-0.1, 1.0), -1);
        assert_eq!(line(-1.0, 1.0), -1);
        assert_eq!(line(-0.0, 1.0), 0);
        assert_eq!(line(7.5, 2.5), 3);
        assert_eq!(line(f32::INFINITY, 1.0), MAX_LINE);
        assert_eq!(line(f32::NEG_INFINITY, 1.0), -MAX_LINE);
        assert_eq!(line(f32::NAN, 1.0), -MAX_LINE);
    }

    #[test]
    fn one_entity_has_one_bucket() {
        assert_eq!(bucket_bits(0), 0);
        assert_eq!(bucket_bits(1), 0);
        assert_eq!(bucket_bits(5), 3);
        assert_eq!(bucket_bits(u32::MAX), 28);
        assert_eq!(bucket_of((5, -7), 0), 0);
    }

    quickcheck! {
        fn a_line_is_monotone(a: f32, b: f32, size: f32) -> bool {
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            let usable = low <= high && size >= SIZE.0 && size <= SIZE.1;
            !usable || line(low, size) <= line(high, size)
        }

        fn a_bucket_is_within_the_table(row: i32, col: i32, bits: u32) -> bool {
            let bits = bits % 29;
            bucket_of((row, col), bits) < 1 << bits
        }
    }
}
