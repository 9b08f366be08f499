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
#[derive(Clone, Copy)]
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
    chosen.clone().try_for_each(|step| one(command, step))?;
    if chosen.count() > 1 {
        passed(command, begin);
    }
    Ok(())
}

/// Runs a step, and prints its name and its time.
pub fn one(command: &str, step: &Step) -> Outcome {
    println!("== {}: {}", step.name, step.about);
    let (begin, used) = (Instant::now(), processor_seconds());
    (step.run)().map_err(|failure| {
        Failure::new(format!(
            "{}\n== {} failed. To run it alone: cargo xtask {command} {}",
            failure.message, step.name, step.name
        ))
    })?;
    let seconds = begin.elapsed().as_secs_f64();
    match processor_seconds().zip(used) {
        Some((now, then)) => {
            println!("== {}: {seconds:.1} s, {:.1} s of processors", step.name, now - then)
        }
        None => println!("== {}: {seconds:.1} s", step.name),
    }
    Ok(())
}

/// Says that all steps have passed.
pub fn passed(command: &str, begin: Instant) {
    println!("== {command} passed: {:.1} s", begin.elapsed().as_secs_f64());
}

/// What all processes have used that this one has started and seen end; where the system tells it.
///
/// It is what a step costs whatever else the machine does.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    children_seconds(&stat)
}

/// The 16th and the 17th number of the file: hundredths of seconds, on every Linux there is.
fn children_seconds(stat: &str) -> Option<f64> {
    // The 2nd is a name in parentheses, which may have spaces.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut numbers = rest.split_whitespace().skip(13).map(str::parse::<f64>);
    Some((numbers.next()?.ok()? + numbers.next()?.ok()?) / 100.0)
}

/// The repository that is worked in.
///
/// Found when it runs: a `target` folder may be shared by checkouts or copied with one, and cargo
/// then takes this program for fresh, so what it was compiled with may be the path of another one.
pub fn root() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    // Cargo sets it for what it runs. Without a repository every file is missed by name.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    find_root(manifest.as_deref(), &here).unwrap_or(here)
}

/// The repository of the package that cargo says it runs, or the one around a folder.
fn find_root(manifest: Option<&Path>, here: &Path) -> Option<PathBuf> {
    let outwards = manifest.into_iter().chain([here]).flat_map(Path::ancestors);
    outwards.map(Path::to_path_buf).find(|folder| folder.join("xtask/src/run.rs").is_file())
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
    fn the_repository_is_the_one_that_cargo_runs_in_and_not_the_one_of_the_build() {
        let folder = std::env::temp_dir().join(format!("flockwork-xtask-{}", std::process::id()));
        let place = |name: &str| {
            let root = folder.join(name);
            std::fs::create_dir_all(root.join("xtask/src")).unwrap();
            std::fs::write(root.join("xtask/src/run.rs"), "").unwrap();
            root
        };
        let (one, other) = (place("one"), place("other"));
        // `cargo run` with a manifest elsewhere, from within, from a folder below, from nowhere.
        assert_eq!(find_root(Some(&one.join("xtask")), &other), Some(one.clone()));
        assert_eq!(find_root(None, &other), Some(other.clone()));
        assert_eq!(find_root(None, &other.join("xtask/src")), Some(other));
        assert_eq!(find_root(Some(&one.join("xtask/src")), Path::new("/")), Some(one));
        assert_eq!(find_root(None, &folder), None);
        std::fs::remove_dir_all(folder).unwrap();
    }

    /// Every source file of the repository.
    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !["target", "node_modules", ".git"].contains(&&*name) {
                sources(&path, found);
            } else if name.ends_with(".rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn no_code_keeps_the_path_of_the_checkout_in_which_it_was_compiled() {
        let mut files = Vec::new();
        sources(&root(), &mut files);
        assert!(files.len() > 100, "{} files", files.len());
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            for kept in ["MANIFEST_DIR", "BIN_EXE_", "TARGET_TMPDIR", "WORKSPACE_DIR"] {
                let found = text.contains(&format!("env!(\"CARGO_{kept}"));
                assert!(!found, "{}: CARGO_{kept}: ask when it runs", file.display());
            }
        }
    }

    #[test]
    fn the_time_of_ended_processes_is_read() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194560 900 800 0 0 11 12 250 50 20 0 1 0 99 1 2\n";
        assert_eq!(children_seconds(stat), Some(3.0));
        assert_eq!(children_seconds("7 (a) S 1"), None);
        assert_eq!(processor_seconds().is_some(), cfg!(target_os = "linux"));
    }

    #[test]
    fn what_is_not_there_is_not_there() {
        assert!(!has_program("no-such-program-of-flockwork"));
        assert!(!has_library("no-such-target"));
    }
}
