//! Scenarios, options and snapshots that must be refused, with nothing left behind.

use super::{ALL_OUTPUTS, BOIDS, Place, TRIBES};

/// Runs with all outputs asked for, and none must come to be.
#[track_caller]
fn refused_run(place: &Place, args: &str, parts: &[&str]) {
    place.refused(&format!("run {args} {ALL_OUTPUTS}"), parts);
}

#[test]
fn radii_must_be_positive_and_fit_the_world() {
    let place = Place::with(BOIDS);
    let radius = |value: &str, parts: &[&str]| {
        refused_run(&place, &format!("s.toml --set params.neighbor_radius={value}"), parts);
    };
    radius("0", &["`params.neighbor_radius` is 0", "a number from 1e-6 to 1000000"]);
    radius("-1", &["`params.neighbor_radius` is -1", "from 1e-6"]);
    radius("nan", &["`params.neighbor_radius` is NaN", "from 1e-6"]);
    radius("inf", &["`params.neighbor_radius` is inf", "from 1e-6"]);
    // The world is 10 wide and 8 high.
    radius("8", &["s.toml", "the interaction radius is 8", "along the periodic width"]);
    radius("0.1", &["separation_radius", "at most neighbor_radius"]);
}

#[test]
fn a_cut_must_leave_room_for_the_radius() {
    let place = Place::with(BOIDS);
    refused_run(&place, "s.toml --regions 20x1", &["cannot be cut into 20x1", "rows", "columns"]);
    refused_run(&place, "s.toml --regions 100000", &["cannot be cut into 100000 regions"]);
    refused_run(&place, "s.toml --regions 0", &["--regions", "rows x columns such as 2x3"]);
    refused_run(&place, "s.toml --regions 2x", &["--regions", "rows x columns such as 2x3"]);
}

#[test]
fn entities_and_workers_must_not_be_absurdly_many() {
    let place = Place::with(BOIDS);
    refused_run(&place, "s.toml --entities 0 --scale", &["--scale", "width"]);
    refused_run(&place, "s.toml --entities 2g", &["`entities` is 2000000000", "to 1073741824"]);
    refused_run(&place, "s.toml --entities -5", &["-5"]);
    refused_run(&place, "s.toml --entities 1e-3", &["--entities", "such as 250000"]);
    // More than the memory of any machine that runs tests, and known before any is asked for.
    #[cfg(target_os = "linux")]
    refused_run(
        &place,
        "s.toml --entities 1g --scale --set world.precision=any",
        &["s.toml", "memory are needed", "are free"],
    );
    refused_run(&place, "s.toml --workers 0", &["--workers", "1..=1024"]);
    refused_run(&place, "s.toml --workers 5000", &["--workers", "1..=1024"]);
    refused_run(&place, "s.toml --workers two", &["--workers"]);
}

/// Runs the program with at most so many KiB of address space.
#[cfg(target_os = "linux")]
#[track_caller]
fn with_limit(place: &Place, kib: u32, args: &str) -> (Option<i32>, String) {
    let command = format!("ulimit -v {kib}; exec \"$0\" {args}");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &command]).arg(super::program()).current_dir(place.path(""));
    let output = shell.output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn under_a_limit_of_memory_a_run_is_refused_or_ends_with_a_message() {
    let place = Place::with(BOIDS);
    let run = "run s.toml --entities 2m --scale --ticks 1 --quiet --workers 2";
    for mib in [60, 100, 150, 200, 250, 300, 400, 500] {
        let (code, said) = with_limit(&place, mib * 1024, run);
        let refused = code == Some(2) && said.contains("memory are needed");
        let ended = code == Some(1) && said.contains("not enough memory");
        assert!(code == Some(0) || refused || ended, "{mib} MiB: {code:?} {said}");
    }
    let (code, said) = with_limit(&place, 200 * 1024, run);
    assert_eq!(code, Some(2), "{said}");
    // A table is read only as far as there is room for its rows.
    let table: String = std::iter::repeat_n("1,2\n", 2_000_000).collect();
    place.write("a.csv", format!("x,y\n{table}"));
    place.write("t.toml", BOIDS.replace("entities = 300", "initial = \"a.csv\""));
    let (code, said) = with_limit(&place, 200 * 1024, "run t.toml --ticks 1");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("the most that there may be") && said.contains("are free"), "{said}");
}

