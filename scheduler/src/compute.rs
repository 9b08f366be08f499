//! The compute phase: sort owned entities and ghosts into cells, then the model's neighbour passes.

use alloc::vec::Vec;
use core::marker::PhantomData;

use flockwork_kernel::LANES;
use flockwork_kernel::columns::Columns;
use flockwork_kernel::isa::{self, Baseline, Isa};
use flockwork_kernel::simd::Mask8;
use flockwork_spatial::index::Places;
use flockwork_spatial::{Block, Candidate, Cells, Entry, Lines, Looker, Sights, Visitor, pass};

use crate::arena::Arena;
use crate::desks::{Desk, PassLists};
use crate::error::DomainError;
use crate::frame::Frame;
use crate::grow::grow;
use crate::model::{
    AxesOf, Finish, ListsOf, Model, MutOf, OutboxOf, Pair, Pass, Passes, RefOf, Step, Tick,
    WithPass,
};
use crate::outbox::{Outbox, Who};
use crate::parts::{Before, Ghosts, Owned, Post, Site, Sorted};
use crate::window;

struct Neighbours<'a, M: Model, P: Pass<M>> {
    model: &'a M,
    tick: &'a Tick<'a, M>,
    columns: MutOf<'a, M>,
    outbox: OutboxOf<'a, M, P>,
    /// The neighbours of each entity of a tile, where a model wants to know them.
    near: &'a mut [Vec<u32>; LANES],
    /// Those who look, where tiles are of these.
    lookers: Option<&'a [Looker<AxesOf<M>>]>,
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
        let Self { model, tick, columns, outbox, near, lookers } = self;
        if P::ROWS {
            P::step(model, &mut Step { tick, block, columns, near, outbox });
            return;
        }
        let (now, left) = M::Columns::finish(columns, block.at);
        let own = Mask8::first(block.count);
        let who = match *lookers {
            Some(all) if const { may_look_far::<M, P>() } => {
                Who::Lookers(&all[block.at..block.at + block.count])
            }
            _ => Who::Block(block),
        };
        P::finish(model, &mut Finish { tick, tile, sum, now, left, own, who, outbox });
    }
}

/// Whether a pass may have other tiles than those of a row: a model with one pass, in which all look,
/// has none.
const fn may_look_far<M: Model, P: Pass<M>>() -> bool {
    P::CHOOSES || M::Passes::COUNT > 1
}

/// Whether it has, where neighbours may be so many cells away.
fn looks_far<M: Model, P: Pass<M>>(reach: Lines) -> bool {
    may_look_far::<M, P>() && (P::CHOOSES || reach[1] > 1 || reach[2] > 1)
}

/// A neighbour pass, with the best instructions there are.
struct Meet<'p, 'a, M: Model, P: Pass<M>> {
    cells: &'p Cells<'p>,
    cutoff: pass::Cutoff,
    sights: Sights<'a, P::Shown, AxesOf<M>>,
    entries: &'a [Entry],
    visitor: &'p mut Neighbours<'a, M, P>,
}

impl<M: Model, P: Pass<M>> isa::Task for Meet<'_, '_, M, P> {
    type Output = Result<u64, pass::PassError>;

