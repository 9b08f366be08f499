//! `deny-list`: clippy holds a crate of one's own against it. Skipped where there is no clippy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Place, repository};

/// Cargo in the crate of a place, whose builds share the folder that this test was built in.
pub(super) fn cargo(place: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(place).args(arguments).env("CARGO_TERM_COLOR", "never");
    command.env("CARGO_TARGET_DIR", target().join("tests-of-cli"));
    command
}

/// The folder of builds.
fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_path_buf()
}

/// Whether there is clippy; says so if a test is left out.
pub(super) fn has_clippy(test: &str) -> bool {
    let mut command = cargo(Path::new("."), &["clippy", "--version"]);
    let found = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        println!("SKIPPED {test}: there is no clippy");
    }
    found
}

/// A crate with the list and this code.
fn make(name: &str, dependencies: &str, code: &str) -> Place {
    let place = Place::new();
    let list = place.output("deny-list");
    place.write("clippy.toml", list);
    let manifest = format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n[workspace]\n\
         [dependencies]\n{dependencies}"
    );
    place.write("Cargo.toml", manifest);
    fs::create_dir(place.path("src")).unwrap();
    place.write("src/lib.rs", code);
    place
}

/// Whether clippy takes a crate, and what it says.
fn clippy(place: &Place) -> (bool, String) {
    // What the workspace is built of is here: nothing is fetched.
    let words = ["clippy", "--offline", "--quiet", "--", "--deny", "warnings"];
    let output = cargo(&place.path(""), &words).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_crate_that_asks_the_standard_library_for_a_sine_is_refused_and_one_without_passes() {
    if !has_clippy("a_crate_that_asks_the_standard_library_for_a_sine_is_refused") {
        return;
    }
    let code = |body: &str| format!("pub fn f(x: f32, n: u32) -> f32 {{\n    {body}\n}}\n");
    let bad = make("deny-sine", "", &code("x.sin() * n.min(3) as f32"));
    let (passes, text) = clippy(&bad);
    assert!(!passes, "{text}");
    for part in ["`f32::sin`", "use flockwork_kernel::math", "src/lib.rs:2:"] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    // Whole numbers may, and so may exact operations of floats.
    let good = make("deny-none", "", &code("x.sqrt().floor() % 0.3 * n.clamp(1, 3) as f32"));
    let (passes, text) = clippy(&good);
    assert!(passes && !text.contains("warning"), "{text}");
}

/// Items that use each name of the list that this machine can compile, and those names.
fn uses(list: &str) -> (String, Vec<String>) {
    let (mut code, mut names) = (String::from("#![allow(unused, deprecated)]\n"), Vec::new());
    let mut kind = "";
    for line in list.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" = [") {
            kind = name;
        }
        let Some(name) = line.strip_prefix("{ path = \"").and_then(|rest| rest.split('"').next())
        else {
            continue;
        };
        // Of other targets, and of a crate that the workspace is not built of.
        let elsewhere = ["core::arch::aarch64", "core::arch::wasm32", "rand", "hashbrown"];
        let foreign = name.contains("x86") && !cfg!(target_arch = "x86_64");
        if foreign || elsewhere.iter().any(|path| name.starts_with(path)) {
            continue;
        }
        let at = names.len();
        code += &match (kind, name.split_once("::")) {
            ("disallowed-types", _) => format!("use {name} as Type{at};\n"),
            ("disallowed-macros", _) => format!("fn use{at}() -> bool {{ {name}!(\"avx2\") }}\n"),
            (_, Some(("slice", method))) => slices(at, method),
            (_, Some(("num_traits", rest))) => {
                let (of, method) = rest.rsplit_once("::").unwrap();
                format!("fn use{at}() {{ let _ = <f32 as num_traits::{of}>::{method}; }}\n")
            }
            _ => format!("fn use{at}() {{ let _ = {name}; }}\n"),
        };
        names.push(name.to_string());
    }
    (code, names)
}

/// A use of a method of slices.
fn slices(at: usize, method: &str) -> String {
    let place = if method.starts_with("select") { "0, " } else { "" };
    let order = match method.rsplit_once("_by") {
        Some((_, "_key")) => "|a| *a",
        Some((_, "")) => "|a, b| a.cmp(b)",
        _ => "",
    };
    format!("fn use{at}(all: &mut [u32]) {{ all.{method}({place}{order}); }}\n")
}

#[test]
fn every_name_of_the_list_is_one_that_clippy_finds() {
    if !has_clippy("every_name_of_the_list_is_one_that_clippy_finds") {
        return;
    }
    let list = fs::read_to_string(repository("adapters/cli/templates/clippy.toml")).unwrap();
    let (code, names) = uses(&list);
    assert!(names.len() > 200, "{}", names.len());
    // Those that the workspace has.
    let dependencies = "libm = \"=0.2.16\"\nwide = \"=1.7.1\"\nnum-traits = \"0.2\"\n";
    let place = make("deny-all", dependencies, &code);
    let (passes, text) = clippy(&place);
    assert!(!passes);
    let missed: Vec<&String> =
        names.iter().filter(|name| !text.contains(&format!("`{name}`"))).collect();
    assert!(missed.is_empty(), "{missed:?} in {text}");
}
