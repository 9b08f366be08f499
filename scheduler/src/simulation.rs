//! A whole world of domains: set-up, ticks, rebalancing, the books.
//!
//! One tick, traced: [`Simulation::begin`] tells every [`Domain`] to begin, and
//! [`Simulation::poll`] goes on as far as it can, never blocking:
//!
//! ```text
//! Idle ──begin──▶ Drive ──▶ Books ──▶ Idle
//!                             └─ uneven ─▶ Weigh ──▶ Drive ──▶ Books ──▶ Idle
//! ```
//!
//! | stage | does |
//! | --- | --- |
//! | Drive | the [`Executor`] polls the domains until all have done their part |
//! | Books | censuses and statistics are added up over all processes, and held against the books: no id lost or doubled |
//! | Weigh | the weights of all cells are added up, and the world is cut anew |
//!
//! In one process every stage is done at once, and [`Simulation::step`] is all there is to call.

use alloc::sync::Arc;
use alloc::vec::Vec;
use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_kernel::fingerprint::mix;
use flockwork_spatial::Cut;

use crate::domain::{Domain, Progress, SPARE};
use crate::error::{DomainError, Panicked, Phase, Place, Room};
use crate::executor::Executor;
use crate::frame::Frame;
use crate::guard::guarded;
use crate::model::{Model, Setup, Tick};
use crate::params::Params;
use crate::setup::{self, Initial, SimulationError};
use crate::snapshot::{self, Arithmetic, SnapshotError};
use crate::topology::Topology;

mod sums;
mod view;

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

/// A world that is simulated, or one process's part of it.
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
    stage: Stage,
    /// Whether a poll goes on; still set, if one ended in a panic.
    inside: bool,
    kept: Kept,
    /// What the last observation saw, and the history at that time.
    seen: Option<Observation>,
    seen_history: Vec<i64>,
    seen_sums: sums::Sums,
    tick_sums: sums::Sums,
    /// The statistics of the last tick, where the model asks for them.
    totals: Option<M::Stats>,
    /// What is on its way to being added up: see [`Book`].
    books: Vec<u64>,
    /// What the censuses must add up to.
    owned: u64,
    ids: u64,
    /// How many entities each domain of the world owns.
    owned_of: Vec<u64>,
    next_id: u32,
    /// Per cell, two in each, for cutting.
    weights: Vec<u64>,
    imbalance: f64,
    next_check: u64,
    check_every: u64,
    rebalances: u64,
    ended: Option<SimulationError>,
}

/// What a simulation needs besides its domains to go back to the last completed tick.
struct Kept {
    topology: Arc<Topology>,
    history: Vec<i64>,
    rebalances: u64,
}

/// Ticks between two looks at the balance, at first.
const CHECK_EVERY: u64 = 8;

/// What a simulation is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Idle,
    Drive(Why),
    Books(Why),
    Weigh,
    Tally,
    Observe,
}

/// Why the domains are driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// To compute a tick.
    Tick,
    /// To bring entities to new owners.
    Move,
}

/// The places of `Simulation::books`.
struct Book;

impl Book {
    const OWNED: usize = 0;
    const IDS: usize = 1;
    const BORN: usize = 2;
    const BORN_IDS: usize = 3;
    const DIED: usize = 4;
    const DIED_IDS: usize = 5;
    const UNDER_WAY: usize = 6;
    const FINGERPRINT: usize = 7;
    /// The words of the model's statistics. After them come the work of each domain of the world, the
    /// entities each owns, and its peaks.
    const SUMS: usize = 8;
}

/// What can be seen of a whole world between two ticks, the same in all its processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Ticks done.
    pub tick: u64,
    /// The number of entities.
    pub population: u64,
    /// The fingerprint of the whole state: see [`flockwork_kernel::fingerprint`].
    pub fingerprint: u64,
}

