use flockwork_kernel::field::{self, Growth};
use flockwork_kernel::lattice::Lattice;
use flockwork_kernel::{Axes, Plane, Space, Vector};
use flockwork_models::meadow::{Meadow, SHEEP, UNITS, WOLF};
use flockwork_scheduler::Grid;

use crate::common::twin::{self, bound, within};
use crate::common::{Draw, Sim, by_id, placed};

#[derive(Clone, Copy)]
struct Animal<A: Axes> {
    id: u32,
    at: Vector<A>,
    v: Vector<A>,
    energy: f32,
    kind: u8,
}

fn state<A: Axes>(sim: &Sim<Meadow<A>>) -> Vec<Animal<A>> {
    let all = by_id(sim, |c, row| {
        let me = c.row(row);
        Animal { id: me.id, at: me.position, v: me.velocity, energy: me.energy, kind: me.kind }
    });
    all.into_iter().map(|(_, animal)| animal).collect()
}

/// What an animal does in a tick.
struct Deed<A: Axes> {
    force: Vector<A>,
    chase: Vector<A>,
    gain: f32,
    bitten: Option<usize>,
    breeds: bool,
}

fn deed<A: Axes>(grid: &Grid, p: &Meadow<A>, dt: f32, all: &[Animal<A>], of: usize) -> Deed<A> {
    let (me, places) = (all[of], all.iter().map(|one| (one.id, one.at)).collect::<Vec<_>>());
    let inverse = 1.0 / (p.separation_radius * p.separation_radius);
    let [mut velocity, mut offset, mut push, mut fear] = [Vector::<A>::default(); 4];
    let mut count = 0.0;
    for near in within(grid, p.neighbor_radius, &places, of) {
        let other = all[near.at];
        if other.kind != me.kind {
            if me.kind == SHEEP {
                fear += near.offset;
            }
            continue;
        }
        count += 1.0;
        velocity += other.v;
        offset += near.offset;
        let pushed = 1.0 - near.d2 * inverse;
        if pushed > 0.0 {
            push += near.offset * pushed;
        }
    }
    if me.kind == SHEEP {
        let share = 1.0 / if count > 1.0 { count } else { 1.0 };
        let turn = if count > 0.0 { velocity * share - me.v } else { Vector::default() };
        let flock = turn * p.alignment + offset * (share * p.cohesion) - fear * p.flee;
        return Deed {
            force: flock - push * p.separation,
            chase: Vector::default(),
            gain: 0.0,
            bitten: None,
            breeds: me.energy >= p.sheep_energy,
        };
    }
    let mut nearest: Option<twin::Near<A>> = None;
    for near in within(grid, p.sight, &places, of) {
        if all[near.at].kind == SHEEP && nearest.is_none_or(|best| near.d2 < best.d2) {
            nearest = Some(near);
        }
    }
    let bitten = nearest.filter(|near| near.d2 < p.reach * p.reach).map(|near| near.at);
    let meal = bitten.map_or(0.0, |at| p.bite.min(all[at].energy));
    Deed {
        force: Vector::default() - push * p.separation,
        chase: nearest.map_or(Vector::default(), |near| near.offset.normalized()),
        gain: -p.hunger * dt + meal,
        bitten,
        breeds: me.energy >= p.wolf_energy,
    }
}

/// What each animal gets of the grass, which grows then.
fn graze<A: Axes>(
    lattice: &Lattice,
    p: &Meadow<A>,
    dt: f32,
    all: &[Animal<A>],
    grass: &mut [f32],
) -> Vec<u64> {
    let want = (p.grazing * UNITS * dt).min(field::MOST) as u64;
    let cell = |one: &Animal<A>| {
        let cell = (one.kind == SHEEP).then(|| lattice.cell(one.at)).flatten();
        cell.map(|cell| lattice.number(cell))
    };
    let cells: Vec<Option<usize>> = all.iter().map(cell).collect();
    let get = |at: &Option<usize>| {
        let Some(at) = at else { return 0 };
        let (many, there) = (cells.iter().filter(|one| **one == Some(*at)).count(), grass[*at]);
        let (wanted, there) = (many as u64 * want, there as u64);
        if wanted <= there { want } else { want * there / wanted }
    };
    let gets: Vec<u64> = cells.iter().map(get).collect();
    for (at, get) in cells.iter().zip(&gets) {
        if let Some(at) = at {
            grass[*at] -= *get as f32;
        }
    }
    let share = |axis: usize| {
        let side = f64::from(lattice.side(axis));
        (f64::from(p.grass_spread) * f64::from(dt) / (side * side) * (1.0 - 1e-6)) as f32
    };
    let (world, [cols, rows, layers], from) = (lattice.world(), lattice.counts(), grass.to_vec());
    if A::SPACE {
        let shares = [0, 1, 2].map(share);
        field::diffuse(world, [cols, rows, layers], shares, &from, grass).unwrap();
    } else {
        field::diffuse(world, [cols, rows], [0, 1].map(share), &from, grass).unwrap();
    }
    let growth = Growth {
        rate: p.grass_growth * dt,
        seeds: p.grass_seeds * UNITS * dt,
        capacity: (p.grass * UNITS).floor(),
    };
    field::grow(growth, grass).unwrap();
    gets
}

