//! What the keys of a scenario say: each is checked, and all that is wrong is told at once.

use std::path::Path;

use flockwork_kernel::columns::Number;
use flockwork_kernel::{Precision, World};
use flockwork_scheduler::{
    Given, Lost, MAX_POPULATION, Param, ParamKind, Setting, Setup, Sown, narrow,
};
use flockwork_scheduler_native::Entry;

use super::source::{Item, Source, Value, named, unknown_key};
use super::{SECTIONS, fields};
use crate::human;
use crate::inputs::Schedule;
use crate::observe::Asked;
use crate::registry::Registry;
use crate::shapes::{Drawn, Names};
use crate::stop::Written;
use crate::table as tables;
use crate::table::choice::Choice;

/// The keys every scenario may have.
const KEYS: [&str; 24] = [
    "model",
    "entities",
    "initial",
    "seed",
    "ticks",
    "dt",
    "world.width",
    "world.height",
    "world.depth",
    "world.edge",
    "world.precision",
    "world.origin",
    "stop.until",
    "stop.every",
    "stop.steady",
    "stop.limit",
    "observe",
    "input",
    "shape",
    "table.columns",
    "table.at",
    "table.within",
    "table.frame",
    "table.project",
];

/// What the keys of a scenario say.
pub(super) struct Read {
    pub(super) setup: Setup,
    pub(super) ticks: u64,
    pub(super) params: Vec<Given>,
    pub(super) stop: Written,
    /// The path of a table, and whether the command line gave it.
    pub(super) initial: Option<(String, bool)>,
    pub(super) observe: Vec<Asked>,
    pub(super) inputs: Schedule,
    /// What of it is read.
    pub(super) choice: Choice,
    pub(super) shapes: Vec<Drawn>,
    pub(super) fields: Vec<(String, Sown)>,
}

/// Reads keys; what is wrong with them its source keeps.
pub(super) struct Reader<'s> {
    pub(super) source: &'s mut Source,
    /// Whether the program brings the entities, and the scenario must not.
    pub(super) brought: bool,
}

