//! The executor of one rank of several.
//!
//! Mail between domains of this rank are letters in its own memory. Mail to domains of another
//! rank is gathered into one packet for each exchange, lane and rank, which goes out when all
//! domains of this rank have closed the lane, empty or not: so who has got the packets of all
//! other ranks has got everything.
//!
//! A packet's form is [`flockwork_scheduler::packet`]'s.

use alloc::format;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::ops::Range;

use flockwork_scheduler::transport::LANE_COUNT;
use flockwork_scheduler::{
    Domain, Executor, Frame, Lane, Letters, Model, Progress, SimulationError, Transport, advance,
    packet,
};

use crate::host::HostClock;

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Events and births.
    Post = 0,
    /// Entities that migrate, and ghosts.
    Move = 1,
    /// Integers to be added up.
    Sum = 2,
    /// What a pass left, for ghosts.
    Share = 3,
}

/// The number of kinds.
pub const KINDS: usize = 4;

/// Carries packets between ranks.
pub trait Carrier {
    /// Sends a packet to rank `to`, and leaves an empty buffer in its place. `migrants` tells
    /// whether entities migrate in it.
    fn send(&mut self, to: u32, kind: Kind, packet: &mut Vec<u8>, migrants: bool);

    /// How many packets of this kind have come from rank `from`, wrapping.
    fn received(&self, from: u32, kind: Kind) -> u32;

    /// Shows the packet of this kind and number, which has come and was not dropped.
    fn read(&self, from: u32, kind: Kind, number: u32, each: &mut dyn FnMut(&[u8]));

    /// Drops the oldest packet of this kind.
    fn drop_oldest(&mut self, from: u32, kind: Kind);

    /// A number that changes whenever a packet comes.
    fn epoch(&self) -> u32;

    /// Waits until the epoch is another; false if that must be done by coming back later.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Transport`] if another rank has failed or this one shall stop.
    fn wait(&mut self, epoch: u32) -> Result<bool, SimulationError>;

    /// Bytes of memory in use.
    fn memory_bytes(&self) -> usize;
}

/// The executor of one rank.
#[derive(Debug)]
pub struct Ranks<C> {
    rank: u32,
    ranks: u32,
    domains: u32,
    /// Mail between domains of this rank.
    letters: Letters,
    lanes: [LaneState; LANE_COUNT],
    sum: SumState,
    carrier: C,
}

/// The mail of one lane from and to other ranks.
#[derive(Debug, Default)]
struct LaneState {
    /// The packet for each rank, and whether entities migrate in it.
    packets: Vec<(Vec<u8>, bool)>,
    /// Exchanges whose packets have gone out, and whose packets were dropped.
    sent: u32,
    dropped: u32,
}

#[derive(Debug, Default)]
struct SumState {
    sent: bool,
    number: u32,
    packet: Vec<u8>,
}

impl<C: Carrier> Ranks<C> {
    /// Makes the executor of `rank` of `ranks`.
    pub fn new(rank: u32, ranks: u32, carrier: C) -> Self {
        Self {
            rank,
            ranks,
            domains: 0,
            letters: Letters::default(),
            lanes: Default::default(),
            sum: SumState::default(),
            carrier,
        }
    }

    /// What carries the packets.
    pub fn carrier(&self) -> &C {
        &self.carrier
    }

    /// What carries the packets, to deliver some.
    pub fn carrier_mut(&mut self) -> &mut C {
        &mut self.carrier
    }

    fn share_of(&self, rank: u32) -> Range<u32> {
        packet::share(rank, self.ranks, self.domains)
    }

    fn others(&self) -> impl Iterator<Item = u32> + use<C> {
        let own = self.rank;
        (0..self.ranks).filter(move |rank| *rank != own)
    }

