//! The cap on neighbours: who is the last that counts.

use flockwork_kernel::LANES;
use flockwork_kernel::simd::{F32x8, Isa, Mask8};

use super::{MAX_CAP, Place, Positioned, every_candidate};
use crate::sort::Entry;

/// The last neighbour that counts under a cap, for each lane.
pub(super) struct Cap<S: Isa> {
    d2: F32x8<S>,
    ids: [u32; LANES],
    d2s: [f32; LANES],
}

impl<S: Isa> Cap<S> {
    /// None where no lane has more neighbours than count.
    #[inline(always)]
    pub(super) fn find<R: Positioned>(
        place: &Place<S>,
        spans: &[(usize, usize); 3],
        first: usize,
        most: usize,
        records: &[R],
        entries: &[Entry],
    ) -> Option<Self> {
        // The nearest so far of each lane, as (bits of d2, id): d2 is not negative, so its bits
        // are in the order of its value.
        let mut best = [[u64::MAX; MAX_CAP]; LANES];
        let mut found = [0usize; LANES];
        every_candidate::<S, _>(
            spans,
            first,
            records,
            #[inline(always)]
            |other, index, own| {
                let pair = place.meet(other, index, own);
                let mut lanes = pair.near.bits();
                if lanes == 0 {
                    return;
                }
                let bits = pair.d2.to_bits().to_array();
                let id = entries[index as usize].id();
                while lanes != 0 {
                    let lane = lanes.trailing_zeros() as usize;
                    lanes &= lanes - 1;
                    found[lane] += 1;
                    insert(&mut best[lane][..most], u64::from(bits[lane]) << 32 | u64::from(id));
                }
            },
        );
        if found.iter().all(|&count| count <= most) {
            return None;
        }
        let last: [u64; LANES] = core::array::from_fn(|lane| match most {
            0 => 0,
            _ if found[lane] <= most => u64::MAX,
            _ => best[lane][most - 1],
        });
        let d2s = last.map(|key| match key {
            u64::MAX => f32::INFINITY,
            _ => f32::from_bits((key >> 32) as u32),
        });
        // With a cap of none even (0, id 0) must not count.
        let d2s = if most == 0 { [-1.0; LANES] } else { d2s };
        Some(Self { d2: F32x8::from_array(d2s), ids: last.map(|key| key as u32), d2s })
    }

    #[inline(always)]
    pub(super) fn counts(&self, d2: F32x8<S>, id: u32) -> Mask8<S> {
        let mut counts = d2.lt(self.d2);
        let mut ties = d2.eq(self.d2).bits();
        while ties != 0 {
            let lane = ties.trailing_zeros() as usize;
            ties &= ties - 1;
            if id <= self.ids[lane] && self.d2s[lane] >= 0.0 {
                counts = counts | Mask8::only(lane);
            }
        }
        counts
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