impl Reader<'_> {
    pub(super) fn model<'a>(&mut self, registry: &'a Registry) -> Option<&'a Entry> {
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
    pub(super) fn read(&mut self, entry: Option<&Entry>, folder: &Path) -> Option<Read> {
        self.unknown(entry);
        let initial = self.file("initial");
        if let Some(item) = self.source.get("initial").filter(|_| self.brought).cloned() {
            self.source.blame(&item, "`initial` names a table, but the entities are given already");
        }
        let missing = (initial.is_some() || self.brought).then_some(0);
        let population = self.whole("entities", 0, u64::from(MAX_POPULATION), missing);
        let seed = self.whole("seed", 0, u64::MAX, Some(1));
        let ticks = self.whole("ticks", 0, u64::MAX, Some(1000));
        let dt = self.number("dt", 0.0, 1.0e9, "");
        let world = self.world(entry);
        let precision = self.word("world.precision", Precision::NAMES);
        let origin = self.origin("world.origin");
        let params = self.params(entry);
        let stop = self.stop(entry);
        let observe = self.observe("observe");
        let choice = self.choice();
        let world = world?.with_precision(precision?).with_origin(origin?);
        let world = world.map_err(|error| self.source.blame_all(&error.to_string())).ok()?;
        let setup = Setup { world, population: population? as u32, seed: seed?, dt: dt? };
        let (ticks, mut params, stop) = (ticks?, params?, stop?);
        let (observe, choice) = (observe?, choice?);
        let shapes = self.shapes(entry, &world, folder, &mut params)?;
        let inputs = self.inputs("input", Names::of(&shapes))?;
        let fields = self.fields(entry, &world, folder)?;
        Some(Read { setup, ticks, params, stop, initial, choice, observe, inputs, shapes, fields })
    }

    /// Notes the keys that do not exist.
    pub(super) fn unknown(&mut self, entry: Option<&Entry>) {
        let params = entry.map_or(&[][..], |entry| entry.params);
        let known: Vec<String> =
            KEYS.iter()
                .map(|key| (*key).to_string())
                .chain(params.iter().map(|param| format!("params.{}", param.name)))
                .chain(entry.iter().flat_map(|entry| entry.fields()).flat_map(|field| {
                    fields::KEYS.map(|key| format!("field.{}.{key}", field.name))
                }))
                .collect();
        let is_known = |item: &Item| {
            let of_model = ["params.", "field."].iter().any(|begin| item.path.starts_with(begin));
            known.contains(&item.path) || of_model && entry.is_none()
        };
        self.source.blame_unknown(is_known, |item| match entry {
            _ if SECTIONS.contains(&item.path.as_str()) => {
                format!("`{0}` is {1}: it must be a table, [{0}]", item.path, item.value.describe())
            }
            Some(entry) if item.path.starts_with("field") && entry.fields().is_empty() => {
                format!("`{}`: the model {} has no fields", item.path, entry.name)
            }
            Some(entry) if item.path.starts_with("field.") => {
                let more = format!("; `flockwork models {}` lists all fields", entry.name);
                unknown_key(&item.path, &known, &more)
            }
            Some(entry) if item.path.starts_with("params.") => {
                let more = format!("; `flockwork models {}` lists them all", entry.name);
                unknown_key(&item.path, &known, &more)
            }
            _ => {
                let keys = format!("; a scenario has {} and [params]", human::list(&KEYS));
                unknown_key(&item.path, &known, &keys)
            }
        });
    }

    /// A key's item; notes that it is missing.
    pub(super) fn needed(&mut self, path: &str, allowed: &str) -> Option<Item> {
        let item = self.source.get(path).cloned();
        if item.is_none() {
            self.source.blame_all(&format!("`{path}` is missing: it must be {allowed}"));
        }
        item
    }

    pub(super) fn wrong<T>(&mut self, item: &Item, allowed: &str) -> Option<T> {
        let problem = format!("`{}` is {}: it must be {allowed}", item.path, item.value.describe());
        self.source.blame(item, &problem);
        None
    }

    pub(super) fn whole(
        &mut self,
        path: &str,
        low: u64,
        high: u64,
        missing: Option<u64>,
    ) -> Option<u64> {
        let allowed = format!("a whole number from {low} to {high}");
        if let (None, Some(missing)) = (self.source.get(path), missing) {
            return Some(missing);
        }
        let item = self.needed(path, &allowed)?;
        let number = item.value.whole().and_then(|number| u64::try_from(number).ok());
        match number.filter(|number| (low..=high).contains(number)) {
            None => self.wrong(&item, &allowed),
            number => number,
        }
    }

    pub(super) fn number(&mut self, path: &str, low: f64, high: f64, unit: &str) -> Option<f32> {
        let allowed = format!("a number from {} to {}{unit}", Number(low), Number(high));
        let item = self.needed(path, &allowed)?;
        self.number_of(&item, low, high, &allowed)
    }

    pub(super) fn number_of(
        &mut self,
        item: &Item,
        low: f64,
        high: f64,
        allowed: &str,
    ) -> Option<f32> {
        let number = item.value.number().unwrap_or(f64::NAN);
        if !(number >= low && number <= high) {
            return self.wrong(item, allowed);
        }
        narrow(number).map_or_else(|lost| self.lost(item, lost, allowed), Some)
    }

    /// Where tables have the world's 0 along each axis.
    pub(super) fn origin(&mut self, path: &str) -> Option<[f64; 3]> {
        let Some(item) = self.source.get(path).cloned() else { return Some([0.0; 3]) };
        let most = World::ORIGIN;
        let axes = if self.source.get("world.depth").is_some() { World::MOST_AXES } else { 2 };
        match &item.value {
            Value::List(at) if at.len() == axes && at.iter().all(|at| at.abs() <= most) => {
                Some(std::array::from_fn(|axis| at.get(axis).copied().unwrap_or(0.0)))
            }
            _ => self.wrong(&item, &format!("a list of {axes} numbers from -{most:e} to {most:e}")),
        }
    }

    /// Notes that a number becomes another one in the bits that there are for it.
    pub(super) fn lost<T>(&mut self, item: &Item, lost: Lost, allowed: &str) -> Option<T> {
        let with = if matches!(item.value, Value::List(_)) { "a list with " } else { "" };
        let problem = format!("`{}` is {with}{lost}: it must be {allowed}", item.path);
        self.source.blame(item, &problem);
        None
    }

    pub(super) fn file(&mut self, path: &str) -> Option<(String, bool)> {
        let item = self.source.get(path).cloned()?;
        match &item.value {
            Value::Text(text) if !text.is_empty() => Some((text.clone(), item.is_option())),
            _ => {
                let formats = tables::FORMATS;
                self.wrong(&item, &format!("the path of a {formats} file, in quotes"))
            }
        }
    }

    /// One of these words; what it usually is, if it is not there.
    pub(super) fn word<T: Copy + Default, const N: usize>(
        &mut self,
        path: &str,
        words: [(&'static str, T); N],
    ) -> Option<T> {
        let Some(item) = self.source.get(path).cloned() else { return Some(T::default()) };
        let names = words.map(|(name, _)| name);
        let (found, near) = match &item.value {
            Value::Text(name) => {
                (words.iter().find(|(known, _)| known == name), human::nearest(name, names))
            }
            _ => (None, None),
        };
        let hint = near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
        let quoted = names.map(|name| format!("\"{name}\""));
        let (last, first) = quoted.split_last()?;
        let allowed = format!("{} or {last}{hint}", first.join(", "));
        found.map_or_else(|| self.wrong(&item, &allowed), |(_, value)| Some(*value))
    }

    /// What to measure: tables, each with a name and keys.
    pub(super) fn observe(&mut self, path: &str) -> Option<Vec<Asked>> {
        let Some(item) = self.source.get(path).cloned() else { return Some(Vec::new()) };
        let Value::Tables(tables) = &item.value else {
            return self.wrong(&item, "tables, [[observe]], each with a `name`");
        };
        let read: Result<Vec<Asked>, String> =
            tables.iter().map(|table| Asked::parse(&named(table))).collect();
        read.map_err(|problem| self.source.blame(&item, &format!("`observe`: {problem}"))).ok()
    }

    /// What comes in from outside: tables, each with a tick.
    pub(super) fn inputs(&mut self, path: &str, names: Names) -> Option<Schedule> {
        let Some(item) = self.source.get(path).cloned() else {
            return Schedule::of(&[], names).ok();
        };
        let Value::Inputs(entries) = &item.value else {
            return self.wrong(&item, "tables, [[input]], each with `at` or `every`");
        };
        let read = Schedule::of(entries, names);
        read.map_err(|problem| self.source.blame(&item, &format!("`input`: {problem}"))).ok()
    }

    pub(super) fn params(&mut self, entry: Option<&Entry>) -> Option<Vec<Given>> {
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

    pub(super) fn param(&mut self, param: &Param, item: &Item) -> Option<Setting> {
        let value = item.value.setting();
        if let Some(value) = value.filter(|value| param.kind.allows(value)) {
            return Some(value);
        }
        let near = match (param.kind, &item.value) {
            (ParamKind::Choice(names), Value::Text(name)) => {
                human::nearest(name, names.iter().copied())
            }
            _ => None,
        };
        let hint = near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
        let unit = if param.unit.is_empty() { "" } else { " " };
        let allowed = format!("{}{unit}{}{hint}", param.kind, param.unit);
        match item.value.setting().and_then(|value| param.kind.loses(&value)) {
            Some(lost) => self.lost(item, lost, &allowed),
            None => self.wrong(item, &allowed),
        }
    }
}
