//! A simulation whose model is hidden.

use alloc::string::String;
use alloc::vec::Vec;

use flockwork_kernel::columns::{Column, Columns, Reach, packed_len};
use flockwork_spatial::{Grid, Region};

use super::publish::{Part, Piece, publish};
use crate::area::Finder;
use crate::domain::{Domain, Progress};
use crate::error::Place;
use crate::executor::Executor;
use crate::feed::Feed;
use crate::field::FieldNow;
use crate::inputs::{Answer, Input};
use crate::metrics::Counters;
use crate::model::Model;
use crate::params::{Given, Params, Setting};
use crate::precision::Resolution;
use crate::setup::SimulationError;
use crate::simulation::{Observation, Simulation};
use crate::start::Setup;
use crate::stats::{Stat, Stats};

/// One region's load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionLoad {
    /// Its number.
    pub region: u32,
    /// Entities it owns.
    pub owned: u64,
    /// Ghosts it sees.
    pub ghosts: u64,
    /// What its last tick cost: candidates tested, plus entities.
    pub work: u64,
}

/// A [`Simulation`] of any model, or one process's part of it: what is not told here is told there,
/// under the same name.
#[allow(clippy::missing_errors_doc, reason = "as those of the simulation")]
pub trait AnyWorld<X>: Send {
    /// The name of the model.
    fn name(&self) -> &'static str;
    /// The columns of an entity.
    fn schema(&self) -> &'static [Column];
    /// Computes one tick.
    fn step(&mut self) -> Result<(), SimulationError>;
    /// Begins a tick.
    fn begin(&mut self);
    /// Begins an observation.
    fn begin_observation(&mut self);
    /// Begins to look at the statistics alone.
    fn begin_stats(&mut self);
    /// Goes on with what was begun.
    fn poll(&mut self) -> Result<Progress, SimulationError>;
    /// What the last observation saw.
    fn observation(&self) -> Option<Observation>;
    /// The numbers of the statistics of the last observation.
    fn report(&self) -> Result<Vec<f64>, SimulationError>;
    /// Looks, and gives the numbers of the statistics with their names; NaN for what is null.
    fn stats(&mut self) -> Result<Vec<(String, f64)>, SimulationError>;
    /// Ticks done.
    fn tick(&self) -> u64;
    /// Entities of the whole world.
    fn population(&self) -> u64;
    /// What the run began with.
    fn setup(&self) -> Setup;
    /// How finely the far corner of the world resolves places.
    fn resolution(&self) -> Resolution;
    /// The cell grid.
    fn grid(&self) -> Grid;
    /// The regions of the world.
    fn regions(&self) -> &[Region];
    /// The loads of the regions of this process.
    fn loads(&self) -> Result<Vec<RegionLoad>, SimulationError>;
    /// The values of the parameters, in the order of the model's table.
    fn params(&self) -> Vec<Setting>;
    /// Sets parameters by name between two ticks: all that are given, or none.
    fn set_params(&mut self, given: &[Given]) -> Result<(), SimulationError>;
    /// Gives inputs, and waits until they are done.
    fn give(&mut self, inputs: Vec<Input>) -> Result<Answer, SimulationError>;
    /// Begins to do what a batch of inputs says.
    fn begin_inputs(&mut self, inputs: Vec<Input>) -> Result<(), SimulationError>;
    /// What became of it.
    fn take_answer(&mut self) -> Result<Answer, SimulationError>;
    /// The fingerprint of the entities of this process.
    fn fingerprint(&self) -> Result<u64, SimulationError>;
    /// Holds the entities against the books.
    fn recount(&self) -> Result<(), SimulationError>;
    /// The state as bytes; of several processes, this one's part.
    fn snapshot(&self) -> Result<Vec<u8>, SimulationError>;
    /// All entities of this process, packed, in order of their ids.
    fn rows(&self) -> Result<Vec<u8>, SimulationError>;
    /// The fields; of several processes, cells of others are 0.
    fn fields(&self) -> Result<Vec<FieldNow>, SimulationError>;
    /// How many cells a field has along each axis; none if there is no such field.
    fn field_cells(&self, field: usize) -> Option<Vec<u32>>;
    /// Calls `each` with the rows of a field's cells in this process: [`Simulation::visit_field`].
    fn visit_field(
        &self,
        field: usize,
        each: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), SimulationError>;
    /// The packed row of an entity, if it is in this process.
    fn row(&self, id: u32) -> Result<Option<Vec<u8>>, SimulationError>;
    /// Writes what a part of the columns holds for the entities of this process, for each of them to
    /// the begin of the next `stride` bytes, as many as there is room for; gives how many. All columns
    /// have one order within a tick.
    fn publish(&self, part: Part, stride: usize, to: &mut [u8]) -> Result<u32, SimulationError>;
    /// A column of each region of this process as it lies in memory, without a copy, in the order of
    /// [`AnyWorld::publish`]; of no rows if there is no such column.
    fn pieces(&self, column: usize) -> Result<Vec<Piece<'_>>, SimulationError>;
    /// Tells a feed what the last tick or batch of inputs did.
    fn feed(&self, feed: &mut Feed) -> Result<(), SimulationError>;
    /// The ids of those of this process who are in an area, in ascending order.
    fn find(&self, finder: &Finder) -> Result<Vec<u32>, SimulationError>;
    /// Entities in regions before the first one of this process.
    fn owned_before(&self) -> u64;
    /// What the regions of this process have done.
    fn counters(&self) -> Counters;
    /// How often the world was cut anew.
    fn rebalances(&self) -> u64;
    /// How uneven the work is.
    fn imbalance(&self) -> f64;
    /// Bytes of memory in use.
    fn memory_bytes(&self) -> usize;
    /// Where its work is.
    fn doing(&self) -> Option<Place>;
    /// The executor.
    fn executor(&self) -> &X;
    /// The executor, to deliver mail to it.
    fn executor_mut(&mut self) -> &mut X;
}

