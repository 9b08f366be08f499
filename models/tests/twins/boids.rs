use flockwork_kernel::math::scalar::{length, normalize};
use flockwork_models::boids::Boids;
use flockwork_scheduler::Grid;
use quickcheck::quickcheck;

use crate::common::twin::{moved, neighbours};
use crate::common::{Draw, Sim, by_id, placed};

#[derive(Clone, Copy)]
struct Boid {
    id: u32,
    x: f32,
    y: f32,
    v: (f32, f32),
}

fn state(sim: &Sim<Boids>) -> Vec<Boid> {
    by_id(sim, |c, row| (c.x[row], c.y[row], c.vx[row], c.vy[row]))
        .into_iter()
        .map(|(id, (x, y, vx, vy))| Boid { id, x, y, v: (vx, vy) })
        .collect()
}

fn force(grid: &Grid, p: &Boids, all: &[Boid], of: usize) -> (f32, f32) {
    let places: Vec<_> = all.iter().map(|boid| (boid.id, boid.x, boid.y)).collect();
    let mut near = neighbours(grid, &places, of);
    if p.max_neighbors > 0 {
        let mut ranks: Vec<_> = near.iter().map(|n| (n.d2.to_bits(), all[n.at].id)).collect();
        ranks.sort();
        ranks.truncate(p.max_neighbors as usize);
        near.retain(|n| ranks.contains(&(n.d2.to_bits(), all[n.at].id)));
    }
    let count = near.len() as f32;
    let inverse = 1.0 / (p.separation_radius * p.separation_radius);
    let axis = |d: &dyn Fn(usize) -> f32, v: &dyn Fn(&Boid) -> f32| {
        let (mut away, mut offset, mut velocity) = (0.0f32, 0.0f32, 0.0f32);
        for (i, n) in near.iter().enumerate() {
            velocity += v(&all[n.at]);
            offset += d(i);
            let push = 1.0 - n.d2 * inverse;
            if push > 0.0 {
                away -= d(i) * push;
            }
        }
        if near.is_empty() {
            return 0.0;
        }
        let share = 1.0 / count;
        away * p.separation
            + (velocity * share - v(&all[of])) * p.alignment
            + offset * share * p.cohesion
    };
    (axis(&|i| near[i].dx, &|boid| boid.v.0), axis(&|i| near[i].dy, &|boid| boid.v.1))
}

fn step(grid: &Grid, p: &Boids, dt: f32, all: &[Boid]) -> Vec<Boid> {
    (0..all.len())
        .map(|of| {
            let boid = all[of];
            let (ax, ay) = force(grid, p, all, of);
            let mut v = (boid.v.0 + ax * dt, boid.v.1 + ay * dt);
            let speed = length(v.0, v.1);
            let target = if speed > p.max_speed {
                p.max_speed
            } else if speed < p.min_speed && speed > 0.0 {
                p.min_speed
            } else {
                speed
            };
            if target != speed {
                let (nx, ny) = normalize(v.0, v.1);
                v = (nx * target, ny * target);
            }
            let [x, y, vx, vy] = moved(grid.world(), dt, (boid.x, boid.y), v);
            Boid { x, y, v: (vx, vy), ..boid }
        })
        .collect()
}

fn bits(all: &[Boid]) -> Vec<[u32; 5]> {
    all.iter()
        .map(|b| [b.id, b.x.to_bits(), b.y.to_bits(), b.v.0.to_bits(), b.v.1.to_bits()])
        .collect()
}

quickcheck! {
    fn boids_are_their_twin(seed: u64) -> bool {
        let mut draw = Draw::new(seed);
        let mut p = Boids {
            neighbor_radius: draw.between(0.5, 2.0),
            separation: draw.between(0.0, 20.0),
            alignment: draw.between(0.0, 3.0),
            cohesion: draw.between(0.0, 3.0),
            ..Boids::default()
        };
        p.separation_radius = p.neighbor_radius * draw.between(0.1, 1.0);
        if draw.once_in(3) {
            p.max_neighbors = 1 + draw.below(8);
        }
        let setup = draw.setup(p.neighbor_radius, 0.05);
        let places = draw.places(&setup, p.neighbor_radius);
        let mut sim = placed::<Boids>(setup, p, draw.cut(), &places);
        let mut twin = state(&sim);
        (0..5).all(|_| {
            twin = step(sim.grid(), &p, setup.dt, &twin);
            sim.step().unwrap();
            bits(&twin) == bits(&state(&sim))
        })
    }
}
