//! What carries one rank's packets: a board in shared memory, or boxes that the host empties.

use alloc::vec::Vec;

use flockwork_scheduler::SimulationError;

use crate::board::BoardPort;
use crate::boxes::Boxes;
use crate::ranks::{Carrier, Kind};

/// Packets over a board, or in boxes.
#[derive(Debug)]
pub enum Mail {
    /// In shared memory.
    Board(BoardPort<'static>),
    /// Moved by the host.
    Boxes(Boxes),
}

macro_rules! either {
    ($self:ident, $mail:ident => $call:expr) => {
        match $self {
            Mail::Board($mail) => $call,
            Mail::Boxes($mail) => $call,
        }
    };
}

impl Carrier for Mail {
    fn send(&mut self, to: u32, kind: Kind, packet: &mut Vec<u8>, migrants: bool) {
        either!(self, mail => mail.send(to, kind, packet, migrants));
    }

    fn received(&self, from: u32, kind: Kind) -> u32 {
        either!(self, mail => mail.received(from, kind))
    }

    fn read(&self, from: u32, kind: Kind, number: u32, each: &mut dyn FnMut(&[u8])) {
        either!(self, mail => mail.read(from, kind, number, each));
    }

    fn drop_oldest(&mut self, from: u32, kind: Kind) {
        either!(self, mail => mail.drop_oldest(from, kind));
    }

    fn epoch(&self) -> u32 {
        either!(self, mail => mail.epoch())
    }

    fn wait(&mut self, epoch: u32) -> Result<bool, SimulationError> {
        either!(self, mail => mail.wait(epoch))
    }

    fn memory_bytes(&self) -> usize {
        either!(self, mail => mail.memory_bytes())
    }
}
