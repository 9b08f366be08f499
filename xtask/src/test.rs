//! `cargo xtask test`: all that must hold before a change is taken, cheapest first.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::run::{Failure, Outcome, Step, cargo, finish, one, passed, root, steps, target_folder};
use crate::{bare, bevy, c, circles, deny, fuzz, golden, lanes, mpi, paths, python, web, web_rust};

/// What finds most mistakes soonest, before all else.
const FIRST: &[Step] = &[
    Step { name: "format", about: "the code is formatted", run: format },
    Step { name: "deny", about: "no operation whose bits change with the build", run: deny::step },
    Step { name: "paths", about: "every path that the documents name exists", run: paths::step },
    Step { name: "circles", about: "no file uses one that uses it", run: circles::step },
    Step { name: "clippy", about: "no warning of the compiler or of clippy", run: clippy },
];

/// Steps that build in the folder of every build, or share what they make.
const HERE: &[Step] = &[
    Step { name: "unit", about: "the tests of all crates", run: unit },
    Step { name: "small", about: "the command without what a build can leave out", run: small },
    Step { name: "doc", about: "the examples in the documentation run", run: doctests },
    Step { name: "rustdoc", about: "the documentation builds without a warning", run: rustdoc },
    Step { name: "bare", about: "no_std crates build without a standard library", run: bare::step },
    Step { name: "web", about: "every tier in Node.js: the same bits", run: web::step },
    Step { name: "web-rust", about: "pages in Rust: the class, a crowd", run: web_rust::step },
];

/// Steps that build in folders of their own, which nothing of [`HERE`] waits for, and what would make
/// those of [`HERE`] the longer ones.
const BESIDE: &[Step] = &[
    Step { name: "golden", about: "one fingerprint under every build", run: golden::step },
    Step { name: "lanes", about: "no operation of lanes is left as a call", run: lanes::step },
    Step { name: "fuzz", about: "every fuzz target, for some seconds", run: fuzz::step },
    Step { name: "python", about: "the wheel in Python: the same bits", run: python::step },
    Step { name: "mpi", about: "ranks: the same bits, restarts, failures", run: mpi::step },
    Step {
        name: "bevy",
        about: "the Bevy plugins without a window, and for pages",
        run: bevy::step,
    },
    // In the folder of `unit`, of which it takes what is built by then.
    Step { name: "c", about: "the C face from C and C++, under AddressSanitizer", run: c::step },
];

/// Folders of builds that a step alone has, in `target`. With [`SPARE`] they go once it has passed.
const ALONE: &[(&str, &[&str])] = &[
    ("deny", &["deny"]),
    ("unit", &["tests-of-cli"]),
    ("bare", &["microcontroller"]),
    ("c", &["c-test"]),
    // The step `golden` builds in the first of them too, just before.
    ("lanes", &["golden", "golden-native"]),
    ("fuzz", &["fuzz"]),
    ("python", &["python"]),
    ("mpi", &["mpi"]),
    ("bevy", &["bevy"]),
];

/// Set where nothing is built a second time: everything at once takes twice the room.
const SPARE: &str = "FLOCKWORK_SPARE_DISK";

/// Workspaces of their own: one is built with flags of its own, one needs MPI, one Python, others other
/// libraries.
const APART: [&str; 7] = [
    "fuzz/Cargo.toml",
    "scheduler-mpi/Cargo.toml",
    "benches/peers/Cargo.toml",
    "adapters/bevy/Cargo.toml",
    "adapters/python/Cargo.toml",
    "adapters/web-rust/Cargo.toml",
    "examples/microcontroller/Cargo.toml",
];

/// Runs the steps that `arguments` names one after the other, or all: then those of [`BESIDE`] beside
/// those of [`HERE`], since much in both is one program on one processor.
pub fn command(arguments: &[String]) -> Outcome {
    if !arguments.is_empty() {
        return steps("test", &[FIRST, HERE, BESIDE].concat(), arguments);
    }
    let begin = Instant::now();
    // Found before a build of the tests may have put another one in its place.
    let program = std::env::current_exe();
    let program = program.map_err(|error| Failure::new(format!("this program: {error}")))?;
    let then_swept = |outcome: Outcome, step: &Step| outcome.and_then(|()| sweep(step));
    FIRST.iter().try_for_each(|step| then_swept(one("test", step), step))?;
    both(
        |step| then_swept(apart(&program, step, None), step),
        |step| then_swept(beside(&program, step), step),
    )?;
    passed("test", begin);
    Ok(())
}

