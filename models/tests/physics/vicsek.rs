use std::f64::consts::{PI, TAU};

use flockwork_kernel::{Edge, Precision};
use flockwork_models::Vicsek;

use crate::common::{Sim, by_id, params, setup, spawned, stats};

const WALKERS: u32 = 400;

/// `order_mean` over 500 ticks, after as many.
fn order(eta: f64) -> f64 {
    let setup = setup((10.0, 10.0), Edge::Periodic, WALKERS, 11, 1.0);
    let values = [("eta", eta), ("speed", 0.3), ("burn_in", 500.0)];
    let mut sim = spawned::<Vicsek>(setup, params(&values));
    let mut sum = 0.0;
    for tick in 1..=1000 {
        sim.step().unwrap();
        if tick > 500 {
            sum += stats(&mut sim)("order");
        }
    }
    let mean = stats(&mut sim)("order_mean");
    assert!((mean - sum / 500.0).abs() < 1e-6, "{mean} is not the mean of order");
    mean
}

#[test]
fn noise_takes_the_order_away() {
    let found: Vec<_> = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, TAU].map(order).into();
    println!("order {found:?}");
    assert!(found[0] > 0.999, "{found:?}");
    assert!(found.is_sorted_by(|a, b| a > b), "{found:?}");
    // Headings of a full turn's noise are independent: their mean has the length of a random walk.
    let walk = (PI / 4.0 / f64::from(WALKERS)).sqrt();
    assert!((found[6] / walk - 1.0).abs() < 0.1, "{} {walk}", found[6]);
}

#[test]
fn by_default_a_walker_goes_along_the_heading_that_it_had_before_the_tick() {
    let setup = setup((20.0, 20.0), Edge::Open, WALKERS, 3, 1.0);
    let mut sim = spawned::<Vicsek>(setup, params(&[("speed", 0.5), ("eta", 3.0)]));
    let read = |sim: &Sim<Vicsek>| by_id(sim, |c, row| [c.x[row], c.y[row], c.ux[row], c.uy[row]]);
    for _ in 0..3 {
        let before = read(&sim);
        sim.step().unwrap();
        for ((_, [x, y, ux, uy]), (id, after)) in before.into_iter().zip(read(&sim)) {
            assert_eq!([x + ux * 0.5, y + uy * 0.5], after[..2], "{id}");
            assert_ne!([ux, uy], after[2..], "{id} turned");
        }
    }
}

#[test]
fn a_lonely_walker_is_a_persistent_random_walk() {
    const SPEED: f64 = 0.5;
    const ETA: f64 = 1.0;
    let mut setup = setup((1e3, 1e3), Edge::Open, 20_000, 4, 1.0);
    // Nobody is to be near anybody: no place is told as finely as the radius.
    setup.world = setup.world.with_precision(Precision::Any);
    let values = [("radius", 1e-6), ("eta", ETA), ("speed", SPEED)];
    let mut sim = spawned::<Vicsek>(setup, params(&values));
    let read = |sim: &Sim<Vicsek>| by_id(sim, |c, row| [c.x[row], c.y[row], c.ux[row], c.uy[row]]);
    let begin = read(&sim);
    // The mean cosine of one turn.
    let c = (ETA / 2.0).sin() / (ETA / 2.0);
    let mut done = 0;
    for n in [1i32, 3, 10, 30, 100, 300] {
        while done < n {
            sim.step().unwrap();
            done += 1;
        }
        let (mut msd, mut square, mut turned) = (0.0, 0.0, 0.0);
        for ((_, a), (_, b)) in begin.iter().zip(read(&sim)) {
            let [dx, dy] = [0, 1].map(|i| f64::from(b[i]) - f64::from(a[i]));
            msd += dx * dx + dy * dy;
            square += (dx * dx + dy * dy).powi(2);
            turned += f64::from(a[2]) * f64::from(b[2]) + f64::from(a[3]) * f64::from(b[3]);
        }
        let count = begin.len() as f64;
        (msd, square, turned) = (msd / count, square / count, turned / count);
        let steps = f64::from(n);
        let theory = SPEED
            * SPEED
            * (steps * (1.0 + c) / (1.0 - c) - 2.0 * c * (1.0 - c.powi(n)) / (1.0 - c).powi(2));
        // Four standard errors, and the rounding of places.
        let allowed = 4.0 * ((square - msd * msd).max(0.0) / count).sqrt() + 1e-3 * theory;
        println!("n {n} msd {msd} theory {theory} allowed {allowed}");
        assert!((msd - theory).abs() < allowed, "{n}: {msd} {theory}");
        assert!(allowed < 0.04 * theory);
        assert!((turned - c.powi(n)).abs() < 4.0 / count.sqrt(), "{n}: {turned} {}", c.powi(n));
    }
}
