//! One run of a sweep, on one thread: it takes samples of the statistics and gives what it comes to.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use flockwork_observables::BlockAverage;
use flockwork_scheduler_native::{AnySimulation, Options, Sample};

use super::Watch;
use super::asked::Asked;
use super::design::Run;
use super::rows::Outcome;
use crate::args::ScenarioArgs;
use crate::failure::Failure;
use crate::progress::Pace;
use crate::registry::Registry;
use crate::scenario::Scenario;
use crate::stop::{Limit, Rules};
use crate::watch::Watcher as _;

/// How each run is run; no choice there changes a result.
pub(super) fn options() -> Options {
    Options { workers: 1, ..Options::default() }
}

/// The scenario of a run. The texts are those of `sweep.json`, so that what becomes of the file
/// meanwhile does not matter.
pub(super) fn scenario<'r>(
    registry: &'r Registry,
    folder: &std::path::Path,
    asked: &Asked,
    run: Run,
) -> Result<Scenario<'r>, Failure> {
    let values = &asked.design.points[run.point].values;
    let mut change =
        ScenarioArgs { scale: asked.scale, seed: Some(run.seed), ..ScenarioArgs::default() };
    for (key, value) in asked.design.keys.iter().zip(values) {
        // Only as an option of its own it scales the world.
        if asked.scale && key == "entities" {
            change.entities = Some(crate::args::parse_count(value).map_err(|problem| {
                Failure::usage(format_args!("`entities` is {value}: {problem}"))
            })?);
        } else {
            change.set.push(format!("{key}={value}"));
        }
    }
    Scenario::parse(registry, &asked.scenario, folder, &asked.text, &change)
}

/// Runs one; None if it was stopped.
pub(super) fn run(
    registry: &Registry,
    folder: &std::path::Path,
    asked: &Asked,
    run: Run,
    watch: &Watch,
) -> Option<Outcome> {
    let clock = Instant::now();
    let mut outcome = Outcome::default();
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let scenario = scenario(registry, folder, asked, run)?;
        let config = scenario.config(options());
        let mut simulation =
            scenario.entry.build(&config).map_err(|error| scenario.refuse(&error))?;
        let ticks = asked.ticks.unwrap_or(scenario.ticks);
        let stop = (scenario.stop.rules(scenario.entry)?, scenario.stop.limit()?);
        let sampled = sample(&mut *simulation, asked, ticks, stop, watch, &mut outcome);
        outcome.ticks = simulation.tick();
        sampled
    }));
    let failed = match ran {
        Ok(Ok(())) => None,
        Ok(Err(Failure::Interrupted)) => return None,
        Ok(Err(failure)) => Some(failure.text().to_string()),
        Err(_) => Some("it has panicked".to_string()),
    };
    if failed.is_some() {
        outcome = Outcome { ticks: outcome.ticks, failed, ..Outcome::default() };
    }
    outcome.seconds = clock.elapsed().as_secs_f64();
    Some(outcome)
}

/// Runs all ticks, or as many as the rules of the scenario let it, and takes samples between them.
fn sample(
    simulation: &mut dyn AnySimulation,
    asked: &Asked,
    ticks: u64,
    (mut rules, mut limit): (Rules, Option<Limit>),
    watch: &Watch,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let Asked { from, every, .. } = *asked;
    let mut pace = Pace::new();
    let mut averages = vec![BlockAverage::default(); asked.stats.len()];
    loop {
        let tick = simulation.tick();
        let due = tick >= from && (tick - from).is_multiple_of(every);
        let judged = !rules.is_empty() && tick.is_multiple_of(rules.every());
        if let Some(limit) = &mut limit {
            limit.look(simulation)?;
            outcome.stopped = limit.reason();
        }
        if due || judged || tick == ticks || outcome.stopped.is_some() {
            let seen = Sample::of(simulation)?;
            if due {
                averages.iter_mut().zip(&seen.stats).for_each(|(all, (_, value))| all.add(*value));
            }
            if judged {
                outcome.stopped = rules.judge(&seen).or(outcome.stopped.take());
            }
            if tick == ticks || outcome.stopped.is_some() {
                let of = |(average, (_, last)): (&BlockAverage, &(String, f64))| {
                    let found = average.mean();
                    [found.mean, found.error, *last]
                };
                outcome.stats = averages.iter().zip(&seen.stats).map(of).collect();
                outcome.fingerprint = Some(simulation.fingerprint()?);
                return Ok(());
            }
        }
        if watch.stopped() {
            return Err(Failure::Interrupted);
        }
        let next = if tick < from { from } else { tick + every - (tick - from) % every };
        let mut batch = pace.batch().min(ticks - tick).min(next - tick);
        if !rules.is_empty() {
            batch = batch.min(rules.every() - tick % rules.every());
        }
        let clock = Instant::now();
        simulation.run(batch)?;
        pace.took(batch, clock.elapsed());
        watch.work(batch.saturating_mul(simulation.population()));
    }
}
