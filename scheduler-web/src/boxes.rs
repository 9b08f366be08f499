//! Packets that the host moves: out of one rank's memory and into another's.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use flockwork_scheduler::SimulationError;

use crate::ranks::{Carrier, KINDS, Kind};

/// A packet on its way out.
#[derive(Debug)]
pub struct Packet {
    /// The rank it is for.
    pub to: u32,
    /// What it carries.
    pub kind: Kind,
    /// Whether entities migrate in it.
    pub migrants: bool,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// One rank's packets, in and out.
#[derive(Debug)]
pub struct Boxes {
    outbox: VecDeque<Packet>,
    /// For each kind and sender, oldest first.
    inbox: Vec<VecDeque<Vec<u8>>>,
    /// Packets that came, for each kind and sender.
    received: Vec<u32>,
    ranks: u32,
    epoch: u32,
    /// Buffers to use again.
    free: Vec<Vec<u8>>,
    arriving: Option<(usize, Vec<u8>)>,
}

impl Boxes {
    /// Makes the boxes for mail from and to this many ranks.
    pub fn new(ranks: u32) -> Self {
        let places = KINDS * ranks as usize;
        Self {
            outbox: VecDeque::new(),
            inbox: (0..places).map(|_| VecDeque::new()).collect(),
            received: alloc::vec![0; places],
            ranks,
            epoch: 0,
            free: Vec::new(),
            arriving: None,
        }
    }

    /// The oldest packet that goes out.
    pub fn outgoing(&self) -> Option<&Packet> {
        self.outbox.front()
    }

    /// Drops the oldest packet that goes out.
    pub fn sent(&mut self) {
        if let Some(packet) = self.outbox.pop_front() {
            self.free.push(packet.bytes);
        }
    }

    /// Makes room for a packet that comes; None for a sender or kind that does not exist.
    pub fn arriving(&mut self, from: u32, kind: u32, len: usize) -> Option<&mut [u8]> {
        if from >= self.ranks || kind as usize >= KINDS {
            return None;
        }
        let mut bytes = self.free.pop().unwrap_or_default();
        bytes.resize(len, 0);
        let place = (kind * self.ranks + from) as usize;
        Some(&mut self.arriving.insert((place, bytes)).1)
    }

    /// Delivers the packet that came last.
    pub fn arrived(&mut self) {
        if let Some((place, bytes)) = self.arriving.take() {
            self.inbox[place].push_back(bytes);
            self.received[place] = self.received[place].wrapping_add(1);
            self.epoch = self.epoch.wrapping_add(1);
        }
    }

    /// As after so many packets.
    #[cfg(test)]
    pub(crate) fn age(&mut self, packets: u32) {
        self.received.fill(packets);
        self.epoch = packets;
    }

    fn place(&self, from: u32, kind: Kind) -> usize {
        (kind as u32 * self.ranks + from) as usize
    }
}

impl Carrier for Boxes {
    fn send(&mut self, to: u32, kind: Kind, packet: &mut Vec<u8>, migrants: bool) {
        let mut bytes = self.free.pop().unwrap_or_default();
        bytes.clear();
        core::mem::swap(packet, &mut bytes);
        self.outbox.push_back(Packet { to, kind, migrants, bytes });
    }

    fn received(&self, from: u32, kind: Kind) -> u32 {
        self.received[self.place(from, kind)]
    }

    fn read(&self, from: u32, kind: Kind, number: u32, each: &mut dyn FnMut(&[u8])) {
        let place = self.place(from, kind);
        let queue = &self.inbox[place];
        let oldest = self.received[place].wrapping_sub(queue.len() as u32);
        if let Some(packet) = queue.get(number.wrapping_sub(oldest) as usize) {
            each(packet);
        }
    }

    fn drop_oldest(&mut self, from: u32, kind: Kind) {
        let place = self.place(from, kind);
        if let Some(packet) = self.inbox[place].pop_front() {
            self.free.push(packet);
        }
    }

    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn wait(&mut self, _epoch: u32) -> Result<bool, SimulationError> {
        Ok(false)
    }

    fn memory_bytes(&self) -> usize {
        let waiting = self.inbox.iter().flatten();
        let going = self.outbox.iter().map(|packet| &packet.bytes);
        waiting.chain(going).chain(&self.free).map(Vec::capacity).sum()
    }
}
