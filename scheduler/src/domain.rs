//! A domain: one region's entities, its ghosts and its mail, and the frame as a state machine.
//!
//! ```text
//!                          ┌──AwaitShare──┐
//!                          ▼              │
//! Idle ──begin_tick──▶ Compute ───────────┴──▶ AwaitFields ──▶ AwaitPost ──▶ Route ──▶ AwaitMove ──▶ Idle (tick done)
//! Idle ──rehome──────────────────────────────────────────────────────────▶ Route
//! ```
//!
//! | stage | does |
//! | --- | --- |
//! | Compute | sorts owned entities and ghosts into cells, runs the model's neighbour passes, sends events and birth keys |
//! | AwaitShare | before a pass that reads what an earlier one left with neighbours: when all of that is there, goes on with the passes |
//! | AwaitFields | of a model with fields: when all is there that is wanted of their cells, shares them out and takes them to t + 1 |
//! | AwaitPost | when all post is there: applies events and births, updates all entities to t + 1 |
//! | Route | finds each entity's cell and owner, sends migrants and ghosts |
//! | AwaitMove | when all of it is there: takes in migrants and ghosts |
//!
//! [`Domain::poll`] goes as far as the mail that has arrived allows and never blocks. A model
//! without events and births has no post, and goes from Compute to Route at once.
//!
//! A domain is made of parts, in `parts.rs`; the phases, in `compute.rs`, `tend.rs`, `commit.rs`, `route.rs` and
//! `receive.rs`, are functions over these.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use flockwork_kernel::Axes;
use flockwork_kernel::columns::Columns;
use flockwork_spatial::{Entry, Places};

use crate::area::Finder;
use crate::bounds::{Bounds, Outside};
use crate::commit::{self, Commit};
use crate::compute;
use crate::error::{DomainError, Phase, Place, Room, StepError};
use crate::feed::{Feed, Heard, Left};
use crate::frame::Frame;
use crate::letter::Posted;
use crate::metrics::Counters;
use crate::model::{AxesOf, Event, Model, MutOf, Passes, RefOf, RowOf};
pub use crate::parts::Census;
use crate::parts::{
    Before, Books, Doing, Ghosts, Moves, Owned, Patch, Plots, Post, Site, Sorted, Stroke,
};
use crate::receive::receive;
use crate::route::route;
use crate::schema;
use crate::share::Share;
use crate::stats::{self, Stats};
use crate::sums::Sums;
use crate::tend;
use crate::topology::Topology;
use crate::transport::{Lane, Transport};
use crate::weights::Weights;

/// How far a poll came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The tick, or the new home, is done.
    Done,
    /// Mail is missing: poll again later.
    Waiting,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stage {
    Idle,
    Compute,
    /// Before the pass of this number.
    AwaitShare(usize),
    AwaitFields,
    AwaitPost,
    Route,
    AwaitMove,
    Tally,
    Failed(DomainError),
}

/// Rows that a domain has room for beyond what it is expected to need: few, since a world may be cut
/// into thousands of regions.
pub(crate) const SPARE: usize = 4;

/// One region's state.
pub struct Domain<M: Model> {
    stage: Stage,
    doing: Doing,
    site: Site,
    owned: Owned<M::Columns>,
    ghosts: Ghosts<M::Columns>,
    sorted: Sorted,
    /// Owned entities and ghosts in canonical order, while it waits for what others share.
    entries: Vec<Entry>,
    /// Its part of the fields.
    plots: Plots,
    post: Post<M::Event, M::Child>,
    /// Its own ghosts, from the route until they are taken in.
    own: Moves,
    books: Books,
    /// What was added up of this state, where that is asked for.
    sums: Sums,
    /// What statistics have added up over the events of the last tick; no words where none does.
    heard: Vec<u64>,
    kept: Kept,
}

/// What a domain needs to go back to where it was before what it now does.
#[derive(Clone, Copy, Default)]
struct Kept {
    owned: Before,
    ghosts: usize,
    books: Books,
}

