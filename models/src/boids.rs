//! Flocks: each boid keeps its distance, takes its neighbours' heading and stays with them.
//!
//! The three forces, for the neighbours closer than `neighbor_radius`:
//!
//! | force | acceleration |
//! | --- | --- |
//! | separation | sum of `-d (1 - \|d\|² / separation_radius²)`, where that pushes away |
//! | alignment | mean velocity of the neighbours, less the own |
//! | cohesion | mean position of the neighbours, less the own |
//!
//! each times its weight, where `d` leads to the neighbour. Only those closer than
//! `separation_radius` push. Speed then stays between `min_speed` and `max_speed`. With
//! `max_neighbors` above 0 only the nearest so many count, by (distance, id).
//!
//! # Reference
//!
//! C. W. Reynolds, "Flocks, herds and schools: a distributed behavioral model", 1987,
//! doi:10.1145/37401.37406.

use flockwork_kernel::simd::{Count8, F32x8, Isa, Sum8, Vector8};
use flockwork_kernel::{Axes, rng};
use flockwork_scheduler::{
    Finish, LookOf, Model, Never, Pair, ParamError, Pass, Poke, RefOf, Setup, Tick, TileOf,
};

flockwork_kernel::columns! {
    /// State of one boid.
    pub mod boid<A> {
        ghost {
            /// Position, length.
            position: vec(x, y, z),
            /// Velocity, length per time.
            velocity: vec(vx, vy, vz) where -1.1e6..=1.1e6,
        }
        owned {}
        scratch {
            /// Acceleration, length per time squared.
            force: vec(ax, ay, az),
        }
    }
}

flockwork_scheduler::params! {
    /// The model, in the plane or in space: its parameters.
    pub struct Boids<A> {
        /// Boids closer than this push each other away.
        separation_radius: f32 = 0.4, "length", 1e-6..=1e6;
        /// Boids closer than this are neighbours.
        neighbor_radius: f32 = 1.0, "length", 1e-6..=1e6;
        /// Weight of separation.
        separation: f32 = 8.0, "1 / time^2", 0.0..=1e6;
        /// Weight of alignment.
        alignment: f32 = 1.0, "1 / time", 0.0..=1e6;
        /// Weight of cohesion.
        cohesion: f32 = 0.5, "1 / time^2", 0.0..=1e6;
        /// The least speed.
        min_speed: f32 = 0.5, "length / time", 0.0..=1e6;
        /// The highest speed.
        max_speed: f32 = 2.0, "length / time", 0.0..=1e6;
        /// At most so many neighbours count, the nearest; 0 for all.
        max_neighbors: u32 = 0, "", 0..=64;
    }
}

flockwork_scheduler::stats! {
    /// What is reported of [`Boids`].
    pub struct BoidsStats of Boids<A> where A: Axes {
        /// Mean speed.
        mean_speed: Mean, "length / time" = |_, boid| boid.velocity.length();
        /// Length of the mean heading, from 0 to 1.
        polarization: MeanLength, "" = |_, boid| boid.velocity.normalized();
    }
}

/// Sums over the neighbours of eight boids.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum<A: Axes, S: Isa> {
    count: Count8<S>,
    velocity: Sum8<Vector8<A, S>>,
    offset: Sum8<Vector8<A, S>>,
    push: Sum8<Vector8<A, S>>,
}

