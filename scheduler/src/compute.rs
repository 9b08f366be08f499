//! The compute phase: sort owned entities and ghosts into cells, then the model's neighbour pass.

use alloc::vec::Vec;

use flockwork_kernel::LANES;
use flockwork_kernel::columns::Columns;
use flockwork_kernel::isa::{self, Isa};
use flockwork_spatial::{Cells, Entry, Pair, Visitor, pass, sort};

use crate::domain::Domain;
use crate::error::DomainError;
use crate::frame::Frame;
use crate::model::{BIRTH_VALUES, Birth, Event, Model, RefOf, ScratchOf, Tick};
use crate::topology::Topology;

/// What the sort made.
pub(crate) struct Sorted<R> {
    /// Where each cell begins among the entries.
    pub(crate) starts: Vec<u32>,
    /// Owned entities and ghosts in canonical order.
    pub(crate) entries: Vec<Entry>,
    /// What each of them shows.
    pub(crate) records: Vec<R>,
    /// The former row of each owned entity, in canonical order.
    pub(crate) order: Vec<u32>,
    /// The number of owned entities before each owned row.
    pub(crate) row_begin: Vec<u32>,
}

impl<R> Sorted<R> {
    pub(crate) fn new() -> Self {
        Self {
            starts: Vec::new(),
            entries: Vec::new(),
            records: Vec::new(),
            order: Vec::new(),
            row_begin: Vec::new(),
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        4 * (self.starts.capacity() + self.order.capacity() + self.row_begin.capacity())
            + self.entries.capacity() * size_of::<Entry>()
            + self.records.capacity() * size_of::<R>()
    }
}

/// What a model may do in the neighbour pass besides writing scratch columns.
pub struct Context<'a, M: Model> {
    /// The tick that is being computed.
    pub tick: &'a Tick,
    old: RefOf<'a, M>,
    ghosts: RefOf<'a, M>,
    /// The number of rows of `old`; slots from here on are ghosts.
    rows: usize,
    entries: &'a [Entry],
    cell_of: &'a [u32],
    ghost_cell: &'a [u32],
    domain: u32,
    topology: &'a Topology,
    events: &'a mut Vec<Event>,
    mail: &'a mut Vec<(u32, Event)>,
    births: &'a mut Vec<Birth>,
}

impl<'a, M: Model> Context<'a, M> {
    /// The id of a candidate by its index in the pass.
    pub fn id(&self, index: u32) -> u32 {
        self.entries.get(index as usize).map_or(u32::MAX, |entry| entry.id())
    }

    /// The columns of a candidate by its index in the pass, and its row in them, as of the begin
    /// of the tick. Only ghost columns are to be read: a ghost has no others.
    pub fn neighbour(&self, index: u32) -> (RefOf<'a, M>, usize) {
        match self.entries.get(index as usize).map(|entry| entry.slot() as usize) {
            Some(slot) if slot >= self.rows => (self.ghosts, slot - self.rows),
            Some(slot) => (self.old, slot),
            None => (self.old, 0),
        }
    }

    /// Sends an event from entity `source` to a candidate by its index in the pass.
    pub fn send(&mut self, source: u32, to: u32, kind: u32, value: [f32; 4]) {
        let Some(entry) = self.entries.get(to as usize) else { return };
        let slot = entry.slot() as usize;
        let ghost = slot >= self.rows;
        let local =
            if ghost { self.ghost_cell.get(slot - self.rows) } else { self.cell_of.get(slot) };
        let (row, col) = global_cell(self.topology, self.domain, local.copied().unwrap_or(0));
        let cell = row * self.topology.grid().cols() + col;
        let event = Event { target: entry.id(), source, kind, cell, value };
        let owner = if ghost { self.topology.owner(row, col) } else { self.domain };
        if owner == self.domain {
            self.events.push(event);
        } else {
            self.mail.push((owner, event));
        }
    }

