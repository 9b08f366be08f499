//! Killed ranks, and runs that go on from checkpoints.

use std::fs;
use std::time::Duration;

use crate::job::{Ended, Job, Place, host, pick, scenario, signal};

const EVERY: u64 = 5;

fn line() -> String {
    format!("run {} --entities 2000 --scale", scenario("tribes-10k"))
}

/// The tick of the complete checkpoint in a folder.
pub fn complete(place: &Place, folder: &str) -> Option<u64> {
    let text = fs::read_to_string(place.path(folder).join("checkpoint.json")).ok()?;
    serde_json::from_str::<serde_json::Value>(&text).ok()?["tick"].as_u64()
}

/// A job that ends when something ends it, with a checkpoint every few ticks.
fn endless(place: &Place, ranks: u64) -> Job {
    let run = format!("{} --ticks 1M --workers 1 --quiet", line());
    let saved = format!("--checkpoint saved --checkpoint-every {EVERY}");
    place.start(&format!("-n {ranks} flockwork-mpi {run} {saved}"), &[])
}

/// Kills a rank at some time after the checkpoint of tick `from`.
fn killed(place: &Place, seed: u64, ranks: u64, from: u64) -> (u32, Ended) {
    let mut job = endless(place, ranks);
    let rank = pick(seed, 2, ranks) as u32;
    let process = job.rank(rank);
    job.wait_for("checkpoint", || complete(place, "saved").filter(|tick| *tick >= from));
    std::thread::sleep(Duration::from_micros(pick(seed, 3, 30_000)));
    signal("KILL", process);
    (process, job.end())
}

/// The number after some words.
fn number(text: &str, words: &str) -> u64 {
    let rest = text.split(words).nth(1).unwrap_or_else(|| panic!("no {words:?} in:\n{text}"));
    rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

fn kill_and_go_on(seed: u64) {
    let place = Place::new();
    let ranks = 2 + pick(seed, 0, 3);
    let (process, ended) = killed(&place, seed, ranks, 10 + pick(seed, 1, 60));
    let rank = pick(seed, 2, ranks);
    assert!(!ended.status.success());
    let said = &ended.err;
    let dead = format!("rank {rank} on {} (process {process}) has died of signal 9", host());
    assert!(said.contains(&dead), "{said}");
    assert!(said.contains("with --resume saved"), "{said}");
    let from = complete(&place, "saved").unwrap();
    let (tick, told) = (number(said, " in tick "), number(said, "go on from tick "));
    // The word of the last checkpoint may not have come to all ranks yet.
    assert!(told == from || told + EVERY == from, "told {told}, there is {from}");
    assert!(
        told % EVERY == 0 && tick >= told && tick <= from + 2 * EVERY,
        "in {tick} after {from}"
    );

    let end = from + 20;
    let wanted = place.native(&format!("{} --ticks {end} --workers 1", line()));
    let other = 1 + (ranks + pick(seed, 4, 3)) % 4;
    let other = if other == ranks { ranks + 1 } else { other };
    let resume = "run --resume saved --ticks 20 --workers 2";
    assert_eq!(place.on_ranks(other as u32, resume), wanted, "seed {seed}: {ranks} to {other}");
    assert_eq!(place.native(resume), wanted, "seed {seed}: {ranks} to one process");
}

#[test]
fn killed_ranks_are_named_and_runs_go_on() {
    (0..3).for_each(kill_and_go_on);
}

#[test]
fn killed_ranks_are_named_and_runs_go_on_with_other_seeds() {
    (5..8).for_each(kill_and_go_on);
}

/// An MPI library may abort a rank that had its hands on the memory of a killed one.
#[test]
fn a_rank_that_gives_up_because_another_was_killed_is_not_what_began_it() {
    for (killed, abort_first) in [(0, true), (1, true), (2, true), (1, false)] {
        let place = Place::new();
        let mut job = endless(&place, 3);
        let (dead, aborts) = (job.rank(killed), job.rank((killed + 1) % 3));
        job.wait_for("checkpoint", || complete(&place, "saved").filter(|tick| *tick >= 10));
        let order = if abort_first {
            [("ABRT", aborts), ("KILL", dead)]
        } else {
            [("KILL", dead), ("ABRT", aborts)]
        };
        for (name, process) in order {
            signal(name, process);
        }
        let said = job.end().err;
        let wanted = format!("rank {killed} on {} (process {dead}) has died of signal 9", host());
        assert!(said.contains(&wanted), "{said}");
        assert!(!said.contains("signal 6"), "{said}");
    }
}

#[test]
fn a_rank_that_gives_up_by_itself_is_named() {
    let place = Place::new();
    let mut job = endless(&place, 3);
    let process = job.rank(1);
    job.wait_for("checkpoint", || complete(&place, "saved"));
    signal("ABRT", process);
    let said = job.end().err;
    let wanted = format!("rank 1 on {} (process {process}) has died of signal 6", host());
    assert!(said.contains(&wanted), "{said}");
}

/// The folder of the newest state in `saved`, below the place.
fn newest(place: &Place) -> String {
    let manifest = place.json("saved/checkpoint.json");
    let (tick, run) = (manifest["tick"].as_u64().unwrap(), manifest["run"].as_str().unwrap());
    format!("saved/tick-{tick:012}-{run}")
}

#[test]
fn a_run_leaves_a_checkpoint_at_its_end_and_goes_on_from_it_in_the_same_folder() {
    let place = Place::new();
    let run = format!("{} --workers 1 --checkpoint saved --checkpoint-every 10", line());
    place.on_ranks(2, &format!("{run} --ticks 25"));
    assert_eq!(complete(&place, "saved"), Some(25));
    let wanted = place.native(&format!("{} --ticks 40", line()));
    assert_eq!(place.native("run --resume saved --ticks 15"), wanted);
    let more = "run --resume saved --checkpoint saved --checkpoint-every 10";
    assert_eq!(place.on_ranks(3, &format!("{more} --ticks 15")), wanted);
    assert_eq!(complete(&place, "saved"), Some(40));
    assert_eq!(place.json("saved/checkpoint.json")["former"]["tick"], 30);
    assert_eq!(place.on_ranks(1, "run --resume saved --ticks 0"), wanted);
}

#[test]
fn a_checkpoint_without_a_part_is_refused_if_there_is_no_former_one() {
    let place = Place::new();
    let run = format!("{} --workers 1 --checkpoint saved --checkpoint-every 10", line());
    place.on_ranks(3, &format!("{run} --ticks 10"));
    let folder = newest(&place);
    let [here, there] = [place.path(&format!("{folder}/rank-0001.snap")), place.path("aside")];
    let part = "rank-0001.snap";
    fs::rename(&here, &there).unwrap();
    let resume = "-n 2 flockwork-mpi run --resume saved --ticks 5";
    place.ranks(resume).failed(2, &["the snapshot saved", part, "No such file"]);
    fs::copy(place.path(&format!("{folder}/rank-0000.snap")), &here).unwrap();
    place.ranks(resume).failed(2, &["the snapshot saved", "id"]);
    let whole = fs::read(&there).unwrap();
    fs::write(&here, &whole[..whole.len() - 7]).unwrap();
    place.ranks(resume).failed(2, &["the snapshot saved", part]);
    fs::write(&here, whole).unwrap();
    assert!(place.ranks(resume).status.success());
}
