//! Maps on a grid: how many are where, and how much they move.

use std::marker::PhantomData;

use flockwork_kernel::{Axes, Plane, Vector, World};

use crate::look::{Look, Observable, ObserveError, check_axes, whole};
use crate::table::{Table, per_size};
use crate::total::Total;

/// The most cells along an axis, and in a map.
const MOST: u32 = 4096;
const MOST_CELLS: u64 = 1 << 24;

/// The cells of a world.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cells<A> {
    world: World,
    along: [u32; World::MOST_AXES],
    axes: PhantomData<A>,
}

impl<A: Axes> Cells<A> {
    fn new(world: World, along: [u32; World::MOST_AXES]) -> Result<Self, ObserveError> {
        const NAMES: [&str; World::MOST_AXES] = ["columns", "rows", "layers"];
        check_axes::<A>(&world)?;
        let mut cells = Self { world, along: [1; World::MOST_AXES], axes: PhantomData };
        for ((cells, name), count) in cells.along.iter_mut().zip(NAMES).zip(along).take(A::COUNT) {
            *cells = whole(name, count, MOST)?;
        }
        if cells.len() as u64 > MOST_CELLS {
            let value = cells.len() as f64;
            let allowed = format!("at most {MOST_CELLS} cells in all");
            return Err(ObserveError::Parameter { name: "columns", value, allowed });
        }
        Ok(cells)
    }

    fn len(&self) -> usize {
        self.along.iter().map(|count| *count as usize).product()
    }

    /// The cell of a place; None for one past the end of an open axis.
    fn of(&self, place: Vector<A>) -> Option<usize> {
        let mut cell = 0;
        for (number, axis) in self.world.axes().iter().enumerate().rev() {
            let share = f64::from(place.along(number)) / f64::from(axis.length);
            if !(0.0..=1.0).contains(&share) {
                return None;
            }
            let count = self.along[number] as usize;
            let at = (share * count as f64) as usize;
            // The end of an axis is in its last cell.
            cell = cell * count + at.min(count - 1);
        }
        Some(cell)
    }

    fn size(&self) -> f64 {
        self.world.size() / self.len() as f64
    }

    /// The middles of all cells, along each axis a column.
    fn table(&self) -> Table {
        let mut table = Table::default();
        let mut stride = 1;
        for (number, axis) in self.world.axes().iter().enumerate() {
            let count = self.along[number] as usize;
            let side = f64::from(axis.length) / count as f64;
            let middle = |cell: usize| ((cell / stride % count) as f64 + 0.5) * side;
            table = table.real(World::COORDINATES[number], "length", (0..self.len()).map(middle));
            stride *= count;
        }
        table
    }
}

/// A map of the density.
#[derive(Clone, Debug)]
pub struct DensityMap<A: Axes = Plane> {
    cells: Cells<A>,
    counts: Vec<u64>,
    outside: u64,
    samples: u64,
}

impl<A: Axes> DensityMap<A> {
    /// Counts in so many cells along x, y and, in space, z.
    ///
    /// # Errors
    ///
    /// [`ObserveError`] if there are no cells or too many, or the world has other axes.
    pub fn new(world: World, cells: [u32; World::MOST_AXES]) -> Result<Self, ObserveError> {
        let cells = Cells::new(world, cells)?;
        Ok(Self { cells, counts: vec![0; cells.len()], outside: 0, samples: 0 })
    }

    /// Entities by cell, over all looks: x runs first.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Adds what another one counted.
    ///
    /// # Errors
    ///
    /// [`ObserveError::OtherParameters`]; nothing was added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), ObserveError> {
        if self.cells != other.cells {
            return Err(ObserveError::OtherParameters);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(own, other)| *own += other);
        self.outside += other.outside;
        self.samples += other.samples;
        Ok(())
    }
}

impl<A: Axes> Observable<A> for DensityMap<A> {
    fn look(&mut self, look: &Look<'_, A>) -> Result<(), ObserveError> {
        look.check()?;
        for place in look.places {
            match self.cells.of(*place) {
                Some(cell) => self.counts[cell] += 1,
                None => self.outside += 1,
            }
        }
        self.samples += 1;
        Ok(())
    }

    fn samples(&self) -> u64 {
        self.samples
    }

    fn table(&self) -> Table {
        let size = self.cells.size() * self.samples as f64;
        self.cells
            .table()
            .real("density", per_size::<A>(), self.counts.iter().map(|count| *count as f64 / size))
            .whole("count", self.counts.iter().copied())
            .count("outside", self.outside)
    }
}

/// A map of the flux: density times mean velocity.
#[derive(Clone, Debug)]
pub struct FluxMap<A: Axes = Plane> {
    density: DensityMap<A>,
    sums: Vec<[Total; World::MOST_AXES]>,
}

impl<A: Axes> FluxMap<A> {
    /// Adds up velocities in so many cells along x, y and, in space, z.
    ///
    /// # Errors
    ///
    /// As [`DensityMap::new`].
    pub fn new(world: World, cells: [u32; World::MOST_AXES]) -> Result<Self, ObserveError> {
        let density = DensityMap::new(world, cells)?;
        let sums = vec![Default::default(); density.counts.len()];
        Ok(Self { density, sums })
    }

    /// Adds what another one counted.
    ///
    /// # Errors
    ///
    /// [`ObserveError::OtherParameters`]; nothing was added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), ObserveError> {
        self.density.merge(&other.density)?;
        for (own, other) in self.sums.iter_mut().flatten().zip(other.sums.iter().flatten()) {
            own.merge(other);
        }
        Ok(())
    }
}

impl<A: Axes> Observable<A> for FluxMap<A> {
    fn look(&mut self, look: &Look<'_, A>) -> Result<(), ObserveError> {
        look.needs_velocities()?;
        self.density.look(look)?;
        for (place, velocity) in look.places.iter().zip(look.velocities) {
            let Some(cell) = self.density.cells.of(*place) else { continue };
            for (axis, sum) in self.sums[cell].iter_mut().enumerate().take(A::COUNT) {
                sum.add(f64::from(velocity.along(axis)));
            }
        }
        Ok(())
    }

    fn samples(&self) -> u64 {
        self.density.samples
    }

    fn table(&self) -> Table {
        const NAMES: [&str; World::MOST_AXES] = ["flux_x", "flux_y", "flux_z"];
        let unit = if A::SPACE { "1/(length^2 time)" } else { "1/(length time)" };
        let size = self.density.cells.size() * self.density.samples as f64;
        let mut table = self.density.cells.table();
        for (axis, name) in NAMES.into_iter().enumerate().take(A::COUNT) {
            table = table.real(name, unit, self.sums.iter().map(|sums| sums[axis].get() / size));
        }
        table
            .whole("count", self.density.counts.iter().copied())
            .count("outside", self.density.outside)
    }
}
