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
//! The statistics of collisions are of the last tick: `pressure` by the virial theorem, in which a
//! collision counts with the distance that the two have then. After the start, from whatever state,
//! they are null until a tick is done, and where no time passes. What walls do is not among them.
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

use core::marker::PhantomData;

use flockwork_kernel::axes::Third;
use flockwork_kernel::collide::wall;
use flockwork_kernel::integrate::Ends;
use flockwork_kernel::simd::{F32x8, Isa, U32x8, Vector8};
use flockwork_kernel::{Axes, Axis, Edge, LANES, Plane, Vector, World, exact, math, rng};
use flockwork_scheduler::{
    Event, EventKind, Finish, LookOf, Model, Never, Pair, ParamError, Pass, Poke, RefOf, Setup,
    Tick, TileOf, Totals,
};

flockwork_kernel::columns! {
    /// State of one disc.
    pub mod disc<A> {
        ghost {
            /// Position of the centre, length.
            position: vec(x, y, z),
            /// Velocity, length per time; its square is a number.
            velocity: vec(vx, vy, vz) where -1e18..=1e18,
        }
        owned {}
        scratch {
            /// The id of the partner, or the largest number there is if there is none.
            partner: u32,
            /// Change of the velocity if the partner agrees, length per time.
            kick: vec(kick_x, kick_y, kick_z),
            /// Distance times the size of that change, length^2 per time.
            virial: f32,
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

/// The model: discs in the plane, spheres in space.
#[derive(Clone, Copy, Debug)]
pub struct Discs<A: Axes = Plane> {
    params: DiscsParams,
    /// Columns, rows and layers of the lattice the discs start on.
    lattice: Lattice,
    axes: PhantomData<A>,
}

type Lattice = [u32; World::MOST_AXES];

flockwork_scheduler::stats! {
    /// What is reported of [`Discs`].
    pub struct DiscsStats of Discs<A> where A: Axes {
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
        /// The part of the world that discs or spheres cover.
        packing: Derived, "" = |discs: &Discs<A>, _, totals| {
            let (radius, world) = (f64::from(discs.params.radius), totals.setup.world);
            let area = f64::from(world.width()) * f64::from(world.height());
            let packing = totals.population as f64 * core::f64::consts::PI * radius * radius / area;
            match world.z() {
                Some(axis) => packing * 4.0 / 3.0 * radius / f64::from(axis.length),
                None => packing,
            }
        };
        /// Collisions in the last tick.
        collisions: EventSum, "" = |_, disc, event| {
            // Both hear of it.
            (disc.partner == event.source).then_some(0.5)
        };
        /// Virial of the last tick: distance times change of velocity of each collision.
        virial: EventSum, "length^2 / time" = |_, disc, event| {
            (disc.partner == event.source).then_some(0.5 * f64::from(disc.virial))
        };
        /// How often a disc collided in the last tick.
        collision_rate: Derived, "1 / time" = |_, stats, totals| {
            2.0 * stats.collisions / per_disc_and_time(totals)
        };
        /// By the virial theorem, of discs of mass 1; in space per length and time^2.
        pressure: Derived, "1 / time^2" = |_, stats, totals| {
            let density = totals.population as f64 / totals.setup.world.size();
            density * per_axis::<A>(stats.kinetic_energy, stats.virial, totals)
        };
        /// Pressure over that of discs that do not collide.
        compressibility: Derived, "" = |_, stats, totals| {
            let ideal = per_axis::<A>(stats.kinetic_energy, 0.0, totals);
            per_axis::<A>(stats.kinetic_energy, stats.virial, totals) / ideal
        };
    }
}

/// Discs times the time of a tick.
fn per_disc_and_time(totals: &Totals<'_>) -> f64 {
    totals.population as f64 * f64::from(totals.setup.dt)
}

/// What the momentum of a disc, and that which collisions hand over, make of pressure along each axis.
fn per_axis<A: Axes>(kinetic_energy: f64, virial: f64, totals: &Totals<'_>) -> f64 {
    (2.0 * kinetic_energy + virial / per_disc_and_time(totals)) / A::COUNT as f64
}

/// The square of a speed.
fn squared<A: Axes>(velocity: Vector<A>) -> f64 {
    let [x, y, z] = [0, 1, 2].map(|axis| f64::from(velocity.along(axis)));
    x * x + y * y + z * z
}

/// What a disc shows to its neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen<A: Axes> {
    velocity: Vector<A>,
    id: u32,
}

/// The best partner so far of each of eight discs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Partner<A: Axes, S: Isa> {
    /// Squared distance; infinite without a partner.
    d2: F32x8<S>,
    id: U32x8<S>,
    /// Its place among the candidates, for the event.
    index: U32x8<S>,
    /// From the disc to the partner.
    offset: Vector8<A, S>,
    /// The partner's velocity minus the disc's.
    relative: Vector8<A, S>,
}

impl<A: Axes> Model for Discs<A> {
    type Columns = disc::Columns<A>;
    type Params = DiscsParams;
    type Stats = DiscsStats;
    type Passes = (Self,);
    /// How the velocity of who sends it changes.
    type Event = Vector<A>;
    type Child = Never;

    const NAME: &'static str = "discs";
    const ABOUT: &'static str = "elastic hard discs, in space spheres";
    /// Both hear of it.
    const EVENT: EventKind = EventKind { name: "collision", values: &["dvx", "dvy", "dvz"] };
    const POKES: &'static [&'static str] = &["push"];

    fn new(params: DiscsParams, setup: &Setup) -> Result<Self, ParamError> {
        let lattice = lattice(setup);
        ParamError::unless(
            2.0 * params.radius <= narrowest(setup, lattice),
            "radius",
            "so many discs of this radius do not fit the world side by side",
        )?;
        ParamError::unless(
            params.speed * setup.dt <= params.radius,
            "speed",
            "speed * dt must be at most radius, or discs jump over each other",
        )?;
        Ok(Self { params, lattice, axes: PhantomData })
    }

    /// On a square lattice over the whole world, off the lattice point at random but without
    /// overlap.
    fn spawn(&self, setup: &Setup, id: u32) -> disc::Row<A> {
        let [a, b, angle, c] = setup.draw(id, 0);
        let [height, ..] = setup.draw(id, 1);
        let [across, up, back] = spacing(setup, self.lattice);
        let [columns, lines, layers] = self.lattice.map(u64::from);
        let sites = columns * lines * layers;
        // Whole rows and columns have more sites than there are discs: leave out some evenly.
        let site = u64::from(id) * sites / u64::from(setup.population.max(1));
        let (column, line, layer) =
            (site % columns, site / columns % lines, site / columns / lines);
        let place = |at: u64, spacing: f32, bits: u32| {
            // Not all of the gap, or rounding could make neighbours overlap.
            let room = 0.499 * (spacing - 2.0 * self.params.radius);
            (at as f32 + 0.5) * spacing + rng::signed(bits) * room
        };
        let heading = rng::direction_in(angle, height);
        disc::Row {
            position: Vector::of(
                place(column, across, a),
                place(line, up, b),
                place(layer, back, c),
            ),
            velocity: heading * self.params.speed,
            ..Default::default()
        }
    }

    fn apply(&self, me: &mut disc::Row<A>, event: &Event<Vector<A>>, _tick: &Tick<Self>) {
        if me.partner == event.source {
            // Across the seam of a periodic axis the two see each other through a shift, whose rounding is
            // not the same for both. So only what the smaller id worked out counts.
            me.velocity += if event.source < event.target { -event.value } else { me.kick };
        }
    }

    /// `push` is how fast it goes away from the point, over its distance, per time.
    fn poke(&self, me: &mut disc::Row<A>, poke: &Poke<'_, Self>) {
        me.velocity += poke.offset * poke.get("push");
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let (world, velocity) = (tick.setup.world, me.velocity.get());
        let moved = me.position.get() + velocity * tick.dt();
        let (x, vx) = self.bound(world.x(), moved.x, velocity.x);
        let (y, vy) = self.bound(world.y(), moved.y, velocity.y);
        let (z, vz) = match world.z() {
            Some(axis) if A::SPACE => {
                self.bound(axis, moved.z.or(F32x8::ZERO), velocity.z.or(F32x8::ZERO))
            }
            _ => (F32x8::ZERO, F32x8::ZERO),
        };
        me.position.set(Vector8::of(x, y, z));
        me.velocity.set(Vector8::of(vx, vy, vz));
    }
}

