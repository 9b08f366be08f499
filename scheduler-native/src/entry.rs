//! A model whose type is hidden: what a program needs to offer it by name.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use flockwork_kernel::columns::{Column, Columns, Reach, packed_len};
use flockwork_scheduler::{
    Arithmetic, Cut, Difference, Executor, Grid, Letter, Model, Param, ParamError, Params,
    Partition, Setup, Simulation, SimulationError, SnapshotHeader, Stat, Stats, Topology,
    check_setup, memory_estimate,
};
use flockwork_spatial::Candidate;

use crate::any::AnySimulation;
use crate::native::Native;
use crate::table::{Fitted, Table};
use crate::threads::{Threads, ThreadsError};

/// How a simulation is run; no choice here changes a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The number of worker threads.
    pub workers: usize,
    /// The cut of the world; None chooses one for the workers.
    pub cut: Option<Cut>,
    /// Whether the world is cut anew when the work becomes uneven.
    pub rebalance: bool,
    /// How long a worker may be busy with one phase of one region before the run ends with
    /// [`SimulationError::Stalled`]; None if it may take for ever.
    pub deadline: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        Self { workers, cut: None, rebalance: true, deadline: None }
    }
}

impl Options {
    /// The cut that is chosen where none is given: some regions per worker, but no region so
    /// small that its border costs more than its inside.
    fn cut_of(&self, grid: &Grid, processes: usize) -> Cut {
        const REGIONS_PER_WORKER: usize = 2;
        const LEAST_CELLS: u32 = 64;
        self.cut.unwrap_or_else(|| {
            let workers = self.workers.saturating_mul(processes);
            let wanted = if workers <= 1 { 1 } else { workers.saturating_mul(REGIONS_PER_WORKER) };
            let most = (grid.cells() / LEAST_CELLS).max(processes.min(4096) as u32);
            Cut::Parts(most.min(wanted.min(4096) as u32))
        })
    }

    fn partition(&self, grid: &Grid, processes: usize) -> Result<Partition, SimulationError> {
        let cut = self.cut_of(grid, processes);
        // One process needs no more than a cut that fits the grid, which is checked by cutting.
        if processes > 1 && cut.count().is_some_and(|count| (count as usize) < processes) {
            return Err(SimulationError::Initial(format!(
                "regions is {}: there must be at least one for each of the {processes} processes",
                cut.count().unwrap_or(0)
            )));
        }
        let partition = Partition::new(cut);
        Ok(Partition { rebalance: partition.rebalance.filter(|_| self.rebalance), ..partition })
    }
}

/// Everything a simulation is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// World, population, seed and time per tick.
    pub setup: Setup,
    /// Parameters by name; the others have their defaults.
    pub params: Vec<(String, f64)>,
    /// The entities at tick 0; as many as `setup.population`.
    pub table: Option<Arc<Table>>,
    /// How it is run.
    pub options: Options,
}

/// What [`Entry::check`] found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked {
    /// The interaction radius.
    pub radius: f32,
    /// Rows of the cell grid.
    pub rows: u32,
    /// Columns of the cell grid.
    pub cols: u32,
    /// Columns of a ghost band.
    pub fine: u32,
    /// Regions of the cut.
    pub regions: u32,
    /// Neighbours of an entity on average, if entities are spread evenly.
    pub mean_neighbours: f64,
    /// Bytes of memory, about.
    pub bytes_estimate: u64,
    /// Bytes of memory of one more entity, about.
    pub bytes_per_entity: u64,
}

/// A new simulation, or why there is none.
type Built = Result<Box<dyn AnySimulation>, BuildError>;

/// Where simulations run: on the threads of this process, or on several processes.
pub trait Backend: 'static {
    /// Polls the domains and carries the mail.
    type Executor: Executor;

    /// How many processes share a world.
    fn processes() -> usize {
        1
    }

    /// Makes an executor.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if it cannot be had.
    fn executor(options: &Options) -> Result<Self::Executor, BuildError>;

    /// Hides the type of a simulation's model.
    fn wrap<M: Model>(
        world: Simulation<M, Self::Executor>,
        options: &Options,
    ) -> Box<dyn AnySimulation>;
}

