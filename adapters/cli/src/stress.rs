//! `flockwork stress`: the largest crowd that holds a frame rate.
//!
//! The density stays that of the scenario: the sides of the world grow with the square root of
//! the number of entities. That number is doubled (or halved) until the 95th percentile of the
//! tick times crosses the time of one frame, then the gap is bisected down to three per cent.

use std::fmt::Write as _;
use std::time::Instant;

use console::Style;
use flockwork_kernel::World;
use flockwork_scheduler::Setup;
use flockwork_scheduler_native::{AnySimulation, Options};
use hdrhistogram::Histogram;
use serde::Serialize;

use crate::args::{ScenarioArgs, StressArgs};
use crate::failure::{Failure, emit, note};
use crate::human;
use crate::output::Target;
use crate::progress::{self, Progress};
use crate::registry::Registry;
use crate::report;
use crate::scenario::{self, Scenario};
use crate::simd;

/// The search ends when the answer is known to this share.
const PRECISION: f64 = 1.03;

/// `flockwork stress`.
pub(crate) fn stress(registry: &Registry, args: &StressArgs) -> Result<(), Failure> {
    let change = ScenarioArgs {
        entities: args.entities,
        scale: args.entities.is_some(),
        seed: args.seed,
        set: args.set.clone(),
    };
    let scenario = Scenario::load(registry, args.scenario.as_deref(), &change)?;
    if scenario.table.is_some() {
        return Err(scenario.refuse(&"the initial table has a fixed number of entities"));
    }
    if scenario.setup.population == 0 || args.most == 0 {
        return Err(Failure::usage("there must be at least one entity to begin with"));
    }
    let target = Target::optional(args.report.as_deref())?;
    let options = scenario::options(&args.workers);
    progress::listen();
    let mut search = Search {
        scenario: &scenario,
        options,
        budget_ms: 1.0e3 / args.fps,
        ticks: args.ticks,
        most: args.most.min(2_000_000_000) as u32,
        bar: Progress::text(args.quiet),
        points: Vec::new(),
        limit: None,
    };
    let found = search.search();
    search.bar.done();
    let best = found?;
    search.points.sort_by_key(|point| point.entities);
    let result = Curve {
        version: report::VERSION,
        scenario: scenario.name.clone(),
        model: scenario.entry.name,
        fps: args.fps,
        budget_ms: search.budget_ms,
        workers: search.options.workers,
        entities: best,
        limit: search.limit.clone(),
        points: search.points,
    };
    if let Some(target) = &target {
        target.write(report::json(&result).as_bytes())?;
    }
    if args.quiet {
        return emit(&format!("{best}\n"));
    }
    emit(&render(&result))?;
    if let Some(hint) = simd::hint() {
        note(hint);
    }
    Ok(())
}

/// The result of a search.
#[derive(Serialize)]
struct Curve {
    version: u32,
    scenario: String,
    model: &'static str,
    fps: f64,
    budget_ms: f64,
    workers: usize,
    /// The most entities that held the frame rate.
    entities: u32,
    /// What ended the search before the frame rate did.
    limit: Option<String>,
    points: Vec<Point>,
}

/// How long ticks take for one number of entities.
#[derive(Clone, Serialize)]
struct Point {
    entities: u32,
    holds: bool,
    ticks: u64,
    p50_ms: f64,
    p95_ms: f64,
    max_ms: f64,
    entities_per_second: f64,
}

struct Search<'a> {
    scenario: &'a Scenario<'a>,
    options: Options,
    budget_ms: f64,
    ticks: u64,
    most: u32,
    bar: Progress,
    points: Vec<Point>,
    limit: Option<String>,
}

