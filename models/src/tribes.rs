//! Tribes: animals that graze, flock, hunt, flee, breed and die, with nine genes each.
//!
//! What an animal does in a tick:
//!
//! 1. It counts all neighbours within `vision`. The more there are, the less it can graze: this
//!    alone keeps the number of animals in bounds.
//! 2. Within its own sight it finds its nearest prey (of another tribe and clearly weaker), its
//!    nearest threat (of another tribe and clearly stronger) and its nearest mate (of its own
//!    tribe); of equally near ones, the first in canonical order.
//! 3. It steers: keeps its distance from everybody, flocks with its own tribe after Reynolds, goes
//!    for the prey, flees from the threat, and wanders.
//! 4. It may bite a prey within `reach`. A bite is an event: the victim's owner applies it, in
//!    canonical order, and takes no more energy than there is. The biter eats the part `meal` of
//!    what the victim had for it at the begin of the tick; two who bite the same victim both eat.
//! 5. It gains what it grazes and loses what it lives on. While it flees it does not graze.
//! 6. With enough energy, old enough and with a mate in sight it has a child: each gene from one of
//!    the parents, then mutated. The child takes half of its parent's energy.
//! 7. It dies without energy, or of age.
//!
//! A weaker foe is one of less strength, which is energy times (1 + aggression).
//!
//! | gene | from 0 to 1 it means | what it costs |
//! | --- | --- | --- |
//! | `speed` | top speed from 1/2 to all of `max_speed` | motion takes energy, by speed squared |
//! | `vision` | sight from 1/2 to all of `vision` | energy |
//! | `aggression` | hunts prey up to its own strength, not half of it; bites harder | grazing |
//! | `fear` | flees from anyone stronger, not only from twice the strength | time to graze |
//! | `cohesion` | weight of staying with its tribe | crowds |
//! | `separation` | weight of keeping its distance | |
//! | `thrift` | lives on less | grazing |
//! | `fertility` | has children from much less energy on | weaker children |
//! | `wander` | weight of going astray | |
//!
//! # References
//!
//! C. W. Reynolds, "Flocks, herds and schools: a distributed behavioral model", 1987,
//! doi:10.1145/37401.37406. W. Weibull, "A statistical distribution function of wide
//! applicability", 1951, doi:10.1115/1.4010337 (death of age).

use alloc::string::String;
use core::marker::PhantomData;

use flockwork_kernel::life::{self, GENES, Genes, Mutation};
use flockwork_kernel::simd::{Count8, F32x8, Isa, Mask8, Sum8, U32x8, Vector8};
use flockwork_kernel::{Axes, LANES, Plane, Vector, rng};
use flockwork_scheduler::{
    Event, EventKind, Finish, LookOf, Model, Pair, ParamError, Pass, Poke, RefOf, Setup, Tick,
    TileOf,
};

flockwork_kernel::columns! {
    /// State of one animal.
    pub mod animal<A> {
        ghost {
            /// Position, length.
            position: vec(x, y, z),
            /// Velocity, length per time.
            velocity: vec(vx, vy, vz) where -1.1e4..=1.1e4,
            /// Energy, up to max_energy after a tick.
            energy: f32 where 0.0..=1e4,
            /// Genes: speed, vision, aggression, fear, cohesion, separation,
            /// thrift, fertility, wander.
            genes: [f32; 9] where 0.0..=1.0,
            /// Number of its tribe.
            tribe: u8 where 0..=3,
        }
        owned {
            /// Time since birth.
            age: f32 where 0.0..=f32::MAX,
            /// 1, or 0 in the tick in which it dies.
            alive: u8 where 0..=1,
        }
        scratch {
            /// Next velocity, length per time.
            next: vec(next_vx, next_vy, next_vz),
            /// Energy gained in this tick, but for bites received.
            gain: f32,
        }
    }
}

