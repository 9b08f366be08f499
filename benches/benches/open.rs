//! Flocks in worlds without ends: where they are, how far they fly apart, and how lonely some of them
//! are must not matter.
//!
//! Boids with 20 neighbours each, in the plane and in space, on one thread; the periodic world of the
//! same flock is the measure.

use std::time::Duration;

use flockwork_benches::machine;
use flockwork_benches::race::{By, per_entity};
use flockwork_kernel::{Axes, Edge, Plane, Space, World};
use flockwork_models::Boids;
use flockwork_scheduler::{Cut, Partition, Serial, Setup, Simulation};

const COUNT: u32 = 100_000;
const ROUNDS: usize = 12;

/// Worlds that a flock is shifted by.
const SHIFTS: [f32; 6] = [0.0, -0.5, 1.0, -1.0, 10.0, -30.0];

/// How far a flock disperses, and how often it is looked at.
const TICKS: u64 = 4000;
const LOOKS: u64 = 8;

/// Crowds that are far from each other; one boid of a thousand is alone, still further away.
const CROWDS: u32 = 16;

type Flock<A> = Simulation<Boids<A>, Serial>;

/// Where a boid begins, of the place along an axis that its model gives it and the world's length.
type Start = fn(u32, usize, f32, f32) -> f32;

fn world<A: Axes>(edge: Edge) -> World {
    let near = if A::SPACE { 4.0 / 3.0 } else { 1.0 } * core::f64::consts::PI;
    let size = f64::from(COUNT) * near / 20.0;
    let world = if A::SPACE {
        let side = size.cbrt() as f32;
        World::space(side, side, side, edge)
    } else {
        let side = size.sqrt() as f32;
        World::new(side, side, edge)
    };
    world.expect("it has sides")
}

fn flock<A: Axes>(edge: Edge, cut: Cut, start: impl Fn(u32, usize, f32, f32) -> f32) -> Flock<A> {
    let world = world::<A>(edge);
    let setup = Setup { world, population: COUNT, seed: 1, dt: 0.05 };
    let mut initial = |id: u32, row: &mut [u8]| {
        // The id, then the place.
        let places = row[4..].chunks_exact_mut(4);
        for ((at, place), axis) in places.enumerate().zip(world.axes()) {
            let x = f32::from_le_bytes([place[0], place[1], place[2], place[3]]);
            place.copy_from_slice(&start(id, at, x, axis.length).to_le_bytes());
        }
        Ok(())
    };
    let partition = Partition::new(cut);
    Simulation::new(setup, Default::default(), partition, Serial::default(), Some(&mut initial))
        .expect("the set-up is sound")
}

fn crowd<A: Axes>(id: u32, axis: usize, x: f32, length: f32) -> f32 {
    let spread = |of: u32| (of.wrapping_mul(0x9e37_79b9).rotate_left(11 * axis as u32) >> 8) as f32;
    let from = |of: u32, far: f32| (spread(of) / (1 << 23) as f32 - 1.0) * far * length;
    if id.is_multiple_of(1000) {
        return from(id, 30.0);
    }
    let smaller = if A::SPACE { (CROWDS as f32).cbrt() } else { (CROWDS as f32).sqrt() };
    x / smaller + from(id % CROWDS + 1, 12.0)
}

fn tick<A: Axes>(flock: &mut Flock<A>) -> Duration {
    By::Processor.time(|| flock.step().expect("a tick"))
}

/// The same bits in one region and in several.
fn check<A: Axes>(start: Start) {
    let cut = Cut::Parts(6);
    let [mut one, mut other] = [Cut::Parts(1), cut].map(|cut| flock::<A>(Edge::Open, cut, start));
    for _ in 0..12 {
        one.step().expect("a tick");
        other.step().expect("a tick");
    }
    assert_eq!(one.fingerprint(), other.fingerprint(), "cut into {cut}");
}

fn compare<A: Axes>(name: &str) {
    check::<A>(|_, _, x, length| x - 0.5 * length);
    check::<A>(crowd::<A>);
    let whole = Cut::Parts(1);
    let mut flocks = vec![
        flock::<A>(Edge::Periodic, whole, |_, _, x, _| x),
        flock::<A>(Edge::Open, whole, crowd::<A>),
    ];
    flocks.extend(
        SHIFTS
            .map(|shift| flock::<A>(Edge::Open, whole, move |_, _, x, length| x + shift * length)),
    );
    // In turn, so that whatever slows the machine down slows all of them.
    let mut times = vec![Duration::MAX; flocks.len()];
    for _ in 0..ROUNDS {
        for (least, flock) in times.iter_mut().zip(&mut flocks) {
            *least = tick(flock).min(*least);
        }
    }
    let ns: Vec<f64> = times.iter().map(|time| per_entity(*time, COUNT)).collect();
    println!("{name}: least of {ROUNDS} ticks in turn, ns of processor time per boid:");
    println!("  periodic {:.1}", ns[0]);
    for (shift, ns) in SHIFTS.iter().zip(&ns[2..]) {
        println!("  open, shifted by {shift} worlds {ns:.1}");
    }
    println!("  {CROWDS} crowds far apart, some alone {:.1}: {:.2} times", ns[1], ns[1] / ns[0]);
    let open = &ns[2..];
    let (low, high) =
        open.iter().fold((f64::MAX, 0.0f64), |(low, high), ns| (low.min(*ns), high.max(*ns)));
    println!("  from the nearest to the dearest place {:.2} times (1.1 wanted)", high / low);
    drop(flocks);
    disperse::<A>(ns[0]);
}

fn disperse<A: Axes>(periodic: f64) {
    let whole = Cut::Parts(1);
    let mut open = flock::<A>(Edge::Open, whole, |_, _, x, length| x - 0.5 * length);
    let mut dearest = 0.0f64;
    for look in 0..=LOOKS {
        let time = (0..5).map(|_| tick(&mut open)).min().unwrap_or_default();
        let ns = per_entity(time, COUNT);
        println!("  dispersing, tick {}: {ns:.1}", open.tick());
        dearest = dearest.max(ns);
        while look < LOOKS && open.tick() < (look + 1) * TICKS / LOOKS {
            open.step().expect("a tick");
        }
    }
    println!("  at most {:.2} times the periodic world (3 wanted)", dearest / periodic);
}

fn main() {
    machine::print();
    compare::<Plane>("the plane");
    compare::<Space>("space");
}
