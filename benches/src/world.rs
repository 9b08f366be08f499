//! Worlds whose ticks can be timed.
//!
//! A flock does not stay as evenly spread as it begins, and its ticks become dearer. So that every
//! measurement sees the same work, a world begins anew after some ticks.

use std::time::Duration;

use flockwork_kernel::columns::Reach;
use flockwork_kernel::{Edge, World as Space};
use flockwork_scheduler::{Cut, Model, Setup};
use flockwork_scheduler_native::{AnySimulation, Config, Entry, OnThreads, Options};

use crate::race::By;

/// Ticks before the first that is timed.
const WARM: u64 = 4;
/// Ticks that are timed before a world begins anew.
const SPAN: u64 = 40;

/// A world that begins anew every `SPAN` ticks.
pub struct World {
    entry: Entry,
    config: Config,
    simulation: Box<dyn AnySimulation>,
}

impl World {
    /// A torus of `count` entities of a model.
    pub fn new<M: Model>(count: u32, density: f32, dt: f32, workers: usize) -> Self {
        Self::with_cut::<M>(count, density, dt, workers, None)
    }

    /// As [`World::new`], in these regions.
    pub fn with_cut<M: Model>(
        count: u32,
        density: f32,
        dt: f32,
        workers: usize,
        cut: Option<Cut>,
    ) -> Self {
        let side = (count as f32 / density).sqrt();
        let space = Space::new(side, side, Edge::Periodic).expect("a square has sides");
        let config = Config {
            setup: Setup { world: space, population: count, seed: 1, dt },
            params: Vec::new(),
            table: None,
            fields: Vec::new(),
            options: Options { workers, cut, ..Options::default() },
        };
        let entry = Entry::of::<M, OnThreads>();
        let simulation = begin(&entry, &config);
        Self { entry, config, simulation }
    }

    /// A flock with 20 neighbours each on average.
    pub fn flock(count: u32, workers: usize) -> Self {
        Self::new::<flockwork_models::Boids>(count, FLOCK_DENSITY, FLOCK_DT, workers)
    }

    /// The number of entities now.
    pub fn population(&self) -> u32 {
        self.simulation.population() as u32
    }

    /// The fingerprint after `ticks` ticks.
    pub fn fingerprint_at(&self, ticks: u64) -> u64 {
        let mut simulation = self.entry.build(&self.config).expect("it was built before");
        simulation.run(ticks).expect("a tick");
        simulation.fingerprint().expect("a state")
    }

    /// Runs this many ticks, and gives the time they took.
    pub fn run(&mut self, ticks: u64) -> Duration {
        self.run_by(By::Wall, ticks)
    }

    /// As [`World::run`], with the time counted like this.
    pub fn run_by(&mut self, by: By, ticks: u64) -> Duration {
        let mut time = Duration::ZERO;
        let mut left = ticks;
        while left > 0 {
            let done = self.simulation.tick() - WARM;
            if done == SPAN {
                self.simulation = begin(&self.entry, &self.config);
                continue;
            }
            let now = left.min(SPAN - done);
            time += by.time(|| self.simulation.run(now).expect("a tick"));
            left -= now;
        }
        time
    }

    /// What the exchange between regions has cost since the world began anew.
    pub fn exchange(&self) -> Exchange {
        let metrics = self.simulation.metrics().expect("a state");
        let ns = |names: &[&str]| -> u64 {
            let chosen = metrics.phases_ns.iter().filter(|(name, _)| names.contains(name));
            chosen.map(|(_, ns)| ns).sum()
        };
        let exchange = ns(&["route", "receive"]);
        let work = exchange + ns(&["sort", "neighbours", "commit"]);
        let per_tick = |count: u64| count as f64 / metrics.ticks as f64;
        Exchange {
            regions: metrics.regions,
            share: exchange as f64 / work as f64,
            ghosts: per_tick(metrics.counters.ghosts),
            migrations: per_tick(metrics.counters.migrations),
            bytes: per_tick(metrics.counters.bytes),
            memory_per_entity: metrics.peak_memory_bytes as f64 / f64::from(self.population()),
        }
    }

    /// Begins anew.
    pub fn restart(&mut self) {
        self.simulation = begin(&self.entry, &self.config);
    }

    /// The mean number of entities within `radius` of one, if they are spread evenly.
    pub fn even_neighbours(&self, radius: f32) -> f32 {
        self.density() * core::f32::consts::PI * radius * radius
    }

    /// The side of the torus.
    pub fn side(&self) -> f32 {
        self.config.setup.world.width()
    }

    /// Entities in a square of side 1.
    pub fn density(&self) -> f32 {
        self.config.setup.population as f32 / self.side() / self.side()
    }

    /// The positions and velocities now, by id, of a flock.
    pub fn boids(&self) -> Vec<[f32; 4]> {
        let rows = self.simulation.rows().expect("a state");
        let schema = self.simulation.schema();
        let names = ["x", "y", "vx", "vy"];
        let mut offset = 0;
        let mut at = [0; 4];
        for column in schema.iter().filter(|column| column.reach >= Reach::Owned) {
            if let Some(place) = names.iter().position(|name| *name == column.name) {
                at[place] = offset;
            }
            offset += column.stride();
        }
        let value = |row: &[u8], at: usize| {
            let bytes = row[at..at + 4].first_chunk().expect("four bytes");
            f32::from_le_bytes(*bytes)
        };
        rows.bytes.chunks_exact(rows.stride).map(|row| at.map(|at| value(row, at))).collect()
    }
}

/// What the exchange between regions costs.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    /// Regions.
    pub regions: usize,
    /// The part of all work that is route and receive.
    pub share: f64,
    /// Ghosts per tick.
    pub ghosts: f64,
    /// Entities that change their region, per tick.
    pub migrations: f64,
    /// Bytes of mail per tick.
    pub bytes: f64,
    /// The most memory that was in use, in bytes for each entity.
    pub memory_per_entity: f64,
}

/// Entities in a square of side 1: 20 neighbours within a radius of 1.
pub const FLOCK_DENSITY: f32 = 20.0 / core::f32::consts::PI;
/// Time per tick of a flock.
pub const FLOCK_DT: f32 = 0.05;

fn begin(entry: &Entry, config: &Config) -> Box<dyn AnySimulation> {
    let mut simulation = entry.build(config).expect("the configuration is sound");
    simulation.run(WARM).expect("a tick");
    simulation
}
