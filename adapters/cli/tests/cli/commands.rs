//! `verify`, `stress`, `check`, `models`, `init` and the help.

use flockwork_kernel::isa::Set;
use predicates::prelude::*;
use predicates::str::contains;

use super::{BOIDS, Place, TRIBES};

#[test]
fn verify_compares_workers_cuts_and_snapshots() {
    let place = Place::with(TRIBES);
    let arguments = "verify s.toml --ticks 12 --workers 1,3 --cuts 2x2,1x5";
    let text = place.output(arguments);
    for part in [
        "cut 2x2      rebalance on",
        "cut 1x5      rebalance off",
        "3 workers",
        "from a snapshot",
        "all 10 have the same bits in every tick",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    // Every set takes part: the first is the reference's, the others take turns.
    for set in Set::ALL.into_iter().filter(|set| set.is_available()) {
        let of_set = |line: &str| line.split_whitespace().any(|word| word == set.name());
        assert!(text.lines().any(of_set), "no {set} in {text}");
    }
    // The fingerprint is that of a plain run.
    let quiet = place.output(&format!("{arguments} --quiet"));
    assert_eq!(quiet.trim_end(), place.fingerprint("run s.toml --ticks 12"));
}

#[test]
fn verify_leaves_out_usual_cuts_that_do_not_fit_but_not_those_asked_for() {
    let place = Place::with(&BOIDS.replace("height = 8", "height = 5"));
    let usual = place.flockwork("verify s.toml --ticks 3").assert().success();
    usual.stderr(contains("the cut 7x3 is left out")).stdout(contains("cut 2x2"));
    place.refused("verify s.toml --cuts 7x3", &["cannot be cut into 7x3"]);
    place.refused("verify s.toml --workers 0", &["--workers", "1..=1024"]);
}

#[test]
fn stress_finds_a_number_and_shows_the_curve() {
    let place = Place::with(BOIDS);
    let text = place.output("stress s.toml --fps 60 --ticks 20 --most 1000 --report a.json");
    for part in ["60.0 frames per second: 16.7 ms", "p95 ms", "✓", "entities hold it"] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    let report = place.json("a.json");
    let points = report["points"].as_array().unwrap();
    assert!(points.len() >= 2);
    for point in points {
        let ms = |key: &str| point[key].as_f64().unwrap();
        assert!(0.0 < ms("p50_ms") && ms("p50_ms") <= ms("p95_ms"), "{point}");
        assert!(ms("p95_ms") <= ms("max_ms"), "{point}");
        assert_eq!(point["holds"].as_bool().unwrap(), ms("p95_ms") <= 1e3 / 60.0, "{point}");
    }
    // No machine holds this one.
    let none = place.output("stress s.toml --fps 100000 --ticks 20 --entities 2000 --quiet");
    assert!(none.trim_end().parse::<u32>().unwrap() < 2000, "{none}");
    place.refused("stress s.toml --fps 0", &["--fps", "from 0.01 to 100000"]);
    place.refused("stress s.toml --fps fast", &["--fps", "from 0.01 to 100000"]);
    place.refused("stress s.toml --most 0", &["--most"]);
}

#[test]
fn check_says_what_a_scenario_holds_without_running_it() {
    let place = Place::with(&format!("{BOIDS}[params]\nmax_speed = 3\n"));
    let text = place.output("check s.toml");
    for part in [
        "ok s.toml",
        "radius      1.00",
        "density     3.75 ",
        "neighbours  11.8 ",
        "memory      about",
        "max_speed = 3",
        "min_speed = 0.5  (default)",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    place.refused("check s.toml --set params.max_speed=0.1", &["min_speed", "at most max_speed"]);
}

#[test]
fn models_lists_columns_parameters_units_and_defaults() {
    let place = Place::new();
    let all = place.output("models");
    for model in ["boids", "tribes", "vicsek", "discs", "lennard_jones", "meadow"] {
        assert!(all.contains(model), "{model}");
        let text = place.output(&format!("models {model}"));
        assert!(text.contains("columns"));
        // What is printed is for people who do not read the code.
        for text in [text, place.output(&format!("models {model} --json"))] {
            assert!(!text.contains("[`") && !text.contains("](") && !text.contains("::"), "{text}");
        }
    }
    let boids = place.output("models boids");
    for part in ["neighbor_radius", "length", "1 (1e-6 to 1000000)", "vx  f32, ghost"] {
        assert!(boids.contains(part), "no {part:?} in {boids}");
    }
    assert!(boids.contains("polarization"));
    place.refused("models boid", &["no model `boid`", "did you mean `boids`?", "lennard_jones"]);
}

#[test]
fn init_writes_a_scenario_that_runs() {
    let place = Place::new();
    for model in ["boids", "tribes", "vicsek", "discs", "lennard_jones", "meadow"] {
        place.output(&format!("init {model} --entities 500 --out {model}.toml"));
        place.output(&format!("run {model}.toml --ticks 3"));
        let printed = place.output(&format!("init {model} --entities 500"));
        assert_eq!(printed.as_bytes(), place.read(&format!("{model}.toml")));
        let comments = printed.lines().filter(|line| line.starts_with('#')).count();
        assert!(comments > 8, "{printed}");
    }
    place.refused("init boids --out boids.toml", &["boids.toml exists already"]);
    place.refused("init birds", &["no model `birds`", "did you mean `boids`?"]);
    place.refused("init boids --entities 0", &["--entities is 0", "from 1 to"]);
    place.refused("init boids --out none/b.toml", &["cannot write to none/b.toml"]);
}

#[test]
fn help_goes_to_the_standard_output_and_names_every_command() {
    let place = Place::new();
    let text = place.output("--help");
    for command in
        ["run", "sweep", "verify", "stress", "snapshot", "plot", "check", "models", "init"]
    {
        assert!(text.contains(&format!("\n  {command} ")), "{command}: {text}");
        let help = place.output(&format!("{command} --help"));
        assert!(help.contains("Usage: flockwork"), "{help}");
    }
    let version = contains("flockwork 0.").and(contains("\n"));
    place.flockwork("--version").assert().success().stdout(version);
}
