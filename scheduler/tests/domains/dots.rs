//! A model that leans on everything a scheduler does: order of sums, order of events, births whose
//! ids matter, deaths, and columns of every kind.

use core::marker::PhantomData;

use flockwork_kernel::simd::{F32x8, Isa, Sum8, U32x8, Vector8};
use flockwork_kernel::{Axes, Plane, Vector, rng};
use flockwork_scheduler::{
    Event, EventKind, Finish, LookOf, Model, Pair, ParamError, Pass, Poke, RefOf, Setup, Tick,
    TileOf,
};

flockwork_kernel::columns! {
    /// State of one dot.
    pub mod dot<A> {
        ghost {
            /// Position, length.
            position: vec(x, y, z),
            /// Velocity, length per time.
            velocity: vec(vx, vy, vz),
            /// What neighbours see of it.
            charge: f32,
        }
        owned {
            /// Lives from it.
            energy: f32,
            /// Ticks since birth.
            age: u16,
            /// How many events of either kind it got, and its generation.
            marks: [u8; 3],
            /// 0 when it has died.
            alive: u8,
        }
        scratch {
            /// Acceleration.
            force: vec(ax, ay, az),
        }
    }
}

flockwork_scheduler::params! {
    /// Parameters of [`Dots`].
    pub struct DotsParams {
        /// How far a dot sees.
        radius: f32 = 1.0, "length", 1e-3..=1e3;
        /// The chance to send events.
        talk: f32 = 0.3, "", 0.0..=1.0;
        /// The chance to have a child.
        breed: f32 = 0.1, "", 0.0..=1.0;
        /// How many children it has at once.
        litter: u32 = 1, "", 0..=9;
        /// How many come in from nowhere in every third tick.
        inflow: u32 = 0, "", 0..=1000;
        /// The chance to die.
        die: f32 = 0.05, "", 0.0..=1.0;
        /// The tick in which the model makes a position that is not a number; 0 for never.
        poison: u32 = 0, "tick", 0..=1000000;
        /// At most so many neighbours count; 0 for all.
        most: u32 = 0, "", 0..=64;
        /// Where the model panics: a number of [`Trap`], 0 for nowhere.
        trap: u32 = 0, "", 0..=12;
        /// In which tick it does.
        trap_tick: u32 = 0, "tick", 0..=1000000;
        /// For which dot.
        trap_id: u32 = 0, "", 0..=2147483647;
        /// How old that one is in this tick.
        trap_age: u32 = 0, "tick", 0..=65535;
    }
}

/// The functions in which [`Dots`] can panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    New = 1,
    Spawn,
    Record,
    Load,
    Pair,
    Finish,
    Apply,
    Born,
    Update,
    Tally,
    Remember,
    Report,
}

/// What [`Dots`] says when it panics.
pub const SNAP: &str = "the trap has snapped";

impl DotsParams {
    fn is_set(&self, trap: Trap) -> bool {
        self.trap == trap as u32
    }

    /// Panics in this function and tick.
    fn snap_at(&self, trap: Trap, tick: u64) {
        assert!(!(self.is_set(trap) && tick == u64::from(self.trap_tick)), "{SNAP}");
    }

    /// Panics for this dot at this age, where the tick is not known.
    fn snap_for(&self, trap: Trap, id: u32, age: u16) {
        let here = id == self.trap_id && u32::from(age) == self.trap_age;
        assert!(!(self.is_set(trap) && here), "{SNAP}");
    }

    /// Panics for this dot in this tick.
    fn snap(&self, trap: Trap, id: u32, tick: u64) {
        if id == self.trap_id {
            self.snap_at(trap, tick);
        }
    }
}

/// The model, in the plane or in space.
#[derive(Clone, Copy, Debug)]
pub struct Dots<A: Axes = Plane> {
    pub params: DotsParams,
    pub axes: PhantomData<A>,
}

flockwork_scheduler::stats! {
    /// What is reported of [`Dots`].
    pub struct DotsStats of Dots<A> where A: Axes {
        /// Events received.
        marks: Sum, "" = |dots: &Dots<A>, dot: &dot::Row<A>| {
            dots.params.snap_for(Trap::Tally, dot.id, dot.age);
            u32::from(dot.marks[0]) + u32::from(dot.marks[1])
        };
        /// All ids.
        ids: Sum, "" = |_, dot| dot.id;
        /// The most energy.
        most: Max, "energy" = |_, dot| dot.energy;
        /// The least, with the other sign.
        least: Max, "energy" = |_, dot| -dot.energy;
        /// Energies.
        energies: Histogram(0.0, 2.0, 4), "energy" = |_, dot| dot.energy;
        /// Nothing, but where the trap is.
        trap: Derived, "" = |dots: &Dots<A>, _, totals| {
            dots.params.snap_at(Trap::Report, totals.tick);
            0.0
        };
        /// Which ids there were after which tick.
        log: TimeSum, "" = |dots: &Dots<A>, stats: &Self, totals| {
            dots.params.snap_at(Trap::Remember, totals.tick.saturating_sub(1));
            stats.ids * totals.tick as f64
        };
    }
}

