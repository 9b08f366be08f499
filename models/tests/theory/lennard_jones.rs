use core::f64::consts::PI;

use flockwork_kernel::Edge;
use flockwork_models::lennard_jones::LennardJones;
use flockwork_scheduler::Cut;

use crate::common::{Draw, Sim, by_id, params, placed, setup, spawned, stats};

/// A liquid of 400 molecules.
fn liquid(dt: f32, shift: f64) -> Sim<LennardJones> {
    let world = setup((22.8, 23.4), Edge::Torus, 400, 5, dt);
    spawned(world, params(&[("temperature", 1.0), ("shift", shift)]))
}

/// The mean change of the total energy from that at first, over a time of 2, and the largest.
fn drift(dt: f32, shift: f64) -> (f64, f64) {
    let mut liquid = liquid(dt, shift);
    liquid.step().unwrap();
    let first = stats(&mut liquid)("total_energy");
    let ticks = (2.0 / dt).round() as u32;
    let (mut sum, mut most) = (0.0, 0.0f64);
    for _ in 0..ticks {
        liquid.step().unwrap();
        let change = stats(&mut liquid)("total_energy") - first;
        sum += change;
        most = most.max(change.abs());
    }
    (sum / f64::from(ticks), most)
}

#[test]
fn the_error_of_the_energy_falls_as_the_square_of_the_time_step() {
    let errors = [0.008, 0.004, 0.002].map(|dt| drift(dt, 1.0));
    println!("{errors:?}");
    for pair in errors.windows(2) {
        let ratio = pair[0].0 / pair[1].0;
        assert!((3.3..4.8).contains(&ratio), "{errors:?}");
    }
    assert!(errors[2].1 < 1e-3, "{errors:?}");
    // Not shifted, as is the default, every pair that passes the cutoff changes the total.
    assert!(drift(0.002, 0.0).1 > 5.0 * errors[2].1);
}

#[test]
fn momentum_is_kept_to_rounding() {
    let mut liquid = liquid(0.005, 0.0);
    let first = stats(&mut liquid);
    assert_eq!((first("momentum_x"), first("momentum_y")), (0.0, 0.0));
    for _ in 0..4000 {
        liquid.step().unwrap();
    }
    let last = stats(&mut liquid);
    assert!(last("kinetic_energy") > 0.3, "it is not frozen");
    for axis in ["momentum_x", "momentum_y"] {
        assert!(last(axis).abs() < 2e-6, "{axis} {}", last(axis));
    }
}

fn potential(r: f64) -> f64 {
    4.0 * (r.powi(-12) - r.powi(-6))
}

/// Energy and virial of all pairs by their definition, in double precision.
fn direct(places: &[(f32, f32)], side: f64, cutoff: f64) -> (f64, f64) {
    let (mut energy, mut virial) = (0.0, 0.0);
    let nearest = |d: f64| d - side * (d / side).round();
    for (i, a) in places.iter().enumerate() {
        for b in &places[..i] {
            let dx = nearest(f64::from(a.0) - f64::from(b.0));
            let dy = nearest(f64::from(a.1) - f64::from(b.1));
            let r = (dx * dx + dy * dy).sqrt();
            if r < cutoff {
                energy += potential(r);
                // -r du/dr
                virial += 48.0 * r.powi(-12) - 24.0 * r.powi(-6);
            }
        }
    }
    (energy, virial)
}

#[test]
fn a_triangle_at_rest_has_the_energy_of_three_bonds() {
    let bond = 2f32.powf(1.0 / 6.0);
    let places = [(5.0, 5.0), (5.0 + bond, 5.0), (5.0 + 0.5 * bond, 5.0 + 0.75f32.sqrt() * bond)];
    let world = setup((20.0, 20.0), Edge::Torus, 3, 1, 0.001);
    let still = params(&[("temperature", 0.0)]);
    let mut three = placed::<LennardJones>(world, still, Cut::Parts(1), &places);
    for _ in 0..100 {
        three.step().unwrap();
        let now = stats(&mut three);
        // Three bonds of -1, shared by three.
        assert!((now("potential_energy") + 1.0).abs() < 1e-5);
        assert!(now("kinetic_energy") < 1e-6 && now("pressure").abs() < 1e-5);
    }
}

