//! Inputs on any number of ranks: the same bits, the same log, and the same after a killed rank.

use std::fs;

use flockwork_scheduler::conformance::cases;
use flockwork_scheduler::{Input, Setting};

use crate::job::{Place, root, scenario, signal};
use crate::restart::complete;

/// Inputs of every kind, some of them in the tick of a checkpoint.
fn write(place: &Place) {
    let mut lines = String::new();
    for tick in 0..40 {
        let id = 7 * tick + 3;
        let x = 0.5 * tick as f64;
        lines += &format!("{{\"tick\": {tick}, \"spawn\": {{\"x\": {x}, \"y\": 1.5}}}}\n");
        lines += &format!(
            "{{\"tick\": {tick}, \"poke\": {{\"at\": [{x}, 3], \"radius\": 2, \"bite\": 0.1}}}}\n"
        );
        if tick < 5 {
            lines += &format!("{{\"tick\": {tick}, \"remove\": {id}}}\n");
            lines += &format!(
                "{{\"tick\": {tick}, \"set\": {{\"id\": {}, \"x\": {x}, \"y\": 2}}}}\n",
                id + 1
            );
        }
    }
    lines += "{\"tick\": 20, \"params\": {\"max_speed\": 0.75}}\n";
    place.write("i.jsonl", &lines);
}

fn line() -> String {
    format!("run {} --entities 3000 --scale --inputs i.jsonl", scenario("tribes-10k"))
}

#[test]
fn inputs_have_the_same_bits_on_any_number_of_ranks_and_replay_there() {
    let place = Place::new();
    write(&place);
    let wanted = place.native(&format!("{} --ticks 40 --log a.jsonl --log-every 3", line()));
    let log = fs::read(place.path("a.jsonl")).unwrap();
    let replay = format!("replay {} a.jsonl --entities 3000 --scale", scenario("tribes-10k"));
    for ranks in [1, 2, 3] {
        let run = format!("{} --ticks 40 --workers 2 --log b.jsonl --log-every 3", line());
        assert_eq!(place.on_ranks(ranks, &run), wanted, "{ranks} ranks");
        assert!(fs::read(place.path("b.jsonl")).unwrap() == log, "{ranks} ranks: another log");
        assert_eq!(place.on_ranks(ranks, &replay), wanted, "{ranks} ranks");
    }
}

#[test]
fn what_is_refused_ends_all_ranks_with_one_reason() {
    let place = Place::new();
    place.write("i.jsonl", "{\"tick\": 2, \"spawn\": {}}\n{\"tick\": 2, \"remove\": 999999}\n");
    let ended = place.ranks(&format!("-n 3 flockwork-mpi {} --ticks 9", line()));
    assert!(!ended.status.success());
    let reason = "input 1 at tick 2: `remove` is for entity 999999, which is not there";
    assert!(ended.err.contains(reason), "{}", ended.err);
}

#[test]
fn a_run_with_a_killed_rank_goes_on_with_its_inputs() {
    let place = Place::new();
    write(&place);
    let saved = "--ticks 1M --workers 1 --quiet --checkpoint saved --checkpoint-every 4";
    let mut job = place.start(&format!("-n 3 flockwork-mpi {} {saved}", line()), &[]);
    let process = job.rank(1);
    job.wait_for("checkpoint", || complete(&place, "saved").filter(|tick| *tick >= 8));
    signal("KILL", process);
    assert!(!job.end().status.success());
    let end = complete(&place, "saved").unwrap() + 25;
    let wanted = place.native(&format!("{} --ticks {end}", line()));
    // Neither the scenario nor the file need be named: the checkpoint holds what comes in.
    assert_eq!(place.on_ranks(2, "run --resume saved --ticks 25"), wanted);
}

#[test]
fn the_golden_world_with_doors_and_new_shapes_has_its_fingerprint_on_ranks() {
    let case = cases().unwrap().into_iter().find(|case| case.name == "crowd-inputs").unwrap();
    let value = |value: &Setting| value.to_string();
    let (setup, axes) = (case.setup, case.setup.world.axes());
    let mut text = format!(
        "model = \"{}\"\nentities = {}\nseed = {}\ndt = {}\n[world]\nwidth = {}\nheight = {}\n\
         edge = [\"{}\", \"{}\"]\n[params]\n",
        case.model,
        setup.population,
        setup.seed,
        setup.dt,
        axes[0].length,
        axes[1].length,
        axes[0].edge.name(),
        axes[1].edge.name()
    );
    for (name, given) in &case.params {
        text += &format!("{name} = {}\n", value(given));
    }
    let mut lines = String::new();
    for (tick, input) in &case.inputs {
        lines += &match input {
            Input::Door { shapes, open } => format!(
                "{{\"tick\": {tick}, \"door\": {{\"shape\": {shapes:?}, \"open\": {open}}}}}\n"
            ),
            Input::Params { params } => {
                let (name, given) = &params[0];
                format!("{{\"tick\": {tick}, \"params\": {{\"{name}\": {}}}}}\n", value(given))
            }
            other => panic!("{other:?}"),
        };
    }
    let place = Place::new();
    place.write("s.toml", &text);
    place.write("i.jsonl", &lines);
    let (tick, golden) = *case.golden.last().unwrap();
    for ranks in [1, 2, 3] {
        let run = format!("run s.toml --inputs i.jsonl --ticks {tick} --workers 2 --regions 7");
        assert_eq!(place.on_ranks(ranks, &run), format!("{golden:016x}"), "{ranks} ranks");
    }
}

#[test]
fn a_wall_on_somebody_is_refused_on_all_ranks() {
    let place = Place::new();
    place.write(
        "s.toml",
        "model = 'crowd'\nentities = 60\ndt = 0.02\n[world]\nwidth = 12\nheight = 12\n",
    );
    // Its owner alone knows where it is.
    place.write(
        "i.jsonl",
        "{\"tick\": 3, \"set\": {\"id\": 5, \"x\": 6, \"y\": 6}}\n\
         {\"tick\": 3, \"params\": {\"shapes\": [0, 0, 0, 0, 0, 4, 5.5, 6, 6.5, 6]}}\n",
    );
    let ended = place.ranks("-n 3 flockwork-mpi run s.toml --ticks 9 --inputs i.jsonl --workers 1");
    assert!(!ended.status.success());
    let reason =
        "input 1 at tick 3: `params` does not fit entity 5: it is 0 from shape 0, a wall: it must";
    assert!(ended.err.contains(reason), "{}", ended.err);
}

#[test]
fn what_was_recorded_has_the_same_bits_on_ranks() {
    // In a page: flocks, a field, doors, several passes.
    for name in ["inputs", "inputs-meadow", "inputs-crowd", "inputs-sph"] {
        let golden = root().join("scheduler/golden").join(name).display().to_string();
        let place = Place::new();
        let ended = place.ranks(&format!("-n 3 flockwork-mpi replay {golden}.toml {golden}.jsonl"));
        assert!(ended.status.success(), "{}", ended.err);
        let said = "200 inputs and 51 fingerprints: the same bits";
        assert!(ended.out.contains(said), "{name}: {}", ended.out);
    }
}
