//! Two workers against one, and what it costs to have more than one region.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flockwork_benches::race::{By, least, per_entity};
use flockwork_benches::world::World;
use flockwork_benches::{criterion, machine};

const COUNTS: [u32; 2] = [100_000, 1_000_000];
const WORKERS: [usize; 2] = [1, 2];

fn workers(c: &mut Criterion) {
    machine::print();
    for count in COUNTS {
        let mut worlds = WORKERS.map(|workers| World::flock(count, workers));
        let [one, two] = worlds.each_ref().map(|world| world.fingerprint_at(5));
        assert_eq!(one, two, "one worker and two give the same bits");
        println!(
            "{count} boids, {:.1} neighbours if spread evenly",
            worlds[0].even_neighbours(1.0)
        );
        race(&mut worlds, count);

        let mut group = c.benchmark_group(format!("workers/{count}"));
        group.throughput(Throughput::Elements(u64::from(count)));
        for (world, workers) in worlds.iter_mut().zip(WORKERS) {
            group.bench_function(BenchmarkId::from_parameter(workers), |b| {
                b.iter_custom(|ticks| world.run(ticks));
            });
        }
        group.finish();
    }
}

/// One worker and two in turn, and where the two spend their time.
fn race([one, two]: &mut [World; 2], count: u32) {
    const ROUNDS: usize = 20;
    one.restart();
    two.restart();
    let times = least(ROUNDS, &mut [&mut || one.run(1), &mut || two.run(1)]);
    let [first, second] = [0, 1].map(|at| per_entity(times[at], count));
    println!("least of {ROUNDS} ticks in turn, ns per boid: {first:.1} and {second:.1}");
    println!("  two workers are {:.2} times as fast as one", first / second);
    let times = least(
        ROUNDS,
        &mut [&mut || one.run_by(By::Processor, 1), &mut || two.run_by(By::Processor, 1)],
    );
    let [first, second] = [0, 1].map(|at| per_entity(times[at], count));
    println!("  processor time of both together: {:.2} times that of one", second / first);
    for (world, workers) in [(one, 1), (two, 2)] {
        let exchange = world.exchange();
        println!(
            "  {workers}: {} regions; route and receive (ghosts, mail, migration, and each entity's \
             cell) are {:.1} % of the work",
            exchange.regions,
            100.0 * exchange.share,
        );
        println!(
            "     per tick {:.0} ghosts, {:.0} migrations, {:.0} bytes; memory {:.0} bytes per boid",
            exchange.ghosts, exchange.migrations, exchange.bytes, exchange.memory_per_entity,
        );
    }
}

criterion_group! { name = benches; config = criterion(); targets = workers }
criterion_main!(benches);
