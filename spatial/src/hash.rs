//! The unbounded index: a spatial hash over the whole plane or all of space, for worlds without
//! edges.
//!
//! A cell's column is `floor(x / size)`, and its row and layer are the same of y and z. Only occupied
//! cells cost memory. After
//! Teschner, Heidelberger, Müller, Pomeranets and Gross, "Optimized spatial hashing for collision
//! detection of deformable objects", Proc. Vision, Modeling, Visualization 2003, pp. 47-54 (no
//! DOI).
//!
//! Pseudo code:
//!
//! ```text
//! hash every entity's cell to a bucket, counting sort by bucket
//! each run of one cell within a bucket is an occupied cell
//! sort the occupied cells by (layer, row, column)
//! counting sort the entities by the rank of their cell
//! ```
//!
//! Why the code differs from a table that is hashed into by every query:
//! 1. The second counting sort gives the canonical (layer, row, column, id) order of the
//!    bounded [`crate::cells`], which no bucket number changes. Results therefore depend on neither the
//!    hash function nor the size of the table.
//! 2. A query looks its rows up in the sorted cells by binary search: one search for a row, not
//!    one for each cell, and a wide query over a nearly empty plane or space visits occupied cells only.
//!    Buckets are gone by then, so a collision can give neither false nor double candidates.
//! 3. Grouping by hash first means that only cells are sorted by comparison, not entities.

use core::ops::Range;

use flockwork_kernel::axes::{Axes, Plane, Third};
use flockwork_kernel::{Vector, World};

use crate::index::{
    Area, Bounds, IndexError, Indexed, MAX_COORDINATE, Needs, Periods, Places, above, below, check,
    distinct_in_cells, enough, place, smaller,
};
use crate::neighbours::Tiles;
use crate::points::Points;
use crate::{Entry, sort};

mod tiles;

pub(crate) use tiles::HashTiles;

/// The smallest and largest side of a cell.
pub const SIZE: (f32, f32) = (1.0e-18, MAX_COORDINATE);

/// The largest column, row or layer, of either sign.
pub const MAX_LINE: i32 = 1 << 30;

/// The cell of a position: its column, row and, in space, layer.
type Cell<A> = Vector<A, i32>;

/// What cells are sorted by: layer, row, column.
#[inline(always)]
fn key<A: Axes>(cell: Cell<A>) -> (i32, i32, i32) {
    (cell.z.or(0), cell.y, cell.x)
}

/// An occupied cell and where its entities are in the order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Occupied<A: Axes = Plane> {
    cell: Cell<A>,
    begin: u32,
    end: u32,
}

impl<A: Axes> Occupied<A> {
    /// The column, the row and the layer; in the plane the layer is 0.
    #[inline]
    pub fn cell(&self) -> [i32; World::MOST_AXES] {
        [self.cell.x, self.cell.y, self.cell.z.or(0)]
    }

    #[inline(always)]
    fn key(&self) -> (i32, i32, i32) {
        key(self.cell)
    }
}

/// The memory of a [`HashIndex`]; [`HashIndex::needs`] says how much. More is never touched.
#[derive(Debug)]
pub struct HashScratch<'a, A: Axes = Plane> {
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
    /// Positions along z, in canonical order; of no use in the plane.
    pub zs: &'a mut [f32],
    /// The occupied cells in canonical order.
    pub occupied: &'a mut [Occupied<A>],
}

/// Entities anywhere in the plane or in space, sorted into occupied cells.
#[derive(Clone, Copy, Debug)]
pub struct HashIndex<'a, A: Axes = Plane> {
    size: f32,
    bounds: Bounds<A>,
    order: &'a [Entry],
    positions: Places<'a, A>,
    occupied: &'a [Occupied<A>],
}

impl HashIndex<'_> {
    /// How many places the slices need for this many entities, in the plane or in space.
    pub fn needs(count: u32) -> Needs {
        let places = count as usize;
        let starts = (1usize << bucket_bits(count)).max(places) + 1;
        Needs { starts, order: places, cell_of: places, positions: places, occupied: places }
    }
}