impl Search<'_> {
    /// The most entities that hold the frame rate; 0 if not even one does.
    fn search(&mut self) -> Result<u32, Failure> {
        let first = self.scenario.setup.population.min(self.most);
        let (mut low, mut high) = (0, None);
        let mut next = first;
        loop {
            if self.holds(next)? {
                low = next;
                if high.is_some() || self.limit.is_some() {
                    break;
                }
                if next == self.most {
                    let most = human::count(u64::from(next));
                    self.limit = Some(format!("--most was reached: {most} entities"));
                    break;
                }
                next = next.saturating_mul(2).min(self.most);
            } else {
                if self.limit.is_none() {
                    high = Some(next);
                }
                if low > 0 || next == 1 {
                    break;
                }
                next /= 2;
            }
        }
        while let Some(top) = high
            && low > 0
            && f64::from(top) > f64::from(low) * PRECISION
        {
            let middle = round((f64::from(low) * f64::from(top)).sqrt());
            if middle <= low || middle >= top {
                break;
            }
            if self.holds(middle)? {
                low = middle;
            } else {
                high = Some(middle);
            }
        }
        Ok(low)
    }

    fn setup(&self, entities: u32) -> Result<Setup, Failure> {
        let Setup { world, population, .. } = self.scenario.setup;
        let scale = (f64::from(entities) / f64::from(population)).sqrt();
        let side = |length: f32| (f64::from(length) * scale) as f32;
        let world = World::new(side(world.width()), side(world.height()), world.edge())
            .map_err(|error| self.scenario.refuse(&error))?;
        Ok(Setup { world, population: entities, ..self.scenario.setup })
    }

    /// Measures one number of entities. One that does not fit into memory or into which the
    /// world does not fit holds no frame rate, and says so.
    fn holds(&mut self, entities: u32) -> Result<bool, Failure> {
        let mut config = self.scenario.config(self.options.clone());
        config.setup = self.setup(entities)?;
        let checked = match self.scenario.entry.check(&config) {
            Ok(checked) => checked,
            Err(error) => return self.stop_at(entities, &error),
        };
        if let Some(free) = free_memory()
            && checked.bytes_estimate > free / 10 * 9
        {
            let need = human::bytes(checked.bytes_estimate);
            let have = human::bytes(free);
            return self.stop_at(entities, &format!("memory: {need} needed, {have} free"));
        }
        self.bar.say(format!("{} entities", human::count(u64::from(entities))));
        let mut simulation = match self.scenario.entry.build(&config) {
            Ok(simulation) => simulation,
            Err(error) => return self.stop_at(entities, &error),
        };
        let point = self.measure(entities, &mut *simulation)?;
        let holds = point.holds;
        self.points.push(point);
        Ok(holds)
    }

    /// Times the ticks; ends as soon as it is clear that too many are late.
    fn measure(&self, entities: u32, simulation: &mut dyn AnySimulation) -> Result<Point, Failure> {
        let budget_ns = (self.budget_ms * 1.0e6) as u64;
        let mut times = Histogram::<u64>::new(3).map_err(Failure::run)?;
        let (allowed, warm_up) = (self.ticks / 20, self.ticks / 5);
        let (mut late, mut hopeless) = (0, 0);
        for tick in 0..warm_up + self.ticks {
            if progress::stopped() {
                return Err(Failure::Interrupted);
            }
            let clock = Instant::now();
            simulation.run(1).map_err(Failure::run)?;
            let time = clock.elapsed().as_nanos() as u64;
            if tick < warm_up {
                // A crowd that is far too large is not worth a whole warm-up.
                hopeless += u64::from(time > budget_ns.saturating_mul(4));
                if hopeless < 4 {
                    continue;
                }
                late = allowed;
            }
            times.saturating_record(time.max(1));
            late += u64::from(time > budget_ns);
            if late > allowed {
                break;
            }
        }
        let ms = |quantile: f64| times.value_at_quantile(quantile) as f64 / 1.0e6;
        Ok(Point {
            entities,
            holds: late <= allowed,
            ticks: times.len(),
            p50_ms: ms(0.5),
            p95_ms: ms(0.95),
            max_ms: times.max() as f64 / 1.0e6,
            entities_per_second: f64::from(entities) / (times.mean() / 1.0e9),
        })
    }

    fn stop_at(&mut self, entities: u32, why: &dyn std::fmt::Display) -> Result<bool, Failure> {
        if self.points.is_empty() && entities == self.scenario.setup.population {
            return Err(self.scenario.refuse(why));
        }
        self.limit = Some(format!("{} entities: {why}", human::count(u64::from(entities))));
        Ok(false)
    }
}

/// Two significant digits more than the precision needs.
fn round(entities: f64) -> u32 {
    let unit = 10f64.powf((entities.log10().floor() - 2.0).max(0.0));
    ((entities / unit).round() * unit) as u32
}

/// The memory that is free now, bytes; None where that cannot be known.
fn free_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    kib.checked_mul(1024)
}

fn render(curve: &Curve) -> String {
    let (strong, faint) = (Style::new().bold(), Style::new().dim());
    let (good, bad) = (Style::new().green(), Style::new().red());
    let mut text = format!(
        "\n  {}  {}\n  {}\n\n",
        strong.apply_to(curve.model),
        faint.apply_to(&curve.scenario),
        faint.apply_to(format!(
            "{} frames per second: {} ms for 95 of 100 ticks, {}",
            human::short(curve.fps),
            human::short(curve.budget_ms),
            human::plural(curve.workers as u64, "worker")
        )),
    );
    let head = format!(
        "{:>12} {:>10} {:>10} {:>10} {:>14}",
        "entities", "p50 ms", "p95 ms", "max ms", "entities/s"
    );
    let _ = writeln!(text, "  {}", faint.apply_to(head));
    for point in &curve.points {
        let style = if point.holds { &good } else { &bad };
        let share = point.p95_ms / curve.budget_ms / 2.0;
        let _ = writeln!(
            text,
            "  {:>12} {:>10} {:>10} {:>10} {:>14}  {} {}",
            human::count(u64::from(point.entities)),
            human::short(point.p50_ms),
            human::short(point.p95_ms),
            human::short(point.max_ms),
            human::scaled(point.entities_per_second),
            style.apply_to(if point.holds { "✓" } else { "✗" }),
            style.apply_to(human::bar(share, 24).trim_end()),
        );
    }
    if let Some(limit) = &curve.limit {
        let _ = writeln!(text, "\n  the search ended early at {limit}");
    }
    let answer = match curve.entities {
        0 => "not even one entity holds it".to_string(),
        entities => format!("{} entities hold it", human::count(u64::from(entities))),
    };
    let _ = writeln!(text, "\n  {}\n", strong.apply_to(answer));
    text
}