impl<A: Axes> Pass<Self> for Discs<A> {
    type Shown = Seen<A>;
    /// Velocity.
    type Tile<S: Isa> = Vector8<A, S>;
    type Sum<S: Isa> = Partner<A, S>;

    fn radius(model: &Self) -> f32 {
        2.0 * model.params.radius
    }

    #[inline(always)]
    fn show(_: &Self, now: &RefOf<'_, Self>, row: usize, _tick: &Tick<Self>) -> Seen<A> {
        Seen { velocity: now.shown(row).velocity, id: now.id[row] }
    }

    #[inline(always)]
    fn load<S: Isa>(
        _: &Self,
        now: &LookOf<'_, S, Self>,
        _tick: &Tick<Self>,
    ) -> (Vector8<A, S>, Partner<A, S>) {
        let (d2, id) = (F32x8::splat(f32::INFINITY), U32x8::splat(NOBODY));
        (now.velocity.get(), Partner { d2, id, ..Default::default() })
    }

    #[inline(always)]
    fn pair<S: Isa>(
        _: &Self,
        velocity: &Vector8<A, S>,
        pair: &Pair<'_, S, Self>,
        best: &mut Partner<A, S>,
    ) {
        if !pair.near.any() {
            return;
        }
        let relative = Vector8::all(pair.other.velocity) - *velocity;
        let approach = pair.offset.dot(relative).lt(F32x8::ZERO);
        let id = U32x8::splat(pair.other.id);
        let nearer = pair.d2.lt(best.d2) | (pair.d2.eq(best.d2) & id.lt(best.id));
        let better = pair.near & approach & nearer;
        best.d2 = better.select(pair.d2, best.d2);
        best.id = better.select_u32(id, best.id);
        best.index = better.select_u32(U32x8::splat(pair.index), best.index);
        best.offset = Vector8::select(better, pair.offset, best.offset);
        best.relative = Vector8::select(better, relative, best.relative);
    }

