//! No operation of lanes is left as a call.
//!
//! Lanes of an instruction set that is chosen at run time are fast only where everything between
//! `flockwork_kernel::isa::dispatch` and an operation is inlined into one function. Where one
//! `#[inline(always)]` is missing, an operation becomes a function of its own, its bits stay right
//! and a pass takes tens of times as long. So a build without link-time optimisation, which
//! inlines no more than it must, is searched for such functions: their names are those of the
//! intrinsics of the standard library.

use std::process::Command;

use crate::run::{Failure, Outcome, cargo, has_program, skip, target_folder};

/// What the names of the intrinsics of AVX2 and AVX-512VL begin with.
const INTRINSIC: &str = "_mm256_";

/// Builds all models over threads as a program of a user's would be, and reads its symbols.
pub fn step() -> Outcome {
    if !cfg!(target_arch = "x86_64") {
        skip("lanes", "only x86-64 has sets that are chosen at run time");
        return Ok(());
    }
    if !has_program("nm") {
        skip("lanes", "nm is needed: apt-get install binutils");
        return Ok(());
    }
    let program = program()?;
    let output = Command::new("nm").arg(&program).output();
    let output = output.map_err(|error| Failure::new(format!("nm {program}: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !text.contains("flockwork_kernel") {
        return Err(Failure::new(format!("{program} has no symbols of ours to read")));
    }
    let calls = calls(&text);
    if calls.is_empty() {
        println!("no operation of lanes is a function of its own");
        return Ok(());
    }
    Err(Failure::new(format!(
        "operations of lanes that were not inlined; what calls them lacks `#[inline(always)]`, or \
         is a closure:\n{}",
        calls.join("\n")
    )))
}

/// The symbols that are operations of lanes.
fn calls(symbols: &str) -> Vec<&str> {
    symbols.lines().filter(|line| line.contains(INTRINSIC)).collect()
}

/// The test binary of all models, without link-time optimisation.
fn program() -> Result<String, Failure> {
    let mut command = cargo(&["test", "--no-run", "--profile", "quick", "--message-format=json"]);
    command.args(["--package", "flockwork-scheduler-native", "--test", "conformance"]);
    // The flags of whoever calls this must not bring the instructions in question.
    command.env("CARGO_ENCODED_RUSTFLAGS", "").env("CARGO_TARGET_DIR", target_folder("golden"));
    command.stderr(std::process::Stdio::inherit());
    let output = command
        .output()
        .map_err(|error| Failure::new(format!("cargo could not be started: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    executable(&text)
        .filter(|_| output.status.success())
        .ok_or_else(|| Failure::new("the models could not be built without link-time optimisation"))
}

/// The path in cargo's message about the program that it has built.
fn executable(messages: &str) -> Option<String> {
    let (_, rest) = messages.rsplit_once("\"executable\":\"")?;
    rest.split_once('"').map(|(path, _)| path.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intrinsic_among_the_symbols_is_found() {
        let symbols = "0001 t _ZN4core9core_arch3x863avx13_mm256_add_ps17hb1E\n0002 T main\n";
        assert_eq!(calls(symbols).len(), 1);
        assert!(calls("0002 T main\n").is_empty());
    }

    #[test]
    fn the_program_is_the_one_that_cargo_names_last() {
        let messages = "{\"executable\":null}\n{\"executable\":\"/a/b-1\",\"fresh\":true}\n";
        assert_eq!(executable(messages), Some("/a/b-1".to_string()));
        assert_eq!(executable("{\"executable\":null}"), None);
    }
}