impl<'a, A: Axes> HashIndex<'a, A> {
    /// Sorts the entities into square or cubic cells of side `size`, in the unit of the positions.
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
        points: &(impl Points<A> + ?Sized),
        scratch: HashScratch<'a, A>,
    ) -> Result<Self, IndexError> {
        if !(size >= SIZE.0 && size <= SIZE.1) {
            return Err(IndexError::InvalidSize { size });
        }
        let reach = smaller(size * MAX_LINE as f32, MAX_COORDINATE);
        let (count, bounds) = check(points, &[(-reach, reach); World::MOST_AXES])?;
        let needs = HashIndex::needs(count);
        let HashScratch { starts, order, cell_of, xs, ys, zs, occupied } = scratch;
        enough("starts", needs.starts, starts.len())?;
        enough("order", needs.order, order.len())?;
        enough("cell_of", needs.cell_of, cell_of.len())?;
        enough("xs", needs.positions, xs.len())?;
        enough("ys", needs.positions, ys.len())?;
        if A::SPACE {
            enough("zs", needs.positions, zs.len())?;
        }
        enough("occupied", needs.occupied, occupied.len())?;
        let order = &mut order[..needs.order];
        let cell_of = &mut cell_of[..needs.cell_of];
        let bits = bucket_bits(count);
        for (slot, bucket) in cell_of.iter_mut().enumerate() {
            *bucket = bucket_of(cell(points.at(slot), size), bits);
        }
        sort::sort_points(points.ids(), cell_of, 1 << bits, starts, order)?;
        let at = |entry: Entry| cell(points.at(entry.slot() as usize), size);
        let buckets = &starts[..(1usize << bits) + 1];
        let cells = gather(buckets, order, occupied, at);
        let occupied = &mut occupied[..cells];
        #[allow(clippy::disallowed_methods, reason = "no two are of one cell")]
        occupied.sort_unstable_by_key(Occupied::key);
        for (rank, cell) in (0..).zip(occupied.iter()) {
            for entry in &order[cell.begin as usize..cell.end as usize] {
                cell_of[entry.slot() as usize] = rank;
            }
        }
        sort::sort_points(points.ids(), cell_of, cells as u32, starts, order)?;
        for (cell, ends) in occupied.iter_mut().zip(starts.windows(2)) {
            (cell.begin, cell.end) = (ends[0], ends[1]);
        }
        if points.ids().is_some() {
            distinct_in_cells(order, |entry| cell_of[entry.slot() as usize])?;
        }
        let positions = place(points, order, [xs, ys, zs]);
        Ok(Self { size, bounds, order, positions, occupied })
    }

    /// The side of a cell.
    pub fn size(&self) -> f32 {
        self.size
    }

    /// The occupied cells by (layer, row, column).
    pub fn occupied(&self) -> &'a [Occupied<A>] {
        self.occupied
    }

    /// The entities of an occupied cell of this index, by id.
    pub fn entries(&self, cell: &Occupied<A>) -> &'a [Entry] {
        self.order.get(cell.begin as usize..cell.end as usize).unwrap_or(&[])
    }

    /// The column, row and layer of a position; the outermost ones for a position too far away.
    #[inline]
    pub fn cell(&self, place: Vector<A>) -> [i32; World::MOST_AXES] {
        let cell = cell(place, self.size);
        [cell.x, cell.y, cell.z.or(0)]
    }
}

/// The first and the last cell of an area, along each axis.
#[inline(always)]
fn corners<A: Axes>(size: f32, area: &Area) -> (Cell<A>, Cell<A>) {
    let [x, y, z] = area.0;
    (
        cell(Vector::of(below(x.0), below(y.0), below(z.0)), size),
        cell(Vector::of(above(x.1), above(y.1), above(z.1)), size),
    )
}

/// The runs of an area in a [`HashIndex`].
#[derive(Clone, Debug)]
pub struct HashRuns<'a, A: Axes> {
    /// The occupied cells not yet passed.
    rest: &'a [Occupied<A>],
    low: Cell<A>,
    high: Cell<A>,
    /// The first column of the row that is next.
    next: Cell<A>,
}

impl<'a, A: Axes> HashRuns<'a, A> {
    /// Those of an area in cells of this side.
    #[inline(always)]
    pub(crate) fn new(size: f32, occupied: &'a [Occupied<A>], area: &Area) -> Self {
        let (low, high) = corners(size, area);
        Self { rest: occupied, low, high, next: low }
    }
}

