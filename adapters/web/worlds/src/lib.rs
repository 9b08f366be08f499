//! The models that the package's first module has not, as a WebAssembly module of their own: a page loads
//! it for a world of one of them, and no other. See `scheduler-web/ABI.md`.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![allow(unsafe_code)]

use flockwork_models::{Crowd, Meadow, Sph};

flockwork_scheduler_web::export!(Crowd, Meadow, Sph);
