//! Boids in space against the same rules over plain numbers.

use flockwork_kernel::Vec3;
use flockwork_models::boids::Boids;
use flockwork_scheduler::{Grid, Space};
use quickcheck::quickcheck;

use crate::common::twin::{edge, neighbours_in_space};
use crate::common::{Draw, Sim, by_id, edited, put};

#[derive(Clone, Copy, PartialEq, Debug)]
struct Boid {
    id: u32,
    at: [f32; 3],
    v: [f32; 3],
}

fn state(sim: &Sim<Boids<Space>>) -> Vec<Boid> {
    let all =
        by_id(sim, |c, row| ([c.x[row], c.y[row], c.z[row]], [c.vx[row], c.vy[row], c.vz[row]]));
    all.into_iter().map(|(id, (at, v))| Boid { id, at, v }).collect()
}

fn force(grid: &Grid, p: &Boids<Space>, all: &[Boid], of: usize) -> [f32; 3] {
    let places: Vec<_> = all.iter().map(|boid| (boid.id, boid.at)).collect();
    let mut near = neighbours_in_space(grid, &places, of);
    if p.max_neighbors > 0 {
        let mut ranks: Vec<_> = near.iter().map(|n| (n.d2.to_bits(), all[n.at].id)).collect();
        ranks.sort();
        ranks.truncate(p.max_neighbors as usize);
        near.retain(|n| ranks.contains(&(n.d2.to_bits(), all[n.at].id)));
    }
    let share = 1.0 / (near.len() as f32).max(1.0);
    let inverse = 1.0 / (p.separation_radius * p.separation_radius);
    [0, 1, 2].map(|axis| {
        let (mut away, mut offset, mut velocity) = (0.0f32, 0.0f32, 0.0f32);
        for n in &near {
            let d = [n.dx, n.dy, n.dz][axis];
            velocity += all[n.at].v[axis];
            offset += d;
            let push = 1.0 - n.d2 * inverse;
            if push > 0.0 {
                away -= d * push;
            }
        }
        if near.is_empty() {
            return 0.0;
        }
        away * p.separation
            + (velocity * share - all[of].v[axis]) * p.alignment
            + offset * share * p.cohesion
    })
}

fn step(grid: &Grid, p: &Boids<Space>, dt: f32, all: &[Boid]) -> Vec<Boid> {
    (0..all.len())
        .map(|of| {
            let (boid, force) = (all[of], force(grid, p, all, of));
            let [vx, vy, vz] = [0, 1, 2].map(|axis| boid.v[axis] + force[axis] * dt);
            let v = Vec3::new(vx, vy, vz).clamped(p.min_speed, p.max_speed);
            let (v, mut next) = ([v.x, v.y, v.z], boid);
            for (axis, along) in grid.world().axes().iter().enumerate() {
                (next.at[axis], next.v[axis]) = edge(*along, boid.at[axis] + v[axis] * dt, v[axis]);
            }
            next
        })
        .collect()
}

quickcheck! {
    fn boids_in_space_are_their_twin(seed: u64) -> bool {
        let mut draw = Draw::new(seed);
        let mut p = Boids::<Space> {
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
        let setup = draw.setup_in_space(p.neighbor_radius, 0.05);
        let kind = draw.below(4);
        let axes = setup.world.axes().to_vec();
        let cut = draw.cut_in_space();
        let mut sim = edited::<Boids<Space>>(setup, p, cut, &mut |_, row| {
            for (axis, name) in axes.iter().zip(["x", "y", "z"]) {
                let last = axis.length.next_down();
                let at = match kind {
                    // Evenly; around the middle; at the ends; at a few places.
                    0 => draw.unit() * axis.length,
                    1 => axis.length * (0.5 + 0.2 * (draw.unit() - 0.5)),
                    2 if draw.once_in(2) => draw.unit() * 0.1 * axis.length,
                    2 => last - draw.unit() * 0.1 * axis.length,
                    _ => axis.length * 0.25 * draw.below(4) as f32,
                };
                put::<Boids<Space>>(row, name, &at.min(last).to_le_bytes());
            }
        });
        let mut twin = state(&sim);
        (0..5).all(|_| {
            twin = step(sim.grid(), &p, setup.dt, &twin);
            sim.step().unwrap();
            twin == state(&sim)
        })
    }
}