flockwork_scheduler::params! {
    /// Parameters of [`Tribes`].
    pub struct TribesParams {
        /// The number of tribes.
        tribes: u32 = 4, "", 1..=4, start;
        /// Side of the squares in which the tribes begin; at most half of the world's, so that
        /// there is one for each.
        territory: f32 = 8.0, "length", 0.001..=1e9, start;
        /// How far the best sight reaches; neighbours closer than this crowd.
        vision: f32 = 1.0, "length", 1e-6..=1e6;
        /// Animals closer than this push each other away.
        separation_radius: f32 = 0.4, "length", 1e-6..=1e6;
        /// Weight of separation, at gene 1.
        separation: f32 = 24.0, "1 / time^2", 0.0..=1e4;
        /// Weight of taking the tribe's velocity.
        alignment: f32 = 1.0, "1 / time", 0.0..=1e4;
        /// Weight of staying with the tribe, at gene 1.
        cohesion: f32 = 2.0, "1 / time^2", 0.0..=1e4;
        /// Acceleration towards prey, at aggression 1.
        hunt: f32 = 4.0, "length / time^2", 0.0..=1e4;
        /// Acceleration away from a threat.
        flee: f32 = 3.0, "length / time^2", 0.0..=1e4;
        /// Largest random acceleration along each axis, at gene 1.
        wander: f32 = 4.0, "length / time^2", 0.0..=1e4;
        /// The highest acceleration.
        max_force: f32 = 6.0, "length / time^2", 0.0..=1e4;
        /// Top speed at gene 1; an animal never goes slower than a quarter of its own top speed.
        max_speed: f32 = 1.0, "length / time", 0.0..=1e4;
        /// What an animal without neighbours can graze.
        grazing: f32 = 1.5, "energy / time", 0.0..=1e4;
        /// The number of neighbours within vision among whom there is nothing left to graze.
        crowding: f32 = 40.0, "", 1.0..=1e6;
        /// What living takes.
        basal: f32 = 0.3, "energy / time", 0.0..=1e4;
        /// What motion takes, times speed squared.
        motion: f32 = 0.4, "energy time / length^2", 0.0..=1e4;
        /// What sight takes, at gene 1.
        sight: f32 = 0.1, "energy / time", 0.0..=1e4;
        /// An animal can bite prey closer than this.
        reach: f32 = 0.4, "length", 1e-6..=1e6;
        /// How often it bites.
        bite_rate: f32 = 1.0, "1 / time", 0.0..=1e4;
        /// What a bite takes from the victim, at aggression 1; half of it at 0.
        bite: f32 = 3.0, "energy", 0.0..=1e4;
        /// The part of a bite that feeds the biter.
        meal: f32 = 0.4, "", 0.0..=1.0;
        /// The most energy an animal can have.
        max_energy: f32 = 10.0, "energy", 1e-3..=1e4;
        /// The age that one in e reaches.
        max_age: f32 = 40.0, "time", 1e-3..=1e4;
        /// The least age for having a child.
        maturity: f32 = 4.0, "time", 0.0..=1e4;
        /// The chance that a gene of a child mutates.
        mutation_rate: f32 = 0.1, "", 0.0..=1.0;
        /// The largest change of a gene that mutates.
        mutation: f32 = 0.2, "", 0.0..=1.0;
    }
}

/// The most tribes.
pub const TRIBES: usize = 4;

// The places of the genes.
const SPEED: usize = 0;
const VISION: usize = 1;
const AGGRESSION: usize = 2;
const FEAR: usize = 3;
const COHESION: usize = 4;
const SEPARATION: usize = 5;
const THRIFT: usize = 6;
const FERTILITY: usize = 7;
const WANDER: usize = 8;

/// The model, in the plane or in space.
#[derive(Clone, Copy, Debug)]
pub struct Tribes<A: Axes = Plane> {
    params: TribesParams,
    mutation: Mutation,
    axes: PhantomData<A>,
}

