//! Scenario files: what to simulate.
//!
//! ```toml
//! model = "boids"
//! entities = 10000        # or: initial = "agents.csv"
//! seed = 1                # 1 if it is missing
//! ticks = 1000            # 1000 if it is missing
//! dt = 0.05
//! [world]
//! width = 40.0
//! height = 40.0
//! depth = 40.0            # in space; a world without it is flat
//! edge = "periodic"       # "wall", "open", or one word for each axis: ["periodic", "wall"];
//!                         # "periodic" if it is missing
//! precision = "any"       # "enough" if it is missing
//! origin = [4.5e5, 5.4e6, 0] # one number for each axis; 0 along each if it is missing
//! [params]
//! neighbor_radius = 1.0   # as the model documents them
//! [stop]                  # rules by which a run stops before its last tick: docs/answers/series.md
//! until = "infected == 0"
//! every = 10              # look every 10 ticks; 10 if it is missing
//! steady = ["order:0.01"] # or one text
//! limit = "2h30m"
//! [[input]]               # as often as wanted: docs/answers/inputs.md
//! at = 100                # or: every = 10, and from and until if wanted
//! poke = { at = [20, 20], radius = 3, push = 2 }
//! [[observe]]             # as often as wanted: what `--observables` is to hold
//! name = "rdf"
//! r = 5                   # the keys of the observable; its own if they are missing
//! [[shape]]               # as often as wanted: what stands in the world
//! kind = "chain"          # "polygon", "box", "ball"; or `file`
//! corners = [[0, 5], [9, 5]]
//! role = "wall"           # "door", "goal", "source", "sink"; "wall" if it is missing
//! [field.grass]           # of a model with fields: docs/answers/fields.md
//! cells = [40, 40]        # about one for each radius if it is missing
//! start = 500             # or: [0, 800], "grass.png", "grass.csv"; what the model says if it is missing
//! [table]                 # what of the initial table is read
//! columns = "x=X,y=Y,id=ID,time=T"
//! at = 12.5
//! ```
//!
//! A file that begins with a brace says the same in JSON. Anything else in it is an error that names the place and what is allowed.

mod axes;
pub(crate) mod fields;
mod reader;
mod shapes;
mod source;
mod stop;
mod table;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flockwork_kernel::columns::Column;
use flockwork_kernel::{World, WorldError};
use flockwork_scheduler::{Given, MAX_POPULATION, Setup, Sown, Table};
use flockwork_scheduler_native::{AnySimulation, Config, Entry, Options};

use crate::args::{self, ScenarioArgs, WorkerArgs};
use crate::failure::{Failure, note};
use crate::human;
use crate::input;
use crate::inputs::{Guided, Schedule};
use crate::memory;
use crate::observe::Asked;
use crate::registry::Registry;
use crate::shapes::{Drawn, Names, describe};
use crate::stop::Written;
use crate::table::{self as tables, Most};
use reader::{Read, Reader};
use source::{Item, Source, Value};

/// The tables a scenario may have.
const SECTIONS: [&str; 4] = ["world", "params", "stop", "table"];

/// What other programs call a key, and a scenario does not.
const RENAMED: [(&str, &str); 18] = [
    ("agents", "entities"),
    ("boids", "entities"),
    ("count", "entities"),
    ("n", "entities"),
    ("particles", "entities"),
    ("population", "entities"),
    ("positions", "initial"),
    ("iterations", "ticks"),
    ("steps", "ticks"),
    ("delta", "dt"),
    ("step", "dt"),
    ("time_step", "dt"),
    ("timestep", "dt"),
    ("boundary", "world.edge"),
    ("topology", "world.edge"),
    ("offset", "world.origin"),
    ("origin", "world.origin"),
    ("precision", "world.precision"),
];

/// The longest scenario that is read, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// Makes the table of entities at tick 0 for the columns of the model, or says what is wrong with it.
pub type Brought<'b> = dyn Fn(&'static [Column]) -> Result<Table, String> + Sync + 'b;

