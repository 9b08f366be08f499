//! `flockwork run`: what it prints, and what never changes a result.

use predicates::prelude::*;
use predicates::str::contains;

use super::{BOIDS, Place, TRIBES};

#[test]
fn the_summary_says_how_it_went() {
    let place = Place::with(TRIBES);
    let text = place.output("run s.toml --workers 2 --regions 2x2");
    for part in [
        "tribes  1,500 entities",
        "at the end",
        "60 ticks in ",
        "2 workers over 4 regions, world 25 x 20 (periodic)",
        "ms mean   p50 ",
        "p95",
        "p99",
        "max",
        "entities per second",
        "neighbours",
        "workers     0",
        "% busy",
        "migrations",
        "ghosts per tick",
        "events",
        "births",
        "deaths",
        "rebalance",
        "bytes per entity",
        "tribe0_population",
        "fingerprint ",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

#[test]
fn piped_output_has_no_colours_and_no_progress() {
    let place = Place::with(BOIDS);
    let escape = "\u{1b}";
    let none = || contains(escape).not().and(contains("\r").not());
    place.flockwork("run s.toml").assert().success().stdout(none()).stderr(none());
    let mut forced = place.flockwork("run s.toml");
    forced.env("CLICOLOR_FORCE", "1").assert().success().stdout(contains(escape));
}

#[test]
fn a_quiet_run_prints_its_fingerprint_alone() {
    let place = Place::with(BOIDS);
    let quiet = place.flockwork("run s.toml --quiet").assert().success().stderr("");
    let text = String::from_utf8(quiet.get_output().stdout.clone()).unwrap();
    assert_eq!(text.len(), 17);
    assert!(place.output("run s.toml").contains(text.trim_end()));
    // The word `run` may be left out.
    assert_eq!(place.output("s.toml -q"), text);
}

#[test]
fn workers_and_regions_change_nothing_but_seed_and_parameters_do() {
    let place = Place::with(TRIBES);
    let usual = place.fingerprint("run s.toml");
    for same in [
        "--workers 1",
        "--workers 3 --regions 5",
        "--regions 2x3 --no-rebalance",
        "--seed 1",
        "--ticks 60",
        "--set dt=0.05",
        "--entities 1.5k",
    ] {
        assert_eq!(place.fingerprint(&format!("run s.toml {same}")), usual, "{same}");
    }
    let mut seen = vec![usual];
    for other in [
        "--seed 2",
        "--ticks 59",
        "--set params.max_speed=1.5",
        "--set world.edge=wall",
        "--entities 1501",
        "--entities 3000 --scale",
    ] {
        let fingerprint = place.fingerprint(&format!("run s.toml {other}"));
        assert!(!seen.contains(&fingerprint), "{other}");
        seen.push(fingerprint);
    }
}

#[test]
fn scale_keeps_the_density_and_more_of_the_same_is_remarked() {
    let place = Place::with(BOIDS);
    let text = place.output("run s.toml --entities 1200 --scale --ticks 2");
    assert!(text.contains("world 20 x 16"), "{text}");
    let crowded = place.flockwork("run s.toml --entities 1200 --ticks 2").assert().success();
    crowded.stdout(contains("world 10 x 8")).stderr(contains("--scale makes the world larger"));
}

#[test]
fn a_run_of_no_ticks_is_the_beginning() {
    let place = Place::with(BOIDS);
    let text = place.output("run s.toml --ticks 0");
    assert!(text.contains("none was run"), "{text}");
}

#[test]
fn entities_may_come_from_a_table_beside_the_scenario() {
    let scenario = BOIDS.replace("entities = 300", "initial = \"agents.csv\"");
    let place = Place::with(&scenario);
    place.write("agents.csv", "# three boids\nvx, x, y, vy\n0.5,1,2,0\n-0.5,3,4,0\n1,9.5,7,0\n");
    let text = place.output("run s.toml --record all.parquet --every 20");
    assert!(text.contains("boids  3 entities"), "{text}");
    // The table of a recording is one to begin with, once `tick` is gone.
    let elsewhere = Place::new();
    let path = place.path("s.toml");
    let mut run = elsewhere.flockwork("run --quiet");
    run.arg(&path).assert().success();
    // Only what the table does not say is the model's own choice.
    place.write("agents.csv", "vx, x, y, vy\n0.5,1,2,0\n-0.5,3,4,0\n1,9.5,7.5,0\n");
    let other = place.fingerprint("run s.toml");
    assert!(!text.contains(&other));
}
