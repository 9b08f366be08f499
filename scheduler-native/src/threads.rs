//! The executor over a rayon thread pool.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use flockwork_kernel::float_mode::{self, FloatMode};
use flockwork_scheduler::{
    Clock, Domain, Executor, Frame, Loopback, Model, Place, Progress, SimulationError, Transport,
    advance,
};
use rayon::prelude::*;
use rayon::{ThreadBuilder, ThreadPool, ThreadPoolBuilder};

use crate::isa::{self, IsaError};
use crate::watch::Watch;

/// Runs domains on a pool of threads.
pub struct Threads {
    pool: Arc<ThreadPool>,
    /// How many workers were asked for.
    asked: usize,
    post: Loopback,
    clock: WallClock,
    /// Time each worker has spent in domains.
    busy_ns: Vec<AtomicU64>,
}

impl Threads {
    /// Starts a pool of `workers` threads, or of as many as the system allows.
    ///
    /// # Errors
    ///
    /// [`ThreadsError`] if there are to be no workers or too many, or none can be started, or
    /// one of them computes in another way than every other one, which would change results.
    pub fn new(workers: usize) -> Result<Self, ThreadsError> {
        let pool = start_pool(workers)?;
        let started = pool.current_num_threads();
        Ok(Self {
            pool: Arc::new(pool),
            asked: workers,
            post: Loopback::new(0),
            clock: WallClock::new(started),
            busy_ns: (0..started).map(|_| AtomicU64::new(0)).collect(),
        })
    }

    /// The pool: what runs inside it, such as many ticks in a row, wakes it only once.
    pub fn pool(&self) -> Arc<ThreadPool> {
        Arc::clone(&self.pool)
    }

    /// How many workers were asked for; there may be fewer.
    pub fn asked(&self) -> usize {
        self.asked
    }

    /// What each worker is busy with.
    pub fn watch(&self) -> Arc<Watch> {
        self.clock.watch()
    }

    /// Time each worker has spent in domains, in nanoseconds.
    pub fn busy_ns(&self) -> Vec<u64> {
        self.busy_ns.iter().map(|ns| ns.load(Ordering::Relaxed)).collect()
    }
}

/// Starts a pool of threads that compute as every other one does: of `workers` of them, or of as
/// many as the system allows.
///
/// # Errors
///
/// As [`Threads::new`].
pub fn start_pool(workers: usize) -> Result<ThreadPool, ThreadsError> {
    if workers == 0 || workers > MAX_WORKERS {
        return Err(ThreadsError::Workers { given: workers });
    }
    isa::from_environment().map_err(ThreadsError::Isa)?;
    let pool = start(workers, &mut |thread: ThreadBuilder| {
        let name = format!("flockwork-{}", thread.index());
        std::thread::Builder::new().name(name).spawn(|| thread.run())
    })?;
    let modes = pool.broadcast(|_| float_mode::check());
    match (0..).zip(modes).find_map(|(worker, mode)| Some((worker, mode.err()?))) {
        Some((worker, mode)) => Err(ThreadsError::FloatMode { worker, mode }),
        None => Ok(pool),
    }
}

/// Starts as many threads as can be had, up to `wanted`.
fn start(
    mut wanted: usize,
    spawn: &mut dyn FnMut(ThreadBuilder) -> io::Result<JoinHandle<()>>,
) -> Result<ThreadPool, ThreadsError> {
    loop {
        let mut started = Vec::new();
        let pool = ThreadPoolBuilder::new()
            .num_threads(wanted)
            .spawn_handler(|thread| {
                started.push(spawn(thread)?);
                Ok(())
            })
            .build();
        match pool {
            Ok(pool) => return Ok(pool),
            Err(error) if started.is_empty() => {
                return Err(ThreadsError::Start { problem: error.to_string() });
            }
            // The threads of a pool that is not complete end, and make room for another one.
            Err(_) => {
                wanted = started.len();
                for thread in started {
                    // One that panicked has ended too.
                    let _ = thread.join();
                }
            }
        }
    }
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
        self.post = Loopback::new(domains);
    }

    fn recut(&mut self) {
        self.post.trim();
    }

    fn drive<M: Model>(
        &mut self,
        domains: &mut [Domain<M>],
        frame: &Frame<'_, M>,
    ) -> Result<Progress, SimulationError> {
        let (post, busy) = (&self.post, &self.busy_ns[..]);
        self.pool.install(|| {
            while poll_all(domains, frame, busy, |domain| post.port(domain))? {}
            Ok(Progress::Done)
        })
    }

    fn memory_bytes(&self) -> usize {
        self.post.memory_bytes()
    }
}

