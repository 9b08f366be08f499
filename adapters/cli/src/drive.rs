//! Runs ticks in batches, between which watchers look and may stop the run: the one loop of `run` and
//! of each run of a sweep.

use std::time::{Duration, Instant};

use flockwork_scheduler_native::AnySimulation;

use crate::failure::Failure;
use crate::progress::Pace;
use crate::watch::{self, Watchers};

/// Who has a run driven: may have it stop, and hears how it gets on.
pub(crate) trait Host {
    /// Whether this process wishes to stop.
    fn stops(&self) -> bool;

    /// Hears of a batch that is done.
    fn ran(&mut self, batch: &Batch, simulation: &dyn AnySimulation);
}

/// Ticks that were run at once.
pub(crate) struct Batch {
    pub(crate) ticks: u64,
    pub(crate) time: Duration,
}

/// How the ticks went.
#[derive(Default)]
pub(crate) struct Driven {
    pub(crate) time: Duration,
    /// Entities times ticks.
    pub(crate) updates: f64,
    /// Whether the host had it stop.
    pub(crate) interrupted: bool,
    /// The rule by which it stopped.
    pub(crate) stopped: Option<String>,
}

/// Runs so many ticks, or as many as watchers and host let it.
pub(crate) fn drive(
    simulation: &mut dyn AnySimulation,
    ticks: u64,
    watchers: &mut Watchers<'_>,
    host: &mut impl Host,
) -> Result<Driven, Failure> {
    let end = simulation.tick().saturating_add(ticks);
    let mut pace = Pace::new();
    let mut driven = Driven { stopped: watch::look(watchers, simulation)?, ..Driven::default() };
    while driven.stopped.is_none() && simulation.tick() < end {
        // A signal may come to any process: all stop at the same tick.
        if !simulation.agree(!host.stops()) {
            driven.interrupted = true;
            break;
        }
        let tick = simulation.tick();
        let ticks = pace.batch().min(end - tick).min(watch::ticks_left(watchers, tick));
        // Clocks differ between processes: the first one decides.
        let ticks = simulation.lead(ticks);
        let entities = simulation.population();
        let clock = Instant::now();
        simulation.run(ticks)?;
        let batch = Batch { ticks, time: clock.elapsed() };
        driven.time += batch.time;
        driven.updates += (entities + simulation.population()) as f64 / 2.0 * ticks as f64;
        pace.took(ticks, batch.time);
        host.ran(&batch, simulation);
        driven.stopped = watch::look(watchers, simulation)?;
    }
    watchers.iter_mut().try_for_each(|watcher| watcher.end(simulation))?;
    Ok(driven)
}
