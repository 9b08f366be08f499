//! A whole world of domains: set-up, ticks, rebalancing, the books.
//!
//! One tick, traced: [`Simulation::step`] tells every [`Domain`] to begin, the [`Executor`] polls
//! them until all are done, the censuses are held against the books (no id lost or doubled), the
//! statistics are added up, and if the work has become uneven the world is cut anew.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::convert::Infallible;

use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_kernel::fingerprint::mix;
use flockwork_spatial::{Cut, Grid, Region};

use crate::arena::Arena;
use crate::domain::{Domain, Progress};
use crate::error::{DomainError, Room, StepError};
use crate::frame::{Clock, Frame, NoClock};
use crate::metrics::Counters;
use crate::model::{MAX_SUMS, Model, RefOf, Setup, Tick, Totals};
use crate::params::Params;
use crate::setup::{self, Initial, SimulationError};
use crate::snapshot::{self, SnapshotError};
use crate::topology::Topology;
use crate::transport::{Loopback, Transport};

/// Decides who polls which domain when, and carries the mail.
pub trait Executor {
    /// Tells the time for metrics.
    type Clock: Clock + Clone;

    /// The clock.
    fn clock(&self) -> Self::Clock;

    /// The number of workers.
    fn workers(&self) -> usize;

    /// Makes mailboxes for this many domains.
    fn open(&mut self, domains: usize);

    /// Polls every domain until all are done: see [`advance`].
    ///
    /// # Errors
    ///
    /// The error of the domain with the lowest number.
    fn drive<M: Model>(
        &mut self,
        domains: &mut [Domain<M>],
        frame: &Frame<'_, M>,
    ) -> Result<(), DomainError>;

    /// Bytes of memory in use for mail.
    fn memory_bytes(&self) -> usize;
}

/// Polls a domain once; gives it more room where it asks, if the frame allows.
///
/// # Errors
///
/// As [`Domain::poll`].
pub fn advance<M: Model, T: Transport>(
    domain: &mut Domain<M>,
    frame: &Frame<'_, M>,
    net: &mut T,
) -> Result<Progress, StepError<T::Error>> {
    loop {
        match domain.poll(frame, net) {
            Err(StepError::Domain(DomainError::Capacity { what, needed, .. })) if frame.grow => {
                domain.reserve(what, needed + needed / 8 + 64)?;
            }
            result => return result,
        }
    }
}

/// Runs all domains on the calling thread, over a [`Loopback`]: the specification.
#[derive(Debug)]
pub struct Serial {
    post: Loopback,
}

impl Default for Serial {
    fn default() -> Self {
        Self { post: Loopback::new(0) }
    }
}

impl Executor for Serial {
    type Clock = NoClock;

    fn clock(&self) -> NoClock {
        NoClock
    }

    fn workers(&self) -> usize {
        1
    }

    fn open(&mut self, domains: usize) {
        self.post = Loopback::new(domains);
    }

    fn drive<M: Model>(
        &mut self,
        domains: &mut [Domain<M>],
        frame: &Frame<'_, M>,
    ) -> Result<(), DomainError> {
        let mut waiting = true;
        while waiting {
            waiting = false;
            for domain in domains.iter_mut() {
                let mut port = self.post.port(domain.id());
                let progress = advance(domain, frame, &mut port).map_err(no_transport)?;
                waiting |= progress == Progress::Waiting;
            }
        }
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        self.post.memory_bytes()
    }
}

/// The error of a domain whose transport cannot fail.
pub fn no_transport(error: StepError<Infallible>) -> DomainError {
    match error {
        StepError::Domain(error) => error,
        StepError::Transport(never) => match never {},
    }
}

/// How a world is shared among domains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Partition {
    /// How many regions there are.
    pub cut: Cut,
    /// The world is cut anew when the most loaded domain has more than this times the mean work;
    /// never if None.
    pub rebalance: Option<f64>,
    /// The room of each domain, in entities; None makes more whenever it is needed.
    pub capacity: Option<usize>,
}

impl Partition {
    /// The threshold that serves most worlds.
    pub const REBALANCE: f64 = 1.2;

    /// This cut, with rebalancing and room as needed.
    pub fn new(cut: Cut) -> Self {
        Self { cut, rebalance: Some(Self::REBALANCE), capacity: None }
    }
}

