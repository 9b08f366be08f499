//! Handles and addresses that JavaScript gives, as references and slices.

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
