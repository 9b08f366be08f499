//! Goes through a batch of inputs, in order, beside the state.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_kernel::isa::Baseline;
use flockwork_kernel::{Axes, Vector, World};
use flockwork_spatial::{Cut, NO_CELL};

use super::named::Named;
use super::near::{Hit, Near};
use super::{Changed, Plan, Problem, Slot, State, absent};
use crate::arena::Arena;
use crate::bounds::{Bounds, Outside};
use crate::domain::Domain;
use crate::error::{DomainError, Phase, Place};
use crate::guard::guarded;
use crate::inputs::{Input, MOST, Values};
use crate::model::{AxesOf, Model, Poke, RowOf, Tick, VectorOf};
use crate::params::{Given, Params};
use crate::precision::Needed;
use crate::setup::{self, Door, SimulationError};
use crate::spot::{Axis, Spot, number_name, whole_vectors};
use crate::topology::Topology;

/// The state that a batch meets.
pub(crate) struct Scene<'a, M: Model> {
    pub(crate) model: &'a M,
    pub(crate) params: &'a M::Params,
    pub(crate) needed: Needed,
    pub(crate) tick: Tick<'a, M>,
    pub(crate) domains: &'a [Domain<M>],
    pub(crate) topology: &'a Topology,
    pub(crate) cut: Cut,
    pub(crate) next_id: u32,
}

/// Why an input cannot be done: with which entity, and what is wrong.
type Wrong = (u32, String);

fn wrong(problem: impl ToString) -> Wrong {
    (0, problem.to_string())
}

/// Works out what a batch does.
///
/// # Errors
///
/// If there is no memory for that, or the columns are not what they were made as.
pub(crate) fn judge<M: Model>(
    scene: &Scene<'_, M>,
    inputs: &[Input],
) -> Result<Plan<M>, SimulationError> {
    let mut judge = Judge::new(scene)?;
    if inputs.len() > MOST {
        let text = format!("there are {} inputs for one tick: at most {MOST} may be", inputs.len());
        judge.plan.problem = Some(Problem { place: MOST, id: 0, text });
        return Ok(judge.plan);
    }
    judge.find(inputs);
    for (place, input) in inputs.iter().enumerate() {
        if let Err((id, text)) = judge.input(input) {
            judge.plan.problem = Some(Problem { place, id, text });
            break;
        }
    }
    Ok(judge.plan)
}

struct Judge<'a, M: Model> {
    scene: &'a Scene<'a, M>,
    plan: Plan<M>,
    /// The first row of each domain, if they were all in one list; and how many there are.
    firsts: Vec<u32>,
    /// By row of that list, and then by those who are spawned: the slot, if there is one.
    slot_of: Vec<u32>,
    /// How many rows there are.
    rows: u32,
    named: Named,
    door: Door<M>,
    bounds: Bounds,
    spots: Vec<(String, Spot)>,
    near: Option<Near<AxesOf<M>>>,
    packed: Vec<u8>,
}

/// No slot.
const NONE: u32 = u32::MAX;

impl<'a, M: Model> Judge<'a, M> {
    fn new(scene: &'a Scene<'a, M>) -> Result<Self, SimulationError> {
        let stride = packed_len(M::Columns::SCHEMA, Reach::Owned);
        let (mut firsts, mut rows) = (Vec::new(), 0);
        for domain in scene.domains {
            firsts.push(rows);
            rows += domain.cells().len() as u32;
        }
        let plan = Plan {
            slots: Vec::new(),
            stride,
            now: Vec::new(),
            before: Vec::new(),
            changed: None,
            first_id: scene.next_id,
            spawned: 0,
            found: Vec::new(),
            problem: None,
        };
        let world = &scene.tick.setup.world;
        Ok(Self {
            scene,
            plan,
            firsts,
            slot_of: alloc::vec![NONE; rows as usize],
            rows,
            named: Named::default(),
            door: Door::new()?,
            bounds: Bounds::of(world, scene.needed),
            spots: spots::<M>(world, scene.needed),
            near: None,
            packed: alloc::vec![0; stride],
        })
    }

