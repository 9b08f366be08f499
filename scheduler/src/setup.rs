//! Checks of everything a simulation begins with.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::convert::Infallible;
use core::fmt;

use flockwork_kernel::columns::{Column, Columns, LayoutError, Number, Reach, find, first_unsound};
use flockwork_kernel::float_mode::{self, FloatMode};
use flockwork_kernel::lattice::{self, Lattice};
use flockwork_kernel::{Axes, Axis, Vector, World};
use flockwork_spatial::{CutError, Grid, GridError};

use crate::arena::Arena;
use crate::bounds::{Bounds, Outside};
use crate::error::{DomainError, MODE_HINT, Panicked, Phase, Place, StepError};
use crate::field::{FieldError, MOST_CELLS, Sown, Start};
use crate::guard::guarded;
use crate::inputs::Refused;
use crate::model::{AxesOf, Model, VectorOf};
use crate::params::{ParamError, Params};
use crate::passes::radii;
use crate::precision::{self, Coarse, Needed};
use crate::resume::{Misfit, SnapshotError};
use crate::snapshot::DecodeError;
use crate::start::Setup;

/// Changes the packed row of an entity before the first tick, given its number.
pub type Initial<'a> = dyn FnMut(u32, &mut [u8]) -> Result<(), SimulationError> + 'a;

/// The most entities at tick 0.
pub const MAX_POPULATION: u32 = 1 << 30;

/// Checks set-up and parameters, and makes the model and its grid; says how finely it needs places.
///
/// # Errors
///
/// [`SimulationError`] that says which part is not acceptable.
pub fn check<M: Model>(
    setup: &Setup,
    params: &M::Params,
) -> Result<(M, Grid, Needed), SimulationError> {
    check_following(None, setup, params)
}

/// The same, where the model follows one that was there before.
///
/// # Errors
///
/// As [`check`].
#[inline(never)]
pub(crate) fn check_following<M: Model>(
    before: Option<&M>,
    setup: &Setup,
    params: &M::Params,
) -> Result<(M, Grid, Needed), SimulationError> {
    check_mode()?;
    let axes = AxesOf::<M>::COUNT;
    for name in &World::COORDINATES[..axes] {
        if find::<f32>(M::Columns::SCHEMA, name).is_none() {
            return Err(SimulationError::NoPosition { column: name });
        }
    }
    if setup.world.axes().len() != axes {
        return Err(SimulationError::Axes { model: axes, world: setup.world.axes().len() });
    }
    if setup.population > MAX_POPULATION {
        return Err(SimulationError::Population { given: u64::from(setup.population) });
    }
    if !(setup.dt >= 0.0 && setup.dt.is_finite()) {
        return Err(SimulationError::Timestep { given: setup.dt });
    }
    let place = Place { phase: Phase::SetUp, domain: None, tick: 0 };
    let made = guarded(place, 0, || {
        let (params, setup) = (params.clone().canonical(), setup.canonical());
        let model = match before {
            Some(before) => before.follow(params, &setup),
            None => M::new(params, &setup),
        };
        model.map(|model| {
            let radii = radii(&model);
            let needed = Needed::of(radii.0, model.slowest(), setup.dt);
            (model, radii, needed)
        })
    })?;
    let (model, (radius, longest), needed) = made?;
    let grid = Grid::new(setup.world, radius, setup.population)?.reaching(longest)?;
    precision::check(&setup.world, needed)?;
    Ok((model, grid, needed))
}

/// The cells of the fields of a model: as many as `sown` says, or about one for each radius; and what is in them.
///
/// # Errors
///
/// [`SimulationError::Field`].
pub(crate) fn check_fields<M: Model>(
    model: &M,
    setup: &Setup,
    radius: f32,
    sown: &[Sown],
) -> Result<Vec<(Lattice, Start)>, SimulationError> {
    let mut fields = Vec::new();
    for (at, field) in M::FIELDS.iter().enumerate() {
        let Sown { cells, start } = sown.get(at).cloned().unwrap_or_default();
        let said = |problem: String| FieldError { field: field.name.into(), problem };
        let cells = cells.unwrap_or_else(|| default_cells(&setup.world, radius));
        let lattice = Lattice::of(&setup.world, &cells).map_err(|_| {
            let axes = setup.world.axes().len();
            said(format!(
                "its cells are {cells:?}: they must be {axes} numbers from 1 to {MOST_CELLS}, of at most \
                 {} cells in all",
                lattice::MOST
            ))
        })?;
        let place = Place { phase: Phase::SetUp, domain: None, tick: 0 };
        let start = match start {
            Some(start) => start,
            None => guarded(place, 0, || field.sown(model))?,
        };
        start.check(&lattice).map_err(said)?;
        fields.push((lattice, start));
    }
    check_rules(model, setup, fields.iter().map(|(lattice, _)| *lattice))?;
    Ok(fields)
}

