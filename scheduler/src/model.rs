//! What a model is: its columns and a few functions over borrowed views.
//!
//! A model never sees a thread, a worker, a rank, or whether a neighbour is a ghost. In the order
//! of one tick:
//!
//! ```text
//! record            what each entity shows its neighbours
//! load, pair, finish    the neighbour pass over tiles of eight entities: reads the state of tick t,
//!                   writes scratch columns, sends events, asks for births
//! apply             each event that arrived, in order of (target, source, kind)
//! born              each birth, with its id
//! update            integrates all entities to tick t + 1
//! tally             integer statistics
//! ```
//!
//! # Determinism
//!
//! The functions must be pure functions of their arguments, made of the exact operations that
//! `flockwork-kernel` offers; random numbers come from `flockwork_kernel::rng` by (seed, tick, id).

use alloc::string::String;
use core::ops::Range;

use bytemuck::{Pod, Zeroable};
use flockwork_kernel::World;
use flockwork_kernel::columns::Columns;
use flockwork_kernel::isa::Isa;
use flockwork_spatial::{Pair, Positioned};

use crate::compute::Context;
use crate::params::{ParamError, Params};

/// Read-only views of a model's columns.
pub type RefOf<'a, M> = <<M as Model>::Columns as Columns>::Ref<'a>;
/// Writable views of a model's columns.
pub type MutOf<'a, M> = <<M as Model>::Columns as Columns>::Mut<'a>;
/// Writable views of a model's scratch columns.
pub type ScratchOf<'a, M> = <<M as Model>::Columns as Columns>::Scratch<'a>;

