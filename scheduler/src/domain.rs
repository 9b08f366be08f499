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
//! What a poll does is in `domain/poll.rs`, what can be seen of a domain in `domain/view.rs`. A domain is made of
//! parts, in `parts.rs`; the phases, in `compute.rs`, `tend.rs`, `commit.rs`, `route.rs` and
//! `receive.rs`, are functions over these.

mod poll;
mod view;

use alloc::sync::Arc;
use alloc::vec::Vec;

use flockwork_kernel::Axes;
use flockwork_kernel::columns::Columns;
use flockwork_spatial::Entry;

use crate::error::{DomainError, Phase, Place, Room};
use crate::model::{AxesOf, Model, MutOf, Passes, RowOf};
pub use crate::parts::Census;
use crate::parts::{
    Before, Books, Doing, Ghosts, Moves, Owned, Patch, Plots, Post, Site, Sorted, Stroke,
};
use crate::schema;
use crate::stats::{self, Stats};
use crate::sums::Sums;
use crate::topology::Topology;

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

    /// As [`Domain::visit`], for changing entities between ticks. A changed position takes effect
    /// with [`Domain::rehome`]. A -0.0 is taken as +0.0; a value that its column may not hold is
    /// found in the next tick, unless that makes it good.
    pub fn visit_mut(&mut self, each: impl FnMut(&mut MutOf<'_, M>, usize)) {
        self.owned.visit_mut(each);
    }
}
