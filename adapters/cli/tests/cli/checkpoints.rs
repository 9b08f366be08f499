//! `--checkpoint`: what a folder of checkpoints holds, whose it is, and what is never touched.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{BOIDS, Place, TRIBES, program, tree};

/// What a folder of checkpoints says that it holds.
fn manifest(place: &Place) -> serde_json::Value {
    place.json("saved/checkpoint.json")
}

fn ticks(place: &Place) -> (Option<u64>, Option<u64>) {
    let manifest = manifest(place);
    (manifest["tick"].as_u64(), manifest["former"]["tick"].as_u64())
}

/// The folder of the newest state, below the place.
fn newest(place: &Place) -> String {
    let manifest = manifest(place);
    let (tick, run) = (manifest["tick"].as_u64().unwrap(), manifest["run"].as_str().unwrap());
    format!("saved/tick-{tick:012}-{run}")
}

#[test]
fn two_generations_are_kept_and_nothing_else() {
    let place = Place::with(TRIBES);
    place.output("run s.toml --checkpoint saved --checkpoint-every 7");
    // The end of a run is a state to go on from too.
    assert_eq!(ticks(&place), (Some(60), Some(56)));
    let files = tree(&place.path("saved"));
    assert_eq!(files.len(), 3, "{files:?}");
    for generation in [manifest(&place), manifest(&place)["former"].clone()] {
        let run = generation["run"].as_str().unwrap();
        let folder =
            format!("tick-{:012}-{run}/rank-0000.snap", generation["tick"].as_u64().unwrap());
        assert!(files.contains_key(Path::new(&folder)), "{files:?}");
    }
}

#[test]
fn a_run_shorter_than_the_interval_leaves_a_checkpoint_at_its_end() {
    let place = Place::with(TRIBES);
    let end = place.fingerprint("run s.toml --ticks 20 --checkpoint saved");
    assert_eq!(ticks(&place), (Some(20), None));
    assert_eq!(place.fingerprint("run --resume saved --ticks 0"), end);
    let unbroken = place.fingerprint("run s.toml");
    // On in the same folder: that is the same run going on, and its former state stays beside.
    let more = "run --resume saved --checkpoint saved --ticks 40 --report report.json";
    assert_eq!(place.fingerprint(more), unbroken);
    assert_eq!(ticks(&place), (Some(60), Some(20)));
    assert_eq!(manifest(&place)["run"], place.json("report.json")["run"]);
    assert_ne!(manifest(&place)["run"], manifest(&place)["former"]["run"]);
    // A run of no ticks has nothing to add.
    let before = tree(&place.path("saved"));
    place.output("run --resume saved --checkpoint saved --ticks 0");
    assert_eq!(tree(&place.path("saved")), before);
}

#[test]
fn another_run_s_checkpoint_is_refused_with_what_is_there() {
    let place = Place::with(TRIBES);
    let end = place.fingerprint("run s.toml --ticks 20 --checkpoint saved --report report.json");
    let run = place.json("report.json")["run"].as_str().unwrap().to_string();
    let before = tree(&place.path("saved"));
    let population = manifest(&place)["population"].to_string();
    place.refused(
        "run s.toml --seed 2 --checkpoint saved",
        &[
            "saved",
            "a checkpoint of another run",
            "tick 20",
            &format!("{population} entities"),
            &run,
            "--resume saved",
            "--replace",
        ],
    );
    place.output("snapshot s.toml --ticks 3 --out a.snap");
    place.refused("run --resume a.snap --ticks 5 --checkpoint saved", &["of another run"]);
    assert_eq!(tree(&place.path("saved")), before);
    assert_eq!(place.fingerprint("run --resume saved --ticks 0"), end);
    // Asked for, it takes the place of the other one, and never mixes with it.
    let other = place.fingerprint("run s.toml --seed 2 --ticks 20 --checkpoint saved --replace");
    assert_ne!(other, end);
    assert_eq!(ticks(&place), (Some(20), None));
    assert_eq!(place.fingerprint("run --resume saved --ticks 0"), other);
    assert_eq!(tree(&place.path("saved")).len(), 2);
    place.refused("run s.toml --replace", &["--checkpoint"]);
}

