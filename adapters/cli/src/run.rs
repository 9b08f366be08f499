//! `flockwork run` and `flockwork snapshot`.
//!
//! All input is read and all outputs are tried first; then ticks are run in batches short enough
//! for the progress bar and an interrupt; at the end come the files, then the summary.

mod about;
mod outputs;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use flockwork_scheduler::snapshot::Due;
use flockwork_scheduler::{
    Arithmetic, Given, SimulationError, SnapshotError, SnapshotHeader, snapshot,
};
use flockwork_scheduler_native::{AnySimulation, BuildError, Entry, Options};

use crate::args::{RunArgs, SnapshotArgs};
use crate::checkpoint::{self, Checkpoints, RunId, Saved};
use crate::crowding::Crowding;
use crate::drive::{Batch, Host, drive};
use crate::failure::{Failure, emit, note, warn};
use crate::inputs::{self, Guided, Schedule};
use crate::interrupt;
use crate::observe::{self, Asked};
use crate::progress::Progress;
use crate::registry::Registry;
use crate::report::{Report, Run};
use crate::scenario::{self, Scenario};
use crate::stop::{self, Limit, Rules};
use crate::summary;
use outputs::Outputs;

/// How many ticks a resumed run does if nothing says how many.
const USUAL_TICKS: u64 = 1000;

/// `flockwork run`.
pub(crate) fn run(registry: &Registry, args: &RunArgs) -> Result<(), Failure> {
    // Before anything is written, so that nothing of it can be left behind.
    interrupt::listen();
    let outputs = Outputs::new(args)?;
    let id = RunId::new();
    let checkpoints = Checkpoints::take(args, id)?;
    let mut job = Job::new(registry, args)?;
    outputs.check(args, &job)?;
    let about = about::about(&job);
    let log = outputs.log(args, &job)?;
    let simulation = &mut *job.simulation;
    note_fewer_workers(simulation)?;
    if let Some(remedy) = Crowding::of(simulation).map_err(Failure::run)?.and_then(|c| c.remedy()) {
        note(remedy);
    }
    let id = RunId(simulation.lead(id.0));
    if let Some(saved) = &job.saved {
        saved.agree(simulation)?;
    }
    let (asked, rules) = (&*job.observe, job.rules);
    let mut watchers = outputs.watchers(args, job.entry, about, asked, rules, simulation)?;
    if let Some(log) = log {
        watchers.push(Box::new(log));
    }
    if let Some(limit) = job.limit {
        watchers.push(Box::new(limit));
    }
    if let Some(mut checkpoints) = checkpoints {
        checkpoints.begin(id, args, job.saved.as_ref(), simulation.tick());
        // The last ones: they tell that everything up to their tick is done.
        watchers.push(Box::new(checkpoints));
    }
    let mut run = Run {
        id,
        fell_back: job.saved.and_then(|saved| saved.broken),
        scenario: job.name,
        model: job.entry.name.to_string(),
        params: job.params,
        settings: simulation.params()?,
        entities: simulation.population(),
        first_tick: simulation.tick(),
        seconds: 0.0,
        updates: 0.0,
        interrupted: false,
        stopped: None,
    };
    let mut shown = Shown { bar: Progress::ticks(job.ticks, args.quiet), begin: run.first_tick };
    interrupt::heed();
    let driven = drive(simulation, job.ticks, &mut watchers, &mut shown);
    shown.bar.done();
    let driven = driven?;
    run.seconds = driven.time.as_secs_f64();
    run.updates = driven.updates;
    run.interrupted = driven.interrupted;
    run.stopped = driven.stopped;
    let mut report = Report::new(run, simulation)?;
    watchers.iter().for_each(|watcher| watcher.tell(&mut report));
    outputs.write(simulation, &report, watchers)?;
    if args.quiet {
        emit(&format!("{}\n", report.fingerprint))?;
    } else {
        emit(&summary::render(&report))?;
        emit(&outputs.list())?;
    }
    if report.interrupted { Err(Failure::Interrupted) } else { Ok(()) }
}

/// Says so where the system has started fewer threads than were asked for.
fn note_fewer_workers(simulation: &dyn AnySimulation) -> Result<(), Failure> {
    let metrics = simulation.metrics()?;
    let (workers, asked) = (metrics.workers, metrics.workers_asked);
    if workers < asked {
        note(format_args!(
            "only {workers} of the {asked} worker threads could be started; results are the same"
        ));
    }
    Ok(())
}

