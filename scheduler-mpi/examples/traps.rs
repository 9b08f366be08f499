//! The command `flockwork-mpi` with a model that panics where it is told to, for the tests.

#![allow(missing_docs, dead_code)]

use std::process::ExitCode;

use flockwork_cli::Registry;
use flockwork_scheduler_mpi::{OnRanks, command};

#[path = "../../scheduler/tests/domains/dots.rs"]
mod dots;

fn main() -> ExitCode {
    command::main(Registry::builtin_on::<OnRanks>().with_on::<dots::Dots, OnRanks>())
}
