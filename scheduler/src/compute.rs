//! The compute phase: sort owned entities and ghosts into cells, then the model's neighbour pass.

use alloc::vec::Vec;

use flockwork_kernel::LANES;
use flockwork_kernel::columns::Columns;
use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::simd::Mask8;
use flockwork_spatial::index::Places;
use flockwork_spatial::{Block, Candidate, Cells, Entry, Visitor, pass};

use crate::arena::Arena;
use crate::desks::Desk;
use crate::error::DomainError;
use crate::frame::Frame;
use crate::grow::grow;
use crate::model::{AxesOf, Finish, Model, MutOf, OutboxOf, Pair, RefOf, Step, Tick};
use crate::outbox::Outbox;
use crate::parts::{Before, Ghosts, Owned, Post, Site, Sorted};
use crate::window;

struct Neighbours<'a, M: Model> {
    model: &'a M,
    tick: &'a Tick<'a, M>,
    columns: MutOf<'a, M>,
    outbox: OutboxOf<'a, M>,
    /// The neighbours of each entity of a tile, where a model wants to know them.
    near: &'a mut [Vec<u32>; LANES],
}

impl<M: Model, S: Isa> Visitor<S> for Neighbours<'_, M> {
    type Shown = M::Shown;
    type Tile = M::Tile<S>;
    type Sum = M::Sum<S>;
    type Axes = AxesOf<M>;
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
        pair: &flockwork_spatial::Pair<AxesOf<M>, S>,
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
    candidates: &'a [Candidate<M::Shown, AxesOf<M>>],
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

/// Sorts, and swaps the arenas: `owned.now` holds the entities in canonical order, `owned.old` the
/// rows they came from.
#[inline(never)]
pub(crate) fn sort<M: Model>(
    frame: &Frame<'_, M>,
    site: &Site,
    ghosts: &mut Ghosts<M::Columns>,
    owned: &mut Owned<M::Columns>,
    sorted: &mut Sorted,
    before: &mut Before,
    desk: &mut Desk<M::Shown, AxesOf<M>>,
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
    grow(&mut desk.candidates, total);
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
    owned.gather(&desk.order[..count], before)?;
    show(frame, owned, ghosts, sorted, desk)
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

/// Asks the model what everybody shows, in canonical order.
#[inline(never)]
fn show<M: Model>(
    frame: &Frame<'_, M>,
    owned: &Owned<M::Columns>,
    ghosts: &Ghosts<M::Columns>,
    sorted: &Sorted,
    desk: &mut Desk<M::Shown, AxesOf<M>>,
) -> Result<(), DomainError> {
    let Desk { entries, candidates, .. } = desk;
    let cells = sorted.cells();
    let now = Showing::<M>::new(frame, &owned.now)?;
    let ghosts = Showing::<M>::new(frame, &ghosts.arena)?;
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

/// Runs the model's neighbour pass, and gives what it cost.
#[inline(never)]
pub(crate) fn neighbours<M: Model>(
    frame: &Frame<'_, M>,
    site: &Site,
    ghosts: &Ghosts<M::Columns>,
    sorted: &Sorted,
    owned: &mut Owned<M::Columns>,
    post: &mut Post<M::Event, M::Child>,
    desk: &mut Desk<M::Shown, AxesOf<M>>,
) -> Result<u64, DomainError> {
    post.clear();
    let cells = sorted.cells();
    let count = cells.records();
    let Desk { entries, candidates, near, .. } = desk;
    let (entries, candidates) = (&entries[..count], &candidates[..count]);
    let Owned { now, old, rows, old_rows, cell_of, .. } = owned;
    let mut visitor = Neighbours {
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
    let cutoff = pass::Cutoff { radius: frame.model.radius(), most: frame.model.most_neighbours() };
    let pass = Pass { cells: &cells, cutoff, candidates, entries, visitor: &mut visitor };
    let tested = isa::dispatch(pass)?;
    visitor.outbox.check(frame.tick.number)?;
    drop(visitor);
    // Several children of one parent stay in the order in which they were asked for.
    #[allow(clippy::disallowed_methods, reason = "no two births have the same order")]
    post.births.sort_unstable_by_key(|birth| (birth.parent, birth.order));
    Ok(tested + *rows as u64)
}

/// What entities of an arena show.
struct Showing<'a, M: Model> {
    frame: &'a Frame<'a, M>,
    columns: RefOf<'a, M>,
    places: Places<'a, AxesOf<M>>,
}

impl<'a, M: Model> Showing<'a, M> {
    fn new(frame: &'a Frame<'a, M>, arena: &'a Arena<M::Columns>) -> Result<Self, DomainError> {
        Ok(Self { frame, columns: arena.view()?, places: arena.places() })
    }

    #[inline(always)]
    fn of(&self, row: usize) -> Candidate<M::Shown, AxesOf<M>> {
        let shown = self.frame.model.show(&self.columns, row, &self.frame.tick);
        Candidate { place: self.places.at(row), shown }
    }

    /// Those of `entries`, whose slots count from `before` on.
    fn all(
        &self,
        candidates: &mut [Candidate<M::Shown, AxesOf<M>>],
        entries: &[Entry],
        before: usize,
    ) {
        for (candidate, entry) in candidates.iter_mut().zip(entries) {
            *candidate = self.of(entry.slot() as usize - before);
        }
    }
}
