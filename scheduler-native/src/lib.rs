//! Runs flockwork domains on native threads, with rayon.
//!
//! [`Threads`] is the executor: fork-join over more regions than threads, so that a thread that is
//! done takes over a region from one that is not. It decides when a domain is polled, never what
//! it computes, so the bits are those of `flockwork_scheduler::Serial`. Once warm, a tick allocates
//! nothing.
//!
//! [`AnySimulation`] hides a model's type, for programs that choose it at run time by an [`Entry`] of
//! `flockwork_scheduler::registry`, which is the same for all backends. [`observe`] shows a run tick by
//! tick.

#![deny(unsafe_code)]

mod any;
mod backend;
pub mod isa;
mod memory;
mod native;
mod sample;
mod threads;
pub mod watch;

pub use any::{
    AnySimulation, Metrics, ProcessMetrics, Rows, RunError, WorkerMetrics, tick_histogram,
};
pub use backend::{BuildError, Config, Entry, OnThreads, Options, ProgramBackend};
pub use memory::OrExit;
pub use sample::{Sample, observe, time_at};
pub use threads::{MAX_WORKERS, Threads, ThreadsError, WallClock, poll_all, start_pool};
