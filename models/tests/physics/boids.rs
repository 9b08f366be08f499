use flockwork_kernel::Edge;
use flockwork_models::Boids;

use crate::common::{params, setup, spawned, stats};

/// The mean polarization after the flock had time to form.
fn polarization(alignment: f64) -> f64 {
    let setup = setup((20.0, 20.0), Edge::Periodic, 1200, 3, 0.05);
    let mut sim = spawned::<Boids>(setup, params(&[("alignment", alignment)]));
    let mut sum = 0.0;
    for tick in 0..800 {
        sim.step().unwrap();
        if tick >= 600 {
            sum += stats(&mut sim)("polarization") / 200.0;
        }
    }
    sum
}

#[test]
fn alignment_makes_a_flock() {
    let found = [0.0, 0.3, 3.0].map(polarization);
    println!("polarization {found:?}");
    assert!(found.is_sorted(), "{found:?}");
    assert!(found[0] < 0.2 && found[2] > 0.9, "{found:?}");
}
