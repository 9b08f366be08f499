//! A model with three passes, the later of which read what the first one left with neighbours: of all,
//! of all further away, and of some at some. All send events, ask for births and die.

use core::marker::PhantomData;

use flockwork_kernel::simd::{F32x8, Isa, Mask8, Sum8, U32x8, Vector8};
use flockwork_kernel::{Axes, LANES, rng};
use flockwork_scheduler::{
    Event, Finish, LookOf, Model, Pair, ParamError, Pass, RefOf, Setup, Tick, TileOf,
};

flockwork_kernel::columns! {
    /// State of one wave.
    pub mod wave<A> {
        ghost {
            position: vec(x, y, z),
            charge: f32,
        }
        owned {
            energy: f32,
            alive: bool,
        }
        scratch {
            /// Of who is near.
            density: f32,
            pull: vec(px, py, pz),
            gain: f32,
        }
    }
}

flockwork_scheduler::params! {
    /// The model, in the plane or in space.
    pub struct Waves<A> {
        /// How far the first pass sees; the others see further.
        radius: f32 = 1.0, "length", 1e-3..=1e3;
    }
}

/// The random numbers of a wave in a tick: three chances to do something, and one to die.
pub fn luck(setup: &Setup, tick: u64, id: u32) -> [f32; 4] {
    rng::draw(setup.seed, tick, id, 1).map(rng::unit)
}

/// How many times the first pass's radius the second and the third one see.
pub const FURTHER: [f32; 2] = [1.75, 3.0];
/// At most so many neighbours count in the third one.
pub const MOST: u32 = 3;
/// Who looks in the third pass has more charge than this, and who is seen at most so much.
pub const CHARGES: [f32; 2] = [0.5, 0.75];

impl<A: Axes> Model for Waves<A> {
    type Columns = wave::Columns<A>;
    type Params = Self;
    type Stats = ();
    type Passes = (Count<A>, Press, Far);
    type Event = f32;
    /// Of which pass it is a child.
    type Child = f32;

    const NAME: &'static str = "waves";
    const ABOUT: &'static str = "a model of several passes for tests";

    fn new(waves: Self, _: &Setup) -> Result<Self, ParamError> {
        Ok(waves)
    }

    fn spawn(&self, setup: &Setup, id: u32) -> wave::Row<A> {
        let [x, y, z, charge] = setup.draw(id, 0);
        wave::Row {
            position: setup.place_in(x, y, z),
            charge: rng::unit(charge),
            energy: 1.0,
            alive: true,
            ..Default::default()
        }
    }

    fn apply(&self, me: &mut wave::Row<A>, event: &Event<f32>, _: &Tick<Self>) {
        // Not commutative: the order of events shows.
        me.energy = me.energy * 0.75 + event.value;
        me.charge = if event.value > 1.0 { 1.0 - me.charge } else { me.charge * 0.875 };
    }

    fn born(&self, child: &f32, parent: &mut wave::Row<A>, _: &Tick<Self>) -> wave::Row<A> {
        parent.energy *= 0.5;
        let energy = parent.energy + child;
        let charge = 1.0 - parent.charge;
        let position = parent.position;
        wave::Row { position, charge, energy, alive: true, ..Default::default() }
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let step = me.pull.get().limited(F32x8::splat(0.5 * self.radius));
        let (position, _) = tick.bound(me.position.get() + step, step);
        me.position.set(position);
        me.energy.set(me.energy.get() * F32x8::splat(0.875) + me.gain.get());
        let mut lives = 0;
        for (lane, &id) in me.id.rows().iter().enumerate() {
            lives |= u32::from(luck(&tick.setup, tick.number, id)[3] >= 0.06) << lane;
        }
        for lane in 0..LANES {
            me.alive.put(Mask8::only(lane), lives >> lane & 1 == 1);
        }
    }
}

/// The density of a wave among its neighbours.
pub struct Count<A>(PhantomData<A>);

/// What adds up, and who was met last.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum<S: Isa> {
    all: Sum8<F32x8<S>>,
    some: F32x8<S>,
    last: U32x8<S>,
}

impl<S: Isa> Sum<S> {
    #[inline(always)]
    fn add(&mut self, near: Mask8<S>, index: u32, value: F32x8<S>) {
        self.all.add(near, value);
        self.some = near.select(F32x8::ONE, self.some);
        self.last = near.select_u32(U32x8::splat(index), self.last);
    }
}

impl<A: Axes> Pass<Waves<A>> for Count<A> {
    type Shown = wave::Shown<A>;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Sum<S>;

    fn radius(waves: &Waves<A>) -> f32 {
        waves.radius
    }

    fn show(
        _: &Waves<A>,
        now: &RefOf<'_, Waves<A>>,
        row: usize,
        _: &Tick<Waves<A>>,
    ) -> Self::Shown {
        now.shown(row)
    }

