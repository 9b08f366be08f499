//! A model with two fields, in lanes: who grazes wants of the one what it may not get and gives it back in part,
//! and follows the other, to which it adds. Some wants and gifts are none, or more than there ever is.

use flockwork_kernel::simd::{F32x8, Isa, Vector8};
use flockwork_kernel::{Axes, LANES, Vector, rng};
use flockwork_scheduler::{
    Field, Finish, Model, Pair, ParamError, Pass, RefOf, Rule, Setup, Tick, TileOf,
};

flockwork_kernel::columns! {
    /// State of one grazer.
    pub mod grazer<A> {
        ghost {
            position: vec(x, y, z),
        }
        owned {
            /// What it has eaten and not yet given back: a whole number.
            stomach: f32,
            alive: bool,
        }
        scratch {
            here: f32,
            smell: f32,
            slope: vec(sx, sy, sz),
            bite: f32,
            dung: f32,
            mark: f32,
        }
    }
}

flockwork_scheduler::params! {
    /// The model, in the plane or in space.
    pub struct Grazers<A> {
        radius: f32 = 1.0, "length", 1e-3..=1e3;
        /// What grass spreads by, and scent.
        diffusion: f32 = 0.02, "length^2 / time", 0.0..=1e3;
        growth: f32 = 0.3, "1 / time", 0.0..=1e3;
        seeds: f32 = 12.0, "1 / time", 0.0..=1e3;
        decay: f32 = 0.5, "1 / time", 0.0..=1e3;
        capacity: f32 = 900.0, "", 1.0..=1e7;
        /// Chances of birth and of death in a tick.
        turnover: f32 = 0.05, "", 0.0..=1.0;
    }
}

/// What a grazer wants of the grass, gives back and leaves of scent.
pub fn wishes(setup: &Setup, tick: u64, id: u32, here: f32, smell: f32, stomach: f32) -> [f32; 3] {
    let [want, odd, back, mark] = rng::draw(setup.seed, tick, id, 1);
    let odds = [f32::NAN, f32::INFINITY, -3.0, 0.5, 3e38, f32::NEG_INFINITY];
    let odd = odds.get(rng::below(odd, 60) as usize);
    let want = odd.copied().unwrap_or(here * 1.4 * rng::unit(want));
    let back = if rng::unit(back) < 0.5 { (stomach * 0.5).floor() } else { 0.0 };
    [want, back, smell * 0.125 + 300.0 * rng::unit(mark)]
}

/// Two chances, and the way that it goes by itself.
pub fn luck<A: Axes>(setup: &Setup, tick: u64, id: u32) -> ([f32; 2], Vector<A>) {
    let [birth, death, ..] = rng::draw(setup.seed, tick, id, 2).map(rng::unit);
    let [x, y, z, _] = rng::draw(setup.seed, tick, id, 3).map(|word| rng::unit(word) - 0.5);
    ([birth, death], Vector::of(x, y, z))
}

impl<A: Axes> Model for Grazers<A> {
    type Columns = grazer::Columns<A>;
    type Params = Self;
    type Stats = ();
    type Passes = (Self,);
    type Event = flockwork_scheduler::Never;
    type Child = u32;

    const NAME: &'static str = "grazers";
    const ABOUT: &'static str = "a model of fields for tests";
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::new("grass", "", "what is eaten")
            .starts(|model| model.capacity * 0.5)
            .rule(|model| Rule {
                diffusion: model.diffusion,
                growth: model.growth,
                seeds: model.seeds,
                capacity: model.capacity,
                ..Rule::NONE
            })
            .here("here")
            .take("bite")
            .put("dung"),
        Field::<Self>::new("scent", "", "what is left behind")
            .rule(|model| Rule { diffusion: model.diffusion, decay: model.decay, ..Rule::NONE })
            .smooth("smell")
            .gradient(["sx", "sy", "sz"])
            .put("mark"),
    ];

    fn new(grazers: Self, _: &Setup) -> Result<Self, ParamError> {
        Ok(grazers)
    }

    fn spawn(&self, setup: &Setup, id: u32) -> grazer::Row<A> {
        let [x, y, z, _] = setup.draw(id, 0);
        grazer::Row { position: setup.place_in(x, y, z), alive: true, ..Default::default() }
    }

    fn born(&self, _: &u32, parent: &mut grazer::Row<A>, _: &Tick<Self>) -> grazer::Row<A> {
        grazer::Row { position: parent.position, alive: true, ..Default::default() }
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let (mut go, mut lives) = ([Vector::<A>::default(); LANES], [true; LANES]);
        for (lane, &id) in me.id.rows().iter().enumerate() {
            let ([_, death], way) = luck::<A>(&tick.setup, tick.number, id);
            (go[lane], lives[lane]) = (way, death >= self.turnover);
        }
        let along = |axis: usize| F32x8::from_array(go.map(|way| way.along(axis)));
        let go: Vector8<A, S> = Vector8::of(along(0), along(1), along(2));
        let step = me.slope.get().limited(F32x8::splat(0.25)) + go;
        let (position, _) = tick.bound(me.position.get() + step, step);
        me.position.set(position);
        me.stomach.set(me.stomach.get() + me.bite.get() - me.dung.get());
        for (lane, lives) in lives.into_iter().enumerate() {
            me.alive.put(flockwork_kernel::simd::Mask8::only(lane), lives);
        }
    }
}

impl<A: Axes> Pass<Self> for Grazers<A> {
    type Shown = ();
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = ();

    fn radius(model: &Self) -> f32 {
        model.radius
    }

    fn show(_: &Self, _: &RefOf<'_, Self>, _row: usize, _: &Tick<Self>) {}

    #[inline(always)]
    fn pair<S: Isa>(_: &Self, _: &(), _: &Pair<'_, S, Self>, _: &mut ()) {}

    #[inline(always)]
    fn finish<S: Isa>(model: &Self, all: &mut Finish<'_, '_, S, Self>) {
        let [here, smell] = [all.left.here.get(), all.left.smell.get()].map(F32x8::to_array);
        let stomach = all.now.stomach.get().to_array();
        let (mut wants, own) = ([[0.0; LANES]; 3], all.own.bits());
        for lane in (0..LANES).filter(|lane| own >> lane & 1 == 1) {
            let (id, tick) = (all.id(lane), all.tick);
            let (here, smell, stomach) = (here[lane], smell[lane], stomach[lane]);
            let wishes = wishes(&tick.setup, tick.number, id, here, smell, stomach);
            (0..3).for_each(|at| wants[at][lane] = wishes[at]);
            if luck::<A>(&tick.setup, tick.number, id).0[0] < model.turnover {
                all.birth(lane, 0);
            }
        }
        all.left.bite.set(F32x8::from_array(wants[0]));
        all.left.dung.set(F32x8::from_array(wants[1]));
        all.left.mark.set(F32x8::from_array(wants[2]));
    }
}