    /// Finds the rows of all entities that the batch names.
    fn find(&mut self, inputs: &[Input]) {
        let old = |input: &Input| input.entity().filter(|id| *id < self.plan.first_id);
        self.named = Named::of(inputs.iter().filter_map(old));
        if !self.named.is_empty() {
            for (first, domain) in self.firsts.iter().zip(self.scene.domains) {
                let ids = domain.ids();
                for (row, _) in domain.cells().iter().enumerate().filter(|(_, c)| **c != NO_CELL) {
                    self.named.meet(ids[row], first + row as u32);
                }
            }
        }
        self.plan.found = alloc::vec![0; inputs.len().div_ceil(64)];
        for (place, input) in inputs.iter().enumerate() {
            if old(input).is_some_and(|id| self.named.row(id).is_some()) {
                self.plan.found[place / 64] |= 1 << (place % 64);
            }
        }
    }

    fn input(&mut self, input: &Input) -> Result<(), Wrong> {
        match input {
            Input::Spawn { values } => self.spawn(values),
            Input::Params { params } => self.params(params),
            Input::Poke { at, radius, values } => self.poke(at, *radius, values),
            Input::Remove { id } => match self.entity(*id, input)? {
                Some(entity) => {
                    let slot = self.touch(entity)?;
                    self.plan.slots[slot].state = State::Removed;
                    self.put(entity, None);
                    Ok(())
                }
                None => Ok(()),
            },
            Input::Set { id, values } => {
                // What is wrong with the values alone is found in every process.
                self.check_values(values)?;
                match self.entity(*id, input)? {
                    Some(entity) => self.set(entity, values),
                    None => Ok(()),
                }
            }
        }
    }

    fn model(&self) -> &M {
        self.plan.changed.as_ref().map_or(self.scene.model, |changed| &changed.model)
    }

    fn place(&self) -> Place {
        Place { phase: Phase::Inputs, domain: None, tick: self.scene.tick.number }
    }

    /// An entity that an input names; None for one that is not in this process.
    fn entity(&self, id: u32, input: &Input) -> Result<Option<u32>, Wrong> {
        let spawned = id.checked_sub(self.plan.first_id);
        let entity = match spawned {
            Some(number) if number < self.plan.spawned => self.rows + number,
            Some(_) => return Err((0, absent(input))),
            None => match self.named.row(id) {
                Some(row) => row,
                None => return Ok(None),
            },
        };
        let slot = self.slot_of[entity as usize];
        let state = self.plan.slots.get(slot as usize).map_or(State::Lives, |slot| slot.state);
        let gone = match state {
            State::Lives => return Ok(Some(entity)),
            State::Removed => "was removed",
            State::Dead => "has died",
        };
        let name = input.name();
        Err((0, format!("`{name}` is for entity {id}, which {gone} by an input before it")))
    }

    /// The slot of an entity of which there may be none yet.
    fn touch(&mut self, entity: u32) -> Result<usize, Wrong> {
        let known = self.slot_of[entity as usize];
        if known != NONE {
            return Ok(known as usize);
        }
        let domain = self.firsts.partition_point(|first| *first <= entity) - 1;
        let row = entity - self.firsts[domain];
        let of = &self.scene.domains[domain];
        let view = of.view().map_err(wrong)?;
        M::Columns::pack(&view, row as usize, Reach::Owned, &mut self.packed);
        let id = of.ids()[row as usize];
        self.slot_of[entity as usize] = self.plan.slots.len() as u32;
        Ok(self.push(Slot { home: Some((domain as u32, row)), id, state: State::Lives }))
    }

