//! A model by name, and what can be done with it.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use flockwork_kernel::columns::{Column, Columns, Reach, packed_len};
use flockwork_kernel::{Axes, Plane, Space, World};
use flockwork_spatial::{Grid, Lines};

use super::backend::Backend;
use super::config::Config;
use super::fit::Fitted;
use crate::estimate::memory_estimate;
use crate::field::{Field, FieldError, Sown, cells};
use crate::letter::{EventKind, Letter};
use crate::model::{AxesOf, Model, Passes};
use crate::params::{Param, Params};
use crate::partition::Partition;
use crate::precision::{Needed, Resolution};
use crate::resume::{Arithmetic, Difference, SnapshotError};
use crate::setup::{self, Initial, SimulationError};
use crate::simulation::Simulation;
use crate::snapshot::{self, SnapshotHeader};
use crate::start::Setup;
use crate::stats::{Stat, Stats};
use crate::topology::Topology;

/// What [`Entry::check`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The interaction radius.
    pub radius: f32,
    /// Columns, rows and layers of the cell grid.
    pub lines: Lines,
    /// Columns, rows and layers of a ghost band.
    pub margins: Lines,
    /// How finely the far corner of the world resolves places.
    pub resolution: Resolution,
    /// Regions of the cut.
    pub regions: u32,
    /// Neighbours of an entity on average, if entities are spread evenly.
    pub mean_neighbours: f64,
    /// Bytes of memory, about.
    pub bytes_estimate: u64,
    /// Bytes of memory of one more entity, about.
    pub bytes_per_entity: u64,
    /// How many cells each field has along each axis, in the order of [`Entry::fields`].
    pub fields: Vec<Vec<u32>>,
}

/// What there is to know of a field of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldAbout {
    /// Its name in scenario files.
    pub name: &'static str,
    /// The unit of its amounts.
    pub unit: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
}

/// A model that can be chosen by name, on any [`Backend`] of these options `O` that makes an `S`, or
/// says why not by an `E`.
pub struct Entry<O: 'static, S: 'static, E: 'static> {
    /// The name in scenario files.
    pub name: &'static str,
    /// What it simulates.
    pub about: &'static str,
    /// Its parameters.
    pub params: &'static [Param],
    /// The statistics it reports.
    pub stats: &'static [Stat],
    /// The numbers that a poke may have; none where nobody can be poked.
    pub pokes: &'static [&'static str],
    /// What its events are; None if it sends none.
    pub event: Option<EventKind>,
    /// Whether entities are born in it.
    pub births: bool,
    plane: Option<Form<O, S, E>>,
    space: Option<Form<O, S, E>>,
}

/// A model in the plane or in space.
struct Form<O: 'static, S: 'static, E: 'static> {
    schema: &'static [Column],
    fields: fn() -> Vec<FieldAbout>,
    check: fn(&Config<O>) -> Result<Checked, E>,
    build: fn(&Config<O>) -> Result<S, E>,
    restore: fn(&[u8], Arithmetic, &O) -> Result<S, E>,
    differences: fn(&SnapshotHeader, &Config<O>) -> Result<Vec<Difference>, SimulationError>,
}

impl<O, S, E: From<SimulationError>> Form<O, S, E> {
    const fn of<M: Model, B: Backend<Options = O, Made = S, Error = E>>() -> Self {
        Self {
            schema: M::Columns::SCHEMA,
            fields: fields::<M>,
            check: check::<M, B>,
            build: build::<M, B>,
            restore: restore::<M, B>,
            differences: differences::<M, O>,
        }
    }
}

impl<O, S, E: From<SimulationError>> Entry<O, S, E> {
    /// The entry of a model that runs on a backend, in worlds of its axes.
    pub const fn of<M: Model, B: Backend<Options = O, Made = S, Error = E>>() -> Self {
        let form = Some(Form::of::<M, B>());
        let (plane, space) = if AxesOf::<M>::SPACE { (None, form) } else { (form, None) };
        Self {
            name: M::NAME,
            about: M::ABOUT,
            params: M::Params::TABLE,
            stats: <M::Stats as Stats<M>>::LIST,
            pokes: M::POKES,
            event: if M::Event::ANY { Some(M::EVENT) } else { None },
            births: M::Child::ANY,
            plane,
            space,
        }
    }

