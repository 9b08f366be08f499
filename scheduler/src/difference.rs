//! In what a snapshot differs from the run that somebody wants to go on with.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::model::{Model, Setup};
use crate::params::Params;
use crate::snapshot::{SnapshotError, SnapshotHeader};

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
    /// Everything in which the snapshot differs from a run of model `M` that begins with this
    /// set-up and these parameters, by the keys of scenario files; nothing if it is of that run.
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
        found.compare("world.width", theirs.world.width(), ours.world.width());
        found.compare("world.height", theirs.world.height(), ours.world.height());
        found.compare("world.edge", theirs.world.edge().name(), ours.world.edge().name());
        self.compare_params::<M>(params, &mut found);
        found.0
    }

    /// Checks that the snapshot is of this run: see [`SnapshotHeader::differences`].
    ///
    /// # Errors
    ///
    /// [`SnapshotError::OtherRun`], with everything that differs.
    pub fn is_of<M: Model>(&self, setup: &Setup, params: &M::Params) -> Result<(), SnapshotError> {
        let differences = self.differences::<M>(setup, params);
        if differences.is_empty() {
            return Ok(());
        }
        Err(SnapshotError::OtherRun { differences })
    }

    fn compare_params<M: Model>(&self, params: &M::Params, found: &mut Found) {
        // Through the model's own types, which round as those of the run did.
        let mut theirs = M::Params::default();
        for (name, value) in &self.params {
            match M::Params::TABLE.iter().position(|param| param.name == name.as_str()) {
                Some(index) => theirs.put(index, *value),
                None => found.compare(&format!("params.{name}"), plain(*value), "not known"),
            }
        }
        for (index, param) in M::Params::TABLE.iter().enumerate() {
            let value =
                |params: &M::Params| plain(params.get(index).unwrap_or(param.default) + 0.0);
            found.compare(&format!("params.{}", param.name), value(&theirs), value(params));
        }
    }
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

/// A number without the digits that only its 64 bits have.
fn plain(value: f64) -> String {
    let narrow = value as f32;
    if f64::from(narrow) == value { narrow.to_string() } else { value.to_string() }
}
