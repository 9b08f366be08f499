//! What a rank tells of its work: the scheduler's table of counters, and a few numbers beside it.
//!
//! JavaScript finds each by its name in what the module says of itself, so a new counter is a line in
//! the scheduler's table and none here.

use flockwork_scheduler::{Counters, SimulationError, Told};

use crate::backend::World;
use crate::mail::Mail;

/// What is told beside the counters, and how: see [`table`].
const BESIDE: [(&str, &str); 7] = [
    // Milliseconds in which it slept.
    ("waited", "phase"),
    // Entities and ghosts that it has now.
    ("owned_now", "last"),
    ("ghosts_now", "last"),
    // How often the world was cut anew, and how uneven it is; the same on all ranks.
    ("rebalances", "world"),
    ("imbalance", "world"),
    // How far it is from place to place at the far corner of the world, and how far it may be.
    ("place_spacing", "world"),
    ("place_spacing_most", "world"),
];

/// All names, each with how it is told: a `phase` in milliseconds, a `total`, a `mean` over ticks (told
/// as its total), what is of the `last` tick or of now, or of the whole `world`.
pub fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
    let counters = Counters::TABLE.iter().map(|counter| {
        let told = match counter.told {
            Told::Phase => "phase",
            Told::Total => "total",
            Told::Mean => "mean",
            Told::Last => "last",
        };
        (counter.name, told)
    });
    counters.chain(BESIDE)
}

/// One of them; NaN if there is none of this number.
///
/// # Errors
///
/// [`SimulationError::Busy`] while something goes on that moves entities.
pub fn value(world: &World, index: usize) -> Result<f64, SimulationError> {
    const MS: f64 = 1.0e6;
    if let Some((counter, value)) = world.counters().named().nth(index) {
        return Ok(if counter.told == Told::Phase { value as f64 / MS } else { value as f64 });
    }
    let sum = |number: fn(&flockwork_scheduler::registry::RegionLoad) -> u64| {
        Ok(world.loads()?.iter().map(number).sum::<u64>() as f64)
    };
    match index - Counters::TABLE.len() {
        0 => Ok(match world.executor().carrier() {
            Mail::Board(port) => port.waited_ms(),
            Mail::Boxes(_) => 0.0,
        }),
        1 => sum(|region| region.owned),
        2 => sum(|region| region.ghosts),
        3 => Ok(world.rebalances() as f64),
        4 => Ok(world.imbalance()),
        5 => Ok(world.resolution().spacing.into()),
        6 => Ok(world.resolution().needed.spacing()),
        _ => Ok(f64::NAN),
    }
}
