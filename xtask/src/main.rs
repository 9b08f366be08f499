//! The build and test driver: `cargo xtask COMMAND`.
//!
//! Every command is a row of [`COMMANDS`] and a module of this crate. Nothing is installed
//! silently: a command that needs a target or a tool says what it brings, and where it may not,
//! what to do.
//!
//! | module | what it does |
//! | --- | --- |
//! | `test` | the steps of the test command |
//! | `bench` | other libraries beside ours: run, recorded, drawn |
//! | `golden` | the golden fingerprints under other builds |
//! | `c` | the C face: installed, its example, its tests |
//! | `bare` | the `no_std` crates for targets without a standard library |
//! | `bevy` | the Bevy plugins, without a window |
//! | `fuzz` | the fuzz targets, built and run |
//! | `lanes` | no operation of lanes is left as a call |
//! | `mpi` | the tests of the MPI scheduler, where MPI is there |
//! | `web` | the npm package and the demo page |
//! | `python` | the Python package |
//! | `web_rust` | pages in Rust |
//! | `deny` | operations whose bits change with the build |
//! | `paths` | every path that the documents name exists |
//! | `run` | child processes and what the machine has |

mod bare;
mod bench;
mod bevy;
mod c;
mod circles;
mod deny;
mod fuzz;
mod golden;
mod lanes;
mod mpi;
mod paths;
mod python;
mod run;
mod test;
mod web;
mod web_rust;

use std::process::ExitCode;

use run::Outcome;

/// One command of `cargo xtask`.
struct Command {
    name: &'static str,
    usage: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        usage: "test [STEP]...",
        about: "all checks, or the named steps alone; `test --list` names them",
        run: test::command,
    },
    Command {
        name: "golden",
        usage: "golden [BUILD]...",
        about: "the golden fingerprints under other builds; `golden --list` names them",
        run: golden::command,
    },
    Command {
        name: "fuzz",
        usage: "fuzz [TARGET]... [--seconds N]",
        about: "runs fuzz targets, 300 s each; `--minimise`: makes their corpora small instead",
        run: fuzz::command,
    },
    Command {
        name: "bench",
        usage: "bench [--rounds N] [PART]...",
        about: "other libraries beside ours, into benches/record; `--check`: results alone",
        run: bench::command,
    },
    Command {
        name: "mpi-test",
        usage: "mpi-test [--soak]",
        about: "the MPI scheduler's tests, with MPI brought if need be; `--soak`: long ones too",
        run: mpi::command,
    },
    Command {
        name: "python-test",
        usage: "python-test [--long]",
        about: "tests the Python package, with Python brought if need be; `--long`: its notebook too",
        run: python::command,
    },
    Command {
        name: "c-install",
        usage: "c-install --prefix DIR",
        about: "the C face in release, with headers and pkg-config, into DIR",
        run: c::install,
    },
    Command {
        name: "c-example",
        usage: "c-example",
        about: "the C face into target/c, and its example compiled and run",
        run: c::example,
    },
    Command {
        name: "c-bench",
        usage: "c-bench",
        about: "what the C face costs over Rust, in turns within one run",
        run: c::bench,
    },
    Command {
        name: "web",
        usage: "web",
        about: "builds the npm package into adapters/web/dist",
        run: web::web,
    },
    Command {
        name: "web-test",
        usage: "web-test [PART]...",
        about: "tests the npm package; `web-test --list` names the parts",
        run: web::test,
    },
    Command {
        name: "demo",
        usage: "demo [--port N] [--no-isolation] [--no-build]",
        about: "builds the demo page and serves it on http://127.0.0.1:8080",
        run: web::demo,
    },
    Command {
        name: "web-rust",
        usage: "web-rust [--port N] [--no-isolation] [--no-build]",
        about: "builds the example page in Rust and serves it on http://127.0.0.1:8080",
        run: web_rust::command,
    },
    Command {
        name: "web-rust-test",
        usage: "web-rust-test [PART]...",
        about: "tests pages in Rust; `web-rust-test --list` names the parts; `wasm-pack`: its command",
        run: web_rust::test,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (&name[..], rest),
        None => ("help", &[][..]),
    };
    if matches!(name, "help" | "--help" | "-h") {
        print!("{}", help());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprint!("`{name}` is not a command of `cargo xtask`.\n\n{}", help());
        return ExitCode::from(2);
    };
    match (command.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

fn help() -> String {
    let mut text = String::from("Usage: cargo xtask COMMAND\n\n");
    for command in COMMANDS {
        text += &format!("  {:20} {}\n", command.usage, command.about);
    }
    text
}
