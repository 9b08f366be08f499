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
//! A crate without that line exports nothing and imports nothing of it, so a program with a module of
//! its own, such as a page by wasm-bindgen, may use [`sim_core`] like any crate.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`ranks`] | the executor of one rank: local letters, packets for the others, sums |
//! | [`board`] | packets in shared memory |
//! | [`boxes`] | packets that JavaScript moves |
//! | [`mail`] | one of both, as it is at run time |
//! | [`backend`] | ranks for the registry of models |
//! | [`config`] | what a rank's simulation is made from |
//! | [`kinds`] | the models of a module, by number |
//! | [`describe`] | what a module has, as JSON |
//! | [`measures`] | what a rank tells of its work |
//! | [`sim_core`] | kernels without a scheduler, for programs that bring their own loop |
//! | [`exports`] | the interface to JavaScript |
//! | [`host`], [`heap`] | what JavaScript offers; memory |

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod backend;
pub mod board;
pub mod boxes;
pub mod config;
pub mod describe;
// JavaScript gives addresses, and finds functions by their names.
#[allow(unsafe_code)]
pub mod exports;
// An allocator is told which bytes are its own.
#[allow(unsafe_code)]
pub mod heap;
// The host's functions are foreign ones.
#[cfg_attr(target_arch = "wasm32", allow(unsafe_code))]
pub mod host;
pub mod kinds;
pub mod mail;
pub mod measures;
pub mod ranks;
pub mod sim_core;

pub use backend::{Entry, OnWorkers};
pub use board::Board;
pub use boxes::Boxes;
pub use config::Config;
pub use kinds::Kinds;
pub use ranks::{Carrier, Kind, Ranks};
