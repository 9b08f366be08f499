use flockwork_kernel::{Axes, Plane, Space, Vector};
use flockwork_models::boids::Boids;
use flockwork_scheduler::Grid;
use quickcheck::quickcheck;

use crate::common::twin::{self, bound, neighbours};
use crate::common::{Draw, Sim, by_id, placed};

#[derive(Clone, Copy)]
struct Boid<A: Axes> {
    id: u32,
    at: Vector<A>,
    v: Vector<A>,
}

fn state<A: Axes>(sim: &Sim<Boids<A>>) -> Vec<Boid<A>> {
    let all = by_id(sim, |c, row| {
        let me = c.row(row);
        Boid { id: me.id, at: me.position, v: me.velocity }
    });
    all.into_iter().map(|(_, boid)| boid).collect()
}

fn force<A: Axes>(grid: &Grid, p: &Boids<A>, all: &[Boid<A>], of: usize) -> Vector<A> {
    let places: Vec<_> = all.iter().map(|boid| (boid.id, boid.at)).collect();
    let mut near = neighbours(grid, &places, of);
    if p.max_neighbors > 0 {
        let mut ranks: Vec<_> = near.iter().map(|n| (n.d2.to_bits(), all[n.at].id)).collect();
        ranks.sort();
        ranks.truncate(p.max_neighbors as usize);
        near.retain(|n| ranks.contains(&(n.d2.to_bits(), all[n.at].id)));
    }
    let inverse = 1.0 / (p.separation_radius * p.separation_radius);
    let [mut away, mut offset, mut velocity] = [Vector::<A>::default(); 3];
    for n in &near {
        velocity += all[n.at].v;
        offset += n.offset;
        let push = 1.0 - n.d2 * inverse;
        if push > 0.0 {
            away -= n.offset * push;
        }
    }
    if near.is_empty() {
        return Vector::default();
    }
    let share = 1.0 / near.len() as f32;
    away * p.separation + (velocity * share - all[of].v) * p.alignment + offset * share * p.cohesion
}

fn step<A: Axes>(grid: &Grid, p: &Boids<A>, dt: f32, all: &[Boid<A>]) -> Vec<Boid<A>> {
    (0..all.len())
        .map(|of| {
            let (boid, force) = (all[of], force(grid, p, all, of));
            let mut v = boid.v + force * dt;
            let speed = v.length();
            let target = if speed > p.max_speed {
                p.max_speed
            } else if speed < p.min_speed && speed > 0.0 {
                p.min_speed
            } else {
                speed
            };
            if target != speed {
                v = v.normalized() * target;
            }
            let (at, v) = bound(grid.world(), boid.at + v * dt, v);
            Boid { id: boid.id, at, v }
        })
        .collect()
}

fn bits<A: Axes>(all: &[Boid<A>]) -> Vec<(u32, [[u32; 3]; 2])> {
    all.iter().map(|b| (b.id, [b.at, b.v].map(twin::bits))).collect()
}

fn is_its_twin<A: Axes>(seed: u64) -> bool {
    let mut draw = Draw::new(seed);
    let mut p = Boids::<A> {
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
    let setup = draw.setup::<A>(p.neighbor_radius, 0.05);
    let places = draw.places(&setup, p.neighbor_radius);
    let mut sim = placed::<Boids<A>>(setup, p, draw.cut::<A>(), &places);
    let mut twin = state(&sim);
    (0..5).all(|_| {
        twin = step(sim.grid(), &p, setup.dt, &twin);
        sim.step().unwrap();
        bits(&twin) == bits(&state(&sim))
    })
}

quickcheck! {
    fn boids_are_their_twin(seed: u64) -> bool {
        is_its_twin::<Plane>(seed)
    }

    fn boids_in_space_are_their_twin(seed: u64) -> bool {
        is_its_twin::<Space>(seed)
    }
}
