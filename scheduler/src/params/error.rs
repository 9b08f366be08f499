//! What is wrong with a parameter.

use alloc::string::String;
use core::fmt;

use super::{Param, Setting};

/// A parameter is not acceptable.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ParamError {
    /// The model has no parameter of this name.
    Unknown {
        /// What was given.
        name: String,
        /// What the model has.
        known: &'static [Param],
    },
    /// The value is none that it may have.
    NotAllowed {
        /// The parameter.
        param: &'static Param,
        /// What was given.
        value: Setting,
    },
    /// It acts at tick 0 alone, which is over.
    NotLive {
        /// The parameter.
        param: &'static Param,
        /// The value that it keeps.
        value: Setting,
    },
    /// The value does not go together with another one.
    Conflict {
        /// The parameter to change.
        name: &'static str,
        /// What is wrong, with what is allowed.
        problem: String,
    },
}

impl ParamError {
    /// [`ParamError::Conflict`] unless `holds`: `problem` says what is wrong, with what is allowed.
    ///
    /// # Errors
    ///
    /// That one.
    pub fn unless(holds: bool, name: &'static str, problem: &str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::Conflict { name, problem: problem.into() }) }
    }
}

impl fmt::Display for ParamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, known } => {
                write!(f, "there is no parameter `{name}`; the model has")?;
                for (i, param) in known.iter().enumerate() {
                    write!(f, "{} {}", if i == 0 { "" } else { "," }, param.name)?;
                }
                Ok(())
            }
            Self::NotAllowed { param, value } => {
                write!(f, "params.{} is ", param.name)?;
                match (param.kind.loses(value), value) {
                    (Some(lost), Setting::List(_)) => write!(f, "{value} with {lost}"),
                    (Some(lost), _) => lost.fmt(f),
                    (None, _) => value.fmt(f),
                }?;
                write!(f, ": it must be {}", param.kind)
            }
            Self::NotLive { param, value } => write!(
                f,
                "params.{} acts at tick 0 alone, where it was {value}: begin a new run for another \
                 value",
                param.name
            ),
            Self::Conflict { name, problem } => write!(f, "params.{name}: {problem}"),
        }
    }
}

impl core::error::Error for ParamError {}
