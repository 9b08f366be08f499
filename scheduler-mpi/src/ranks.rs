//! The executor of one rank: its domains on threads, and packets for the other ranks.
//!
//! Domains of one rank exchange letters in shared memory. What goes to other ranks is gathered
//! into one packet for each of them, in the form of [`flockwork_scheduler::packet`]. When all domains
//! of the rank wait, they have closed the same lane, and its packets are exchanged.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_scheduler::transport::LANE_COUNT;
use flockwork_scheduler::{
    Domain, Executor, Frame, Lane, Letters, Model, Progress, SimulationError, Topology, Transport,
    packet,
};
use flockwork_scheduler_native::{ThreadsError, WallClock, poll_all, start_pool};
use rayon::ThreadPool;

use crate::codec::{Codec, Deltas};
use crate::inbox::Inbox;
use crate::network::Network;

/// The executor of one rank.
pub struct Ranks {
    network: Network,
    pool: ThreadPool,
    /// How many threads were asked for.
    asked: usize,
    clock: WallClock,
    /// All domains of the world.
    domains: u32,
    /// Mail between domains of this rank.
    letters: Letters,
    lanes: [LaneBoxes; LANE_COUNT],
    /// The ranks that share a border with this one, and the cut that tells so.
    near: Vec<u32>,
    near_by: Option<Arc<Topology>>,
    codec: Codec,
    /// Time each thread has spent in domains.
    busy_ns: Vec<AtomicU64>,
    traffic: Traffic,
}

/// What a rank has exchanged with others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Time, waiting for others included.
    pub ns: u64,
    /// Bytes sent.
    pub sent_bytes: u64,
    /// What they would have been without compression.
    pub raw_bytes: u64,
    /// Messages sent.
    pub messages: u64,
}

/// The mail of one lane from and to other ranks.
#[derive(Default)]
struct LaneBoxes {
    /// The packet for each rank.
    packets: Vec<Mutex<Vec<u8>>>,
    /// Exchanges with other ranks done.
    exchanged: u32,
    /// What came from each rank in the last one.
    inbox: Inbox,
}

impl Ranks {
    /// Starts `workers` threads for this rank.
    ///
    /// # Errors
    ///
    /// [`ThreadsError`].
    pub fn new(network: Network, workers: usize) -> Result<Self, ThreadsError> {
        let pool = start_pool(workers)?;
        let clock = WallClock::new(pool.current_num_threads());
        let busy_ns = (0..pool.current_num_threads()).map(|_| AtomicU64::new(0)).collect();
        Ok(Self {
            network,
            pool,
            asked: workers,
            clock,
            domains: 0,
            letters: Letters::default(),
            lanes: Default::default(),
            near: Vec::new(),
            near_by: None,
            codec: Codec::new(network.size()),
            busy_ns,
            traffic: Traffic::default(),
        })
    }

    /// Sets when ghosts are sent as differences, and what a byte takes on the network.
    pub fn choose(&mut self, deltas: Deltas, byte_ns: f64) {
        self.codec.choose(deltas, byte_ns);
    }

    /// All ranks.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Time in domains, added up over the threads of this rank, in nanoseconds.
    pub fn busy_ns(&self) -> u64 {
        self.busy_ns.iter().map(|ns| ns.load(Ordering::Relaxed)).sum()
    }

    /// What this rank has exchanged with others.
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// How many threads were asked for; there may be fewer.
    pub fn asked(&self) -> usize {
        self.asked
    }

    /// Threads of this rank.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    fn local(&self) -> Range<u32> {
        packet::share(self.network.rank(), self.network.size(), self.domains)
    }

    /// Exchanges the packets of the lane that all domains of this rank have closed.
    fn exchange<M: Model>(&mut self) -> Result<(), SimulationError> {
        let begin = Instant::now();
        let due =
            |lane: &Lane| self.letters.all_closed(*lane, self.lanes[*lane as usize].exchanged);
        let Some(due) = Lane::ALL.into_iter().find(due) else {
            return Err(SimulationError::Transport("no lane is closed, yet all wait".into()));
        };
        let own = self.local();
        let lane = &mut self.lanes[due as usize];
        let mut packets: Vec<Vec<u8>> =
            lane.packets.iter().map(|packet| core::mem::take(&mut *open(packet))).collect();
        let raw: usize = packets.iter().map(Vec::len).sum();
        let ghosts = 4 + packed_len(M::Columns::SCHEMA, Reach::Ghost);
        let owned = packed_len(M::Columns::SCHEMA, Reach::Owned);
        let moves = due == Lane::Move;
        if moves {
            self.codec.encode(&self.near, owned, ghosts, &mut packets);
        }
        let sent: usize = packets.iter().map(Vec::len).sum();
        self.traffic.raw_bytes += raw as u64;
        self.traffic.sent_bytes += sent as u64;
        self.traffic.messages += packets.iter().filter(|packet| !packet.is_empty()).count() as u64;
        self.network.trade(&self.near, &mut packets, &mut lane.inbox.packets);
        if moves {
            self.codec.decode(owned, ghosts, &mut lane.inbox.packets)?;
        }
        for (place, packet) in lane.packets.iter().zip(packets) {
            *open(place) = packet;
        }
        lane.inbox.sort(own, self.domains)?;
        lane.exchanged = lane.exchanged.wrapping_add(1);
        self.traffic.ns += begin.elapsed().as_nanos() as u64;
        Ok(())
    }

    /// Finds the ranks that share a border with this one, if the cut is a new one.
    fn find_near(&mut self, topology: &Arc<Topology>) {
        if self.near_by.as_ref().is_some_and(|known| Arc::ptr_eq(known, topology)) {
            return;
        }
        let own = self.local();
        let mut near: Vec<u32> = Vec::new();
        for from in 0..self.domains {
            for overlap in topology.overlaps(from) {
                let other = match (own.contains(&from), own.contains(&overlap.to)) {
                    (true, false) => overlap.to,
                    (false, true) => from,
                    _ => continue,
                };
                near.push(packet::owner(other, self.network.size(), self.domains));
            }
        }
        near.sort_unstable();
        near.dedup();
        self.near = near;
        self.near_by = Some(Arc::clone(topology));
        self.codec.forget();
    }
}

