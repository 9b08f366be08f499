//! Goes through a batch of inputs, in order, beside the state.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use flockwork_kernel::World;
use flockwork_kernel::columns::{Column, Reach, packed_len};
use flockwork_spatial::NO_CELL;

use super::named::Named;
use super::near::{At, Hit, Near};
use super::{Plan, Problem, Slot, State, absent};
use crate::field::MOST as MOST_AMOUNT;
use crate::geometry;
use crate::inputs::{Area, Change, Input, MOST, Values};
use crate::params::{Given, Setting};
use crate::parts::{Spread, Stroke};
use crate::precision::Needed;
use crate::spot::{Axis, Spot, number_name, whole_vectors};

/// The state that a batch meets, and the model. So the rest is compiled once for all models.
pub(crate) trait Ground {
    fn schema(&self) -> &'static [Column];
    fn model(&self) -> &'static str;
    fn pokes(&self) -> &'static [&'static str];
    /// The names of fields.
    fn fields(&self) -> Vec<&'static str>;
    fn world(&self) -> &World;
    /// How finely places are needed, by the parameters that hold by now.
    fn needed(&self) -> Needed;
    fn radius(&self) -> f32;
    fn next_id(&self) -> u32;
    fn domains(&self) -> usize;
    /// The ids and the cells of the rows of a domain.
    fn rows(&self, domain: usize) -> (&[u32], &[u32]);
    fn at(&self, domain: usize, row: usize) -> At;
    fn pack(&self, domain: usize, row: usize, packed: &mut [u8]) -> Result<(), String>;
    /// The place in a packed row.
    fn place(&self, packed: &[u8]) -> At;
    /// What is wrong with a place that is too far out.
    fn too_far(&self, id: u32, place: At) -> Option<String>;
    fn spawn(&mut self, id: u32, packed: &mut [u8]) -> Result<(), String>;
    fn poke(
        &mut self,
        id: u32,
        offset: At,
        values: &Values,
        packed: &mut [u8],
    ) -> Result<(), String>;
    /// Whether an entity, which must be one that may be, lives.
    fn check(&mut self, packed: &[u8]) -> Result<bool, String>;
    /// What stands in the world, by the parameters that hold by now, where the model has shapes.
    fn shapes(&self) -> Option<Vec<f64>>;
    /// Takes other parameters; says whether they need finer places.
    fn params(&mut self, given: &[Given]) -> Result<bool, String>;
}

/// Why an input cannot be done: with which entity, and what is wrong.
type Wrong = (u32, String);

fn wrong(problem: impl ToString) -> Wrong {
    (0, problem.to_string())
}

/// Works out what a batch does.
#[inline(never)]
pub(crate) fn judge(ground: &mut dyn Ground, inputs: &[Input]) -> Plan {
    let mut judge = Judge::new(ground);
    if inputs.len() > MOST {
        let text = format!("there are {} inputs for one tick: at most {MOST} may be", inputs.len());
        judge.plan.problem = Some(Problem { place: MOST, id: 0, text });
        return judge.plan;
    }
    judge.find(inputs);
    for (place, input) in inputs.iter().enumerate() {
        let next = inputs.get(place + 1);
        if let Err((id, text)) = judge.input(input, next) {
            judge.plan.problem = Some(Problem { place, id, text });
            break;
        }
    }
    judge.plan
}

struct Judge<'a> {
    ground: &'a mut dyn Ground,
    plan: Plan,
    /// The first row of each domain, if they were all in one list; and how many there are.
    firsts: Vec<u32>,
    /// By row of that list, and then by those who are spawned: the slot, if there is one.
    slot_of: Vec<u32>,
    /// How many rows there are.
    rows: u32,
    named: Named,
    spots: Vec<(String, Spot)>,
    near: Option<Near>,
    /// The list of shapes while inputs that follow one another open and close doors.
    shapes: Option<Vec<f64>>,
    packed: Vec<u8>,
}

/// No slot.
const NONE: u32 = u32::MAX;

impl<'a> Judge<'a> {
    fn new(ground: &'a mut dyn Ground) -> Self {
        let stride = packed_len(ground.schema(), Reach::Owned);
        let (mut firsts, mut rows) = (Vec::new(), 0);
        for domain in 0..ground.domains() {
            firsts.push(rows);
            rows += ground.rows(domain).1.len() as u32;
        }
        let plan = Plan {
            slots: Vec::new(),
            stride,
            now: Vec::new(),
            before: Vec::new(),
            first_id: ground.next_id(),
            spawned: 0,
            found: Vec::new(),
            strokes: Vec::new(),
            problem: None,
        };
        Self {
            spots: spots(&*ground),
            ground,
            plan,
            firsts,
            slot_of: alloc::vec![NONE; rows as usize],
            rows,
            named: Named::default(),
            near: None,
            shapes: None,
            packed: alloc::vec![0; stride],
        }
    }

