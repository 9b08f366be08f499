//! The models of a module, by number, and how a simulation of one is made.

use alloc::format;
use alloc::string::String;

use flockwork_scheduler::{SimulationError, SnapshotError, first_twice, snapshot};

use crate::backend::{Entry, World};
use crate::config::Config;
use crate::describe::describe;

/// Stops the compiler where two models of a module have one name.
///
/// # Panics
///
/// At compile time, in [`export!`](crate::export).
pub const fn all_differ(names: &[&str]) {
    assert!(first_twice(names).is_none(), "two models of the list have one name");
}

/// All models of a module.
#[derive(Clone, Copy)]
pub struct Kinds(pub &'static [Entry]);

impl Kinds {
    /// What the module has, as JSON text.
    pub fn describe(&self) -> String {
        describe(self.0)
    }

    /// Makes a rank's simulation.
    ///
    /// # Errors
    ///
    /// [`SimulationError`] that says which setting is not acceptable.
    pub fn build(&self, config: Config) -> Result<World, SimulationError> {
        self.entry(config.model)?.build(&config.into_registry()?)
    }

    /// Makes a rank's simulation from a snapshot of the run that the settings say.
    ///
    /// # Errors
    ///
    /// [`SimulationError`] if the snapshot cannot be read, or is of another run.
    pub fn restore(&self, snapshot: &[u8], config: Config) -> Result<World, SimulationError> {
        let entry = self.entry(config.model)?;
        let (arithmetic, other_params) = (config.arithmetic, config.other_params);
        let wanted = config.into_registry()?;
        let mut differences = entry.differences(&snapshot::header(snapshot)?, &wanted)?;
        if other_params {
            differences.retain(|one| !one.name.starts_with("params."));
        }
        if !differences.is_empty() {
            return Err(SnapshotError::OtherRun { differences }.into());
        }
        let precision = wanted.setup.world.precision();
        let other = snapshot::with_precision(snapshot, precision)?;
        entry.restore(other.as_deref().unwrap_or(snapshot), arithmetic, &wanted.options)
    }

    fn entry(&self, model: u32) -> Result<&'static Entry, SimulationError> {
        let refuse = || SimulationError::Initial(format!("there is no model number {model}"));
        self.0.get(model as usize).ok_or_else(refuse)
    }
}
