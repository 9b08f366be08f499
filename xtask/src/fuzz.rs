//! The fuzz targets: every file of `fuzz/src/bin/`, built with the compiler's coverage and run from
//! its corpus.
//!
//! A target runs inputs of two folders: the committed ones in `fuzz/corpus/`, few and minimised,
//! and those that runs on this machine have found, in the build folder. Both are run first, so an
//! input that once failed and was put into the corpus is a test from then on.
//!
//! Any stable compiler will do: coverage is a pass that it has. The memory errors that a nightly
//! compiler would find in addition cannot be made by code without `unsafe`, which is nearly all.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::run::{Failure, Outcome, cargo, finish, has_program, root, skip, target_folder};

/// How long the test command runs each: its corpus, and some new inputs.
const STEP_SECONDS: u64 = 6;

/// What `cargo xtask fuzz` does.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    targets: Vec<String>,
    seconds: u64,
    minimise: bool,
}

/// `cargo xtask fuzz [TARGET]... [--seconds N] [--minimise]`.
pub fn command(arguments: &[String]) -> Outcome {
    let known = targets()?;
    let wish = wish(arguments, &known)?;
    build()?;
    if wish.minimise {
        return wish.targets.iter().try_for_each(|name| minimise(name));
    }
    run_all(&wish.targets, wish.seconds)
}

/// The same as a step of the test command: all targets, for a short time.
pub fn step() -> Outcome {
    if !has_program("c++") {
        skip("fuzz", "there is no C++ compiler, which libFuzzer needs: apt-get install g++");
        return Ok(());
    }
    build()?;
    run_all(&targets()?, STEP_SECONDS)
}

fn wish(arguments: &[String], known: &[String]) -> Result<Wish, Failure> {
    let mut wish = Wish { targets: Vec::new(), seconds: 300, minimise: false };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match &argument[..] {
            "--minimise" => wish.minimise = true,
            "--seconds" => {
                let seconds = rest.next().and_then(|text| text.parse().ok()).filter(|s| *s > 0);
                wish.seconds = seconds
                    .ok_or_else(|| Failure::usage("`--seconds` takes a whole number from 1"))?;
            }
            name if known.contains(argument) => wish.targets.push(name.into()),
            other => {
                let message = format!("`{other}` is not a fuzz target: {} are", known.join(", "));
                return Err(Failure::usage(message));
            }
        }
    }
    if wish.targets.is_empty() {
        wish.targets = known.to_vec();
    }
    Ok(wish)
}

