//! Ghosts as differences from what was sent before, without loss.
//!
//! Of the ghosts that a domain shows to a domain of another rank most were shown in the tick
//! before too, and much of them has not changed: genes never do, and of a position only the low
//! bits. So a packet can be sent as
//!
//! 1. for each ghost its place in the list of the tick before, as the difference from the place
//!    that was expected: nearly always 0, one byte instead of eight;
//! 2. the exclusive or of its columns with those of the tick before, all first bytes, then all
//!    second bytes and so on, which brings the zeros together;
//! 3. both compressed with LZ4.
//!
//! After L. Breitwieser, A. Hesam, J. de Montigny et al., "TeraAgent: a distributed agent-based
//! simulation engine for simulating half a trillion agents", 2025, arXiv:2509.24063, which sends
//! differences too.
//!
//! Whether that pays depends on the network: it is measured. See [`Deltas`].

use std::collections::HashMap;
use std::time::Instant;

use flockwork_scheduler::SimulationError;
use flockwork_scheduler::packet::{self, ENTRY_LEN, HEADER_LEN, Header};

/// When packets are sent as differences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deltas {
    /// Where the time saved on the network is more than the time to encode and decode, as
    /// measured now and then.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// Packets between two looks at whether differences pay.
const LOOK_EVERY: u32 = 64;

/// The most bytes of a packet that is sent as differences: lengths are written in 32 bits, and LZ4
/// itself ends below two GiB.
const MOST: usize = 1 << 30;

/// The most that a byte of LZ4 can stand for.
const RATIO: usize = 255;

/// The last byte of a packet: what it is.
const PLAIN: u8 = 0xf0;
const DELTA: u8 = 0xf1;
/// As [`DELTA`], and nothing was sent before.
const FIRST: u8 = 0xf2;

/// Encodes and decodes the packets of one rank.
#[derive(Debug)]
pub struct Codec {
    deltas: Deltas,
    /// Nanoseconds that a byte takes on the network.
    byte_ns: f64,
    sent: Vec<Peer>,
    received: Vec<Peer>,
    scratch: Scratch,
}

/// What one rank knows of the packets to or from another.
#[derive(Debug, Default)]
struct Peer {
    /// The ghosts of the packet before, for each pair of domains.
    former: HashMap<(u32, u32), List>,
    /// Whether differences are used now.
    on: bool,
    /// Packets until the next look.
    left: u32,
}

/// Ghosts in the order they were sent.
#[derive(Debug, Default)]
struct List {
    rows: Vec<u8>,
    place: HashMap<u64, u32>,
}

#[derive(Debug, Default)]
struct Scratch {
    /// What is not ghosts, places and new ghosts, and the planes of the others.
    plain: Vec<u8>,
    planes: Vec<u8>,
    diffs: Vec<u8>,
}

impl Codec {
    /// Makes the codec of a rank among `ranks`.
    pub fn new(ranks: u32) -> Self {
        let peers = || (0..ranks).map(|_| Peer::default()).collect();
        Self {
            deltas: Deltas::Auto,
            byte_ns: 0.0,
            sent: peers(),
            received: peers(),
            scratch: Scratch::default(),
        }
    }

    /// Sets when differences are used, and what a byte takes on the network, in nanoseconds.
    pub fn choose(&mut self, deltas: Deltas, byte_ns: f64) {
        self.deltas = deltas;
        self.byte_ns = byte_ns;
        self.forget();
    }

    /// Forgets everything that was sent, on a new cut. All ranks do so at the same time.
    pub fn forget(&mut self) {
        for peer in self.sent.iter_mut().chain(&mut self.received) {
            *peer = Peer { on: peer.on, left: peer.left, ..Peer::default() };
        }
    }

    /// Encodes the packets for the ranks in `near`; `owned` and `ghost` are the bytes of a migrant
    /// and of a ghost. An empty packet stays empty, one for another rank is only marked.
    pub fn encode(&mut self, near: &[u32], owned: usize, ghost: usize, packets: &mut [Vec<u8>]) {
        for (rank, packet) in packets.iter_mut().enumerate() {
            if packet.is_empty() {
                continue;
            }
            let peer = &mut self.sent[rank];
            if !near.contains(&(rank as u32)) || packet.len() > MOST || !wanted(self.deltas, peer) {
                packet.push(PLAIN);
                peer.former.clear();
                continue;
            }
            let begin = Instant::now();
            let first = peer.former.is_empty();
            let mut encoded = Vec::new();
            encode(&mut peer.former, owned, ghost, packet, &mut self.scratch, &mut encoded);
            encoded.push(if first { FIRST } else { DELTA });
            let (ns, raw) = (begin.elapsed().as_nanos() as f64, packet.len() as f64);
            *packet = encoded;
            if !first && peer.left == 0 {
                // Decoding takes about as long as encoding.
                let saved = (raw - packet.len() as f64) * self.byte_ns;
                peer.on = self.deltas == Deltas::On || saved > 2.0 * ns;
                peer.left = LOOK_EVERY;
            }
        }
    }

