//! The caller's memory as slices, or why it cannot be.
//!
//! Whether there is as much memory as a caller says, nobody can check. What can be checked is: no NULL,
//! the alignment of the type, and a length that fits the address space.

use std::ffi::{CStr, c_char};
use std::ops::Range;

use crate::status::Fault;

/// Checks a pointer to so many values.
#[inline(always)]
fn check<T>(name: &str, pointer: *const T, len: usize) -> Result<(), Fault> {
    let fits = len.checked_mul(size_of::<T>()).is_some_and(|bytes| isize::try_from(bytes).is_ok());
    if !pointer.is_null() && pointer.is_aligned() && fits {
        return Ok(());
    }
    Err(wrong(name, pointer.addr(), len, size_of::<T>(), align_of::<T>()))
}

/// What is wrong with a pointer to so many values of a size.
#[cold]
fn wrong(name: &str, address: usize, len: usize, size: usize, align: usize) -> Fault {
    if address == 0 {
        return Fault::invalid(format_args!("`{name}` is NULL: it must point to {len} values"));
    }
    if !address.is_multiple_of(align) {
        return Fault::invalid(format_args!(
            "`{name}` is {address:#x}: it must be a multiple of {align} bytes"
        ));
    }
    Fault::invalid(format_args!(
        "`{name}` has {len} values, which fit no memory: it may have at most {}",
        isize::MAX as usize / size.max(1)
    ))
}

/// Values of the caller; none may be NULL.
///
/// # Safety
///
/// As many must be there for as long as the slice is used, and nobody may change them meanwhile.
#[inline(always)]
pub(crate) unsafe fn slice<'a, T>(
    name: &str,
    pointer: *const T,
    len: usize,
) -> Result<&'a [T], Fault> {
    if len == 0 {
        return Ok(&[]);
    }
    check(name, pointer, len)?;
    // SAFETY: not NULL, aligned, of a size that there can be; the rest is the caller's.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}

/// The same, to write.
///
/// # Safety
///
/// As [`slice`], and nobody else may look at them meanwhile.
#[inline(always)]
pub(crate) unsafe fn slice_mut<'a, T>(
    name: &str,
    pointer: *mut T,
    len: usize,
) -> Result<&'a mut [T], Fault> {
    if len == 0 {
        return Ok(&mut []);
    }
    check(name, pointer, len)?;
    // SAFETY: not NULL, aligned, of a size that there can be; the rest is the caller's.
    Ok(unsafe { std::slice::from_raw_parts_mut(pointer, len) })
}

/// One value of the caller.
///
/// # Safety
///
/// As [`slice`].
#[inline(always)]
pub(crate) unsafe fn one<'a, T>(name: &str, pointer: *const T) -> Result<&'a T, Fault> {
    // SAFETY: as the caller promises.
    unsafe { slice(name, pointer, 1) }.map(|slice| &slice[0])
}

/// A place for one value.
///
/// # Safety
///
/// As [`slice_mut`].
#[inline(always)]
pub(crate) unsafe fn out<'a, T>(name: &str, pointer: *mut T) -> Result<&'a mut T, Fault> {
    // SAFETY: as the caller promises.
    unsafe { slice_mut(name, pointer, 1) }.map(|slice| &mut slice[0])
}

/// A text of the caller, ended by a zero.
///
/// # Safety
///
/// It must be ended so, and stay as it is for as long as the text is used.
pub(crate) unsafe fn text<'a>(name: &str, pointer: *const c_char) -> Result<&'a str, Fault> {
    if pointer.is_null() {
        return Err(Fault::invalid(format_args!("`{name}` is NULL: it must be a text")));
    }
    // SAFETY: as the caller promises.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map_err(|error| {
        let at = error.valid_up_to();
        Fault::invalid(format_args!("`{name}` is no UTF-8 from byte {at} on: it must be"))
    })
}

/// Writes bytes to a buffer of the caller, and how many they are.
///
/// # Safety
///
/// As [`slice_mut`].
pub(crate) unsafe fn give(
    bytes: &[u8],
    out: *mut u8,
    room: usize,
    length: *mut usize,
) -> Result<(), Fault> {
    // SAFETY: as the caller promises.
    let (out, length) = unsafe { (slice_mut("out", out, room)?, self::out("length", length)?) };
    *length = bytes.len();
    let Some(out) = out.get_mut(..bytes.len()) else {
        let needed = bytes.len();
        return Err(Fault::too_short(format_args!(
            "`out` has {room} bytes: it must have at least {needed}"
        )));
    };
    out.copy_from_slice(bytes);
    Ok(())
}

/// No memory that is written may be that of another argument.
pub(crate) fn apart(all: &[(&str, Range<usize>, bool)]) -> Result<(), Fault> {
    for (at, (name, range, written)) in all.iter().enumerate() {
        for (other, beside, too) in &all[at + 1..] {
            let meet = range.start < beside.end && beside.start < range.end;
            if meet && (*written || *too) {
                return Err(Fault::invalid(format_args!(
                    "`{name}` and `{other}` share memory: what is written must lie apart"
                )));
            }
        }
    }
    Ok(())
}
