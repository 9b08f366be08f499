//! How many entities are how fast, or have how many neighbours.

use flockwork_kernel::{Axes, Plane, World};
use flockwork_spatial::{Index, Neighbours};

use crate::bins::Bins;
use crate::look::{Look, Observable, ObserveError, check_axes};
use crate::table::Table;

/// A histogram of speeds.
#[derive(Clone, Debug)]
pub struct Speeds {
    bins: Bins,
    counts: Vec<u64>,
    /// Those who are faster than the last bin.
    beyond: u64,
    samples: u64,
}

impl Speeds {
    /// Counts in `bins` up to the speed `most`; those who are faster are counted apart.
    ///
    /// # Errors
    ///
    /// [`ObserveError::Parameter`] if `most` is no number above 0, or there are no bins or too many.
    pub fn new(most: f64, bins: u32) -> Result<Self, ObserveError> {
        let bins = Bins::new("max", most, bins)?;
        Ok(Self { bins, counts: vec![0; bins.len()], beyond: 0, samples: 0 })
    }

    /// Adds what another one counted.
    ///
    /// # Errors
    ///
    /// [`ObserveError::OtherParameters`]; nothing was added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), ObserveError> {
        if self.bins != other.bins {
            return Err(ObserveError::OtherParameters);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(own, other)| *own += other);
        self.beyond += other.beyond;
        self.samples += other.samples;
        Ok(())
    }
}

impl<A: Axes> Observable<A> for Speeds {
    fn look(&mut self, look: &Look<'_, A>) -> Result<(), ObserveError> {
        look.check()?;
        look.needs_velocities()?;
        for velocity in look.velocities {
            let square = |axis| f64::from(velocity.along(axis)) * f64::from(velocity.along(axis));
            let speed = flockwork_kernel::exact::sqrt(square(0) + square(1) + square(2));
            match self.bins.of(speed) {
                Some(bin) => self.counts[bin] += 1,
                None => self.beyond += 1,
            }
        }
        self.samples += 1;
        Ok(())
    }

    fn samples(&self) -> u64 {
        self.samples
    }

    fn table(&self) -> Table {
        let all = (self.counts.iter().sum::<u64>() + self.beyond) as f64;
        let density = self.counts.iter().map(|count| *count as f64 / all / self.bins.width());
        Table::default()
            .real("speed", "length/time", self.bins.middles())
            .real("density", "time/length", density)
            .whole("count", self.counts.iter().copied())
            .count("beyond", self.beyond)
    }
}

/// A histogram of how many others are near an entity.
#[derive(Clone, Debug)]
pub struct NeighbourNumbers<A: Axes = Plane> {
    world: World,
    index: Index<A>,
    /// Entities by their number of neighbours: as long as it must be.
    counts: Vec<u64>,
    samples: u64,
}

impl<A: Axes> NeighbourNumbers<A> {
    /// Counts those who are closer than `r`.
    ///
    /// # Errors
    ///
    /// [`ObserveError`] if `r` is no number above 0 or not below half of a periodic axis, or the world has
    /// other axes.
    pub fn new(world: World, r: f32) -> Result<Self, ObserveError> {
        check_axes::<A>(&world)?;
        Ok(Self { world, index: Index::new(world, r)?, counts: Vec::new(), samples: 0 })
    }

    /// Adds what another one counted.
    ///
    /// # Errors
    ///
    /// [`ObserveError::OtherParameters`]; nothing was added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), ObserveError> {
        if (self.world, self.index.reach()) != (other.world, other.index.reach()) {
            return Err(ObserveError::OtherParameters);
        }
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(own, other)| *own += other);
        self.samples += other.samples;
        Ok(())
    }
}

impl<A: Axes> Observable<A> for NeighbourNumbers<A> {
    fn look(&mut self, look: &Look<'_, A>) -> Result<(), ObserveError> {
        look.check()?;
        self.index.rebuild_with_ids(look.places, look.ids)?;
        let mut near = vec![0; look.places.len()];
        self.index.count_each(self.index.reach(), &mut near)?;
        for near in near {
            let near = near as usize;
            if self.counts.len() <= near {
                self.counts.resize(near + 1, 0);
            }
            self.counts[near] += 1;
        }
        self.samples += 1;
        Ok(())
    }

    fn samples(&self) -> u64 {
        self.samples
    }

    fn table(&self) -> Table {
        let all = self.counts.iter().sum::<u64>() as f64;
        Table::default()
            .whole("neighbours", 0..self.counts.len() as u64)
            .real("share", "", self.counts.iter().map(|count| *count as f64 / all))
            .whole("count", self.counts.iter().copied())
    }
}
