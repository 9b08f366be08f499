//! Which cells of a field belong to a domain, and which it holds besides.
//!
//! A cell belongs to the region in which its middle lies: these are a domain's *lot*. Its entities are in cells of
//! the lot or right beside it, since the place of an entity is at most half a cell from the middle of its cell, and
//! regions are made of whole lines of places. A domain holds [`HELD`] more cells on each side:
//!
//! | cells around the lot | why |
//! | ---: | --- |
//! | 1 | entities of the region may be in them |
//! | 2 | these read a field between the middles around them |
//! | 3 | what is in those after a tick depends on the cells beside |
//!
//! So every holder of a cell comes to the same amount in it, but in the outermost of what it holds: these amounts
//! it gets from their owners.

use flockwork_kernel::World;
use flockwork_kernel::lattice::{Cell, Lattice};
use flockwork_spatial::{Grid, Region};

/// How many cells on each side of its lot a domain holds.
pub(crate) const HELD: u32 = 3;
/// How many cells on each side of its lot its entities may be in.
pub(crate) const TOUCHED: u32 = 1;

/// The cells whose middles lie in a region: from these along each axis, to before those.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lot {
    pub(crate) low: Cell,
    pub(crate) high: Cell,
}

impl Lot {
    /// That of a region.
    pub(crate) fn of(lattice: &Lattice, grid: &Grid, region: &Region) -> Self {
        // The first cell whose middle lies in this line, or behind it.
        let first = |axis: usize, line: u32| {
            let (mut low, mut high) = (0, lattice.counts()[axis]);
            while low < high {
                let middle = low + (high - low) / 2;
                let before = grid.line(axis, lattice.middle(axis, middle)) < line;
                if before { low = middle + 1 } else { high = middle }
            }
            low
        };
        let all = [0, 1, 2];
        Self {
            low: all.map(|axis| first(axis, region.low[axis])),
            high: all.map(|axis| first(axis, region.high[axis])),
        }
    }

    /// Calls `each` with the first cell of every row, by layer and row.
    pub(crate) fn each_row(&self, mut each: impl FnMut(Cell)) {
        for layer in self.low[2]..self.high[2] {
            (self.low[1]..self.high[1]).for_each(|row| each([self.low[0], row, layer]));
        }
    }

    /// How many cells a row has.
    pub(crate) fn width(&self) -> usize {
        self.high[0].saturating_sub(self.low[0]) as usize
    }

    /// Calls `each` for those that are in a window too.
    pub(crate) fn each_in(&self, window: &Window, mut each: impl FnMut(Cell)) {
        let along = |axis: usize| {
            (self.low[axis]..self.high[axis]).filter(move |at| window.along(axis, *at).is_some())
        };
        for layer in along(2) {
            for row in along(1) {
                for col in along(0) {
                    each([col, row, layer]);
                }
            }
        }
    }
}

/// A box of cells of a field, which goes on at the other end of a periodic axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    /// How many cells the field has.
    all: Cell,
    origin: Cell,
    counts: Cell,
    /// Whether there are cells beside it that it has not, before and behind along each axis.
    cut: [[bool; 2]; World::MOST_AXES],
    /// Whether its last cells lie beside its first.
    round: [bool; World::MOST_AXES],
}

impl Window {
    /// So many cells around a lot, as far as there are any.
    pub(crate) fn around(lattice: &Lattice, lot: &Lot, by: u32) -> Self {
        let all = lattice.counts();
        let mut window = Self { all, ..Self::default() };
        for axis in 0..World::MOST_AXES {
            let (low, high, all) = (lot.low[axis], lot.high[axis], all[axis]);
            let periodic = lattice.world().axes().get(axis).is_some_and(|one| one.is_periodic());
            let wide = high - low + 2 * by;
            if periodic && wide < all {
                window.origin[axis] = (low + all - by) % all;
                window.counts[axis] = wide;
                window.cut[axis] = [true; 2];
            } else if periodic {
                (window.counts[axis], window.round[axis]) = (all, true);
            } else {
                let (from, to) = (low.saturating_sub(by), (high + by).min(all));
                (window.origin[axis], window.counts[axis]) = (from, to - from);
                window.cut[axis] = [from > 0, to < all];
            }
        }
        window
    }

    /// How many columns, rows and layers it has.
    pub(crate) fn counts(&self) -> Cell {
        self.counts
    }

    /// Along which axes its ends meet.
    pub(crate) fn round(&self) -> [bool; World::MOST_AXES] {
        self.round
    }

