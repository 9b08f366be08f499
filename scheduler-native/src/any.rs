//! A simulation whose model's type is hidden, with its metrics.

use flockwork_kernel::columns::Column;
use flockwork_scheduler::registry::{Piece, RegionLoad};
use flockwork_scheduler::{
    Answer, Counters, FieldNow, Given, Grid, Input, Region, Resolution, Setting, Setup,
    SimulationError,
};
use hdrhistogram::Histogram;

/// What ends a run.
pub type RunError = SimulationError;

/// A running simulation of any model.
///
/// What can be seen of it is always a completed tick, after an error the last one. After
/// [`SimulationError::Stalled`] there is no state, and whoever asks for a part of it gets that error.
pub trait AnySimulation: Send {
    /// Computes this many ticks.
    ///
    /// # Errors
    ///
    /// [`RunError`]; the simulation has then ended, and gives the same error again.
    fn run(&mut self, ticks: u64) -> Result<(), RunError>;
    /// Ticks done.
    fn tick(&self) -> u64;
    /// The number of entities now.
    fn population(&self) -> u64;
    /// The fingerprint of the whole state.
    ///
    /// # Errors
    ///
    /// [`RunError`] if there is no state any more.
    fn fingerprint(&self) -> Result<u64, RunError>;
    /// The numbers of the model's statistics with their names, in the order of
    /// [`crate::Entry::stats`]; NaN for what is null.
    ///
    /// # Errors
    ///
    /// [`RunError`]: that which ended the simulation, or what went wrong with the statistics.
    fn stats(&mut self) -> Result<Vec<(String, f64)>, RunError>;
    /// The values of the parameters, in the order of [`crate::Entry::params`].
    ///
    /// # Errors
    ///
    /// [`RunError`] if there is no state any more.
    fn params(&self) -> Result<Vec<Setting>, RunError>;
    /// Sets parameters by name between two ticks: all that are given, or none.
    ///
    /// # Errors
    ///
    /// What is wrong with them, and nothing was changed; or that which ended the simulation.
    fn set_params(&mut self, given: Vec<Given>) -> Result<(), RunError>;
    /// Gives a batch of inputs between two ticks: it is done as a whole or not at all.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Refused`], and nothing was changed; or that which ended the simulation.
    fn give(&mut self, inputs: Vec<Input>) -> Result<Answer, RunError>;
    /// A column of each region of this process as it lies in memory; of no rows if there is no such
    /// column. All columns have one order within a tick.
    ///
    /// # Errors
    ///
    /// [`RunError`] if there is no state any more.
    fn pieces(&mut self, column: usize) -> Result<Vec<Piece<'_>>, RunError>;
    /// What it has done and how long that took.
    ///
    /// # Errors
    ///
    /// [`RunError`] if there is no state any more.
    fn metrics(&self) -> Result<Metrics, RunError>;
    /// The whole state as bytes: see [`flockwork_scheduler::snapshot`].
    ///
    /// # Errors
    ///
    /// [`RunError`] if there is no state any more.
    fn snapshot(&self) -> Result<Vec<u8>, RunError>;
    /// The columns of an entity.
    fn schema(&self) -> &'static [Column];
    /// What the run began with.
    fn setup(&self) -> Setup;
    /// How finely the far corner of the world resolves places.
    fn resolution(&self) -> Resolution;
    /// The cell grid.
    fn grid(&self) -> Grid;
    /// The regions, in cells of the grid.
    ///
    /// # Errors
    ///
    /// [`RunError`] if there is no state any more.
    fn regions(&self) -> Result<Vec<Region>, RunError>;
    /// All entities in ascending order of id.
    ///
    /// # Errors
    ///
    /// [`RunError`] if there is no state any more.
    fn rows(&self) -> Result<Rows, RunError>;
    /// All fields.
    ///
    /// # Errors
    ///
    /// [`RunError`] if there is no state any more.
    fn fields(&self) -> Result<Vec<FieldNow>, RunError>;
    /// Counts all entities and holds them against the books.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Conservation`], and if there is no state any more.
    fn recount(&self) -> Result<(), RunError>;