/// A checked scenario.
pub(crate) struct Scenario<'a> {
    /// What to call it.
    pub(crate) name: String,
    /// Its model.
    pub(crate) entry: &'a Entry,
    /// World, population, seed and time step.
    pub(crate) setup: Setup,
    /// How many ticks to run.
    pub(crate) ticks: u64,
    /// The parameters that it gives.
    pub(crate) params: Vec<Given>,
    /// The rules by which a run stops.
    pub(crate) stop: Written,
    /// Where the user's own entities are.
    pub(crate) initial: Option<PathBuf>,
    /// The user's own entities.
    pub(crate) table: Option<Arc<Table>>,
    /// What to measure where it is asked for.
    pub(crate) observe: Vec<Asked>,
    /// What comes in from outside.
    pub(crate) inputs: Schedule,
    /// What stands in the world.
    shapes: Vec<Drawn>,
    /// How fields begin.
    fields: Vec<(String, Sown)>,
    /// The text of the file.
    pub(crate) text: String,
    /// What the command line changes of it, as `KEY=VALUE`.
    pub(crate) changes: Vec<String>,
}

impl<'a> Scenario<'a> {
    /// Reads and checks a scenario file, or the registry's default for None.
    pub(crate) fn load(
        registry: &'a Registry,
        path: Option<&Path>,
        change: &ScenarioArgs,
    ) -> Result<Self, Failure> {
        let Some(path) = path else {
            let (name, text) = registry.default_text();
            return Self::parse(registry, name, Path::new("."), text, change);
        };
        Self::load_with(registry, path, change, None)
    }

    /// Reads and checks a scenario file whose entities the program brings, if it does.
    pub(crate) fn load_with(
        registry: &'a Registry,
        path: &Path,
        change: &ScenarioArgs,
        brought: Option<&Brought<'_>>,
    ) -> Result<Self, Failure> {
        let (name, text) = (path.display().to_string(), Self::read(path)?);
        let folder = path.parent().unwrap_or(Path::new("."));
        Self::parse_with(registry, &name, folder, &text, change, brought)
    }

    /// Reads the text of a scenario file.
    pub(crate) fn read(path: &Path) -> Result<String, Failure> {
        let name = path.display().to_string();
        let shown = human::path(path);
        let bytes = input::read(path, MOST_BYTES).map_err(|problem| {
            let mut text = format!("cannot read the scenario {shown}: {problem}");
            if !path.exists()
                && let Some(near) = human::nearest(&name, args::commands())
            {
                text += &format!("; did you mean the command `flockwork {near}`?");
            }
            Failure::Usage(text)
        })?;
        let text =
            std::str::from_utf8(&bytes).ok().filter(|_| input::foreign_text(&bytes).is_none());
        text.map(str::to_string).ok_or_else(|| {
            let good = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
            let problem = input::foreign_text(&bytes)
                .unwrap_or_else(|| format!("it is not text (byte {good} is not UTF-8)"));
            Failure::usage(format_args!("{shown} is not a scenario: {problem}"))
        })
    }

    /// The model and the seed of a scenario's text, whatever else is missing there.
    pub(crate) fn head(
        registry: &'a Registry,
        name: &str,
        text: &str,
    ) -> Result<(&'a Entry, u64), Failure> {
        let mut source = Source::new(name, text);
        if source.problems().is_none() {
            let mut reader = Reader { source: &mut source, brought: false };
            let (entry, seed) =
                (reader.model(registry), reader.whole("seed", 0, u64::MAX, Some(1)));
            if let (Some(entry), Some(seed)) = (entry, seed) {
                return Ok((entry, seed));
            }
        }
        Err(Failure::Usage(source.problems().unwrap_or_default()))
    }

    /// Checks the text of a scenario.
    pub(crate) fn parse(
        registry: &'a Registry,
        name: &str,
        folder: &Path,
        text: &str,
        change: &ScenarioArgs,
    ) -> Result<Self, Failure> {
        Self::parse_with(registry, name, folder, text, change, None)
    }

