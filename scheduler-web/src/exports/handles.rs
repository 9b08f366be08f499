//! Handles and addresses that JavaScript gives, as references and slices.

use alloc::vec::Vec;

use flockwork_scheduler::Setting;

use super::errors::refuse;

/// # Safety
///
/// `handle` must be null or what a `fw_` function gave and none has freed, used by one worker.
pub unsafe fn with<T, R>(handle: *mut T, otherwise: R, call: impl FnOnce(&mut T) -> R) -> R {
    // SAFETY: the caller's promise.
    match unsafe { handle.as_mut() } {
        Some(value) => call(value),
        None => refuse("the handle is null", otherwise),
    }
}

/// # Safety
///
/// `handle` must be null or what a `fw_` function gave and none has freed; threads may share it.
pub unsafe fn shared<T, R>(handle: *const T, otherwise: R, call: impl FnOnce(&T) -> R) -> R {
    // SAFETY: the caller's promise.
    match unsafe { handle.as_ref() } {
        Some(value) => call(value),
        None => refuse("the handle is null", otherwise),
    }
}

/// # Safety
///
/// `len` bytes must be readable at `ptr` while the result is used.
pub unsafe fn bytes<'a>(ptr: *const u8, len: usize) -> &'a [u8] {
    if ptr.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(ptr, len) }
}

/// # Safety
///
/// As [`bytes`].
pub unsafe fn text<'a>(ptr: *const u8, len: usize) -> &'a str {
    // SAFETY: the caller's promise.
    core::str::from_utf8(unsafe { bytes(ptr, len) }).unwrap_or("")
}

/// A value of a parameter that is no number: 1 a list, whose bytes are doubles; else a text.
///
/// # Safety
///
/// As [`bytes`].
pub unsafe fn setting(kind: u32, ptr: *const u8, len: usize) -> Setting {
    // SAFETY: the caller's promise.
    let bytes = unsafe { bytes(ptr, len) };
    match kind {
        1 => {
            let numbers = bytes.chunks_exact(8).filter_map(|one| one.try_into().ok());
            Setting::List(numbers.map(f64::from_le_bytes).collect::<Vec<_>>())
        }
        _ => Setting::from(core::str::from_utf8(bytes).unwrap_or("")),
    }
}
