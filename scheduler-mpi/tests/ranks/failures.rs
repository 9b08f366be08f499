//! What ends a job: with whose words, and with which exit code.

use std::fs;
use std::time::Duration;

use crate::job::{Ended, Place, host, is_mpich, scenario, signal};
use crate::restart::complete;

fn run() -> String {
    format!("flockwork-mpi run {} --entities 2000 --scale --workers 1", scenario("tribes-10k"))
}

#[test]
fn a_wrong_command_line_ends_all_ranks_with_code_2() {
    let place = Place::new();
    let all = run();
    for (line, words) in [
        (format!("-n 3 {all} --no-such-thing"), "error: unexpected argument"),
        ("-n 3 flockwork-mpi run nowhere.toml".to_string(), "nowhere.toml"),
        (format!("-n 3 {all} --regions 2"), "at least one for each of the 3 processes"),
        (format!("-n 2 {all} --set params.max_speed=-1"), "max_speed"),
        (format!("-n 2 {all} --report no/such/folder.json"), "no/such"),
        ("-n 2 flockwork-mpi stress".to_string(), "`stress` is for one process"),
        ("-n 2 flockwork-mpi verify".to_string(), "`verify` is for one process"),
        ("-n 2 flockwork-mpi run --resume nothing".to_string(), "the snapshot nothing"),
    ] {
        let ended = place.ranks(&line);
        ended.failed(2, &[words]);
        let said = ended.err.lines().filter(|line| line.contains(words)).count();
        assert_eq!(said, 1, "one rank speaks for all:\n{}", ended.err);
        assert!(ended.out.is_empty(), "{}", ended.out);
    }
}

#[test]
fn a_wrong_environment_ends_all_ranks_with_code_2() {
    let place = Place::new();
    for (name, value) in [
        ("FLOCKWORK_DELTAS", "maybe"),
        ("FLOCKWORK_DELTAS", ""),
        ("FLOCKWORK_PATIENCE", "0"),
        ("FLOCKWORK_PATIENCE", "soon"),
    ] {
        let ended = place.start(&format!("-n 2 {}", run()), &[(name, value)]).end();
        ended.failed(2, &[&format!("{name} is `{value}`: it must be")]);
    }
}

#[test]
fn what_is_wrong_on_one_rank_alone_ends_all_with_its_words() {
    let place = Place::new();
    let text = fs::read_to_string(scenario("boids-10k")).unwrap();
    let text = text.replace("entities = 10_000", "initial = \"TABLE\"");
    for (name, last) in [("good", "3,3"), ("bad", "3,nan")] {
        place.write(&format!("{name}.csv"), &format!("x,y\n1,1\n2,2\n{last}\n"));
        place.write(&format!("{name}.toml"), &text.replace("TABLE", &format!("{name}.csv")));
    }
    let [good, bad] =
        ["good", "bad"].map(|name| format!("flockwork-mpi run {name}.toml --workers 1"));
    place.ranks(&format!("-n 3 {good} --ticks 3")).status.success().then_some(()).unwrap();
    let words = ["bad.csv: line 4", "must be a finite number"];
    let ended = place.ranks(&format!("-n 2 {good} : -n 1 {bad}"));
    ended.failed(2, &words);
    assert!(ended.err.contains("rank 2: bad.toml: the initial table"), "{}", ended.err);
    place.ranks(&format!("-n 1 {bad} : -n 2 {good}")).failed(2, &words);
}

#[test]
fn what_fails_on_one_rank_during_the_run_ends_all_with_its_words() {
    let place = Place::new();
    let run = format!("{} --ticks 1M --checkpoint-every 10 --checkpoint", run());
    // The ranks have folders of their own here, and one of them goes.
    let mut job = place.start(&format!("-n 1 {run} a : -n 1 {run} b : -n 1 {run} a"), &[]);
    let saved = place.path("a/checkpoint.json");
    job.wait_for("checkpoint", || saved.exists().then_some(()));
    fs::rename(place.path("b"), place.path("gone")).unwrap();
    let ended = job.end();
    ended.failed(1, &["rank 1: cannot write b/tick-"]);
    assert!(ended.err.contains("rank-0001.snap"), "{}", ended.err);
    assert!(ended.err.contains("has failed in tick "), "{}", ended.err);
    assert!(ended.err.contains("with --resume b"), "{}", ended.err);
}

