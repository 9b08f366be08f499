use flockwork_models::lennard_jones::{CORE, LennardJones, LennardJonesParams};
use flockwork_scheduler::Grid;
use quickcheck::quickcheck;

use crate::common::twin::{edge, neighbours};
use crate::common::{Draw, Sim, by_id, placed};

#[derive(Clone, Copy, Debug)]
struct Molecule {
    id: u32,
    at: [f32; 2],
    v: [f32; 2],
    half: [f32; 2],
    pe: f32,
    virial: f32,
}

fn state(sim: &Sim<LennardJones>) -> Vec<Molecule> {
    by_id(sim, |c, row| Molecule {
        id: c.id[row],
        at: [c.x[row], c.y[row]],
        v: [c.vx[row], c.vy[row]],
        half: [c.half_x[row], c.half_y[row]],
        pe: c.pe[row],
        virial: c.virial[row],
    })
    .into_iter()
    .map(|(_, molecule)| molecule)
    .collect()
}

/// Energy and distance times force of a pair.
fn pair(r2: f32) -> (f32, f32) {
    let inverse = 1.0 / r2;
    let r6 = inverse * inverse * inverse;
    let r12 = r6 * r6;
    (4.0 * (r12 - r6), 24.0 * (r12 + r12 - r6))
}

fn step(
    grid: &Grid,
    p: &LennardJonesParams,
    first: bool,
    dt: f32,
    all: &[Molecule],
) -> Vec<Molecule> {
    let places: Vec<_> = all.iter().map(|m| (m.id, m.at[0], m.at[1])).collect();
    let zero = if p.shift == 1 { pair(p.cutoff * p.cutoff).0 } else { 0.0 };
    let world = grid.world();
    (0..all.len())
        .map(|of| {
            let mut new = all[of];
            let (mut force, mut energy, mut virial) = ([0.0f32; 2], 0.0f32, 0.0f32);
            for near in neighbours(grid, &places, of) {
                let r2 = near.d2.max(CORE * CORE);
                let (u, w) = pair(r2);
                for (sum, d) in force.iter_mut().zip([near.dx, near.dy]) {
                    *sum += d * -(w / r2);
                }
                energy += u - zero;
                virial += w;
            }
            (new.pe, new.virial) = (energy * 0.5, virial * 0.5);
            for (axis, force) in force.into_iter().enumerate() {
                let kick = force * (0.5 * dt);
                let v = if first { new.v[axis] } else { new.half[axis] + kick };
                let half = v + kick;
                new.v[axis] = v + 0.0;
                (new.at[axis], new.half[axis]) =
                    edge(world.axes()[axis], new.at[axis] + half * dt, half);
            }
            new
        })
        .collect()
}

fn bits(all: &[Molecule]) -> Vec<(u32, [u32; 8])> {
    let values =
        |m: &Molecule| [m.at[0], m.at[1], m.v[0], m.v[1], m.half[0], m.half[1], m.pe, m.virial];
    all.iter().map(|m| (m.id, values(m).map(f32::to_bits))).collect()
}

quickcheck! {
    fn lennard_jones_is_its_twin(seed: u64) -> bool {
        let mut draw = Draw::new(seed);
        let p = LennardJonesParams {
            cutoff: draw.between(0.8, 3.0),
            temperature: draw.between(0.0, 2.0),
            shift: draw.below(2),
        };
        // Half of them on their lattice; the others are so close that only short ticks will do.
        let lattice = draw.once_in(2);
        let setup = draw.setup(p.cutoff, if lattice { 0.004 } else { 1e-5 });
        let places = draw.places(&setup, p.cutoff);
        let mut sim = if lattice {
            crate::common::spawned::<LennardJones>(setup, p)
        } else {
            placed::<LennardJones>(setup, p, draw.cut(), &places)
        };
        let mut twin = state(&sim);
        (0..5).all(|tick| {
            twin = step(sim.grid(), &p, tick == 0, setup.dt, &twin);
            // A crowded lattice may burst: the twin's world knows no flight across all of it.
            let far = setup.world.width().min(setup.world.height());
            if twin.iter().any(|m| m.half.iter().any(|v| v.abs() * setup.dt > 0.9 * far)) {
                return true;
            }
            sim.step().unwrap();
            bits(&twin) == bits(&state(&sim))
        })
    }
}
