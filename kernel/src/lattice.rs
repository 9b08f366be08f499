//! Where the cells of a field are in its world: which one a place is in, and what a field is between their
//! middles.
//!
//! A field has a value for each cell, that of the cell's middle. A lattice knows no values: what is read is given
//! as a function of the cell, so that a field may be a slice, or a part of one.
//!
//! Beyond the outermost middles a field is what it is there, and along a periodic axis it goes on at the other
//! end. Outside of the world, which there is along an open axis, there is no field: it reads 0.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::lattice::Lattice;
//! use flockwork_kernel::{Edge, Vec2, World};
//!
//! let world = World::new(8.0, 2.0, Edge::Wall)?;
//! let lattice = Lattice::new(&world, [4, 1])?;
//! let grass = [0.0, 800.0, 400.0, 0.0];
//! let at = |cell| grass[lattice.number(cell)];
//! let place = Vec2::new(4.0, 1.5);
//! assert_eq!(lattice.here(place, at), 400.0);
//! assert_eq!(lattice.smooth(place, at), 600.0);
//! assert_eq!(lattice.gradient(place, at), Vec2::new(-200.0, 0.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::axes::Axes;
use crate::error::KernelError;
use crate::field::MOST_CELLS;
use crate::vector::Vector;
use crate::world::World;

#[cfg(test)]
mod tests;

/// A cell of a field: its column, row and layer, from 0 at the corner of the world on.
pub type Cell = [u32; World::MOST_AXES];

/// The most cells of a field.
pub const MOST: u32 = 1 << 28;

/// Names of an axis's number of cells in errors.
const CELLS: [&str; World::MOST_AXES] = ["columns", "rows", "layers"];

/// The cells of a field over a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lattice {
    world: World,
    counts: Cell,
    /// Cells for a length of 1 along each axis.
    per_length: [f32; World::MOST_AXES],
}

/// The two middles around a place along an axis, and how far it is from the first to the second.
#[derive(Clone, Copy, Default)]
struct Between {
    cells: [u32; 2],
    part: f32,
}

impl Lattice {
    /// So many cells along each axis of a world.
    ///
    /// # Errors
    ///
    /// [`KernelError::InvalidParameter`] if the world has not `N` axes, a number of cells is not from 1 to
    /// [`MOST_CELLS`], or there are more than [`MOST`] in all.
    pub fn new<const N: usize>(world: &World, cells: [u32; N]) -> Result<Self, KernelError> {
        Self::of(world, &cells)
    }

    /// The same, for a number of axes that is not known beforehand.
    ///
    /// # Errors
    ///
    /// As [`Lattice::new`].
    pub fn of(world: &World, cells: &[u32]) -> Result<Self, KernelError> {
        if cells.len() != world.axes().len() {
            return Err(KernelError::InvalidParameter { name: "axes", value: cells.len() as f32 });
        }
        let mut lattice = Self { world: *world, counts: [1; 3], per_length: [0.0; 3] };
        for (axis, (count, along)) in cells.iter().zip(world.axes()).enumerate() {
            if !(1..=MOST_CELLS).contains(count) {
                return Err(KernelError::InvalidParameter {
                    name: CELLS[axis],
                    value: *count as f32,
                });
            }
            lattice.counts[axis] = *count;
            lattice.per_length[axis] = *count as f32 / along.length;
        }
        let all = lattice.counts.iter().fold(1u64, |all, count| all * u64::from(*count));
        if all > u64::from(MOST) {
            return Err(KernelError::InvalidParameter { name: "cells", value: all as f32 });
        }
        Ok(lattice)
    }

    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// How many columns, rows and layers there are; 1 where there is no such axis.
    pub fn counts(&self) -> Cell {
        self.counts
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.counts.iter().product::<u32>() as usize
    }

    /// Whether there are none: never.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// How long a cell is along an axis; 0 where there is no such axis.
    pub fn side(&self, axis: usize) -> f32 {
        self.world.axes().get(axis).map_or(0.0, |one| one.length / self.counts[axis] as f32)
    }

    /// The number of a cell: by layer, row, column, as in the slices of [`crate::field`].
    #[inline]
    pub fn number(&self, [col, row, layer]: Cell) -> usize {
        let [cols, rows, _] = self.counts.map(|count| count as usize);
        (layer as usize * rows + row as usize) * cols + col as usize
    }

