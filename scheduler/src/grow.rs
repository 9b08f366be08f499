//! Lists that are used again and again, and are as long as the longest use of them.

use alloc::vec::Vec;

/// Makes a list at least `len` long.
pub(crate) fn grow<T: Default>(list: &mut Vec<T>, len: usize) {
    if list.len() < len {
        lengthen(list, len);
    }
}

/// Seldom, and a function of its own: what it calls is long.
#[cold]
#[inline(never)]
fn lengthen<T: Default>(list: &mut Vec<T>, len: usize) {
    // A world of many small regions is mostly such lists: an eighth more than is needed is enough.
    if list.capacity() < len {
        list.reserve_exact(len + len / 8 - list.len());
    }
    list.resize_with(len, T::default);
}
