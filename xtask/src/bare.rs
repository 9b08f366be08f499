//! The `no_std` crates, built for targets that have no standard library, and a program with them that
//! runs on an emulated microcontroller.

use std::process::{Command, Stdio};

use crate::run::{
    Failure, Outcome, cargo, finish, has_program, has_target, root, skip, target_folder,
};

/// The crates that need no standard library.
const CRATES: [&str; 4] =
    ["flockwork-kernel", "flockwork-spatial", "flockwork-scheduler", "flockwork-models"];

/// A microcontroller without any operating system, and WebAssembly without one.
const TARGETS: [&str; 2] = ["thumbv7em-none-eabihf", "wasm32-unknown-unknown"];

/// The program: a workspace of its own.
const EXAMPLE: &str = "examples/microcontroller";

/// The board that it runs on.
const BOARD: [&str; 11] = [
    "-machine",
    "mps2-an386",
    "-cpu",
    "cortex-m4",
    "-nographic",
    "-monitor",
    "none",
    "-serial",
    "null",
    "-semihosting-config",
    "enable=on,target=native",
];

/// Builds them for each target that is there or that rustup brings, then runs the program.
pub fn step() -> Outcome {
    for target in TARGETS {
        if !has_target(target) {
            skip(target, "rustup cannot bring it: rustup target add");
            continue;
        }
        let mut command = cargo(&["build", "--quiet", "--target", target]);
        for name in CRATES {
            command.args(["--package", name]);
        }
        finish(&mut command)?;
        finish(&mut example(&["build", "--lib", "--target", target]))?;
        println!("{} and {EXAMPLE} build for {target}", CRATES.join(", "));
    }
    microcontroller()
}

/// Runs the program here and on the board, and compares both with what is known.
fn microcontroller() -> Outcome {
    let golden = root().join(EXAMPLE).join("golden.txt");
    let golden = std::fs::read_to_string(&golden)
        .map_err(|error| Failure::new(format!("{}: {error}", golden.display())))?;
    compare("here", &golden, &mut example(&["run"]))?;
    let target = TARGETS[0];
    if !has_target(target) {
        skip("the microcontroller", "its target is not there");
        return Ok(());
    }
    if !has_program("qemu-system-arm") {
        skip("the microcontroller", "an emulator is needed: apt-get install qemu-system-arm");
        return Ok(());
    }
    finish(&mut example(&["build", "--release", "--target", target]))?;
    let program = folder().join(target).join("release/flockwork-microcontroller");
    let mut board = Command::new("timeout");
    board.args(["120", "qemu-system-arm"]).args(BOARD).arg("-kernel").arg(program);
    compare("on a Cortex-M4", &golden, &mut board)
}

/// Where the program is built.
fn folder() -> std::path::PathBuf {
    target_folder("microcontroller")
}

/// Cargo, for the program.
fn example(arguments: &[&str]) -> Command {
    let mut command = cargo(&arguments[..1]);
    command.args(["--quiet", "--manifest-path"]).arg(format!("{EXAMPLE}/Cargo.toml"));
    command.args(&arguments[1..]).env("CARGO_TARGET_DIR", folder());
    command
}

/// Holds the line that a program prints against the one that is known.
fn compare(place: &str, golden: &str, command: &mut Command) -> Outcome {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| Failure::new(format!("{EXAMPLE} {place}: {error}")))?;
    let found = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || found.trim() != golden.trim() {
        return Err(Failure::new(format!(
            "{EXAMPLE} {place} ended with {} and printed {:?}; the fingerprint is {}",
            output.status,
            found.trim(),
            golden.trim()
        )));
    }
    println!("{EXAMPLE} {place}: {}", golden.trim());
    Ok(())
}
