//! 200 random inputs of all kinds, recorded once with the fingerprint of every tick: replayed on any number of
//! workers and regions here, and by `scheduler-mpi` over ranks.

use std::fs;

use super::{Place, repository};

const TICKS: usize = 50;
const EACH: usize = 4;

/// Numbers that only seem random.
struct Random(u32);

impl Random {
    fn below(&mut self, count: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        (self.0 >> 8) % count
    }

    /// From `low` to `high`, in steps that every format tells.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * f64::from(self.below(1 << 12)) / f64::from(1 << 12)
    }
}

/// An input of a world of 16 by 12, to whom it is of no use that somebody is named twice.
fn input(random: &mut Random, model: &str, ids: &mut Vec<u32>) -> String {
    // In the crowd away from its walls, which are at 5 and 11.
    let room = [(0.5, 4.5), (5.7, 10.5), (11.5, 15.5)][random.below(3) as usize];
    let (x, y) = (random.between(room.0, room.1), random.between(0.5, 11.5));
    let mut any = |random: &mut Random| ids.swap_remove(random.below(ids.len() as u32) as usize);
    match (random.below(7), model) {
        (0, _) => format!(r#""spawn": {{"x": {x}, "y": {y}}}"#),
        (1, _) => format!(r#""remove": {}"#, any(random)),
        (2, _) => format!(r#""set": {{"id": {}, "x": {x}, "y": {y}}}"#, any(random)),
        (3, "meadow") => {
            let (growth, speed) = (random.between(0.0, 2.0), random.between(0.5, 2.0));
            format!(r#""params": {{"grass_growth": {growth}, "sheep_speed": {speed}}}"#)
        }
        (3, _) => format!(r#""params": {{"strength": {}}}"#, random.between(5.0, 30.0)),
        (4, "meadow") => {
            let (radius, amount) = (random.between(0.0, 4.0), random.between(-3000.0, 3000.0));
            format!(
                r#""field": {{"name": "grass", "at": [{x}, {y}], "radius": {radius}, "add": {amount}}}"#
            )
        }
        (_, "meadow") => {
            let (to, amount) = (random.between(0.0, 12.0 - y), random.between(0.0, 10000.0));
            format!(
                r#""field": {{"name": "grass", "low": [{x}, {y}], "high": [{x}, {}], "set": {amount}}}"#,
                y + to
            )
        }
        (4, _) => {
            let (speed, turn) = (random.between(-1.0, 1.0), random.between(-1.0, 1.0));
            format!(r#""set": {{"id": {}, "vx": {speed}, "vy": {turn}}}"#, any(random))
        }
        _ => {
            let shape = [r#""west""#, r#""east""#, r#"["east", 2]"#][random.below(3) as usize];
            let open = random.below(2) == 0;
            format!(r#""door": {{"shape": {shape}, "open": {open}}}"#)
        }
    }
}

#[test]
fn random_inputs_of_all_kinds_have_one_fingerprint_at_every_tick() {
    for (model, entities) in [("meadow", 500), ("crowd", 150)] {
        let golden = repository("scheduler/golden").join(format!("inputs-{model}.jsonl"));
        let place = Place::new();
        place.write("s.toml", fs::read(golden.with_extension("toml")).unwrap());
        let (mut random, mut ids) = (Random(12_345), (0..entities).collect());
        let mut lines = String::new();
        for tick in 0..TICKS {
            for _ in 0..EACH {
                let input = input(&mut random, model, &mut ids);
                lines += &format!("{{\"tick\": {tick}, {input}}}\n");
            }
        }
        place.write("i.jsonl", lines);
        let run = "run s.toml --inputs i.jsonl --quiet --log a.jsonl --log-every 1";
        place.output(&format!("{run} --workers 1"));
        // To make it anew: remove the file. Its first line names the arithmetic of whoever made it.
        if !golden.exists() {
            fs::write(&golden, place.read("a.jsonl")).unwrap();
        }
        let wanted = String::from_utf8(fs::read(&golden).unwrap()).unwrap();
        let made = String::from_utf8(place.read("a.jsonl")).unwrap();
        assert!(made.lines().skip(1).eq(wanted.lines().skip(1)), "another log of {model}");
        for kind in
            ["spawn", "remove", "set", "params", if model == "crowd" { "door" } else { "field" }]
        {
            assert!(wanted.matches(&format!("\"{kind}\":")).count() > 10, "{kind} in {model}");
        }
        for more in ["--workers 2 --regions 3x4", "--workers 3 --regions 5x2", "--no-rebalance"] {
            let text = place.output(&format!("replay s.toml {} {more}", golden.display()));
            assert!(text.contains("200 inputs and 51 fingerprints: the same bits"), "{text}");
        }
    }
}
