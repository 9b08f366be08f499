//! The one global cell grid of a world.
//!
//! Rows are at least one interaction radius high; inside a row, columns are at least `radius /
//! fine` wide, with `fine` = 1, 2, 4 or 8 chosen by density. So every neighbour within the radius
//! lies in the same row, the one below or the one above, at most `fine` columns away. Sizes and
//! origin belong to the world, never to a region: a cell is computed from the global coordinate by
//! one formula, and a position has the same cell on every worker and target.
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

use flockwork_kernel::World;
use flockwork_kernel::simd::{F32x8, Isa, U32x8};

/// The cell grid of a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    world: World,
    radius: f32,
    rows: u32,
    cols: u32,
    fine: u32,
    rows_per_length: f32,
    cols_per_length: f32,
}

/// The most rows or columns of a grid; a cell index always fits `u32` and is exact in `f32`.
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
    /// [`GridError`] if the radius is not a positive number, or too wide for the world: it must be
    /// below half of either side of a torus, and at most the shorter side of another world.
    pub fn new(world: World, radius: f32, expected: u32) -> Result<Self, GridError> {
        if !(radius > 0.0 && radius.is_finite()) {
            return Err(GridError::InvalidRadius { radius });
        }
        let side = if world.width() < world.height() { world.width() } else { world.height() };
        let widest = if world.is_torus() { side * 0.499_99 } else { side };
        if radius > widest {
            return Err(GridError::RadiusTooWide { radius, widest, torus: world.is_torus() });
        }
        let (width, height) = (f64::from(world.width()), f64::from(world.height()));
        let r = f64::from(radius);
        let per_square = f64::from(expected) * (r / width) * (r / height);
        let mut fine = match per_square {
            q if q >= 16.0 => 8,
            q if q >= 4.0 => 4,
            q if q >= 1.0 => 2,
            _ => 1,
        };
        let most_cells = f64::from(expected.saturating_mul(CELLS_EACH).clamp(256, MAX_CELLS));
        let (mut rows, mut cols);
        loop {
            rows = most_lines(height, r, 1);
            cols = most_lines(width, r, fine);
            if fine == 1 || f64::from(rows) * f64::from(cols) <= most_cells {
                break;
            }
            fine /= 2;
        }
        while f64::from(rows) * f64::from(cols) > most_cells {
            // Too sparse for cells of one radius: halve the longer side, which keeps every rule.
            if rows >= cols {
                rows = rows.div_ceil(2);
            } else {
                cols = cols.div_ceil(2);
            }
        }
        // In a torus the ghost band must not be wider than the world itself.
        fine = fine.min(cols);
        Ok(Self {
            world,
            radius,
            rows,
            cols,
            fine,
            rows_per_length: rows as f32 / world.height(),
            cols_per_length: cols as f32 / world.width(),
        })
    }

    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The interaction radius, in the world's length unit.
    pub fn radius(&self) -> f32 {
        self.radius
    }

    /// The number of rows (along y).
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The number of columns (along x).
    pub fn cols(&self) -> u32 {
        self.cols
    }

    /// The number of columns a neighbour may be away; the ghost band is one row and this many
    /// columns wide.
    pub fn fine(&self) -> u32 {
        self.fine
    }

    /// The number of cells.
    pub fn cells(&self) -> u32 {
        self.rows * self.cols
    }

    /// The row and column of a position; the nearest border cell for one outside the world, and
    /// the first for NaN.
    #[inline]
    pub fn cell(&self, x: f32, y: f32) -> (u32, u32) {
        (
            index(y * self.rows_per_length, self.rows - 1),
            index(x * self.cols_per_length, self.cols - 1),
        )
    }

    /// The rows and columns of eight positions; the same answer as [`Grid::cell`].
    #[inline(always)]
    pub fn cell_lanes<S: Isa>(&self, x: F32x8<S>, y: F32x8<S>) -> (U32x8<S>, U32x8<S>) {
        (
            (y * F32x8::splat(self.rows_per_length)).to_index(self.rows - 1),
            (x * F32x8::splat(self.cols_per_length)).to_index(self.cols - 1),
        )
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
        /// Whether the world is a torus.
        torus: bool,
    },
}

impl fmt::Display for GridError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRadius { radius } => {
                write!(f, "the interaction radius is {radius}: it must be a number above 0")
            }
            Self::RadiusTooWide { radius, widest, torus: true } => write!(
                f,
                "the interaction radius is {radius}: in this torus it must be at most {widest} \
                 (below half of the shorter side)"
            ),
            Self::RadiusTooWide { radius, widest, torus: false } => write!(
                f,
                "the interaction radius is {radius}: in this world it must be at most {widest} \
                 (the shorter side)"
            ),
        }
    }
}

impl core::error::Error for GridError {}

#[cfg(test)]
mod tests {
    use super::*;
    use flockwork_kernel::Edge;
    use flockwork_kernel::F32x8;
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
        assert!(Grid::new(world(10.0, 20.0, Edge::Open), 10.1, 9).is_err());
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
        fn lanes_and_scalars_agree(x: f32, y: f32, radius: f32) -> bool {
            let Ok(grid) = Grid::new(world(50.0, 70.0, Edge::Open), radius, 4000) else {
                return true;
            };
            let (row, col) = grid.cell(x, y);
            let (rows, cols) = grid.cell_lanes(F32x8::splat(x), F32x8::splat(y));
            rows.to_array()[3] == row && cols.to_array()[5] == col
                && row < grid.rows() && col < grid.cols()
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
            let (low, high) = (grid.cell(x, x), grid.cell(near, near));
            high.0 - low.0 <= 1 && high.1 - low.1 <= grid.fine()
        }
    }
}
