//! The bounded index: the entities of a world in the cells of its [`Grid`].
//!
//! Order of work: check every position, give each its cell by the grid's one formula, sort by
//! (layer, row, column, id) with [`crate::sort`], copy positions in that order. The index borrows the columns
//! and the scratch. Move an entity and the index is out of date: build it again.
//!
//! It finds nothing by itself: [`crate::query`] asks it, as it asks the unbounded
//! [`crate::hash`].

use core::ops::{ControlFlow, Range};

use flockwork_kernel::axes::{Axes, Plane};
use flockwork_kernel::isa::Baseline;
use flockwork_kernel::{Axis, Edge, LANES, Vector};

use crate::grid::Lines;
use crate::index::{
    ANYWHERE, Area, Bounds, Entities, Index, IndexError, Needs, Periods, Places, above, below,
    check, distinct_in_cells, enough, larger, place,
};
use crate::{Entry, Grid, sort};

/// The memory of a [`CellIndex`]; [`CellIndex::needs`] says how much. More is never touched.
#[derive(Debug)]
pub struct CellScratch<'a> {
    /// Where each cell begins in `order`.
    pub starts: &'a mut [u32],
    /// The entities in canonical order.
    pub order: &'a mut [Entry],
    /// The cell of each slot.
    pub cell_of: &'a mut [u32],
    /// Positions along x, in canonical order.
    pub xs: &'a mut [f32],
    /// Positions along y, in canonical order.
    pub ys: &'a mut [f32],
    /// Positions along z, in canonical order; of no use in the plane.
    pub zs: &'a mut [f32],
}

/// The entities of a world, sorted into the cells of its grid.
#[derive(Clone, Copy, Debug)]
pub struct CellIndex<'a, A: Axes = Plane> {
    grid: Grid,
    entities: Entities<'a, A>,
    bounds: Bounds<A>,
    starts: &'a [u32],
    order: &'a [Entry],
    positions: Places<'a, A>,
}

impl CellIndex<'_> {
    /// How many places the slices need for this many entities, in the plane or in space.
    pub fn needs(grid: &Grid, count: u32) -> Needs {
        let count = count as usize;
        Needs {
            starts: grid.bounded().cells() as usize + 1,
            order: count,
            cell_of: count,
            positions: count,
            occupied: 0,
        }
    }
}

impl<'a, A: Axes> CellIndex<'a, A> {
    /// Sorts the entities into the cells of `grid`, bounded: those outside of an open world are in its
    /// outermost cells, which [`crate::hash`] does not have.
    ///
    /// Along a periodic or a walled axis a position must be from 0 to the length, both included;
    /// along an open one it may be anywhere up to
    /// [`MAX_COORDINATE`](crate::index::MAX_COORDINATE).
    ///
    /// # Errors
    ///
    /// [`IndexError`], which names the first bad slot. Nothing was changed, except that for
    /// [`IndexError::DuplicateId`] the scratch holds nothing of use. Two entities of one id are
    /// noticed only within one cell, which is what the order depends on;
    /// [`duplicate_id`](crate::index::duplicate_id) looks everywhere.
    pub fn build(
        grid: Grid,
        entities: Entities<'a, A>,
        scratch: CellScratch<'a>,
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
        let (count, bounds) = check(&entities, &limits)?;
        let CellScratch { starts, order, cell_of, xs, ys, zs } = scratch;
        let needs = CellIndex::needs(&grid, count);
        enough("starts", needs.starts, starts.len())?;
        enough("order", needs.order, order.len())?;
        enough("cell_of", needs.cell_of, cell_of.len())?;
        enough("xs", needs.positions, xs.len())?;
        enough("ys", needs.positions, ys.len())?;
        if A::SPACE {
            enough("zs", needs.positions, zs.len())?;
        }
        let cell_of = &mut cell_of[..needs.cell_of];
        for (block, cells) in cell_of.chunks_mut(LANES).enumerate() {
            let places = entities.places.load::<Baseline>(block * LANES);
            grid.number_lanes(places).store(cells);
        }
        sort::sort_by_cell(cell_of, entities.ids, grid.cells() as u32, starts, order)
            .map_err(IndexError::Sort)?;
        let (starts, order) = (&starts[..needs.starts], &order[..needs.order]);
        distinct_in_cells(order, |entry| cell_of[entry.slot() as usize])?;
        let positions = place(&entities, order, [xs, ys, zs]);
        Ok(Self { grid, entities, bounds, starts, order, positions })
    }

