//! All built-in models as one WebAssembly module: see `scheduler-web/ABI.md`.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![allow(unsafe_code)]

use flockwork_models::{Boids, Discs, LennardJones, Tribes, Vicsek};
#[cfg(feature = "space")]
use flockwork_models::{Meadow, Sph};
use flockwork_scheduler::{Plane, Space};

#[cfg(not(feature = "space"))]
flockwork_scheduler_web::export!(
    Boids<Plane> | Boids<Space>,
    Tribes,
    Vicsek,
    Discs,
    LennardJones
);

#[cfg(feature = "space")]
flockwork_scheduler_web::export!(
    Boids<Plane> | Boids<Space>,
    Tribes<Plane> | Tribes<Space>,
    Vicsek<Plane> | Vicsek<Space>,
    Discs<Plane> | Discs<Space>,
    LennardJones<Plane> | LennardJones<Space>,
    Meadow<Plane> | Meadow<Space>,
    Sph<Plane> | Sph<Space>,
);
