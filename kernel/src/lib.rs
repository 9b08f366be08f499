//! Kernels for crowds of simple agents: structure-of-arrays maths over slices the caller owns.
//!
//! `no_std`, no allocation, no panic, and no `unsafe` but in the instruction sets that are chosen at
//! run time: a kernel takes slices, checks them at its boundary or while it works, and returns a `Result`.
//! Every operation is exact in the sense of IEEE 754, so the same input gives the same bits with SSE2,
//! AVX2, AVX-512, NEON, wasm SIMD and scalar code.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`mod@columns`] | entity columns over one arena: schema, layout, typed views, pack and unpack |
//! | [`lanes`] | eight lanes of `f32`, `u32` and `i32`, exact operations only |
//! | [`mod@isa`] | instruction sets: the best one at run time, or a single lane |
//! | [`math`] | transcendental functions with one result on every target |
//! | [`vector`] | vectors in the plane and in space, one or eight |
//! | [`axes`] | what is generic over the plane and space |
//! | [`sum`] | sums over neighbours, one per lane |
//! | [`exact`] | sums of reals that are exact, so the same in any order |
//! | [`rng`] | random numbers as a function of (seed, tick, id, stream) |
//! | [`world`] | the axes entities live along, and their ends |
//! | [`integrate`] | drift, semi-implicit Euler, velocity Verlet, ends, speed limits, drag |
//! | [`steer`] | steering behaviours after Reynolds |
//! | [`collide`] | disc-disc and disc-wall tests, impulses, position correction |
//! | [`shapes`] | segments, balls, boxes and polygons: the nearest point, inside, crossings, steps that stop at walls, ways to a goal |
//! | [`lattice`] | where the cells of a field are, and what it is between their middles |
//! | [`mod@field`] | amounts in the cells of a grid: spreading, growth, decay, fair shares |
//! | [`life`] | damage, metabolism, energy transfer, inheritance of genes |
//! | [`float_mode`] | whether this thread computes as every other one does |
//! | [`arithmetic`] | what the bits of a result depend on besides its input |
//! | [`error`] | what can be wrong with the input of a kernel |
//! | [`fingerprint`] | one number for a whole state |
//!
//! # Which form
//!
//! The same function comes in up to four forms, with the same bits:
//!
//! | you have | take |
//! | --- | --- |
//! | one entity, or a processor without vectors | `scalar` modules: [`integrate::scalar`], [`steer::scalar`], [`collide::scalar`], [`life::scalar`], [`math::scalar`] |
//! | a loop of your own over eights | functions of lanes, within an [`isa::Task`] |
//! | a column for each component | `slices` modules: [`integrate::slices`], [`life::slices`]; [`collide::resolve`] with lists of neighbours |
//! | vectors side by side (`[[f32; 2]]`, glam, your own) | [`integrate::packed`] |
//!
//! # What they cost
//!
//! A million entities in the plane, nanoseconds each on one thread of an AMD EPYC with AVX2 (a plain build,
//! instructions chosen at run time), and the part of the bandwidth of a triad (`a = b + s c`, 0.21 ns) in the
//! same run, in bytes that the kernel reads and writes. From `cargo bench -p flockwork-benches --bench slices
//! -- avx2`, the least of 20 rounds in turn, on a busy machine:
//!
//! | kernel | columns, ns | of a triad | side by side, ns | of a triad |
//! | --- | ---: | ---: | ---: | ---: |
//! | `drift`, periodic | 0.40 | 1.04 | 0.35 | 1.21 |
//! | `drift`, walls | 0.58 | 0.97 | | |
//! | `drift`, a corridor (periodic and walls) | | | 0.71 | 0.79 |
//! | `semi_implicit_euler` | 0.68 | 1.03 | 0.69 | 1.02 |
//! | `step`, periodic (Euler and ends) | 0.77 | 0.91 | 0.73 | 0.96 |
//! | `apply_edge`, periodic (wrap) | 0.26 | 1.08 | | |
//! | `apply_edge`, walls | 0.55 | 1.01 | | |
//! | `drag` | 0.18 | 1.58 | | |
//! | `limit_speed` (a root and two quotients) | 0.73 | 0.38 | 0.92 | 0.30 |
//! | `life::slices::damage` | 0.27 | 1.03 | | |
//!
//! More than 1 is no magic: a triad's target is fetched before it is overwritten, and that is not counted; a
//! triad over as much memory as a step in the plane has 0.57 of the bandwidth. With AVX-512 the same run gives
//! 0.84 for periodic drift and 0.89 for wrap, with SSE2 alone 0.75 and 0.84, Euler 0.77, walls 0.44. Plain loops
//! over columns take 0.59 for drift and wrap, and 0.81 for Euler.
//!
//! `steer::seek` takes 0.78 for each of eight in lanes and 4.4 alone, by [`steer::scalar`]; a lane of eight for
//! one entity takes 4.6 on such a processor, whose eight lanes are as quick as one. Without vectors they are not.
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
pub mod field;
pub mod fingerprint;
pub mod float_mode;
pub mod integrate;
pub mod isa;
pub mod lanes;
pub mod lattice;
pub mod life;
pub mod math;
pub mod rng;
pub mod shapes;
pub mod steer;
pub mod sum;
mod sweep;
mod twin;
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
