//! 200 random inputs of all kinds for each of some worlds, recorded in a page (`npm run record` in `adapters/web`) with
//! the fingerprint of every tick: replayed on any number of workers and regions here, and by `scheduler-mpi` over ranks.

use std::fs;

use super::{Place, repository};

/// The kinds of inputs that every log has, and those of some besides.
const KINDS: [&str; 5] = ["spawn", "remove", "set", "params", "poke"];
const LOGS: [(&str, &[&str]); 4] = [
    ("inputs", &[]),
    ("inputs-meadow", &["field"]),
    ("inputs-crowd", &["door"]),
    ("inputs-sph", &[]),
];

#[test]
fn what_a_page_has_recorded_has_the_same_bits_here_at_every_tick() {
    let place = Place::new();
    for (name, more) in LOGS {
        let golden = repository("scheduler/golden").join(name);
        let log = fs::read_to_string(golden.with_extension("jsonl")).unwrap();
        for kind in KINDS.iter().chain(more) {
            assert!(log.matches(&format!("\"{kind}\":")).count() > 10, "{kind} in {name}");
        }
        place.write("s.toml", fs::read(golden.with_extension("toml")).unwrap());
        place.write("page.jsonl", log);
        for how in ["--workers 1", "--workers 2 --regions 3x4", "--workers 3 --no-rebalance"] {
            let text = place.output(&format!("replay s.toml page.jsonl {how}"));
            assert!(text.contains("200 inputs and 51 fingerprints: the same bits"), "{text}");
        }
    }
}
