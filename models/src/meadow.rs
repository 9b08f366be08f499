//! A meadow: grass that grows and spreads, sheep that flock, graze and flee, and wolves that see further and hunt them.
//!
//! Two passes in each tick:
//!
//! | pass | who looks | at whom | how far | what comes of it |
//! | --- | --- | --- | --- | --- |
//! | [`Flock`] | all | all | `neighbor_radius` | sheep flock and flee from wolves, wolves keep apart; sheep want grass, and breed |
//! | [`Hunt`] | wolves | sheep | `sight` | the way to the nearest sheep; wolves bite, and breed |
//!
//! The second pass costs what the wolves cost, however much further they see.
//!
//! Grass is a field: its amounts are energy, of which a whole is [`UNITS`]. A sheep wants `grazing` of what is in its
//! cell in a time of 1, and gains what it gets: where those in a cell want more than there is, all get the same
//! share. Grass grows back to `grass` in a cell, and spreads a little. A wolf loses `hunger`, and
//! gains what it bites off: at most `bite` of the energy of the nearest sheep, if that is closer than `reach`.
//! Who has at least `sheep_energy` or `wolf_energy` halves it with a child; who has none is gone. Wolves that
//! bite the same sheep in one tick all take their bite: what a sheep loses is what it had.

use flockwork_kernel::simd::{Count8, F32x8, Isa, Mask8, Sum8, U32x8, Vector8};
use flockwork_kernel::{Axes, LANES, Vector, rng};
use flockwork_scheduler::{
    Event, EventKind, Field, Finish, LookOf, Model, Pair, ParamError, Pass, Poke, RefOf, Rule,
    Setup, Tick, TileOf,
};

flockwork_kernel::columns! {
    /// State of one animal.
    pub mod animal<A> {
        ghost {
            /// Position, length.
            position: vec(x, y, z),
            /// Velocity, length per time.
            velocity: vec(vx, vy, vz) where -1.1e6..=1.1e6,
            /// Energy; nobody lives without.
            energy: f32 where 0.0..=1e6,
            /// 0 for a sheep, 1 for a wolf.
            kind: u8 where 0.0..=1.0,
        }
        owned {
            /// Whether it lives.
            alive: bool,
        }
        scratch {
            /// Acceleration among neighbours, length per time squared.
            force: vec(ax, ay, az),
            /// The direction to the nearest sheep, of a wolf that sees one; 0 otherwise.
            chase: vec(cx, cy, cz),
            /// Energy that is gained in this tick, but for grass.
            gain: f32,
            /// The grass that a sheep wants, and then that it gets.
            graze: f32,
        }
    }
}

/// Amounts of grass that are an energy of 1.
pub const UNITS: f32 = 10_000.0;

/// The kind of sheep.
pub const SHEEP: u8 = 0;
/// The kind of wolves.
pub const WOLF: u8 = 1;

flockwork_scheduler::params! {
    /// The model, in the plane or in space: its parameters.
    pub struct Meadow<A> {
        /// Part of the animals that are wolves at the begin.
        wolves: f32 = 0.03, "", 0.0..=1.0;
        /// Animals closer than this are neighbours.
        neighbor_radius: f32 = 1.0, "length", 1e-6..=1e6;
        /// Animals of one kind closer than this push each other away.
        separation_radius: f32 = 0.5, "length", 1e-6..=1e6;
        /// How far wolves see sheep.
        sight: f32 = 4.0, "length", 1e-6..=1e6;
        /// How near a sheep must be to be bitten.
        reach: f32 = 0.3, "length", 0.0..=1e6;
        /// Weight of separation.
        separation: f32 = 6.0, "1 / time^2", 0.0..=1e6;
        /// Weight of alignment, of sheep.
        alignment: f32 = 0.5, "1 / time", 0.0..=1e6;
        /// Weight of cohesion, of sheep.
        cohesion: f32 = 0.5, "1 / time^2", 0.0..=1e6;
        /// How much sheep flee from wolves.
        flee: f32 = 12.0, "1 / time^2", 0.0..=1e6;
        /// How much wolves are drawn to the nearest sheep.
        hunt: f32 = 6.0, "length / time^2", 0.0..=1e6;
        /// The highest speed of sheep.
        sheep_speed: f32 = 1.0, "length / time", 0.0..=1e6;
        /// The highest speed of wolves.
        wolf_speed: f32 = 1.5, "length / time", 0.0..=1e6;
        /// What a sheep eats where there is enough.
        grazing: f32 = 0.2, "energy / time", 0.0..=1e6;
        /// The most grass that grows in a cell of it.
        grass: f32 = 1.0, "energy", 0.01..=1600.0;
        /// How fast it grows where there is some, and some is missing.
        grass_growth: f32 = 0.5, "1 / time", 0.0..=1e6;
        /// How fast it grows at least.
        grass_seeds: f32 = 0.02, "energy / time", 0.0..=1e6;
        /// How fast it spreads: the coefficient of diffusion.
        grass_spread: f32 = 0.02, "length^2 / time", 0.0..=1e6;
        /// What a wolf lives on.
        hunger: f32 = 0.1, "energy / time", 0.0..=1e6;
        /// What a wolf bites off at once.
        bite: f32 = 0.5, "energy", 0.0..=1e6;
        /// Sheep that have so much breed.
        sheep_energy: f32 = 2.0, "energy", 1e-3..=1e6;
        /// Wolves that have so much breed.
        wolf_energy: f32 = 4.0, "energy", 1e-3..=1e6;
    }
}

