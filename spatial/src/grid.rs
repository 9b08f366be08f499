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
//! Cells are made a little larger than the radius asks for, so that the statement above holds for
//! the rounded `f32` arithmetic too and not only for real numbers.
//!
//! Positions outside the world belong to the nearest border cell. In an open world that is normal:
//! the statement above still holds, the border cells only grow fuller.
//!
//! Where to read next: [`crate::sort`] puts entities into the cells, [`crate::pass`] visits
//! neighbours, [`crate::regions`] cuts the grid.

use core::fmt;

use flockwork_kernel::axes::{Axes, Third};
use flockwork_kernel::simd::{F32x8, Isa, U32x8, Vector8};
use flockwork_kernel::{Vector, World};

/// A cell, or a number of cells, along x, y and z: column, row and layer.
pub type Lines = [u32; World::MOST_AXES];

/// The cell grid of a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    world: World,
    radius: f32,
    lines: Lines,
    fine: u32,
    per_length: [f32; World::MOST_AXES],
}

/// The most columns, rows or layers of a grid; a cell index always fits `u32` and is exact in `f32`.
pub const MAX_SIDE: u32 = 1 << 20;

/// The most cells of a grid.
pub const MAX_CELLS: u32 = 1 << 28;

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
        for (axis, side) in world.axes().iter().zip(World::SIDES) {
            let widest = axis.length * 0.499_99;
            if axis.is_periodic() && radius > widest {
                return Err(GridError::RadiusTooWide { radius, widest, side });
            }
        }
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
        Ok(Self { world, radius, lines, fine, per_length })
    }

    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The interaction radius, in the world's length unit.
    pub fn radius(&self) -> f32 {
        self.radius
    }

    /// The numbers of columns, rows and layers.
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

    /// The number of columns a neighbour may be away.
    pub fn fine(&self) -> u32 {
        self.fine
    }

    /// How many cells a neighbour may be away along each axis: the width of the ghost band.
    pub fn margins(&self) -> Lines {
        [self.fine, 1, u32::from(self.world.is_space())]
    }

    /// The number of cells.
    pub fn cells(&self) -> u32 {
        self.lines[0] * self.lines[1] * self.lines[2]
    }

    /// The number of a cell: by layer, row, column.
    #[inline(always)]
    pub fn number(&self, [col, row, layer]: Lines) -> u32 {
        (layer * self.lines[1] + row) * self.lines[0] + col
    }

    /// The cell of a number: the other way round.
    #[inline]
    pub fn cell_of(&self, number: u32) -> Lines {
        let [cols, rows, _] = self.lines;
        [number % cols, number / cols % rows, number / cols / rows]
    }

    /// The cell of a position; the nearest border cell for one outside the world, and the first for
    /// NaN.
    #[inline]
    pub fn cell<A: Axes>(&self, place: Vector<A>) -> Lines {
        [self.line(0, place.x), self.line(1, place.y), self.line(2, place.z.or(0.0))]
    }

    /// The cells of eight positions; the same answer as [`Grid::cell`].
    #[inline(always)]
    pub fn cell_lanes<A: Axes, S: Isa>(&self, place: Vector8<A, S>) -> [U32x8<S>; 3] {
        let [x, y, z] = self.per_length;
        let layer = if A::SPACE {
            (place.z.or(F32x8::ZERO) * F32x8::splat(z)).to_index(self.lines[2] - 1)
        } else {
            U32x8::ZERO
        };
        [
            (place.x * F32x8::splat(x)).to_index(self.lines[0] - 1),
            (place.y * F32x8::splat(y)).to_index(self.lines[1] - 1),
            layer,
        ]
    }

    /// The numbers of the cells of eight positions: see [`Grid::number`].
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
        index(value * self.per_length[axis], self.lines[axis] - 1)
    }
}

/// Cuts to a whole number from 0 to `limit`, as [`F32x8::to_index`].
#[inline]
fn index(value: f32, limit: u32) -> u32 {
    // The cast saturates and maps NaN to 0.
    (value as u32).min(limit)
}

