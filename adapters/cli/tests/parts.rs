//! What a build can leave out: with it options work, and without it they are refused by the name of
//! the feature. `cargo xtask test small` runs this without.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const SCENARIO: &str = "\
model = \"boids\"
entities = 30
ticks = 3
dt = 0.05
[world]
width = 10
height = 8
";

/// The command, beside this test: where it was when this was compiled may be another checkout.
fn program() -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    deps.parent().and_then(Path::parent).unwrap().join("flockwork")
}

fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("s.toml"), SCENARIO).unwrap();
    place
}

fn run(place: &TempDir, arguments: &str) -> Output {
    let words = arguments.split_whitespace();
    Command::new(program()).current_dir(place.path()).args(words).output().unwrap()
}

/// Whether an option works; if not, the message must name the feature that is missing, and nothing
/// may be left.
fn works(option: &str, file: &str, feature: &str) -> bool {
    let place = place();
    let output = run(&place, &format!("run s.toml --quiet {option}"));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let files = fs::read_dir(place.path()).unwrap().count();
    if output.status.success() {
        assert!(place.path().join(file).is_file(), "{option}");
        return true;
    }
    assert_eq!(output.status.code(), Some(2), "{option}: {text}");
    let wanted = format!("needs the feature `{feature}` of flockwork-cli");
    assert!(text.contains(&wanted) && !text.contains("panicked"), "{option}: {text}");
    assert_eq!(files, 1, "{option}");
    false
}

#[test]
fn an_option_of_a_part_that_was_left_out_is_refused_by_the_name_of_its_feature() {
    let parquet = works("--record a.parquet", "a.parquet", "parquet");
    assert_eq!(parquet, cfg!(feature = "parquet"));
    assert_eq!(works("--series a.parquet", "a.parquet", "parquet"), parquet);
    assert!(works("--series a.csv", "a.csv", ""));
    assert_eq!(works("--record a.npz", "a.npz", "npz"), cfg!(feature = "npz"));
    assert_eq!(works("--picture a.png", "a.png", "picture"), cfg!(feature = "picture"));
}

#[test]
fn a_figure_is_drawn_or_refused_by_the_name_of_the_feature() {
    let place = place();
    fs::write(place.path().join("t.csv"), "tick,time,order\n0,0,1\n1,1,2\n").unwrap();
    let output = run(&place, "plot t.csv --out a.svg");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.success(), cfg!(feature = "plot"), "{text}");
    assert_eq!(place.path().join("a.svg").is_file(), cfg!(feature = "plot"));
    assert_eq!(text.contains("needs the feature `plot` of"), !cfg!(feature = "plot"), "{text}");
}

#[test]
fn a_table_that_the_build_cannot_read_is_refused_by_the_name_of_the_feature() {
    let place = place();
    fs::write(place.path().join("t.parquet"), "no table").unwrap();
    let output = run(&place, "run s.toml --set initial=t.parquet");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    let named = text.contains("t.parquet") && text.contains("needs the feature `parquet`");
    assert_eq!(named, !cfg!(feature = "parquet"), "{text}");
}

#[test]
fn a_small_build_runs_reports_and_reads_text() {
    let place = place();
    fs::write(place.path().join("t.csv"), "x,y\n1,2\n3,4\n").unwrap();
    let scenario = SCENARIO.replace("entities = 30", "initial = 't.csv'");
    fs::write(place.path().join("s.toml"), scenario).unwrap();
    let output = run(&place, "run s.toml --quiet --report a.json --snapshot a.snap --record a.xyz");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let report = fs::read_to_string(place.path().join("a.json")).unwrap();
    assert!(report.contains("\"population\": 2"), "{report}");
    assert!(place.path().join("a.snap").is_file() && place.path().join("a.xyz").is_file());
}
