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
//! 4. Where the smallest box around all entities has few cells they are all listed, as in the bounded
//!    index: no hash, one sort, and no search for a row. The order is the same.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::{Space, Vec3};
//! use flockwork_spatial::{HashIndex, Query};
//!
//! // Far apart, and not: no world is needed.
//! let places = [[1.0, 1.0, 1.0], [-8.0e5, 0.0, 7.0e5], [1.0, 1.5, 1.0]];
//! let mut memory = vec![0; HashIndex::<Space>::words(3)];
//! let index = HashIndex::build(1.0, &places, &mut memory)?;
//! assert_eq!(index.count_radius(Vec3::new(1.0, 1.2, 1.0), 0.5)?, 2);
//! assert_eq!(index.occupied().count(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use bytemuck::{Pod, Zeroable};
use flockwork_kernel::axes::{Axes, Plane, Third};
use flockwork_kernel::{Vector, World};

use crate::grid::{Lines, cell_in, number_in};
use crate::index::{
    Area, Bounds, IndexError, Indexed, Lists, MAX_COORDINATE, Needs, Periods, Places, check,
    distinct_in_cells, place, smaller,
};
use crate::neighbours::Tiles;
use crate::points::Points;
use crate::{Entry, sort};

mod table;
mod tiles;

#[cfg(feature = "alloc")]
pub(crate) use table::Kept;
pub use table::{HashRuns, ListRuns};
use table::{Kind, Table};
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Occupied {
    /// Column, row and layer.
    cell: [i32; World::MOST_AXES],
    begin: u32,
    end: u32,
}

impl Occupied {
    /// The column, the row and the layer; in the plane the layer is 0.
    #[inline]
    pub fn cell(&self) -> [i32; World::MOST_AXES] {
        self.cell
    }

    #[inline(always)]
    fn key(&self) -> (i32, i32, i32) {
        let [col, row, layer] = self.cell;
        (layer, row, col)
    }
}

/// Entities anywhere in the plane or in space, sorted into occupied cells.
#[derive(Clone, Copy, Debug)]
pub struct HashIndex<'a, A: Axes = Plane> {
    bounds: Bounds<A>,
    order: &'a [Entry],
    positions: Places<'a, A>,
    table: Table<'a>,
}

/// A box of at most so many cells for each entity, and [`BOX`], has a list of them all: a row is then
/// found at once, and not by a search.
const CELLS_EACH: usize = 2;
const BOX: usize = 64;

impl<A: Axes> HashIndex<'_, A> {
    /// How many words of memory an index of this many entities needs.
    pub fn words(count: u32) -> usize {
        Self::needs(count).words()
    }

    fn needs(count: u32) -> Needs {
        let places = count as usize;
        let buckets = 1usize << bucket_bits(count);
        let starts = buckets.max(places).max(places * CELLS_EACH + BOX) + 1;
        Needs { count: places, starts, occupied: places, axes: A::COUNT }
    }
}

impl<'a, A: Axes> HashIndex<'a, A> {
    /// Sorts the entities into square or cubic cells of side `size`, in the unit of the positions, in
    /// memory of at least [`HashIndex::words`] words, of which more is never touched.
    ///
    /// Queries of a radius near `size` are the cheapest.
    ///
    /// # Errors
    ///
    /// [`IndexError`], which names the first bad slot; a coordinate must be within
    /// [`MAX_COORDINATE`], and within [`MAX_LINE`] cells from 0. Nothing was changed, except that
    /// for [`IndexError::DuplicateId`] the memory holds nothing of use. Two entities of one id
    /// are noticed only within one cell, as in [`crate::cells::CellIndex::build`].
    pub fn build(
        size: f32,
        points: &(impl Points<A> + ?Sized),
        memory: &'a mut [u64],
    ) -> Result<Self, IndexError> {
        Self::build_in(size, points, |needs| Lists::bind(memory, needs))
    }

    /// As [`HashIndex::build`], in lists that are asked for when all points are known to be sound.
    pub(crate) fn build_in(
        size: f32,
        points: &(impl Points<A> + ?Sized),
        lists: impl FnOnce(&Needs) -> Result<Lists<'a>, IndexError>,
    ) -> Result<Self, IndexError> {
        if !(size >= SIZE.0 && size <= SIZE.1) {
            return Err(IndexError::InvalidSize { size });
        }
        let reach = smaller(size * MAX_LINE as f32, MAX_COORDINATE);
        let (count, bounds) = check(points, &[(-reach, reach); World::MOST_AXES])?;
        let Lists { starts, order, cell_of, columns, occupied } = lists(&Self::needs(count))?;
        let order = &mut order[..count as usize];
        let cell_of = &mut cell_of[..count as usize];
        let cells = |slot: usize| cell(points.at(slot), size);
        let kind = match box_of(&bounds, size, count) {
            Some((low, lines)) => {
                for (slot, place) in cell_of.iter_mut().enumerate() {
                    let at = lines_of(cells(slot));
                    let line = |axis: usize| at[axis].wrapping_sub(low[axis]) as u32;
                    *place = number_in(lines, [line(0), line(1), line(2)]) as u32;
                }
                let count = lines.iter().product();
                sort::sort_points(points.ids(), cell_of, count, starts, order)?;
                Kind::Box(low, lines)
            }
            None => {
                let found =
                    sort_far(points, size, (&mut *starts, &mut *order, &mut *cell_of), occupied)?;
                Kind::List(&occupied[..found])
            }
        };
        if points.ids().is_some() {
            distinct_in_cells(order, |entry| cell_of[entry.slot() as usize])?;
        }
        let positions = place(points, order, columns);
        Ok(Self { bounds, order, positions, table: Table { size, starts, kind } })
    }

