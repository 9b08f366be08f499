use flockwork_kernel::Edge;
use flockwork_models::LennardJones;
use flockwork_scheduler::Cut;

use crate::common::{Sim, by_id, params, placed, setup, spawned, stats};

/// A hot dense fluid whose force at the cutoff is small, so that the method is what errs.
fn fluid(dt: f32) -> Sim<LennardJones> {
    let setup = setup((11.0, 11.0), Edge::Periodic, 72, 5, dt);
    spawned(setup, params(&[("cutoff", 5.4), ("temperature", 1.0), ("shift", 1.0)]))
}

/// The root of the mean square error of the total energy over two time units.
fn energy_error(dt: f32) -> f64 {
    let mut sim = fluid(dt);
    sim.step().unwrap();
    let begin = stats(&mut sim)("total_energy");
    let ticks = (2.0 / dt).round() as usize;
    let mut sum = 0.0;
    for _ in 0..ticks {
        sim.step().unwrap();
        sum += (stats(&mut sim)("total_energy") - begin).powi(2);
    }
    (sum / ticks as f64).sqrt()
}

#[test]
fn the_error_of_the_energy_falls_as_the_square_of_the_step() {
    let errors = [0.008, 0.004, 0.002].map(energy_error);
    let orders = [errors[0] / errors[1], errors[1] / errors[2]].map(f64::log2);
    println!("errors {errors:?} orders {orders:?}");
    assert!(orders.iter().all(|order| (order - 2.0).abs() < 0.25), "{errors:?} {orders:?}");
}

#[test]
fn energy_stays_for_long_and_momentum_to_rounding() {
    let mut sim = fluid(0.004);
    sim.step().unwrap();
    let begin = stats(&mut sim)("total_energy");
    for _ in 0..10_000 {
        sim.step().unwrap();
    }
    let end = stats(&mut sim);
    println!("drift {:e}", end("total_energy") - begin);
    assert!((end("total_energy") - begin).abs() < 5e-3, "{begin} {}", end("total_energy"));
    assert!(end("kinetic_energy") > 0.5, "it moves");
    let (px, py) = by_id(&sim, |c, row| (f64::from(c.vx[row]), f64::from(c.vy[row])))
        .into_iter()
        .fold((0.0, 0.0), |sum, (_, v)| (sum.0 + v.0, sum.1 + v.1));
    println!("momentum {px:e} {py:e}");
    assert!(px.abs() < 1e-3 && py.abs() < 1e-3, "{px} {py}");
}

#[test]
fn three_at_the_minimum_have_the_depth_of_the_potential() {
    let side = 2.0f32.powf(1.0 / 6.0);
    let high = side * 0.75f32.sqrt();
    // Across the corner of the torus.
    let places = [
        [9.8, 9.9, 0.0],
        [(9.8 + side) % 10.0, 9.9, 0.0],
        [9.8 + side / 2.0 - 10.0, (9.9 + high) % 10.0, 0.0],
    ];
    let setup = setup((10.0, 10.0), Edge::Periodic, 3, 1, 0.001);
    let mut sim = placed::<LennardJones>(
        setup,
        params(&[("temperature", 0.0)]),
        Cut::Grid { cols: 2, rows: 2, layers: 1 },
        &places,
    );
    for _ in 0..100 {
        sim.step().unwrap();
        let seen = stats(&mut sim);
        assert!((seen("potential_energy") + 1.0).abs() < 1e-5, "{}", seen("potential_energy"));
        assert!(seen("kinetic_energy") < 1e-6 && seen("pressure").abs() < 1e-4);
    }
}

/// Potential energy per molecule, and pressure, in double precision over all pairs.
fn direct(
    size: (f64, f64),
    places: &[[f64; 2]],
    velocities: &[[f64; 2]],
    cutoff: f64,
    zero: f64,
) -> (f64, f64) {
    let nearest = |d: f64, side: f64| d - side * (d / side).round();
    let (mut energy, mut virial) = (0.0, 0.0);
    for (i, a) in places.iter().enumerate() {
        for b in &places[i + 1..] {
            let (dx, dy) = (nearest(b[0] - a[0], size.0), nearest(b[1] - a[1], size.1));
            let r = (dx * dx + dy * dy).sqrt();
            if r < cutoff {
                energy += 4.0 * (r.powi(-12) - r.powi(-6)) - zero;
                virial += 24.0 * (2.0 * r.powi(-12) - r.powi(-6));
            }
        }
    }
    let kinetic: f64 = velocities.iter().flatten().map(|v| 0.5 * v * v).sum();
    (energy / places.len() as f64, (kinetic + 0.5 * virial) / (size.0 * size.1))
}

#[test]
fn energy_and_pressure_are_those_of_all_pairs() {
    for shift in [0.0, 1.0] {
        let setup = setup((12.0, 11.0), Edge::Periodic, 90, 2, 0.004);
        let values = params(&[("cutoff", 2.5), ("temperature", 2.0), ("shift", shift)]);
        let mut sim = spawned::<LennardJones>(setup, values);
        for _ in 0..300 {
            sim.step().unwrap();
        }
        // A tick reports the places it began with, and the velocities of that time.
        let second = |(_, pair): (u32, [f64; 2])| pair;
        let places = by_id(&sim, |c, row| [c.x[row], c.y[row]].map(f64::from));
        let places: Vec<_> = places.into_iter().map(second).collect();
        sim.step().unwrap();
        let velocities = by_id(&sim, |c, row| [c.vx[row], c.vy[row]].map(f64::from));
        let velocities: Vec<_> = velocities.into_iter().map(second).collect();
        let zero = 4.0 * (2.5f64.powi(-12) - 2.5f64.powi(-6)) * shift;
        let (energy, pressure) = direct((12.0, 11.0), &places, &velocities, 2.5, zero);
        let seen = stats(&mut sim);
        for (name, wanted) in [("potential_energy", energy), ("pressure", pressure)] {
            println!("{name} {} {wanted}", seen(name));
            assert!((seen(name) - wanted).abs() < 1e-4 * wanted.abs(), "{name} {}", seen(name));
        }
    }
}
