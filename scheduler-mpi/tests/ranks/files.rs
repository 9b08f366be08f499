//! What goes wrong with files: the state before stays whole, all ranks end with the right code, and
//! nothing half-done is left behind.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::job::{Place, is_mpich, pick, scenario, signal};

/// A small world; checkpoints go to `saved`.
fn run() -> String {
    format!("flockwork-mpi run {} --entities 2000 --scale --workers 1", scenario("tribes-10k"))
}

const RESUME: &str = "flockwork-mpi run --resume saved --workers 1";

/// All files below a folder, with their content.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                found.insert(entry.path(), fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

/// The ticks of the states that `saved` holds; nothing else is in it.
#[track_caller]
fn clean(place: &Place) -> Vec<u64> {
    let manifest = place.json("saved/checkpoint.json");
    let states: Vec<_> =
        [&manifest, &manifest["former"]].into_iter().filter(|one| one.is_object()).collect();
    let parts: u64 = states.iter().map(|state| state["parts"].as_u64().unwrap()).sum();
    let files: Vec<PathBuf> = tree(&place.path("saved")).into_keys().collect();
    assert_eq!(files.len() as u64, 1 + parts, "{files:?}");
    states.iter().map(|state| state["tick"].as_u64().unwrap()).collect()
}

/// From now on a process can write no file of more than a page, as if its disk were full.
fn fill(process: u32) -> bool {
    let limited =
        Command::new("prlimit").args([&format!("--pid={process}"), "--fsize=4096"]).output();
    let done = limited.is_ok_and(|output| output.status.success());
    if !done {
        eprintln!("skipped: there is no prlimit");
    }
    done
}

#[test]
fn a_disk_that_fills_up_on_one_rank_ends_all_and_leaves_what_was_there() {
    let place = Place::new();
    let line = format!("-n 3 {} --ticks 1M --checkpoint saved --checkpoint-every 7", run());
    let mut job = place.start(&format!("{line} --record rows --every 100"), &[]);
    let process = job.rank(2);
    job.wait_for("checkpoint", || place.path("saved/checkpoint.json").exists().then_some(()));
    if !fill(process) {
        return;
    }
    let ended = job.end();
    ended.failed(1, &["rank 2: cannot write ", "File too large"]);
    let ticks = clean(&place);
    assert!(ticks.iter().all(|tick| tick % 7 == 0), "{ticks:?}");
    // Nothing of the recording either, on any rank.
    assert!(!place.path("rows").exists(), "{:?}", tree(&place.path("rows")));
    let line = run().replace("flockwork-mpi ", "");
    let wanted = place.native(&format!("{line} --ticks {}", ticks[0] + 1));
    assert_eq!(place.on_ranks(2, "run --resume saved --ticks 1 --checkpoint saved"), wanted);
    assert_eq!(clean(&place), [ticks[0] + 1, ticks[0]]);
}

#[test]
fn a_recording_that_cannot_be_written_on_one_rank_leaves_none() {
    let place = Place::new();
    let line = format!("-n 3 {} --ticks 1M --record rows --every 100 --report a.json", run());
    let mut job = place.start(&line, &[]);
    let process = job.rank(1);
    let part = || tree(&place.path("rows")).into_values().filter(|bytes| !bytes.is_empty()).count();
    job.wait_for("recording", || (part() == 3).then_some(()));
    if !fill(process) {
        return;
    }
    job.end().failed(1, &["rank 1: cannot write rows/rank-0001.parquet", "File too large"]);
    assert!(!place.path("rows").exists() && !place.path("a.json").exists());
}

