//! Where outputs may go: what cannot be written, or would destroy something, is found before the run.

use std::fs;

use super::{BOIDS, Place, tree};

/// So long that no test waits for its end.
const LONG: &str = "--ticks 1g";

#[test]
fn an_output_that_is_an_input_is_refused_under_any_name() {
    let scenario = BOIDS.replace("entities = 300", "initial = \"a.csv\"");
    let place = Place::with(&scenario);
    place.write("a.csv", "x,y\n1,1\n2,2\n3,3\n");
    place.output("snapshot s.toml --ticks 2 --out a.snap");
    let mut cases = vec![
        ("--report s.toml".to_string(), "its name must end in .json"),
        ("--picture a.csv".to_string(), "its name must end in .png"),
        ("--snapshot a.csv".to_string(), "must not end in"),
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("s.toml", place.path("soft.json")).unwrap();
        fs::hard_link(place.path("s.toml"), place.path("hard")).unwrap();
        fs::hard_link(place.path("a.csv"), place.path("table.png")).unwrap();
        fs::create_dir(place.path("inner")).unwrap();
        cases.extend([
            ("--report soft.json".to_string(), "must end in .json"),
            ("--snapshot hard".to_string(), "it is the scenario, which would be lost"),
            ("--snapshot inner/../hard".to_string(), "it is the scenario"),
            (format!("--snapshot {}", place.path("hard").display()), "it is the scenario"),
            ("--picture table.png".to_string(), "it is the initial table"),
        ]);
    }
    let before = tree(place.folder.path());
    for (args, part) in &cases {
        place.refused(&format!("run s.toml {LONG} {args}"), &["cannot write to", part]);
        assert_eq!(tree(place.folder.path()), before, "{args}");
    }
    // A snapshot may be replaced by the one that follows it, but not by something else.
    place.write("b", place.read("a.snap"));
    place.refused("run --resume b --ticks 1 --report b", &["the snapshot that is resumed"]);
    place.output("run --resume b --ticks 1 --snapshot b");
    #[cfg(unix)]
    place.refused("snapshot s.toml --out hard", &["it is the scenario"]);
    place.write("plain", BOIDS);
    place.refused("stress plain --report plain", &["it is the scenario, which would be lost"]);
    place.refused("run plain --report plain", &["it is the scenario, which would be lost"]);
}

#[test]
fn an_ending_that_promises_another_format_is_refused_with_what_is_allowed() {
    let place = Place::with(BOIDS);
    for (args, part) in [
        (
            "--record a.csv",
            "it is to hold a recording, so its name must end in .parquet or .pq or .xyz",
        ),
        ("--report a.parquet", "JSON, so its name must end in .json"),
        ("--picture a.jpg", "a PNG picture, so its name must end in .png"),
        ("--snapshot a.json", "a snapshot, so its name must not end in .json, .jsonl"),
    ] {
        place.refused(&format!("run s.toml {LONG} {args}"), &["cannot write to a.", part]);
    }
    place.refused("snapshot s.toml --out a.toml", &["a snapshot, so its name must not"]);
    place.refused("stress s.toml --report a.png", &["must end in .json"]);
    place.refused("init boids --out a.json", &["a TOML scenario, so its name must end in .toml"]);
    place
        .output("run s.toml --ticks 2 --report plain --record a.PQ --picture b.PNG --snapshot c.d");
}

#[test]
fn names_that_cannot_be_are_found_before_the_run() {
    let place = Place::with(BOIDS);
    let long = "n".repeat(256);
    for option in ["--report", "--record", "--picture", "--snapshot"] {
        place.refused(&format!("run s.toml {LONG} {option} {long}"), &["File name too long"]);
        place.refused(&format!("run s.toml {LONG} {option} new/"), &["it names a folder"]);
        place.refused(&format!("run s.toml {LONG} {option} s.toml/a"), &["Not a directory"]);
    }
    place.refused(&format!("init boids --out {long}"), &["File name too long"]);
    place.refused(&format!("stress s.toml --report {long}"), &["File name too long"]);
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_refused_and_stays_a_link() {
    let place = Place::with(BOIDS);
    std::os::unix::fs::symlink("nowhere.json", place.path("link.json")).unwrap();
    std::os::unix::fs::symlink("nowhere.toml", place.path("link.toml")).unwrap();
    let part = "it is a link to nowhere.json, which is not there";
    place.refused(&format!("run s.toml {LONG} --report link.json"), &[part]);
    place.refused("stress s.toml --report link.json", &[part]);
    place.refused("init boids --out link.toml", &["a link to nowhere.toml"]);
    assert!(place.path("link.json").is_symlink() && place.path("link.toml").is_symlink());
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_never_keeps_a_run_waiting() {
    use std::io::Read;
    use std::process::Command;
    let place = Place::with(BOIDS);
    let made = Command::new("mkfifo").arg(place.path("pipe")).status().unwrap();
    assert!(made.success());
    for option in ["--report", "--record", "--picture", "--snapshot"] {
        let args = format!("run s.toml {LONG} {option} pipe");
        place.refused(&args, &["cannot write to pipe: it is a pipe that nobody reads"]);
    }
    // As an input too.
    place.refused("run --resume pipe", &["the snapshot pipe"]);
    // With a reader it is as good as a file.
    let mut reader = fs::File::options().read(true).write(true).open(place.path("pipe")).unwrap();
    place.output("run s.toml --ticks 2 --report pipe");
    let mut bytes = [0; 1 << 16];
    let found = reader.read(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes[..found]);
    assert!(text.contains("\"fingerprint\""), "{text}");
}
