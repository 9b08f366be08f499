//! The state of a simulation as a batch of inputs meets it, with what its parameters change.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use flockwork_kernel::World;
use flockwork_kernel::columns::{Column, Columns, Reach, packed_len};
use flockwork_kernel::isa::Baseline;
use flockwork_spatial::{Cut, NO_CELL};

use super::judge::{Demands, Ground, NONE, Wrong};
use super::near::{At, Hit};
use super::{Slot, State};
use crate::bounds::{Bounds, Outside};
use crate::domain::Domain;
use crate::error::{DomainError, Phase, Place};
use crate::geometry;
use crate::guard::guarded;
use crate::inputs::Values;
use crate::model::{Model, Poke, RefOf, RowOf, Tick, VectorOf};
use crate::params::{Given, Params, Setting};
use crate::precision::Needed;
use crate::setup::{self, Door, SimulationError};
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
    pub(crate) door: Door<M>,
    pub(crate) bounds: Bounds,
    pub(crate) changed: Option<Changed<M>>,
    /// The columns of each domain, once an entity was met.
    pub(crate) views: Vec<RefOf<'a, M>>,
    /// The entities that it meets as they will be, by slot; scratch columns are 0.
    pub(crate) rows: Vec<RowOf<M>>,
    /// The entity that was checked last.
    pub(crate) checked: RowOf<M>,
}

/// What the parameters of a batch make.
pub(crate) struct Changed<M: Model> {
    pub(crate) params: M::Params,
    pub(crate) model: M,
    pub(crate) needed: Needed,
    /// If the grid is another one.
    pub(crate) topology: Option<Arc<Topology>>,
}

impl<M: Model> Scene<'_, M> {
    /// What parameters make, and entities as they will be, by slot.
    pub(crate) fn done(self) -> (Option<Changed<M>>, Vec<RowOf<M>>) {
        (self.changed, self.rows)
    }

    /// The model, by the parameters that hold by now.
    fn now(&self) -> &M {
        self.changed.as_ref().map_or(self.model, |changed| &changed.model)
    }

    /// Takes a packed row for the entity that is checked; whether nothing is wrong with it.
    fn is_sound(&mut self, packed: &[u8]) -> Result<bool, DomainError> {
        let mut columns = self.door.columns.bind()?;
        M::Columns::unpack(&mut columns, 0, Reach::Owned, packed);
        let mut row = M::Columns::row(&M::Columns::share(&columns), 0);
        let sound = M::Columns::settle_row(&mut row);
        self.checked = row;
        let place = vector::<M>(M::Columns::standing(&row).0);
        let sound = sound && self.bounds.outside(place).is_none();
        Ok(sound && M::Columns::check(&row).is_ok())
    }

    /// Makes a packed row of an entity.
    fn pack(&mut self, id: u32, row: &RowOf<M>, packed: &mut [u8]) -> Result<(), DomainError> {
        let mut columns = self.door.columns.bind()?;
        M::Columns::set_row(&mut columns, 0, row);
        M::Columns::set_id(&mut columns, 0, id);
        M::Columns::settle::<Baseline>(&mut columns, 0..1);
        M::Columns::pack(&M::Columns::share(&columns), 0, Reach::Owned, packed);
        Ok(())
    }

    /// What is wrong with an entity after a poke, and whether it lives if nothing is.
    fn look(&mut self, id: u32, slot: usize) -> Result<bool, String> {
        let mut packed = alloc::vec![0; packed_len(M::Columns::SCHEMA, Reach::Owned)];
        let row = self.rows[slot];
        Self::pack(self, id, &row, &mut packed).map_err(|error| error.to_string())?;
        self.check(&packed)
    }

    /// Pokes from the hit `next` on, up to one that is not as it may be.
    fn strike(
        &mut self,
        hits: &[Hit],
        slots: &[u32],
        values: &[f32],
        next: &mut usize,
        news: &mut Vec<(usize, Option<At>)>,
    ) {
        let model = self.changed.as_ref().map_or(self.model, |changed| &changed.model);
        while let (Some(hit), Some(slot)) = (hits.get(*next), slots.get(*next)) {
            let Some(row) = self.rows.get_mut(*slot as usize) else { return };
            let (before, _) = M::Columns::standing(row);
            model.poke(row, &Poke { offset: vector::<M>(hit.offset), tick: &self.tick, values });
            let mut sound = M::Columns::settle_row(row) && M::Columns::check(row).is_ok();
            let (place, alive) = M::Columns::standing(row);
            if place != before {
                sound &= self.bounds.outside(vector::<M>(place)).is_none();
            }
            if !(sound && model.check(row).is_ok()) {
                return;
            }
            if !alive || place != before {
                news.push((*next, alive.then_some(place)));
            }
            *next += 1;
        }
    }

    fn phase(&self) -> Place {
        Place { phase: Phase::Inputs, domain: None, tick: self.tick.number }
    }
}

