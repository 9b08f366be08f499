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

use core::ops::Range;

use flockwork_kernel::integrate::{EdgeLanes, clamp_speed, euler};
use flockwork_kernel::simd::{F32x8, Isa};
use flockwork_kernel::{LANES, math, rng};
use flockwork_scheduler::{
    Context, Model, MutOf, ParamError, RefOf, ScratchOf, Setup, Stat, Tick, Totals,
};
use flockwork_spatial::{Pair, Positioned};

flockwork_kernel::columns! {
    /// State of one boid.
    pub mod boid {
        ghost {
            /// Position along x, length.
            x: f32,
            /// Position along y, length.
            y: f32,
            /// Velocity along x, length per time.
            vx: f32 where -1.1e6..=1.1e6,
            /// Velocity along y, length per time.
            vy: f32 where -1.1e6..=1.1e6,
        }
        owned {}
        scratch {
            /// Acceleration along x, length per time squared.
            ax: f32,
            /// Acceleration along y, length per time squared.
            ay: f32,
        }
    }
}

flockwork_scheduler::params! {
    /// Parameters of [`Boids`].
    pub struct BoidsParams {
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

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Boids {
    params: BoidsParams,
}

/// What a boid shows to its neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    x: f32,
    y: f32,
    vx: f32,
    vy: f32,
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

/// Sums over the neighbours of eight boids.
#[derive(Clone, Copy, Debug)]
pub struct Sum<S: Isa> {
    /// 1 / separation_radius².
    inverse: F32x8<S>,
    count: F32x8<S>,
    vx: F32x8<S>,
    vy: F32x8<S>,
    dx: F32x8<S>,
    dy: F32x8<S>,
    away_x: F32x8<S>,
    away_y: F32x8<S>,
}

impl Model for Boids {
    type Columns = boid::Columns;
    type Params = BoidsParams;
    type Record = Seen;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Sum<S>;

    const NAME: &'static str = "boids";
    const ABOUT: &'static str = "flocks by separation, alignment and cohesion";
    const SUMS: usize = 3;
    const STATS: &'static [Stat] = &[
        Stat { name: "mean_speed", about: "mean speed, length / time" },
        Stat { name: "polarization", about: "length of the mean heading, from 0 to 1" },
    ];

    fn new(params: BoidsParams, _setup: &Setup) -> Result<Self, ParamError> {
        if params.separation_radius > params.neighbor_radius {
            return Err(ParamError::Conflict {
                name: "separation_radius",
                problem: "it must be at most neighbor_radius".into(),
            });
        }
        if params.min_speed > params.max_speed {
            return Err(ParamError::Conflict {
                name: "min_speed",
                problem: "it must be at most max_speed".into(),
            });
        }
        Ok(Self { params })
    }

    fn radius(&self) -> f32 {
        self.params.neighbor_radius
    }

    fn most_neighbours(&self) -> Option<u32> {
        (self.params.max_neighbors > 0).then_some(self.params.max_neighbors)
    }

    /// Anywhere in the world, in any direction. The four words are for this entity alone: stream 0
    /// of (seed, tick 0, id).
    fn spawn(&self, setup: &Setup, id: u32, columns: &mut MutOf<'_, Self>, row: usize) {
        let [x, y, direction, speed] = rng::draw(setup.seed, 0, id, 0);
        let (sin, cos) = math::scalar::sin_cos(rng::signed(direction) * core::f32::consts::PI);
        let Self { params } = self;
        let speed = params.min_speed + (params.max_speed - params.min_speed) * rng::unit(speed);
        columns.x[row] = rng::unit(x) * setup.world.width();
        columns.y[row] = rng::unit(y) * setup.world.height();
        columns.vx[row] = cos * speed;
        columns.vy[row] = sin * speed;
    }

    #[inline(always)]
    fn record(&self, columns: &RefOf<'_, Self>, row: usize) -> Seen {
        Seen { x: columns.x[row], y: columns.y[row], vx: columns.vx[row], vy: columns.vy[row] }
    }

    /// Nothing of the boids' own is needed for the sums but their places, which the pass knows.
    #[inline(always)]
    fn load<S: Isa>(&self, _columns: &RefOf<'_, Self>, _at: usize) -> ((), Sum<S>) {
        let radius = F32x8::splat(self.params.separation_radius);
        let zero = F32x8::ZERO;
        let sum = Sum {
            inverse: F32x8::ONE / (radius * radius),
            count: zero,
            vx: zero,
            vy: zero,
            dx: zero,
            dy: zero,
            away_x: zero,
            away_y: zero,
        };
        ((), sum)
    }

    /// One neighbour against eight boids: `near` tells whose neighbour it is, and `keep` makes +0.0
    /// of everything for the others.
    #[inline(always)]
    fn pair<S: Isa>(&self, _tile: &(), other: &Seen, pair: &Pair<S>, sum: &mut Sum<S>) {
        let near = pair.near;
        sum.count += near.keep(F32x8::ONE);
        sum.vx += near.keep(F32x8::splat(other.vx));
        sum.vy += near.keep(F32x8::splat(other.vy));
        let (dx, dy) = (near.keep(pair.dx), near.keep(pair.dy));
        sum.dx += dx;
        sum.dy += dy;
        // Not below 0, so that boids outside separation_radius have no part.
        let push = (F32x8::ONE - pair.d2 * sum.inverse).max(F32x8::ZERO);
        sum.away_x -= dx * push;
        sum.away_y -= dy * push;
    }

    /// From sums to accelerations. The boids still have the state of this tick: only scratch
    /// columns may be written, because others still look.
    #[inline(always)]
    fn finish<S: Isa>(
        &self,
        at: usize,
        _count: usize,
        _tile: &(),
        sum: &Sum<S>,
        columns: &RefOf<'_, Self>,
        scratch: &mut ScratchOf<'_, Self>,
        _context: &mut Context<'_, Self>,
    ) {
        let (vx, vy) = (F32x8::load(&columns.vx[at..]), F32x8::load(&columns.vy[at..]));
        let ax = self.force(sum.count, sum.away_x, sum.vx, sum.dx, vx);
        let ay = self.force(sum.count, sum.away_y, sum.vy, sum.dy, vy);
        ax.store(&mut scratch.ax[at..]);
        ay.store(&mut scratch.ay[at..]);
    }

    /// Eight boids at a time; in the last tile `load` fills up with zeros and `store` drops them.
    #[inline(always)]
    fn update<S: Isa>(&self, columns: &mut MutOf<'_, Self>, rows: Range<usize>, tick: &Tick) {
        let dt = F32x8::splat(tick.setup.dt);
        let low = F32x8::splat(self.params.min_speed);
        let high = F32x8::splat(self.params.max_speed);
        let edge = EdgeLanes::<S>::of(&tick.setup.world);
        for at in rows.clone().step_by(LANES) {
            let tile = at..(at + LANES).min(rows.end);
            let load = |column: &[f32]| F32x8::<S>::load(&column[tile.clone()]);
            let (vx, vy) = (
                load(columns.vx) + load(columns.ax) * dt,
                load(columns.vy) + load(columns.ay) * dt,
            );
            let (vx, vy) = clamp_speed(vx, vy, low, high);
            let (x, vx) = euler(load(columns.x), vx, F32x8::ZERO, dt);
            let (y, vy) = euler(load(columns.y), vy, F32x8::ZERO, dt);
            let (x, y, vx, vy) = edge.apply(x, y, vx, vy);
            x.store(&mut columns.x[tile.clone()]);
            y.store(&mut columns.y[tile.clone()]);
            vx.store(&mut columns.vx[tile.clone()]);
            vy.store(&mut columns.vy[tile]);
        }
    }

    /// Statistics are sums of integers, which come out the same in any order; hence fixed point.
    fn tally(&self, columns: &RefOf<'_, Self>, row: usize, sums: &mut [i64]) {
        let (vx, vy) = (columns.vx[row], columns.vy[row]);
        let speed = math::scalar::length(vx, vy);
        let share = if speed > 0.0 { 1.0 / speed } else { 0.0 };
        // The speed in units of the highest, so that the sums fit whatever that is. A user's table
        // may hold more than that before the first tick: hence the clamp.
        let values = [speed / self.unit(), vx * share, vy * share];
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum = sum.wrapping_add(((f64::from(value) * FIXED) as i64).clamp(-MOST, MOST));
        }
    }

    fn report(&self, totals: &Totals<'_>, each: &mut dyn FnMut(f64)) {
        let mean = |at: usize| totals.sums[at] as f64 / FIXED / (totals.population.max(1) as f64);
        each(mean(0) * f64::from(self.unit()));
        each(math::scalar::length(mean(1) as f32, mean(2) as f32).into());
    }
}

impl Boids {
    /// The acceleration along one axis: from the sums of `away`, of velocities `v` and of
    /// distances `d`, and from the own velocity.
    #[inline(always)]
    fn force<S: Isa>(
        &self,
        count: F32x8<S>,
        away: F32x8<S>,
        v: F32x8<S>,
        d: F32x8<S>,
        own: F32x8<S>,
    ) -> F32x8<S> {
        let Self { params } = self;
        let share = F32x8::ONE / count.max(F32x8::ONE);
        away * F32x8::splat(params.separation)
            + count.gt(F32x8::ZERO).keep(v * share - own) * F32x8::splat(params.alignment)
            + d * share * F32x8::splat(params.cohesion)
    }

    /// The unit of speed in the sums.
    fn unit(&self) -> f32 {
        let top = self.params.max_speed;
        if top > 0.0 { top } else { 1.0 }
    }
}

/// Fixed point of the sums: 2^24.
const FIXED: f64 = (1 << 24) as f64;
/// The most that one boid adds to a sum, 2^14 in fixed point: the sums of 2^24 boids fit.
const MOST: i64 = 1 << 38;
