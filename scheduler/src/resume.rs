//! Whether a run can go on from a snapshot: of which model, arithmetic and run it is.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use flockwork_kernel::columns::{Columns, Reach, packed_len, schema_hash};
use flockwork_kernel::world::Edges;
use flockwork_kernel::{World, arithmetic};

use crate::model::Model;
use crate::params::Params;
use crate::snapshot::{DecodeError, SnapshotHeader};
use crate::start::Setup;
use crate::stats::{self, Stats};

/// Under which arithmetic a run may go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arithmetic {
    /// Under the one that it began with: the bits are those of an unbroken run.
    #[default]
    Same,
    /// Under any: the bits from here on are those of no other run.
    Any,
}

/// One thing in which a snapshot is of another run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its key in scenario files: `model`, `seed`, `world.width`, `params.radius`, ...
    pub name: String,
    /// What the snapshot says.
    pub snapshot: String,
    /// What is wanted.
    pub wanted: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, snapshot, wanted } = self;
        write!(f, "`{name}` is {snapshot} in the snapshot, but {wanted} here")
    }
}

impl SnapshotHeader {
    /// Checks that the snapshot is of this model.
    ///
    /// # Errors
    ///
    /// [`Misfit`].
    pub fn fits<M: Model>(&self) -> Result<(), Misfit> {
        let schema = M::Columns::SCHEMA;
        if self.model != M::NAME {
            return Err(Misfit::OtherModel { found: self.model.clone(), expected: M::NAME });
        }
        let same = self.schema_hash == schema_hash(schema)
            && self.row_len as usize == packed_len(schema, Reach::Owned)
            && self.history.len() == stats::history(M::Stats::LIST)
            && self.fields.iter().map(|(name, _)| name.as_str()).eq(names::<M>());
        if same { Ok(()) } else { Err(Misfit::OtherSchema { model: M::NAME }) }
    }

    /// Checks that the snapshot was computed by an arithmetic that is allowed.
    pub(crate) fn computed_by(&self, allowed: Arithmetic) -> Result<(), SnapshotError> {
        if allowed == Arithmetic::Any || self.arithmetic == arithmetic::ID {
            return Ok(());
        }
        Err(SnapshotError::OtherArithmetic { found: self.arithmetic.clone() })
    }

    /// Everything in which the snapshot differs from a run of model `M` that begins with this
    /// set-up and these parameters, by the keys of scenario files; nothing if it is of that run.
    ///
    /// The precision of the world is none of it: it changes no bit, and may be another from here on.
    ///
    /// Of another model only that is said: all else would mean something else there.
    pub fn differences<M: Model>(&self, setup: &Setup, params: &M::Params) -> Vec<Difference> {
        let mut found = Found(Vec::new());
        if self.model != M::NAME {
            found.compare("model", &self.model, M::NAME);
            return found.0;
        }
        let (theirs, ours) = (&self.setup, setup);
        found.compare("entities", theirs.population, ours.population);
        found.compare("seed", theirs.seed, ours.seed);
        found.compare("dt", theirs.dt + 0.0, ours.dt + 0.0);
        let length =
            |world: &World, axis: usize| world.axes().get(axis).map_or(0.0, |it| it.length);
        for (axis, side) in World::SIDES.iter().enumerate() {
            let [theirs, ours] = [theirs, ours].map(|setup| length(&setup.world, axis));
            found.compare(&format!("world.{side}"), theirs, ours);
        }
        found.compare("world.edge", Edges(&theirs.world), Edges(&ours.world));
        let origin = |world: World| {
            let all = world.origin();
            let words: Vec<_> = all.iter().take(world.axes().len()).map(f64::to_string).collect();
            format!("[{}]", words.join(", "))
        };
        found.compare("world.origin", origin(theirs.world), origin(ours.world));
        self.compare_params::<M>(params, &mut found);
        found.0
    }

    fn compare_params<M: Model>(&self, params: &M::Params, found: &mut Found) {
        // Through the model's own types, which round as those of the run did.
        let mut theirs = M::Params::default();
        for (name, value) in &self.params {
            match M::Params::TABLE.iter().position(|param| param.name == name.as_str()) {
                Some(index) => theirs.put(index, value),
                None => found.compare(&format!("params.{name}"), value, "not known"),
            }
        }
        for (index, param) in M::Params::TABLE.iter().enumerate() {
            let name = format!("params.{}", param.name);
            if let (Some(theirs), Some(ours)) = (theirs.get(index), params.get(index)) {
                found.compare(&name, theirs, ours);
            }
        }
    }
}

/// The names of a model's fields.
fn names<M: Model>() -> impl Iterator<Item = &'static str> {
    M::FIELDS.iter().map(|field| field.name)
}

struct Found(Vec<Difference>);

impl Found {
    fn compare(&mut self, name: &str, snapshot: impl ToString, wanted: impl ToString) {
        let (snapshot, wanted) = (snapshot.to_string(), wanted.to_string());
        if snapshot != wanted {
            self.0.push(Difference { name: name.to_string(), snapshot, wanted });
        }
    }
}

/// A snapshot is of another model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misfit {
    /// Of one with another name.
    OtherModel {
        /// The model found.
        found: String,
        /// The model expected.
        expected: &'static str,
    },
    /// Of one of this name with other columns.
    OtherSchema {
        /// The model.
        model: &'static str,
    },
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherModel { found, expected } => {
                write!(f, "the snapshot is of model `{found}`, not of `{expected}`")
            }
            Self::OtherSchema { model } => write!(
                f,
                "the snapshot is of model `{model}` with other columns: it was written by another \
                 version of it"
            ),
        }
    }
}

impl core::error::Error for Misfit {}

/// A run cannot go on from a snapshot. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The bytes are none.
    Damaged(DecodeError),
    /// It is of another model.
    Misfit(Misfit),
    /// An id is there twice, or not below the next newborn's.
    Ids {
        /// The id.
        id: u32,
    },
    /// It was computed by another arithmetic: see [`Arithmetic`].
    OtherArithmetic {
        /// The id of that arithmetic.
        found: String,
    },
    /// Inputs are still to come into its run, which a simulation alone would not give: see [`crate::snapshot::Due`].
    Inputs {
        /// The tick of the next ones.
        next: u64,
    },
    /// It is of a run that began in another way.
    OtherRun {
        /// Everything that differs.
        differences: Vec<Difference>,
    },
}

impl From<DecodeError> for SnapshotError {
    fn from(error: DecodeError) -> Self {
        Self::Damaged(error)
    }
}

impl From<Misfit> for SnapshotError {
    fn from(error: Misfit) -> Self {
        Self::Misfit(error)
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(error) => error.fmt(f),
            Self::Misfit(error) => error.fmt(f),
            Self::Ids { id } => {
                write!(f, "id {id} in the snapshot is there twice, out of order, or too large")
            }
            Self::OtherArithmetic { found } => write!(
                f,
                "the snapshot was computed by another arithmetic ({found}) than this program's \
                 ({}): going on changes the bits of the run, so that has to be allowed",
                arithmetic::ID
            ),
            Self::Inputs { next } => write!(
                f,
                "inputs are still to come into the run of the snapshot, the next at tick {next}: they \
                 would be lost here, `flockwork run --resume` goes on with them"
            ),
            Self::OtherRun { differences } => {
                f.write_str("the snapshot is of another run")?;
                differences.iter().enumerate().try_for_each(|(at, difference)| {
                    write!(f, "{} {difference}", if at == 0 { ":" } else { ";" })
                })
            }
        }
    }
}

impl core::error::Error for SnapshotError {}
