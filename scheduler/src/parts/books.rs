//! What a domain counts.

use flockwork_kernel::fingerprint::mix;

use crate::metrics::Counters;

/// Who a domain owns; the world's books must balance after every exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// The number of owned entities.
    pub owned: u64,
    /// The wrapping sum of a mix of each owned id.
    pub ids: u64,
    /// The number of entities born here in the last tick.
    pub born: u64,
    /// The number of entities that died here in the last tick.
    pub died: u64,
    /// The wrapping sum of a mix of each id born here in the last tick.
    pub born_ids: u64,
    /// The wrapping sum of a mix of each id that died here in the last tick.
    pub died_ids: u64,
}

impl Census {
    /// The same before anybody is born or dies.
    pub(crate) fn begun(self) -> Self {
        Self { owned: self.owned, ids: self.ids, ..Self::default() }
    }

    /// Counts an entity that came from elsewhere.
    pub(crate) fn came(&mut self, id: u32) {
        self.owned += 1;
        self.ids = self.ids.wrapping_add(mix(u64::from(id)));
    }

    /// Counts an entity that is taken out.
    pub(crate) fn went(&mut self, id: u32) {
        self.owned -= 1;
        self.ids = self.ids.wrapping_sub(mix(u64::from(id)));
    }

    /// Counts this many that were born, with the sum of the mixes of their ids.
    pub(crate) fn bore(&mut self, born: u64, ids: u64) {
        (self.born, self.born_ids) = (born, ids);
        self.owned += born;
        self.ids = self.ids.wrapping_add(ids);
    }

    /// Counts those that are gone.
    pub(crate) fn lost(&mut self, leavers: &Leavers) {
        (self.died, self.died_ids) = (leavers.died, leavers.died_ids);
        self.owned -= leavers.died + leavers.left;
        let gone = leavers.died_ids.wrapping_add(leavers.left_ids);
        self.ids = self.ids.wrapping_sub(gone);
    }
}

/// How many left the rows of a domain, with the sums of the mixes of their ids.
#[derive(Default)]
pub(crate) struct Leavers {
    pub(crate) died: u64,
    died_ids: u64,
    pub(crate) left: u64,
    left_ids: u64,
}

impl Leavers {
    pub(crate) fn died(&mut self, id: u32) {
        self.died += 1;
        self.died_ids = self.died_ids.wrapping_add(mix(u64::from(id)));
    }

    pub(crate) fn left(&mut self, id: u32) {
        self.left += 1;
        self.left_ids = self.left_ids.wrapping_add(mix(u64::from(id)));
    }
}

/// What a domain counts: small, so that it is copied before a tick that may fail.
#[derive(Clone, Copy, Default)]
pub(crate) struct Books {
    /// The id of the next newborn, the same in all domains.
    pub(crate) next_id: u32,
    pub(crate) census: Census,
    /// Messages sent less messages received, wrapping.
    pub(crate) under_way: u64,
    pub(crate) counters: Counters,
}

impl Books {
    /// Counts a message that `receivers` domains get.
    pub(crate) fn sent(&mut self, len: usize, receivers: u64) {
        self.under_way = self.under_way.wrapping_add(receivers);
        self.counters.bytes += len as u64;
        self.counters.messages += 1;
    }

    /// Counts a message that came.
    pub(crate) fn received(&mut self) {
        self.under_way = self.under_way.wrapping_sub(1);
    }
}
