//! A simulation on threads of this process, behind [`AnySimulation`].
//!
//! All that may run a model for long is done by the pool, on a simulation that is given away and
//! comes back. A worker that has stalled keeps it: then it is lost, and nothing dangles.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use flockwork_kernel::columns::{Column, Reach, packed_len};
use flockwork_scheduler::registry::Piece;
use flockwork_scheduler::{
    Answer, AnyWorld, Counters, FieldNow, Given, Grid, Input, Panicked, Phase, Place, Progress,
    Region, Resolution, Setting, Setup, SimulationError,
};
use hdrhistogram::Histogram;
use rayon::ThreadPool;

use crate::any::{AnySimulation, Metrics, Rows, RunError, WorkerMetrics, tick_histogram};
use crate::threads::Threads;
use crate::watch::{LOOKS, Watch, Watcher};

/// A simulation on threads.
pub(crate) struct Native {
    /// The simulation, or the error with which it was lost.
    running: Result<Box<Running>, RunError>,
    pool: Arc<ThreadPool>,
    watch: Arc<Watch>,
    deadline: Option<Duration>,
    /// Ticks and entities when the simulation was here last.
    last: (u64, u64),
    setup: Setup,
    resolution: Resolution,
    grid: Grid,
    schema: &'static [Column],
}

/// A simulation with its metrics.
struct Running {
    world: Box<dyn AnyWorld<Threads>>,
    first_tick: u64,
    tick_ns: Histogram<u64>,
    wall_ns: u64,
    busy_before: Vec<u64>,
    /// What setting up counted: no tick's part.
    before: Counters,
    peak_memory_bytes: usize,
}

impl Native {
    pub(crate) fn new(world: Box<dyn AnyWorld<Threads>>, deadline: Option<Duration>) -> Self {
        Self {
            pool: world.executor().pool(),
            watch: world.executor().watch(),
            deadline,
            last: (world.tick(), world.population()),
            setup: world.setup(),
            resolution: world.resolution(),
            grid: world.grid(),
            schema: world.schema(),
            running: Ok(Box::new(Running {
                first_tick: world.tick(),
                tick_ns: tick_histogram(),
                wall_ns: 0,
                busy_before: world.executor().busy_ns(),
                before: world.counters(),
                peak_memory_bytes: world.memory_bytes(),
                world,
            })),
        }
    }

    fn running(&self) -> Result<&Running, RunError> {
        self.running.as_deref().map_err(Clone::clone)
    }

