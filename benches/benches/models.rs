//! A tick of the other models on one thread.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flockwork_benches::world::World;
use flockwork_benches::{criterion, machine};
use flockwork_models::{Discs, LennardJones, Tribes, Vicsek};
use flockwork_scheduler::{Cut, Model};

const COUNT: u32 = 100_000;

/// Times a model as its scenario of 100,000 entities sets it up.
fn model<M: Model>(c: &mut Criterion, density: f32, dt: f32, radius: f32) {
    const TICKS: u64 = 5;
    let mut world = World::new::<M>(COUNT, density, dt, 1);
    let cut = Some(Cut::Grid { cols: 3, rows: 2, layers: 1 });
    let other = World::with_cut::<M>(COUNT, density, dt, 2, cut);
    assert_eq!(world.fingerprint_at(TICKS), other.fingerprint_at(TICKS), "{}", M::NAME);
    println!(
        "{}: {COUNT} entities, {:.1} neighbours if spread evenly",
        M::NAME,
        world.even_neighbours(radius)
    );
    let mut group = c.benchmark_group("models/tick");
    group.throughput(Throughput::Elements(u64::from(COUNT)));
    group.bench_function(M::NAME, |b| b.iter_custom(|ticks| world.run(ticks)));
    group.finish();
    println!("{}: {:.0} bytes per entity", M::NAME, world.exchange().memory_per_entity);
}

fn models(c: &mut Criterion) {
    machine::print();
    model::<Tribes>(c, 2.5, 0.05, 1.0);
    model::<LennardJones>(c, 0.8, 0.005, 2.5);
    model::<Vicsek>(c, 4.0, 1.0, 1.0);
    model::<Discs>(c, 0.127, 0.02, 1.0);
}

criterion_group! { name = benches; config = criterion(); targets = models }
criterion_main!(benches);
