//! A world that another program steps: what the bindings to other languages stand on.
//!
//! A scenario, in TOML or JSON, a model's name with the rest of a scenario, or a snapshot becomes a
//! [`Stepped`]: it runs ticks on threads of this process, shows columns of all entities by name, and
//! takes other parameters between ticks.
//!
//! ```
//! use std::path::Path;
//! use flockwork_cli::stepped::{Order, Stepped};
//! use flockwork_cli::Registry;
//!
//! let text = "model = 'boids'\nentities = 1000\ndt = 0.05\n[world]\nwidth = 20\nheight = 10\n";
//! let registry = Registry::builtin();
//! let mut world = Stepped::from_text(&registry, "flock", Path::new("."), text, &[], 1)?;
//! world.step(10)?;
//! let (x, mut xs) = (world.field("x")?, vec![0; 4 * world.population() as usize]);
//! world.copy(x, Order::Id, 4, &mut xs)?;
//! println!("tick {}: {:016x}", world.tick(), world.fingerprint()?);
//! # Ok::<(), flockwork_cli::stepped::StepError>(())
//! ```
//!
//! It knows no language and no buffer of one: `order.rs` beside it finds the place of each entity by
//! its id, and bytes go to where the caller wants them.

mod collect;
mod give;
mod log;
mod order;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;

use flockwork_kernel::columns::{Column, Scalar};
use flockwork_scheduler::registry::{Piece, number_names};
use flockwork_scheduler::snapshot::Due;
use flockwork_scheduler::{
    Arithmetic, Given, Input, Param, Setting, Setup, SimulationError, snapshot,
};
use flockwork_scheduler_native::{AnySimulation, Entry, Metrics, Options, RunError};

use crate::args::ScenarioArgs;
use crate::failure::Failure;
use crate::human;
use crate::inputs::{self, Guided, Schedule};
use crate::registry::Registry;
pub use crate::scenario::Brought;
use crate::scenario::{self, Scenario};
use crate::shapes::Names;
pub use collect::Collector;
use log::Log;
use order::Places;

/// What was asked of a world cannot be done.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StepError {
    /// What was given is wrong, or the calling thread computes in another way than every other one:
    /// what is wrong, where, and what is allowed. Nothing was changed.
    Input(String),
    /// The simulation has ended, and shows its last completed tick if it has not stalled.
    Ended(RunError),
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(problem) => f.write_str(problem),
            Self::Ended(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StepError {}

impl From<Failure> for StepError {
    fn from(failure: Failure) -> Self {
        Self::Input(match failure {
            Failure::Usage(problem) | Failure::Run(problem) => problem,
            other => format!("{other:?}"),
        })
    }
}

impl From<RunError> for StepError {
    /// What ends a simulation has ended it; anything else was refused.
    fn from(error: RunError) -> Self {
        use SimulationError as E;
        match error {
            E::Conservation { .. }
            | E::LostMail { .. }
            | E::Busy { .. }
            | E::Transport(_)
            | E::Panicked(_)
            | E::Stalled { .. }
            | E::Domain(_) => Self::Ended(error),
            refused => Self::Input(refused.to_string()),
        }
    }
}

/// What can be read of each entity: a column, or one of its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// The column's place in the schema.
    pub column: usize,
    /// The first of its numbers.
    pub component: u32,
    /// How many of them, side by side.
    pub components: u32,
    /// What each of them is.
    pub scalar: Scalar,
}

impl Field {
    /// Bytes of one entity.
    pub fn size(&self) -> usize {
        self.scalar.size() * self.components as usize
    }
}

/// Where a scenario is written.
#[derive(Clone, Copy, Debug)]
pub enum Written<'a> {
    /// In a file.
    File(&'a Path),
    /// In a text, called `name` where it is wrong.
    Text {
        /// What to call it.
        name: &'a str,
        /// Where files that it names are looked for.
        folder: &'a Path,
        /// The text.
        text: &'a str,
    },
}

/// In which order entities are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Ascending by id: the same order in every tick, as long as nobody is born or dies.
    Id,
    /// As they lie in memory: the quickest, another one after each tick, of all columns the same.
    Memory,
}

/// A world that another program steps.
pub struct Stepped {
    simulation: Box<dyn AnySimulation>,
    entry: Entry,
    ticks: u64,
    /// What shapes are called.
    names: Names,
    /// What came into it, if it began at tick 0.
    log: Option<Log>,
    /// The place of each entity among all ids; None if it is not known of this tick.
    places: Option<Places>,
}

