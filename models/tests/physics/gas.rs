use core::f64::consts::PI;

use flockwork_kernel::Edge;
use flockwork_models::LennardJones;

use crate::common::{params, setup, spawned, stats};

const CUTOFF: f64 = 2.5;

/// The second virial coefficient: -pi times the integral over r of (exp(-u / T) - 1) r, by
/// Simpson's rule. The forces are those of the potential that is shifted to 0 at the cutoff.
fn second_virial(temperature: f64) -> f64 {
    const STEPS: u32 = 20_000;
    const LOW: f64 = 0.3;
    let potential = |r: f64| 4.0 * (r.powi(-12) - r.powi(-6));
    let f = |r: f64| (((potential(CUTOFF) - potential(r)) / temperature).exp() - 1.0) * r;
    let h = (CUTOFF - LOW) / f64::from(STEPS);
    let weight = |i| match i {
        _ if i == 0 || i == STEPS => 1.0,
        _ if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let sum: f64 = (0..=STEPS).map(|i| weight(i) * f(LOW + h * f64::from(i))).sum();
    // Below LOW, exp(-u / T) is 0.
    -PI * (sum * h / 3.0 - LOW * LOW / 2.0)
}

#[test]
fn a_thin_hot_gas_has_the_pressure_of_the_virial_series() {
    // Hot, so that no pairs are bound: such pairs would take very long to find each other.
    let density = 0.03;
    let side = (1000.0f32 / density).sqrt();
    let world = setup((side, side), Edge::Periodic, 1000, 2, 0.002);
    let mut gas = spawned::<LennardJones>(world, params(&[("temperature", 6.0)]));
    let (mut pressure, mut temperature) = (0.0, 0.0);
    const SAMPLES: u32 = 2000;
    for tick in 0..2000 + 8 * SAMPLES {
        gas.step().unwrap();
        if tick >= 2000 && tick % 8 == 0 {
            let now = stats(&mut gas);
            pressure += now("pressure") / f64::from(SAMPLES);
            temperature += now("temperature") / f64::from(SAMPLES);
        }
    }
    let density = f64::from(density);
    let found = (pressure / (density * temperature) - 1.0) / density;
    let theory = second_virial(temperature);
    println!("at {temperature}: {found}, in theory {theory}");
    // The next term of the series and chance.
    assert!((found - theory).abs() < 0.1, "{found} {theory}");
}
