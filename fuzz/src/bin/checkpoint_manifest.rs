//! A `checkpoint.json` is taken or refused, whatever it says, and all names that come from it are
//! ones that a checkpoint makes, inside its folder.

#![no_main]

#[path = "../../../adapters/cli/src/checkpoint/manifest.rs"]
mod manifest;

use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use manifest::{Generation, Manifest, RunId, is_folder, is_part};

fuzz_target!(|data: &[u8]| {
    if let Ok(name) = std::str::from_utf8(data)
        && (is_folder(name) || is_part(name))
    {
        inside(Path::new(name), 1);
    }
    let Ok(mut manifest) = Manifest::parse(data) else { return };
    for generation in manifest.generations() {
        let folder = generation.folder();
        assert!(is_folder(&folder), "{folder}");
        for number in [0, generation.parts - 1] {
            let part = Generation::part(number);
            assert!(is_part(&part), "{part}");
            inside(&Path::new(&folder).join(&part), 2);
        }
    }
    // What is written is read as it was, by any run.
    manifest.newest.run = RunId::new();
    assert_eq!(Manifest::parse(manifest.json().as_bytes()), Ok(manifest));
});

/// Checks that a path leads so many steps down, and nowhere else.
fn inside(path: &Path, steps: usize) {
    assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{path:?}");
    assert_eq!(path.components().count(), steps, "{path:?}");
}
