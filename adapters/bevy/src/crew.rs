//! Who computes a crowd: the thread that runs the system, or threads of its own.
//!
//! No choice here changes a bit of what is computed.

use flockwork_scheduler::registry::Shares;
use flockwork_scheduler::{
    Cut, Domain, Executor, Frame, Grid, Model, NoClock, Partition, Place, Progress, Serial,
    SimulationError,
};
#[cfg(feature = "threads")]
use flockwork_scheduler_native::{Threads, WallClock};

use crate::error::CrowdError;

/// Who computes a crowd.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Workers {
    /// The thread that runs the system, alone: all there is in a browser.
    #[default]
    Here,
    /// So many threads, which do nothing else. The system waits for them.
    #[cfg(feature = "threads")]
    Threads(usize),
}

/// How a crowd is computed; no choice here changes a result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Who computes it.
    pub workers: Workers,
    /// The cut of the world into regions; None chooses one for the workers.
    pub cut: Option<Cut>,
    /// Whether the world is cut anew when the work becomes uneven.
    pub rebalance: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { workers: Workers::Here, cut: None, rebalance: true }
    }
}

impl Options {
    /// On so many threads.
    #[cfg(feature = "threads")]
    pub fn threads(count: usize) -> Self {
        Self { workers: Workers::Threads(count), ..Self::default() }
    }

    /// The cut of a world.
    pub(crate) fn partition(&self, grid: &Grid) -> Result<Partition, SimulationError> {
        let workers = match self.workers {
            Workers::Here => 1,
            #[cfg(feature = "threads")]
            Workers::Threads(count) => count,
        };
        let Self { cut, rebalance, .. } = *self;
        Shares { processes: 1, workers, cut, rebalance }.partition(grid)
    }
}

/// The executor of a crowd.
pub enum Crew {
    /// The thread that runs the system.
    Here(Serial),
    /// Threads of its own.
    #[cfg(feature = "threads")]
    Threads(Threads),
}

impl Crew {
    /// Starts it.
    pub(crate) fn start(workers: Workers) -> Result<Self, CrowdError> {
        Ok(match workers {
            Workers::Here => Self::Here(Serial::default()),
            #[cfg(feature = "threads")]
            Workers::Threads(count) => Self::Threads(Threads::new(count)?),
        })
    }
}

impl Executor for Crew {
    type Clock = Clock;

    fn clock(&self) -> Clock {
        match self {
            Self::Here(_) => Clock::None,
            #[cfg(feature = "threads")]
            Self::Threads(threads) => Clock::Wall(threads.clock()),
        }
    }

    fn workers(&self) -> usize {
        match self {
            Self::Here(one) => one.workers(),
            #[cfg(feature = "threads")]
            Self::Threads(threads) => threads.workers(),
        }
    }

    fn open(&mut self, domains: usize) {
        match self {
            Self::Here(one) => one.open(domains),
            #[cfg(feature = "threads")]
            Self::Threads(threads) => threads.open(domains),
        }
    }

    fn recut(&mut self) {
        match self {
            Self::Here(one) => one.recut(),
            #[cfg(feature = "threads")]
            Self::Threads(threads) => threads.recut(),
        }
    }

    fn drive<M: Model>(
        &mut self,
        domains: &mut [Domain<M>],
        frame: &Frame<'_, M>,
    ) -> Result<Progress, SimulationError> {
        match self {
            Self::Here(one) => one.drive(domains, frame),
            #[cfg(feature = "threads")]
            Self::Threads(threads) => threads.drive(domains, frame),
        }
    }

    fn memory_bytes(&self) -> usize {
        match self {
            Self::Here(one) => one.memory_bytes(),
            #[cfg(feature = "threads")]
            Self::Threads(threads) => threads.memory_bytes(),
        }
    }
}

/// The clock of a crew.
#[derive(Clone, Debug)]
pub enum Clock {
    /// There is none.
    None,
    /// That of the threads.
    #[cfg(feature = "threads")]
    Wall(WallClock),
}

impl flockwork_scheduler::Clock for Clock {
    fn now_ns(&self) -> u64 {
        match self {
            Self::None => NoClock.now_ns(),
            #[cfg(feature = "threads")]
            Self::Wall(clock) => clock.now_ns(),
        }
    }

    fn hear(&self, place: Option<Place>) {
        match self {
            Self::None => NoClock.hear(place),
            #[cfg(feature = "threads")]
            Self::Wall(clock) => clock.hear(place),
        }
    }

    fn worker(&self) -> u32 {
        match self {
            Self::None => NoClock.worker(),
            #[cfg(feature = "threads")]
            Self::Wall(clock) => clock.worker(),
        }
    }
}
