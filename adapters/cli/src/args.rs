//! The command line.

mod figure;
mod files;
mod sweep;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use flockwork_scheduler::Cut;

use crate::human;
pub(crate) use figure::PlotArgs;
#[cfg(feature = "plot")]
pub(crate) use figure::{LogAxis, Size, Theory};
pub(crate) use files::{RecordArgs, TableArgs};
pub(crate) use sweep::SweepArgs;
pub(crate) use values::parse_count;
use values::{
    parse_cut, parse_measured, parse_rate, parse_seconds, parse_seed, parse_some, workers,
};

/// Simulates large crowds of simple agents, with the same bits on any number of workers.
///
/// Without a command it runs a scenario; without a scenario, 100,000 entities of the model
/// `tribes`.
#[derive(Debug, Parser)]
#[command(name = "flockwork", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// Reads the words of a command line, the program's name first.
///
/// # Errors
///
/// What is wrong with them, or the help that was asked for; fit to be shown.
pub(crate) fn parse(words: Vec<OsString>) -> Result<Cli, clap::Error> {
    let read = |words: &[OsString]| Cli::from_arg_matches(&command().try_get_matches_from(words)?);
    read(&words).map_err(|error| {
        // It quotes the words, which may have been copied from anywhere.
        let safe = words.iter().map(|word| human::escaped(&word.to_string_lossy(), "").into());
        read(&safe.collect::<Vec<_>>()).err().unwrap_or(error)
    })
}

/// The command line, in which a value may be a negative number: so it is refused as a value, with
/// what is allowed, and not taken for an option that does not exist.
fn command() -> clap::Command {
    fn allow(command: clap::Command) -> clap::Command {
        command
            .mut_args(|arg| {
                let takes_value = arg.get_action().takes_values() && !arg.is_positional();
                arg.allow_negative_numbers(takes_value)
            })
            .mut_subcommands(allow)
    }
    allow(Cli::command())
}

/// The words for commands.
pub(crate) fn commands() -> impl Iterator<Item = &'static str> {
    [
        "run",
        "replay",
        "sweep",
        "verify",
        "stress",
        "snapshot",
        "plot",
        "check",
        "models",
        "init",
        "new",
        "deny-list",
        "help",
    ]
    .into_iter()
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a scenario and say how it went (also without the word `run`)
    Run(Box<RunArgs>),
    /// Run a scenario over values of its keys and over seeds: means and errors of its statistics
    Sweep(SweepArgs),
    /// Check that any number of workers and any cut give the same bits in every tick
    Verify(VerifyArgs),
    /// Run what a log of inputs holds, and compare the fingerprints that it holds
    Replay(ReplayArgs),
    /// Search the largest number of entities that holds a frame rate, at constant density
    Stress(StressArgs),
    /// Run some ticks and write the whole state to a file
    Snapshot(SnapshotArgs),
    /// Plot reports, series, sweeps, observables and recordings, as figures for a paper or as a page
    Plot(PlotArgs),
    /// Check a scenario without running it: radius, grid, density, memory
    Check(CheckArgs),
    /// List the models, or all about one of them
    Models(ModelsArgs),
    /// Write a commented scenario for a model
    Init(InitArgs),
    /// Make a crate of your own: a model, its command line and its test
    New(NewArgs),
    /// Print what a model's code must not use, as a clippy.toml for a crate of your own
    DenyList,
}

/// A scenario, and what of it the command line changes.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ScenarioArgs {
    /// This many entities, instead of the scenario's (100k and 1.5M are understood)
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub(crate) entities: Option<u64>,
    /// Scale the world along with --entities, so that the density stays that of the scenario
    #[arg(long, requires = "entities")]
    pub(crate) scale: bool,
    /// This seed, instead of the scenario's
    #[arg(long, value_name = "S", value_parser = parse_seed)]
    pub(crate) seed: Option<u64>,
    /// Set any key of the scenario, such as params.max_speed=2 or world.edge=wall
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

/// Who computes; never changes a result.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct WorkerArgs {
    /// This many workers, instead of one per core
    #[arg(long, value_name = "N", value_parser = workers())]
    pub(crate) workers: Option<u16>,
    /// Cut the world into N regions or into R rows of C, instead of by the number of workers
    #[arg(long, value_name = "[Lx]RxC|N", value_parser = parse_cut)]
    pub(crate) regions: Option<Cut>,
    /// Leave the regions as they are cut first
    #[arg(long)]
    pub(crate) no_rebalance: bool,
    /// End the run (exit code 3) when a worker is busy with one phase of one region for so long
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) deadline: Option<Duration>,
}

