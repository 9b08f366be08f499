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

use flockwork_kernel::collide::wall;
use flockwork_kernel::simd::{F32x8, Isa, U32x8, V2};
use flockwork_kernel::{Edge, LANES, Vec2, exact, math, rng};
use flockwork_scheduler::{
    Event, Finish, LookOf, Model, Never, Pair, ParamError, RefOf, Setup, Tick, TileOf,
};

flockwork_kernel::columns! {
    /// State of one disc.
    pub mod disc {
        ghost {
            /// Position of the centre, length.
            position: vec(x, y),
            /// Velocity, length per time; its square is a number.
            velocity: vec(vx, vy) where -1e18..=1e18,
        }
        owned {}
        scratch {
            /// The id of the partner, or the largest number there is if there is none.
            partner: u32,
            /// Change of the velocity if the partner agrees, length per time.
            kick: vec(kick_x, kick_y),
        }
    }
}

flockwork_scheduler::params! {
    /// Parameters of [`Discs`].
    pub struct DiscsParams {
        /// The radius of a disc.
        radius: f32 = 0.5, "length", 1e-6..=1e6;
        /// The speed of every disc at first, in a random direction; a table of
        /// entities may say otherwise.
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

flockwork_scheduler::stats! {
    /// What is reported of [`Discs`].
    pub struct DiscsStats of Discs {
        /// Mean of v^2 / 2.
        kinetic_energy: Mean, "length^2 / time^2" = |_, disc| 0.5 * squared(disc.velocity);
        /// Mean velocity along x.
        momentum_x: Mean, "length / time" = |_, disc| disc.velocity.x;
        /// Mean velocity along y.
        momentum_y: Mean, "length / time" = |_, disc| disc.velocity.y;
        /// Mean speed.
        mean_speed: Mean, "length / time" = |_, disc| exact::sqrt(squared(disc.velocity));
        /// Mean of v^4.
        fourth_moment: Mean, "length^4 / time^4" = |_, disc| {
            squared(disc.velocity) * squared(disc.velocity)
        };
        /// Mean of v^4 over the square of the mean of v^2.
        kurtosis: Derived, "" = |_, stats, _| {
            stats.fourth_moment / (4.0 * stats.kinetic_energy * stats.kinetic_energy)
        };
        /// The part of the world that discs cover.
        packing: Derived, "" = |discs: &Discs, _, totals| {
            let (radius, world) = (f64::from(discs.params.radius), totals.setup.world);
            let area = f64::from(world.width()) * f64::from(world.height());
            totals.population as f64 * core::f64::consts::PI * radius * radius / area
        };
    }
}

/// The square of a speed.
fn squared(velocity: Vec2) -> f64 {
    let (x, y) = (f64::from(velocity.x), f64::from(velocity.y));
    x * x + y * y
}

/// What a disc shows to its neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    velocity: Vec2,
    id: u32,
}

/// The best partner so far of each of eight discs.
#[derive(Clone, Copy, Debug, Default)]
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
    type Stats = DiscsStats;
    type Shown = Seen;
    /// Velocity.
    type Tile<S: Isa> = V2<S>;
    type Sum<S: Isa> = Partner<S>;
    /// How the velocity of who sends it changes.
    type Event = Vec2;
    type Child = Never;

    const NAME: &'static str = "discs";
    const ABOUT: &'static str = "elastic hard discs";

    fn new(params: DiscsParams, setup: &Setup) -> Result<Self, ParamError> {
        let lattice = lattice(setup);
        let (across, up) = spacing(setup, lattice);
        ParamError::unless(
            2.0 * params.radius <= across && 2.0 * params.radius <= up,
            "radius",
            "so many discs of this radius do not fit the world side by side",
        )?;
        ParamError::unless(
            params.speed * setup.dt <= params.radius,
            "speed",
            "speed * dt must be at most radius, or discs jump over each other",
        )?;
        Ok(Self { params, lattice })
    }

    fn radius(&self) -> f32 {
        2.0 * self.params.radius
    }

    /// On a square lattice over the whole world, off the lattice point at random but without
    /// overlap.
    fn spawn(&self, setup: &Setup, id: u32) -> disc::Row {
        let [a, b, direction, _] = setup.draw(id, 0);
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
        let heading = rng::direction(direction);
        disc::Row {
            position: Vec2::new(place(column, across, a), place(line, up, b)),
            velocity: heading * self.params.speed,
            ..Default::default()
        }
    }

    #[inline(always)]
    fn show(&self, now: &RefOf<'_, Self>, row: usize, _tick: &Tick<Self>) -> Seen {
        Seen { velocity: now.shown(row).velocity, id: now.id[row] }
    }

    #[inline(always)]
    fn load<S: Isa>(&self, now: &LookOf<'_, S, Self>, _tick: &Tick<Self>) -> (V2<S>, Partner<S>) {
        let (d2, id) = (F32x8::splat(f32::INFINITY), U32x8::splat(NOBODY));
        (now.velocity.get(), Partner { d2, id, ..Default::default() })
    }

    #[inline(always)]
    fn pair<S: Isa>(&self, velocity: &V2<S>, pair: &Pair<'_, S, Self>, best: &mut Partner<S>) {
        if !pair.near.any() {
            return;
        }
        let relative = V2::all(pair.other.velocity) - *velocity;
        let approach = pair.offset.dot(relative).lt(F32x8::ZERO);
        let id = U32x8::splat(pair.other.id);
        let nearer = pair.d2.lt(best.d2) | (pair.d2.eq(best.d2) & id.lt(best.id));
        let better = pair.near & approach & nearer;
        best.d2 = better.select(pair.d2, best.d2);
        best.id = better.select_u32(id, best.id);
        best.index = better.select_u32(U32x8::splat(pair.index), best.index);
        best.offset = V2::select(better, pair.offset, best.offset);
        best.relative = V2::select(better, relative, best.relative);
    }

    #[inline(always)]
    fn finish<S: Isa>(&self, all: &mut Finish<'_, '_, S, Self>) {
        // Equal masses swap their velocities along the line of centres. Seen from the other side
        // `offset` and `relative` change their signs, and so does the kick, whose bits do not.
        let best = all.sum;
        let normal = best.offset.normalized();
        let kick = normal * normal.dot(best.relative);
        all.left.partner.set(best.id);
        all.left.kick.set(kick);

        let some = best.d2.lt(F32x8::splat(f32::INFINITY)).bits();
        if some == 0 {
            return;
        }
        let (index, x, y) = (best.index.to_array(), kick.x.to_array(), kick.y.to_array());
        for lane in (0..LANES).filter(|lane| some >> lane & 1 == 1) {
            all.send(lane, index[lane], Vec2::new(x[lane], y[lane]));
        }
    }

    fn apply(&self, me: &mut disc::Row, event: &Event<Vec2>, _tick: &Tick<Self>) {
        if me.partner == event.source {
            // Across the seam of a torus the two see each other through a shift, whose rounding is
            // not the same for both. So only what the smaller id worked out counts.
            me.velocity += if event.source < event.target { -event.value } else { me.kick };
        }
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let world = tick.setup.world;
        let (position, velocity) = (me.position.get(), me.velocity.get());
        let (position, velocity) = if world.edge() == Edge::Wall {
            let moved = position + velocity * tick.dt();
            let radius = F32x8::splat(self.params.radius);
            let (width, height) = (F32x8::splat(world.width()), F32x8::splat(world.height()));
            let (x, vx) = wall(moved.x, velocity.x, radius, width, F32x8::ONE);
            let (y, vy) = wall(moved.y, velocity.y, radius, height, F32x8::ONE);
            (V2::new(x, y), V2::new(vx, vy))
        } else {
            tick.drift(position, velocity)
        };
        me.position.set(position);
        me.velocity.set(velocity);
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