flockwork_scheduler::stats! {
    /// What is reported of [`Tribes`].
    pub struct TribesStats of Tribes<A> where A: Axes {
        /// Animals of tribe 0.
        tribe0_population: Count, "" = |_, animal| animal.tribe == 0;
        /// Animals of tribe 1.
        tribe1_population: Count, "" = |_, animal| animal.tribe == 1;
        /// Animals of tribe 2.
        tribe2_population: Count, "" = |_, animal| animal.tribe == 2;
        /// Animals of tribe 3.
        tribe3_population: Count, "" = |_, animal| animal.tribe == 3;
        /// Mean energy in tribe 0.
        tribe0_energy: Mean, "energy" = |_, animal| in_tribe(animal, 0);
        /// Mean energy in tribe 1.
        tribe1_energy: Mean, "energy" = |_, animal| in_tribe(animal, 1);
        /// Mean energy in tribe 2.
        tribe2_energy: Mean, "energy" = |_, animal| in_tribe(animal, 2);
        /// Mean energy in tribe 3.
        tribe3_energy: Mean, "energy" = |_, animal| in_tribe(animal, 3);
        /// Animals born in the last tick.
        newborns: Count, "" = |_, animal| animal.age == 0.0;
        /// Mean age.
        mean_age: Mean, "time" = |_, animal| animal.age;
        /// Mean of this gene, from 0 to 1.
        gene_speed: Mean, "" = |_, animal| animal.genes[SPEED];
        /// Mean of this gene, from 0 to 1.
        gene_vision: Mean, "" = |_, animal| animal.genes[VISION];
        /// Mean of this gene, from 0 to 1.
        gene_aggression: Mean, "" = |_, animal| animal.genes[AGGRESSION];
        /// Mean of this gene, from 0 to 1.
        gene_fear: Mean, "" = |_, animal| animal.genes[FEAR];
        /// Mean of this gene, from 0 to 1.
        gene_cohesion: Mean, "" = |_, animal| animal.genes[COHESION];
        /// Mean of this gene, from 0 to 1.
        gene_separation: Mean, "" = |_, animal| animal.genes[SEPARATION];
        /// Mean of this gene, from 0 to 1.
        gene_thrift: Mean, "" = |_, animal| animal.genes[THRIFT];
        /// Mean of this gene, from 0 to 1.
        gene_fertility: Mean, "" = |_, animal| animal.genes[FERTILITY];
        /// Mean of this gene, from 0 to 1.
        gene_wander: Mean, "" = |_, animal| animal.genes[WANDER];
    }
}

/// The energy of an animal of this tribe.
fn in_tribe<A: Axes>(animal: &animal::Row<A>, tribe: u8) -> Option<f32> {
    (animal.tribe == tribe).then_some(animal.energy)
}

/// What an animal shows to its neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen<A: Axes> {
    velocity: Vector<A>,
    strength: f32,
    tribe: f32,
}

/// Eight animals that look at their neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tile<S: Isa> {
    genes: [F32x8<S>; GENES],
    tribe: F32x8<S>,
    /// Square of the distance to which it sees.
    sight: F32x8<S>,
    /// Foes of less strength are prey.
    hunts_below: F32x8<S>,
    /// Foes of more strength are threats.
    flees_above: F32x8<S>,
    /// 1 / separation_radius².
    inverse: F32x8<S>,
    /// Whether some of them are able to have a child, and so look for a mate.
    breeding: bool,
}

/// What eight animals know of their neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum<A: Axes, S: Isa> {
    /// Neighbours of any tribe.
    crowd: Count8<S>,
    /// Neighbours of the own tribe in sight.
    kin: Count8<S>,
    kin_velocity: Sum8<Vector8<A, S>>,
    kin_offset: Sum8<Vector8<A, S>>,
    push: Sum8<Vector8<A, S>>,
    /// The nearest that is of the own tribe; nobody where none of the tile can have a child.
    mate: Nearest<S>,
    /// The nearest foe that is clearly weaker.
    prey: Nearest<S>,
    /// The nearest foe that is clearly stronger.
    threat: Nearest<S>,
}

/// The nearest neighbour of a kind so far. Where it is follows from its index, and is asked for once
/// at the end of the pass: that saves two accumulators of each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nearest<S: Isa> {
    /// Squared distance; the square of the sight as long as there is none.
    d2: F32x8<S>,
    /// Its index in the neighbour pass.
    index: U32x8<S>,
}

impl<S: Isa> Nearest<S> {
    #[inline(always)]
    fn none(sight: F32x8<S>) -> Self {
        Self { d2: sight, index: U32x8::ZERO }
    }

