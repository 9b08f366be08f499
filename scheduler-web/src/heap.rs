//! The heap and the panic handler of a module without a standard library, and what a module with one
//! has instead.

/// Defines the heap and the panic handler of a module, for [`crate::export!`]; of one with a standard
/// library what tells of those that it has.
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

        /// Bytes of the heap.
        #[unsafe(no_mangle)]
        pub extern "C" fn fw_heap_bytes() -> usize {
            $crate::heap::claimed(&FLOCKWORK_HEAP)
        }

        #[panic_handler]
        fn flockwork_panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::heap::panic(info)
        }

        $crate::module!(@panics);
    };
    (std) => {
        /// Keeps the messages of panics, beside what the program does with them.
        #[unsafe(no_mangle)]
        pub extern "C" fn fw_std() {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                $crate::heap::keep(info);
                before(info);
            }));
        }

        $crate::module!(@panics);
    };
    (@panics) => {
        /// The message of the first panic.
        #[unsafe(no_mangle)]
        pub extern "C" fn fw_panic_ptr() -> *const u8 {
            $crate::heap::panic_text().0
        }

        /// Its length.
        #[unsafe(no_mangle)]
        pub extern "C" fn fw_panic_len() -> usize {
            $crate::heap::panic_text().1
        }
    };
}

/// Nothing is to be defined where the standard library does it.
#[doc(hidden)]
#[macro_export]
#[cfg(not(target_arch = "wasm32"))]
macro_rules! module {
    ($($form:tt)*) => {};
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    use core::alloc::{GlobalAlloc, Layout};
    use core::fmt::{Display, Write};
    use core::panic::PanicInfo;
    use core::ptr::NonNull;
    use core::sync::atomic::{AtomicUsize, Ordering};

    use talc::TalcLock;
    use talc::base::{Talc, binning::Binning};
    use talc::source::Source;

    use crate::host;

    const PAGE: usize = 64 * 1024;
    /// What the allocator needs beside an allocation, at most.
    const SLACK: usize = 1024;
    /// The heap grows by this part of itself at least, so that it does not grow often.
    const STEP: usize = 8;

    /// Where the heap ends at the latest, and the most bytes of one allocation. Together they are the
    /// addresses that there are: the allocator adds the size that is asked for to the begin of every gap,
    /// and a sum beyond all addresses would look as if it had room.
    const LAST: usize = 3 << 30;
    const LONGEST: usize = (1 << 30) - SLACK;

    /// The allocator: one lock, since memory is asked for while setting up and growing alone.
    pub struct Heap(TalcLock<spin::mutex::Mutex<()>, Growing>);

    /// A heap without memory.
    #[allow(clippy::declare_interior_mutable_const)]
    pub const HEAP: Heap = Heap(TalcLock::new(Growing { end: None, limit: 0 }));

    /// Whether so many bytes may be asked for.
    const fn fits(size: usize, align: usize) -> bool {
        size.saturating_add(align) <= LONGEST
    }

    // SAFETY: all is the allocator's, but for what is refused.
    unsafe impl GlobalAlloc for Heap {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            if !fits(layout.size(), layout.align()) {
                return core::ptr::null_mut();
            }
            // SAFETY: the caller's promise.
            unsafe { self.0.alloc(layout) }
        }

        unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
            // SAFETY: the caller's promise.
            unsafe { self.0.dealloc(memory, layout) }
        }

        unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            if !fits(size, layout.align()) {
                return core::ptr::null_mut();
            }
            // SAFETY: the caller's promise.
            unsafe { self.0.realloc(memory, layout, size) }
        }
    }

    /// Memory that the host adds behind the end, for as long as it has some.
    #[derive(Debug)]
    pub struct Growing {
        /// Where the heap ends, and the memory: the allocator rounds down.
        end: Option<NonNull<u8>>,
        limit: usize,
    }

    // SAFETY: the address is of memory that all threads have.
    unsafe impl Send for Growing {}

    // SAFETY: touches no allocator but the one it is given.
    unsafe impl Source for Growing {
        fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
            let end = talc.source.end.ok_or(())?;
            let needed = (layout.size() + layout.align() + SLACK).div_ceil(PAGE);
            let wanted = needed.max(talc.source.limit / PAGE / STEP);
            let room = LAST.saturating_sub(talc.source.limit) / PAGE;
            let pages = [wanted, needed]
                .into_iter()
                .find(|pages| *pages <= room && host::grow(*pages))
                .ok_or(())?;
            talc.source.limit += pages * PAGE;
            // SAFETY: the host has added these bytes behind the end, and nothing else uses them.
            talc.source.end = Some(unsafe { talc.extend(end, talc.source.limit as *mut u8) });
            Ok(())
        }
    }

    /// Opens the heap.
    ///
    /// # Safety
    ///
    /// Nothing else may use the bytes from `begin` to `end`, where the memory ends, nor those that
    /// it grows by; called once.
    pub unsafe fn open(heap: &Heap, begin: usize, end: usize) {
        let end = end.min(LAST);
        let len = end.saturating_sub(begin);
        let mut heap = heap.0.lock();
        // SAFETY: the caller's promise.
        heap.source.end = unsafe { heap.claim(begin as *mut u8, len) };
        heap.source.limit = end;
    }

    /// Bytes in use.
    pub fn used(heap: &Heap) -> usize {
        heap.0.lock().counters().allocated_bytes
    }

    /// Bytes of the heap, in use or not.
    pub fn claimed(heap: &Heap) -> usize {
        heap.0.lock().counters().claimed_bytes
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

    /// Keeps the message of the first panic.
    pub fn keep(info: &impl Display) {
        if LEN.load(Ordering::Relaxed) == 0 {
            let _ = write!(Writer, "{info}");
        }
    }

    /// Keeps the message of the first panic, and traps.
    pub fn panic(info: &PanicInfo<'_>) -> ! {
        keep(info);
        core::arch::wasm32::unreachable()
    }

    /// Where the message of the first panic is, and its length.
    pub fn panic_text() -> (*const u8, usize) {
        (TEXT.as_ptr().cast(), LEN.load(Ordering::Relaxed).min(ROOM))
    }
}

#[cfg(target_arch = "wasm32")]
pub use wasm::*;
