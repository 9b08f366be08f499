//! A model: people who slow down where others are near.
//!
//! Change it from top to bottom:
//!
//! 1. `columns!` says what an entity is: what neighbours may see of it under `ghost`, what is its own
//!    under `owned`, and under `scratch` what lasts from the neighbours to the update of a tick.
//! 2. `params!` says what a scenario file can set, with a unit, a default and a range.
//! 3. `Model` says what happens: in every tick `pair` sees each pair of neighbours, `finish` takes
//!    what added up, and `update` takes everybody to the next tick.
//!
//! All functions must be pure: same arguments, same bits. Random numbers are a function of (seed,
//! tick, id); mathematics is that of `flockwork_kernel::math`. `cargo clippy` knows what else is
//! not allowed, and `cargo run -- verify scenario.toml` compares numbers of workers.

use core::ops::Range;

use flockwork_kernel::integrate::{EdgeLanes, euler};
use flockwork_kernel::simd::{F32x8, Isa};
use flockwork_kernel::{LANES, math, rng};
use flockwork_scheduler::{
    Context, Model, MutOf, ParamError, RefOf, ScratchOf, Setup, Stat, Tick, Totals,
};
use flockwork_spatial::{Pair, Positioned};

flockwork_kernel::columns! {
    /// State of one entity.
    pub mod entity {
        ghost {
            /// Position along x, length.
            x: f32,
            /// Position along y, length.
            y: f32,
        }
        owned {
            /// Heading along x; the heading has length 1.
            ux: f32 where -1.001..=1.001,
            /// Heading along y.
            uy: f32 where -1.001..=1.001,
        }
        scratch {
            /// The number of neighbours.
            near: f32,
        }
    }
}

flockwork_scheduler::params! {
    /// Parameters of [`WalkersModel`].
    pub struct WalkersParams {
        /// Others closer than this are neighbours.
        radius: f32 = 1.0, "length", 1e-6..=1e6;
        /// The speed of whoever is alone.
        speed: f32 = 1.0, "length / time", 0.0..=1e6;
        /// How much each neighbour slows one down.
        caution: f32 = 0.5, "", 0.0..=1e3;
    }
}

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct WalkersModel {
    params: WalkersParams,
}

/// What an entity shows to its neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    x: f32,
    y: f32,
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

impl Model for WalkersModel {
    type Columns = entity::Columns;
    type Params = WalkersParams;
    type Record = Seen;
    /// What is needed of eight entities' own to meet their neighbours: nothing.
    type Tile<S: Isa> = ();
    /// The number of neighbours of eight entities.
    type Sum<S: Isa> = F32x8<S>;

    const NAME: &'static str = "walkers";
    const ABOUT: &'static str = "people who slow down where others are near";
    const SUMS: usize = 1;
    const STATS: &'static [Stat] = &[Stat { name: "neighbours", about: "mean number of neighbours" }];

    fn new(params: WalkersParams, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(Self { params })
    }

    fn radius(&self) -> f32 {
        self.params.radius
    }

    fn spawn(&self, setup: &Setup, id: u32, columns: &mut MutOf<'_, Self>, row: usize) {
        let [x, y, direction, _] = rng::draw(setup.seed, 0, id, SPAWN);
        columns.x[row] = rng::unit(x) * setup.world.width();
        columns.y[row] = rng::unit(y) * setup.world.height();
        let (sin, cos) = math::scalar::sin_cos(rng::signed(direction) * core::f32::consts::PI);
        (columns.ux[row], columns.uy[row]) = (cos, sin);
    }

    #[inline(always)]
    fn record(&self, columns: &RefOf<'_, Self>, row: usize) -> Seen {
        Seen { x: columns.x[row], y: columns.y[row] }
    }

    #[inline(always)]
    fn load<S: Isa>(&self, _columns: &RefOf<'_, Self>, _at: usize) -> ((), F32x8<S>) {
        ((), F32x8::ZERO)
    }

    /// One candidate against eight entities: those who are not near it must get +0.0.
    #[inline(always)]
    fn pair<S: Isa>(&self, _tile: &(), _other: &Seen, pair: &Pair<S>, sum: &mut F32x8<S>) {
        *sum += pair.near.keep(F32x8::ONE);
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
        sum.store(&mut scratch.near[at..]);
    }

    /// Eight entities at a time walk on.
    #[inline(always)]
    fn update<S: Isa>(&self, columns: &mut MutOf<'_, Self>, rows: Range<usize>, tick: &Tick) {
        let edge = EdgeLanes::<S>::of(&tick.setup.world);
        let (speed, caution) = (F32x8::splat(self.params.speed), F32x8::splat(self.params.caution));
        let dt = F32x8::splat(tick.setup.dt);
        for at in rows.clone().step_by(LANES) {
            let tile = at..(at + LANES).min(rows.end);
            let load = |column: &[f32]| F32x8::<S>::load(&column[tile.clone()]);
            let (ux, uy) = (load(columns.ux), load(columns.uy));
            let speed = speed / (F32x8::ONE + caution * load(columns.near));
            let (x, _) = euler(load(columns.x), ux * speed, F32x8::ZERO, dt);
            let (y, _) = euler(load(columns.y), uy * speed, F32x8::ZERO, dt);
            let (x, y, ux, uy) = edge.apply(x, y, ux, uy);
            x.store(&mut columns.x[tile.clone()]);
            y.store(&mut columns.y[tile.clone()]);
            ux.store(&mut columns.ux[tile.clone()]);
            uy.store(&mut columns.uy[tile]);
        }
    }

    /// What is added up over all entities: whole numbers, whose sum is the same in any order.
    fn tally(&self, columns: &RefOf<'_, Self>, row: usize, sums: &mut [i64]) {
        sums[0] += columns.near[row] as i64;
    }

    fn report(&self, totals: &Totals<'_>, each: &mut dyn FnMut(f64)) {
        each(totals.sums[0] as f64 / totals.population as f64);
    }
}

/// Streams of random numbers, one for each purpose.
const SPAWN: u32 = 0;