impl<M: Model> Ground for Scene<'_, M> {
    fn schema(&self) -> &'static [Column] {
        M::Columns::SCHEMA
    }

    fn model(&self) -> &'static str {
        M::NAME
    }

    fn pokes(&self) -> &'static [&'static str] {
        M::POKES
    }

    fn fields(&self) -> Vec<&'static str> {
        M::FIELDS.iter().map(|field| field.name).collect()
    }

    fn world(&self) -> &World {
        &self.tick.setup.world
    }

    fn needed(&self) -> Needed {
        self.changed.as_ref().map_or(self.needed, |changed| changed.needed)
    }

    fn radius(&self) -> f32 {
        self.topology.grid().radius()
    }

    fn next_id(&self) -> u32 {
        self.next_id
    }

    fn domains(&self) -> usize {
        self.domains.len()
    }

    fn rows(&self, domain: usize) -> (&[u32], &[u32]) {
        let domain = &self.domains[domain];
        (domain.ids(), domain.cells())
    }

    fn places(&self, domain: usize, places: &mut Vec<At>) {
        let domain = &self.domains[domain];
        let (cells, all) = (domain.cells().iter(), domain.places());
        places.extend(cells.enumerate().map(|(row, cell)| match *cell {
            NO_CELL => [f32::NAN; World::MOST_AXES],
            _ => {
                let place = all.at(row);
                [place.x, place.y, place.along(2)]
            }
        }));
    }

    fn gather(&mut self, slots: &mut [Slot]) -> Result<(), String> {
        if self.views.is_empty() {
            let views = self.domains.iter().map(Domain::view).collect::<Result<_, _>>();
            self.views = views.map_err(|error| error.to_string())?;
        }
        // A poke reaches many: room for all costs nothing until it is used.
        if self.rows.capacity() == 0 && slots.len() > 1 {
            self.rows.reserve(self.domains.iter().map(|domain| domain.cells().len()).sum());
        }
        for slot in slots {
            let (domain, row) = slot.home.unwrap_or_default();
            let mut entity = RowOf::<M>::default();
            if let Some(view) = self.views.get(domain as usize) {
                entity = M::Columns::row(view, row as usize);
                slot.id = M::Columns::id(view, row as usize);
            }
            M::Columns::settle_row(&mut entity);
            self.rows.push(entity);
        }
        Ok(())
    }

    fn pack(&mut self, slot: usize, id: u32, packed: &mut [u8]) -> Result<(), String> {
        let row = self.rows[slot];
        Self::pack(self, id, &row, packed).map_err(|error| error.to_string())
    }

    fn store(&mut self, slot: usize) -> At {
        match self.rows.get_mut(slot) {
            Some(row) => *row = self.checked,
            None => self.rows.push(self.checked),
        }
        M::Columns::standing(&self.checked).0
    }

    fn place(&self, slot: usize) -> At {
        M::Columns::standing(&self.rows[slot]).0
    }

    fn too_far(&self, id: u32, place: At) -> Option<String> {
        match self.bounds.outside(vector::<M>(place)) {
            Some(Outside::Precision(coarse)) => {
                Some(SimulationError::TooFar { id, coarse }.to_string())
            }
            _ => None,
        }
    }

    fn spawn(&mut self, id: u32, packed: &mut [u8]) -> Result<(), String> {
        let row = guarded(self.phase(), 0, || self.now().spawn(&self.tick.setup, id));
        let row = row.map_err(|panicked| panicked.to_string())?;
        Self::pack(self, id, &row, packed).map_err(|error| error.to_string())
    }

    fn poke(
        &mut self,
        hits: &[Hit],
        slots: &[u32],
        all: &[Slot],
        values: &Values,
        news: &mut Vec<(usize, Option<At>)>,
    ) -> Result<(), Wrong> {
        let number = |name: &&str| {
            let given = values.iter().find(|(known, _)| known == name);
            // Adding 0 makes 0 of -0.
            given.map_or(0.0, |(_, value)| *value as f32 + 0.0)
        };
        let values: Vec<f32> = M::POKES.iter().map(number).collect();
        let mut first: Option<Wrong> = None;
        let mut next = 0;
        while next < hits.len() {
            let place = self.phase();
            let result = guarded(place, 0, || self.strike(hits, slots, &values, &mut next, news));
            if let (Ok(()), true) = (&result, next == hits.len()) {
                break;
            }
            // The one at `next` is not as it may be, or the model panicked.
            let slot = slots[next] as usize;
            let id = all[slot].id;
            let looked = result.map_err(|panicked| panicked.to_string());
            match looked.and_then(|()| self.look(id, slot)) {
                Ok(true) => {}
                Ok(false) => news.push((next, None)),
                Err(problem) if first.as_ref().is_none_or(|(other, _)| id < *other) => {
                    first = Some((id, problem));
                }
                Err(_) => {}
            }
            next += 1;
        }
        first.map_or(Ok(()), Err)
    }

    fn check(&mut self, packed: &[u8]) -> Result<bool, String> {
        let sound = self.is_sound(packed).map_err(|error| error.to_string())?;
        let model = guarded(self.phase(), 0, || self.now().check(&self.checked));
        if !(sound && model.is_ok_and(|fits| fits.is_ok())) {
            let model = self.changed.as_ref().map_or(self.model, |changed| &changed.model);
            let fits = self.door.check(model, &self.bounds, packed);
            fits.map_err(|error| error.to_string())?;
        }
        Ok(M::Columns::standing(&self.checked).1)
    }

    fn shapes(&self) -> Option<Vec<f64>> {
        let params = self.changed.as_ref().map_or(self.params, |changed| &changed.params);
        let at = M::Params::TABLE.iter().position(|param| param.name == geometry::PARAM)?;
        match params.get(at)? {
            Setting::List(list) => Some(list),
            _ => None,
        }
    }

    fn params(&mut self, given: &[Given]) -> Result<Demands, String> {
        let text = |error: SimulationError| error.to_string();
        let (needed, setup) = (self.needed(), self.tick.setup);
        let before = self.changed.as_ref().map_or(self.params, |changed| &changed.params);
        let params = before.clone().with(given).map_err(|error| text(error.into()))?;
        params.check_live(before).map_err(|error| text(error.into()))?;
        let (model, grid, new) =
            setup::check_following(Some(self.now()), &setup, &params).map_err(text)?;
        setup::check_rules(&model, &setup, self.topology.lattices()).map_err(text)?;
        let demands = demands((&model, new), (self.now(), needed), &self.tick);
        let demands = demands.map_err(text)?;
        let topology = self.changed.take().and_then(|changed| changed.topology);
        let same = grid == *topology.as_deref().unwrap_or(self.topology).grid();
        let topology = if same {
            topology
        } else {
            let made = Topology::new(grid, self.cut).map_err(|error| text(error.into()))?;
            Some(Arc::new(made.with_fields(self.topology.lattices())))
        };
        self.changed = Some(Changed { params: params.canonical(), model, needed: new, topology });
        self.bounds = Bounds::of(&setup.world, new);
        Ok(demands)
    }

    fn check_all(&mut self, slot_of: &[u32], slots: &[Slot]) -> Result<(), Wrong> {
        let mut slot_of = slot_of.iter();
        let met = slots.iter().zip(&self.rows).filter(|(slot, _)| slot.state == State::Lives);
        let met = met.map(|(slot, me)| (slot.id, me));
        let stays = || slot_of.next() == Some(&NONE);
        first_unfit(self.now(), self.domains, self.tick.number, stays, met)
            .map_err(|error| (error.entity(), error.to_string()))
    }
}

