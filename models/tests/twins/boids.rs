use flockwork_kernel::Vector;
use flockwork_models::boids::Boids;
use flockwork_scheduler::{Axes, Grid, Space};
use quickcheck::quickcheck;

use crate::common::twin::{edge, neighbours_in_space};
use crate::common::{Draw, Sim, by_id, edited, placed, put};

/// In the plane what is along z is 0.
#[derive(Clone, Copy)]
struct Boid {
    id: u32,
    at: [f32; 3],
    v: [f32; 3],
}

fn state<A: Axes>(sim: &Sim<Boids<A>>) -> Vec<Boid> {
    let all = by_id(sim, |c, row| {
        let me = c.row(row);
        [me.position, me.velocity].map(|vector| [0, 1, 2].map(|axis| vector.along(axis)))
    });
    all.into_iter().map(|(id, [at, v])| Boid { id, at, v }).collect()
}

fn force<A: Axes>(grid: &Grid, p: &Boids<A>, all: &[Boid], of: usize) -> [f32; 3] {
    let places: Vec<_> = all.iter().map(|boid| (boid.id, boid.at)).collect();
    let mut near = neighbours_in_space(grid, &places, of);
    if p.max_neighbors > 0 {
        let mut ranks: Vec<_> = near.iter().map(|n| (n.d2.to_bits(), all[n.at].id)).collect();
        ranks.sort();
        ranks.truncate(p.max_neighbors as usize);
        near.retain(|n| ranks.contains(&(n.d2.to_bits(), all[n.at].id)));
    }
    let count = near.len() as f32;
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
        let share = 1.0 / count;
        away * p.separation
            + (velocity * share - all[of].v[axis]) * p.alignment
            + offset * share * p.cohesion
    })
}

fn step<A: Axes>(grid: &Grid, p: &Boids<A>, dt: f32, all: &[Boid]) -> Vec<Boid> {
    (0..all.len())
        .map(|of| {
            let (boid, force) = (all[of], force(grid, p, all, of));
            let mut v = [0, 1, 2].map(|axis| boid.v[axis] + force[axis] * dt);
            let velocity = Vector::<A>::of(v[0], v[1], v[2]);
            let speed = velocity.length();
            let target = if speed > p.max_speed {
                p.max_speed
            } else if speed < p.min_speed && speed > 0.0 {
                p.min_speed
            } else {
                speed
            };
            if target != speed {
                let direction = velocity.normalized();
                v = [0, 1, 2].map(|axis| direction.along(axis) * target);
            }
            let mut next = boid;
            for (axis, along) in grid.world().axes().iter().enumerate() {
                (next.at[axis], next.v[axis]) = edge(*along, boid.at[axis] + v[axis] * dt, v[axis]);
            }
            next
        })
        .collect()
}

fn bits(all: &[Boid]) -> Vec<(u32, [[u32; 3]; 2])> {
    all.iter().map(|b| (b.id, [b.at, b.v].map(|vector| vector.map(f32::to_bits)))).collect()
}

/// Any rules.
fn rules<A: Axes>(draw: &mut Draw) -> Boids<A> {
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
    p
}

/// Whether the boids do what their twin does, for some ticks.
fn goes_on<A: Axes>(sim: &mut Sim<Boids<A>>, p: &Boids<A>) -> bool {
    let dt = sim.setup().dt;
    let mut twin = state(sim);
    (0..5).all(|_| {
        twin = step(sim.grid(), p, dt, &twin);
        sim.step().unwrap();
        bits(&twin) == bits(&state(sim))
    })
}

quickcheck! {
    fn boids_are_their_twin(seed: u64) -> bool {
        let mut draw = Draw::new(seed);
        let p = rules(&mut draw);
        let setup = draw.setup(p.neighbor_radius, 0.05);
        let places = draw.places(&setup, p.neighbor_radius);
        let mut sim = placed::<Boids>(setup, p, draw.cut(), &places);
        goes_on(&mut sim, &p)
    }

    fn boids_in_space_are_their_twin(seed: u64) -> bool {
        let mut draw = Draw::new(seed);
        let p = rules(&mut draw);
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
        goes_on(&mut sim, &p)
    }
}
