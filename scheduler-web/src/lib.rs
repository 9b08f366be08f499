//! Runs the domains of a simulated crowd on web workers.
//!
//! Each worker is a rank: it owns a contiguous share of the world's domains, in a
//! [`Simulation`](flockwork_scheduler::Simulation) of its own. This crate only carries packets of
//! mail between ranks: over a [`Board`] in one shared memory, or as [`Boxes`] of bytes that
//! JavaScript moves. Everything else is `flockwork-scheduler`'s.
//!
//! The interface to JavaScript is `ABI.md`. A crate with models of its own exports it with one
//! line, as `adapters/web/wasm` does:
//!
//! ```ignore
//! flockwork_scheduler_web::export!(MyModel, flockwork_models::Boids);
//! ```
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`ranks`] | the executor of one rank: local letters, packets for the others, sums |
//! | [`board`] | packets in shared memory |
//! | [`boxes`] | packets that JavaScript moves |
//! | [`world`] | one rank's simulation, whatever its model, and its render streams |
//! | [`sim_core`] | kernels without a scheduler, for programs that bring their own loop |
//! | [`exports`] | the interface to JavaScript |

#![no_std]
#![allow(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod board;
pub mod boxes;
pub mod describe;
pub mod exports;
pub mod heap;
pub mod host;
pub mod ranks;
pub mod sim_core;
pub mod world;

pub use board::Board;
pub use boxes::Boxes;
pub use ranks::{Carrier, Kind, Ranks};
pub use world::Kinds;
