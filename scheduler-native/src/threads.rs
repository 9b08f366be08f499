//! The executor over a rayon thread pool.

use std::fmt;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use flockwork_scheduler::{
    Clock, Domain, Executor, Frame, Model, Progress, SimulationError, advance,
};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::isa::{self, IsaError};
use crate::post::Post;

/// Runs domains on a pool of threads.
pub struct Threads {
    pool: Arc<ThreadPool>,
    post: Post,
    clock: WallClock,
    /// Time each worker has spent in domains.
    busy_ns: Vec<AtomicU64>,
}

impl Threads {
    /// Starts a pool of `workers` threads.
    ///
    /// # Errors
    ///
    /// [`ThreadsError`] if there are to be no workers or too many, or they cannot be started, or
    /// one of them computes with flushed subnormal numbers, which would change results.
    pub fn new(workers: usize) -> Result<Self, ThreadsError> {
        Ok(Self {
            pool: Arc::new(start_pool(workers)?),
            post: Post::new(0),
            clock: WallClock::new(),
            busy_ns: (0..workers).map(|_| AtomicU64::new(0)).collect(),
        })
    }

    /// The pool: what runs inside it, such as many ticks in a row, wakes it only once.
    pub fn pool(&self) -> Arc<ThreadPool> {
        Arc::clone(&self.pool)
    }

    /// Time each worker has spent in domains, in nanoseconds.
    pub fn busy_ns(&self) -> Vec<u64> {
        self.busy_ns.iter().map(|ns| ns.load(Ordering::Relaxed)).collect()
    }
}

/// Starts a pool of threads that compute as every other one does.
///
/// # Errors
///
/// As [`Threads::new`].
pub fn start_pool(workers: usize) -> Result<ThreadPool, ThreadsError> {
    if workers == 0 || workers > MAX_WORKERS {
        return Err(ThreadsError::Workers { given: workers });
    }
    isa::from_environment().map_err(ThreadsError::Isa)?;
    let pool = ThreadPoolBuilder::new()
        .num_threads(workers)
        .thread_name(|worker| format!("flockwork-{worker}"))
        .build()
        .map_err(|error| ThreadsError::Start { problem: error.to_string() })?;
    if pool.broadcast(|_| flushes_subnormals()).contains(&true) {
        return Err(ThreadsError::FloatEnvironment);
    }
    Ok(pool)
}

/// The most worker threads.
pub const MAX_WORKERS: usize = 1024;

impl Executor for Threads {
    type Clock = WallClock;

    fn clock(&self) -> WallClock {
        self.clock.clone()
    }

    fn workers(&self) -> usize {
        self.busy_ns.len()
    }

    fn open(&mut self, domains: usize) {
        self.post = Post::new(domains);
    }

    fn drive<M: Model>(
        &mut self,
        domains: &mut [Domain<M>],
        frame: &Frame<'_, M>,
    ) -> Result<Progress, SimulationError> {
        let (post, busy_ns) = (&self.post, &self.busy_ns[..]);
        let failed: Mutex<Option<(u32, SimulationError)>> = Mutex::new(None);
        let waiting = AtomicBool::new(true);
        self.pool.install(|| {
            while waiting.swap(false, Ordering::Relaxed) {
                domains.par_iter_mut().with_max_len(1).for_each(|domain| {
                    let begin = Instant::now();
                    match advance(domain, frame, &mut post.port(domain.id())) {
                        Ok(Progress::Done) => {}
                        Ok(Progress::Waiting) => waiting.store(true, Ordering::Relaxed),
                        Err(error) => fail(&failed, domain.id(), error.into()),
                    }
                    let worker = rayon::current_thread_index().unwrap_or(0);
                    if let Some(busy) = busy_ns.get(worker) {
                        busy.fetch_add(begin.elapsed().as_nanos() as u64, Ordering::Relaxed);
                    }
                });
                if failed.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
                    break;
                }
            }
        });
        let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.map_or(Ok(Progress::Done), |(_, error)| Err(error))
    }

    fn memory_bytes(&self) -> usize {
        self.post.memory_bytes()
    }
}

/// Keeps the error of the domain with the lowest number.
fn fail(failed: &Mutex<Option<(u32, SimulationError)>>, domain: u32, error: SimulationError) {
    let mut first = failed.lock().unwrap_or_else(PoisonError::into_inner);
    if first.as_ref().is_none_or(|(lowest, _)| domain < *lowest) {
        *first = Some((domain, error));
    }
}

/// Whether this thread computes with subnormal numbers flushed to zero.
fn flushes_subnormals() -> bool {
    let tiny = black_box(f32::MIN_POSITIVE) * black_box(0.5);
    tiny.to_bits() == 0 || (black_box(f32::from_bits(1)) * black_box(1.0)).to_bits() == 0
}

/// Nanoseconds since it was made.
#[derive(Clone, Debug)]
pub struct WallClock(Instant);

impl WallClock {
    /// A clock that begins now.
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

impl Default for WallClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for WallClock {
    fn now_ns(&self) -> u64 {
        self.0.elapsed().as_nanos() as u64
    }

    fn worker(&self) -> u32 {
        rayon::current_thread_index().unwrap_or(0) as u32
    }
}

/// Threads cannot be started.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThreadsError {
    /// Zero workers, or absurdly many.
    Workers {
        /// What was given.
        given: usize,
    },
    /// The system refused.
    Start {
        /// What it said.
        problem: String,
    },
    /// Subnormal numbers are flushed to zero.
    FloatEnvironment,
    /// The environment asks for an instruction set that is not there.
    Isa(IsaError),
}

impl fmt::Display for ThreadsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workers { given } => {
                write!(f, "workers is {given}: it must be from 1 to {MAX_WORKERS}")
            }
            Self::Start { problem } => write!(f, "the threads cannot be started: {problem}"),
            Self::FloatEnvironment => f.write_str(
                "subnormal numbers are flushed to zero in this process, which would change \
                 results: some library has changed the floating-point mode (FTZ or DAZ)",
            ),
            Self::Isa(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ThreadsError {}