/// About one cell for each radius, and not too many.
fn default_cells(world: &World, radius: f32) -> Vec<u32> {
    // With so many along each axis there are never too many in all.
    let most = if world.is_space() { 512 } else { 8192 };
    let count = |axis: &Axis| ((axis.length / radius) as u32).clamp(1, most);
    world.axes().iter().map(count).collect()
}

/// Checks that the rules of a model's fields can be followed on these cells.
///
/// # Errors
///
/// [`SimulationError::Field`].
pub(crate) fn check_rules<M: Model>(
    model: &M,
    setup: &Setup,
    lattices: impl Iterator<Item = Lattice>,
) -> Result<(), SimulationError> {
    for (field, lattice) in M::FIELDS.iter().zip(lattices) {
        let place = Place { phase: Phase::SetUp, domain: None, tick: 0 };
        let rule = guarded(place, 0, || (field.rule)(model))?;
        let fits = rule.steps(&lattice, setup.dt);
        fits.map_err(|problem| FieldError { field: field.name.into(), problem })?;
    }
    Ok(())
}

/// The calling thread must compute as every other one does.
pub(crate) fn check_mode() -> Result<(), SimulationError> {
    float_mode::check().map_err(|mode| SimulationError::FloatMode { mode, thread: thread_name() })
}

#[cfg(feature = "std")]
#[allow(clippy::disallowed_methods, reason = "an error says it; no result depends on it")]
fn thread_name() -> String {
    std::thread::current().name().unwrap_or_default().into()
}

#[cfg(not(feature = "std"))]
fn thread_name() -> String {
    String::new()
}

/// Where entities come in.
pub(crate) struct Door<M: Model> {
    /// One entity.
    pub(crate) columns: Arena<M::Columns>,
}

impl<M: Model> Door<M> {
    pub(crate) fn new() -> Result<Self, DomainError> {
        Ok(Self { columns: Arena::new(1)? })
    }

    /// Every value of an entity must be one that its column may hold, its position inside a bounded
    /// world, and the whole as the model wants it.
    pub(crate) fn check(
        &mut self,
        model: &M,
        bounds: &Bounds,
        row: &[u8],
    ) -> Result<(), SimulationError> {
        let id = row.first_chunk::<4>().map_or(0, |id| u32::from_le_bytes(*id));
        if let Some((column, value)) = first_unsound(M::Columns::SCHEMA, row) {
            return Err(if value.is_finite() {
                SimulationError::OutOfRange { id, column, value }
            } else {
                let (column, value) = (column.name, value as f32);
                SimulationError::NonFinite { id, column, value }
            });
        }
        match bounds.outside(position::<M>(row)) {
            None => {}
            Some(Outside::World { column, value, side }) => {
                return Err(SimulationError::OutOfWorld { id, column, value, side });
            }
            Some(Outside::Precision(coarse)) => {
                return Err(SimulationError::TooFar { id, coarse });
            }
        }
        self.columns.unpack(0, Reach::Owned, row);
        let me = M::Columns::row(&self.columns.view()?, 0);
        let unit = M::Columns::check(&me);
        unit.map_err(|problem| SimulationError::Unfit { id, problem: problem.to_string() })?;
        let place = Place { phase: Phase::SetUp, domain: None, tick: 0 };
        let fits = guarded(place, 0, || model.check(&me))?;
        fits.map_err(|problem| SimulationError::Unfit { id, problem })
    }
}

/// The position in a packed row.
pub(crate) fn position<M: Model>(row: &[u8]) -> VectorOf<M> {
    let [x, y, z] = Arena::<M::Columns>::KNOWN.packed;
    let read = |at: usize| row.get(at..at + 4).map_or(0.0, read_f32);
    Vector::of(read(x), read(y), read(z))
}

