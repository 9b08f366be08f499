use flockwork_kernel::life::{Genes, Mutation, crossover, mutate};
use flockwork_kernel::{Axes, Plane, Space, Vector, rng};
use flockwork_models::tribes::{Tribes, TribesParams};
use flockwork_scheduler::{Grid, Tick};
use quickcheck::quickcheck;

use crate::common::twin::{self, Near, bound, neighbours};
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
struct Animal<A: Axes> {
    id: u32,
    at: Vector<A>,
    v: Vector<A>,
    energy: f32,
    genes: Genes,
    tribe: u8,
    age: f32,
}

impl<A: Axes> Animal<A> {
    fn strength(&self) -> f32 {
        self.energy * (1.0 + self.genes[AGGRESSION])
    }
}

fn state<A: Axes>(sim: &Sim<Tribes<A>>) -> Vec<Animal<A>> {
    by_id(sim, |c, row| {
        let me = c.row(row);
        assert_eq!(me.alive, 1, "the dead are gone");
        Animal {
            id: me.id,
            at: me.position,
            v: me.velocity,
            energy: me.energy,
            genes: me.genes,
            tribe: me.tribe,
            age: me.age,
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
struct Deed<A: Axes> {
    v: Vector<A>,
    gain: f32,
    bite: Option<(usize, f32)>,
    mate: Option<usize>,
}

struct World<'a, A: Axes> {
    p: &'a TribesParams,
    grid: &'a Grid,
    tick: Tick<'a, Tribes<A>>,
    all: &'a [Animal<A>],
}

impl<A: Axes> World<'_, A> {
    fn nearest(
        &self,
        near: &[Near<A>],
        sight2: f32,
        is: impl Fn(&Animal<A>) -> bool,
    ) -> Option<Near<A>> {
        let mut best: Option<Near<A>> = None;
        for n in near.iter().filter(|n| n.d2 < sight2 && is(&self.all[n.at])) {
            if best.is_none_or(|best| n.d2 < best.d2) {
                best = Some(*n);
            }
        }
        best
    }

    fn deed(&self, of: usize) -> Deed<A> {
        let Self { p, all, tick, .. } = self;
        let own = all[of];
        let places: Vec<_> = all.iter().map(|a| (a.id, a.at)).collect();
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
        own: &Animal<A>,
        near: &[Near<A>],
        sight2: f32,
        prey: Option<Near<A>>,
        threat: Option<Near<A>>,
        chances: [f32; 4],
    ) -> Vector<A> {
        let p = self.p;
        let kin: Vec<_> =
            near.iter().filter(|n| n.d2 < sight2 && self.all[n.at].tribe == own.tribe).collect();
        let share = 1.0 / (kin.len() as f32).max(1.0);
        let inverse = 1.0 / (p.separation_radius * p.separation_radius);
        let towards = |n: Option<Near<A>>| n.map_or(Vector::default(), |n| n.offset.normalized());
        let [mut away, mut velocity, mut offset] = [Vector::<A>::default(); 3];
        for n in near {
            let push = 1.0 - n.d2 * inverse;
            if push > 0.0 {
                away += -n.offset * push;
            }
        }
        for n in &kin {
            velocity += self.all[n.at].v;
            offset += n.offset;
        }
        let align = if kin.is_empty() { Vector::default() } else { velocity * share - own.v };
        let [a, b, ..] = chances;
        let [c, ..] = rng::draw(self.tick.setup.seed, self.tick.number, own.id, 9).map(rng::unit);
        let astray = Vector::of(a + a - 1.0, b + b - 1.0, c + c - 1.0);
        let force = away * (p.separation * own.genes[SEPARATION])
            + align * p.alignment
            + offset * (share * p.cohesion * own.genes[COHESION])
            + towards(prey) * (p.hunt * own.genes[AGGRESSION])
            - towards(threat) * p.flee
            + astray * (p.wander * own.genes[WANDER]);
        let v = own.v + force.limited(p.max_force) * self.tick.setup.dt;
        let top = p.max_speed * half_to_all(own.genes[SPEED]);
        let low = top * 0.25;
        let speed = v.length();
        let target = if speed > top {
            top
        } else if speed < low && speed > 0.0 {
            low
        } else {
            return v;
        };
        v.normalized() * target
    }

    fn graze(&self, own: &Animal<A>, crowd: f32, flees: bool) -> f32 {
        let p = self.p;
        let left = (1.0 - crowd * (1.0 / p.crowding)).max(0.0);
        let [aggression, thrift] = [own.genes[AGGRESSION], own.genes[THRIFT]];
        let skill = (1.0 - 0.3 * aggression) * (1.0 - 0.3 * thrift);
        let income = if flees { 0.0 } else { p.grazing * skill * left };
        let effort = p.basal + p.sight * own.genes[VISION] + p.motion * own.v.length_squared();
        income - effort * (1.0 - 0.4 * thrift)
    }

    /// All animals a tick later, and how many bites and births there were.
    fn step(&self, next_id: &mut u32) -> (Vec<Animal<A>>, usize, usize) {
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
            // Turned left by a right angle, as seen from above.
            let v = Vector::of(0.0 - parent.v.y, parent.v.x, parent.v.along(2));
            children.push(Animal { id: *next_id, v, genes, age: 0.0, ..*parent });
            *next_id += 1;
        }
        let births = children.len();
        for (animal, deed) in new.iter_mut().zip(&deeds) {
            let moved = animal.at + deed.v * tick.setup.dt;
            (animal.at, animal.v) = bound(self.grid.world(), moved, deed.v);
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

type Bits = (u32, u8, [[u32; 3]; 2], [u32; 2], [u32; 9]);

fn bits<A: Axes>(all: &[Animal<A>]) -> Vec<Bits> {
    all.iter()
        .map(|a| {
            let places = [a.at, a.v].map(twin::bits);
            let values = [a.energy, a.age].map(f32::to_bits);
            (a.id, a.tribe, places, values, a.genes.map(f32::to_bits))
        })
        .collect()
}

/// Runs a case; parameters make much happen in few ticks.
fn is_its_twin<A: Axes>(seed: u64) -> bool {
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
    let setup = draw.setup::<A>(p.vision, 0.05);
    let places = draw.places(&setup, p.vision);
    let mut sim = placed::<Tribes<A>>(setup, p, draw.cut::<A>(), &places);
    let mut twin = state(&sim);
    let mut next_id = sim.next_id();
    (0..5).all(|number| {
        let tick = Tick { number, setup, totals: None };
        let world = World { p: &p, grid: sim.grid(), tick, all: &twin };
        let (new, bites, births) = world.step(&mut next_id);
        let deaths = twin.len() + births - new.len();
        twin = new;
        sim.step().unwrap();
        twin::saw([bites, births, deaths]);
        bits(&twin) == bits(&state(&sim)) && next_id == sim.next_id()
    })
}

#[test]
fn tribes_are_their_twin() {
    twin::with_much_of_everything(100, is_its_twin::<Plane>);
}

#[test]
fn tribes_in_space_are_their_twin() {
    twin::with_much_of_everything(100, is_its_twin::<Space>);
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
