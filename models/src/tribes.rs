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
use core::ops::Range;

use flockwork_kernel::integrate::{EdgeLanes, clamp_speed, euler};
use flockwork_kernel::life::{self, GENES, Genes, Mutation};
use flockwork_kernel::simd::{F32x8, Isa, Mask8, U32x8, V2};
use flockwork_kernel::{LANES, math, rng};
use flockwork_scheduler::model::BIRTH_VALUES;
use flockwork_scheduler::{
    Birth, Context, Event, Model, MutOf, ParamError, RefOf, ScratchOf, Setup, Stat, Tick, Totals,
};
use flockwork_spatial::{Pair, Positioned};

flockwork_kernel::columns! {
    /// State of one animal.
    pub mod animal {
        ghost {
            /// Position along x, length.
            x: f32,
            /// Position along y, length.
            y: f32,
            /// Velocity along x, length per time.
            vx: f32 where -1.1e4..=1.1e4,
            /// Velocity along y, length per time.
            vy: f32 where -1.1e4..=1.1e4,
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
            /// Next velocity along x, length per time.
            next_vx: f32,
            /// Next velocity along y, length per time.
            next_vy: f32,
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

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Tribes {
    params: TribesParams,
    mutation: Mutation,
}

/// What an animal shows to its neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    x: f32,
    y: f32,
    vx: f32,
    vy: f32,
    strength: f32,
    tribe: f32,
}

impl Positioned for Seen {
    #[inline(always)]
    fn x(&self) -> f32 {
        self.x
    }
    #[inline(always)]
    fn y(&self) -> f32 {
        self.y
    }
}

/// Eight animals that look at their neighbours.
#[derive(Clone, Copy, Debug)]
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
}

/// What eight animals know of their neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Sum<S: Isa> {
    /// Neighbours of any tribe.
    pub crowd: F32x8<S>,
    /// Neighbours of the own tribe in sight.
    pub kin: F32x8<S>,
    kin_velocity: V2<S>,
    kin_offset: V2<S>,
    away: V2<S>,
    /// The nearest that is of the own tribe.
    pub mate: Nearest<S>,
    /// The nearest foe that is clearly weaker.
    pub prey: Nearest<S>,
    /// The nearest foe that is clearly stronger.
    pub threat: Nearest<S>,
}

/// The nearest neighbour of a kind so far.
#[derive(Clone, Copy, Debug)]
pub struct Nearest<S: Isa> {
    /// Squared distance; the square of the sight as long as there is none.
    pub d2: F32x8<S>,
    /// Its index in the neighbour pass.
    pub index: U32x8<S>,
    offset: V2<S>,
}

impl<S: Isa> Nearest<S> {
    #[inline(always)]
    fn none(sight: F32x8<S>) -> Self {
        Self { d2: sight, index: U32x8::ZERO, offset: V2::ZERO }
    }

    /// Takes the candidate where it is in `lanes` and nearer than the one so far.
    #[inline(always)]
    fn consider(&mut self, lanes: Mask8<S>, pair: &Pair<S>) {
        let nearer = lanes & pair.d2.lt(self.d2);
        self.d2 = nearer.select(pair.d2, self.d2);
        self.index = nearer.select_u32(U32x8::splat(pair.index), self.index);
        self.offset = V2::select(nearer, V2::new(pair.dx, pair.dy), self.offset);
    }

    /// The direction to it, or zero if there is none.
    #[inline(always)]
    fn direction(&self) -> V2<S> {
        self.offset.normalized()
    }
}

impl Model for Tribes {
    type Columns = animal::Columns;
    type Params = TribesParams;
    type Record = Seen;
    type Tile<S: Isa> = Tile<S>;
    type Sum<S: Isa> = Sum<S>;