#[test]
fn worlds_and_times_must_be_finite() {
    let place = Place::with(BOIDS);
    for (set, parts) in [
        ("world.width=0", ["`world.width` is 0", "to 1000000000"]),
        ("world.width=-3", ["`world.width` is -3", "to 1000000000"]),
        ("world.height=1e300", ["`world.height` is 1", "to 1000000000"]),
        ("world.height=nan", ["`world.height` is NaN", "to 1000000000"]),
        ("dt=-0.1", ["`dt` is -0.1", "from 0 to"]),
        ("dt=inf", ["`dt` is inf", "from 0 to"]),
        ("seed=-1", ["`seed` is -1", "from 0 to 18446744073709551615"]),
        ("seed=18446744073709551616", ["`seed` is", "from 0 to 18446744073709551615"]),
        ("ticks=1.5", ["`ticks` is 1.5", "a whole number"]),
    ] {
        refused_run(&place, &format!("s.toml --set {set}"), &parts);
    }
    refused_run(&place, "s.toml --ticks 99999999999999999999", &["--ticks", "below 2^64"]);
}

#[test]
fn numbers_that_would_become_others_in_32_bits_are_refused() {
    let place = Place::with(BOIDS);
    for (set, parts) in [
        ("dt=1e-60", ["`dt` is 1e-60, which becomes 0 as a number of 32 bits", "from 0 to"]),
        ("dt=1e-46", ["`dt` is 1e-46, which becomes 0", "from 0 to"]),
        ("params.cohesion=1e-60", ["`params.cohesion` is 1e-60, which becomes 0", "from 0 to"]),
        ("params.cohesion=1e60", ["`params.cohesion` is 1e60", "becomes infinite"]),
        ("world.width=1e-60", ["`world.width` is 1e-60", "from 1e-6 to"]),
    ] {
        refused_run(&place, &format!("s.toml --set {set}"), &parts);
    }
    // What is as small as there is in 32 bits is none of them, and 0 is what was given.
    for set in ["dt=1e-45", "dt=0", "params.cohesion=1e-40", "params.cohesion=-0.0"] {
        place.output(&format!("check s.toml --set world.precision=any --set {set}"));
    }
}

#[test]
fn unknown_keys_get_a_suggestion() {
    let place = Place::with(&BOIDS.replace("ticks", "tics"));
    refused_run(&place, "s.toml", &["s.toml:3:1", "no key `tics`", "did you mean `ticks`?"]);
    let place = Place::with(&format!("{BOIDS}[params]\nmax_sped = 1\n"));
    refused_run(&place, "s.toml", &["s.toml:9:1", "did you mean `params.max_speed`?"]);
    let place = Place::with(&BOIDS.replace("boids", "bords"));
    refused_run(&place, "s.toml", &["s.toml:1:1", "no model `bords`", "did you mean `boids`?"]);
    let place = Place::with(BOIDS);
    refused_run(&place, "s.toml --set world.widht=4", &["did you mean `world.width`?"]);
    refused_run(&place, "s.toml --tick 4", &["unexpected argument '--tick'", "'--ticks'"]);
}

#[test]
fn wrong_types_are_named_with_what_is_allowed() {
    for (line, parts) in [
        ("entities = \"300\"", ["the text \"300\"", "a whole number"]),
        ("entities = [300]", ["the list [300]", "a whole number"]),
        ("entities = 2026-11-24", ["a date", "a whole number"]),
        ("entities = true", ["a boolean", "a whole number"]),
    ] {
        let place = Place::with(&BOIDS.replace("entities = 300", line));
        refused_run(&place, "s.toml", &[&["s.toml:2:1", "`entities` is"], &parts[..]].concat());
    }
    let place = Place::with(&BOIDS.replace("[world]", "world = 3\n[params]"));
    refused_run(&place, "s.toml", &["`world` is 3", "[world]"]);
}

