//! The command `flockwork-mpi`: `flockwork`, on the ranks of a job.
//!
//! ```text
//! mpirun -n 4 flockwork-mpi run scenarios/tribes-1m.toml --workers 8
//! ```

use std::process::ExitCode;
use std::time::Duration;

use flockwork_cli::Registry;
use flockwork_scheduler_mpi::{Network, OnRanks, guard, world};
use mpi::Threading;

fn main() -> ExitCode {
    let Some((universe, _)) = mpi::initialize_with_threading(Threading::Funneled) else {
        eprintln!("error: MPI was started twice");
        return ExitCode::from(1);
    };
    guard::abort_on_panic();
    let network = Network::new();
    let patience = std::env::var("FLOCKWORK_PATIENCE")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .map_or(world::PATIENCE, Duration::from_secs);
    if let Err(error) = guard::watch(&network, patience) {
        eprintln!("error: rank {}: signals cannot be watched: {error}", network.rank());
        network.abort(1);
    }
    flockwork_cli::be_process(network.rank(), network.size());
    let (code, failed) = flockwork_cli::run_main(Registry::builtin_on::<OnRanks>());
    guard::done();
    if failed {
        // The others may still be in the midst of it.
        network.abort(1);
    }
    drop(universe);
    code
}
