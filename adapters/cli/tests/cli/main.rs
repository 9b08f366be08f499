//! The command `flockwork` as a user meets it: every test runs the program.

mod bad_input;
mod bad_tables;
mod commands;
mod interrupt;
mod outputs;
mod reports;
mod run;
mod scenarios;
mod snapshots;

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// A small world of boids.
const BOIDS: &str = "\
model = \"boids\"
entities = 300
ticks = 20
dt = 0.05
[world]
width = 10
height = 8
";

/// A small world of tribes, with births, deaths and events.
const TRIBES: &str = "\
model = \"tribes\"
entities = 1500
ticks = 60
dt = 0.05
[world]
width = 25
height = 20
";

/// A folder of its own in which the program runs.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with `s.toml`.
    fn with(scenario: &str) -> Self {
        let place = Self::new();
        place.write("s.toml", scenario);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// The program, here, with arguments that spaces part.
    fn flockwork(&self, args: &str) -> Command {
        let mut command = Command::new(program());
        command.current_dir(self.folder.path()).args(args.split_whitespace());
        command.timeout(std::time::Duration::from_secs(60));
        command
    }

    /// What a command that succeeds prints.
    fn output(&self, args: &str) -> String {
        let output = self.flockwork(args).assert().success().get_output().stdout.clone();
        String::from_utf8(output).unwrap()
    }

    /// The fingerprint that a quiet run prints.
    fn fingerprint(&self, args: &str) -> String {
        let text = self.output(&format!("{args} --quiet"));
        let fingerprint = text.trim_end();
        assert_eq!(fingerprint.len(), 16, "{text}");
        assert!(fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
        fingerprint.to_string()
    }

    /// All files here, hidden ones too.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Checks that a command is refused as wrong use: exit code 2, every part of the message, and
    /// no file more or less than before.
    #[track_caller]
    fn refused(&self, args: &str, parts: &[&str]) {
        let before = self.files();
        let assert = self.flockwork(args).assert();
        let output = assert.get_output();
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args}: {message}");
        for part in parts {
            assert!(message.contains(part), "{args}: no {part:?} in {message}");
        }
        assert!(output.stdout.is_empty(), "{args}: {}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(self.files(), before, "{args}");
    }
}

/// The command, beside this test: where it was when this was compiled may be another checkout.
fn program() -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    deps.parent().and_then(Path::parent).unwrap().join("flockwork")
}

/// A file of the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../..").join(path)
}

/// Everything a run can be asked to leave behind.
const ALL_OUTPUTS: &str =
    "--report out.json --record out.parquet --every 2 --picture out.png --snapshot out.snap";

/// The names of those files.
const ALL_FILES: [&str; 4] = ["out.json", "out.parquet", "out.png", "out.snap"];
