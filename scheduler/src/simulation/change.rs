//! What changes between two ticks: the cut of the world, and the parameters.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use flockwork_kernel::columns::{Columns, Reach, packed_len};

use super::{Simulation, Stage, Why};
use crate::bounds::{Bounds, Outside};
use crate::domain::Progress;
use crate::executor::Executor;
use crate::inputs::{Answer, Input};
use crate::model::{Model, Tick};
use crate::params::Params;
use crate::plan::{self, Changed, Demands, Plan, Problem};
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
    /// further out than places are fine enough for them, [`SimulationError::Unfit`] if the model does not take
    /// it any more; of a world that several processes share, [`Simulation::take_answer`] says so once it is
    /// done, in all of them, and nothing was changed in any.
    pub fn set_params(&mut self, params: M::Params) -> Result<(), SimulationError> {
        if let Some(error) = &self.ended {
            return Err(error.clone());
        }
        if self.stage != Stage::Idle {
            return Err(SimulationError::Busy { tick: self.tick });
        }
        params.check_live(&self.params)?;
        let (model, grid, needed) =
            setup::check_following(Some(&self.model), &self.setup, &params)?;
        setup::check_rules(&model, &self.setup, self.topology.lattices())?;
        let tick = Tick { number: self.tick, setup: self.setup, totals: self.totals.as_ref() };
        let demands = plan::demands((&model, needed), (&self.model, self.needed), &tick)?;
        let fit = self.check_all(&model, needed, &demands);
        let topology = if grid == *self.topology.grid() {
            None
        } else {
            let topology = Topology::new(grid, self.partition.cut)?;
            Some(Arc::new(topology.with_fields(self.topology.lattices())))
        };
        let alone = self.domains.len() == self.topology.regions().len();
        if !alone && (demands.finer || demands.stricter) {
            // Each process knows its own entities alone.
            let problem = fit.err().map(|error| Problem {
                place: 0,
                id: error.entity(),
                text: error.to_string(),
            });
            let stride = packed_len(M::Columns::SCHEMA, Reach::Owned);
            let plan = Plan { problem, ..Plan::new(self.people.next_id, stride) };
            let changed = Changed { params: params.canonical(), model, needed, topology };
            let inputs = Vec::from([Input::Params { params: Vec::new() }]);
            self.ask(inputs, plan, Vec::new(), Some(changed));
            return Ok(());
        }
        fit?;
        if let Some(topology) = topology {
            self.rehome(topology);
        } else if M::TOTALS {
            // Statistics may be functions of the parameters: they are made anew.
            self.rehome(Arc::clone(&self.topology));
        }
        self.model = model;
        self.needed = needed;
        self.params = params.canonical();
        self.answer = Some(Ok(Answer { tick: self.tick, ids: Vec::new() }));
        Ok(())
    }

    /// What a model that follows demands all entities of this process must have.
    fn check_all(
        &self,
        model: &M,
        needed: Needed,
        demands: &Demands,
    ) -> Result<(), SimulationError> {
        if demands.finer {
            self.check_places(needed)?;
        }
        if demands.stricter {
            let none = core::iter::empty();
            plan::first_unfit(model, &self.domains, self.tick, || true, none)?;
        }
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