impl<M: Model, X: Executor + Send> AnyWorld<X> for Simulation<M, X> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn schema(&self) -> &'static [Column] {
        M::Columns::SCHEMA
    }

    fn step(&mut self) -> Result<(), SimulationError> {
        Self::step(self)
    }

    fn begin(&mut self) {
        Self::begin(self);
    }

    fn begin_observation(&mut self) {
        Self::begin_observation(self);
    }

    fn begin_stats(&mut self) {
        Self::begin_stats(self);
    }

    fn poll(&mut self) -> Result<Progress, SimulationError> {
        Self::poll(self)
    }

    fn observation(&self) -> Option<Observation> {
        Self::observation(self)
    }

    fn report(&self) -> Result<Vec<f64>, SimulationError> {
        Self::report(self)
    }

    fn stats(&mut self) -> Result<Vec<(String, f64)>, SimulationError> {
        let numbers = Self::stats(self)?;
        let names = <M::Stats as Stats<M>>::LIST.iter().flat_map(Stat::names);
        Ok(names.zip(numbers).collect())
    }

    fn tick(&self) -> u64 {
        Self::tick(self)
    }

    fn population(&self) -> u64 {
        Self::population(self)
    }

    fn setup(&self) -> Setup {
        *Self::setup(self)
    }

    fn resolution(&self) -> Resolution {
        self.resolution()
    }

    fn grid(&self) -> Grid {
        *Self::grid(self)
    }

    fn regions(&self) -> &[Region] {
        Self::regions(self)
    }

    fn loads(&self) -> Result<Vec<RegionLoad>, SimulationError> {
        let load = |domain: &Domain<M>| RegionLoad {
            region: domain.id(),
            owned: domain.census().owned,
            ghosts: domain.ghost_count() as u64,
            work: domain.counters().work,
        };
        Ok(self.domains()?.iter().map(load).collect())
    }

    fn params(&self) -> Vec<Setting> {
        let params = Self::params(self);
        (0..M::Params::TABLE.len()).map_while(|index| params.get(index)).collect()
    }

    fn set_params(&mut self, given: &[Given]) -> Result<(), SimulationError> {
        let params = Self::params(self).clone().with(given)?;
        Self::set_params(self, params)
    }

    fn give(&mut self, inputs: Vec<Input>) -> Result<Answer, SimulationError> {
        Self::give(self, inputs)
    }

    fn begin_inputs(&mut self, inputs: Vec<Input>) -> Result<(), SimulationError> {
        Self::begin_inputs(self, inputs)
    }

    fn take_answer(&mut self) -> Result<Answer, SimulationError> {
        Self::take_answer(self)
    }

    fn fingerprint(&self) -> Result<u64, SimulationError> {
        Self::fingerprint(self)
    }

    fn recount(&self) -> Result<(), SimulationError> {
        Self::recount(self)
    }

    fn snapshot(&self) -> Result<Vec<u8>, SimulationError> {
        Self::snapshot(self)
    }

    fn rows(&self) -> Result<Vec<u8>, SimulationError> {
        Self::rows(self)
    }

    fn fields(&self) -> Result<Vec<FieldNow>, SimulationError> {
        let field = |(at, (name, cells)): (usize, (&str, Vec<u32>))| {
            let amounts = self.field(at)?.unwrap_or_default();
            Ok(FieldNow { name: name.into(), cells, amounts })
        };
        Self::fields(self).enumerate().map(field).collect()
    }

    fn field_cells(&self, field: usize) -> Option<Vec<u32>> {
        Self::fields(self).nth(field).map(|(_, cells)| cells)
    }

    fn visit_field(
        &self,
        field: usize,
        each: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), SimulationError> {
        Self::visit_field(self, field, each)
    }

    fn row(&self, id: u32) -> Result<Option<Vec<u8>>, SimulationError> {
        let mut found = None;
        self.visit(|one, columns, row| {
            if one == id {
                let mut packed = alloc::vec![0; packed_len(M::Columns::SCHEMA, Reach::Owned)];
                M::Columns::pack(columns, row, Reach::Owned, &mut packed);
                found = Some(packed);
            }
        })?;
        Ok(found)
    }

    fn publish(&self, part: Part, stride: usize, to: &mut [u8]) -> Result<u32, SimulationError> {
        Ok(publish(self.domains()?, part, stride, to))
    }

    fn pieces(&self, column: usize) -> Result<Vec<Piece<'_>>, SimulationError> {
        let piece = |domain| Piece::of::<M>(domain, column);
        Ok(self.domains()?.iter().map(piece).collect())
    }

    fn feed(&self, feed: &mut Feed) -> Result<(), SimulationError> {
        Self::feed(self, feed)
    }

    fn find(&self, finder: &Finder) -> Result<Vec<u32>, SimulationError> {
        Self::find(self, finder)
    }

    fn owned_before(&self) -> u64 {
        Self::owned_before(self)
    }

    fn counters(&self) -> Counters {
        Self::counters(self)
    }

    fn rebalances(&self) -> u64 {
        Self::rebalances(self)
    }

    fn imbalance(&self) -> f64 {
        Self::imbalance(self)
    }

    fn memory_bytes(&self) -> usize {
        Self::memory_bytes(self)
    }

    fn doing(&self) -> Option<Place> {
        Self::doing(self)
    }

    fn executor(&self) -> &X {
        Self::executor(self)
    }

    fn executor_mut(&mut self) -> &mut X {
        Self::executor_mut(self)
    }
}
