//! Inputs from a file and from the scenario, their log, and what replays it.

use super::{Place, TRIBES};

/// A file of inputs of every kind.
const INPUTS: &str = r#"{"tick": 3, "spawn": {"x": 1.5, "y": 2.0, "tribe": 1}}
{"tick": 3, "number": 7, "remove": 17}
{"tick": 3, "set": {"id": 3, "energy": 0.1}}

{"tick": 12, "params": {"max_speed": 0.5}}
{"tick": 40, "poke": {"at": [12, 10], "radius": 5, "bite": 1.5}}
"#;

/// A scenario's own.
const SCHEDULE: &str = "
[[input]]
every = 10
from = 5
until = 45
poke = { at = [3, 4], radius = 2.5, bite = 0.25 }
[[input]]
at = 3
spawn = {}
";

fn place() -> Place {
    let place = Place::with(&format!("{TRIBES}{SCHEDULE}"));
    place.write("i.jsonl", INPUTS);
    place
}

#[test]
fn inputs_are_the_same_on_any_number_of_workers_and_after_a_checkpoint() {
    let place = place();
    let plain = place.fingerprint("run s.toml");
    let run = "run s.toml --inputs i.jsonl";
    let end = place.fingerprint(&format!("{run} --workers 1 --log a.jsonl --log-every 7"));
    assert_ne!(plain, end);
    assert_eq!(place.fingerprint(&format!("{run} --workers 3 --regions 7x3")), end);
    // A checkpoint in the tick of inputs is the state before them, and holds all of them.
    for tick in [3, 12, 13, 40] {
        let folder = format!("c{tick}");
        place.output(&format!("{run} --quiet --ticks {tick} --checkpoint {folder}"));
        let resume =
            format!("{run} --resume {folder} --workers 2 --log b{tick}.jsonl --log-every 7");
        assert_eq!(place.fingerprint(&resume), end, "{tick}");
        assert_eq!(place.fingerprint(&format!("replay s.toml b{tick}.jsonl")), end, "{tick}");
        for named in ["", "--inputs i.jsonl", "--inputs a.jsonl", "s.toml"] {
            let ticks = 60 - tick;
            let alone = format!("run {named} --resume {folder} --ticks {ticks} --log c.jsonl");
            assert_eq!(place.fingerprint(&alone), end, "{tick}, {named}");
            assert_eq!(place.fingerprint("replay s.toml c.jsonl"), end, "{tick}, {named}");
        }
    }
    let text = place.output("replay s.toml a.jsonl --workers 2 --regions 5");
    assert!(text.contains("11 inputs and 10 fingerprints: the same bits"), "{text}");
    assert!(text.contains(&end), "{text}");
    // A log is a file of inputs too, and has those of the scenario.
    assert_eq!(place.fingerprint("run s.toml --inputs a.jsonl"), end);
    place.output("verify s.toml --inputs i.jsonl --ticks 45 --workers 2 --cuts 2x2 --quiet");
    place.output("verify s.toml --log a.jsonl --ticks 45 --workers 2 --cuts 2x2 --quiet");
}

#[test]
fn a_replay_names_the_first_tick_that_differs() {
    let place = place();
    place.output("run s.toml --inputs i.jsonl --log a.jsonl --log-every 5 --quiet");
    let log = String::from_utf8(place.read("a.jsonl")).unwrap();
    let fewer: String = log
        .lines()
        .filter(|line| !line.contains("max_speed\":0.5"))
        .map(|l| format!("{l}\n"))
        .collect();
    assert_ne!(fewer, log);
    place.write("b.jsonl", fewer);
    let output = place.flockwork("replay s.toml b.jsonl").assert().code(1).get_output().clone();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("differs at tick 15: the fingerprint is"), "{text}");
    for (args, problem) in [
        ("replay s.toml a.jsonl --seed 2", "`seed` is \"1\" in the log, but \"2\" in s.toml"),
        ("replay s.toml a.jsonl --set params.bite=2", "`params.bite` is 3.0 in the log, but 2.0"),
        ("replay s.toml i.jsonl", "it is no log"),
        ("replay s.toml none.jsonl", "cannot read the inputs none.jsonl"),
    ] {
        let output = place.flockwork(args).assert().code(2).get_output().stderr.clone();
        let text = String::from_utf8(output).unwrap();
        assert!(text.contains(problem), "{args}: {text}");
    }
}

