//! The options of `flockwork sweep`.

use std::path::PathBuf;

use clap::Args;

use super::{parse_count, parse_seed, parse_some, workers};
use crate::sweep::{Part, Seeds};

/// `flockwork sweep`.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SweepArgs {
    /// The scenario: a TOML file
    #[arg(required_unless_present = "merge")]
    pub(crate) scenario: Option<PathBuf>,
    /// The seeds that every point is run with, such as 1..200 or 1,2,7 [default: the scenario's]
    #[arg(long, value_name = "A..B", value_parser = Seeds::parse)]
    pub(crate) seeds: Option<Seeds>,
    /// The values of a key of the scenario: params.eta=0:5:0.25 for steps, entities=40,100 for each of
    /// these, params.a=0:1 for --latin
    #[arg(long, value_name = "KEY=VALUES")]
    pub(crate) set: Vec<String>,
    /// Scale the world along with `entities`, so that the density stays that of the scenario
    #[arg(long)]
    pub(crate) scale: bool,
    /// So many points of a Latin hypercube, over all keys that are set to a range without a step
    #[arg(long, value_name = "N", conflicts_with = "points",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) latin: Option<u32>,
    /// The seed of the Latin hypercube
    #[arg(long, value_name = "S", requires = "latin", default_value = "1",
          value_parser = parse_seed)]
    pub(crate) latin_seed: u64,
    /// The points of a table, whose header names the keys; a column `seed` has the seeds
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) points: Option<PathBuf>,
    /// Run so many ticks, instead of the scenario's
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub(crate) ticks: Option<u64>,
    /// Take means of statistics from this tick on
    #[arg(long, value_name = "T", default_value = "0", value_parser = parse_count)]
    pub(crate) from: u64,
    /// How many ticks lie between two samples of the statistics [default: 10]
    #[arg(long, value_name = "K", value_parser = parse_some)]
    pub(crate) every: Option<u64>,
    /// Run so many at a time, each on one thread, instead of one per core
    #[arg(long, value_name = "N", value_parser = workers())]
    pub(crate) jobs: Option<u16>,
    /// Where rows, runs.csv and points.csv go; the same command goes on with what is there
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Run the K-th of N parts of all runs, for jobs that share a folder
    #[arg(long, value_name = "K/N", value_parser = Part::parse)]
    pub(crate) part: Option<Part>,
    /// Make runs.csv and points.csv of the rows that parts have left, and run nothing
    #[arg(long, conflicts_with_all = ["scenario", "seeds", "set", "scale", "latin", "points", "ticks",
          "from", "every", "jobs", "part"])]
    pub(crate) merge: bool,
    /// No progress bar, and no word but on what is wrong
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[cfg(test)]
impl SweepArgs {
    /// Those of a command line, for a scenario `s.toml` and a folder `out`.
    pub(crate) fn of(line: &[&str]) -> Self {
        let words = ["flockwork", "sweep", "s.toml", "--out", "out"].iter().chain(line);
        let cli = super::parse(words.map(Into::into).collect()).unwrap();
        match cli.command {
            Some(super::Command::Sweep(args)) => args,
            other => panic!("{other:?}"),
        }
    }
}