impl Stepped {
    /// Makes the world of a scenario's text, called `name` where it is wrong. A table that it names is
    /// looked for in `folder`. Changes such as `dt=0.1` are made as `--set` makes them. It runs on
    /// `workers` threads, with 0 on one for each core, with the same results.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn from_text(
        registry: &Registry,
        name: &str,
        folder: &Path,
        text: &str,
        set: &[String],
        workers: usize,
    ) -> Result<Self, StepError> {
        let change = ScenarioArgs { set: set.to_vec(), ..ScenarioArgs::default() };
        Self::of(&Scenario::parse(registry, name, folder, text, &change)?, workers)
    }

    /// Makes the world of a scenario's file: see [`Stepped::from_text`].
    ///
    /// # Errors
    ///
    /// Why it cannot be read, or all that is wrong with it.
    pub fn from_file(
        registry: &Registry,
        path: &Path,
        set: &[String],
        workers: usize,
    ) -> Result<Self, StepError> {
        let change = ScenarioArgs { set: set.to_vec(), ..ScenarioArgs::default() };
        Self::of(&Scenario::load(registry, Some(path), &change)?, workers)
    }

    /// Makes the world of a scenario whose entities the program has: `entities` makes the table of them
    /// for the model's columns, or says what is wrong. The scenario may leave out how many they are.
    ///
    /// # Errors
    ///
    /// All that is wrong with the scenario, or with the table.
    pub fn with_entities(
        registry: &Registry,
        scenario: &Written<'_>,
        set: &[String],
        workers: usize,
        entities: &Brought<'_>,
    ) -> Result<Self, StepError> {
        let change = ScenarioArgs { set: set.to_vec(), ..ScenarioArgs::default() };
        let brought = Some(entities);
        let scenario = match *scenario {
            Written::File(path) => Scenario::load_with(registry, path, &change, brought),
            Written::Text { name, folder, text } => {
                Scenario::parse_with(registry, name, folder, text, &change, brought)
            }
        };
        Self::of(&scenario?, workers)
    }

    /// Makes the world of a model, and of a text that says all else that a scenario says.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn from_model(
        registry: &Registry,
        model: &str,
        text: &str,
        workers: usize,
    ) -> Result<Self, StepError> {
        registry.get(model)?;
        let set = [format!("model=\"{model}\"")];
        Self::from_text(registry, model, Path::new("."), text, &set, workers)
    }

    fn of(scenario: &Scenario<'_>, workers: usize) -> Result<Self, StepError> {
        let given = inputs::Given::default();
        let simulation = scenario.build_alone(options(workers))?;
        let simulation = Guided::by(simulation, scenario.inputs.clone(), Some(given.clone()));
        let log = Log::begin(scenario.entry, &simulation.setup(), &scenario.params, given);
        let (entry, ticks, names) = (*scenario.entry, scenario.ticks, scenario.names());
        Ok(Self { simulation, entry, ticks, names, log: Some(log), places: None })
    }

    /// Makes a world that goes on from the bytes of a snapshot.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, or whose it is.
    pub fn from_snapshot(
        registry: &Registry,
        bytes: &[u8],
        workers: usize,
    ) -> Result<Self, StepError> {
        let refuse =
            |problem: &dyn fmt::Display| StepError::Input(format!("the snapshot: {problem}"));
        let header = snapshot::header(bytes).map_err(|error| refuse(&error))?;
        let entry = registry.get(&header.model)?;
        let schedule = Schedule::read(&header.inputs.text).map_err(|problem| refuse(&problem))?;
        let bytes = snapshot::with_inputs(bytes, Due::default()).map_err(|error| refuse(&error))?;
        let simulation = entry
            .restore(&bytes, Arithmetic::Same, &options(workers))
            .map_err(|error| refuse(&error))?;
        let simulation = Guided::by(simulation, schedule, None);
        let (ticks, names) = (header.tick, Names::default());
        Ok(Self { simulation, entry: *entry, ticks, names, log: None, places: None })
    }

    /// Computes so many ticks.
    ///
    /// # Errors
    ///
    /// [`StepError::Ended`], from then on at every call; [`StepError::Input`] if the threads compute in
    /// another way than they must, after which the world is as it was before that tick.
    pub fn step(&mut self, ticks: u64) -> Result<(), StepError> {
        self.places = None;
        let ran = self.simulation.run(ticks);
        if let Some(log) = &mut self.log {
            log.ran();
        }
        ran.map_err(|error| match error {
            SimulationError::FloatMode { .. } => StepError::Input(error.to_string()),
            ended => StepError::Ended(ended),
        })
    }

    /// The model.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// What the run began with.
    pub fn setup(&self) -> Setup {
        self.simulation.setup()
    }

    /// The tick up to which the scenario wants to be run; of a snapshot its own.
    pub fn last_tick(&self) -> u64 {
        self.ticks
    }

    /// Ticks done.
    pub fn tick(&self) -> u64 {
        self.simulation.tick()
    }

    /// The number of entities.
    pub fn population(&self) -> u64 {
        self.simulation.population()
    }

    /// The fingerprint of the whole state.
    ///
    /// # Errors
    ///
    /// [`StepError::Ended`] if there is no state any more.
    pub fn fingerprint(&self) -> Result<u64, StepError> {
        Ok(self.simulation.fingerprint()?)
    }

    /// The numbers of the model's statistics with their names; NaN for what is null.
    ///
    /// # Errors
    ///
    /// [`StepError::Ended`].
    pub fn stats(&mut self) -> Result<Vec<(String, f64)>, StepError> {
        Ok(self.simulation.stats()?)
    }

    /// What it has done, and how long that took.
    ///
    /// # Errors
    ///
    /// [`StepError::Ended`] if there is no state any more.
    pub fn metrics(&self) -> Result<Metrics, StepError> {
        Ok(self.simulation.metrics()?)
    }

    /// The whole state as bytes, for [`Stepped::from_snapshot`] and for `flockwork run --resume`.
    ///
    /// # Errors
    ///
    /// [`StepError::Ended`] if there is no state any more.
    pub fn snapshot(&self) -> Result<Vec<u8>, StepError> {
        Ok(self.simulation.snapshot()?)
    }

    /// All parameters with their values.
    ///
    /// # Errors
    ///
    /// [`StepError::Ended`] if there is no state any more.
    pub fn params(&self) -> Result<Vec<(&'static Param, Setting)>, StepError> {
        Ok(self.entry.params.iter().zip(self.simulation.params()?).collect())
    }

    /// Sets parameters between two ticks: all that are given, or none.
    ///
    /// # Errors
    ///
    /// [`StepError::Input`] with what is wrong, or [`StepError::Ended`].
    pub fn set_params(&mut self, given: Vec<Given>) -> Result<(), StepError> {
        self.places = None;
        self.simulation.set_params(given.clone())?;
        self.note(&[Input::Params { params: given }]);
        Ok(())
    }

    /// Sets parameters that a text names, in TOML as in the table `params` of a scenario or in JSON:
    /// `max_speed = 2`.
    ///
    /// # Errors
    ///
    /// As [`Stepped::set_params`].
    pub fn set_params_from(&mut self, text: &str) -> Result<(), StepError> {
        self.set_params(scenario::given("params", text)?)
    }

    /// The columns of an entity.
    pub fn schema(&self) -> &'static [Column] {
        self.simulation.schema()
    }

    /// The column of this name, or one of its numbers: of `genes`, `genes_3` is the fourth.
    ///
    /// # Errors
    ///
    /// [`StepError::Input`] that names those that there are.
    pub fn field(&self, name: &str) -> Result<Field, StepError> {
        let schema = self.schema();
        let place = |column: &Column| schema.iter().position(|other| other.name == column.name);
        let whole = number_names(schema)
            .find(|(_, column, _)| column.name == name)
            .map(|(_, column, _)| (column, 0, column.components));
        let one = || number_names(schema).find(|(number, ..)| number == name);
        let found = whole.or_else(|| one().map(|(_, column, component)| (column, component, 1)));
        found
            .and_then(|(column, component, components)| {
                Some(Field { column: place(column)?, component, components, scalar: column.scalar })
            })
            .ok_or_else(|| {
                let names = number_names(schema).map(|(name, ..)| name).collect::<Vec<_>>();
                let names = names.iter().map(String::as_str);
                StepError::Input(human::unknown("column", name, names))
            })
    }

    /// Copies a field of each entity to the begin of the next `stride` bytes, the last of which need
    /// not be there: so several fields may go into one buffer, side by side.
    ///
    /// # Errors
    ///
    /// [`StepError::Input`] if `to` is not as long as it must be, and nothing was written;
    /// [`StepError::Ended`] if there is no state any more.
    pub fn copy(
        &mut self,
        field: Field,
        order: Order,
        stride: usize,
        to: &mut [u8],
    ) -> Result<(), StepError> {
        let (size, count) = (field.size(), self.population() as usize);
        if stride < size {
            let problem = format!("the stride is {stride} bytes: it must be at least {size}");
            return Err(StepError::Input(problem));
        }
        let needed = count.saturating_sub(1).saturating_mul(stride) + size.min(count * size);
        if to.len() < needed {
            let problem = format!(
                "the buffer has {} bytes: it must have at least {needed} for {count} entities",
                to.len()
            );
            return Err(StepError::Input(problem));
        }
        if order == Order::Id && self.places.is_none() {
            self.places = Some(Places::of(&self.simulation.pieces(0)?));
        }
        let places = if order == Order::Id { self.places.as_ref() } else { None };
        let width = self.schema().get(field.column).map_or(0, Column::stride);
        let at = field.component as usize * field.scalar.size();
        let from = order::Rows { width, at, size };
        from.copy(&self.simulation.pieces(field.column)?, places, stride, to);
        Ok(())
    }

    /// A column of each region as it lies in memory, without a copy.
    ///
    /// # Errors
    ///
    /// [`StepError::Ended`] if there is no state any more.
    pub fn pieces(&mut self, column: usize) -> Result<Vec<Piece<'_>>, StepError> {
        Ok(self.simulation.pieces(column)?)
    }
}

/// How a world is run.
fn options(workers: usize) -> Options {
    let usual = Options::default();
    Options { workers: if workers == 0 { usual.workers } else { workers }, ..usual }
}