flockwork_scheduler::stats! {
    /// What is reported of [`Meadow`].
    pub struct MeadowStats of Meadow<A> where A: Axes {
        /// Sheep.
        sheep: Count, "" = |_, animal| animal.kind == SHEEP;
        /// Wolves.
        wolves: Count, "" = |_, animal| animal.kind == WOLF;
        /// Mean energy of all.
        mean_energy: Mean, "energy" = |_, animal| animal.energy;
        /// Grass of all cells together.
        grass: Derived, "energy" = |_, _, totals| totals.fields[0] as f64 / f64::from(UNITS);
    }
}

impl<A: Axes> Model for Meadow<A> {
    type Columns = animal::Columns<A>;
    type Params = Self;
    type Stats = MeadowStats;
    type Passes = (Flock, Hunt);
    /// What a bite takes.
    type Event = f32;
    /// The kind of the child.
    type Child = u32;

    const NAME: &'static str = "meadow";
    const ABOUT: &'static str =
        "grass, sheep that flock and flee, and wolves with a sight of their own";
    const POKES: &'static [&'static str] = &["push"];
    const FIELDS: &'static [Field<Self>] =
        &[Field::<Self>::new("grass", "energy / 10000", "what sheep eat, in each cell")
            .starts(|meadow| meadow.grass * UNITS)
            .rule(|meadow| Rule {
                diffusion: meadow.grass_spread,
                growth: meadow.grass_growth,
                seeds: meadow.grass_seeds * UNITS,
                capacity: meadow.grass * UNITS,
                ..Rule::NONE
            })
            .take("graze")];
    const EVENT: EventKind = EventKind { name: "bite", values: &["energy"] };

    fn new(meadow: Self, _setup: &Setup) -> Result<Self, ParamError> {
        ParamError::unless(
            meadow.separation_radius <= meadow.neighbor_radius,
            "separation_radius",
            "it must be at most neighbor_radius",
        )?;
        ParamError::unless(meadow.reach <= meadow.sight, "reach", "it must be at most sight")?;
        Ok(meadow)
    }

    fn spawn(&self, setup: &Setup, id: u32) -> animal::Row<A> {
        let [x, y, z, height] = setup.draw(id, SPAWN);
        let [angle, kind, energy, _] = setup.draw(id, SPAWN + 1);
        let wolf = rng::unit(kind) < self.wolves;
        let (speed, most) = if wolf {
            (self.wolf_speed, self.wolf_energy)
        } else {
            (self.sheep_speed, self.sheep_energy)
        };
        animal::Row {
            position: setup.place_in(x, y, z),
            velocity: rng::direction_in(angle, height) * (0.5 * speed),
            energy: (0.25 + 0.5 * rng::unit(energy)) * most,
            kind: if wolf { WOLF } else { SHEEP },
            alive: true,
            ..Default::default()
        }
    }

    /// The only kind of event is a bite.
    fn apply(&self, me: &mut animal::Row<A>, bite: &Event<f32>, _tick: &Tick<Self>) {
        let left = me.energy - bite.value;
        me.energy = if left > 0.0 { left } else { 0.0 };
    }

    fn born(&self, kind: &u32, parent: &mut animal::Row<A>, _: &Tick<Self>) -> animal::Row<A> {
        parent.energy *= 0.5;
        animal::Row {
            position: parent.position,
            // The other way; none of these is ever -0.
            velocity: Vector::default() - parent.velocity,
            energy: parent.energy,
            kind: *kind as u8,
            // A parent that was bitten to death has a stillborn child.
            alive: parent.energy > 0.0,
            ..Default::default()
        }
    }

    /// `push` is how fast it goes away from the point, over its distance, per time.
    fn poke(&self, me: &mut animal::Row<A>, poke: &Poke<'_, Self>) {
        me.velocity += poke.offset * poke.get("push");
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let wolf = me.kind.is(WOLF);
        let top = wolf.select(s(self.wolf_speed), s(self.sheep_speed));
        let force = me.force.get() + me.chase.get() * s(self.hunt);
        let velocity = (me.velocity.get() + force * tick.dt()).limited(top);
        let (position, velocity) = tick.drift(me.position.get(), velocity);
        me.position.set(position);
        me.velocity.set(velocity);
        // Who has nothing left after the bites has grazed in vain.
        let before = me.energy.get();
        let gain = me.gain.get() + me.graze.get() * s(1.0 / UNITS);
        let energy = (before + gain).clamp(F32x8::ZERO, s(MOST_ENERGY));
        let energy = before.gt(F32x8::ZERO).keep(energy.canonical_zero());
        me.energy.set(energy);
        me.alive.set(energy.gt(F32x8::ZERO));
    }
}

