//! The bounded index: the entities of a world in the cells of its [`Grid`].
//!
//! Order of work: check every position, give each its cell by the grid's one formula, sort by
//! (layer, row, column, id) with [`crate::sort`], copy positions in that order. The index borrows
//! its memory, and no points: move one and it is out of date; build it again.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::{Edge, World};
//! use flockwork_spatial::{CellIndex, Grid, Query};
//!
//! let grid = Grid::new(World::new(10.0, 10.0, Edge::Wall)?, 1.0, 3)?;
//! let (xs, ys) = ([1.0, 1.5, 9.0], [2.0, 2.0, 9.0]);
//! let mut memory = vec![0; CellIndex::words(&grid, 3)];
//! let index = CellIndex::build(grid, &(&xs, &ys), &mut memory)?;
//! assert_eq!(index.count_radius([1.2, 2.0], 0.5)?, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It finds nothing by itself: [`crate::query`] asks it, as it asks the unbounded
//! [`crate::hash`].

use core::marker::PhantomData;
use core::ops::Range;

use flockwork_kernel::axes::{Axes, Plane};
use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::simd::Vector8;
use flockwork_kernel::{Edge, LANES, Vector, World};

use crate::grid::Lines;
use crate::index::{
    ANYWHERE, Area, Bounds, IndexError, Indexed, Lists, Needs, Periods, Places, check,
    distinct_in_cells, eight, larger, place,
};
use crate::neighbours::Tiles;
use crate::points::Points;
use crate::{Entry, Grid, sort};

mod tiles;

pub(crate) use tiles::CellTiles;

/// The entities of a world, sorted into the cells of its grid.
#[derive(Clone, Copy, Debug)]
pub struct CellIndex<'a, A: Axes = Plane> {
    grid: Grid,
    bounds: Bounds<A>,
    starts: &'a [u32],
    order: &'a [Entry],
    positions: Places<'a, A>,
}

impl CellIndex<'_> {
    /// How many words of memory an index of this many entities needs, in the plane or in space.
    pub fn words(grid: &Grid, count: u32) -> usize {
        needs(&grid.bounded(), count).words()
    }
}

/// What an index in a bounded grid needs.
fn needs(grid: &Grid, count: u32) -> Needs {
    let starts = grid.cells() as usize + 1;
    Needs { count: count as usize, starts, occupied: 0, axes: grid.world().axes().len() }
}

impl<'a, A: Axes> CellIndex<'a, A> {
    /// Sorts the entities into the cells of `grid`, bounded, in memory of at least
    /// [`CellIndex::words`] words, of which more is never touched. Those outside of an open world are in its
    /// outermost cells, which [`crate::hash`] does not have.
    ///
    /// Along a periodic or a walled axis a position must be from 0 to the length, both included;
    /// along an open one it may be anywhere up to
    /// [`MAX_COORDINATE`](crate::index::MAX_COORDINATE).
    ///
    /// # Errors
    ///
    /// [`IndexError`], which names the first bad slot. Nothing was changed, except that for
    /// [`IndexError::DuplicateId`] the memory holds nothing of use. Two entities of one id are
    /// noticed only within one cell, which is what the order depends on;
    /// [`duplicate_id`](crate::index::duplicate_id) looks everywhere.
    pub fn build(
        grid: Grid,
        points: &(impl Points<A> + ?Sized),
        memory: &'a mut [u64],
    ) -> Result<Self, IndexError> {
        Self::build_in(grid, points, |needs| Lists::bind(memory, needs))
    }