    /// Finds the rows of all entities that the batch names.
    fn find(&mut self, inputs: &[Input]) {
        let old = |input: &Input| input.entity().filter(|id| *id < self.plan.first_id);
        self.named = Named::of(inputs.iter().filter_map(old));
        if !self.named.is_empty() {
            for (first, domain) in self.firsts.iter().zip(0..) {
                let (ids, cells) = self.ground.rows(domain);
                for (row, _) in cells.iter().enumerate().filter(|(_, c)| **c != NO_CELL) {
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

    /// Does an input, which another one follows.
    fn input(&mut self, input: &Input, next: Option<&Input>) -> Result<(), Wrong> {
        match input {
            Input::Spawn { values } => self.spawn(values),
            Input::Params { params } => self.params(params),
            Input::Poke { at, radius, values } => self.poke(at, *radius, values),
            Input::Field { name, area, change } => self.paint(name, area, *change),
            Input::Door { shapes, open } => {
                self.doors(shapes, *open)?;
                // The model is made anew once for all.
                if matches!(next, Some(Input::Door { .. })) { Ok(()) } else { self.set_doors() }
            }
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
        self.ground.pack(domain, row as usize, &mut self.packed).map_err(wrong)?;
        let id = self.ground.rows(domain).0[row as usize];
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
    fn put(&mut self, entity: u32, place: Option<At>) {
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

    /// The packed row must be an entity that may be; says whether it lives.
    fn check(&mut self, id: u32) -> Result<bool, Wrong> {
        self.ground.check(&self.packed).map_err(|problem| (id, problem))
    }

    /// Takes the packed row, which was checked, for a slot.
    fn store(&mut self, entity: u32, slot: usize, lives: bool) {
        let begin = slot * self.plan.stride;
        self.plan.now[begin..begin + self.plan.stride].copy_from_slice(&self.packed);
        if !lives {
            self.plan.slots[slot].state = State::Dead;
        }
        let place = self.ground.place(&self.packed);
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
        whole_vectors(self.ground.schema(), &given).map_err(wrong)?;
        self.ground.spawn(id, &mut self.packed).map_err(wrong)?;
        self.write(values);
        let lives = self.check(0)?;
        let entity = self.rows + self.plan.spawned;
        self.plan.spawned += 1;
        let slot = self.push(Slot { home: None, id, state: State::Lives });
        self.slot_of.push(slot as u32);
        if let Some(near) = &mut self.near {
            near.push(None);
        }
        self.store(entity, slot, lives);
        Ok(())
    }

    fn set(&mut self, entity: u32, values: &Values) -> Result<(), Wrong> {
        let slot = self.touch(entity)?;
        let id = self.plan.slots[slot].id;
        self.packed.copy_from_slice(self.plan.row(slot));
        self.write(values);
        let lives = self.check(id)?;
        self.store(entity, slot, lives);
        Ok(())
    }

    fn params(&mut self, given: &[Given]) -> Result<(), Wrong> {
        let finer = self.ground.params(given).map_err(wrong)?;
        self.spots = spots(&*self.ground);
        if finer { self.check_places() } else { Ok(()) }
    }

    /// Opens or closes doors in the list of shapes.
    fn doors(&mut self, shapes: &[u32], open: bool) -> Result<(), Wrong> {
        if self.shapes.is_none() {
            self.shapes = self.ground.shapes();
        }
        let Some(list) = &mut self.shapes else {
            let model = self.ground.model();
            return Err(wrong(format!("the model `{model}` has no shapes, so no doors")));
        };
        for shape in shapes {
            geometry::set_door(list, *shape, open).map_err(wrong)?;
        }
        Ok(())
    }

    /// Has the model know what doors are open.
    fn set_doors(&mut self) -> Result<(), Wrong> {
        let list = self.shapes.take().unwrap_or_default();
        self.params(&[(geometry::PARAM.into(), Setting::List(list))])
    }

    /// No entity may be where places are too far apart.
    fn check_places(&self) -> Result<(), Wrong> {
        let mut first: Option<Wrong> = None;
        self.each_place(|_, id, place| {
            if let Some(problem) = place.and_then(|place| self.ground.too_far(id, place))
                && first.as_ref().is_none_or(|(other, _)| id < *other)
            {
                first = Some((id, problem));
            }
        });
        first.map_or(Ok(()), Err)
    }

    /// Calls `each` with every entity of this process, its id and its place; None of who is not there.
    fn each_place(&self, mut each: impl FnMut(u32, u32, Option<At>)) {
        let of = |slot: u32| {
            let known = self.plan.slots.get(slot as usize)?;
            let place = self.ground.place(self.plan.row(slot as usize));
            Some((known.id, (known.state == State::Lives).then_some(place)))
        };
        for (first, domain) in self.firsts.iter().zip(0..) {
            let (ids, cells) = self.ground.rows(domain);
            for (row, cell) in cells.iter().enumerate() {
                let entity = first + row as u32;
                let (id, place) = of(self.slot_of[entity as usize]).unwrap_or_else(|| {
                    (ids[row], (*cell != NO_CELL).then(|| self.ground.at(domain, row)))
                });
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
        let pokes = self.ground.pokes();
        if pokes.is_empty() {
            let name = self.ground.model();
            return Err(wrong(format!("nobody can be poked in the model `{name}`")));
        }
        let at = self.point("at", at)?;
        check_radius(radius)?;
        for (name, value) in values {
            if !pokes.contains(&name.as_str()) {
                let known = pokes.join(", ");
                return Err(wrong(format!("a poke has no `{name}`; it has {known}")));
            }
            if !(*value as f32).is_finite() {
                return Err(wrong(format!("`{name}` is {value}: it must be a finite number")));
            }
        }
        if self.near.is_none() {
            let (world, radius) = (*self.ground.world(), self.ground.radius());
            let mut near = Near::new(world, radius, self.slot_of.len());
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

    /// What becomes of cells of a field.
    fn paint(&mut self, name: &str, area: &Area, change: Change) -> Result<(), Wrong> {
        let fields = self.ground.fields();
        let Some(field) = fields.iter().position(|known| *known == name) else {
            let model = self.ground.model();
            return Err(wrong(match fields.is_empty() {
                true => format!("the model `{model}` has no fields"),
                false => format!("the model has no field `{name}`; it has {}", fields.join(", ")),
            }));
        };
        let most = f64::from(MOST_AMOUNT);
        let (word, amount, least) = match change {
            Change::Set(amount) => ("set", amount, 0.0),
            Change::Add(amount) => ("add", amount, -most),
        };
        if !(amount >= least && amount <= most) {
            let allowed = format!("it must be a number from {least} to {most}");
            return Err(wrong(format!("`{word}` is {amount}: {allowed}")));
        }
        let spread = match area {
            Area::Ball { at, radius } => {
                check_radius(*radius)?;
                Spread::Ball { at: self.point("at", at)?, radius: *radius }
            }
            Area::Box { low, high } => {
                Spread::Box { low: self.point("low", low)?, high: self.point("high", high)? }
            }
        };
        self.plan.strokes.push(Stroke { field, spread, change });
        Ok(())
    }

    /// A point of the world.
    fn point(&self, key: &str, at: &[f64]) -> Result<At, Wrong> {
        let axes = self.ground.world().axes().len();
        if at.len() != axes {
            let given = at.len();
            return Err(wrong(format!("`{key}` has {given} coordinates: it must have {axes}")));
        }
        let mut place = [0.0; World::MOST_AXES];
        for ((to, from), name) in place.iter_mut().zip(at).zip(World::COORDINATES) {
            let axis = Axis::of(self.ground.world(), self.ground.needed(), name);
            let problem = axis.map_or(Ok(()), |axis| axis.check(*from)).and_then(|()| {
                if from.is_finite() { Ok(()) } else { Err("it must be a finite number".into()) }
            });
            problem
                .map_err(|problem| wrong(format!("`{key}` is {from} along {name}: {problem}")))?;
            *to = axis.map_or(0.0, |axis| axis.place(*from));
        }
        Ok(place)
    }

    fn hit(&mut self, entity: u32, offset: At, values: &Values) -> Result<(), Wrong> {
        let slot = self.touch(entity)?;
        let id = self.plan.slots[slot].id;
        self.packed.copy_from_slice(self.plan.row(slot));
        let poked = self.ground.poke(id, offset, values, &mut self.packed);
        poked.map_err(|problem| (id, problem))?;
        let lives = self.check(id)?;
        self.store(entity, slot, lives);
        Ok(())
    }
}

fn check_radius(radius: f64) -> Result<(), Wrong> {
    if radius >= 0.0 && radius <= f64::from(f32::MAX) {
        return Ok(());
    }
    Err(wrong(format!("`radius` is {radius}: it must be a finite number from 0")))
}

/// All numbers of an entity that may be given, by name: all but its id.
fn spots(ground: &dyn Ground) -> Vec<(String, Spot)> {
    let (world, needed) = (ground.world(), ground.needed());
    let mut spots = Vec::new();
    let mut offset = 0;
    for column in ground.schema().iter().filter(|column| column.reach >= Reach::Owned) {
        for component in 0..column.components {
            let name = number_name(column, component);
            spots.push((name, Spot::of(column, offset, component, world, needed)));
        }
        offset += column.stride();
    }
    spots.remove(0);
    spots
}