#[test]
fn two_runs_in_one_folder_are_refused() {
    let place = Place::with(BOIDS);
    let mut first = Command::new(program())
        .current_dir(place.folder.path())
        .args("run s.toml --ticks 1g --checkpoint saved --checkpoint-every 2".split(' '))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    place.wait_for("a checkpoint", || place.path("saved/checkpoint.json").exists());
    for more in ["", "--replace", "--resume saved"] {
        let scenario = if more.starts_with("--resume") { "" } else { "s.toml" };
        let args = format!("run {scenario} --ticks 3 --checkpoint saved {more}");
        place.refused(&args, &["saved", "in use by run", "two runs cannot share it"]);
    }
    // Others may read meanwhile, though the states that they read go again.
    for _ in 0..5 {
        place.output("run --resume saved --ticks 1");
    }
    first.kill().unwrap();
    first.wait().unwrap();
    // The lock has gone with its process.
    place.output("run --resume saved --ticks 3 --checkpoint saved");
    assert!(!place.path("saved/lock").exists());
}

#[test]
fn a_broken_part_falls_back_to_the_former_state_and_says_so() {
    for damage in ["flip", "cut", "gone", "other"] {
        let place = Place::with(TRIBES);
        place.output("run s.toml --ticks 20 --checkpoint saved --checkpoint-every 12");
        assert_eq!(ticks(&place), (Some(20), Some(12)));
        let part = format!("{}/rank-0000.snap", newest(&place));
        let mut bytes = place.read(&part);
        let middle = bytes.len() / 2;
        match damage {
            "flip" => bytes[middle] ^= 1,
            "cut" => bytes.truncate(middle),
            "other" => {
                place.output("snapshot s.toml --ticks 3 --out other.snap");
                bytes = place.read("other.snap");
            }
            _ => fs::remove_file(place.path(&part)).unwrap(),
        }
        if damage != "gone" {
            place.write(&part, bytes);
        }
        let resume = "run --resume saved --checkpoint saved --ticks 48 --report report.json -q";
        let assert = place.flockwork(resume).assert().success();
        let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        for word in ["saved is broken", "rank-0000.snap", "the former one, tick 12"] {
            assert!(said.contains(word), "{damage}: no {word:?} in {said}");
        }
        let report = place.json("report.json");
        assert!(report["fell_back"].as_str().unwrap().contains("rank-0000.snap"), "{damage}");
        assert_eq!(report["first_tick"], 12);
        assert_eq!(report["fingerprint"], place.fingerprint("run s.toml").as_str());
        // The whole one stays, the broken one has gone.
        assert_eq!(ticks(&place), (Some(60), Some(12)));
        assert_eq!(tree(&place.path("saved")).len(), 3);
    }
}

