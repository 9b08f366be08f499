//! What goes wrong with files during a run: the state before stays whole, the exit status says so,
//! and nothing half-done is left behind.
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use super::{ALL_FILES, ALL_OUTPUTS, BOIDS, Place, TRIBES, Tree, program, tree};

/// The program in a shell that has done something first.
fn shell(place: &Place, before: &str, args: &str) -> Command {
    let mut command = Command::new("sh");
    command.current_dir(place.folder.path()).args(["-c", &format!("{before}; exec \"$0\" \"$@\"")]);
    command.arg(program()).args(args.split_whitespace());
    command
}

/// The same where file systems can be mounted that nobody else sees; None where that is not allowed.
fn mounted(place: &Place, mount: &str, args: &str) -> Option<Output> {
    let may =
        Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: file systems cannot be mounted here");
        return None;
    }
    let inner = shell(place, mount, args);
    let mut command = Command::new("unshare");
    command.arg("-rm").arg(inner.get_program()).args(inner.get_args());
    Some(command.current_dir(place.folder.path()).output().unwrap())
}

#[track_caller]
fn failed(output: &Output, code: i32, parts: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for part in parts {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
}

/// A place with a checkpoint of tick 20 and all outputs of a former run.
fn with_former() -> (Place, Tree) {
    let place = Place::with(TRIBES);
    place.output(&format!("run s.toml --ticks 20 --checkpoint saved {ALL_OUTPUTS}"));
    let before = tree(place.folder.path());
    assert_eq!(before.len(), 1 + ALL_FILES.len() + 2);
    (place, before)
}

#[test]
fn a_disk_that_is_full_ends_a_run_and_leaves_what_was_there() {
    let (place, before) = with_former();
    let go_on = "run --resume saved --checkpoint saved --ticks 40";
    let picture = format!("{go_on} --picture out.png");
    let all = format!("{} {ALL_OUTPUTS}", go_on.replace("--checkpoint saved", ""));
    // Files of more than so many blocks cannot be.
    for (blocks, args, what) in [
        (20, go_on, "rank-0000.snap"),
        (20, &picture, "rank-0000.snap"),
        (20, &all, "out."),
        (0, &all, "out."),
    ] {
        let output = shell(&place, &format!("ulimit -f {blocks}"), args).output().unwrap();
        failed(&output, 1, &["cannot write", what, "File too large"]);
        assert_eq!(tree(place.folder.path()), before, "{args}");
    }
    // A disk that is full in earnest.
    let mount = "size=$(($(stat -c %s saved/tick-*/rank-0000.snap) * 5 / 2)); mkdir disk; \
                 mount -t tmpfs -o size=$size none disk && cp -r saved disk/";
    let args = "run --resume disk/saved --checkpoint disk/saved --ticks 40 --checkpoint-every 1";
    // What is left there goes with the mount, so a second command looks.
    let look = format!(
        "{mount} && {{ \"$0\" {args}; code=$?; \"$0\" run --resume disk/saved --ticks 0 -q; \
                        find disk; exit $code; }}"
    );
    if let Some(output) = mounted(&place, &look, "") {
        failed(&output, 1, &["cannot write", "No space left on device"]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(!said.contains(".part"), "{said}");
        let states = said.lines().filter(|line| line.ends_with("rank-0000.snap")).count();
        assert_eq!(states, 2, "{said}");
        // It goes on from the last state that was whole.
        assert!(said.lines().any(|line| line.len() == 16), "{said}");
    }
}

#[test]
fn devices_that_are_full_fail_and_others_are_written() {
    let (place, before) = with_former();
    for option in ["--report", "--record", "--picture", "--snapshot"] {
        let args = format!("run s.toml --ticks 3 {option} /dev/full --checkpoint new");
        let output = shell(&place, ":", &args).output().unwrap();
        failed(&output, 1, &["cannot write /dev/full", "No space left"]);
        if place.path("new").exists() {
            assert_clean(&place, "new");
            fs::remove_dir_all(place.path("new")).unwrap();
        }
        place.output(&format!("run s.toml --ticks 3 {option} /dev/null"));
    }
    let output =
        shell(&place, ":", "run s.toml --ticks 3 --report out.json").stdout(full()).output();
    failed(&output.unwrap(), 1, &["cannot write to the standard output"]);
    // Only that one was written.
    let after = tree(place.folder.path());
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
}

fn full() -> Stdio {
    fs::File::options().write(true).open("/dev/full").unwrap().into()
}

#[test]
fn a_disk_that_is_read_only_is_found_before_the_run() {
    let (place, before) = with_former();
    let mount = "mount --bind . . && mount -o remount,ro,bind . && cd \"$PWD\"";
    let go_on = "run --resume saved --ticks 1g";
    for (more, what) in [
        ("--checkpoint saved", "checkpoints to saved"),
        ("--checkpoint new/folder", "checkpoints to new/folder"),
        ("--report out.json", "out.json"),
        ("--record new.parquet", "new.parquet"),
        ("--picture new.png", "new.png"),
        ("--snapshot out.snap", "out.snap"),
    ] {
        let Some(output) = mounted(&place, mount, &format!("{go_on} {more}")) else { return };
        failed(&output, 2, &["cannot write", what, "Read-only file system"]);
    }
    let output = mounted(&place, mount, "init boids --out new.toml").unwrap();
    failed(&output, 2, &["cannot write to new.toml", "Read-only"]);
    let output = mounted(&place, mount, "stress s.toml --report new.json").unwrap();
    failed(&output, 2, &["cannot write to new.json", "Read-only"]);
    assert_eq!(tree(place.folder.path()), before);
}

/// Starts a run that never ends by itself, and waits until it computes.
fn running(place: &Place, args: &str) -> Child {
    let child = Command::new(program())
        .current_dir(place.folder.path())
        .args(format!("run {args} --ticks 1g").split_whitespace())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    place.wait_for("a checkpoint", || place.path("saved/checkpoint.json").exists());
    child
}

#[test]
fn a_folder_that_goes_during_the_run_ends_it_and_stays_whole_where_it_went() {
    let place = Place::with(TRIBES);
    let child = running(&place, "s.toml --checkpoint saved --checkpoint-every 5");
    fs::rename(place.path("saved"), place.path("moved")).unwrap();
    let output = child.wait_with_output().unwrap();
    failed(&output, 1, &["cannot write saved/"]);
    assert!(!place.path("saved").exists());
    place.output("run --resume moved --ticks 1 --checkpoint moved");
    assert_clean(&place, "moved");

    // The folder of the other outputs: the checkpoint is written all the same.
    let place = Place::with(TRIBES);
    fs::create_dir(place.path("out")).unwrap();
    let args =
        "s.toml --checkpoint saved --checkpoint-every 5 --report out/a.json --snapshot b.snap";
    let child = running(&place, args);
    fs::remove_dir(place.path("out")).unwrap();
    send(&child, "TERM");
    let output = child.wait_with_output().unwrap();
    failed(&output, 1, &["cannot write out/a.json"]);
    // All files come, or none does.
    assert!(!place.path("b.snap").exists());
    place.output("run --resume saved --ticks 1");
    assert_clean(&place, "saved");
}

fn send(child: &Child, name: &str) {
    let kill = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
}

/// Nothing is in a folder of checkpoints but whole states that `checkpoint.json` names.
#[track_caller]
fn assert_clean(place: &Place, folder: &str) {
    let manifest = place.json(&format!("{folder}/checkpoint.json"));
    let states = 1 + usize::from(manifest["former"].is_object());
    let files: Vec<PathBuf> = tree(&place.path(folder)).into_keys().collect();
    assert_eq!(files.len(), 1 + states, "{files:?}");
}

/// A number from 0 to `below`, from a seed.
fn pick(seed: u64, below: u64) -> u64 {
    let mut mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(factor);
    }
    (mixed ^ (mixed >> 31)) % below
}

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_a_whole_state_and_the_next_one_sweeps() {
    let place = Place::with(&BOIDS.replace("entities = 300", "entities = 2000"));
    let mut begin = "s.toml".to_string();
    let mut resumed = 0;
    for seed in 0..50 {
        let before = fs::read(place.path("saved/checkpoint.json")).ok();
        let args = format!("{begin} --checkpoint saved --checkpoint-every 1 --record rows.parquet");
        let mut child = Command::new(program())
            .current_dir(place.folder.path())
            .args(format!("run {args} --every 100k --ticks 1g --workers 1").split_whitespace())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // From before the first line of its program to the midst of writing.
        if seed % 2 == 1 {
            place.wait_for("a checkpoint", || {
                let now = fs::read(place.path("saved/checkpoint.json")).ok();
                now.is_some() && now != before
            });
        }
        std::thread::sleep(Duration::from_micros(pick(seed, 20_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        // Half a recording never looks like a whole one.
        assert!(!place.path("rows.parquet").exists());
        if place.path("saved/checkpoint.json").exists() {
            let assert = place.flockwork("run --resume saved --ticks 0 -q").assert().success();
            let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
            assert!(said.is_empty(), "the newest state is whole: {said}");
            begin = "--resume saved".to_string();
            resumed += 1;
        }
    }
    assert!(resumed > 20, "{resumed}");
    // The next run goes on from there, as if nothing had been, and leaves nothing of the others.
    let tick = place.json("saved/checkpoint.json")["tick"].as_u64().unwrap();
    let end =
        place.fingerprint("run --resume saved --ticks 3 --checkpoint saved --record rows.parquet");
    assert_eq!(end, place.fingerprint(&format!("run s.toml --ticks {}", tick + 3)));
    assert_clean(&place, "saved");
    assert_eq!(place.files(), ["rows.parquet", "s.toml", "saved"]);
}

#[test]
fn a_signal_writes_a_checkpoint_at_the_tick_at_which_the_run_ends() {
    for name in ["INT", "TERM", "HUP"] {
        if name == "HUP" && is_ignored_here(1) {
            eprintln!("skipped: this process was started so that HUP is ignored");
            continue;
        }
        let place = Place::with(BOIDS);
        let child = running(&place, "s.toml --checkpoint saved --report a.json");
        send(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{name}");
        let report = place.json("a.json");
        let tick = report["last_tick"].as_u64().unwrap();
        assert!(tick >= 1000 && report["interrupted"] == true);
        assert_eq!(place.json("saved/checkpoint.json")["tick"], tick, "{name}");
        assert_clean(&place, "saved");
        let end = place.fingerprint("run --resume saved --ticks 10");
        assert_eq!(end, place.fingerprint(&format!("run s.toml --ticks {}", tick + 10)), "{name}");
    }
}

/// Whether children of this process do not hear a signal.
fn is_ignored_here(signal: u32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0");
    u64::from_str_radix(mask.trim(), 16).unwrap() >> (signal - 1) & 1 == 1
}
