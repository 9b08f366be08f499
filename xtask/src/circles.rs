//! No file of a crate uses another one that uses it, over however many steps.
//!
//! What a file uses is what it names after `crate::`, `super::` or `self::`, but for tests and
//! documentation. The root of a crate uses all its files; so files name one another, and not what the
//! root hands on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::run::{Failure, Outcome, root};

/// The crates that it binds.
const BOUND: [&str; 1] = ["scheduler/src"];

/// The name of the root.
const ROOT: &str = "lib";

/// Which files each file uses, by their paths as modules.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// Looks for circles.
pub fn step() -> Outcome {
    for folder in BOUND {
        let mut texts = BTreeMap::new();
        read(&root().join(folder), "", &mut texts)
            .map_err(|error| Failure::new(format!("{folder} cannot be read: {error}")))?;
        let uses = uses(&texts);
        if let Some(circle) = circle(&uses) {
            let files: Vec<_> = circle.iter().map(|file| format!("{folder}/{file}.rs")).collect();
            return Err(Failure::new(format!("a circle: {}", files.join(" uses "))));
        }
        println!("{folder}: {} files and no circle", texts.len());
    }
    Ok(())
}

/// The texts of all files in a folder, by their paths as modules.
fn read(folder: &Path, within: &str, texts: &mut BTreeMap<String, String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        let module = format!("{within}{name}");
        if path.is_dir() {
            read(&path, &format!("{module}/"), texts)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            texts.insert(module, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn uses(texts: &BTreeMap<String, String>) -> Uses {
    let uses = |(file, text): (&String, &String)| {
        if file == ROOT {
            return (file.clone(), texts.keys().filter(|other| *other != file).cloned().collect());
        }
        let parent: Vec<&str> = file.split('/').collect();
        let mut used = BTreeSet::new();
        for path in paths(&code(text)) {
            let at: Vec<&str> = match &path[0][..] {
                "crate" => Vec::new(),
                "super" => parent[..parent.len() - 1].to_vec(),
                _ => parent.clone(),
            };
            let words = at.into_iter().chain(path[1..].iter().map(String::as_str));
            used.insert(file_of(words, texts));
        }
        used.remove(file);
        (file.clone(), used)
    };
    texts.iter().map(uses).collect()
}

/// The file that holds what a path names: the one of as many of its words as there is.
fn file_of<'a>(words: impl Iterator<Item = &'a str>, texts: &BTreeMap<String, String>) -> String {
    let (mut found, mut module) = (ROOT.to_string(), String::new());
    for word in words {
        module += word;
        match texts.contains_key(&module) {
            true => found.clone_from(&module),
            false => break,
        }
        module.push('/');
    }
    found
}

/// The lines that are no comments and no tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// The paths within the crate, each word by word.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in ["crate", "super", "self"] {
        for (at, _) in code.match_indices(&format!("{start}::")) {
            // Not the end of another word, nor a macro's `$crate`, which is another crate's.
            let before = code[..at].chars().next_back();
            if !before.is_some_and(|c| c.is_alphanumeric() || "_$:".contains(c)) {
                tree(&code[at..], &mut Vec::new(), &mut found);
            }
        }
    }
    found
}

/// Reads `a::b::{c, d::e}` after `before`, and gives how many bytes that takes.
fn tree(code: &str, before: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let depth = before.len();
    let mut at = 0;
    loop {
        at += code[at..].len() - code[at..].trim_start().len();
        let rest = &code[at..];
        if let Some(inside) = rest.strip_prefix('{') {
            at += 1;
            let end = inside.len();
            while at <= end && !code[at..].starts_with('}') {
                at += tree(&code[at..], before, found).max(1);
            }
            at += 1;
            break;
        }
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        before.push(rest[..word].to_string());
        at += word;
        match code[at..].strip_prefix("::") {
            Some(_) => at += 2,
            // Between two names there is a comma.
            None if word == 0 => break,
            None => {
                found.push(before.clone());
                break;
            }
        }
    }
    before.truncate(depth);
    at
}

/// A circle of files, of which the first is the last too.
fn circle(uses: &Uses) -> Option<Vec<String>> {
    let mut good = BTreeSet::new();
    uses.keys().find_map(|file| walk(file, uses, &mut Vec::new(), &mut good))
}

fn walk(
    file: &str,
    uses: &Uses,
    way: &mut Vec<String>,
    good: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(begin) = way.iter().position(|before| before == file) {
        let mut circle = way[begin..].to_vec();
        circle.push(file.to_string());
        return Some(circle);
    }
    if good.contains(file) {
        return None;
    }
    way.push(file.to_string());
    let used = uses.get(file).into_iter().flatten();
    let found = used.into_iter().find_map(|next| walk(next, uses, way, good));
    way.pop();
    good.insert(file.to_string());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Option<Vec<String>> {
        let own = |(name, text): &(&str, &str)| (name.to_string(), text.to_string());
        circle(&uses(&files.iter().map(own).collect()))
    }

    #[test]
    fn a_circle_is_found_over_several_files_and_kinds_of_paths() {
        let files = [
            ("lib", "mod a; mod b; mod c;"),
            ("a", "use crate::b::{self, part::{One, Two}};"),
            ("b", "mod part;"),
            ("b/part", "use core::fmt;\nuse crate::{c,\n    d::D, e};"),
            ("c", "fn f() -> super::a::A {}"),
            ("d", ""),
            ("e", "use crate::{d, c};"),
        ];
        let circle = found(&files).unwrap();
        assert_eq!(circle, ["a", "b/part", "c", "a"]);
    }

    #[test]
    fn what_the_root_hands_on_is_no_way_round() {
        let files = [("lib", "mod a;\npub use a::A;"), ("a", "use crate::B;")];
        assert_eq!(found(&files).unwrap(), ["a", "lib", "a"]);
    }

    #[test]
    fn comments_tests_macros_and_other_words_are_no_uses() {
        let files = [
            ("lib", "mod a;\nmod b;"),
            ("a", "use crate::b::B;"),
            (
                "b",
                "//! See [`A`](crate::a::A).\nmacro_rules! m { () => { $crate::a::A } }\n\
                   use my_crate::a; #[cfg(test)]\nmod tests { use crate::a::A; }",
            ),
        ];
        assert_eq!(found(&files), None);
    }
}