    #[inline(always)]
    fn run<S: Isa>(self) -> Self::Output {
        let Self { cells, cutoff, sights, entries, visitor } = self;
        match visitor.lookers {
            Some(lookers) if const { may_look_far::<M, P>() } => {
                pass::looking_pass::<S, _>(cells, cutoff, &sights, entries, lookers, visitor)
            }
            _ => pass::neighbour_pass::<S, _>(cells, cutoff, sights.records, entries, visitor),
        }
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

    fn run<P: Pass<M>>(self, lists: &mut PassLists<P::Shown, M::Columns>) -> Self::Output {
        let Self { frame, parts, entries } = self;
        let Parts { ghosts, sorted, owned, .. } = parts;
        let cells = sorted.cells();
        let now = Showing::<M, P>::new(frame, &owned.now)?;
        let mut ghosts = Showing::<M, P>::new(frame, &ghosts.arena)?;
        if P::READS.is_empty() {
            // What is shared is of an older tick yet.
            ghosts.columns = parts.ghosts.arena.view_unshared()?;
        }
        if P::CHOOSES {
            show_some(&cells, &entries[..cells.records()], (&now, &ghosts), owned.old_rows, lists);
            return Ok(());
        }
        grow(&mut lists.candidates, cells.records());
        let candidates = &mut lists.candidates;
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

/// Asks what those show who are seen, and where each cell begins among them.
fn show_some<'s, M: Model, P: Pass<M>>(
    cells: &Cells<'_>,
    entries: &[Entry],
    (now, ghosts): (&Showing<'s, M, P>, &Showing<'s, M, P>),
    old_rows: usize,
    lists: &mut PassLists<P::Shown, M::Columns>,
) {
    let PassLists { candidates, places, starts, .. } = lists;
    candidates.clear();
    places.clear();
    starts.clear();
    starts.push(0);
    let mut owned = 0;
    let listed = cells.listed().unwrap_or(0);
    for bounds in cells.starts[..=listed].windows(2) {
        for record in bounds[0]..bounds[1] {
            let slot = entries[record as usize].slot() as usize;
            // Owned entities are rows in the order in which they come here.
            let (showing, row) =
                if slot < old_rows { (now, owned) } else { (ghosts, slot - old_rows) };
            owned += usize::from(slot < old_rows);
            if showing.sees(row) {
                candidates.push(showing.of(row));
                places.push(record);
            }
        }
        starts.push(candidates.len() as u32);
    }
}

/// Finds those who look, and puts them into tiles.
fn choose<M: Model, P: Pass<M>>(
    frame: &Frame<'_, M>,
    cells: &Cells<'_>,
    owned: &mut Owned<M::Columns>,
    lists: &mut PassLists<P::Shown, M::Columns>,
) -> Result<(), DomainError> {
    let PassLists { lookers, order, .. } = lists;
    lookers.clear();
    let mut looks = Mask8::<Baseline>::first(LANES).bits();
    let records = (0..cells.rows()).flat_map(|row| cells.owned(row));
    for (at, record) in records.enumerate() {
        if P::CHOOSES && at % LANES == 0 {
            let columns = owned.now.bind()?;
            let now = M::Columns::look::<Baseline>(&columns, at);
            looks = P::looks(frame.model, &now, &frame.tick).bits();
        }
        if looks >> (at % LANES) & 1 == 1 {
            let place = owned.now.places().at(at);
            lookers.push(Looker::new(at as u32, record as u32, place));
        }
    }
    pass::arrange(cells, lookers)?;
    order.clear();
    order.extend(lookers.iter().map(|looker| looker.at));
    Ok(())
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

    fn run<P: Pass<M>>(self, lists: &mut PassLists<P::Shown, M::Columns>) -> Self::Output {
        let Self { frame, parts, entries, near } = self;
        let Parts { site, ghosts, sorted, owned, post } = parts;
        let radius = P::radius(frame.model);
        let cells = Cells { reach: site.grid().reach(radius), ..sorted.cells() };
        let entries = &entries[..cells.records()];
        let far = looks_far::<M, P>(cells.reach);
        if far {
            choose::<M, P>(frame, &cells, owned, lists)?;
        }
        // Who all look, in their order, are rows of columns as they are.
        let apart = far && !(0..owned.rows as u32).eq(lists.order.iter().copied());
        if apart {
            lists.choose(lists.order.len())?;
        }
        let PassLists { candidates, places, starts, lookers, order, chosen } = lists;
        let Owned { now, old, rows, old_rows, cell_of, .. } = &mut **owned;
        let columns = match chosen {
            Some(chosen) if apart => {
                let mut columns = chosen.bind()?;
                M::Columns::gather(&now.view()?, order, &mut columns);
                M::Columns::gather_scratch(&now.view()?, order, &mut columns);
                columns
            }
            _ => now.bind()?,
        };
        let some = P::CHOOSES.then_some(&places[..]);
        let candidates = if P::CHOOSES { &candidates[..] } else { &candidates[..cells.records()] };
        let mut visitor = Neighbours::<M, P> {
            model: frame.model,
            tick: &frame.tick,
            columns,
            outbox: Outbox {
                old: old.view()?,
                ghosts: ghosts.arena.view()?,
                rows: *old_rows,
                entries,
                candidates,
                places: some,
                cell_of: &cell_of[..*old_rows],
                ghost_cell: &ghosts.cell[..ghosts.rows],
                site,
                sorted,
                post,
                bad: None,
            },
            near,
            lookers: far.then_some(&lookers[..]),
        };
        let cutoff = pass::Cutoff { radius, most: P::most_neighbours(frame.model) };
        let starts = if P::CHOOSES { &starts[..] } else { cells.starts };
        let sights = Sights { starts, records: candidates, places: some };
        let meet = Meet { cells: &cells, cutoff, sights, entries, visitor: &mut visitor };
        let tested = isa::dispatch(meet)?;
        visitor.outbox.check(frame.tick.number)?;
        drop(visitor);
        if let (true, Some(chosen)) = (apart, &chosen) {
            M::Columns::scatter_scratch(&chosen.view()?, order, &mut now.bind()?);
        }
        let looked = if far { order.len() } else { *rows };
        Ok(tested + looked as u64)
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

    /// Whether an entity can be a neighbour.
    #[inline(always)]
    fn sees(&self, row: usize) -> bool {
        P::is_seen(self.frame.model, &self.columns, row, &self.frame.tick)
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
