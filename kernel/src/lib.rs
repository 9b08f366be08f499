//! Kernels for crowds of simple agents: structure-of-arrays maths over slices the caller owns.
//!
//! `no_std`, no allocation, no panic, and no `unsafe` but in the instruction sets that are chosen at
//! run time: a kernel takes slices, checks them once at its boundary and returns a `Result`. Every
//! operation is exact in the sense of IEEE 754, so the same input gives the same bits with SSE2, AVX2,
//! AVX-512, NEON, wasm SIMD and scalar code.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`mod@columns`] | entity columns over one arena: schema, layout, typed views, pack and unpack |
//! | [`lanes`] | eight lanes of `f32`, `u32` and `i32`, exact operations only |
//! | [`math`] | transcendental functions with one result on every target |
//! | [`vector`] | vectors in the plane, one or eight |
//! | [`sum`] | sums over neighbours, one per lane |
//! | [`exact`] | sums of reals that are exact, so the same in any order |
//! | [`rng`] | random numbers as a function of (seed, tick, id, stream) |
//! | [`world`] | the rectangle entities live in, and its edge |
//! | [`integrate`] | semi-implicit Euler, velocity Verlet, edges, speed limits, drag |
//! | [`steer`] | steering behaviours after Reynolds |
//! | [`collide`] | disc-disc and disc-wall tests, impulses, position correction |
//! | [`life`] | damage, metabolism, energy transfer, inheritance of genes |
//! | [`float_mode`] | whether this thread computes as every other one does |
//! | [`arithmetic`] | what the bits of a result depend on besides its input |
//! | [`error`] | what can be wrong with the input of a kernel |
//! | [`fingerprint`] | one number for a whole state |
//!
//! It knows no neighbours (see `flockwork-spatial`) and no domains (see `flockwork-scheduler`).

#![no_std]
#![deny(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod arithmetic;
pub mod axes;
pub mod collide;
pub mod columns;
pub mod error;
pub mod exact;
pub mod fingerprint;
pub mod float_mode;
pub mod integrate;
pub mod isa;
pub mod lanes;
pub mod life;
pub mod math;
pub mod rng;
pub mod steer;
pub mod sum;
pub mod vector;
pub mod world;

pub use axes::{Axes, Plane, Space};
#[doc(hidden)]
pub use bytemuck;
pub use error::KernelError;
pub use lanes::LANES;
pub use vector::{Vec2, Vec3, Vector};

/// [`lanes::F32x8`] of the instruction set the build is for.
pub type F32x8 = lanes::F32x8<isa::Baseline>;
/// [`lanes::U32x8`] of the instruction set the build is for.
pub type U32x8 = lanes::U32x8<isa::Baseline>;
/// [`lanes::Mask8`] of the instruction set the build is for.
pub type Mask8 = lanes::Mask8<isa::Baseline>;
/// [`vector::V2`] of the instruction set the build is for.
pub type V2 = vector::V2<isa::Baseline>;
/// [`vector::V3`] of the instruction set the build is for.
pub type V3 = vector::V3<isa::Baseline>;

/// What code for every instruction set is written with.
pub mod simd {
    pub use crate::isa::Isa;
    pub use crate::lanes::{F32x8, I32x8, Mask8, U32x8};
    pub use crate::sum::{Count8, Sum8};
    pub use crate::vector::{V2, V3, Vector8};
}
pub use world::{Axis, Edge, OriginError, Precision, World, WorldError};
