//! What can be seen of a simulation: always a completed tick.
//!
//! While a tick or a new cut is under way, nothing can be seen of the entities, and the getters say
//! [`SimulationError::Busy`]. After an error they show the last completed tick.

use alloc::vec::Vec;

use flockwork_kernel::fingerprint::mix;
use flockwork_spatial::{Grid, Region};

use super::{Simulation, Stage, Why};
use crate::area::Finder;
use crate::domain::Domain;
use crate::error::Place;
use crate::executor::Executor;
use crate::field::cells;
use crate::metrics::Counters;
use crate::model::{Model, RefOf};
use crate::precision::Resolution;
use crate::setup::SimulationError;
use crate::start::Setup;

impl<M: Model, X: Executor> Simulation<M, X> {
    /// The domains of this process, whose entities are all of the last completed tick.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Busy`] while something goes on that moves or changes entities.
    pub fn domains(&self) -> Result<&[Domain<M>], SimulationError> {
        match self.stage {
            // Who looks changes nothing.
            Stage::Idle
            | Stage::Weigh
            | Stage::Judge
            | Stage::Tell
            | Stage::Drive(Why::Look(_))
            | Stage::See(_) => Ok(&self.domains),
            Stage::Drive(_) | Stage::Books(_) => Err(SimulationError::Busy { tick: self.tick }),
        }
    }

    /// The fingerprint of the entities in this process: in one process alone, of the whole state.
    /// See [`flockwork_kernel::fingerprint`].
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    pub fn fingerprint(&self) -> Result<u64, SimulationError> {
        let parts = self.domains()?.iter().map(Domain::fingerprint);
        Ok(parts.fold(0, u64::wrapping_add))
    }

    /// Holds the entities themselves against the books, which [`Simulation::step`] keeps; in one
    /// process alone.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Conservation`], and as [`Simulation::domains`].
    pub fn recount(&self) -> Result<(), SimulationError> {
        let (mut found, mut ids) = (0, 0u64);
        self.visit(|id, _, _| {
            found += 1;
            ids = ids.wrapping_add(mix(u64::from(id)));
        })?;
        if (found, ids) != (self.people.owned, self.people.ids) {
            let (tick, expected) = (self.tick, self.people.owned);
            return Err(SimulationError::Conservation { tick, expected, found });
        }
        Ok(())
    }

    /// The ids of those in this process who are in an area, in ascending order.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    pub fn find(&self, finder: &Finder) -> Result<Vec<u32>, SimulationError> {
        let mut found = Vec::new();
        for domain in self.domains()? {
            domain.find(finder, &mut found);
        }
        #[allow(clippy::disallowed_methods, reason = "no two have one id")]
        found.sort_unstable();
        Ok(found)
    }

    /// Calls `each` with the id, the columns and the row of every entity in this process, in no
    /// order that means anything.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    pub fn visit(
        &self,
        mut each: impl FnMut(u32, &RefOf<'_, M>, usize),
    ) -> Result<(), SimulationError> {
        for domain in self.domains()? {
            let ids = domain.ids();
            domain.visit(|columns, row| each(ids[row], columns, row));
        }
        Ok(())
    }

    /// The fields by name, with how many cells they have along each axis.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, Vec<u32>)> + '_ {
        let fields = M::FIELDS.iter().zip(self.topology.lattices());
        fields.map(|(field, lattice)| (field.name, cells(&lattice)))
    }

    /// What is in the cells of a field, by its place in [`Model::FIELDS`]: by layer, row and column, from the
    /// corner of the world on. Cells of other processes are 0. None if there is no such field.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    pub fn field(&self, field: usize) -> Result<Option<Vec<f32>>, SimulationError> {
        let Some(lattice) = self.topology.lattices().nth(field) else { return Ok(None) };
        let mut amounts = alloc::vec![0.0; lattice.len()];
        self.visit_field(field, |first, row| {
            amounts[first..first + row.len()].copy_from_slice(row)
        })?;
        Ok(Some(amounts))
    }

    /// Calls `each` with the cells of a field in this process, a row of them after the other: with the number of its
    /// first, as [`Simulation::field`] numbers them, and the amounts in all.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    pub fn visit_field(
        &self,
        field: usize,
        mut each: impl FnMut(usize, &[f32]),
    ) -> Result<(), SimulationError> {
        for domain in self.domains()? {
            domain.visit_field(field, &mut each);
        }
        Ok(())
    }

    /// The id of the next newborn.
    pub fn next_id(&self) -> u32 {
        self.people.next_id
    }

    /// Where the work of this process's domains is while it goes on. Where panics abort, this is still
    /// there after one, and says where it happened.
    pub fn doing(&self) -> Option<Place> {
        let busy = self.domains.iter().find(|domain| domain.doing().is_some());
        busy.map(|domain| domain.place(self.tick))
    }

    /// Ticks done.
    pub fn tick(&self) -> u64 {
        self.tick
    }

    /// The number of entities.
    pub fn population(&self) -> u64 {
        self.people.owned
    }

    /// The number of entities in domains before the first one of this process.
    pub fn owned_before(&self) -> u64 {
        let first = self.domains.first().map_or(0, |domain| domain.id() as usize);
        self.people.owned_of.iter().take(first).sum()
    }

    /// What the run began with.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// How finely the far corner of the world resolves places, and how finely the model needs it.
    pub fn resolution(&self) -> Resolution {
        Resolution::of(&self.setup.world, self.needed)
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

    /// The regions of all domains of the world.
    pub fn regions(&self) -> &[Region] {
        self.topology.regions()
    }

    /// The executor.
    pub fn executor(&self) -> &X {
        &self.executor
    }

    /// The executor, to deliver mail to it.
    pub fn executor_mut(&mut self) -> &mut X {
        &mut self.executor
    }

    /// The work of the most loaded domain over the mean work, in the last tick; 1 at best.
    pub fn imbalance(&self) -> f64 {
        self.balance.imbalance()
    }

    /// How often the world was cut anew.
    pub fn rebalances(&self) -> u64 {
        self.rebalances
    }

    /// What all domains of this process have done together; `work` is that of the last tick.
    pub fn counters(&self) -> Counters {
        self.domains.iter().fold(Counters::default(), |sum, domain| sum.plus(domain.counters()))
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        self.domains.iter().map(Domain::memory_bytes).sum::<usize>()
            + self.desks.memory_bytes()
            + self.executor.memory_bytes()
            + self.topology.memory_bytes()
            + self.balance.memory_bytes()
            + self.ledger.memory_bytes()
            + self.given_bytes()
            + 8 * self.people.owned_of.capacity()
    }
}
