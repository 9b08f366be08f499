//! Sizes of clusters: whoever is closer than a distance to somebody of a cluster is of it too.

use std::collections::BTreeMap;

use flockwork_kernel::{Axes, Plane, World};
use flockwork_spatial::{Index, Neighbours};

use crate::look::{Look, Observable, ObserveError, check_axes};
use crate::table::Table;

/// Counts clusters by their size.
#[derive(Clone, Debug)]
pub struct Clusters<A: Axes = Plane> {
    world: World,
    index: Index<A>,
    sizes: BTreeMap<u32, u64>,
    samples: u64,
}

impl<A: Axes> Clusters<A> {
    /// Joins those who are closer than `r`.
    ///
    /// # Errors
    ///
    /// [`ObserveError`] if `r` is no number above 0 or not below half of a periodic axis, or the world has
    /// other axes.
    pub fn new(world: World, r: f32) -> Result<Self, ObserveError> {
        check_axes::<A>(&world)?;
        Ok(Self { world, index: Index::new(world, r)?, sizes: BTreeMap::new(), samples: 0 })
    }

    /// How many clusters there were of each size, over all looks.
    pub fn sizes(&self) -> &BTreeMap<u32, u64> {
        &self.sizes
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
        for (size, count) in &other.sizes {
            *self.sizes.entry(*size).or_default() += count;
        }
        self.samples += other.samples;
        Ok(())
    }
}

impl<A: Axes> Observable<A> for Clusters<A> {
    fn look(&mut self, look: &Look<'_, A>) -> Result<(), ObserveError> {
        look.check()?;
        self.index.rebuild_with_ids(look.places, look.ids)?;
        let mut parents: Vec<u32> = (0..look.places.len() as u32).collect();
        self.index.for_each_pair(self.index.reach(), |pair| {
            let (a, b) = (root(&mut parents, pair.slot), root(&mut parents, pair.other));
            // The lower one stays the root: chains are short, and nothing depends on who came first.
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            parents[high as usize] = low;
        })?;
        let mut sizes = vec![0; parents.len()];
        for slot in 0..parents.len() as u32 {
            sizes[root(&mut parents, slot) as usize] += 1;
        }
        for size in sizes.into_iter().filter(|size| *size > 0) {
            *self.sizes.entry(size).or_default() += 1;
        }
        self.samples += 1;
        Ok(())
    }

    fn samples(&self) -> u64 {
        self.samples
    }

    fn table(&self) -> Table {
        let entities: u64 = self.sizes.iter().map(|(size, count)| u64::from(*size) * count).sum();
        let share =
            |(size, count): (&u32, &u64)| (u64::from(*size) * count) as f64 / entities as f64;
        Table::default()
            .whole("size", self.sizes.keys().map(|size| u64::from(*size)))
            .real(
                "per_look",
                "",
                self.sizes.values().map(|count| *count as f64 / self.samples as f64),
            )
            .real("share", "", self.sizes.iter().map(share))
            .whole("clusters", self.sizes.values().copied())
            .count("largest", self.sizes.keys().last().map_or(0, |size| u64::from(*size)))
    }
}

/// The root of a slot's tree, which is made shorter on the way.
fn root(parents: &mut [u32], slot: u32) -> u32 {
    let mut at = slot;
    while parents[at as usize] != at {
        let above = parents[parents[at as usize] as usize];
        parents[at as usize] = above;
        at = above;
    }
    at
}
