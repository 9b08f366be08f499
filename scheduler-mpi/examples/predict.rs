//! Predicts the time of a tick on a cluster: the cost model of docs/CLUSTER.md.
//!
//! ```text
//! predict key=value ...      threads=32 compute_ns=25 births=0.0002
//! ```

use std::process::ExitCode;

/// What the model is made of; the keys of the command line are the names of the fields.
#[derive(Clone, Debug)]
struct Costs {
    /// Of one entity and tick on one thread, nanoseconds.
    compute_ns: f64,
    /// Of one ghost and tick on one thread, nanoseconds: written, read and looked at.
    ghost_ns: f64,
    /// Of one byte between ranks, nanoseconds.
    byte_ns: f64,
    /// Of one message between ranks, microseconds.
    message_us: f64,
    /// Of one step of an all-reduce, microseconds.
    step_us: f64,
    /// Bytes of one ghost on the network.
    ghost_bytes: f64,
    /// Entities in a square whose side is the radius.
    density: f64,
    /// Births per entity and tick.
    births: f64,
    /// Threads of a rank.
    threads: f64,
    /// Regions of a thread.
    regions: f64,
    /// The most regions of a world: to cut it into more takes too long.
    most_regions: f64,
}

/// A tick's parts, in milliseconds.
struct Parts {
    compute: f64,
    surface: f64,
    wire: f64,
    latency: f64,
    reduce: f64,
    births: f64,
}

impl Parts {
    fn tick(&self) -> f64 {
        self.compute + self.surface + self.wire + self.latency + self.reduce + self.births
    }
}

impl Costs {
    /// Constants measured on the machine of docs/CLUSTER.md, and a usual network: 12 GB/s and
    /// 2 microseconds.
    fn usual() -> Self {
        Self {
            compute_ns: COMPUTE_NS,
            ghost_ns: GHOST_NS,
            byte_ns: 1.0 / 12.0,
            message_us: 2.0,
            step_us: 2.0,
            ghost_bytes: 24.0,
            density: 6.4,
            births: 0.0,
            threads: 32.0,
            regions: 2.0,
            most_regions: 4096.0,
        }
    }

    fn set(&mut self, key: &str, value: f64) -> bool {
        let place = match key {
            "compute_ns" => &mut self.compute_ns,
            "ghost_ns" => &mut self.ghost_ns,
            "byte_ns" => &mut self.byte_ns,
            "message_us" => &mut self.message_us,
            "step_us" => &mut self.step_us,
            "ghost_bytes" => &mut self.ghost_bytes,
            "density" => &mut self.density,
            "births" => &mut self.births,
            "threads" => &mut self.threads,
            "regions" => &mut self.regions,
            "most_regions" => &mut self.most_regions,
            _ => return false,
        };
        *place = value;
        true
    }

    /// Ghosts of a square region of so many entities: a band one radius wide around it.
    fn ghosts(&self, entities: f64) -> f64 {
        4.0 * self.density * ((entities / self.density).sqrt() + 1.0)
    }

    fn parts(&self, entities: f64, ranks: f64) -> Parts {
        let domains = (self.regions * self.threads * ranks).min(self.most_regions).max(ranks);
        // A thread without a region has nothing to do.
        let busy = self.threads.min(domains / ranks);
        let near: f64 = if ranks > 1.0 { (ranks - 1.0).min(8.0) } else { 0.0 };
        let away = if ranks > 1.0 { 1.0 } else { 0.0 };
        let steps = ranks.log2().ceil();
        let wire = self.ghosts(entities / ranks) * self.ghost_bytes * self.byte_ns * away;
        // Three all-reduces of one number, and the books: 39 numbers and two of each domain.
        let books = 2.0 * 8.0 * (39.0 + 2.0 * domains) * self.byte_ns * away;
        let latency = 2.0 * near * self.message_us;
        // Every domain tells every other one who was born.
        let born = self.births * entities;
        let others = domains - domains / ranks;
        let letters = (domains / ranks) * others * 28.0 + 4.0 * born / ranks * others;
        let births = if born > 0.0 {
            letters * self.byte_ns * away + (ranks - 1.0 - near).max(0.0) * self.message_us * 1.0e3
        } else {
            0.0
        };
        Parts {
            compute: self.compute_ns * entities / (ranks * busy) * 1.0e-6,
            surface: domains / ranks / busy
                * self.ghost_ns
                * self.ghosts(entities / domains)
                * 1.0e-6,
            wire: wire * 1.0e-6,
            latency: latency * 1.0e-3,
            reduce: 3.0 * steps * self.step_us * 1.0e-3 + books * 1.0e-6,
            births: births * 1.0e-6,
        }
    }
}

fn main() -> ExitCode {
    let mut costs = Costs::usual();
    for argument in std::env::args().skip(1) {
        let pair = argument.split_once('=');
        let value = pair.and_then(|(key, value)| Some((key, value.parse::<f64>().ok()?)));
        if !value.is_some_and(|(key, value)| value >= 0.0 && costs.set(key, value)) {
            eprintln!("`{argument}`: it must be one of these, with a number: {costs:?}");
            return ExitCode::from(2);
        }
    }
    println!(
        "| entities | ranks | tick, ms | compute | surface | wire | latency | reduce | births | efficiency |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for entities in [1e6, 1e7, 1e8, 1e9] {
        for ranks in [1.0, 2.0, 4.0, 10.0, 100.0, 1000.0] {
            let (parts, alone) = (costs.parts(entities, ranks), costs.parts(entities, 1.0));
            println!(
                "| {entities:.0e} | {ranks} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.2} |",
                parts.tick(),
                parts.compute,
                parts.surface,
                parts.wire,
                parts.latency,
                parts.reduce,
                parts.births,
                alone.tick() / parts.tick() / ranks
            );
        }
    }
    ExitCode::SUCCESS
}

/// Of `boids` with 20 neighbours.
const COMPUTE_NS: f64 = 55.0;
const GHOST_NS: f64 = 86.0;