    /// The cell of a number: the other way round.
    pub fn cell_of(&self, number: usize) -> Cell {
        let [cols, rows, _] = self.counts.map(|count| count as usize);
        [number % cols, number / cols % rows, number / cols / rows].map(|at| at as u32)
    }

    /// The middle of a cell along an axis.
    #[inline]
    pub fn middle(&self, axis: usize, at: u32) -> f32 {
        (at as f32 + 0.5) * self.side(axis)
    }

    /// The middle of a cell.
    pub fn middle_of<A: Axes>(&self, cell: Cell) -> Vector<A> {
        let [x, y, z] = [0, 1, 2].map(|axis| self.middle(axis, cell[axis]));
        Vector::of(x, y, z)
    }

    /// The cell of a place; none outside of the world.
    #[inline]
    pub fn cell<A: Axes>(&self, place: Vector<A>) -> Option<Cell> {
        let mut cell = [0; World::MOST_AXES];
        for (axis, one) in self.world.axes().iter().enumerate() {
            let at = place.along(axis);
            if !(at >= 0.0 && at <= one.length) {
                return None;
            }
            cell[axis] = ((at * self.per_length[axis]) as u32).min(self.counts[axis] - 1);
        }
        Some(cell)
    }

    /// The value of the cell of a place.
    #[inline]
    pub fn here<A: Axes>(&self, place: Vector<A>, at: impl Fn(Cell) -> f32) -> f32 {
        self.cell(place).map_or(0.0, at)
    }

    /// The value at a place, between those of the middles around it: linear along each axis, so bilinear in the
    /// plane and trilinear in space.
    #[inline]
    pub fn smooth<A: Axes>(&self, place: Vector<A>, at: impl Fn(Cell) -> f32) -> f32 {
        if self.cell(place).is_none() {
            return 0.0;
        }
        let [x, y, z] = self.around(place);
        let row = |row: u32, layer: u32| {
            x.mix(at([x.cells[0], row, layer]), at([x.cells[1], row, layer]))
        };
        let layer = |layer: u32| y.mix(row(y.cells[0], layer), row(y.cells[1], layer));
        if A::SPACE { z.mix(layer(z.cells[0]), layer(z.cells[1])) } else { layer(0) }
    }

    /// How fast [`Lattice::smooth`] rises along each axis at a place, per length.
    #[inline]
    pub fn gradient<A: Axes>(&self, place: Vector<A>, at: impl Fn(Cell) -> f32) -> Vector<A> {
        if self.cell(place).is_none() {
            return Vector::default();
        }
        let around = self.around(place);
        let along = |axis: usize| {
            if axis >= A::COUNT {
                return 0.0;
            }
            // The rise along this axis, mixed along the others.
            let (one, other) = ((axis + 1) % A::COUNT, (axis + 2) % A::COUNT);
            let rise = |first: u32, second: u32| {
                let mut cell = [0; World::MOST_AXES];
                cell[other] = second;
                cell[one] = first;
                let [low, high] = around[axis].cells.map(|line| {
                    let mut cell = cell;
                    cell[axis] = line;
                    at(cell)
                });
                (high - low) * self.per_length[axis]
            };
            let ones = around[one];
            let mixed = |second| ones.mix(rise(ones.cells[0], second), rise(ones.cells[1], second));
            if A::SPACE {
                let others = around[other];
                others.mix(mixed(others.cells[0]), mixed(others.cells[1]))
            } else {
                mixed(0)
            }
        };
        Vector::of(along(0), along(1), along(2))
    }

    /// The middles around a place along each axis.
    #[inline]
    fn around<A: Axes>(&self, place: Vector<A>) -> [Between; World::MOST_AXES] {
        let mut around = [Between::default(); World::MOST_AXES];
        for (axis, one) in self.world.axes().iter().enumerate() {
            let at = place.along(axis) * self.per_length[axis] - 0.5;
            let (low, last) = (libm::floorf(at), self.counts[axis] - 1);
            // From one before the first on.
            let (before, line) = (low < 0.0, low as u32);
            let cells = match (before, one.is_periodic()) {
                (true, true) => [last, 0],
                (true, false) => [0, 0],
                (false, true) if line >= last => [last, 0],
                (false, false) if line >= last => [last, last],
                _ => [line, line + 1],
            };
            around[axis] = Between { cells, part: at - low };
        }
        around
    }
}

impl Between {
    #[inline]
    fn mix(&self, first: f32, second: f32) -> f32 {
        first + (second - first) * self.part
    }
}
