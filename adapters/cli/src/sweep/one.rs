//! One run of a sweep, on one thread: it takes samples of the statistics and gives what it comes to.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use flockwork_scheduler_native::{AnySimulation, Options, Sample};

use super::Watch;
use super::asked::Asked;
use super::design::Run;
use super::rows::Outcome;
use crate::args::ScenarioArgs;
use crate::drive::{Batch, Host, drive};
use crate::failure::Failure;
use crate::registry::Registry;
use crate::scenario::Scenario;
use crate::series::{Samples, Series, Ticks};
use crate::stop::{Limit, Rules};
use crate::watch::Watchers;

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
        let mut simulation = scenario.build(options())?;
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
    (rules, limit): (Rules, Option<Limit>),
    watch: &Watch,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let Asked { from, every, .. } = *asked;
    let series = Series::new(None, Ticks { every, from });
    let mut samples = Samples::new(Some(series), rules);
    let mut watchers: Watchers<'_> = vec![Box::new(&mut samples)];
    if let Some(limit) = limit {
        watchers.push(Box::new(limit));
    }
    let mut host = watch;
    let driven = drive(simulation, ticks, &mut watchers, &mut host)?;
    drop(watchers);
    if driven.interrupted {
        return Err(Failure::Interrupted);
    }
    outcome.stopped = driven.stopped;
    let means = samples.series.map(|series| series.means).unwrap_or_default();
    let last = Sample::of(simulation)?.stats;
    let of = |(at, (_, last)): (usize, &(String, f64))| {
        let found = means.of(at);
        [found.mean, found.error, *last]
    };
    outcome.stats = last.iter().enumerate().map(of).collect();
    outcome.fingerprint = Some(simulation.fingerprint()?);
    Ok(())
}

impl Host for &Watch {
    fn stops(&self) -> bool {
        self.stopped()
    }

    fn ran(&mut self, batch: &Batch, simulation: &dyn AnySimulation) {
        self.work(batch.ticks.saturating_mul(simulation.population()));
    }
}
