//! The header is what the source says.

use std::fs;
use std::path::PathBuf;

/// The folder of this crate: where it was when this was compiled may be another checkout.
fn folder() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs tests"))
}

fn header() -> String {
    let config = cbindgen::Config::from_file(folder().join("cbindgen.toml")).unwrap();
    let made = cbindgen::generate_with_config(folder(), config).unwrap();
    let mut text = Vec::new();
    made.write(&mut text);
    String::from_utf8(text).unwrap()
}

#[test]
fn the_header_is_what_the_source_says() {
    let kept = fs::read_to_string(folder().join("include/flockwork.h")).unwrap();
    assert!(
        kept == header(),
        "include/flockwork.h is not what the source says; this makes it anew: \
         cargo test -p flockwork-c --test header write -- --ignored"
    );
}

#[test]
fn every_name_begins_with_that_of_the_library() {
    let header = header();
    let mut seen = 0;
    for line in header.lines().filter(|line| !line.starts_with("//")) {
        let name = line
            .strip_prefix("typedef struct ")
            .or_else(|| line.strip_prefix("#define "))
            .or_else(|| line.strip_prefix("enum "))
            .or_else(|| line.strip_prefix("fw_status "));
        if let Some(name) = name {
            seen += 1;
            let good = ["fw_", "FW_", "FLOCKWORK_H"].iter().any(|begin| name.starts_with(begin));
            assert!(good, "{line}");
        }
    }
    assert!(seen > 50, "{seen} names");
}

#[test]
#[ignore = "writes the header anew"]
fn write() {
    fs::write(folder().join("include/flockwork.h"), header()).unwrap();
}