impl<M: Model> Domain<M> {
    /// Makes the empty domain of region `id`, with room for `capacity` entities, and none
    /// for ghosts.
    ///
    /// # Errors
    ///
    /// [`DomainError::OutOfMemory`].
    ///
    /// # Panics
    ///
    /// At compile time of the model only: its columns must have `x` and `y`, and an `alive` must be
    /// of the right type.
    pub fn new(id: u32, topology: Arc<Topology>, capacity: usize) -> Result<Self, DomainError> {
        const {
            if let Err(problem) = schema::check(M::Columns::SCHEMA, AxesOf::<M>::COUNT) {
                panic!("{}", problem);
            }
            if let Err(problem) =
                schema::check_fields(M::Columns::SCHEMA, M::FIELDS, AxesOf::<M>::COUNT)
            {
                panic!("{}", problem);
            }
        };
        let hears = const { stats::hears(M::Stats::LIST) };
        let mut heard = alloc::vec![0; if hears { stats::words(M::Stats::LIST) } else { 0 }];
        stats::forget_events(M::Stats::LIST, &mut heard);
        Ok(Self {
            stage: Stage::Idle,
            doing: Doing::nothing(id),
            plots: Plots::new(id, &topology),
            site: Site { domain: id, topology },
            owned: Owned::new(capacity)?,
            ghosts: Ghosts::new(M::Passes::SHARED, 0)?,
            sorted: Sorted::default(),
            entries: Vec::new(),
            post: Post::new(),
            own: Moves::default(),
            books: Books::default(),
            sums: Sums::default(),
            heard,
            kept: Kept::default(),
        })
    }

    /// The number of its region.
    pub fn id(&self) -> u32 {
        self.site.domain
    }

    /// The cut of the world that it goes by.
    pub fn topology(&self) -> &Arc<Topology> {
        &self.site.topology
    }

    /// Begins a tick: poll until it is done.
    pub fn begin_tick(&mut self) {
        if self.stage == Stage::Idle {
            self.keep();
            self.owned.died.clear();
            self.stage = Stage::Compute;
        }
    }

    /// Begins to add up statistics: poll until that is done.
    pub(crate) fn begin_tally(&mut self) {
        if self.stage == Stage::Idle {
            self.stage = Stage::Tally;
        }
    }

    /// Gives the domain a new region: poll until all entities are with their new owners. All
    /// domains must do so at the same time, between two ticks.
    pub fn rehome(&mut self, topology: Arc<Topology>) {
        if self.stage == Stage::Idle {
            self.keep();
            self.books.census = self.books.census.begun();
            self.go_home(topology);
        }
    }

    /// The same after entities were changed.
    pub(crate) fn go_home(&mut self, topology: Arc<Topology>) {
        self.plots.go(&self.site.topology, &topology);
        self.site.topology = topology;
        self.stage = Stage::Route;
    }

    /// Begins to change entities between two ticks: [`Domain::go_home`] ends that.
    pub(crate) fn begin_change(&mut self) {
        self.keep();
        self.owned.died.clear();
        self.books.census = self.books.census.begun();
    }

    /// Exchanges the entities of rows with these; each is one that may be, and has the id of that row.
    pub(crate) fn exchange<'r>(
        &mut self,
        entities: impl Iterator<Item = (usize, &'r mut RowOf<M>)>,
    ) -> Result<(), DomainError> {
        let mut columns = self.owned.now.bind()?;
        for (row, entity) in entities {
            let before = M::Columns::row(&M::Columns::share(&columns), row);
            M::Columns::set_row(&mut columns, row, entity);
            *entity = before;
        }
        Ok(())
    }

    /// Takes an entity out of the world.
    pub(crate) fn remove(&mut self, row: usize) {
        if let Some(id) = self.owned.remove(row) {
            self.books.census.went(id);
        }
    }

    /// Makes room for so many more entities, if it may.
    pub(crate) fn room_for(&mut self, more: usize, grow: bool) -> Result<(), DomainError> {
        let (needed, capacity) = (self.owned.rows + more, self.owned.now.capacity());
        match self.site.check_room(Room::Entities, needed, capacity) {
            Err(_) if grow => self.make_room(Room::Entities, needed + needed / 8 + SPARE),
            result => result,
        }
    }

    /// Writes down what [`Domain::undo`] needs.
    fn keep(&mut self) {
        self.plots.keep();
        self.kept =
            Kept { owned: self.owned.before(), ghosts: self.ghosts.rows, books: self.books };
    }

