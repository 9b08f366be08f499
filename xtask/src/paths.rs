//! Every path that a document names exists.
//!
//! A path is what stands between backticks and looks like one: a file with a known ending, or a
//! folder with a slash at its end. A name may follow, as in `xtask/src/paths.rs::step`; then the
//! file must hold that word. Links to files of the repository are checked in more documents, for
//! what stands between backticks there is often what a user types.

use std::fs;
use std::path::Path;

use crate::run::{Failure, Outcome, root};

/// The documents whose paths must exist.
const MAPS: [&str; 3] = ["docs/ARCHITECTURE.md", "docs/DETERMINISM.md", "CONTRIBUTING.md"];

/// The documents whose links must lead somewhere; those of them that are there.
const LINKED: [&str; 8] = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/ARCHITECTURE.md",
    "docs/CLUSTER.md",
    "docs/DETERMINISM.md",
    "docs/REPORT.md",
    "docs/SCENARIOS.md",
];

/// Endings that make a word a path.
const SUFFIXES: [&str; 9] = [".rs", ".toml", ".md", ".txt", ".ts", ".js", ".mjs", ".tsx", ".png"];

/// Reads the documents.
pub fn step() -> Outcome {
    let (mut missing, mut count) = (Vec::new(), 0);
    let mut check = |document: &str, line: usize, path: &str, found: Result<(), String>| {
        count += 1;
        if let Err(why) = found {
            missing.push(format!("{document}:{line}: `{path}`: {why}"));
        }
    };
    for document in MAPS {
        let text = fs::read_to_string(root().join(document))
            .map_err(|error| Failure::new(format!("{document} cannot be read: {error}")))?;
        for (line, path) in named(&text) {
            check(document, line, path, exists(path));
        }
    }
    for document in LINKED {
        let Ok(text) = fs::read_to_string(root().join(document)) else { continue };
        for (line, path) in links(&text) {
            check(document, line, path, leads(document, path));
        }
    }
    if !missing.is_empty() {
        return Err(Failure::new(missing.join("\n")));
    }
    println!("{count} paths and links lead to what is there");
    Ok(())
}

/// The links of a text to files, with their lines; fenced code is left out.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in unfenced(text) {
        let ends = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let paths = ends.map(|path| path.split('#').next().unwrap_or(path));
        let files = paths.filter(|path| !path.is_empty() && !path.contains("://"));
        found.extend(files.map(|path| (number, path)));
    }
    found
}

/// Whether a link of a document leads to something.
fn leads(document: &str, path: &str) -> Result<(), String> {
    let document = root().join(document);
    let full = document.parent().unwrap_or(Path::new("")).join(path);
    full.exists().then_some(()).ok_or_else(|| "the link leads nowhere".into())
}

/// The lines outside fenced code, with their numbers.
fn unfenced(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            lines.push((number + 1, line));
        }
    }
    lines
}

/// The paths of a text with their lines; fenced code is left out.
fn named(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in unfenced(text) {
        let quoted = line.split('`').skip(1).step_by(2).filter(|word| is_path(word));
        found.extend(quoted.map(|word| (number, word)));
    }
    found
}

fn is_path(word: &str) -> bool {
    let path = word.split("::").next().unwrap_or(word);
    let plain =
        !path.is_empty() && path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    let (folder, ending) = (path.contains('/'), SUFFIXES.iter().any(|end| path.ends_with(end)));
    // `a/b` may also be a package of npm or a pair of words: a folder ends with a slash.
    plain && !path.starts_with('/') && (ending || (folder && path.ends_with('/')))
}

fn exists(word: &str) -> Result<(), String> {
    let (path, name) = word.split_once("::").map_or((word, ""), |(path, name)| (path, name));
    let full = root().join(path);
    if !full.exists() {
        return Err("no such file or folder".into());
    }
    let Some(name) = name.rsplit("::").next().filter(|last| !last.is_empty()) else {
        return Ok(());
    };
    let text = fs::read_to_string(&full).map_err(|error| error.to_string())?;
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    match words.into_iter().any(|word| word == name) {
        true => Ok(()),
        false => Err(format!("the file has nothing named {name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_between_backticks_alone() {
        let text = "see `kernel/src/lib.rs` and `docs/`, not kernel/src/x.rs\n```\n`a/b.rs`\n```\n\
                    `x / y.rs` `cargo xtask test` `flockwork/react` `Cargo.toml` `a/b.rs::c::d`";
        let found = named(text);
        let expected =
            [(1, "kernel/src/lib.rs"), (1, "docs/"), (5, "Cargo.toml"), (5, "a/b.rs::c::d")];
        assert_eq!(found, expected);
    }

    #[test]
    fn links_to_files_are_found_and_followed() {
        let text = "[a](docs/x.md) ![b](y.png) [c](https://x.y/z) [d](#here)\n```\n[e](no)\n```\n\
                    [f](z.md#part)";
        assert_eq!(links(text), [(1, "docs/x.md"), (1, "y.png"), (5, "z.md")]);
        assert!(leads("docs/DETERMINISM.md", "../Cargo.toml").is_ok());
        assert!(leads("docs/DETERMINISM.md", "Cargo.toml").is_err());
        assert!(leads("CONTRIBUTING.md", "Cargo.toml").is_ok());
    }

    #[test]
    fn a_missing_file_folder_or_name_is_told() {
        assert!(exists("xtask/src/paths.rs").is_ok());
        assert!(exists("xtask/src/paths.rs::step").is_ok());
        assert!(exists("xtask/src/").is_ok());
        assert!(exists("xtask/src/no.rs").is_err());
        assert!(exists("no/").is_err());
        let never = ["xtask/src/main.rs::nobody", "has", "this"].concat();
        assert!(exists(&never).unwrap_err().contains("nobodyhasthis"));
    }
}
