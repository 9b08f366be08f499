//! The only module that calls MPI.
//!
//! All calls are made by the thread that started MPI, and all ranks make the collective ones in
//! the same order.

use std::time::Instant;

use mpi::collective::SystemOperation;
use mpi::datatype::Equivalence;
use mpi::point_to_point::{Destination, Source};
use mpi::request::multiple_scope;
use mpi::topology::{Communicator, SimpleCommunicator};
use mpi::traits::{CommunicatorCollectives, Root};

/// All ranks of this job.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    rank: u32,
    size: u32,
}

/// The most bytes of one message in [`Network::collect`]: MPI counts in 31 bits.
const PIECE: usize = 1 << 28;

/// Tag of packets between ranks that share a border.
const NEAR: i32 = 1;
/// Tag of packets between other ranks.
const FAR: i32 = 2;

fn world() -> SimpleCommunicator {
    SimpleCommunicator::world()
}

impl Network {
    /// All ranks of this job; MPI must have been started.
    pub fn new() -> Self {
        let world = world();
        Self { rank: world.rank() as u32, size: world.size() as u32 }
    }

    /// This rank.
    pub fn rank(&self) -> u32 {
        self.rank
    }

    /// The number of ranks.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Adds up each of the values over all ranks, wrapping. Collective.
    pub fn sum(&self, values: &mut [u64]) {
        if self.size > 1 {
            let own = values.to_vec();
            world().all_reduce_into(&own[..], values, SystemOperation::sum());
        }
    }

    /// What the first rank says. Collective.
    pub fn lead(&self, mut value: u64) -> u64 {
        world().process_at_rank(0).broadcast_into(&mut value);
        value
    }

    /// Everybody's values, one after the other by rank; all must give as many. Collective.
    pub fn gather(&self, values: &[u64]) -> Vec<u64> {
        let mut all = vec![0; values.len() * self.size as usize];
        world().all_gather_into(values, &mut all[..]);
        all
    }

    /// Brings all ranks' bytes to the first rank, one after the other; the others get nothing.
    /// Collective.
    pub fn collect(&self, bytes: Vec<u8>) -> Vec<u8> {
        let (mut packets, mut inbox) = (self.boxes(), self.boxes());
        let lens = self.gather(&[bytes.len() as u64]);
        let mut all = self.boxes();
        let longest = lens.iter().skip(1).copied().max().unwrap_or(0) as usize;
        for begin in (0..longest).step_by(PIECE) {
            if self.rank != 0 {
                let end = bytes.len().min(begin + PIECE);
                packets[0].extend_from_slice(bytes.get(begin..end).unwrap_or(&[]));
            }
            self.trade(&[], &mut packets, &mut inbox);
            all.iter_mut().zip(&inbox).for_each(|(whole, piece)| whole.extend_from_slice(piece));
        }
        if self.rank != 0 {
            return Vec::new();
        }
        all[0] = bytes;
        all.concat()
    }

    /// Nanoseconds that a byte takes between this rank and those before and after it, when all
    /// ranks send at once: the least of some exchanges. 0 if there is one rank alone. Collective.
    pub fn byte_ns(&self) -> f64 {
        const LEN: usize = 1 << 20;
        const TIMES: usize = 5;
        if self.size == 1 {
            return 0.0;
        }
        let mut near = vec![(self.rank + 1) % self.size, (self.rank + self.size - 1) % self.size];
        near.dedup();
        let (mut packets, mut inbox) = (self.boxes(), self.boxes());
        let mut least = f64::INFINITY;
        for _ in 0..TIMES {
            near.iter().for_each(|rank| packets[*rank as usize].resize(LEN, 1));
            self.sum(&mut [0]);
            let begin = Instant::now();
            self.trade(&near, &mut packets, &mut inbox);
            least = least.min(begin.elapsed().as_nanos() as f64);
        }
        least / (LEN * near.len()) as f64
    }

    /// An empty buffer for each rank.
    pub fn boxes(&self) -> Vec<Vec<u8>> {
        (0..self.size).map(|_| Vec::new()).collect()
    }

    /// Sends a packet to each rank, and gives what came from each; both are empty where nothing
    /// was to be sent, and `packets` afterwards. Collective.
    ///
    /// Ranks in `near` always exchange a message, so there is nothing to agree on. Others are
    /// asked for only if anybody has a packet for one that is not near.
    pub fn trade(&self, near: &[u32], packets: &mut [Vec<u8>], inbox: &mut [Vec<u8>]) {
        let world = world();
        inbox.iter_mut().for_each(Vec::clear);
        let is_far = |rank: usize, packet: &Vec<u8>| {
            !packet.is_empty() && !near.contains(&(rank as u32)) && rank as u32 != self.rank
        };
        let far: Vec<usize> = packets
            .iter()
            .enumerate()
            .filter(|(rank, packet)| is_far(*rank, packet))
            .map(|(rank, _)| rank)
            .collect();
        let mut expected = 0;
        let mut anybody = [far.len() as u64];
        self.sum(&mut anybody);
        if anybody[0] > 0 {
            let mut ones = vec![0i32; self.size as usize];
            far.iter().for_each(|rank| ones[*rank] = 1);
            world.reduce_scatter_block_into(&ones[..], &mut expected, SystemOperation::sum());
        }
        let packets_ref = &*packets;
        multiple_scope(near.len() + far.len(), |scope, requests| {
            for &rank in near {
                let packet = &packets_ref[rank as usize][..];
                let process = world.process_at_rank(rank as i32);
                requests.add(process.immediate_send_with_tag(scope, packet, NEAR));
            }
            for &rank in &far {
                let process = world.process_at_rank(rank as i32);
                requests.add(process.immediate_send_with_tag(scope, &packets_ref[rank][..], FAR));
            }
            for &rank in near {
                let process = world.process_at_rank(rank as i32);
                let (message, status) = process.matched_probe_with_tag(NEAR);
                let buffer = &mut inbox[rank as usize];
                buffer.resize(status.count(u8::equivalent_datatype()) as usize, 0);
                message.matched_receive_into(&mut buffer[..]);
            }
            for _ in 0..expected {
                let (message, status) = world.any_process().matched_probe_with_tag(FAR);
                let buffer = &mut inbox[status.source_rank() as usize];
                buffer.resize(status.count(u8::equivalent_datatype()) as usize, 0);
                message.matched_receive_into(&mut buffer[..]);
            }
            let mut done = Vec::new();
            requests.wait_all(&mut done);
        });
        packets.iter_mut().for_each(Vec::clear);
    }

    /// Ends all ranks at once.
    pub fn abort(&self, code: i32) -> ! {
        world().abort(code)
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}
