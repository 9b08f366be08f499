//! A rank's part of a run, as the command line drives it.

use std::cell::RefCell;
use std::sync::OnceLock;
use std::time::Instant;

use flockwork_kernel::columns::{Column, Reach, packed_len};
use flockwork_scheduler::registry::{Piece, RegionLoad, Shares};
use flockwork_scheduler::{
    Answer, AnyWorld, Backend, Counters, FieldNow, Given, Grid, Input, Progress, Region,
    Resolution, Setting, Setup, SimulationError,
};
use flockwork_scheduler_native::{
    AnySimulation, BuildError, Metrics, Options, ProcessMetrics, Rows, RunError, WorkerMetrics,
    tick_histogram,
};
use hdrhistogram::Histogram;

use crate::codec::Deltas;
use crate::guard;
use crate::network::Network;
use crate::ranks::{Ranks, Traffic};

/// Runs simulations on all ranks of the job.
#[derive(Clone, Copy, Debug)]
pub struct OnRanks;

impl Backend for OnRanks {
    type Options = Options;
    type Executor = Ranks;
    type Made = Box<dyn AnySimulation>;
    type Error = BuildError;

    fn shares(options: &Options) -> Result<Shares, BuildError> {
        options.shares(Network::new().size() as usize)
    }

    fn executor(options: &Options) -> Result<Ranks, BuildError> {
        let mut ranks = Ranks::new(Network::new(), options.workers)?;
        let (deltas, byte_ns) = CHOICE.get().copied().unwrap_or_default();
        ranks.choose(deltas, byte_ns);
        Ok(ranks)
    }

    fn wrap(world: Box<dyn AnyWorld<Ranks>>, _options: &Options) -> Box<dyn AnySimulation> {
        Box::new(World::new(world))
    }
}

/// When ghosts are sent as differences, and the nanoseconds of a byte on the network.
static CHOICE: OnceLock<(Deltas, f64)> = OnceLock::new();

/// Sets for all simulations when ghosts are sent as differences; measures the network if that
/// decides. Collective; only the first call counts.
pub fn choose(network: &Network, deltas: Deltas) {
    let byte_ns = if deltas == Deltas::Auto { network.byte_ns() } else { 0.0 };
    CHOICE.get_or_init(|| (deltas, byte_ns));
}

struct World {
    /// Collective calls need the executor, which belongs to the simulation.
    simulation: RefCell<Box<dyn AnyWorld<Ranks>>>,
    network: Network,
    first_tick: u64,
    tick_ns: Histogram<u64>,
    wall_ns: u64,
    /// What setting up counted: no tick's part.
    before: (Counters, u64, Traffic),
    peak_memory_bytes: u64,
}

impl World {
    fn new(simulation: Box<dyn AnyWorld<Ranks>>) -> Self {
        let executor = simulation.executor();
        Self {
            network: *executor.network(),
            first_tick: simulation.tick(),
            tick_ns: tick_histogram(),
            wall_ns: 0,
            before: (simulation.counters(), executor.busy_ns(), executor.traffic()),
            peak_memory_bytes: simulation.memory_bytes() as u64,
            simulation: RefCell::new(simulation),
        }
    }

    /// This rank's part of the metrics.
    fn own(&self) -> Result<(ProcessMetrics, Counters), RunError> {
        let simulation = self.simulation.borrow();
        let loads = simulation.loads()?;
        let executor = simulation.executor();
        let (counters, busy_ns, traffic) =
            (simulation.counters(), executor.busy_ns(), executor.traffic());
        let own = ProcessMetrics {
            owned: loads.iter().map(|region| region.owned).sum(),
            ghosts: loads.iter().map(|region| region.ghosts).sum(),
            busy_ns: busy_ns - self.before.1,
            communicate_ns: traffic.ns - self.before.2.ns,
            sent_bytes: traffic.sent_bytes - self.before.2.sent_bytes,
            raw_bytes: traffic.raw_bytes - self.before.2.raw_bytes,
            messages: traffic.messages - self.before.2.messages,
            memory_bytes: self.peak_memory_bytes.max(simulation.memory_bytes() as u64),
        };
        Ok((own, counters.since(&self.before.0)))
    }
}

