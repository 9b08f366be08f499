use std::f32::consts::TAU;

use flockwork_kernel::math::scalar::{normalize, sin_cos};
use flockwork_kernel::rng;
use flockwork_models::vicsek::{Along, Vicsek};
use flockwork_scheduler::{Grid, Tick};
use quickcheck::quickcheck;

use crate::common::twin::{edge, neighbours};
use crate::common::{Draw, Sim, by_id, placed};

type Walker = (u32, [f32; 4]);

fn state(sim: &Sim<Vicsek>) -> Vec<Walker> {
    by_id(sim, |c, row| [c.x[row], c.y[row], c.ux[row], c.uy[row]])
}

fn step(grid: &Grid, p: &Vicsek, tick: &Tick<Vicsek>, all: &[Walker]) -> Vec<Walker> {
    let places: Vec<_> = all.iter().map(|(id, [x, y, ..])| (*id, *x, *y)).collect();
    let world = grid.world();
    (0..all.len())
        .map(|of| {
            let (id, [x, y, ux, uy]) = all[of];
            let mut sum = (ux, uy);
            for near in neighbours(grid, &places, of) {
                let [.., other_x, other_y] = all[near.at].1;
                sum = (sum.0 + other_x, sum.1 + other_y);
            }
            if sum == (0.0, 0.0) {
                sum = (ux, uy);
            }
            let mean = normalize(sum.0, sum.1);
            // Stream 1 is the noise.
            let noise = rng::signed(rng::draw(tick.setup.seed, tick.number, id, 1)[0]);
            let (sin, cos) = sin_cos(noise * (p.eta * 0.5));
            let new = (mean.0 * cos - mean.1 * sin + 0.0, mean.0 * sin + mean.1 * cos + 0.0);
            let along = if p.along == Along::New { new } else { (ux, uy) };
            let dt = tick.setup.dt;
            let (x, ux) = edge(world.x(), x + along.0 * p.speed * dt, new.0);
            let (y, uy) = edge(world.y(), y + along.1 * p.speed * dt, new.1);
            (id, [x, y, ux, uy])
        })
        .collect()
}

fn bits(all: &[Walker]) -> Vec<(u32, [u32; 4])> {
    all.iter().map(|(id, values)| (*id, values.map(f32::to_bits))).collect()
}

quickcheck! {
    fn vicsek_is_its_twin(seed: u64) -> bool {
        let mut draw = Draw::new(seed);
        let p = Vicsek {
            radius: draw.between(0.5, 2.0),
            speed: draw.between(0.0, 0.5),
            eta: if draw.once_in(4) { 0.0 } else { draw.between(0.0, TAU) },
            along: if draw.below(2) == 1 { Along::New } else { Along::Old },
            ..Vicsek::default()
        };
        let setup = draw.setup(p.radius, 1.0);
        let places = draw.places(&setup, p.radius);
        let mut sim = placed::<Vicsek>(setup, p, draw.cut(), &places);
        let mut twin = state(&sim);
        (0..5).all(|number| {
            twin = step(sim.grid(), &p, &Tick { number, setup, totals: None }, &twin);
            sim.step().unwrap();
            bits(&twin) == bits(&state(&sim))
        })
    }
}
