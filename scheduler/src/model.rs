//! What a model is: its columns and a few functions over borrowed views.
//!
//! A model never sees a thread, a worker, a rank, or whether a neighbour is a ghost. In the order
//! of one tick:
//!
//! ```text
//! of each pass, one after the other:
//!     show              what each entity shows its neighbours, besides its place
//!     load, pair, finish    the neighbour pass over tiles of eight entities: reads the state of
//!                   tick t, writes scratch columns, sends events, asks for births
//! fields            what entities want of fields and give is settled, in scratch columns
//! apply             each event that arrived, in order of (target, source, what it carries)
//! born              each child, with its id, in order of (parent, as asked for)
//! arrive            each newcomer without a parent
//! update            takes all entities but those to tick t + 1, a tile at a time
//! ```
//!
//! Most models have one [`Pass`], and are it themselves: `type Passes = (Self,)`.
//!
//! What a model reports is its [`Stats`], made by [`stats!`](crate::stats!). A model that is to be
//! written over plain numbers, one entity at a time, is [`Rows`](crate::Rows).
//!
//! # Determinism
//!
//! The functions must be pure functions of their arguments, made of the exact operations that
//! `flockwork-kernel` offers; random numbers are those of [`Tick::draw`] or `flockwork_kernel::rng`.

use alloc::string::String;
use alloc::vec::Vec;

use flockwork_kernel::columns::Columns;
use flockwork_kernel::integrate::EdgeLanes;
use flockwork_kernel::isa::Isa;
use flockwork_kernel::simd::{F32x8, Mask8, U32x8, Vector8};
use flockwork_kernel::{LANES, Vector, rng};
use flockwork_spatial::Block;

use crate::desks::{Lists, PassLists};
use crate::field::Field;
use crate::letter::{EventKind, Letter};
use crate::outbox::{NOBODY, Outbox, Who};
use crate::params::{ParamError, Params};
use crate::start::{Setup, Totals};
use crate::stats::{History, Stat, Stats, Tally};

/// What a model's passes work on.
pub(crate) type ListsOf<M> = <<M as Model>::Passes as Passes<M>>::Lists;
/// The axes of a model: the plane or space.
pub type AxesOf<M> = <<M as Model>::Columns as Columns>::Axes;
/// A vector of a model.
pub type VectorOf<M> = Vector<AxesOf<M>>;
/// Eight vectors of a model, one per lane.
pub type Vector8Of<M, S> = Vector8<AxesOf<M>, S>;
/// Read-only views of a model's columns.
pub type RefOf<'a, M> = <<M as Model>::Columns as Columns>::Ref<'a>;
/// Writable views of a model's columns.
pub type MutOf<'a, M> = <<M as Model>::Columns as Columns>::Mut<'a>;
/// One entity of a model as plain numbers.
pub type RowOf<M> = <<M as Model>::Columns as Columns>::Row;
/// The ghost columns of one entity of a model.
pub type ShownOf<M> = <<M as Model>::Columns as Columns>::Shown;
/// Eight entities of a model, writable.
pub type TileOf<'a, S, M> = <<M as Model>::Columns as Columns>::Tile<'a, S>;
/// Eight entities of a model as they travel, read only.
pub type LookOf<'a, S, M> = <<M as Model>::Columns as Columns>::Look<'a, S>;
/// The scratch columns of eight entities of a model, writable.
pub type LeftOf<'a, S, M> = <<M as Model>::Columns as Columns>::Left<'a, S>;

