//! The interface to JavaScript: see `ABI.md`.
//!
//! Handles are addresses of boxes. JavaScript gives them back as it got them, and uses each from
//! one worker alone; that is what every `unsafe` block here relies on. A null handle does nothing.

use alloc::vec::Vec;

use flockwork_scheduler::Given;

use crate::backend::World;
use crate::board::Board;

/// The version of this interface.
pub const ABI: u32 = 6;

/// Defines functions that JavaScript can call.
macro_rules! exports {
    ($($(#[$meta:meta])* fn $name:ident($($arg:ident: $kind:ty),*) $(-> $result:ty)? $body:block)+) => {$(
        $(#[$meta])*
        ///
        /// # Safety
        ///
        /// See the module: handles come from this interface, and addresses are readable.
        #[unsafe(no_mangle)]
        #[allow(unsafe_code, clippy::missing_safety_doc)]
        pub unsafe extern "C" fn $name($($arg: $kind),*) $(-> $result)? {
            // SAFETY: the caller keeps the promises of `ABI.md`.
            #[allow(unused_unsafe)]
            unsafe { $body }
        }
    )+};
}

mod errors;
mod handles;
mod kernels;
mod mail;
mod make;
mod memory;
mod run;
mod state;

pub use make::{describe, new, restore};

/// A rank's simulation and what was asked of it.
pub struct Sim {
    world: World,
    /// Parameters that were prepared.
    prepared: Vec<Given>,
    /// The parameters in use as JSON text, once somebody has asked.
    params: alloc::string::String,
    /// The numbers of the statistics that the last observation saw, once somebody has asked.
    stats: Option<Vec<f64>>,
    snapshot: Vec<u8>,
    merged: Vec<u8>,
    entity: Vec<u8>,
    rank: u32,
    board: Option<&'static Board>,
}

/// Makes a WebAssembly module of models: the heap, the panic handler, and the functions of
/// `ABI.md` that name models. Of a model that runs in the plane and in space both are named.
///
/// # Example
///
/// ```ignore
/// #![no_std]
/// use flockwork_models::Boids;
/// use flockwork_scheduler::{Plane, Space};
///
/// flockwork_scheduler_web::export!(Boids<Plane> | Boids<Space>, my_model::Epidemic);
/// ```
#[macro_export]
macro_rules! export {
    (@entry $model:ty) => { $crate::Entry::of::<$model, $crate::OnWorkers>() };
    (@entry $plane:ty, $space:ty) => {
        $crate::Entry::of_both::<$plane, $space, $crate::OnWorkers>()
    };
    ($($model:ty $(| $space:ty)?),+ $(,)?) => {
        const FLOCKWORK_MODELS: $crate::Kinds =
            $crate::Kinds(&[$($crate::export!(@entry $model $(, $space)?)),+]);
        const _: () = $crate::kinds::all_differ(&[
            $($crate::Entry::of::<$model, $crate::OnWorkers>().name),+
        ]);

        /// What the module has, as JSON text.
        #[unsafe(no_mangle)]
        pub extern "C" fn fw_describe() -> *const u8 {
            $crate::exports::describe(FLOCKWORK_MODELS)
        }

        /// Makes a rank's simulation.
        ///
        /// # Safety
        ///
        /// The handles must come from this interface.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn fw_new(
            config: *mut $crate::Config,
            board: *const $crate::Board,
        ) -> *mut $crate::exports::Sim {
            // SAFETY: the caller's promise.
            unsafe { $crate::exports::new(FLOCKWORK_MODELS, config, board) }
        }

        /// Makes a rank's simulation from a snapshot.
        ///
        /// # Safety
        ///
        /// The handles must come from this interface, and the bytes be readable.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn fw_restore(
            config: *mut $crate::Config,
            board: *const $crate::Board,
            ptr: *const u8,
            len: usize,
        ) -> *mut $crate::exports::Sim {
            // SAFETY: the caller's promise.
            unsafe { $crate::exports::restore(FLOCKWORK_MODELS, config, board, ptr, len) }
        }

        $crate::module!();
    };
}
