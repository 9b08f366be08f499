//! The scalar way to write a model: plain numbers, one entity at a time.
//!
//! A model that implements [`Rows`] says in one function what an entity makes of its neighbours.
//! [`ByRows`] makes a [`Model`] of it: the same pass, the same order of neighbours, the same events,
//! births and statistics, and so the same bits everywhere, some times slower than in lanes.

use alloc::string::String;

use flockwork_kernel::columns::Columns;
use flockwork_kernel::isa::{Baseline, Isa};
use flockwork_kernel::{Axes, Plane, Vector};
use flockwork_spatial::Candidate;

use crate::field::Field;
use crate::letter::Letter;
use crate::model::{
    AxesOf, Event, Finish, Model, OutboxOf, Pair, Pass, Poke, RefOf, RowOf, ShownOf, Step, Tick,
    TileOf, Vector8Of, VectorOf,
};
use crate::params::{ParamError, Params};
use crate::start::Setup;
use crate::stats::Stats;

/// A model over plain numbers; run it as [`ByRows`]. What is not described here is as in [`Model`].
pub trait Rows: Sized + Send + Sync + 'static {
    /// The columns of an entity, with a place among the ghost columns.
    type Columns: Columns;
    /// The parameters.
    type Params: Params;
    /// What is reported: made by [`stats!`](crate::stats!) of `ByRows<Self>`, or `()`.
    type Stats: Stats<ByRows<Self>, Row = RowOf<ByRows<Self>>, Event = Event<Self::Event>>;
    /// What events carry, or [`Never`](crate::Never).
    type Event: Letter;
    /// What births carry, or [`Never`](crate::Never).
    type Child: Letter;

    /// The name in scenario files.
    const NAME: &'static str;
    /// What it simulates, in a sentence.
    const ABOUT: &'static str;
    /// Whether it reads [`Tick::totals`].
    const TOTALS: bool = false;
    /// The numbers that a poke may have, by name.
    const POKES: &'static [&'static str] = &[];
    /// Its fields: see [`crate::field`].
    const FIELDS: &'static [Field<ByRows<Self>>] = &[];

    /// Makes the model.
    ///
    /// # Errors
    ///
    /// [`ParamError::Conflict`] if parameters, each allowed by itself, do not go together.
    fn new(params: Self::Params, setup: &Setup) -> Result<Self, ParamError>;

    /// The interaction radius, in the world's length unit.
    fn radius(&self) -> f32;

    /// The speed of the slowest that is to move.
    fn slowest(&self) -> Option<f32> {
        None
    }

    /// Makes the model that follows this one where parameters change between two ticks: see [`Model::follow`].
    ///
    /// # Errors
    ///
    /// As [`Rows::new`].
    fn follow(&self, params: Self::Params, setup: &Setup) -> Result<Self, ParamError> {
        Self::new(params, setup)
    }

    /// How many neighbours count at most, those of smallest (squared distance, id).
    fn most_neighbours(&self) -> Option<u32> {
        None
    }

    /// Entity `id` before the first tick.
    fn spawn(&self, setup: &Setup, id: u32) -> RowOf<ByRows<Self>>;

    /// Says what is wrong with an entity beyond what the ranges of its columns say.
    ///
    /// # Errors
    ///
    /// What is wrong and what is allowed, to go on after "entity 7: ".
    fn check(&self, _me: &RowOf<ByRows<Self>>) -> Result<(), String> {
        Ok(())
    }

    /// Whether somebody whom the model `before` would take may be one whom this one does not take: see
    /// [`Model::is_stricter`].
    fn is_stricter(&self, _before: &Self) -> bool {
        true
    }

    /// What becomes of an entity in one tick. Events of the tick are applied to what this gives.
    fn step(
        &self,
        me: &RowOf<ByRows<Self>>,
        around: &mut Around<'_, '_, Self>,
    ) -> RowOf<ByRows<Self>>;

    /// What an entity makes of what it got from fields, once events of the tick are applied: see
    /// [`crate::field`].
    fn fed(&self, _me: &mut RowOf<ByRows<Self>>, _tick: &Tick<ByRows<Self>>) {}

    /// Applies an event to the entity that it was for.
    fn apply(
        &self,
        _me: &mut RowOf<ByRows<Self>>,
        _event: &Event<Self::Event>,
        _tick: &Tick<ByRows<Self>>,
    ) {
        const { assert!(!Self::Event::ANY, "a model with events has a function `apply`") }
    }

    /// What a poke does to an entity, between two ticks.
    fn poke(&self, _me: &mut RowOf<ByRows<Self>>, _poke: &Poke<'_, ByRows<Self>>) {}

    /// Makes a child of `parent`, which may be changed.
    fn born(
        &self,
        _child: &Self::Child,
        _parent: &mut RowOf<ByRows<Self>>,
        _tick: &Tick<ByRows<Self>>,
    ) -> RowOf<ByRows<Self>> {
        const { assert!(!Self::Child::ANY, "a model with births has a function `born`") }
        Default::default()
    }

    /// How many entities come into the world in this tick without a parent.
    fn inflow(&self, _tick: &Tick<ByRows<Self>>) -> u32 {
        0
    }

    /// Makes one of them.
    fn arrive(&self, _number: u32, _tick: &Tick<ByRows<Self>>) -> RowOf<ByRows<Self>> {
        Default::default()
    }
}

