//! The model of Vicsek: everybody moves at one speed, in the mean direction of those nearby, with
//! a random error.
//!
//! In every tick the new heading of an entity is
//!
//! ```text
//! angle(sum of the headings at time t of all closer than `radius`, its own among them)
//!     + noise, uniform in [-eta / 2, eta / 2)
//! ```
//!
//! and the entity moves by `speed * dt` along the heading that it had at time t, as in the paper.
//! Below a noise that depends on the density the crowd orders: `order` goes from 0 (everybody for
//! himself) to 1 (all in one direction).
//!
//! Most later work moves an entity along its new heading, the one at t + 1: `along_new` = 1 gives
//! that rule. (Both "forward" and "backward update" are names that either rule has been given, so
//! neither is used here.) Headings are unit vectors, not angles: the direction of their sum is the
//! angle in the paper. Where the sum is zero the heading stays.
//!
//! # Reference
//!
//! T. Vicsek, A. Czirók, E. Ben-Jacob, I. Cohen, O. Shochet, "Novel type of phase transition in a
//! system of self-driven particles", 1995, doi:10.1103/PhysRevLett.75.1226.

use alloc::format;
use alloc::string::String;
use core::ops::Range;

use flockwork_kernel::integrate::{EdgeLanes, euler};
use flockwork_kernel::simd::{F32x8, Isa, U32x8, V2};
use flockwork_kernel::{LANES, math, rng};
use flockwork_scheduler::{
    Context, Model, MutOf, ParamError, RefOf, ScratchOf, Setup, Stat, Tick, Totals,
};
use flockwork_spatial::{Pair, Positioned};

flockwork_kernel::columns! {
    /// State of one entity.
    pub mod walker {
        ghost {
            /// Position along x, length.
            x: f32,
            /// Position along y, length.
            y: f32,
            /// Heading along x; the heading has length 1.
            ux: f32 where -1.001..=1.001,
            /// Heading along y.
            uy: f32 where -1.001..=1.001,
        }
        owned {}
        scratch {
            /// Sum of the headings nearby along x.
            sum_x: f32,
            /// Sum of the headings nearby along y.
            sum_y: f32,
        }
    }
}

flockwork_scheduler::params! {
    /// Parameters of [`Vicsek`].
    pub struct VicsekParams {
        /// Entities closer than this are neighbours.
        radius: f32 = 1.0, "length", 1e-6..=1e6;
        /// The speed of everybody.
        speed: f32 = 0.03, "length / time", 0.0..=1e6;
        /// The width of the noise, from 0 to a full turn.
        eta: f32 = 1.0, "radian", 0.0..=6.283_186;
        /// 0 to move along the heading before the tick, as in the paper; 1 along the new one.
        along_new: u32 = 0, "", 0..=1;
        /// Ticks before `order_mean` begins.
        burn_in: u32 = 0, "tick", 0..=4_000_000_000.0;
    }
}

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Vicsek {
    params: VicsekParams,
}

/// What an entity shows to its neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    x: f32,
    y: f32,
    ux: f32,
    uy: f32,
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

impl Model for Vicsek {
    type Columns = walker::Columns;
    type Params = VicsekParams;
    type Record = Seen;
    type Tile<S: Isa> = ();
    /// The sum of headings.
    type Sum<S: Isa> = V2<S>;

