//! The compute phase: sort owned entities and ghosts into cells, then the model's neighbour passes.

use alloc::vec::Vec;
use core::marker::PhantomData;

use flockwork_kernel::LANES;
use flockwork_kernel::columns::Columns;
use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::simd::Mask8;
use flockwork_spatial::index::Places;
use flockwork_spatial::{Block, Candidate, Cells, Entry, Visitor, pass};

use crate::arena::Arena;
use crate::desks::{Desk, PassLists};
use crate::error::DomainError;
use crate::frame::Frame;
use crate::grow::grow;
use crate::model::{
    AxesOf, Finish, ListsOf, Model, MutOf, OutboxOf, Pair, Pass, Passes, RefOf, Step, Tick,
    WithPass,
};
use crate::outbox::Outbox;
use crate::parts::{Before, Ghosts, Owned, Post, Site, Sorted};
use crate::window;

struct Neighbours<'a, M: Model, P: Pass<M>> {
    model: &'a M,
    tick: &'a Tick<'a, M>,
    columns: MutOf<'a, M>,
    outbox: OutboxOf<'a, M, P>,
    /// The neighbours of each entity of a tile, where a model wants to know them.
    near: &'a mut [Vec<u32>; LANES],
}

impl<M: Model, P: Pass<M>, S: Isa> Visitor<S> for Neighbours<'_, M, P> {
    type Shown = P::Shown;
    type Tile = P::Tile<S>;
    type Sum = P::Sum<S>;
    type Axes = AxesOf<M>;
    const SELECTIVE: bool = P::SELECTIVE || P::ROWS;

    #[inline(always)]
    fn load(&mut self, block: Block) -> (P::Tile<S>, P::Sum<S>) {
        if P::ROWS {
            self.near.iter_mut().for_each(Vec::clear);
        }
        P::load(self.model, &M::Columns::look(&self.columns, block.at), self.tick)
    }

    #[inline(always)]
    fn pair(
        &mut self,
        tile: &P::Tile<S>,
        other: &P::Shown,
        pair: &flockwork_spatial::Pair<AxesOf<M>, S>,
        sum: &mut P::Sum<S>,
    ) {
        let flockwork_spatial::Pair { offset, d2, near, index } = *pair;
        if P::ROWS {
            near.lanes().for_each(|lane| self.near[lane].push(index));
            return;
        }
        let pair = Pair { other, offset, d2, near, index, tick: self.tick };
        P::pair(self.model, tile, &pair, sum);
    }

    #[inline(always)]
    fn finish(&mut self, block: Block, tile: &P::Tile<S>, sum: &P::Sum<S>) {
        let Self { model, tick, columns, outbox, near } = self;
        if P::ROWS {
            P::step(model, &mut Step { tick, block, columns, near, outbox });
            return;
        }
        let (now, left) = M::Columns::finish(columns, block.at);
        let own = Mask8::first(block.count);
        P::finish(model, &mut Finish { tick, tile, sum, now, left, own, block, outbox });
    }
}

/// A neighbour pass, with the best instructions there are.
struct Meet<'p, 'a, M: Model, P: Pass<M>> {
    cells: &'p Cells<'p>,
    cutoff: pass::Cutoff,
    candidates: &'a [Candidate<P::Shown, AxesOf<M>>],
    entries: &'a [Entry],
    visitor: &'p mut Neighbours<'a, M, P>,
}

impl<M: Model, P: Pass<M>> isa::Task for Meet<'_, '_, M, P> {
    type Output = Result<u64, pass::PassError>;

    #[inline(always)]
    fn run<S: Isa>(self) -> Self::Output {
        let Self { cells, cutoff, candidates, entries, .. } = self;
        pass::neighbour_pass::<S, _>(cells, cutoff, candidates, entries, self.visitor)
    }
}

