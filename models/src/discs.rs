//! Hard discs: equal elastic discs that fly straight until they hit each other.
//!
//! Time goes on in ticks, but a collision is an event between two discs alone, so energy is kept
//! to rounding:
//!
//! 1. A disc picks one partner: of the discs that overlap it and approach, the nearest, by
//!    (squared distance, id). It works out how its velocity changes if the two collide, and
//!    tells the partner.
//! 2. If the partner says the same, the two collide: each changes its velocity along the line of
//!    centres. Both use what the one of smaller id worked out, so the changes are opposite to the
//!    bit, and the momentum of the pair is kept but for the rounding of two additions.
//! 3. Everybody moves by `velocity * dt`.
//!
//! A pair that is not of one mind collides in a later tick; the nearest pair anywhere always is. So
//! a tick should be short against the time between two collisions, and `speed * dt` against
//! `radius`: discs overlap by about `speed * dt` before they part, and whoever moves by more than
//! its size in a tick may miss a grazing collision.
//!
//! At a wall a disc is put back to where it touches the wall, and its velocity is reflected. All
//! discs have mass 1, start at the same speed, and soon have the speeds that Maxwell found:
//! `kurtosis` goes from 1 to 2.
//!
//! # Reference
//!
//! B. J. Alder, T. E. Wainwright, "Studies in molecular dynamics. I. General method", 1959,
//! doi:10.1063/1.1730376, for hard discs and their collisions; they let time go on from collision
//! to collision, not in ticks.

use core::ops::Range;

use flockwork_kernel::collide::wall;
use flockwork_kernel::integrate::{EdgeLanes, euler};
use flockwork_kernel::simd::{F32x8, Isa, U32x8, V2};
use flockwork_kernel::{Edge, LANES, math, rng};
use flockwork_scheduler::{
    Context, Event, Model, MutOf, ParamError, RefOf, ScratchOf, Setup, Stat, Tick, Totals,
};
use flockwork_spatial::{Pair, Positioned};

flockwork_kernel::columns! {
    /// State of one disc.
    pub mod disc {
        ghost {
            /// Position of the centre along x, length.
            x: f32,
            /// Position of the centre along y, length.
            y: f32,
            /// Velocity along x, length per time; its square is a number.
            vx: f32 where -1e18..=1e18,
            /// Velocity along y, length per time.
            vy: f32 where -1e18..=1e18,
        }
        owned {}
        scratch {
            /// The id of the partner, or the largest number there is if there is none.
            partner: u32,
            /// Change of the velocity along x if the partner agrees, length per time.
            kick_x: f32,
            /// Change of the velocity along y if the partner agrees, length per time.
            kick_y: f32,
        }
    }
}

flockwork_scheduler::params! {
    /// Parameters of [`Discs`].
    pub struct DiscsParams {
        /// The radius of a disc.
        radius: f32 = 0.5, "length", 1e-6..=1e6;
        /// The speed of every disc at first, in a random direction; about that, if a table of
        /// entities says otherwise: statistics hold up to ten times it.
        speed: f32 = 1.0, "length / time", 1e-6..=1e6, start;
    }
}

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Discs {
    params: DiscsParams,
    /// Columns and rows of the lattice the discs start on.
    lattice: (u32, u32),
}

/// What a disc shows to its neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    x: f32,
    y: f32,
    vx: f32,
    vy: f32,
    id: u32,
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

/// The best partner so far of each of eight discs.
#[derive(Clone, Copy, Debug)]
pub struct Partner<S: Isa> {
    /// Squared distance; infinite without a partner.
    d2: F32x8<S>,
    id: U32x8<S>,
    /// Its place among the candidates, for the event.
    index: U32x8<S>,
    /// From the disc to the partner.
    offset: V2<S>,
    /// The partner's velocity minus the disc's.
    relative: V2<S>,
}

impl Model for Discs {
    type Columns = disc::Columns;
    type Params = DiscsParams;
    type Record = Seen;
    /// Velocity.
    type Tile<S: Isa> = V2<S>;
    type Sum<S: Isa> = Partner<S>;

