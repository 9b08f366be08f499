use flockwork_kernel::Edge;
use flockwork_models::Discs;
use flockwork_models::discs::DiscsParams;
use flockwork_scheduler::Cut;

use crate::common::{Sim, by_id, edited, put, setup, spawned, stats};

/// Sums of the velocities along x and along y.
fn momentum(sim: &Sim<Discs>) -> (f64, f64) {
    by_id(sim, |c, row| (f64::from(c.vx[row]), f64::from(c.vy[row])))
        .into_iter()
        .fold((0.0, 0.0), |sum, (_, v)| (sum.0 + v.0, sum.1 + v.1))
}

/// 2000 discs of radius 1/2 that cover a tenth of the world, all at speed 1.
fn gas(edge: Edge) -> Sim<Discs> {
    spawned(setup((125.33, 125.33), edge, 2000, 7, 0.02), DiscsParams::default())
}

#[test]
fn speeds_become_those_of_maxwell_and_energy_and_momentum_stay() {
    let mut sim = gas(Edge::Periodic);
    let begin = stats(&mut sim);
    assert!((begin("packing") - 0.1).abs() < 1e-4);
    assert!((begin("kurtosis") - 1.0).abs() < 1e-5, "{}", begin("kurtosis"));
    assert!((begin("mean_speed") - 1.0).abs() < 1e-5);
    assert!((begin("kinetic_energy") - 0.5).abs() < 1e-5);
    let (px, py) = momentum(&sim);
    assert!((begin("momentum_x") - px / 2000.0).abs() < 1e-6);
    assert!((begin("momentum_y") - py / 2000.0).abs() < 1e-6);

    let (mut kurtosis, mut speed, mut samples) = (0.0, 0.0, 0.0);
    for tick in 1..=10_000 {
        sim.step().unwrap();
        if tick > 4000 && tick % 20 == 0 {
            let seen = stats(&mut sim);
            kurtosis += seen("kurtosis");
            speed += seen("mean_speed");
            samples += 1.0;
        }
    }
    let drift = stats(&mut sim)("kinetic_energy") / begin("kinetic_energy") - 1.0;
    println!("kurtosis {} drift {drift:e} speed {}", kurtosis / samples, speed / samples);
    assert!((kurtosis / samples / 2.0 - 1.0).abs() < 0.03, "{}", kurtosis / samples);
    // Rayleigh's distribution of mean square 1.
    let mean_speed = core::f64::consts::PI.sqrt() / 2.0;
    assert!((speed / samples / mean_speed - 1.0).abs() < 0.01, "{}", speed / samples);
    assert!(drift.abs() < 0.01, "{drift}");
    let (qx, qy) = momentum(&sim);
    println!("momentum {:e} {:e}", qx - px, qy - py);
    assert!((qx - px).abs() < 1e-4 && (qy - py).abs() < 1e-4, "{} {}", qx - px, qy - py);
}

#[test]
fn discs_collide_as_often_as_enskog_says() {
    let mut sim = gas(Edge::Periodic);
    // Nobody knows of a tick before the first one.
    let begin = stats(&mut sim);
    for name in ["collisions", "virial", "collision_rate", "pressure", "compressibility"] {
        assert!(begin(name).is_nan(), "{name}");
    }
    for _ in 0..1000 {
        sim.step().unwrap();
    }
    let before = sim.counters();
    let (mut collisions, mut counted, mut ratio) = (0usize, 0.0, 0.0);
    let mut last = by_id(&sim, |c, row| (c.vx[row], c.vy[row]));
    const TICKS: usize = 1000;
    for _ in 0..TICKS {
        sim.step().unwrap();
        let now = by_id(&sim, |c, row| (c.vx[row], c.vy[row]));
        collisions += now.iter().zip(&last).filter(|(a, b)| a != b).count();
        last = now;
        let seen = stats(&mut sim);
        counted += seen("collision_rate") / TICKS as f64;
        ratio += seen("compressibility") / TICKS as f64;
    }
    assert!(sim.counters().events > before.events);
    // Per disc and time: 2 sqrt(pi) n d g sqrt(kT / m), with Henderson's contact value g.
    let packing = 0.1f64;
    let density = 2000.0 / 125.33f64.powi(2);
    let contact = (1.0 - 7.0 / 16.0 * packing) / (1.0 - packing).powi(2);
    let theory = 2.0 * core::f64::consts::PI.sqrt() * density * contact * 0.5f64.sqrt();
    let found = collisions as f64 / (2000.0 * TICKS as f64 * 0.02);
    println!("collisions {found} theory {theory}");
    assert!((found / theory - 1.0).abs() < 0.05, "{found} {theory}");
    // `dt` is the nearest to 0.02 that there is in 32 bits.
    assert!((counted / found - 1.0).abs() < 1e-7, "{counted} {found}");
    // D. Henderson, "A simple equation of state for hard discs", 1975, doi:10.1080/00268977500102511.
    let theory = (1.0 + packing * packing / 8.0) / (1.0 - packing).powi(2);
    println!("compressibility {ratio} theory {theory}");
    assert!((ratio / theory - 1.0).abs() < 0.02, "{ratio} {theory}");
}

#[test]
fn walls_keep_energy_and_discs_inside() {
    let mut sim = gas(Edge::Wall);
    let begin = stats(&mut sim)("kinetic_energy");
    for _ in 0..2000 {
        sim.step().unwrap();
    }
    let drift = stats(&mut sim)("kinetic_energy") / begin - 1.0;
    assert!(drift.abs() < 1e-4, "{drift}");
    for (id, (x, y)) in by_id(&sim, |c, row| (c.x[row], c.y[row])) {
        assert!((0.5..=124.83).contains(&x) && (0.5..=124.83).contains(&y), "{id} at {x}, {y}");
    }
}

#[test]
fn a_head_on_pair_swaps_velocities_across_the_seam_too() {
    for offset in [5.0f32, 19.8, 0.1] {
        let setup = setup((20.0, 20.0), Edge::Periodic, 2, 1, 0.02);
        let mut sim =
            edited::<Discs>(setup, DiscsParams::default(), Cut::Parts(2), &mut |id, row| {
                let x = if id == 0 { offset - 0.6 } else { offset + 0.6 };
                let vx: f32 = if id == 0 { 1.0 } else { -0.5 };
                put::<Discs>(row, "x", &x.rem_euclid(20.0).to_le_bytes());
                put::<Discs>(row, "y", &3.0f32.to_le_bytes());
                put::<Discs>(row, "vx", &vx.to_le_bytes());
                put::<Discs>(row, "vy", &0.25f32.to_le_bytes());
            });
        for _ in 0..50 {
            sim.step().unwrap();
        }
        let v = by_id(&sim, |c, row| (c.vx[row], c.vy[row]));
        assert_eq!(v, [(0, (-0.5, 0.25)), (1, (1.0, 0.25))], "at {offset}");
    }
}