    /// Decodes what came.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Transport`] if a packet is damaged.
    pub fn decode(
        &mut self,
        owned: usize,
        ghost: usize,
        inbox: &mut [Vec<u8>],
    ) -> Result<(), SimulationError> {
        for (rank, packet) in inbox.iter_mut().enumerate() {
            let peer = &mut self.received[rank];
            match packet.pop() {
                None => {}
                Some(PLAIN) => peer.former.clear(),
                Some(kind) => {
                    if kind == FIRST {
                        peer.former.clear();
                    }
                    let whole = matches!(kind, FIRST | DELTA)
                        .then(|| decode(&mut peer.former, owned, ghost, packet))
                        .flatten();
                    *packet = whole.ok_or_else(|| {
                        SimulationError::Transport(format!("a packet of rank {rank} is damaged"))
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        let peer = |peer: &Peer| -> usize {
            peer.former.values().map(|list| list.rows.capacity() + 16 * list.place.capacity()).sum()
        };
        self.sent.iter().chain(&self.received).map(peer).sum()
    }
}

/// Whether the next packet is to be sent as differences: a look needs two of them.
fn wanted(deltas: Deltas, peer: &mut Peer) -> bool {
    match deltas {
        Deltas::On => true,
        Deltas::Off => false,
        Deltas::Auto => {
            peer.left = peer.left.saturating_sub(1);
            peer.on || peer.left < 2
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).and_then(|four| four.first_chunk()).map(|four| u32::from_le_bytes(*four))
}

/// What is the same of a ghost from tick to tick: its tag and its id.
const KEY_LEN: usize = 8;

fn key(row: &[u8]) -> u64 {
    row.first_chunk().map_or(0, |key| u64::from_le_bytes(*key))
}

/// Where the ghosts of a message of `len` bytes begin, and how many there are, by its head; None if
/// it has no such head.
fn parts(head: &[u8], len: usize, owned: usize, ghost: usize) -> Option<(usize, usize)> {
    let (header, _) = Header::split((len >= HEADER_LEN).then_some(head)?)?;
    let fits = header.message_len((owned, ghost)) == len as u64;
    fits.then_some((HEADER_LEN + header.first as usize * owned, header.second as usize))
}

fn encode(
    former: &mut HashMap<(u32, u32), List>,
    owned: usize,
    ghost: usize,
    packet: &[u8],
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) {
    let Scratch { plain, planes, diffs } = scratch;
    plain.clear();
    planes.clear();
    packet::entries(packet, |from, to, range| {
        let message = &packet[range.clone()];
        // The entry's head and the message's head tell the decoder all numbers.
        plain.extend_from_slice(&packet[range.start - ENTRY_LEN..range.start]);
        let Some((begin, _)) = parts(message, message.len(), owned, ghost) else {
            plain.extend_from_slice(message);
            return;
        };
        let (head, rows) = message.split_at(begin);
        plain.extend_from_slice(head);
        let list = former.entry((from, to)).or_default();
        diffs.clear();
        let mut expected = 0i64;
        for row in rows.chunks_exact(ghost) {
            match list.place.get(&key(row)) {
                Some(&place) => {
                    varint(plain, 1 + zigzag(i64::from(place) - expected));
                    expected = i64::from(place) + 1;
                    let before = &list.rows[place as usize * ghost..][..ghost];
                    let pairs = row.iter().zip(before).skip(KEY_LEN);
                    diffs.extend(pairs.map(|(now, then)| now ^ then));
                }
                None => {
                    varint(plain, 0);
                    plain.extend_from_slice(row);
                }
            }
        }
        transpose(diffs, ghost - KEY_LEN, planes);
        list.replace(rows, ghost);
    });
    for part in [&*plain, &*planes] {
        let packed = lz4_flex::compress_prepend_size(part);
        out.extend((packed.len() as u32).to_le_bytes());
        out.extend(packed);
    }
}

fn decode(
    former: &mut HashMap<(u32, u32), List>,
    owned: usize,
    ghost: usize,
    packet: &[u8],
) -> Option<Vec<u8>> {
    let mut rest = packet;
    let (plain, planes) = (unpack(&mut rest)?, unpack(&mut rest)?);
    if !rest.is_empty() {
        return None;
    }
    let (mut out, mut at, mut plane) = (Vec::with_capacity(packet.len()), 0, 0);
    let width = ghost - KEY_LEN;
    while at < plain.len() {
        let head = plain.get(at..at + ENTRY_LEN)?;
        let (from, to, len) = packet::entry(head)?;
        out.extend_from_slice(head);
        at += ENTRY_LEN;
        let Some((begin, ghosts)) = parts(plain.get(at..)?, len, owned, ghost) else {
            // No message of this lane: it was sent as it is.
            out.extend_from_slice(plain.get(at..at + len)?);
            at += len;
            continue;
        };
        out.extend_from_slice(plain.get(at..at + begin)?);
        at += begin;
        let list = former.entry((from, to)).or_default();
        let rows_at = out.len();
        let (mut known, mut expected) = (Vec::new(), 0i64);
        for _ in 0..ghosts {
            match read_varint(&plain, &mut at)? {
                0 => {
                    out.extend_from_slice(plain.get(at..at + ghost)?);
                    at += ghost;
                }
                place => {
                    let place = expected.wrapping_add(unzigzag(place - 1));
                    expected = place.wrapping_add(1);
                    known.push(out.len());
                    let begin = usize::try_from(place).ok()?.checked_mul(ghost)?;
                    out.extend_from_slice(list.rows.get(begin..begin.checked_add(ghost)?)?);
                }
            }
        }
        let count = known.len();
        let bytes = planes.get(plane..)?.get(..count * width)?;
        plane += count * width;
        for (index, row) in known.into_iter().enumerate() {
            for byte in 0..width {
                out[row + KEY_LEN + byte] ^= bytes[byte * count + index];
            }
        }
        let rows = out.split_off(rows_at);
        list.replace(&rows, ghost);
        out.extend(rows);
    }
    Some(out)
}

/// Takes one compressed part from the front of a packet. It can be no longer than its bytes can
/// say, whatever length it claims.
fn unpack(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let len = word(rest, 0)? as usize;
    let packed = rest.get(4..)?.get(..len)?;
    *rest = &rest[4 + len..];
    if word(packed, 0)? as usize > packed.len() * RATIO {
        return None;
    }
    lz4_flex::decompress_size_prepended(packed).ok()
}

impl List {
    fn replace(&mut self, rows: &[u8], ghost: usize) {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        self.place.clear();
        self.place.extend(rows.chunks_exact(ghost).zip(0..).map(|(row, place)| (key(row), place)));
    }
}

/// Adds the first bytes of all rows, then the second ones, and so on.
fn transpose(rows: &[u8], width: usize, out: &mut Vec<u8>) {
    for byte in 0..width {
        out.extend(rows.iter().skip(byte).step_by(width));
    }
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn read_varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNED: usize = 24;
    const GHOST: usize = 20;

    /// A packet of two messages whose ghosts move a little from tick to tick.
    fn packet(tick: u64, ghosts: impl Iterator<Item = u32> + Clone) -> Vec<u8> {
        let mut out = Vec::new();
        for (from, to, migrants) in [(0u32, 3u32, 0u32), (1, 3, 2)] {
            let count = ghosts.clone().count();
            let len = HEADER_LEN + migrants as usize * OWNED + count * GHOST;
            for word in [from, to, len as u32] {
                out.extend(word.to_le_bytes());
            }
            out.extend(tick.to_le_bytes());
            out.extend(migrants.to_le_bytes());
            out.extend((count as u32).to_le_bytes());
            out.extend((0..migrants as usize * OWNED).map(|byte| byte as u8));
            for id in ghosts.clone() {
                out.extend(4u32.to_le_bytes());
                out.extend((id + from).to_le_bytes());
                for column in 0..3 {
                    let value = id as f32 + 0.01 * tick as f32 + column as f32;
                    out.extend(value.to_le_bytes());
                }
            }
        }
        out
    }

    fn round_trips(deltas: Deltas) -> (usize, usize) {
        let (mut here, mut there) = (Codec::new(2), Codec::new(2));
        here.choose(deltas, 1.0);
        there.choose(deltas, 1.0);
        let (mut raw, mut sent) = (0, 0);
        for tick in 0..200u64 {
            let whole = match tick % 50 {
                40 => packet(tick, 0..0),
                41 => Vec::new(),
                _ => packet(tick, (tick as u32 / 3..300 + tick as u32).step_by(3)),
            };
            let mut packets = [Vec::new(), whole.clone()];
            here.encode(&[1], OWNED, GHOST, &mut packets);
            raw += whole.len();
            sent += packets[1].len();
            // To the other codec it comes from rank 0.
            packets.swap(0, 1);
            there.decode(OWNED, GHOST, &mut packets).unwrap();
            assert_eq!(packets[0], whole, "tick {tick}");
            if tick == 120 {
                here.forget();
                there.forget();
            }
        }
        (raw, sent)
    }

    #[test]
    fn every_packet_comes_out_as_it_went_in() {
        let (raw, sent) = round_trips(Deltas::Off);
        assert!(sent > raw);
        let (raw, sent) = round_trips(Deltas::On);
        assert!(sent * 2 < raw, "{sent} of {raw}");
        round_trips(Deltas::Auto);
    }

    #[test]
    fn a_damaged_packet_is_an_error_and_never_a_panic() {
        let mut here = Codec::new(1);
        here.choose(Deltas::On, 1.0);
        let mut packets = [packet(1, 0..40)];
        here.encode(&[0], OWNED, GHOST, &mut packets);
        let whole = packets[0].clone();
        for at in 1..whole.len() {
            let mut there = Codec::new(1);
            let mut inbox = [whole[..at].to_vec()];
            // What is cut may look as if it were sent as it is: then its messages do not fit.
            let refused = there.decode(OWNED, GHOST, &mut inbox).is_err()
                || !packet::entries(&inbox[0], |_, _, _| {});
            assert!(refused, "cut at {at}");
            let mut flipped = [whole.clone()];
            flipped[0][at] ^= 0x55;
            // It may still be a packet, but another one.
            let _ = there.decode(OWNED, GHOST, &mut flipped);
        }
    }
}