/// When a run stops before its last tick; each takes the place of the scenario's.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct StopArgs {
    /// Stop at the first tick at which this holds, such as "infected == 0 and tick > 100"
    #[arg(long, value_name = "CONDITION")]
    pub(crate) until: Option<String>,
    /// How many ticks lie between two at which --until and --steady look [default: 10]
    #[arg(long, value_name = "K", value_parser = parse_some)]
    pub(crate) until_every: Option<u64>,
    /// Stop when a statistic is steady within a tolerance, over the last WINDOW ticks [default: 100 looks]
    #[arg(long, value_name = "NAME:TOLERANCE[:WINDOW]")]
    pub(crate) steady: Vec<String>,
    /// Stop when so much time has passed, such as 90s or 2h30m
    #[arg(long, value_name = "TIME")]
    pub(crate) limit: Option<String>,
}

/// `flockwork run`.
#[derive(Clone, Debug, Default, Args)]
#[command(group(ArgGroup::new("taken").args(["record", "series", "fields"]).multiple(true)))]
pub(crate) struct RunArgs {
    /// The scenario: a TOML file; without one, 100,000 entities of the model `tribes`
    pub(crate) scenario: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) change: ScenarioArgs,
    /// This many ticks, instead of the scenario's; with --resume, this many more
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub(crate) ticks: Option<u64>,
    #[command(flatten)]
    pub(crate) workers: WorkerArgs,
    /// Write what the summary says as JSON (docs/REPORT.md)
    #[arg(long, value_name = "FILE.json")]
    pub(crate) report: Option<PathBuf>,
    /// Write the entities of every K-th tick: .parquet, .npz, .xyz, .lammpstrj or .pvd; .npz and .pvd have fields too (docs/answers/formats.md)
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) recording: RecordArgs,
    /// Write the model's statistics at every K-th tick, and their means with errors into the report
    #[arg(long, value_name = "FILE.csv|.parquet")]
    pub(crate) series: Option<PathBuf>,
    /// Write what is in the cells of the model's fields at every K-th tick, a row for each (docs/answers/fields.md)
    #[arg(long, value_name = "FILE.csv|.parquet")]
    pub(crate) fields: Option<PathBuf>,
    /// How many ticks lie between two that are recorded or in the series [default: 10]
    #[arg(long, value_name = "K", requires = "taken", value_parser = parse_some)]
    pub(crate) every: Option<u64>,
    /// How many ticks lie between two of the series, where these are not the recorded ones
    #[arg(long, value_name = "K", requires = "series", value_parser = parse_some)]
    pub(crate) series_every: Option<u64>,
    /// Record nothing, and begin no series, before this tick [default: 0]
    #[arg(long, value_name = "T", requires = "taken", value_parser = parse_count)]
    pub(crate) from: Option<u64>,
    #[command(flatten)]
    pub(crate) stop: StopArgs,
    /// Measure this while the run goes on, such as rdf:r=5,every=50 or msd, for --observables; may be given more than once
    #[arg(long, value_name = "NAME[:KEY=VALUE,..]", requires = "observables")]
    pub(crate) observe: Vec<String>,
    /// Write what --observe and the scenario's [[observe]] ask for as JSON (docs/answers/observables.md)
    #[arg(long, value_name = "FILE.json")]
    pub(crate) observables: Option<PathBuf>,
    /// Give the inputs of this file, one a line, each at its tick (docs/answers/inputs.md)
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) inputs: Option<PathBuf>,
    /// Write all inputs, and fingerprints by which `flockwork replay` is held against the run
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) log: Option<PathBuf>,
    /// How many ticks lie between two fingerprints of the log [default: 100]
    #[arg(long, value_name = "K", requires = "log", value_parser = parse_some)]
    pub(crate) log_every: Option<u64>,
    /// Draw the world at the end
    #[arg(long, value_name = "FILE.png")]
    pub(crate) picture: Option<PathBuf>,
    /// Go on from a snapshot or a folder of checkpoints; a scenario named beside it must be the one it was made from
    #[arg(long, value_name = "FILE", conflicts_with_all = ["entities", "seed", "set", "scale", "columns", "at", "within", "frame", "project"])]
    pub(crate) resume: Option<PathBuf>,
    /// With --resume: go on also where another arithmetic computed the snapshot, which changes the bits of the run
    #[arg(long, requires = "resume")]
    pub(crate) other_arithmetic: bool,
    /// Write the whole state at the end, to go on from with --resume
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot: Option<PathBuf>,
    /// Write the whole state into this folder now and then, to go on from with --resume
    #[arg(long, value_name = "DIR")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// How many ticks lie between two checkpoints [default: 1000]
    #[arg(long, value_name = "K", requires = "checkpoint", value_parser = parse_some)]
    pub(crate) checkpoint_every: Option<u64>,
    /// Let this run's checkpoints take the place of another run's that are in the folder
    #[arg(long, requires = "checkpoint")]
    pub(crate) replace: bool,
    /// No progress bar, and no summary but the fingerprint
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Whether regions move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rebalance {
    /// They do.
    On,
    /// They stay.
    Off,
    /// Once with, once without.
    Both,
}

