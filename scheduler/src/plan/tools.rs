//! Memory in which batches of inputs are worked out.

use alloc::vec::Vec;

use super::Slot;
use super::near::{At, Hit, Near, bytes_of};

/// Memory that a batch works in, for the next one.
#[derive(Default)]
pub(crate) struct Tools {
    /// Those of a plan that was done.
    pub(crate) slots: Vec<Slot>,
    pub(super) near: Option<Near>,
    pub(super) places: Vec<At>,
    /// By row of all domains, if they were in one list, and then by those who are spawned: the slot, if there is one.
    pub(super) slot_of: Vec<u32>,
    /// Who was hit by the last poke, their slots, and what became of them.
    pub(super) hits: Vec<Hit>,
    pub(super) struck: Vec<u32>,
    pub(super) news: Vec<(usize, Option<At>)>,
}

impl Tools {
    /// Bytes of memory.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.near.as_ref().map_or(0, Near::memory_bytes)
            + bytes_of(&self.slots)
            + bytes_of(&self.places)
            + bytes_of(&self.slot_of)
            + bytes_of(&self.hits)
            + bytes_of(&self.struck)
            + bytes_of(&self.news)
    }
}
