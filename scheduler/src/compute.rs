//! The compute phase: sort owned entities and ghosts into cells, then the model's neighbour pass.

use alloc::vec::Vec;

use flockwork_kernel::LANES;
use flockwork_kernel::columns::Columns;
use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::simd::Mask8;
use flockwork_spatial::{Block, Candidate, Cells, Entry, Visitor, pass, sort};

use crate::arena::Arena;
use crate::context::{Finish, Outbox};
use crate::domain::Domain;
use crate::error::DomainError;
use crate::frame::Frame;
use crate::model::{Model, MutOf, Pair, RefOf, Tick};
use crate::rows::Step;

/// What the sort made.
pub(crate) struct Sorted<T> {
    /// Where each cell begins among the entries.
    pub(crate) starts: Vec<u32>,
    /// Owned entities and ghosts in canonical order.
    pub(crate) entries: Vec<Entry>,
    /// Where each of them is, and what it shows.
    pub(crate) candidates: Vec<Candidate<T>>,
    /// The former row of each owned entity, in canonical order.
    pub(crate) order: Vec<u32>,
    /// The number of owned entities before each owned row.
    pub(crate) row_begin: Vec<u32>,
}

impl<T> Sorted<T> {
    pub(crate) fn new() -> Self {
        Self {
            starts: Vec::new(),
            entries: Vec::new(),
            candidates: Vec::new(),
            order: Vec::new(),
            row_begin: Vec::new(),
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        4 * (self.starts.capacity() + self.order.capacity() + self.row_begin.capacity())
            + self.entries.capacity() * size_of::<Entry>()
            + self.candidates.capacity() * size_of::<Candidate<T>>()
    }
}

struct Neighbours<'a, M: Model> {
    model: &'a M,
    tick: &'a Tick<'a, M>,
    columns: MutOf<'a, M>,
    outbox: Outbox<'a, M>,
    /// The neighbours of each entity of a tile, where a model wants to know them.
    near: &'a mut [Vec<u32>; LANES],
}

impl<M: Model, S: Isa> Visitor<S> for Neighbours<'_, M> {
    type Shown = M::Shown;
    type Tile = M::Tile<S>;
    type Sum = M::Sum<S>;
    const SELECTIVE: bool = M::SELECTIVE || M::ROWS;

    #[inline(always)]
    fn load(&mut self, block: Block) -> (M::Tile<S>, M::Sum<S>) {
        if M::ROWS {
            self.near.iter_mut().for_each(Vec::clear);
        }
        self.model.load(&M::Columns::look(&self.columns, block.at), self.tick)
    }

    #[inline(always)]
    fn pair(
        &mut self,
        tile: &M::Tile<S>,
        other: &M::Shown,
        pair: &flockwork_spatial::Pair<S>,
        sum: &mut M::Sum<S>,
    ) {
        let flockwork_spatial::Pair { offset, d2, near, index } = *pair;
        if M::ROWS {
            let mut lanes = near.bits();
            while lanes != 0 {
                self.near[lanes.trailing_zeros() as usize % LANES].push(index);
                lanes &= lanes - 1;
            }
            return;
        }
        let pair = Pair { other, offset, d2, near, index, tick: self.tick };
        self.model.pair(tile, &pair, sum);
    }

    #[inline(always)]
    fn finish(&mut self, block: Block, tile: &M::Tile<S>, sum: &M::Sum<S>) {
        let Self { model, tick, columns, outbox, near } = self;
        if M::ROWS {
            model.step(&mut Step { tick, block, columns, near, outbox });
            return;
        }
        let (now, left) = M::Columns::finish(columns, block.at);
        let own = Mask8::first(block.count);
        model.finish(&mut Finish { tick, tile, sum, now, left, own, block, outbox });
    }
}

/// The neighbour pass, with the best instructions there are.
struct Pass<'p, 'a, M: Model> {
    cells: &'p Cells<'p>,
    cutoff: pass::Cutoff,
    candidates: &'a [Candidate<M::Shown>],
    entries: &'a [Entry],
    visitor: &'p mut Neighbours<'a, M>,
}

impl<M: Model> isa::Task for Pass<'_, '_, M> {
    type Output = Result<u64, pass::PassError>;

    #[inline(always)]
    fn run<S: Isa>(self) -> Self::Output {
        let Self { cells, cutoff, candidates, entries, .. } = self;
        pass::neighbour_pass::<S, _>(cells, cutoff, candidates, entries, self.visitor)
    }
}