    /// Goes back to where the domain was when it began what it last did, done or not. Everything
    /// that can be seen of it is as it was then; it cannot be polled again, since its ghosts are
    /// gone.
    pub(crate) fn undo(&mut self, tick: u64) {
        self.owned.undo(&self.kept.owned);
        self.plots.undo();
        self.post.clear();
        self.ghosts.rows = self.kept.ghosts;
        self.books = self.kept.books;
        stats::forget_events(M::Stats::LIST, &mut self.heard);
        self.stage = Stage::Failed(DomainError::Ended { domain: self.id(), tick });
    }

    /// Where the domain is in its work.
    pub(crate) fn place(&self, tick: u64) -> Place {
        self.doing.place(tick)
    }

    /// What the poll that goes on is doing; None if none does. After a panic, what it was doing.
    pub fn doing(&self) -> Option<Phase> {
        self.doing.phase()
    }

    /// Goes as far as the mail that has arrived allows; never blocks.
    ///
    /// # Errors
    ///
    /// [`StepError`]. After [`DomainError::Capacity`] nothing was changed, and the domain can be
    /// polled again when it has more room. Any other error stays; that of a transport is
    /// [`DomainError::Mail`] from then on.
    pub fn poll<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<Progress, StepError<T::Error>> {
        let (domain, tick) = (self.id(), frame.tick.number);
        if self.doing.phase().is_some() {
            // The poll before this one ended in a panic.
            return Err(DomainError::Ended { domain, tick }.into());
        }
        let result = self.advance(frame, net);
        self.doing.leave(frame.clock);
        match &result {
            Ok(_) | Err(StepError::Domain(DomainError::Capacity { .. })) => {}
            Err(StepError::Domain(error)) => self.stage = Stage::Failed(*error),
            // A phase that was cut short cannot be begun again.
            Err(_) => self.stage = Stage::Failed(DomainError::Mail { domain, tick }),
        }
        result
    }

    fn advance<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<Progress, StepError<T::Error>> {
        let has_post = commit::has_post::<M>();
        loop {
            match self.stage {
                Stage::Idle => return Ok(Progress::Done),
                Stage::Failed(error) => return Err(error.into()),
                Stage::Tally => {
                    frame.enter(&mut self.doing, Phase::Tally);
                    self.sums.add_up(frame.model, &self.owned, &self.heard);
                    self.plots.add_up(&self.site.topology);
                    self.stage = Stage::Idle;
                }
                Stage::Compute => {
                    self.stage = self.compute(frame, net, 0)?;
                }
                Stage::AwaitShare(number) => {
                    if !net.ready(Lane::Share).map_err(StepError::Transport)? {
                        return Ok(Progress::Waiting);
                    }
                    self.receive_shared(frame, net)?;
                    self.stage = self.compute(frame, net, number)?;
                }
                Stage::AwaitFields => {
                    if !net.ready(Lane::Share).map_err(StepError::Transport)? {
                        return Ok(Progress::Waiting);
                    }
                    self.settle(frame, net)?;
                    self.stage = Stage::AwaitPost;
                }
                Stage::AwaitPost => {
                    if has_post && !net.ready(Lane::Post).map_err(StepError::Transport)? {
                        return Ok(Progress::Waiting);
                    }
                    self.commit(frame, net)?;
                    self.stage = Stage::Route;
                }
                Stage::Route => {
                    self.route(frame, net)?;
                    self.leave(frame, net)?;
                    self.stage = Stage::AwaitMove;
                }
                Stage::AwaitMove => {
                    if self.plots.moving.is_some() {
                        if !net.ready(Lane::Share).map_err(StepError::Transport)? {
                            return Ok(Progress::Waiting);
                        }
                        self.arrive(frame, net)?;
                    }
                    if !net.ready(Lane::Move).map_err(StepError::Transport)? {
                        return Ok(Progress::Waiting);
                    }
                    self.receive(frame, net)?;
                    self.stage = Stage::Idle;
                }
            }
        }
    }

    // Each phase hands out the parts that it reads and writes. They are functions of their own:
    // engines of JavaScript optimise none that is too long.

