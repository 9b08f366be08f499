//! What the pass of a domain writes besides scratch columns, and what it reads of single neighbours.

use flockwork_kernel::columns::Columns;
use flockwork_kernel::{Axes, Vector};
use flockwork_spatial::{Block, Candidate, Entry, Looker};

use crate::error::DomainError;
use crate::letter::{Birth, Posted};
use crate::parts::{Post, Site, Sorted};

/// Of which entities a tile is.
pub(crate) enum Who<'a, A: Axes> {
    /// Of those that follow one another.
    Block(Block),
    /// Of any.
    Lookers(&'a [Looker<A>]),
}

/// The id of nobody.
pub(crate) const NOBODY: u32 = u32::MAX;

/// Looks at single neighbours, sends them events, asks for births.
pub(crate) struct Outbox<'a, C: Columns, T, E, B> {
    pub(crate) old: C::Ref<'a>,
    pub(crate) ghosts: C::Ref<'a>,
    /// The number of rows of `old`; slots from here on are ghosts.
    pub(crate) rows: usize,
    pub(crate) entries: &'a [Entry],
    pub(crate) candidates: &'a [Candidate<T, C::Axes>],
    /// The index of each candidate, where only some are seen.
    pub(crate) places: Option<&'a [u32]>,
    pub(crate) cell_of: &'a [u32],
    pub(crate) ghost_cell: &'a [u32],
    pub(crate) site: &'a Site,
    pub(crate) sorted: &'a Sorted,
    pub(crate) post: &'a mut Post<E, B>,
    /// The first index that was none.
    pub(crate) bad: Option<u32>,
}

impl<C: Columns, T, E, B> Outbox<'_, C, T, E, B> {
    pub(crate) fn entry(&mut self, index: u32) -> Option<Entry> {
        let entry = self.entries.get(index as usize).copied();
        if entry.is_none() {
            self.bad = self.bad.or(Some(index));
        }
        entry
    }

    pub(crate) fn neighbour(&mut self, index: u32) -> C::Shown {
        match self.entry(index).map(|entry| entry.slot() as usize) {
            Some(slot) if slot >= self.rows => C::shown(&self.ghosts, slot - self.rows),
            Some(slot) => C::shown(&self.old, slot),
            None => C::Shown::default(),
        }
    }

    /// The id of an entity of the tile.
    pub(crate) fn id(&self, index: u32) -> u32 {
        self.entries.get(index as usize).map_or(NOBODY, |entry| entry.id())
    }

    pub(crate) fn place(&mut self, index: u32) -> Vector<C::Axes> {
        let at = match self.places {
            None => Some(index as usize),
            Some(places) => places.binary_search(&index).ok(),
        };
        match at.and_then(|at| self.candidates.get(at)) {
            Some(candidate) => candidate.place,
            None => {
                self.bad = self.bad.or(Some(index));
                Vector::default()
            }
        }
    }

    pub(crate) fn send(&mut self, source: u32, to: u32, value: E) {
        let Some(entry) = self.entry(to) else { return };
        let slot = entry.slot() as usize;
        let ghost = slot >= self.rows;
        let local =
            if ghost { self.ghost_cell.get(slot - self.rows) } else { self.cell_of.get(slot) };
        let cell = self.sorted.global(to, local.copied().unwrap_or(0));
        let number = self.site.grid().number(cell);
        let event = Posted { target: entry.id(), source, cell: number, value };
        let domain = self.site.domain;
        let owner = if ghost { self.site.topology.owner(cell) } else { domain };
        if owner == domain {
            self.post.events.push(event);
        } else {
            self.post.mail.push((owner, event));
        }
    }

    pub(crate) fn birth(&mut self, parent: u32, row: usize, child: B) {
        if parent != NOBODY {
            let order = self.post.births.len() as u32;
            self.post.births.push(Birth { parent, order, row: row as u32, child });
        }
    }

    /// The error of a model that named a candidate that there is not.
    pub(crate) fn check(&self, tick: u64) -> Result<(), DomainError> {
        let count = self.entries.len();
        self.bad.map_or(Ok(()), |index| Err(DomainError::NoCandidate { index, count, tick }))
    }
}
