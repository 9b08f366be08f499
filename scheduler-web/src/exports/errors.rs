//! What went wrong last, as text and kind.

use alloc::string::{String, ToString};
use core::fmt::Display;
use core::sync::atomic::{AtomicU32, Ordering};

use flockwork_scheduler::{DomainError, SimulationError, SnapshotError};
use spin::Mutex;

/// What the last call that failed had to say. Its memory stays where it is, since a worker may read
/// it while another one writes.
static ERROR: Mutex<String> = Mutex::new(String::new());

/// Bytes of that at most.
const ERROR_LEN: usize = 4096;

/// Of what kind that was: see [`kind_of`].
static KIND: AtomicU32 = AtomicU32::new(0);

/// Keeps the text of an error, and gives `result`.
pub fn refuse<T>(error: impl Display, result: T) -> T {
    let text = error.to_string();
    let most = text.len().min(ERROR_LEN);
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let mut kept = ERROR.lock();
    kept.clear();
    kept.reserve_exact(ERROR_LEN);
    kept.push_str(&text[..end]);
    KIND.store(0, Ordering::Relaxed);
    result
}

/// The value; after an error what stands for none, and its text is kept.
pub fn told<T>(result: Result<T, impl Display>, otherwise: T) -> T {
    result.unwrap_or_else(|error| refuse(error, otherwise))
}

/// As [`refuse`], for an error that tells its kind.
pub fn refuse_world<T>(error: &SimulationError, result: T) -> T {
    let result = refuse(error, result);
    KIND.store(kind_of(error), Ordering::Relaxed);
    result
}

/// Of which kind an error is, for those who do something about it.
fn kind_of(error: &SimulationError) -> u32 {
    match error {
        SimulationError::Domain(DomainError::OutOfMemory { .. }) => 1,
        SimulationError::Snapshot(SnapshotError::OtherRun { .. }) => 2,
        SimulationError::Snapshot(SnapshotError::OtherArithmetic { .. }) => 3,
        SimulationError::Snapshot(_) => 4,
        SimulationError::Param(_) => 5,
        SimulationError::Refused(_) => 6,
        _ => 0,
    }
}

exports! {
    export_errors:

    /// The text of the last error.
    fn fw_error_ptr() -> *const u8 { ERROR.lock().as_ptr() }

    /// Its length.
    fn fw_error_len() -> usize { ERROR.lock().len() }

    /// Its kind: 0 any other, 1 no memory, 2 a snapshot of another run, 3 of another arithmetic, 4
    /// bytes that are no good snapshot, 5 a parameter, 6 inputs.
    fn fw_error_kind() -> u32 { KIND.load(Ordering::Relaxed) }
}