#[test]
fn a_disk_that_is_read_only_is_found_before_the_run() {
    if is_mpich() {
        eprintln!("skipped: ranks of MPICH share no memory across name spaces");
        return;
    }
    let may =
        Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: file systems cannot be mounted here");
        return;
    }
    let place = Place::new();
    place.write(
        "ro.sh",
        "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && shift && exec \"$@\"\n",
    );
    fs::create_dir(place.path("disk")).unwrap();
    for (more, what) in [
        ("--checkpoint disk/saved", "cannot write checkpoints to disk/saved"),
        ("--checkpoint disk", "cannot write checkpoints to disk"),
        ("--record disk/rows", "cannot make the folder disk/rows"),
        ("--report disk/a.json", "cannot write to disk/a.json"),
    ] {
        let run = format!("unshare -rm sh ro.sh disk {} --ticks 1M {more}", run());
        let ended = place.ranks(&format!("-n 2 {run}"));
        ended.failed(2, &[what, "Read-only file system"]);
        assert_eq!(fs::read_dir(place.path("disk")).unwrap().count(), 0);
    }
}

#[test]
fn a_folder_that_goes_during_the_run_ends_it_and_stays_whole_where_it_went() {
    let place = Place::new();
    let line = format!("-n 3 {} --ticks 1M --checkpoint saved --checkpoint-every 5", run());
    let mut job = place.start(&line, &[]);
    job.wait_for("checkpoint", || place.path("saved/checkpoint.json").exists().then_some(()));
    fs::rename(place.path("saved"), place.path("moved")).unwrap();
    job.end().failed(1, &["cannot write saved/"]);
    assert!(!place.path("saved").exists());
    fs::rename(place.path("moved"), place.path("saved")).unwrap();
    place.on_ranks(2, "run --resume saved --ticks 1 --checkpoint saved");
    clean(&place);
}

#[test]
fn ranks_that_are_killed_at_any_moment_leave_a_whole_state_and_the_next_job_sweeps() {
    let place = Place::lasting(Duration::from_secs(400));
    let mut begin = run();
    let (mut resumed, mut tick) = (0, 0);
    for seed in 0..50 {
        let before = fs::read(place.path("saved/checkpoint.json")).ok();
        let locked = fs::read(place.path("saved/lock")).ok();
        let ranks = 2 + pick(seed, 0, 2);
        let line = format!(
            "-n {ranks} {begin} --ticks 1M --quiet --checkpoint saved --checkpoint-every 1 --record rows \
             --every 1000"
        );
        let mut job = place.start(&line, &[]);
        let process = job.rank(pick(seed, 1, ranks) as u32);
        // From the first moments of a run to the midst of writing.
        if seed % 3 == 0 {
            job.wait_for("lock", || {
                let now = fs::read(place.path("saved/lock")).ok();
                now.filter(|now| !now.is_empty() && Some(now) != locked.as_ref())
            });
        } else {
            job.wait_for("checkpoint", || {
                let now = fs::read(place.path("saved/checkpoint.json")).ok();
                (now.is_some() && now != before).then_some(())
            });
        }
        std::thread::sleep(Duration::from_micros(pick(seed, 2, 20_000)));
        signal("KILL", process);
        assert!(!job.end().status.success());
        // Half a recording never looks like a whole one.
        let rows = tree(&place.path("rows")).into_keys();
        assert_eq!(rows.filter(|path| path.ends_with(".parquet")).count(), 0);
        if place.path("saved/checkpoint.json").exists() {
            let read =
                place.command("examples/native", "run --resume saved --ticks 0 --quiet").end();
            assert!(read.err.is_empty(), "the newest state is whole: {}", read.err);
            read.fingerprint();
            let now = place.json("saved/checkpoint.json")["tick"].as_u64().unwrap();
            assert!(now >= tick, "{now} after {tick}");
            tick = now;
            begin = RESUME.to_string();
            resumed += 1;
        }
    }
    assert!(resumed > 30, "{resumed}");
    // The next job goes on as if nothing had been, and leaves nothing of the others.
    let end = place
        .on_ranks(2, "run --resume saved --ticks 2 --checkpoint saved --record rows --every 1");
    let line = run().replace("flockwork-mpi ", "");
    assert_eq!(end, place.native(&format!("{line} --ticks {}", tick + 2)));
    assert_eq!(clean(&place)[0], tick + 2);
    let rows = tree(&place.path("rows"));
    assert!(
        rows.keys()
            .eq([0, 1].map(|rank| place.path(&format!("rows/rank-{rank:04}.parquet"))).iter())
    );
}

