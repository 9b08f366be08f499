//! All built-in models as one WebAssembly module: see `scheduler-web/ABI.md`.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![allow(unsafe_code)]

use flockwork_models::{Boids, Discs, LennardJones, Tribes, Vicsek};

flockwork_scheduler_web::export!(Boids, Tribes, Vicsek, Discs, LennardJones);
