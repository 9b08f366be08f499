//! The tests of the MPI scheduler, where MPI is there.
//!
//! `scheduler-mpi/` is a workspace of its own, so that all else builds without MPI. Its tests
//! run the command `flockwork-mpi` on several ranks of this machine.

use std::process::Command;

use crate::run::{Failure, Outcome, cargo, finish, has_program, skip};

/// What its build and its tests call.
const PROGRAMS: [&str; 3] = ["mpicc", "mpirun", "clang"];

/// The packages of Debian that bring them.
const PACKAGES: [&str; 4] = ["libopenmpi-dev", "openmpi-bin", "libclang-dev", "clang"];

/// `cargo xtask mpi-test`: brings MPI if it may, then runs the tests; `--soak` also the long ones.
pub fn command(arguments: &[String]) -> Outcome {
    let soak = match arguments {
        [] => false,
        [flag] if flag == "--soak" => true,
        _ => return Err(Failure::usage("`mpi-test` takes nothing but `--soak`")),
    };
    if !missing().is_empty() {
        install()?;
    }
    test()?;
    if soak {
        let mut command = mpi("test");
        command.args(["--test", "ranks", "--", "--ignored", "--nocapture", "--test-threads=1"]);
        finish(&mut command)?;
    }
    Ok(())
}

/// The same as a step of the test command, which installs nothing.
pub fn step() -> Outcome {
    let missing = missing();
    if missing.is_empty() {
        return test();
    }
    let why = format!("there is no {}: `cargo xtask mpi-test` brings it", missing.join(", no "));
    skip("mpi", &why);
    Ok(())
}

fn missing() -> Vec<&'static str> {
    PROGRAMS.into_iter().filter(|program| !has_program(program)).collect()
}

fn install() -> Outcome {
    println!("bringing MPI: apt-get install {}", PACKAGES.join(" "));
    let mut command = Command::new("apt-get");
    command.args(["install", "--yes", "--no-install-recommends"]).args(PACKAGES);
    let installed = finish(command.env("DEBIAN_FRONTEND", "noninteractive"));
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let why = installed.err().map_or(String::new(), |failure| format!("{}\n", failure.message));
    Err(Failure::new(format!(
        "{why}there is no {}: install an MPI (Open MPI or MPICH) with its compiler wrapper, and \
         clang with its library",
        missing.join(", no ")
    )))
}

fn test() -> Outcome {
    finish(&mut cargo(&["fmt", "--manifest-path", MANIFEST, "--check"]))?;
    let mut clippy = mpi("clippy");
    finish(clippy.args(["--quiet", "--all-targets", "--", "--deny=warnings"]))?;
    // Two at a time: each test has several ranks, which have threads.
    finish(mpi("test").args(["--", "--test-threads=2"]))
}

const MANIFEST: &str = "scheduler-mpi/Cargo.toml";

/// Cargo in that workspace, with a profile that builds fast and runs fast enough.
fn mpi(command: &str) -> Command {
    cargo(&[command, "--manifest-path", MANIFEST, "--profile", "quick"])
}
