//! Child processes, failures, and what the machine has.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Nothing, or why a command failed.
pub type Outcome = Result<(), Failure>;

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// For the person who ran it.
    pub message: String,
    /// The exit code: 1, or 2 if the command was called wrongly.
    pub code: u8,
}

impl Failure {
    /// What is checked does not hold.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// The command was called wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }
}

/// One thing that a command does: its name, what it is for, and how.
pub struct Step {
    /// What a person types to run it alone.
    pub name: &'static str,
    /// In a few words.
    pub about: &'static str,
    /// Does it.
    pub run: fn() -> Outcome,
}

/// Runs the steps that `wanted` names, or all of them; each prints its name and its time.
///
/// Stops at the first that fails, with a message that names it and how to run it alone.
pub fn steps(command: &str, all: &[Step], wanted: &[String]) -> Outcome {
    if wanted.iter().any(|name| name == "--list") {
        all.iter().for_each(|step| println!("{:10} {}", step.name, step.about));
        return Ok(());
    }
    let unknown = wanted.iter().find(|name| !all.iter().any(|step| step.name == **name));
    if let Some(name) = unknown {
        let known: Vec<&str> = all.iter().map(|step| step.name).collect();
        let message = format!("`{name}` is not a part of `{command}`: {}", known.join(", "));
        return Err(Failure::usage(message));
    }
    let begin = Instant::now();
    let chosen = all.iter().filter(|step| wanted.is_empty() || wanted.contains(&step.name.into()));
    for step in chosen {
        println!("== {}: {}", step.name, step.about);
        let begin = Instant::now();
        (step.run)().map_err(|failure| {
            Failure::new(format!(
                "{}\n== {} failed. To run it alone: cargo xtask {command} {}",
                failure.message, step.name, step.name
            ))
        })?;
        println!("== {}: {:.1} s", step.name, begin.elapsed().as_secs_f64());
    }
    println!("== {command} passed: {:.1} s", begin.elapsed().as_secs_f64());
    Ok(())
}

/// The repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A folder for builds apart, so that they do not push those of other flags or workspaces out.
pub fn target_folder(name: &str) -> PathBuf {
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or(root().join("target"), PathBuf::from);
    folder.join(name)
}

/// Cargo, in the repository.
pub fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(arguments);
    command
}

/// Runs a process to its end and says what it was if it failed.
pub fn finish(command: &mut Command) -> Outcome {
    let text = describe(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("`{text}` ended with {status}"))),
        Err(error) => Err(Failure::new(format!("`{text}` could not be started: {error}"))),
    }
}

/// The command line of a process, with what it adds to the environment.
fn describe(command: &Command) -> String {
    let set = command.get_envs().filter_map(|(name, value)| {
        Some(format!("{}={:?}", name.to_string_lossy(), value?.to_string_lossy()))
    });
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    set.chain(words.map(|word| word.to_string_lossy().into_owned())).collect::<Vec<_>>().join(" ")
}

/// True if the program is there and `--version` succeeds.
pub fn has_program(name: &str) -> bool {
    quiet(Command::new(name).arg("--version"))
}

/// True if the target's standard (or core) library is there, after rustup brought it if it could.
pub fn has_target(target: &str) -> bool {
    if has_library(target) {
        return true;
    }
    println!("bringing target {target}: rustup target add {target}");
    quiet(Command::new("rustup").current_dir(root()).args(["target", "add", target]))
        && has_library(target)
}

/// Says clearly that a part did not run.
pub fn skip(what: &str, why: &str) {
    println!("SKIPPED {what}: {why}");
}

fn has_library(target: &str) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let place = Command::new(rustc)
        .current_dir(root())
        .args(["--print", "target-libdir", "--target", target])
        .stderr(Stdio::null())
        .output();
    let Ok(place) = place else { return false };
    let folder = PathBuf::from(String::from_utf8_lossy(&place.stdout).trim());
    std::fs::read_dir(folder).is_ok_and(|mut files| {
        files.any(|file| {
            file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
        })
    })
}

fn quiet(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Outcome {
        Ok(())
    }

    fn bad() -> Outcome {
        finish(cargo(&["no-such-command"]).stderr(Stdio::null()).env("SHADE", "blue"))
    }

    const STEPS: &[Step] = &[
        Step { name: "good", about: "passes", run: good },
        Step { name: "bad", about: "fails", run: bad },
    ];

    #[test]
    fn a_failing_step_says_its_name_its_command_and_how_to_run_it_alone() {
        let failure = steps("test", STEPS, &[]).unwrap_err();
        assert_eq!(failure.code, 1);
        for part in ["bad failed", "cargo xtask test bad", "SHADE=\"blue\" cargo no-such-command"] {
            assert!(failure.message.contains(part), "{}", failure.message);
        }
    }

    #[test]
    fn steps_can_be_chosen_by_name_alone() {
        assert!(steps("test", STEPS, &["good".into()]).is_ok());
        assert!(steps("test", STEPS, &["--list".into()]).is_ok());
        let failure = steps("test", STEPS, &["goood".into()]).unwrap_err();
        assert_eq!(failure.code, 2);
        assert!(failure.message.contains("goood") && failure.message.contains("good, bad"));
    }

    #[test]
    fn what_is_not_there_is_not_there() {
        assert!(!has_program("no-such-program-of-flockwork"));
        assert!(!has_library("no-such-target"));
    }
}
