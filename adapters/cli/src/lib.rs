//! The command `flockwork`, as a library: with a model of your own it is three lines.
//!
//! ```no_run
//! # type Epidemic = flockwork_models::Boids;
//! use flockwork_cli::{Registry, main};
//!
//! fn flockwork() -> std::process::ExitCode {
//!     main(Registry::builtin().with::<Epidemic>())
//! }
//! ```
//!
//! The features `parquet` (recordings, tables), `npz` (recordings), `picture` and `plot` are on unless a
//! build leaves them out; without them it is much smaller, and an option that needs one says which.
//!
//! A command goes through the same steps: `args` reads the command line, `scenario` turns a
//! file and the command line into a checked configuration, the command runs, and `output` finds the
//! place of each result, into which `whole` puts it at once or not at all.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `args` | the command line |
//! | `input` | files that a user names |
//! | `registry` | the models a command knows |
//! | `scenario`, `table` | scenario files and the user's own initial tables, in every format |
//! | `read` | these two for other programs |
//! | [`stepped`] | a world that another program steps |
//! | `run`, `progress`, `summary`, `report` | `flockwork run` and what it says |
//! | `drive` | the loop that runs ticks, of `run` and of each run of a sweep |
//! | `watch`, `series`, `stop` | what looks at a run between its ticks: statistics in a file, rules to stop |
//! | `observe` | what is measured of a run while it goes on |
//! | `sweep` | many runs over values of keys and over seeds |
//! | `record`, `picture`, `checkpoint` | what else a run can leave behind; recordings in every format |
//! | `inputs`, `replay` | what comes in from outside, its log, and runs that do what a log says |
//! | `verify`, `stress` | sameness on any number of workers; the largest crowd that holds a frame rate |
//! | `plot` | figures of what runs have left |
//! | `check`, `models`, `init` | what can be known without running |
//! | `new` | a crate of one's own |
//! | `output`, `whole`, `made`, `left` | where files go, and how they come whole or not at all |
//! | `interrupt`, `together` | the wish to stop; steps that several processes take together |
//! | `parquet_out` | what all Parquet files that are written have in common |
//! | `human`, `rows` | numbers for people, packed entities |
//! | `crowding` | how many neighbours entities really have |
//! | `parts` | what a build can leave out |
//! | `memory`, `simd` | what the machine has |

#![forbid(unsafe_code)]

mod args;
mod cells;
mod check;
mod checkpoint;
mod crowding;
mod drive;
mod failure;
mod human;
mod init;
mod input;
mod inputs;
mod interrupt;
mod left;
mod lines;
mod made;
mod memory;
mod models;
mod new;
mod observe;
mod output;
#[cfg(feature = "parquet")]
mod parquet_out;
mod parts;
#[cfg_attr(not(feature = "picture"), path = "picture/absent.rs")]
mod picture;
#[cfg_attr(not(feature = "plot"), path = "plot/absent.rs")]
mod plot;
mod progress;
pub mod read;
mod record;
mod registry;
mod replay;
mod report;
mod rows;
mod run;
mod scenario;
mod series;
mod shapes;
mod simd;
pub mod stepped;
mod stop;
mod stress;
mod summary;
mod sweep;
mod table;
mod together;
mod verify;
mod watch;
mod whole;

use std::process::ExitCode;

use flockwork_scheduler_native::OrExit;

pub use failure::be_process;
pub use left::abandon;
pub use registry::Registry;
pub use sweep::{SweepError, SweepPlan, SweepTable, SweepTables};

/// Runs the command that the process was called with.
///
/// The exit code is 0 if all went well, 1 if a run failed or `verify` found a difference, 2 if the
/// command line or a scenario is wrong, 3 if a worker has stalled (`--deadline`), and 130 if the user
/// interrupted a run.
pub fn main(registry: Registry) -> ExitCode {
    ExitCode::from(run_main(registry).0)
}

/// As [`main`], with the exit code as a number, and whether the other processes of a run that is
/// shared by several must be told to end, since this one has failed.
pub fn run_main(registry: Registry) -> (u8, bool) {
    OrExit::before_exit(left::abandon);
    let cli = match args::parse(std::env::args_os().collect()) {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing can be done if even this cannot be printed.
            if !failure::silent() {
                let _ = error.print();
            }
            return (if error.use_stderr() { 2 } else { 0 }, false);
        }
    };
    failure::be_quiet(cli.quiet());
    match dispatch(&registry, cli) {
        Ok(()) => (0, false),
        Err(failure) => {
            failure.print();
            // These say nothing about the other processes' work.
            let own = matches!(failure, failure::Failure::Interrupted | failure::Failure::Found);
            (failure.code(), !own)
        }
    }
}

fn dispatch(registry: &Registry, cli: args::Cli) -> Result<(), failure::Failure> {
    use args::Command;
    registry.check()?;
    let alone = match &cli.command {
        Some(Command::Verify(_)) => "verify",
        Some(Command::Stress(_)) => "stress",
        Some(Command::Plot(_)) => "plot",
        Some(Command::Init(_)) => "init",
        Some(Command::New(_)) => "new",
        _ => "",
    };
    // They decide by a clock or a file of each process, and would not decide alike.
    if failure::process().1 > 1 && !alone.is_empty() {
        let problem = format!(
            "`{alone}` is for one process; on several there are `run`, \
                               `sweep`, `replay`, `snapshot`, `check` and `models`"
        );
        return Err(failure::Failure::Usage(problem));
    }
    match cli.command {
        None => run::run(registry, &cli.run),
        Some(Command::Run(args)) => run::run(registry, &args),
        Some(Command::Sweep(args)) => sweep::sweep(registry, &args),
        Some(Command::Verify(args)) => verify::verify(registry, &args),
        Some(Command::Replay(args)) => replay::replay(registry, &args),
        Some(Command::Stress(args)) => stress::stress(registry, &args),
        Some(Command::Snapshot(args)) => run::snapshot(registry, args),
        Some(Command::Plot(args)) => plot::plot(registry, &args),
        Some(Command::Check(args)) => check::check(registry, &args),
        Some(Command::Models(args)) => models::models(registry, &args),
        Some(Command::Init(args)) => init::init(registry, &args),
        Some(Command::New(args)) => new::new(registry, &args),
        Some(Command::DenyList) => failure::emit(DENY_LIST),
    }
}

/// What a model's code must not use: the configuration of clippy that holds this repository too.
const DENY_LIST: &str = include_str!("../templates/clippy.toml");

/// The example of the README is compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