impl<M: Model> Domain<M> {
    /// Sorts, and swaps the arenas: `now` holds the owned entities in canonical order, `old` the
    /// rows they came from.
    #[inline(never)]
    pub(crate) fn sort(&mut self, frame: &Frame<'_, M>) -> Result<(), DomainError> {
        let cells = self.cell_count()?;
        let rows = self.rows;
        let total = rows + self.ghost_rows;
        let sorted = &mut self.sorted;
        grow(&mut sorted.starts, cells as usize + 1);
        grow(&mut sorted.entries, total);
        grow(&mut sorted.candidates, total);
        grow(&mut sorted.order, rows);
        let parts = [
            (&self.cell_of[..rows], &self.now.column::<u32>(0)[..rows]),
            (&self.ghost_cell[..self.ghost_rows], &self.ghosts.column::<u32>(0)[..self.ghost_rows]),
        ];
        let total =
            sort::sort_parts_by_cell(&parts, cells, &mut sorted.starts, &mut sorted.entries)?;
        self.sorted_count = total;
        self.gather(frame)
    }

    /// Puts the owned entities and the records into canonical order.
    fn gather(&mut self, frame: &Frame<'_, M>) -> Result<(), DomainError> {
        let region = self.topology.region(self.id);
        let fine = self.topology.grid().fine();
        let sorted = &mut self.sorted;
        let Sorted { starts, entries, candidates, order, row_begin } = sorted;
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

        let now = Showing::<M>::new(frame, &self.now, self.positions)?;
        let ghosts = Showing::<M>::new(frame, &self.ghosts, self.positions)?;
        let mut at = 0;
        for row in 0..region.rows() {
            let inside = cells.owned(row);
            ghosts.all(&mut candidates[at..inside.start], &entries[at..], rows);
            let first = row_begin[row as usize] as usize;
            for (offset, candidate) in candidates[inside.clone()].iter_mut().enumerate() {
                *candidate = now.of(first + offset);
            }
            at = inside.end;
        }
        ghosts.all(&mut candidates[at..self.sorted_count], &entries[at..], rows);
        Ok(())
    }

    /// Runs the model's neighbour pass.
    #[inline(never)]
    pub(crate) fn neighbours(&mut self, frame: &Frame<'_, M>) -> Result<(), DomainError> {
        let region = self.topology.region(self.id);
        self.events.clear();
        self.mail.clear();
        self.births.clear();
        let entries = &self.sorted.entries[..self.sorted_count];
        let candidates = &self.sorted.candidates[..self.sorted_count];
        let mut visitor = Neighbours {
            model: frame.model,
            tick: &frame.tick,
            columns: self.now.bind()?,
            outbox: Outbox {
                old: self.old.view()?,
                ghosts: self.ghosts.view()?,
                rows: self.old_rows,
                entries,
                candidates,
                cell_of: &self.cell_of[..self.old_rows],
                ghost_cell: &self.ghost_cell[..self.ghost_rows],
                domain: self.id,
                topology: &self.topology,
                events: &mut self.events,
                mail: &mut self.mail,
                births: &mut self.births,
                bad: None,
            },
            near: &mut self.near,
        };
        let cells = Cells {
            starts: &self.sorted.starts,
            rows: region.rows(),
            cols: region.cols(),
            fine: self.topology.grid().fine(),
        };
        let cutoff =
            pass::Cutoff { radius: frame.model.radius(), most: frame.model.most_neighbours() };
        let pass = Pass { cells: &cells, cutoff, candidates, entries, visitor: &mut visitor };
        let tested = isa::dispatch(pass)?;
        visitor.outbox.check(frame.tick.number)?;
        drop(visitor);
        self.counters.work = tested + self.rows as u64;
        // Several children of one parent stay in the order in which they were asked for.
        #[allow(clippy::disallowed_methods, reason = "no two births have the same order")]
        self.births.sort_unstable_by_key(|birth| (birth.parent, birth.order));
        Ok(())
    }
}

/// What entities of an arena show.
struct Showing<'a, M: Model> {
    frame: &'a Frame<'a, M>,
    columns: RefOf<'a, M>,
    x: &'a [f32],
    y: &'a [f32],
}

impl<'a, M: Model> Showing<'a, M> {
    fn new(
        frame: &'a Frame<'a, M>,
        arena: &'a Arena<M::Columns>,
        positions: (usize, usize),
    ) -> Result<Self, DomainError> {
        let (x, y) = (arena.column(positions.0), arena.column(positions.1));
        Ok(Self { frame, columns: arena.view()?, x, y })
    }

    #[inline(always)]
    fn of(&self, row: usize) -> Candidate<M::Shown> {
        let shown = self.frame.model.show(&self.columns, row, &self.frame.tick);
        Candidate { x: self.x[row], y: self.y[row], shown }
    }

    /// Those of `entries`, whose slots count from `before` on.
    fn all(&self, candidates: &mut [Candidate<M::Shown>], entries: &[Entry], before: usize) {
        for (candidate, entry) in candidates.iter_mut().zip(entries) {
            *candidate = self.of(entry.slot() as usize - before);
        }
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
