//! A domain: one region's entities, its ghosts and its mail, and the frame as a state machine.
//!
//! ```text
//! Idle ──begin_tick──▶ Compute ──▶ AwaitPost ──▶ Route ──▶ AwaitMove ──▶ Idle (tick done)
//! Idle ──rehome──────────────────────────────▶ Route
//! ```
//!
//! | stage | does |
//! | --- | --- |
//! | Compute | sorts owned entities and ghosts into cells, runs the model's neighbour pass, sends events and birth keys |
//! | AwaitPost | when all post is there: applies events and births, updates all entities to t + 1 |
//! | Route | finds each entity's cell and owner, sends migrants and ghosts |
//! | AwaitMove | when all of it is there: takes in migrants and ghosts |
//!
//! [`Domain::poll`] goes as far as the mail that has arrived allows and never blocks. A model
//! without events and births has no post, and goes from Compute to Route at once.
//!
//! Where to read next: `compute.rs`, `commit.rs` and `exchange.rs` hold the phases.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use flockwork_kernel::LANES;
use flockwork_kernel::columns::{Columns, Reach, find, first_unsound, packed_len};
use flockwork_kernel::fingerprint::mix;
use flockwork_kernel::isa::Baseline;
use flockwork_spatial::{Cells, NO_CELL};

use crate::arena::Arena;
use crate::compute::{Sorted, grow};
use crate::error::{DomainError, Phase, Place, Room, StepError};
use crate::exchange::Moves;
use crate::frame::Frame;
use crate::kept::Kept;
use crate::letter::{Birth, Letter, Posted};
use crate::metrics::Counters;
use crate::model::{Model, MutOf, RefOf};
use crate::schema;
use crate::stats::{self, Stats, Tally};
use crate::topology::Topology;
use crate::transport::{Lane, Transport};

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
    AwaitPost,
    Route,
    AwaitMove,
    Failed(DomainError),
}

/// Rows that a domain has room for beyond what it is expected to need: few, since a world may be cut
/// into thousands of regions.
pub(crate) const SPARE: usize = 16;

/// One region's state.
pub struct Domain<M: Model> {
    pub(crate) id: u32,
    pub(crate) topology: Arc<Topology>,
    pub(crate) stage: Stage,
    /// What the poll that goes on is doing; after one that never came back, what it was doing.
    doing: Option<Phase>,
    pub(crate) kept: Kept,
    /// Owned entities; between ticks with holes, which have no cell.
    pub(crate) now: Arena<M::Columns>,
    pub(crate) old: Arena<M::Columns>,
    pub(crate) rows: usize,
    pub(crate) old_rows: usize,
    pub(crate) cell_of: Vec<u32>,
    pub(crate) ghosts: Arena<M::Columns>,
    pub(crate) ghost_rows: usize,
    pub(crate) ghost_cell: Vec<u32>,
    pub(crate) sorted: Sorted<M::Shown>,
    pub(crate) sorted_count: usize,
    pub(crate) events: Vec<Posted<M::Event>>,
    pub(crate) mail: Vec<(u32, Posted<M::Event>)>,
    pub(crate) births: Vec<Birth<M::Child>>,
    /// Lists of the pass, of a model that wants to know neighbours one by one.
    pub(crate) near: [Vec<u32>; LANES],
    pub(crate) birth_keys: Vec<u32>,
    pub(crate) moves: Moves,
    /// A row's bytes on their way.
    pub(crate) packed: Vec<u8>,
    pub(crate) next_id: u32,
    pub(crate) census: Census,
    /// Messages sent less messages received, wrapping.
    pub(crate) under_way: u64,
    pub(crate) counters: Counters,
    /// What was added up at the end of the tick, where that is asked for: words, then peaks.
    pub(crate) sums: Vec<u64>,
    /// The places of the columns x and y, and of alive if there is one.
    pub(crate) positions: (usize, usize),
    pub(crate) alive: Option<usize>,
}

/// Who a domain owns; the world's books must balance after every exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// The number of owned entities.
    pub owned: u64,
    /// The wrapping sum of a mix of each owned id.
    pub ids: u64,
    /// The number of entities born here in the last tick.
    pub born: u64,
    /// The number of entities that died here in the last tick.
    pub died: u64,
    /// The wrapping sum of a mix of each id born here in the last tick.
    pub born_ids: u64,
    /// The wrapping sum of a mix of each id that died here in the last tick.
    pub died_ids: u64,
}

impl<M: Model> Domain<M> {
    /// Whether the model has events or births.
    pub(crate) const POST: bool = M::Event::ANY || M::Child::ANY;

