//! `flockwork new`: a crate of one's own, with a model, its command line and its test.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::args::NewArgs;
use crate::failure::{Failure, emit};
use crate::human;
use crate::registry::Registry;
use crate::whole::folder_of;

/// The files of the crate, from this program's templates. There the crate is called `walkers`.
const FILES: [(&str, &str); 7] = [
    (".gitignore", include_str!("../templates/crate/gitignore")),
    ("Cargo.toml", include_str!("../templates/crate/Cargo.toml")),
    ("clippy.toml", crate::DENY_LIST),
    ("scenario.toml", include_str!("../templates/crate/scenario.toml")),
    ("src/lib.rs", include_str!("../templates/crate/src/lib.rs")),
    ("src/main.rs", include_str!("../templates/crate/src/main.rs")),
    ("tests/twin.rs", include_str!("../templates/crate/tests/twin.rs")),
];

/// The crates that the new one is built of, and where a checkout has them.
const CRATES: [(&str, &str); 7] = [
    ("flockwork-kernel", "kernel"),
    ("flockwork-spatial", "spatial"),
    ("flockwork-observables", "observables"),
    ("flockwork-scheduler", "scheduler"),
    ("flockwork-scheduler-native", "scheduler-native"),
    ("flockwork-models", "models"),
    ("flockwork-cli", "adapters/cli"),
];

/// Names that Cargo or the language has for something else.
const TAKEN: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
];

/// The longest name.
const LONGEST: usize = 60;

/// `flockwork new`.
pub(crate) fn new(registry: &Registry, args: &NewArgs) -> Result<(), Failure> {
    let name = &args.name;
    check_name(registry, name).map_err(Failure::Usage)?;
    let patch = match &args.path {
        Some(path) => patch(path).map_err(Failure::Usage)?,
        None => String::new(),
    };
    let folder = Path::new(name);
    check_folder(folder).map_err(Failure::Usage)?;
    write(folder, name, &patch).map_err(|error| {
        Failure::run(format_args!("cannot make the folder {}: {error}", human::path(folder)))
    })?;
    if args.quiet {
        return Ok(());
    }
    emit(&format!(
        "wrote the crate {name}; in its folder:\n\
         \x20 cargo test                                     the model against a naive twin\n\
         \x20 cargo clippy                                   nothing that changes from machine to machine\n\
         \x20 cargo run --release -- run scenario.toml       a run\n\
         \x20 cargo run --release -- verify scenario.toml    the same bits on any number of workers\n"
    ))
}

/// Checks that a crate, and the model in it, can have this name.
fn check_name(registry: &Registry, name: &str) -> Result<(), String> {
    let shown = human::shown(name);
    let good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c))
        && name.len() <= LONGEST;
    if !good {
        return Err(format!(
            "a crate cannot be called `{shown}`: its name must be small letters a to z, digits, - \
             and _, begin with a letter, end with a letter or a digit, and have at most {LONGEST} \
             signs"
        ));
    }
    let ident = ident(name);
    if TAKEN.contains(&ident.as_str()) {
        return Err(format!(
            "a crate cannot be called `{shown}`: Rust or Cargo has that name for something else"
        ));
    }
    if ident.starts_with("flockwork") {
        return Err(format!(
            "a crate of your own cannot be called `{shown}`: names that begin with flockwork are \
             those of its own crates"
        ));
    }
    if registry.names().any(|known| known == ident) {
        return Err(format!(
            "a model of your own cannot be called `{ident}`: there is one of that name"
        ));
    }
    Ok(())
}

/// Checks that nothing is where the folder shall be, or an empty folder.
fn check_folder(folder: &Path) -> Result<(), String> {
    let shown = human::path(folder);
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(format!("the folder {shown} is not empty: it was not changed")),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => match fs::symlink_metadata(folder) {
            Ok(_) => Err(format!("{shown} is a link to nothing: it was not changed")),
            Err(_) => Ok(()),
        },
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            Err(format!("{shown} exists already and is no folder: it was not changed"))
        }
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