impl Executor for Ranks {
    type Clock = WallClock;

    fn clock(&self) -> WallClock {
        self.clock.clone()
    }

    fn workers(&self) -> usize {
        self.threads() * self.network.size() as usize
    }

    fn share(&self, domains: u32) -> Range<u32> {
        packet::share(self.network.rank(), self.network.size(), domains)
    }

    fn open(&mut self, domains: usize) {
        self.domains = domains as u32;
        let local = self.local();
        self.letters = Letters::new(local.start, local.len());
        let ranks = self.network.size();
        for lane in &mut self.lanes {
            *lane = LaneBoxes {
                packets: (0..ranks).map(|_| Mutex::default()).collect(),
                exchanged: 0,
                inbox: Inbox::new(self.network.boxes()),
            };
        }
    }

    fn recut(&mut self) {
        self.letters.trim();
    }

    fn drive<M: Model>(
        &mut self,
        domains: &mut [Domain<M>],
        frame: &Frame<'_, M>,
    ) -> Result<Progress, SimulationError> {
        if let Some(domain) = domains.first() {
            self.find_near(domain.topology());
        }
        loop {
            let ranks = &*self;
            let waiting = ranks.pool.install(|| {
                poll_all(domains, frame, &ranks.busy_ns, |domain| Port { ranks, domain })
            })?;
            if !waiting {
                return Ok(Progress::Done);
            }
            self.exchange::<M>()?;
        }
    }

    fn sum(&mut self, values: &mut [u64]) -> Result<Progress, SimulationError> {
        let begin = Instant::now();
        self.network.sum(values);
        self.traffic.ns += begin.elapsed().as_nanos() as u64;
        Ok(Progress::Done)
    }

    fn memory_bytes(&self) -> usize {
        let lane = |lane: &LaneBoxes| -> usize {
            let packets = lane.packets.iter().map(|packet| open(packet).capacity());
            packets.sum::<usize>() + lane.inbox.memory_bytes()
        };
        self.lanes.iter().map(lane).sum::<usize>()
            + self.letters.memory_bytes()
            + self.codec.memory_bytes()
    }
}

/// One domain's end of the mail.
struct Port<'a> {
    ranks: &'a Ranks,
    domain: u32,
}

impl Port<'_> {
    fn boxes(&self, lane: Lane) -> &LaneBoxes {
        &self.ranks.lanes[lane as usize]
    }
}

impl Transport for Port<'_> {
    type Error = Infallible;

    fn send(
        &mut self,
        to: u32,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Infallible> {
        if self.ranks.local().contains(&to) {
            self.ranks.letters.send(self.domain, to, lane, len, fill);
        } else {
            let rank = packet::owner(to, self.ranks.network.size(), self.ranks.domains);
            let mut packet = open(&self.boxes(lane).packets[rank as usize]);
            packet::push(&mut packet, self.domain, to, len, fill);
        }
        Ok(())
    }

    fn tell(
        &mut self,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Infallible> {
        self.ranks.letters.tell(self.domain, lane, len, fill);
        for (rank, packet) in (0..).zip(&self.boxes(lane).packets) {
            if rank != self.ranks.network.rank() {
                packet::push(&mut open(packet), self.domain, packet::ALL, len, fill);
            }
        }
        Ok(())
    }

    fn close(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.ranks.letters.close(self.domain, lane);
        Ok(())
    }

    fn ready(&mut self, lane: Lane) -> Result<bool, Infallible> {
        let exchange = self.ranks.letters.exchange(self.domain, lane);
        Ok(self.boxes(lane).exchanged.wrapping_sub(exchange) as i32 > 0)
    }

    fn visit(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        let (letters, domain) = (&self.ranks.letters, self.domain);
        self.boxes(lane).inbox.visit(domain, &self.ranks.local(), each, |each| {
            letters.visit(domain, lane, each);
        });
        Ok(())
    }

    fn hear(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        let (letters, domain) = (&self.ranks.letters, self.domain);
        self.boxes(lane).inbox.visit(packet::ALL, &self.ranks.local(), each, |each| {
            letters.hear(domain, lane, each);
        });
        Ok(())
    }

    fn clear(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.ranks.letters.clear(self.domain, lane);
        Ok(())
    }
}

/// A box stays whole whatever its last holder did, so a poisoned lock is taken all the same.
fn open<T>(boxed: &Mutex<T>) -> MutexGuard<'_, T> {
    boxed.lock().unwrap_or_else(PoisonError::into_inner)
}