impl<M: Model, X: Executor> Simulation<M, X> {
    /// Makes a world of `setup.population` entities as the model spawns them; `initial` may change
    /// each one.
    ///
    /// Of several processes each makes all entities, and keeps those of its own domains. There,
    /// [`Simulation::poll`] must then be called until it is done.
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
        let entities = u64::from(setup.population);
        let mut world = Self::empty(setup, params, partition, executor, entities)?;
        let mut door = setup::Door::<M>::new()?;
        let mut packed = alloc::vec![0; packed_len(M::Columns::SCHEMA, Reach::Owned)];
        let mut ids = setup::Ids::new(setup.population)?;
        let mut edit = initial;
        for id in 0..setup.population {
            door.columns.column_mut::<u32>(0)[0] = id;
            let place = world.place(Phase::Spawn);
            let row = guarded(place, 0, || world.model.spawn(&world.setup, id))?;
            M::Columns::set_row(&mut door.columns.bind()?, 0, &row);
            M::Columns::pack(&door.columns.view()?, 0, Reach::Owned, &mut packed);
            if let Some(edit) = edit.as_mut() {
                edit(id, &mut packed)?;
            }
            door.check(&world.model, &world.setup.world, &packed)?;
            ids.push(&packed);
            world.admit(&packed)?;
        }
        let next_id = ids.check()?;
        world.settle(next_id)?;
        Ok(world)
    }

    /// Makes a world from what [`Simulation::snapshot`] wrote, under any partition. As for
    /// [`Simulation::new`], each of several processes keeps what is its own.
    ///
    /// # Errors
    ///
    /// [`SimulationError`], of kind [`SimulationError::Snapshot`] where the bytes are at fault or
    /// were computed by an arithmetic that is not allowed.
    pub fn restore(
        bytes: &[u8],
        arithmetic: Arithmetic,
        partition: Partition,
        executor: X,
    ) -> Result<Self, SimulationError> {
        let (header, body) = snapshot::read(bytes)?;
        header.fits::<M>()?;
        header.computed_by(arithmetic)?;
        let mut params = M::Params::default();
        for (name, value) in &header.params {
            params.set(name, *value)?;
        }
        let mut world = Self::empty(header.setup, params, partition, executor, header.population)?;
        world.tick = header.tick;
        world.history.copy_from_slice(&header.history);
        world.next_check = header.tick.saturating_add(CHECK_EVERY);
        let mut door = setup::Door::<M>::new()?;
        let mut last = None;
        for row in body.chunks_exact(header.row_len) {
            let id = u32::from_le_bytes([row[0], row[1], row[2], row[3]]);
            if last.is_some_and(|last| id <= last) || id >= header.next_id {
                return Err(SnapshotError::Ids { id }.into());
            }
            last = Some(id);
            door.check(&world.model, &world.setup.world, row)?;
            world.admit(row)?;
        }
        world.settle(header.next_id)?;
        Ok(world)
    }

    /// A world with room for this many entities, and none yet.
    fn empty(
        setup: Setup,
        params: M::Params,
        partition: Partition,
        mut executor: X,
        entities: u64,
    ) -> Result<Self, SimulationError> {
        let (model, grid) = setup::check::<M>(&setup, params)?;
        let topology = Arc::new(Topology::new(grid, partition.cut, &|_, _| 1)?);
        let count = topology.regions().len();
        let share = entities as usize / count;
        let room = partition.capacity.unwrap_or(share + share / 16 + SPARE);
        let mut domains = Vec::new();
        for id in executor.share(count as u32) {
            domains.push(Domain::new(id, Arc::clone(&topology), room)?);
        }
        executor.open(count);
        Ok(Self {
            model,
            params: params.canonical(),
            setup: setup.canonical(),
            tick: 0,
            domains,
            history: alloc::vec![0; M::HISTORY],
            kept: Kept {
                topology: Arc::clone(&topology),
                history: alloc::vec![0; M::HISTORY],
                rebalances: 0,
            },
            partition,
            topology,
            executor,
            stage: Stage::Idle,
            inside: false,
            seen: None,
            seen_history: alloc::vec![0; M::HISTORY],
            seen_sums: sums::Sums::default(),
            tick_sums: sums::Sums::default(),
            totals: None,
            books: alloc::vec![0; Self::book_len(count)],
            owned: 0,
            ids: 0,
            owned_of: alloc::vec![0; count],
            next_id: 0,
            weights: Vec::new(),
            imbalance: 1.0,
            next_check: CHECK_EVERY,
            check_every: CHECK_EVERY,
            rebalances: 0,
            ended: None,
        })
    }

    /// Gives a packed row to the domain it belongs to, if that lives here.
    fn admit(&mut self, row: &[u8]) -> Result<(), DomainError> {
        let (x, y) = setup::position::<M>(row);
        let cell = self.topology.grid().cell(x, y);
        let owner = self.topology.owner(cell.0, cell.1);
        let id = u32::from_le_bytes([row[0], row[1], row[2], row[3]]);
        self.owned += 1;
        self.ids = self.ids.wrapping_add(mix(u64::from(id)));
        let first = self.domains.first().map_or(0, Domain::id);
        let Some(domain) = self.domains.get_mut(owner.wrapping_sub(first) as usize) else {
            return Ok(());
        };
        match domain.admit(row) {
            Err(DomainError::Capacity { needed, .. }) if self.partition.capacity.is_none() => {
                domain.reserve(Room::Entities, needed + needed / 4)?;
                domain.admit(row)
            }
            result => result,
        }
    }

    /// Sends admitted entities' ghosts.
    fn settle(&mut self, next_id: u32) -> Result<(), SimulationError> {
        for domain in &mut self.domains {
            domain.set_next_id(next_id);
        }
        self.next_id = next_id;
        self.rehome(Arc::clone(&self.topology));
        self.poll().map(drop)
    }

    /// Has all entities brought to their owners under a new cut.
    fn rehome(&mut self, topology: Arc<Topology>) {
        self.keep();
        self.topology = topology;
        for domain in &mut self.domains {
            domain.rehome(Arc::clone(&self.topology));
        }
        self.stage = Stage::Drive(Why::Move);
    }

    /// Computes one tick.
    ///
    /// # Errors
    ///
    /// As [`Simulation::poll`].
    pub fn step(&mut self) -> Result<(), SimulationError> {
        self.finish()?;
        self.begin();
        self.finish()
    }

    /// Polls until all is done.
    fn finish(&mut self) -> Result<(), SimulationError> {
        while self.poll()? == Progress::Waiting {
            core::hint::spin_loop();
        }
        Ok(())
    }

    /// Begins a tick: poll until it is done. Nothing happens while something else goes on.
    pub fn begin(&mut self) {
        if self.stage == Stage::Idle && self.ended.is_none() {
            self.keep();
            for domain in &mut self.domains {
                domain.begin_tick();
            }
            self.stage = Stage::Drive(Why::Tick);
        }
    }

    /// Writes down what [`Simulation::end`] needs.
    fn keep(&mut self) {
        self.kept.topology = Arc::clone(&self.topology);
        self.kept.history.copy_from_slice(&self.history);
        self.kept.rebalances = self.rebalances;
    }

    /// Goes on with what was begun, as far as other processes allow; never blocks unless the
    /// executor does.
    ///
    /// # Errors
    ///
    /// [`SimulationError`]; the simulation has then ended, and gives the same error again. Its state
    /// is that of the last completed tick, and all that can be seen of it is of that tick. Of
    /// several processes each goes back to the last tick that was completed there.
    ///
    /// [`SimulationError::FloatMode`] alone changes nothing: the thread that calls this may be put
    /// right, or another one call it.
    ///
    /// That also holds after a panic that went through this function and was caught further up,
    /// which it does where the feature `std` is not on: call this once more.
    pub fn poll(&mut self) -> Result<Progress, SimulationError> {
        setup::check_mode()?;
        if core::mem::take(&mut self.inside) {
            let panicked = self.uncaught();
            return Err(self.end(panicked.into()));
        }
        loop {
            if self.stage == Stage::Idle {
                return self.ended.as_ref().map_or(Ok(Progress::Done), |e| Err(e.clone()));
            }
            self.inside = true;
            let result = match self.stage {
                Stage::Idle => Ok(Progress::Done),
                Stage::Drive(why) => self.drive(why),
                Stage::Books(why) => self.balance_books(why),
                Stage::Weigh => self.recut(),
                Stage::Tally => self.tally(),
                Stage::Observe => self.see(),
            };
            self.inside = false;
            match result {
                Ok(Progress::Done) => {}
                Ok(Progress::Waiting) => return Ok(Progress::Waiting),
                Err(error) => return Err(self.end(error)),
            }
        }
    }

    /// Goes back to the last completed tick, for good.
    fn end(&mut self, error: SimulationError) -> SimulationError {
        if matches!(self.stage, Stage::Drive(_) | Stage::Books(_)) {
            for domain in &mut self.domains {
                domain.undo(self.tick);
            }
            self.topology = Arc::clone(&self.kept.topology);
            self.history.copy_from_slice(&self.kept.history);
            self.rebalances = self.kept.rebalances;
        }
        self.stage = Stage::Idle;
        self.ended = Some(error.clone());
        error
    }

    /// A panic that went through a poll.
    fn uncaught(&self) -> Panicked {
        let phase = match self.stage {
            Stage::Tally => Phase::Tally,
            _ => Phase::Remember,
        };
        let inside = self.domains.iter().find(|domain| domain.doing().is_some());
        let place = inside.map_or(self.place(phase), |domain| domain.place(self.tick));
        Panicked { message: "the panic was not caught where it happened".into(), place, worker: 0 }
    }

    fn place(&self, phase: Phase) -> Place {
        Place { phase, domain: None, tick: self.tick }
    }

    // The stages are functions of their own: as one, they are too long for V8 to optimise.
    #[inline(never)]
    fn drive(&mut self, why: Why) -> Result<Progress, SimulationError> {
        let clock = self.executor.clock();
        let frame = Frame {
            model: &self.model,
            tick: Tick { number: self.tick, setup: self.setup, totals: self.totals.as_ref() },
            clock: &clock,
            tally: M::TOTALS || (M::HISTORY > 0 && why == Why::Tick),
            grow: self.partition.capacity.is_none(),
        };
        let progress = self.executor.drive(&mut self.domains, &frame)?;
        if progress == Progress::Done {
            self.write_books();
            self.stage = Stage::Books(why);
        }
        Ok(progress)
    }

    /// Writes down what the domains of this process have.
    fn write_books(&mut self) {
        self.books.fill(0);
        for domain in &self.domains {
            let census = domain.census();
            for (place, value) in [
                (Book::OWNED, census.owned),
                (Book::IDS, census.ids),
                (Book::BORN, census.born),
                (Book::BORN_IDS, census.born_ids),
                (Book::DIED, census.died),
                (Book::DIED_IDS, census.died_ids),
                (Book::UNDER_WAY, domain.under_way()),
            ] {
                self.books[place] = self.books[place].wrapping_add(value);
            }
            let (id, count) = (domain.id() as usize, self.topology.regions().len());
            for (at, value) in [(id, domain.counters().work), (count + id, census.owned)] {
                if let Some(place) = self.books.get_mut(Self::WORK + at) {
                    *place = value;
                }
            }
        }
        self.write_sums();
    }

    /// No id may be lost or doubled in an exchange.
    #[inline(never)]
    fn balance_books(&mut self, why: Why) -> Result<Progress, SimulationError> {
        if self.executor.sum(&mut self.books)? == Progress::Waiting {
            return Ok(Progress::Waiting);
        }
        // Nothing of this counts before all of it is known to be good.
        let tick = self.tick + u64::from(why == Why::Tick);
        let book = |place: usize| self.books[place];
        let owned = self.owned.wrapping_add(book(Book::BORN)).wrapping_sub(book(Book::DIED));
        let ids = self.ids.wrapping_add(book(Book::BORN_IDS)).wrapping_sub(book(Book::DIED_IDS));
        let (found, under_way) = (book(Book::OWNED), book(Book::UNDER_WAY));
        if (found, book(Book::IDS)) != (owned, ids) {
            return Err(SimulationError::Conservation { tick, expected: owned, found });
        }
        if under_way != 0 {
            return Err(SimulationError::LostMail { tick, messages: under_way as i64 });
        }
        self.take_sums(tick, owned, why)?;
        (self.tick, self.owned, self.ids) = (tick, owned, ids);
        let domains = self.owned_of.len();
        let (work, owned_of) = self.books[Self::WORK..].split_at(domains);
        self.imbalance = imbalance(work);
        self.owned_of.copy_from_slice(&owned_of[..domains]);
        self.next_id = self.domains.first().map_or(self.next_id, Domain::next_id);
        self.stage = Stage::Idle;
        if why == Why::Tick && self.tick >= self.next_check {
            self.check_balance();
        }
        Ok(Progress::Done)
    }

    /// Has the world cut anew where the work is uneven.
    fn check_balance(&mut self) {
        if self.partition.rebalance.is_some_and(|limit| self.imbalance > limit) {
            self.weights.clear();
            self.weights.resize((self.topology.grid().cells() as usize).div_ceil(2), 0);
            let weights = bytemuck::cast_slice_mut(&mut self.weights);
            for domain in &self.domains {
                domain.add_weights(weights);
            }
            self.stage = Stage::Weigh;
        } else {
            self.check_every = CHECK_EVERY;
        }
        self.next_check = self.tick.saturating_add(self.check_every);
    }

    #[inline(never)]
    fn recut(&mut self) -> Result<Progress, SimulationError> {
        // Two weights in one value do not mix: no cell has a weight in more than one process.
        if self.executor.sum(&mut self.weights)? == Progress::Waiting {
            return Ok(Progress::Waiting);
        }
        let grid = *self.topology.grid();
        let weights: &[u32] = bytemuck::cast_slice(&self.weights);
        let weight = |row, col| u64::from(weights[(row * grid.cols() + col) as usize]);
        let topology = Topology::new(grid, self.partition.cut, &weight)?;
        if topology.regions() == self.topology.regions() {
            // No better cut there is: look again, ever less often.
            self.check_every = (self.check_every * 2).min(1024);
            self.stage = Stage::Idle;
        } else {
            self.check_every = CHECK_EVERY;
            self.rehome(Arc::new(topology));
            self.rebalances += 1;
        }
        self.next_check = self.tick.saturating_add(self.check_every);
        Ok(Progress::Done)
    }

    /// Sets the parameters between two ticks; poll until it is done. All processes of a world must
    /// do so at the same tick.
    ///
    /// # Errors
    ///
    /// [`SimulationError`] if the parameters are not acceptable, a tick is not done yet or the
    /// simulation has ended; nothing was changed then.
    pub fn set_params(&mut self, params: M::Params) -> Result<(), SimulationError> {
        if let Some(error) = &self.ended {
            return Err(error.clone());
        }
        if self.stage != Stage::Idle {
            return Err(SimulationError::Busy { tick: self.tick });
        }
        params.check_live(&self.params)?;
        let (model, grid) = setup::check::<M>(&self.setup, params)?;
        if grid != *self.topology.grid() {
            self.rehome(Arc::new(Topology::new(grid, self.partition.cut, &|_, _| 1)?));
        } else if M::TOTALS {
            // Statistics may be functions of the parameters: they are made anew.
            self.rehome(Arc::clone(&self.topology));
        }
        self.model = model;
        self.params = params.canonical();
        Ok(())
    }

    /// Begins an observation: poll until it is done, then call [`Simulation::observation`]. Nothing
    /// happens while something else goes on, or after an error.
    pub fn begin_observation(&mut self) {
        if self.stage == Stage::Idle && self.ended.is_none() {
            self.stage = Stage::Tally;
        }
    }

    fn tally(&mut self) -> Result<Progress, SimulationError> {
        self.write_books();
        self.tally_all()?;
        self.books[Book::FINGERPRINT] = self.fingerprint()?;
        self.stage = Stage::Observe;
        Ok(Progress::Done)
    }

    fn see(&mut self) -> Result<Progress, SimulationError> {
        let progress = self.executor.sum(&mut self.books)?;
        if progress == Progress::Done {
            self.seen_history.copy_from_slice(&self.history);
            self.seen = Some(Observation {
                tick: self.tick,
                population: self.owned,
                fingerprint: self.books[Book::FINGERPRINT],
            });
            self.read_sums(|world| &mut world.seen_sums);
            self.stage = Stage::Idle;
        }
        Ok(progress)
    }

    /// Observes the whole world.
    ///
    /// # Errors
    ///
    /// As [`Simulation::poll`]; [`SimulationError::Busy`] if something else goes on.
    pub fn observe(&mut self) -> Result<Observation, SimulationError> {
        let stage = self.stage;
        self.begin_observation();
        self.finish()?;
        match self.seen {
            Some(seen) if stage == Stage::Idle => Ok(seen),
            _ => Err(SimulationError::Busy { tick: self.tick }),
        }
    }
}

/// The most work of a domain over the mean work.
fn imbalance(work: &[u64]) -> f64 {
    let total: u64 = work.iter().sum();
    let most = work.iter().max().copied().unwrap_or(0);
    if total == 0 { 1.0 } else { most as f64 * work.len() as f64 / total as f64 }
}
