//! A model of your own, step by step: an epidemic among walkers.
//!
//! People walk about, straight on until they turn in some other direction. Whoever is susceptible
//! may be infected by each infected person closer than `radius`; whoever is infected recovers
//! after some time and is safe from then on (the SIR model).
//!
//! Copy this crate, and change it from top to bottom:
//!
//! 1. [`columns!`](flockwork_kernel::columns!) says what a person is. Columns under `ghost` are
//!    those that neighbours may see; `owned` ones are a person's own; `scratch` ones last from the
//!    neighbour pass to the update of the same tick. `where` states what values mean something.
//! 2. [`params!`](flockwork_scheduler::params!) says what can be set in a scenario file, and
//!    [`stats!`](flockwork_scheduler::stats!) what a report tells.
//! 3. [`Model`] says what happens. In every tick `pair` sees each pair of neighbours, `finish`
//!    takes what added up, and `update` takes everybody to the next tick.
//! 4. `main.rs` gives the model to the command `flockwork`, which then runs it on all cores,
//!    checks it with `verify`, and makes pictures of it.
//! 5. `tests/twin.rs` holds it against a twin without lanes, cells and domains.
//!
//! What never appears here: threads, regions, and who else's neighbours are. For that the functions
//! must be pure: all that they know is in their arguments, random numbers are a function of
//! (seed, tick, id), and mathematics is that of `flockwork_kernel::math`, which has the same bits
//! everywhere. For mail between entities, births and deaths see the model `tribes`.
//!
//! # Reference
//!
//! W. O. Kermack, A. G. McKendrick, "A contribution to the mathematical theory of epidemics", 1927,
//! doi:10.1098/rspa.1927.0118.

#![no_std]
#![forbid(unsafe_code)]

use flockwork_scheduler::prelude::*;

pub mod rows;

columns! {
    /// State of one person.
    pub mod person {
        ghost {
            /// Position, length.
            position: vec(x, y),
            /// 0 susceptible, 1 infected, 2 recovered.
            health: u8 where 0..=2,
        }
        owned {
            /// Heading, of length 1.
            heading: vec(ux, uy) where unit,
        }
        scratch {
            /// The number of infected neighbours.
            exposure: f32,
        }
    }
}

/// Not infected yet.
pub const SUSCEPTIBLE: u8 = 0;
/// Infected, and infectious.
pub const INFECTED: u8 = 1;
/// Safe for good.
pub const RECOVERED: u8 = 2;

params! {
    /// The model: its parameters.
    pub struct Epidemic {
        /// The infection reaches people closer than this.
        radius: f32 = 1.0, "length", 1e-6..=1e6;
        /// The speed of everybody.
        speed: f32 = 1.0, "length / time", 0.0..=1e6;
        /// How often a person turns.
        turn_rate: f32 = 0.5, "1 / time", 0.0..=1e6;
        /// How often an infected person infects a given neighbour.
        infection_rate: f32 = 0.02, "1 / time", 0.0..=1e6;
        /// The mean time from infection to recovery.
        duration: f32 = 10.0, "time", 1e-6..=1e9;
        /// The part of people who are infected at tick 0.
        first_cases: f32 = 0.005, "", 0.0..=1.0, start;
    }
}

stats! {
    /// What is reported of [`Epidemic`].
    pub struct EpidemicStats of Epidemic {
        /// People not infected yet.
        susceptible: Count, "" = |_, person| person.health == SUSCEPTIBLE;
        /// People infected now.
        infected: Count, "" = |_, person| person.health == INFECTED;
        /// People recovered.
        recovered: Count, "" = |_, person| person.health == RECOVERED;
        /// Most people infected after any tick.
        peak_infected: Peak, "" = |_, stats, _| stats.infected;
    }
}

impl Model for Epidemic {
    type Columns = person::Columns;
    type Params = Self;
    type Stats = EpidemicStats;
    type Passes = (Self,);
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "epidemic";
    const ABOUT: &'static str = "walkers who infect each other and recover";
    const POKES: &'static [&'static str] = &["infect"];

    fn new(epidemic: Self, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(epidemic)
    }

    fn slowest(&self) -> Option<f32> {
        Some(self.speed)
    }

    fn spawn(&self, setup: &Setup, id: u32) -> person::Row {
        let [x, y, direction, first] = setup.draw(id, SPAWN);
        let health = if rng::unit(first) < self.first_cases { INFECTED } else { SUSCEPTIBLE };
        let (position, heading) = (setup.place(x, y), rng::direction(direction));
        person::Row { position, heading, health, ..Default::default() }
    }

    /// `infect` is the chance that somebody who can falls ill.
    fn poke(&self, me: &mut person::Row, poke: &Poke<'_, Self>) {
        let [luck, ..] = poke.tick.draw(me.id, POKE);
        if me.health == SUSCEPTIBLE && rng::unit(luck) < poke.get("infect") {
            me.health = INFECTED;
        }
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let [turn, direction, luck, _] = tick.draw_lanes(me.id.get(), UPDATE);
        let turns = rng::unit_lanes(turn).lt(chance(F32x8::splat(self.turn_rate) * tick.dt()));
        me.heading.put(turns, rng::direction_lanes(direction));

        let luck = rng::unit_lanes(luck);
        let infections = me.exposure.get() * F32x8::splat(self.infection_rate) * tick.dt();
        let falls_ill = me.health.is(SUSCEPTIBLE) & luck.lt(chance(infections));
        let recoveries = F32x8::splat(1.0 / self.duration) * tick.dt();
        let recovers = me.health.is(INFECTED) & luck.lt(chance(recoveries));
        me.health.put(falls_ill, INFECTED);
        me.health.put(recovers, RECOVERED);

        let heading = me.heading.get();
        let moved = me.position.get() + heading * F32x8::splat(self.speed) * tick.dt();
        let (position, heading) = tick.bound(moved, heading);
        me.position.set(position);
        me.heading.set(heading);
    }
}

impl Pass<Self> for Epidemic {
    /// What a person shows to neighbours: all ghost columns but the place.
    type Shown = person::Shown;
    /// Nothing of a person's own is needed to meet neighbours.
    type Tile<S: Isa> = ();
    /// The number of infected neighbours of eight people.
    type Sum<S: Isa> = Sum8<F32x8<S>>;

    fn radius(model: &Self) -> f32 {
        model.radius
    }

    #[inline(always)]
    fn show(_: &Self, now: &RefOf<'_, Self>, row: usize, _tick: &Tick<Self>) -> person::Shown {
        now.shown(row)
    }

    /// One candidate against eight people, for those who are near it.
    #[inline(always)]
    fn pair<S: Isa>(_: &Self, _tile: &(), pair: &Pair<'_, S, Self>, sum: &mut Sum8<F32x8<S>>) {
        let infected = f32::from(u8::from(pair.other.health == INFECTED));
        sum.add(pair.near, F32x8::splat(infected));
    }

    #[inline(always)]
    fn finish<S: Isa>(_: &Self, all: &mut Finish<'_, '_, S, Self>) {
        all.left.exposure.set(all.sum.get());
    }
}

/// The chance that something happens which is expected so many times.
#[inline(always)]
fn chance<S: Isa>(expected: F32x8<S>) -> F32x8<S> {
    F32x8::ONE - math::exp(-expected)
}

/// Streams of random numbers, one for each purpose.
const SPAWN: u32 = 0;
const UPDATE: u32 = 1;
const POKE: u32 = 2;