    const NAME: &'static str = "tribes";
    const ABOUT: &'static str = "tribes that graze, flock, hunt, flee, breed and evolve";
    const EVENTS: bool = true;
    const BIRTHS: bool = true;
    const SUMS: usize = 2 * TRIBES + 2 + GENES;
    const STATS: &'static [Stat] = &[
        Stat { name: "tribe0_population", about: "animals of tribe 0" },
        Stat { name: "tribe1_population", about: "animals of tribe 1" },
        Stat { name: "tribe2_population", about: "animals of tribe 2" },
        Stat { name: "tribe3_population", about: "animals of tribe 3" },
        Stat { name: "tribe0_energy", about: "mean energy in tribe 0" },
        Stat { name: "tribe1_energy", about: "mean energy in tribe 1" },
        Stat { name: "tribe2_energy", about: "mean energy in tribe 2" },
        Stat { name: "tribe3_energy", about: "mean energy in tribe 3" },
        Stat { name: "newborns", about: "animals born in the last tick" },
        Stat { name: "mean_age", about: "mean age, time" },
        Stat { name: "gene_speed", about: "mean of this gene, from 0 to 1" },
        Stat { name: "gene_vision", about: "mean of this gene, from 0 to 1" },
        Stat { name: "gene_aggression", about: "mean of this gene, from 0 to 1" },
        Stat { name: "gene_fear", about: "mean of this gene, from 0 to 1" },
        Stat { name: "gene_cohesion", about: "mean of this gene, from 0 to 1" },
        Stat { name: "gene_separation", about: "mean of this gene, from 0 to 1" },
        Stat { name: "gene_thrift", about: "mean of this gene, from 0 to 1" },
        Stat { name: "gene_fertility", about: "mean of this gene, from 0 to 1" },
        Stat { name: "gene_wander", about: "mean of this gene, from 0 to 1" },
    ];

    fn new(params: TribesParams, _setup: &Setup) -> Result<Self, ParamError> {
        for (name, length) in
            [("separation_radius", params.separation_radius), ("reach", params.reach)]
        {
            if length > params.vision {
                return Err(ParamError::Conflict {
                    name,
                    problem: "it must be at most vision".into(),
                });
            }
        }
        let mutation = Mutation::new(params.mutation_rate, params.mutation).map_err(|_| {
            ParamError::Conflict { name: "mutation", problem: "it must be from 0 to 1".into() }
        })?;
        Ok(Self { params, mutation })
    }

    fn radius(&self) -> f32 {
        self.params.vision
    }

    /// Tribes begin in squares like those of a chess board, with animals of all ages.
    fn spawn(&self, setup: &Setup, id: u32, columns: &mut MutOf<'_, Self>, row: usize) {
        let Self { params, .. } = self;
        let [x, y, direction, age] = rng::draw(setup.seed, 0, id, STREAM_SPAWN);
        let (sin, cos) = math::scalar::sin_cos(rng::signed(direction) * core::f32::consts::PI);
        let (x, y) = (rng::unit(x) * setup.world.width(), rng::unit(y) * setup.world.height());
        let square = |at: f32, side: f32| {
            let half = 0.5 * side;
            (at / if params.territory < half { params.territory } else { half }) as u64
        };
        let (across, up) = (square(x, setup.world.width()), square(y, setup.world.height()));
        let turn = u64::from(params.tribes / 2).max(1);
        columns.x[row] = x;
        columns.y[row] = y;
        columns.vx[row] = cos * params.max_speed * 0.5;
        columns.vy[row] = sin * params.max_speed * 0.5;
        columns.tribe[row] = ((across + turn * up) % u64::from(params.tribes)) as u8;
        columns.alive[row] = 1;
        // Not 0: that is the age of a newborn.
        columns.age[row] = (rng::unit(age) + 0.01) * params.max_age;
        let words: [[u32; 4]; 3] =
            core::array::from_fn(|i| rng::draw(setup.seed, 0, id, STREAM_SPAWN + 1 + i as u32));
        columns.genes[row] = core::array::from_fn(|gene| rng::unit(words[gene / 4][gene % 4]));
        columns.energy[row] = (0.2 + 0.4 * rng::unit(words[2][1])) * params.max_energy;
    }

    fn check(&self, columns: &RefOf<'_, Self>, row: usize) -> Result<(), String> {
        if columns.alive[row] == 1 {
            return Ok(());
        }
        Err("column `alive` is 0: it must be 1, who is dead is not there".into())
    }

    #[inline(always)]
    fn record(&self, columns: &RefOf<'_, Self>, row: usize) -> Seen {
        Seen {
            x: columns.x[row],
            y: columns.y[row],
            vx: columns.vx[row],
            vy: columns.vy[row],
            strength: columns.energy[row] * (1.0 + aggression(&columns.genes[row])),
            tribe: columns.tribe[row].into(),
        }
    }

    #[inline(always)]
    fn load<S: Isa>(&self, columns: &RefOf<'_, Self>, at: usize) -> (Tile<S>, Sum<S>) {
        let rows = &columns.genes[at..at + LANES];
        let mut genes = [F32x8::ZERO; GENES];
        for (gene, lanes) in genes.iter_mut().enumerate() {
            let column = F32x8::from_array(core::array::from_fn(|lane| rows[lane][gene]));
            *lanes = column.clamp(F32x8::ZERO, F32x8::ONE);
        }
        let tribes = &columns.tribe[at..at + LANES];
        let strength = F32x8::load(&columns.energy[at..]) * (F32x8::ONE + genes[AGGRESSION]);
        let sight = s(self.params.vision) * half_to_all(genes[VISION]);
        let sight = sight * sight;
        let inverse = s(self.params.separation_radius);
        let tile = Tile {
            genes,
            tribe: F32x8::from_array(core::array::from_fn(|lane| tribes[lane].into())),
            sight,
            hunts_below: strength * half_to_all(genes[AGGRESSION]),
            flees_above: strength * (s(2.0) - genes[FEAR]),
            inverse: F32x8::ONE / (inverse * inverse),
        };
        let none = Nearest::none(sight);
        let sum = Sum {
            crowd: F32x8::ZERO,
            kin: F32x8::ZERO,
            kin_velocity: V2::ZERO,
            kin_offset: V2::ZERO,
            away: V2::ZERO,
            mate: none,
            prey: none,
            threat: none,
        };
        (tile, sum)
    }

    #[inline(always)]
    fn pair<S: Isa>(&self, tile: &Tile<S>, other: &Seen, pair: &Pair<S>, sum: &mut Sum<S>) {
        let offset = V2::new(pair.dx, pair.dy);
        sum.crowd += pair.near.keep(F32x8::ONE);
        // Not below 0, so that animals outside separation_radius have no part.
        let push = (F32x8::ONE - pair.d2 * tile.inverse).max(F32x8::ZERO);
        sum.away += (-offset * push).keep(pair.near);

        let same = tile.tribe.eq(s(other.tribe));
        let kin = pair.near & same & pair.d2.lt(tile.sight);
        sum.kin += kin.keep(F32x8::ONE);
        sum.kin_velocity += V2::splat(other.vx, other.vy).keep(kin);
        sum.kin_offset += offset.keep(kin);
        sum.mate.consider(kin, pair);

        let foe = pair.near & !same;
        let strength = s(other.strength);
        sum.prey.consider(foe & strength.lt(tile.hunts_below), pair);
        sum.threat.consider(foe & strength.gt(tile.flees_above), pair);
    }

    #[inline(always)]
    fn finish<S: Isa>(
        &self,
        at: usize,
        count: usize,
        tile: &Tile<S>,
        sum: &Sum<S>,
        columns: &RefOf<'_, Self>,
        scratch: &mut ScratchOf<'_, Self>,
        context: &mut Context<'_, Self>,
    ) {
        let Tick { number, setup } = *context.tick;
        let ids = U32x8::load(&columns.id[at..]);
        let [a, b, bites, dies] = rng::draw_lanes(setup.seed, number, ids, STREAM_TICK);
        let (a, b) = (rng::unit_lanes(a), rng::unit_lanes(b));
        let (bites, dies) = (rng::unit_lanes(bites), rng::unit_lanes(dies));
        let velocity = V2::new(F32x8::load(&columns.vx[at..]), F32x8::load(&columns.vy[at..]));
        let astray = V2::new(a + a - F32x8::ONE, b + b - F32x8::ONE);
        let next = S::split(
            #[inline(always)]
            || self.steer(tile, sum, velocity, astray, s(setup.dt)),
        );
        next.x.store(&mut scratch.next_vx[at..]);
        next.y.store(&mut scratch.next_vy[at..]);

        let own = Mask8::first(count);
        let reach = s(self.params.reach);
        let can_bite = sum.prey.d2.lt(tile.sight) & sum.prey.d2.lt(reach * reach);
        let biting = own & can_bite & bites.lt(s(self.params.bite_rate * setup.dt));
        let meal = self.bite(at, biting.bits(), sum, columns, context);

        let age = F32x8::load(&columns.age[at..]);
        let gain = self.graze(tile, sum, velocity) * s(setup.dt) + meal;
        let old = dies.lt(self.chance_of_death(age) * s(setup.dt));
        old.select(s(-self.params.max_energy), gain).store(&mut scratch.gain[at..]);

        let energy = F32x8::load(&columns.energy[at..]);
        let breeding = own
            & sum.mate.d2.lt(tile.sight)
            & age.ge(s(self.params.maturity))
            & energy.ge(self.birth_energy(tile));
        self.breed(at, breeding.bits(), sum, columns, context);
    }

    fn apply(&self, columns: &mut MutOf<'_, Self>, row: usize, event: &Event, _tick: &Tick) {
        // The only kind of event is a bite.
        let left = columns.energy[row] - event.value[0];
        columns.energy[row] = if left > 0.0 { left } else { 0.0 };
    }

    fn born(
        &self,
        columns: &mut MutOf<'_, Self>,
        birth: &Birth,
        parent: usize,
        child: usize,
        _tick: &Tick,
    ) {
        let half = columns.energy[parent] * 0.5;
        columns.energy[parent] = half;
        columns.energy[child] = half;
        columns.x[child] = columns.x[parent];
        columns.y[child] = columns.y[parent];
        // Turned left by a right angle; neither of these is ever -0.
        columns.vx[child] = 0.0 - columns.vy[parent];
        columns.vy[child] = columns.vx[parent] + 0.0;
        columns.tribe[child] = columns.tribe[parent];
        columns.age[child] = 0.0;
        // A parent that was bitten to death has a stillborn child.
        columns.alive[child] = u8::from(half > 0.0);
        columns.genes[child] = core::array::from_fn(|gene| birth.value[gene]);
    }

    #[inline(always)]
    fn update<S: Isa>(&self, columns: &mut MutOf<'_, Self>, rows: Range<usize>, tick: &Tick) {
        let dt = s(tick.setup.dt);
        let most = s(self.params.max_energy);
        let edge = EdgeLanes::<S>::of(&tick.setup.world);
        for at in rows.clone().step_by(LANES) {
            let tile = at..(at + LANES).min(rows.end);
            let load = |column: &[f32]| F32x8::<S>::load(&column[tile.clone()]);
            let (x, vx) = euler(load(columns.x), load(columns.next_vx), F32x8::ZERO, dt);
            let (y, vy) = euler(load(columns.y), load(columns.next_vy), F32x8::ZERO, dt);
            let (x, y, vx, vy) = edge.apply(x, y, vx, vy);
            x.canonical_zero().store(&mut columns.x[tile.clone()]);
            y.canonical_zero().store(&mut columns.y[tile.clone()]);
            vx.canonical_zero().store(&mut columns.vx[tile.clone()]);
            vy.canonical_zero().store(&mut columns.vy[tile.clone()]);
            (load(columns.age) + dt).store(&mut columns.age[tile.clone()]);
            // Who had nothing left after the bites does not graze any more.
            let before = load(columns.energy);
            let energy = (before + load(columns.gain)).clamp(F32x8::ZERO, most).canonical_zero();
            let energy = before.gt(F32x8::ZERO).keep(energy);
            energy.store(&mut columns.energy[tile.clone()]);
            let lives = energy.gt(F32x8::ZERO).bits();
            for (lane, alive) in columns.alive[tile].iter_mut().enumerate() {
                *alive = (lives >> lane & 1) as u8;
            }
        }
    }

    fn tally(&self, columns: &RefOf<'_, Self>, row: usize, sums: &mut [i64]) {
        let mut add = |at: usize, value: i64| sums[at] = sums[at].wrapping_add(value);
        let fixed = |value: f32| ((f64::from(value) * FIXED) as i64).clamp(-MOST, MOST);
        let tribe = usize::from(columns.tribe[row]).min(TRIBES - 1);
        add(tribe, 1);
        add(TRIBES + tribe, fixed(columns.energy[row]));
        add(2 * TRIBES, i64::from(columns.age[row] == 0.0));
        add(2 * TRIBES + 1, fixed(columns.age[row]));
        for (gene, value) in columns.genes[row].into_iter().enumerate() {
            add(2 * TRIBES + 2 + gene, fixed(value));
        }
    }

    fn report(&self, totals: &Totals<'_>, each: &mut dyn FnMut(f64)) {
        let mean = |at: usize, count: f64| {
            totals.sums[at] as f64 / FIXED / if count > 1.0 { count } else { 1.0 }
        };
        let population = |tribe: usize| totals.sums[tribe] as f64;
        for tribe in 0..TRIBES {
            each(population(tribe));
        }
        for tribe in 0..TRIBES {
            each(mean(TRIBES + tribe, population(tribe)));
        }
        each(totals.sums[2 * TRIBES] as f64);
        for at in 2 * TRIBES + 1..Self::SUMS {
            each(mean(at, totals.population as f64));
        }
    }
}

