//! What the host offers: time, more memory, and sleeping until a word in shared memory changes.

use core::sync::atomic::AtomicU32;

use flockwork_scheduler::Clock;

#[cfg(target_arch = "wasm32")]
mod imports {
    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        pub safe fn now() -> f64;
        pub safe fn wait(address: u32, value: u32, milliseconds: f64);
        pub safe fn notify(address: u32);
        pub safe fn grow(pages: u32) -> i32;
    }
}

/// Milliseconds since some moment.
#[cfg(target_arch = "wasm32")]
pub fn now() -> f64 {
    imports::now()
}

/// Sleeps while the word is `value`, for so long at most.
#[cfg(target_arch = "wasm32")]
pub fn wait(word: &AtomicU32, value: u32, milliseconds: f64) {
    imports::wait(core::ptr::from_ref(word).addr() as u32, value, milliseconds);
}

/// Wakes all who sleep on the word.
#[cfg(target_arch = "wasm32")]
pub fn notify(word: &AtomicU32) {
    imports::notify(core::ptr::from_ref(word).addr() as u32);
}

/// Adds so many pages of 64 KiB behind the end of the memory; false if there are none to be had.
#[cfg(target_arch = "wasm32")]
pub fn grow(pages: usize) -> bool {
    imports::grow(pages as u32) >= 0
}

/// Milliseconds since some moment; without a host time stands still.
#[cfg(not(target_arch = "wasm32"))]
pub fn now() -> f64 {
    0.0
}

/// Without a host there is no sleep.
#[cfg(not(target_arch = "wasm32"))]
pub fn wait(_word: &AtomicU32, _value: u32, _milliseconds: f64) {
    core::hint::spin_loop();
}

/// Without a host nobody sleeps.
#[cfg(not(target_arch = "wasm32"))]
pub fn notify(_word: &AtomicU32) {}

/// The host's time.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostClock;

impl Clock for HostClock {
    fn now_ns(&self) -> u64 {
        (now() * 1.0e6) as u64
    }
}
