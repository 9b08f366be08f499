//! The golden fingerprints under other builds: one number on every target.
//!
//! `cargo test` covers the build that tests have anyway. The builds here differ in optimisation,
//! instruction set or architecture. The golden numbers live with the tests that hold them:
//! `kernel/tests/golden.rs` and `scheduler/golden/conformance.txt`.

use std::process::Command;

use crate::run::{
    Outcome, Step, cargo, finish, has_program, has_target, root, skip, steps, target_folder,
};

const BUILDS: &[Step] = &[
    Step { name: "debug", about: "no optimisation, small worlds", run: debug },
    Step {
        name: "release",
        about: "as it is shipped, link-time optimisation and all",
        run: release,
    },
    Step { name: "native", about: "every instruction this processor has", run: native },
    Step { name: "wasm", about: "WebAssembly in Node, with SIMD and without", run: wasm },
    Step {
        name: "aarch64",
        about: "64-bit ARM, under QEMU where it is another machine",
        run: aarch64,
    },
];

/// All models without threads, under every cut.
const CUTS: &str = "the_loopback_is_the_specification";

/// The same under one cut. A build changes arithmetic, which meets nothing new under the others.
const ONE_CUT: &str = "one_cut_has_the_fingerprints";

/// Runs the builds that `arguments` names, or all.
pub fn command(arguments: &[String]) -> Outcome {
    steps("golden", BUILDS, arguments)
}

/// The part that the test command has time for: each build with the small worlds under one cut.
pub fn step() -> Outcome {
    unoptimised(ONE_CUT)?;
    optimised("golden-native", &["-Ctarget-cpu=native"], &["--profile", "quick"], Some(ONE_CUT))?;
    in_node(ONE_CUT)?;
    on_arm(ONE_CUT)
}

fn debug() -> Outcome {
    unoptimised(CUTS)
}

fn unoptimised(only: &'static str) -> Outcome {
    optimised("golden", &[], &["--profile", "dev"], Some(only))
}

fn release() -> Outcome {
    optimised("golden", &[], &["--release"], None)
}

fn native() -> Outcome {
    optimised("golden-native", &["-Ctarget-cpu=native"], &["--release"], None)
}

/// Runs the goldens of this machine under compiler flags and a profile; all of the conformance
/// suite, or the one test of it that `only` names.
fn optimised(
    folder: &str,
    flags: &[&str],
    profile: &[&str],
    only: Option<&'static str>,
) -> Outcome {
    for test in goldens(only) {
        let mut command = cargo(&["test", "--quiet"]);
        command.args(profile).args(test).env("CARGO_TARGET_DIR", target_folder(folder));
        if !flags.is_empty() {
            command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
        }
        finish(&mut command)?;
    }
    Ok(())
}

/// The arguments of the two test binaries that hold goldens.
fn goldens(only: Option<&'static str>) -> [Vec<&'static str>; 2] {
    let kernel = vec!["--package", "flockwork-kernel", "--test", "golden", "--test", "parity"];
    let mut models = vec!["--package", "flockwork-scheduler-native", "--test", "conformance"];
    models.extend(only);
    [kernel, models]
}

fn wasm() -> Outcome {
    in_node(CUTS)
}

fn in_node(only: &'static str) -> Outcome {
    const TARGET: &str = "wasm32-wasip1";
    if node_major().is_none_or(|major| major < 20) {
        skip("wasm", "Node 20 or newer is needed to run WebAssembly");
        return Ok(());
    }
    if !has_target(TARGET) {
        skip("wasm", "rustup cannot bring its standard library: rustup target add wasm32-wasip1");
        return Ok(());
    }
    let script = root().join("xtask/wasi.mjs");
    let runner = ["node", "--no-warnings", &script.to_string_lossy()];
    let [kernel, models] = goldens(Some(only));
    elsewhere(TARGET, &runner, "-Ctarget-feature=+simd128", &[&kernel, &models])?;
    // Without SIMD the lanes are other code; it is what becomes JavaScript.
    elsewhere(TARGET, &runner, "-Ctarget-feature=-simd128", &[&kernel])
}

/// The major version of Node, if it is there.
fn node_major() -> Option<u32> {
    let version = Command::new("node").arg("--version").output().ok()?;
    major_of(&String::from_utf8_lossy(&version.stdout))
}

/// 20 of `v20.11.1`.
fn major_of(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn aarch64() -> Outcome {
    on_arm(CUTS)
}

fn on_arm(only: &'static str) -> Outcome {
    const TARGET: &str = "aarch64-unknown-linux-musl";
    let emulators = ["qemu-aarch64-static", "qemu-aarch64"];
    let runner = match emulators.iter().find(|name| has_program(name)) {
        _ if cfg!(target_arch = "aarch64") => vec![],
        Some(name) => vec![*name],
        None => {
            skip("aarch64", "QEMU is needed: apt-get install qemu-user-static");
            return Ok(());
        }
    };
    if !has_target(TARGET) {
        skip("aarch64", "rustup cannot bring its standard library: rustup target add");
        return Ok(());
    }
    // The target brings its own C library, and Rust its own linker: no foreign compiler is needed.
    let [kernel, models] = goldens(Some(only));
    elsewhere(TARGET, &runner, "-Clinker=rust-lld", &[&kernel, &models])
}

/// Runs tests on another target, with a compiler flag, through the program that runs its binaries.
fn elsewhere(target: &str, runner: &[&str], flag: &str, tests: &[&[&str]]) -> Outcome {
    for test in tests {
        let mut command = cargo(&["test", "--quiet", "--profile", "quick", "--target", target]);
        if !runner.is_empty() {
            command.args(["--config", &format!("target.{target}.runner={runner:?}")]);
        }
        command.args(*test).env("CARGO_TARGET_DIR", target_folder("golden"));
        finish(command.env("CARGO_ENCODED_RUSTFLAGS", flag))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(major_of("v20.11.1\n"), Some(20));
        assert_eq!(major_of("v9.0.0"), Some(9));
        assert_eq!(major_of("node"), None);
    }

    #[test]
    fn the_golden_tests_are_where_the_builds_look_for_them() {
        let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
        let suite = read("scheduler-native/tests/conformance.rs");
        for only in [CUTS, ONE_CUT] {
            assert!(suite.contains(&format!("fn {only}()")), "{only}");
        }
        assert!(read("kernel/tests/golden.rs").contains("#[test]"));
        assert!(read("kernel/tests/parity.rs").contains("#[test]"));
    }
}