/// What a dot shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    charge: f32,
    /// Whether who meets it panics.
    trap: bool,
}

/// What adds up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum<A: Axes, S: Isa> {
    force: Sum8<Vector8<A, S>>,
    nearest: F32x8<S>,
    nearest_index: U32x8<S>,
    last_index: U32x8<S>,
}

/// No candidate.
const NOBODY: u32 = u32::MAX;

/// The random numbers of a dot in a tick: talk, breed, die, and a spare one.
pub fn luck(setup: &Setup, tick: u64, id: u32) -> [f32; 4] {
    rng::draw(setup.seed, tick, id, 1).map(rng::unit)
}

impl<A: Axes> Model for Dots<A> {
    type Columns = dot::Columns<A>;
    type Params = DotsParams;
    type Stats = DotsStats;
    type Passes = (Self,);
    /// Kind, charge, energy, keep, give.
    type Event = [f32; 5];
    /// Charge and gift.
    type Child = [f32; 2];

    const NAME: &'static str = "dots";
    const ABOUT: &'static str = "a model for tests";
    const EVENT: EventKind = EventKind { name: "talk", values: &["kind", "charge", "energy"] };
    const POKES: &'static [&'static str] = &["kick", "heat", "kill", "snap"];

    fn new(params: DotsParams, _setup: &Setup) -> Result<Self, ParamError> {
        assert!(!params.is_set(Trap::New), "{SNAP}");
        Ok(Self { params, axes: PhantomData })
    }

    fn spawn(&self, setup: &Setup, id: u32) -> dot::Row<A> {
        self.params.snap(Trap::Spawn, id, self.params.trap_tick.into());
        let [x, y, vx, vy] = setup.draw(id, 0);
        let [z, vz, ..] = setup.draw(id, 3);
        dot::Row {
            position: setup.place_in(x, y, z),
            velocity: Vector::of(rng::signed(vx), rng::signed(vy), rng::signed(vz)),
            charge: rng::signed(x ^ vy),
            energy: 1.0 + rng::unit(y ^ vx),
            age: (id % 7) as u16,
            alive: 1,
            ..Default::default()
        }
    }

    fn apply(&self, me: &mut dot::Row<A>, event: &Event<[f32; 5]>, tick: &Tick<Self>) {
        self.params.snap(Trap::Apply, event.target, tick.number);
        // Not commutative: the order of events shows.
        let [kind, charge, energy, keep, give] = event.value;
        me.energy = me.energy * keep + energy * give;
        me.charge = me.charge * 0.75 + charge * 0.125 + kind;
        let mark = &mut me.marks[kind as usize & 1];
        *mark = mark.wrapping_add(1);
    }

    fn poke(&self, me: &mut dot::Row<A>, poke: &Poke<'_, Self>) {
        assert!(poke.get("snap") == 0.0, "{SNAP}");
        me.velocity += poke.offset * poke.get("kick");
        me.energy = me.energy * 0.5 + poke.get("heat");
        me.marks[0] = me.marks[0].wrapping_add(1);
        me.age = poke.tick.number as u16;
        me.alive = u8::from(me.energy >= poke.get("kill"));
    }

    fn born(&self, child: &[f32; 2], parent: &mut dot::Row<A>, tick: &Tick<Self>) -> dot::Row<A> {
        self.params.snap(Trap::Born, parent.id, tick.number);
        let [charge, gift] = *child;
        parent.energy *= 0.5;
        dot::Row {
            position: parent.position,
            velocity: turned(parent.velocity),
            charge,
            energy: parent.energy + gift,
            marks: [0, 0, parent.marks[2].wrapping_add(1)],
            alive: 1,
            ..Default::default()
        }
    }

    fn inflow(&self, tick: &Tick<Self>) -> u32 {
        if tick.number % 3 == 1 { self.params.inflow } else { 0 }
    }

    fn arrive(&self, number: u32, tick: &Tick<Self>) -> dot::Row<A> {
        arrival(&tick.setup, tick.number, number)
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let velocity = me.velocity.get() + me.force.get() * tick.dt();
        let (position, velocity) = tick.drift(me.position.get(), velocity * F32x8::splat(0.5));
        me.position.set(position);
        me.velocity.set(velocity);
        for (lane, &id) in me.id.rows().iter().enumerate() {
            let [.., die, _] = luck(&tick.setup, tick.number, id);
            self.params.snap(Trap::Update, id, tick.number);
            let age = &mut me.age.rows()[lane];
            *age = age.wrapping_add(1);
            me.energy.rows()[lane] *= 0.9375;
            me.alive.rows()[lane] = u8::from(die >= self.params.die);
            let poisoned = self.params.poison > 0
                && tick.number + 1 == u64::from(self.params.poison)
                && id == 0;
            if poisoned {
                me.position.y.rows()[lane] = f32::NAN;
            }
        }
    }
}