    /// Has the pool do something with the simulation, and waits for it.
    fn on_pool<R: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Running) -> Result<R, RunError> + Send + 'static,
    ) -> Result<R, RunError> {
        let gone = SimulationError::Busy { tick: self.last.0 };
        let mut running = match std::mem::replace(&mut self.running, Err(gone)) {
            Ok(running) => running,
            Err(error) => {
                self.running = Err(error.clone());
                return Err(error);
            }
        };
        let (give, take) = sync_channel(1);
        self.pool.spawn(move || {
            let done = catch_unwind(AssertUnwindSafe(|| work(&mut running)));
            let result = done.unwrap_or_else(|_| Err(running.ended()));
            // If nobody waits any more, the simulation ends here.
            let _ = give.send((running, result));
        });
        match self.wait(&take) {
            Ok((running, result)) => {
                self.last = (running.world.tick(), running.world.population());
                self.resolution = running.world.resolution();
                self.grid = running.world.grid();
                self.running = Ok(running);
                result
            }
            Err(error) => {
                self.running = Err(error.clone());
                Err(error)
            }
        }
    }

    /// Waits for what comes back from the pool, unless a worker stalls before.
    fn wait<T>(&self, take: &Receiver<T>) -> Result<T, RunError> {
        let lost = || {
            let place = Place { phase: Phase::Books, domain: None, tick: self.last.0 };
            let message = "the simulation was lost with its thread".to_string();
            SimulationError::Panicked(Panicked { message, place, worker: 0 })
        };
        let Some(deadline) = self.deadline else { return take.recv().map_err(|_| lost()) };
        let mut watcher = Watcher::new(&self.watch);
        loop {
            match take.recv_timeout(deadline / LOOKS) {
                Ok(back) => return Ok(back),
                Err(RecvTimeoutError::Disconnected) => return Err(lost()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some((worker, place)) = watcher.look() {
                let deadline = deadline.as_secs_f64();
                return Err(SimulationError::Stalled { worker, place, deadline });
            }
        }
    }
}

impl Running {
    fn run(&mut self, ticks: u64) -> Result<(), RunError> {
        for _ in 0..ticks {
            let begin = Instant::now();
            self.world.step()?;
            let ns = begin.elapsed().as_nanos() as u64;
            self.wall_ns += ns;
            self.tick_ns.saturating_record(ns);
            self.peak_memory_bytes = self.peak_memory_bytes.max(self.world.memory_bytes());
        }
        Ok(())
    }

    /// Sets parameters, and brings entities to where these want them.
    fn set_params(&mut self, given: &[Given]) -> Result<(), RunError> {
        self.world.set_params(given)?;
        while self.world.poll()? == Progress::Waiting {
            std::hint::spin_loop();
        }
        Ok(())
    }

    /// The error of a simulation through which a panic went.
    fn ended(&mut self) -> RunError {
        let busy = SimulationError::Busy { tick: self.world.tick() };
        self.world.poll().err().unwrap_or(busy)
    }
}

impl AnySimulation for Native {
    fn run(&mut self, ticks: u64) -> Result<(), RunError> {
        // All ticks inside the pool: its threads are woken once, and no tick allocates anything.
        self.on_pool(move |running| running.run(ticks))
    }

    fn tick(&self) -> u64 {
        self.last.0
    }

    fn population(&self) -> u64 {
        self.last.1
    }

    fn fingerprint(&self) -> Result<u64, RunError> {
        self.running()?.world.fingerprint()
    }

    fn stats(&mut self) -> Result<Vec<(String, f64)>, RunError> {
        self.on_pool(|running| {
            let before = running.world.executor().busy_ns();
            let stats = running.world.stats();
            // No part of any tick.
            let after = running.world.executor().busy_ns();
            let spent = after.iter().zip(before).map(|(after, before)| after - before);
            running.busy_before.iter_mut().zip(spent).for_each(|(sum, spent)| *sum += spent);
            stats
        })
    }

    fn params(&self) -> Result<Vec<Setting>, RunError> {
        Ok(self.running()?.world.params())
    }

    fn set_params(&mut self, given: Vec<Given>) -> Result<(), RunError> {
        self.on_pool(move |running| running.set_params(&given))
    }

    fn give(&mut self, inputs: Vec<Input>) -> Result<Answer, RunError> {
        self.on_pool(move |running| running.world.give(inputs))
    }

    fn pieces(&mut self, column: usize) -> Result<Vec<Piece<'_>>, RunError> {
        self.running()?.world.pieces(column)
    }

    fn metrics(&self) -> Result<Metrics, RunError> {
        let running = self.running()?;
        let (world, executor) = (&running.world, running.world.executor());
        let per_region = world.loads()?;
        let counters = world.counters().since(&running.before);
        let mut phases_ns: Vec<_> = counters.phases().collect();
        let wall_ns = running.wall_ns;
        let per_worker: Vec<_> = executor
            .busy_ns()
            .iter()
            .zip(&running.busy_before)
            .map(|(now, before)| now - before)
            .map(|busy_ns| WorkerMetrics { busy_ns, wait_ns: wall_ns.saturating_sub(busy_ns) })
            .collect();
        phases_ns.push(("wait", per_worker.iter().map(|worker| worker.wait_ns).sum()));
        Ok(Metrics {
            ticks: world.tick() - running.first_tick,
            workers: per_worker.len(),
            workers_asked: executor.asked(),
            regions: per_region.len(),
            tick_ns: running.tick_ns.clone(),
            phases_ns,
            per_worker,
            per_region,
            counters,
            rebalances: world.rebalances(),
            imbalance: world.imbalance(),
            memory_bytes: world.memory_bytes() as u64,
            peak_memory_bytes: running.peak_memory_bytes as u64,
            per_process: Vec::new(),
        })
    }

    fn snapshot(&self) -> Result<Vec<u8>, RunError> {
        self.running()?.world.snapshot()
    }

    fn schema(&self) -> &'static [Column] {
        self.schema
    }

    fn setup(&self) -> Setup {
        self.setup
    }

    fn resolution(&self) -> Resolution {
        self.resolution
    }

    fn grid(&self) -> Grid {
        self.grid
    }

    fn regions(&self) -> Result<Vec<Region>, RunError> {
        Ok(self.running()?.world.regions().to_vec())
    }

    fn rows(&self) -> Result<Rows, RunError> {
        let stride = packed_len(self.schema, Reach::Owned);
        Ok(Rows { bytes: self.running()?.world.rows()?, stride })
    }

    fn fields(&self) -> Result<Vec<FieldNow>, RunError> {
        self.running()?.world.fields()
    }

    fn recount(&self) -> Result<(), RunError> {
        self.running()?.world.recount()
    }
}
