//! The command `flockwork` as a user meets it: every test runs the program.

mod bad_input;
mod bad_tables;
mod checkpoints;
mod commands;
mod doors;
mod faults;
mod fields;
mod formats;
mod inputs;
mod interrupt;
mod observe;
mod outputs;
mod place;
mod places;
mod plots;
mod precision;
mod recorded;
mod reports;
mod run;
mod scenarios;
mod series;
mod snapshots;
mod stop;
mod sweeps;
mod trajectories;
mod worlds;

use place::{Place, Tree, program, repository, tree};

/// A small world of boids.
const BOIDS: &str = "\
model = \"boids\"
entities = 300
ticks = 20
dt = 0.05
[world]
width = 10
height = 8
";

/// A small world of tribes, with births, deaths and events.
const TRIBES: &str = "\
model = \"tribes\"
entities = 1500
ticks = 60
dt = 0.05
[world]
width = 25
height = 20
";

/// Everything a run can be asked to leave behind.
const ALL_OUTPUTS: &str = "--report out.json --record out.parquet --series out.csv --every 2 --picture out.png \
     --snapshot out.snap";

/// The names of those files.
const ALL_FILES: [&str; 5] = ["out.csv", "out.json", "out.parquet", "out.png", "out.snap"];