    /// The side of a cell.
    pub fn size(&self) -> f32 {
        self.table.size
    }

    /// The occupied cells by (layer, row, column).
    pub fn occupied(&self) -> impl Iterator<Item = Occupied> + '_ {
        let (listed, (low, lines)) = match self.table.kind {
            Kind::List(occupied) => (occupied, Default::default()),
            Kind::Box(low, lines) => (&[][..], (low, lines)),
        };
        let cells = lines.iter().map(|&lines| u64::from(lines)).product::<u64>();
        let starts = self.table.starts;
        let in_box = (0..cells).filter_map(move |number| {
            let (begin, end) = (starts[number as usize], starts[number as usize + 1]);
            let at = cell_in(lines, number);
            let cell = core::array::from_fn(|axis| low[axis].wrapping_add_unsigned(at[axis]));
            (begin < end).then_some(Occupied { cell, begin, end })
        });
        listed.iter().copied().chain(in_box)
    }

    /// The entities of an occupied cell of this index, by id.
    pub fn entries(&self, cell: &Occupied) -> &'a [Entry] {
        self.order.get(cell.begin as usize..cell.end as usize).unwrap_or(&[])
    }

    /// Which cells there are.
    #[cfg(feature = "alloc")]
    pub(crate) fn table(&self) -> &Table<'a> {
        &self.table
    }

    /// The column, row and layer of a position; the outermost ones for a position too far away.
    #[inline]
    pub fn cell(&self, place: Vector<A>) -> [i32; World::MOST_AXES] {
        lines_of(cell(place, self.table.size))
    }
}

/// Sorts entities into occupied cells, and lists these: gives their number.
fn sort_far<A: Axes>(
    points: &(impl Points<A> + ?Sized),
    size: f32,
    (starts, order, cell_of): (&mut [u32], &mut [Entry], &mut [u32]),
    occupied: &mut [Occupied],
) -> Result<usize, IndexError> {
    let bits = bucket_bits(cell_of.len() as u32);
    for (slot, bucket) in cell_of.iter_mut().enumerate() {
        *bucket = bucket_of(cell(points.at(slot), size), bits);
    }
    sort::sort_points(points.ids(), cell_of, 1 << bits, starts, order)?;
    let at = |entry: Entry| cell(points.at(entry.slot() as usize), size);
    let cells = gather(&starts[..(1usize << bits) + 1], order, occupied, at);
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
    Ok(cells)
}

/// The cells of the smallest box around all entities, if there are few: the lowest one, and how many
/// there are along each axis.
fn box_of<A: Axes>(
    bounds: &Bounds<A>,
    size: f32,
    count: u32,
) -> Option<([i32; World::MOST_AXES], Lines)> {
    if count == 0 {
        return Some(Default::default());
    }
    let (low, high) = (lines_of(cell(bounds.low, size)), lines_of(cell(bounds.high, size)));
    let lines: Lines = core::array::from_fn(|axis| (high[axis] - low[axis]) as u32 + 1);
    let cells = lines.iter().map(|&lines| f64::from(lines)).product::<f64>();
    let most = count as usize * CELLS_EACH + BOX;
    (cells <= most as f64 && cells < f64::from(u32::MAX)).then_some((low, lines))
}

/// Column, row and layer.
#[inline(always)]
fn lines_of<A: Axes>(cell: Cell<A>) -> [i32; World::MOST_AXES] {
    [cell.x, cell.y, cell.z.or(0)]
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
        self.table.size
    }

    #[inline(always)]
    fn runs(&self, area: &Area) -> HashRuns<'_, A> {
        self.table.runs(area)
    }

    #[inline(always)]
    fn each_tile(&self, r: f32, once: bool, seen: &mut impl Tiles<A>) {
        HashTiles { positions: self.positions, table: self.table }.show(r, once, seen);
    }
}

/// Brings the entries of one cell together within each bucket and lists the cells; gives their
/// number.
fn gather<A: Axes>(
    buckets: &[u32],
    order: &mut [Entry],
    occupied: &mut [Occupied],
    at: impl Fn(Entry) -> Cell<A>,
) -> usize {
    let mut cells = 0;
    let mut list = |cell: Cell<A>, begin, end| {
        if let Some(place) = occupied.get_mut(cells) {
            *place = Occupied { cell: lines_of(cell), begin, end };
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