/// Polls each domain once, on the threads of the pool that this is called in; true if one is not done
/// yet. `port` makes a domain's transport, and `busy_ns` gets the time of each worker in domains.
///
/// # Errors
///
/// The error of the domain with the lowest number; all others have been polled too. With the feature
/// `std` of the scheduler a panic of the model is one: see [`advance`].
pub fn poll_all<M: Model, T: Transport<Error = Infallible>>(
    domains: &mut [Domain<M>],
    frame: &Frame<'_, M>,
    busy_ns: &[AtomicU64],
    port: impl Fn(u32) -> T + Sync,
) -> Result<bool, SimulationError> {
    let failed: Mutex<Option<(u32, SimulationError)>> = Mutex::new(None);
    let waiting = AtomicBool::new(false);
    domains.par_iter_mut().with_max_len(1).for_each(|domain| {
        let begin = Instant::now();
        match advance(domain, frame, &mut port(domain.id())) {
            Ok(Progress::Done) => {}
            Ok(Progress::Waiting) => waiting.store(true, Ordering::Relaxed),
            Err(error) => {
                let mut first = failed.lock().unwrap_or_else(PoisonError::into_inner);
                if first.as_ref().is_none_or(|(lowest, _)| domain.id() < *lowest) {
                    *first = Some((domain.id(), error.into()));
                }
            }
        }
        let worker = rayon::current_thread_index().unwrap_or(0);
        if let Some(busy) = busy_ns.get(worker) {
            busy.fetch_add(begin.elapsed().as_nanos() as u64, Ordering::Relaxed);
        }
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((_, error)) => Err(error),
        None => Ok(waiting.into_inner()),
    }
}

/// Nanoseconds since it was made.
#[derive(Clone, Debug)]
pub struct WallClock {
    begin: Instant,
    watch: Arc<Watch>,
}

impl WallClock {
    /// A clock that begins now, for a pool of this many workers.
    pub fn new(workers: usize) -> Self {
        Self { begin: Instant::now(), watch: Arc::new(Watch::new(workers)) }
    }

    /// What each worker is busy with.
    pub fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }
}

impl Clock for WallClock {
    fn now_ns(&self) -> u64 {
        self.begin.elapsed().as_nanos() as u64
    }

    fn hear(&self, place: Option<Place>) {
        self.watch.hear(rayon::current_thread_index().unwrap_or(0), place);
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
    /// A thread computes in another way than every other one.
    FloatMode {
        /// The worker.
        worker: usize,
        /// What it does.
        mode: FloatMode,
    },
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
            Self::FloatMode { worker, mode } => write!(
                f,
                "the thread of worker {worker} {mode}, which changes results: some library has \
                 changed the floating-point mode of this process (MXCSR or FPCR)"
            ),
            Self::Isa(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ThreadsError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A system that allows so many threads at a time.
    fn start_under(most: usize, wanted: usize) -> Result<ThreadPool, ThreadsError> {
        let alive = Arc::new(AtomicU64::new(0));
        start(wanted, &mut |thread| {
            if alive.fetch_add(1, Ordering::SeqCst) >= most as u64 {
                alive.fetch_sub(1, Ordering::SeqCst);
                return Err(io::Error::from(io::ErrorKind::WouldBlock));
            }
            let alive = Arc::clone(&alive);
            std::thread::Builder::new().spawn(move || {
                thread.run();
                alive.fetch_sub(1, Ordering::SeqCst);
            })
        })
    }

    #[test]
    fn where_not_all_threads_can_be_started_those_that_can_do_the_work() {
        for (most, wanted) in [(1, 1), (1, 2), (3, 8), (5, 5), (7, 300)] {
            let pool = start_under(most, wanted).unwrap();
            assert_eq!(pool.current_num_threads(), most.min(wanted));
            assert_eq!(pool.broadcast(|one| one.index()).len(), most.min(wanted));
        }
        let none = start_under(0, 4).err().unwrap();
        assert!(matches!(none, ThreadsError::Start { .. }), "{none}");
    }
}
