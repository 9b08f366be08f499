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
//! edge = "torus"          # "walls", "open"; "torus" if it is missing
//! [params]
//! neighbor_radius = 1.0   # as the model documents them
//! ```
//!
//! Anything else in it is an error that names the place and what is allowed.

mod source;

use std::fs;
use std::path::Path;

use flockwork_kernel::{Edge, World};
use flockwork_scheduler::{MAX_POPULATION, Param, Setup};
use flockwork_scheduler_native::{AnySimulation, Config, Entry, Options, Table};

use crate::args::{ScenarioArgs, WorkerArgs};
use crate::check::plain;
use crate::failure::{Failure, note};
use crate::human;
use crate::memory;
use crate::registry::Registry;
use crate::table;
use source::{Item, Source, Value, unknown_key};

/// The tables a scenario may have.
const SECTIONS: [&str; 2] = ["world", "params"];

/// The keys every scenario may have.
const KEYS: [&str; 9] = [
    "model",
    "entities",
    "initial",
    "seed",
    "ticks",
    "dt",
    "world.width",
    "world.height",
    "world.edge",
];

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
    pub(crate) params: Vec<(String, f64)>,
    /// The user's own entities.
    pub(crate) table: Option<Table>,
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
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|error| {
            let commands =
                ["run", "verify", "stress", "snapshot", "check", "models", "init", "help"];
            let mut text = format!("cannot read the scenario {name}: {error}");
            if let Some(near) = human::nearest(&name, commands) {
                text += &format!("; did you mean the command `flockwork {near}`?");
            }
            Failure::Usage(text)
        })?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            Failure::usage(format_args!(
                "{name} is not a scenario: it is not text (byte {} is not UTF-8)",
                error.valid_up_to()
            ))
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Self::parse(registry, &name, folder, text, change)
    }

    /// Checks the text of a scenario.
    pub(crate) fn parse(
        registry: &'a Registry,
        name: &str,
        folder: &Path,
        text: &str,
        change: &ScenarioArgs,
    ) -> Result<Self, Failure> {
        let mut source = Source::new(name, text);
        if let Some(problems) = source.problems() {
            return Err(Failure::Usage(problems));
        }
        let written = source.get("entities").map(|item| item.value.clone());
        for assignment in &change.set {
            source.set_from(assignment);
        }
        if let Some(seed) = change.seed {
            source.set("seed", Value::Whole(i128::from(seed)), "--seed");
        }
        if let Some(entities) = change.entities {
            source.set("entities", Value::Whole(i128::from(entities)), "--entities");
        }
        let entry = Reader { source: &mut source }.model(registry);
        let read = Reader { source: &mut source }.read(entry);
        let Read { mut setup, ticks, params, initial } = match (read, source.problems()) {
            (Some(read), None) => read,
            (_, problems) => return Err(Failure::Usage(problems.unwrap_or_default())),
        };
        // Without a model there are problems, so there is one here.
        let Some(entry) = entry else { return Err(Failure::Usage(registry.unknown(""))) };
        let table = match &initial {
            Some(file) => Some(table::read(&folder.join(file), entry.schema)?),
            None => None,
        };
        if let Some(table) = &table {
            setup.population = fit_table(&source, table, setup.population, change)?;
        } else if let (Some(Value::Whole(before)), Some(after)) = (written, change.entities) {
            setup.world = resize(setup.world, before, after, change.scale)?;
        }
        Ok(Self { name: name.to_string(), entry, setup, ticks, params, table })
    }

    /// The configuration of a simulation.
    pub(crate) fn config(&self, options: Options) -> Config {
        Config {
            setup: self.setup,
            params: self.params.clone(),
            table: self.table.clone(),
            options,
        }
    }

    /// Makes the simulation.
    pub(crate) fn build(&self, options: Options) -> Result<Box<dyn AnySimulation>, Failure> {
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

/// The options of a simulation from the command line.
pub(crate) fn options(args: &WorkerArgs) -> Options {
    let usual = Options::default();
    Options {
        workers: args.workers.map_or(usual.workers, usize::from),
        cut: args.regions.or(usual.cut),
        rebalance: usual.rebalance && !args.no_rebalance,
    }
}

/// The number of entities in a table, which must be what the scenario says if it says so.
fn fit_table(
    source: &Source,
    table: &Table,
    said: u32,
    change: &ScenarioArgs,
) -> Result<u32, Failure> {
    let rows = u32::try_from(table.rows).unwrap_or(u32::MAX);
    let given = source.get("entities").is_some();
    if rows == 0 {
        let problem = "the initial table has no rows: there must be at least one entity";
        return Err(Failure::usage(format_args!("{}: {problem}", source.name)));
    }
    if change.scale || given && said != rows {
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
        let side = |length: f32| (f64::from(length) * share.sqrt()) as f32;
        return World::new(side(world.width()), side(world.height()), world.edge())
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

/// What the keys of a scenario say.
struct Read {
    setup: Setup,
    ticks: u64,
    params: Vec<(String, f64)>,
    initial: Option<String>,
}

struct Reader<'s> {
    source: &'s mut Source,
}

impl Reader<'_> {
    fn model<'a>(&mut self, registry: &'a Registry) -> Option<&'a Entry> {
        let names: Vec<&str> = registry.names().collect();
        let Some(item) = self.source.get("model").cloned() else {
            self.source.blame_all(&format!(
                "`model` is missing: it must be one of {}",
                human::list(&names)
            ));
            return None;
        };
        let Value::Text(name) = &item.value else {
            let problem = format!(
                "`model` is {}: it must be one of {}, in quotes",
                item.value.describe(),
                human::list(&names)
            );
            self.source.blame(&item, &problem);
            return None;
        };
        let found = registry.entries().iter().find(|entry| entry.name == name);
        if found.is_none() {
            self.source.blame(&item, &registry.unknown(name));
        }
        found
    }

    /// Reads all keys; None if one that is needed is missing or wrong.
    fn read(&mut self, entry: Option<&Entry>) -> Option<Read> {
        self.unknown(entry);
        let initial = self.text("initial");
        let missing = initial.is_some().then_some(0);
        let population = self.whole("entities", 1, u64::from(MAX_POPULATION), missing);
        let seed = self.whole("seed", 0, u64::MAX, Some(1));
        let ticks = self.whole("ticks", 0, u64::MAX, Some(1000));
        let dt = self.number("dt", 0.0, 1.0e9, "");
        let (low, high) = (f64::from(World::SIDE.0), f64::from(World::SIDE.1));
        let width = self.number("world.width", low, high, "");
        let height = self.number("world.height", low, high, "");
        let edge = self.edge();
        let params = self.params(entry);
        let world = World::new(width? as f32, height? as f32, edge?);
        let world = world.map_err(|error| self.source.blame_all(&error.to_string())).ok()?;
        let setup = Setup { world, population: population? as u32, seed: seed?, dt: dt? as f32 };
        Some(Read { setup, ticks: ticks?, params: params?, initial })
    }

    /// Notes the keys that do not exist.
    fn unknown(&mut self, entry: Option<&Entry>) {
        let params = entry.map_or(&[][..], |entry| entry.params);
        let known: Vec<String> = KEYS
            .iter()
            .map(|key| (*key).to_string())
            .chain(params.iter().map(|param| format!("params.{}", param.name)))
            .collect();
        for item in self.source.items.clone() {
            let of_params = item.path.starts_with("params.");
            if known.contains(&item.path) || of_params && entry.is_none() {
                continue;
            }
            let problem = if SECTIONS.contains(&item.path.as_str()) {
                format!("`{0}` is {1}: it must be a table, [{0}]", item.path, item.value.describe())
            } else if let (true, Some(entry)) = (of_params, entry) {
                let more = format!("; `flockwork models {}` lists them all", entry.name);
                unknown_key(&item.path, &known, &more)
            } else {
                let keys = format!("; a scenario has {} and [params]", human::list(&KEYS));
                unknown_key(&item.path, &known, &keys)
            };
            self.source.blame(&item, &problem);
        }
    }

    /// A key's item; notes that it is missing.
    fn needed(&mut self, path: &str, allowed: &str) -> Option<Item> {
        let item = self.source.get(path).cloned();
        if item.is_none() {
            self.source.blame_all(&format!("`{path}` is missing: it must be {allowed}"));
        }
        item
    }

    fn wrong<T>(&mut self, item: &Item, allowed: &str) -> Option<T> {
        let problem = format!("`{}` is {}: it must be {allowed}", item.path, item.value.describe());
        self.source.blame(item, &problem);
        None
    }

    fn whole(&mut self, path: &str, low: u64, high: u64, missing: Option<u64>) -> Option<u64> {
        let allowed = format!("a whole number from {low} to {high}");
        if let (None, Some(missing)) = (self.source.get(path), missing) {
            return Some(missing);
        }
        let item = self.needed(path, &allowed)?;
        match item.value {
            Value::Whole(number) if (i128::from(low)..=i128::from(high)).contains(&number) => {
                u64::try_from(number).ok()
            }
            _ => self.wrong(&item, &allowed),
        }
    }

    fn number(&mut self, path: &str, low: f64, high: f64, unit: &str) -> Option<f64> {
        let allowed = format!("a number from {} to {}{unit}", plain(low), plain(high));
        let item = self.needed(path, &allowed)?;
        self.number_of(&item, low, high, &allowed)
    }

    fn number_of(&mut self, item: &Item, low: f64, high: f64, allowed: &str) -> Option<f64> {
        let number = match item.value {
            Value::Whole(number) => number as f64,
            Value::Number(number) => number,
            _ => f64::NAN,
        };
        if number >= low && number <= high { Some(number) } else { self.wrong(item, allowed) }
    }

    fn text(&mut self, path: &str) -> Option<String> {
        let item = self.source.get(path).cloned()?;
        match &item.value {
            Value::Text(text) if !text.is_empty() => Some(text.clone()),
            _ => self.wrong(&item, "the path of a .csv or .parquet file, in quotes"),
        }
    }

    fn edge(&mut self) -> Option<Edge> {
        let Some(item) = self.source.get("world.edge").cloned() else {
            return Some(Edge::default());
        };
        let edge = match &item.value {
            Value::Text(name) => Edge::from_name(name),
            _ => None,
        };
        edge.or_else(|| self.wrong(&item, "\"torus\", \"walls\" or \"open\""))
    }

    fn params(&mut self, entry: Option<&Entry>) -> Option<Vec<(String, f64)>> {
        let mut values = Vec::new();
        let mut good = true;
        for param in entry?.params {
            let Some(item) = self.source.get(&format!("params.{}", param.name)).cloned() else {
                continue;
            };
            match self.param(param, &item) {
                Some(value) => values.push((param.name.to_string(), value)),
                None => good = false,
            }
        }
        good.then_some(values)
    }

    fn param(&mut self, param: &Param, item: &Item) -> Option<f64> {
        let kind = if param.whole { "whole number" } else { "number" };
        let unit = if param.unit.is_empty() { "" } else { " " };
        let (low, high) = (plain(param.min), plain(param.max));
        let allowed = format!("a {kind} from {low} to {high}{unit}{}", param.unit);
        let value = self.number_of(item, param.min, param.max, &allowed)?;
        if param.whole && value.fract() != 0.0 {
            return self.wrong(item, &allowed);
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests;
