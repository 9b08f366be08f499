use std::cell::Cell;

use flockwork_kernel::life::{Genes, crossover, mutate};
use flockwork_kernel::math::scalar::{length, limit_length, normalize};
use flockwork_kernel::{life::Mutation, rng};
use flockwork_models::tribes::{Tribes, TribesParams};
use flockwork_scheduler::{Grid, Tick};
use quickcheck::{QuickCheck, quickcheck};

use crate::common::twin::{Near, moved, neighbours};
use crate::common::{Draw, Sim, by_id, placed, put};

// Genes: speed, vision, aggression, fear, cohesion, separation, thrift, fertility, wander.
const SPEED: usize = 0;
const VISION: usize = 1;
const AGGRESSION: usize = 2;
const FEAR: usize = 3;
const COHESION: usize = 4;
const SEPARATION: usize = 5;
const THRIFT: usize = 6;
const FERTILITY: usize = 7;
const WANDER: usize = 8;

#[derive(Clone, Copy, Debug)]
struct Animal {
    id: u32,
    at: (f32, f32),
    v: (f32, f32),
    energy: f32,
    genes: Genes,
    tribe: u8,
    age: f32,
}

impl Animal {
    fn strength(&self) -> f32 {
        self.energy * (1.0 + self.genes[AGGRESSION])
    }
}

fn state(sim: &Sim<Tribes>) -> Vec<Animal> {
    by_id(sim, |c, row| {
        assert_eq!(c.alive[row], 1, "the dead are gone");
        Animal {
            id: c.id[row],
            at: (c.x[row], c.y[row]),
            v: (c.vx[row], c.vy[row]),
            energy: c.energy[row],
            genes: c.genes[row],
            tribe: c.tribe[row],
            age: c.age[row],
        }
    })
    .into_iter()
    .map(|(_, animal)| animal)
    .collect()
}

fn half_to_all(gene: f32) -> f32 {
    0.5 + 0.5 * gene
}

/// What one animal does in a tick.
struct Deed {
    v: (f32, f32),
    gain: f32,
    bite: Option<(usize, f32)>,
    mate: Option<usize>,
}

struct World<'a> {
    p: &'a TribesParams,
    grid: &'a Grid,
    tick: Tick<'a, Tribes>,
    all: &'a [Animal],
}

