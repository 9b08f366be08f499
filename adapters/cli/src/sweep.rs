//! `flockwork sweep`: many runs of one scenario, over values of its keys and over seeds.
//!
//! 1. The command line becomes a [`design`]: points, and the seeds that each is run with.
//! 2. All points are checked, as `check` does; nothing is run if one of them is wrong.
//! 3. The folder is taken: what is asked for must be what was asked there before ([`asked`]).
//! 4. Runs that have not finished yet are run, several at a time, each whole on one thread ([`one`]);
//!    each that has finished is a row on the disk ([`rows`]).
//! 5. When there are rows of all runs, [`points`] puts them into order and sums them up.
//!
//! Processes share a sweep by parts (`--part`, or ranks), each with a file of rows of its own. They
//! know nothing of one another; whoever finds the rows of all makes the last step.

mod asked;
pub(crate) mod csv;
mod design;
mod latin;
mod one;
mod plan;
mod points;
mod rows;
mod seeds;
mod values;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use console::Style;

use crate::args::SweepArgs;
use crate::failure::{self, Failure, emit};
use crate::human;
use crate::interrupt;
use crate::made::Made;
use crate::memory;
use crate::progress::Progress;
use crate::registry::Registry;
use crate::scenario::{self, Scenario};
use asked::{Asked, TableId};
use design::{Design, Run};
use rows::{Columns, Done, Rows};

pub use plan::{SweepError, SweepPlan, SweepTable, SweepTables};
pub(crate) use rows::Part;
pub(crate) use seeds::Seeds;

/// How many ticks lie between two samples if nothing says how many.
const USUAL_EVERY: u64 = 10;

/// `flockwork sweep`.
pub(crate) fn sweep(registry: &Registry, args: &SweepArgs) -> Result<(), Failure> {
    interrupt::listen();
    let Some(path) = &args.scenario else { return merge(&args.out) };
    let clock = Instant::now();
    let Finished { sweep, columns, runs, done } =
        finish(registry, &Source::read(path)?, None, args)?;
    if failure::silent() {
        return Ok(());
    }
    if !args.quiet {
        emit(&summary(&args.out, &runs, done.missing(), clock.elapsed()))?;
    }
    no_failures(&sweep.asked.design, &columns, &runs, &done)
}

/// A sweep of which this process has run its part.
struct Finished {
    sweep: Sweep,
    columns: Columns,
    runs: Vec<Run>,
    done: Done,
}

/// Runs what has not finished yet, and makes `runs.csv` and `points.csv` if nothing is left to other
/// parts.
fn finish(
    registry: &Registry,
    source: &Source,
    points: Option<&Design>,
    args: &SweepArgs,
) -> Result<Finished, Failure> {
    let registry = &registry.alone();
    let part = part(args)?;
    let sweep = Sweep::new(registry, source, points, args)?;
    let made = Made::folder(&args.out).map_err(|error| rows::unusable(&args.out, &error))?;
    rows::prepare(&args.out)?;
    sweep.asked.keep(&args.out)?;
    let columns = Columns::new(&sweep.asked);
    let runs = sweep.asked.design.runs();
    let mut file = Rows::open(&args.out, part, &columns)?;
    drop(made);
    let mut done = Done::read(&args.out, &columns, &runs)?;
    let todo: Vec<Run> = (runs.iter().enumerate().zip(&done.rows))
        .filter(|((at, _), row)| part.has(*at) && row.is_none())
        .map(|((_, run), _)| *run)
        .collect();
    if !args.quiet {
        emit(&sweep.describe(args, part, &runs, &todo, &done))?;
    }
    let ran = sweep.run(registry, &todo, &columns, &mut file, args.quiet);
    // Of several processes the first one looks at what all have done.
    failure::wait_for_all();
    ran?;
    if interrupt::stopped() {
        return Err(Failure::Interrupted);
    }
    if !failure::silent() {
        done = Done::read(&args.out, &columns, &runs)?;
        if done.missing() == 0 {
            points::merge(&args.out, &sweep.asked, &columns, &runs, &done)?;
        }
    }
    Ok(Finished { sweep, columns, runs, done })
}

/// `flockwork sweep --merge`.
fn merge(folder: &Path) -> Result<(), Failure> {
    let asked = Asked::read(folder)?;
    let (columns, runs) = (Columns::new(&asked), asked.design.runs());
    let done = Done::read(folder, &columns, &runs)?;
    let missing = done.missing();
    if missing > 0 {
        return Err(Failure::usage(format_args!(
            "{}: {} of {} have not finished: run their parts first",
            human::path(folder),
            human::count(missing as u64),
            human::plural(runs.len() as u64, "run"),
        )));
    }
    points::merge(folder, &asked, &columns, &runs, &done)?;
    no_failures(&asked.design, &columns, &runs, &done)
}

/// The part of this process: that of the command line, or its share among the processes of a job.
fn part(args: &SweepArgs) -> Result<Part, Failure> {
    match (args.part, failure::process()) {
        (Some(part), (_, 1)) => Ok(part),
        (None, (number, of)) => Ok(Part { number, of }),
        (Some(_), (_, of)) => Err(Failure::usage(format_args!(
            "--part is for one process: the {of} of this job share the runs by themselves"
        ))),
    }
}