/// A model of simple agents.
///
/// Its columns must have `x: f32` and `y: f32` among the ghost columns, and `z: f32` in space, as
/// `position: vec(x, y)` and `position: vec(x, y, z)` make them. If there is a column `alive` of `bool` or `u8`, an entity that has false or 0 there after
/// [`Model::update`] is removed.
pub trait Model: Sized + Send + Sync + 'static {
    /// The columns of an entity.
    type Columns: Columns;
    /// The parameters.
    type Params: Params;
    /// What is reported: made by [`stats!`](crate::stats!), or `()` for nothing.
    type Stats: Stats<Self, Row = RowOf<Self>, Event = Event<Self::Event>>;
    /// Its neighbour passes in their order: one to four in a tuple.
    type Passes: Passes<Self>;
    /// What events carry: a plain type of the model's own, or [`Never`](crate::Never).
    type Event: Letter;
    /// What a birth carries: likewise.
    type Child: Letter;

    /// The name in scenario files.
    const NAME: &'static str;
    /// What it simulates, in a sentence.
    const ABOUT: &'static str;
    /// Whether it reads [`Tick::totals`], which costs a sum over all entities and processes in each
    /// tick.
    const TOTALS: bool = false;
    /// The numbers that a poke may have, by name; where there are none nobody can be poked.
    const POKES: &'static [&'static str] = &[];
    /// Its fields: see [`crate::field`].
    const FIELDS: &'static [Field<Self>] = &[];
    /// What its events are called where they are told, if it has any.
    const EVENT: EventKind = EventKind { name: "event", values: &[] };

    /// Makes the model.
    ///
    /// # Errors
    ///
    /// [`ParamError::Conflict`] if parameters, each allowed by itself, do not go together.
    fn new(params: Self::Params, setup: &Setup) -> Result<Self, ParamError>;

    /// Makes the model that follows this one where parameters change between two ticks: as [`Model::new`] would. It
    /// may share with this one what stays as it is.
    ///
    /// # Errors
    ///
    /// As [`Model::new`].
    fn follow(&self, params: Self::Params, setup: &Setup) -> Result<Self, ParamError> {
        Self::new(params, setup)
    }

    /// The speed of the slowest that is to move, in length per time; None where no speed is the least
    /// that means something. A world whose places are further apart than a 64th of the way it goes in
    /// a tick is refused, unless it takes places as they are: see [`flockwork_kernel::Precision`].
    fn slowest(&self) -> Option<f32> {
        None
    }

    /// Entity `id` before the first tick, as a function of (seed, id); its own `id` need not be set.
    fn spawn(&self, setup: &Setup, id: u32) -> RowOf<Self>;

    /// Says what is wrong with an entity beyond what the ranges of its columns say, such as a
    /// heading that is not of length 1. Asked of every entity that comes in from a table or a
    /// snapshot, by inputs, and of all who are there where parameters change: see [`Model::is_stricter`].
    ///
    /// # Errors
    ///
    /// What is wrong and what is allowed, to go on after "entity 7: ".
    fn check(&self, _me: &RowOf<Self>) -> Result<(), String> {
        Ok(())
    }

    /// Whether somebody whom the model `before` would take may be one whom this one does not take: asked where
    /// parameters make this one follow it between two ticks. If so, all who are there are held against
    /// [`Model::check`] once more.
    fn is_stricter(&self, _before: &Self) -> bool {
        true
    }

    /// Applies an event to the entity that it was for.
    fn apply(&self, _me: &mut RowOf<Self>, _event: &Event<Self::Event>, _tick: &Tick<Self>) {
        const { assert!(!Self::Event::ANY, "a model with events has a function `apply`") }
    }

    /// What a poke does to an entity, between two ticks: see [`Input::Poke`](crate::Input::Poke). Scratch
    /// columns are 0, its id stays. Who is not alive afterwards is gone.
    fn poke(&self, _me: &mut RowOf<Self>, _poke: &Poke<'_, Self>) {}

    /// Makes a child of `parent`, which may be changed; the child's id is given to it.
    fn born(
        &self,
        _child: &Self::Child,
        _parent: &mut RowOf<Self>,
        _tick: &Tick<Self>,
    ) -> RowOf<Self> {
        const { assert!(!Self::Child::ANY, "a model with births has a function `born`") }
        RowOf::<Self>::default()
    }

    /// How many entities come into the world in this tick without a parent: a function of the tick
    /// alone.
    fn inflow(&self, _tick: &Tick<Self>) -> u32 {
        0
    }

    /// Makes one of them, given its number among those of the tick.
    fn arrive(&self, _number: u32, _tick: &Tick<Self>) -> RowOf<Self> {
        RowOf::<Self>::default()
    }

    /// What an entity of a model in rows makes of what it got from fields.
    #[doc(hidden)]
    fn fed(&self, _me: &mut RowOf<Self>, _tick: &Tick<Self>) {}

    /// Takes up to eight entities from tick t to t + 1. A -0.0 that it leaves becomes +0.0; a value
    /// that its column may not hold ends the run, and so does a place outside of a bounded world.
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>);
}