/// The names of all targets.
fn targets() -> Result<Vec<String>, Failure> {
    let folder = root().join("fuzz/src/bin");
    let files = fs::read_dir(&folder)
        .map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let names = files.flatten().filter_map(|file| {
        let name = file.file_name().into_string().ok()?;
        name.strip_suffix(".rs").map(String::from)
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

/// The triple of this machine.
fn host() -> Result<String, Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(rustc).current_dir(root()).arg("-vV").output();
    let said = said.map_err(|error| Failure::new(format!("rustc: {error}")))?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(String::from).ok_or_else(|| Failure::new("`rustc -vV` does not name its host"))
}

/// Builds all targets. With a target triple, so that the flags are not for build scripts too.
fn build() -> Outcome {
    const FLAGS: [&str; 8] = [
        "-Cpasses=sancov-module",
        "-Cllvm-args=-sanitizer-coverage-level=4",
        "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
        "-Cllvm-args=-sanitizer-coverage-pc-table",
        "-Cllvm-args=-sanitizer-coverage-trace-compares",
        "--cfg=fuzzing",
        "--check-cfg=cfg(fuzzing)",
        "-Dwarnings",
    ];
    let arguments = ["build", "--release", "--bins", "--manifest-path", "fuzz/Cargo.toml"];
    let mut command = cargo(&arguments);
    command.args(["--target", &host()?]).env("CARGO_TARGET_DIR", target_folder("fuzz"));
    finish(command.env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f")))
}

/// A target that was built.
fn built(name: &str) -> Result<PathBuf, Failure> {
    Ok(target_folder("fuzz").join(host()?).join("release").join(name))
}

/// The inputs that runs on this machine have found.
fn found(name: &str) -> PathBuf {
    target_folder("fuzz").join("corpus").join(name)
}

/// The inputs that are committed.
fn corpus(name: &str) -> PathBuf {
    root().join("fuzz/corpus").join(name)
}

/// Where failing inputs are kept.
fn artifacts(name: &str) -> PathBuf {
    root().join("fuzz/artifacts").join(name)
}

/// Runs targets, as many at a time as there are processors; all of them, whichever fail.
fn run_all(names: &[String], seconds: u64) -> Outcome {
    let at_once = std::thread::available_parallelism().map_or(1, usize::from).min(names.len());
    let left = Mutex::new(names.iter());
    let failures = Mutex::new(Vec::new());
    let next = || left.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(name) = next() {
                    match run(name, seconds) {
                        Ok(line) => println!("{line}"),
                        Err(failure) => failures
                            .lock()
                            .unwrap_or_else(|poisoned| poisoned.into_inner())
                            .push(failure.message),
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    if failures.is_empty() { Ok(()) } else { Err(Failure::new(failures.join("\n"))) }
}

/// Runs one target; gives a line on what it did.
fn run(name: &str, seconds: u64) -> Result<String, Failure> {
    let failed = |what: &Path, error: std::io::Error| {
        Failure::new(format!("fuzz target {name}: {}: {error}", what.display()))
    };
    let (found, committed, kept) = (found(name), corpus(name), artifacts(name));
    for folder in [&found, &kept] {
        fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    }
    let log = target_folder("fuzz").join(format!("{name}.log"));
    let file = File::create(&log).map_err(|error| failed(&log, error))?;
    let program = built(name)?;
    let mut command = Command::new(&program);
    command.arg(format!("-max_total_time={seconds}"));
    command.args(["-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]);
    // A slash at its end makes it a folder.
    command.arg(format!("-artifact_prefix={}/", kept.display()));
    command.arg(&found);
    // It has none before it is first minimised.
    command.args(committed.is_dir().then_some(&committed));
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).status();
    let ended = ended.map_err(|error| failed(&program, error))?;
    let said = fs::read(&log).map_err(|error| failed(&log, error))?;
    let said = String::from_utf8_lossy(&said);
    if ended.success() {
        let (inputs, slowest) = (number(&said, "number_of_executed_units"), slowest(&said));
        return Ok(format!("{name}: {inputs} inputs in {seconds} s, {slowest}"));
    }
    let lines: Vec<&str> = said.lines().collect();
    let last = lines[lines.len().saturating_sub(40)..].join("\n");
    Err(Failure::new(format!(
        "{last}\nfuzz target {name} ended with {ended}; its input is in {}. Once it passes, put \
         it into {}",
        kept.display(),
        committed.display()
    )))
}

/// A number of libFuzzer's final statistics.
fn number(said: &str, name: &str) -> u64 {
    let line = said.lines().find_map(|line| line.strip_prefix(&format!("stat::{name}:")));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

fn slowest(said: &str) -> String {
    match number(said, "slowest_unit_time_sec") {
        0 => "none took a second".into(),
        seconds => format!("the slowest took {seconds} s"),
    }
}

/// Replaces the committed corpus by a small one that covers the same.
fn minimise(name: &str) -> Outcome {
    let (found, committed) = (found(name), corpus(name));
    let aside = target_folder("fuzz").join("minimised").join(name);
    let at = |error: std::io::Error| Failure::new(format!("{}: {error}", aside.display()));
    if aside.exists() {
        fs::remove_dir_all(&aside).map_err(at)?;
    }
    fs::create_dir_all(&aside).map_err(at)?;
    let mut command = Command::new(built(name)?);
    // Each branch once, not each number of times that it is taken: a tenth of the inputs.
    command.args(["-set_cover_merge=1", "-use_counters=0", "-max_len=65536"]).arg(&aside);
    let from = [&committed, &found].into_iter().filter(|folder| folder.is_dir());
    finish(command.args(from).stdout(Stdio::null()).stderr(Stdio::null()))?;
    if committed.exists() {
        fs::remove_dir_all(&committed).map_err(at)?;
    }
    fs::create_dir_all(&committed).map_err(at)?;
    let (mut count, mut bytes) = (0, 0);
    for file in fs::read_dir(&aside).map_err(at)?.flatten() {
        bytes += fs::copy(file.path(), committed.join(file.file_name())).map_err(at)?;
        count += 1;
    }
    println!("{name}: {count} inputs of {bytes} bytes together");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn targets_and_their_time_can_be_chosen() {
        let known = words("columns queries");
        let all = wish(&[], &known).unwrap();
        assert_eq!((all.targets, all.minimise), (known.clone(), false));
        let one = wish(&words("queries --seconds 7 --minimise"), &known).unwrap();
        assert_eq!(one, Wish { targets: words("queries"), seconds: 7, minimise: true });
        for line in ["querys", "--seconds", "--seconds 0", "--seconds soon"] {
            assert_eq!(wish(&words(line), &known).unwrap_err().code, 2, "{line}");
        }
    }

    #[test]
    fn every_target_is_found_and_described() {
        let names = targets().unwrap();
        assert!(names.contains(&"one_vs_many".into()), "{names:?}");
        let readme = fs::read_to_string(root().join("fuzz/README.md")).unwrap();
        for name in names {
            assert!(readme.contains(&format!("| `{name}` |")), "{name} is not in fuzz/README.md");
            let inputs = fs::read_dir(corpus(&name)).map_or(0, |files| files.count());
            assert!(inputs > 0, "{name} has no corpus: `cargo xtask fuzz {name} --minimise`");
        }
    }

    #[test]
    fn the_statistics_of_a_run_are_read() {
        let said =
            "Done\nstat::number_of_executed_units: 1234\nstat::slowest_unit_time_sec:     2\n";
        assert_eq!(number(said, "number_of_executed_units"), 1234);
        assert_eq!(slowest(said), "the slowest took 2 s");
        assert_eq!(slowest("stat::slowest_unit_time_sec: 0"), "none took a second");
    }
}
