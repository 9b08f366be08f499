//! The bounded index: the entities of a world in the cells of its [`Grid`].
//!
//! Order of work: check every position, give each its cell by the grid's one formula, sort by
//! (row, column, id) with [`crate::sort`], copy positions in that order. The index borrows the columns
//! and the scratch. Move an entity and the index is out of date: build it again.
//!
//! It finds nothing by itself: [`crate::query`] asks it, as it asks the unbounded
//! [`crate::hash`].

use core::ops::{ControlFlow, Range};

use flockwork_kernel::{Edge, F32x8, LANES, V2};

use crate::index::{
    Area, Axis, Bounds, Entities, Index, IndexError, Needs, above, below, check, distinct_in_cells,
    enough, outside, outside_plane, place,
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
}

/// The entities of a world, sorted into the cells of its grid.
#[derive(Clone, Copy, Debug)]
pub struct CellIndex<'a> {
    grid: Grid,
    entities: Entities<'a>,
    bounds: Bounds,
    starts: &'a [u32],
    order: &'a [Entry],
    positions: (&'a [f32], &'a [f32]),
}

impl<'a> CellIndex<'a> {
    /// How many places the slices need for this many entities.
    pub fn needs(grid: &Grid, count: u32) -> Needs {
        let count = count as usize;
        Needs {
            starts: grid.cells() as usize + 1,
            order: count,
            cell_of: count,
            positions: count,
            occupied: 0,
        }
    }

    /// Sorts the entities into the cells of `grid`.
    ///
    /// In a torus or a walled world a position must be from 0 to the side, both included; in an
    /// open one it may be anywhere up to [`MAX_COORDINATE`](crate::index::MAX_COORDINATE).
    ///
    /// # Errors
    ///
    /// [`IndexError`], which names the first bad slot. Nothing was changed, except that for
    /// [`IndexError::DuplicateId`] the scratch holds nothing of use. Two entities of one id are
    /// noticed only within one cell, which is what the order depends on; [`duplicate_id`](crate::index::duplicate_id) looks
    /// everywhere.
    pub fn build(
        grid: Grid,
        entities: Entities<'a>,
        scratch: CellScratch<'a>,
    ) -> Result<Self, IndexError> {
        let world = grid.world();
        let limits = match world.x().edge {
            Edge::Open => None,
            Edge::Periodic | Edge::Wall => Some((world.width(), world.height())),
        };
        let (count, bounds) = check(&entities, |x, y| match limits {
            Some((width, height)) => {
                outside(Axis::X, x, (0.0, width)).or(outside(Axis::Y, y, (0.0, height)))
            }
            None => outside_plane(x, y),
        })?;
        let CellScratch { starts, order, cell_of, xs, ys } = scratch;
        let needs = Self::needs(&grid, count);
        enough("starts", needs.starts, starts.len())?;
        enough("order", needs.order, order.len())?;
        enough("cell_of", needs.cell_of, cell_of.len())?;
        enough("xs", needs.positions, xs.len())?;
        enough("ys", needs.positions, ys.len())?;
        let cell_of = &mut cell_of[..needs.cell_of];
        let columns = entities.xs.chunks(LANES).zip(entities.ys.chunks(LANES));
        for (cells, (x, y)) in cell_of.chunks_mut(LANES).zip(columns) {
            grid.number_lanes(V2::new(F32x8::load(x), F32x8::load(y))).store(cells);
        }
        sort::sort_by_cell(cell_of, entities.ids, grid.cells(), starts, order)
            .map_err(IndexError::Sort)?;
        let (starts, order) = (&starts[..needs.starts], &order[..needs.order]);
        distinct_in_cells(order, |entry| cell_of[entry.slot() as usize])?;
        let positions = place(&entities, order, xs, ys);
        Ok(Self { grid, entities, bounds, starts, order, positions })
    }

    /// The grid.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The entities of a cell, by id; none if there is no such cell.
    pub fn cell(&self, row: u32, col: u32) -> &'a [Entry] {
        if row < self.grid.rows() && col < self.grid.cols() {
            &self.order[self.span(row, (col, col))]
        } else {
            &[]
        }
    }

    /// Where the entities of a row are from one column to another, both included.
    #[inline]
    fn span(&self, row: u32, (first, last): (u32, u32)) -> Range<usize> {
        let at = (row * self.grid.cols()) as usize;
        self.starts[at + first as usize] as usize..self.starts[at + last as usize + 1] as usize
    }

    /// For each image of the world (one side below, itself, one side above): the lines that an
    /// interval covers there and how far the image is shifted.
    fn images(
        &self,
        (low, high): (f64, f64),
        side: f32,
        line: impl Fn(f32) -> u32,
    ) -> [Option<((u32, u32), f32)>; 3] {
        if !self.grid.world().x().is_periodic() {
            return [None, Some(((line(below(low)), line(above(high))), 0.0)), None];
        }
        [-1.0f32, 0.0, 1.0].map(|image| {
            let shift = image * side;
            let (low, high) = (low - f64::from(shift), high - f64::from(shift));
            if high < 0.0 || low > f64::from(side) {
                return None;
            }
            Some(((line(below(low)), line(above(high))), shift))
        })
    }
}

impl Index for CellIndex<'_> {
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
        let world = self.grid.world();
        world.x().is_periodic().then_some((world.width(), world.height()))
    }

    fn bounds(&self) -> Bounds {
        self.bounds
    }

    fn cell_side(&self) -> f32 {
        let world = self.grid.world();
        let width = world.width() / self.grid.cols() as f32;
        let height = world.height() / self.grid.rows() as f32;
        if width > height { width } else { height }
    }

    #[inline(always)]
    fn visit<B>(
        &self,
        area: &Area,
        mut each: impl FnMut(Range<usize>, (f32, f32)) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let world = self.grid.world();
        let cols = self.images(area.x, world.width(), |x| self.grid.line(0, x));
        let rows = self.images(area.y, world.height(), |y| self.grid.line(1, y));
        for ((first, last), up) in rows.into_iter().flatten() {
            for row in first..=last {
                for (range, right) in cols.into_iter().flatten() {
                    let run = self.span(row, range);
                    if !run.is_empty() {
                        each(run, (right, up))?;
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }
}