    /// Takes the candidate where it is in `lanes` and nearer than the one so far.
    #[inline(always)]
    fn consider<A: Axes>(&mut self, lanes: Mask8<S>, pair: &Pair<'_, S, Tribes<A>>) {
        let nearer = lanes & pair.d2.lt(self.d2);
        self.d2 = nearer.select(pair.d2, self.d2);
        self.index = nearer.select_u32(U32x8::splat(pair.index), self.index);
    }

    /// Whether there is one.
    #[inline(always)]
    fn some(&self, tile: &Tile<S>) -> Mask8<S> {
        self.d2.lt(tile.sight)
    }
}

impl<A: Axes> Model for Tribes<A> {
    type Columns = animal::Columns<A>;
    type Params = TribesParams;
    type Stats = TribesStats;
    type Passes = (Self,);
    /// What a bite takes.
    type Event = f32;
    /// What a child inherits.
    type Child = Genes;

    const NAME: &'static str = "tribes";
    const ABOUT: &'static str = "tribes that graze, flock, hunt, flee, breed and evolve";
    const EVENT: EventKind = EventKind { name: "bite", values: &["energy"] };
    const POKES: &'static [&'static str] = &["bite"];

    fn new(params: TribesParams, _setup: &Setup) -> Result<Self, ParamError> {
        for (name, length) in
            [("separation_radius", params.separation_radius), ("reach", params.reach)]
        {
            ParamError::unless(length <= params.vision, name, "it must be at most vision")?;
        }
        let mutation = Mutation::new(params.mutation_rate, params.mutation).map_err(|_| {
            ParamError::Conflict { name: "mutation", problem: "it must be from 0 to 1".into() }
        })?;
        Ok(Self { params, mutation, axes: PhantomData })
    }

    /// The least top speed that a gene gives.
    fn slowest(&self) -> Option<f32> {
        Some(0.5 * self.params.max_speed)
    }

    /// Tribes begin in squares like those of a chess board, in space in cubes, with animals of all ages.
    fn spawn(&self, setup: &Setup, id: u32) -> animal::Row<A> {
        let Self { params, .. } = self;
        let [x, y, angle, age] = setup.draw(id, STREAM_SPAWN);
        let words: [[u32; 4]; 3] =
            core::array::from_fn(|i| setup.draw(id, STREAM_SPAWN + 1 + i as u32));
        let [_, _, z, height] = words[2];
        let position = setup.place_in(x, y, z);
        let square = |at: f32, side: f32| {
            let half = 0.5 * side;
            (at / if params.territory < half { params.territory } else { half }) as u64
        };
        let across = square(position.x, setup.world.width());
        let up = square(position.y, setup.world.height());
        let back = setup.world.z().map_or(0, |axis| square(position.along(2), axis.length));
        let turn = u64::from(params.tribes / 2).max(1);
        let heading = rng::direction_in(angle, height);
        animal::Row {
            position,
            velocity: heading * params.max_speed * 0.5,
            tribe: ((across + turn * up + back) % u64::from(params.tribes)) as u8,
            alive: 1,
            // Not 0: that is the age of a newborn.
            age: (rng::unit(age) + 0.01) * params.max_age,
            genes: core::array::from_fn(|gene| rng::unit(words[gene / 4][gene % 4])),
            energy: (0.2 + 0.4 * rng::unit(words[2][1])) * params.max_energy,
            ..Default::default()
        }
    }

    fn check(&self, me: &animal::Row<A>) -> Result<(), String> {
        if me.alive == 1 {
            return Ok(());
        }
        Err("column `alive` is 0: it must be 1, who is dead is not there".into())
    }

    fn is_stricter(&self, _before: &Self) -> bool {
        false
    }

    /// The only kind of event is a bite.
    fn apply(&self, me: &mut animal::Row<A>, bite: &Event<f32>, _tick: &Tick<Self>) {
        me.energy = bitten(me.energy, bite.value);
    }

    /// `bite` is the energy that it takes from each.
    fn poke(&self, me: &mut animal::Row<A>, poke: &Poke<'_, Self>) {
        me.energy = bitten(me.energy, poke.get("bite"));
    }

    fn born(
        &self,
        genes: &Genes,
        parent: &mut animal::Row<A>,
        _tick: &Tick<Self>,
    ) -> animal::Row<A> {
        let half = parent.energy * 0.5;
        parent.energy = half;
        animal::Row {
            position: parent.position,
            // Turned left by a right angle; none of these is ever -0.
            velocity: Vector::of(
                0.0 - parent.velocity.y,
                parent.velocity.x + 0.0,
                parent.velocity.along(2) + 0.0,
            ),
            energy: half,
            genes: *genes,
            tribe: parent.tribe,
            age: 0.0,
            // A parent that was bitten to death has a stillborn child.
            alive: u8::from(half > 0.0),
            ..Default::default()
        }
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let (position, velocity) = tick.drift(me.position.get(), me.next.get());
        me.position.set(position);
        me.velocity.set(velocity);
        me.age.set(me.age.get() + tick.dt());
        // Who had nothing left after the bites does not graze any more.
        let before = me.energy.get();
        let energy = (before + me.gain.get()).clamp(F32x8::ZERO, s(self.params.max_energy));
        let energy = before.gt(F32x8::ZERO).keep(energy.canonical_zero());
        me.energy.set(energy);
        let lives = energy.gt(F32x8::ZERO);
        me.alive.set(lives.select_u32(U32x8::splat(1), U32x8::ZERO));
    }
}

