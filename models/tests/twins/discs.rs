use flockwork_kernel::math::scalar::normalize;
use flockwork_kernel::{Axis, Edge};
use flockwork_models::discs::{Discs, DiscsParams};
use flockwork_scheduler::{Cut, Grid};
use quickcheck::quickcheck;

use crate::common::twin::{edge, neighbours};
use crate::common::{Draw, Sim, by_id, edited, placed, put, setup};

type Disc = (u32, [f32; 4]);

fn state(sim: &Sim<Discs>) -> Vec<Disc> {
    by_id(sim, |c, row| [c.x[row], c.y[row], c.vx[row], c.vy[row]])
}

/// The partner that a disc picks, and how its velocity changes if the two collide.
fn partner(grid: &Grid, all: &[Disc], of: usize) -> Option<(usize, (f32, f32))> {
    let places: Vec<_> = all.iter().map(|(id, [x, y, ..])| (*id, *x, *y)).collect();
    let [.., vx, vy] = all[of].1;
    let relative = |at: usize| (all[at].1[2] - vx, all[at].1[3] - vy);
    let near = neighbours(grid, &places, of)
        .into_iter()
        .filter(|near| {
            let (rx, ry) = relative(near.at);
            near.dx * rx + near.dy * ry < 0.0
        })
        .min_by_key(|near| (near.d2.to_bits(), all[near.at].0))?;
    let (nx, ny) = normalize(near.dx, near.dy);
    let (rx, ry) = relative(near.at);
    let along = nx * rx + ny * ry;
    Some((near.at, (nx * along, ny * along)))
}

fn step(grid: &Grid, p: &DiscsParams, dt: f32, all: &[Disc]) -> Vec<Disc> {
    let picks: Vec<_> = (0..all.len()).map(|of| partner(grid, all, of)).collect();
    let world = grid.world();
    (0..all.len())
        .map(|of| {
            let (id, [x, y, mut vx, mut vy]) = all[of];
            if let Some((other, own)) = picks[of]
                && let Some((back, theirs)) = picks[other]
                && back == of
            {
                let kick = if other < of { (-theirs.0, -theirs.1) } else { own };
                (vx, vy) = (vx + kick.0, vy + kick.1);
            }
            let bound = |axis: Axis, x: f32, v: f32| match axis.edge {
                Edge::Wall => wall(x + v * dt, v, p.radius, axis.length),
                _ => edge(axis, x + v * dt, v),
            };
            let ((x, vx), (y, vy)) = (bound(world.x(), x, vx), bound(world.y(), y, vy));
            (id, [x, y, vx, vy])
        })
        .collect()
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

fn bits(all: &[Disc]) -> Vec<(u32, [u32; 4])> {
    all.iter().map(|(id, values)| (*id, values.map(f32::to_bits))).collect()
}

quickcheck! {
    fn discs_are_their_twin(seed: u64) -> bool {
        let mut draw = Draw::new(seed);
        let p = DiscsParams { radius: 0.5, speed: draw.between(0.1, 8.0) };
        // Room for a lattice at first; then they go where `places` says, overlapping.
        let mut setup = draw.setup(2.0, 0.05);
        setup.population = setup.population.min(12);
        let places = draw.places(&setup, 1.0);
        let Ok(()) = flockwork_scheduler::Model::new(p, &setup).map(|_: Discs| ()) else {
            return true;
        };
        let mut sim = placed::<Discs>(setup, p, draw.cut(), &places);
        let mut twin = state(&sim);
        (0..5).all(|_| {
            twin = step(sim.grid(), &p, setup.dt, &twin);
            sim.step().unwrap();
            bits(&twin) == bits(&state(&sim))
        })
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
