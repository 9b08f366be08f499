//! A simulation of one model behind [`AnyWorld`], made new or from a snapshot.

use alloc::boxed::Box;
use alloc::vec::Vec;

use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_scheduler::{
    Counters, Model, Observation, ParamError, Params, Place, Progress, Setup, Simulation,
    SimulationError, SnapshotError, snapshot,
};

use crate::config::Config;
use crate::mail::Mail;
use crate::ranks::Ranks;
use crate::world::{AnyWorld, Part};

/// A rank's simulation of one model.
struct Erased<M: Model> {
    simulation: Simulation<M, Ranks<Mail>>,
    prepared: M::Params,
}

/// Makes a rank's simulation of a model.
pub fn build<M: Model>(config: &Config, mail: Mail) -> Result<Box<dyn AnyWorld>, SimulationError> {
    let (setup, params) = (config.setup()?, config.params_of::<M>()?);
    let ranks = Ranks::new(config.rank, config.ranks, mail);
    let simulation = Simulation::<M, _>::new(setup, params, config.partition()?, ranks, None)?;
    Ok(Box::new(Erased { simulation, prepared: params }))
}

/// Makes it from a snapshot of the run that the settings say.
pub fn restore<M: Model>(
    snapshot: &[u8],
    config: &Config,
    mail: Mail,
) -> Result<Box<dyn AnyWorld>, SimulationError> {
    let header = snapshot::header(snapshot)?;
    let mut differences = header.differences::<M>(&config.setup()?, &config.params_of::<M>()?);
    if config.other_params {
        differences.retain(|one| !one.name.starts_with("params."));
    }
    if !differences.is_empty() {
        return Err(SnapshotError::OtherRun { differences }.into());
    }
    let ranks = Ranks::new(config.rank, config.ranks, mail);
    let simulation =
        Simulation::<M, _>::restore(snapshot, config.arithmetic, config.partition()?, ranks)?;
    let prepared = *simulation.params();
    Ok(Box::new(Erased { simulation, prepared }))
}

impl<M: Model> AnyWorld for Erased<M> {
    fn poll(&mut self) -> Result<Progress, SimulationError> {
        self.simulation.poll()
    }

    fn begin(&mut self) {
        self.simulation.begin();
    }

    fn begin_observation(&mut self) {
        self.simulation.begin_observation();
    }

    fn observation(&self) -> Option<Observation> {
        self.simulation.observation()
    }

    fn tick(&self) -> u64 {
        self.simulation.tick()
    }

    fn population(&self) -> u64 {
        self.simulation.population()
    }

    fn stat(&self, index: usize) -> Result<f64, SimulationError> {
        Ok(self.simulation.report()?.get(index).copied().unwrap_or(f64::NAN))
    }

    fn prepare(&mut self, name: &str, value: f64) -> Result<(), ParamError> {
        self.prepared.set(name, value)
    }

    fn set_params(&mut self) -> Result<(), SimulationError> {
        let result = self.simulation.set_params(self.prepared);
        self.prepared = *self.simulation.params();
        result
    }

    fn param(&self, index: usize) -> f64 {
        self.simulation.params().get(index).unwrap_or(f64::NAN)
    }

    fn setup(&self) -> Setup {
        *self.simulation.setup()
    }

    fn radius(&self) -> f32 {
        self.simulation.grid().radius()
    }

    fn name(&self) -> &'static str {
        M::NAME
    }

    fn regions(&self) -> usize {
        self.simulation.regions().len()
    }

    fn counters(&self) -> Counters {
        self.simulation.counters()
    }

    fn ghosts(&self) -> Result<usize, SimulationError> {
        Ok(self.simulation.domains()?.iter().map(flockwork_scheduler::Domain::ghost_count).sum())
    }

    fn balance(&self) -> (u64, f64) {
        (self.simulation.rebalances(), self.simulation.imbalance())
    }

    fn owned(&self) -> Result<(u64, u64), SimulationError> {
        let domains = self.simulation.domains()?.iter();
        Ok((domains.map(|domain| domain.census().owned).sum(), self.simulation.owned_before()))
    }

    fn snapshot(&self) -> Result<Vec<u8>, SimulationError> {
        self.simulation.snapshot()
    }

    fn entity(&self, id: u32) -> Result<Option<Vec<u8>>, SimulationError> {
        let mut found = None;
        self.simulation.visit(|one, columns, row| {
            if one == id {
                let mut packed = alloc::vec![0; packed_len(M::Columns::SCHEMA, Reach::Owned)];
                M::Columns::pack(columns, row, Reach::Owned, &mut packed);
                found = Some(packed);
            }
        })?;
        Ok(found)
    }

    fn size(&self, part: Part) -> usize {
        rows::<M>(part).map_or(0, |rows| rows.len)
    }

    fn publish(&self, part: Part, stride: usize, to: &mut [u8]) -> Result<u32, SimulationError> {
        let Some(from) = rows::<M>(part) else { return Ok(0) };
        // A copy whose length is known takes a few instructions, another one a call.
        match from.len {
            1 => self.copy(from, stride, to, one::<1>),
            2 => self.copy(from, stride, to, one::<2>),
            4 => self.copy(from, stride, to, one::<4>),
            _ => self.copy(from, stride, to, <[u8]>::copy_from_slice),
        }
    }

    fn doing(&self) -> Option<Place> {
        self.simulation.doing()
    }

    fn mail(&mut self) -> &mut Mail {
        self.simulation.executor_mut().carrier_mut()
    }
}

/// A part of each row of a column: `len` bytes from `at` on, of `width`.
#[derive(Clone, Copy)]
struct Rows {
    column: usize,
    width: usize,
    at: usize,
    len: usize,
}

/// Where a part of an entity is.
fn rows<M: Model>(part: Part) -> Option<Rows> {
    let column = M::Columns::SCHEMA.get(part.column)?;
    let (width, size) = (column.stride(), column.scalar.size());
    let (at, len) = if part.component < column.components {
        (part.component as usize * size, size)
    } else {
        (0, width)
    };
    Some(Rows { column: part.column, width, at, len })
}

impl<M: Model> Erased<M> {
    /// Copies a part of each of this rank's entities to the begin of the next `stride` bytes.
    fn copy(
        &self,
        from: Rows,
        stride: usize,
        to: &mut [u8],
        copy: impl Fn(&mut [u8], &[u8]),
    ) -> Result<u32, SimulationError> {
        let mut places = to.chunks_mut(stride.max(1));
        let mut written = 0;
        for domain in self.simulation.domains()? {
            let bytes = domain.column_bytes(from.column);
            for row in domain.rows() {
                let Some(place) = places.next().and_then(|place| place.get_mut(..from.len)) else {
                    return Ok(written);
                };
                copy(place, &bytes[from.width * row + from.at..][..from.len]);
                written += 1;
            }
        }
        Ok(written)
    }
}

/// Copies so many bytes, where there are as many.
fn one<const N: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<N>(), from.first_chunk::<N>()) {
        *to = *from;
    }
}
