//! The tests of the MPI scheduler, under every MPI that is there.
//!
//! `scheduler-mpi/` is a workspace of its own, so that all else builds without MPI. Its tests
//! run the command `flockwork-mpi` on several ranks of this machine, once for each MPI: launchers
//! differ most in what they do when a rank dies.

use std::process::Command;

use crate::run::{Failure, Outcome, cargo, finish, has_program, skip, target_folder};

/// An implementation of MPI.
struct Mpi {
    name: &'static str,
    /// Its compiler wrapper and its launcher, as Debian calls them beside those of others.
    compiler: &'static str,
    launcher: &'static str,
    /// The packages of Debian that bring them.
    packages: [&'static str; 2],
}

const ALL: [Mpi; 2] = [
    Mpi {
        name: "openmpi",
        compiler: "mpicc.openmpi",
        launcher: "mpirun.openmpi",
        packages: ["libopenmpi-dev", "openmpi-bin"],
    },
    Mpi {
        name: "mpich",
        compiler: "mpicc.mpich",
        launcher: "mpiexec.mpich",
        packages: ["libmpich-dev", "mpich"],
    },
];

/// Where there is one MPI alone, or not from Debian.
const USUAL: Mpi = Mpi { name: "mpi", compiler: "mpicc", launcher: "mpirun", packages: ["", ""] };

/// What builds need beside MPI: bindings are made from its headers.
const CLANG: [&str; 2] = ["libclang-dev", "clang"];

/// `cargo xtask mpi-test`: brings what is missing if it may, then runs the tests under each MPI;
/// `--soak` also the long ones.
pub fn command(arguments: &[String]) -> Outcome {
    let soak = match arguments {
        [] => false,
        [flag] if flag == "--soak" => true,
        _ => return Err(Failure::usage("`mpi-test` takes nothing but `--soak`")),
    };
    let missing: Vec<&Mpi> = ALL.iter().filter(|mpi| !mpi.is_there()).collect();
    if !missing.is_empty() || !has_program("clang") {
        install(&missing);
    }
    let found = there()?;
    test(&found)?;
    for mpi in &found {
        if soak {
            let mut command = mpi.cargo("test");
            command.args(["--test", "ranks", "--", "--ignored", "--nocapture", "--test-threads=1"]);
            finish(&mut command)?;
        }
    }
    Ok(())
}

/// The same as a step of the test command, which installs nothing.
pub fn step() -> Outcome {
    let bring = "`cargo xtask mpi-test` brings it";
    if !has_program("clang") {
        skip("mpi", &format!("there is no clang: {bring}"));
        return Ok(());
    }
    let found: Vec<&Mpi> = ALL.iter().filter(|mpi| mpi.is_there()).collect();
    if found.is_empty() && USUAL.is_there() {
        return test(&[&USUAL]);
    }
    for mpi in ALL.iter().filter(|mpi| !mpi.is_there()) {
        skip(&format!("mpi, {}", mpi.name), &format!("there is no {}: {bring}", mpi.compiler));
    }
    test(&found)
}

/// Those that are there.
fn there() -> Result<Vec<&'static Mpi>, Failure> {
    let mut found: Vec<&Mpi> = ALL.iter().filter(|mpi| mpi.is_there()).collect();
    if found.is_empty() && USUAL.is_there() {
        found.push(&USUAL);
    }
    if found.is_empty() || !has_program("clang") {
        let why = "there is no MPI, or no clang: install Open MPI or MPICH with its compiler wrapper, \
                   and clang with its library";
        return Err(Failure::new(why));
    }
    Ok(found)
}

/// Has Debian bring what is missing. What it cannot bring is missed, and named, afterwards.
fn install(missing: &[&Mpi]) {
    let packages = missing.iter().flat_map(|mpi| mpi.packages).chain(CLANG);
    let packages: Vec<&str> = packages.collect();
    println!("bringing MPI: apt-get install {}", packages.join(" "));
    let mut command = Command::new("apt-get");
    command.args(["install", "--yes", "--no-install-recommends"]).args(packages);
    if let Err(failure) = finish(command.env("DEBIAN_FRONTEND", "noninteractive")) {
        println!("{}", failure.message);
    }
}

fn test(all: &[&Mpi]) -> Outcome {
    let Some(first) = all.first() else { return Ok(()) };
    finish(&mut cargo(&["fmt", "--manifest-path", MANIFEST, "--check"]))?;
    let mut clippy = first.cargo("clippy");
    finish(clippy.args(["--quiet", "--all-targets", "--", "--deny=warnings"]))?;
    for mpi in all {
        println!("with {}", mpi.compiler);
        // Two at a time: each test has several ranks, which have threads.
        finish(mpi.cargo("test").args(["--", "--test-threads=2"]))?;
    }
    Ok(())
}

const MANIFEST: &str = "scheduler-mpi/Cargo.toml";

impl Mpi {
    fn is_there(&self) -> bool {
        has_program(self.compiler) && has_program(self.launcher)
    }

    /// Cargo in that workspace, with a profile that builds fast and runs fast enough. In one folder
    /// for all: what depends on MPI is built anew for each, and a test that met the wrong one would
    /// say so.
    fn cargo(&self, command: &str) -> Command {
        let mut command = cargo(&[command, "--manifest-path", MANIFEST, "--profile", "quick"]);
        command.env("MPICC", self.compiler).env("MPIRUN", self.launcher);
        command.env("CARGO_TARGET_DIR", target_folder("mpi"));
        command
    }
}