#[test]
fn what_is_wrong_with_inputs_is_told() {
    let place = place();
    for (text, code, problem) in [
        ("{\"tick\": 1, \"spawn\": {}}\nx\n", 2, "i.jsonl: line 2: it must be one table of JSON"),
        ("{\"tick\": -1, \"remove\": 1}", 2, "line 1: `tick` must be a whole number"),
        ("{\"tick\": 1, \"remove\": 1, \"more\": 1}", 2, "line 1: an input has no key `more`"),
        (
            "{\"tick\": 1, \"number\": 4, \"remove\": 1}\n{\"tick\": 1, \"number\": 4, \"remove\": 2}",
            2,
            "two inputs of tick 1 have the number 4",
        ),
        (
            "{\"tick\": 1, \"remove\": 1000000}",
            1,
            "`remove` is for entity 1000000, which is not there",
        ),
        (
            "{\"tick\": 2, \"set\": {\"id\": 1, \"mood\": 2}}",
            1,
            "input 0 at tick 2: the model has no column",
        ),
        ("{\"tick\": 1, \"spawn\": {\"x\": 26, \"y\": 1}}", 1, "inside the world, from 0 to 25"),
    ] {
        place.write("i.jsonl", text);
        let run = "run s.toml --inputs i.jsonl --report out.json --log out.jsonl --quiet";
        let output = place.flockwork(run).assert().code(code).get_output().stderr.clone();
        let error = String::from_utf8(output).unwrap();
        assert!(error.contains(problem), "{text}: {error}");
        assert!(!place.path("out.json").exists() && !place.path("out.jsonl").exists());
    }
    place.write("s.toml", format!("{TRIBES}[[input]]\nremove = 1\n"));
    let output = place.flockwork("check s.toml").assert().code(2).get_output().stderr.clone();
    let text = String::from_utf8(output).unwrap();
    assert!(text.contains("`input`: input 0: it must have `at`"), "{text}");
}

#[test]
fn stress_gives_inputs_of_the_scenario_and_of_a_file() {
    let place = place();
    let stress = "stress s.toml --ticks 60 --fps 0.01 --most 1500 --quiet";
    assert_eq!(place.output(&format!("{stress} --inputs i.jsonl")).trim(), "1500");
    // They come in: one that cannot be done ends the search with its reason.
    place.write("i.jsonl", "{\"tick\": 7, \"remove\": 1000000}\n");
    let args = format!("{stress} --inputs i.jsonl");
    let output = place.flockwork(&args).assert().code(1).get_output().stderr.clone();
    let error = String::from_utf8(output).unwrap();
    assert!(error.contains("input 0 at tick 7: `remove` is for entity 1000000"), "{error}");
    place.write("s.toml", format!("{TRIBES}[[input]]\nat = 5\nset = {{ id = 1, mood = 2 }}\n"));
    let output = place.flockwork(stress).assert().code(1).get_output().stderr.clone();
    let error = String::from_utf8(output).unwrap();
    assert!(error.contains("input 0 at tick 5: the model has no column `mood`"), "{error}");
}

#[cfg(unix)]
#[test]
fn runs_that_are_killed_with_inputs_in_flight_go_on_to_the_same_bits() {
    let place = place();
    // Inputs in every tick, so that any checkpoint has some at hand.
    let mut lines = String::new();
    for tick in 0..3000 {
        let (x, y) = (1 + tick % 20, 1 + tick % 17);
        lines += &format!("{{\"tick\": {tick}, \"spawn\": {{\"x\": {x}, \"y\": {y}}}}}\n");
        lines += &format!(
            "{{\"tick\": {tick}, \"poke\": {{\"at\": [{x}, {y}], \"radius\": 3, \"bite\": 0.3}}}}\n"
        );
    }
    place.write("i.jsonl", lines);
    let saved = "--checkpoint saved --checkpoint-every 3 --quiet";
    let mut args = format!("run s.toml --inputs i.jsonl --ticks 3000 {saved}");
    for (kill, workers) in [(1, 1), (2, 3), (3, 2)] {
        let mut child = std::process::Command::new(super::program())
            .current_dir(place.folder.path())
            .args(args.split_whitespace())
            .args(["--workers", &workers.to_string()])
            .spawn()
            .unwrap();
        // Until it has got on since it began.
        let manifest = place.path("saved/checkpoint.json");
        let now = || std::fs::read(&manifest).unwrap_or_default();
        let before = now();
        let mut waited = 0;
        while now() == before || waited < 5 * kill {
            std::thread::sleep(std::time::Duration::from_millis(10));
            waited += 1;
            assert!(waited < 6000, "it does not get on");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // Of a run that is resumed `--ticks` is how many more there are; neither scenario nor inputs are named.
        args = format!("run --resume saved --ticks 3000 {saved}");
    }
    let text = place.output("run --resume saved --ticks 10 --report r.json");
    let report: serde_json::Value = serde_json::from_slice(&place.read("r.json")).unwrap();
    let (last, found) = (&report["last_tick"], report["fingerprint"].as_str().unwrap());
    assert!(text.contains(found), "{text}");
    let whole = format!("run s.toml --inputs i.jsonl --workers 1 --ticks {last}");
    assert_eq!(place.fingerprint(&whole), found, "{last}");
}