/// What an animal shows its neighbours in [`Flock`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen<A: Axes> {
    velocity: Vector<A>,
    wolf: bool,
}

/// What the pass holds of eight animals.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kind<S: Isa> {
    /// 1 for wolves, 0 for sheep.
    wolf: F32x8<S>,
    /// 1 / separation_radius².
    inverse: F32x8<S>,
}

/// Sums over the neighbours of eight animals.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum<A: Axes, S: Isa> {
    /// Of the same kind.
    count: Count8<S>,
    velocity: Sum8<Vector8<A, S>>,
    offset: Sum8<Vector8<A, S>>,
    push: Sum8<Vector8<A, S>>,
    /// To the wolves that a sheep sees.
    fear: Sum8<Vector8<A, S>>,
}

/// All meet their neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Flock;

impl<A: Axes> Pass<Meadow<A>> for Flock {
    type Shown = Seen<A>;
    type Tile<S: Isa> = Kind<S>;
    type Sum<S: Isa> = Sum<A, S>;

    const SELECTIVE: bool = A::SPACE;

    fn radius(meadow: &Meadow<A>) -> f32 {
        meadow.neighbor_radius
    }

    #[inline(always)]
    fn show(_: &Meadow<A>, now: &RefOf<'_, Meadow<A>>, row: usize, _: &Tick<Meadow<A>>) -> Seen<A> {
        let shown = now.shown(row);
        Seen { velocity: shown.velocity, wolf: shown.kind == WOLF }
    }

    #[inline(always)]
    fn load<S: Isa>(
        meadow: &Meadow<A>,
        now: &LookOf<'_, S, Meadow<A>>,
        _: &Tick<Meadow<A>>,
    ) -> (Kind<S>, Sum<A, S>) {
        let radius = s(meadow.separation_radius);
        let inverse = F32x8::ONE / (radius * radius);
        (Kind { wolf: now.kind.get().to_f32(), inverse }, Sum::default())
    }

    #[inline(always)]
    fn pair<S: Isa>(
        _: &Meadow<A>,
        tile: &Kind<S>,
        pair: &Pair<'_, S, Meadow<A>, Self>,
        sum: &mut Sum<A, S>,
    ) {
        let same = pair.near & tile.wolf.eq(s(f32::from(u8::from(pair.other.wolf))));
        // Not below 0, so that animals outside separation_radius have no part.
        let push = (F32x8::ONE - pair.d2 * tile.inverse).max(F32x8::ZERO);
        sum.count.add(same);
        sum.velocity.add(same, Vector8::all(pair.other.velocity));
        sum.offset.add(same, pair.offset);
        sum.push.add(same, pair.offset * push);
        if pair.other.wolf {
            sum.fear.add(pair.near & tile.wolf.eq(F32x8::ZERO), pair.offset);
        }
    }

    #[inline(always)]
    fn finish<S: Isa>(meadow: &Meadow<A>, all: &mut Finish<'_, '_, S, Meadow<A>, Self>) {
        let (sum, count) = (all.sum, all.sum.count.get());
        let sheep = all.tile.wolf.eq(F32x8::ZERO);
        let share = F32x8::ONE / count.max(F32x8::ONE);
        let turn = sum.velocity.get() * share - all.now.velocity.get();
        let flock = turn.keep(count.gt(F32x8::ZERO)) * s(meadow.alignment)
            + sum.offset.get() * (share * s(meadow.cohesion))
            - sum.fear.get() * s(meadow.flee);
        all.left.force.set(flock.keep(sheep) - sum.push.get() * s(meadow.separation));
        // Those who do not look in the next pass hunt nobody.
        all.left.chase.set(Vector8::default());
        all.left.gain.set(sheep.select(F32x8::ZERO, s(-meadow.hunger) * all.tick.dt()));
        all.left.graze.set(sheep.keep(s(meadow.grazing * UNITS) * all.tick.dt()));
        let breeds = all.own & sheep & all.now.energy.get().ge(s(meadow.sheep_energy));
        breed(breeds, SHEEP, all);
    }
}