/// Sorts, and swaps the arenas: `owned.now` holds the entities in canonical order, `owned.old` the
/// rows they came from.
#[inline(never)]
pub(crate) fn sort<M: Model>(
    site: &Site,
    ghosts: &mut Ghosts<M::Columns>,
    owned: &mut Owned<M::Columns>,
    sorted: &mut Sorted,
    before: &mut Before,
    desk: &mut Desk<ListsOf<M>>,
) -> Result<(), DomainError> {
    let rows = owned.rows;
    let total = rows + ghosts.rows;
    let bounded = site.grid().is_bounded();
    let (local, cells) = if bounded {
        (site.local(), Some(site.cell_count()?))
    } else {
        let window = window::find(site, owned.now.places(), owned.cells(), &mut desk.lines);
        (window, window::listed(&window, total))
    };
    grow(&mut desk.entries, total);
    grow(&mut desk.order, rows);
    if let Some(cells) = cells {
        if !bounded {
            let own = (&mut owned.cell_of[..rows], &desk.lines[..]);
            window::number(&local, own, (&mut ghosts.cell[..ghosts.rows], &ghosts.moved));
        }
        let parts = [
            (&owned.cell_of[..rows], &owned.ids()[..rows]),
            (&ghosts.cell[..ghosts.rows], &ghosts.arena.ids()[..ghosts.rows]),
        ];
        sorted.sort(local, cells, &parts, &mut desk.entries)?;
    } else {
        let own = (owned.cells(), &desk.lines[..], owned.ids());
        let images = (&ghosts.moved[..ghosts.rows], ghosts.arena.ids());
        window::list(&local, own, images, &mut desk.numbered[0]);
        sorted.sort_sparse(local, &mut desk.numbered, &mut desk.entries)?;
    }
    // All that a return to the last tick needs is set before the model can panic.
    let count = find_order(sorted, &desk.entries, &mut desk.order);
    owned.gather(&desk.order[..count], before)
}

/// Finds the former rows of the owned entities in canonical order, and their number.
#[inline(never)]
fn find_order(sorted: &mut Sorted, entries: &[Entry], order: &mut [u32]) -> usize {
    let mut row_begin = core::mem::take(&mut sorted.row_begin);
    let cells = sorted.cells();
    grow(&mut row_begin, cells.rows() as usize + 1);
    let mut owned = 0usize;
    for row in 0..cells.rows() {
        row_begin[row as usize] = owned as u32;
        for entry in &entries[cells.owned(row)] {
            order[owned] = entry.slot();
            owned += 1;
        }
    }
    row_begin[cells.rows() as usize] = owned as u32;
    sorted.row_begin = row_begin;
    owned
}

/// What the passes of a domain read and write.
pub(crate) struct Parts<'a, M: Model> {
    pub(crate) site: &'a Site,
    pub(crate) ghosts: &'a Ghosts<M::Columns>,
    pub(crate) sorted: &'a Sorted,
    pub(crate) owned: &'a mut Owned<M::Columns>,
    pub(crate) post: &'a mut Post<M::Event, M::Child>,
}

/// Asks the model what everybody shows in pass `number`, in canonical order.
#[inline(never)]
pub(crate) fn show<M: Model>(
    frame: &Frame<'_, M>,
    parts: &Parts<'_, M>,
    desk: &mut Desk<ListsOf<M>>,
    number: usize,
) -> Result<(), DomainError> {
    let Desk { entries, lists, .. } = desk;
    let shows = ShowAll { frame, parts, entries };
    M::Passes::with(number, lists, shows).unwrap_or(Ok(()))
}

struct ShowAll<'a, 'p, M: Model> {
    frame: &'a Frame<'a, M>,
    parts: &'a Parts<'p, M>,
    entries: &'a [Entry],
}

impl<M: Model> WithPass<M> for ShowAll<'_, '_, M> {
    type Output = Result<(), DomainError>;

