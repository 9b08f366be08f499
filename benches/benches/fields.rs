//! A field that spreads and grows, 1,000 x 1,000 cells, periodic, beside plain loops over an array: the kernel alone,
//! ticks of a world in which hardly anybody is, and ticks in which 100,000 eat of it. Then how evenly four regions have
//! the work of a world in which 2,000 are in one corner.
//!
//! The plain loops compute in `f32` and round nothing: they lose amounts, and their bits depend on how sums are
//! written.

use std::hint::black_box;
use std::time::Duration;

use flockwork_benches::eaters::{
    CAPACITY, Eaters, LENGTH, PlainEaters, RATE, SHARE, SIDE, amount, grow, spread,
};
use flockwork_benches::machine;
use flockwork_benches::race::{By, least};
use flockwork_kernel::field::Growth;
use flockwork_kernel::{Edge, World, field, isa};
use flockwork_scheduler::field::{Sown, Start};
use flockwork_scheduler::{Cut, FieldNow, Partition, Setup, Simulation};
use flockwork_scheduler_native::{AnySimulation, Config, Entry, OnThreads, Options, Threads};

const CELLS: usize = SIDE * SIDE;
/// The best of so many rounds in turn.
const ROUNDS: usize = 30;
/// Ticks in a round of worlds.
const TICKS: u64 = 3;

fn main() {
    machine::print();
    let words = std::env::args().skip(1);
    if let Some(set) = words.filter_map(|word| isa::Set::named(&word)).next() {
        isa::force(Some(set)).expect("the processor has it");
    }
    kernel();
    worlds(1);
    worlds(100_000);
    balance();
}

fn square() -> World {
    World::new(LENGTH, LENGTH, Edge::Periodic).expect("a square")
}

/// The rules alone, over slices.
fn kernel() {
    let begin: Vec<f32> = (0..CELLS as u32).map(amount).collect();
    let world = square();
    let growth = Growth { rate: RATE, seeds: 0.0, capacity: CAPACITY };
    let (mut from, mut to) = (begin.clone(), begin.clone());
    let mut ours = || {
        let (cells, shares) = ([SIDE as u32; 2], [SHARE; 2]);
        field::diffuse_and_grow(&world, cells, shares, growth, &from, &mut to).expect("amounts");
        std::mem::swap(&mut from, &mut to);
        black_box(&mut from)[SIDE + 1]
    };
    let (mut before, mut after) = (begin.clone(), begin);
    let mut theirs = || {
        spread(&before, &mut after);
        grow(&mut after);
        std::mem::swap(&mut before, &mut after);
        black_box(&mut before)[SIDE + 1]
    };
    let (one, other) = (ours(), theirs());
    assert!((one - other).abs() < 8.0, "{one} and {other} after a tick");
    let times = least(
        ROUNDS,
        &mut [
            &mut || {
                By::Processor.time(|| {
                    black_box(ours());
                })
            },
            &mut || {
                By::Processor.time(|| {
                    black_box(theirs());
                })
            },
        ],
    );
    let [ours, theirs] = [0, 1].map(|at| ns(times[at], 1));
    println!("kernel, ns for each cell: {ours:.2}; plain loops {theirs:.2}");
    println!("  times as long: {:.2}", ours / theirs);
}