    /// Makes the empty domain of region `id`, with room for `capacity` entities.
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
            if let Err(problem) = schema::check(M::Columns::SCHEMA) {
                panic!("{}", problem);
            }
        };
        let schema = M::Columns::SCHEMA;
        let position = |name| find::<f32>(schema, name).unwrap_or(usize::MAX);
        let ghosts = capacity / 8 + 64;
        let mut domain = Self {
            id,
            topology,
            stage: Stage::Idle,
            doing: None,
            kept: Kept::default(),
            now: Arena::new(capacity)?,
            old: Arena::new(capacity)?,
            rows: 0,
            old_rows: 0,
            cell_of: Vec::new(),
            ghosts: Arena::new(ghosts)?,
            ghost_rows: 0,
            ghost_cell: Vec::new(),
            sorted: Sorted::new(),
            sorted_count: 0,
            events: Vec::new(),
            mail: Vec::new(),
            births: Vec::new(),
            near: Default::default(),
            birth_keys: Vec::new(),
            moves: Moves::default(),
            packed: Vec::new(),
            next_id: 0,
            census: Census::default(),
            under_way: 0,
            counters: Counters::default(),
            sums: Vec::new(),
            positions: (position("x"), position("y")),
            alive: find::<u8>(schema, "alive"),
        };
        domain.packed.resize(packed_len(schema, Reach::Scratch), 0);
        domain.cell_of.resize(capacity, NO_CELL);
        domain.ghost_cell.resize(ghosts, NO_CELL);
        Ok(domain)
    }

    /// The number of its region.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The cut of the world that it goes by.
    pub fn topology(&self) -> &Arc<Topology> {
        &self.topology
    }

    /// Begins a tick: poll until it is done.
    pub fn begin_tick(&mut self) {
        if self.stage == Stage::Idle {
            self.keep();
            self.stage = Stage::Compute;
        }
    }

    /// Gives the domain a new region: poll until all entities are with their new owners. All
    /// domains must do so at the same time, between two ticks.
    pub fn rehome(&mut self, topology: Arc<Topology>) {
        if self.stage == Stage::Idle {
            self.keep();
            self.topology = topology;
            self.stage = Stage::Route;
            self.census =
                Census { owned: self.census.owned, ids: self.census.ids, ..Census::default() };
        }
    }

    /// Where the domain is in its work.
    pub(crate) fn place(&self, tick: u64) -> Place {
        Place { phase: self.doing.unwrap_or(Phase::Sort), domain: Some(self.id), tick }
    }

    /// What the poll that goes on is doing; None if none does. After a panic, what it was doing.
    pub fn doing(&self) -> Option<Phase> {
        self.doing
    }

    /// Says what comes next.
    pub(crate) fn enter(&mut self, frame: &Frame<'_, M>, phase: Phase) {
        self.doing = Some(phase);
        frame.clock.hear(Some(self.place(frame.tick.number)));
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
        let tick = frame.tick.number;
        if self.doing.is_some() {
            // The poll before this one ended in a panic.
            return Err(DomainError::Ended { domain: self.id, tick }.into());
        }
        let result = self.advance(frame, net);
        if self.doing.take().is_some() {
            frame.clock.hear(None);
        }
        match &result {
            Ok(_) | Err(StepError::Domain(DomainError::Capacity { .. })) => {}
            Err(StepError::Domain(error)) => self.stage = Stage::Failed(*error),
            // A phase that was cut short cannot be begun again.
            Err(_) => {
                self.stage = Stage::Failed(DomainError::Mail { domain: self.id, tick });
            }
        }
        result
    }

    /// Each phase is a function of its own: engines of JavaScript optimise none that is too long.
    fn advance<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<Progress, StepError<T::Error>> {
        loop {
            match self.stage {
                Stage::Idle => return Ok(Progress::Done),
                Stage::Failed(error) => return Err(error.into()),
                Stage::Compute => {
                    let mut spent = self.counters.phases;
                    self.enter(frame, Phase::Sort);
                    frame.timed(&mut spent.sort_ns, || self.sort(frame))?;
                    self.enter(frame, Phase::Neighbours);
                    frame.timed(&mut spent.neighbours_ns, || self.neighbours(frame))?;
                    self.counters.phases = spent;
                    if Self::POST {
                        self.enter(frame, Phase::Post);
                        self.send_post(frame, net)?;
                    }
                    self.stage = Stage::AwaitPost;
                }
                Stage::AwaitPost => {
                    if Self::POST && !net.ready(Lane::Post).map_err(StepError::Transport)? {
                        return Ok(Progress::Waiting);
                    }
                    let mut spent = self.counters.phases.commit_ns;
                    frame.timed(&mut spent, || self.commit(frame, net))?;
                    self.counters.phases.commit_ns = spent;
                    self.stage = Stage::Route;
                }
                Stage::Route => {
                    let mut spent = self.counters.phases.route_ns;
                    self.enter(frame, Phase::Route);
                    frame.timed(&mut spent, || self.route(frame, net))?;
                    self.counters.phases.route_ns = spent;
                    self.stage = Stage::AwaitMove;
                }
                Stage::AwaitMove => {
                    if !net.ready(Lane::Move).map_err(StepError::Transport)? {
                        return Ok(Progress::Waiting);
                    }
                    let mut spent = self.counters.phases.receive_ns;
                    self.enter(frame, Phase::Receive);
                    frame.timed(&mut spent, || self.receive(frame, net))?;
                    self.counters.phases.receive_ns = spent;
                    self.counters.ghosts += self.ghost_rows as u64;
                    self.stage = Stage::Idle;
                }
            }
        }
    }

    /// Makes room for this many entities or ghosts, where there is less.
    ///
    /// # Errors
    ///
    /// [`DomainError::OutOfMemory`]; nothing was lost then.
    pub fn reserve(&mut self, what: Room, capacity: usize) -> Result<(), DomainError> {
        match what {
            Room::Entities => {
                self.now.grow(capacity)?;
                self.old.grow(capacity)?;
                self.cell_of.resize(capacity.max(self.cell_of.len()), NO_CELL);
            }
            Room::Ghosts => {
                self.ghosts.grow(capacity)?;
                self.ghost_cell.resize(capacity.max(self.ghost_cell.len()), NO_CELL);
            }
        }
        Ok(())
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
        let at = self.rows;
        self.check_room(Room::Entities, at + 1)?;
        if !self.now.unpack(at, Reach::Owned, row) {
            return Err(DomainError::Protocol { from: self.id, tick: 0 });
        }
        if !M::Columns::settle::<Baseline>(&mut self.now.bind()?, at..at + 1) {
            self.find_unsound(at..at + 1, 0)?;
        }
        self.cell_of[at] = 0;
        self.rows += 1;
        self.census.owned += 1;
        self.census.ids = self.census.ids.wrapping_add(mix(u64::from(self.ids()[at])));
        Ok(())
    }

    /// Sets the id of the next newborn; the same in all domains.
    pub fn set_next_id(&mut self, next_id: u32) {
        self.next_id = next_id;
    }

    /// The id of the next newborn.
    pub fn next_id(&self) -> u32 {
        self.next_id
    }

    /// Who the domain owns.
    pub fn census(&self) -> Census {
        self.census
    }

    /// Messages sent less messages received since it was made, wrapping: between ticks those of all
    /// domains add up to 0.
    pub fn under_way(&self) -> u64 {
        self.under_way
    }

    /// What the domain has done and how long that took, since it was made.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The number of ghosts now.
    pub fn ghost_count(&self) -> usize {
        self.ghost_rows
    }

    /// The wrapping sum of the fingerprints of all owned entities, between ticks.
    pub fn fingerprint(&self) -> u64 {
        let mut sum = 0u64;
        self.visit(|columns, row| {
            sum = sum.wrapping_add(M::Columns::fingerprint(columns, row));
        });
        sum
    }

    /// Adds the statistics of all owned entities, between ticks.
    pub(crate) fn tally(&self, model: &M, words: &mut [u64], peaks: &mut [u64]) {
        self.visit(|columns, row| {
            let row = M::Columns::row(columns, row);
            M::Stats::tally(model, &row, &mut Tally::new(words, peaks));
        });
    }

    /// The same into the domain's own sums.
    pub(crate) fn tally_own(&mut self, model: &M) {
        let mut sums = core::mem::take(&mut self.sums);
        let (words, peaks) = (stats::words(M::Stats::LIST), stats::peaks(M::Stats::LIST));
        sums.clear();
        sums.resize(words + peaks, 0);
        let (words, peaks) = sums.split_at_mut(words);
        self.tally(model, words, peaks);
        self.sums = sums;
    }

    /// Calls `each` for every owned entity, in no order that means anything, between ticks.
    pub fn visit(&self, mut each: impl FnMut(&RefOf<'_, M>, usize)) {
        let Ok(columns) = self.now.view() else { return };
        for row in 0..self.rows {
            if self.cell_of[row] != NO_CELL {
                each(&columns, row);
            }
        }
    }

    /// The rows of all owned entities, between ticks.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.rows).filter(|row| self.cell_of[*row] != NO_CELL)
    }

    /// The bytes of one column by its place in the schema, [`Column::stride`] for each row; empty
    /// if there is none.
    ///
    /// [`Column::stride`]: flockwork_kernel::columns::Column::stride
    pub fn column_bytes(&self, index: usize) -> &[u8] {
        self.now.column_bytes(index)
    }

    /// As [`Domain::visit`], for changing entities between ticks. A changed position takes effect
    /// with [`Domain::rehome`]. A -0.0 is taken as +0.0; a value that its column may not hold is
    /// found in the next tick, unless that makes it good.
    pub fn visit_mut(&mut self, mut each: impl FnMut(&mut MutOf<'_, M>, usize)) {
        let Ok(mut columns) = self.now.bind() else { return };
        for row in 0..self.rows {
            if self.cell_of[row] != NO_CELL {
                each(&mut columns, row);
                M::Columns::settle::<Baseline>(&mut columns, row..row + 1);
            }
        }
    }

    /// Adds the weight of each owned cell to `weights`, row by row of the whole grid: what its
    /// entities and their candidates cost. Counts the entities of the last sort.
    pub fn add_weights(&self, weights: &mut [u32]) {
        let (grid, region) = (self.topology.grid(), self.topology.region(self.id));
        let fine = grid.fine() as usize;
        let starts = &self.sorted.starts;
        let cells = Cells { starts, rows: region.rows(), cols: region.cols(), fine: grid.fine() };
        let stride = cells.stride();
        if starts.len() <= stride * (region.rows() as usize + 2) {
            return;
        }
        for row in 0..region.rows() as usize {
            for col in 0..region.cols() as usize {
                let at = (row + 1) * stride + col + fine;
                let own = u64::from(starts[at + 1] - starts[at]);
                let near: u64 = [at - stride, at, at + stride]
                    .into_iter()
                    .map(|at| u64::from(starts[at + fine + 1] - starts[at - fine]))
                    .sum();
                let cell =
                    (region.row as usize + row) * grid.cols() as usize + region.col as usize + col;
                if let Some(weight) = weights.get_mut(cell) {
                    let cost = own * (16 + near);
                    *weight = weight.saturating_add(cost.min(u64::from(u32::MAX)) as u32);
                }
            }
        }
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.now.memory_bytes()
            + self.old.memory_bytes()
            + self.ghosts.memory_bytes()
            + self.sorted.memory_bytes()
            + self.moves.memory_bytes()
            + 4 * (self.cell_of.capacity()
                + self.ghost_cell.capacity()
                + self.birth_keys.capacity())
            + size_of::<Posted<M::Event>>() * self.events.capacity()
            + size_of::<(u32, Posted<M::Event>)>() * self.mail.capacity()
            + size_of::<Birth<M::Child>>() * self.births.capacity()
            + 4 * self.near.iter().map(Vec::capacity).sum::<usize>()
            + 8 * self.sums.capacity()
            + self.packed.capacity()
    }

    /// Finds, of the living entities in `rows`, the one of smallest id with a value that its column
    /// may not hold; none is no error: who has died takes it along.
    pub(crate) fn find_unsound(
        &mut self,
        rows: Range<usize>,
        tick: u64,
    ) -> Result<(), DomainError> {
        let mut packed = core::mem::take(&mut self.packed);
        let (view, ids) = (self.now.view()?, self.now.column::<u32>(0));
        let alive = self.alive.map(|at| self.now.column::<u8>(at));
        let mut first: Option<(u32, DomainError)> = None;
        for row in rows.filter(|row| alive.is_none_or(|alive| alive[*row] != 0)) {
            M::Columns::pack(&view, row, Reach::Owned, &mut packed);
            let id = ids[row];
            let Some((column, value)) = first_unsound(M::Columns::SCHEMA, &packed) else {
                continue;
            };
            if first.is_none_or(|(lowest, _)| id < lowest) {
                let error = if value.is_finite() {
                    DomainError::OutOfRange { id, column, value, tick }
                } else {
                    DomainError::NonFinite { id, column: column.name, tick }
                };
                first = Some((id, error));
            }
        }
        self.packed = packed;
        first.map_or(Ok(()), |(_, error)| Err(error))
    }

    pub(crate) fn ids(&self) -> &[u32] {
        self.now.column::<u32>(0)
    }

    pub(crate) fn check_room(&self, what: Room, needed: usize) -> Result<(), DomainError> {
        let capacity = match what {
            Room::Entities => self.now.capacity(),
            Room::Ghosts => self.ghosts.capacity(),
        };
        if needed > capacity {
            return Err(DomainError::Capacity { domain: self.id, what, needed, capacity });
        }
        Ok(())
    }

    /// The cells of the region with its ghost border.
    pub(crate) fn cell_count(&self) -> Result<u32, DomainError> {
        let region = self.topology.region(self.id);
        Cells::count(region.rows(), region.cols(), self.topology.grid().fine())
            .ok_or(DomainError::OutOfMemory { capacity: usize::MAX })
    }

    /// Makes the lists of this tick's births as long as all domains need.
    pub(crate) fn push_birth_keys(&mut self, keys: &[u8]) {
        for key in keys.chunks_exact(4) {
            self.birth_keys.push(u32::from_le_bytes([key[0], key[1], key[2], key[3]]));
        }
    }

    pub(crate) fn mark_rows(&mut self, rows: usize) {
        grow(&mut self.cell_of, rows);
        self.cell_of[..rows].fill(0);
    }
}