impl AnySimulation for World {
    fn run(&mut self, ticks: u64) -> Result<(), RunError> {
        let simulation = self.simulation.get_mut();
        for _ in 0..ticks {
            guard::at_tick(simulation.tick());
            let begin = Instant::now();
            simulation.step()?;
            let ns = begin.elapsed().as_nanos() as u64;
            self.wall_ns += ns;
            self.tick_ns.saturating_record(ns);
            self.peak_memory_bytes = self.peak_memory_bytes.max(simulation.memory_bytes() as u64);
        }
        Ok(())
    }

    fn tick(&self) -> u64 {
        self.simulation.borrow().tick()
    }

    fn population(&self) -> u64 {
        self.simulation.borrow().population()
    }

    fn fingerprint(&self) -> Result<u64, RunError> {
        let mut sum = [self.simulation.borrow().fingerprint()?];
        self.network.sum(&mut sum);
        Ok(sum[0])
    }

    fn stats(&mut self) -> Result<Vec<(String, f64)>, RunError> {
        let simulation = self.simulation.get_mut();
        let before = simulation.executor().busy_ns();
        let stats = simulation.stats();
        // No part of any tick.
        self.before.1 += simulation.executor().busy_ns() - before;
        stats
    }

    fn params(&self) -> Result<Vec<Setting>, RunError> {
        Ok(self.simulation.borrow().params())
    }

    fn set_params(&mut self, given: Vec<Given>) -> Result<(), RunError> {
        let simulation = self.simulation.get_mut();
        simulation.set_params(&given)?;
        while simulation.poll()? == Progress::Waiting {
            std::hint::spin_loop();
        }
        simulation.take_answer()?;
        Ok(())
    }

    fn give(&mut self, inputs: Vec<Input>) -> Result<Answer, RunError> {
        self.simulation.get_mut().give(inputs)
    }