impl Tribes {
    /// The next velocity.
    #[inline(always)]
    fn steer<S: Isa>(
        &self,
        tile: &Tile<S>,
        sum: &Sum<S>,
        velocity: V2<S>,
        astray: V2<S>,
        dt: F32x8<S>,
    ) -> V2<S> {
        let Self { params, .. } = self;
        let Tile { genes, .. } = tile;
        let company = sum.kin.gt(F32x8::ZERO);
        let share = F32x8::ONE / sum.kin.max(F32x8::ONE);
        let force = sum.away * (s(params.separation) * genes[SEPARATION])
            + (sum.kin_velocity * share - velocity).keep(company) * s(params.alignment)
            + sum.kin_offset * (share * s(params.cohesion) * genes[COHESION])
            + sum.prey.direction() * (s(params.hunt) * genes[AGGRESSION])
            - sum.threat.direction() * s(params.flee)
            + astray * (s(params.wander) * genes[WANDER]);
        let next = velocity + force.limited(s(params.max_force)) * dt;
        let top = s(params.max_speed) * half_to_all(genes[SPEED]);
        let (x, y) = clamp_speed(next.x, next.y, top * s(0.25), top);
        V2::new(x, y)
    }

    /// Sends the bites of the `lanes`, and gives what they feed.
    #[inline(always)]
    fn bite<S: Isa>(
        &self,
        at: usize,
        mut lanes: u32,
        sum: &Sum<S>,
        columns: &RefOf<'_, Self>,
        context: &mut Context<'_, Self>,
    ) -> F32x8<S> {
        let mut meal = [0.0; LANES];
        if lanes == 0 {
            return F32x8::ZERO;
        }
        let victims = sum.prey.index.to_array();
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            lanes &= lanes - 1;
            let (row, victim) = (at + lane, victims[lane]);
            let bite = self.params.bite * (0.5 + 0.5 * aggression(&columns.genes[row]));
            let (theirs, their_row) = context.neighbour(victim);
            let there = theirs.energy[their_row];
            meal[lane] = if bite < there { bite } else { there } * self.params.meal;
            context.send(columns.id[row], victim, 0, [bite, 0.0, 0.0, 0.0]);
        }
        F32x8::from_array(meal)
    }

    /// Energy per time, grazed less lived on.
    #[inline(always)]
    fn graze<S: Isa>(&self, tile: &Tile<S>, sum: &Sum<S>, velocity: V2<S>) -> F32x8<S> {
        let Self { params, .. } = self;
        let Tile { genes, .. } = tile;
        let one = F32x8::ONE;
        let left = (one - sum.crowd * s(1.0 / params.crowding)).max(F32x8::ZERO);
        let skill = (one - s(0.3) * genes[AGGRESSION]) * (one - s(0.3) * genes[THRIFT]);
        let calm = !sum.threat.d2.lt(tile.sight);
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

    /// The energy from which on an animal has children.
    #[inline(always)]
    fn birth_energy<S: Isa>(&self, tile: &Tile<S>) -> F32x8<S> {
        s(self.params.max_energy) * (s(0.9) - s(0.5) * tile.genes[FERTILITY])
    }

    /// Asks for the children of the `lanes`.
    #[inline(always)]
    fn breed<S: Isa>(
        &self,
        at: usize,
        mut lanes: u32,
        sum: &Sum<S>,
        columns: &RefOf<'_, Self>,
        context: &mut Context<'_, Self>,
    ) {
        if lanes == 0 {
            return;
        }
        let mates = sum.mate.index.to_array();
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            lanes &= lanes - 1;
            let (theirs, their_row) = context.neighbour(mates[lane]);
            let row = at + lane;
            let genes = self.inherit(
                &columns.genes[row],
                &theirs.genes[their_row],
                columns.id[row],
                context.tick,
            );
            let mut value = [0.0; BIRTH_VALUES];
            value[..GENES].copy_from_slice(&genes);
            context.birth(columns.id[row], row, value);
        }
    }

    #[inline(never)]
    fn inherit(&self, own: &Genes, mate: &Genes, parent: u32, tick: &Tick) -> Genes {
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

/// Fixed point of the sums: 2^16.
const FIXED: f64 = (1 << 16) as f64;
/// The most that one animal adds to a sum, 2^22 in fixed point: the sums of 2^25 animals fit.
const MOST: i64 = 1 << 38;
