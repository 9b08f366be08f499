use core::f32::consts::PI;

use flockwork_kernel::math::scalar::sqrt;
use flockwork_kernel::{Axes, Axis, Edge, Plane, Space, Vector, World};
use flockwork_models::sph::{Sph, SphParams, WALLS, on_lattice};
use flockwork_scheduler::{Grid, Setup};
use quickcheck::quickcheck;

use crate::common::twin::{self, bound, within};
use crate::common::{Draw, Sim, by_id, placed};

#[derive(Clone, Copy)]
struct Particle<A: Axes> {
    id: u32,
    at: Vector<A>,
    v: Vector<A>,
    wall: bool,
    pressure: f32,
    density: f32,
}

fn state<A: Axes>(sim: &Sim<Sph<A>>) -> Vec<Particle<A>> {
    let all = by_id(sim, |c, row| {
        let me = c.row(row);
        let (at, v, pressure) = (me.position, me.velocity, me.pressure);
        Particle { id: me.id, at, v, wall: me.wall, pressure, density: me.density }
    });
    all.into_iter().map(|(_, particle)| particle).collect()
}

fn step<A: Axes>(grid: &Grid, p: &SphParams, dt: f32, all: &[Particle<A>]) -> Vec<Particle<A>> {
    let volume = |length: f32| length * length * if A::SPACE { length } else { 1.0 };
    let h = p.smoothing * p.spacing;
    let factor = if A::SPACE { 21.0 / (16.0 * PI) } else { 7.0 / (4.0 * PI) } / volume(h);
    let mass = p.rest_density / (factor * on_lattice::<A>(p.smoothing));
    let gradient = -5.0 * factor / (h * h);
    let places: Vec<_> = all.iter().map(|one| (one.id, one.at)).collect();
    let near: Vec<_> = (0..all.len()).map(|of| within(grid, 2.0 * h, &places, of)).collect();
    let inverse = 1.0 / h;
    let states: Vec<(f32, f32)> = near
        .iter()
        .map(|near| {
            let mut sum = 1.0;
            for one in near {
                let q = sqrt(one.d2) * inverse;
                let rest = 1.0 - q * 0.5;
                sum += rest * rest * (rest * rest) * (q + q + 1.0);
            }
            let rho = sum * (mass * factor);
            let ratio = rho * (1.0 / p.rest_density);
            let cube = ratio * ratio * ratio;
            let stiffness = p.rest_density * p.sound * p.sound / 7.0;
            let pressure = stiffness * (cube * cube * ratio - 1.0);
            (rho, if pressure > 0.0 { pressure / (rho * rho) } else { 0.0 })
        })
        .collect();
    let (viscosity, least) = (p.viscosity * p.sound * h / p.rest_density, 0.01 * h * h);
    let moved = |of: usize| {
        let (me, (rho, push)) = (all[of], states[of]);
        let [mut gradients, mut pressed] = [Vector::<A>::default(); 2];
        for one in &near[of] {
            let rest = 1.0 - sqrt(one.d2) * inverse * 0.5;
            let slope = Vector::default() - one.offset * (rest * rest * rest);
            let closing = (all[one.at].v - me.v).dot(one.offset);
            let closing = if closing < 0.0 { closing } else { 0.0 };
            let rubs = 0.0 - viscosity * closing / (one.d2 + least);
            gradients += slope;
            pressed += slope * (states[one.at].1 + rubs);
        }
        let down = Vector::of(0.0, -p.gravity, 0.0);
        let force = (gradients * push + pressed) * (-mass * gradient) + down;
        let mut me = Particle { pressure: push * rho * rho, density: rho, ..me };
        if !me.wall {
            let v = me.v + force * dt;
            (me.at, me.v) = bound(grid.world(), me.at + v * dt, v);
        }
        me
    };
    (0..all.len()).map(moved).collect()
}

fn bits<A: Axes>(all: &[Particle<A>]) -> Vec<(u32, [u32; 2], [[u32; 3]; 2])> {
    let one = |a: &Particle<A>| {
        (a.id, [a.pressure, a.density].map(f32::to_bits), [a.at, a.v].map(twin::bits))
    };
    all.iter().map(one).collect()
}

/// Particles anywhere in a small tank of these columns, rows and layers.
fn is_its_twin<A: Axes>(draw: &mut Draw, lines: [u32; 3], edges: [Edge; 3], ticks: usize) -> bool {
    let spacing = draw.between(0.05, 0.2);
    let p = SphParams {
        spacing,
        smoothing: draw.between(1.0, 1.4),
        column: 2.0 / (lines[0] - 2 * WALLS) as f32,
        sound: draw.between(1.0, 3.0),
        viscosity: draw.between(0.0, 0.5),
        ..SphParams::default()
    };
    let axis = |at: usize| Axis { length: lines[at] as f32 * spacing, edge: edges[at] };
    let axes = [axis(0), axis(1), axis(2)];
    let world = World::of(&axes[..A::COUNT]).unwrap();
    let [cols, rows, layers] = lines;
    let (layers, deep) = if A::SPACE { (layers, layers - 2 * WALLS) } else { (1, 1) };
    let walls =
        WALLS * cols * layers + (rows - WALLS) * (cols * layers - (cols - 2 * WALLS) * deep);
    let population = walls + 1 + draw.below(2 * deep * (rows - WALLS));
    let setup = Setup { world, population, seed: 1, dt: 0.001 };
    let places = draw.places(&setup, 2.0 * p.smoothing * spacing);
    let mut sim = placed::<Sph<A>>(setup, p, draw.cut::<A>(), &places);
    let mut twin = state(&sim);
    (0..ticks).all(|_| {
        twin = step(sim.grid(), &p, setup.dt, &twin);
        sim.step().unwrap();
        bits(&twin) == bits(&state(&sim))
    })
}

quickcheck! {
    fn liquids_are_their_twin(seed: u64) -> bool {
        let mut draw = Draw::new(seed);
        let lines = [8 + draw.below(4), 6 + draw.below(4), 1];
        let edges = [draw.edge(), draw.edge(), Edge::Wall];
        is_its_twin::<Plane>(&mut draw, lines, edges, 4)
    }
}

#[test]
fn liquids_in_space_are_their_twin() {
    for (seed, edges) in [
        (1, [Edge::Wall; 3]),
        (2, [Edge::Open, Edge::Wall, Edge::Wall]),
        (3, [Edge::Wall, Edge::Open, Edge::Periodic]),
    ] {
        assert!(is_its_twin::<Space>(&mut Draw::new(seed), [8, 5, 8], edges, 2), "{edges:?}");
    }
}
