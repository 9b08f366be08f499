//! What is seen of a run tick by tick: the numbers that a figure is drawn of.
//!
//! Whoever wants a series of them observes a run. Files, stop rules and runs on several processes are
//! the command line's.
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use flockwork_kernel::{Edge, World};
//! use flockwork_observables::BlockAverage;
//! use flockwork_scheduler::Setup;
//! use flockwork_scheduler_native::{Config, Options, observe};
//!
//! let world = World::new(10.0, 10.0, Edge::Periodic)?;
//! let setup = Setup { world, population: 400, seed: 1, dt: 1.0 };
//! let config = Config { setup, params: Vec::new(), table: None, fields: Vec::new(), options: Options::default() };
//! let vicsek = flockwork_models::threads::entry("vicsek").ok_or("there is no such model")?;
//! let mut simulation = vicsek.build(&config)?;
//!
//! let (mut series, mut order) = (Vec::new(), BlockAverage::default());
//! observe(&mut *simulation, 200, 10, |sample| {
//!     let seen = sample.stat("order").unwrap_or(f64::NAN);
//!     series.push((sample.time, seen));
//!     order.add(seen);
//!     // All in one direction: there is nothing more to see.
//!     if seen > 0.999 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
//! })?;
//! let found = order.mean();
//! println!("{} after {} samples, give or take {}", found.mean, found.samples, found.error);
//! assert_eq!(series[1].0, 10.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::ops::ControlFlow;

use crate::any::{AnySimulation, RunError};

/// What is seen of a world at one tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Ticks done.
    pub tick: u64,
    /// The time at it, in the model's time unit: see [`time_at`].
    pub time: f64,
    /// The number of entities.
    pub population: u64,
    /// The numbers of the model's statistics with their names, in their order; NaN for what is null.
    pub stats: Vec<(String, f64)>,
}

impl Sample {
    /// Looks at a simulation. Of several processes all must; they see the same.
    ///
    /// # Errors
    ///
    /// As [`AnySimulation::stats`].
    pub fn of(simulation: &mut dyn AnySimulation) -> Result<Self, RunError> {
        let stats = simulation.stats()?;
        let tick = simulation.tick();
        let time = time_at(tick, simulation.setup().dt);
        Ok(Self { tick, time, population: simulation.population(), stats })
    }

    /// The statistic of this name; None if there is none, NaN if it is null.
    pub fn stat(&self, name: &str) -> Option<f64> {
        self.stats.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }
}

/// The time at a tick: `tick` times `dt`, as a scenario writes that and not as 32 bits hold it. With
/// a `dt` of 0.1 it is 1 at tick 10, not 1.0000000149.
pub fn time_at(tick: u64, dt: f32) -> f64 {
    // Every float has a text, and every text of one is a double.
    let dt = dt.to_string().parse().unwrap_or_else(|_| f64::from(dt));
    tick as f64 * dt
}

/// Runs so many ticks and shows `observer` every one that `every` divides, that at which the run begins
/// among them, until it breaks off. An `every` of 0 counts as 1.
///
/// # Errors
///
/// [`RunError`]; what was seen before has been shown.
pub fn observe(
    simulation: &mut dyn AnySimulation,
    ticks: u64,
    every: u64,
    mut observer: impl FnMut(&Sample) -> ControlFlow<()>,
) -> Result<(), RunError> {
    let every = every.max(1);
    let end = simulation.tick().saturating_add(ticks);
    loop {
        let tick = simulation.tick();
        let breaks = tick.is_multiple_of(every) && observer(&Sample::of(simulation)?).is_break();
        if breaks || tick == end {
            return Ok(());
        }
        simulation.run((every - tick % every).min(end - tick))?;
    }
}
