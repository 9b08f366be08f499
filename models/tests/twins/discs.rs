use flockwork_kernel::{Axes, Edge, Plane, Space, Vector, World};
use flockwork_models::discs::{Discs, DiscsParams};
use flockwork_scheduler::{Cut, Grid, Model};
use quickcheck::quickcheck;

use crate::common::twin::{self, edge, neighbours, vector};
use crate::common::{Draw, Sim, by_id, edited, placed, put, setup, stats};

#[derive(Clone, Copy)]
struct Disc<A: Axes> {
    id: u32,
    at: Vector<A>,
    v: Vector<A>,
}

fn state<A: Axes>(sim: &Sim<Discs<A>>) -> Vec<Disc<A>> {
    let all = by_id(sim, |c, row| {
        let me = c.row(row);
        Disc { id: me.id, at: me.position, v: me.velocity }
    });
    all.into_iter().map(|(_, disc)| disc).collect()
}

/// The partner that a disc picks, how its velocity changes if the two collide, and the virial of that.
fn partner<A: Axes>(grid: &Grid, all: &[Disc<A>], of: usize) -> Option<(usize, Vector<A>, f32)> {
    let places: Vec<_> = all.iter().map(|disc| (disc.id, disc.at)).collect();
    let relative = |at: usize| all[at].v - all[of].v;
    let near = neighbours(grid, &places, of)
        .into_iter()
        .filter(|near| near.offset.dot(relative(near.at)) < 0.0)
        .min_by_key(|near| (near.d2.to_bits(), all[near.at].id))?;
    let normal = near.offset.normalized();
    let virial = -near.offset.dot(relative(near.at));
    Some((near.at, normal * normal.dot(relative(near.at)), virial))
}

/// The discs a tick later, the collisions in between and their virial.
fn step<A: Axes>(
    grid: &Grid,
    p: &DiscsParams,
    dt: f32,
    all: &[Disc<A>],
) -> (Vec<Disc<A>>, f64, f64) {
    let picks: Vec<_> = (0..all.len()).map(|of| partner(grid, all, of)).collect();
    let (mut collisions, mut sum) = (0.0, 0.0);
    let next = (0..all.len())
        .map(|of| {
            let Disc { id, at, mut v } = all[of];
            if let Some((other, own, virial)) = picks[of]
                && let Some((back, theirs, _)) = picks[other]
                && back == of
            {
                collisions += 0.5;
                sum += 0.5 * f64::from(virial);
                v += if other < of { -theirs } else { own };
            }
            let (at, v) = bound(grid.world(), p.radius, at + v * dt, v);
            Disc { id, at, v }
        })
        .collect();
    (next, collisions, sum)
}

/// Position and velocity after the ends of all axes had their say.
fn bound<A: Axes>(
    world: &World,
    radius: f32,
    at: Vector<A>,
    v: Vector<A>,
) -> (Vector<A>, Vector<A>) {
    let end = |axis: usize| match world.axes().get(axis) {
        Some(along) if along.edge == Edge::Wall => {
            wall(at.along(axis), v.along(axis), radius, along.length)
        }
        Some(along) => edge(*along, at.along(axis), v.along(axis)),
        None => (0.0, 0.0),
    };
    (vector(|axis| end(axis).0), vector(|axis| end(axis).1))
}

/// Back to where the disc touches the wall.
fn wall(x: f32, v: f32, radius: f32, side: f32) -> (f32, f32) {
    if radius > side - radius {
        let out = (x < side * 0.5 && v < 0.0) || (x > side * 0.5 && v > 0.0);
        return (side * 0.5, if out { -v } else { v } + 0.0);
    }
    if x < radius {
        (radius, v.abs())
    } else if x > side - radius {
        (side - radius, -v.abs() + 0.0)
    } else {
        (x, v + 0.0)
    }
}

fn bits<A: Axes>(all: &[Disc<A>]) -> Vec<(u32, [[u32; 3]; 2])> {
    all.iter().map(|disc| (disc.id, [disc.at, disc.v].map(twin::bits))).collect()
}

fn is_its_twin<A: Axes>(seed: u64) -> bool {
    let mut draw = Draw::new(seed);
    let p = DiscsParams { radius: 0.5, speed: draw.between(0.1, 8.0) };
    // Room for a lattice at first; then they go where `places` says, overlapping.
    let mut setup = draw.setup::<A>(2.0, 0.05);
    setup.population = setup.population.min(if A::SPACE { 30 } else { 12 });
    let places = draw.places(&setup, 1.0);
    if Discs::<A>::new(p, &setup).is_err() {
        return true;
    }
    let mut sim = placed::<Discs<A>>(setup, p, draw.cut::<A>(), &places);
    let mut twin = state(&sim);
    (0..5).all(|_| {
        let (next, collisions, virial) = step(sim.grid(), &p, setup.dt, &twin);
        twin = next;
        sim.step().unwrap();
        let seen = stats(&mut sim);
        bits(&twin) == bits(&state(&sim))
            && seen("collisions") == collisions
            && (seen("virial") - virial).abs() <= 1e-12 * virial
    })
}

quickcheck! {
    fn discs_are_their_twin(seed: u64) -> bool {
        is_its_twin::<Plane>(seed)
    }

    fn spheres_are_their_twin(seed: u64) -> bool {
        is_its_twin::<Space>(seed)
    }
}

#[test]
fn of_two_partners_at_one_distance_the_smaller_id_is_picked() {
    let world = setup((10.0, 10.0), Edge::Periodic, 3, 1, 0.02);
    // The one of larger id comes first in canonical order.
    let places = [(5.0f32, 0.0f32), (5.875, -1.0), (4.125, 1.0)];
    let p = DiscsParams::default();
    let mut sim = edited::<Discs>(world, p, Cut::Parts(1), &mut |id, row| {
        let (x, vx) = places[id as usize];
        for (column, value) in [("x", x), ("y", 5.0), ("vx", vx), ("vy", 0.0)] {
            put::<Discs>(row, column, &value.to_le_bytes());
        }
    });
    sim.step().unwrap();
    let velocities = by_id(&sim, |c, row| c.vx[row]);
    assert_eq!(velocities, [(0, -1.0), (1, 0.0), (2, 1.0)]);
}