    const NAME: &'static str = "vicsek";
    const ABOUT: &'static str = "self-propelled walkers that align, with noise";
    const SUMS: usize = 2;
    const HISTORY: usize = 2;
    const STATS: &'static [Stat] = &[
        Stat { name: "order", about: "length of the mean heading, from 0 to 1" },
        Stat { name: "order_mean", about: "mean of order over the ticks after burn_in" },
    ];

    fn new(params: VicsekParams, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(Self { params })
    }

    fn radius(&self) -> f32 {
        self.params.radius
    }

    fn spawn(&self, setup: &Setup, id: u32, columns: &mut MutOf<'_, Self>, row: usize) {
        let [x, y, direction, _] = rng::draw(setup.seed, 0, id, SPAWN);
        let (sin, cos) = math::scalar::sin_cos(rng::signed(direction) * core::f32::consts::PI);
        columns.x[row] = rng::unit(x) * setup.world.width();
        columns.y[row] = rng::unit(y) * setup.world.height();
        columns.ux[row] = cos;
        columns.uy[row] = sin;
    }

    fn check(&self, columns: &RefOf<'_, Self>, row: usize) -> Result<(), String> {
        unit_heading(columns.ux[row], columns.uy[row])
    }

    #[inline(always)]
    fn record(&self, columns: &RefOf<'_, Self>, row: usize) -> Seen {
        Seen { x: columns.x[row], y: columns.y[row], ux: columns.ux[row], uy: columns.uy[row] }
    }

    #[inline(always)]
    fn load<S: Isa>(&self, columns: &RefOf<'_, Self>, at: usize) -> ((), V2<S>) {
        // The sum begins with the own heading: as +0.0 where that is -0.0, because whoever is not
        // near adds +0.0 and must change no bit.
        let own = |column: &[f32]| F32x8::<S>::load(&column[at..]).canonical_zero();
        ((), V2::new(own(columns.ux), own(columns.uy)))
    }

    #[inline(always)]
    fn pair<S: Isa>(&self, _tile: &(), other: &Seen, pair: &Pair<S>, sum: &mut V2<S>) {
        *sum += V2::splat(other.ux, other.uy).keep(pair.near);
    }

    #[inline(always)]
    fn finish<S: Isa>(
        &self,
        at: usize,
        _count: usize,
        _tile: &(),
        sum: &V2<S>,
        _columns: &RefOf<'_, Self>,
        scratch: &mut ScratchOf<'_, Self>,
        _context: &mut Context<'_, Self>,
    ) {
        sum.x.store(&mut scratch.sum_x[at..]);
        sum.y.store(&mut scratch.sum_y[at..]);
    }

    #[inline(always)]
    fn update<S: Isa>(&self, columns: &mut MutOf<'_, Self>, rows: Range<usize>, tick: &Tick) {
        let Setup { world, seed, dt, .. } = tick.setup;
        let edge = EdgeLanes::<S>::of(&world);
        let (speed, dt) = (F32x8::splat(self.params.speed), F32x8::splat(dt));
        let half = F32x8::splat(self.params.eta * 0.5);
        for at in rows.clone().step_by(LANES) {
            let tile = at..(at + LANES).min(rows.end);
            let load = |column: &[f32]| F32x8::<S>::load(&column[tile.clone()]);
            let old = V2::new(load(columns.ux), load(columns.uy));
            let sum = V2::new(load(columns.sum_x), load(columns.sum_y));
            let alone = sum.x.eq(F32x8::ZERO) & sum.y.eq(F32x8::ZERO);
            let mean = V2::select(alone, old, sum).normalized();

            let ids = U32x8::load(&columns.id[tile.clone()]);
            let [bits, ..] = rng::draw_lanes(seed, tick.number, ids, NOISE);
            let (sin, cos) = math::sin_cos(rng::signed_lanes(bits) * half);
            let new = V2::new(
                (mean.x * cos - mean.y * sin).canonical_zero(),
                (mean.x * sin + mean.y * cos).canonical_zero(),
            );

            let v = if self.params.along_new == 1 { new } else { old } * speed;
            let (x, _) = euler(load(columns.x), v.x, F32x8::ZERO, dt);
            let (y, _) = euler(load(columns.y), v.y, F32x8::ZERO, dt);
            let (x, y, ux, uy) = edge.apply(x, y, new.x, new.y);
            x.store(&mut columns.x[tile.clone()]);
            y.store(&mut columns.y[tile.clone()]);
            ux.store(&mut columns.ux[tile.clone()]);
            uy.store(&mut columns.uy[tile]);
        }
    }

    fn tally(&self, columns: &RefOf<'_, Self>, row: usize, sums: &mut [i64]) {
        for (sum, heading) in sums.iter_mut().zip([columns.ux[row], columns.uy[row]]) {
            // Rounding, and a user's table, may make a heading a little longer than 1.
            *sum = sum.wrapping_add(((f64::from(heading) * FIXED) as i64).clamp(-ONE, ONE));
        }
    }

    fn remember(&self, totals: &Totals<'_>, history: &mut [i64]) {
        if totals.tick > u64::from(self.params.burn_in) {
            history[0] = history[0].wrapping_add((order(totals) * FIXED) as i64);
            history[1] = history[1].wrapping_add(1);
        }
    }

    fn report(&self, totals: &Totals<'_>, each: &mut dyn FnMut(f64)) {
        each(order(totals));
        each(totals.history[0] as f64 / FIXED / totals.history[1].max(1) as f64);
    }
}

/// Checks that a heading has length 1, but for what is lost where it is written in few digits.
fn unit_heading(ux: f32, uy: f32) -> Result<(), String> {
    let length = math::scalar::length(ux, uy);
    if (0.999..=1.001).contains(&length) {
        return Ok(());
    }
    Err(format!("its heading (ux, uy) has length {length}: it must have length 1, within 0.001"))
}

/// The length of the mean heading.
fn order(totals: &Totals<'_>) -> f64 {
    let mean =
        |at: usize| (totals.sums[at] as f64 / FIXED / totals.population.max(1) as f64) as f32;
    math::scalar::length(mean(0), mean(1)).into()
}

/// Fixed point of the sums: 2^24.
const FIXED: f64 = ONE as f64;
const ONE: i64 = 1 << 24;

/// The streams of random numbers.
const SPAWN: u32 = 0;
const NOISE: u32 = 1;