    /// Checks the text of a scenario whose entities the program brings, if it does.
    pub(crate) fn parse_with(
        registry: &'a Registry,
        name: &str,
        folder: &Path,
        text: &str,
        change: &ScenarioArgs,
        brought: Option<&Brought<'_>>,
    ) -> Result<Self, Failure> {
        let mut source = Source::new(name, text);
        if let Some(problems) = source.problems() {
            return Err(Failure::Usage(problems));
        }
        let written = source.get("entities").and_then(|item| item.value.whole());
        for assignment in &change.set {
            source.set_from(assignment);
        }
        if let Some(seed) = change.seed {
            source.set("seed", Value::Whole(i128::from(seed)), "--seed");
        }
        if let Some(entities) = change.entities {
            source.set("entities", Value::Whole(i128::from(entities)), "--entities");
        }
        for (key, option, value) in change.table.keys() {
            source.set_as(
                key,
                &value,
                &format!("{option} {}", human::shown(value.trim_matches('"'))),
            );
        }
        let mut reader = Reader { source: &mut source, brought: brought.is_some() };
        let entry = reader.model(registry);
        let read = reader.read(entry, folder);
        let read = match (read, source.problems()) {
            (Some(read), None) => read,
            (_, problems) => return Err(Failure::Usage(problems.unwrap_or_default())),
        };
        let Read {
            mut setup,
            ticks,
            params,
            stop,
            initial,
            choice,
            observe,
            inputs,
            shapes,
            fields,
        } = read;
        // Without a model there are problems, so there is one here.
        let Some(entry) = entry else { return Err(Failure::Usage(registry.unknown(""))) };
        // A path in the file begins at the file, one on the command line where the user stands.
        let initial = initial.map(|(file, here)| match here {
            true => PathBuf::from(file),
            false => folder.join(file),
        });
        let mut scenario = Self {
            name: name.to_string(),
            entry,
            setup,
            ticks,
            inputs: inputs.beginning(&params),
            params,
            stop,
            initial,
            table: None,
            observe,
            shapes,
            fields,
            text: text.to_string(),
            changes: changes(change),
        };
        if scenario.initial.is_some() || brought.is_some() {
            let said = source.get("entities").map(|_| setup.population);
            let schema = entry.schema_in(&setup.world).map_err(|error| scenario.refuse(&error))?;
            let table = match (&scenario.initial, brought) {
                (Some(path), _) => tables::read(path, schema, &scenario.most_rows(said)?, &choice)?,
                (None, Some(brought)) => brought(schema).map_err(Failure::Usage)?,
                (None, None) => Table::default(),
            };
            setup.population = fit_table(&source, &table, said, change)?;
            scenario.table = Some(Arc::new(table));
        } else if let (Some(before), Some(after)) = (written, change.entities) {
            setup.world = resize(setup.world, before, after, change.scale)?;
        }
        scenario.setup = setup;
        Ok(scenario)
    }

    /// What shapes are called.
    pub(crate) fn names(&self) -> Names {
        Names::of(&self.shapes)
    }

    /// What stands in the world, each in a line.
    pub(crate) fn shapes(&self) -> Vec<String> {
        describe(&self.shapes)
    }

    /// How many rows a table may have: as many as the scenario says, if it does, and as can be
    /// simulated in the memory that is free.
    fn most_rows(&self, said: Option<u32>) -> Result<Most, Failure> {
        let mut config = self.config(Options { workers: 1, ..Options::default() });
        config.setup.population = 1;
        let checked = self.entry.check(&config).map_err(|error| self.refuse(&error))?;
        let schema =
            self.entry.schema_in(&self.setup.world).map_err(|error| self.refuse(&error))?;
        let scalars = crate::rows::fields(schema).len() as u64;
        let each = checked.bytes_per_entity + scalars * size_of::<f64>() as u64;
        let population = u64::from(MAX_POPULATION);
        let said = said.map_or(population, u64::from);
        Ok(match memory::free() {
            Some(free) if free / each < said => Most {
                rows: free / each,
                why: format!(
                    "{} of memory are free, and each row takes about {}",
                    human::bytes(free),
                    human::bytes(each)
                ),
            },
            _ if said < population => Most { rows: said, why: format!("`entities` is {said}") },
            _ => Most { rows: population, why: "no world holds more entities".to_string() },
        })
    }