/// `flockwork snapshot`.
pub(crate) fn snapshot(registry: &Registry, args: SnapshotArgs) -> Result<(), Failure> {
    let args = RunArgs {
        scenario: args.scenario,
        change: args.change,
        ticks: args.ticks,
        workers: args.workers,
        snapshot: Some(args.out),
        quiet: args.quiet,
        ..RunArgs::default()
    };
    run(registry, &args)
}

/// What to run.
struct Job<'a> {
    name: String,
    entry: &'a Entry,
    simulation: Box<dyn AnySimulation>,
    ticks: u64,
    rules: Rules,
    limit: Option<Limit>,
    params: Vec<Given>,
    /// Those before the first tick, as far as they are known.
    first_params: Vec<Given>,
    /// What the simulation was made of, if it goes on from something.
    saved: Option<Saved>,
    /// The initial table, if there is one.
    initial: Option<PathBuf>,
    /// What to measure.
    observe: Vec<Asked>,
    /// What comes in from outside, and what of it was given.
    inputs: Schedule,
    given: inputs::Given,
    /// The text of the scenario, if one is named, and what the command line changes of it.
    written: Option<(String, Vec<String>)>,
}

impl<'a> Job<'a> {
    fn new(registry: &'a Registry, args: &RunArgs) -> Result<Self, Failure> {
        match &args.resume {
            Some(path) => Self::resume(registry, args, path),
            None => Self::begin(registry, args),
        }
    }

    fn begin(registry: &'a Registry, args: &RunArgs) -> Result<Self, Failure> {
        let mut scenario = Scenario::load(registry, args.scenario.as_deref(), &args.change)?;
        let inputs = all_inputs(std::mem::take(&mut scenario.inputs), args)?;
        let stop = scenario.stop.or(&args.stop);
        let (rules, limit) = (stop.rules(scenario.entry)?, stop.limit()?);
        let simulation = scenario.build(scenario::options(&args.workers))?;
        let given = inputs::Given::default();
        let simulation =
            Guided::by(simulation, inputs.clone(), args.log.as_ref().map(|_| given.clone()));
        Ok(Self {
            inputs,
            given,
            rules,
            limit,
            entry: scenario.entry,
            simulation,
            ticks: args.ticks.unwrap_or(scenario.ticks),
            params: all_params(scenario.entry, &scenario.params),
            first_params: scenario.params,
            name: scenario.name,
            saved: None,
            initial: scenario.initial,
            observe: wanted(scenario.observe, args)?,
            written: Some((scenario.text, scenario.changes)),
        })
    }