    /// A new slot with the packed row.
    fn push(&mut self, slot: Slot) -> usize {
        self.plan.slots.push(slot);
        self.plan.now.extend_from_slice(&self.packed);
        self.plan.before.extend_from_slice(&self.packed);
        self.plan.slots.len() - 1
    }

    /// Whoever asks who is near sees that an entity is elsewhere.
    fn put(&mut self, entity: u32, place: Option<VectorOf<M>>) {
        if let Some(near) = &mut self.near {
            near.put(entity, place);
        }
    }

    fn spot(&self, name: &str) -> Result<Spot, String> {
        let found = self.spots.iter().find(|(known, _)| known == name);
        found.map(|(_, spot)| *spot).ok_or_else(|| {
            let known: Vec<_> = self.spots.iter().map(|(name, _)| name.as_str()).collect();
            format!("the model has no column `{name}`; it has {}", known.join(", "))
        })
    }

    fn check_values(&self, values: &Values) -> Result<(), Wrong> {
        for (at, (name, value)) in values.iter().enumerate() {
            let spot = self.spot(name).map_err(wrong)?;
            if values[..at].iter().any(|(other, _)| other == name) {
                return Err(wrong(format!("`{name}` is given twice")));
            }
            spot.check(*value)
                .map_err(|problem| wrong(format!("`{name}` is {value}: {problem}")))?;
        }
        Ok(())
    }

    /// Writes values that were checked into the packed row.
    fn write(&mut self, values: &Values) {
        for (name, value) in values {
            if let Ok(spot) = self.spot(name) {
                spot.put(*value, &mut self.packed);
            }
        }
    }

    /// The packed row must be an entity that may be.
    fn check(&mut self, id: u32) -> Result<(), Wrong> {
        let model = self.plan.changed.as_ref().map_or(self.scene.model, |changed| &changed.model);
        let fits = self.door.check(model, &self.bounds, &self.packed);
        fits.map_err(|error| (id, error.to_string()))
    }

    /// Whether who is at the door lives.
    fn lives(&self) -> bool {
        self.door.columns.alive().is_none_or(|alive| alive.first() != Some(&0))
    }

    /// Takes the packed row, which was checked, for a slot.
    fn store(&mut self, entity: u32, slot: usize) {
        let begin = slot * self.plan.stride;
        self.plan.now[begin..begin + self.plan.stride].copy_from_slice(&self.packed);
        let lives = self.lives();
        if !lives {
            self.plan.slots[slot].state = State::Dead;
        }
        let place = setup::position::<M>(&self.packed);
        self.put(entity, lives.then_some(place));
    }

    fn spawn(&mut self, values: &Values) -> Result<(), Wrong> {
        // The largest id is that of nobody.
        let id = self.plan.first_id.checked_add(self.plan.spawned).filter(|id| *id < u32::MAX - 1);
        let id = id.ok_or_else(|| wrong("there are no ids left for those who are spawned"))?;
        self.check_values(values)?;
        let given: Vec<(&str, u32)> = values
            .iter()
            .filter_map(|(name, _)| self.spot(name).ok())
            .map(|spot| (spot.column.name, spot.component))
            .collect();
        whole_vectors(M::Columns::SCHEMA, &given).map_err(wrong)?;
        let (place, setup) = (self.place(), self.scene.tick.setup);
        let row = guarded(place, 0, || self.model().spawn(&setup, id)).map_err(wrong)?;
        self.pack(id, &row)?;
        self.write(values);
        self.check(0)?;
        let entity = self.rows + self.plan.spawned;
        self.plan.spawned += 1;
        let slot = self.push(Slot { home: None, id, state: State::Lives });
        self.slot_of.push(slot as u32);
        if let Some(near) = &mut self.near {
            near.push(None);
        }
        self.store(entity, slot);
        Ok(())
    }