impl<A: Axes> Pass<Self> for Tribes<A> {
    type Shown = Seen<A>;
    type Tile<S: Isa> = Tile<S>;
    type Sum<S: Isa> = Sum<A, S>;

    /// In space a tick takes 0.85 of the time with AVX2, with AVX-512VL as long; in the plane the pass
    /// takes 1.16 times as long.
    const SELECTIVE: bool = A::SPACE;

    fn radius(model: &Self) -> f32 {
        model.params.vision
    }

    #[inline(always)]
    fn show(_: &Self, now: &RefOf<'_, Self>, row: usize, _tick: &Tick<Self>) -> Seen<A> {
        let animal::Shown { velocity, energy, genes, tribe, .. } = now.shown(row);
        Seen { velocity, strength: energy * (1.0 + aggression(&genes)), tribe: tribe.into() }
    }

    #[inline(always)]
    fn load<S: Isa>(
        model: &Self,
        now: &LookOf<'_, S, Self>,
        _tick: &Tick<Self>,
    ) -> (Tile<S>, Sum<A, S>) {
        let mut genes = now.genes.get();
        for gene in &mut genes {
            *gene = gene.clamp(F32x8::ZERO, F32x8::ONE);
        }
        let strength = now.energy.get() * (F32x8::ONE + genes[AGGRESSION]);
        let sight = s(model.params.vision) * half_to_all(genes[VISION]);
        let sight = sight * sight;
        let inverse = s(model.params.separation_radius);
        let breeding = model.can_breed(now.age.get(), now.energy.get(), genes[FERTILITY]).any();
        let tile = Tile {
            genes,
            tribe: now.tribe.get().to_f32(),
            sight,
            hunts_below: strength * half_to_all(genes[AGGRESSION]),
            flees_above: strength * (s(2.0) - genes[FEAR]),
            inverse: F32x8::ONE / (inverse * inverse),
            breeding,
        };
        let none = Nearest::none(sight);
        (tile, Sum { mate: none, prey: none, threat: none, ..Default::default() })
    }

    #[inline(always)]
    fn pair<S: Isa>(_: &Self, tile: &Tile<S>, pair: &Pair<'_, S, Self>, sum: &mut Sum<A, S>) {
        sum.crowd.add(pair.near);
        // Not below 0, so that animals outside separation_radius have no part.
        let push = (F32x8::ONE - pair.d2 * tile.inverse).max(F32x8::ZERO);
        sum.push.add(pair.near, pair.offset * push);

        let same = tile.tribe.eq(s(pair.other.tribe));
        let kin = pair.near & same & pair.d2.lt(tile.sight);
        sum.kin.add(kin);
        sum.kin_velocity.add(kin, Vector8::all(pair.other.velocity));
        sum.kin_offset.add(kin, pair.offset);
        if tile.breeding {
            sum.mate.consider(kin, pair);
        }

        let foe = pair.near & !same;
        if !foe.any() {
            return;
        }
        let strength = s(pair.other.strength);
        sum.prey.consider(foe & strength.lt(tile.hunts_below), pair);
        sum.threat.consider(foe & strength.gt(tile.flees_above), pair);
    }

