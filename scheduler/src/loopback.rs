//! Mail between domains of one process: the transport that is the specification.

use core::convert::Infallible;

use crate::letters::Letters;
use crate::transport::{Lane, Transport};

/// All mailboxes of a world in one memory: for one thread, or with the feature `std` for many.
#[derive(Debug)]
pub struct Loopback(Letters);

impl Loopback {
    /// Makes mailboxes for this many domains.
    pub fn new(domains: usize) -> Self {
        Self(Letters::new(0, domains))
    }

    /// The transport of one domain.
    pub fn port(&self, domain: u32) -> LoopbackPort<'_> {
        LoopbackPort { letters: &self.0, domain }
    }

    /// Gives up all memory that holds no mail, between two ticks.
    pub fn trim(&mut self) {
        self.0.trim();
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        self.0.memory_bytes()
    }
}

/// One domain's end of a [`Loopback`].
#[derive(Debug)]
pub struct LoopbackPort<'a> {
    letters: &'a Letters,
    domain: u32,
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
        self.letters.send(self.domain, to, lane, len, fill);
        Ok(())
    }

    fn tell(
        &mut self,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Infallible> {
        self.letters.tell(self.domain, lane, len, fill);
        Ok(())
    }

    fn close(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.letters.close(self.domain, lane);
        Ok(())
    }

    fn ready(&mut self, lane: Lane) -> Result<bool, Infallible> {
        Ok(self.letters.ready(self.domain, lane))
    }

    fn visit(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        self.letters.visit(self.domain, lane, each);
        Ok(())
    }

    fn hear(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        self.letters.hear(self.domain, lane, each);
        Ok(())
    }

    fn clear(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.letters.clear(self.domain, lane);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

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