/// Ticks with so many eaters, on one worker and on two, beside the plain program.
fn worlds(population: u32) {
    let setup = Setup { world: square(), population, seed: 1, dt: 1.0 };
    let mut plain = PlainEaters::new(&setup);
    let mut all = [1, 2].map(|workers| world(&setup, workers));
    plain.step();
    for world in &mut all {
        world.run(1).expect("a tick");
        check(&plain, &world.fields().expect("a state")[0], population);
    }
    let [one, two] = &mut all;
    assert_eq!(one.fingerprint().ok(), two.fingerprint().ok(), "one worker and two");
    let run = |world: &mut Box<dyn AnySimulation>| {
        By::Processor.time(|| {
            world.run(TICKS).expect("ticks");
        })
    };
    let times = least(
        ROUNDS,
        &mut [&mut || run(one), &mut || run(two), &mut || {
            By::Processor.time(|| (0..TICKS).for_each(|_| plain.step()))
        }],
    );
    let [first, second, plain] = [0, 1, 2].map(|at| ns(times[at], TICKS));
    println!("{population} in a world, ns for each cell and tick: {first:.2}; plain {plain:.2}");
    println!("  times as long: {:.2}", first / plain);
    println!("  two workers, both together: {:.2}", second / plain);
    let metrics = one.metrics().expect("a state");
    for (name, spent) in &metrics.phases_ns {
        let each = *spent as f64 / metrics.ticks as f64 / CELLS as f64;
        println!("  {name}: {each:.2} ns of the clock");
    }
}

/// How long the four regions of a world take for their ticks, which one thread computes one after the other.
fn balance() {
    const SPAN: u64 = 100;
    let setup = Setup { world: square(), population: 2_000, seed: 1, dt: 1.0 };
    let params = Eaters { corner: 0.2, ..Eaters::default() };
    let sown = Sown { cells: Some(vec![SIDE as u32; 2]), start: Some(Start::Amount(1e5)) };
    let one = Threads::new(1).expect("a thread");
    let cut = Partition::new(Cut::Parts(4));
    let mut world =
        Simulation::sown(setup, params, cut, one, &[sown], None).expect("the set-up is sound");
    (0..SPAN).for_each(|_| world.step().expect("a tick"));
    let spent = |world: &Simulation<Eaters, Threads>| -> Vec<u64> {
        let domains = world.domains().expect("a state").iter();
        domains.map(|domain| domain.counters().phases().map(|(_, ns)| ns).sum()).collect()
    };
    let mut least = [u64::MAX; 4];
    for _ in 0..ROUNDS {
        let before = spent(&world);
        world.step().expect("a tick");
        for (least, (now, before)) in least.iter_mut().zip(spent(&world).iter().zip(&before)) {
            *least = (now - before).min(*least);
        }
    }
    let most = least.into_iter().max().unwrap_or(0) as f64;
    let mean = least.iter().sum::<u64>() as f64 / 4.0;
    println!("four regions, 2,000 in a corner, ms a tick: {:?}", least.map(|ns| ns as f64 / 1e6));
    println!("  the busiest to the mean: {:.2}, {} cuts", most / mean, world.rebalances());
}

/// Nanoseconds for each cell and tick.
fn ns(time: Duration, ticks: u64) -> f64 {
    time.as_nanos() as f64 / (CELLS as u64 * ticks) as f64
}

fn world(setup: &Setup, workers: usize) -> Box<dyn AnySimulation> {
    let cells = (0..CELLS as u32).map(amount).collect();
    let sown = Sown { cells: Some(vec![SIDE as u32; 2]), start: Some(Start::Cells(cells)) };
    let config = Config {
        setup: *setup,
        params: Vec::new(),
        table: None,
        fields: vec![("grass".into(), sown)],
        options: Options { workers, ..Options::default() },
    };
    Entry::of::<Eaters, OnThreads>().build(&config).expect("the set-up is sound")
}

/// A tick of the model and of the plain program are the same but for rounding.
fn check(plain: &PlainEaters, field: &FieldNow, population: u32) {
    let (total, eaten) = plain.totals();
    let ours: f64 = field.amounts.iter().map(|amount| f64::from(*amount)).sum();
    // Five flows and growth are rounded by less than 1 each.
    assert!((ours - total).abs() < 6.0 * CELLS as f64, "{ours} and {total}");
    assert!(eaten > 0.0 || population == 0);
    for number in (0..CELLS).step_by(997) {
        let (one, other) = (field.amounts[number], plain.cell(number));
        assert!((one - other).abs() < 8.0, "{one} and {other} in cell {number}");
    }
}