/// `flockwork verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The scenario: a TOML file; without one, 100,000 entities of the model `tribes`
    pub(crate) scenario: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) change: ScenarioArgs,
    /// This many ticks [default: those of the scenario, at most 100]
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub(crate) ticks: Option<u64>,
    /// Give the inputs of this file, or of a log, each at its tick
    #[arg(long, visible_alias = "log", value_name = "FILE.jsonl")]
    pub(crate) inputs: Option<PathBuf>,
    /// The numbers of workers to compare with one
    #[arg(long, value_name = "N,..", value_delimiter = ',', default_value = "1,2,3,8",
          value_parser = workers())]
    pub(crate) workers: Vec<u16>,
    /// The cuts to try with each number of workers [default: 1,2x2,1x5,7x3]
    #[arg(long, visible_alias = "regions", value_name = "[Lx]RxC|N,..", value_delimiter = ',',
          value_parser = parse_cut)]
    pub(crate) cuts: Vec<Cut>,
    /// Whether regions move during the run
    #[arg(long, value_enum, default_value = "both")]
    pub(crate) rebalance: Rebalance,
    /// No progress, only what differs
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `flockwork replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The scenario of the run: a TOML file
    pub(crate) scenario: PathBuf,
    /// The log that it left: `flockwork run --log`, or a page's `simulation.log()`
    pub(crate) log: PathBuf,
    #[command(flatten)]
    pub(crate) change: ScenarioArgs,
    #[command(flatten)]
    pub(crate) workers: WorkerArgs,
    /// No progress, only the fingerprint
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `flockwork stress`.
#[derive(Debug, Args)]
pub(crate) struct StressArgs {
    /// The scenario: a TOML file; without one, 100,000 entities of the model `tribes`
    pub(crate) scenario: Option<PathBuf>,
    /// The frame rate that 95 of 100 ticks must hold, frames per second
    #[arg(long, value_name = "RATE", default_value = "60", value_parser = parse_rate)]
    pub(crate) fps: f64,
    /// Begin with this many entities, instead of the scenario's
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub(crate) entities: Option<u64>,
    /// This seed, instead of the scenario's
    #[arg(long, value_name = "S", value_parser = parse_seed)]
    pub(crate) seed: Option<u64>,
    /// Set any key of the scenario, such as params.max_speed=2 or world.edge=wall
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Measure this many ticks of each number of entities, after a fifth as many to warm up
    #[arg(long, value_name = "N", default_value = "100", value_parser = parse_measured)]
    pub(crate) ticks: u64,
    /// Go no further than this many entities
    #[arg(long, value_name = "N", default_value = "100M", value_parser = parse_count)]
    pub(crate) most: u64,
    /// Give the inputs of this file too, each at its tick, as they are for any number of entities
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) inputs: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) workers: WorkerArgs,
    /// Write the curve as JSON (docs/REPORT.md)
    #[arg(long, value_name = "FILE.json")]
    pub(crate) report: Option<PathBuf>,
    /// No progress, only the result
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `flockwork snapshot`.
#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    /// The scenario: a TOML file; without one, 100,000 entities of the model `tribes`
    pub(crate) scenario: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) change: ScenarioArgs,
    /// Run this many ticks, instead of the scenario's
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub(crate) ticks: Option<u64>,
    /// Where to write the state
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) workers: WorkerArgs,
    /// No progress bar, and nothing but the fingerprint
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `flockwork check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The scenario: a TOML file; without one, 100,000 entities of the model `tribes`
    pub(crate) scenario: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) change: ScenarioArgs,
    #[command(flatten)]
    pub(crate) workers: WorkerArgs,
    /// Say what it costs to measure this, such as rdf:r=5,every=50, beside the scenario's [[observe]]; may be given more than once
    #[arg(long, value_name = "NAME[:KEY=VALUE,..]")]
    pub(crate) observe: Vec<String>,
    /// Nothing but what is wrong
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `flockwork models`.
#[derive(Debug, Args)]
pub(crate) struct ModelsArgs {
    /// Only this one, with all its columns, parameters and statistics
    pub(crate) name: Option<String>,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `flockwork init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The model
    pub(crate) model: String,
    /// For this many entities
    #[arg(long, value_name = "N", default_value = "10k", value_parser = parse_count)]
    pub(crate) entities: u64,
    /// With a world in space
    #[arg(long)]
    pub(crate) space: bool,
    /// Write to this file, which must not exist, instead of the standard output
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) out: Option<PathBuf>,
    /// No word about the file that was written
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `flockwork new`.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The crate's name and that of its folder, which must not exist or be empty
    pub(crate) name: String,
    /// Take the crates of Flockwork from this checkout, instead of the published ones
    #[arg(long, value_name = "CHECKOUT")]
    pub(crate) path: Option<PathBuf>,
    /// No word about what was written
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

impl Cli {
    /// Whether there shall be no remarks.
    pub(crate) fn quiet(&self) -> bool {
        match &self.command {
            None => self.run.quiet,
            Some(Command::Run(args)) => args.quiet,
            Some(Command::Sweep(args)) => args.quiet,
            Some(Command::Verify(args)) => args.quiet,
            Some(Command::Replay(args)) => args.quiet,
            Some(Command::Stress(args)) => args.quiet,
            Some(Command::Snapshot(args)) => args.quiet,
            Some(Command::Plot(args)) => args.quiet,
            Some(Command::Check(args)) => args.quiet,
            Some(Command::Init(args)) => args.quiet,
            Some(Command::New(args)) => args.quiet,
            Some(Command::Models(_) | Command::DenyList) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Cli, String> {
        let words = std::iter::once("flockwork").chain(line.split_whitespace());
        parse(words.map(OsString::from).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
        let known: Vec<&str> = commands().collect();
        for command in command().get_subcommands() {
            assert!(known.contains(&command.get_name()), "{}", command.get_name());
        }
    }

    #[test]
    fn a_negative_number_is_a_value_that_is_refused_with_what_is_allowed() {
        for command in [command()].iter().chain(command().get_subcommands()) {
            let options = command.get_arguments().filter(|arg| arg.get_action().takes_values());
            for option in options.filter_map(|arg| arg.get_long()) {
                let words = match command.get_name() {
                    "flockwork" => format!("--{option} -1"),
                    name => format!("{name} --{option} -1"),
                };
                let Err(text) = read(&words) else { continue };
                let named = text.contains("invalid value '-1'") || text.contains("required");
                assert!(named && !text.contains("unexpected argument"), "{words}: {text}");
            }
        }
        assert!(read("--seed -1").unwrap_err().contains("from 0 to 18446744073709551615"));
        assert!(read("--workers -1").unwrap_err().contains("1..=1024"));
        assert!(read("--ticks -1").unwrap_err().contains("below 2^64"));
    }

    #[test]
    fn what_is_quoted_cannot_steer_a_terminal() {
        for line in ["--\u{1b}[2J", "--seed \u{1b}[2J", "models a \u{202e}b"] {
            let text = read(line).unwrap_err();
            assert!(text.chars().all(|c| c == '\n' || !human::is_active(c)), "{text:?}");
            assert!(text.contains("\\u{"), "{text:?}");
        }
    }

    #[test]
    fn no_command_means_run() {
        let cli = read("a.toml --ticks 5").unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.run.ticks, Some(5));
        assert!(read("").unwrap().command.is_none());
        let cli = read("run --entities 1k").unwrap();
        assert!(matches!(cli.command, Some(Command::Run(_))));
    }
}
