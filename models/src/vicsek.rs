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
//! Most later work moves an entity along its new heading, the one at t + 1: `along` = "new"
//! gives that rule. (Both "forward" and "backward update" are names that either rule has been given, so
//! neither is used here.) Headings are unit vectors, not angles: the direction of their sum is the
//! angle in the paper. Where the sum is zero the heading stays.
//!
//! # Reference
//!
//! T. Vicsek, A. Czirók, E. Ben-Jacob, I. Cohen, O. Shochet, "Novel type of phase transition in a
//! system of self-driven particles", 1995, doi:10.1103/PhysRevLett.75.1226.

use core::f32::consts::PI;

use flockwork_kernel::axes::Third;
use flockwork_kernel::simd::{F32x8, Isa, Sum8, U32x8, Vector8};
use flockwork_kernel::{Axes, math, rng};
use flockwork_scheduler::{
    Finish, LookOf, Model, Never, Pair, ParamError, Pass, RefOf, Setup, Tick, TileOf,
};

flockwork_kernel::columns! {
    /// State of one entity.
    pub mod walker<A> {
        ghost {
            /// Position, length.
            position: vec(x, y, z),
            /// Heading, of length 1.
            heading: vec(ux, uy, uz) where unit,
        }
        owned {}
        scratch {
            /// Sum of the headings nearby.
            sum: vec(sum_x, sum_y, sum_z),
        }
    }
}

flockwork_scheduler::choices! {
    /// Which heading walkers move along.
    pub enum Along {
        /// The one before the tick.
        Old = "old",
        /// The new one.
        New = "new",
    }
}

flockwork_scheduler::params! {
    /// The model, in the plane or in space: its parameters.
    pub struct Vicsek<A> {
        /// Entities closer than this are neighbours.
        radius: f32 = 1.0, "length", 1e-6..=1e6;
        /// The speed of everybody.
        speed: f32 = 0.03, "length / time", 0.0..=1e6;
        /// The width of the noise, from 0 to a full turn.
        eta: f32 = 1.0, "radian", 0.0..=6.283_186;
        /// Which heading they move along: that before the tick, as in the paper, or the new one.
        along: Along = Along::Old;
        /// Ticks before `order_mean` begins.
        burn_in: u32 = 0, "tick", 0..=4_000_000_000.0;
    }
}

flockwork_scheduler::stats! {
    /// What is reported of [`Vicsek`].
    pub struct VicsekStats of Vicsek<A> where A: Axes {
        /// Length of the mean heading, from 0 to 1.
        order: MeanLength, "" = |_, walker| walker.heading;
        /// Mean of order over the ticks after burn_in.
        order_mean: TimeMean, "" = |walkers, stats, totals| {
            (totals.tick > walkers.burn_in.into()).then_some(stats.order)
        };
    }
}

impl<A: Axes> Model for Vicsek<A> {
    type Columns = walker::Columns<A>;
    type Params = Self;
    type Stats = VicsekStats;
    type Passes = (Self,);
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "vicsek";
    const ABOUT: &'static str = "self-propelled walkers that align, with noise";

    fn new(walkers: Self, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(walkers)
    }

    fn slowest(&self) -> Option<f32> {
        Some(self.speed)
    }

    fn spawn(&self, setup: &Setup, id: u32) -> walker::Row<A> {
        let [x, y, angle, z] = setup.draw(id, SPAWN);
        let [height, ..] = setup.draw(id, SPAWN_HEIGHT);
        let heading = rng::direction_in(angle, height);
        walker::Row { position: setup.place_in(x, y, z), heading, ..Default::default() }
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let (old, sum) = (me.heading.get(), me.sum.get());
        let mean = Vector8::select(sum.is_zero(), old, sum).normalized();
        let [noise, around, ..] = tick.draw_lanes(me.id.get(), NOISE);
        let new = if A::SPACE {
            self.within_cone(mean, noise, around)
        } else {
            let half = F32x8::splat(self.eta * 0.5);
            let (sin, cos) = math::sin_cos(rng::signed_lanes(noise) * half);
            let (x, y) = (mean.x * cos - mean.y * sin, mean.x * sin + mean.y * cos);
            Vector8::of(x, y, F32x8::ZERO)
        };
        let new = new.canonical_zero();
        let along = if self.along == Along::New { new } else { old };
        let moved = me.position.get() + along * F32x8::splat(self.speed) * tick.dt();
        let (position, heading) = tick.bound(moved, new);
        me.position.set(position);
        me.heading.set(heading);
    }
}

impl<A: Axes> Pass<Self> for Vicsek<A> {
    type Shown = walker::Shown<A>;
    type Tile<S: Isa> = ();
    /// The sum of headings.
    type Sum<S: Isa> = Sum8<Vector8<A, S>>;

    fn radius(model: &Self) -> f32 {
        model.radius
    }

    #[inline(always)]
    fn show(_: &Self, now: &RefOf<'_, Self>, row: usize, _tick: &Tick<Self>) -> walker::Shown<A> {
        now.shown(row)
    }

    /// The sum begins with the own heading.
    #[inline(always)]
    fn load<S: Isa>(
        _: &Self,
        now: &LookOf<'_, S, Self>,
        _: &Tick<Self>,
    ) -> ((), Sum8<Vector8<A, S>>) {
        ((), Sum8::from(now.heading.get()))
    }

    #[inline(always)]
    fn pair<S: Isa>(_: &Self, _tile: &(), pair: &Pair<'_, S, Self>, sum: &mut Sum8<Vector8<A, S>>) {
        sum.add(pair.near, Vector8::all(pair.other.heading));
    }

    #[inline(always)]
    fn finish<S: Isa>(_: &Self, all: &mut Finish<'_, '_, S, Self>) {
        all.left.sum.set(all.sum.get());
    }
}

impl<A: Axes> Vicsek<A> {
    /// In space: any direction at an angle of at most eta / 2 to `mean`, all of which are as likely.
    #[inline(always)]
    fn within_cone<S: Isa>(
        &self,
        mean: Vector8<A, S>,
        noise: U32x8<S>,
        around: U32x8<S>,
    ) -> Vector8<A, S> {
        // The height of the cap of a sphere that the cone cuts out, 1 - cos(eta / 2), and in it one.
        let sin = math::scalar::sin_cos(self.eta * 0.25).0;
        let down = rng::unit_lanes(noise) * F32x8::splat(2.0 * sin * sin);
        let away = (down * (F32x8::splat(2.0) - down)).sqrt();
        let (sin, cos) = math::sin_cos(rng::signed_lanes(around) * F32x8::splat(PI));
        // Two directions square to the mean and to each other, after T. Duff and others, "Building an
        // orthonormal basis, revisited", Journal of Computer Graphics Techniques 6, 2017.
        let (x, y, z) = (mean.x, mean.y, mean.z.or(F32x8::ONE));
        let sign = z.lt(F32x8::ZERO).select(-F32x8::ONE, F32x8::ONE);
        let a = -F32x8::ONE / (sign + z);
        let b = x * y * a;
        let one = Vector8::of(F32x8::ONE + sign * x * x * a, sign * b, -(sign * x));
        let other = Vector8::of(b, sign + y * y * a, -y);
        (mean * (F32x8::ONE - down) + (one * cos + other * sin) * away).normalized()
    }
}

/// The streams of random numbers.
const SPAWN: u32 = 0;
const NOISE: u32 = 1;
const SPAWN_HEIGHT: u32 = 2;