/// A model of simple agents.
///
/// Its columns must have `x: f32` and `y: f32` among the ghost columns. If there is a column
/// `alive: u8`, an entity that has 0 there after [`Model::update`] is removed.
pub trait Model: Sized + Send + Sync + 'static {
    /// The columns of an entity.
    type Columns: Columns;
    /// The parameters.
    type Params: Params;
    /// What an entity shows to its neighbours.
    type Record: Positioned + Default + Send + Sync + 'static;
    /// What the neighbour pass holds of a tile of eight entities.
    type Tile<S: Isa>: Copy;
    /// What adds up over the neighbours of a tile.
    type Sum<S: Isa>: Copy;

    /// The name in scenario files.
    const NAME: &'static str;
    /// What it simulates, in a sentence.
    const ABOUT: &'static str;
    /// Whether it sends events.
    const EVENTS: bool = false;
    /// Whether it asks for births.
    const BIRTHS: bool = false;
    /// How many integer sums [`Model::tally`] makes; at most [`MAX_SUMS`].
    const SUMS: usize = 0;
    /// How many running integers [`Model::remember`] keeps from tick to tick.
    const HISTORY: usize = 0;
    /// What [`Model::report`] reports.
    const STATS: &'static [Stat] = &[];

    /// Makes the model.
    ///
    /// # Errors
    ///
    /// [`ParamError::Conflict`] if parameters, each allowed by itself, do not go together.
    fn new(params: Self::Params, setup: &Setup) -> Result<Self, ParamError>;

    /// The interaction radius, in the world's length unit.
    fn radius(&self) -> f32;

    /// How many neighbours count at most, those of smallest (squared distance, id).
    fn most_neighbours(&self) -> Option<u32> {
        None
    }

    /// Sets the columns of entity `id` before the first tick, as a function of (seed, id).
    fn spawn(&self, setup: &Setup, id: u32, columns: &mut MutOf<'_, Self>, row: usize);

    /// Says what is wrong with the entity in `row` beyond what the ranges of its columns say, such
    /// as a heading that is not of length 1. Asked of every entity that comes in from a table or a
    /// snapshot.
    ///
    /// # Errors
    ///
    /// What is wrong and what is allowed, to go on after "entity 7: ".
    fn check(&self, _columns: &RefOf<'_, Self>, _row: usize) -> Result<(), String> {
        Ok(())
    }

    /// What the entity in `row` shows to its neighbours.
    fn record(&self, columns: &RefOf<'_, Self>, row: usize) -> Self::Record;

    /// Loads eight entities from row `at` on, and begins their sum.
    fn load<S: Isa>(&self, columns: &RefOf<'_, Self>, at: usize) -> (Self::Tile<S>, Self::Sum<S>);

    /// Adds what one candidate does to the eight entities; a lane that is not in `pair.near` must
    /// get +0.0.
    fn pair<S: Isa>(
        &self,
        tile: &Self::Tile<S>,
        other: &Self::Record,
        pair: &Pair<S>,
        sum: &mut Self::Sum<S>,
    );

    /// Takes the sums of the `count` entities from row `at` on. May write full lanes to scratch
    /// columns: rows past `count` are written again later.
    #[allow(clippy::too_many_arguments)]
    fn finish<S: Isa>(
        &self,
        at: usize,
        count: usize,
        tile: &Self::Tile<S>,
        sum: &Self::Sum<S>,
        columns: &RefOf<'_, Self>,
        scratch: &mut ScratchOf<'_, Self>,
        context: &mut Context<'_, Self>,
    );

    /// Applies an event to its target in `row`.
    fn apply(&self, _columns: &mut MutOf<'_, Self>, _row: usize, _event: &Event, _tick: &Tick) {}

    /// Sets the columns of a newborn in row `child`, but for its id, which is set already; may
    /// change its parent in row `parent` too.
    fn born(
        &self,
        _columns: &mut MutOf<'_, Self>,
        _birth: &Birth,
        _parent: usize,
        _child: usize,
        _tick: &Tick,
    ) {
    }

    /// Takes the entities in `rows` from tick t to t + 1: some of the domain's, by whole tiles but
    /// for the last. A -0.0 that it leaves becomes +0.0, and a value that its column may not hold
    /// ends the run.
    fn update<S: Isa>(&self, columns: &mut MutOf<'_, Self>, rows: Range<usize>, tick: &Tick);

    /// Adds what the entity in `row` has to the sums: integers, or reals in fixed point.
    fn tally(&self, _columns: &RefOf<'_, Self>, _row: usize, _sums: &mut [i64]) {}

    /// Adds a tick's sums to the running integers; called after every tick if there are any.
    fn remember(&self, _totals: &Totals<'_>, _history: &mut [i64]) {}

    /// Gives the statistics, in the order of [`Model::STATS`].
    fn report(&self, _totals: &Totals<'_>, _each: &mut dyn FnMut(f64)) {}
}

/// The most sums of a model.
pub const MAX_SUMS: usize = 32;

/// One statistic that a model reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The key in reports.
    pub name: &'static str,
    /// What it is, with its unit.
    pub about: &'static str,
}

/// What a run begins with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setup {
    /// The world.
    pub world: World,
    /// The number of entities at tick 0.
    pub population: u32,
    /// The seed of all random numbers.
    pub seed: u64,
    /// Time per tick, in the model's time unit.
    pub dt: f32,
}

impl Setup {
    /// The same set-up without any -0.0.
    pub(crate) fn canonical(self) -> Self {
        // A world's sides are never 0.
        Self { dt: self.dt + 0.0, ..self }
    }
}

/// The tick that is being computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// Ticks done before this one.
    pub number: u64,
    /// What the run began with.
    pub setup: Setup,
}

/// Sums over all entities of the world.
#[derive(Clone, Copy, Debug)]
pub struct Totals<'a> {
    /// Ticks done.
    pub tick: u64,
    /// The number of entities.
    pub population: u64,
    /// The sums of [`Model::tally`].
    pub sums: &'a [i64],
    /// The running integers of [`Model::remember`].
    pub history: &'a [i64],
    /// What the run began with.
    pub setup: &'a Setup,
}

/// Mail from one entity to another, applied by the target's owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Event {
    /// The id of the entity it is for.
    pub target: u32,
    /// The id of the entity it is from.
    pub source: u32,
    /// What it means; the model's own numbers.
    pub kind: u32,
    /// The cell of the target: row * columns + column.
    pub(crate) cell: u32,
    /// What it carries.
    pub value: [f32; 4],
}

impl Event {
    /// The canonical order: target, source, kind, then all bits carried.
    pub(crate) fn key(&self) -> (u32, u32, u32, [u32; 4]) {
        (self.target, self.source, self.kind, self.value.map(f32::to_bits))
    }
}

/// How many numbers a birth carries.
pub const BIRTH_VALUES: usize = 12;

/// A birth asked for in the neighbour pass.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Birth {
    /// The parent's id.
    pub parent: u32,
    pub(crate) row: u32,
    /// What it carries, such as the child's genes.
    pub value: [f32; BIRTH_VALUES],
}
