//! How a simulation begins: from a set-up, or from a snapshot.

use alloc::sync::Arc;
use alloc::vec::Vec;

use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_kernel::fingerprint::mix;

use super::{Kept, People, Seen, Simulation, Stage, Turn};
use crate::balance::Balance;
use crate::bounds::Bounds;
use crate::desks::Desks;
use crate::domain::{Domain, SPARE};
use crate::error::{DomainError, Phase, Room};
use crate::executor::Executor;
use crate::field::Sown;
use crate::guard::guarded;
use crate::ledger::{Ledger, Sums};
use crate::model::{Model, RowOf};
use crate::params::Params;
use crate::partition::Partition;
use crate::resume::{Arithmetic, SnapshotError};
use crate::setup::{self, Initial, SimulationError};
use crate::snapshot::{Snapshot, id_of};
use crate::start::Setup;
use crate::stats::Stats;
use crate::topology::Topology;

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
        Self::begun(setup, params, partition, executor, &[], &mut |_, _| {}, initial)
    }

    /// The same, with fields that begin as `sown` says, in the order of [`Model::FIELDS`]; those for which there
    /// is nothing as the model says.
    ///
    /// # Errors
    ///
    /// As [`Simulation::new`]; [`SimulationError::Field`].
    pub fn sown(
        setup: Setup,
        params: M::Params,
        partition: Partition,
        executor: X,
        sown: &[Sown],
        initial: Option<&mut Initial<'_>>,
    ) -> Result<Self, SimulationError> {
        Self::begun(setup, params, partition, executor, sown, &mut |_, _| {}, initial)
    }

    /// The same, where `place` changes each entity as plain numbers: its id is given to it.
    ///
    /// # Errors
    ///
    /// As [`Simulation::new`].
    pub fn placed(
        setup: Setup,
        params: M::Params,
        partition: Partition,
        executor: X,
        place: &mut dyn FnMut(u32, &mut RowOf<M>),
    ) -> Result<Self, SimulationError> {
        Self::begun(setup, params, partition, executor, &[], place, None)
    }

    fn begun(
        setup: Setup,
        params: M::Params,
        partition: Partition,
        executor: X,
        sown: &[Sown],
        change: &mut dyn FnMut(u32, &mut RowOf<M>),
        initial: Option<&mut Initial<'_>>,
    ) -> Result<Self, SimulationError> {
        let entities = u64::from(setup.population);
        let mut world = Self::empty(setup, params, partition, executor, entities, sown)?;
        let mut door = setup::Door::<M>::new()?;
        let bounds = Bounds::of(&world.setup.world, world.needed);
        let mut packed = alloc::vec![0; packed_len(M::Columns::SCHEMA, Reach::Owned)];
        let mut ids = setup::Ids::new(setup.population)?;
        let mut edit = initial;
        for id in 0..setup.population {
            door.columns.column_mut::<u32>(0)[0] = id;
            let place = world.place(Phase::Spawn);
            let mut row = guarded(place, 0, || world.model.spawn(&world.setup, id))?;
            change(id, &mut row);
            M::Columns::set_row(&mut door.columns.bind()?, 0, &row);
            M::Columns::pack(&door.columns.view()?, 0, Reach::Owned, &mut packed);
            if let Some(edit) = edit.as_mut() {
                edit(id, &mut packed)?;
            }
            door.check(&world.model, &bounds, &packed)?;
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
    /// [`SimulationError`], of kind [`SimulationError::Snapshot`] where the bytes are at fault, were computed by an
    /// arithmetic that is not allowed, or say that inputs are still to come: see [`crate::snapshot::with_inputs`].
    pub fn restore(
        bytes: &[u8],
        arithmetic: Arithmetic,
        partition: Partition,
        executor: X,
    ) -> Result<Self, SimulationError> {
        let snapshot = Snapshot::decode(bytes)?;
        let header = &snapshot.header;
        header.fits::<M>()?;
        header.computed_by(arithmetic)?;
        if let Some(next) = header.inputs.next {
            return Err(SnapshotError::Inputs { next }.into());
        }
        let params = M::Params::default().with(&header.params)?;
        let (entities, sown) = (header.population, snapshot.sown()?);
        let mut world = Self::empty(header.setup, params, partition, executor, entities, &sown)?;
        world.tick = header.tick;
        world.history.copy_from_slice(&header.history);
        world.balance = Balance::at(header.tick);
        let mut door = setup::Door::<M>::new()?;
        let bounds = Bounds::of(&world.setup.world, world.needed);
        let mut last = None;
        for row in snapshot.entities() {
            let id = id_of(row);
            if last.is_some_and(|last| id <= last) || id >= header.next_id {
                return Err(SnapshotError::Ids { id }.into());
            }
            last = Some(id);
            door.check(&world.model, &bounds, row)?;
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
        sown: &[Sown],
    ) -> Result<Self, SimulationError> {
        let (model, grid, needed) = setup::check::<M>(&setup, &params)?;
        let fields = setup::check_fields(&model, &setup, grid.radius(), sown)?;
        let topology = Topology::new(grid, partition.cut)?;
        let topology = Arc::new(topology.with_fields(fields.iter().map(|(lattice, _)| *lattice)));
        let count = topology.regions().len();
        let share = entities as usize / count;
        let room = partition.capacity.unwrap_or(share + share / 16 + SPARE);
        let mut domains = Vec::new();
        for id in executor.share(count as u32) {
            let mut domain = Domain::new(id, Arc::clone(&topology), room)?;
            if partition.capacity.is_some() {
                domain.reserve(Room::Ghosts, room / 8 + 64)?;
            }
            for (field, (_, start)) in fields.iter().enumerate() {
                domain.sow(field, |number| start.amount(setup.seed, field, number));
            }
            domains.push(domain);
        }
        executor.open(count);
        let history = || alloc::vec![0; Self::HISTORY];
        let kept = Kept { topology: Arc::clone(&topology), history: history(), rebalances: 0 };
        Ok(Self {
            model,
            params: params.canonical(),
            needed,
            setup: setup.canonical(),
            tick: 0,
            domains,
            desks: Desks::default(),
            partition,
            topology,
            executor,
            stage: Stage::Idle,
            inside: false,
            kept,
            ended: None,
            ledger: Ledger::new(count, M::Stats::LIST, M::FIELDS.len()),
            people: People {
                owned: 0,
                ids: 0,
                owned_of: alloc::vec![0; count],
                first_born: 0,
                next_id: 0,
            },
            turn: Turn::default(),
            balance: Balance::at(0),
            rebalances: 0,
            history: history(),
            sums: Sums::default(),
            totals: None,
            seen: Seen { history: history(), ..Seen::default() },
            asked: None,
            tools: Default::default(),
            given: false,
            answer: None,
        })
    }

    /// Gives a packed row to the domain it belongs to, if that lives here.
    fn admit(&mut self, row: &[u8]) -> Result<(), DomainError> {
        self.people.owned += 1;
        self.people.ids = self.people.ids.wrapping_add(mix(u64::from(id_of(row))));
        self.house(row)
    }

    /// The same of one who is counted elsewhere.
    pub(super) fn house(&mut self, row: &[u8]) -> Result<(), DomainError> {
        let cell = self.topology.grid().cell(setup::position::<M>(row));
        let owner = self.topology.owner(cell);
        let first = self.domains.first().map_or(0, Domain::id);
        let Some(domain) = self.domains.get_mut(owner.wrapping_sub(first) as usize) else {
            return Ok(());
        };
        match domain.admit(row) {
            Err(DomainError::Capacity { needed, .. }) if self.partition.capacity.is_none() => {
                domain.make_room(Room::Entities, needed + needed / 8 + SPARE)?;
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
        (self.people.first_born, self.people.next_id) = (next_id, next_id);
        self.rehome(Arc::clone(&self.topology));
        self.poll().map(drop)
    }
}