    #[inline(always)]
    fn finish<S: Isa>(model: &Self, all: &mut Finish<'_, '_, S, Self>) {
        let (tile, sum, dt) = (all.tile, all.sum, all.tick.dt());
        let [a, b, bites, dies] = all.tick.draw_lanes(all.now.id.get(), STREAM_TICK);
        let (a, b) = (rng::unit_lanes(a), rng::unit_lanes(b));
        let (bites, dies) = (rng::unit_lanes(bites), rng::unit_lanes(dies));
        let (position, velocity) = (all.now.position.get(), all.now.velocity.get());
        let c = if A::SPACE {
            let [c, ..] = all.tick.draw_lanes(all.now.id.get(), STREAM_TICK + 1);
            rng::unit_lanes(c)
        } else {
            F32x8::ZERO
        };
        let astray = Vector8::of(a + a - F32x8::ONE, b + b - F32x8::ONE, c + c - F32x8::ONE);
        let (prey, threat) = (sum.prey.some(tile), sum.threat.some(tile));
        let to_prey = (all.places(sum.prey.index, prey) - position).keep(prey).normalized();
        let to_threat = (all.places(sum.threat.index, threat) - position).keep(threat).normalized();
        let next = S::split(
            #[inline(always)]
            || model.steer(tile, sum, velocity, astray, to_prey, to_threat, dt),
        );
        all.left.next.set(next);

        let reach = s(model.params.reach);
        let can_bite = prey & sum.prey.d2.lt(reach * reach);
        let biting = all.own & can_bite & bites.lt(s(model.params.bite_rate) * dt);
        let meal = model.bite(biting.bits(), all);

        let age = all.now.age.get();
        let gain = model.graze(tile, sum, velocity) * dt + meal;
        let old = dies.lt(model.chance_of_death(age) * dt);
        all.left.gain.set(old.select(s(-model.params.max_energy), gain));

        let breeding = all.own
            & sum.mate.some(tile)
            & model.can_breed(age, all.now.energy.get(), tile.genes[FERTILITY]);
        model.breed(breeding.bits(), all);
    }
}

/// The energy that a bite leaves.
fn bitten(energy: f32, bite: f32) -> f32 {
    let left = energy - bite;
    if left > 0.0 { left } else { 0.0 }
}

