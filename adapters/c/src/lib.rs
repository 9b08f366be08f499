//! Flockwork for programs in C, and in all that can call C.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `status` | what a call came to, and what was wrong |
//! | `memory` | the caller's memory as slices, or why it cannot be |
//! | `world` | axes and their ends |
//! | `turns`, `shared` | who may use a handle when others do |
//! | `columns` | the caller's points and vectors: columns, or side by side |
//! | `sim`, `series` | a stepped world, and its statistics over ticks |
//! | `index` | who is near whom |
//! | `motion`, `steering`, `collisions` | kernels over the caller's columns |
//! | `flock` | what neighbours in an index ask for |
//! | `brought` | entities that the program brings |
//!
//! The header, `include/flockwork.h`, is made of it by cbindgen. What holds for every function stands
//! in `cbindgen.toml`, which puts it at the head of the header.
//!
//! Every function goes through `status::call`: it catches panics and keeps what was wrong. Nothing
//! here computes: it checks pointers, and calls the crates.

#![allow(unsafe_code, reason = "pointers come from C")]
#![allow(clippy::missing_safety_doc, reason = "the head of the header says what holds for all")]
#![allow(clippy::missing_errors_doc, reason = "fw_last_error says it")]

pub mod brought;
pub mod collisions;
pub mod columns;
pub mod flock;
pub mod index;
pub mod inputs;
mod memory;
pub mod motion;
pub mod series;
mod shared;
pub mod sim;
pub mod status;
pub mod steering;
#[cfg(test)]
mod tests;
mod turns;
pub mod world;
