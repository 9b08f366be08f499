//! The suite of `flockwork_scheduler::conformance` over one thread's loopback and over threads.
//!
//! The golden fingerprints are those of every build: run it as `cargo test`, as `cargo test
//! --release`, and with `RUSTFLAGS="-C target-cpu=native"`.

use std::{env, fs, path::Path};

use flockwork_kernel::isa::{self, Set};
use flockwork_models::{Boids, Crowd, Discs, LennardJones, Meadow, Sph, Tribes, Vicsek};
use flockwork_scheduler::conformance::{
    self, Case, GOLDEN, Layout, Outcome, all_layouts, check, some_layouts,
};
use flockwork_scheduler::{Axes, Cut, Executor, Plane, Serial, Space};
use flockwork_scheduler_native::Threads;

/// From this many entities on a case is a large one.
const LARGE: u32 = 20_000;

#[test]
fn large_worlds_have_their_fingerprints_on_threads() {
    for case in cases().filter(is_large) {
        let outcomes = check(&case, &some_layouts(), on_threads).unwrap();
        assert!(outcomes.iter().any(|outcome| outcome.migrations > 0), "{}", case.name);
        // An even world has no reason to be cut anew.
        let rebalanced = outcomes.iter().any(|outcome| outcome.rebalances > 0);
        assert!(rebalanced || !case.crowded, "{} was never cut anew", case.name);
    }
}

#[test]
#[ignore = "takes minutes: every number of workers with every cut"]
fn large_worlds_have_their_fingerprints_in_every_layout() {
    for case in cases().filter(is_large) {
        check(&case, &all_layouts(), on_threads).unwrap();
    }
}

#[test]
fn small_worlds_have_their_fingerprints_in_every_layout() {
    for case in cases().filter(|case| !is_large(case)) {
        let fitting: Vec<Layout> = all_layouts();
        check(&case, &fitting, on_threads).unwrap();
    }
}

#[test]
fn the_loopback_is_the_specification() {
    for case in cases().filter(|case| !is_large(case)) {
        let layouts: Vec<Layout> =
            all_layouts().into_iter().filter(|layout| layout.workers == 1).collect();
        check(&case, &layouts, serial).unwrap();
    }
}

/// One worker, and regions whose borders move.
const ONE_CUT: Layout =
    Layout { workers: 1, cut: Cut::Grid { cols: 2, rows: 2, layers: 1 }, rebalance: true };

/// Part of the one above: what there is time for in builds that are slow.
#[test]
fn one_cut_has_the_fingerprints() {
    for case in cases().filter(|case| !is_large(case)) {
        check(&case, &[ONE_CUT], serial).unwrap();
    }
}

#[test]
fn every_instruction_set_gives_the_fingerprints() {
    // Other tests may meet the forced set: their bits are the same.
    for set in Set::ALL.into_iter().filter(|set| set.is_available()) {
        isa::force(Some(set)).unwrap();
        for case in cases().filter(|case| !is_large(case)) {
            check(&case, &[ONE_CUT], serial).unwrap();
        }
    }
    isa::force(None).unwrap();
}

#[test]
fn every_model_has_a_large_world_for_200_ticks() {
    for model in ["boids", "tribes", "vicsek", "discs", "lennard_jones"] {
        let found = cases().any(|case| {
            case.model == model
                && is_large(&case)
                && case.golden.last().is_some_and(|(tick, _)| *tick >= 200)
        });
        assert!(found, "{model}");
    }
}

#[test]
fn a_wrong_fingerprint_is_told_with_its_tick_and_layout() {
    let mut case = cases().find(|case| case.name == "boids-walls").unwrap();
    case.golden[2].1 ^= 1;
    let layout =
        Layout { workers: 2, cut: Cut::Grid { cols: 2, rows: 2, layers: 1 }, rebalance: false };
    let error = check(&case, &[layout], on_threads).unwrap_err();
    let tick = format!("tick {}", case.golden[2].0);
    for part in ["boids-walls", "workers 2", "regions 2x2", &tick] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
#[ignore = "writes the golden file"]
fn mint() {
    let one = Layout { workers: 1, cut: Cut::Parts(1), rebalance: false };
    let text = conformance::mint(GOLDEN, |case| serial(case, &one)).unwrap();
    // Asked when it runs: a test binary may come from another checkout's build.
    let package = env::var("CARGO_MANIFEST_DIR").unwrap();
    let file = Path::new(&package).join("../scheduler/golden/conformance.txt");
    fs::write(file, text).unwrap();
}

fn cases() -> impl Iterator<Item = Case> {
    conformance::cases().unwrap().into_iter()
}

fn is_large(case: &Case) -> bool {
    case.setup.population >= LARGE
}

fn on_threads(case: &Case, layout: &Layout) -> Result<Outcome, String> {
    let threads = Threads::new(layout.workers).map_err(|error| error.to_string())?;
    // All of it inside the pool, whose threads are then woken once.
    let pool = threads.pool();
    pool.install(|| run(case, layout, threads))
}

fn serial(case: &Case, layout: &Layout) -> Result<Outcome, String> {
    run(case, layout, Serial::default())
}

fn run<X: Executor>(case: &Case, layout: &Layout, executor: X) -> Result<Outcome, String> {
    if case.setup.world.is_space() {
        run_in::<Space, X>(case, layout, executor)
    } else {
        match &case.model[..] {
            // Where a person walks there is no third axis.
            "crowd" => conformance::run::<Crowd, X>(case, layout, executor)
                .map_err(|error| error.to_string()),
            _ => run_in::<Plane, X>(case, layout, executor),
        }
    }
}

fn run_in<A: Axes, X: Executor>(
    case: &Case,
    layout: &Layout,
    executor: X,
) -> Result<Outcome, String> {
    let run = match &case.model[..] {
        "boids" => conformance::run::<Boids<A>, X>,
        "tribes" => conformance::run::<Tribes<A>, X>,
        "vicsek" => conformance::run::<Vicsek<A>, X>,
        "discs" => conformance::run::<Discs<A>, X>,
        "lennard_jones" => conformance::run::<LennardJones<A>, X>,
        "meadow" => conformance::run::<Meadow<A>, X>,
        "sph" => conformance::run::<Sph<A>, X>,
        other => return Err(format!("no model `{other}`")),
    };
    run(case, layout, executor).map_err(|error| error.to_string())
}