    /// Makes a packed row of an entity.
    fn pack(&mut self, id: u32, row: &RowOf<M>) -> Result<(), Wrong> {
        let mut columns = self.door.columns.bind().map_err(wrong)?;
        M::Columns::set_row(&mut columns, 0, row);
        M::Columns::set_id(&mut columns, 0, id);
        M::Columns::settle::<Baseline>(&mut columns, 0..1);
        M::Columns::pack(&M::Columns::share(&columns), 0, Reach::Owned, &mut self.packed);
        Ok(())
    }

    fn set(&mut self, entity: u32, values: &Values) -> Result<(), Wrong> {
        let slot = self.touch(entity)?;
        let id = self.plan.slots[slot].id;
        self.packed.copy_from_slice(self.plan.row(slot));
        self.write(values);
        self.check(id)?;
        self.store(entity, slot);
        Ok(())
    }

    fn params(&mut self, given: &[Given]) -> Result<(), Wrong> {
        let scene = self.scene;
        let (before, needed, grid) = match &self.plan.changed {
            Some(changed) => {
                let grid = changed.topology.as_deref().unwrap_or(scene.topology).grid();
                (&changed.params, changed.needed, *grid)
            }
            None => (scene.params, scene.needed, *scene.topology.grid()),
        };
        let params = before.clone().with(given).map_err(wrong)?;
        params.check_live(before).map_err(wrong)?;
        let setup = &scene.tick.setup;
        let (model, new_grid, new) = setup::check::<M>(setup, &params).map_err(wrong)?;
        let mut topology = self.plan.changed.take().and_then(|changed| changed.topology);
        if new_grid != grid {
            topology = Some(Arc::new(Topology::new(new_grid, scene.cut).map_err(wrong)?));
        }
        self.plan.changed =
            Some(Changed { params: params.canonical(), model, needed: new, topology });
        self.bounds = Bounds::of(&setup.world, new);
        self.spots = spots::<M>(&setup.world, new);
        let finer = new.reach_in(&setup.world) < needed.reach_in(&setup.world);
        if finer { self.check_places() } else { Ok(()) }
    }

    /// No entity may be where places are too far apart.
    fn check_places(&self) -> Result<(), Wrong> {
        let mut first: Option<Wrong> = None;
        self.each_place(|_, id, place| {
            if let Some(Outside::Precision(coarse)) = place.and_then(|p| self.bounds.outside(p))
                && first.as_ref().is_none_or(|(other, _)| id < *other)
            {
                first = Some((id, SimulationError::TooFar { id, coarse }.to_string()));
            }
        });
        first.map_or(Ok(()), Err)
    }

    /// Calls `each` with every entity of this process, its id and its place; None of who is not there.
    fn each_place(&self, mut each: impl FnMut(u32, u32, Option<VectorOf<M>>)) {
        let of = |slot: u32| {
            let known = self.plan.slots.get(slot as usize)?;
            let place = setup::position::<M>(self.plan.row(slot as usize));
            Some((known.id, (known.state == State::Lives).then_some(place)))
        };
        for (first, domain) in self.firsts.iter().zip(self.scene.domains) {
            let (ids, places) = (domain.ids(), domain.places());
            for (row, cell) in domain.cells().iter().enumerate() {
                let entity = first + row as u32;
                let (id, place) = of(self.slot_of[entity as usize])
                    .unwrap_or_else(|| (ids[row], (*cell != NO_CELL).then(|| places.at(row))));
                each(entity, id, place);
            }
        }
        for entity in self.rows..self.slot_of.len() as u32 {
            if let Some((id, place)) = of(self.slot_of[entity as usize]) {
                each(entity, id, place);
            }
        }
    }