impl<A: Axes> Model for Boids<A> {
    type Columns = boid::Columns<A>;
    type Params = Self;
    type Stats = BoidsStats;
    type Passes = (Self,);
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "boids";
    const ABOUT: &'static str = "flocks by separation, alignment and cohesion";
    const POKES: &'static [&'static str] = &["push"];

    fn new(boids: Self, _setup: &Setup) -> Result<Self, ParamError> {
        ParamError::unless(
            boids.separation_radius <= boids.neighbor_radius,
            "separation_radius",
            "it must be at most neighbor_radius",
        )?;
        let ordered = boids.min_speed <= boids.max_speed;
        ParamError::unless(ordered, "min_speed", "it must be at most max_speed")?;
        Ok(boids)
    }

    /// Where boids may be 64 times slower than others, the slow ones as good as stand still.
    fn slowest(&self) -> Option<f32> {
        (self.min_speed >= self.max_speed / 64.0).then_some(self.min_speed)
    }

    /// Anywhere in the world, in any direction. The words are for this entity alone: streams 0 and 1
    /// of (seed, tick 0, id).
    fn spawn(&self, setup: &Setup, id: u32) -> boid::Row<A> {
        let [x, y, angle, speed] = setup.draw(id, 0);
        let [z, height, ..] = setup.draw(id, 1);
        let speed = self.min_speed + (self.max_speed - self.min_speed) * rng::unit(speed);
        let velocity = rng::direction_in(angle, height) * speed;
        boid::Row { position: setup.place_in(x, y, z), velocity, ..Default::default() }
    }

    /// `push` is how fast it goes away from the point, over its distance, per time.
    fn poke(&self, me: &mut boid::Row<A>, poke: &Poke<'_, Self>) {
        me.velocity += poke.offset * poke.get("push");
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let low = F32x8::splat(self.min_speed);
        let high = F32x8::splat(self.max_speed);
        let velocity = (me.velocity.get() + me.force.get() * tick.dt()).clamped(low, high);
        let (position, velocity) = tick.drift(me.position.get(), velocity);
        me.position.set(position);
        me.velocity.set(velocity);
    }
}

impl<A: Axes> Pass<Self> for Boids<A> {
    type Shown = boid::Shown<A>;
    /// 1 / separation_radius².
    type Tile<S: Isa> = F32x8<S>;
    type Sum<S: Isa> = Sum<A, S>;

    /// In space a tile is near two in five of its candidates, and ten lanes of sums fill the sixteen
    /// registers of SSE2 and AVX2: a tick takes 0.73 and 0.71 of the time there, with AVX-512VL 0.99.
    /// In the plane a tile is near two in three.
    const SELECTIVE: bool = A::SPACE;

    fn radius(model: &Self) -> f32 {
        model.neighbor_radius
    }

    fn most_neighbours(model: &Self) -> Option<u32> {
        (model.max_neighbors > 0).then_some(model.max_neighbors)
    }

    #[inline(always)]
    fn show(_: &Self, now: &RefOf<'_, Self>, row: usize, _tick: &Tick<Self>) -> boid::Shown<A> {
        now.shown(row)
    }

    /// Nothing of the boids' own is needed for the sums but their places, which the pass knows.
    #[inline(always)]
    fn load<S: Isa>(
        model: &Self,
        _: &LookOf<'_, S, Self>,
        _: &Tick<Self>,
    ) -> (F32x8<S>, Sum<A, S>) {
        let radius = F32x8::splat(model.separation_radius);
        (F32x8::ONE / (radius * radius), Sum::default())
    }

    /// One neighbour against eight boids: `near` tells whose neighbour it is.
    #[inline(always)]
    fn pair<S: Isa>(_: &Self, inverse: &F32x8<S>, pair: &Pair<'_, S, Self>, sum: &mut Sum<A, S>) {
        // Not below 0, so that boids outside separation_radius have no part.
        let push = (F32x8::ONE - pair.d2 * *inverse).max(F32x8::ZERO);
        sum.count.add(pair.near);
        sum.velocity.add(pair.near, Vector8::all(pair.other.velocity));
        sum.offset.add(pair.near, pair.offset);
        sum.push.add(pair.near, pair.offset * push);
    }

    /// From sums to accelerations. The boids still have the state of this tick, because others
    /// still look.
    #[inline(always)]
    fn finish<S: Isa>(model: &Self, all: &mut Finish<'_, '_, S, Self>) {
        let (sum, count) = (all.sum, all.sum.count.get());
        let share = F32x8::ONE / count.max(F32x8::ONE);
        let turn = sum.velocity.get() * share - all.now.velocity.get();
        let force = -sum.push.get() * F32x8::splat(model.separation)
            + turn.keep(count.gt(F32x8::ZERO)) * F32x8::splat(model.alignment)
            + sum.offset.get() * share * F32x8::splat(model.cohesion);
        all.left.force.set(force);
    }
}
