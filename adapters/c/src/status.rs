//! What a call came to, and what was wrong.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a call came to. Of anything but FW_STATUS_OK, fw_last_error says more.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was done.
    Ok = 0,
    /// An argument is wrong. Nothing was changed, unless the function says otherwise.
    Invalid = 1,
    /// A buffer is too short: the count says how much room there must be.
    TooShort = 2,
    /// The simulation has ended, and does so at every further step. It shows its last completed tick.
    Ended = 3,
    /// Another call uses the handle, on another thread or further up on this one: which do that to which
    /// others stands at fw_sim and fw_index. Nothing was changed.
    Busy = 4,
    /// An earlier call panicked while it changed the handle, which can only be freed.
    Poisoned = 5,
    /// The library has a bug. A handle that was being changed is of no use any more.
    Panicked = 6,
}

/// Why something cannot be done.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) status: Status,
    pub(crate) text: String,
}

impl Fault {
    pub(crate) fn invalid(problem: impl fmt::Display) -> Self {
        Self { status: Status::Invalid, text: problem.to_string() }
    }

    pub(crate) fn poisoned() -> Self {
        let text = "an earlier call panicked while it changed the handle: free it";
        Self { status: Status::Poisoned, text: text.to_string() }
    }

    pub(crate) fn too_short(problem: impl fmt::Display) -> Self {
        Self { status: Status::TooShort, text: problem.to_string() }
    }
}

macro_rules! invalid {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                Self::invalid(error)
            }
        }
    )+};
}

invalid!(
    flockwork_kernel::KernelError,
    flockwork_kernel::WorldError,
    flockwork_spatial::IndexError,
    flockwork_spatial::QueryError,
);

thread_local! {
    static LAST: RefCell<CString> = RefCell::default();
}

/// Does what a function of the face does: no panic leaves it, and what is wrong is kept.
#[inline(always)]
pub(crate) fn call(work: impl FnOnce() -> Result<(), Fault>) -> Status {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => Status::Ok,
        Ok(Err(fault)) => keep(fault),
        Err(payload) => keep(Fault { status: Status::Panicked, text: said(&*payload) }),
    }
}

/// Keeps what was wrong for fw_last_error.
#[cold]
fn keep(fault: Fault) -> Status {
    // Past the end of its thread there is nobody to ask.
    let _ = LAST.try_with(|last| {
        let text = fault.text.replace('\0', "\u{fffd}");
        last.replace(CString::new(text).unwrap_or_default())
    });
    fault.status
}

#[cold]
fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref().copied()).unwrap_or("it said nothing");
    format!("the library panicked: {text}")
}

/// What was wrong in the last call on this thread that did not come to FW_STATUS_OK: what, where, and
/// what is allowed. UTF-8; empty if there was none. Valid until the next such call on this thread.
#[unsafe(no_mangle)]
pub extern "C" fn fw_last_error() -> *const c_char {
    LAST.try_with(|last| last.borrow().as_ptr()).unwrap_or(c"".as_ptr())
}

/// The version of the library, such as "0.1.0".
#[unsafe(no_mangle)]
pub extern "C" fn fw_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Whether the calling thread computes as every other one does: rounds to the nearest number, and keeps
/// numbers below the smallest normal one. A simulation asks itself; kernels and an index do not, and give
/// other bits on a thread that does not.
#[unsafe(no_mangle)]
pub extern "C" fn fw_check_float_mode() -> Status {
    call(|| {
        flockwork_kernel::float_mode::check().map_err(|mode| {
            Fault::invalid(format_args!("the calling thread {mode}: set it back to the usual mode"))
        })
    })
}