/// The animals after a tick, and how many were bitten and born.
fn step<A: Axes>(
    (grid, lattice): (&Grid, &Lattice),
    p: &Meadow<A>,
    dt: f32,
    all: &[Animal<A>],
    grass: &mut [f32],
    next_id: &mut u32,
) -> (Vec<Animal<A>>, usize, usize) {
    let deeds: Vec<_> = (0..all.len()).map(|of| deed(grid, p, dt, all, of)).collect();
    let gets = graze(lattice, p, dt, all, grass);
    let mut new = all.to_vec();
    let bitten: Vec<usize> = deeds.iter().filter_map(|deed| deed.bitten).collect();
    for &at in &bitten {
        new[at].energy = (new[at].energy - p.bite).max(0.0);
    }
    let mut children = Vec::new();
    for (of, _) in deeds.iter().enumerate().filter(|(_, deed)| deed.breeds) {
        new[of].energy *= 0.5;
        children.push(Animal { id: *next_id, v: Vector::default() - new[of].v, ..new[of] });
        *next_id += 1;
    }
    for ((animal, deed), get) in new.iter_mut().zip(&deeds).zip(gets) {
        let top = if animal.kind == WOLF { p.wolf_speed } else { p.sheep_speed };
        let v = (animal.v + (deed.force + deed.chase * p.hunt) * dt).limited(top);
        (animal.at, animal.v) = bound(grid.world(), animal.at + v * dt, v);
        if animal.energy > 0.0 {
            let gain = deed.gain + get as f32 * (1.0 / UNITS);
            animal.energy = (animal.energy + gain).clamp(0.0, 1e6);
        }
    }
    let born = children.len();
    new.append(&mut children);
    new.retain(|animal| animal.energy > 0.0);
    (new, bitten.len(), born)
}

fn bits<A: Axes>(all: &[Animal<A>]) -> Vec<(u32, u8, u32, [[u32; 3]; 2])> {
    let one = |a: &Animal<A>| (a.id, a.kind, a.energy.to_bits(), [a.at, a.v].map(twin::bits));
    all.iter().map(one).collect()
}

/// Runs a case; parameters make much happen in few ticks.
fn is_its_twin<A: Axes>(seed: u64) -> bool {
    let mut draw = Draw::new(seed);
    let mut p = Meadow::<A> {
        wolves: draw.between(0.05, 0.6),
        neighbor_radius: draw.between(0.5, 2.0),
        flee: draw.between(0.0, 20.0),
        hunt: draw.between(0.0, 20.0),
        grazing: draw.between(0.0, 4.0),
        grass: draw.between(0.01, 2.0),
        grass_growth: draw.between(0.0, 2.0),
        grass_seeds: draw.between(0.0, 0.1),
        grass_spread: draw.between(0.0, 0.05),
        hunger: draw.between(0.0, 20.0),
        bite: draw.between(0.0, 2.0),
        ..Meadow::default()
    };
    p.separation_radius = p.neighbor_radius * draw.between(0.1, 1.0);
    p.sight = p.neighbor_radius * draw.between(0.3, 5.0);
    p.reach = p.sight * draw.unit();
    let radius = p.sight.max(p.neighbor_radius);
    let setup = draw.setup::<A>(radius, 0.05);
    let places = draw.places(&setup, radius);
    let mut sim = placed::<Meadow<A>>(setup, p, draw.cut::<A>(), &places);
    let mut twin = state(&sim);
    let mut next_id = sim.next_id();
    let cells: Vec<Vec<u32>> = sim.fields().map(|(_, cells)| cells).collect();
    let lattice = Lattice::of(&setup.world, &cells[0]).unwrap();
    let mut grass = sim.field(0).unwrap().unwrap();
    (0..5).all(|_| {
        let (new, bites, births) =
            step((sim.grid(), &lattice), &p, setup.dt, &twin, &mut grass, &mut next_id);
        let deaths = twin.len() + births - new.len();
        twin = new;
        sim.step().unwrap();
        twin::saw([bites, births, deaths]);
        bits(&twin) == bits(&state(&sim))
            && next_id == sim.next_id()
            && sim.field(0).unwrap() == Some(grass.clone())
    })
}

#[test]
fn meadows_are_their_twin() {
    twin::with_much_of_everything(50, is_its_twin::<Plane>);
}

#[test]
fn meadows_in_space_are_their_twin() {
    twin::with_much_of_everything(50, is_its_twin::<Space>);
}