/// A world that is simulated.
pub struct Simulation<M: Model, X> {
    pub(crate) model: M,
    pub(crate) params: M::Params,
    pub(crate) setup: Setup,
    pub(crate) tick: u64,
    pub(crate) domains: Vec<Domain<M>>,
    pub(crate) history: Vec<i64>,
    partition: Partition,
    topology: Arc<Topology>,
    executor: X,
    sums: [i64; MAX_SUMS],
    /// What the censuses must add up to.
    owned: u64,
    ids: u64,
    /// Per cell, for cutting.
    weights: Vec<u32>,
    next_check: u64,
    check_every: u64,
    rebalances: u64,
    ended: Option<SimulationError>,
}

/// Ticks between two looks at the balance, at first.
const CHECK_EVERY: u64 = 8;

impl<M: Model, X: Executor> Simulation<M, X> {
    /// Makes a world of `setup.population` entities as the model spawns them; `initial` may change
    /// each one.
    ///
    /// # Errors
    ///
    /// [`SimulationError`] that says which part of the set-up is not acceptable.
    pub fn new(
        setup: Setup,
        params: M::Params,
        partition: Partition,
        executor: X,
        initial: Option<&mut Initial<'_>>,
    ) -> Result<Self, SimulationError> {
        let mut world = Self::empty(setup, params, partition, executor)?;
        let model = &world.model;
        let mut columns = Arena::<M::Columns>::new(1)?;
        let mut packed = alloc::vec![0; packed_len(M::Columns::SCHEMA, Reach::Owned)];
        let mut ids = setup::Ids::new(setup.population)?;
        let mut edit = initial;
        for id in 0..setup.population {
            columns.column_mut::<u32>(0)[0] = id;
            model.spawn(&setup, id, &mut columns.bind()?, 0);
            M::Columns::pack(&columns.view()?, 0, Reach::Owned, &mut packed);
            if let Some(edit) = edit.as_mut() {
                edit(id, &mut packed)?;
            }
            setup::check_row::<M>(&setup, id, &packed)?;
            ids.push(&packed);
            admit(&mut world.domains, &world.topology, partition, &packed)?;
        }
        let next_id = ids.check()?;
        world.settle(next_id)?;
        Ok(world)
    }

    /// Makes a world from what [`Simulation::snapshot`] wrote, under any partition.
    ///
    /// # Errors
    ///
    /// [`SimulationError`], of kind [`SimulationError::Snapshot`] where the bytes are at fault.
    pub fn restore(
        bytes: &[u8],
        partition: Partition,
        executor: X,
    ) -> Result<Self, SimulationError> {
        let (header, body) = snapshot::read(bytes)?;
        header.fits::<M>()?;
        let mut params = M::Params::default();
        for (name, value) in &header.params {
            params.set(name, *value)?;
        }
        let mut world = Self::empty(header.setup, params, partition, executor)?;
        world.tick = header.tick;
        world.history.copy_from_slice(&header.history);
        world.next_check = header.tick + CHECK_EVERY;
        let mut last = None;
        for row in body.chunks_exact(header.row_len) {
            let id = u32::from_le_bytes([row[0], row[1], row[2], row[3]]);
            if last.is_some_and(|last| id <= last) || id >= header.next_id {
                return Err(SnapshotError::Ids { id }.into());
            }
            last = Some(id);
            setup::check_row::<M>(&header.setup, id, row)?;
            admit(&mut world.domains, &world.topology, partition, row)?;
        }
        world.settle(header.next_id)?;
        Ok(world)
    }

    fn empty(
        setup: Setup,
        params: M::Params,
        partition: Partition,
        mut executor: X,
    ) -> Result<Self, SimulationError> {
        let (model, grid) = setup::check::<M>(&setup, params)?;
        let topology = Arc::new(Topology::new(grid, partition.cut, &|_, _| 1)?);
        let count = topology.regions().len();
        let share = setup.population as usize / count;
        let room = partition.capacity.unwrap_or(share + share / 16 + 64);
        let mut domains = Vec::new();
        for id in 0..count as u32 {
            domains.push(Domain::new(id, Arc::clone(&topology), room)?);
        }
        executor.open(count);
        Ok(Self {
            model,
            params,
            setup,
            tick: 0,
            domains,
            history: alloc::vec![0; M::HISTORY],
            partition,
            topology,
            executor,
            sums: [0; MAX_SUMS],
            owned: 0,
            ids: 0,
            weights: Vec::new(),
            next_check: CHECK_EVERY,
            check_every: CHECK_EVERY,
            rebalances: 0,
            ended: None,
        })
    }

    /// Brings admitted entities to their owners and opens the books.
    fn settle(&mut self, next_id: u32) -> Result<(), SimulationError> {
        for domain in &mut self.domains {
            domain.set_next_id(next_id);
            domain.rehome(Arc::clone(&self.topology));
        }
        self.owned = self.domains.iter().map(|domain| domain.census().owned).sum();
        self.ids =
            self.domains.iter().fold(0, |sum: u64, domain| sum.wrapping_add(domain.census().ids));
        self.drive()?;
        self.check_books()
    }