/// Runs the steps of [`HERE`] by one function while another thread runs those of [`BESIDE`] by the
/// other. No step begins after one has failed.
fn both(here: impl Fn(&Step) -> Outcome, beside: impl Fn(&Step) -> Outcome + Sync) -> Outcome {
    let failed = AtomicBool::new(false);
    let all = |steps: &[Step], run: &dyn Fn(&Step) -> Outcome| {
        for step in steps.iter().take_while(|_| !failed.load(Ordering::Relaxed)) {
            run(step).inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| all(BESIDE, &beside));
        let own = all(HERE, &here);
        let other = other.join().unwrap_or_else(|_| Err(Failure::new("a step has panicked")));
        match (own, other) {
            (Err(one), Err(two)) => Err(Failure::new(format!("{}\n{}", one.message, two.message))),
            (own, other) => own.and(other),
        }
    })
}

/// Runs a step in a process of its own, whose processor time is its own too.
fn apart(program: &Path, step: &Step, log: Option<File>) -> Outcome {
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", step.name));
    let mut command = Command::new(program);
    command.args(["test", step.name]);
    if let Some(log) = log {
        command.stdout(log.try_clone().map_err(failed)?).stderr(log);
    }
    let status = command.status().map_err(failed)?;
    // Why, it has said itself.
    status.success().then_some(()).ok_or_else(|| Failure::new(format!("== {} failed", step.name)))
}

/// The same, and shows what it said once it has ended, so that it does not stand between the lines of
/// another.
fn beside(program: &Path, step: &Step) -> Outcome {
    println!("== {} begins beside it", step.name);
    let log = target_folder("test").join(format!("{}.log", step.name));
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", log.display()));
    std::fs::create_dir_all(target_folder("test")).map_err(failed)?;
    let outcome = apart(program, step, Some(File::create(&log).map_err(failed)?));
    print!("{}", String::from_utf8_lossy(&std::fs::read(&log).map_err(failed)?));
    outcome
}

/// Removes what a step that has passed built for itself alone, where [`SPARE`] asks for it.
fn sweep(step: &Step) -> Outcome {
    if std::env::var_os(SPARE).is_none() {
        return Ok(());
    }
    let own = ALONE.iter().filter(|(name, _)| *name == step.name).flat_map(|(_, own)| *own);
    for folder in own.map(|name| target_folder(name)).filter(|folder| folder.exists()) {
        std::fs::remove_dir_all(&folder)
            .map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    }
    Ok(())
}

fn format() -> Outcome {
    finish(&mut cargo(&["fmt", "--all", "--check"]))?;
    for manifest in APART.iter().filter(|manifest| root().join(manifest).exists()) {
        finish(&mut cargo(&["fmt", "--manifest-path", manifest, "--check"]))?;
    }
    Ok(())
}

fn clippy() -> Outcome {
    finish(&mut cargo(&[
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "--deny=warnings",
    ]))
}

fn unit() -> Outcome {
    // Not `--lib`: that builds libraries without a test too, and modules for pages have all models in
    // them. The step `web` builds those for what they are.
    finish(&mut cargo(&["test", "--workspace", "--tests", "--examples"]))
}

fn small() -> Outcome {
    let here = ["--quiet", "--package", "flockwork-cli", "--no-default-features"];
    let lint = ["--all-targets", "--", "--deny=warnings"];
    finish(cargo(&["clippy"]).args(here).args(lint))?;
    finish(cargo(&["test"]).args(here).args(["--test", "parts"]))
}

fn doctests() -> Outcome {
    finish(&mut cargo(&["test", "--workspace", "--doc"]))
}

fn rustdoc() -> Outcome {
    let mut command = cargo(&["doc", "--quiet", "--workspace", "--no-deps"]);
    finish(command.env("RUSTDOCFLAGS", "--deny=warnings"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn what_is_swept_belongs_to_steps_that_there_are() {
        let all = [FIRST, HERE, BESIDE].concat();
        for (name, own) in ALONE {
            assert!(all.iter().any(|step| step.name == *name), "{name}");
            assert!(own.iter().all(|folder| !["", "debug", "release"].contains(folder)), "{name}");
        }
    }

    #[test]
    fn all_steps_run_and_none_after_one_that_failed() {
        let ran = Mutex::new(Vec::new());
        let run = |step: &Step| {
            ran.lock().unwrap().push(step.name);
            Ok(())
        };
        both(run, run).unwrap();
        ran.lock().unwrap().sort_unstable();
        let mut all: Vec<&str> = HERE.iter().chain(BESIDE).map(|step| step.name).collect();
        all.sort_unstable();
        assert_eq!(*ran.lock().unwrap(), all);
        let fails = |step: &Step| Err(Failure::new(format!("{} fails", step.name)));
        let told = both(fails, fails).unwrap_err().message;
        // The second may not have begun.
        assert!(told.contains("unit fails") || told.contains("golden fails"), "{told}");
        assert!(!told.contains("small fails") && !told.contains("lanes fails"), "{told}");
    }
}
