//! The Bevy plugins: tests without a window, the example, and a build for pages.
//!
//! `adapters/bevy/` is a workspace of its own, so that all else builds without Bevy.

use std::process::Command;

use crate::run::{Failure, Outcome, cargo, finish, has_target, root, skip, target_folder};

const MANIFEST: &str = "adapters/bevy/Cargo.toml";

/// What pages are built for.
const PAGES: &str = "wasm32-unknown-unknown";

/// The oldest Rust that Bevy is built with.
const RUST: (u32, u32) = (1, 95);

/// What the example prints after so many ticks: as `flockwork run scenarios/boids-100k.toml` does.
const TICKS: &str = "5";
const FINGERPRINT: &str = "8df9eecb497bacaf";

/// As a step of the test command.
pub fn step() -> Outcome {
    if rust().is_none_or(|version| version < RUST) {
        let (major, minor) = RUST;
        skip("bevy", &format!("Bevy needs Rust {major}.{minor} or newer"));
        return Ok(());
    }
    finish(bevy("fmt").arg("--check"))?;
    let clippy = ["--quiet", "--all-targets", "--profile", "test", "--", "--deny=warnings"];
    finish(bevy("clippy").args(clippy))?;
    finish(bevy("test").args(["--quiet", "--features", "scenario"]))?;
    example()?;
    if !has_target(PAGES) {
        skip("bevy, on pages", &format!("there is no target {PAGES}, and rustup cannot bring it"));
        return Ok(());
    }
    let pages = ["--quiet", "--lib", "--no-default-features", "--target", PAGES];
    finish(bevy("check").args(pages))
}

/// The example comes to the fingerprint of the scenario, on threads and with everybody mirrored.
fn example() -> Outcome {
    let mut run = bevy("run");
    run.args(["--quiet", "--features", "scenario", "--profile", "test", "--example", "flock"]);
    run.args(["--", "--ticks", TICKS]);
    let run = run.args(["--workers", "2", "--mirror"]);
    let output = run.output().map_err(|error| Failure::new(format!("cargo: {error}")))?;
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && said.contains(FINGERPRINT) {
        return Ok(());
    }
    let error = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("the example `flock` says {said}{error}instead of {FINGERPRINT}")))
}

/// The version of the compiler.
fn rust() -> Option<(u32, u32)> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).current_dir(root()).arg("--version").output().ok()?;
    version(&String::from_utf8_lossy(&output.stdout))
}

/// Major and minor of what `rustc --version` says.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.split_whitespace().nth(1)?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Cargo in that workspace.
fn bevy(command: &str) -> Command {
    let mut command = cargo(&[command, "--manifest-path", MANIFEST]);
    command.env("CARGO_TARGET_DIR", target_folder("bevy"));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_the_compiler_is_read() {
        assert_eq!(version("rustc 1.95.0 (59807616e 2026-04-14)"), Some((1, 95)));
        assert_eq!(version("rustc 2.0.0-nightly"), Some((2, 0)));
        assert!(version("rustc 1.100.3").unwrap() > RUST && version("").is_none());
    }
}
