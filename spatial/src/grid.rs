//! The one global cell grid of a world.
//!
//! Rows are along x. They are at least one interaction radius high, and in space as deep: rows of the
//! same z are a layer. Inside a row, columns are at least `radius / fine` wide, with `fine` = 1, 2, 4
//! or 8 chosen by density. So every neighbour within the radius lies in the same row or in one next
//! to it (three rows in the plane, nine in space), at most `fine` columns away. Sizes and origin
//! belong to the world, never to a region: a cell is computed from the global coordinate by one
//! formula, and a position has the same cell on every worker and target.
//!
//! What there is of each axis stands in arrays in the order x, y, z: columns, rows, layers. In the
//! plane there is one layer.
//!
//! Those who look further than that find their neighbours in more rows ([`Grid::reach`]), and a grid is
//! told how far anybody looks ([`Grid::reaching`]), so that ghost borders are as wide.
//!
//! Cells are made a little larger than the radius asks for, so that the statement above holds for
//! the rounded `f32` arithmetic too and not only for real numbers.
//!
//! An open axis has no first and no last cell: its columns, rows or layers go on past both ends of the
//! world, and [`Grid::first`] says which one begins at its corner. Their width comes from the radius
//! alone. They are counted on far beyond where an `f32` tells neighbours apart; only what lies beyond
//! that too belongs to the outermost cell. So there are more cells than any list could have:
//! [`Grid::bounded`] is for what keeps one.
//!
//! Along any other axis, and along all axes of a bounded grid, positions outside the world belong to
//! the nearest border cell: the statement above still holds, the border cells only grow fuller.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::{Edge, Vec2, World};
//! use flockwork_spatial::Grid;
//!
//! let grid = Grid::new(World::new(40.0, 30.0, Edge::Periodic)?, 1.0, 20_000)?;
//! let [col, row, layer] = grid.cell(Vec2::new(12.5, 3.0));
//! assert_eq!((row, layer), (2, 0));
//! assert!(grid.rows() == 29 && col < grid.cols());
//! // Whoever is nearer than 1 is at most a row and so many columns away.
//! assert_eq!(grid.margins(), [grid.fine(), 1, 0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where to read next: [`crate::sort`] puts entities into the cells, [`crate::pass`] visits
//! neighbours, [`crate::regions`] cuts the grid.

use core::fmt;

use flockwork_kernel::axes::{Axes, Third};
use flockwork_kernel::simd::{F32x8, Isa, U32x8, Vector8};
use flockwork_kernel::{Axis, Vector, World};

use crate::regions::Region;

#[cfg(test)]
mod tests;

/// A cell, or a number of cells, along x, y and z: column, row and layer.
pub type Lines = [u32; World::MOST_AXES];

/// The cell grid of a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    world: World,
    radius: f32,
    longest: f32,
    expected: u32,
    lines: Lines,
    fine: u32,
    /// The line at the world's corner along each axis: how many there are before it.
    first: Lines,
    per_length: [f32; World::MOST_AXES],
}

/// The most columns, rows or layers of a grid within the world, and the most before and after its
/// corner along an open axis; a cell index always fits `u32` and is exact in `f32`.
pub const MAX_SIDE: u32 = 1 << 20;

/// The most cells of a bounded grid.
pub const MAX_CELLS: u32 = 1 << 28;

/// Cells of an open axis go on for so many radii at least. At a place of 16,384 radii an `f32` tells
/// places apart that are a thousandth of the radius from one another, and hardly any model can do
/// with less.
const FAR: f64 = 32_768.0;

/// At most so many cells for each expected entity.
///
/// Cells larger than the radius cost tests where entities crowd in few of them, empty cells cost time
/// everywhere. Sort and pass, ns per entity, for 2, 4, 8 cells: 100,000 in six tight blobs of a nearly
/// empty world 64, 45, 41; spread evenly and sparse (0.4 neighbours) 20, 22, 32.
const CELLS_EACH: u32 = 4;

