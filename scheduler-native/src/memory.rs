//! What happens when there is no memory left.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The system's allocator, but where Rust would end the process with a signal if there is no
/// memory, it ends with a message and exit code 1.
///
/// ```
/// #[global_allocator]
/// static ALLOCATOR: flockwork_scheduler_native::OrExit = flockwork_scheduler_native::OrExit;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OrExit;

/// What is done before the end.
static BEFORE_EXIT: OnceLock<fn()> = OnceLock::new();

impl OrExit {
    /// Sets what is done before the process ends, such as to remove files that are half written.
    /// It can count on little memory and on no lock; only the first one that is set counts.
    pub fn before_exit(last: fn()) {
        let _ = BEFORE_EXIT.set(last);
    }

    fn exit(size: usize) -> ! {
        static EXITING: AtomicBool = AtomicBool::new(false);
        if EXITING.swap(true, Ordering::Relaxed) {
            // There is no memory even for the end.
            std::process::abort();
        }
        // Without a buffer, and so without memory.
        let _ = writeln!(
            std::io::stderr(),
            "error: there is not enough memory: {size} more bytes could not be had"
        );
        if let Some(last) = BEFORE_EXIT.get() {
            last();
        }
        std::process::exit(1);
    }
}

// SAFETY: every call goes to the system's allocator under the same contract, and what it gives is
// handed on; where it gives nothing, there is no return.
unsafe impl GlobalAlloc for OrExit {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        had(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        had(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promises.
        had(unsafe { System.realloc(pointer, layout, size) }, size)
    }
}

fn had(pointer: *mut u8, size: usize) -> *mut u8 {
    if pointer.is_null() { OrExit::exit(size) } else { pointer }
}