/// A scenario that is swept.
#[derive(Clone, Debug)]
struct Source {
    name: String,
    /// Where files that it names are looked for.
    folder: PathBuf,
    text: String,
}

impl Source {
    fn read(path: &Path) -> Result<Self, Failure> {
        let folder = path.parent().unwrap_or(Path::new(".")).into();
        Ok(Self { name: path.display().to_string(), folder, text: Scenario::read(path)? })
    }
}

/// A sweep whose points have been checked.
struct Sweep {
    /// Where files that the scenario names are looked for.
    folder: PathBuf,
    asked: Asked,
    /// Ticks times entities of the runs of each point.
    work: Vec<u64>,
    /// The most memory that one run takes, bytes, about.
    bytes: u64,
    jobs: usize,
}

impl Sweep {
    fn new(
        registry: &Registry,
        Source { name, folder, text }: &Source,
        points: Option<&Design>,
        args: &SweepArgs,
    ) -> Result<Self, Failure> {
        let (entry, seed) = Scenario::head(registry, name, text)?;
        let design = Design::new(args, points, entry, seed)?;
        if args.scale && !design.keys.iter().any(|key| key == "entities") {
            return Err(Failure::usage("--scale needs --set entities=.."));
        }
        let mut asked = Asked::new(name, text, entry.name, design);
        asked.ticks = args.ticks;
        asked.from = args.from;
        asked.every = args.every.unwrap_or(USUAL_EVERY);
        asked.scale = args.scale;
        asked.stats = entry.stats.iter().flat_map(|stat| stat.names()).collect();
        let jobs = args.jobs.map_or_else(usual_jobs, usize::from);
        let folder = folder.clone();
        let mut sweep = Self { folder, asked, work: Vec::new(), bytes: 0, jobs };
        sweep.check(registry)?;
        Ok(sweep)
    }

    /// Checks all points, and that so many runs at a time fit into memory.
    fn check(&mut self, registry: &Registry) -> Result<(), Failure> {
        let mut tables: Vec<std::path::PathBuf> = Vec::new();
        for (at, point) in self.asked.design.points.iter().enumerate() {
            let refuse = |problem: &dyn std::fmt::Display| {
                let point = human::shown(&self.asked.design.describe(at));
                Failure::usage(format_args!("{point}: {problem}"))
            };
            let seed = point.seeds.iter().next().unwrap_or(0);
            let run = Run { point: at, seed };
            let scenario = one::scenario(registry, &self.folder, &self.asked, run)
                .map_err(|failure| refuse(&failure.text()))?;
            let (model, wanted) = (scenario.entry.name, &self.asked.model);
            if model != wanted {
                return Err(refuse(&format_args!(
                    "its model is {model}, but all points of a sweep must be of one model, {wanted}"
                )));
            }
            let ticks = self.asked.ticks.unwrap_or(scenario.ticks);
            if self.asked.from > ticks {
                let from = self.asked.from;
                return Err(refuse(&format_args!("--from is {from}, but it runs {ticks} ticks")));
            }
            let checked = scenario.entry.check(&scenario.config(one::options()));
            let checked = checked.map_err(|error| refuse(&error))?;
            self.work.push(ticks.saturating_mul(scenario.setup.population.into()));
            self.bytes = self.bytes.max(checked.bytes_estimate);
            if let Some(path) = scenario.initial.filter(|path| !tables.contains(path)) {
                self.asked.tables.push(TableId::of(&path)?);
                tables.push(path);
            }
        }
        let needed = self.bytes.saturating_mul(self.jobs as u64);
        match memory::free() {
            Some(free) if needed > free / 10 * 9 => Err(Failure::usage(format_args!(
                "about {} of memory are needed for {} at a time, but only {} are free: --jobs can \
                 make it less",
                human::bytes(needed),
                human::plural(self.jobs as u64, "run"),
                human::bytes(free)
            ))),
            _ => Ok(()),
        }
    }

