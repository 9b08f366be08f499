//! `new`, and copies of the example: crates outside of this repository.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::deny_list::{cargo, has_clippy};
use super::{Place, repository, tree};

/// Runs Cargo in a crate. What it is built of is here: nothing is fetched.
#[track_caller]
fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    // The versions that the repository is tested with.
    fs::copy(repository("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let Output { status, stdout, stderr } = cargo(folder, arguments).output().unwrap();
    let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    let well = status.success() && !stderr.contains("warning");
    assert!(well, "{arguments:?}: {stdout}{stderr}");
    stdout
}

#[test]
fn a_new_crate_passes_its_tests_and_runs_its_scenario() {
    let place = Place::new();
    let checkout = repository("");
    let words = ["new", "night-crowd", "--path", checkout.to_str().unwrap()];
    let said = place.flockwork("").args(words).assert().success().get_output().stdout.clone();
    assert!(String::from_utf8(said).unwrap().contains("cargo test"));
    let folder = place.path("night-crowd");
    let text = succeeds(&folder, &["test", "--offline", "--quiet"]);
    assert!(text.contains("2 passed"), "{text}");
    let run =
        ["run", "--offline", "--quiet", "--", "run", "scenario.toml", "--ticks", "3", "--quiet"];
    let fingerprint = succeeds(&folder, &run);
    assert_eq!(fingerprint.trim_end().len(), 16, "{fingerprint}");
    // It keeps the list of what a model must not use.
    if has_clippy("that a new crate passes it") {
        succeeds(&folder, &["clippy", "--offline", "--quiet", "--", "--deny", "warnings"]);
    }
    // Mistakes do not compile, and the compiler says which they are.
    let code = fs::read_to_string(folder.join("src/lib.rs")).unwrap();
    let refused = |right: &str, wrong: &str, command: &str, problem: &str| {
        assert!(code.contains(right), "{right}");
        fs::write(folder.join("src/lib.rs"), code.replace(right, wrong)).unwrap();
        let output = cargo(&folder, &[command, "--offline", "--quiet"]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && text.contains(problem), "{wrong}: {text}");
    };
    let default = "the default of the parameter `caution` is not in its range: it must be from 0.0 \
                   to 1e3";
    refused("caution: f32 = 0.5", "caution: f32 = -0.5", "check", default);
    // What is wrong with columns is known when the model is used.
    let alive = "owned {\n            /// 0 for who dies.\n            alive: u32,";
    refused("owned {", alive, "build", "the column `alive` must be of type bool or u8");
}

#[test]
fn a_new_crate_is_made_whole_where_nothing_is_or_not_at_all() {
    let place = Place::new();
    place.output("new a-crowd --quiet");
    let made = tree(&place.path("a-crowd"));
    assert_eq!(made.len(), 7, "{:?}", made.keys());
    let text = |name: &str| String::from_utf8(made[Path::new(name)].clone()).unwrap();
    // Nothing but published names.
    assert!(text("Cargo.toml").contains("name = \"a-crowd\""));
    assert!(!text("Cargo.toml").contains("path =") && !text("Cargo.toml").contains("[patch"));
    assert!(text("src/main.rs").contains("with::<a_crowd::ACrowdModel>()"));
    for (name, bytes) in &made {
        let words = String::from_utf8_lossy(bytes).to_lowercase();
        assert!(!words.contains("walkers"), "{}", name.display());
    }
    // Again: it is there.
    place.refused("new a-crowd", &["a-crowd is not empty", "was not changed"]);
    assert_eq!(tree(&place.path("a-crowd")), made);
    // An empty folder may be there, a file may not.
    fs::create_dir(place.path("empty")).unwrap();
    place.output("new empty --quiet");
    assert_eq!(tree(&place.path("empty")).len(), 7);
    place.write("file", "mine");
    place.refused("new file", &["file exists already and is no folder"]);
    place.refused("new Boids", &["`Boids`", "small letters"]);
    place.refused("new boids", &["`boids`", "there is one of that name"]);
    place.refused("new b --path .", &["--path . is no checkout of Flockwork", "kernel/Cargo.toml"]);
    assert_eq!(place.files(), ["a-crowd", "empty", "file"]);
}

/// All files of a folder but those that builds leave.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() && name != "target" {
            copy(&path, &to.join(name));
        } else if path.is_file() {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

#[test]
fn a_copy_of_the_example_outside_of_the_repository_builds_from_a_checkout() {
    let place = Place::new();
    let folder = place.path("epidemic");
    copy(&repository("examples/epidemic"), &folder);
    // As docs/FIRST-MODEL.md says.
    let patch = repository(".cargo/checkout.toml");
    let words = ["check", "--offline", "--quiet", "--all-targets", "--config"];
    succeeds(&folder, &[&words[..], &[patch.to_str().unwrap()]].concat());
}