impl Grid {
    /// Makes the grid for an interaction radius and an expected number of entities.
    ///
    /// The number of entities decides only how fine the cells are; any number may come later.
    ///
    /// # Errors
    ///
    /// [`GridError`] if the radius is not a positive number, or not below half of the length of every
    /// periodic axis. Another axis may be as short as it likes.
    pub fn new(world: World, radius: f32, expected: u32) -> Result<Self, GridError> {
        if !(radius > 0.0 && radius.is_finite()) {
            return Err(GridError::InvalidRadius { radius });
        }
        fits(&world, radius)?;
        let bounded = Self::within(world, radius, expected);
        Ok(if world.axes().iter().any(Axis::is_open) { bounded.endless() } else { bounded })
    }

    /// The same cells for a world in which some look as far as `longest`, if that is more than the
    /// radius: ghost borders are as wide.
    ///
    /// # Errors
    ///
    /// As [`Grid::new`].
    pub fn reaching(self, longest: f32) -> Result<Self, GridError> {
        if !(longest > 0.0 && longest.is_finite()) {
            return Err(GridError::InvalidRadius { radius: longest });
        }
        fits(&self.world, longest)?;
        Ok(Self { longest: if longest > self.radius { longest } else { self.radius }, ..self })
    }

    /// A grid that has cells within the world alone, as many as a list may have.
    fn within(world: World, radius: f32, expected: u32) -> Self {
        let r = f64::from(radius);
        let mut per_cube = f64::from(expected);
        for axis in world.axes() {
            // Nobody is outside of a world that is narrower than the radius.
            let share = r / f64::from(axis.length);
            per_cube *= if share < 1.0 { share } else { 1.0 };
        }
        let mut fine = match per_cube {
            q if q >= 16.0 => 8,
            q if q >= 4.0 => 4,
            q if q >= 1.0 => 2,
            _ => 1,
        };
        let most_cells = f64::from(expected.saturating_mul(CELLS_EACH).clamp(256, MAX_CELLS));
        let count = |lines: Lines| lines.iter().map(|&lines| f64::from(lines)).product::<f64>();
        let mut lines;
        loop {
            lines = [1; World::MOST_AXES];
            for (place, axis) in world.axes().iter().enumerate() {
                lines[place] = most_lines(axis.length.into(), r, if place == 0 { fine } else { 1 });
            }
            if fine == 1 || count(lines) <= most_cells {
                break;
            }
            fine /= 2;
        }
        while count(lines) > most_cells {
            // Too sparse for cells of one radius: halve the longest side, which keeps every rule.
            let longest = if lines[2] >= lines[1] && lines[2] >= lines[0] {
                2
            } else if lines[1] >= lines[0] {
                1
            } else {
                0
            };
            lines[longest] = lines[longest].div_ceil(2);
        }
        // Along a periodic axis the ghost band must not be wider than the world itself.
        fine = fine.min(lines[0]);
        let mut per_length = [0.0; World::MOST_AXES];
        for (place, axis) in world.axes().iter().enumerate() {
            per_length[place] = lines[place] as f32 / axis.length;
        }
        let first = [0; World::MOST_AXES];
        Self { world, radius, longest: radius, expected, lines, fine, first, per_length }
    }

    /// The same with cells that go on along open axes, all of them as small as the radius allows:
    /// where entities are few, nobody keeps a list of cells.
    fn endless(self) -> Self {
        let mut grid = self;
        let r = f64::from(self.radius);
        for (place, axis) in self.world.axes().iter().enumerate() {
            let fine = if place == 0 { self.fine } else { 1 };
            let length = f64::from(axis.length);
            let (lines, per_length) = if axis.is_open() {
                let far = if length > FAR * r { length } else { FAR * r };
                let count = most_lines(far, r, fine);
                grid.first[place] = count;
                // A whole number of cells in the world, where it is wide enough for one.
                let inside = (f64::from(count) / far * length) as u32;
                let whole = f64::from(inside) / length;
                (2 * count, if inside > 0 { whole } else { f64::from(count) / far })
            } else {
                let count = most_lines(length, r, fine);
                (count, f64::from(count) / length)
            };
            grid.lines[place] = lines;
            grid.per_length[place] = per_length as f32;
        }
        grid
    }