    /// The grid, bounded.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The entities of a cell (column, row, layer), by id; none if there is no such cell.
    pub fn cell(&self, cell: Lines) -> &'a [Entry] {
        if cell.iter().zip(self.grid.lines()).all(|(&line, lines)| line < lines) {
            let [col, row, layer] = cell;
            &self.order[self.span((layer, row), (col, col))]
        } else {
            &[]
        }
    }

    /// Where the entities of a row of a layer are from one column to another, both included.
    #[inline(always)]
    fn span(&self, (layer, row): (u32, u32), (first, last): (u32, u32)) -> Range<usize> {
        let row = if A::SPACE { layer * self.grid.rows() + row } else { row };
        let at = (row * self.grid.cols()) as usize;
        self.starts[at + first as usize] as usize..self.starts[at + last as usize + 1] as usize
    }

    /// For each image of the world along an axis (one length below, itself, one length above): the
    /// lines that an interval covers there and how far the image is shifted.
    #[inline]
    fn images(&self, place: usize, axis: Axis, (low, high): (f64, f64)) -> Images {
        let lines = |low: f64, high: f64| {
            (self.grid.line(place, below(low)), self.grid.line(place, above(high)))
        };
        if !axis.is_periodic() {
            return [None, Some((lines(low, high), 0.0)), None];
        }
        [-1.0f32, 0.0, 1.0].map(|image| {
            let shift = image * axis.length;
            let (low, high) = (low - f64::from(shift), high - f64::from(shift));
            if high < 0.0 || low > f64::from(axis.length) {
                return None;
            }
            Some((lines(low, high), shift))
        })
    }

    /// Shows the runs of a layer, which is so much shifted.
    #[inline(always)]
    fn visit_layer<B>(
        &self,
        (layer, forth): (u32, f32),
        rows: &Images,
        cols: &Images,
        each: &mut impl FnMut(Range<usize>, Vector<A>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        for ((first, last), up) in rows.iter().copied().flatten() {
            for row in first..=last {
                for (range, right) in cols.iter().copied().flatten() {
                    let run = self.span((layer, row), range);
                    if !run.is_empty() {
                        each(run, Vector::of(right, up, forth))?;
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// Lines, from one to another, and a shift, of each image of the world along an axis.
type Images = [Option<((u32, u32), f32)>; 3];

impl<A: Axes> Index for CellIndex<'_, A> {
    type Axes = A;

    fn entities(&self) -> Entities<'_, A> {
        self.entities
    }

    fn order(&self) -> &[Entry] {
        self.order
    }

    fn positions(&self) -> Places<'_, A> {
        self.positions
    }

    #[inline]
    fn periods(&self) -> Periods {
        let world = self.grid.world();
        let period = |axis: Axis| axis.is_periodic().then_some(axis.length);
        [period(world.x()), period(world.y()), world.z().and_then(period)]
    }

    fn bounds(&self) -> Bounds<A> {
        self.bounds
    }

    fn cell_side(&self) -> f32 {
        let axes = self.grid.world().axes().iter().zip(self.grid.lines());
        axes.map(|(axis, lines)| axis.length / lines as f32).fold(0.0, larger)
    }

    #[inline(always)]
    fn visit<B>(
        &self,
        area: &Area,
        mut each: impl FnMut(Range<usize>, Vector<A>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let world = self.grid.world();
        let rows = self.images(1, world.y(), area.0[1]);
        let cols = self.images(0, world.x(), area.0[0]);
        let Some(z) = world.z().filter(|_| A::SPACE) else {
            return self.visit_layer((0, 0.0), &rows, &cols, &mut each);
        };
        for ((first, last), forth) in self.images(2, z, area.0[2]).into_iter().flatten() {
            for layer in first..=last {
                self.visit_layer((layer, forth), &rows, &cols, &mut each)?;
            }
        }
        ControlFlow::Continue(())
    }
}