    /// As [`CellIndex::build`], in lists that are asked for when all points are known to be sound.
    pub(crate) fn build_in(
        grid: Grid,
        points: &(impl Points<A> + ?Sized),
        lists: impl FnOnce(&Needs) -> Result<Lists<'a>, IndexError>,
    ) -> Result<Self, IndexError> {
        let grid = grid.bounded();
        let axes = grid.world().axes();
        if axes.len() != A::COUNT {
            return Err(IndexError::OtherAxes { world: axes.len(), entities: A::COUNT });
        }
        let mut limits = ANYWHERE;
        for (limits, axis) in limits.iter_mut().zip(axes) {
            if axis.edge != Edge::Open {
                *limits = (0.0, axis.length);
            }
        }
        let (count, bounds) = check(points, &limits)?;
        let needs = needs(&grid, count);
        let Lists { starts, order, cell_of, columns, .. } = lists(&needs)?;
        let cell_of = &mut cell_of[..needs.count];
        let finding =
            FindCells { grid: &grid, points, cell_of: &mut *cell_of, axes: PhantomData::<A> };
        isa::dispatch(finding);
        let cells = grid.cells() as u32;
        sort::sort_points(points.ids(), cell_of, cells, starts, order)?;
        let (starts, order) = (&starts[..needs.starts], &order[..needs.count]);
        if points.ids().is_some() {
            distinct_in_cells(order, |entry| cell_of[entry.slot() as usize])?;
        }
        let positions = place(points, order, columns);
        Ok(Self { grid, bounds, starts, order, positions })
    }

    /// The grid, bounded.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The entities of a cell (column, row, layer), by id; none if there is no such cell.
    pub fn cell(&self, cell: Lines) -> &'a [Entry] {
        if cell.iter().zip(self.grid.lines()).all(|(&line, lines)| line < lines) {
            let at = self.grid.number(cell) as usize;
            &self.order[self.starts[at] as usize..self.starts[at + 1] as usize]
        } else {
            &[]
        }
    }
}

/// Finds the cell of every point, eight at a time.
struct FindCells<'a, A: Axes, P: ?Sized> {
    grid: &'a Grid,
    points: &'a P,
    cell_of: &'a mut [u32],
    axes: PhantomData<A>,
}

impl<A: Axes, P: Points<A> + ?Sized> isa::Task for FindCells<'_, A, P> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { grid, points, cell_of, .. } = self;
        for (block, cells) in cell_of.chunks_mut(LANES).enumerate() {
            let [x, y, z] = eight(points, block * LANES);
            grid.number_lanes(Vector8::<A, S>::of(x, y, z)).store(cells);
        }
    }
}

/// The runs of an area in a [`CellIndex`].
#[derive(Clone, Debug)]
pub struct CellRuns<'a, A: Axes> {
    starts: &'a [u32],
    /// Of a layer, and of a row.
    strides: (usize, usize),
    /// The columns, rows and layers of each image of the world, in order.
    images: [Images; World::MOST_AXES],
    /// Which of the images are next.
    next: Lines,
    row: u32,
    layer: u32,
    axes: PhantomData<A>,
}

/// Lines, from one to another, both included, in an image of the world that is so much shifted.
#[derive(Clone, Copy, Debug)]
struct Image {
    first: u32,
    last: u32,
    shift: f32,
}

/// The lines that an interval covers in each image of the world along an axis: one length below,
/// the world itself, one length above.
type Images = heapless::Vec<Image, 3>;

/// The lines along an axis of the world that an interval covers.
#[inline(always)]
fn images(grid: &Grid, place: usize, (low, high): (f32, f32)) -> Images {
    let mut images = Images::new();
    // There is room for three.
    let mut image = |low: f32, high: f32, shift: f32| {
        let (first, last) = (grid.line(place, low), grid.line(place, high));
        let _ = images.push(Image { first, last, shift });
    };
    match grid.world().axes().get(place) {
        Some(axis) if axis.is_periodic() => {
            // Rounded away from the interval.
            let length = axis.length;
            if low <= 0.0 && high >= -length {
                image((low + length).next_down(), (high + length).next_up(), -length);
            }
            if high >= 0.0 && low <= length {
                image(low, high, 0.0);
            }
            if high >= length && low <= 2.0 * length {
                image((low - length).next_down(), (high - length).next_up(), length);
            }
        }
        _ => image(low, high, 0.0),
    }
    images
}

impl<'a, A: Axes> CellRuns<'a, A> {
    /// Those of an area in the cells of a bounded grid, which begin at these places.
    #[inline(always)]
    pub(crate) fn new(grid: &Grid, starts: &'a [u32], area: &Area) -> Self {
        let layers = if A::SPACE {
            images(grid, 2, area.0[2])
        } else {
            Images::from_iter([Image { first: 0, last: 0, shift: 0.0 }])
        };
        let images = [images(grid, 0, area.0[0]), images(grid, 1, area.0[1]), layers];
        let [cols, rows, _] = grid.lines().map(|lines| lines as usize);
        let first = |axis: usize| images[axis].first().map_or(0, |image| image.first);
        let (row, layer) = (first(1), first(2));
        let strides = (cols * rows, cols);
        Self { starts, strides, images, next: [0; 3], row, layer, axes: PhantomData }
    }
}

