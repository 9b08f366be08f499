//! What changes between two ticks: the cut of the world, and the parameters.

use alloc::sync::Arc;

use super::{Simulation, Stage, Why};
use crate::bounds::{Bounds, Outside};
use crate::domain::Progress;
use crate::executor::Executor;
use crate::model::Model;
use crate::params::Params;
use crate::precision::Needed;
use crate::setup::{self, SimulationError};
use crate::topology::Topology;

impl<M: Model, X: Executor> Simulation<M, X> {
    /// Has all entities brought to their owners under a new cut.
    pub(super) fn rehome(&mut self, topology: Arc<Topology>) {
        self.keep();
        self.executor.recut();
        self.topology = topology;
        for domain in &mut self.domains {
            domain.rehome(Arc::clone(&self.topology));
        }
        self.stage = Stage::Drive(Why::Move);
    }

    /// Cuts the world by the weights of its cells, once these are added up over all processes.
    #[inline(never)]
    pub(super) fn recut(&mut self) -> Result<Progress, SimulationError> {
        if self.executor.sum(self.balance.weights())? == Progress::Waiting {
            return Ok(Progress::Waiting);
        }
        match self.balance.recut(self.tick, &self.partition, &self.topology)? {
            None => self.stage = Stage::Idle,
            Some(topology) => {
                self.rehome(Arc::new(topology));
                self.rebalances += 1;
            }
        }
        Ok(Progress::Done)
    }

    /// Sets the parameters between two ticks; poll until it is done. All processes of a world must
    /// do so at the same tick.
    ///
    /// # Errors
    ///
    /// [`SimulationError`] if the parameters are not acceptable, a tick is not done yet or the
    /// simulation has ended; nothing was changed then. [`SimulationError::TooFar`] if an entity is
    /// further out than places are fine enough for them; of a world that several processes share, the
    /// next poll says so, and it has then ended in all of them.
    pub fn set_params(&mut self, params: M::Params) -> Result<(), SimulationError> {
        if let Some(error) = &self.ended {
            return Err(error.clone());
        }
        if self.stage != Stage::Idle {
            return Err(SimulationError::Busy { tick: self.tick });
        }
        params.check_live(&self.params)?;
        let (model, grid, needed) = setup::check::<M>(&self.setup, &params)?;
        setup::check_rules(&model, &self.setup, self.topology.lattices())?;
        let world = &self.setup.world;
        let finer = needed.reach_in(world) < self.needed.reach_in(world);
        let alone = self.domains.len() == self.topology.regions().len();
        if finer && alone {
            self.check_places(needed)?;
        }
        if grid != *self.topology.grid() {
            let topology = Topology::new(grid, self.partition.cut)?;
            self.rehome(Arc::new(topology.with_fields(self.topology.lattices())));
        } else if M::TOTALS || finer && !alone {
            // Statistics may be functions of the parameters: they are made anew. And of several
            // processes each knows its own entities alone: where one of them is too far out for what is
            // needed now, all end together, as after a tick.
            self.rehome(Arc::clone(&self.topology));
        }
        self.model = model;
        self.needed = needed;
        self.params = params.canonical();
        Ok(())
    }

    /// No entity may be where places are too far apart for this.
    fn check_places(&self, needed: Needed) -> Result<(), SimulationError> {
        let bounds = Bounds::of(&self.setup.world, needed);
        let all = self.domains.iter().filter_map(|domain| domain.outside(&bounds));
        match all.min_by_key(|(id, _)| *id) {
            Some((id, Outside::Precision(coarse))) => Err(SimulationError::TooFar { id, coarse }),
            _ => Ok(()),
        }
    }
}
