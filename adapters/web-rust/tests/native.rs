//! What the page's own model must give: the fingerprint of the scheduler that all others are held to.

use epidemic::Epidemic;
use flockwork_kernel::{Edge, World};
use flockwork_scheduler::{Cut, Partition, Serial, Setup, Simulation};

/// The world `epidemic` of `example/src/worlds.rs`, at tick 30.
#[test]
fn the_epidemic_of_the_example_has_this_fingerprint() {
    let world = World::new(100.0, 50.0, Edge::Periodic).unwrap();
    let setup = Setup { world, population: 20_000, seed: 1, dt: 0.1 };
    let params = Epidemic { infection_rate: 0.1, first_cases: 0.01, ..Default::default() };
    let partition = Partition::new(Cut::Parts(1));
    let mut crowd =
        Simulation::<Epidemic, _>::new(setup, params, partition, Serial::default(), None).unwrap();
    for _ in 0..30 {
        crowd.step().unwrap();
    }
    crowd.observe().unwrap();
    let fingerprint = format!("{:016x}", crowd.fingerprint().unwrap());
    assert_eq!(fingerprint, include_str!("../test/epidemic.txt").trim());
}
