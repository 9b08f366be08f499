use flockwork_kernel::{Axes, Plane, Space, Vector};
use flockwork_models::lennard_jones::{CORE, LennardJones, LennardJonesParams};
use flockwork_scheduler::Grid;
use quickcheck::quickcheck;

use crate::common::twin::{self, bound, neighbours};
use crate::common::{Draw, Sim, by_id, placed, spawned};

#[derive(Clone, Copy, Debug)]
struct Molecule<A: Axes> {
    id: u32,
    at: Vector<A>,
    v: Vector<A>,
    half: Vector<A>,
    pe: f32,
    virial: f32,
}

fn state<A: Axes>(sim: &Sim<LennardJones<A>>) -> Vec<Molecule<A>> {
    let all = by_id(sim, |c, row| {
        let me = c.row(row);
        let (at, v, half) = (me.position, me.velocity, me.half);
        Molecule { id: me.id, at, v, half, pe: me.pe, virial: me.virial }
    });
    all.into_iter().map(|(_, molecule)| molecule).collect()
}

/// Energy and distance times force of a pair.
fn pair(r2: f32) -> (f32, f32) {
    let inverse = 1.0 / r2;
    let r6 = inverse * inverse * inverse;
    let r12 = r6 * r6;
    (4.0 * (r12 - r6), 24.0 * (r12 + r12 - r6))
}

fn step<A: Axes>(
    grid: &Grid,
    p: &LennardJonesParams,
    first: bool,
    dt: f32,
    all: &[Molecule<A>],
) -> Vec<Molecule<A>> {
    let places: Vec<_> = all.iter().map(|m| (m.id, m.at)).collect();
    let zero = if p.shift == 1 { pair(p.cutoff * p.cutoff).0 } else { 0.0 };
    (0..all.len())
        .map(|of| {
            let mut new = all[of];
            let (mut force, mut energy, mut virial) = (Vector::<A>::default(), 0.0f32, 0.0f32);
            for near in neighbours(grid, &places, of) {
                let r2 = near.d2.max(CORE * CORE);
                let (u, w) = pair(r2);
                force += near.offset * -(w / r2);
                energy += u - zero;
                virial += w;
            }
            (new.pe, new.virial) = (energy * 0.5, virial * 0.5);
            let kick = force * (0.5 * dt);
            let v = if first { new.v } else { new.half + kick };
            let half = v + kick;
            new.v = v + Vector::default();
            (new.at, new.half) = bound(grid.world(), new.at + half * dt, half);
            new
        })
        .collect()
}

fn bits<A: Axes>(all: &[Molecule<A>]) -> Vec<(u32, [[u32; 3]; 3], [u32; 2])> {
    all.iter()
        .map(|m| (m.id, [m.at, m.v, m.half].map(twin::bits), [m.pe, m.virial].map(f32::to_bits)))
        .collect()
}

fn is_its_twin<A: Axes>(seed: u64) -> bool {
    let mut draw = Draw::new(seed);
    let p = LennardJonesParams {
        cutoff: draw.between(0.8, 3.0),
        temperature: draw.between(0.0, 2.0),
        shift: draw.below(2),
    };
    // Half of them on their lattice; the others are so close that only short ticks will do.
    let lattice = draw.once_in(2);
    let setup = draw.setup::<A>(p.cutoff, if lattice { 0.004 } else { 1e-5 });
    let places = draw.places(&setup, p.cutoff);
    let mut sim = if lattice {
        spawned::<LennardJones<A>>(setup, p)
    } else {
        placed::<LennardJones<A>>(setup, p, draw.cut::<A>(), &places)
    };
    let mut twin = state(&sim);
    // A crowded lattice may burst: the twin's world knows no flight across all of it.
    let far = setup.world.axes().iter().map(|axis| axis.length).fold(f32::INFINITY, f32::min);
    for tick in 0..5 {
        twin = step(sim.grid(), &p, tick == 0, setup.dt, &twin);
        let flies = |m: &Molecule<A>| {
            (0..A::COUNT).any(|axis| m.half.along(axis).abs() * setup.dt > 0.9 * far)
        };
        if twin.iter().any(flies) {
            break;
        }
        sim.step().unwrap();
        if bits(&twin) != bits(&state(&sim)) {
            return false;
        }
    }
    true
}

quickcheck! {
    fn lennard_jones_is_its_twin(seed: u64) -> bool {
        is_its_twin::<Plane>(seed)
    }

    fn lennard_jones_in_space_is_its_twin(seed: u64) -> bool {
        is_its_twin::<Space>(seed)
    }
}
