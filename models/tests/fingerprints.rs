//! Models that are not in the conformance suite: one fingerprint for any number of workers, cut and
//! instruction set.

use flockwork_kernel::isa::{self, Set};
use flockwork_kernel::{Edge, Plane, Space, World};
use flockwork_models::{Meadow, Sph};
use flockwork_scheduler::{Cut, Model, Setting, Setup};
use flockwork_scheduler_native::{Config, Entry, OnThreads, Options};

const TICKS: u64 = 60;

/// The fingerprint after some ticks, by so many workers under a cut that may change.
fn run<M: Model>(setup: Setup, params: &[(&str, f64)], workers: usize, cut: Cut) -> u64 {
    let options = Options { workers, cut: Some(cut), rebalance: workers > 1, deadline: None };
    let params = params.iter().map(|(name, value)| (String::from(*name), Setting::from(*value)));
    let config =
        Config { setup, params: params.collect(), table: None, fields: Vec::new(), options };
    let mut world = Entry::of::<M, OnThreads>().build(&config).unwrap();
    world.run(TICKS).unwrap();
    world.fingerprint().unwrap()
}

fn has_one<M: Model>(setup: Setup, params: &[(&str, f64)], golden: u64) {
    let layers = if setup.world.is_space() { 2 } else { 1 };
    let cuts = [Cut::Parts(1), Cut::Parts(7), Cut::Grid { cols: 3, rows: 2, layers }];
    for set in Set::ALL.into_iter().filter(|set| set.is_available()) {
        // Other tests may meet the forced set: their bits are the same.
        isa::force(Some(set)).unwrap();
        for (workers, cut) in [1, 2, 3].into_iter().zip(cuts) {
            let found = run::<M>(setup, params, workers, cut);
            let how = format!("{workers} workers, {cut}, {set:?}");
            assert_eq!(found, golden, "{}: {found:#018x} with {how}", M::NAME);
        }
    }
    isa::force(None).unwrap();
}

#[test]
fn a_meadow_has_one_fingerprint() {
    let world = World::new(30.0, 24.0, Edge::Periodic).unwrap();
    let setup = Setup { world, population: 3000, seed: 1, dt: 0.05 };
    has_one::<Meadow<Plane>>(setup, &[("wolves", 0.1)], 0x8690_98b3_8acd_fd38);
}

#[test]
fn a_meadow_in_space_has_one_fingerprint() {
    let world = World::space(9.0, 10.0, 11.0, Edge::Periodic).unwrap();
    let setup = Setup { world, population: 2000, seed: 1, dt: 0.05 };
    has_one::<Meadow<Space>>(setup, &[("wolves", 0.1)], 0x4e42_fe7b_8050_8553);
}

#[test]
fn a_liquid_has_one_fingerprint() {
    let world = World::new(0.92, 0.66, Edge::Wall).unwrap();
    let setup = Setup { world, population: 318 + 300, seed: 1, dt: 0.0003 };
    has_one::<Sph<Plane>>(setup, &[("column", 0.375)], 0x8969_3f5d_2e8f_0d97);
}

#[test]
fn a_liquid_in_space_has_one_fingerprint() {
    let world = World::space(0.2, 0.16, 0.18, Edge::Wall).unwrap();
    let setup = Setup { world, population: 270 + 5 * 78 + 24, seed: 1, dt: 0.0003 };
    has_one::<Sph<Space>>(setup, &[("column", 0.5)], 0xde21_2c60_a0ca_c18f);
}