/// What a model demands of those who are there, that another one does not, each with what it needs.
///
/// # Errors
///
/// [`SimulationError::Panicked`].
pub(crate) fn demands<M: Model>(
    (model, new): (&M, Needed),
    (before, needed): (&M, Needed),
    tick: &Tick<'_, M>,
) -> Result<Demands, SimulationError> {
    let world = &tick.setup.world;
    let place = Place { phase: Phase::Inputs, domain: None, tick: tick.number };
    let stricter = guarded(place, 0, || model.is_stricter(before))?;
    Ok(Demands { finer: new.reach_in(world) < needed.reach_in(world), stricter })
}

/// Of those whom a model does not take the one of smallest id: of all rows that stay as they are, as `stays` says of
/// each in turn, and of `others`.
///
/// # Errors
///
/// [`SimulationError::Unfit`]; [`SimulationError::Panicked`] of the model.
pub(crate) fn first_unfit<'a, M: Model>(
    model: &M,
    domains: &[Domain<M>],
    tick: u64,
    mut stays: impl FnMut() -> bool,
    others: impl Iterator<Item = (u32, &'a RowOf<M>)>,
) -> Result<(), SimulationError> {
    let mut first: Option<(u32, String)> = None;
    let mut look = |id: u32, me: &RowOf<M>| {
        if first.as_ref().is_none_or(|(other, _)| id < *other)
            && let Err(problem) = model.check(me)
        {
            first = Some((id, problem));
        }
    };
    let place = Place { phase: Phase::Inputs, domain: None, tick };
    guarded(place, 0, || {
        for domain in domains {
            let view = domain.view()?;
            for (row, cell) in domain.cells().iter().enumerate() {
                if stays() && *cell != NO_CELL {
                    let mut me = M::Columns::row(&view, row);
                    M::Columns::settle_row(&mut me);
                    look(M::Columns::id(&view, row), &me);
                }
            }
        }
        others.for_each(|(id, me)| look(id, me));
        Ok::<(), DomainError>(())
    })??;
    first.map_or(Ok(()), |(id, problem)| Err(SimulationError::Unfit { id, problem }))
}

fn vector<M: Model>([x, y, z]: At) -> VectorOf<M> {
    VectorOf::<M>::of(x, y, z)
}