#[test]
fn what_is_no_scenario_is_refused() {
    let place = Place::new();
    place.write("binary.toml", [0xff, 0xff, 0x00]);
    place.write("broken.toml", "model = \n");
    place.write("empty.toml", "");
    std::fs::create_dir(place.path("folder")).unwrap();
    refused_run(&place, "none.toml", &["cannot read the scenario none.toml"]);
    refused_run(&place, "folder", &["cannot read the scenario folder"]);
    refused_run(&place, "binary.toml", &["binary.toml", "not UTF-8"]);
    refused_run(&place, "broken.toml", &["broken.toml:1", "not TOML"]);
    refused_run(&place, "empty.toml", &["empty.toml: it is empty"]);
    place.write("comment.toml", "# nothing\n");
    refused_run(&place, "comment.toml", &["`model` is missing", "`dt` is missing"]);
    // Longer than any scenario; only as much is read as may be.
    place.write("long.toml", format!("# {}", "x".repeat(2 << 20)));
    refused_run(&place, "long.toml", &["long.toml: it is longer than 1.00 MiB"]);
    place.refused("verfy", &["did you mean the command `flockwork verify`?"]);
}

#[test]
fn snapshots_that_are_damaged_or_foreign_are_refused() {
    let place = Place::with(BOIDS);
    place.output("snapshot s.toml --ticks 5 --out good.snap");
    let good = place.read("good.snap");
    let resume = |name: &str, bytes: &[u8], part: &str| {
        place.write(name, bytes);
        refused_run(&place, &format!("--resume {name}"), &[name, part]);
    };
    resume("empty.snap", &[], "is empty");
    resume("foreign.snap", b"\x89PNG\r\n\x1a\n and so on", "not a flockwork snapshot");
    for at in [24, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        resume("flipped.snap", &bad, "the checksum of the snapshot is wrong");
    }
    for length in [9, 30, good.len() / 2, good.len() - 1] {
        let message = if length < 24 { "ends too early" } else { "bytes long and is" };
        resume("short.snap", &good[..length], message);
    }
    let long = [&good[..], b"x"].concat();
    resume("long.snap", &long, "bytes long and is");
    let mut other = good.clone();
    other[8] = 77;
    resume("version.snap", &other, "of version 77; this program reads versions 3 to ");
    other[8..12].copy_from_slice(&1u32.to_be_bytes());
    resume("turned.snap", &other, "the version of the snapshot is no number of one");
    // The length field itself.
    let mut absurd = good.clone();
    absurd[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
    resume("absurd.snap", &absurd, "should be 18446744073709551615 bytes long");
    refused_run(&place, "--resume none.snap", &["the snapshot none.snap"]);
}

#[cfg(unix)]
#[test]
fn names_of_files_cannot_steer_a_terminal() {
    let place = Place::with(BOIDS);
    let name = "\u{1b}[2J.toml";
    for args in ["run", "check"] {
        place.refused(&format!("{args} {name}"), &["the scenario \\u{1b}[2J.toml"]);
    }
    place.write(name, BOIDS.replace("boids", "b\\u001boids"));
    place.refused(
        &format!("run {name}"),
        &["\\u{1b}[2J.toml:1:1: there is no model `b\\u{1b}oids`"],
    );
    place.write(name, BOIDS);
    let commands = ["run --ticks 2", "check", "verify --ticks 2 --workers 1", "stress --most 300"];
    for args in commands {
        let output = place.output(&format!("{args} {name}"));
        assert!(!output.contains('\u{1b}'), "{output:?}");
    }
    let words = format!("run {name} --ticks 2 --report \u{1b}a.json --snapshot \u{1b}a.snap");
    assert!(!place.output(&words).contains('\u{1b}'));
    place.write("a.csv", "x,y,\u{1b}[31m\n1,1,1\n");
    place.write("t.toml", BOIDS.replace("entities = 300", "initial = \"a.csv\""));
    place.refused("run t.toml", &["no column `\\u{1b}[31m`"]);
}

#[test]
fn quiet_commands_say_nothing_but_what_is_wrong_or_the_one_result() {
    let place = Place::with(BOIDS);
    for args in ["run s.toml --ticks 2 --entities 3000 -q", "verify s.toml --ticks 2 -q"] {
        let assert = place.flockwork(args).assert().success();
        let output = assert.get_output();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.is_empty(), "{args}: {error}");
        assert_eq!(output.stdout.len(), 17, "{args}");
    }
    assert_eq!(place.output("check s.toml -q"), "");
    assert_eq!(place.output("init boids -q --out b.toml"), "");
    place.refused("check s.toml -q --set dt=-1", &["`dt` is -1"]);
}

