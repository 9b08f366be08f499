//! The command `flockwork` with the built-in models.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use flockwork_scheduler_native::OrExit;

/// A process that finds no memory ends with a message.
#[global_allocator]
static ALLOCATOR: OrExit = OrExit;

fn main() -> ExitCode {
    flockwork_cli::main(flockwork_cli::Registry::builtin())
}
