//! What can be seen of a domain: who is in it, what it has done, and what that cost.

use alloc::vec::Vec;
use core::ops::Range;

use flockwork_kernel::columns::Columns;
use flockwork_spatial::{Entry, Places};

use super::Domain;
use crate::area::Finder;
use crate::bounds::{Bounds, Outside};
use crate::error::DomainError;
use crate::feed::{Feed, Heard, Left};
use crate::letter::Posted;
use crate::metrics::Counters;
use crate::model::{AxesOf, Event, Model, RefOf};
use crate::parts::Census;
use crate::weights::Weights;

impl<M: Model> Domain<M> {
    /// Who the domain owns.
    pub fn census(&self) -> Census {
        self.books.census
    }

    /// Messages sent less messages received since it was made, wrapping: between ticks those of all
    /// domains add up to 0.
    pub fn under_way(&self) -> u64 {
        self.books.under_way
    }

    /// What the domain has done and how long that took, since it was made.
    pub fn counters(&self) -> &Counters {
        &self.books.counters
    }

    /// The number of ghosts now.
    pub fn ghost_count(&self) -> usize {
        self.ghosts.rows
    }

    /// The ids of all rows.
    pub fn ids(&self) -> &[u32] {
        self.owned.ids()
    }

    /// The places of all rows, between ticks.
    pub fn places(&self) -> Places<'_, AxesOf<M>> {
        self.owned.now.places()
    }

    /// The columns of all rows, between ticks: [`Domain::cells`] says which of them are entities.
    ///
    /// # Errors
    ///
    /// [`DomainError::Layout`] if the memory were not what it was made as.
    pub fn view(&self) -> Result<RefOf<'_, M>, DomainError> {
        self.owned.now.view()
    }

    /// The ids of those who died here in the last tick, in no order that means anything.
    pub fn died(&self) -> impl Iterator<Item = u32> + '_ {
        let ids = self.owned.ids();
        self.owned.died.iter().filter_map(|row| ids.get(*row as usize).copied())
    }

    /// Tells a feed what the last tick, or the last batch of inputs, which has no events, left here.
    pub(crate) fn feed(&self, feed: &mut Feed, tick: u64, born: &Range<u32>, events: bool) {
        let left = Left {
            ids: self.owned.ids(),
            cells: self.owned.cells(),
            gone: &self.owned.died,
            column: &|index| self.owned.now.column_bytes(index),
        };
        let events = self.post.events.iter().filter(|_| events);
        let mut heard = events.map(|&Posted { target, source, cell, value }| Heard {
            row: cell as usize,
            target,
            source,
            values: M::EVENT.values_of(&value),
        });
        feed.hear(tick, &left, born, &mut heard);
    }

    /// The events that came to entities here in the last tick, in the order in which they were applied.
    pub fn events(&self) -> impl Iterator<Item = Event<M::Event>> + '_ {
        let events = self.post.events.iter();
        events.map(|&Posted { target, source, value, .. }| Event { target, source, value })
    }

    /// Adds the ids of those who are in an area, in no order that means anything.
    pub(crate) fn find(&self, finder: &Finder, out: &mut Vec<u32>) {
        let schema = M::Columns::SCHEMA;
        let places = ["x", "y", "z"].map(|name| {
            let column = schema.iter().position(|column| column.name == name);
            let bytes = column.map_or(&[][..], |index| self.column_bytes(index));
            bytemuck::try_cast_slice(bytes).unwrap_or_default()
        });
        finder.find(self.owned.ids(), self.owned.cells(), places, out);
    }

    /// The wrapping sum of the fingerprints of all owned entities, between ticks.
    pub fn fingerprint(&self) -> u64 {
        let mut sum = 0u64;
        self.visit(|columns, row| {
            sum = sum.wrapping_add(M::Columns::fingerprint(columns, row));
        });
        sum.wrapping_add(self.plots.fingerprint(&self.site.topology))
    }

    /// Calls `each` with the cells of a field that belong to the domain, by the field's place in [`Model::FIELDS`],
    /// between ticks: a row of them after the other, each by the number of its first and the amounts in all.
    pub fn visit_field(&self, field: usize, each: impl FnMut(usize, &[f32])) {
        let lattice = self.site.topology.lattices().nth(field);
        if let (Some(lattice), Some(plot)) = (lattice, self.plots.list.get(field)) {
            plot.now.each_row(&lattice, each);
        }
    }

    /// What each field held here when statistics were last added up.
    pub(crate) fn field_totals(&self) -> impl Iterator<Item = u64> + '_ {
        self.plots.list.iter().map(|plot| plot.total)
    }

    /// What was added up last: words, then peaks.
    pub(crate) fn sums(&self) -> &[u64] {
        self.sums.words()
    }

    /// Calls `each` for every owned entity, in no order that means anything, between ticks.
    pub fn visit(&self, each: impl FnMut(&RefOf<'_, M>, usize)) {
        self.owned.visit(each);
    }

    /// The entity of smallest id that may not be where it is, and why; between ticks.
    pub(crate) fn outside(&self, bounds: &Bounds) -> Option<(u32, Outside)> {
        let (ids, places) = (self.owned.ids(), self.owned.now.places());
        let why = |row: usize| Some((ids[row], bounds.outside(places.at(row))?));
        self.owned.entities().filter_map(why).min_by_key(|(id, _)| *id)
    }

    /// The cell of each row of its columns, between ticks; [`NO_CELL`] for one that is no entity.
    ///
    /// [`NO_CELL`]: flockwork_spatial::NO_CELL
    pub fn cells(&self) -> &[u32] {
        self.owned.cells()
    }

    /// The bytes of one column by its place in the schema, [`Column::stride`] for each row; empty
    /// if there is none.
    ///
    /// [`Column::stride`]: flockwork_kernel::columns::Column::stride
    pub fn column_bytes(&self, index: usize) -> &[u8] {
        self.owned.now.column_bytes(index)
    }

    /// Adds the weight of each owned cell: what its entities and their candidates cost. Counts the
    /// entities of the last sort.
    pub(crate) fn add_weights(&self, weights: &mut Weights<'_>) {
        self.sorted.add_weights(&self.site, weights);
        self.plots.add_weights(&self.site.topology, weights);
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.owned.memory_bytes()
            + self.ghosts.memory_bytes()
            + self.sorted.memory_bytes()
            + self.entries.capacity() * size_of::<Entry>()
            + self.plots.memory_bytes()
            + self.post.memory_bytes()
            + self.own.memory_bytes()
            + self.sums.memory_bytes()
            + 8 * self.heard.capacity()
    }
}
