//! Parameters of a model as plain data: name, unit, default and what is allowed.
//!
//! [`params!`](crate::params!) makes a struct of them; by name they are [`Setting`]s, which scenarios,
//! snapshots, reports and other languages hold.

use alloc::string::{String, ToString};
use core::fmt;

mod describe;
mod error;
mod setting;

pub use describe::choices;
pub use error::ParamError;
pub use setting::{List, LongList, ParamKind, Range, Setting, Text};
#[doc(hidden)]
pub use setting::{ParamNumber, ParamValue};

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// The key in scenario files.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Its unit; empty for a plain number.
    pub unit: &'static str,
    /// What it may be.
    pub kind: ParamKind,
    /// The value if none is given.
    pub default: fn() -> Setting,
    /// Whether it acts in every tick. One that does not acts at tick 0 alone, on how the world
    /// begins, and cannot be changed later.
    pub live: bool,
}

impl PartialEq for Param {
    /// Whether it is the same parameter of the same kind.
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.kind, self.live) == (other.name, other.kind, other.live)
    }
}

/// A parameter's name and value.
pub type Given = (String, Setting);

/// A set of parameters, made by [`params!`](crate::params!).
pub trait Params: Clone + Default + Send + Sync + fmt::Debug + 'static {
    /// All parameters.
    const TABLE: &'static [Param];

    /// The value at a place of the table; None past its end.
    fn get(&self, index: usize) -> Option<Setting>;

    /// Sets the value at a place of the table, not asked whether it is in its range; nothing happens
    /// past its end, or with a value of another kind.
    fn put(&mut self, index: usize, value: &Setting);

    /// The same parameters without any -0.0.
    #[inline(never)]
    fn canonical(mut self) -> Self {
        for index in 0..Self::TABLE.len() {
            if let Some(value) = self.get(index) {
                self.put(index, &value);
            }
        }
        self
    }

    /// Sets a parameter by name.
    ///
    /// # Errors
    ///
    /// [`ParamError`] if there is none of this name or the value is not allowed; nothing was
    /// changed then.
    fn set(&mut self, name: &str, value: impl Into<Setting>) -> Result<(), ParamError> {
        let value = value.into();
        let index = place(Self::TABLE, name, &value)?;
        self.put(index, &value);
        Ok(())
    }

    /// These, but for those that are given by name.
    ///
    /// # Errors
    ///
    /// [`ParamError`], as for [`Params::set`].
    #[inline(never)]
    fn with(mut self, given: &[Given]) -> Result<Self, ParamError> {
        for (name, value) in given {
            self.set(name, value.clone())?;
        }
        Ok(self)
    }

    /// Checks that these can follow `before` between two ticks.
    ///
    /// # Errors
    ///
    /// [`ParamError::NotLive`] if one differs that acts at tick 0 alone.
    fn check_live(&self, before: &Self) -> Result<(), ParamError> {
        for (index, param) in Self::TABLE.iter().enumerate().filter(|(_, param)| !param.live) {
            if let Some(value) =
                before.get(index).filter(|value| self.get(index).as_ref() != Some(value))
            {
                return Err(ParamError::NotLive { param, value });
            }
        }
        Ok(())
    }
}

/// The place of a parameter in its table, if it may have this value.
fn place(table: &'static [Param], name: &str, value: &Setting) -> Result<usize, ParamError> {
    let found = table.iter().enumerate().find(|(_, param)| param.name == name);
    match found {
        None => Err(ParamError::Unknown { name: name.to_string(), known: table }),
        Some((index, param)) if param.kind.allows(value) => Ok(index),
        Some((_, param)) => Err(ParamError::NotAllowed { param, value: value.clone() }),
    }
}
