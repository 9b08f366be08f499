//! The scenarios of the repository: complete, and true to what their comments say.

use std::fs;

use super::{Place, repository};

const MODELS: [&str; 6] = ["boids", "tribes", "vicsek", "discs", "lennard_jones", "meadow"];
/// The models, and those that have scenarios in space too.
const CROWDS: [&str; 7] =
    ["boids", "boids-space", "tribes", "vicsek", "discs", "lennard_jones", "meadow"];
const SIZES: [(&str, &str); 3] = [("10k", "10,000"), ("100k", "100,000"), ("1m", "1,000,000")];

#[test]
fn there_is_one_for_every_model_and_size_and_no_other() {
    let mut expected: Vec<String> = CROWDS
        .iter()
        .flat_map(|crowd| SIZES.iter().map(move |(size, _)| format!("{crowd}-{size}.toml")))
        .collect();
    let others = [
        "boids-corridor.toml",
        "boids-open.toml",
        "crowd-bottleneck.toml",
        "crowd-corridor.toml",
        "crowd-evacuation.toml",
        "discs-equation-of-state.toml",
        "sph-dam.toml",
    ];
    expected.extend(others.map(String::from));
    expected.sort();
    let mut found: Vec<String> = fs::read_dir(repository("scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn their_comments_state_what_check_computes() {
    let place = Place::new();
    let guide = fs::read_to_string(repository("docs/SCENARIOS.md")).unwrap();
    for crowd in CROWDS {
        let model = crowd.split('-').next().unwrap();
        let mut stated = Vec::new();
        for (size, entities) in SIZES {
            let path = repository(&format!("scenarios/{crowd}-{size}.toml"));
            let text = fs::read_to_string(&path).unwrap();
            let comment = text.lines().find_map(|line| line.strip_prefix("# radius ")).unwrap();
            let output = place.flockwork("check").arg(&path).output().unwrap();
            let computed = String::from_utf8(output.stdout).unwrap();
            let value = |label: &str| {
                let line = computed.lines().find_map(|line| line.trim().strip_prefix(label));
                line.unwrap_or_else(|| panic!("{label}: {computed}")).split_whitespace().next()
            };
            let [radius, density, neighbours] =
                ["radius", "density", "neighbours"].map(|label| value(label).unwrap());
            let wanted = format!("{radius}, density {density}, neighbours {neighbours}");
            assert_eq!(comment, wanted, "{crowd}-{size}");
            assert_eq!(value("entities"), Some(entities), "{crowd}-{size}");
            assert_eq!(value("model"), Some(format!("{model}:").as_str()));
            let row = format!("| `{crowd}` | {radius} | {density} | {neighbours} |");
            assert!(guide.contains(&row), "no {row}");
            stated.push(comment.to_string());
        }
        // The same crowd, only larger.
        assert!(stated.iter().all(|comment| *comment == stated[0]), "{stated:?}");
    }
}

#[test]
fn boids_have_twenty_neighbours_and_discs_cover_a_tenth() {
    let place = Place::new();
    let boids = repository("scenarios/boids-10k.toml");
    let output = place.flockwork("check").arg(boids).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("neighbours  20.0 "));
    let discs = repository("scenarios/discs-10k.toml");
    let mut run = place.flockwork("run --ticks 1 --report a.json");
    run.arg(discs).assert().success();
    let packing = place.json("a.json")["stats"]["packing"].as_f64().unwrap();
    assert!((packing - 0.1).abs() < 1e-4, "{packing}");
}

#[test]
fn the_small_ones_run_and_the_tribes_live_on() {
    let place = Place::new();
    for model in MODELS {
        let mut run = place.flockwork("run --ticks 100 --report a.json");
        run.arg(repository(&format!("scenarios/{model}-10k.toml"))).assert().success();
        let report = place.json("a.json");
        assert_eq!(report["entities"], 10_000, "{model}");
        assert!(report["population"].as_u64().unwrap() > 5000, "{model}");
        let stats = report["stats"].as_object().unwrap();
        assert!(stats.values().all(|value| value.as_f64().is_some_and(f64::is_finite)), "{model}");
    }
}

#[test]
fn without_a_scenario_a_hundred_thousand_animals_of_tribes_run() {
    let place = Place::new();
    let text = place.output("--ticks 2");
    assert!(text.contains("tribes  100,000 entities"), "{text}");
    assert!(place.output("check").contains("tribes-100k.toml"));
}