impl World<'_> {
    fn nearest(&self, near: &[Near], sight2: f32, is: impl Fn(&Animal) -> bool) -> Option<Near> {
        let mut best: Option<Near> = None;
        for n in near.iter().filter(|n| n.d2 < sight2 && is(&self.all[n.at])) {
            if best.is_none_or(|best| n.d2 < best.d2) {
                best = Some(*n);
            }
        }
        best
    }

    fn deed(&self, of: usize) -> Deed {
        let Self { p, all, tick, .. } = self;
        let own = all[of];
        let places: Vec<_> = all.iter().map(|a| (a.id, a.at.0, a.at.1)).collect();
        let near = neighbours(self.grid, &places, of);
        let sight = p.vision * half_to_all(own.genes[VISION]);
        let sight2 = sight * sight;
        let (hunts, flees) = (
            own.strength() * half_to_all(own.genes[AGGRESSION]),
            own.strength() * (2.0 - own.genes[FEAR]),
        );
        let mate = self.nearest(&near, sight2, |a| a.tribe == own.tribe);
        let prey = self.nearest(&near, sight2, |a| a.tribe != own.tribe && a.strength() < hunts);
        let threat = self.nearest(&near, sight2, |a| a.tribe != own.tribe && a.strength() > flees);

        let chances = rng::draw(tick.setup.seed, tick.number, own.id, 8).map(rng::unit);
        let dt = tick.setup.dt;
        let v = self.steer(&own, &near, sight2, prey, threat, chances);

        let bite = prey
            .filter(|n| n.d2 < p.reach * p.reach && chances[2] < p.bite_rate * dt)
            .map(|n| (n.at, p.bite * half_to_all(own.genes[AGGRESSION])));
        let meal = bite.map_or(0.0, |(at, bite)| bite.min(all[at].energy) * p.meal);
        let part = own.age * (1.0 / p.max_age);
        let death = (part * part) * (part * part) * (5.0 / p.max_age);
        let gain = if chances[3] < death * dt {
            -p.max_energy
        } else {
            self.graze(&own, near.len() as f32, threat.is_some()) * dt + meal
        };
        let enough = p.max_energy * (0.9 - 0.5 * own.genes[FERTILITY]);
        let breeds = own.age >= p.maturity && own.energy >= enough;
        Deed { v, gain, bite, mate: mate.filter(|_| breeds).map(|n| n.at) }
    }

    fn steer(
        &self,
        own: &Animal,
        near: &[Near],
        sight2: f32,
        prey: Option<Near>,
        threat: Option<Near>,
        chances: [f32; 4],
    ) -> (f32, f32) {
        let p = self.p;
        let kin: Vec<_> =
            near.iter().filter(|n| n.d2 < sight2 && self.all[n.at].tribe == own.tribe).collect();
        let share = 1.0 / (kin.len() as f32).max(1.0);
        let inverse = 1.0 / (p.separation_radius * p.separation_radius);
        let towards = |n: Option<Near>| n.map_or((0.0, 0.0), |n| normalize(n.dx, n.dy));
        let (prey, threat) = (towards(prey), towards(threat));
        let force = |axis: usize| {
            let pick = |v: (f32, f32)| if axis == 0 { v.0 } else { v.1 };
            let mut away = 0.0f32;
            for n in near {
                let push = 1.0 - n.d2 * inverse;
                if push > 0.0 {
                    away += -pick((n.dx, n.dy)) * push;
                }
            }
            let (mut velocity, mut offset) = (0.0f32, 0.0f32);
            for n in &kin {
                velocity += pick(self.all[n.at].v);
                offset += pick((n.dx, n.dy));
            }
            let align = if kin.is_empty() { 0.0 } else { velocity * share - pick(own.v) };
            let astray = chances[axis] + chances[axis] - 1.0;
            away * (p.separation * own.genes[SEPARATION])
                + align * p.alignment
                + offset * (share * p.cohesion * own.genes[COHESION])
                + pick(prey) * (p.hunt * own.genes[AGGRESSION])
                - pick(threat) * p.flee
                + astray * (p.wander * own.genes[WANDER])
        };
        let force = limit_length(force(0), force(1), p.max_force);
        let dt = self.tick.setup.dt;
        let v = (own.v.0 + force.0 * dt, own.v.1 + force.1 * dt);
        let top = p.max_speed * half_to_all(own.genes[SPEED]);
        let low = top * 0.25;
        let speed = length(v.0, v.1);
        let target = if speed > top {
            top
        } else if speed < low && speed > 0.0 {
            low
        } else {
            return v;
        };
        let (x, y) = normalize(v.0, v.1);
        (x * target, y * target)
    }

    fn graze(&self, own: &Animal, crowd: f32, flees: bool) -> f32 {
        let p = self.p;
        let left = (1.0 - crowd * (1.0 / p.crowding)).max(0.0);
        let [aggression, thrift] = [own.genes[AGGRESSION], own.genes[THRIFT]];
        let skill = (1.0 - 0.3 * aggression) * (1.0 - 0.3 * thrift);
        let income = if flees { 0.0 } else { p.grazing * skill * left };
        let effort = p.basal
            + p.sight * own.genes[VISION]
            + p.motion * (own.v.0 * own.v.0 + own.v.1 * own.v.1);
        income - effort * (1.0 - 0.4 * thrift)
    }

    /// All animals a tick later, and how many bites and births there were.
    fn step(&self, next_id: &mut u32) -> (Vec<Animal>, usize, usize) {
        let Self { p, all, tick, .. } = self;
        let seed = tick.setup.seed;
        let deeds: Vec<_> = (0..all.len()).map(|of| self.deed(of)).collect();
        let mut new = all.to_vec();
        // Bites by the victim, then by the biter: `all` is in order of ids.
        let mut bites = 0;
        for victim in new.iter_mut() {
            for deed in &deeds {
                if let Some((at, bite)) = deed.bite
                    && all[at].id == victim.id
                {
                    victim.energy = (victim.energy - bite).max(0.0);
                    bites += 1;
                }
            }
        }
        let mut children = Vec::new();
        for (of, deed) in deeds.iter().enumerate() {
            let Some(mate) = deed.mate else { continue };
            let parent = &mut new[of];
            parent.energy *= 0.5;
            let (number, stream) = (tick.number, 16);
            let genes =
                crossover(&all[of].genes, &all[mate].genes, seed, number, parent.id, stream);
            let change = Mutation::new(p.mutation_rate, p.mutation).unwrap();
            let genes = mutate(&genes, change, seed, number, parent.id, stream + 1);
            let v = (0.0 - parent.v.1, parent.v.0);
            children.push(Animal { id: *next_id, v, genes, age: 0.0, ..*parent });
            *next_id += 1;
        }
        let births = children.len();
        for (animal, deed) in new.iter_mut().zip(&deeds) {
            let [x, y, vx, vy] = moved(self.grid.world(), tick.setup.dt, animal.at, deed.v);
            (animal.at, animal.v) = ((x, y), (vx, vy));
            animal.age += tick.setup.dt;
            if animal.energy > 0.0 {
                animal.energy = (animal.energy + deed.gain).max(0.0).min(p.max_energy);
            }
        }
        new.append(&mut children);
        new.retain(|animal| animal.energy > 0.0);
        (new, bites, births)
    }
}

