//! The heap and the panic handler of a module.

/// Defines the heap and the panic handler of a module, for [`crate::export!`].
#[doc(hidden)]
#[macro_export]
#[cfg(target_arch = "wasm32")]
macro_rules! module {
    () => {
        #[global_allocator]
        static FLOCKWORK_HEAP: $crate::heap::Heap = $crate::heap::HEAP;

        /// Opens the heap.
        ///
        /// # Safety
        ///
        /// Nothing else may use the bytes from `begin` to `end`; called once.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn fw_heap(begin: usize, end: usize) {
            // SAFETY: the caller's promise.
            unsafe { $crate::heap::open(&FLOCKWORK_HEAP, begin, end) }
        }

        /// Bytes of the heap in use.
        #[unsafe(no_mangle)]
        pub extern "C" fn fw_used() -> usize {
            $crate::heap::used(&FLOCKWORK_HEAP)
        }

        #[panic_handler]
        fn flockwork_panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::heap::panic(info)
        }
    };
}

/// Nothing is to be defined where the standard library does it.
#[doc(hidden)]
#[macro_export]
#[cfg(not(target_arch = "wasm32"))]
macro_rules! module {
    () => {};
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    use core::fmt::Write;
    use core::panic::PanicInfo;
    use core::sync::atomic::{AtomicUsize, Ordering};

    use talc::TalcLock;
    use talc::source::Manual;

    /// The allocator: one lock, since memory is only asked for while setting up.
    pub type Heap = TalcLock<spin::mutex::Mutex<()>, Manual>;

    /// A heap without memory.
    #[allow(clippy::declare_interior_mutable_const)]
    pub const HEAP: Heap = TalcLock::new(Manual);

    /// Opens the heap.
    ///
    /// # Safety
    ///
    /// Nothing else may use the bytes from `begin` to `end`; called once.
    pub unsafe fn open(heap: &Heap, begin: usize, end: usize) {
        let len = end.saturating_sub(begin);
        // SAFETY: the caller's promise.
        unsafe { heap.lock().claim(begin as *mut u8, len) };
    }

    /// Bytes in use.
    pub fn used(heap: &Heap) -> usize {
        heap.lock().counters().allocated_bytes
    }

    const ROOM: usize = 512;

    static LEN: AtomicUsize = AtomicUsize::new(0);
    static TEXT: [core::sync::atomic::AtomicU8; ROOM] =
        [const { core::sync::atomic::AtomicU8::new(0) }; ROOM];

    struct Writer;

    impl Write for Writer {
        fn write_str(&mut self, text: &str) -> core::fmt::Result {
            for byte in text.bytes() {
                let at = LEN.fetch_add(1, Ordering::Relaxed);
                if let Some(place) = TEXT.get(at) {
                    place.store(byte, Ordering::Relaxed);
                }
            }
            Ok(())
        }
    }

    /// Keeps the message of the first panic, and traps.
    pub fn panic(info: &PanicInfo<'_>) -> ! {
        if LEN.load(Ordering::Relaxed) == 0 {
            let _ = write!(Writer, "{info}");
        }
        core::arch::wasm32::unreachable()
    }

    /// The message of the first panic.
    #[unsafe(no_mangle)]
    pub extern "C" fn fw_panic_ptr() -> *const u8 {
        TEXT.as_ptr().cast()
    }

    /// Its length.
    #[unsafe(no_mangle)]
    pub extern "C" fn fw_panic_len() -> usize {
        LEN.load(Ordering::Relaxed).min(ROOM)
    }
}

#[cfg(target_arch = "wasm32")]
pub use wasm::*;
