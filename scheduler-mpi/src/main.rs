//! The command `flockwork-mpi`: `flockwork`, on the ranks of a job.
//!
//! ```text
//! mpirun -n 4 flockwork-mpi run scenarios/tribes-1m.toml --workers 8
//! ```
//!
//! For what its environment says see [`flockwork_scheduler_mpi::command`].

use std::process::ExitCode;

use flockwork_cli::Registry;
use flockwork_scheduler_mpi::{OnRanks, command};
use flockwork_scheduler_native::OrExit;

/// A rank that finds no memory ends the job with a message.
#[global_allocator]
static ALLOCATOR: OrExit = OrExit;

fn main() -> ExitCode {
    command::main(Registry::builtin_on::<OnRanks>())
}