    /// The entry of a model that runs in the plane as `P` and in space as `M`: of one name, with the
    /// same parameters and statistics.
    pub const fn of_both<P: Model, M: Model, B: Backend<Options = O, Made = S, Error = E>>() -> Self
    {
        const {
            assert!(
                !AxesOf::<P>::SPACE && AxesOf::<M>::SPACE,
                "a model for the plane, and for space"
            );
        }
        Self { space: Some(Form::of::<M, B>()), ..Self::of::<P, B>() }
    }

    /// Whether it runs in space, or in the plane.
    pub const fn runs_in(&self, space: bool) -> bool {
        if space { self.space.is_some() } else { self.plane.is_some() }
    }

    /// Its columns in the plane, or in space where it runs there alone.
    pub fn schema(&self) -> &'static [Column] {
        let form = self.plane.as_ref().or(self.space.as_ref());
        form.map_or(&[], |form| form.schema)
    }

    /// Its columns in the plane and in space, where it runs.
    pub fn schemas(&self) -> [Option<&'static [Column]>; 2] {
        [&self.plane, &self.space].map(|form| form.as_ref().map(|form| form.schema))
    }

    /// Its fields.
    pub fn fields(&self) -> Vec<FieldAbout> {
        let form = self.plane.as_ref().or(self.space.as_ref());
        form.map_or(Vec::new(), |form| (form.fields)())
    }

    /// Its columns in a world.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Axes`] if it does not run there.
    pub fn schema_in(&self, world: &World) -> Result<&'static [Column], SimulationError> {
        self.form(world).map(|form| form.schema)
    }

    /// The model in a world.
    fn form(&self, world: &World) -> Result<&Form<O, S, E>, SimulationError> {
        let (here, there) = match world.is_space() {
            true => (&self.space, Plane::COUNT),
            false => (&self.plane, Space::COUNT),
        };
        here.as_ref().ok_or(SimulationError::Axes { model: there, world: world.axes().len() })
    }

    /// Checks a configuration without making any entity.
    ///
    /// # Errors
    ///
    /// Which part is not acceptable.
    pub fn check(&self, config: &Config<O>) -> Result<Checked, E> {
        (self.form(&config.setup.world)?.check)(config)
    }

    /// Makes a simulation.
    ///
    /// # Errors
    ///
    /// Which part of the configuration is not acceptable.
    pub fn build(&self, config: &Config<O>) -> Result<S, E> {
        (self.form(&config.setup.world)?.build)(config)
    }

    /// Makes a simulation from a snapshot.
    ///
    /// # Errors
    ///
    /// What is wrong with the snapshot or the options.
    pub fn restore(&self, snapshot: &[u8], arithmetic: Arithmetic, options: &O) -> Result<S, E> {
        let header = snapshot::header(snapshot)
            .map_err(SnapshotError::from)
            .map_err(SimulationError::from)?;
        (self.form(&header.setup.world)?.restore)(snapshot, arithmetic, options)
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
        (self.form(&config.setup.world)?.differences)(snapshot, config)
    }
}

impl<O, S, E> Clone for Entry<O, S, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O, S, E> Copy for Entry<O, S, E> {}

impl<O, S, E> Clone for Form<O, S, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O, S, E> Copy for Form<O, S, E> {}

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
    sown: Vec<Sown>,
}

fn fields<M: Model>() -> Vec<FieldAbout> {
    let about = |field: &Field<M>| {
        let Field { name, unit, about, .. } = *field;
        FieldAbout { name, unit, about }
    };
    M::FIELDS.iter().map(about).collect()
}

/// How all fields begin, in the order of the model.
fn sown<M: Model>(given: &[(String, Sown)]) -> Result<Vec<Sown>, SimulationError> {
    let mut all = alloc::vec![Sown::default(); M::FIELDS.len()];
    for (name, sown) in given {
        let Some(at) = M::FIELDS.iter().position(|field| field.name == name.as_str()) else {
            let known: Vec<&str> = M::FIELDS.iter().map(|field| field.name).collect();
            let problem = match known.is_empty() {
                true => format!("the model `{}` has no fields", M::NAME),
                false => format!("the model has no such field; it has {}", known.join(", ")),
            };
            return Err(FieldError { field: name.clone(), problem }.into());
        };
        all[at] = sown.clone();
    }
    Ok(all)
}