    /// Sorts, before the first pass; runs passes from this one on, and gives what comes next.
    fn compute<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
        first: usize,
    ) -> Result<Stage, StepError<T::Error>> {
        let Self { doing, site, owned, ghosts, sorted, entries, plots, post, books, kept, .. } =
            self;
        let mut spent = books.counters.phases;
        let before = &mut kept.owned;
        let reads = |number: usize| M::Passes::READS.get(number).is_some_and(|reads| *reads);
        let next = (first + 1..M::Passes::COUNT).find(|number| reads(*number));
        let last = next.unwrap_or(M::Passes::COUNT);
        let mut work = if first == 0 { 0 } else { books.counters.work };
        frame.desks.lend(|desk| {
            if first == 0 {
                frame.enter(doing, Phase::Sort);
                frame.timed(&mut spent.sort_ns, || {
                    compute::sort::<M>(site, ghosts, owned, sorted, before, desk)
                })?;
                post.clear();
                if has_fields::<M>() {
                    frame.timed(&mut spent.sort_ns, || tend::read::<M>(site, owned, plots));
                }
            } else {
                core::mem::swap(&mut desk.entries, entries);
            }
            let mut parts = compute::Parts { site, ghosts, sorted, owned, post };
            for number in first..last {
                frame.enter(doing, Phase::Sort);
                frame.timed(&mut spent.sort_ns, || compute::show(frame, &parts, desk, number))?;
                frame.enter(doing, Phase::Neighbours);
                work += frame.timed(&mut spent.neighbours_ns, || {
                    compute::neighbours(frame, &mut parts, desk, number)
                })?;
            }
            if next.is_some() {
                // The passes after the wait may have another desk.
                core::mem::swap(&mut desk.entries, entries);
            }
            Ok::<_, DomainError>(())
        })?;
        (books.counters.work, books.counters.phases) = (work, spent);
        if let Some(next) = next {
            frame.enter(doing, Phase::Post);
            let (tick, columns) = (frame.tick.number, M::Passes::SHARED);
            let share = Share { tick, site, sorted, entries, columns };
            share.send(owned, ghosts, books, net)?;
            return Ok(Stage::AwaitShare(next));
        }
        post.settle();
        if commit::has_post::<M>() {
            frame.enter(doing, Phase::Post);
            commit::send_post(frame, site, post, books, net)?;
        }
        if has_fields::<M>() {
            frame.enter(doing, Phase::Post);
            tend::send::<M, T>(frame.tick.number, site, owned, plots, books, net)?;
            return Ok(Stage::AwaitFields);
        }
        Ok(Stage::AwaitPost)
    }

    fn settle<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { doing, site, owned, plots, books, .. } = self;
        let mut spent = books.counters.phases.commit_ns;
        frame.enter(doing, Phase::Update);
        frame.timed(&mut spent, || tend::settle(frame, site, owned, plots, books, net))?;
        books.counters.phases.commit_ns = spent;
        Ok(())
    }

    /// Sends what is in cells that others hold from now on.
    fn leave<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { site, plots, books, .. } = self;
        if plots.moving.is_none() {
            return Ok(());
        }
        tend::leave(frame.tick.number, site, plots, books, net)
    }

    fn arrive<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { site, plots, books, .. } = self;
        match plots.moving.take() {
            Some(before) => tend::arrive(frame.tick.number, site, &before, plots, books, net),
            None => Ok(()),
        }
    }

    fn receive_shared<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { doing, site, owned, ghosts, sorted, entries, books, .. } = self;
        let mut spent = books.counters.phases.receive_ns;
        frame.enter(doing, Phase::Receive);
        frame.timed(&mut spent, || {
            let (tick, columns) = (frame.tick.number, M::Passes::SHARED);
            let share = Share { tick, site, sorted, entries, columns };
            share.receive(owned, ghosts, books, net)
        })?;
        books.counters.phases.receive_ns = spent;
        Ok(())
    }

    fn commit<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { doing, site, owned, sorted, post, books, heard, .. } = self;
        let mut spent = books.counters.phases.commit_ns;
        frame.timed(&mut spent, || {
            Commit { frame, site, sorted, owned, post, books, heard, doing }.run(net)
        })?;
        self.books.counters.phases.commit_ns = spent;
        Ok(())
    }

    fn route<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { doing, site, owned, own, books, .. } = self;
        let mut spent = books.counters.phases.route_ns;
        frame.enter(doing, Phase::Route);
        frame.timed(&mut spent, || route(frame, site, owned, own, books, net))?;
        books.counters.phases.route_ns = spent;
        Ok(())
    }

    fn receive<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let tick = frame.tick.number;
        let mut spent = self.books.counters.phases.receive_ns;
        frame.enter(&mut self.doing, Phase::Receive);
        frame.timed(&mut spent, || {
            let Self { site, owned, ghosts, own, books, .. } = self;
            receive(tick, site, own, owned, ghosts, books, net)?;
            if frame.tally {
                frame.enter(&mut self.doing, Phase::Tally);
                self.sums.add_up(frame.model, &self.owned, &self.heard);
                self.plots.add_up(&self.site.topology);
            }
            Ok::<(), StepError<T::Error>>(())
        })?;
        self.books.counters.phases.receive_ns = spent;
        self.books.counters.ghosts += self.ghosts.rows as u64;
        Ok(())
    }

    /// Makes room for this many entities or ghosts, where there is less.
    ///
    /// # Errors
    ///
    /// [`DomainError::OutOfMemory`]; nothing was lost then.
    pub fn reserve(&mut self, what: Room, capacity: usize) -> Result<(), DomainError> {
        if what == Room::Entities {
            self.owned.reserve_old(capacity)?;
        }
        self.make_room(what, capacity)
    }

    /// The same for now: what a later tick needs it may ask for again.
    pub(crate) fn make_room(&mut self, what: Room, capacity: usize) -> Result<(), DomainError> {
        match what {
            Room::Entities => self.owned.reserve(capacity),
            Room::Ghosts => self.ghosts.reserve(capacity),
        }
    }

    /// Takes in an entity before the first tick, or from a snapshot: the bytes of a packed row.
    /// [`Domain::rehome`] then brings it to its owner. A -0.0 is taken as +0.0.
    ///
    /// # Errors
    ///
    /// [`DomainError::Capacity`] if there is no room, [`DomainError::Protocol`] if the bytes do not
    /// fit the columns, [`DomainError::NonFinite`] or [`DomainError::OutOfRange`] if a value is none
    /// that its column may hold; nothing was changed then.
    pub fn admit(&mut self, row: &[u8]) -> Result<(), DomainError> {
        let capacity = self.owned.now.capacity();
        self.site.check_room(Room::Entities, self.owned.rows + 1, capacity)?;
        let id = self.owned.admit(row)?;
        let id = id.ok_or(DomainError::Protocol { from: self.id(), tick: 0 })?;
        self.books.census.came(id);
        Ok(())
    }

    /// Sets the id of the next newborn; the same in all domains.
    pub fn set_next_id(&mut self, next_id: u32) {
        self.books.next_id = next_id;
    }

    /// The id of the next newborn.
    pub fn next_id(&self) -> u32 {
        self.books.next_id
    }

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

    /// Puts amounts into the cells of a field that the domain holds: before the first tick.
    pub(crate) fn sow(&mut self, field: usize, amount: impl Fn(usize) -> f32) {
        let lattice = self.site.topology.lattices().nth(field);
        if let (Some(lattice), Some(plot)) = (lattice, self.plots.list.get_mut(field)) {
            let Patch { window, values, .. } = &mut plot.now;
            for (place, value) in values.iter_mut().enumerate() {
                *value = amount(lattice.number(window.cell(place)));
            }
        }
    }

    /// Does to cells of a field that it holds what an input says.
    pub(crate) fn paint(&mut self, stroke: &Stroke) {
        self.plots.begin_change();
        let lattice = self.site.topology.lattices().nth(stroke.field);
        if let (Some(lattice), Some(plot)) = (lattice, self.plots.list.get_mut(stroke.field)) {
            let Patch { window, values, .. } = &mut plot.now;
            for (place, value) in values.iter_mut().enumerate() {
                if stroke.spread.has(&lattice, window.cell(place)) {
                    *value = stroke.amount(*value);
                }
            }
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

    /// As [`Domain::visit`], for changing entities between ticks. A changed position takes effect
    /// with [`Domain::rehome`]. A -0.0 is taken as +0.0; a value that its column may not hold is
    /// found in the next tick, unless that makes it good.
    pub fn visit_mut(&mut self, each: impl FnMut(&mut MutOf<'_, M>, usize)) {
        self.owned.visit_mut(each);
    }

    /// Adds the weight of each owned cell: what its entities and their candidates cost. Counts the
    /// entities of the last sort.
    pub(crate) fn add_weights(&self, weights: &mut Weights<'_>) {
        self.sorted.add_weights(&self.site, weights);
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

/// Whether a model has fields.
const fn has_fields<M: Model>() -> bool {
    !M::FIELDS.is_empty()
}
