//! `flockwork run` and `flockwork snapshot`.
//!
//! All input is read and all outputs are tried first; then ticks are run in batches short enough
//! for the progress bar and an interrupt; at the end come the files, then the summary.

use std::path::Path;
use std::time::{Duration, Instant};

use flockwork_kernel::arithmetic;
use flockwork_scheduler::SimulationError;
use flockwork_scheduler_native::{
    AnySimulation, Arithmetic, BuildError, Entry, Options, SnapshotError, SnapshotHeader,
    snapshot_header,
};

use crate::args::{RunArgs, SnapshotArgs};
use crate::checkpoint::{self, Checkpoints};
use crate::failure::{Failure, emit, note};
use crate::human;
use crate::output::{self, Target};
use crate::picture;
use crate::progress::{self, Pace, Progress};
use crate::record::{self, Recorder};
use crate::registry::Registry;
use crate::report::{Report, Run};
use crate::scenario::{self, Scenario};
use crate::summary;

/// How many ticks a resumed run does if nothing says how many.
const USUAL_TICKS: u64 = 1000;

/// How many ticks lie between two recorded ones if nothing says how many.
const USUAL_EVERY: u64 = 10;

/// `flockwork run`.
pub(crate) fn run(registry: &Registry, args: &RunArgs) -> Result<(), Failure> {
    let outputs = Outputs::new(args)?;
    let job = Job::new(registry, args)?;
    outputs.check(args, &job)?;
    // Before anything is written, so that nothing of it can be left behind.
    progress::listen();
    let mut simulation = job.simulation;
    note_fewer_workers(&*simulation)?;
    let first_tick = simulation.tick();
    let recorder = match &outputs.record {
        Some(target) => {
            let about = [
                ("model", job.entry.name.to_string()),
                ("scenario", job.name.clone()),
                ("seed", simulation.setup().seed.to_string()),
                ("dt", simulation.setup().dt.to_string()),
                ("width", simulation.setup().world.width().to_string()),
                ("height", simulation.setup().world.height().to_string()),
                ("edge", simulation.setup().world.edge().name().to_string()),
                ("arithmetic", arithmetic::ID.to_string()),
            ];
            let every = args.every.unwrap_or(USUAL_EVERY);
            Some(Recorder::new(target, every, simulation.schema(), &about)?)
        }
        None => None,
    };
    let mut run = Run {
        scenario: job.name,
        model: job.entry.name.to_string(),
        params: job.params,
        entities: simulation.population(),
        first_tick,
        seconds: 0.0,
        updates: 0.0,
        interrupted: false,
    };
    let checkpoints = args
        .checkpoint
        .as_deref()
        .map(|folder| Checkpoints::new(folder, args.checkpoint_every))
        .transpose()?;
    let pace = drive(&mut *simulation, job.ticks, recorder, checkpoints, args.quiet)?;
    run.seconds = pace.time.as_secs_f64();
    run.updates = pace.updates;
    run.interrupted = pace.interrupted;
    let report = Report::new(run, &mut *simulation)?;
    outputs.write(&*simulation, &report)?;
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
    params: Vec<(String, f64)>,
}

impl<'a> Job<'a> {
    fn new(registry: &'a Registry, args: &RunArgs) -> Result<Self, Failure> {
        match &args.resume {
            Some(path) => Self::resume(registry, args, path),
            None => Self::begin(registry, args),
        }
    }

    fn begin(registry: &'a Registry, args: &RunArgs) -> Result<Self, Failure> {
        let scenario = Scenario::load(registry, args.scenario.as_deref(), &args.change)?;
        let simulation = scenario.build(scenario::options(&args.workers))?;
        Ok(Self {
            entry: scenario.entry,
            simulation,
            ticks: args.ticks.unwrap_or(scenario.ticks),
            params: all_params(scenario.entry, &scenario.params),
            name: scenario.name,
        })
    }

    fn resume(registry: &'a Registry, args: &RunArgs, path: &Path) -> Result<Self, Failure> {
        let name = path.display();
        let refuse = |problem: &dyn std::fmt::Display| {
            Failure::usage(format_args!("the snapshot {name}: {problem}"))
        };
        let bytes = checkpoint::read(path).map_err(|error| refuse(&error))?;
        let header = snapshot_header(&bytes).map_err(|error| refuse(&error))?;
        let entry = registry.get(&header.model).map_err(|failure| match failure {
            Failure::Usage(problem) => refuse(&problem),
            other => other,
        })?;
        let params = all_params(entry, &header.params);
        let mut ticks = args.ticks;
        if let Some(path) = &args.scenario {
            let scenario = Scenario::load(registry, Some(path), &args.change)?;
            same_scenario(&scenario, &header).map_err(|problem| refuse(&problem))?;
            ticks = ticks.or(Some(scenario.ticks.saturating_sub(header.tick)));
        }
        let allowed = if args.other_arithmetic { Arithmetic::Any } else { Arithmetic::Same };
        let simulation = entry
            .restore(&bytes, allowed, &scenario::options(&args.workers))
            .map_err(|error| match &error {
                BuildError::Simulation(SimulationError::Snapshot(
                    SnapshotError::OtherArithmetic { .. },
                )) => refuse(&format_args!("{error}, with --other-arithmetic")),
                _ => refuse(&error),
            })?;
        Ok(Self {
            name: name.to_string(),
            entry,
            simulation,
            ticks: ticks.unwrap_or(USUAL_TICKS),
            params,
        })
    }
}