    /// The grid of the cells within the world alone, for what keeps a list of all cells: itself, if
    /// no axis is open. Where entities are few its cells are larger.
    pub fn bounded(&self) -> Self {
        if self.is_bounded() {
            return *self;
        }
        Self { longest: self.longest, ..Self::within(self.world, self.radius, self.expected) }
    }

    /// Whether it has cells within the world alone.
    pub fn is_bounded(&self) -> bool {
        self.first == [0; World::MOST_AXES]
    }

    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The interaction radius, in the world's length unit.
    pub fn radius(&self) -> f32 {
        self.radius
    }

    /// How far anybody looks: the radius, or more.
    pub fn longest(&self) -> f32 {
        self.longest
    }

    /// The numbers of columns, rows and layers; along an open axis those beyond the world too.
    pub fn lines(&self) -> Lines {
        self.lines
    }

    /// The number of columns (along x).
    pub fn cols(&self) -> u32 {
        self.lines[0]
    }

    /// The number of rows of a layer (along y).
    pub fn rows(&self) -> u32 {
        self.lines[1]
    }

    /// The number of layers (along z); 1 in the plane.
    pub fn layers(&self) -> u32 {
        self.lines[2]
    }

    /// The column, row and layer at the corner of the world; not 0 along an open axis.
    pub fn first(&self) -> Lines {
        self.first
    }

    /// The cells that lie in the world.
    pub fn inside(&self) -> Region {
        let mut high = self.lines;
        for (place, axis) in self.world.axes().iter().enumerate() {
            if axis.is_open() && !self.is_bounded() {
                high[place] = self.line(place, axis.length.next_down()) + 1;
            }
        }
        Region { low: self.first, high }
    }

    /// A length along an axis, and how many cells it is of; none is long where there is no such axis.
    pub(crate) fn length(&self, axis: usize) -> (f64, f64) {
        match self.world.axes().get(axis) {
            Some(_) if self.first[axis] > 0 => (1.0, self.per_length[axis].into()),
            Some(axis_of) => (axis_of.length.into(), self.lines[axis].into()),
            None => (0.0, 1.0),
        }
    }

    /// The number of columns a neighbour within the radius may be away.
    pub fn fine(&self) -> u32 {
        self.fine
    }

    /// How many cells somebody closer than `radius` may be away along each axis; at most all of them.
    pub fn reach(&self, radius: f32) -> Lines {
        let mut reach = [self.fine, 1, u32::from(self.world.is_space())];
        if radius > self.radius {
            for (place, _) in self.world.axes().iter().enumerate() {
                let first = self.first[place];
                let side = if first > 0 { first } else { self.lines[place] };
                let apart = f64::from(self.per_length[place]) * f64::from(radius);
                let apart = apart * (1.0 + 1.0e-6) + f64::from(side) * ROUNDING;
                // The cast saturates and cuts.
                let apart = (apart as u32).saturating_add(1).min(self.lines[place]);
                reach[place] = apart.max(reach[place]);
            }
        }
        reach
    }

    /// How many cells anybody's neighbour may be away along each axis: the width of the ghost band.
    pub fn margins(&self) -> Lines {
        self.reach(self.longest)
    }

    /// The number of cells.
    pub fn cells(&self) -> u64 {
        self.lines.iter().map(|&lines| u64::from(lines)).product()
    }

    /// The number of a cell: by layer, row, column.
    #[inline(always)]
    pub fn number(&self, cell: Lines) -> u64 {
        number_in(self.lines, cell)
    }

    /// The cell of a number: the other way round.
    #[inline]
    pub fn cell_of(&self, number: u64) -> Lines {
        cell_in(self.lines, number)
    }

    /// The cell of a position; the outermost for one that is beyond all cells, and the first for NaN.
    #[inline]
    pub fn cell<A: Axes>(&self, place: Vector<A>) -> Lines {
        [self.line(0, place.x), self.line(1, place.y), self.line(2, place.z.or(0.0))]
    }

