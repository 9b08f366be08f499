//! The command `flockwork` with the built-in models.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    flockwork_cli::main(flockwork_cli::Registry::builtin())
}