    /// True once everything of this lane's exchange `number` has come.
    fn complete(&self, lane: Lane, number: u32) -> bool {
        let come =
            |rank| self.carrier.received(rank, kind_of(lane)).wrapping_sub(number) as i32 > 0;
        self.letters.all_closed(lane, number) && self.others().all(come)
    }

    /// Sends the packets of a lane, if all domains of this rank have closed it.
    fn flush(&mut self, lane: Lane) {
        let others = self.others();
        let state = &mut self.lanes[lane as usize];
        if self.letters.all_closed(lane, state.sent) {
            state.sent = state.sent.wrapping_add(1);
            for rank in others {
                let (packet, migrants) = &mut state.packets[rank as usize];
                self.carrier.send(rank, kind_of(lane), packet, *migrants);
                *migrants = false;
            }
        }
    }

    /// Drops the packets of a lane, if all domains of this rank have read them.
    fn sweep(&mut self, lane: Lane) {
        let others = self.others();
        let state = &mut self.lanes[lane as usize];
        if self.letters.all_cleared(lane, state.dropped) {
            state.dropped = state.dropped.wrapping_add(1);
            for rank in others {
                self.carrier.drop_oldest(rank, kind_of(lane));
            }
        }
    }
}

fn kind_of(lane: Lane) -> Kind {
    match lane {
        Lane::Post => Kind::Post,
        Lane::Move => Kind::Move,
        Lane::Share => Kind::Share,
    }
}

impl<C: Carrier> Executor for Ranks<C> {
    type Clock = HostClock;

    fn clock(&self) -> HostClock {
        HostClock
    }

    fn workers(&self) -> usize {
        self.ranks as usize
    }

    fn share(&self, domains: u32) -> Range<u32> {
        packet::share(self.rank, self.ranks, domains)
    }

    fn open(&mut self, domains: usize) {
        self.domains = domains as u32;
        let local = self.share_of(self.rank);
        self.letters = Letters::new(local.start, local.len());
        for lane in &mut self.lanes {
            *lane = LaneState {
                packets: (0..self.ranks).map(|_| (Vec::new(), false)).collect(),
                sent: 0,
                dropped: 0,
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
        loop {
            let (epoch, closings) = (self.carrier.epoch(), self.letters.closings());
            let mut waiting = false;
            for domain in domains.iter_mut() {
                let mut port = Port { domain: domain.id(), ranks: self };
                let progress = advance(domain, frame, &mut port)?;
                waiting |= progress == Progress::Waiting;
            }
            if !waiting {
                return Ok(Progress::Done);
            }
            if closings == self.letters.closings() && !self.carrier.wait(epoch)? {
                return Ok(Progress::Waiting);
            }
        }
    }

    fn sum(&mut self, values: &mut [u64]) -> Result<Progress, SimulationError> {
        if !self.sum.sent {
            self.sum.sent = true;
            for rank in self.others() {
                self.sum.packet.clear();
                for value in values.iter() {
                    self.sum.packet.extend(value.to_le_bytes());
                }
                self.carrier.send(rank, Kind::Sum, &mut self.sum.packet, false);
            }
        }
        let number = self.sum.number;
        loop {
            let epoch = self.carrier.epoch();
            let come = |rank| self.carrier.received(rank, Kind::Sum) != number;
            if self.others().all(come) {
                break;
            }
            if !self.carrier.wait(epoch)? {
                return Ok(Progress::Waiting);
            }
        }
        let mut bad = None;
        for rank in self.others() {
            self.carrier.read(rank, Kind::Sum, number, &mut |bytes| {
                if bytes.len() != 8 * values.len() {
                    bad = Some(rank);
                }
                for (value, part) in values.iter_mut().zip(bytes.chunks_exact(8)) {
                    let part = part.first_chunk().map_or(0, |part| u64::from_le_bytes(*part));
                    *value = value.wrapping_add(part);
                }
            });
            self.carrier.drop_oldest(rank, Kind::Sum);
        }
        self.sum.sent = false;
        self.sum.number = number.wrapping_add(1);
        match bad {
            None => Ok(Progress::Done),
            Some(rank) => {
                let problem = format!("worker {rank} counts in another world than this one");
                Err(SimulationError::Transport(problem))
            }
        }
    }

    fn memory_bytes(&self) -> usize {
        let lane = |lane: &LaneState| -> usize {
            lane.packets.iter().map(|(bytes, _)| bytes.capacity() + 32).sum()
        };
        self.lanes.iter().map(lane).sum::<usize>()
            + self.letters.memory_bytes()
            + self.carrier.memory_bytes()
    }
}

/// One local domain's end of the mail.
struct Port<'a, C> {
    ranks: &'a mut Ranks<C>,
    domain: u32,
}

impl<C: Carrier> Port<'_, C> {
    /// Shows what has come in this domain's exchange for a receiver, in ascending order of senders;
    /// `own` shows what came from domains of this rank.
    fn show(
        &self,
        lane: Lane,
        to: u32,
        each: &mut dyn FnMut(u32, &[u8]),
        own: impl Fn(&Letters, &mut dyn FnMut(u32, &[u8])),
    ) {
        let ranks = &*self.ranks;
        let number = ranks.letters.exchange(self.domain, lane);
        let mut found = Vec::new();
        for rank in 0..ranks.ranks {
            if rank == ranks.rank {
                own(&ranks.letters, each);
                continue;
            }
            let senders = ranks.share_of(rank);
            ranks.carrier.read(rank, kind_of(lane), number, &mut |packet| {
                packet::entries(packet, |from, receiver, place| {
                    if receiver == to && senders.contains(&from) {
                        found.push((from, place));
                    }
                });
                found.sort_by_key(|(from, _)| *from);
                found.drain(..).for_each(|(from, place)| each(from, &packet[place]));
            });
        }
    }
}

