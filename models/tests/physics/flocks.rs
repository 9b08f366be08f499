use flockwork_kernel::Edge;
use flockwork_models::boids::Boids;

use crate::common::{params, setup, spawned, stats};

#[test]
fn more_alignment_makes_more_order() {
    let polarization = |alignment: f64| {
        let world = setup((18.0, 17.0), Edge::Torus, 1200, 4, 0.05);
        let mut flock = spawned::<Boids>(world, params(&[("alignment", alignment)]));
        for _ in 0..600 {
            flock.step().unwrap();
        }
        let now = stats(&mut flock);
        assert!((0.5..=2.0).contains(&now("mean_speed")));
        now("polarization")
    };
    let found = [0.0, 0.5, 4.0].map(polarization);
    println!("{found:?}");
    assert!(found[0] < 0.2 && found[2] > 0.8, "{found:?}");
    assert!(found[0] + 0.1 < found[1] && found[1] < found[2], "{found:?}");
}

#[test]
fn statistics_hold_for_the_highest_speeds() {
    let world = setup((100.0, 100.0), Edge::Torus, 2000, 4, 1e-6);
    let fast = [("min_speed", 1e6), ("max_speed", 1e6), ("separation", 0.0)];
    let mut flock = spawned::<Boids>(world, params(&fast));
    flock.step().unwrap();
    assert!((stats(&mut flock)("mean_speed") / 1e6 - 1.0).abs() < 1e-5);
}