fn read_f32(bytes: &[u8]) -> f32 {
    f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The ids at tick 0, which must be unique.
pub(crate) struct Ids(Vec<u32>);

impl Ids {
    pub(crate) fn new(count: u32) -> Result<Self, SimulationError> {
        let mut ids = Vec::new();
        ids.try_reserve_exact(count as usize)
            .map_err(|_| DomainError::OutOfMemory { capacity: count as usize })?;
        Ok(Self(ids))
    }

    pub(crate) fn push(&mut self, row: &[u8]) {
        if let Some(id) = row.first_chunk::<4>() {
            self.0.push(u32::from_le_bytes(*id));
        }
    }

    /// Gives the id after the largest.
    pub(crate) fn check(mut self) -> Result<u32, SimulationError> {
        #[allow(clippy::disallowed_methods, reason = "equal ids are the same")]
        self.0.sort_unstable();
        if let Some(pair) = self.0.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(SimulationError::DuplicateId { id: pair[0] });
        }
        let Some(last) = self.0.last().copied() else { return Ok(0) };
        last.checked_add(1).ok_or(SimulationError::DuplicateId { id: last })
    }
}

/// A simulation cannot be made or cannot go on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SimulationError {
    /// The model is for the plane and the world in space, or the other way round.
    Axes {
        /// The axes of the model.
        model: usize,
        /// The axes of the world.
        world: usize,
    },
    /// The model has no column `x: f32`, `y: f32` or, in space, `z: f32`.
    NoPosition {
        /// The missing column.
        column: &'static str,
    },
    /// The number of entities is absurd.
    Population {
        /// What was given.
        given: u64,
    },
    /// The time per tick is negative or not a number.
    Timestep {
        /// What was given.
        given: f32,
    },
    /// The calling thread computes in another way than every other one; see
    /// [`flockwork_kernel::float_mode`]. Nothing was changed.
    FloatMode {
        /// What it does.
        mode: FloatMode,
        /// The name of the thread, if it is known.
        thread: String,
    },
    /// A column of an entity is infinite or NaN.
    NonFinite {
        /// The entity.
        id: u32,
        /// The column.
        column: &'static str,
        /// What was given.
        value: f32,
    },
    /// A value of an entity is outside the range that its column states.
    OutOfRange {
        /// The entity.
        id: u32,
        /// The column.
        column: &'static Column,
        /// What was given.
        value: f64,
    },
    /// An entity is not as the model wants it.
    Unfit {
        /// The entity.
        id: u32,
        /// What is wrong, with what is allowed.
        problem: String,
    },
    /// An entity is outside its world.
    OutOfWorld {
        /// The entity.
        id: u32,
        /// `"x"`, `"y"` or `"z"`.
        column: &'static str,
        /// What was given.
        value: f32,
        /// The length of the world's axis.
        side: f32,
    },
    /// The world reaches to where its places are too far apart.
    TooCoarse(Coarse),
    /// An entity is where they are, in a world without bounds.
    TooFar {
        /// The entity.
        id: u32,
        /// Where it is.
        coarse: Coarse,
    },
    /// Two entities have the same id, or an id is the largest there is.
    DuplicateId {
        /// The id.
        id: u32,
    },
    /// The caller's initial state is not acceptable.
    Initial(String),
    /// After an exchange there were entities too many or too few.
    Conservation {
        /// The tick.
        tick: u64,
        /// How many there should be.
        expected: u64,
        /// How many there were; if as many, then with other ids.
        found: u64,
    },
    /// Something else is going on: poll until it is done.
    Busy {
        /// Ticks done.
        tick: u64,
    },
    /// A field cannot be as it is said.
    Field(FieldError),
    /// Inputs were refused: nothing of them was done, and the simulation can go on.
    Refused(Refused),
    /// Mail between processes failed.
    Transport(String),
    /// The model panicked.
    Panicked(Panicked),
    /// A worker has been busy with one thing for longer than it may. It still is, and holds the
    /// whole state: there is none any more.
    Stalled {
        /// The worker.
        worker: u32,
        /// What it is busy with.
        place: Place,
        /// How long it may take, in seconds.
        deadline: f64,
    },
    /// After an exchange there were messages that nobody had received, or nobody had sent.
    LostMail {
        /// The tick.
        tick: u64,
        /// Messages sent less messages received.
        messages: i64,
    },
    /// A parameter is not acceptable.
    Param(ParamError),
    /// The interaction radius does not fit the world.
    Grid(GridError),
    /// The world does not fit the cut.
    Cut(CutError),
    /// A domain cannot go on.
    Domain(DomainError),
    /// A snapshot cannot be read.
    Snapshot(SnapshotError),
}