#[test]
fn a_broken_part_falls_back_to_the_former_state_and_says_so() {
    let place = Place::new();
    let line = run().replace("flockwork-mpi ", "");
    place.on_ranks(3, &format!("{line} --ticks 20 --checkpoint saved --checkpoint-every 12"));
    assert_eq!(clean(&place), [20, 12]);
    let run = place.json("saved/checkpoint.json")["run"].as_str().unwrap().to_string();
    let part = place.path(&format!("saved/tick-000000000020-{run}/rank-0001.snap"));
    let mut bytes = fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&part, bytes).unwrap();
    let resume = format!("-n 2 {RESUME} --ticks 28 --checkpoint saved --report a.json --quiet");
    let ended = place.ranks(&resume);
    assert_eq!(ended.fingerprint(), place.native(&format!("{line} --ticks 40")));
    let said = ended.err.matches("the newest checkpoint in saved is broken").count();
    assert_eq!(said, 1, "{}", ended.err);
    assert!(ended.err.contains("rank-0001.snap"), "{}", ended.err);
    let report = place.json("a.json");
    assert!(report["fell_back"].as_str().unwrap().contains("rank-0001.snap"));
    assert_eq!(report["run"], place.json("saved/checkpoint.json")["run"]);
    assert_eq!(clean(&place), [40, 12]);
}

#[test]
fn another_run_s_checkpoint_and_a_second_run_are_refused_by_all_ranks() {
    let place = Place::new();
    let mut first = place
        .start(&format!("-n 2 {} --ticks 1M --checkpoint saved --checkpoint-every 5", run()), &[]);
    first.wait_for("checkpoint", || place.path("saved/checkpoint.json").exists().then_some(()));
    for more in ["--seed 9", "--replace"] {
        let ended = place.ranks(&format!("-n 2 {} {more} --ticks 5 --checkpoint saved", run()));
        ended.failed(2, &["cannot write checkpoints to saved: it is in use by run"]);
        assert_eq!(ended.err.matches("error: ").count(), 1, "{}", ended.err);
    }
    drop(first);
    let before = tree(&place.path("saved"));
    let other = format!("{} --seed 9 --ticks 5 --checkpoint saved", run());
    let ended = place.ranks(&format!("-n 2 {other}"));
    ended.failed(2, &["a checkpoint of another run: tick", "entities, run", "--replace"]);
    // The lock of a killed job is only a file.
    let after = tree(&place.path("saved"));
    let kept = |tree: &BTreeMap<PathBuf, Vec<u8>>| {
        let whole = |path: &&PathBuf| {
            path.ends_with("checkpoint.json") || path.extension().is_some_and(|kind| kind == "snap")
        };
        tree.iter()
            .filter(|(path, _)| whole(path))
            .map(|(_, bytes)| bytes.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(kept(&before), kept(&after));
    place.on_ranks(2, &format!("{} --replace", other.replace("flockwork-mpi ", "")));
    assert_eq!(clean(&place), [5]);
}

#[test]
fn a_recording_is_not_mixed_with_a_former_one_of_more_ranks() {
    let place = Place::new();
    let line = format!("{} --ticks 4 --record rows --every 2", run().replace("flockwork-mpi ", ""));
    place.on_ranks(4, &line);
    assert_eq!(tree(&place.path("rows")).len(), 4);
    place.write("rows/notes.txt", "mine");
    place.on_ranks(2, &line);
    let names: Vec<_> = tree(&place.path("rows")).into_keys().collect();
    assert_eq!(names.len(), 3, "{names:?}");
}
