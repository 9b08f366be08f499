//! Reports have the keys that docs/REPORT.md describes, no fewer and no more.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{BOIDS, Place, TRIBES, repository};

#[test]
fn a_runs_report_has_the_keys_that_are_documented() {
    let place = Place::with(TRIBES);
    // Only a run that several processes share has ranks.
    let mut expected = documented("## A run");
    expected.retain(|key| !key.starts_with("per_rank[]"));
    let run = "run s.toml --report a.json --workers 2 --series a.csv";
    let free = ["params", "params_at_end", "stats", "means"];
    place.write("i.jsonl", "{\"tick\": 7, \"params\": {\"max_speed\": 0.5}}\n");
    // Below a name of a statistic.
    let means = |key: &str| key.strip_prefix("means.*.").map(str::to_string);
    let of_means: BTreeSet<String> = expected.iter().filter_map(|key| means(key)).collect();
    expected.retain(|key| means(key).is_none());
    expected.insert("means.*".to_string());
    place.output(&format!("{run} --set world.depth=15 --inputs i.jsonl"));
    let report = place.json("a.json");
    assert_eq!(report["params_at_end"], serde_json::json!({"max_speed": 0.5}));
    assert_ne!(report["params"]["max_speed"], 0.5);
    assert_eq!(keys(&report, &free), expected);
    assert_eq!(keys(&report["means"]["population"], &[]), of_means);
    expected.retain(|key| key != "world.depth" && key != "grid.layers" && key != "params_at_end.*");
    place.output(run);
    let report = place.json("a.json");
    assert_eq!(keys(&report, &free), expected);
    // What was promised when the format was agreed on.
    for key in [
        "fingerprint",
        "entities",
        "ticks",
        "workers",
        "workers_asked",
        "regions",
        "ms_per_tick",
        "phases_ms",
        "per_worker",
        "migrations",
        "ghosts_mean",
        "events",
        "births",
        "deaths",
        "rebalances",
        "peak_memory_bytes",
        "stats",
    ] {
        assert!(!report[key].is_null(), "{key}");
    }
}

#[test]
fn a_report_says_what_happened() {
    let place = Place::with(TRIBES);
    let arguments = "run s.toml --seed 5 --workers 2 --regions 2x2 --report a.json";
    let fingerprint = place.fingerprint(arguments);
    let report = place.json("a.json");
    assert_eq!(report["version"], 1);
    assert_eq!(report["fingerprint"], fingerprint.as_str());
    assert_eq!((&report["model"], &report["seed"]), (&"tribes".into(), &5.into()));
    assert_eq!((&report["entities"], &report["ticks"]), (&1500.into(), &60.into()));
    assert_eq!((&report["workers"], &report["regions"]), (&2.into(), &4.into()));
    assert_eq!(report["interrupted"], false);
    let number = |key: &str| report[key].as_f64().unwrap();
    assert_eq!(number("population"), 1500.0 + number("births") - number("deaths"));
    assert!(number("births") > 0.0 && number("deaths") > 0.0 && number("events") > 0.0);
    assert!(number("migrations") > 0.0 && number("ghosts_mean") > 0.0);
    let tribes: f64 =
        (0..4).map(|i| report["stats"][format!("tribe{i}_population")].as_f64().unwrap()).sum();
    assert_eq!(tribes, number("population"));
    let ms = |key: &str| report["ms_per_tick"][key].as_f64().unwrap();
    assert!(0.0 < ms("min") && ms("min") <= ms("p50") && ms("p50") <= ms("p95"));
    assert!(ms("p95") <= ms("p99") && ms("p99") <= ms("max") && ms("mean") <= ms("max"));
    let counts = report["ms_histogram"]["counts"].as_array().unwrap();
    assert_eq!(counts.iter().map(|count| count.as_u64().unwrap()).sum::<u64>(), 60);
    let phases = report["phases_ms"].as_object().unwrap();
    let sum: f64 = phases.values().map(|ms| ms.as_f64().unwrap()).sum();
    assert!(sum > 0.5 * ms("mean") && sum < 1.5 * ms("mean"), "{sum} {}", ms("mean"));
    assert_eq!(report["per_worker"].as_array().unwrap().len(), 2);
    let owned: u64 = report["per_region"]
        .as_array()
        .unwrap()
        .iter()
        .map(|region| region["owned"].as_u64().unwrap())
        .sum();
    assert_eq!(owned as f64, number("population"));
}

#[test]
fn a_searchs_report_has_the_keys_that_are_documented() {
    let place = Place::with(BOIDS);
    place.output("stress s.toml --fps 2000 --ticks 20 --most 1200 --report a.json");
    let report = place.json("a.json");
    assert_eq!(keys(&report, &[]), documented("## A search"));
}

