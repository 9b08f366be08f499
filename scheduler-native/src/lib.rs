//! Runs flockwork domains on native threads, with rayon.
//!
//! [`Threads`] is the executor: fork-join over more regions than threads, so that a thread that is
//! done takes over a region from one that is not. It decides when a domain is polled, never what
//! it computes, so the bits are those of `flockwork_scheduler::Serial`. Once warm, a tick allocates
//! nothing.
//!
//! [`Entry`] and [`AnySimulation`] hide a model's type, for programs that choose it at run time.

#![deny(unsafe_code)]

mod any;
mod entry;
pub mod isa;
mod memory;
mod native;
mod table;
mod threads;
pub mod watch;

pub use any::{
    AnySimulation, Metrics, ProcessMetrics, RegionMetrics, Rows, RunError, WorkerMetrics, stats_of,
    tick_histogram,
};
pub use entry::{Backend, BuildError, Checked, Config, Entry, OnThreads, Options};
pub use flockwork_scheduler::snapshot::{header as snapshot_header, merge as merge_snapshots};
pub use flockwork_scheduler::{Arithmetic, Difference, SnapshotError, SnapshotHeader};
pub use memory::OrExit;
pub use table::{Lines, Table, TableColumn, whole_vectors};
pub use threads::{MAX_WORKERS, Threads, ThreadsError, WallClock, poll_all, start_pool};
