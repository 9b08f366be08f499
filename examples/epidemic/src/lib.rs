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
//! 2. [`params!`](flockwork_scheduler::params!) says what can be set in a scenario file.
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

extern crate alloc;

use alloc::format;
use alloc::string::String;
use core::ops::Range;

use flockwork_kernel::integrate::{EdgeLanes, euler};
use flockwork_kernel::simd::{F32x8, Isa};
use flockwork_kernel::{LANES, math, rng};
use flockwork_scheduler::{
    Context, Model, MutOf, ParamError, RefOf, ScratchOf, Setup, Stat, Tick, Totals,
};
use flockwork_spatial::{Pair, Positioned};

flockwork_kernel::columns! {
    /// State of one person.
    pub mod person {
        ghost {
            /// Position along x, length.
            x: f32,
            /// Position along y, length.
            y: f32,
            /// 0 susceptible, 1 infected, 2 recovered.
            health: u8 where 0..=2,
        }
        owned {
            /// Heading along x; the heading has length 1.
            ux: f32 where -1.001..=1.001,
            /// Heading along y.
            uy: f32 where -1.001..=1.001,
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

flockwork_scheduler::params! {
    /// Parameters of [`Epidemic`].
    pub struct EpidemicParams {
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

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Epidemic {
    params: EpidemicParams,
}

/// What a person shows to neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    x: f32,
    y: f32,
    /// 1 if infected, else 0.
    infected: f32,
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

impl Model for Epidemic {
    type Columns = person::Columns;
    type Params = EpidemicParams;
    type Record = Seen;
    /// Nothing of a person's own is needed to meet neighbours.
    type Tile<S: Isa> = ();
    /// The number of infected neighbours of eight people.
    type Sum<S: Isa> = F32x8<S>;

    const NAME: &'static str = "epidemic";
    const ABOUT: &'static str = "walkers who infect each other and recover";
    const SUMS: usize = 3;
    const HISTORY: usize = 1;
    const STATS: &'static [Stat] = &[
        Stat { name: "susceptible", about: "people not infected yet" },
        Stat { name: "infected", about: "people infected now" },
        Stat { name: "recovered", about: "people recovered" },
        Stat { name: "peak_infected", about: "most people infected after any tick" },
    ];

    fn new(params: EpidemicParams, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(Self { params })
    }

    fn radius(&self) -> f32 {
        self.params.radius
    }

    fn spawn(&self, setup: &Setup, id: u32, columns: &mut MutOf<'_, Self>, row: usize) {
        let [x, y, direction, first] = rng::draw(setup.seed, 0, id, SPAWN);
        columns.x[row] = rng::unit(x) * setup.world.width();
        columns.y[row] = rng::unit(y) * setup.world.height();
        (columns.ux[row], columns.uy[row]) = heading(direction);
        let infected = rng::unit(first) < self.params.first_cases;
        columns.health[row] = if infected { INFECTED } else { SUSCEPTIBLE };
    }

    /// What the ranges of columns cannot say of a person in a user's table.
    fn check(&self, columns: &RefOf<'_, Self>, row: usize) -> Result<(), String> {
        let length = math::scalar::length(columns.ux[row], columns.uy[row]);
        if (0.999..=1.001).contains(&length) {
            return Ok(());
        }
        Err(format!("the heading (ux, uy) has length {length}: it must have length 1"))
    }

    #[inline(always)]
    fn record(&self, columns: &RefOf<'_, Self>, row: usize) -> Seen {
        let infected = f32::from(u8::from(columns.health[row] == INFECTED));
        Seen { x: columns.x[row], y: columns.y[row], infected }
    }

    #[inline(always)]
    fn load<S: Isa>(&self, _columns: &RefOf<'_, Self>, _at: usize) -> ((), F32x8<S>) {
        ((), F32x8::ZERO)
    }

    /// One candidate against eight people: those who are not near it must get +0.0.
    #[inline(always)]
    fn pair<S: Isa>(&self, _tile: &(), other: &Seen, pair: &Pair<S>, sum: &mut F32x8<S>) {
        *sum += pair.near.keep(F32x8::splat(other.infected));
    }

    #[inline(always)]
    fn finish<S: Isa>(
        &self,
        at: usize,
        _count: usize,
        _tile: &(),
        sum: &F32x8<S>,
        _columns: &RefOf<'_, Self>,
        scratch: &mut ScratchOf<'_, Self>,
        _context: &mut Context<'_, Self>,
    ) {
        sum.store(&mut scratch.exposure[at..]);
    }

    #[inline(always)]
    fn update<S: Isa>(&self, columns: &mut MutOf<'_, Self>, rows: Range<usize>, tick: &Tick) {
        let Self { params } = self;
        let Setup { world, seed, dt, .. } = tick.setup;
        let (turns, recovers) = (chance(params.turn_rate * dt), chance(1.0 / params.duration * dt));
        for row in rows.clone() {
            let [turn, direction, health, _] =
                rng::draw(seed, tick.number, columns.id[row], UPDATE);
            if rng::unit(turn) < turns {
                (columns.ux[row], columns.uy[row]) = heading(direction);
            }
            let falls_ill = chance(columns.exposure[row] * params.infection_rate * dt);
            columns.health[row] = match columns.health[row] {
                SUSCEPTIBLE if rng::unit(health) < falls_ill => INFECTED,
                INFECTED if rng::unit(health) < recovers => RECOVERED,
                same => same,
            };
        }
        // Motion is the same for all, so eight walk at once.
        let edge = EdgeLanes::<S>::of(&world);
        let (speed, dt) = (F32x8::splat(params.speed), F32x8::splat(dt));
        for at in rows.clone().step_by(LANES) {
            let tile = at..(at + LANES).min(rows.end);
            let load = |column: &[f32]| F32x8::<S>::load(&column[tile.clone()]);
            let (ux, uy) = (load(columns.ux), load(columns.uy));
            let (x, _) = euler(load(columns.x), ux * speed, F32x8::ZERO, dt);
            let (y, _) = euler(load(columns.y), uy * speed, F32x8::ZERO, dt);
            let (x, y, ux, uy) = edge.apply(x, y, ux, uy);
            x.store(&mut columns.x[tile.clone()]);
            y.store(&mut columns.y[tile.clone()]);
            ux.store(&mut columns.ux[tile.clone()]);
            uy.store(&mut columns.uy[tile]);
        }
    }

    /// Counts people by health; integers add up to the same sum in any order.
    fn tally(&self, columns: &RefOf<'_, Self>, row: usize, sums: &mut [i64]) {
        if let Some(sum) = sums.get_mut(usize::from(columns.health[row])) {
            *sum += 1;
        }
    }

    fn remember(&self, totals: &Totals<'_>, history: &mut [i64]) {
        history[0] = history[0].max(totals.sums[usize::from(INFECTED)]);
    }

    fn report(&self, totals: &Totals<'_>, each: &mut dyn FnMut(f64)) {
        for count in totals.sums.iter().chain(totals.history) {
            each(*count as f64);
        }
    }
}

/// The chance that something happens which is expected so many times.
fn chance(expected: f32) -> f32 {
    1.0 - math::scalar::exp(-expected)
}

/// A random direction.
fn heading(bits: u32) -> (f32, f32) {
    let (sin, cos) = math::scalar::sin_cos(rng::signed(bits) * core::f32::consts::PI);
    (cos, sin)
}

/// Streams of random numbers, one for each purpose.
const SPAWN: u32 = 0;
const UPDATE: u32 = 1;