/// A rank as messages name it.
fn named(rank: u32, process: u32) -> String {
    format!("rank {rank} on {} (process {process})", host())
}

/// The words name this rank, once, and no other.
#[track_caller]
fn blames(ended: &Ended, rank: u32, process: u32, words: &str) {
    assert!(!ended.status.success(), "{ended:?}");
    let said = &ended.err;
    let words = format!("error: {} {words}", named(rank, process));
    assert_eq!(said.matches(&words).count(), 1, "not once {words:?} in:\n{said}");
    // Whatever else is said of ranks is said of this one.
    let of_any = said.matches(&format!(" on {} (process ", host())).count();
    assert_eq!(of_any, said.matches(&named(rank, process)).count(), "{said}");
}

#[test]
fn a_rank_that_hangs_is_named_and_not_one_that_waits_for_it() {
    for rank in [0, 1] {
        let place = Place::new();
        let line = format!("-n 3 {} --ticks 1M --checkpoint saved --checkpoint-every 5", run());
        let mut job = place.start(&line, &[("FLOCKWORK_PATIENCE", "6")]);
        let process = job.rank(rank);
        // The second one: then all ranks know of the first.
        job.wait_for("checkpoint", || complete(&place, "saved").filter(|tick| *tick >= 10));
        signal("STOP", process);
        let ended = job.end();
        assert!(ended.took < Duration::from_secs(60), "{ended:?}");
        let speaker = u32::from(rank == 0);
        blames(
            &ended,
            rank,
            process,
            &format!("hangs, says rank {speaker}: the others have waited"),
        );
        assert!(ended.err.contains(" in tick ") && ended.err.contains("with --resume saved"));
    }
}

#[test]
fn a_rank_that_hangs_before_the_first_tick_is_named() {
    let place = Place::new();
    let job = place.start(&format!("-n 2 {} --ticks 1M", run()), &[("FLOCKWORK_PATIENCE", "6")]);
    let process = job.rank(1);
    signal("STOP", process);
    blames(&job.end(), 1, process, "hangs");
}

#[test]
fn a_rank_whose_watcher_hangs_is_named() {
    let place = Place::new();
    let run = format!("-n 2 {} --ticks 1M --record rows --every 50", run());
    let mut job = place.start(&run, &[("FLOCKWORK_PATIENCE", "6")]);
    let process = job.watcher(1);
    let rows = place.path("rows");
    job.wait_for("recording", || rows.exists().then_some(()));
    signal("STOP", process);
    blames(&job.end(), 1, process, "hangs: it has been stopped for ");
}

#[test]
fn a_rank_that_is_killed_before_the_first_tick_is_named() {
    for rank in [0, 2] {
        let place = Place::new();
        let job = place.start(&format!("-n 3 {} --ticks 1M", run()), &[]);
        let process = job.rank(rank);
        signal("KILL", process);
        // Open MPI's launcher may hang itself if a rank dies just when it connects.
        let words = "has died of signal 9 (SIGKILL) before the first tick; there is no checkpoint";
        let said = job.says(&format!("error: {} {words}", named(rank, process)));
        assert_eq!(said.matches("error: ").count(), 1, "{said}");
    }
}

#[test]
fn a_rank_whose_watcher_is_killed_is_named() {
    for rank in [0, 1] {
        let place = Place::new();
        let line = format!("-n 3 {} --ticks 1M --checkpoint saved --checkpoint-every 5", run());
        let mut job = place.start(&line, &[]);
        let process = job.watcher(rank);
        let saved = place.path("saved/checkpoint.json");
        job.wait_for("checkpoint", || saved.exists().then_some(()));
        signal("KILL", process);
        let ended = job.end();
        blames(&ended, rank, process, "has died in tick ");
        assert!(ended.err.contains("with --resume saved"), "{}", ended.err);
    }
}