    /// Computes one tick.
    ///
    /// # Errors
    ///
    /// [`SimulationError`]; the simulation has then ended, and gives the same error again.
    pub fn step(&mut self) -> Result<(), SimulationError> {
        if let Some(error) = &self.ended {
            return Err(error.clone());
        }
        let result = self.try_step();
        if let Err(error) = &result {
            self.ended = Some(error.clone());
        }
        result
    }

    fn try_step(&mut self) -> Result<(), SimulationError> {
        for domain in &mut self.domains {
            domain.begin_tick();
        }
        self.drive()?;
        self.tick += 1;
        self.check_books()?;
        if M::HISTORY > 0 {
            self.add_sums();
            let totals = totals(self.tick, self.owned, &self.sums[..M::SUMS], &[], &self.setup);
            self.model.remember(&totals, &mut self.history);
        }
        if self.tick >= self.next_check {
            self.balance()?;
        }
        Ok(())
    }

    fn drive(&mut self) -> Result<(), SimulationError> {
        let clock = self.executor.clock();
        let frame = Frame {
            model: &self.model,
            tick: Tick { number: self.tick, setup: self.setup },
            clock: &clock,
            tally: M::HISTORY > 0,
            grow: self.partition.capacity.is_none(),
        };
        Ok(self.executor.drive(&mut self.domains, &frame)?)
    }

    /// No id may be lost or doubled in an exchange.
    fn check_books(&mut self) -> Result<(), SimulationError> {
        let (mut owned, mut ids) = (0u64, 0u64);
        for census in self.domains.iter().map(Domain::census) {
            self.owned = self.owned.wrapping_add(census.born).wrapping_sub(census.died);
            self.ids = self.ids.wrapping_add(census.born_ids).wrapping_sub(census.died_ids);
            owned += census.owned;
            ids = ids.wrapping_add(census.ids);
        }
        if (owned, ids) != (self.owned, self.ids) {
            let expected = self.owned;
            return Err(SimulationError::Conservation { tick: self.tick, expected, found: owned });
        }
        Ok(())
    }

    /// Cuts the world anew where the work is uneven.
    fn balance(&mut self) -> Result<(), SimulationError> {
        let uneven = self.partition.rebalance.is_some_and(|limit| self.imbalance() > limit);
        if !uneven {
            self.check_every = CHECK_EVERY;
        } else if self.recut()? {
            self.rebalances += 1;
            self.check_every = CHECK_EVERY;
        } else {
            // No better cut there is: look again, ever less often.
            self.check_every = (self.check_every * 2).min(1024);
        }
        self.next_check = self.tick + self.check_every;
        Ok(())
    }

    /// True if the cut has changed.
    fn recut(&mut self) -> Result<bool, SimulationError> {
        let grid = *self.topology.grid();
        self.weights.clear();
        self.weights.resize(grid.cells() as usize, 0);
        for domain in &self.domains {
            domain.add_weights(&mut self.weights);
        }
        let weights = &self.weights;
        let weight = |row, col| u64::from(weights[(row * grid.cols() + col) as usize]);
        let topology = Arc::new(Topology::new(grid, self.partition.cut, &weight)?);
        if topology.regions() == self.topology.regions() {
            return Ok(false);
        }
        self.topology = topology;
        for domain in &mut self.domains {
            domain.rehome(Arc::clone(&self.topology));
        }
        self.drive()?;
        self.check_books()?;
        Ok(true)
    }

    fn add_sums(&mut self) {
        self.sums = [0; MAX_SUMS];
        for domain in &self.domains {
            for (sum, part) in self.sums.iter_mut().zip(domain.sums()) {
                *sum = sum.wrapping_add(*part);
            }
        }
    }

    /// Gives the model's statistics, in the order of [`Model::STATS`].
    pub fn report(&mut self, each: &mut dyn FnMut(f64)) {
        for domain in &mut self.domains {
            domain.tally(&self.model);
        }
        self.add_sums();
        let sums = &self.sums[..M::SUMS];
        self.model.report(&totals(self.tick, self.owned, sums, &self.history, &self.setup), each);
    }

    /// The fingerprint of the whole state: see [`flockwork_kernel::fingerprint`].
    pub fn fingerprint(&self) -> u64 {
        self.domains.iter().fold(0, |sum: u64, domain| sum.wrapping_add(domain.fingerprint()))
    }

