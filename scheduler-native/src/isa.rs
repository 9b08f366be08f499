//! The instruction set that the environment asks for: see [`flockwork_kernel::isa`].

use std::env;
use std::fmt;

use flockwork_kernel::isa::{self, Set, Unavailable};

/// The variable that names a set; without it the best one is taken that the processor has.
pub const VARIABLE: &str = "FLOCKWORK_ISA";

/// Has lanes computed with the set that [`VARIABLE`] names, unless the program has forced one
/// itself.
///
/// # Errors
///
/// [`IsaError`] if there is no such set, or this build or processor does not have it.
pub fn from_environment() -> Result<(), IsaError> {
    let Some(name) = env::var_os(VARIABLE) else { return Ok(()) };
    if isa::forced().is_some() {
        return Ok(());
    }
    let name = name.to_string_lossy();
    let set = Set::named(&name).ok_or_else(|| IsaError::Unknown { name: name.to_string() })?;
    isa::force(Some(set)).map_err(IsaError::Unavailable)
}

/// The instruction set that [`VARIABLE`] names cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IsaError {
    /// It is no set's name.
    Unknown {
        /// The name.
        name: String,
    },
    /// It is not there.
    Unavailable(Unavailable),
}

impl fmt::Display for IsaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name } => {
                let names = Set::ALL.map(Set::name).join(", ");
                write!(f, "{VARIABLE} is {name:?}: it must be one of {names}")
            }
            Self::Unavailable(error) => write!(f, "{VARIABLE}: {error}"),
        }
    }
}

impl std::error::Error for IsaError {}