/// A neighbour pass of a model: which neighbours are met, and what comes of it.
///
/// A model with one pass is it itself. Where there are several, each is a type without values; later
/// ones see what earlier ones left in scratch columns.
pub trait Pass<M: Model>: Sized + 'static {
    /// What an entity shows its neighbours, besides its place: often the `Shown` of its columns.
    type Shown: Copy + Default + Send + Sync + 'static;
    /// What the pass holds of a tile of eight entities.
    type Tile<S: Isa>: Copy + Default;
    /// What adds up over the neighbours of a tile: [`Sum8`](flockwork_kernel::simd::Sum8) and
    /// [`Count8`](flockwork_kernel::simd::Count8), by themselves or in a struct.
    ///
    /// Fifteen lanes of them are what a processor of sixteen registers holds.
    type Sum<S: Isa>: Copy + Default;

    /// Whether pairs are dear: candidates near no entity of a tile are then left out before `pair`.
    /// Pays where a pair costs a division or more, or in space, where most candidates are near nobody,
    /// more lanes than there are registers.
    const SELECTIVE: bool = false;
    /// Whether only some look, or only some are seen: then [`Pass::looks`] and [`Pass::is_seen`] are
    /// asked, and the pass costs what those cost who look.
    const CHOOSES: bool = false;
    /// The scratch columns that [`Pass::show`] reads, by name, which earlier passes of the tick wrote: they
    /// travel to ghosts before this pass. Of another pass ghosts do not show them. All passes of a
    /// model that read some name the same ones.
    const READS: &'static [&'static str] = &[];
    /// Whether [`Pass::step`] does the work of `load`, `pair`, `finish` and the model's `update`.
    #[doc(hidden)]
    const ROWS: bool = false;

    /// The interaction radius, in the world's length unit.
    fn radius(model: &M) -> f32;

    /// Which of eight entities look at their neighbours in this pass. Those who do not have no
    /// [`Pass::load`] and [`Pass::finish`].
    #[inline(always)]
    fn looks<S: Isa>(_model: &M, _now: &LookOf<'_, S, M>, _tick: &Tick<M>) -> Mask8<S> {
        Mask8::first(LANES)
    }

    /// Whether the entity in `row` can be a neighbour in this pass: from its ghost columns, as
    /// [`Pass::show`].
    #[inline(always)]
    fn is_seen(_model: &M, _now: &RefOf<'_, M>, _row: usize, _tick: &Tick<M>) -> bool {
        true
    }

    /// How many neighbours count at most, those of smallest (squared distance, id).
    fn most_neighbours(_model: &M) -> Option<u32> {
        None
    }

    /// What the entity in `row` shows its neighbours: made of ghost columns. The others are empty where
    /// it is a ghost, and to read them there by index ends the run.
    fn show(model: &M, now: &RefOf<'_, M>, row: usize, tick: &Tick<M>) -> Self::Shown;

    /// Loads what `pair` needs of eight entities, and begins their sum; zeros unless it is given.
    #[inline(always)]
    fn load<S: Isa>(
        _model: &M,
        _now: &LookOf<'_, S, M>,
        _tick: &Tick<M>,
    ) -> (Self::Tile<S>, Self::Sum<S>) {
        Default::default()
    }

    /// Adds what one candidate does to the eight entities whose neighbour it is: those of
    /// `pair.near`.
    fn pair<S: Isa>(
        model: &M,
        tile: &Self::Tile<S>,
        pair: &Pair<'_, S, M, Self>,
        sum: &mut Self::Sum<S>,
    );

    /// Takes the sums of eight entities: reads their state of tick t, writes their scratch columns,
    /// sends events, asks for births.
    fn finish<S: Isa>(model: &M, all: &mut Finish<'_, '_, S, M, Self>);

    /// Takes one entity from tick t to t + 1, with its neighbours in canonical order.
    #[doc(hidden)]
    fn step(_model: &M, _all: &mut Step<'_, '_, M, Self>) {}
}

/// The neighbour passes of a model, in their order: a tuple of them.
pub trait Passes<M: Model>: 'static {
    /// How many there are.
    const COUNT: usize;
    /// Whether [`Pass::step`] does the work of all functions.
    #[doc(hidden)]
    const ROWS: bool;
    /// The scratch columns that some read.
    #[doc(hidden)]
    const SHARED: &'static [&'static str];
    /// Whether each of them reads these.
    #[doc(hidden)]
    const READS: &'static [bool];
    /// Bytes of what all of them show of one entity.
    #[doc(hidden)]
    const SHOWN: usize;
    /// What the passes work on.
    #[doc(hidden)]
    type Lists: Lists;

    /// What there is to know of each of them before a tick.
    #[doc(hidden)]
    fn sights(model: &M) -> [Option<Sight>; MOST_PASSES];

    /// Calls `with` for one of them; none where there is no such pass.
    #[doc(hidden)]
    fn with<W: WithPass<M>>(number: usize, lists: &mut Self::Lists, with: W) -> Option<W::Output>;
}

