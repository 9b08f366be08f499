//! A panic of a model becomes an error where panics can be caught: with the feature `std`.
//!
//! Without it, and in programs whose panics abort, a panic goes its way. One that is caught further
//! up finds a simulation that has ended all the same: see [`crate::Simulation::poll`].

use crate::error::{Panicked, Place};

/// Runs a function of a model.
///
/// What it has changed may be half done after a panic: whoever calls this throws that away.
#[cfg(feature = "std")]
pub(crate) fn guarded<R>(
    place: Place,
    worker: u32,
    work: impl FnOnce() -> R,
) -> Result<R, Panicked> {
    caught(work).map_err(|message| Panicked { message, place, worker })
}

/// Runs a function of a model.
#[cfg(not(feature = "std"))]
pub(crate) fn guarded<R>(
    _place: Place,
    _worker: u32,
    work: impl FnOnce() -> R,
) -> Result<R, Panicked> {
    Ok(work())
}

/// Runs something that may panic; gives what the panic said.
#[cfg(feature = "std")]
pub(crate) fn caught<R>(work: impl FnOnce() -> R) -> Result<R, alloc::string::String> {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::string::{String, ToString};

    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(ToString::to_string);
        text.or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "it did not say why".to_string())
    })
}

/// Runs something that may panic.
#[cfg(not(feature = "std"))]
pub(crate) fn caught<R>(work: impl FnOnce() -> R) -> Result<R, alloc::string::String> {
    Ok(work())
}