    /// Asks for a child of the owned entity `parent` in row `row`. Of several by one parent in one
    /// tick only the first is granted.
    pub fn birth(&mut self, parent: u32, row: usize, value: [f32; BIRTH_VALUES]) {
        // A tile asks for all its births at once, and for at most one of each of its entities.
        if self.births.iter().rev().take(LANES).any(|birth| birth.parent == parent) {
            return;
        }
        self.births.push(Birth { parent, row: row as u32, value });
    }
}

/// The cell of the world behind a cell of a domain's bordered rectangle.
fn global_cell(topology: &Topology, domain: u32, local: u32) -> (u32, u32) {
    let (grid, region) = (topology.grid(), topology.region(domain));
    let stride = region.cols() + 2 * grid.fine();
    let (row, col) = (local / stride, local % stride);
    (
        (region.row + row + grid.rows() - 1) % grid.rows(),
        (region.col + col + grid.cols() - grid.fine()) % grid.cols(),
    )
}

struct Neighbours<'a, M: Model> {
    model: &'a M,
    columns: RefOf<'a, M>,
    scratch: ScratchOf<'a, M>,
    context: Context<'a, M>,
}

impl<M: Model, S: Isa> Visitor<S> for Neighbours<'_, M> {
    type Record = M::Record;
    type Tile = M::Tile<S>;
    type Sum = M::Sum<S>;

    #[inline(always)]
    fn load(&mut self, at: usize) -> (M::Tile<S>, M::Sum<S>) {
        self.model.load(&self.columns, at)
    }

    #[inline(always)]
    fn pair(&mut self, tile: &M::Tile<S>, other: &M::Record, pair: &Pair<S>, sum: &mut M::Sum<S>) {
        self.model.pair(tile, other, pair, sum);
    }

    #[inline(always)]
    fn finish(&mut self, at: usize, count: usize, tile: &M::Tile<S>, sum: &M::Sum<S>) {
        self.model.finish(
            at,
            count,
            tile,
            sum,
            &self.columns,
            &mut self.scratch,
            &mut self.context,
        );
    }
}

/// The neighbour pass, with the best instructions there are.
struct Pass<'a, M: Model> {
    cells: &'a Cells<'a>,
    cutoff: pass::Cutoff,
    records: &'a [M::Record],
    entries: &'a [Entry],
    visitor: Neighbours<'a, M>,
}

impl<M: Model> isa::Task for Pass<'_, M> {
    type Output = Result<u64, pass::PassError>;

    #[inline(always)]
    fn run<S: Isa>(mut self) -> Self::Output {
        let Self { cells, cutoff, records, entries, .. } = self;
        pass::neighbour_pass::<S, _>(cells, cutoff, records, entries, &mut self.visitor)
    }
}

impl<M: Model> Domain<M> {
    /// Sorts, and swaps the arenas: `now` holds the owned entities in canonical order, `old` the
    /// rows they came from.
    #[inline(never)]
    pub(crate) fn sort(&mut self, model: &M) -> Result<(), DomainError> {
        let cells = self.cell_count()?;
        let rows = self.rows;
        let total = rows + self.ghost_rows;
        let sorted = &mut self.sorted;
        grow(&mut sorted.starts, cells as usize + 1);
        grow(&mut sorted.entries, total);
        grow(&mut sorted.records, total);
        grow(&mut sorted.order, rows);
        let parts = [
            (&self.cell_of[..rows], &self.now.column::<u32>(0)[..rows]),
            (&self.ghost_cell[..self.ghost_rows], &self.ghosts.column::<u32>(0)[..self.ghost_rows]),
        ];
        let total =
            sort::sort_parts_by_cell(&parts, cells, &mut sorted.starts, &mut sorted.entries)?;
        self.sorted_count = total;
        self.gather(model)
    }