    /// Holds the entities themselves against the books, which [`Simulation::step`] keeps.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Conservation`].
    pub fn recount(&self) -> Result<(), SimulationError> {
        let (mut found, mut ids) = (0, 0u64);
        self.visit(|id, _, _| {
            found += 1;
            ids = ids.wrapping_add(mix(u64::from(id)));
        });
        if (found, ids) != (self.owned, self.ids) {
            let (tick, expected) = (self.tick, self.owned);
            return Err(SimulationError::Conservation { tick, expected, found });
        }
        Ok(())
    }

    /// Calls `each` with the id, the columns and the row of every entity, in no order that means
    /// anything.
    pub fn visit(&self, mut each: impl FnMut(u32, &RefOf<'_, M>, usize)) {
        for domain in &self.domains {
            let ids = domain.ids();
            domain.visit(|columns, row| each(ids[row], columns, row));
        }
    }

    /// All entities in order of their ids, as packed rows of
    /// `packed_len(SCHEMA, Reach::Owned)` bytes.
    pub fn rows(&self) -> Vec<u8> {
        let stride = packed_len(M::Columns::SCHEMA, Reach::Owned);
        let mut order = Vec::with_capacity(self.owned as usize);
        for (at, domain) in self.domains.iter().enumerate() {
            let ids = domain.ids();
            domain.visit(|_, row| order.push((ids[row], at, row)));
        }
        order.sort_unstable();
        let mut bytes = alloc::vec![0; order.len() * stride];
        let views: Vec<_> = self.domains.iter().map(|domain| domain.now.view()).collect();
        for (place, (_, at, row)) in bytes.chunks_exact_mut(stride).zip(order) {
            if let Ok(view) = &views[at] {
                M::Columns::pack(view, row, Reach::Owned, place);
            }
        }
        bytes
    }

    /// The whole state as bytes: see [`crate::snapshot`].
    pub fn snapshot(&self) -> Vec<u8> {
        snapshot::write(self)
    }

    /// The id of the next newborn.
    pub fn next_id(&self) -> u32 {
        self.domains.first().map_or(0, Domain::next_id)
    }

    /// Ticks done.
    pub fn tick(&self) -> u64 {
        self.tick
    }

    /// The number of entities.
    pub fn population(&self) -> u64 {
        self.owned
    }

    /// What the run began with.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The parameters.
    pub fn params(&self) -> &M::Params {
        &self.params
    }

    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The cell grid.
    pub fn grid(&self) -> &Grid {
        self.topology.grid()
    }

    /// The regions of the domains.
    pub fn regions(&self) -> &[Region] {
        self.topology.regions()
    }

    /// The domains.
    pub fn domains(&self) -> &[Domain<M>] {
        &self.domains
    }

    /// The executor.
    pub fn executor(&self) -> &X {
        &self.executor
    }

    /// The work of the most loaded domain over the mean work, in the last tick; 1 at best.
    pub fn imbalance(&self) -> f64 {
        let work = |domain: &Domain<M>| domain.counters().work;
        let total: u64 = self.domains.iter().map(work).sum();
        let most = self.domains.iter().map(work).max().unwrap_or(0);
        if total == 0 { 1.0 } else { most as f64 * self.domains.len() as f64 / total as f64 }
    }

    /// How often the world was cut anew.
    pub fn rebalances(&self) -> u64 {
        self.rebalances
    }

    /// What all domains have done together; `work` is that of the last tick.
    pub fn counters(&self) -> Counters {
        self.domains.iter().fold(Counters::default(), |sum, domain| sum.plus(domain.counters()))
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        self.domains.iter().map(Domain::memory_bytes).sum::<usize>()
            + self.executor.memory_bytes()
            + 4 * self.weights.capacity()
    }
}

fn totals<'a>(
    tick: u64,
    population: u64,
    sums: &'a [i64],
    history: &'a [i64],
    setup: &'a Setup,
) -> Totals<'a> {
    Totals { tick, population, sums, history, setup }
}

/// Gives a packed row to the domain it belongs to.
fn admit<M: Model>(
    domains: &mut [Domain<M>],
    topology: &Topology,
    partition: Partition,
    row: &[u8],
) -> Result<(), DomainError> {
    let (x, y) = setup::position::<M>(row);
    let (row_of, col_of) = topology.grid().cell(x, y);
    let owner = topology.owner(row_of, col_of);
    let Some(domain) = domains.get_mut(owner as usize) else { return Ok(()) };
    match domain.admit(row) {
        Err(DomainError::Capacity { needed, .. }) if partition.capacity.is_none() => {
            domain.reserve(Room::Entities, needed + needed / 4)?;
            domain.admit(row)
        }
        result => result,
    }
}