/// A neighbour of the entity whose step it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour<T, A: Axes = Plane> {
    /// What it shows.
    pub shown: T,
    /// From the entity to the neighbour.
    pub offset: Vector<A>,
    /// Squared distance.
    pub d2: f32,
    /// Its index in the pass, for [`Around::send`].
    pub index: u32,
}

/// A neighbour that a model of rows sees.
pub type NeighbourOf<R> = Neighbour<ShownOf<ByRows<R>>, AxesOf<ByRows<R>>>;

/// One of those among whom its neighbours are.
type CandidateOf<M> = Candidate<ShownOf<M>, AxesOf<M>>;

/// What an entity sees and may do in its step.
pub struct Around<'a, 'd, R: Rows> {
    /// The tick.
    pub tick: &'a Tick<'a, ByRows<R>>,
    id: u32,
    row: usize,
    place: VectorOf<ByRows<R>>,
    near: &'a [u32],
    candidates: &'a [CandidateOf<ByRows<R>>],
    outbox: &'a mut OutboxOf<'d, ByRows<R>>,
}

impl<'a, R: Rows> Around<'a, '_, R> {
    /// The neighbours, in canonical order: the same under every cut.
    pub fn neighbours(&self) -> impl Iterator<Item = NeighbourOf<R>> + use<'a, R> {
        let (place, candidates) = (self.place, self.candidates);
        self.near.iter().filter_map(move |&index| {
            let Candidate { place: there, shown } = *candidates.get(index as usize)?;
            let offset = there - place;
            Some(Neighbour { shown, offset, d2: offset.length_squared(), index })
        })
    }

    /// Random numbers for the entity in this tick, of their own for each `stream`.
    pub fn draw(&self, stream: u32) -> [u32; 4] {
        self.tick.draw(self.id, stream)
    }

    /// Moves by `velocity * dt` and brings the place back into the world: gives position and
    /// velocity, which a wall turns round.
    pub fn drift(
        &self,
        position: VectorOf<ByRows<R>>,
        velocity: VectorOf<ByRows<R>>,
    ) -> (VectorOf<ByRows<R>>, VectorOf<ByRows<R>>) {
        self.bound(position + velocity * self.tick.setup.dt, velocity)
    }

    /// Brings a place back into the world: gives position and direction, which a wall turns round.
    pub fn bound(
        &self,
        position: VectorOf<ByRows<R>>,
        direction: VectorOf<ByRows<R>>,
    ) -> (VectorOf<ByRows<R>>, VectorOf<ByRows<R>>) {
        let lanes = Vector8Of::<ByRows<R>, Baseline>::all;
        let (position, direction) = self.tick.bound(lanes(position), lanes(direction));
        (position.first(), direction.first())
    }

    /// Sends an event to a neighbour by its index.
    pub fn send(&mut self, to: u32, value: R::Event) {
        self.outbox.send(self.id, to, value);
    }

    /// Asks for a child.
    pub fn birth(&mut self, child: R::Child) {
        self.outbox.birth(self.id, self.row, child);
    }
}

