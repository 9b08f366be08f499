//! The rules of a field, spreading and growth, beside plain loops over an array: 1,000 x 1,000 cells, periodic.
//!
//! The plain loops compute in `f32` and round nothing: they lose amounts, and their bits depend on how sums are
//! written.

use std::hint::black_box;
use std::time::Duration;

use flockwork_benches::machine;
use flockwork_benches::race::{By, least};
use flockwork_kernel::field::Growth;
use flockwork_kernel::{Edge, World, field, isa, rng};

const SIDE: usize = 1_000;
const SHARE: f32 = 0.2;
const RATE: f32 = 0.05;
const CAPACITY: f32 = 1_000_000.0;
/// The best of so many rounds in turn.
const ROUNDS: usize = 30;

fn main() {
    machine::print();
    let words = std::env::args().skip(1);
    if let Some(set) = words.filter_map(|word| isa::Set::named(&word)).next() {
        isa::force(Some(set)).expect("the processor has it");
    }
    let amount = |cell| (rng::unit(rng::draw(1, 2, cell, 0)[0]) * CAPACITY).floor();
    let begin: Vec<f32> = (0..(SIDE * SIDE) as u32).map(amount).collect();
    let world = World::new(100.0, 100.0, Edge::Periodic).expect("a square");
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
        for amount in &mut after {
            *amount += RATE * *amount * (1.0 - *amount / CAPACITY);
        }
        std::mem::swap(&mut before, &mut after);
        black_box(&mut before)[SIDE + 1]
    };
    let (one, other) = (ours(), theirs());
    assert!((one - other).abs() < 8.0, "{one} and {other} after a tick");
    let mut timed: [&mut dyn FnMut() -> Duration; 2] = [
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
    ];
    let times = least(ROUNDS, &mut timed);
    let ns = |time: &Duration| time.as_nanos() as f64 / (SIDE * SIDE) as f64;
    println!("field, ns for each cell: {:.2}", ns(&times[0]));
    println!("plain loops:             {:.2}", ns(&times[1]));
    println!("times as long:           {:.2}", ns(&times[0]) / ns(&times[1]));
}

/// Every cell takes from the four around it; the rows at the ends by themselves, so that the loop within is plain.
fn spread(from: &[f32], to: &mut [f32]) {
    for (row, to) in to.chunks_exact_mut(SIDE).enumerate() {
        let line = |row: usize| &from[row % SIDE * SIDE..][..SIDE];
        let (here, below, above) = (line(row), line(row + SIDE - 1), line(row + 1));
        let one = |left: f32, at: usize, right: f32| {
            here[at] + SHARE * (left + right + below[at] + above[at] - 4.0 * here[at])
        };
        to[0] = one(here[SIDE - 1], 0, here[1]);
        to[SIDE - 1] = one(here[SIDE - 2], SIDE - 1, here[0]);
        for at in 1..SIDE - 1 {
            to[at] = one(here[at - 1], at, here[at + 1]);
        }
    }
}