    /// What is going to be run.
    fn describe(
        &self,
        args: &SweepArgs,
        part: Part,
        runs: &[Run],
        todo: &[Run],
        done: &Done,
    ) -> String {
        let (strong, faint) = (Style::new().bold(), Style::new().dim());
        let mut text = format!(
            "\n  {}  {}\n",
            strong.apply_to(&self.asked.model),
            faint.apply_to(human::shown(&self.asked.scenario))
        );
        let mut line = |label: &str, content: String| {
            let _ = writeln!(text, "  {}{content}", faint.apply_to(format!("{label:<12}")));
        };
        let design = &self.asked.design;
        let points = human::plural(design.points.len() as u64, "point");
        line("runs", format!("{} of {points}", human::count(runs.len() as u64)));
        for (at, key) in design.keys.iter().enumerate() {
            let mut values: Vec<&str> = Vec::new();
            for point in &design.points {
                if !values.contains(&point.values[at].as_str()) {
                    values.push(&point.values[at]);
                }
            }
            let shown = match values[..] {
                [first, .., last] if values.len() > 8 => {
                    format!("{first} .. {last}, {} values", human::count(values.len() as u64))
                }
                _ => values.join(", "),
            };
            let label = if at == 0 { "keys" } else { "" };
            line(label, human::shown(&format!("{key} = {shown}")));
        }
        let Asked { from, every, .. } = self.asked;
        line("statistics", format!("from tick {from} on, every {}", human::plural(every, "tick")));
        let finished = done.rows.len() - done.missing();
        if finished > 0 {
            line("finished", human::count(finished as u64));
        }
        let left = human::plural(todo.len() as u64, "run");
        let share = match part {
            Part::WHOLE => String::new(),
            Part { number, of } => format!(", part {} of {of}", number + 1),
        };
        let memory = human::bytes(self.bytes.saturating_mul(self.jobs as u64));
        let at_a_time = format!("{} at a time on one thread each, about {memory}", self.jobs);
        line("to do", format!("{left}{share}, {at_a_time}"));
        line("folder", human::path(&args.out));
        text.push('\n');
        text
    }

    /// Runs these, several at a time, and writes a row of each that has finished.
    fn run(
        &self,
        registry: &Registry,
        todo: &[Run],
        columns: &Columns,
        file: &mut Rows,
        quiet: bool,
    ) -> Result<(), Failure> {
        /// How often the bar is drawn.
        const LOOK: Duration = Duration::from_millis(100);
        let all = todo.iter().map(|run| self.work[run.point]).fold(0, u64::saturating_add);
        let runs = todo.len() as u64;
        let bar = Progress::runs(runs, quiet);
        let (next, watch) = (AtomicUsize::new(0), Watch::default());
        let jobs = self.jobs.min(todo.len());
        let (give, take) = sync_channel(jobs);
        let clock = Instant::now();
        interrupt::heed();
        let written = std::thread::scope(|scope| {
            for _ in 0..jobs {
                let (give, next, watch) = (give.clone(), &next, &watch);
                scope.spawn(move || {
                    while let Some(run) = todo.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let ran = one::run(registry, &self.folder, &self.asked, *run, watch);
                        // Half a run is none.
                        let Some(outcome) = ran else { break };
                        // Nobody takes it if an earlier row could not be written.
                        if give.send((*run, outcome)).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(give);
            let mut finished = 0;
            loop {
                match take.recv_timeout(LOOK) {
                    Ok((run, outcome)) => {
                        file.add(&columns.row(&self.asked, run, &outcome))
                            .inspect_err(|_| watch.stop())?;
                        finished += 1;
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
                bar.at_run(finished, runs, watch.worked() / (all as f64).max(1.0), clock.elapsed());
            }
        });
        bar.done();
        written
    }
}

/// What the runs that are under way hear and say.
#[derive(Default)]
struct Watch {
    stop: AtomicBool,
    worked: AtomicU64,
}

impl Watch {
    /// Has them stop.
    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether they shall.
    fn stopped(&self) -> bool {
        interrupt::stopped() || self.stop.load(Ordering::Relaxed)
    }

    /// Adds entities times ticks that were run.
    fn work(&self, more: u64) {
        self.worked.fetch_add(more, Ordering::Relaxed);
    }

    fn worked(&self) -> f64 {
        self.worked.load(Ordering::Relaxed) as f64
    }
}

/// As many as there are cores; one in a process of several, which may share them.
fn usual_jobs() -> usize {
    match failure::process() {
        (_, 1) => scenario::options(&Default::default()).workers,
        _ => 1,
    }
}

/// Says so if some of the runs that are there have failed.
fn no_failures(
    design: &Design,
    columns: &Columns,
    runs: &[Run],
    done: &Done,
) -> Result<(), Failure> {
    let failed: Vec<(&Run, &str)> = (runs.iter().zip(&done.rows))
        .filter_map(|(run, row)| Some((run, columns.failed(row.as_deref()?)?)))
        .collect();
    let Some((run, why)) = failed.first() else { return Ok(()) };
    let problem = format!(
        "{} of {} have failed, and means are of the others; the first one, {} with seed {}: {why}",
        human::count(failed.len() as u64),
        human::plural(runs.len() as u64, "run"),
        design.describe(run.point),
        run.seed
    );
    Failure::Run(problem).print();
    Err(Failure::Found)
}

/// What has been done.
fn summary(folder: &Path, runs: &[Run], missing: usize, time: Duration) -> String {
    if missing > 0 {
        let left = human::plural(missing as u64, "run");
        return format!("  {left} are left to other parts: the last one makes points.csv\n\n");
    }
    let faint = Style::new().dim();
    let mut text = format!(
        "  all {} have finished, in {}\n",
        human::plural(runs.len() as u64, "run"),
        human::duration(time.as_secs_f64())
    );
    for name in ["runs", "points"] {
        let label = faint.apply_to(format!("{name:<12}"));
        let _ = writeln!(text, "  {label}{}", human::path(&folder.join(format!("{name}.csv"))));
    }
    text.push('\n');
    text
}