#[test]
fn the_models_report_has_the_keys_that_are_documented() {
    let place = Place::new();
    let report: Value = serde_json::from_str(&place.output("models --json")).unwrap();
    let free = "models[].columns_in_space[]";
    assert_eq!(keys(&report, &[free]), documented("## The models"));
    let one: Value = serde_json::from_str(&place.output("models vicsek --json")).unwrap();
    assert_eq!(one, report["models"][2]);
}

/// The keys in a table of docs/REPORT.md, below a heading.
fn documented(heading: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(repository("docs/REPORT.md")).unwrap();
    let section = text.split("\n## ").find(|part| format!("## {part}").starts_with(heading));
    let rows = section.unwrap().lines().filter_map(|line| line.strip_prefix("| `"));
    let keys: BTreeSet<String> =
        rows.map(|row| row.split('`').next().unwrap().to_string()).collect();
    assert!(keys.len() > 10, "{heading}");
    keys
}

/// The keys of a report as the documentation writes them; those in `free` depend on the model.
fn keys(report: &Value, free: &[&str]) -> BTreeSet<String> {
    fn walk(value: &Value, path: &str, free: &[&str], keys: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) if free.contains(&path) => {
                assert!(!map.is_empty(), "{path}");
                keys.insert(format!("{path}.*"));
            }
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                let dot = if path.is_empty() { "" } else { "." };
                walk(value, &format!("{path}{dot}{key}"), free, keys);
            }),
            Value::Array(list) if list.first().is_some_and(Value::is_object) => {
                list.iter().for_each(|value| walk(value, &format!("{path}[]"), free, keys));
            }
            _ => {
                keys.insert(path.to_string());
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(report, "", free, &mut found);
    found
}

#[test]
fn the_instruction_set_can_be_named_and_changes_no_bit() {
    let place = Place::with(BOIDS);
    let best = place.fingerprint("run s.toml --report best.json");
    let run = |name: &str| {
        let mut command = place.flockwork("run s.toml --quiet --report named.json");
        command.env("FLOCKWORK_ISA", name).assert()
    };
    assert_eq!(run("baseline").success().get_output().stdout, format!("{best}\n").as_bytes());
    let simd = |file: &str, key: &str| place.json(file)["simd"][key].clone();
    assert_eq!(simd("named.json", "used"), simd("named.json", "built"));
    // Whatever the build is for, these are taken where the processor has them.
    for (set, name) in [("AVX2", "avx2"), ("AVX-512", "avx512")] {
        if simd("best.json", "cpu") == set {
            assert_eq!(simd("best.json", "used"), set);
            assert_eq!(run(name).success().get_output().stdout, format!("{best}\n").as_bytes());
        }
    }
    let refused = run("mmx").code(2);
    let message = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    for part in ["FLOCKWORK_ISA", "\"mmx\"", "baseline, avx2, avx512"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn check_and_report_say_how_many_neighbours_there_really_are() {
    let place = Place::with(&format!("initial = \"one.csv\"\n{BOIDS}"));
    let everybody = |x: fn(u32) -> u32| {
        let rows = (0..300).map(|id| format!("{},4\n", x(id)));
        std::iter::once("x,y\n".to_string()).chain(rows).collect::<String>()
    };
    // Everybody in one place, which an average over the world knows nothing of.
    place.write("one.csv", everybody(|_| 5));
    let text = place.output("check s.toml");
    assert!(text.contains("299 neighbours on average, 299 at most"), "{text}");
    assert!(!text.contains("spread evenly"), "{text}");
    place.output("run s.toml --ticks 0 --report a.json");
    let neighbours = &place.json("a.json")["neighbours"];
    let all = serde_json::json!({ "mean": 299.0, "most": 299, "exact": true });
    assert_eq!(neighbours, &all);
}

#[test]
fn a_crowd_that_costs_the_square_of_its_number_is_told_with_a_remedy() {
    let scenario = "model = 'boids'\nentities = 3000\ninitial = 'one.csv'\ndt = 0.05\nticks = 1\n\
                    [world]\nwidth = 100\nheight = 100\n";
    let place = Place::with(scenario);
    place.write("one.csv", format!("x,y\n{}", "50,50\n".repeat(3000)));
    for command in ["check s.toml", "run s.toml"] {
        let assert = place.flockwork(command).assert().success();
        let message = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(message.contains("2,999 entities around it"), "{command}: {message}");
        assert!(message.contains("smaller radius"), "{command}: {message}");
    }
}
