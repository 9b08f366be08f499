//! A model that leans on everything a scheduler does: order of sums, order of events, births whose
//! ids matter, deaths, and columns of every kind.

use core::ops::Range;

use flockwork_kernel::integrate::EdgeLanes;
use flockwork_kernel::simd::{F32x8, Isa, U32x8};
use flockwork_kernel::{LANES, rng};
use flockwork_scheduler::{
    Birth, Context, Event, Model, MutOf, ParamError, RefOf, ScratchOf, Setup, Stat, Tick, Totals,
};
use flockwork_spatial::{Pair, Positioned};

flockwork_kernel::columns! {
    /// State of one dot.
    pub mod dot {
        ghost {
            /// Position along x, length.
            x: f32,
            /// Position along y, length.
            y: f32,
            /// Velocity along x, length per time.
            vx: f32,
            /// Velocity along y, length per time.
            vy: f32,
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
            /// Acceleration along x.
            ax: f32,
            /// Acceleration along y.
            ay: f32,
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

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Dots {
    pub params: DotsParams,
}

/// What a dot shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    x: f32,
    y: f32,
    charge: f32,
    /// Whether who meets it panics.
    trap: bool,
}

impl Positioned for Seen {
    fn x(&self) -> f32 {
        self.x
    }
    fn y(&self) -> f32 {
        self.y
    }
}

/// What adds up.
#[derive(Clone, Copy, Debug)]
pub struct Sum<S: Isa> {
    x: F32x8<S>,
    y: F32x8<S>,
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

impl Model for Dots {
    type Columns = dot::Columns;
    type Params = DotsParams;
    type Record = Seen;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Sum<S>;

    const NAME: &'static str = "dots";
    const ABOUT: &'static str = "a model for tests";
    const EVENTS: bool = true;
    const BIRTHS: bool = true;
    const SUMS: usize = 2;
    const HISTORY: usize = 1;
    const STATS: &'static [Stat] = &[Stat { name: "marks", about: "events received" }];

    fn new(params: DotsParams, _setup: &Setup) -> Result<Self, ParamError> {
        assert!(!params.is_set(Trap::New), "{SNAP}");
        Ok(Self { params })
    }

    fn radius(&self) -> f32 {
        self.params.radius
    }

    fn most_neighbours(&self) -> Option<u32> {
        (self.params.most > 0).then_some(self.params.most)
    }

    fn spawn(&self, setup: &Setup, id: u32, columns: &mut MutOf<'_, Self>, row: usize) {
        self.params.snap(Trap::Spawn, id, self.params.trap_tick.into());
        let [x, y, vx, vy] = rng::draw(setup.seed, 0, id, 0);
        columns.x[row] = rng::unit(x) * setup.world.width();
        columns.y[row] = rng::unit(y) * setup.world.height();
        columns.vx[row] = rng::signed(vx);
        columns.vy[row] = rng::signed(vy);
        columns.charge[row] = rng::signed(x ^ vy);
        columns.energy[row] = 1.0 + rng::unit(y ^ vx);
        columns.age[row] = (id % 7) as u16;
        columns.marks[row] = [0, 0, 0];
        columns.alive[row] = 1;
    }

    fn record(&self, columns: &RefOf<'_, Self>, row: usize) -> Seen {
        // Of a ghost neither id nor age is known here.
        let (x, y, charge) = (columns.x[row], columns.y[row], columns.charge[row]);
        if self.params.trap == 0 {
            return Seen { x, y, charge, trap: false };
        }
        let (id, age) = (columns.id[row], columns.age[row]);
        self.params.snap_for(Trap::Record, id, age);
        let mine = id == self.params.trap_id && u32::from(age) == self.params.trap_age;
        Seen { x, y, charge, trap: mine && self.params.is_set(Trap::Pair) }
    }

    fn load<S: Isa>(&self, columns: &RefOf<'_, Self>, at: usize) -> ((), Sum<S>) {
        if self.params.is_set(Trap::Load) {
            self.params.snap_for(Trap::Load, columns.id[at], columns.age[at]);
        }
        let sum = Sum {
            x: F32x8::ZERO,
            y: F32x8::ZERO,
            nearest: F32x8::splat(f32::MAX),
            nearest_index: U32x8::splat(NOBODY),
            last_index: U32x8::splat(NOBODY),
        };
        ((), sum)
    }

    fn pair<S: Isa>(&self, _tile: &(), other: &Seen, pair: &Pair<S>, sum: &mut Sum<S>) {
        assert!(!other.trap, "{SNAP}");
        let charge = F32x8::splat(other.charge);
        sum.x += pair.near.keep(pair.dx * charge);
        sum.y += pair.near.keep(pair.dy * charge);
        let closer = pair.near & pair.d2.lt(sum.nearest);
        sum.nearest = closer.select(pair.d2, sum.nearest);
        let (closer, near) = (closer.bits(), pair.near.bits());
        let put = |lanes: u32, indices: U32x8<S>| {
            let mut indices = indices.to_array();
            for (lane, index) in indices.iter_mut().enumerate() {
                if lanes >> lane & 1 == 1 {
                    *index = pair.index;
                }
            }
            U32x8::from_array(indices)
        };
        sum.nearest_index = put(closer, sum.nearest_index);
        sum.last_index = put(near, sum.last_index);
    }

    fn finish<S: Isa>(
        &self,
        at: usize,
        count: usize,
        _tile: &(),
        sum: &Sum<S>,
        columns: &RefOf<'_, Self>,
        scratch: &mut ScratchOf<'_, Self>,
        context: &mut Context<'_, Self>,
    ) {
        sum.x.store(&mut scratch.ax[at..]);
        sum.y.store(&mut scratch.ay[at..]);
        let (nearest, last) = (sum.nearest_index.to_array(), sum.last_index.to_array());
        for (lane, &nearest) in nearest.iter().enumerate().take(count) {
            let (row, id) = (at + lane, columns.id[at + lane]);
            let [talk, breed, ..] = luck(&context.tick.setup, context.tick.number, id);
            self.params.snap(Trap::Finish, id, context.tick.number);
            if nearest == NOBODY {
                continue;
            }
            if talk < self.params.talk {
                let value = [columns.charge[row], columns.energy[row], 0.5, 0.25];
                context.send(id, nearest, 1, value);
                context.send(id, last[lane], 0, value);
            }
            if breed < self.params.breed {
                let (theirs, their_row) = context.neighbour(nearest);
                let mut value = [0.0; 12];
                value[0] = theirs.charge[their_row];
                value[1] = context.id(last[lane]) as f32;
                context.birth(id, row, value);
                // Only the first is granted.
                context.birth(id, row, [9.0; 12]);
            }
        }
        // Nor is another one that comes after the births of others.
        for (lane, &nearest) in nearest.iter().enumerate().take(count) {
            let (row, id) = (at + lane, columns.id[at + lane]);
            let [_, breed, ..] = luck(&context.tick.setup, context.tick.number, id);
            if breed < self.params.breed && nearest != NOBODY {
                context.birth(id, row, [9.0; 12]);
            }
        }
    }

    fn apply(&self, columns: &mut MutOf<'_, Self>, row: usize, event: &Event, tick: &Tick) {
        self.params.snap(Trap::Apply, event.target, tick.number);
        // Not commutative: the order of events shows.
        let [charge, energy, keep, give] = event.value;
        columns.energy[row] = columns.energy[row] * keep + energy * give;
        columns.charge[row] = columns.charge[row] * 0.75 + charge * 0.125 + event.kind as f32;
        let mark = &mut columns.marks[row][event.kind as usize & 1];
        *mark = mark.wrapping_add(1);
    }

    fn born(
        &self,
        columns: &mut MutOf<'_, Self>,
        birth: &Birth,
        parent: usize,
        child: usize,
        tick: &Tick,
    ) {
        self.params.snap(Trap::Born, birth.parent, tick.number);
        let half = columns.energy[parent] * 0.5;
        columns.energy[parent] = half;
        columns.energy[child] = half + birth.value[1];
        columns.x[child] = columns.x[parent];
        columns.y[child] = columns.y[parent];
        columns.vx[child] = 0.0 - columns.vy[parent];
        columns.vy[child] = columns.vx[parent];
        columns.charge[child] = birth.value[0];
        columns.age[child] = 0;
        columns.marks[child] = [0, 0, columns.marks[parent][2].wrapping_add(1)];
        columns.alive[child] = 1;
    }

    #[inline(always)]
    fn update<S: Isa>(&self, columns: &mut MutOf<'_, Self>, rows: Range<usize>, tick: &Tick) {
        let dt = F32x8::splat(tick.setup.dt);
        let edge = EdgeLanes::<S>::of(&tick.setup.world);
        for at in rows.clone().step_by(LANES) {
            let tile = at..(at + LANES).min(rows.end);
            let load = |column: &[f32]| F32x8::<S>::load(&column[tile.clone()]);
            let vx = (load(columns.vx) + load(columns.ax) * dt) * F32x8::splat(0.5);
            let vy = (load(columns.vy) + load(columns.ay) * dt) * F32x8::splat(0.5);
            let (x, y) = (load(columns.x) + vx * dt, load(columns.y) + vy * dt);
            let (x, y, vx, vy) = edge.apply(x, y, vx, vy);
            x.store(&mut columns.x[tile.clone()]);
            y.store(&mut columns.y[tile.clone()]);
            vx.store(&mut columns.vx[tile.clone()]);
            vy.store(&mut columns.vy[tile]);
        }
        for row in rows {
            let [.., die, _] = luck(&tick.setup, tick.number, columns.id[row]);
            self.params.snap(Trap::Update, columns.id[row], tick.number);
            columns.age[row] = columns.age[row].wrapping_add(1);
            columns.energy[row] *= 0.9375;
            columns.alive[row] = u8::from(die >= self.params.die);
            if self.params.poison > 0
                && tick.number + 1 == u64::from(self.params.poison)
                && columns.id[row] == 0
            {
                columns.y[row] = f32::NAN;
            }
        }
    }

    fn tally(&self, columns: &RefOf<'_, Self>, row: usize, sums: &mut [i64]) {
        self.params.snap_for(Trap::Tally, columns.id[row], columns.age[row]);
        sums[0] += i64::from(columns.marks[row][0]) + i64::from(columns.marks[row][1]);
        sums[1] += i64::from(columns.id[row]);
    }

    fn remember(&self, totals: &Totals<'_>, history: &mut [i64]) {
        history[0] = history[0].wrapping_mul(31);
        self.params.snap_at(Trap::Remember, totals.tick.saturating_sub(1));
        history[0] = history[0].wrapping_add(totals.sums[1]);
    }

    fn report(&self, totals: &Totals<'_>, each: &mut dyn FnMut(f64)) {
        self.params.snap_at(Trap::Report, totals.tick);
        each(totals.sums[0] as f64);
    }
}
