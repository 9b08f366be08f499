//! The only module that calls MPI, but for [`crate::roll`].
//!
//! All calls are made by the thread that started MPI, and all ranks make the collective ones in
//! the same order. None blocks: while a rank waits it asks MPI again and again, and answers others
//! that ask whether it is there.

use std::time::{Duration, Instant};

use mpi::collective::SystemOperation;
use mpi::datatype::Equivalence;
use mpi::point_to_point::{Destination, Message, Source, Status};
use mpi::request::{Request, Scope, multiple_scope, scope};
use mpi::topology::{Communicator, SimpleCommunicator};
use mpi::traits::{CommunicatorCollectives, Root};

use crate::guard;
use crate::roll::Roll;

/// All ranks of this job.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    rank: u32,
    size: u32,
    piece: usize,
}

/// The most bytes of one message, and values of one sum: MPI counts in 31 bits.
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
        Self { rank: world.rank() as u32, size: world.size() as u32, piece: PIECE }
    }

    /// The same, whose messages have at most so many bytes: packets that are longer are sent in
    /// several. All ranks must agree on it.
    pub fn in_pieces_of(self, bytes: usize) -> Self {
        Self { piece: bytes.clamp(1, PIECE), ..self }
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
        if self.size == 1 {
            return;
        }
        for values in values.chunks_mut(PIECE) {
            let own = values.to_vec();
            scope(|scope| {
                let sum = SystemOperation::sum();
                self.finish(world().immediate_all_reduce_into(scope, &own[..], values, sum));
            });
        }
    }

    /// What the first rank says. Collective.
    pub fn lead(&self, mut value: u64) -> u64 {
        scope(|scope| {
            let world = world();
            self.finish(world.process_at_rank(0).immediate_broadcast_into(scope, &mut value));
        });
        value
    }

    /// Everybody's values, one after the other by rank; all must give as many. Collective.
    pub fn gather(&self, values: &[u64]) -> Vec<u64> {
        let mut all = vec![0; values.len() * self.size as usize];
        scope(|scope| {
            self.finish(world().immediate_all_gather_into(scope, values, &mut all[..]));
        });
        all
    }

    /// Brings all ranks' bytes to the first rank, one after the other; the others get nothing.
    /// Collective.
    pub fn collect(&self, bytes: Vec<u8>) -> Vec<u8> {
        let (mut packets, mut inbox) = (self.boxes(), self.boxes());
        if self.rank != 0 {
            packets[0] = bytes;
            self.trade(&[], &mut packets, &mut inbox);
            return Vec::new();
        }
        self.trade(&[], &mut packets, &mut inbox);
        inbox[0] = bytes;
        inbox.concat()
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
            let sum = SystemOperation::sum();
            scope(|scope| {
                let all = &mut expected;
                self.finish(world.immediate_reduce_scatter_block_into(scope, &ones[..], all, sum));
            });
        }
        let near_and_far = near.iter().map(|rank| (*rank as usize, NEAR));
        let wanted: Vec<(usize, i32)> =
            near_and_far.chain(far.iter().map(|rank| (*rank, FAR))).collect();
        let sent = &*packets;
        let count = wanted.iter().map(|(rank, _)| self.pieces(&sent[*rank]).count()).sum();
        multiple_scope(count, |scope, requests| {
            for &(rank, tag) in &wanted {
                for piece in self.pieces(&sent[rank]) {
                    let process = world.process_at_rank(rank as i32);
                    requests.add(process.immediate_send_with_tag(scope, piece, tag));
                }
            }
            for &rank in near {
                let process = world.process_at_rank(rank as i32);
                let next = || process.immediate_matched_probe_with_tag(NEAR);
                self.receive(self.wait(next), NEAR, &mut inbox[rank as usize]);
            }
            for _ in 0..expected {
                let any = world.any_process();
                let first = self.wait(|| any.immediate_matched_probe_with_tag(FAR));
                let rank = first.1.source_rank() as usize;
                self.receive(first, FAR, &mut inbox[rank]);
            }
            let mut done = Vec::new();
            self.wait(|| requests.test_all(&mut done).then_some(()));
        });
        packets.iter_mut().for_each(Vec::clear);
    }

    /// The messages of a packet. One that is full is followed by another, so the last is not, and
    /// may be empty.
    fn pieces<'a>(&self, packet: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let rest = packet.len() - packet.len() % self.piece;
        packet[..rest].chunks(self.piece).chain([&packet[rest..]])
    }

    /// Takes all messages of a packet, of which the first has come.
    fn receive(&self, first: (Message, Status), tag: i32, packet: &mut Vec<u8>) {
        let (mut message, mut status) = first;
        let world = world();
        let process = world.process_at_rank(status.source_rank());
        loop {
            let (begin, len) = (packet.len(), status.count(u8::equivalent_datatype()) as usize);
            packet.resize(begin + len, 0);
            scope(|scope| {
                let place = &mut packet[begin..];
                self.finish(message.immediate_matched_receive_into(scope, place));
            });
            if len < self.piece {
                return;
            }
            (message, status) = self.wait(|| process.immediate_matched_probe_with_tag(tag));
        }
    }

    /// Waits until something is done.
    fn finish<'a, D: ?Sized, S: Scope<'a>>(&self, request: Request<'a, D, S>) {
        let mut left = Some(request);
        self.wait(|| match left.take()?.test() {
            Ok(_) => Some(()),
            Err(request) => {
                left = Some(request);
                None
            }
        });
    }

    /// Asks until there is an answer. If that takes too long, finds out which rank hangs, and ends
    /// the job.
    fn wait<T>(&self, mut ask: impl FnMut() -> Option<T>) -> T {
        // Others may need this processor.
        const YIELD_EVERY: u32 = 32;
        const LOOK_EVERY: u32 = 1024;
        let mut roll = None;
        for turn in 1u32.. {
            if let Some(answer) = ask() {
                return answer;
            }
            if turn % YIELD_EVERY == 0 {
                std::thread::yield_now();
            }
            if turn % LOOK_EVERY == 0 {
                roll.get_or_insert_with(|| Roll::new(self)).look();
            }
        }
        unreachable!("a rank that waits so long has ended the job")
    }

    /// Waits until all ranks have come here, however long that takes: each has work of its own until
    /// then, and none hangs. Collective.
    pub fn meet(&self) {
        const LOOK: Duration = Duration::from_millis(5);
        let mut left = Some(world().immediate_barrier());
        while let Some(request) = left.take() {
            left = request.test().err();
            if left.is_some() {
                std::thread::sleep(LOOK);
            }
        }
    }

    /// Ends all ranks at once, after this one has said why.
    pub fn abort(&self, code: i32) -> ! {
        guard::said();
        // A launcher may end before it has passed on what was said.
        std::thread::sleep(Duration::from_millis(200));
        world().abort(code)
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}
