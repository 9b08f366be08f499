//! Pages in Rust: the class and the example of `adapters/web-rust`, built, tested, served.
//!
//! Beside what the npm package needs they take the tool `wasm-bindgen`, of the very version of the
//! crate, which cargo installs into the target folder where it is missing. The tests in a browser need
//! Chromium and its driver.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{
    Failure, Outcome, Step, cargo, finish, has_program, root, skip, steps, target_folder,
};
use crate::web;

const FOLDER: &str = "adapters/web-rust";
const TARGET: &str = "wasm32-unknown-unknown";
const RUNNER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";

/// The parts of the tests.
const PARTS: &[Step] = &[
    Step { name: "native", about: "what the pages must give, natively", run: native },
    Step { name: "class", about: "the class in Node.js and in Chromium", run: class },
    Step { name: "pages", about: "the packages and the example in Chromium", run: pages },
];

/// What takes a tool that is dear to build, and no part of the test command.
const MORE: &[Step] =
    &[Step { name: "wasm-pack", about: "the command of wasm-pack in the README", run: wasm_pack }];

/// `cargo xtask web-rust`: builds the example and serves it.
pub fn command(arguments: &[String]) -> Outcome {
    let options = web::Options::read("web-rust", arguments)?;
    if !options.built {
        web::prepare()?;
        example()?;
    }
    web::serve(&root().join(FOLDER).join("example/dist"), &options)
}

/// `cargo xtask web-rust-test`: the tests, with what is missing brought.
pub fn test(arguments: &[String]) -> Outcome {
    if arguments.iter().any(|argument| argument == "wasm-pack") {
        return steps("web-rust-test", MORE, arguments);
    }
    if !arguments.iter().any(|argument| argument == "--list") {
        web::prepare()?;
        bring_browser();
    }
    steps("web-rust-test", PARTS, arguments)
}

/// The same as a step of the test command, which installs nothing but a target and `wasm-bindgen`.
pub fn step() -> Outcome {
    if let Err(failure) = web::has_tools() {
        skip("web-rust", &format!("{}: `cargo xtask web-rust-test` brings it", failure.message));
        return Ok(());
    }
    PARTS.iter().try_for_each(|part| (part.run)())
}

/// Brings Chromium and its driver, where that may be done.
fn bring_browser() {
    if has_program("chromium") && has_program("chromedriver") || !has_program("apt-get") {
        return;
    }
    println!("bringing Chromium: apt-get install chromium chromium-driver");
    let mut command = Command::new("apt-get");
    command.args(["install", "--yes", "--no-install-recommends", "chromium", "chromium-driver"]);
    // Whether that was enough is looked at where it is needed.
    let _ = finish(command.env("DEBIAN_FRONTEND", "noninteractive"));
}

fn native() -> Outcome {
    finish(&mut here(&["test", "--quiet", "--workspace", "--tests"]))?;
    finish(&mut here(&["test", "--quiet", "--package", "flockwork-web", "--doc"]))?;
    let lint = ["clippy", "--quiet", "--workspace", "--all-targets", "--target", TARGET];
    finish(here(&lint).args(["--", "--deny=warnings"]))
}

fn class() -> Outcome {
    let runner = tools()?.join("wasm-bindgen-test-runner");
    let run = ["test", "--package", "flockwork-sim-core", "--target", TARGET];
    let tests = || {
        let mut command = here(&run);
        command.args(["--test", "class"]).env(RUNNER, &runner);
        command
    };
    finish(&mut tests())?;
    if !has_program("chromedriver") {
        skip(
            "the class in Chromium",
            "there is no chromedriver: `cargo xtask web-rust-test` brings it",
        );
        return Ok(());
    }
    finish(tests().env("WASM_BINDGEN_USE_BROWSER", "1").env("CHROMEDRIVER", "chromedriver"))
}

fn pages() -> Outcome {
    example()?;
    packages()?;
    let mut command = Command::new("node");
    command.current_dir(root().join(FOLDER)).args(["--test", "--test-reporter=spec"]);
    finish(command.args(["class", "crowd", "example"].map(|name| format!("test/{name}.test.mjs"))))
}

/// Builds the class as packages, for pages without a bundler and with one, and what drives a crowd.
fn packages() -> Outcome {
    for target in ["web", "bundler"] {
        let out = root().join(FOLDER).join(format!("built/class-{target}"));
        module("flockwork-sim-core", target, &out)?;
    }
    module("flockwork-web-check", "web", &root().join(FOLDER).join("built/check"))
}