impl<A: Axes> Tribes<A> {
    /// The next velocity.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    fn steer<S: Isa>(
        &self,
        tile: &Tile<S>,
        sum: &Sum<A, S>,
        velocity: Vector8<A, S>,
        astray: Vector8<A, S>,
        to_prey: Vector8<A, S>,
        to_threat: Vector8<A, S>,
        dt: F32x8<S>,
    ) -> Vector8<A, S> {
        let Self { params, .. } = self;
        let Tile { genes, .. } = tile;
        let kin = sum.kin.get();
        let share = F32x8::ONE / kin.max(F32x8::ONE);
        let force = -sum.push.get() * (s(params.separation) * genes[SEPARATION])
            + (sum.kin_velocity.get() * share - velocity).keep(kin.gt(F32x8::ZERO))
                * s(params.alignment)
            + sum.kin_offset.get() * (share * s(params.cohesion) * genes[COHESION])
            + to_prey * (s(params.hunt) * genes[AGGRESSION])
            - to_threat * s(params.flee)
            + astray * (s(params.wander) * genes[WANDER]);
        let next = velocity + force.limited(s(params.max_force)) * dt;
        let top = s(params.max_speed) * half_to_all(genes[SPEED]);
        next.clamped(top * s(0.25), top)
    }

    /// Sends the bites of the `lanes`, and gives what they feed.
    #[inline(always)]
    fn bite<S: Isa>(&self, mut lanes: u32, all: &mut Finish<'_, '_, S, Self>) -> F32x8<S> {
        let mut meal = [0.0; LANES];
        if lanes == 0 {
            return F32x8::ZERO;
        }
        let victims = all.sum.prey.index.to_array();
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            lanes &= lanes - 1;
            let victim = victims[lane];
            let bite = self.params.bite * (0.5 + 0.5 * aggression(&all.now.genes.rows()[lane]));
            let there = all.neighbour(victim).energy;
            meal[lane] = if bite < there { bite } else { there } * self.params.meal;
            all.send(lane, victim, bite);
        }
        F32x8::from_array(meal)
    }

    /// Energy per time, grazed less lived on.
    #[inline(always)]
    fn graze<S: Isa>(&self, tile: &Tile<S>, sum: &Sum<A, S>, velocity: Vector8<A, S>) -> F32x8<S> {
        let Self { params, .. } = self;
        let Tile { genes, .. } = tile;
        let one = F32x8::ONE;
        let left = (one - sum.crowd.get() * s(1.0 / params.crowding)).max(F32x8::ZERO);
        let skill = (one - s(0.3) * genes[AGGRESSION]) * (one - s(0.3) * genes[THRIFT]);
        let calm = !sum.threat.some(tile);
        let income = calm.keep(s(params.grazing) * skill * left);
        let effort = s(params.basal)
            + s(params.sight) * genes[VISION]
            + s(params.motion) * velocity.length_squared();
        income - effort * (one - s(0.4) * genes[THRIFT])
    }

    /// Of dying of age, per time: Weibull's law of shape 5.
    #[inline(always)]
    fn chance_of_death<S: Isa>(&self, age: F32x8<S>) -> F32x8<S> {
        let part = age * s(1.0 / self.params.max_age);
        let square = part * part;
        square * square * s(5.0 / self.params.max_age)
    }

    /// Who is old enough for a child and has the energy.
    #[inline(always)]
    fn can_breed<S: Isa>(&self, age: F32x8<S>, energy: F32x8<S>, fertility: F32x8<S>) -> Mask8<S> {
        let enough = s(self.params.max_energy) * (s(0.9) - s(0.5) * fertility);
        age.ge(s(self.params.maturity)) & energy.ge(enough)
    }

    /// Asks for the children of the `lanes`.
    #[inline(always)]
    fn breed<S: Isa>(&self, mut lanes: u32, all: &mut Finish<'_, '_, S, Self>) {
        if lanes == 0 {
            return;
        }
        let mates = all.sum.mate.index.to_array();
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            lanes &= lanes - 1;
            let mate = all.neighbour(mates[lane]).genes;
            let own = all.now.genes.rows()[lane];
            let genes = self.inherit(&own, &mate, all.id(lane), all.tick);
            all.birth(lane, genes);
        }
    }

    #[inline(never)]
    fn inherit(&self, own: &Genes, mate: &Genes, parent: u32, tick: &Tick<Self>) -> Genes {
        let (seed, number) = (tick.setup.seed, tick.number);
        let genes = life::crossover(own, mate, seed, number, parent, STREAM_GENES);
        life::mutate(&genes, self.mutation, seed, number, parent, STREAM_GENES + 1)
    }
}

#[inline(always)]
fn s<S: Isa>(value: f32) -> F32x8<S> {
    F32x8::splat(value)
}

/// The gene of aggression.
#[inline(always)]
fn aggression(genes: &Genes) -> f32 {
    genes[AGGRESSION]
}

/// From 1/2 at gene 0 to 1 at gene 1.
#[inline(always)]
fn half_to_all<S: Isa>(gene: F32x8<S>) -> F32x8<S> {
    s(0.5) + s(0.5) * gene
}

/// Streams of random numbers: 4 from here on.
const STREAM_SPAWN: u32 = 0;
/// For wandering, biting and dying.
const STREAM_TICK: u32 = 8;
/// For heredity: 6 from here on.
const STREAM_GENES: u32 = 16;