#[test]
fn a_rank_that_is_killed_before_any_checkpoint_is_named_too() {
    let place = Place::new();
    let mut job = place.start(&format!("-n 2 {} --ticks 1M --record rows --every 50", run()), &[]);
    let process = job.rank(0);
    let rows = place.path("rows");
    job.wait_for("recording", || rows.exists().then_some(()));
    std::thread::sleep(Duration::from_millis(700));
    signal("KILL", process);
    let ended = job.end();
    blames(&ended, 0, process, "has died of signal 9 (SIGKILL) in tick ");
    assert!(ended.err.contains("there is no checkpoint to resume from"), "{}", ended.err);
    // What is not complete does not look as if it were.
    let found = fs::read_dir(rows).unwrap().flatten().map(|entry| entry.file_name());
    let complete = |name: &std::ffi::OsString| name.to_string_lossy().ends_with(".parquet");
    assert_eq!(found.filter(complete).count(), 0);
}

#[test]
fn a_model_that_panics_on_one_rank_ends_all_with_where_it_was() {
    let place = Place::new();
    let dots = "model = \"dots\"\nentities = 300\nseed = 3\nticks = 50\ndt = 0.25\n[world]\nwidth = 18\n\
                height = 14\nedge = \"periodic\"\n[params]\n";
    // This trap is in the function that brings an entity to the next tick.
    let trap = "trap = 9\ntrap_tick = 7\ntrap_id = 11\n";
    place.write("dots.toml", &format!("{dots}{trap}"));
    let run = "traps run dots.toml --workers 2 --checkpoint saved --checkpoint-every 5";
    let ended = place.ranks(&format!("-n 3 {run}"));
    ended.failed(1, &["the trap has snapped", "tick 7", "worker", "has failed in tick 7"]);
    assert!(ended.err.contains("go on from tick 5 with --resume saved"), "{}", ended.err);
}

#[test]
fn the_launcher_of_another_mpi_is_refused() {
    let place = Place::new();
    // As that launcher would have it: several processes, each without the others.
    let other = if is_mpich() { "OMPI_COMM_WORLD_SIZE=3" } else { "PMI_SIZE=3" };
    let ended = place.ranks(&format!("-n 1 env {other} {}", run()));
    ended.failed(2, &["has started 3 processes, of which each is alone", "MPICC"]);
}

#[test]
fn a_packet_above_the_limit_of_a_message_arrives_whole() {
    let place = Place::new();
    let lens = "0 1 999 1000 1001 1999 2000 2001 70000";
    let ended = place.ranks(&format!("-n 3 packets 1000 {lens}"));
    assert!(ended.status.success(), "{}", ended.err);
    assert_eq!(ended.out.lines().count(), lens.split(' ').count(), "{}", ended.out);
}

#[test]
#[ignore = "takes 9 GiB: cargo xtask mpi-test --soak"]
fn a_packet_above_two_gib_arrives_whole() {
    let place = Place::new();
    let len = (2u64 << 30) + 12_345;
    let ended = place.ranks(&format!("-n 2 packets {} {len}", usize::MAX));
    assert!(ended.out.contains(&format!("{len} bytes arrived whole")), "{}", ended.err);
}

#[test]
fn a_wish_to_stop_is_no_death() {
    let place = Place::new();
    let line = format!("-n 3 {} --ticks 1M --quiet --report report.json", run());
    let mut job = place.start(&format!("{line} --checkpoint saved --checkpoint-every 5"), &[]);
    let processes = [0, 1, 2].map(|rank| job.rank(rank));
    let saved = place.path("saved/checkpoint.json");
    job.wait_for("checkpoint", || saved.exists().then_some(()));
    processes.iter().for_each(|process| signal("TERM", *process));
    let ended = job.end();
    ended.failed(130, &[]);
    assert!(!ended.err.contains("died"), "{}", ended.err);
    let report = place.json("report.json");
    assert_eq!(report["interrupted"], true);
    let ticks = report["ticks"].as_u64().unwrap();
    let line = format!("run {} --entities 2000 --scale", scenario("tribes-10k"));
    assert_eq!(ended.out.trim(), place.native(&format!("{line} --ticks {ticks}")));
}