fn prepare<M: Model, B: Backend>(config: &Config<B::Options>) -> Result<Prepared<M>, B::Error> {
    let params = M::Params::default().with(&config.params).map_err(SimulationError::from)?;
    let (model, grid, needed) = setup::check::<M>(&config.setup, &params)?;
    let sown = sown::<M>(&config.fields)?;
    let fields = setup::check_fields(&model, &config.setup, grid.radius(), &sown)?;
    let partition = B::shares(&config.options)?.partition(&grid)?;
    let topology = Topology::new(grid, partition.cut).map_err(SimulationError::from)?;
    let topology = topology.with_fields(fields.iter().map(|(lattice, _)| *lattice));
    Ok(Prepared { params, grid, needed, partition, topology, sown })
}

fn check<M: Model, B: Backend>(config: &Config<B::Options>) -> Result<Checked, B::Error> {
    let Prepared { grid, needed, topology, .. } = prepare::<M, B>(config)?;
    let workers = B::shares(&config.options)?.workers;
    let setup = config.setup;
    if let Some(table) = &config.table {
        Fitted::new(table, &setup, needed, M::Columns::SCHEMA)?;
    }
    let row = packed_len(M::Columns::SCHEMA, Reach::Scratch);
    let row = 2 * row + M::Passes::SHOWN + 24;
    Ok(Checked {
        radius: grid.radius(),
        lines: grid.inside().lines(),
        margins: grid.margins(),
        resolution: Resolution::of(&setup.world, needed),
        regions: topology.regions().len() as u32,
        mean_neighbours: mean_neighbours(&setup, grid.radius()),
        bytes_estimate: memory_estimate::<M>(&topology, setup.population, workers),
        bytes_per_entity: row as u64 * 5 / 4,
        fields: topology.lattices().map(|lattice| cells(&lattice)).collect(),
    })
}

/// How many neighbours there are on average, if entities are spread evenly.
fn mean_neighbours(setup: &Setup, radius: f32) -> f64 {
    let radius = f64::from(radius);
    let near = match setup.world.is_space() {
        true => 4.0 / 3.0 * core::f64::consts::PI * radius * radius * radius,
        false => core::f64::consts::PI * radius * radius,
    };
    f64::from(setup.population) / setup.world.size() * near
}

fn build<M: Model, B: Backend>(config: &Config<B::Options>) -> Result<B::Made, B::Error> {
    let Prepared { params, needed, partition, sown, .. } = prepare::<M, B>(config)?;
    let executor = B::executor(&config.options)?;
    let setup = config.setup;
    let world = match &config.table {
        None => Simulation::<M, _>::sown(setup, params, partition, executor, &sown, None),
        Some(table) => {
            let fitted = Fitted::new(table, &setup, needed, M::Columns::SCHEMA)?;
            let mut initial = |index: u32, packed: &mut [u8]| {
                fitted.apply(index as usize, packed);
                Ok(())
            };
            let initial = Some(&mut initial as &mut Initial<'_>);
            let made = Simulation::<M, _>::sown(setup, params, partition, executor, &sown, initial);
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
    let mut found = snapshot.differences::<M>(&config.setup, &params);
    if snapshot.model == M::NAME {
        let (model, grid, _) = setup::check::<M>(&config.setup, &params)?;
        let sown = sown::<M>(&config.fields)?;
        let fields = setup::check_fields(&model, &config.setup, grid.radius(), &sown)?;
        for ((name, theirs), (lattice, _)) in snapshot.fields.iter().zip(fields) {
            let (name, ours) = (format!("field.{name}.cells"), cells(&lattice));
            if *theirs != ours {
                let [snapshot, wanted] = [theirs, &ours].map(|cells| format!("{cells:?}"));
                found.push(Difference { name, snapshot, wanted });
            }
        }
    }
    Ok(found)
}