impl<A: Axes> Pass<Self> for Dots<A> {
    type Shown = Seen;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Sum<A, S>;

    fn radius(model: &Self) -> f32 {
        model.params.radius
    }

    fn most_neighbours(model: &Self) -> Option<u32> {
        (model.params.most > 0).then_some(model.params.most)
    }

    fn show(model: &Self, now: &RefOf<'_, Self>, row: usize, _: &Tick<Self>) -> Seen {
        let charge = now.charge[row];
        if model.params.trap == 0 {
            return Seen { charge, trap: false };
        }
        // Of a ghost the age is not there.
        let (id, age) = (now.id[row], now.age.get(row).copied().unwrap_or(0));
        model.params.snap_for(Trap::Record, id, age);
        let mine = id == model.params.trap_id && u32::from(age) == model.params.trap_age;
        Seen { charge, trap: mine && model.params.is_set(Trap::Pair) }
    }

    fn load<S: Isa>(model: &Self, now: &LookOf<'_, S, Self>, _: &Tick<Self>) -> ((), Sum<A, S>) {
        if model.params.is_set(Trap::Load) {
            model.params.snap_for(Trap::Load, now.id.rows()[0], now.age.rows()[0]);
        }
        let (nearest, nobody) = (F32x8::splat(f32::MAX), U32x8::splat(NOBODY));
        let force = Sum8::default();
        ((), Sum { force, nearest, nearest_index: nobody, last_index: nobody })
    }

    fn pair<S: Isa>(_: &Self, _: &(), pair: &Pair<'_, S, Self>, sum: &mut Sum<A, S>) {
        assert!(!pair.other.trap, "{SNAP}");
        sum.force.add(pair.near, pair.offset * F32x8::splat(pair.other.charge));
        let closer = pair.near & pair.d2.lt(sum.nearest);
        sum.nearest = closer.select(pair.d2, sum.nearest);
        let index = U32x8::splat(pair.index);
        sum.nearest_index = closer.select_u32(index, sum.nearest_index);
        sum.last_index = pair.near.select_u32(index, sum.last_index);
    }

    fn finish<S: Isa>(model: &Self, all: &mut Finish<'_, '_, S, Self>) {
        all.left.force.set(all.sum.force.get());
        let (nearest, last) = (all.sum.nearest_index.to_array(), all.sum.last_index.to_array());
        for lane in 0..8 {
            if all.own.bits() >> lane & 1 == 0 {
                continue;
            }
            let (id, nearest, last) = (all.id(lane), nearest[lane], last[lane]);
            let [talk, breed, ..] = luck(&all.tick.setup, all.tick.number, id);
            model.params.snap(Trap::Finish, id, all.tick.number);
            if nearest == NOBODY {
                continue;
            }
            let (charge, energy) = (all.now.charge.rows()[lane], all.now.energy.rows()[lane]);
            if talk < model.params.talk {
                all.send(lane, nearest, [1.0, charge, energy, 0.5, 0.25]);
                all.send(lane, last, [0.0, charge, energy, 0.5, 0.25]);
            }
            if breed < model.params.breed {
                let theirs = all.neighbour(nearest).charge;
                let gift = all.id_of(last) as f32;
                for child in 0..model.params.litter {
                    all.birth(lane, [theirs, gift + child as f32]);
                }
            }
        }
    }
}

/// Turned left by a right angle, as seen from above.
pub fn turned<A: Axes>(velocity: Vector<A>) -> Vector<A> {
    Vector::of(0.0 - velocity.y, velocity.x, velocity.along(2))
}

/// Who comes in from nowhere.
pub fn arrival<A: Axes>(setup: &Setup, tick: u64, number: u32) -> dot::Row<A> {
    let [x, y, charge, energy] = rng::draw(setup.seed, tick, number, 2);
    dot::Row {
        // As high as they are charged.
        position: setup.place_in(x, y, charge),
        charge: rng::signed(charge),
        energy: rng::unit(energy),
        alive: 1,
        ..Default::default()
    }
}
