use flockwork_kernel::Edge;
use flockwork_models::discs::{Discs, DiscsParams};
use flockwork_scheduler::{
    Cut, ParamError, Params, Partition, Serial, Setup, Simulation, SimulationError,
};

use crate::common::twin::neighbours;
use crate::common::{Sim, by_id, params, setup, spawned, stats};

/// 3,000 discs that cover a tenth of the world.
fn gas(edge: Edge) -> Sim<Discs> {
    let world = setup((157.08, 150.0), edge, 3000, 1, 0.02);
    spawned(world, params(&[("radius", 0.5), ("speed", 1.0)]))
}

#[test]
fn discs_of_one_speed_become_a_maxwell_gas() {
    let mut gas = gas(Edge::Torus);
    let first = stats(&mut gas);
    assert!((first("packing") - 0.1).abs() < 1e-3);
    assert!((first("kurtosis") - 1.0).abs() < 1e-4);
    assert!((first("kinetic_energy") - 0.5).abs() < 1e-5);
    let (mut kurtosis, mut speed) = (0.0, 0.0);
    for tick in 1..=10_000 {
        gas.step().unwrap();
        if tick > 5000 && tick % 50 == 0 {
            let now = stats(&mut gas);
            kurtosis += now("kurtosis") / 100.0;
            speed += now("mean_speed") / 100.0;
        }
    }
    let last = stats(&mut gas);
    assert!((kurtosis / 2.0 - 1.0).abs() < 0.03, "{kurtosis}");
    // Of Maxwell's speeds in the plane, for a mean square of 1: half the root of pi.
    assert!((speed / 0.886_227 - 1.0).abs() < 0.01, "{speed}");
    // 1 % is the goal; a collision has no error but rounding.
    let drift = last("kinetic_energy") / first("kinetic_energy") - 1.0;
    assert!(drift.abs() < 1e-5, "{drift}");
    for axis in ["momentum_x", "momentum_y"] {
        assert!((last(axis) - first(axis)).abs() < 1e-6, "{axis}");
    }
}

#[test]
fn walls_keep_the_energy_and_the_discs() {
    let mut gas = gas(Edge::Walls);
    let first = stats(&mut gas);
    for _ in 0..2000 {
        gas.step().unwrap();
    }
    let last = stats(&mut gas);
    assert!((last("kinetic_energy") / first("kinetic_energy") - 1.0).abs() < 1e-5);
    for (_, (x, y)) in by_id(&gas, |c, row| (c.x[row], c.y[row])) {
        assert!((0.5..=156.58).contains(&x) && (0.5..=149.5).contains(&y), "{x} {y}");
    }
}

#[test]
fn discs_begin_without_overlap_even_where_they_are_dense() {
    for radius in [0.5, 0.7, 0.75] {
        let world = setup((50.0, 31.0), Edge::Torus, 600, 3, 0.01);
        let dense = spawned::<Discs>(world, params(&[("radius", radius)]));
        let places: Vec<_> = by_id(&dense, |c, row| (c.x[row], c.y[row]))
            .into_iter()
            .map(|(id, (x, y))| (id, x, y))
            .collect();
        assert!((0..600).all(|of| neighbours(dense.grid(), &places, of).is_empty()));
    }
}

/// The parameter that is at fault.
fn fault(setup: Setup, params: DiscsParams) -> Option<&'static str> {
    let partition = Partition::new(Cut::Parts(1));
    match Simulation::<Discs, _>::new(setup, params, partition, Serial::default(), None) {
        Err(SimulationError::Param(ParamError::Conflict { name, .. })) => Some(name),
        _ => None,
    }
}

#[test]
fn what_discs_cannot_be_is_an_error() {
    let world = setup((50.0, 31.0), Edge::Torus, 600, 3, 0.1);
    let with = |radius, speed| {
        let mut given = DiscsParams::default();
        given.set("radius", radius).unwrap();
        given.set("speed", speed).unwrap();
        fault(world, given)
    };
    assert_eq!(with(0.5, 4.9), None);
    assert_eq!(with(1.0, 1.0), Some("radius"));
    assert_eq!(with(0.5, 6.0), Some("speed"));
}