/// Wolves look for the nearest sheep.
#[derive(Clone, Copy, Debug)]
pub struct Hunt;

/// The nearest sheep of eight wolves; of equally near ones the first in canonical order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Prey<A: Axes, S: Isa> {
    /// Squared distance; that of the sight where there is none.
    d2: F32x8<S>,
    /// Its place among the candidates.
    index: U32x8<S>,
    offset: Vector8<A, S>,
}

impl<A: Axes> Pass<Meadow<A>> for Hunt {
    type Shown = ();
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Prey<A, S>;

    const CHOOSES: bool = true;

    fn radius(meadow: &Meadow<A>) -> f32 {
        meadow.sight
    }

    #[inline(always)]
    fn looks<S: Isa>(
        _: &Meadow<A>,
        now: &LookOf<'_, S, Meadow<A>>,
        _: &Tick<Meadow<A>>,
    ) -> Mask8<S> {
        now.kind.is(WOLF)
    }

    #[inline(always)]
    fn is_seen(_: &Meadow<A>, now: &RefOf<'_, Meadow<A>>, row: usize, _: &Tick<Meadow<A>>) -> bool {
        now.kind[row] == SHEEP
    }

    #[inline(always)]
    fn show(_: &Meadow<A>, _: &RefOf<'_, Meadow<A>>, _row: usize, _: &Tick<Meadow<A>>) {}

    #[inline(always)]
    fn load<S: Isa>(
        meadow: &Meadow<A>,
        _: &LookOf<'_, S, Meadow<A>>,
        _: &Tick<Meadow<A>>,
    ) -> ((), Prey<A, S>) {
        let d2 = s(meadow.sight * meadow.sight);
        ((), Prey { d2, ..Default::default() })
    }

    #[inline(always)]
    fn pair<S: Isa>(
        _: &Meadow<A>,
        _tile: &(),
        pair: &Pair<'_, S, Meadow<A>, Self>,
        best: &mut Prey<A, S>,
    ) {
        let nearer = pair.near & pair.d2.lt(best.d2);
        best.d2 = nearer.select(pair.d2, best.d2);
        best.index = nearer.select_u32(U32x8::splat(pair.index), best.index);
        best.offset = Vector8::select(nearer, pair.offset, best.offset);
    }

    #[inline(always)]
    fn finish<S: Isa>(meadow: &Meadow<A>, all: &mut Finish<'_, '_, S, Meadow<A>, Self>) {
        let best = all.sum;
        let prey = best.d2.lt(s(meadow.sight * meadow.sight));
        all.left.chase.set(best.offset.keep(prey).normalized());
        let bites = all.own & prey & best.d2.lt(s(meadow.reach * meadow.reach));
        let (mut meal, indices) = ([0.0; LANES], best.index.to_array());
        let bites = bites.bits();
        for lane in (0..LANES).filter(|lane| bites >> lane & 1 == 1) {
            let there = all.neighbour(indices[lane]).energy;
            meal[lane] = if meadow.bite < there { meadow.bite } else { there };
            all.send(lane, indices[lane], meadow.bite);
        }
        let gain = all.left.gain.get() + F32x8::from_array(meal);
        all.left.gain.set(gain);
        breed(all.own & all.now.energy.get().ge(s(meadow.wolf_energy)), WOLF, all);
    }
}

/// Asks for the children of some.
#[inline(always)]
fn breed<A: Axes, S: Isa, P: Pass<Meadow<A>>>(
    some: Mask8<S>,
    kind: u8,
    all: &mut Finish<'_, '_, S, Meadow<A>, P>,
) {
    let some = some.bits();
    for lane in (0..LANES).filter(|lane| some >> lane & 1 == 1) {
        all.birth(lane, kind.into());
    }
}

#[inline(always)]
fn s<S: Isa>(value: f32) -> F32x8<S> {
    F32x8::splat(value)
}

/// Nobody has more energy.
const MOST_ENERGY: f32 = 1e6;

/// Streams of random numbers: 2 from here on.
const SPAWN: u32 = 0;