#[test]
fn a_snapshot_of_another_scenario_is_refused() {
    let place = Place::with(BOIDS);
    place.write("tribes.toml", TRIBES);
    place.write("wide.toml", BOIDS.replace("width = 10", "width = 11"));
    place.write("seed.toml", format!("seed = 9\n{BOIDS}"));
    place.write("fast.toml", format!("{BOIDS}[params]\nmax_speed = 3\n"));
    place.write("more.toml", BOIDS.replace("entities = 300", "entities = 301"));
    place.write(
        "two.toml",
        BOIDS.replace("dt = 0.05", "dt = 0.1").replace("width = 10", "width = 11"),
    );
    place.output("snapshot s.toml --ticks 5 --out a.snap");
    for (file, part) in [
        ("tribes.toml", "`model` is boids, but tribes in tribes.toml"),
        ("wide.toml", "`world.width` is 10, but 11 in wide.toml"),
        ("seed.toml", "`seed` is 1, but 9 in seed.toml"),
        ("fast.toml", "`params.max_speed` is 2, but 3 in fast.toml"),
        ("more.toml", "`entities` is 300, but 301 in more.toml"),
        ("two.toml", "`dt` is 0.05, but 0.1 in two.toml; `world.width` is 10, but 11 in two.toml"),
    ] {
        refused_run(&place, &format!("{file} --resume a.snap"), &["a.snap", part]);
    }
    refused_run(&place, "--resume a.snap --seed 4", &["--seed", "cannot be used with"]);
    refused_run(&place, "--resume a.snap --entities 4", &["--entities", "cannot be used with"]);
}

#[test]
fn outputs_that_cannot_be_written_are_refused_before_the_run() {
    let place = Place::with(BOIDS);
    std::fs::create_dir(place.path("folder")).unwrap();
    for option in ["--report", "--record", "--picture", "--snapshot"] {
        place.refused(&format!("run s.toml {option} none/a"), &["cannot write to none/a"]);
        place.refused(&format!("run s.toml {option} folder"), &["folder", "it is a folder"]);
    }
    place.refused("run s.toml --report a --picture ./a", &["two outputs go to", "its own"]);
    place.refused("run s.toml --every 2", &["--record"]);
    place.refused("run s.toml --record a.parquet --every 0", &["--every", "at least 1"]);
    place.refused(
        "run s.toml --ticks 1m --record a.parquet --every 1",
        &["--record would hold 1,000,001 ticks", "--every must be at least"],
    );
    place.refused("stress s.toml --report none/a", &["cannot write to none/a"]);
    place.refused("snapshot s.toml --out none/a", &["cannot write to none/a"]);
    place.refused("snapshot s.toml", &["--out"]);
}

#[test]
fn a_run_that_fails_leaves_nothing_behind() {
    // The last id there is has gone to an animal of the table: nobody can be born.
    let place = Place::with(&format!("initial = \"a.csv\"\n{TRIBES}"));
    let mut table = "id,x,y\n".to_string();
    for row in 0..1500u32 {
        let id = if row == 0 { u32::MAX - 1 } else { row };
        let (x, y) = (row * 7919 % 2500, row * 104_729 % 2000);
        table += &format!("{id},{},{}\n", f64::from(x) / 100.0, f64::from(y) / 100.0);
    }
    place.write("a.csv", &table);
    let before = place.files();
    let args = format!("run s.toml {ALL_OUTPUTS}");
    let output = place.flockwork(&args).assert().code(1).get_output().clone();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("no ids left") && message.contains("tick"), "{message}");
    assert_eq!(place.files(), before);
}