/// All parameters of a model, those that are not given with their defaults.
fn all_params(entry: &Entry, given: &[(String, f64)]) -> Vec<(String, f64)> {
    entry
        .params
        .iter()
        .map(|param| {
            let found = given.iter().find(|(name, _)| name == param.name);
            (param.name.to_string(), found.map_or(param.default, |(_, value)| *value))
        })
        .collect()
}

/// Checks that a snapshot was made from this scenario.
fn same_scenario(scenario: &Scenario<'_>, header: &SnapshotHeader) -> Result<(), String> {
    // How it is run is no part of what it is.
    let config = scenario.config(Options::default());
    let differences =
        scenario.entry.differences(header, &config).map_err(|error| error.to_string())?;
    let each = differences.iter().map(|found| {
        format!("`{}` is {}, but {} in {}", found.name, found.snapshot, found.wanted, scenario.name)
    });
    let problem = each.collect::<Vec<_>>().join("; ");
    if problem.is_empty() { Ok(()) } else { Err(problem) }
}

/// What a run leaves behind.
struct Outputs {
    report: Option<Target>,
    record: Option<Target>,
    picture: Option<Target>,
    snapshot: Option<Target>,
}

impl Outputs {
    fn new(args: &RunArgs) -> Result<Self, Failure> {
        let outputs = Self {
            report: Target::optional(args.report.as_deref())?,
            record: args
                .record
                .as_deref()
                .map(|path| checkpoint::own_target(path, "parquet"))
                .transpose()?,
            picture: Target::optional(args.picture.as_deref())?,
            snapshot: Target::optional(args.snapshot.as_deref())?,
        };
        output::all_differ(outputs.each().map(|(_, target)| target))?;
        Ok(outputs)
    }

    fn each(&self) -> impl Iterator<Item = (&'static str, &Target)> {
        let all = [
            ("report", &self.report),
            ("record", &self.record),
            ("picture", &self.picture),
            ("snapshot", &self.snapshot),
        ];
        all.into_iter().filter_map(|(name, target)| Some((name, target.as_ref()?)))
    }

    /// Checks what would only fail at the end of the run.
    fn check(&self, args: &RunArgs, job: &Job<'_>) -> Result<(), Failure> {
        let every = args.every.unwrap_or(USUAL_EVERY);
        if self.record.is_some() && job.ticks / every >= record::MOST_TICKS {
            return Err(Failure::usage(format_args!(
                "--record would hold {} ticks, but a file can hold {}: --every must be at least {}",
                human::count(job.ticks / every + 1),
                human::count(record::MOST_TICKS),
                job.ticks / (record::MOST_TICKS - 1) + 1
            )));
        }
        if self.picture.is_some() {
            picture::check(job.simulation.schema()).map_err(Failure::Usage)?;
        }
        Ok(())
    }

    fn write(&self, simulation: &dyn AnySimulation, report: &Report) -> Result<(), Failure> {
        if let Some(target) = &self.snapshot {
            target.write(&simulation.snapshot()?)?;
        }
        if let Some(target) = &self.picture {
            target.write(&picture::png(simulation, report).map_err(Failure::Run)?)?;
        }
        if let Some(target) = &self.report {
            target.write(report.json().as_bytes())?;
        }
        Ok(())
    }

    /// One line for each file that was written.
    fn list(&self) -> String {
        let faint = console::Style::new().dim();
        let line = |(name, target): (&str, &Target)| {
            let label = format!("{name:<12}");
            format!("  {}{}\n", faint.apply_to(label), human::path(target.named()))
        };
        self.each().map(line).chain(["\n".to_string()]).collect()
    }
}

/// How the ticks went.
struct Driven {
    time: Duration,
    updates: f64,
    interrupted: bool,
}

/// Runs the ticks.
fn drive(
    simulation: &mut dyn AnySimulation,
    ticks: u64,
    mut recorder: Option<Recorder<'_>>,
    checkpoints: Option<Checkpoints>,
    quiet: bool,
) -> Result<Driven, Failure> {
    let begin = simulation.tick();
    let end = begin.saturating_add(ticks);
    let bar = Progress::ticks(ticks, quiet);
    let mut pace = Pace::new();
    let mut driven = Driven { time: Duration::ZERO, updates: 0.0, interrupted: false };
    if let Some(recorder) = &mut recorder {
        recorder.record(simulation)?;
    }
    while simulation.tick() < end {
        // Clocks and interrupts differ between processes: the first one decides.
        if simulation.lead(progress::stopped().into()) != 0 {
            driven.interrupted = true;
            break;
        }
        let tick = simulation.tick();
        let mut batch = pace.batch().min(end - tick);
        if let Some(recorder) = &recorder {
            batch = batch.min(recorder.ticks_left(tick));
        }
        if let Some(checkpoints) = &checkpoints {
            batch = batch.min(checkpoints.ticks_left(tick));
        }
        let batch = simulation.lead(batch);
        let entities = simulation.population();
        let clock = Instant::now();
        simulation.run(batch).inspect_err(|_| bar.done())?;
        let time = clock.elapsed();
        driven.time += time;
        driven.updates += (entities + simulation.population()) as f64 / 2.0 * batch as f64;
        pace.took(batch, time);
        let ms = time.as_secs_f64() * 1.0e3 / batch as f64;
        bar.at(simulation.tick() - begin, ms, simulation.population());
        if let Some(recorder) = &mut recorder {
            recorder.record(simulation)?;
        }
        if let Some(checkpoints) = &checkpoints {
            checkpoints.write(simulation)?;
        }
    }
    bar.done();
    if let Some(recorder) = recorder {
        recorder.publish()?;
    }
    Ok(driven)
}