/// The most lines of a side so that two positions closer than `radius` are at most `fine` lines
/// apart, in spite of rounding: the line of a position is off by at most 2^-21 of the side.
fn most_lines(side: f64, radius: f64, fine: u32) -> u32 {
    const ROUNDING: f64 = 1.0 / (1u32 << 21) as f64;
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

#[cfg(test)]
mod tests {
    use super::*;
    use flockwork_kernel::{Axis, Edge, V2, V3, Vec2, Vec3};
    use quickcheck::quickcheck;

    fn world(width: f32, height: f32, edge: Edge) -> World {
        World::new(width, height, edge).unwrap()
    }

    #[test]
    fn a_radius_must_fit() {
        let torus = world(10.0, 20.0, Edge::Periodic);
        for bad in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert!(matches!(Grid::new(torus, bad, 9), Err(GridError::InvalidRadius { .. })));
        }
        assert!(matches!(Grid::new(torus, 5.0, 9), Err(GridError::RadiusTooWide { .. })));
        assert!(Grid::new(torus, 4.9, 9).is_ok());
        assert!(Grid::new(world(10.0, 20.0, Edge::Wall), 10.0, 9).is_ok());
        // A corridor may be as narrow as it likes, and its entities are few: no cells are wasted.
        let corridor = World::of(&[Axis::periodic(1000.0), Axis::wall(0.5)]).unwrap();
        let grid = Grid::new(corridor, 10.0, 900).unwrap();
        assert_eq!((grid.rows(), grid.fine()), (1, 4));
        let error = Grid::new(World::space(9.0, 9.0, 3.0, Edge::Periodic).unwrap(), 2.0, 9);
        assert!(matches!(error, Err(GridError::RadiusTooWide { side: "depth", .. })));
    }

    #[test]
    fn density_decides_the_columns_and_emptiness_bounds_the_cells() {
        let torus = world(100.0, 100.0, Edge::Periodic);
        assert_eq!(Grid::new(torus, 1.0, 100_000).unwrap().fine(), 4);
        assert_eq!(Grid::new(torus, 1.0, 9_000).unwrap().fine(), 1);
        let sparse = Grid::new(world(1.0e6, 1.0e6, Edge::Open), 1.0, 1000).unwrap();
        assert!(sparse.cells() <= 4000, "{}", sparse.cells());
    }

    quickcheck! {
        fn lanes_and_scalars_agree(x: f32, y: f32, z: f32, radius: f32) -> bool {
            let Ok(grid) = Grid::new(world(50.0, 70.0, Edge::Open), radius, 4000) else {
                return true;
            };
            let lanes = |lanes: [flockwork_kernel::U32x8; 3]| lanes.map(|one| one.to_array()[3]);
            let cell = grid.cell(Vec2::new(x, y));
            let space = World::space(50.0, 70.0, 9.0, Edge::Open).unwrap();
            let deep = Grid::new(space, radius, 4000).unwrap();
            let place = deep.cell(Vec3::new(x, y, z));
            lanes(grid.cell_lanes(V2::splat(x, y))) == cell
                && lanes(deep.cell_lanes(V3::splat(x, y, z))) == place
                && grid.number_lanes(V2::splat(x, y)).to_array()[1] == grid.number(cell)
                && deep.number_lanes(V3::splat(x, y, z)).to_array()[1] == deep.number(place)
                && deep.cell_of(deep.number(place)) == place
                && place.iter().zip(deep.lines()).all(|(line, lines)| *line < lines)
        }

        fn a_neighbour_is_never_further_than_the_band(
            side: u16, share: u16, at: u32, step: u32
        ) -> bool {
            let width = 1.0 + f32::from(side);
            let radius = width * (0.0005 + 0.49 * f32::from(share) / 65536.0);
            let grid = Grid::new(world(width, width, Edge::Wall), radius, 1 << 24).unwrap();
            let x = width * (at as f32 / u32::MAX as f32);
            let near = x + radius * (step as f32 / u32::MAX as f32);
            if near - x >= radius {
                return true;
            }
            let side = World::space(width, width, width, Edge::Wall).unwrap();
            [grid, Grid::new(side, radius, 1 << 24).unwrap()].iter().all(|grid| {
                let cell = |x| grid.cell(Vec3::new(x, x, x));
                let away = cell(near).into_iter().zip(cell(x)).map(|(high, low)| high - low);
                away.zip(grid.margins()).all(|(lines, margin)| lines <= margin)
            })
        }
    }
}