/// At most so many passes has a model.
pub const MOST_PASSES: usize = 4;

/// What there is to know of a pass before a tick.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// The radius.
    pub radius: f32,
    /// Whether only some look, or are seen.
    pub chooses: bool,
}

/// What is done with a pass.
#[doc(hidden)]
pub trait WithPass<M: Model> {
    /// What comes of it.
    type Output;
    /// Does it.
    fn run<P: Pass<M>>(self, lists: &mut PassLists<P::Shown, M::Columns>) -> Self::Output;
}

/// The tick that is being computed.
pub struct Tick<'a, M: Model> {
    /// Ticks done before this one.
    pub number: u64,
    /// What the run began with.
    pub setup: Setup,
    /// The statistics of all entities at the begin of this tick, the same in every process: for
    /// thermostats, mean fields and quotas. None unless [`Model::TOTALS`] asks for them.
    pub totals: Option<&'a M::Stats>,
}

impl<M: Model> Clone for Tick<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model> Copy for Tick<'_, M> {}

impl<M: Model> Tick<'_, M> {
    /// Time per tick in every lane.
    #[inline(always)]
    pub fn dt<S: Isa>(&self) -> F32x8<S> {
        F32x8::splat(self.setup.dt)
    }

    /// Random numbers for entity `id` in this tick, of their own for each `stream`.
    #[inline]
    pub fn draw(&self, id: u32, stream: u32) -> [u32; 4] {
        rng::draw(self.setup.seed, self.number, id, stream)
    }

    /// As [`Tick::draw`], for eight entities.
    #[inline(always)]
    pub fn draw_lanes<S: Isa>(&self, ids: U32x8<S>, stream: u32) -> [U32x8<S>; 4] {
        rng::draw_lanes(self.setup.seed, self.number, ids, stream)
    }

    /// Moves by `velocity * dt`, and brings places back into the world: gives position and
    /// velocity, which a wall turns round.
    #[inline(always)]
    pub fn drift<S: Isa>(
        &self,
        position: Vector8Of<M, S>,
        velocity: Vector8Of<M, S>,
    ) -> (Vector8Of<M, S>, Vector8Of<M, S>) {
        self.bound(position + velocity * self.dt(), velocity)
    }

    /// Brings places back into the world: gives position and direction, which a wall turns round.
    #[inline(always)]
    pub fn bound<S: Isa>(
        &self,
        position: Vector8Of<M, S>,
        direction: Vector8Of<M, S>,
    ) -> (Vector8Of<M, S>, Vector8Of<M, S>) {
        EdgeLanes::of(&self.setup.world).bound(position, direction)
    }
}

/// What the pass says about one candidate and the eight entities of a tile.
pub struct Pair<'a, S: Isa, M: Model, P: Pass<M> = M> {
    /// What the candidate shows.
    pub other: &'a P::Shown,
    /// From each entity to the candidate.
    pub offset: Vector8Of<M, S>,
    /// Squared distance.
    pub d2: F32x8<S>,
    /// Lanes whose neighbour the candidate is: closer than the radius, within the cap, and not the
    /// entity itself.
    pub near: Mask8<S>,
    /// The candidate's index in the pass, for [`Finish`].
    pub index: u32,
    /// The tick.
    pub tick: &'a Tick<'a, M>,
}

/// What a model's pass writes besides scratch columns.
pub(crate) type OutboxOf<'a, M, P = M> = Outbox<
    'a,
    <M as Model>::Columns,
    <P as Pass<M>>::Shown,
    <M as Model>::Event,
    <M as Model>::Child,
>;

/// Eight entities whose neighbours have been met.
pub struct Finish<'a, 'd, S: Isa, M: Model, P: Pass<M> = M> {
    /// The tick.
    pub tick: &'a Tick<'a, M>,
    /// What [`Pass::load`] gave.
    pub tile: &'a P::Tile<S>,
    /// What added up.
    pub sum: &'a P::Sum<S>,
    /// Their state of tick t.
    pub now: LookOf<'a, S, M>,
    /// Their scratch columns. All eight lanes may be written.
    pub left: LeftOf<'a, S, M>,
    /// The lanes that are entities: of a row's last tile some may be none.
    pub own: Mask8<S>,
    pub(crate) who: Who<'a, AxesOf<M>>,
    pub(crate) outbox: &'a mut OutboxOf<'d, M, P>,
}