    /// The files that it was read from, `path` among them, each with a word for what it is.
    pub(crate) fn inputs<'p>(&'p self, path: Option<&'p Path>) -> Vec<(&'static str, &'p Path)> {
        let initial = self.initial.as_deref().map(|path| ("the initial table", path));
        path.map(|path| ("the scenario", path)).into_iter().chain(initial).collect()
    }

    /// The configuration of a simulation.
    pub(crate) fn config(&self, options: Options) -> Config {
        Config {
            setup: self.setup,
            params: self.params.clone(),
            table: self.table.clone(),
            fields: self.fields.clone(),
            options,
        }
    }

    /// Makes the simulation; it follows the scenario's inputs.
    pub(crate) fn build(&self, options: Options) -> Result<Box<dyn AnySimulation>, Failure> {
        Ok(Guided::by(self.build_alone(options)?, self.inputs.clone(), None))
    }

    /// The same without its inputs.
    pub(crate) fn build_alone(&self, options: Options) -> Result<Box<dyn AnySimulation>, Failure> {
        let config = self.config(options);
        let checked = self.entry.check(&config).map_err(|error| self.refuse(&error))?;
        memory::fits(&checked).map_err(|problem| self.refuse(&problem))?;
        self.entry.build(&config).map_err(|error| self.refuse(&error))
    }

    /// Makes an error of the model one of this scenario.
    pub(crate) fn refuse(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::usage(format_args!("{}: {error}", self.name))
    }
}

/// What the command line changes of a scenario, as `KEY=VALUE`.
fn changes(change: &ScenarioArgs) -> Vec<String> {
    let seed = change.seed.map(|seed| format!("seed={seed}"));
    let entities = change.entities.map(|entities| format!("entities={entities}"));
    let table = change.table.keys().into_iter().map(|(key, _, value)| format!("{key}={value}"));
    change.set.iter().cloned().chain(seed).chain(entities).chain(table).collect()
}

/// Parameters that a text gives by name, called `name` where it is wrong: what they may be is up to the
/// model.
pub(crate) fn given(name: &str, text: &str) -> Result<Vec<Given>, Failure> {
    let mut source = Source::new(name, text);
    let items: Vec<Item> = source.items().into_iter().cloned().collect();
    let mut given = Vec::new();
    for item in items {
        match item.value.setting() {
            Some(value) => given.push((item.path, value)),
            None => {
                let (path, what) = (&item.path, item.value.describe());
                let allowed = "a number, a text or a list of numbers";
                source.blame(&item, &format!("`{path}` is {what}: it must be {allowed}"));
            }
        }
    }
    source.problems().map_or(Ok(given), |problems| Err(Failure::Usage(problems)))
}

/// The options of a simulation from the command line.
pub(crate) fn options(args: &WorkerArgs) -> Options {
    let usual = Options::default();
    Options {
        workers: args.workers.map_or(usual.workers, usize::from),
        cut: args.regions.or(usual.cut),
        rebalance: usual.rebalance && !args.no_rebalance,
        deadline: args.deadline,
    }
}

/// The number of entities in a table, which must be what the scenario says if it says so.
fn fit_table(
    source: &Source,
    table: &Table,
    said: Option<u32>,
    change: &ScenarioArgs,
) -> Result<u32, Failure> {
    let rows = u32::try_from(table.rows).unwrap_or(u32::MAX);
    if rows == 0 {
        let problem = "the initial table has no rows: `entities = 0` without a table says that nobody is there";
        return Err(Failure::usage(format_args!("{}: {problem}", source.name)));
    }
    if let Some(said) = said.filter(|said| change.scale || *said != rows) {
        return Err(Failure::usage(format_args!(
            "{}: `entities` is {said}, but the initial table has {rows} rows: leave `entities` out",
            source.name
        )));
    }
    Ok(rows)
}

/// The world for another number of entities than the file says.
fn resize(world: World, before: i128, after: u64, scale: bool) -> Result<World, Failure> {
    let share = after as f64 / (before as f64).max(1.0);
    if scale {
        return grown(&world, share)
            .map_err(|error| Failure::usage(format_args!("--scale: {error}")));
    }
    if share > 2.0 {
        note(format_args!(
            "{} times the entities in the same world make {0} times the density; --scale makes \
             the world larger instead",
            human::short(share)
        ));
    }
    Ok(world)
}

/// A world of so many times the area, or in space the volume.
pub(crate) fn grown(world: &World, share: f64) -> Result<World, WorldError> {
    world.scaled(if world.is_space() { share.cbrt() } else { share.sqrt() })
}

#[cfg(test)]
mod tests;
