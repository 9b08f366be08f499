use flockwork_kernel::Edge;
use flockwork_models::{Boids, Tribes};
use flockwork_scheduler::{Cut, Model, Partition, Serial, Simulation};
use flockwork_scheduler_native::Threads;

use crate::common::setup;

const ENTITIES: u32 = 100_000;

/// Bytes for each entity, all buffers included, after some ticks at the density of the scenarios.
fn bytes_each<M: Model>(side: f32, dt: f32, cut: Cut) -> f64 {
    let setup = setup((side, side), Edge::Periodic, ENTITIES, 1, dt);
    let params = M::Params::default();
    let partition = Partition::new(cut);
    let (bytes, population) = if cut == Cut::Parts(1) {
        let mut sim =
            Simulation::<M, Serial>::new(setup, params, partition, Serial::default(), None)
                .unwrap();
        (0..40).for_each(|_| sim.step().unwrap());
        (sim.memory_bytes(), sim.population())
    } else {
        let threads = Threads::new(2).unwrap();
        let mut sim =
            Simulation::<M, Threads>::new(setup, params, partition, threads, None).unwrap();
        (0..40).for_each(|_| sim.step().unwrap());
        (sim.memory_bytes(), sim.population())
    };
    let each = bytes as f64 / population as f64;
    println!("{} {cut:?}: {each:.1} bytes for each of {population}", M::NAME);
    each
}

#[test]
fn boids_need_at_most_200_bytes_each() {
    // 20 neighbours on average.
    for cut in [Cut::Parts(1), Cut::Parts(8)] {
        assert!(bytes_each::<Boids>(125.33, 0.05, cut) <= 200.0);
    }
}

#[test]
fn tribes_need_at_most_400_bytes_each() {
    for cut in [Cut::Parts(1), Cut::Parts(8)] {
        assert!(bytes_each::<Tribes>(200.0, 0.05, cut) <= 400.0);
    }
}
