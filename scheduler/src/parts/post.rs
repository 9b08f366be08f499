//! Events and births of a tick.

use alloc::vec::Vec;

use crate::letter::{Birth, Posted};

/// What a domain's entities sent, and what they were sent.
pub(crate) struct Post<E, B> {
    /// Events for entities of this domain.
    pub(crate) events: Vec<Posted<E>>,
    /// Events for those of others, with their domains.
    pub(crate) mail: Vec<(u32, Posted<E>)>,
    /// Births that were asked for here.
    pub(crate) births: Vec<Birth<B>>,
    /// The parent of each birth of the whole world.
    pub(crate) birth_keys: Vec<u32>,
}

impl<E, B> Post<E, B> {
    pub(crate) fn new() -> Self {
        Self { events: Vec::new(), mail: Vec::new(), births: Vec::new(), birth_keys: Vec::new() }
    }

    pub(crate) fn clear(&mut self) {
        self.events.clear();
        self.mail.clear();
        self.births.clear();
    }

    /// After all passes: several children of one parent stay in the order in which they were asked for.
    pub(crate) fn settle(&mut self) {
        #[allow(clippy::disallowed_methods, reason = "no two births have the same order")]
        self.births.sort_unstable_by_key(|birth| (birth.parent, birth.order));
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Posted<E>>() * self.events.capacity()
            + size_of::<(u32, Posted<E>)>() * self.mail.capacity()
            + size_of::<Birth<B>>() * self.births.capacity()
            + 4 * self.birth_keys.capacity()
    }
}