impl<C: Carrier> Transport for Port<'_, C> {
    type Error = Infallible;

    fn send(
        &mut self,
        to: u32,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Infallible> {
        let (from, ranks) = (self.domain, self.ranks.ranks);
        if self.ranks.share_of(self.ranks.rank).contains(&to) {
            self.ranks.letters.send(from, to, lane, len, fill);
        } else {
            let rank = packet::owner(to, ranks, self.ranks.domains);
            let state = &mut self.ranks.lanes[lane as usize];
            let (packet, migrants) = &mut state.packets[rank as usize];
            let place = packet::push(packet, from, to, len, fill);
            let header = packet::Header::split(&packet[place]);
            *migrants |= lane == Lane::Move && header.is_some_and(|(header, _)| header.first > 0);
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
        let others = self.ranks.others();
        let state = &mut self.ranks.lanes[lane as usize];
        for rank in others {
            packet::push(&mut state.packets[rank as usize].0, self.domain, packet::ALL, len, fill);
        }
        Ok(())
    }

    fn close(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.ranks.letters.close(self.domain, lane);
        self.ranks.flush(lane);
        Ok(())
    }

    fn ready(&mut self, lane: Lane) -> Result<bool, Infallible> {
        Ok(self.ranks.complete(lane, self.ranks.letters.exchange(self.domain, lane)))
    }

    fn visit(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        let domain = self.domain;
        self.show(lane, domain, each, |letters, each| letters.visit(domain, lane, each));
        Ok(())
    }

    fn hear(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        let domain = self.domain;
        self.show(lane, packet::ALL, each, |letters, each| letters.hear(domain, lane, each));
        Ok(())
    }

    fn clear(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.ranks.letters.clear(self.domain, lane);
        self.ranks.sweep(lane);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::Ordering;
    use std::sync::Barrier;
    use std::vec::Vec;

    use flockwork_kernel::{Edge, World};
    use flockwork_models::Tribes;
    use flockwork_scheduler::{Cut, Model, Partition, Serial, Setup, Simulation};

    use super::*;
    use crate::board::{Board, BoardPort};
    use crate::boxes::Boxes;

    /// So many exchanges are left before counts begin anew.
    const OLD: u32 = u32::MAX - 4;
    const TICKS: usize = 12;

    type Rank<C> = Simulation<Tribes, Ranks<C>>;

    fn make<X: Executor>(executor: X) -> Simulation<Tribes, X> {
        let world = World::new(16.0, 16.0, Edge::Periodic).unwrap();
        let setup = Setup { world, population: 400, seed: 3, dt: 0.1 };
        let partition = Partition::new(Cut::Parts(5));
        Simulation::new(setup, <Tribes as Model>::Params::default(), partition, executor, None)
            .unwrap()
    }

    fn alone() -> u64 {
        let mut world = make(Serial::default());
        (0..TICKS).for_each(|_| world.step().unwrap());
        world.fingerprint().unwrap()
    }

    /// As after so many exchanges; nothing may be under way.
    fn age<C>(ranks: &mut Ranks<C>) {
        ranks.letters.age(OLD);
        for lane in &mut ranks.lanes {
            (lane.sent, lane.dropped) = (OLD, OLD);
        }
        ranks.sum.number = OLD;
    }

    /// Polls and delivers until all ranks are done.
    fn finish(ranks: &mut [Rank<Boxes>]) {
        loop {
            let mut done = true;
            for at in 0..ranks.len() {
                done &= ranks[at].poll().unwrap() == Progress::Done;
                while let Some(packet) = ranks[at].executor_mut().carrier.outgoing() {
                    let (to, kind, bytes) = (packet.to as usize, packet.kind, packet.bytes.clone());
                    ranks[at].executor_mut().carrier.sent();
                    let mail = &mut ranks[to].executor_mut().carrier;
                    let room = mail.arriving(at as u32, kind as u32, bytes.len()).unwrap();
                    room.copy_from_slice(&bytes);
                    mail.arrived();
                    done = false;
                }
            }
            if done {
                return;
            }
        }
    }

    #[test]
    fn counts_of_packets_in_boxes_begin_anew() {
        let mut ranks: Vec<Rank<Boxes>> =
            (0..3).map(|rank| make(Ranks::new(rank, 3, Boxes::new(3)))).collect();
        finish(&mut ranks);
        for rank in &mut ranks {
            age(rank.executor_mut());
            rank.executor_mut().carrier.age(OLD);
        }
        for _ in 0..TICKS {
            ranks.iter_mut().for_each(Simulation::begin);
            finish(&mut ranks);
        }
        assert!(ranks.iter().all(|rank| rank.executor().lanes[1].sent < TICKS as u32));
        ranks.iter_mut().for_each(Simulation::begin_observation);
        finish(&mut ranks);
        let seen = ranks.iter().map(|rank| rank.observation().unwrap().fingerprint);
        assert!(seen.eq([alone(); 3]));
    }

    #[test]
    fn counts_of_packets_on_a_board_begin_anew() {
        let (board, barrier) = (Board::new(3), Barrier::new(3));
        let seen: Vec<u64> = std::thread::scope(|scope| {
            let run = |rank| {
                let (board, barrier) = (&board, &barrier);
                move || {
                    let mut world = make(Ranks::new(rank, 3, BoardPort::new(board, rank)));
                    while world.poll().unwrap() == Progress::Waiting {}
                    barrier.wait();
                    age(world.executor_mut());
                    board.age(OLD);
                    barrier.wait();
                    (0..TICKS).for_each(|_| world.step().unwrap());
                    world.observe().unwrap().fingerprint
                }
            };
            let workers: Vec<_> = (0..3).map(|rank| scope.spawn(run(rank))).collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).collect()
        });
        assert_eq!(seen, [alone(); 3]);
        assert!(board.sent(Kind::Move, 0, 1).load(Ordering::Relaxed) < TICKS as u32);
    }
}
