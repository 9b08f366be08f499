//! An interrupted command ends with 130; its files are whole or not there.
#![cfg(unix)]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{ALL_FILES, ALL_OUTPUTS, BOIDS, Place, TRIBES, program};

/// Starts a command that would run for very long.
fn start(place: &Place, args: &str) -> Child {
    Command::new(program())
        .current_dir(place.folder.path())
        .args(args.split_whitespace())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn send(child: &Child, name: &str) {
    let kill = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
}

/// Sends a signal and gives the exit code; panics if the command goes on.
fn signal(mut child: Child, name: &str) -> (Option<i32>, String) {
    send(&child, name);
    let end = Instant::now() + Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
            panic!("it did not stop");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// Waits until the recording is being written: from then on a run listens.
fn wait_for_recording(place: &Place) {
    let end = Instant::now() + Duration::from_secs(30);
    while !place.files().iter().any(|name| name.ends_with(".part")) {
        assert!(Instant::now() < end, "no recording was begun");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_interrupted_run_writes_whole_files_and_ends_with_130() {
    for name in ["-INT", "-TERM"] {
        let place = Place::with(TRIBES);
        let args = format!("run s.toml --ticks 1g {ALL_OUTPUTS}").replace("every 2", "every 1m");
        let child = start(&place, &args);
        wait_for_recording(&place);
        std::thread::sleep(Duration::from_millis(100));
        let (code, text) = signal(child, name);
        assert_eq!(code, Some(130));
        assert!(text.contains("interrupted"), "{text}");
        let mut files = ALL_FILES.to_vec();
        files.push("s.toml");
        assert_eq!(place.files(), files);
        let report = place.json("out.json");
        assert_eq!(report["interrupted"], true);
        // The snapshot is of the tick that the report is of: a run of as many ticks agrees.
        let ticks = report["ticks"].as_u64().unwrap();
        let fingerprint = report["fingerprint"].as_str().unwrap();
        let resumed = place.fingerprint("run --resume out.snap --ticks 0");
        assert_eq!(resumed, fingerprint);
        if ticks < 2000 {
            let again = place.fingerprint(&format!("run s.toml --ticks {ticks}"));
            assert_eq!(again, fingerprint);
        }
        let parquet = place.read("out.parquet");
        assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
        assert!(place.read("out.png").ends_with(b"IEND\xae\x42\x60\x82"));
    }
}

#[test]
fn interrupted_searches_and_comparisons_write_nothing() {
    for args in ["stress s.toml --ticks 1000000 --report a.json", "verify s.toml --ticks 1g"] {
        let place = Place::with(&BOIDS.replace("entities = 300", "entities = 3000"));
        let child = start(&place, args);
        // Nothing shows that they listen by now; they do so within milliseconds.
        std::thread::sleep(Duration::from_millis(700));
        let (code, _) = signal(child, "-INT");
        assert_eq!(code, Some(130), "{args}");
        assert_eq!(place.files(), ["s.toml"], "{args}");
    }
}

#[test]
fn a_second_interrupt_ends_at_once_and_leaves_nothing() {
    // So dense that one tick takes seconds.
    let place = Place::with(&BOIDS.replace("entities = 300", "entities = 100000"));
    let child = start(&place, &format!("run s.toml --workers 1 {ALL_OUTPUTS}"));
    wait_for_recording(&place);
    std::thread::sleep(Duration::from_millis(300));
    send(&child, "-INT");
    std::thread::sleep(Duration::from_millis(100));
    let (code, _) = signal(child, "-INT");
    assert_eq!(code, Some(130));
    assert_eq!(place.files(), ["s.toml"]);
}
