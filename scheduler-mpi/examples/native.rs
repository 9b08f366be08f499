//! The command `flockwork` itself: what the tests compare `flockwork-mpi` with.

use std::process::ExitCode;

fn main() -> ExitCode {
    flockwork_cli::main(flockwork_cli::Registry::builtin())
}
