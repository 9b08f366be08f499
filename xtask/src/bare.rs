//! The `no_std` crates, built for targets that have no standard library.

use crate::run::{Outcome, cargo, finish, has_target, skip};

/// The crates that need no standard library.
const CRATES: [&str; 4] =
    ["flockwork-kernel", "flockwork-spatial", "flockwork-scheduler", "flockwork-models"];

/// A microcontroller without any operating system, and WebAssembly without one.
const TARGETS: [&str; 2] = ["thumbv7em-none-eabihf", "wasm32-unknown-unknown"];

/// Builds them for each target that is there or that rustup brings.
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
        println!("{} build for {target}", CRATES.join(", "));
    }
    Ok(())
}