#[test]
fn energy_and_pressure_are_those_of_all_pairs() {
    let mut draw = Draw::new(9);
    let side = 20.0;
    // A lattice with jitter: no two are too close.
    let places: Vec<(f32, f32)> = (0..256)
        .map(|i| {
            let mut at = |cell: u32| (cell as f32 + 0.5) * 1.25 + draw.between(-0.2, 0.2);
            (at(i % 16), at(i / 16))
        })
        .collect();
    for cutoff in [1.5, 2.5, 4.0] {
        let world = setup((side, side), Edge::Torus, 256, 1, 0.001);
        let p = params(&[("cutoff", cutoff), ("temperature", 0.7)]);
        let mut sim = placed::<LennardJones>(world, p, Cut::Grid { rows: 2, cols: 2 }, &places);
        let v2: f64 = by_id(&sim, |c, row| c.vx[row].powi(2) + c.vy[row].powi(2))
            .iter()
            .map(|(_, v2)| f64::from(*v2))
            .sum();
        sim.step().unwrap();
        let now = stats(&mut sim);
        let (energy, virial) = direct(&places, f64::from(side), cutoff);
        let area = f64::from(side * side);
        // P V = N k T + the virial of all pairs over the dimension.
        let pressure = (v2 / 2.0 + virial / 2.0) / area;
        assert!((now("potential_energy") - energy / 256.0).abs() < 2e-5);
        assert!((now("kinetic_energy") - v2 / 512.0).abs() < 2e-6);
        assert!((now("pressure") - pressure).abs() < 2e-5 * pressure.abs().max(1.0));
    }
}

/// The second virial coefficient: -pi times the integral over r of (exp(-u / T) - 1) r, by
/// Simpson's rule. The forces are those of the potential that is shifted to 0 at the cutoff.
fn second_virial(temperature: f64, cutoff: f64) -> f64 {
    let f = |r: f64| {
        let u = potential(r) - potential(cutoff);
        ((-u / temperature).exp() - 1.0) * r
    };
    let steps = 20_000;
    let low = 0.3;
    let h = (cutoff - low) / f64::from(steps);
    let inner = -low * low / 2.0; // exp(-u / T) is 0 there
    let weight = |i| match i {
        _ if i == 0 || i == steps => 1.0,
        _ if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let sum: f64 = (0..=steps).map(|i| weight(i) * f(low + h * f64::from(i))).sum();
    -PI * (inner + sum * h / 3.0)
}

#[test]
fn explore() {
    for (density, t0) in [(0.03f32, 3.0), (0.06, 3.0), (0.03, 6.0), (0.06, 6.0), (0.1, 6.0)] {
        let side = (1000.0f32 / density).sqrt();
        let world = setup((side, side), Edge::Torus, 1000, 2, 0.002);
        let mut gas = spawned::<LennardJones>(world, params(&[("temperature", t0)]));
        let (mut pressure, mut temperature, mut count) = (0.0, 0.0, 0.0);
        for tick in 0..30_000 {
            gas.step().unwrap();
            if tick >= 6000 && tick % 8 == 0 {
                let now = stats(&mut gas);
                pressure += now("pressure");
                temperature += now("temperature");
                count += 1.0;
            }
        }
        let (pressure, temperature) = (pressure / count, temperature / count);
        let density = f64::from(density);
        let found = (pressure / (density * temperature) - 1.0) / density;
        println!(
            "{density} {t0} T {temperature} found B2 {found} theory {}",
            second_virial(temperature, 2.5)
        );
    }
}