fn bits(all: &[Animal]) -> Vec<(u32, u8, [u32; 6], [u32; 9])> {
    let values = |a: &Animal| [a.at.0, a.at.1, a.v.0, a.v.1, a.energy, a.age];
    all.iter()
        .map(|a| (a.id, a.tribe, values(a).map(f32::to_bits), a.genes.map(f32::to_bits)))
        .collect()
}

thread_local! {
    /// Bites, births and deaths in all cases.
    static SEEN: Cell<[usize; 3]> = const { Cell::new([0; 3]) };
}

/// Runs a case; parameters make much happen in few ticks.
fn is_its_twin(seed: u64) -> bool {
    let mut draw = Draw::new(seed);
    let mut p = TribesParams {
        tribes: 1 + draw.below(4),
        vision: draw.between(0.5, 2.0),
        bite_rate: draw.between(0.0, 20.0),
        bite: draw.between(0.0, 6.0),
        maturity: draw.between(0.0, 2.0),
        max_age: draw.between(2.0, 40.0),
        crowding: draw.between(4.0, 60.0),
        mutation_rate: draw.unit(),
        separation: draw.between(0.0, 30.0),
        hunt: draw.between(0.0, 8.0),
        ..TribesParams::default()
    };
    p.territory = p.vision * draw.between(0.5, 4.0);
    p.separation_radius = p.vision * draw.between(0.1, 1.0);
    p.reach = p.vision * draw.between(0.1, 1.0);
    let setup = draw.setup(p.vision, 0.05);
    let places = draw.places(&setup, p.vision);
    let mut sim = placed::<Tribes>(setup, p, draw.cut(), &places);
    let mut twin = state(&sim);
    let mut next_id = sim.next_id();
    (0..5).all(|number| {
        let tick = Tick { number, setup, totals: None };
        let world = World { p: &p, grid: sim.grid(), tick, all: &twin };
        let (new, bites, births) = world.step(&mut next_id);
        let deaths = twin.len() + births - new.len();
        twin = new;
        sim.step().unwrap();
        SEEN.with(|seen| {
            let [a, b, c] = seen.get();
            seen.set([a + bites, b + births, c + deaths]);
        });
        bits(&twin) == bits(&state(&sim)) && next_id == sim.next_id()
    })
}

#[test]
fn tribes_are_their_twin() {
    QuickCheck::new().quickcheck(is_its_twin as fn(u64) -> bool);
    let seen = SEEN.with(Cell::get);
    assert!(seen.iter().all(|&count| count > 100), "bites, births, deaths: {seen:?}");
}

quickcheck! {
    fn tables_may_hold_any_numbers_in_the_ranges_of_the_columns(
        tribe: u8, gene: u8, energy: u16, age: u16, velocity: i16
    ) -> bool {
        let setup = crate::common::setup((6.0, 5.0), flockwork_kernel::Edge::Periodic, 60, 1, 0.05);
        let mut sim = crate::common::edited::<Tribes>(
            setup,
            TribesParams::default(),
            flockwork_scheduler::Cut::Parts(2),
            &mut |id, row| {
                if id % 2 == 0 {
                    let genes = [f32::from(gene) / 255.0; 9];
                    // Beyond all that a tick leaves, but within what the columns state.
                    let energy = 1.0e-3 + f32::from(energy) * 0.15;
                    let age = f32::from(age) * 5.0e33;
                    put::<Tribes>(row, "tribe", &[tribe % 4]);
                    put::<Tribes>(row, "genes", bytemuck::bytes_of(&genes));
                    put::<Tribes>(row, "energy", &energy.to_le_bytes());
                    put::<Tribes>(row, "age", &age.to_le_bytes());
                    put::<Tribes>(row, "vx", &(f32::from(velocity) * 0.33).to_le_bytes());
                }
            },
        );
        (0..3).all(|_| {
            sim.observe().unwrap();
            sim.step().unwrap();
            sim.recount().is_ok()
                && by_id(&sim, |c, row| {
                    // A newborn has half of whatever its parent's table said.
                    let newborn = c.age[row] == 0.0;
                    let sound = c.energy[row] <= 10.0 && c.vx[row].abs() <= 1.01;
                    c.energy[row] > 0.0 && (newborn || sound)
                })
                .iter()
                .all(|(_, fine)| *fine)
        })
    }
}