    pub(crate) fn len(&self) -> usize {
        self.counts.iter().map(|count| *count as usize).product()
    }

    /// Where a line of the field is in it.
    #[inline]
    fn along(&self, axis: usize, at: u32) -> Option<u32> {
        let (origin, all) = (self.origin[axis], self.all[axis]);
        let place = if at >= origin { at - origin } else { at + all - origin };
        (place < self.counts[axis]).then_some(place)
    }

    /// The place of a cell in the list of its cells; none if it is not in it.
    #[inline]
    pub(crate) fn place(&self, [col, row, layer]: Cell) -> Option<usize> {
        let (col, row, layer) = (self.along(0, col)?, self.along(1, row)?, self.along(2, layer)?);
        let [cols, rows, _] = self.counts.map(|count| count as usize);
        Some((layer as usize * rows + row as usize) * cols + col as usize)
    }

    /// The cell at a place of the list.
    pub(crate) fn cell(&self, place: usize) -> Cell {
        let [cols, rows, _] = self.counts.map(|count| count as usize);
        let at = [place % cols, place / cols % rows, place / cols / rows];
        [0, 1, 2].map(|axis| (self.origin[axis] + at[axis] as u32) % self.all[axis])
    }

    /// Whether a cell in it has a cell beside that is not in it.
    pub(crate) fn is_rim(&self, cell: Cell) -> bool {
        (0..World::MOST_AXES).any(|axis| {
            let Some(place) = self.along(axis, cell[axis]) else { return false };
            let [before, behind] = self.cut[axis];
            before && place == 0 || behind && place + 1 == self.counts[axis]
        })
    }

    /// Whether two of one field have a cell in common.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        (0..World::MOST_AXES).all(|axis| {
            self.counts[axis] > 0
                && other.counts[axis] > 0
                && (self.along(axis, other.origin[axis]).is_some()
                    || other.along(axis, self.origin[axis]).is_some())
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use flockwork_kernel::{Axis, Edge, Plane, Vector, rng};
    use flockwork_spatial::Cut;
    use quickcheck::quickcheck;

    use super::*;
    use crate::topology::Topology;

    quickcheck! {
        /// Places of a region are in cells beside its lot, lots share the cells out, and windows know their cells.
        fn lots_share_the_cells_and_entities_are_beside_theirs(seed: u64) -> bool {
            let [ends, wide, high, parts] = rng::draw(seed, 0, 0, 0);
            let [cols, rows, ..] = rng::draw(seed, 0, 1, 0);
            let axis = |at: u32, long: u32| Axis {
                length: 2.5 + 20.0 * rng::unit(long),
                edge: Edge::NAMES[(ends / 3u32.pow(at) % 3) as usize].1,
            };
            let world = World::of(&[axis(0, wide), axis(1, high)]).unwrap();
            let grid = Grid::new(world, 1.0, 500).unwrap();
            let cells = [1 + rng::below(cols, 40), 1 + rng::below(rows, 40)];
            let lattice = Lattice::new(&world, cells).unwrap();
            let Ok(topology) = Topology::new(grid, Cut::Parts(1 + parts % 9)) else { return true };
            let regions = topology.regions();
            let lots: Vec<Lot> = regions.iter().map(|one| Lot::of(&lattice, &grid, one)).collect();
            let mut owners = alloc::vec![0; lattice.len()];
            for lot in &lots {
                lot.each_row(|cell| {
                    let first = lattice.number(cell);
                    owners[first..first + lot.width()].iter_mut().for_each(|count| *count += 1);
                });
            }
            let mut good = owners.iter().all(|count| *count == 1);
            for id in 0..200 {
                let [x, y, ..] = rng::draw(seed, 1, id, 0);
                let place: Vector<Plane> = Vector::of(
                    rng::unit(x) * world.width(), rng::unit(y) * world.height(), 0.0,
                );
                let lot = &lots[topology.owner(grid.cell(place)) as usize];
                let touched = Window::around(&lattice, lot, TOUCHED);
                good &= lattice.cell(place).is_none_or(|cell| touched.place(cell).is_some());
            }
            for lot in &lots {
                let window = Window::around(&lattice, lot, HELD);
                good &= (0..window.len()).all(|at| window.place(window.cell(at)) == Some(at));
                for other in &lots {
                    let other = Window::around(&lattice, other, TOUCHED);
                    let common = (0..window.len()).any(|at| other.place(window.cell(at)).is_some());
                    good &= common == window.meets(&other);
                }
            }
            good
        }
    }
}
