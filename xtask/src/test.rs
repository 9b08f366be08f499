//! `cargo xtask test`: all that must hold before a change is taken, cheapest first.

use crate::run::{Outcome, Step, cargo, finish, root, steps};
use crate::{bare, bevy, c, circles, deny, fuzz, golden, lanes, mpi, paths, python, web, web_rust};

const STEPS: &[Step] = &[
    Step { name: "format", about: "the code is formatted", run: format },
    Step { name: "deny", about: "no operation whose bits change with the build", run: deny::step },
    Step { name: "paths", about: "every path that the documents name exists", run: paths::step },
    Step { name: "circles", about: "no file uses one that uses it", run: circles::step },
    Step { name: "clippy", about: "no warning of the compiler or of clippy", run: clippy },
    Step { name: "unit", about: "the tests of all crates", run: unit },
    Step { name: "small", about: "the command without what a build can leave out", run: small },
    Step { name: "doc", about: "the examples in the documentation run", run: doctests },
    Step { name: "rustdoc", about: "the documentation builds without a warning", run: rustdoc },
    Step { name: "fuzz", about: "every fuzz target, for half a minute", run: fuzz::step },
    Step { name: "bare", about: "no_std crates build without a standard library", run: bare::step },
    Step { name: "lanes", about: "no operation of lanes is left as a call", run: lanes::step },
    Step { name: "golden", about: "one fingerprint under every build", run: golden::step },
    Step { name: "c", about: "the C face from C and C++, under AddressSanitizer", run: c::step },
    Step { name: "web", about: "every tier in Node.js: the same bits", run: web::step },
    Step { name: "web-rust", about: "pages in Rust: the class, a crowd", run: web_rust::step },
    Step {
        name: "bevy",
        about: "the Bevy plugins without a window, and for pages",
        run: bevy::step,
    },
    Step { name: "python", about: "the wheel in Python: the same bits", run: python::step },
    Step { name: "mpi", about: "ranks: the same bits, restarts, failures", run: mpi::step },
];

/// Workspaces of their own: one is built with flags of its own, one needs MPI, one Python, others other
/// libraries.
const APART: [&str; 7] = [
    "fuzz/Cargo.toml",
    "scheduler-mpi/Cargo.toml",
    "benches/peers/Cargo.toml",
    "adapters/bevy/Cargo.toml",
    "adapters/python/Cargo.toml",
    "adapters/web-rust/Cargo.toml",
    "examples/microcontroller/Cargo.toml",
];

/// Runs the steps that `arguments` names, or all.
pub fn command(arguments: &[String]) -> Outcome {
    steps("test", STEPS, arguments)
}

fn format() -> Outcome {
    finish(&mut cargo(&["fmt", "--all", "--check"]))?;
    for manifest in APART.iter().filter(|manifest| root().join(manifest).exists()) {
        finish(&mut cargo(&["fmt", "--manifest-path", manifest, "--check"]))?;
    }
    Ok(())
}

fn clippy() -> Outcome {
    finish(&mut cargo(&[
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "--deny=warnings",
    ]))
}

fn unit() -> Outcome {
    // Not `--lib`: that builds libraries without a test too, and modules for pages have all models in
    // them. The step `web` builds those for what they are.
    finish(&mut cargo(&["test", "--workspace", "--tests", "--examples"]))
}

fn small() -> Outcome {
    let parts = ["--package", "flockwork-cli", "--no-default-features", "--lib", "--test", "parts"];
    finish(cargo(&["test", "--quiet"]).args(parts))
}

fn doctests() -> Outcome {
    finish(&mut cargo(&["test", "--workspace", "--doc"]))
}

fn rustdoc() -> Outcome {
    let mut command = cargo(&["doc", "--quiet", "--workspace", "--no-deps"]);
    finish(command.env("RUSTDOCFLAGS", "--deny=warnings"))
}