impl<S: Isa, M: Model, P: Pass<M>> Finish<'_, '_, S, M, P> {
    /// The id of the entity in `lane`.
    pub fn id(&self, lane: usize) -> u32 {
        match self.who {
            Who::Block(block) if lane < block.count => self.outbox.id((block.first + lane) as u32),
            Who::Block(_) => NOBODY,
            Who::Lookers(some) => {
                some.get(lane).map_or(NOBODY, |looker| self.outbox.id(looker.record))
            }
        }
    }

    /// The id of a candidate by its index in the pass.
    pub fn id_of(&mut self, index: u32) -> u32 {
        self.outbox.entry(index).map_or(NOBODY, |entry| entry.id())
    }

    /// The ghost columns of a candidate by its index in the pass, as of the begin of the tick.
    pub fn neighbour(&mut self, index: u32) -> ShownOf<M> {
        self.outbox.neighbour(index)
    }

    /// The places of candidates by their indices in the pass, where the mask is true; zero elsewhere.
    #[inline(always)]
    pub fn places(&mut self, indices: U32x8<S>, some: Mask8<S>) -> Vector8Of<M, S> {
        if !some.any() {
            return Vector8::default();
        }
        let indices = indices.to_array();
        let (mut x, mut y, mut z) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for lane in some.lanes() {
            let place = self.outbox.place(indices[lane]);
            (x[lane], y[lane], z[lane]) = (place.x, place.y, place.along(2));
        }
        Vector8::of(F32x8::from_array(x), F32x8::from_array(y), F32x8::from_array(z))
    }

    /// Sends an event from the entity in `lane` to a candidate by its index in the pass.
    pub fn send(&mut self, lane: usize, to: u32, value: M::Event) {
        self.outbox.send(self.id(lane), to, value);
    }

    /// Asks for a child of the entity in `lane`; nothing for a lane that is none.
    pub fn birth(&mut self, lane: usize, child: M::Child) {
        let parent = self.id(lane);
        let row = match self.who {
            Who::Block(block) => block.at + lane,
            Who::Lookers(some) => some.get(lane).map_or(0, |looker| looker.at as usize),
        };
        self.outbox.birth(parent, row, child);
    }
}

/// A tile of entities whose neighbours are listed.
#[doc(hidden)]
pub struct Step<'a, 'd, M: Model, P: Pass<M> = M> {
    pub(crate) tick: &'a Tick<'a, M>,
    pub(crate) block: Block,
    pub(crate) columns: &'a mut MutOf<'d, M>,
    pub(crate) near: &'a [Vec<u32>; LANES],
    pub(crate) outbox: &'a mut OutboxOf<'d, M, P>,
}

/// Mail from one entity to another, applied by the target's owner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event<E> {
    /// The id of the entity it is for.
    pub target: u32,
    /// The id of the entity it is from.
    pub source: u32,
    /// What it carries.
    pub value: E,
}

/// Something that reaches everybody around a point from outside.
pub struct Poke<'a, M: Model> {
    /// From the point to the entity, along the shortest way.
    pub offset: VectorOf<M>,
    /// The tick that comes next.
    pub tick: &'a Tick<'a, M>,
    /// In the order of [`Model::POKES`].
    pub(crate) values: &'a [f32],
}

impl<M: Model> Poke<'_, M> {
    /// One of its numbers, of those in [`Model::POKES`]; 0 unless it was given.
    #[inline]
    pub fn get(&self, name: &str) -> f32 {
        let at = M::POKES.iter().position(|known| *known == name);
        at.and_then(|at| self.values.get(at)).copied().unwrap_or(0.0)
    }
}

impl<M: Model> Stats<M> for () {
    type Row = RowOf<M>;
    type Event = Event<M::Event>;
    const LIST: &'static [Stat] = &[];
    fn tally(_: &M, _: usize, _: impl Fn(usize) -> RowOf<M>, _: &mut Tally<'_>) {}
    fn hear(_: &M, _: &RowOf<M>, _: &Event<M::Event>, _: &mut Tally<'_>) {}
    fn of(_: &M, _: &mut Tally<'_>, _: &mut History<'_>, _: &Totals<'_>) -> Self {}
    fn each(&self, _: &mut dyn FnMut(f64)) {}
}
