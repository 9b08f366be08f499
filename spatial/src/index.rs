//! The bounded index: the entities of a world in the cells of its [`Grid`].
//!
//! Order of work: check every position, give each its cell by the grid's one formula, sort by
//! (row, column, id) with [`crate::sort`]. The index then borrows the columns and the scratch;
//! nothing is copied. Move an entity and the index is out of date: build it again.
//!
//! It finds nothing by itself: [`crate::query`] asks it, as it asks the unbounded
//! [`crate::hash`].

use core::fmt;
use core::ops::ControlFlow;

use flockwork_kernel::{Edge, F32x8, LANES, U32x8};

use crate::query::{Area, Index, above, below};
use crate::{Entry, Grid, SortError, sort};

/// The largest coordinate, of either sign, that an index or a query accepts: no squared distance
/// overflows.
pub const MAX_COORDINATE: f32 = 1.0e18;

/// Borrowed columns: where the entities are and who they are. The place of an entity in them is
/// its slot.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entities<'a> {
    /// Positions along x, in the world's length unit.
    pub xs: &'a [f32],
    /// Positions along y, in the world's length unit.
    pub ys: &'a [f32],
    /// Ids, each of them once.
    pub ids: &'a [u32],
}

impl Entities<'_> {
    /// The position in a slot; the far corner of all coordinates if there is no such slot.
    #[inline(always)]
    pub(crate) fn position(&self, slot: u32) -> (f32, f32) {
        let slot = slot as usize;
        match (self.xs.get(slot), self.ys.get(slot)) {
            (Some(&x), Some(&y)) => (x, y),
            _ => (MAX_COORDINATE, MAX_COORDINATE),
        }
    }
}

/// The smallest rectangle around all entities; empty (`low` above `high`) if there are none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The smallest x and y.
    pub low: (f32, f32),
    /// The largest x and y.
    pub high: (f32, f32),
}

/// How many places the slices of an index need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Places of `starts`.
    pub starts: usize,
    /// Places of `order`.
    pub order: usize,
    /// Places of `cell_of`.
    pub cell_of: usize,
    /// Places of `occupied` (the hash only; 0 for a [`CellIndex`]).
    pub occupied: usize,
}

/// The memory of a [`CellIndex`]; [`CellIndex::needs`] says how much. More is never touched.
#[derive(Debug)]
pub struct CellScratch<'a> {
    /// Where each cell begins in `order`.
    pub starts: &'a mut [u32],
    /// The entities in canonical order.
    pub order: &'a mut [Entry],
    /// The cell of each slot.
    pub cell_of: &'a mut [u32],
}

/// The entities of a world, sorted into the cells of its grid.
#[derive(Clone, Copy, Debug)]
pub struct CellIndex<'a> {
    grid: Grid,
    entities: Entities<'a>,
    bounds: Bounds,
    starts: &'a [u32],
    order: &'a [Entry],
}

impl<'a> CellIndex<'a> {
    /// How many places the slices need for this many entities.
    pub fn needs(grid: &Grid, count: u32) -> Needs {
        let count = count as usize;
        Needs { starts: grid.cells() as usize + 1, order: count, cell_of: count, occupied: 0 }
    }

    /// Sorts the entities into the cells of `grid`.
    ///
    /// In a torus or a walled world a position must be from 0 to the side, both included; in an
    /// open one it may be anywhere up to [`MAX_COORDINATE`].
    ///
    /// # Errors
    ///
    /// [`IndexError`], which names the first bad slot. Nothing was changed, except that for
    /// [`IndexError::DuplicateId`] the scratch holds nothing of use. Two entities of one id are
    /// noticed only within one cell, which is what the order depends on; [`duplicate_id`] looks
    /// everywhere.
    pub fn build(
        grid: Grid,
        entities: Entities<'a>,
        scratch: CellScratch<'a>,
    ) -> Result<Self, IndexError> {
        let world = grid.world();
        let limits = match world.edge() {
            Edge::Open => None,
            Edge::Torus | Edge::Walls => Some((world.width(), world.height())),
        };
        let (count, bounds) = check(&entities, |x, y| match limits {
            Some((width, height)) => {
                outside(Axis::X, x, (0.0, width)).or(outside(Axis::Y, y, (0.0, height)))
            }
            None => outside_plane(x, y),
        })?;
        let CellScratch { starts, order, cell_of } = scratch;
        let needs = Self::needs(&grid, count);
        enough("starts", needs.starts, starts.len())?;
        enough("order", needs.order, order.len())?;
        enough("cell_of", needs.cell_of, cell_of.len())?;
        let cell_of = &mut cell_of[..needs.cell_of];
        let cols = U32x8::splat(grid.cols());
        let columns = entities.xs.chunks(LANES).zip(entities.ys.chunks(LANES));
        for (cells, (x, y)) in cell_of.chunks_mut(LANES).zip(columns) {
            let (row, col) = grid.cell_lanes(F32x8::load(x), F32x8::load(y));
            (row * cols + col).store(cells);
        }
        sort::sort_by_cell(cell_of, entities.ids, grid.cells(), starts, order)
            .map_err(IndexError::Sort)?;
        let (starts, order) = (&starts[..needs.starts], &order[..needs.order]);
        distinct_in_cells(order, |entry| cell_of[entry.slot() as usize])?;
        Ok(Self { grid, entities, bounds, starts, order })
    }

