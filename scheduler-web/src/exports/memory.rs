//! Memory for what JavaScript hands over.

use alloc::alloc::{alloc_zeroed, dealloc};
use core::alloc::Layout;

use super::ABI;

fn layout(len: usize) -> Option<Layout> {
    Layout::from_size_align(len.max(1), 64).ok()
}

exports! {
    export_memory:

    /// The version of this interface.
    fn fw_abi() -> u32 { ABI }

    /// Memory aligned to 64, all zero; null if there is none.
    fn fw_alloc(len: usize) -> *mut u8 {
        layout(len).map_or(core::ptr::null_mut(), |layout| alloc_zeroed(layout))
    }

    /// Frees what `fw_alloc` gave.
    fn fw_free(ptr: *mut u8, len: usize) {
        if let (false, Some(layout)) = (ptr.is_null(), layout(len)) {
            dealloc(ptr, layout);
        }
    }
}
