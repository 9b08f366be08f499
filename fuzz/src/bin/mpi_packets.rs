//! What another rank sends is decoded to what it was, or refused: never a panic, never more memory
//! than its bytes can stand for.

#![no_main]

use flockwork_fuzz::Bytes;
use flockwork_fuzz::codec::{Codec, Deltas};
use flockwork_fuzz::inbox::Inbox;
use flockwork_scheduler::packet;
use libfuzzer_sys::fuzz_target;

/// Bytes of a migrant and of a ghost, of models with few and with many columns.
const ROWS: [(usize, usize); 3] = [(24, 20), (12, 16), (60, 36)];

/// Two ranks with three domains each.
const DOMAINS: u32 = 6;

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let (owned, ghost) = ROWS[bytes.below(ROWS.len() as u32) as usize];
    // Anything at all.
    let mut there = Codec::new(2);
    take_in(&mut there, owned, ghost, bytes.0.to_vec());
    // Good packets one after the other, of which some are damaged on the way.
    let [mut here, mut there] = [Codec::new(2), Codec::new(2)];
    here.choose(Deltas::On, 1.0);
    for tick in 0..1 + bytes.below(5) {
        let good = packet(&mut bytes, tick, owned, ghost);
        let mut packets = [Vec::new(), good.clone()];
        here.encode(&[1], owned, ghost, &mut packets);
        let [_, mut sent] = packets;
        let damaged = bytes.below(3) == 0;
        if damaged {
            damage(&mut bytes, &mut sent);
        }
        let came = take_in(&mut there, owned, ghost, sent);
        if damaged {
            break;
        }
        assert_eq!(came, Some(good));
    }
});

/// Decodes a packet and shows all its messages, as a rank does; None if it is refused.
fn take_in(codec: &mut Codec, owned: usize, ghost: usize, sent: Vec<u8>) -> Option<Vec<u8>> {
    let len = sent.len();
    let mut inbox = Inbox::new(vec![sent, Vec::new()]);
    codec.decode(owned, ghost, &mut inbox.packets).ok()?;
    assert!(inbox.packets[0].len() <= len * 255 * (ghost + 12));
    let own = 3..DOMAINS;
    if inbox.sort(own.clone(), DOMAINS).is_ok() {
        for to in own.clone() {
            let mut last = None;
            let mut each = |from: u32, _: &[u8]| {
                assert!(from < DOMAINS && last < Some(from), "{from} after {last:?}");
                last = Some(from);
            };
            inbox.visit(to, &own, &mut each, |_| {});
        }
    }
    Some(inbox.packets.swap_remove(0))
}

/// A packet that a rank may send: messages with migrants and ghosts, and at times other ones.
fn packet(bytes: &mut Bytes<'_>, tick: u32, owned: usize, ghost: usize) -> Vec<u8> {
    let mut whole = Vec::new();
    for pair in 0..bytes.below(4) {
        let mut message = u64::from(tick).to_le_bytes().to_vec();
        let (migrants, ghosts) = (bytes.below(3), bytes.below(40));
        message.extend(migrants.to_le_bytes());
        message.extend(ghosts.to_le_bytes());
        message.resize(message.len() + migrants as usize * owned, bytes.byte());
        let first = bytes.below(8);
        for place in 0..ghosts {
            let begin = message.len();
            message.extend((first + place).to_le_bytes());
            message.extend(bytes.below(2).to_le_bytes());
            message.resize(begin + ghost, bytes.byte());
        }
        if bytes.below(8) == 1 {
            message.truncate(bytes.below(message.len() as u32) as usize);
        }
        let fill = &mut |place: &mut [u8]| place.copy_from_slice(&message);
        packet::push(&mut whole, pair % 3, 3 + pair / 3, message.len(), fill);
    }
    whole
}

fn damage(bytes: &mut Bytes<'_>, sent: &mut Vec<u8>) {
    if bytes.below(4) == 0 {
        sent.truncate(bytes.below(sent.len() as u32 + 1) as usize);
    }
    for _ in 0..1 + bytes.below(4) {
        if !sent.is_empty() {
            let at = bytes.below(sent.len() as u32) as usize;
            sent[at] = bytes.byte();
        }
    }
}
