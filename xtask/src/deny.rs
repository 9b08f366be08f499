//! The deny-list: operations whose bits change with the build, the target or luck.
//!
//! Clippy looks for them, which knows the types, with the list that the command `flockwork` hands
//! out to authors of models. It sees what is compiled for a target and not tests, so a second
//! target shows it what the first leaves out. Orders that come from anything but ids stay with the
//! reviewer.
//!
//! What the list protects: `docs/DETERMINISM.md`.

use std::process::{Command, Stdio};

use crate::run::{Failure, Outcome, cargo, finish, has_target, root, skip, target_folder};

/// The folder of the list.
const LIST: &str = "adapters/cli/templates";

/// The crates that it binds, with the features that bring all of their code.
const BOUND: [(&[&str], &str); 2] = [
    (
        &[
            "flockwork-kernel",
            "flockwork-spatial",
            "flockwork-observables",
            "flockwork-scheduler",
            "flockwork-models",
        ],
        "--all-features",
    ),
    // Models alone: the command line that they can have computes nothing.
    (&["epidemic", "epidemic-web"], "--no-default-features"),
];

/// WebAssembly without SIMD: the other lanes of the kernel.
const OTHER_TARGET: &str = "wasm32-unknown-unknown";

/// Holds the bound crates against the list, on this machine's target and another one.
pub fn step() -> Outcome {
    let list = root().join(LIST).join("clippy.toml");
    if !list.is_file() {
        return Err(Failure::new(format!("there is no deny-list: {}", list.display())));
    }
    if !has_clippy() {
        skip("the deny-list", "there is no clippy; `rustup component add clippy` brings it");
        return Ok(());
    }
    check(None)?;
    if !has_target(OTHER_TARGET) {
        skip("the deny-list for WebAssembly", "its target is not there");
        return Ok(());
    }
    check(Some(OTHER_TARGET))
}

fn check(target: Option<&str>) -> Outcome {
    BOUND
        .iter()
        .try_for_each(|(packages, features)| finish(&mut clippy(packages, features, target)))
}

/// Clippy over the libraries of some packages, with the list.
fn clippy(packages: &[&str], features: &str, target: Option<&str>) -> Command {
    let mut command = cargo(&["clippy", "--quiet", "--no-deps", "--lib", features]);
    for package in packages {
        command.args(["--package", package]);
    }
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    // A folder apart: what was checked without the list would be taken for checked.
    command.arg("--target-dir").arg(target_folder("deny"));
    command.env("CLIPPY_CONF_DIR", root().join(LIST));
    command.arg("--");
    for kind in ["methods", "types", "macros"] {
        command.arg(format!("--deny=clippy::disallowed_{kind}"));
    }
    command
}

fn has_clippy() -> bool {
    let version =
        cargo(&["clippy", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_binds_whatever_computes_and_nothing_else() {
        let command = |(packages, features): &(&[&str], &str)| {
            let command = clippy(packages, features, None);
            command.get_args().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        let words: Vec<String> = BOUND.iter().flat_map(command).collect();
        let metadata = cargo(&["metadata", "--no-deps", "--format-version=1"]).output().unwrap();
        let members = String::from_utf8(metadata.stdout).unwrap();
        let computes = ["kernel", "spatial", "observables", "scheduler", "models"]
            .map(|name| format!("flockwork-{name}"));
        for package in computes.iter().map(String::as_str).chain(["epidemic", "epidemic-web"]) {
            assert!(members.contains(&format!("\"name\":\"{package}\"")), "{package}");
            assert!(words.iter().any(|word| word == package), "{package}");
        }
        for package in ["flockwork-cli", "flockwork-scheduler-native", "benches", "xtask"] {
            assert!(!words.iter().any(|word| word == package), "{package}");
        }
    }
}