/// Builds the example into its folder `dist`, with the folders of its workers.
fn example() -> Outcome {
    web::package()?;
    let folder = root().join(FOLDER).join("example");
    let (models, out) = (folder.join("models"), folder.join("dist"));
    println!("building the example, and the models of its workers");
    let mut command = Command::new("node");
    command.current_dir(root()).arg("adapters/web/bin/flockwork-wasm.mjs");
    command.arg(root().join(FOLDER).join("models")).arg("--out").arg(&models);
    finish(command.args(["--only", "simd"]).env("CARGO_TARGET_DIR", target_folder("")))?;
    module("flockwork-web-example", "web", &out)?;
    let page = read(&folder.join("index.html"))?;
    let start =
        "<script type=\"module\">import init from './flockwork_web_example.js'; init();</script>";
    write(&out.join("index.html"), &page.replace("<!--module-->", start))?;
    copy(&models, &out.join("models"))?;
    copy(&root().join("adapters/web/dist"), &out.join("flockwork"))
}

/// Compiles a package and makes a module for pages of it.
fn module(package: &str, target: &str, out: &Path) -> Outcome {
    let tool = tools()?.join("wasm-bindgen");
    let build = ["build", "--quiet", "--release", "--lib", "--package", package];
    finish(here(&build).args(["--target", TARGET]))?;
    let file = format!("{TARGET}/release/{}.wasm", package.replace('-', "_"));
    let mut command = Command::new(tool);
    command.args(["--target", target, "--out-dir"]).arg(out).arg(target_folder(&file));
    finish(&mut command)
}

/// The command of the README, with the tool brought: it takes some minutes to build.
fn wasm_pack() -> Outcome {
    let folder = target_folder("tools").join("wasm-pack");
    if !folder.join("bin/wasm-pack").is_file() {
        println!("bringing wasm-pack: cargo install");
        finish(cargo(&["install", "--quiet", "wasm-pack", "--root"]).arg(&folder))?;
    }
    let class = root().join(FOLDER).join("class");
    // It finds the tool of the right version there, and asks nobody else for one.
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", tools()?.display());
    for target in ["web", "bundler"] {
        let mut command = Command::new(folder.join("bin/wasm-pack"));
        command.current_dir(&class).env("PATH", &path).env("CARGO_TARGET_DIR", target_folder(""));
        finish(command.args(["build", "--mode", "no-install", "--target", target]))?;
        let made = class.join("pkg");
        let out = root().join(FOLDER).join(format!("built/class-{target}"));
        copy(&made, &out)?;
    }
    let mut command = Command::new("node");
    command.current_dir(root().join(FOLDER)).args(["--test", "--test-reporter=spec"]);
    finish(command.arg("test/class.test.mjs"))
}

/// Cargo, in the workspace of the pages, whose settings are there.
fn here(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    command.current_dir(root().join(FOLDER)).env("CARGO_TARGET_DIR", target_folder(""));
    command
}

/// The folder with the tool `wasm-bindgen` and its runner of tests, after cargo brought them if need be.
fn tools() -> Result<PathBuf, Failure> {
    let version = version()?;
    let folder = target_folder("tools").join(format!("wasm-bindgen-{version}"));
    let bin = folder.join("bin");
    if bin.join("wasm-bindgen-test-runner").is_file() {
        return Ok(bin);
    }
    println!("bringing wasm-bindgen {version}: cargo install");
    let mut command = cargo(&["install", "--quiet", "--debug", "--no-default-features"]);
    command.args(["wasm-bindgen-cli", "--version", &version, "--root"]).arg(&folder);
    // Built once and used for small modules: it is its building that takes time.
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").arg("--target-dir").arg(folder.join("build"));
    finish(&mut command)?;
    // What is left of the build is large, and nobody needs it.
    let _ = fs::remove_dir_all(folder.join("build"));
    Ok(bin)
}

/// The version of wasm-bindgen that the pages are locked to.
fn version() -> Result<String, Failure> {
    let file = root().join(FOLDER).join("Cargo.lock");
    locked(&read(&file)?, "wasm-bindgen")
        .map(str::to_string)
        .ok_or_else(|| Failure::new(format!("{} does not name wasm-bindgen", file.display())))
}

/// The version of a package in a lock file.
fn locked<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let begin = format!("name = \"{name}\"\nversion = \"");
    lock.split_once(&begin)?.1.split('"').next()
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", file.display())))
}

fn write(file: &Path, text: &str) -> Outcome {
    fs::write(file, text)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", file.display())))
}

/// Copies a folder with all that is in it over another one.
fn copy(from: &Path, to: &Path) -> Outcome {
    let all = || -> std::io::Result<()> {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let place = to.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                copy(&entry.path(), &place)
                    .map_err(|failure| std::io::Error::other(failure.message))?;
            } else {
                fs::copy(entry.path(), place)?;
            }
        }
        Ok(())
    };
    all().map_err(|error| Failure::new(format!("{} cannot be copied: {error}", from.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tool_has_the_version_that_the_lock_file_names() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked(lock, "bindgen"), None);
        assert!(version().unwrap().starts_with("0.2."));
    }
}