impl<A: Axes> Iterator for HashRuns<'_, A> {
    type Item = (Range<usize>, Vector<A>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let Self { rest, low, high, next } = self;
        loop {
            *rest = &rest[rest.partition_point(|cell| cell.key() < key(*next))..];
            let first = rest.first()?;
            let (layer, row, col) = first.key();
            let last_layer = high.z.or(0);
            if layer > last_layer || (layer == last_layer && row > high.y) {
                return None;
            }
            if A::SPACE && row > high.y {
                *next = Cell::of(low.x, low.y, layer + 1);
                continue;
            }
            if (A::SPACE && row < low.y) || col < low.x {
                *next = Cell::of(low.x, row.max(low.y), layer);
                continue;
            }
            let end = key::<A>(Cell::of(high.x, row, layer));
            let inside = rest.partition_point(|cell| cell.key() <= end);
            let last = inside.checked_sub(1).and_then(|last| rest.get(last));
            *rest = &rest[inside..];
            *next = Cell::of(low.x, row + 1, layer);
            if let Some(last) = last {
                return Some((first.begin as usize..last.end as usize, Vector::default()));
            }
        }
    }
}

impl<A: Axes> Indexed for HashIndex<'_, A> {
    type Axes = A;
    type Runs<'a>
        = HashRuns<'a, A>
    where
        Self: 'a;

    fn order(&self) -> &[Entry] {
        self.order
    }

    fn positions(&self) -> Places<'_, A> {
        self.positions
    }

    #[inline(always)]
    fn periods(&self) -> Periods {
        [None; World::MOST_AXES]
    }

    fn bounds(&self) -> Bounds<A> {
        self.bounds
    }

    fn cell_side(&self) -> f32 {
        self.size
    }

    #[inline(always)]
    fn runs(&self, area: &Area) -> HashRuns<'_, A> {
        HashRuns::new(self.size, self.occupied, area)
    }

    #[inline(always)]
    fn each_tile(&self, r: f32, once: bool, seen: &mut impl Tiles<A>) {
        let Self { size, positions, occupied, .. } = *self;
        HashTiles { size, positions, occupied }.show(r, once, seen);
    }
}

/// Brings the entries of one cell together within each bucket and lists the cells; gives their
/// number.
fn gather<A: Axes>(
    buckets: &[u32],
    order: &mut [Entry],
    occupied: &mut [Occupied<A>],
    at: impl Fn(Entry) -> Cell<A>,
) -> usize {
    let mut cells = 0;
    let mut list = |cell, begin, end| {
        if let Some(place) = occupied.get_mut(cells) {
            *place = Occupied { cell, begin, end };
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
        bucket.sort_unstable_by_key(|&entry| (key(at(entry)), entry));
        for run in bucket.chunk_by(|&a, &b| at(a) == at(b)) {
            let next = begin + run.len() as u32;
            list(at(run[0]), begin, next);
            begin = next;
        }
    }
    cells
}

/// The cell of a position.
#[inline(always)]
fn cell<A: Axes>(place: Vector<A>, size: f32) -> Cell<A> {
    let layer = if A::SPACE { line(place.z.or(0.0), size) } else { 0 };
    Cell::of(line(place.x, size), line(place.y, size), layer)
}

/// The line of a coordinate: `floor(value / size)`, cut to [`MAX_LINE`].
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

fn bucket_of<A: Axes>(cell: Cell<A>, bits: u32) -> u32 {
    let mix = |line: i32, factor: u32| (line as u32).wrapping_mul(factor);
    let mixed = mix(cell.y, 73_856_093) ^ mix(cell.x, 19_349_663) ^ mix(cell.z.or(0), 83_492_791);
    // The high bits of a product depend on all bits below them.
    (u64::from(mixed.wrapping_mul(0x9E37_79B1)) >> (32 - bits)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use flockwork_kernel::Space;
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
        assert_eq!(bucket_of(Cell::<Plane>::new(-7, 5), 0), 0);
    }

    quickcheck! {
        fn a_line_is_monotone(a: f32, b: f32, size: f32) -> bool {
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            let usable = low <= high && size >= SIZE.0 && size <= SIZE.1;
            !usable || line(low, size) <= line(high, size)
        }

        fn a_bucket_is_within_the_table(layer: i32, row: i32, col: i32, bits: u32) -> bool {
            let bits = bits % 29;
            bucket_of(Cell::<Space>::new(col, row, layer), bits) < 1 << bits
        }
    }
}