    fn poke(&mut self, at: &[f64], radius: f64, values: &Values) -> Result<(), Wrong> {
        if M::POKES.is_empty() {
            let name = M::NAME;
            return Err(wrong(format!("nobody can be poked in the model `{name}`")));
        }
        let at = self.point(at)?;
        if !(radius >= 0.0 && radius <= f64::from(f32::MAX)) {
            return Err(wrong(format!("`radius` is {radius}: it must be a finite number from 0")));
        }
        for (name, value) in values {
            if !M::POKES.contains(&name.as_str()) {
                let known = M::POKES.join(", ");
                return Err(wrong(format!("a poke has no `{name}`; it has {known}")));
            }
            if !(*value as f32).is_finite() {
                return Err(wrong(format!("`{name}` is {value}: it must be a finite number")));
            }
        }
        if self.near.is_none() {
            let (world, grid) = (self.scene.tick.setup.world, self.scene.topology.grid());
            let mut near = Near::new(world, grid.radius(), self.slot_of.len());
            self.each_place(|_, _, place| near.push(place));
            self.near = Some(near);
        }
        let Some(near) = &mut self.near else { return Ok(()) };
        let hits = near.within(at, radius as f32);
        let mut first: Option<Wrong> = None;
        for Hit { entity, offset } in hits {
            if let Err(wrong) = self.hit(entity, offset, values)
                && first.as_ref().is_none_or(|(other, _)| wrong.0 < *other)
            {
                first = Some(wrong);
            }
        }
        first.map_or(Ok(()), Err)
    }

    /// A point of the world.
    fn point(&self, at: &[f64]) -> Result<VectorOf<M>, Wrong> {
        let axes = AxesOf::<M>::COUNT;
        if at.len() != axes {
            let given = at.len();
            return Err(wrong(format!("`at` has {given} coordinates: it must have {axes}")));
        }
        let needed = self.plan.changed.as_ref().map_or(self.scene.needed, |c| c.needed);
        let mut place = [0.0; World::MOST_AXES];
        for ((to, from), name) in place.iter_mut().zip(at).zip(World::COORDINATES) {
            let axis = Axis::of(&self.scene.tick.setup.world, needed, name);
            let problem = axis.map_or(Ok(()), |axis| axis.check(*from)).and_then(|()| {
                if from.is_finite() { Ok(()) } else { Err("it must be a finite number".into()) }
            });
            problem.map_err(|problem| wrong(format!("`at` is {from} along {name}: {problem}")))?;
            *to = axis.map_or(0.0, |axis| axis.place(*from));
        }
        Ok(Vector::of(place[0], place[1], place[2]))
    }

    fn hit(&mut self, entity: u32, offset: VectorOf<M>, values: &Values) -> Result<(), Wrong> {
        let slot = self.touch(entity)?;
        let id = self.plan.slots[slot].id;
        self.packed.copy_from_slice(self.plan.row(slot));
        let tick = self.scene.tick;
        let mut row = unpacked::<M>(&mut self.door.columns, &self.packed).map_err(wrong)?;
        let poke = Poke { offset, tick: &tick, values };
        guarded(self.place(), 0, || self.model().poke(&mut row, &poke))
            .map_err(|panicked| (id, panicked.to_string()))?;
        self.pack(id, &row)?;
        self.check(id)?;
        self.store(entity, slot);
        Ok(())
    }
}

/// An entity as plain numbers; what does not travel is 0.
fn unpacked<M: Model>(
    door: &mut Arena<M::Columns>,
    packed: &[u8],
) -> Result<RowOf<M>, DomainError> {
    M::Columns::set_row(&mut door.bind()?, 0, &Default::default());
    door.unpack(0, Reach::Owned, packed);
    Ok(M::Columns::row(&door.view()?, 0))
}

/// All numbers of an entity that may be given, by name: all but its id.
fn spots<M: Model>(world: &World, needed: Needed) -> Vec<(String, Spot)> {
    let mut spots = Vec::new();
    let mut offset = 0;
    for column in M::Columns::SCHEMA.iter().filter(|column| column.reach >= Reach::Owned) {
        for component in 0..column.components {
            let name = number_name(column, component);
            spots.push((name, Spot::of(column, offset, component, world, needed)));
        }
        offset += column.stride();
    }
    spots.remove(0);
    spots
}