    fn pair<S: Isa>(_: &Waves<A>, _: &(), pair: &Pair<'_, S, Waves<A>, Self>, sum: &mut Sum<S>) {
        sum.add(pair.near, pair.index, pair.d2 + F32x8::splat(pair.other.charge));
    }

    fn finish<S: Isa>(_: &Waves<A>, all: &mut Finish<'_, '_, S, Waves<A>, Self>) {
        all.left.density.set(all.sum.all.get());
        all.left.gain.set(F32x8::ZERO);
        for lane in some(all.own & all.sum.some.gt(F32x8::ZERO)) {
            if lucky(all, lane, 0, 0.2) {
                all.send(lane, all.sum.last.to_array()[lane], 0.5);
            }
        }
    }
}

/// What those further away press, by their density.
pub struct Press;

impl<A: Axes> Pass<Waves<A>> for Press {
    type Shown = f32;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Sum8<Vector8<A, S>>;

    const SELECTIVE: bool = true;
    const READS: &'static [&'static str] = &["density"];

    fn radius(waves: &Waves<A>) -> f32 {
        waves.radius * FURTHER[0]
    }

    fn show(_: &Waves<A>, now: &RefOf<'_, Waves<A>>, row: usize, _: &Tick<Waves<A>>) -> f32 {
        now.density[row]
    }

    fn pair<S: Isa>(
        _: &Waves<A>,
        _: &(),
        pair: &Pair<'_, S, Waves<A>, Self>,
        sum: &mut Self::Sum<S>,
    ) {
        sum.add(pair.near, pair.offset * F32x8::splat(*pair.other));
    }

    fn finish<S: Isa>(_: &Waves<A>, all: &mut Finish<'_, '_, S, Waves<A>, Self>) {
        let own = all.left.density.get();
        all.left.pull.set(all.sum.get() * (own * F32x8::splat(0.01)));
        for lane in some(all.own) {
            if lucky(all, lane, 1, 0.05) {
                all.birth(lane, 0.25);
            }
        }
    }
}

/// What some see of some, at most three, furthest away.
pub struct Far;

impl<A: Axes> Pass<Waves<A>> for Far {
    type Shown = f32;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Sum<S>;

    const CHOOSES: bool = true;
    const READS: &'static [&'static str] = &["density"];

    fn radius(waves: &Waves<A>) -> f32 {
        waves.radius * FURTHER[1]
    }

    fn most_neighbours(_: &Waves<A>) -> Option<u32> {
        Some(MOST)
    }

    fn looks<S: Isa>(_: &Waves<A>, now: &LookOf<'_, S, Waves<A>>, _: &Tick<Waves<A>>) -> Mask8<S> {
        now.charge.get().gt(F32x8::splat(CHARGES[0]))
    }

    fn is_seen(_: &Waves<A>, now: &RefOf<'_, Waves<A>>, row: usize, _: &Tick<Waves<A>>) -> bool {
        now.charge[row] <= CHARGES[1]
    }

    fn show(_: &Waves<A>, now: &RefOf<'_, Waves<A>>, row: usize, _: &Tick<Waves<A>>) -> f32 {
        now.density[row]
    }

    fn pair<S: Isa>(_: &Waves<A>, _: &(), pair: &Pair<'_, S, Waves<A>, Self>, sum: &mut Sum<S>) {
        sum.add(pair.near, pair.index, F32x8::splat(*pair.other));
    }

    fn finish<S: Isa>(_: &Waves<A>, all: &mut Finish<'_, '_, S, Waves<A>, Self>) {
        let own = all.left.density.get();
        all.left.gain.set((all.sum.all.get() + own) * F32x8::splat(0.125));
        for lane in some(all.own & all.sum.some.gt(F32x8::ZERO)) {
            let last = all.sum.last.to_array()[lane];
            if lucky(all, lane, 2, 0.5) {
                let there = all.neighbour(last).charge;
                all.send(lane, last, 1.5 + there);
                let bits = U32x8::splat(last);
                let place = all.places(bits, Mask8::only(lane)).x.to_array()[lane];
                // Its second child in the tick, if it had one in the pass before.
                all.birth(lane, place);
            }
        }
    }
}

fn some<S: Isa>(lanes: Mask8<S>) -> impl Iterator<Item = usize> {
    (0..LANES).filter(move |lane| lanes.bits() >> lane & 1 == 1)
}

fn lucky<A: Axes, S: Isa, P: Pass<Waves<A>>>(
    all: &Finish<'_, '_, S, Waves<A>, P>,
    lane: usize,
    which: usize,
    chance: f32,
) -> bool {
    luck(&all.tick.setup, all.tick.number, all.id(lane))[which] < chance
}