    fn resume(registry: &'a Registry, args: &RunArgs, path: &Path) -> Result<Self, Failure> {
        let name = path.display();
        let refuse = |problem: &dyn std::fmt::Display| {
            Failure::usage(format_args!("the snapshot {name}: {problem}"))
        };
        let mut saved = checkpoint::read(path).map_err(|error| refuse(&error))?;
        let header = snapshot::header(&saved.bytes).map_err(|error| refuse(&error))?;
        if let Some(problem) = &saved.broken {
            let tick = header.tick;
            warn(format_args!(
                "the newest checkpoint in {name} is broken ({problem}): going on from the former one, \
                 tick {tick}"
            ));
        }
        let entry = registry.get(&header.model).map_err(|failure| match failure {
            Failure::Usage(problem) => refuse(&problem),
            other => other,
        })?;
        let params = all_params(entry, &header.params);
        let (mut ticks, mut initial, mut observe) = (args.ticks, None, Vec::new());
        let mut stop = stop::Written::default();
        let mut written = None;
        let kept = Schedule::read(&header.inputs.text).map_err(|problem| refuse(&problem))?;
        let mut inputs = kept.clone();
        let mut first_params = match inputs.is_empty() {
            true => params.clone(),
            false => inputs.first_params().to_vec(),
        };
        if let Some(path) = &args.scenario {
            let mut scenario = Scenario::load(registry, Some(path), &args.change)?;
            inputs = std::mem::take(&mut scenario.inputs).or_file_of(kept);
            inputs = all_inputs(inputs, args)?;
            same_scenario(&scenario, &inputs, &header).map_err(|problem| refuse(&problem))?;
            ticks = ticks.or(Some(scenario.ticks.saturating_sub(header.tick)));
            // What it says now, so that who went too far in a run that ended can go on.
            let precision = scenario.setup.world.precision();
            let other = snapshot::with_precision(&saved.bytes, precision);
            saved.bytes = other.map_err(|error| refuse(&error))?.unwrap_or(saved.bytes);
            (initial, stop) = (scenario.initial, scenario.stop);
            first_params = scenario.params;
            observe = scenario.observe;
            written = Some((scenario.text, scenario.changes));
        }
        let stop = stop.or(&args.stop);
        let (rules, limit) = (stop.rules(entry)?, stop.limit()?);
        let allowed = if args.other_arithmetic { Arithmetic::Any } else { Arithmetic::Same };
        let bytes = snapshot::with_inputs(&saved.bytes, Due::default());
        let bytes = bytes.map_err(|error| refuse(&error))?;
        let simulation = entry
            .restore(&bytes, allowed, &scenario::options(&args.workers))
            .map_err(|error| match &error {
                BuildError::Simulation(SimulationError::Snapshot(
                    SnapshotError::OtherArithmetic { .. },
                )) => refuse(&format_args!("{error}, with --other-arithmetic")),
                _ => refuse(&error),
            })?;
        if args.scenario.is_none() {
            inputs = all_inputs(inputs, args)?;
        }
        let given = inputs::Given::default();
        let simulation =
            Guided::by(simulation, inputs.clone(), args.log.as_ref().map(|_| given.clone()));
        Ok(Self {
            name: name.to_string(),
            entry,
            inputs,
            given,
            simulation,
            ticks: ticks.unwrap_or(USUAL_TICKS),
            rules,
            limit,
            params,
            first_params,
            saved: Some(saved),
            initial,
            observe: wanted(observe, args)?,
            written,
        })
    }
}

/// The inputs of a scenario and of the file that the command line names.
fn all_inputs(scenario: Schedule, args: &RunArgs) -> Result<Schedule, Failure> {
    match &args.inputs {
        Some(path) => scenario.with_file(path),
        None => Ok(scenario),
    }
}

/// What a scenario and the command line ask to measure.
fn wanted(mut scenario: Vec<Asked>, args: &RunArgs) -> Result<Vec<Asked>, Failure> {
    scenario.extend(observe::asked(&args.observe)?);
    if args.observables.is_some() && scenario.is_empty() {
        return Err(Failure::usage(format_args!(
            "--observables has nothing to hold: --observe, or [[observe]] in the scenario, says what; there is {}",
            observe::names()
        )));
    }
    Ok(scenario)
}

/// All parameters of a model, those that are not given with their defaults.
fn all_params(entry: &Entry, given: &[Given]) -> Vec<Given> {
    entry
        .params
        .iter()
        .map(|param| {
            let found = given.iter().find(|(name, _)| name == param.name);
            (param.name.to_string(), found.map_or_else(param.default, |(_, value)| value.clone()))
        })
        .collect()
}

/// Checks that a snapshot was made from this scenario.
fn same_scenario(
    scenario: &Scenario<'_>,
    inputs: &Schedule,
    header: &SnapshotHeader,
) -> Result<(), String> {
    // How it is run is no part of what it is.
    let mut config = scenario.config(Options::default());
    inputs.change_params(header.tick, &mut config.params);
    let differences =
        scenario.entry.differences(header, &config).map_err(|error| error.to_string())?;
    let each = differences.iter().map(|found| {
        format!("`{}` is {}, but {} in {}", found.name, found.snapshot, found.wanted, scenario.name)
    });
    let problem = each.collect::<Vec<_>>().join("; ");
    if problem.is_empty() { Ok(()) } else { Err(problem) }
}

/// Shows how the ticks go, and stops them on an interrupt.
struct Shown {
    bar: Progress,
    begin: u64,
}

impl Host for Shown {
    fn stops(&self) -> bool {
        interrupt::stopped()
    }

    fn ran(&mut self, batch: &Batch, simulation: &dyn AnySimulation) {
        let ms = batch.time.as_secs_f64() * 1.0e3 / batch.ticks as f64;
        self.bar.at(simulation.tick() - self.begin, ms, simulation.population());
    }
}