    /// This process's number, and how many share the world. If they are several, all of them must
    /// call the functions of this trait in the same order.
    fn process(&self) -> (u32, u32) {
        (0, 1)
    }
    /// What the first process says.
    fn lead(&self, value: u64) -> u64 {
        value
    }
    /// Whether all processes say yes.
    fn agree(&self, yes: bool) -> bool {
        yes
    }
    /// The entities of this process, in ascending order of id.
    ///
    /// # Errors
    ///
    /// [`RunError`] if there is no state any more.
    fn own_rows(&self) -> Result<Rows, RunError> {
        self.rows()
    }
    /// This process's part of the state: see [`flockwork_scheduler::snapshot::merge`].
    ///
    /// # Errors
    ///
    /// [`RunError`] if there is no state any more.
    fn own_snapshot(&self) -> Result<Vec<u8>, RunError> {
        self.snapshot()
    }
    /// Is told that a checkpoint of this tick is complete.
    fn reached(&self, _tick: u64, _checkpoint: &std::path::Path) {}
}

/// Entities as packed rows: the columns that travel, in schema order, little-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The rows.
    pub bytes: Vec<u8>,
    /// Bytes of one row.
    pub stride: usize,
}

/// What a simulation has done, and how long that took.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Ticks computed by this process.
    pub ticks: u64,
    /// Worker threads.
    pub workers: usize,
    /// How many there should have been: the system may refuse to start as many.
    pub workers_asked: usize,
    /// Regions.
    pub regions: usize,
    /// Times of single ticks, in nanoseconds.
    pub tick_ns: Histogram<u64>,
    /// Time in each phase, added up over regions; `wait` is what workers had nothing to do.
    pub phases_ns: Vec<(&'static str, u64)>,
    /// Each worker's time.
    pub per_worker: Vec<WorkerMetrics>,
    /// Each region's load.
    pub per_region: Vec<RegionLoad>,
    /// What regions have done, added up over them.
    pub counters: Counters,
    /// How often the world was cut anew.
    pub rebalances: u64,
    /// Work of the most loaded region over the mean, in the last tick.
    pub imbalance: f64,
    /// Bytes of memory in use.
    pub memory_bytes: u64,
    /// The most bytes of memory that were in use after any tick.
    pub peak_memory_bytes: u64,
    /// Each process's part; empty if there is only one.
    pub per_process: Vec<ProcessMetrics>,
}

macro_rules! process_metrics {
    ($($(#[$about:meta])* $name:ident,)+) => {
        /// One process's part of a world.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct ProcessMetrics {
            $($(#[$about])* pub $name: u64,)+
        }

        impl ProcessMetrics {
            /// How many numbers there are.
            pub const COUNT: usize = [$(stringify!($name)),+].len();

            /// All numbers, in this order.
            pub fn values(&self) -> [u64; Self::COUNT] {
                [$(self.$name),+]
            }

            /// The metrics with these numbers; those that are not given are 0.
            pub fn of(values: &[u64]) -> Self {
                let mut values = values.iter().copied();
                let mut next = || values.next().unwrap_or(0);
                Self { $($name: next(),)+ }
            }
        }
    };
}

process_metrics! {
    /// Entities it owns.
    owned,
    /// Ghosts it sees.
    ghosts,
    /// Time in its domains, added up over its threads.
    busy_ns,
    /// Time in which it exchanged mail with other processes, waiting for them included.
    communicate_ns,
    /// Bytes of mail to other processes, as they were sent.
    sent_bytes,
    /// What they would have been without compression.
    raw_bytes,
    /// Messages to other processes.
    messages,
    /// Bytes of memory in use.
    memory_bytes,
}

/// One worker's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerMetrics {
    /// Time in regions.
    pub busy_ns: u64,
    /// Time without work.
    pub wait_ns: u64,
}

/// An empty histogram of times of ticks, in nanoseconds: up to an hour, to three digits.
pub fn tick_histogram() -> Histogram<u64> {
    // The bounds are constants, so this cannot fail.
    Histogram::new_with_bounds(1, 3_600_000_000_000, 3)
        .unwrap_or_else(|_| unreachable!("the bounds of the histogram are in order"))
}
