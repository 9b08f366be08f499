//! Sums over neighbours in space, index included, beside a plain grid and two libraries.
//!
//! For each of 100,000 points in a walled cube, with 20 neighbours within the radius: how many there
//! are, and the sums of their offsets, of their velocities and of the push away from them that boids
//! have. Each tick begins with points in no order. All results are held against the plain grid's, and
//! some of those against loops without any, before anything is timed.

mod library;
mod others;

use std::time::Duration;

use flockwork_benches::machine;
use flockwork_benches::points::Points;
use flockwork_benches::race::{By, least, per_entity};
use flockwork_kernel::isa;

const COUNT: u32 = 100_000;
const RADIUS: f32 = 1.0;
/// 1 / (separation radius)², of boids.
const INVERSE: f32 = 1.0 / (0.4 * 0.4);
/// The best of so many rounds in turn.
const ROUNDS: usize = 12;

/// Positions and velocities, in no order.
struct Flock {
    points: Points,
    places: Vec<[f32; 3]>,
    velocities: Vec<[f32; 3]>,
}

/// What is known of a point's neighbours.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    count: u32,
    offset: [f32; 3],
    velocity: [f32; 3],
    push: [f32; 3],
}

impl Sums {
    /// Adds a neighbour that is so far away.
    #[inline(always)]
    fn add(&mut self, d: [f32; 3], d2: f32, velocity: [f32; 3]) {
        let push = (1.0 - d2 * INVERSE).max(0.0);
        self.count += 1;
        for axis in 0..3 {
            self.offset[axis] += d[axis];
            self.velocity[axis] += velocity[axis];
            self.push[axis] += d[axis] * push;
        }
    }
}

/// Something that finds neighbours.
trait Finder {
    /// Its name.
    fn name(&self) -> &'static str;
    /// Makes the index anew.
    fn index(&mut self, flock: &Flock);
    /// Sums over the neighbours of all points.
    fn sum(&mut self, flock: &Flock);
    /// The sums, by point.
    fn sums(&self) -> Vec<Sums>;
}

fn main() {
    machine::print();
    println!("the library takes {}", isa::chosen());
    let points = Points::space(COUNT, 15.0 / core::f32::consts::PI);
    let others = Points::space(2 * COUNT, 1.0);
    let three = |points: &Points, slot: usize| [points.xs[slot], points.ys[slot], points.zs[slot]];
    let every = 0..COUNT as usize;
    let places = every.clone().map(|slot| three(&points, slot)).collect();
    let velocities = every.map(|slot| {
        three(&others, slot + COUNT as usize).map(|part| 2.0 * part / others.side - 1.0)
    });
    let flock = Flock { velocities: velocities.collect(), points, places };
    let mut finders: Vec<Box<dyn Finder>> = vec![
        Box::new(library::Library::new(&flock)),
        Box::new(others::Plain::new(&flock)),
        Box::new(others::Cells::new(&flock)),
        Box::new(others::Tree::new(&flock)),
    ];
    for finder in &mut finders {
        finder.index(&flock);
        finder.sum(&flock);
    }
    check(&flock, &finders);
    let mut best = vec![[Duration::MAX; 2]; finders.len()];
    for _ in 0..ROUNDS {
        for (finder, best) in finders.iter_mut().zip(&mut best) {
            // One after the other, as a tick does it.
            let index = least(1, &mut [&mut || By::Processor.time(|| finder.index(&flock))])[0];
            let sum = least(1, &mut [&mut || By::Processor.time(|| finder.sum(&flock))])[0];
            *best = [best[0].min(index), best[1].min(sum)];
        }
    }
    println!("least of {ROUNDS} rounds in turn, ns of processor time per point:");
    println!("  {:>14}  {:>8}  {:>8}  {:>8}  times the library", "", "index", "sums", "total");
    let total = |at: usize| per_entity(best[at][0] + best[at][1], COUNT);
    for (at, finder) in finders.iter().enumerate() {
        let [index, sum] = best[at].map(|time| per_entity(time, COUNT));
        let (name, total, times) = (finder.name(), total(at), total(at) / total(0));
        println!("  {name:>14}  {index:>8.1}  {sum:>8.1}  {total:>8.1}  {times:.2}");
    }
}

/// All against the second, and some of the second's against loops in double precision.
fn check(flock: &Flock, finders: &[Box<dyn Finder>]) {
    let plain = finders[1].sums();
    for slot in (0..plain.len()).step_by(plain.len() / 100) {
        let (mut low, mut high, mut offset) = (0, 0, [0.0; 3]);
        for (at, place) in flock.places.iter().enumerate().filter(|(at, _)| *at != slot) {
            let d: [f64; 3] = core::array::from_fn(|axis| {
                f64::from(place[axis]) - f64::from(flock.places[slot][axis])
            });
            let d2 = d.iter().map(|d| d * d).sum::<f64>();
            low += u32::from(d2 < 0.99999);
            high += u32::from(d2 < 1.00001);
            if d2 < 1.0 && at != slot {
                (0..3).for_each(|axis| offset[axis] += d[axis]);
            }
        }
        let found = plain[slot];
        assert!((low..=high).contains(&found.count), "point {slot}: {found:?}, {low} to {high}");
        for (sum, wanted) in found.offset.into_iter().zip(offset) {
            let slack = f64::from(high - low) + 1.0e-3;
            assert!((f64::from(sum) - wanted).abs() <= slack, "point {slot}: {sum}, {wanted}");
        }
    }
    let mean = plain.iter().map(|sums| f64::from(sums.count)).sum::<f64>() / plain.len() as f64;
    println!("{} points, {mean:.2} neighbours (less at the walls)", plain.len());
    for finder in finders {
        let mut apart = 0;
        for (slot, (a, b)) in finder.sums().iter().zip(&plain).enumerate() {
            if a.count != b.count {
                // One is at the radius, but for rounding.
                assert!(a.count.abs_diff(b.count) == 1, "{}, point {slot}", finder.name());
                apart += 1;
                continue;
            }
            let parts = |sums: &Sums| [sums.offset, sums.velocity, sums.push].concat();
            for (a, b) in parts(a).into_iter().zip(parts(b)) {
                assert!((a - b).abs() < 1.0e-3, "{}, point {slot}: {a}, {b}", finder.name());
            }
        }
        assert!(apart <= 20, "{}: {apart} points have other neighbours", finder.name());
    }
}