#[test]
fn a_folder_without_a_whole_state_is_refused_with_what_is_wrong() {
    let place = Place::with(TRIBES);
    place.output("run s.toml --ticks 20 --checkpoint saved --checkpoint-every 12");
    let files = tree(&place.path("saved"));
    for part in files.keys().filter(|path| path.extension().is_some_and(|kind| kind == "snap")) {
        fs::write(place.path("saved").join(part), b"FLOCKSNP").unwrap();
    }
    let parts = ["the snapshot saved", "tick-000000000020-", "tick-000000000012-", "too early"];
    place.refused("run --resume saved", &parts);
    place.write(
        "saved/checkpoint.json",
        "{\"version\": 1, \"tick\": 3, \"parts\": [\"../s.toml\"]}",
    );
    place.refused("run --resume saved", &["checkpoint.json", "version 1", "reads version 2"]);
    place.refused("run s.toml --checkpoint saved", &["checkpoint.json", "version 1", "--replace"]);
    place.output("run s.toml --ticks 3 --checkpoint saved --replace");
    assert_eq!(ticks(&place), (Some(3), None));
    fs::remove_file(place.path("saved/checkpoint.json")).unwrap();
    place.refused("run --resume saved", &["checkpoint.json", "there is none"]);
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_folder_is_read_written_or_removed() {
    use std::os::unix::fs::symlink;
    let place = Place::with(BOIDS);
    place.output("run s.toml --ticks 4 --checkpoint saved --checkpoint-every 3");
    place.output("run s.toml --ticks 4 --checkpoint outside");
    place.write("victim", "mine");
    fs::create_dir(place.path("empty")).unwrap();
    let outside = || (tree(&place.path("outside")), place.read("victim"));
    let before = outside();
    let good = manifest(&place);
    let absolute = place.path("victim").display().to_string();

    // What the manifest of an older program could say.
    let parts = serde_json::json!(["../victim", absolute, "../empty/x"]);
    for version in [1, 2] {
        let bad =
            serde_json::json!({"version": version, "tick": 4, "population": 300, "parts": parts});
        place.write("saved/checkpoint.json", bad.to_string());
        place.refused("run --resume saved", &["checkpoint.json"]);
        place.output("run s.toml --ticks 2 --checkpoint saved --replace");
        assert_eq!(outside(), before);
    }
    // Names that are a checkpoint's own, but lead out of the folder.
    let name = "tick-000000000009-00000000000000aa";
    symlink("../outside", place.path("saved").join(name)).unwrap();
    symlink("../../victim", place.path(&format!("{}/rank-0007.snap", newest(&place)))).unwrap();
    symlink("../victim", place.path("saved/.flockwork-abcdef.part")).unwrap();
    place.output("run --resume saved --ticks 2 --checkpoint saved");
    let mut linked = good.clone();
    (linked["tick"], linked["run"]) = (9.into(), "00000000000000aa".into());
    place.write("saved/checkpoint.json", linked.to_string());
    place.flockwork("run --resume saved --ticks 2 --checkpoint saved").assert().code(2);
    place.output("run s.toml --ticks 2 --checkpoint saved --replace");
    place.output("run s.toml --ticks 2 --checkpoint saved --replace");
    assert_eq!(outside(), before);
    assert!(place.path("empty").exists());

    // The files that are not in folders of their own.
    for name in ["checkpoint.json", "lock"] {
        let _ = fs::remove_file(place.path("saved").join(name));
        symlink("../victim", place.path("saved").join(name)).unwrap();
        for more in ["", "--replace"] {
            place.refused(&format!("run s.toml --ticks 2 --checkpoint saved {more}"), &["saved"]);
        }
        assert_eq!(outside(), before);
        fs::remove_file(place.path("saved").join(name)).unwrap();
    }
}

#[test]
fn what_killed_runs_left_is_swept_and_what_is_foreign_stays() {
    let place = Place::with(BOIDS);
    place.output("run s.toml --ticks 4 --checkpoint saved --checkpoint-every 3");
    let own = "saved/tick-000000000009-00000000000000aa";
    fs::create_dir(place.path(own)).unwrap();
    for name in ["rank-0000.snap", "rank-0003.snap", ".flockwork-a1b2c3.part"] {
        place.write(&format!("{own}/{name}"), "half");
    }
    place.write("saved/.flockwork-a1b2c3.part", "half");
    let foreign =
        ["saved/notes.txt", "saved/tick-000000000010/rank-0000.snap", "saved/rank-0000.snap"];
    fs::create_dir(place.path("saved/tick-000000000010")).unwrap();
    let mixed = "saved/tick-000000000011-00000000000000aa";
    fs::create_dir(place.path(mixed)).unwrap();
    for name in foreign {
        place.write(name, "mine");
    }
    place.write(&format!("{mixed}/notes.txt"), "mine");
    place.write(&format!("{mixed}/rank-0000.snap"), "half");
    place.output("run --resume saved --ticks 0 --checkpoint saved");
    assert!(!place.path(own).exists());
    let files = tree(&place.path("saved"));
    assert_eq!(files.len(), 3 + foreign.len() + 1, "{files:?}");
    assert!(place.path(&format!("{mixed}/notes.txt")).exists());
}

#[test]
fn outputs_do_not_take_the_files_of_a_checkpoint() {
    let place = Place::with(BOIDS);
    place.output("run s.toml --ticks 4 --checkpoint saved");
    let part = format!("{}/rank-0000.snap", newest(&place));
    for output in
        ["--report saved/checkpoint.json", "--snapshot saved/lock", &format!("--snapshot {part}")]
    {
        for with in ["--resume saved", "s.toml --checkpoint saved --replace"] {
            let before = tree(&place.path("saved"));
            place
                .refused(&format!("run {with} --ticks 1 {output}"), &["a file of the checkpoints"]);
            assert_eq!(tree(&place.path("saved")), before);
        }
    }
    place.output("run --resume saved --ticks 1 --checkpoint saved --report saved/report.json");
}

#[test]
fn a_folder_that_cannot_hold_checkpoints_is_refused_and_nothing_stays() {
    let place = Place::with(BOIDS);
    fs::create_dir_all(place.path("taken/checkpoint.json")).unwrap();
    fs::create_dir_all(place.path("held/lock")).unwrap();
    let long = format!("a/{}", "n".repeat(300));
    for folder in ["s.toml", "s.toml/below", "taken", "held", &long] {
        let before = tree(place.folder.path());
        let args = format!("run s.toml --checkpoint {folder}");
        place.refused(&args, &["cannot write checkpoints to"]);
        assert_eq!(tree(place.folder.path()), before, "{folder}");
    }
    // Refused for another reason: the folders that were made for it have gone again.
    place.refused("run s.toml --checkpoint new/saved --set dt=-1", &["`dt` is -1"]);
    place.refused("run none.toml --checkpoint new/saved", &["none.toml"]);
}

/// As the system sees it: all of a state is on the disk, its names too, before `checkpoint.json`
/// says so, and that is on the disk before the state before the former one goes.
#[cfg(target_os = "linux")]
#[test]
fn files_and_folders_are_on_the_disk_before_the_former_state_goes() {
    let place = Place::with(BOIDS);
    let calls = "trace=fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,rmdir";
    let strace = Command::new("strace")
        .current_dir(place.folder.path())
        .args(["-f", "-y", "-o", "calls", "-e", calls])
        .arg(program())
        .args("run s.toml --ticks 5 --workers 1 --checkpoint saved --checkpoint-every 1".split(' '))
        .stdout(Stdio::null())
        .status();
    if !strace.is_ok_and(|status| status.success()) {
        eprintln!("skipped: strace is not here, or may not look at other processes");
        return;
    }
    let text = String::from_utf8(place.read("calls")).unwrap();
    let mut since: Vec<&str> = Vec::new();
    let (mut states, mut removed) = (0, 0);
    for call in text.lines().filter(|call| call.contains(" = 0")) {
        let is_sync = |one: &&str, part: &str| one.contains("sync(") && one.contains(part);
        let synced = |part: &str| since.iter().rposition(|one| is_sync(one, part));
        if call.contains("rename") && call.contains("checkpoint.json\"") {
            let at = |what: &str, found: Option<usize>| {
                found.unwrap_or_else(|| panic!("no {what}: {since:#?}"))
            };
            let part =
                at("sync of a part", since.iter().position(|one| is_sync(one, "/.flockwork")));
            let is_part = |one: &&str| one.contains("rename") && one.contains("rank-0000.snap\"");
            let renamed = since.iter().position(is_part);
            let renamed = at("renamed part", renamed);
            let folder = at("sync of its folder", synced(&format!("-{}>", run(since[renamed]))));
            let whole = at("sync of the folder of all", synced("saved>"));
            assert!(part < renamed && renamed < folder && folder < whole, "{since:#?}");
            assert!(since.last().is_some_and(|last| is_sync(last, "/.flockwork")), "{since:#?}");
            states += 1;
            since.clear();
        } else if call.contains("unlink") && call.contains("rank-0000.snap\"") {
            assert!(synced("saved>").is_some(), "{since:#?}");
            removed += 1;
        }
        since.push(call);
    }
    assert_eq!((states, removed), (5, 3), "{text}");
}

/// The number of the run in the name of a folder that a call names.
#[cfg(target_os = "linux")]
fn run(call: &str) -> &str {
    let rest = call.rsplit("tick-").next().unwrap();
    rest.split(['-', '/']).nth(1).unwrap()
}
