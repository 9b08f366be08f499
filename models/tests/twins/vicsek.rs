use std::f32::consts::{PI, TAU};

use flockwork_kernel::math::scalar::sin_cos;
use flockwork_kernel::{Axes, Plane, Space, Vector, rng};
use flockwork_models::vicsek::{Along, Vicsek};
use flockwork_scheduler::{Grid, Tick};
use quickcheck::quickcheck;

use crate::common::twin::{self, bound, neighbours};
use crate::common::{Draw, Sim, by_id, placed};

#[derive(Clone, Copy)]
struct Walker<A: Axes> {
    id: u32,
    at: Vector<A>,
    heading: Vector<A>,
}

fn state<A: Axes>(sim: &Sim<Vicsek<A>>) -> Vec<Walker<A>> {
    let all = by_id(sim, |c, row| {
        let me = c.row(row);
        Walker { id: me.id, at: me.position, heading: me.heading }
    });
    all.into_iter().map(|(_, walker)| walker).collect()
}

/// A direction with the noise of two random words.
fn astray<A: Axes>(p: &Vicsek<A>, mean: Vector<A>, noise: u32, around: u32) -> Vector<A> {
    let [x, y, z] = [0, 1, 2].map(|axis| mean.along(axis));
    if !A::SPACE {
        let (sin, cos) = sin_cos(rng::signed(noise) * (p.eta * 0.5));
        return Vector::of(x * cos - y * sin, x * sin + y * cos, 0.0);
    }
    // How far down the cap of the unit sphere over a cone of half the angle, and the radius there.
    let half = sin_cos(p.eta * 0.25).0;
    let down = rng::unit(noise) * (2.0 * half * half);
    let radius = (down * (2.0 - down)).sqrt();
    let (sin, cos) = sin_cos(rng::signed(around) * PI);
    // Two directions square to the mean and to each other.
    let sign = if z < 0.0 { -1.0 } else { 1.0 };
    let a = -1.0 / (sign + z);
    let b = x * y * a;
    let one = Vector::of(1.0 + sign * x * x * a, sign * b, -(sign * x));
    let other = Vector::of(b, sign + y * y * a, -y);
    (mean * (1.0 - down) + (one * cos + other * sin) * radius).normalized()
}

fn step<A: Axes>(
    grid: &Grid,
    p: &Vicsek<A>,
    tick: &Tick<Vicsek<A>>,
    all: &[Walker<A>],
) -> Vec<Walker<A>> {
    let places: Vec<_> = all.iter().map(|walker| (walker.id, walker.at)).collect();
    (0..all.len())
        .map(|of| {
            let Walker { id, at, heading } = all[of];
            let mut sum = heading;
            for near in neighbours(grid, &places, of) {
                sum += all[near.at].heading;
            }
            if sum == Vector::default() {
                sum = heading;
            }
            // Stream 1 is the noise.
            let [noise, around, ..] = rng::draw(tick.setup.seed, tick.number, id, 1);
            let new = astray(p, sum.normalized(), noise, around) + Vector::default();
            let along = if p.along == Along::New { new } else { heading };
            let moved = at + along * p.speed * tick.setup.dt;
            let (at, heading) = bound(grid.world(), moved, new);
            Walker { id, at, heading }
        })
        .collect()
}

fn bits<A: Axes>(all: &[Walker<A>]) -> Vec<(u32, [[u32; 3]; 2])> {
    all.iter().map(|walker| (walker.id, [walker.at, walker.heading].map(twin::bits))).collect()
}

fn is_its_twin<A: Axes>(seed: u64) -> bool {
    let mut draw = Draw::new(seed);
    let p = Vicsek::<A> {
        radius: draw.between(0.5, 2.0),
        speed: draw.between(0.0, 0.5),
        eta: if draw.once_in(4) { 0.0 } else { draw.between(0.0, TAU) },
        along: if draw.below(2) == 1 { Along::New } else { Along::Old },
        ..Vicsek::default()
    };
    let setup = draw.setup::<A>(p.radius, 1.0);
    let places = draw.places(&setup, p.radius);
    let mut sim = placed::<Vicsek<A>>(setup, p, draw.cut::<A>(), &places);
    let mut twin = state(&sim);
    (0..5).all(|number| {
        twin = step(sim.grid(), &p, &Tick { number, setup, totals: None }, &twin);
        sim.step().unwrap();
        bits(&twin) == bits(&state(&sim))
    })
}

quickcheck! {
    fn vicsek_is_its_twin(seed: u64) -> bool {
        is_its_twin::<Plane>(seed)
    }

    fn vicsek_in_space_is_its_twin(seed: u64) -> bool {
        is_its_twin::<Space>(seed)
    }
}