/// Runs simulations on threads of this process.
#[derive(Clone, Copy, Debug)]
pub struct OnThreads;

impl Backend for OnThreads {
    type Executor = Threads;

    fn executor(options: &Options) -> Result<Threads, BuildError> {
        Ok(Threads::new(options.workers)?)
    }

    fn wrap<M: Model>(world: Simulation<M, Threads>, options: &Options) -> Box<dyn AnySimulation> {
        Box::new(Native::new(world, options.deadline))
    }
}

/// A model that can be chosen by name.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The name in scenario files.
    pub name: &'static str,
    /// What it simulates.
    pub about: &'static str,
    /// Its columns.
    pub schema: &'static [Column],
    /// Its parameters.
    pub params: &'static [Param],
    /// The statistics it reports.
    pub stats: &'static [Stat],
    /// Whether it sends events.
    pub events: bool,
    /// Whether entities are born in it.
    pub births: bool,
    check: fn(&Config) -> Result<Checked, BuildError>,
    build: fn(&Config) -> Built,
    restore: fn(&[u8], Arithmetic, &Options) -> Built,
    differences: fn(&SnapshotHeader, &Config) -> Result<Vec<Difference>, BuildError>,
}

impl Entry {
    /// The entry of a model that runs on threads.
    pub const fn of<M: Model>() -> Self {
        Self::on::<M, OnThreads>()
    }

    /// The entry of a model that runs on a backend.
    pub const fn on<M: Model, B: Backend>() -> Self {
        Self {
            name: M::NAME,
            about: M::ABOUT,
            schema: M::Columns::SCHEMA,
            params: M::Params::TABLE,
            stats: <M::Stats as Stats<M>>::LIST,
            events: M::Event::ANY,
            births: M::Child::ANY,
            check: check::<M, B>,
            build: build::<M, B>,
            restore: restore::<M, B>,
            differences: differences::<M>,
        }
    }

    /// Checks a configuration without making any entity.
    ///
    /// # Errors
    ///
    /// [`BuildError`] that says which part is not acceptable.
    pub fn check(&self, config: &Config) -> Result<Checked, BuildError> {
        (self.check)(config)
    }

    /// Makes a simulation.
    ///
    /// # Errors
    ///
    /// [`BuildError`] that says which part of the configuration is not acceptable.
    pub fn build(&self, config: &Config) -> Result<Box<dyn AnySimulation>, BuildError> {
        (self.build)(config)
    }

    /// Makes a simulation from a snapshot.
    ///
    /// # Errors
    ///
    /// [`BuildError`] that says what is wrong with the snapshot or the options.
    pub fn restore(
        &self,
        snapshot: &[u8],
        arithmetic: Arithmetic,
        options: &Options,
    ) -> Result<Box<dyn AnySimulation>, BuildError> {
        (self.restore)(snapshot, arithmetic, options)
    }

    /// Everything in which a snapshot is of another run than the one of a configuration.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if the parameters of the configuration are not acceptable.
    pub fn differences(
        &self,
        snapshot: &SnapshotHeader,
        config: &Config,
    ) -> Result<Vec<Difference>, BuildError> {
        (self.differences)(snapshot, config)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("name", &self.name).finish_non_exhaustive()
    }
}

fn params_of<M: Model>(config: &Config) -> Result<M::Params, ParamError> {
    let mut params = M::Params::default();
    for (name, value) in &config.params {
        params.set(name, *value)?;
    }
    Ok(params)
}

