//! How messages begin, how several processes share a world's domains, and how their mail is packed.
//!
//! A message begins with a [`Header`]: the tick, and the numbers of items of two kinds.
//!
//! Each process has a contiguous share of the domains. Mail from one process to another is gathered
//! into a packet: entries of sender, receiver and length as `u32`, little-endian, each followed by
//! the bytes of the message. What a domain tells all others is in each packet once, for [`ALL`].

use alloc::vec::Vec;
use core::ops::Range;

/// Bytes of a message's header.
pub const HEADER_LEN: usize = 16;

/// How a message begins, little-endian: the tick it is of as `u64`, and how many items of two kinds
/// follow, each as `u32`. On [`Lane::Post`](crate::Lane) these are events and keys of births, on
/// [`Lane::Move`](crate::Lane) migrants and ghosts, on [`Lane::Share`](crate::Lane) ghosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The tick.
    pub tick: u64,
    /// Events, or migrants.
    pub first: u32,
    /// Keys of births, or ghosts.
    pub second: u32,
}

impl Header {
    pub(crate) fn new(tick: u64, first: usize, second: usize) -> Self {
        Self { tick, first: first as u32, second: second as u32 }
    }

    pub(crate) fn write(&self, bytes: &mut [u8]) {
        bytes[..8].copy_from_slice(&self.tick.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.first.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.second.to_le_bytes());
    }

    /// The header of a message, and what follows; None if it is shorter than that.
    pub fn split(message: &[u8]) -> Option<(Self, &[u8])> {
        let (tick, rest) = message.split_first_chunk::<8>()?;
        let (first, rest) = rest.split_first_chunk::<4>()?;
        let (second, rest) = rest.split_first_chunk::<4>()?;
        let (first, second) = (u32::from_le_bytes(*first), u32::from_le_bytes(*second));
        Some((Self { tick: u64::from_le_bytes(*tick), first, second }, rest))
    }

    /// Bytes of the whole message, if items are of these lengths.
    pub fn message_len(&self, lens: (usize, usize)) -> u64 {
        let len = |count: u32, len: usize| u64::from(count) * len as u64;
        HEADER_LEN as u64 + len(self.first, lens.0) + len(self.second, lens.1)
    }

    /// The header of a message of this tick with items of these lengths; None if it is not one.
    pub(crate) fn read(message: &[u8], tick: u64, lens: (usize, usize)) -> Option<Self> {
        let (header, _) = Self::split(message)?;
        let fits = header.tick == tick && header.message_len(lens) == message.len() as u64;
        fits.then_some(header)
    }
}

/// Bytes in front of each message of a packet.
pub const ENTRY_LEN: usize = 12;

/// The receiver of a message to all domains of a process.
pub const ALL: u32 = u32::MAX;

/// The domains of a process: as even a share as there is.
pub fn share(process: u32, processes: u32, domains: u32) -> Range<u32> {
    let begin = |process: u32| {
        (u64::from(process) * u64::from(domains) / u64::from(processes.max(1))) as u32
    };
    begin(process)..begin(process + 1)
}

/// The process of a domain; the first for a domain that does not exist.
pub fn owner(domain: u32, processes: u32, domains: u32) -> u32 {
    let about = (u64::from(domain) * u64::from(processes) / u64::from(domains.max(1))) as u32;
    (about.saturating_sub(1)..processes)
        .find(|process| share(*process, processes, domains).contains(&domain))
        .unwrap_or(0)
}

/// Adds a message of `len` bytes to a packet; `fill` writes them in place. Gives where they are.
pub fn push(
    packet: &mut Vec<u8>,
    from: u32,
    to: u32,
    len: usize,
    fill: &mut dyn FnMut(&mut [u8]),
) -> Range<usize> {
    for word in [from, to, len as u32] {
        packet.extend(word.to_le_bytes());
    }
    let begin = packet.len();
    packet.resize(begin + len, 0);
    fill(&mut packet[begin..]);
    begin..begin + len
}

/// What is in front of a message of a packet: its sender, its receiver, and its length.
pub fn entry(bytes: &[u8]) -> Option<(u32, u32, usize)> {
    let head = bytes.first_chunk::<ENTRY_LEN>()?;
    let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    Some((word(0), word(4), word(8) as usize))
}

/// Calls `each` with sender, receiver and place of every whole message of a packet; false if the
/// last one is cut short.
pub fn entries(packet: &[u8], mut each: impl FnMut(u32, u32, Range<usize>)) -> bool {
    let mut rest = packet;
    while let Some((from, to, len)) = entry(rest) {
        let Some((message, after)) = rest[ENTRY_LEN..].split_at_checked(len) else {
            return false;
        };
        let end = packet.len() - after.len();
        each(from, to, end - message.len()..end);
        rest = after;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_cover_all_domains_once_and_owners_agree() {
        for processes in 1..9 {
            for domains in 0..40 {
                let all: Vec<u32> =
                    (0..processes).flat_map(|p| share(p, processes, domains)).collect();
                assert!(all.iter().copied().eq(0..domains), "{processes} of {domains}");
                for domain in 0..domains {
                    let owner = owner(domain, processes, domains);
                    assert!(share(owner, processes, domains).contains(&domain));
                }
            }
        }
    }

    #[test]
    fn a_packet_gives_back_what_was_put_in_and_tells_where_it_is_cut() {
        let mut packet = Vec::new();
        push(&mut packet, 3, 7, 2, &mut |bytes| bytes.copy_from_slice(b"ab"));
        assert_eq!(push(&mut packet, 4, 6, 0, &mut |bytes| assert!(bytes.is_empty())), 26..26);
        push(&mut packet, 5, 7, 1, &mut |bytes| bytes[0] = b'c');
        let mut seen = Vec::new();
        assert!(entries(&packet, |from, to, at| seen.push((from, to, packet[at].to_vec()))));
        assert_eq!(seen, [(3, 7, b"ab".to_vec()), (4, 6, Vec::new()), (5, 7, b"c".to_vec())]);
        let cuts = (0..packet.len()).filter(|cut| entries(&packet[..*cut], |_, _, _| {}));
        assert!(cuts.eq([0, 14, 26]));
    }
}