/// The part of a manifest that takes the crates from a checkout.
fn patch(checkout: &Path) -> Result<String, String> {
    let shown = human::path(checkout);
    let missing = CRATES.iter().find_map(|(name, place)| {
        let manifest = checkout.join(place).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).unwrap_or_default();
        (!text.contains(&format!("name = \"{name}\""))).then_some(manifest)
    });
    if let Some(manifest) = missing {
        return Err(format!(
            "--path {shown} is no checkout of Flockwork: {} is not there, or another crate's",
            human::path(&manifest)
        ));
    }
    let whole = fs::canonicalize(checkout).map_err(|error| format!("--path {shown}: {error}"))?;
    let whole =
        whole.to_str().filter(|text| !text.contains(char::is_control)).ok_or_else(|| {
            format!("--path {shown} cannot be written in a manifest: it must be text")
        })?;
    // Windows puts this before a path that it has made whole; Cargo takes none with it.
    let whole = whole.trim_start_matches(r"\\?\").replace('\\', "/").replace('"', "\\\"");
    let mut text =
        "\n# The crates come from a checkout. Without this part they are the published ones.\n\
                    [patch.crates-io]\n"
            .to_string();
    for (name, place) in CRATES {
        text += &format!("{name} = {{ path = \"{whole}/{place}\" }}\n");
    }
    Ok(text)
}

/// Writes all files, or none: they are made beside the folder's place and then put there.
fn write(folder: &Path, name: &str, patch: &str) -> std::io::Result<()> {
    let beside = tempfile::Builder::new().prefix(".flockwork-new-").tempdir_in(".")?;
    for (file, text) in FILES {
        let path = beside.path().join(file);
        fs::create_dir_all(folder_of(&path))?;
        let text = match file {
            "clippy.toml" => text.to_string(),
            "Cargo.toml" => {
                text.replace("name = \"walkers\"", &format!("name = \"{name}\"")) + patch
            }
            _ => text.replace("walkers", &ident(name)).replace("Walkers", &camel(name)),
        };
        fs::write(path, text)?;
    }
    open_to_others(beside.path())?;
    if folder.is_dir() {
        fs::remove_dir(folder)?;
    }
    fs::rename(beside.path(), folder)?;
    // It is not there any more, and must not be removed.
    let _: PathBuf = beside.keep();
    Ok(())
}

/// A temporary folder is its owner's alone; this one shall be like any other.
#[cfg(unix)]
fn open_to_others(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    // A folder that was just made in it has what is usual here.
    let usual = fs::metadata(folder.join("src"))?.permissions().mode();
    fs::set_permissions(folder, fs::Permissions::from_mode(usual))
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// The name as Rust writes it.
fn ident(name: &str) -> String {
    name.replace('-', "_")
}

/// The name as the beginning of a type's.
fn camel(name: &str) -> String {
    let words = name.split(['-', '_']).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cargo_or_flockwork_would_not_take_are_refused() {
        let registry = Registry::builtin();
        for good in ["a", "my-crowd", "crowd_2", "model", "setup", "agents3d"] {
            assert_eq!(check_name(&registry, good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", "begin with a letter"),
            ("My", "small letters"),
            ("2d", "begin with a letter"),
            ("a b", "small letters"),
            ("a/b", "small letters"),
            ("..", "small letters"),
            ("a-", "end with"),
            ("é", "small letters"),
            ("async", "something else"),
            ("proc-macro", "something else"),
            ("flockwork-kernel", "its own crates"),
            ("boids", "there is one of that name"),
            ("lennard-jones", "there is one of that name"),
        ] {
            let problem = check_name(&registry, bad).unwrap_err();
            assert!(problem.contains(why), "{bad}: {problem}");
        }
        assert!(check_name(&registry, &"a".repeat(LONGEST)).is_ok());
        assert!(check_name(&registry, &"a".repeat(LONGEST + 1)).is_err());
    }

    #[test]
    fn names_are_written_as_rust_wants_them() {
        assert_eq!(
            (ident("my-crowd-2"), camel("my-crowd-2")),
            ("my_crowd_2".into(), "MyCrowd2".into())
        );
        assert_eq!(camel("a__b"), "AB");
    }
}