    fn pieces(&mut self, column: usize) -> Result<Vec<Piece<'_>>, RunError> {
        self.simulation.get_mut().pieces(column)
    }

    fn metrics(&self) -> Result<Metrics, RunError> {
        let (own, counters) = self.own()?;
        let simulation = self.simulation.borrow();
        let mut numbers = own.values().to_vec();
        numbers.extend(counters.values());
        numbers.extend([
            simulation.executor().threads() as u64,
            simulation.memory_bytes() as u64,
            simulation.executor().asked() as u64,
        ]);
        let all = self.network.gather(&numbers);
        let mut per_process = Vec::new();
        let mut counters = Counters::default();
        let mut per_worker = Vec::new();
        let (mut memory_bytes, mut workers_asked) = (0, 0);
        for numbers in all.chunks_exact(numbers.len()) {
            let (process, numbers) = numbers.split_at(ProcessMetrics::COUNT);
            let (counted, rest) = numbers.split_at(Counters::TABLE.len());
            let process = ProcessMetrics::of(process);
            counters = counters.plus(&Counters::of(counted));
            // Threads are alike within a rank: each has its share of the rank's busy time.
            let threads = rest[0];
            let busy_ns = process.busy_ns / threads.max(1);
            let wait_ns = self.wall_ns.saturating_sub(busy_ns);
            per_worker.extend((0..threads).map(|_| WorkerMetrics { busy_ns, wait_ns }));
            memory_bytes += rest[1];
            workers_asked += rest[2];
            per_process.push(process);
        }
        let total =
            |number: fn(&ProcessMetrics) -> u64| per_process.iter().map(number).sum::<u64>();
        let communicated = total(|process| process.communicate_ns);
        let waited = per_worker.iter().map(|worker| worker.wait_ns).sum::<u64>();
        let mut phases_ns: Vec<_> = counters.phases().collect();
        phases_ns.push(("communicate", communicated));
        phases_ns.push(("wait", waited.saturating_sub(communicated)));
        let mut regions = vec![0u64; 3 * simulation.regions().len()];
        for RegionLoad { region, owned, ghosts, work } in simulation.loads()? {
            regions[3 * region as usize..][..3].copy_from_slice(&[owned, ghosts, work]);
        }
        self.network.sum(&mut regions);
        let load = |(region, one): (u32, &[u64])| RegionLoad {
            region,
            owned: one[0],
            ghosts: one[1],
            work: one[2],
        };
        let per_region = (0..).zip(regions.chunks_exact(3)).map(load).collect();
        Ok(Metrics {
            ticks: simulation.tick() - self.first_tick,
            workers: per_worker.len(),
            workers_asked: workers_asked as usize,
            regions: simulation.regions().len(),
            tick_ns: self.tick_ns.clone(),
            phases_ns,
            per_worker,
            per_region,
            counters,
            rebalances: simulation.rebalances(),
            imbalance: simulation.imbalance(),
            memory_bytes,
            peak_memory_bytes: total(|process| process.memory_bytes),
            per_process,
        })
    }

    fn snapshot(&self) -> Result<Vec<u8>, RunError> {
        let part = self.own_snapshot()?;
        let mut lens = self.network.gather(&[part.len() as u64]);
        let all = self.network.collect(part);
        if self.network.rank() != 0 {
            return Ok(Vec::new());
        }
        let mut rest = &all[..];
        let mut parts = Vec::new();
        for len in lens.drain(..) {
            let (part, after) = rest.split_at(len as usize);
            parts.push(part);
            rest = after;
        }
        flockwork_scheduler::snapshot::merge(&parts)
            .map_err(|error| RunError::Transport(error.to_string()))
    }

    fn schema(&self) -> &'static [Column] {
        self.simulation.borrow().schema()
    }

    fn setup(&self) -> Setup {
        self.simulation.borrow().setup()
    }

    fn resolution(&self) -> Resolution {
        self.simulation.borrow().resolution()
    }

    fn grid(&self) -> Grid {
        self.simulation.borrow().grid()
    }

    fn regions(&self) -> Result<Vec<Region>, RunError> {
        Ok(self.simulation.borrow().regions().to_vec())
    }

    fn rows(&self) -> Result<Rows, RunError> {
        let own = self.own_rows()?;
        let stride = own.stride;
        let all = self.network.collect(own.bytes);
        let mut rows: Vec<&[u8]> = all.chunks_exact(stride).collect();
        let id = |row: &[u8]| u32::from_le_bytes([row[0], row[1], row[2], row[3]]);
        rows.sort_by_key(|row| id(row));
        Ok(Rows { bytes: rows.concat(), stride })
    }

    fn fields(&self) -> Result<Vec<FieldNow>, RunError> {
        let mut fields = self.simulation.borrow().fields()?;
        for field in &mut fields {
            // Whole numbers, and 0 in the cells of others.
            let mut amounts: Vec<u64> = field.amounts.iter().map(|amount| *amount as u64).collect();
            self.network.sum(&mut amounts);
            field.amounts = amounts.into_iter().map(|amount| amount as f32).collect();
        }
        Ok(fields)
    }

    fn recount(&self) -> Result<(), RunError> {
        let own = self.own_rows()?;
        let mut found = [(own.bytes.len() / own.stride) as u64];
        self.network.sum(&mut found);
        let simulation = self.simulation.borrow();
        if found[0] != simulation.population() {
            let (tick, expected) = (simulation.tick(), simulation.population());
            return Err(SimulationError::Conservation { tick, expected, found: found[0] });
        }
        Ok(())
    }

    fn process(&self) -> (u32, u32) {
        (self.network.rank(), self.network.size())
    }

    fn lead(&self, value: u64) -> u64 {
        self.network.lead(value)
    }

    fn agree(&self, yes: bool) -> bool {
        let mut no = [u64::from(!yes)];
        self.network.sum(&mut no);
        no[0] == 0
    }

    fn own_rows(&self) -> Result<Rows, RunError> {
        let stride = packed_len(self.schema(), Reach::Owned);
        Ok(Rows { bytes: self.simulation.borrow().rows()?, stride })
    }

    fn own_snapshot(&self) -> Result<Vec<u8>, RunError> {
        self.simulation.borrow().snapshot()
    }

    fn reached(&self, tick: u64, checkpoint: &std::path::Path) {
        guard::checkpoint(tick, checkpoint.to_path_buf());
    }
}
