//! The model in rows has the bits of the model in lanes.

use epidemic::Epidemic as InLanes;
use epidemic::rows::Epidemic as InRows;
use flockwork_kernel::{Edge, World};
use flockwork_scheduler::{ByRows, Cut, Model, Partition, Serial, Setup, Simulation};

/// Fingerprint and statistics after each of 60 ticks.
fn run<M: Model<Params = InLanes>>(edge: Edge, cut: Cut) -> Vec<(u64, Vec<f64>)> {
    let world = World::new(20.0, 12.0, edge).unwrap();
    let setup = Setup { world, population: 700, seed: 3, dt: 0.1 };
    let params = InLanes { infection_rate: 0.2, first_cases: 0.1, ..Default::default() };
    let partition = Partition::new(cut);
    let mut crowd =
        Simulation::<M, _>::new(setup, params, partition, Serial::default(), None).unwrap();
    let tick = |_| {
        crowd.step().unwrap();
        crowd.observe().unwrap();
        (crowd.fingerprint().unwrap(), crowd.report().unwrap())
    };
    (0..60).map(tick).collect()
}

#[test]
fn rows_and_lanes_have_the_same_bits_in_every_world_under_every_cut() {
    for edge in [Edge::Periodic, Edge::Wall, Edge::Open] {
        let lanes = run::<InLanes>(edge, Cut::Parts(1));
        assert!(lanes.last().unwrap().1[2] > 0.0, "nobody has recovered");
        for cut in [Cut::Parts(1), Cut::Grid { cols: 3, rows: 2, layers: 1 }] {
            assert_eq!(run::<ByRows<InRows>>(edge, cut), lanes, "{edge:?} {cut}");
        }
    }
}