    const NAME: &'static str = "discs";
    const ABOUT: &'static str = "elastic hard discs";
    const EVENTS: bool = true;
    const SUMS: usize = 5;
    const STATS: &'static [Stat] = &[
        Stat { name: "kinetic_energy", about: "mean of v^2 / 2, length^2 / time^2" },
        Stat { name: "momentum_x", about: "mean velocity along x, length / time" },
        Stat { name: "momentum_y", about: "mean velocity along y, length / time" },
        Stat { name: "mean_speed", about: "mean speed, length / time" },
        Stat { name: "kurtosis", about: "mean of v^4 over the square of the mean of v^2" },
        Stat { name: "packing", about: "the part of the world that discs cover" },
    ];

    fn new(params: DiscsParams, setup: &Setup) -> Result<Self, ParamError> {
        let lattice = lattice(setup);
        let (across, up) = spacing(setup, lattice);
        if 2.0 * params.radius > across || 2.0 * params.radius > up {
            return Err(ParamError::Conflict {
                name: "radius",
                problem: "so many discs of this radius do not fit the world side by side".into(),
            });
        }
        if params.speed * setup.dt > params.radius {
            return Err(ParamError::Conflict {
                name: "speed",
                problem: "speed * dt must be at most radius, or discs jump over each other".into(),
            });
        }
        Ok(Self { params, lattice })
    }

    fn radius(&self) -> f32 {
        2.0 * self.params.radius
    }

    /// On a square lattice over the whole world, off the lattice point at random but without
    /// overlap.
    fn spawn(&self, setup: &Setup, id: u32, columns: &mut MutOf<'_, Self>, row: usize) {
        let [a, b, direction, _] = rng::draw(setup.seed, 0, id, 0);
        let (across, up) = spacing(setup, self.lattice);
        let sites = u64::from(self.lattice.0) * u64::from(self.lattice.1);
        // Whole rows and columns have more sites than there are discs: leave out some evenly.
        let site = u64::from(id) * sites / u64::from(setup.population.max(1));
        let (column, line) = (site % u64::from(self.lattice.0), site / u64::from(self.lattice.0));
        let place = |at: u64, spacing: f32, bits: u32| {
            // Not all of the gap, or rounding could make neighbours overlap.
            let room = 0.499 * (spacing - 2.0 * self.params.radius);
            (at as f32 + 0.5) * spacing + rng::signed(bits) * room
        };
        let (sin, cos) = math::scalar::sin_cos(rng::signed(direction) * core::f32::consts::PI);
        columns.x[row] = place(column, across, a);
        columns.y[row] = place(line, up, b);
        columns.vx[row] = cos * self.params.speed;
        columns.vy[row] = sin * self.params.speed;
    }

    #[inline(always)]
    fn record(&self, columns: &RefOf<'_, Self>, row: usize) -> Seen {
        Seen {
            x: columns.x[row],
            y: columns.y[row],
            vx: columns.vx[row],
            vy: columns.vy[row],
            id: columns.id[row],
        }
    }

    #[inline(always)]
    fn load<S: Isa>(&self, columns: &RefOf<'_, Self>, at: usize) -> (V2<S>, Partner<S>) {
        let none = Partner {
            d2: F32x8::splat(f32::INFINITY),
            id: U32x8::splat(NOBODY),
            index: U32x8::ZERO,
            offset: V2::ZERO,
            relative: V2::ZERO,
        };
        (V2::new(F32x8::load(&columns.vx[at..]), F32x8::load(&columns.vy[at..])), none)
    }

    #[inline(always)]
    fn pair<S: Isa>(&self, velocity: &V2<S>, other: &Seen, pair: &Pair<S>, best: &mut Partner<S>) {
        if !pair.near.any() {
            return;
        }
        let offset = V2::new(pair.dx, pair.dy);
        let relative = V2::splat(other.vx, other.vy) - *velocity;
        let approach = offset.dot(relative).lt(F32x8::ZERO);
        let id = U32x8::splat(other.id);
        let nearer = pair.d2.lt(best.d2) | (pair.d2.eq(best.d2) & id.lt(best.id));
        let better = pair.near & approach & nearer;
        best.d2 = better.select(pair.d2, best.d2);
        best.id = better.select_u32(id, best.id);
        best.index = better.select_u32(U32x8::splat(pair.index), best.index);
        best.offset = V2::select(better, offset, best.offset);
        best.relative = V2::select(better, relative, best.relative);
    }

    #[inline(always)]
    fn finish<S: Isa>(
        &self,
        at: usize,
        count: usize,
        _velocity: &V2<S>,
        best: &Partner<S>,
        columns: &RefOf<'_, Self>,
        scratch: &mut ScratchOf<'_, Self>,
        context: &mut Context<'_, Self>,
    ) {
        // Equal masses swap their velocities along the line of centres. Seen from the other side
        // `offset` and `relative` change their signs, and so does the kick, whose bits do not.
        let normal = best.offset.normalized();
        let kick = normal * normal.dot(best.relative);
        best.id.store(&mut scratch.partner[at..]);
        kick.x.store(&mut scratch.kick_x[at..]);
        kick.y.store(&mut scratch.kick_y[at..]);

        let some = best.d2.lt(F32x8::splat(f32::INFINITY));
        if !some.any() {
            return;
        }
        let (some, index) = (some.bits(), best.index.to_array());
        let (x, y) = (kick.x.to_array(), kick.y.to_array());
        for lane in 0..count {
            if some >> lane & 1 == 1 {
                let value = [x[lane], y[lane], 0.0, 0.0];
                context.send(columns.id[at + lane], index[lane], 0, value);
            }
        }
    }

    fn apply(&self, columns: &mut MutOf<'_, Self>, row: usize, event: &Event, _tick: &Tick) {
        if columns.partner[row] != event.source {
            return;
        }
        // Across the seam of a torus the two see each other through a shift, whose rounding is
        // not the same for both. So only what the smaller id worked out counts.
        let [theirs_x, theirs_y, ..] = event.value;
        let (x, y) = if event.source < event.target {
            (-theirs_x, -theirs_y)
        } else {
            (columns.kick_x[row], columns.kick_y[row])
        };
        columns.vx[row] += x;
        columns.vy[row] += y;
    }

    #[inline(always)]
    fn update<S: Isa>(&self, columns: &mut MutOf<'_, Self>, rows: Range<usize>, tick: &Tick) {
        let Setup { world, dt, .. } = tick.setup;
        let edge = EdgeLanes::<S>::of(&world);
        let walls = world.edge() == Edge::Walls;
        let (width, height) = (F32x8::splat(world.width()), F32x8::splat(world.height()));
        let (radius, dt) = (F32x8::splat(self.params.radius), F32x8::splat(dt));
        for at in rows.clone().step_by(LANES) {
            let tile = at..(at + LANES).min(rows.end);
            let load = |column: &[f32]| F32x8::<S>::load(&column[tile.clone()]);
            let (x, vx) = euler(load(columns.x), load(columns.vx), F32x8::ZERO, dt);
            let (y, vy) = euler(load(columns.y), load(columns.vy), F32x8::ZERO, dt);
            let (x, y, vx, vy) = if walls {
                let (x, vx) = wall(x, vx, radius, width, F32x8::ONE);
                let (y, vy) = wall(y, vy, radius, height, F32x8::ONE);
                (x, y, vx, vy)
            } else {
                edge.apply(x, y, vx, vy)
            };
            x.store(&mut columns.x[tile.clone()]);
            y.store(&mut columns.y[tile.clone()]);
            vx.store(&mut columns.vx[tile.clone()]);
            vy.store(&mut columns.vy[tile]);
        }
    }

    fn tally(&self, columns: &RefOf<'_, Self>, row: usize, sums: &mut [i64]) {
        // In units of the first speed, so that the sums fit whatever it is.
        let unit = f64::from(self.params.speed);
        let (vx, vy) = (f64::from(columns.vx[row]) / unit, f64::from(columns.vy[row]) / unit);
        let v2 = vx * vx + vy * vy;
        let speed = math::scalar::sqrt(v2 as f32).into();
        for (sum, value) in sums.iter_mut().zip([v2, vx, vy, speed, v2 * v2]) {
            *sum = sum.wrapping_add(((value * FIXED) as i64).clamp(-MOST, MOST));
        }
    }

    fn report(&self, totals: &Totals<'_>, each: &mut dyn FnMut(f64)) {
        let count = totals.population.max(1) as f64;
        let unit = f64::from(self.params.speed);
        let mean = |at: usize| totals.sums[at] as f64 / FIXED / count;
        let v2 = mean(0);
        each(0.5 * v2 * unit * unit);
        each(mean(1) * unit);
        each(mean(2) * unit);
        each(mean(3) * unit);
        each(if v2 > 0.0 { mean(4) / (v2 * v2) } else { 0.0 });
        let world = totals.setup.world;
        let (radius, area) =
            (f64::from(self.params.radius), f64::from(world.width()) * f64::from(world.height()));
        each(count * core::f64::consts::PI * radius * radius / area);
    }
}

/// Columns and rows of a square lattice over the world with at least one site for each disc.
fn lattice(setup: &Setup) -> (u32, u32) {
    let count = setup.population.max(1);
    let wide = count as f32 * (setup.world.width() / setup.world.height());
    let columns = (math::scalar::sqrt(wide) as u32).clamp(1, count);
    // One column more may leave more room, where it saves rows.
    let room = |columns: u32| {
        let (across, up) = spacing(setup, (columns, count.div_ceil(columns)));
        if across < up { across } else { up }
    };
    let next = columns.saturating_add(1);
    let columns = if room(next) > room(columns) { next } else { columns };
    (columns, count.div_ceil(columns))
}

/// The distances of lattice columns and lattice rows.
fn spacing(setup: &Setup, lattice: (u32, u32)) -> (f32, f32) {
    (setup.world.width() / lattice.0 as f32, setup.world.height() / lattice.1 as f32)
}

/// The id of nobody.
pub const NOBODY: u32 = u32::MAX;

/// Fixed point of the sums: 2^24.
const FIXED: f64 = (1 << 24) as f64;
/// The most that one disc adds to a sum, 2^14 in fixed point: the sums of 2^24 discs fit.
const MOST: i64 = 1 << 38;
