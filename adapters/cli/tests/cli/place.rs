//! A folder in which a test runs the program.

#![allow(dead_code)] // each test binary uses its own part

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use assert_cmd::Command;
use tempfile::TempDir;

/// A folder of its own in which the program runs.
pub struct Place {
    pub folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with `s.toml`.
    pub fn with(scenario: &str) -> Self {
        let place = Self::new();
        place.write("s.toml", scenario);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// The program, here, with arguments that spaces part.
    pub fn flockwork(&self, args: &str) -> Command {
        let mut command = Command::new(program());
        command.current_dir(self.folder.path()).args(args.split_whitespace());
        command.timeout(std::time::Duration::from_secs(60));
        command
    }

    /// What a command that succeeds prints.
    pub fn output(&self, args: &str) -> String {
        let output = self.flockwork(args).assert().success().get_output().stdout.clone();
        String::from_utf8(output).unwrap()
    }

    /// The fingerprint that a quiet run prints.
    pub fn fingerprint(&self, args: &str) -> String {
        let text = self.output(&format!("{args} --quiet"));
        let fingerprint = text.trim_end();
        assert_eq!(fingerprint.len(), 16, "{text}");
        assert!(fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
        fingerprint.to_string()
    }

    /// All files here, hidden ones too.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Waits until something is so.
    #[track_caller]
    pub fn wait_for(&self, what: &str, is_so: impl Fn() -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        while !is_so() {
            assert!(Instant::now() < end, "there is no sign of {what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Checks that a command is refused as wrong use: exit code 2, every part of the message, and
    /// no file more or less than before.
    #[track_caller]
    pub fn refused(&self, args: &str, parts: &[&str]) {
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

/// The files below a folder, with their content.
pub type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// All files below a folder, hidden ones too.
pub fn tree(folder: &Path) -> Tree {
    fn walk(folder: &Path, below: &Path, found: &mut Tree) {
        // What a run removes meanwhile is not there.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), below.join(entry.file_name()));
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                walk(&path, &name, found);
            } else if let Ok(bytes) = fs::read(&path) {
                found.insert(name, bytes);
            }
        }
    }
    let mut found = Tree::new();
    walk(folder, Path::new(""), &mut found);
    found
}

/// The command, beside this test: where it was when this was compiled may be another checkout.
pub fn program() -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    deps.parent().and_then(Path::parent).unwrap().join("flockwork")
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../..").join(path)
}
