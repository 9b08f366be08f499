//! When a world is cut anew, and by which weights.

use alloc::vec::Vec;

use flockwork_spatial::{Blocks, CutError};

use crate::domain::Domain;
use crate::model::Model;
use crate::partition::Partition;
use crate::topology::Topology;
use crate::weights::Weights;

/// Ticks between two looks at the balance, at first.
const CHECK_EVERY: u64 = 8;

/// Ticks between two looks where no look has helped.
const CHECK_AT_MOST: u64 = 1024;

/// How evenly the work is spread, and when to look at that again.
pub(crate) struct Balance {
    /// Those of blocks and tails, while a new cut is made: see [`Weights`].
    weights: Vec<u64>,
    imbalance: f64,
    next_check: u64,
    check_every: u64,
}

impl Balance {
    /// That of a world after so many ticks, as if it were even.
    pub(crate) fn at(tick: u64) -> Self {
        let next_check = tick.saturating_add(CHECK_EVERY);
        Self { weights: Vec::new(), imbalance: 1.0, next_check, check_every: CHECK_EVERY }
    }

    /// The most work of a domain over the mean work; 1 at best.
    pub(crate) fn imbalance(&self) -> f64 {
        self.imbalance
    }

    /// Takes the work of all domains of the world.
    pub(crate) fn measure(&mut self, work: &[u64]) {
        self.imbalance = imbalance(work);
    }

    /// Whether the world is to be cut anew after this tick. Then the weights of the cells of this
    /// process are there.
    pub(crate) fn tips<M: Model>(
        &mut self,
        tick: u64,
        limit: Option<f64>,
        blocks: &Blocks,
        domains: &[Domain<M>],
    ) -> bool {
        if tick < self.next_check {
            return false;
        }
        let uneven = limit.is_some_and(|limit| self.imbalance > limit);
        if uneven {
            self.weights.clear();
            self.weights.resize(Weights::words(blocks), 0);
            let mut weights = Weights::of(blocks, &mut self.weights);
            for domain in domains {
                domain.add_weights(&mut weights);
            }
        } else {
            self.check_every = CHECK_EVERY;
        }
        self.next_check = tick.saturating_add(self.check_every);
        uneven
    }

    /// The weights, to be added up over all processes.
    pub(crate) fn weights(&mut self) -> &mut [u64] {
        &mut self.weights
    }

    /// The cut by these weights; None if it is the one that there is.
    pub(crate) fn recut(
        &mut self,
        tick: u64,
        partition: &Partition,
        now: &Topology,
    ) -> Result<Option<Topology>, CutError> {
        let weights = Weights::of(now.blocks(), &mut self.weights);
        let blocks = weights.follow(now.grid());
        let moved = (blocks != *now.blocks()).then(|| weights.moved_to(&blocks));
        let weight = |block| match &moved {
            Some(moved) => moved[blocks.number(block)],
            None => weights.block(block),
        };
        let cut = match Topology::of(*now.grid(), blocks, partition.cut, &weight) {
            Ok(cut) => Some(cut),
            // Over another window there may be too few blocks: then the cut stays what it is.
            Err(_) if moved.is_some() => None,
            Err(error) => return Err(error),
        };
        let cut = cut.filter(|cut| cut.regions() != now.regions());
        let other = cut.is_some();
        // Where there is no better cut: look again, ever less often.
        self.check_every =
            if other { CHECK_EVERY } else { (self.check_every * 2).min(CHECK_AT_MOST) };
        self.next_check = tick.saturating_add(self.check_every);
        Ok(cut.map(|cut| cut.with_fields(now.lattices())))
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        8 * self.weights.capacity()
    }
}

/// The most work of a domain over the mean work.
fn imbalance(work: &[u64]) -> f64 {
    let total: u64 = work.iter().sum();
    let most = work.iter().max().copied().unwrap_or(0);
    if total == 0 { 1.0 } else { most as f64 * work.len() as f64 / total as f64 }
}
