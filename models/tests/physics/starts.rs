//! How worlds begin, and what they may not begin with.

use flockwork_kernel::Edge;
use flockwork_models::discs::DiscsParams;
use flockwork_models::{Boids, Discs, LennardJones, Tribes};
use flockwork_scheduler::{Cut, ParamError, Partition, Serial, Simulation, SimulationError};

use crate::common::twin::neighbours;
use crate::common::{by_id, params, setup, spawned, stats};

#[test]
fn discs_do_not_overlap_even_where_they_are_dense() {
    for radius in [0.5, 0.7, 0.75] {
        let world = setup((50.0, 31.0), Edge::Periodic, 600, 3, 0.01);
        let dense = spawned::<Discs>(world, params(&[("radius", radius)]));
        let places = by_id(&dense, |c, row| c.row(row).position);
        assert!((0..600).all(|of| neighbours(dense.grid(), &places, of).is_empty()));
    }
}

/// The parameter that is at fault.
fn fault(radius: f64, speed: f64) -> Option<&'static str> {
    let world = setup((50.0, 31.0), Edge::Periodic, 600, 3, 0.1);
    let given: DiscsParams = params(&[("radius", radius), ("speed", speed)]);
    let partition = Partition::new(Cut::Parts(1));
    match Simulation::<Discs, _>::new(world, given, partition, Serial::default(), None) {
        Err(SimulationError::Param(ParamError::Conflict { name, .. })) => Some(name),
        _ => None,
    }
}

#[test]
fn discs_too_large_or_too_fast_are_refused() {
    assert_eq!(fault(0.5, 4.9), None);
    assert_eq!(fault(1.0, 1.0), Some("radius"));
    assert_eq!(fault(0.5, 6.0), Some("speed"));
}

#[test]
fn molecules_begin_with_no_momentum_at_all() {
    for population in [1, 2, 399, 400] {
        let world = setup((22.8, 23.4), Edge::Periodic, population, 5, 0.005);
        let mut liquid = spawned::<LennardJones>(world, params(&[]));
        let first = stats(&mut liquid);
        assert_eq!((first("momentum_x"), first("momentum_y")), (0.0, 0.0));
        assert_eq!(first("kinetic_energy") > 0.0, population > 1);
    }
}

#[test]
fn every_tribe_has_a_place_even_in_a_small_world() {
    for (size, tribes) in [((8.0, 8.0), 4), ((3.0, 30.0), 4), ((5.0, 5.0), 3), ((5.0, 6.0), 2)] {
        let world = setup(size, Edge::Periodic, 200, 6, 0.05);
        let mut sim = spawned::<Tribes>(world, params(&[("tribes", f64::from(tribes))]));
        let now = stats(&mut sim);
        for tribe in 0..4 {
            let count = now(&format!("tribe{tribe}_population"));
            assert_eq!(count > 20.0, tribe < tribes, "{size:?}: {count} in tribe {tribe}");
        }
    }
}

#[test]
fn the_mean_speed_of_boids_holds_at_the_highest_speeds() {
    let world = setup((100.0, 100.0), Edge::Periodic, 2000, 4, 1e-6);
    let fast = [("min_speed", 1e6), ("max_speed", 1e6), ("separation", 0.0)];
    let mut flock = spawned::<Boids>(world, params(&fast));
    flock.step().unwrap();
    assert!((stats(&mut flock)("mean_speed") / 1e6 - 1.0).abs() < 1e-5);
}