fn check<M: Model, B: Backend>(config: &Config) -> Result<Checked, BuildError> {
    let setup = config.setup;
    let params = params_of::<M>(config).map_err(SimulationError::from)?;
    let (_, grid) = check_setup::<M>(&setup, params)?;
    if config.options.workers == 0 || config.options.workers > crate::threads::MAX_WORKERS {
        return Err(ThreadsError::Workers { given: config.options.workers }.into());
    }
    let partition = config.options.partition(&grid, B::processes())?;
    let topology = Topology::new(grid, partition.cut, &|_, _| 1).map_err(SimulationError::from)?;
    if let Some(table) = &config.table {
        Fitted::new(table, &setup, M::Columns::SCHEMA)?;
    }
    let area = f64::from(setup.world.width()) * f64::from(setup.world.height());
    let disc = core::f64::consts::PI * f64::from(grid.radius()).powi(2);
    let row =
        packed_len(M::Columns::SCHEMA, Reach::Scratch) + size_of::<Candidate<M::Shown>>() + 24;
    let row = row + packed_len(M::Columns::SCHEMA, Reach::Scratch);
    Ok(Checked {
        radius: grid.radius(),
        rows: grid.rows(),
        cols: grid.cols(),
        fine: grid.fine(),
        regions: topology.regions().len() as u32,
        mean_neighbours: f64::from(setup.population) / area * disc,
        bytes_estimate: memory_estimate::<M>(&topology, setup.population),
        bytes_per_entity: row as u64 * 5 / 4,
    })
}

fn build<M: Model, B: Backend>(config: &Config) -> Built {
    check::<M, B>(&Config { table: None, ..config.clone() })?;
    let setup = config.setup;
    let params = params_of::<M>(config).map_err(SimulationError::from)?;
    let (_, grid) = check_setup::<M>(&setup, params)?;
    let executor = B::executor(&config.options)?;
    let partition = config.options.partition(&grid, B::processes())?;
    let world = match &config.table {
        None => Simulation::<M, _>::new(setup, params, partition, executor, None),
        Some(table) => {
            let fitted = Fitted::new(table, &setup, M::Columns::SCHEMA)?;
            let mut initial = |index: u32, packed: &mut [u8]| {
                fitted.apply(index as usize, packed);
                Ok(())
            };
            let made =
                Simulation::<M, _>::new(setup, params, partition, executor, Some(&mut initial));
            made.map_err(|error| match error {
                SimulationError::Unfit { id, problem } => table.refuse(id, &problem),
                other => other,
            })
        }
    };
    Ok(B::wrap(world?, &config.options))
}

fn differences<M: Model>(
    snapshot: &SnapshotHeader,
    config: &Config,
) -> Result<Vec<Difference>, BuildError> {
    let params = params_of::<M>(config).map_err(SimulationError::from)?;
    Ok(snapshot.differences::<M>(&config.setup, &params))
}

fn restore<M: Model, B: Backend>(
    snapshot: &[u8],
    arithmetic: Arithmetic,
    options: &Options,
) -> Built {
    let header = crate::snapshot_header(snapshot).map_err(SimulationError::from)?;
    header.fits::<M>().map_err(SimulationError::from)?;
    let config = Config {
        setup: header.setup,
        params: header.params,
        table: None,
        options: options.clone(),
    };
    let params = params_of::<M>(&config).map_err(SimulationError::from)?;
    let (_, grid) = check_setup::<M>(&config.setup, params)?;
    let partition = options.partition(&grid, B::processes())?;
    let executor = B::executor(options)?;
    let world = Simulation::<M, _>::restore(snapshot, arithmetic, partition, executor)?;
    Ok(B::wrap(world, options))
}

/// A simulation cannot be made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BuildError {
    /// Something of the simulation is not acceptable.
    Simulation(SimulationError),
    /// The threads cannot be had.
    Threads(ThreadsError),
}

impl From<SimulationError> for BuildError {
    fn from(error: SimulationError) -> Self {
        Self::Simulation(error)
    }
}

impl From<ThreadsError> for BuildError {
    fn from(error: ThreadsError) -> Self {
        Self::Threads(error)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simulation(error) => error.fmt(f),
            Self::Threads(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BuildError {}