    #[inline(always)]
    fn finish<S: Isa>(_: &Self, all: &mut Finish<'_, '_, S, Self>) {
        // Equal masses swap their velocities along the line of centres. Seen from the other side
        // `offset` and `relative` change their signs, and so does the kick, whose bits do not.
        let best = all.sum;
        let normal = best.offset.normalized();
        let kick = normal * normal.dot(best.relative);
        all.left.partner.set(best.id);
        all.left.kick.set(kick);
        all.left.virial.set(-best.offset.dot(best.relative));

        let some = best.d2.lt(F32x8::splat(f32::INFINITY)).bits();
        if some == 0 {
            return;
        }
        let (index, x, y) = (best.index.to_array(), kick.x.to_array(), kick.y.to_array());
        let z = kick.z.or(F32x8::ZERO).to_array();
        for lane in (0..LANES).filter(|lane| some >> lane & 1 == 1) {
            all.send(lane, index[lane], Vector::of(x[lane], y[lane], z[lane]));
        }
    }
}

impl<A: Axes> Discs<A> {
    /// Brings a coordinate back into the world: a wall turns round whoever touches it.
    #[inline(always)]
    fn bound<S: Isa>(&self, axis: Axis, x: F32x8<S>, v: F32x8<S>) -> (F32x8<S>, F32x8<S>) {
        if axis.edge == Edge::Wall {
            let (radius, length) = (F32x8::splat(self.params.radius), F32x8::splat(axis.length));
            wall(x, v, radius, length, F32x8::ONE)
        } else {
            Ends::of(axis).apply(x, v)
        }
    }
}

/// Columns, rows and layers of a cubic lattice over the world with at least one site for each disc.
fn lattice(setup: &Setup) -> Lattice {
    let count = setup.population.max(1);
    let Some(depth) = setup.world.z().map(|axis| axis.length) else {
        return layer(setup, count, 1);
    };
    // As many layers as keep the spacing alike along all axes, or one more.
    let (width, height) = (setup.world.width(), setup.world.height());
    let wanted = count as f32 * (depth / width) * (depth / height);
    let cubed = |layers: u32| layers as f32 * layers as f32 * layers as f32;
    let layers = (1..count).take_while(|layers| cubed(*layers) <= wanted).last().unwrap_or(1);
    let few = layer(setup, count.div_ceil(layers), layers);
    let more = layer(setup, count.div_ceil(layers + 1), layers + 1);
    if narrowest(setup, more) > narrowest(setup, few) { more } else { few }
}

/// The lattice of so many layers, with at least `count` sites in each.
fn layer(setup: &Setup, count: u32, layers: u32) -> Lattice {
    let wide = count as f32 * (setup.world.width() / setup.world.height());
    let columns = (math::scalar::sqrt(wide) as u32).clamp(1, count);
    // One column more may leave more room, where it saves rows.
    let of = |columns: u32| [columns, count.div_ceil(columns), layers];
    let next = columns.saturating_add(1);
    let more = narrowest(setup, of(next)) > narrowest(setup, of(columns));
    of(if more { next } else { columns })
}

/// The distances of lattice columns, rows and layers.
fn spacing(setup: &Setup, lattice: Lattice) -> [f32; World::MOST_AXES] {
    let mut spacing = [f32::INFINITY; World::MOST_AXES];
    for ((place, axis), lines) in spacing.iter_mut().zip(setup.world.axes()).zip(lattice) {
        *place = axis.length / lines as f32;
    }
    spacing
}

/// The least of them.
fn narrowest(setup: &Setup, lattice: Lattice) -> f32 {
    let spacing = spacing(setup, lattice);
    spacing.into_iter().fold(f32::INFINITY, |least, one| if one < least { one } else { least })
}

/// The id of nobody.
pub const NOBODY: u32 = u32::MAX;