    /// The cells of eight positions; the same answer as [`Grid::cell`].
    #[inline(always)]
    pub fn cell_lanes<A: Axes, S: Isa>(&self, place: Vector8<A, S>) -> [U32x8<S>; 3] {
        S::split(
            #[inline(always)]
            || {
                let layer = if A::SPACE {
                    self.line_lanes(2, place.z.or(F32x8::ZERO))
                } else {
                    U32x8::ZERO
                };
                [self.line_lanes(0, place.x), self.line_lanes(1, place.y), layer]
            },
        )
    }

    /// The numbers of the cells of eight positions in a bounded grid: see [`Grid::number`].
    #[inline(always)]
    pub fn number_lanes<A: Axes, S: Isa>(&self, place: Vector8<A, S>) -> U32x8<S> {
        let [col, row, layer] = self.cell_lanes(place);
        let [cols, rows, _] = self.lines;
        let row = if A::SPACE { layer * U32x8::splat(rows) + row } else { row };
        row * U32x8::splat(cols) + col
    }

    /// The column, row or layer of a coordinate.
    #[inline]
    pub fn line(&self, axis: usize, value: f32) -> u32 {
        let (at, first) = (value * self.per_length[axis], self.first[axis]);
        // A cut towards 0 is the same as the floor where there is nothing below.
        let at = if first > 0 { libm::floorf(at) + first as f32 } else { at };
        // The cast saturates and maps NaN to 0.
        (at as u32).min(self.lines[axis] - 1)
    }

    /// Those of eight coordinates.
    #[inline(always)]
    fn line_lanes<S: Isa>(&self, axis: usize, value: F32x8<S>) -> U32x8<S> {
        let (at, first) = (value * F32x8::splat(self.per_length[axis]), self.first[axis]);
        let at = if first > 0 { at.floor() + F32x8::splat(first as f32) } else { at };
        at.to_index(self.lines[axis] - 1)
    }
}

/// The number of a cell in a box of so many columns, rows and layers: by layer, row, column.
#[inline(always)]
pub fn number_in(lines: Lines, cell: Lines) -> u64 {
    let ([cols, rows, _], [col, row, layer]) = (lines.map(u64::from), cell.map(u64::from));
    (layer * rows + row) * cols + col
}

/// The cell of a number in such a box: the other way round.
#[inline]
pub fn cell_in(lines: Lines, number: u64) -> Lines {
    let [cols, rows, _] = lines.map(u64::from);
    [number % cols, number / cols % rows, number / cols / rows].map(|line| line as u32)
}

/// The line of a position is off by at most so much of the side.
const ROUNDING: f64 = 1.0 / (1u32 << 21) as f64;

/// Whether two who are closer than `radius` meet in one image of the world only.
fn fits(world: &World, radius: f32) -> Result<(), GridError> {
    for (axis, side) in world.axes().iter().zip(World::SIDES) {
        let widest = axis.length * 0.499_99;
        if axis.is_periodic() && radius > widest {
            return Err(GridError::RadiusTooWide { radius, widest, side });
        }
    }
    Ok(())
}

/// The most lines of a side so that two positions closer than `radius` are at most `fine` lines
/// apart, in spite of rounding: the line of a position is off by at most 2^-21 of the side.
fn most_lines(side: f64, radius: f64, fine: u32) -> u32 {
    let lines = f64::from(fine) * (1.0 - 1.0e-5) / (radius / side + ROUNDING);
    (lines as u32).clamp(1, MAX_SIDE)
}

/// A grid cannot be made.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum GridError {
    /// The interaction radius is not a positive number.
    InvalidRadius {
        /// What was given.
        radius: f32,
    },
    /// The interaction radius does not fit the world.
    RadiusTooWide {
        /// What was given.
        radius: f32,
        /// The largest that fits.
        widest: f32,
        /// Which length of the world it does not fit.
        side: &'static str,
    },
}

impl fmt::Display for GridError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRadius { radius } => {
                write!(f, "the interaction radius is {radius}: it must be a number above 0")
            }
            Self::RadiusTooWide { radius, widest, side } => write!(
                f,
                "the interaction radius is {radius}: along the periodic {side} of this world it must \
                 be at most {widest} (below half of it)"
            ),
        }
    }
}

impl core::error::Error for GridError {}
