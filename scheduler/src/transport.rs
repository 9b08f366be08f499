//! How domains' mail travels, and the loopback that is its specification.
//!
//! In each exchange a domain sends any number of messages on a lane, closes the lane, and waits
//! until the lane is ready: everything that was sent to it has arrived. It then visits the
//! messages, in ascending order of their senders, and clears the lane. Nothing blocks.

use alloc::vec::Vec;
use core::cell::RefCell;
use core::convert::Infallible;

/// What a message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Events, and the keys of births.
    Post = 0,
    /// Entities that migrate, and ghosts.
    Move = 1,
}

/// The number of lanes.
pub const LANE_COUNT: usize = 2;

/// Carries one domain's mail.
pub trait Transport {
    /// What can go wrong.
    type Error;

    /// Sends `len` bytes to domain `to`; `fill` writes them in place. At most one message per
    /// receiver, lane and exchange.
    ///
    /// # Errors
    ///
    /// If the message cannot be taken; it was not sent then.
    fn send(
        &mut self,
        to: u32,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Self::Error>;

    /// Says that this domain has sent all its mail of this lane and exchange.
    ///
    /// # Errors
    ///
    /// If the transport has failed.
    fn close(&mut self, lane: Lane) -> Result<(), Self::Error>;

    /// True once all mail of this lane and exchange has arrived; never blocks.
    ///
    /// # Errors
    ///
    /// If the transport has failed, such as for a peer that died.
    fn ready(&mut self, lane: Lane) -> Result<bool, Self::Error>;

    /// Shows every message that arrived, in ascending order of senders, and keeps it.
    ///
    /// # Errors
    ///
    /// If the transport has failed.
    fn visit(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Self::Error>;

    /// Drops the messages that arrived, and opens the lane for the next exchange.
    ///
    /// # Errors
    ///
    /// If the transport has failed.
    fn clear(&mut self, lane: Lane) -> Result<(), Self::Error>;
}

/// All mailboxes of a world in one memory, for one thread.
#[derive(Debug)]
pub struct Loopback {
    domains: usize,
    lanes: [RefCell<LoopbackLane>; LANE_COUNT],
}

#[derive(Debug)]
struct LoopbackLane {
    /// One box per (receiver, sender), and whether it holds a message; for even and odd exchanges,
    /// since a domain may begin the next exchange while another still reads this one.
    boxes: [Vec<(bool, Vec<u8>)>; 2],
    /// How often each domain has closed the lane.
    closed: Vec<u64>,
    /// How often each domain has cleared it.
    cleared: Vec<u64>,
}

impl Loopback {
    /// Makes mailboxes for this many domains.
    pub fn new(domains: usize) -> Self {
        let boxes = || (0..domains * domains).map(|_| (false, Vec::new())).collect();
        let lane = || {
            RefCell::new(LoopbackLane {
                boxes: [boxes(), boxes()],
                closed: (0..domains).map(|_| 0).collect(),
                cleared: (0..domains).map(|_| 0).collect(),
            })
        };
        Self { domains, lanes: [lane(), lane()] }
    }

    /// The transport of one domain.
    pub fn port(&self, domain: u32) -> LoopbackPort<'_> {
        LoopbackPort { post: self, domain: domain as usize }
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        let boxed = |lane: &RefCell<LoopbackLane>| -> usize {
            let lane = lane.borrow();
            lane.boxes.iter().flatten().map(|(_, bytes)| bytes.capacity() + 32).sum()
        };
        self.lanes.iter().map(boxed).sum()
    }
}

/// One domain's end of a [`Loopback`].
#[derive(Debug)]
pub struct LoopbackPort<'a> {
    post: &'a Loopback,
    domain: usize,
}

impl Transport for LoopbackPort<'_> {
    type Error = Infallible;

    fn send(
        &mut self,
        to: u32,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Infallible> {
        let mut lane = self.post.lanes[lane as usize].borrow_mut();
        let exchange = (lane.closed[self.domain] % 2) as usize;
        let place = to as usize * self.post.domains + self.domain;
        if let Some((full, bytes)) = lane.boxes[exchange].get_mut(place) {
            bytes.resize(len, 0);
            fill(bytes);
            *full = true;
        }
        Ok(())
    }

    fn close(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.post.lanes[lane as usize].borrow_mut().closed[self.domain] += 1;
        Ok(())
    }

    fn ready(&mut self, lane: Lane) -> Result<bool, Infallible> {
        let lane = self.post.lanes[lane as usize].borrow();
        let wanted = lane.cleared[self.domain] + 1;
        Ok(lane.closed.iter().all(|&closed| closed >= wanted))
    }

    fn visit(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        let lane = self.post.lanes[lane as usize].borrow();
        let exchange = (lane.cleared[self.domain] % 2) as usize;
        let first = self.domain * self.post.domains;
        let boxes = &lane.boxes[exchange][first..first + self.post.domains];
        for (from, (full, bytes)) in boxes.iter().enumerate() {
            if *full {
                each(from as u32, bytes);
            }
        }
        Ok(())
    }

    fn clear(&mut self, lane: Lane) -> Result<(), Infallible> {
        let mut lane = self.post.lanes[lane as usize].borrow_mut();
        let exchange = (lane.cleared[self.domain] % 2) as usize;
        let first = self.domain * self.post.domains;
        for (full, _) in &mut lane.boxes[exchange][first..first + self.post.domains] {
            *full = false;
        }
        lane.cleared[self.domain] += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_ready_when_all_have_closed_and_keeps_exchanges_apart() {
        let post = Loopback::new(2);
        let (mut zero, mut one) = (post.port(0), post.port(1));
        zero.send(1, Lane::Post, 3, &mut |bytes| bytes.copy_from_slice(b"abc")).unwrap();
        zero.close(Lane::Post).unwrap();
        assert!(!one.ready(Lane::Post).unwrap());
        one.close(Lane::Post).unwrap();
        assert!(one.ready(Lane::Post).unwrap() && zero.ready(Lane::Post).unwrap());
        // Domain 0 is quick: it ends this exchange and begins the next before 1 has read.
        zero.clear(Lane::Post).unwrap();
        zero.send(1, Lane::Post, 1, &mut |bytes| bytes[0] = b'x').unwrap();
        zero.close(Lane::Post).unwrap();
        let mut seen = Vec::new();
        one.visit(Lane::Post, &mut |from, bytes| seen.push((from, bytes.to_vec()))).unwrap();
        assert_eq!(seen, [(0, b"abc".to_vec())]);
        one.clear(Lane::Post).unwrap();
        assert!(!one.ready(Lane::Post).unwrap());
        one.close(Lane::Post).unwrap();
        one.visit(Lane::Post, &mut |_, bytes| assert_eq!(bytes, b"x")).unwrap();
    }
}
