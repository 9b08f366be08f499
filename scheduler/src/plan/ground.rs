//! The state of a simulation as a batch of inputs meets it, with what its parameters change.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use flockwork_kernel::columns::{Column, Columns, Reach};
use flockwork_kernel::isa::Baseline;
use flockwork_kernel::{Vector, World};
use flockwork_spatial::Cut;

use super::judge::Ground;
use super::near::At;
use crate::bounds::{Bounds, Outside};
use crate::domain::Domain;
use crate::error::{DomainError, Phase, Place};
use crate::geometry;
use crate::guard::guarded;
use crate::inputs::Values;
use crate::model::{Model, Poke, RowOf, Tick, VectorOf};
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
    /// Makes a packed row of an entity.
    fn pack(&mut self, id: u32, row: &RowOf<M>, packed: &mut [u8]) -> Result<(), DomainError> {
        let mut columns = self.door.columns.bind()?;
        M::Columns::set_row(&mut columns, 0, row);
        M::Columns::set_id(&mut columns, 0, id);
        M::Columns::settle::<Baseline>(&mut columns, 0..1);
        M::Columns::pack(&M::Columns::share(&columns), 0, Reach::Owned, packed);
        Ok(())
    }

    /// An entity as plain numbers; what does not travel is 0.
    fn unpack(&mut self, packed: &[u8]) -> Result<RowOf<M>, DomainError> {
        M::Columns::set_row(&mut self.door.columns.bind()?, 0, &Default::default());
        self.door.columns.unpack(0, Reach::Owned, packed);
        Ok(M::Columns::row(&self.door.columns.view()?, 0))
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

    fn at(&self, domain: usize, row: usize) -> At {
        numbers::<M>(self.domains[domain].places().at(row))
    }

    fn pack(&self, domain: usize, row: usize, packed: &mut [u8]) -> Result<(), String> {
        let view = self.domains[domain].view().map_err(|error| error.to_string())?;
        M::Columns::pack(&view, row, Reach::Owned, packed);
        Ok(())
    }

    fn place(&self, packed: &[u8]) -> At {
        numbers::<M>(setup::position::<M>(packed))
    }

    fn too_far(&self, id: u32, [x, y, z]: At) -> Option<String> {
        match self.bounds.outside(VectorOf::<M>::of(x, y, z)) {
            Some(Outside::Precision(coarse)) => {
                Some(SimulationError::TooFar { id, coarse }.to_string())
            }
            _ => None,
        }
    }

    fn spawn(&mut self, id: u32, packed: &mut [u8]) -> Result<(), String> {
        let model = self.changed.as_ref().map_or(self.model, |changed| &changed.model);
        let row = guarded(self.phase(), 0, || model.spawn(&self.tick.setup, id));
        let row = row.map_err(|panicked| panicked.to_string())?;
        Self::pack(self, id, &row, packed).map_err(|error| error.to_string())
    }

    fn poke(
        &mut self,
        id: u32,
        [x, y, z]: At,
        values: &Values,
        packed: &mut [u8],
    ) -> Result<(), String> {
        let mut row = self.unpack(packed).map_err(|error| error.to_string())?;
        let model = self.changed.as_ref().map_or(self.model, |changed| &changed.model);
        let poke = Poke { offset: Vector::of(x, y, z), tick: &self.tick, values };
        let poked = guarded(self.phase(), 0, || model.poke(&mut row, &poke));
        poked.map_err(|panicked| panicked.to_string())?;
        Self::pack(self, id, &row, packed).map_err(|error| error.to_string())
    }

    fn check(&mut self, packed: &[u8]) -> Result<bool, String> {
        let model = self.changed.as_ref().map_or(self.model, |changed| &changed.model);
        let fits = self.door.check(model, &self.bounds, packed);
        fits.map_err(|error| error.to_string())?;
        let alive = self.door.columns.alive();
        Ok(alive.is_none_or(|alive| alive.first() != Some(&0)))
    }

    fn shapes(&self) -> Option<Vec<f64>> {
        let params = self.changed.as_ref().map_or(self.params, |changed| &changed.params);
        let at = M::Params::TABLE.iter().position(|param| param.name == geometry::PARAM)?;
        match params.get(at)? {
            Setting::List(list) => Some(list),
            _ => None,
        }
    }

    fn params(&mut self, given: &[Given]) -> Result<bool, String> {
        let text = |error: SimulationError| error.to_string();
        let (needed, setup) = (self.needed(), self.tick.setup);
        let (before, topology) = match self.changed.take() {
            Some(changed) => (changed.params, changed.topology),
            None => (self.params.clone(), None),
        };
        let params = before.clone().with(given).map_err(|error| text(error.into()))?;
        params.check_live(&before).map_err(|error| text(error.into()))?;
        let (model, grid, new) = setup::check::<M>(&setup, &params).map_err(text)?;
        setup::check_rules(&model, &setup, self.topology.lattices()).map_err(text)?;
        let same = grid == *topology.as_deref().unwrap_or(self.topology).grid();
        let topology = if same {
            topology
        } else {
            let made = Topology::new(grid, self.cut).map_err(|error| text(error.into()))?;
            Some(Arc::new(made.with_fields(self.topology.lattices())))
        };
        self.changed = Some(Changed { params: params.canonical(), model, needed: new, topology });
        self.bounds = Bounds::of(&setup.world, new);
        Ok(new.reach_in(&setup.world) < needed.reach_in(&setup.world))
    }
}

/// The numbers of a place.
fn numbers<M: Model>(place: VectorOf<M>) -> At {
    [place.x, place.y, place.along(2)]
}
