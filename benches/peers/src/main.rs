//! Flockwork beside other libraries: what each takes for the same work, on one thread.
//!
//! `flockwork-peers [--rounds N] [PART]...` checks the results of everybody against a plain program
//! before it times anything, and lets them take turns; the least of the rounds counts, in processor
//! time. It prints a row `what,who,n,ns` for each, ns per item. `cargo xtask bench` runs it and keeps
//! what it prints; the other program here, `chart`, draws that.

mod grid;
mod near;
mod pairs;
mod pass;
mod race;
mod slices;
mod space;

use std::process::ExitCode;

use race::Race;

/// A name, and what is measured.
type Part = (&'static str, fn(&Race));

const PARTS: &[Part] = &[
    ("near", near::run),
    ("pairs", pairs::run),
    ("pass", pass::run),
    ("space", space::run),
    ("slices", slices::run),
];

fn main() -> ExitCode {
    let mut race = Race { rounds: 12, small: false };
    let mut parts = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => {
                PARTS.iter().for_each(|(name, _)| println!("{name}"));
                return ExitCode::SUCCESS;
            }
            // Few items, as good as no timing: for the checks alone.
            "--check" => race = Race { rounds: 1, small: true },
            "--rounds" => match arguments.next().map(|rounds| rounds.parse()) {
                Some(Ok(rounds)) if rounds > 0 => race.rounds = rounds,
                _ => return usage("--rounds needs a number above 0"),
            },
            name => match PARTS.iter().find(|part| part.0 == name) {
                Some(part) => parts.push(part),
                None => return usage(&format!("{name} is not a part")),
            },
        }
    }
    println!("# instructions: {}", flockwork_kernel::isa::chosen());
    let all = parts.is_empty();
    for part in PARTS.iter().filter(|part| all || parts.iter().any(|one| one.0 == part.0)) {
        part.1(&race);
    }
    ExitCode::SUCCESS
}

fn usage(what: &str) -> ExitCode {
    let names: Vec<_> = PARTS.iter().map(|part| part.0).collect();
    eprintln!("{what}\nUsage: flockwork-peers [--check] [--list] [--rounds N] [PART]...");
    eprintln!("Parts: {}", names.join(", "));
    ExitCode::from(2)
}
