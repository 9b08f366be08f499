//! The models of a module, by number: what they are, and how a simulation of one is made.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use flockwork_scheduler::{Model, SimulationError, first_twice};

use crate::config::Config;
use crate::describe::describe;
use crate::erased;
use crate::mail::Mail;
use crate::world::AnyWorld;

/// A rank's simulation, or why it cannot be.
type Built = Result<Box<dyn AnyWorld>, SimulationError>;

/// A model that can be chosen by number.
#[derive(Clone, Copy)]
pub struct ModelKind {
    describe: fn(&mut String),
    build: fn(&Config, Mail) -> Built,
    restore: fn(&[u8], &Config, Mail) -> Built,
}

impl ModelKind {
    /// The kind of a model.
    pub const fn of<M: Model>() -> Self {
        Self { describe: describe::<M>, build: erased::build::<M>, restore: erased::restore::<M> }
    }
}

/// The name of a model.
pub const fn name_of<M: Model>() -> &'static str {
    M::NAME
}

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
pub struct Kinds(pub &'static [ModelKind]);

impl Kinds {
    /// All models as a JSON list.
    pub fn describe(&self) -> String {
        let mut out = String::from("[");
        for (index, kind) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            (kind.describe)(&mut out);
        }
        out.push(']');
        out
    }

    /// Makes a rank's simulation.
    ///
    /// # Errors
    ///
    /// [`SimulationError`] that says which setting is not acceptable.
    pub fn build(&self, config: &Config, mail: Mail) -> Result<Box<dyn AnyWorld>, SimulationError> {
        (self.kind(config.model)?.build)(config, mail)
    }

    /// Makes a rank's simulation from a snapshot of the run that the settings say.
    ///
    /// # Errors
    ///
    /// [`SimulationError`] if the snapshot cannot be read, or is of another run.
    pub fn restore(
        &self,
        snapshot: &[u8],
        config: &Config,
        mail: Mail,
    ) -> Result<Box<dyn AnyWorld>, SimulationError> {
        (self.kind(config.model)?.restore)(snapshot, config, mail)
    }

    fn kind(&self, model: u32) -> Result<&'static ModelKind, SimulationError> {
        let refuse = || SimulationError::Initial(format!("there is no model number {model}"));
        self.0.get(model as usize).ok_or_else(refuse)
    }
}
