//! Where the entities are that a batch names.

use alloc::vec::Vec;

use flockwork_kernel::fingerprint::mix;

/// No id, and no row.
const NONE: u32 = u32::MAX;

/// The rows of the entities that a batch names: a table of four times as many places.
#[derive(Default)]
pub(crate) struct Named {
    keys: Vec<(u32, u32)>,
    /// A bit for each id, and for some others: most rows need not be looked up.
    bits: Vec<u64>,
}

impl Named {
    pub(crate) fn of(ids: impl Iterator<Item = u32>) -> Self {
        let ids: Vec<u32> = ids.collect();
        if ids.is_empty() {
            return Self::default();
        }
        // The largest id is that of nobody.
        let count = 4 * ids.len().next_power_of_two();
        let keys = alloc::vec![(NONE, NONE); count];
        let mut table = Self { keys, bits: alloc::vec![0; (count / 4).max(4)] };
        for id in ids {
            let at = table.at(id);
            table.keys[at].0 = id;
            let (word, bit) = table.bit(id);
            table.bits[word] |= bit;
        }
        table
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Where an id is, or would be.
    fn at(&self, id: u32) -> usize {
        let mask = self.keys.len() - 1;
        let mut at = mix(id.into()) as usize & mask;
        while self.keys[at].0 != id && self.keys[at].0 != NONE {
            at = (at + 1) & mask;
        }
        at
    }

    fn bit(&self, id: u32) -> (usize, u64) {
        ((id as usize / 64) & (self.bits.len() - 1), 1 << (id % 64))
    }

    #[inline]
    pub(crate) fn meet(&mut self, id: u32, row: u32) {
        let (word, bit) = self.bit(id);
        if self.bits[word] & bit == 0 {
            return;
        }
        let at = self.at(id);
        if self.keys[at].0 == id {
            self.keys[at].1 = row;
        }
    }

    pub(crate) fn row(&self, id: u32) -> Option<u32> {
        if self.keys.is_empty() || id == NONE {
            return None;
        }
        let (_, row) = self.keys[self.at(id)];
        (row != NONE).then_some(row)
    }
}