    /// Puts the owned entities and the records into canonical order.
    fn gather(&mut self, model: &M) -> Result<(), DomainError> {
        let region = self.topology.region(self.id);
        let fine = self.topology.grid().fine();
        let sorted = &mut self.sorted;
        let Sorted { starts, entries, records, order, row_begin } = sorted;
        let cells = Cells { starts, rows: region.rows(), cols: region.cols(), fine };
        grow(row_begin, region.rows() as usize + 1);
        let mut owned = 0usize;
        for row in 0..region.rows() {
            row_begin[row as usize] = owned as u32;
            for entry in &entries[cells.owned(row)] {
                order[owned] = entry.slot();
                owned += 1;
            }
        }
        row_begin[region.rows() as usize] = owned as u32;
        let from = self.now.view()?;
        M::Columns::gather(&from, &order[..owned], &mut self.old.bind()?);
        core::mem::swap(&mut self.now, &mut self.old);
        // The rows before the sort are still what candidates' slots mean. All of it is set before
        // the model can panic.
        let rows = self.rows;
        self.old_rows = rows;
        self.rows = owned;
        self.kept.sorted = Some(owned);

        let (now, ghosts) = (self.now.view()?, self.ghosts.view()?);
        let ghost_record = |entry: &Entry| model.record(&ghosts, entry.slot() as usize - rows);
        let mut at = 0;
        for row in 0..region.rows() {
            let inside = cells.owned(row);
            for (record, entry) in records[at..inside.start].iter_mut().zip(&entries[at..]) {
                *record = ghost_record(entry);
            }
            let first = row_begin[row as usize] as usize;
            for (offset, record) in records[inside.clone()].iter_mut().enumerate() {
                *record = model.record(&now, first + offset);
            }
            at = inside.end;
        }
        for (record, entry) in records[at..self.sorted_count].iter_mut().zip(&entries[at..]) {
            *record = ghost_record(entry);
        }
        Ok(())
    }

    /// Runs the model's neighbour pass.
    #[inline(never)]
    pub(crate) fn neighbours(&mut self, frame: &Frame<'_, M>) -> Result<(), DomainError> {
        let region = self.topology.region(self.id);
        self.events.clear();
        self.mail.clear();
        self.births.clear();
        let (columns, scratch) = self.now.split()?;
        let visitor = Neighbours {
            model: frame.model,
            columns,
            scratch,
            context: Context {
                tick: &frame.tick,
                old: self.old.view()?,
                ghosts: self.ghosts.view()?,
                rows: self.old_rows,
                entries: &self.sorted.entries[..self.sorted_count],
                cell_of: &self.cell_of[..self.old_rows],
                ghost_cell: &self.ghost_cell[..self.ghost_rows],
                domain: self.id,
                topology: &self.topology,
                events: &mut self.events,
                mail: &mut self.mail,
                births: &mut self.births,
            },
        };
        let cells = Cells {
            starts: &self.sorted.starts,
            rows: region.rows(),
            cols: region.cols(),
            fine: self.topology.grid().fine(),
        };
        let cutoff =
            pass::Cutoff { radius: frame.model.radius(), most: frame.model.most_neighbours() };
        let tested = isa::dispatch(Pass {
            cells: &cells,
            cutoff,
            records: &self.sorted.records[..self.sorted_count],
            entries: &self.sorted.entries[..self.sorted_count],
            visitor,
        })?;
        self.counters.work = tested + self.rows as u64;
        #[allow(clippy::disallowed_methods, reason = "a parent has one birth")]
        self.births.sort_unstable_by_key(|birth| birth.parent);
        Ok(())
    }
}

/// Makes a list at least `len` long.
pub(crate) fn grow<T: Default>(list: &mut Vec<T>, len: usize) {
    if list.len() < len {
        // A world of many small regions is mostly such lists: an eighth more than is needed is enough.
        if list.capacity() < len {
            list.reserve_exact(len + len / 8 - list.len());
        }
        list.resize_with(len, T::default);
    }
}