impl SimulationError {
    /// The entity that is too far out or that the model does not take; 0 for other errors.
    pub(crate) fn entity(&self) -> u32 {
        match self {
            Self::TooFar { id, .. } | Self::Unfit { id, .. } => *id,
            _ => 0,
        }
    }
}

impl fmt::Display for SimulationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPosition { column } => {
                write!(f, "the model has no column `{column}: f32`, which every model needs")
            }
            Self::Axes { model, world } => write!(
                f,
                "the world has {world} axes and the model is made for {model}: they must be as many"
            ),
            Self::Population { given } => {
                write!(f, "entities is {given}: it must be from 0 to {MAX_POPULATION}")
            }
            Self::Timestep { given } => {
                write!(f, "dt is {given}: it must be a finite number of at least 0")
            }
            Self::FloatMode { mode, thread } => {
                let gap = if thread.is_empty() { "" } else { " " };
                write!(f, "the calling thread{gap}{thread} {mode}, {MODE_HINT}")
            }
            Self::NonFinite { id, column, value } => {
                write!(f, "column `{column}` of entity {id} is {value}: it must be finite")
            }
            Self::OutOfRange { id, column, value } => write!(
                f,
                "column `{}` of entity {id} is {}: it must be {}",
                column.name,
                Number(*value),
                column.allowed()
            ),
            Self::Unfit { id, problem } => write!(f, "entity {id}: {problem}"),
            Self::OutOfWorld { id, column, value, side } => write!(
                f,
                "column `{column}` of entity {id} is {value}: it must be inside the world, from \
                 0 to {side}"
            ),
            Self::TooCoarse(coarse) => {
                write!(f, "the world reaches to {} along {}: {coarse}", coarse.value, coarse.column)
            }
            Self::TooFar { id, coarse } => {
                write!(f, "column `{}` of entity {id} is {}: {coarse}", coarse.column, coarse.value)
            }
            Self::DuplicateId { id } => {
                write!(f, "id {id} is there twice or is too large: ids must be unique")
            }
            Self::Initial(problem) => f.write_str(problem),
            Self::Conservation { tick, expected, found } => write!(
                f,
                "entities were lost or doubled in tick {tick}: {found} instead of {expected} (or \
                 as many with other ids); this is a bug of the scheduler"
            ),
            Self::LostMail { tick, messages } => write!(
                f,
                "mail between regions was lost or doubled in tick {tick}: {messages} more messages \
                 were sent than received; this is a bug of the scheduler or its transport"
            ),
            Self::Busy { tick } => {
                write!(f, "what was begun after tick {tick} is not done: poll until it is")
            }
            Self::Field(error) => error.fmt(f),
            Self::Refused(refused) => refused.fmt(f),
            Self::Transport(problem) => write!(f, "mail between processes failed: {problem}"),
            Self::Panicked(panicked) => panicked.fmt(f),
            Self::Stalled { worker, place, deadline } => write!(
                f,
                "worker {worker} has stalled {place}: the deadline is {deadline} s; the state is \
                 lost, a run can go on from a checkpoint"
            ),
            Self::Param(error) => error.fmt(f),
            Self::Grid(error) => error.fmt(f),
            Self::Cut(error) => error.fmt(f),
            Self::Domain(error) => error.fmt(f),
            Self::Snapshot(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for SimulationError {}

macro_rules! from {
    ($($kind:ident $error:ty),+) => {$(
        impl From<$error> for SimulationError {
            fn from(error: $error) -> Self {
                Self::$kind(error)
            }
        }
    )+};
}

from!(
    Param ParamError, Grid GridError, Cut CutError, Domain DomainError, Snapshot SnapshotError,
    Panicked Panicked, TooCoarse Coarse, Refused Refused, Field FieldError
);

/// The error of a domain whose transport cannot fail.
impl From<StepError<Infallible>> for SimulationError {
    fn from(error: StepError<Infallible>) -> Self {
        match error {
            StepError::Domain(error) => error.into(),
            StepError::Panicked(panicked) => panicked.into(),
            StepError::Transport(never) => match never {},
        }
    }
}

impl From<DecodeError> for SimulationError {
    fn from(error: DecodeError) -> Self {
        Self::Snapshot(error.into())
    }
}

impl From<Misfit> for SimulationError {
    fn from(error: Misfit) -> Self {
        Self::Snapshot(error.into())
    }
}

impl From<LayoutError> for SimulationError {
    fn from(error: LayoutError) -> Self {
        Self::Domain(error.into())
    }
}