    /// The grid.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The entities of a cell, by id; none if there is no such cell.
    pub fn cell(&self, row: u32, col: u32) -> &'a [Entry] {
        if row < self.grid.rows() && col < self.grid.cols() {
            self.span(row, (col, col))
        } else {
            &[]
        }
    }

    /// The entities of a row from one column to another, both included.
    #[inline]
    fn span(&self, row: u32, (first, last): (u32, u32)) -> &'a [Entry] {
        let at = (row * self.grid.cols()) as usize;
        let begin = self.starts[at + first as usize] as usize;
        let end = self.starts[at + last as usize + 1] as usize;
        self.order.get(begin..end).unwrap_or(&[])
    }

    /// For each image of the world (one side below, itself, one side above): the lines that an
    /// interval covers there and how far the image is shifted.
    fn images(
        &self,
        (low, high): (f64, f64),
        side: f32,
        line: impl Fn(f32) -> u32,
    ) -> [Option<((u32, u32), f32)>; 3] {
        if !self.grid.world().is_torus() {
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

    fn torus(&self) -> Option<(f32, f32)> {
        let world = self.grid.world();
        world.is_torus().then_some((world.width(), world.height()))
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

    #[inline]
    fn visit<B>(
        &self,
        area: &Area,
        mut each: impl FnMut(&[Entry], (f32, f32)) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let world = self.grid.world();
        let cols = self.images(area.x, world.width(), |x| self.grid.cell(x, 0.0).1);
        let rows = self.images(area.y, world.height(), |y| self.grid.cell(0.0, y).0);
        for ((first, last), up) in rows.into_iter().flatten() {
            for row in first..=last {
                for (range, right) in cols.into_iter().flatten() {
                    let entries = self.span(row, range);
                    if !entries.is_empty() {
                        each(entries, (right, up))?;
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// Writes a column in the order of an index: `out[i]` is the value of the i-th entity.
///
/// # Errors
///
/// [`IndexError::TooShort`] if `out` is shorter than `order`, [`IndexError::NoSuchSlot`] if the
/// column lacks a slot; `out` is unchanged.
pub fn reorder<T: Copy>(order: &[Entry], column: &[T], out: &mut [T]) -> Result<(), IndexError> {
    enough("out", order.len(), out.len())?;
    if let Some(bad) = order.iter().find(|entry| entry.slot() as usize >= column.len()) {
        return Err(IndexError::NoSuchSlot { slot: bad.slot(), slots: column.len() });
    }
    for (place, entry) in out.iter_mut().zip(order) {
        *place = column[entry.slot() as usize];
    }
    Ok(())
}

/// The first slot whose id an earlier slot has already, with that id.
///
/// Sorts all ids in `scratch`, which needs a place for every id: dearer than building an index.
///
/// # Errors
///
/// [`IndexError::TooShort`] or [`IndexError::TooMany`]; `scratch` is unchanged.
pub fn duplicate_id(ids: &[u32], scratch: &mut [Entry]) -> Result<Option<(u32, u32)>, IndexError> {
    let count = count_of(ids.len())?;
    enough("scratch", ids.len(), scratch.len())?;
    let sorted = &mut scratch[..ids.len()];
    for (place, (slot, &id)) in sorted.iter_mut().zip((0..count).zip(ids)) {
        *place = Entry::new(id, slot);
    }
    sorted.sort_unstable();
    let twins = sorted.windows(2).filter(|pair| pair[0].id() == pair[1].id());
    Ok(twins.map(|pair| (pair[1].slot(), pair[1].id())).min())
}

/// Checks lengths and positions; gives the number of entities and their bounds.
pub(crate) fn check(
    entities: &Entities<'_>,
    outside: impl Fn(f32, f32) -> Option<Outside>,
) -> Result<(u32, Bounds), IndexError> {
    let expected = entities.xs.len();
    for (column, found) in [("ys", entities.ys.len()), ("ids", entities.ids.len())] {
        if found != expected {
            return Err(IndexError::LengthMismatch { column, expected, found });
        }
    }
    let count = count_of(expected)?;
    let mut bounds = Bounds {
        low: (f32::INFINITY, f32::INFINITY),
        high: (f32::NEG_INFINITY, f32::NEG_INFINITY),
    };
    for (index, (&x, &y)) in (0..count).zip(entities.xs.iter().zip(entities.ys)) {
        if let Some(Outside { axis, value, limits: (low, high) }) = outside(x, y) {
            return Err(if value.is_finite() {
                IndexError::Outside { axis, index, value, low, high }
            } else {
                IndexError::NotFinite { axis, index, value }
            });
        }
        bounds.low = (smaller(x, bounds.low.0), smaller(y, bounds.low.1));
        bounds.high = (larger(x, bounds.high.0), larger(y, bounds.high.1));
    }
    Ok((count, bounds))
}

fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// A coordinate outside its limits, or not a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outside {
    pub(crate) axis: Axis,
    pub(crate) value: f32,
    pub(crate) limits: (f32, f32),
}

/// The coordinate, if it is not within its limits.
#[inline]
pub(crate) fn outside(axis: Axis, value: f32, limits: (f32, f32)) -> Option<Outside> {
    let inside = value >= limits.0 && value <= limits.1;
    (!inside).then_some(Outside { axis, value, limits })
}

/// The first coordinate above [`MAX_COORDINATE`], if there is one.
#[inline]
pub(crate) fn outside_plane(x: f32, y: f32) -> Option<Outside> {
    const LIMITS: (f32, f32) = (-MAX_COORDINATE, MAX_COORDINATE);
    outside(Axis::X, x, LIMITS).or(outside(Axis::Y, y, LIMITS))
}

pub(crate) fn enough(slice: &'static str, needed: usize, given: usize) -> Result<(), IndexError> {
    if given < needed {
        return Err(IndexError::TooShort { slice, needed, given });
    }
    Ok(())
}

fn count_of(count: usize) -> Result<u32, IndexError> {
    u32::try_from(count)
        .ok()
        .filter(|&count| count < u32::MAX)
        .ok_or(IndexError::TooMany { count, most: u32::MAX - 1 })
}

/// Looks for neighbours in the order that share cell and id; names the lowest such slot.
pub(crate) fn distinct_in_cells(
    order: &[Entry],
    cell_of: impl Fn(Entry) -> u32,
) -> Result<(), IndexError> {
    let twins = order
        .windows(2)
        .filter(|pair| pair[0].id() == pair[1].id() && cell_of(pair[0]) == cell_of(pair[1]));
    match twins.map(|pair| (pair[1].slot(), pair[1].id())).min() {
        Some((index, id)) => Err(IndexError::DuplicateId { index, id }),
        None => Ok(()),
    }
}

/// One of the two coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// The first.
    X,
    /// The second.
    Y,
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Axis::X => "x",
            Axis::Y => "y",
        })
    }
}

/// An index cannot be built.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum IndexError {
    /// A column is not as long as `xs`.
    LengthMismatch {
        /// `"ys"` or `"ids"`.
        column: &'static str,
        /// The length of `xs`.
        expected: usize,
        /// The length of this column.
        found: usize,
    },
    /// There are more entities than slots can be numbered.
    TooMany {
        /// How many were given.
        count: usize,
        /// How many may be given.
        most: u32,
    },
    /// A coordinate is NaN or infinite.
    NotFinite {
        /// Which coordinate.
        axis: Axis,
        /// The first such slot.
        index: u32,
        /// What it is.
        value: f32,
    },
    /// A coordinate is outside the world, or too large for the cells.
    Outside {
        /// Which coordinate.
        axis: Axis,
        /// The first such slot.
        index: u32,
        /// What it is.
        value: f32,
        /// The smallest that is allowed.
        low: f32,
        /// The largest that is allowed.
        high: f32,
    },
    /// Two entities of one cell have the same id.
    DuplicateId {
        /// The first slot whose id an earlier slot of its cell has.
        index: u32,
        /// The id.
        id: u32,
    },
    /// A slice of the caller is too short.
    TooShort {
        /// Its name.
        slice: &'static str,
        /// Places needed.
        needed: usize,
        /// Places given.
        given: usize,
    },
    /// The side of a hash's cells is not a usable number.
    InvalidSize {
        /// What was given.
        size: f32,
    },
    /// An order names a slot that a column lacks.
    NoSuchSlot {
        /// The slot.
        slot: u32,
        /// The length of the column.
        slots: usize,
    },
    /// The entities cannot be sorted.
    Sort(SortError),
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthMismatch { column, expected, found } => {
                write!(f, "column {column} has {found} entities: it must have {expected}, as xs")
            }
            Self::TooMany { count, most } => {
                write!(f, "{count} entities were given: there may be at most {most}")
            }
            Self::NotFinite { axis, index, value } => {
                write!(f, "{axis} of slot {index} is {value}: it must be a finite number")
            }
            Self::Outside { axis, index, value, low, high } => {
                write!(f, "{axis} of slot {index} is {value}: it must be from {low} to {high}")
            }
            Self::DuplicateId { index, id } => {
                write!(f, "slot {index} has id {id}, as an earlier slot: ids must be unique")
            }
            Self::TooShort { slice, needed, given } => {
                write!(f, "slice {slice} has {given} places and needs {needed}")
            }
            Self::InvalidSize { size } => {
                let (low, high) = crate::hash::SIZE;
                write!(f, "the side of a cell is {size}: it must be from {low:e} to {high:e}")
            }
            Self::NoSuchSlot { slot, slots } => {
                write!(f, "the order names slot {slot}, but the column has only {slots}")
            }
            Self::Sort(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for IndexError {}