    fn run<P: Pass<M>>(self, lists: &mut PassLists<P::Shown, AxesOf<M>>) -> Self::Output {
        let Self { frame, parts: Parts { ghosts, sorted, owned, .. }, entries } = self;
        let cells = sorted.cells();
        grow(&mut lists.candidates, cells.records());
        let candidates = &mut lists.candidates;
        let now = Showing::<M, P>::new(frame, &owned.now)?;
        let ghosts = Showing::<M, P>::new(frame, &ghosts.arena)?;
        let mut at = 0;
        for row in 0..cells.rows() {
            let inside = cells.owned(row);
            ghosts.all(&mut candidates[at..inside.start], &entries[at..], owned.old_rows);
            let first = sorted.row_begin[row as usize] as usize;
            for (offset, candidate) in candidates[inside.clone()].iter_mut().enumerate() {
                *candidate = now.of(first + offset);
            }
            at = inside.end;
        }
        ghosts.all(&mut candidates[at..cells.records()], &entries[at..], owned.old_rows);
        Ok(())
    }
}

/// Runs pass `number` of the model, and gives what it cost.
#[inline(never)]
pub(crate) fn neighbours<M: Model>(
    frame: &Frame<'_, M>,
    parts: &mut Parts<'_, M>,
    desk: &mut Desk<ListsOf<M>>,
    number: usize,
) -> Result<u64, DomainError> {
    let Desk { entries, lists, near, .. } = desk;
    let meet = MeetAll { frame, parts, entries, near };
    M::Passes::with(number, lists, meet).unwrap_or(Ok(0))
}

struct MeetAll<'a, 'p, M: Model> {
    frame: &'a Frame<'a, M>,
    parts: &'a mut Parts<'p, M>,
    entries: &'a [Entry],
    near: &'a mut [Vec<u32>; LANES],
}

impl<M: Model> WithPass<M> for MeetAll<'_, '_, M> {
    type Output = Result<u64, DomainError>;

    fn run<P: Pass<M>>(self, lists: &mut PassLists<P::Shown, AxesOf<M>>) -> Self::Output {
        let Self { frame, parts, entries, near } = self;
        let Parts { site, ghosts, sorted, owned, post } = parts;
        let cells = sorted.cells();
        let count = cells.records();
        let (entries, candidates) = (&entries[..count], &lists.candidates[..count]);
        let Owned { now, old, rows, old_rows, cell_of, .. } = &mut **owned;
        let mut visitor = Neighbours::<M, P> {
            model: frame.model,
            tick: &frame.tick,
            columns: now.bind()?,
            outbox: Outbox {
                old: old.view()?,
                ghosts: ghosts.arena.view()?,
                rows: *old_rows,
                entries,
                candidates,
                cell_of: &cell_of[..*old_rows],
                ghost_cell: &ghosts.cell[..ghosts.rows],
                site,
                sorted,
                post,
                bad: None,
            },
            near,
        };
        let cutoff =
            pass::Cutoff { radius: P::radius(frame.model), most: P::most_neighbours(frame.model) };
        let meet = Meet { cells: &cells, cutoff, candidates, entries, visitor: &mut visitor };
        let tested = isa::dispatch(meet)?;
        visitor.outbox.check(frame.tick.number)?;
        Ok(tested + *rows as u64)
    }
}

/// What entities of an arena show.
struct Showing<'a, M: Model, P> {
    frame: &'a Frame<'a, M>,
    columns: RefOf<'a, M>,
    places: Places<'a, AxesOf<M>>,
    pass: PhantomData<P>,
}

impl<'a, M: Model, P: Pass<M>> Showing<'a, M, P> {
    fn new(frame: &'a Frame<'a, M>, arena: &'a Arena<M::Columns>) -> Result<Self, DomainError> {
        let (columns, places) = (arena.view()?, arena.places());
        Ok(Self { frame, columns, places, pass: PhantomData })
    }

    #[inline(always)]
    fn of(&self, row: usize) -> Candidate<P::Shown, AxesOf<M>> {
        let shown = P::show(self.frame.model, &self.columns, row, &self.frame.tick);
        Candidate { place: self.places.at(row), shown }
    }

    /// Those of `entries`, whose slots count from `before` on.
    fn all(
        &self,
        candidates: &mut [Candidate<P::Shown, AxesOf<M>>],
        entries: &[Entry],
        before: usize,
    ) {
        for (candidate, entry) in candidates.iter_mut().zip(entries) {
            *candidate = self.of(entry.slot() as usize - before);
        }
    }
}
