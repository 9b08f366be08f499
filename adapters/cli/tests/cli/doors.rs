//! Doors that inputs open and close, by number and by name.

use std::fs::File;
use std::io::BufReader;

use super::Place;

/// Two rooms with a door of two sides between them, closed until an input opens it.
const ROOMS: &str = r#"
model = "crowd"
entities = 20
seed = 4
ticks = 300
dt = 0.02
[world]
width = 12
height = 6
edge = "wall"
[params]
friction = 0.0
[[shape]]
kind = "chain"
corners = [[6, 0], [6, 2]]
[[shape]]
name = "exit"
kind = "chain"
role = "door"
corners = [[6, 2], [6.5, 3], [6, 4]]
open = [20, 30]
every = 500
[[shape]]
name = "above"
kind = "chain"
corners = [[6, 4], [6, 6]]
[[shape]]
kind = "box"
role = "goal"
low = [10, 2]
high = [11.5, 4]
[[shape]]
kind = "box"
role = "source"
low = [0.5, 0.5]
high = [5.5, 5.5]
[[input]]
at = 10
door = { shape = "exit", open = false }
[[input]]
at = 120
door = { shape = [2, "exit"], open = true }
"#;

fn place() -> Place {
    let place = Place::with(ROOMS);
    place.write("i.jsonl", "{\"tick\": 220, \"door\": {\"shape\": \"exit\", \"open\": false}}\n");
    place
}

#[test]
fn doors_are_opened_by_name_with_the_same_bits_everywhere_and_after_a_checkpoint() {
    let place = place();
    let run = "run s.toml --inputs i.jsonl";
    let end = place.fingerprint(&format!("{run} --workers 1 --log a.jsonl --log-every 7"));
    assert_ne!(place.fingerprint("run s.toml"), end);
    for tick in [9, 10, 121, 220, 250] {
        let folder = format!("c{tick}");
        place.output(&format!("{run} --quiet --ticks {tick} --checkpoint {folder}"));
        let resume = format!("{run} --resume {folder} --workers 2 --log b{tick}.jsonl");
        assert_eq!(place.fingerprint(&resume), end, "{tick}");
    }
    let log = String::from_utf8(place.read("a.jsonl")).unwrap();
    assert!(log.contains(r#""door":{"open":false,"shape":[1,2]}"#), "{log}");
    let text = place.output("replay s.toml a.jsonl --workers 2 --regions 2x2");
    assert!(text.contains("3 inputs and") && text.contains(&end), "{text}");
    place.output("verify s.toml --log a.jsonl --ticks 240 --workers 2 --cuts 2x2 --quiet");
    let text = place.output("check s.toml");
    assert!(text.contains("1 to 2: \"exit\", a door: a chain of 2 sides"), "{text}");
}

#[test]
fn what_is_no_door_is_told() {
    let place = place();
    for (door, code, problem) in [
        ("\"exot\"", 2, "there is no shape `exot`; did you mean `exit`?"),
        ("\"above\"", 1, "input 0 at tick 1: shape 3 is a wall: only a door is opened"),
        ("[1, 6]", 1, "there is no shape 6: there are 6, numbered from 0 on"),
        ("{}", 2, "line 1: `door` must be a table with `shape`, the number or name"),
    ] {
        let text = format!("{{\"tick\": 1, \"door\": {{\"shape\": {door}, \"open\": true}}}}\n");
        place.write("i.jsonl", text);
        let run = "run s.toml --inputs i.jsonl --quiet --ticks 5";
        let output = place.flockwork(run).assert().code(code).get_output().stderr.clone();
        let error = String::from_utf8(output).unwrap();
        assert!(error.contains(problem), "{door}: {error}");
    }
}

#[test]
fn a_picture_shows_the_doors_as_inputs_left_them() {
    let place = place();
    let colours = |ticks: u32| {
        place.output(&format!("run s.toml --ticks {ticks} --quiet --picture p.png"));
        let file = BufReader::new(File::open(place.path("p.png")).unwrap());
        let mut decoder = png::Decoder::new(file);
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        // A closed door is orange.
        let warm = |p: &&[u8]| p[0] > 150 && p[2] < 80 && p[0] / 4 > p[1] / 3;
        pixels.chunks_exact(3).filter(warm).count()
    };
    let (closed, open) = (colours(110), colours(125));
    assert!(closed > open + 50, "{closed} and {open}");
}

#[test]
fn a_wall_on_somebody_is_refused_and_a_scenario_may_begin_with_nobody() {
    let place = place();
    place.write(
        "w.jsonl",
        "{\"tick\": 3, \"set\": {\"id\": 5, \"x\": 9, \"y\": 1}}\n\
         {\"tick\": 3, \"params\": {\"shapes\": [0, 0, 0, 0, 0, 4, 8.5, 1, 9.5, 1]}}\n",
    );
    let run = "run s.toml --inputs w.jsonl --quiet --workers 2 --regions 6";
    let output = place.flockwork(run).assert().code(1).get_output().stderr.clone();
    let reason = "input 1 at tick 3: `params` does not fit entity 5: it is 0 from shape 0, a wall: it must be \
                  at least 0.00078125 from all walls";
    let error = String::from_utf8(output).unwrap();
    assert!(error.contains(reason), "{error}");
    // A scenario may begin with nobody, and say who comes.
    let run = "run s.toml --entities 0 --set params.inflow=4.1 --ticks 100 --report a.json";
    let one = place.fingerprint(&format!("{run} --workers 1"));
    assert_eq!(place.fingerprint(&format!("{run} --workers 3 --regions 5")), one);
    let report = place.json("a.json");
    assert_eq!((&report["entities"], &report["population"]), (&0.into(), &8.into()));
    place.write("nobody.toml", ROOMS.replace("entities = 20", "entities = 0"));
    place.refused(
        "stress nobody.toml",
        &["`entities` is 0: to be made larger a world must begin with at least 1"],
    );
}
