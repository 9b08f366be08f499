//! The cap on neighbours: who is the last that counts.

use flockwork_kernel::LANES;
use flockwork_kernel::axes::Axes;
use flockwork_kernel::simd::{F32x8, Isa, Mask8};

use super::cells::middle;
use super::crowd::{Crowd, FEW, is_crowd};
use super::tile::Tile;
use super::{MAX_CAP, Pair};
use crate::sort::Entry;

/// The last neighbour that counts under a cap, for each lane.
pub(super) struct Cap<S: Isa> {
    d2: F32x8<S>,
    /// As (bits of the squared distance, id); the largest number for a lane without a cap.
    pub(super) last: [u64; LANES],
    d2s: [f32; LANES],
}

/// The nearest of each lane so far, as (bits of the squared distance, id): a squared distance is
/// not negative, so its bits are in the order of its value.
pub(super) struct Nearest {
    most: usize,
    best: [[u64; MAX_CAP]; LANES],
    found: [usize; LANES],
}

impl Nearest {
    pub(super) fn new(most: usize) -> Self {
        Self { most, best: [[u64::MAX; MAX_CAP]; LANES], found: [0; LANES] }
    }

    /// Takes the candidate in where it is near.
    #[inline(always)]
    pub(super) fn offer<A: Axes, S: Isa>(&mut self, pair: &Pair<A, S>, id: u32) {
        let mut lanes = pair.near.bits();
        if lanes == 0 {
            return;
        }
        let bits = pair.d2.to_bits().to_array();
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            lanes &= lanes - 1;
            self.found[lane] += 1;
            let key = u64::from(bits[lane]) << 32 | u64::from(id);
            insert(&mut self.best[lane][..self.most], key);
        }
    }

    /// The last that counts, of each lane; the largest number where fewer were found.
    fn last(&self) -> [u64; LANES] {
        let last = |best: &[u64; MAX_CAP]| match self.most {
            0 => 0,
            most => best[most - 1],
        };
        core::array::from_fn(|lane| last(&self.best[lane]))
    }

    /// Whether some lane has found more than count.
    pub(super) fn is_exceeded(&self) -> bool {
        self.found.iter().any(|&count| count > self.most)
    }
}

impl<S: Isa> Cap<S> {
    /// None where no lane has more neighbours than count.
    #[inline(always)]
    pub(super) fn find<A: Axes, T>(
        tile: &Tile<'_, A, S, T>,
        crowd: &mut Crowd<'_, A>,
        most: usize,
    ) -> Option<Self> {
        if is_crowd(tile) {
            return Self::find_in_crowd(tile, crowd, most);
        }
        let mut nearest = Nearest::new(most);
        tile.every_candidate(
            #[inline(always)]
            |_, pair| nearest.offer(&pair, crowd.entries[pair.index as usize].id()),
        );
        if nearest.is_exceeded() { Some(Self::new(&nearest)) } else { None }
    }

    /// As [`Cap::find`], cell by cell, leaving out what cannot count.
    #[inline(always)]
    fn find_in_crowd<A: Axes, T>(
        tile: &Tile<'_, A, S, T>,
        crowd: &mut Crowd<'_, A>,
        most: usize,
    ) -> Option<Self> {
        let mut nearest = Nearest::new(most);
        let mut left = false;
        let window = crowd.window;
        let (before, rest) = window.as_ref().split_at(middle::<A>());
        let (own, after) = rest.split_at(1);
        // The own row first: whoever is there is near, so that more of the others is left out.
        for &(low, high) in own.iter().chain(before).chain(after) {
            for cell in low..high {
                let Some(seen) = crowd.see(cell, tile) else { continue };
                let (from, to) = seen.records;
                let mut end = u64::MAX;
                for index in from..to {
                    if (index - from) % FEW == 0 {
                        end = seen.end(&nearest.last());
                    }
                    let id = crowd.entries[index].id();
                    if u64::from(id) >= end {
                        left = true;
                        break;
                    }
                    nearest.offer(&tile.pair(&tile.records[index], index), id);
                }
            }
        }
        // Whoever was left out is beyond the last that counts.
        if left || nearest.is_exceeded() { Some(Self::new(&nearest)) } else { None }
    }

    #[inline(always)]
    pub(super) fn new(nearest: &Nearest) -> Self {
        let last = nearest.last();
        let d2s = last.map(|key| match key {
            u64::MAX => f32::INFINITY,
            _ => f32::from_bits((key >> 32) as u32),
        });
        // With a cap of none even (0, id 0) must not count.
        let d2s = if nearest.most == 0 { [-1.0; LANES] } else { d2s };
        Self { d2: F32x8::from_array(d2s), last, d2s }
    }

    /// Takes away the lanes where the candidate is beyond the last that counts.
    #[inline(always)]
    pub(super) fn narrow<A: Axes>(&self, pair: &mut Pair<A, S>, entries: &[Entry]) {
        let mut counts = pair.d2.lt(self.d2);
        let mut ties = pair.d2.eq(self.d2).bits();
        let id = entries[pair.index as usize].id();
        while ties != 0 {
            let lane = ties.trailing_zeros() as usize;
            ties &= ties - 1;
            if id <= self.last[lane] as u32 && self.d2s[lane] >= 0.0 {
                counts |= Mask8::only(lane);
            }
        }
        pair.near &= counts;
    }
}

/// Puts `key` into the sorted slice, dropping the largest.
#[inline(always)]
fn insert(sorted: &mut [u64], key: u64) {
    let Some(&last) = sorted.last() else { return };
    if key >= last {
        return;
    }
    let mut at = sorted.len() - 1;
    while at > 0 && sorted[at - 1] > key {
        sorted[at] = sorted[at - 1];
        at -= 1;
    }
    sorted[at] = key;
}