impl<'a, A: Axes> CellRuns<'a, A> {
    /// Those of a box of so many lines along each axis, from one line to another, both included: a
    /// range that is not in the box has no runs.
    #[inline(always)]
    pub(crate) fn of_lines(
        lines: Lines,
        starts: &'a [u32],
        ranges: [Option<(u32, u32)>; World::MOST_AXES],
    ) -> Self {
        let images = ranges.map(|range| {
            let image = range.map(|(first, last)| Image { first, last, shift: 0.0 });
            Images::from_iter(image)
        });
        let [cols, rows, _] = lines.map(|lines| lines as usize);
        let first = |axis: usize| images[axis].first().map_or(0, |image| image.first);
        let (row, layer, strides) = (first(1), first(2), (cols * rows, cols));
        Self { starts, strides, images, next: [0; 3], row, layer, axes: PhantomData }
    }
}

impl<A: Axes> Iterator for CellRuns<'_, A> {
    type Item = (Range<usize>, Vector<A>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let image = |axis: usize, next: &Lines| self.images[axis].get(next[axis] as usize).copied();
        loop {
            let (up, forth) = (image(1, &self.next)?, image(2, &self.next)?);
            if let Some(right) = image(0, &self.next) {
                self.next[0] += 1;
                let row = if A::SPACE { self.layer as usize * self.strides.0 } else { 0 }
                    + self.row as usize * self.strides.1;
                let begin = self.starts[row + right.first as usize] as usize;
                let end = self.starts[row + right.last as usize + 1] as usize;
                if begin < end {
                    return Some((begin..end, Vector::of(right.shift, up.shift, forth.shift)));
                }
                continue;
            }
            // The next row, the rows of the next image, the next layer, the layers of the next image.
            self.next[0] = 0;
            self.row += 1;
            if self.row <= up.last {
                continue;
            }
            self.next[1] += 1;
            if let Some(up) = image(1, &self.next) {
                self.row = up.first;
                continue;
            }
            (self.next[1], self.row) = (0, image(1, &[0; 3])?.first);
            self.layer += 1;
            if self.layer > forth.last {
                self.next[2] += 1;
                self.layer = image(2, &self.next)?.first;
            }
        }
    }
}

/// Which axes of a world are periodic, and how long they are.
pub(crate) fn periods(world: &World) -> Periods {
    let mut periods = Periods::default();
    for (period, axis) in periods.iter_mut().zip(world.axes()) {
        *period = axis.is_periodic().then_some(axis.length);
    }
    periods
}

/// The longest side of a cell of a bounded grid.
pub(crate) fn cell_side(grid: &Grid) -> f32 {
    let axes = grid.world().axes().iter().zip(grid.lines());
    axes.map(|(axis, lines)| axis.length / lines as f32).fold(0.0, larger)
}

impl<A: Axes> Indexed for CellIndex<'_, A> {
    type Axes = A;
    type Runs<'a>
        = CellRuns<'a, A>
    where
        Self: 'a;

    fn order(&self) -> &[Entry] {
        self.order
    }

    fn positions(&self) -> Places<'_, A> {
        self.positions
    }

    #[inline]
    fn periods(&self) -> Periods {
        periods(self.grid.world())
    }

    fn bounds(&self) -> Bounds<A> {
        self.bounds
    }

    fn cell_side(&self) -> f32 {
        cell_side(&self.grid)
    }

    #[inline(always)]
    fn runs(&self, area: &Area) -> CellRuns<'_, A> {
        CellRuns::new(&self.grid, self.starts, area)
    }

    #[inline(always)]
    fn each_tile(&self, r: f32, once: bool, seen: &mut impl Tiles<A>) {
        CellTiles::new(&self.grid, self.starts, self.positions.xs).show(r, once, seen);
    }
}
