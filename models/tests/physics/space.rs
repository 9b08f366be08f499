//! What models must do in space, held against exact values and theory.

use flockwork_kernel::{Edge, World};
use flockwork_models::{Boids, Discs, LennardJones, Vicsek};
use flockwork_scheduler::{Model, Setup, Space};

use crate::common::{Sim, by_id, params, spawned, stats};

fn cube<M: Model>(count: u32, density: f64, dt: f32, values: &[(&str, f64)]) -> Sim<M> {
    let side = (f64::from(count) / density).cbrt() as f32;
    let world = World::space(side, side, side, Edge::Periodic).unwrap();
    spawned(Setup { world, population: count, seed: 5, dt }, params(values))
}

#[test]
fn a_face_centred_lattice_has_its_lattice_sum_for_energy() {
    let lattice = [("temperature", 0.0), ("cutoff", 2.5)];
    let mut sim = cube::<LennardJones<Space>>(32_000, 0.8442, 0.005, &lattice);
    sim.step().unwrap();
    let energy = stats(&mut sim)("potential_energy");
    // The same sum in double precision over the shells of the lattice.
    assert!((energy / -6.773_368_1 - 1.0).abs() < 1e-5, "{energy}");
    // By symmetry nobody moves, but for the rounding of places.
    let rest =
        by_id(&sim, |c, row| c.half_x[row].abs() + c.half_y[row].abs() + c.half_z[row].abs());
    assert!(rest.iter().all(|(_, speed)| *speed < 1e-3));
}

#[test]
fn the_melt_keeps_its_energy_and_shares_it() {
    let melt = [("temperature", 1.44), ("cutoff", 2.5), ("shift", 1.0)];
    let mut sim = cube::<LennardJones<Space>>(4000, 0.8442, 0.005, &melt);
    sim.step().unwrap();
    let begin = stats(&mut sim);
    assert!((begin("temperature") / 1.44 - 1.0).abs() < 0.05, "{}", begin("temperature"));
    for _ in 0..300 {
        sim.step().unwrap();
    }
    let end = stats(&mut sim);
    let drift = (end("total_energy") - begin("total_energy")).abs();
    println!("temperature {} pressure {} drift {drift:e}", end("temperature"), end("pressure"));
    assert!(drift < 0.01, "{drift}");
    // About half of the kinetic energy has gone into the melt.
    assert!((0.65..0.8).contains(&end("temperature")), "{}", end("temperature"));
    assert!(end("momentum_x").abs() < 1e-4 && end("momentum_y").abs() < 1e-4);
}

/// The compressibility factor of hard spheres, and the kurtosis of their speeds, at a packing.
fn spheres(packing: f64) -> (f64, f64) {
    const COUNT: u32 = 1000;
    const DT: f32 = 0.004;
    let volume = core::f64::consts::PI / 6.0;
    let mut sim = cube::<Discs<Space>>(COUNT, packing / volume, DT, &[]);
    for _ in 0..2000 {
        sim.step().unwrap();
    }
    let velocities = |sim: &Sim<Discs<Space>>| {
        by_id(sim, |c, row| [c.vx[row], c.vy[row], c.vz[row]].map(f64::from))
    };
    let (mut last, mut kicks, mut kurtosis) = (velocities(&sim), 0.0, 0.0);
    const TICKS: u32 = 4000;
    for tick in 0..TICKS {
        sim.step().unwrap();
        let now = velocities(&sim);
        for ((_, v), (_, w)) in now.iter().zip(&last) {
            kicks += v.iter().zip(w).map(|(v, w)| (v - w) * (v - w)).sum::<f64>().sqrt();
        }
        last = now;
        if tick % 20 == 0 {
            kurtosis += stats(&mut sim)("kurtosis") / f64::from(TICKS / 20);
        }
    }
    // The virial of each collision is the kick times the diameter, 1; both spheres feel the kick.
    let temperature = 2.0 / 3.0 * stats(&mut sim)("kinetic_energy");
    let time = f64::from(TICKS) * f64::from(DT);
    let factor = 1.0 + 0.5 * kicks / (3.0 * f64::from(COUNT) * temperature * time);
    (factor, kurtosis)
}

#[test]
fn spheres_have_the_pressure_of_carnahan_and_starling_and_the_speeds_of_maxwell() {
    for packing in [0.2f64, 0.4] {
        let (factor, kurtosis) = spheres(packing);
        let above = 1.0 + packing + packing.powi(2) - packing.powi(3);
        let theory = above / (1.0 - packing).powi(3);
        println!("packing {packing}: Z {factor}, in theory {theory}; kurtosis {kurtosis}");
        assert!((factor / theory - 1.0).abs() < 0.02, "{factor} {theory}");
        assert!((kurtosis / (5.0 / 3.0) - 1.0).abs() < 0.02, "{kurtosis}");
    }
}

#[test]
fn order_falls_with_noise() {
    let mut before = 1.1;
    for eta in [0.5, 2.0, 4.0, 6.0] {
        let values = [("eta", eta), ("speed", 0.1), ("burn_in", 200.0)];
        let mut sim = cube::<Vicsek<Space>>(1000, 4.0, 1.0, &values);
        for _ in 0..400 {
            sim.step().unwrap();
        }
        let order = stats(&mut sim)("order_mean");
        println!("eta {eta}: order {order}");
        assert!(order < before - 0.05, "eta {eta}: {order} after {before}");
        before = order;
    }
    // All directions of the cone are the whole sphere, nearly.
    assert!(before < 0.15, "{before}");
}

#[test]
fn a_flock_in_space_aligns_and_keeps_its_speeds() {
    let mut sim = cube::<Boids<Space>>(1000, 4.8, 0.05, &[]);
    let begin = stats(&mut sim)("polarization");
    for _ in 0..400 {
        sim.step().unwrap();
    }
    let end = stats(&mut sim);
    assert!(begin < 0.1 && end("polarization") > 0.5, "{begin} {}", end("polarization"));
    assert!((0.5..=2.0).contains(&end("mean_speed")), "{}", end("mean_speed"));
}
