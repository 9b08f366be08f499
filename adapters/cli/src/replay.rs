//! `flockwork replay`: runs what a log holds, and compares the fingerprints that it holds.

use console::Style;
use flockwork_scheduler::{Dated, Input};
use flockwork_scheduler_native::AnySimulation;
use serde_json::{Map, Value};

use crate::args::ReplayArgs;
use crate::failure::{Failure, emit};
use crate::human;
use crate::inputs::{self, File, Line};
use crate::interrupt;
use crate::progress::{Pace, Progress};
use crate::registry::Registry;
use crate::scenario::{self, Scenario};
use crate::shapes::Names;

/// What a log and a scenario must have in common.
const COMMON: [&str; 7] = ["model", "arithmetic", "entities", "seed", "dt", "world", "params"];

/// `flockwork replay`.
pub(crate) fn replay(registry: &Registry, args: &ReplayArgs) -> Result<(), Failure> {
    interrupt::listen();
    // A log has numbers of shapes alone.
    let file = inputs::read(&args.log, &Names::default())?;
    let name = args.log.display();
    let Some(head) = &file.head else {
        return Err(Failure::usage(format_args!(
            "{name}: it is no log: its first line must say of which run it is"
        )));
    };
    let scenario = Scenario::load(registry, Some(&args.scenario), &args.change)?;
    // The log has its inputs too.
    let mut simulation = scenario.build_alone(scenario::options(&args.workers))?;
    let here = inputs::head(scenario.entry, &simulation.setup(), &scenario.params);
    if let Some(problem) = difference(head, &here) {
        return Err(Failure::usage(format_args!("{name}: {problem} in {}", scenario.name)));
    }
    let mut replay = Replay::new(&mut *simulation, &file, args.quiet)?;
    interrupt::heed();
    let found = replay.all(&file);
    replay.bar.done();
    let (compared, given) = (replay.compared, replay.given);
    if let Some(problem) = found? {
        emit(&format!("  {} {problem}\n", Style::new().red().bold().apply_to("✗")))?;
        return Err(Failure::Found);
    }
    let fingerprint = format!("{:016x}", simulation.fingerprint()?);
    if args.quiet {
        return emit(&format!("{fingerprint}\n"));
    }
    let all = format!(
        "{} and {}: the same bits at every one; fingerprint {}",
        human::plural(given, "input"),
        human::plural(compared, "fingerprint"),
        Style::new().green().bold().apply_to(&fingerprint)
    );
    emit(&format!("\n  {all}\n\n"))
}

/// In what a log is of another run.
fn difference(log: &Map<String, Value>, here: &Value) -> Option<String> {
    let differ = |key: &&str| match (log.get(*key), here.get(*key)) {
        // A page does not say by which arithmetic it computes.
        (None, _) => *key != "arithmetic",
        (Some(there), Some(here)) => !same(there, here),
        (Some(_), None) => true,
    };
    let found = COMMON.into_iter().find(differ)?;
    let said =
        |value: Option<&Value>| value.map_or("missing".into(), |v| human::shown(&v.to_string()));
    if let ("params", Some(Value::Object(theirs)), Some(Value::Object(ours))) =
        (found, log.get(found), here.get(found))
    {
        let mut names = theirs.keys().chain(ours.keys());
        let name = names.find(|name| {
            !theirs.get(*name).zip(ours.get(*name)).is_some_and(|(a, b)| same(a, b))
        })?;
        let (there, here) = (said(theirs.get(name)), said(ours.get(name)));
        return Some(format!("`params.{name}` is {there} in the log, but {here}"));
    }
    Some(format!("`{found}` is {} in the log, but {}", said(log.get(found)), said(here.get(found))))
}

/// Whether two values are the same, however their numbers are written.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let is_there = |(name, value): (&String, &Value)| {
                other.get(name).is_some_and(|other| same(value, other))
            };
            one.len() == other.len() && one.iter().all(is_there)
        }
        _ => one == other,
    }
}

/// A replay that goes on.
struct Replay<'a> {
    simulation: &'a mut dyn AnySimulation,
    batch: Vec<Input>,
    given: u64,
    compared: u64,
    bar: Progress,
    pace: Pace,
}

impl<'a> Replay<'a> {
    fn new(
        simulation: &'a mut dyn AnySimulation,
        file: &File,
        quiet: bool,
    ) -> Result<Self, Failure> {
        let tick = |line: &Line| match line {
            Line::Input(dated) => dated.tick,
            Line::Fingerprint { tick, .. } => *tick,
        };
        let mut last = 0;
        for line in &file.lines {
            if tick(line) < last {
                let tick = tick(line);
                return Err(Failure::usage(format_args!(
                    "the log has a line of tick {tick} behind one of tick {last}"
                )));
            }
            last = tick(line);
        }
        let (bar, pace) = (Progress::ticks(last, quiet), Pace::new());
        Ok(Self { simulation, batch: Vec::new(), given: 0, compared: 0, bar, pace })
    }

    /// Does all that the log says; what differs first, in words.
    fn all(&mut self, file: &File) -> Result<Option<String>, Failure> {
        for line in &file.lines {
            match line {
                Line::Input(Dated { tick, input, .. }) => {
                    self.reach(*tick)?;
                    self.batch.push(input.clone());
                }
                Line::Fingerprint { tick, value } => {
                    self.reach(*tick)?;
                    self.give()?;
                    let found = self.simulation.fingerprint()?;
                    if found != *value {
                        return Ok(Some(format!(
                            "differs at tick {tick}: the fingerprint is {found:016x}, in the log \
                             {value:016x}"
                        )));
                    }
                    self.compared += 1;
                }
            }
        }
        self.give()?;
        Ok(None)
    }

    /// Runs up to a tick; gives what is to be given before.
    fn reach(&mut self, tick: u64) -> Result<(), Failure> {
        if self.simulation.tick() < tick {
            self.give()?;
        }
        while self.simulation.tick() < tick {
            if !self.simulation.agree(!interrupt::stopped()) {
                return Err(Failure::Interrupted);
            }
            let now = self.simulation.tick();
            let ticks = self.simulation.lead(self.pace.batch().min(tick - now));
            let clock = std::time::Instant::now();
            self.simulation.run(ticks)?;
            self.pace.took(ticks, clock.elapsed());
            self.bar.position(self.simulation.tick());
        }
        Ok(())
    }

    fn give(&mut self) -> Result<(), Failure> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.given += self.batch.len() as u64;
        self.simulation.give(std::mem::take(&mut self.batch))?;
        Ok(())
    }
}
