//! `flockwork stress`: the largest crowd that holds a frame rate.
//!
//! The density stays that of the scenario: the sides of the world grow with the square root of
//! the number of entities, in space with the cube root. That number is doubled (or halved) until the 95th percentile of the
//! tick times crosses the time of one frame, then the gap is bisected down to three per cent. Inputs come in as they are
//! written, whatever the number is.

use std::fmt::Write as _;
use std::time::Instant;

use console::Style;
use flockwork_scheduler::{MAX_POPULATION, Setup};
use flockwork_scheduler_native::{AnySimulation, Options};
use serde::Serialize;

use crate::args::{ScenarioArgs, StressArgs};
use crate::failure::{Failure, emit};
use crate::human;
use crate::inputs::Guided;
use crate::interrupt;
use crate::memory;
use crate::output::{self, Target};
use crate::progress::Progress;
use crate::registry::Registry;
use crate::report;
use crate::scenario::{self, Scenario};

/// The search ends when the answer is known to this share.
const PRECISION: f64 = 1.03;

/// `flockwork stress`.
pub(crate) fn stress(registry: &Registry, args: &StressArgs) -> Result<(), Failure> {
    let change = ScenarioArgs {
        entities: args.entities,
        scale: args.entities.is_some(),
        seed: args.seed,
        set: args.set.clone(),
        ..ScenarioArgs::default()
    };
    let mut scenario = Scenario::load(registry, args.scenario.as_deref(), &change)?;
    if let Some(path) = &args.inputs {
        scenario.inputs = scenario.inputs.with_file(path)?;
    }
    if scenario.table.is_some() {
        return Err(scenario.refuse(&"the initial table has a fixed number of entities"));
    }
    if args.most == 0 {
        return Err(Failure::usage("--most is 0: it must be at least 1"));
    }
    let target = Target::optional(args.report.as_deref(), &output::REPORT)?;
    let mut read = scenario.inputs(args.scenario.as_deref());
    read.extend(args.inputs.as_deref().map(|path| ("the inputs", path)));
    output::keep_inputs(&target, &read)?;
    let options = scenario::options(&args.workers);
    interrupt::listen();
    interrupt::heed();
    let mut search = Search {
        scenario: &scenario,
        options,
        budget_ms: 1.0e3 / args.fps,
        ticks: args.ticks,
        most: args.most.min(u64::from(MAX_POPULATION)) as u32,
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

impl Point {
    /// From the times of single ticks, nanoseconds; there is at least one.
    fn new(entities: u32, holds: bool, mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        let ms = |share: f64| {
            let rank = (share * times.len() as f64).ceil() as usize;
            times.get(rank.saturating_sub(1)).map_or(0.0, |ns| *ns as f64 / 1.0e6)
        };
        let seconds = times.iter().sum::<u64>() as f64 / 1.0e9;
        Self {
            entities,
            holds,
            ticks: times.len() as u64,
            p50_ms: ms(0.5),
            p95_ms: ms(0.95),
            max_ms: ms(1.0),
            entities_per_second: f64::from(entities) * times.len() as f64 / seconds,
        }
    }
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
        if self.scenario.setup.population == 0 {
            let problem = "`entities` is 0: to be made larger a world must begin with at least 1";
            return Err(Failure::usage(format_args!("{}: {problem}", self.scenario.name)));
        }
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
        let share = f64::from(entities) / f64::from(population);
        let world = scenario::grown(&world, share).map_err(|error| self.scenario.refuse(&error))?;
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
        if let Err(problem) = memory::fits(&checked) {
            return self.stop_at(entities, &problem);
        }
        self.bar.say(format!("{} entities", human::count(u64::from(entities))));
        let mut simulation = match self.scenario.entry.build(&config) {
            Ok(simulation) => Guided::by(simulation, self.scenario.inputs.clone(), None),
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
        let mut times = Vec::new();
        let (allowed, warm_up) = (self.ticks / 20, self.ticks / 5);
        let (mut late, mut hopeless) = (0, 0);
        for tick in 0..warm_up + self.ticks {
            if interrupt::stopped() {
                return Err(Failure::Interrupted);
            }
            let clock = Instant::now();
            simulation.run(1)?;
            let time = clock.elapsed().as_nanos() as u64;
            if tick < warm_up {
                // A crowd that is far too large is not worth a whole warm-up.
                hopeless += u64::from(time > budget_ns.saturating_mul(4));
                if hopeless < 4 {
                    continue;
                }
                late = allowed;
            }
            times.push(time.max(1));
            late += u64::from(time > budget_ns);
            if late > allowed {
                break;
            }
        }
        Ok(Point::new(entities, late <= allowed, times))
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

fn render(curve: &Curve) -> String {
    let (strong, faint) = (Style::new().bold(), Style::new().dim());
    let (good, bad) = (Style::new().green(), Style::new().red());
    let mut text = format!(
        "\n  {}  {}\n  {}\n\n",
        strong.apply_to(curve.model),
        faint.apply_to(human::shown(&curve.scenario)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_has_the_times_that_were_measured() {
        let times = (1..=100).rev().map(|ms| ms * 1_000_000).collect();
        let point = Point::new(1000, true, times);
        assert_eq!((point.p50_ms, point.p95_ms, point.max_ms), (50.0, 95.0, 100.0));
        assert_eq!(point.ticks, 100);
        assert!((point.entities_per_second - 1000.0 / 0.0505).abs() < 1.0e-6);
        let one = Point::new(7, false, vec![2_000_000]);
        assert_eq!((one.p50_ms, one.p95_ms, one.max_ms), (2.0, 2.0, 2.0));
    }

    #[test]
    fn numbers_of_entities_are_round() {
        assert_eq!((round(123_456.0), round(7.4), round(1.0)), (123_000, 7, 1));
    }
}
