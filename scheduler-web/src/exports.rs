//! The interface to JavaScript: see `ABI.md`.
//!
//! Handles are addresses of boxes. JavaScript gives them back as it got them, and uses each from
//! one worker alone; that is what every `unsafe` block here relies on. A null handle does nothing.

use alloc::vec::Vec;

use flockwork_scheduler::{Feed, Given};

use crate::backend::World;

/// The version of this interface.
pub const ABI: u32 = 9;

/// Defines functions that JavaScript can call, and a macro that exports them, for [`export!`] alone: a
/// crate that does not call it has none of them, nor the imports that they need.
///
/// [`export!`]: crate::export
macro_rules! exports {
    ($all:ident: $($(#[$meta:meta])* fn $name:ident($($arg:ident: $kind:ty),*) $(-> $result:ty)? $body:block)+) => {
        $(
            $(#[$meta])*
            ///
            /// # Safety
            ///
            /// See the module: handles come from this interface, and addresses are readable.
            #[allow(unsafe_code, clippy::missing_safety_doc)]
            pub unsafe fn $name($($arg: $kind),*) $(-> $result)? {
                // SAFETY: the caller keeps the promises of `ABI.md`.
                #[allow(unused_unsafe)]
                unsafe { $body }
            }
        )+

        #[doc(hidden)]
        #[macro_export]
        macro_rules! $all {
            () => {$(
                $(#[$meta])*
                ///
                /// # Safety
                ///
                /// Handles must come from this interface, and addresses be readable.
                #[unsafe(no_mangle)]
                pub unsafe extern "C" fn $name($($arg: $kind),*) $(-> $result)? {
                    // SAFETY: the caller keeps the promises of `ABI.md`.
                    unsafe { $crate::exports::$name($($arg),*) }
                }
            )+};
        }
    };
}

mod errors;
mod feeds;
mod handles;
mod kernels;
mod mail;
mod make;
mod memory;
mod run;
mod state;

pub use errors::*;
pub use feeds::*;
pub use kernels::*;
pub use mail::*;
pub use make::*;
pub use memory::*;
pub use run::*;
pub use state::*;

// What the functions take, for `export!`.
#[doc(hidden)]
pub use crate::board::Board;
#[doc(hidden)]
pub use crate::config::Config;
#[doc(hidden)]
pub use crate::sim_core::{Finder, SimCore};

/// A rank's simulation and what was asked of it.
pub struct Sim {
    world: World,
    /// Parameters that were prepared.
    prepared: Vec<Given>,
    /// The id of the first one that the last batch of inputs has spawned.
    spawned: u32,
    /// The parameters in use as JSON text, once somebody has asked.
    params: alloc::string::String,
    /// The numbers of the statistics that the last observation saw, once somebody has asked.
    stats: Option<Vec<f64>>,
    snapshot: Vec<u8>,
    merged: Vec<u8>,
    entity: Vec<u8>,
    /// Those who are told what happens, by their numbers.
    feeds: Vec<(u32, Feed)>,
    /// What a feed, an area or a field has given last.
    told: Vec<u8>,
    rank: u32,
    board: Option<&'static Board>,
}

/// Makes a WebAssembly module of models: all functions of `ABI.md`, and what they import. Of a model
/// that runs in the plane and in space both are named.
///
/// A `no_std` crate gets a heap and a panic handler too, and a module for all tiers. After `std:` a
/// crate keeps those of its standard library, and makes a module for workers with memory of their own
/// (`flockwork-wasm --only simd,scalar`): the standard library that comes with Rust is not built for
/// threads that share a memory.
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
///
/// ```ignore
/// flockwork_scheduler_web::export!(std: my_model::Epidemic);
/// ```
#[macro_export]
macro_rules! export {
    (@entry $model:ty) => { $crate::Entry::of::<$model, $crate::OnWorkers>() };
    (@entry $plane:ty, $space:ty) => {
        $crate::Entry::of_both::<$plane, $space, $crate::OnWorkers>()
    };
    (@models $($model:ty $(| $space:ty)?),+ $(,)?) => {
        const FLOCKWORK_MODELS: $crate::Kinds =
            $crate::Kinds(&[$($crate::export!(@entry $model $(, $space)?)),+]);
        const _: () = $crate::kinds::all_differ(&[
            $($crate::Entry::of::<$model, $crate::OnWorkers>().name),+
        ]);

        /// The functions of `ABI.md`.
        mod flockwork_exports {
            use $crate::exports::*;

            $crate::export_errors!();
            $crate::export_feeds!();
            $crate::export_kernels!();
            $crate::export_mail!();
            $crate::export_make!();
            $crate::export_memory!();
            $crate::export_run!();
            $crate::export_state!();

            /// What the module has, as JSON text.
            #[unsafe(no_mangle)]
            pub extern "C" fn fw_describe() -> *const u8 {
                $crate::exports::describe(super::FLOCKWORK_MODELS)
            }

            /// Makes a rank's simulation.
            ///
            /// # Safety
            ///
            /// The handles must come from this interface.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn fw_new(config: *mut Config, board: *const Board) -> *mut Sim {
                // SAFETY: the caller's promise.
                unsafe { $crate::exports::new(super::FLOCKWORK_MODELS, config, board) }
            }

            /// Makes a rank's simulation from a snapshot.
            ///
            /// # Safety
            ///
            /// The handles must come from this interface, and the bytes be readable.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn fw_restore(
                config: *mut Config,
                board: *const Board,
                ptr: *const u8,
                len: usize,
            ) -> *mut Sim {
                // SAFETY: the caller's promise.
                unsafe { $crate::exports::restore(super::FLOCKWORK_MODELS, config, board, ptr, len) }
            }
        }
    };
    (std: $($models:tt)+) => {
        $crate::export!(@models $($models)+);
        $crate::module!(std);
    };
    ($($models:tt)+) => {
        $crate::export!(@models $($models)+);
        $crate::module!();
    };
}
