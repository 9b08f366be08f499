//! A model by name, and what can be done with it.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use flockwork_kernel::columns::{Column, Columns, Reach, packed_len};
use flockwork_spatial::{Candidate, Grid};

use super::backend::Backend;
use super::config::Config;
use super::fit::Fitted;
use crate::estimate::memory_estimate;
use crate::letter::Letter;
use crate::model::Model;
use crate::params::{Param, Params};
use crate::partition::Partition;
use crate::precision::{Needed, Resolution};
use crate::resume::{Arithmetic, Difference, SnapshotError};
use crate::setup::{self, SimulationError};
use crate::simulation::Simulation;
use crate::snapshot::{self, SnapshotHeader};
use crate::stats::{Stat, Stats};
use crate::topology::Topology;

/// What [`Entry::check`] found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked {
    /// The interaction radius.
    pub radius: f32,
    /// How finely the far corner of the world resolves places.
    pub resolution: Resolution,
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

/// A model that can be chosen by name, on any [`Backend`] of these options `O` that makes an `S`, or
/// says why not by an `E`.
pub struct Entry<O: 'static, S: 'static, E: 'static> {
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
    check: fn(&Config<O>) -> Result<Checked, E>,
    build: fn(&Config<O>) -> Result<S, E>,
    restore: fn(&[u8], Arithmetic, &O) -> Result<S, E>,
    differences: fn(&SnapshotHeader, &Config<O>) -> Result<Vec<Difference>, SimulationError>,
}

impl<O, S, E: From<SimulationError>> Entry<O, S, E> {
    /// The entry of a model that runs on a backend.
    pub const fn of<M: Model, B: Backend<Options = O, Made = S, Error = E>>() -> Self {
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
            differences: differences::<M, O>,
        }
    }

    /// Checks a configuration without making any entity.
    ///
    /// # Errors
    ///
    /// Which part is not acceptable.
    pub fn check(&self, config: &Config<O>) -> Result<Checked, E> {
        (self.check)(config)
    }

    /// Makes a simulation.
    ///
    /// # Errors
    ///
    /// Which part of the configuration is not acceptable.
    pub fn build(&self, config: &Config<O>) -> Result<S, E> {
        (self.build)(config)
    }

    /// Makes a simulation from a snapshot.
    ///
    /// # Errors
    ///
    /// What is wrong with the snapshot or the options.
    pub fn restore(&self, snapshot: &[u8], arithmetic: Arithmetic, options: &O) -> Result<S, E> {
        (self.restore)(snapshot, arithmetic, options)
    }

    /// Everything in which a snapshot is of another run than the one of a configuration.
    ///
    /// # Errors
    ///
    /// If the parameters of the configuration are not acceptable.
    pub fn differences(
        &self,
        snapshot: &SnapshotHeader,
        config: &Config<O>,
    ) -> Result<Vec<Difference>, SimulationError> {
        (self.differences)(snapshot, config)
    }
}

impl<O, S, E> Clone for Entry<O, S, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O, S, E> Copy for Entry<O, S, E> {}

impl<O, S, E> fmt::Debug for Entry<O, S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The checked parts of a configuration, but for its table.
struct Prepared<M: Model> {
    params: M::Params,
    grid: Grid,
    needed: Needed,
    partition: Partition,
    topology: Topology,
}

fn prepare<M: Model, B: Backend>(config: &Config<B::Options>) -> Result<Prepared<M>, B::Error> {
    let params = M::Params::default().with(&config.params).map_err(SimulationError::from)?;
    let (_, grid, needed) = setup::check::<M>(&config.setup, &params)?;
    let partition = B::shares(&config.options)?.partition(&grid)?;
    let topology = Topology::new(grid, partition.cut, &|_, _| 1).map_err(SimulationError::from)?;
    Ok(Prepared { params, grid, needed, partition, topology })
}

fn check<M: Model, B: Backend>(config: &Config<B::Options>) -> Result<Checked, B::Error> {
    let Prepared { grid, needed, topology, .. } = prepare::<M, B>(config)?;
    let workers = B::shares(&config.options)?.workers;
    let setup = config.setup;
    if let Some(table) = &config.table {
        Fitted::new(table, &setup, needed, M::Columns::SCHEMA)?;
    }
    let area = f64::from(setup.world.width()) * f64::from(setup.world.height());
    let radius = f64::from(grid.radius());
    let disc = core::f64::consts::PI * radius * radius;
    let row = packed_len(M::Columns::SCHEMA, Reach::Scratch);
    let row = 2 * row + size_of::<Candidate<M::Shown>>() + 24;
    Ok(Checked {
        radius: grid.radius(),
        resolution: Resolution::of(&setup.world, needed),
        rows: grid.rows(),
        cols: grid.cols(),
        fine: grid.fine(),
        regions: topology.regions().len() as u32,
        mean_neighbours: f64::from(setup.population) / area * disc,
        bytes_estimate: memory_estimate::<M>(&topology, setup.population, workers),
        bytes_per_entity: row as u64 * 5 / 4,
    })
}

fn build<M: Model, B: Backend>(config: &Config<B::Options>) -> Result<B::Made, B::Error> {
    let Prepared { params, needed, partition, .. } = prepare::<M, B>(config)?;
    let executor = B::executor(&config.options)?;
    let setup = config.setup;
    let world = match &config.table {
        None => Simulation::<M, _>::new(setup, params, partition, executor, None),
        Some(table) => {
            let fitted = Fitted::new(table, &setup, needed, M::Columns::SCHEMA)?;
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
    Ok(B::wrap(Box::new(world?), &config.options))
}

fn restore<M: Model, B: Backend>(
    snapshot: &[u8],
    arithmetic: Arithmetic,
    options: &B::Options,
) -> Result<B::Made, B::Error> {
    let header =
        snapshot::header(snapshot).map_err(SnapshotError::from).map_err(SimulationError::from)?;
    header.fits::<M>().map_err(SnapshotError::from).map_err(SimulationError::from)?;
    let params = M::Params::default().with(&header.params).map_err(SimulationError::from)?;
    let (_, grid, _) = setup::check::<M>(&header.setup, &params)?;
    let partition = B::shares(options)?.partition(&grid)?;
    let executor = B::executor(options)?;
    let world = Simulation::<M, _>::restore(snapshot, arithmetic, partition, executor)?;
    Ok(B::wrap(Box::new(world), options))
}

fn differences<M: Model, O>(
    snapshot: &SnapshotHeader,
    config: &Config<O>,
) -> Result<Vec<Difference>, SimulationError> {
    let params = M::Params::default().with(&config.params)?;
    Ok(snapshot.differences::<M>(&config.setup, &params))
}