/// A model of [`Rows`], for every scheduler.
#[derive(Clone, Copy, Debug)]
pub struct ByRows<R>(R);

impl<R> ByRows<R> {
    /// The model within.
    pub fn inner(&self) -> &R {
        &self.0
    }
}

impl<R: Rows> Model for ByRows<R> {
    type Columns = R::Columns;
    type Params = R::Params;
    type Stats = R::Stats;
    type Passes = (Self,);
    type Event = R::Event;
    type Child = R::Child;

    const NAME: &'static str = R::NAME;
    const ABOUT: &'static str = R::ABOUT;
    const TOTALS: bool = R::TOTALS;
    const POKES: &'static [&'static str] = R::POKES;
    const FIELDS: &'static [Field<Self>] = R::FIELDS;

    fn new(params: R::Params, setup: &Setup) -> Result<Self, ParamError> {
        R::new(params, setup).map(Self)
    }

    fn follow(&self, params: R::Params, setup: &Setup) -> Result<Self, ParamError> {
        self.0.follow(params, setup).map(Self)
    }

    fn slowest(&self) -> Option<f32> {
        self.0.slowest()
    }

    fn spawn(&self, setup: &Setup, id: u32) -> RowOf<Self> {
        self.0.spawn(setup, id)
    }

    fn check(&self, me: &RowOf<Self>) -> Result<(), String> {
        self.0.check(me)
    }

    fn is_stricter(&self, before: &Self) -> bool {
        self.0.is_stricter(&before.0)
    }

    fn apply(&self, me: &mut RowOf<Self>, event: &Event<R::Event>, tick: &Tick<Self>) {
        self.0.apply(me, event, tick);
    }

    fn poke(&self, me: &mut RowOf<Self>, poke: &Poke<'_, Self>) {
        self.0.poke(me, poke);
    }

    fn born(&self, child: &R::Child, parent: &mut RowOf<Self>, tick: &Tick<Self>) -> RowOf<Self> {
        self.0.born(child, parent, tick)
    }

    fn fed(&self, me: &mut RowOf<Self>, tick: &Tick<Self>) {
        self.0.fed(me, tick);
    }

    fn inflow(&self, tick: &Tick<Self>) -> u32 {
        self.0.inflow(tick)
    }

    fn arrive(&self, number: u32, tick: &Tick<Self>) -> RowOf<Self> {
        self.0.arrive(number, tick)
    }

    #[inline(always)]
    fn update<S: Isa>(&self, _me: &mut TileOf<'_, S, Self>, _tick: &Tick<Self>) {}
}

impl<R: Rows> Pass<Self> for ByRows<R> {
    type Shown = <R::Columns as Columns>::Shown;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = ();

    const ROWS: bool = true;

    fn radius(model: &Self) -> f32 {
        model.0.radius()
    }

    fn most_neighbours(model: &Self) -> Option<u32> {
        model.0.most_neighbours()
    }

    #[inline(always)]
    fn show(_: &Self, now: &RefOf<'_, Self>, row: usize, _: &Tick<Self>) -> Self::Shown {
        R::Columns::shown(now, row)
    }

    #[inline(always)]
    fn pair<S: Isa>(_: &Self, _tile: &(), _pair: &Pair<'_, S, Self>, _sum: &mut ()) {}

    #[inline(always)]
    fn finish<S: Isa>(_: &Self, _all: &mut Finish<'_, '_, S, Self>) {}

    fn step(model: &Self, all: &mut Step<'_, '_, Self>) {
        for lane in 0..all.block.count {
            let row = all.block.at + lane;
            let me = R::Columns::row(&R::Columns::share(all.columns), row);
            let own = (all.block.first + lane) as u32;
            let place = all.outbox.place(own);
            let mut around = Around {
                tick: all.tick,
                id: all.outbox.id(own),
                row,
                place,
                near: &all.near[lane],
                candidates: all.outbox.candidates,
                outbox: &mut *all.outbox,
            };
            let next = model.0.step(&me, &mut around);
            R::Columns::set_row(all.columns, row, &next);
        }
    }
}
