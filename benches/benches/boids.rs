//! A tick of a flock on one thread, beside a plain program that does the same.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flockwork_benches::plain::{Boid, Flock};
use flockwork_benches::race::{By, least, per_entity};
use flockwork_benches::world::{FLOCK_DT, World};
use flockwork_benches::{criterion, machine};
use flockwork_models::Boids;
use flockwork_scheduler::Cut;
use std::time::Duration;

const COUNTS: [u32; 3] = [10_000, 100_000, 1_000_000];

fn to_boids(rows: &[[f32; 4]]) -> Vec<Boid> {
    rows.iter().map(|&[x, y, vx, vy]| Boid { x, y, vx, vy }).collect()
}

/// The plain program at the same moment as the world; after one tick of both they must agree.
fn twin(world: &mut World) -> Flock {
    world.restart();
    let mut plain = Flock::new(to_boids(&world.boids()), world.side(), FLOCK_DT);
    let before = plain.clone();
    plain.tick();
    world.run(1);
    let after = to_boids(&world.boids());
    let (apart, moved) = (plain.distance(&after), before.distance(&after));
    assert!(apart < 1.0e-4, "the plain program is {apart} away after a tick");
    assert!(moved > 1.0e-2, "nobody has moved");
    before
}

/// One region or six, one thread or two: the fingerprint is the same.
fn check(world: &World, count: u32) {
    const TICKS: u64 = 5;
    let density = world.density();
    let cut = Some(Cut::Grid { cols: 3, rows: 2, layers: 1 });
    let other = World::with_cut::<Boids>(count, density, FLOCK_DT, 2, cut);
    assert_eq!(world.fingerprint_at(TICKS), other.fingerprint_at(TICKS), "{count} boids");
}

/// A tick of the plain program, always from the same moment, with the time counted like this.
fn plain_tick(by: By, start: &Flock) -> Duration {
    let mut plain = start.clone();
    by.time(|| plain.tick())
}

fn boids(c: &mut Criterion) {
    machine::print();
    let mut worlds: Vec<_> = COUNTS.map(|count| World::flock(count, 1)).into();
    let mut plain = twin(&mut worlds[1]);
    for (world, count) in worlds.iter().zip(COUNTS) {
        check(world, count);
        println!("{count} boids, {:.1} neighbours if spread evenly", world.even_neighbours(1.0));
    }
    println!("{} boids, {:.1} neighbours counted", COUNTS[1], plain.mean_neighbours());
    race(&mut worlds, &plain);

    let mut group = c.benchmark_group("boids/tick");
    for (world, count) in worlds.iter_mut().zip(COUNTS) {
        group.throughput(Throughput::Elements(u64::from(count)));
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter_custom(|ticks| world.run(ticks));
        });
    }
    group.throughput(Throughput::Elements(u64::from(COUNTS[1])));
    group.bench_function("plain/100000", |b| {
        b.iter_custom(|ticks| (0..ticks).map(|_| plain_tick(By::Wall, &plain)).sum());
    });
    group.finish();
}

/// All in turn, so that the ratios hold on a busy machine too.
fn race(worlds: &mut [World], start: &Flock) {
    const ROUNDS: usize = 16;
    let [small, middle, large] = worlds else { return };
    let times = least(
        ROUNDS,
        &mut [
            // Several, so that waking the thread does not count.
            &mut || small.run_by(By::Processor, 8) / 8,
            &mut || middle.run_by(By::Processor, 1),
            &mut || large.run_by(By::Processor, 1),
            &mut || plain_tick(By::Processor, start),
        ],
    );
    let [small, middle, large] = [0, 1, 2].map(|at| per_entity(times[at], COUNTS[at]));
    let plain = per_entity(times[3], COUNTS[1]);
    println!("least of {ROUNDS} ticks in turn, ns of processor time per boid:");
    println!("  10k {small:.1}, 100k {middle:.1}, 1M {large:.1}; plain 100k {plain:.1}");
    println!("  growth from 10k to 1M: {:.2} times (at most 1.5 wanted)", large / small);
    println!("  plain over flockwork at 100k: {:.1} times", plain / middle);
}

criterion_group! { name = benches; config = criterion(); targets = boids }
criterion_main!(benches);
