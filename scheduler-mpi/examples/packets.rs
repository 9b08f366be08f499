//! Packets of given lengths between all ranks, each found as it was sent:
//!
//! ```text
//! mpirun -n 3 packets PIECE LEN...
//! ```
//!
//! `PIECE` is the most bytes of one message. The first rank sends a packet of each length to every
//! other one, once as to a neighbour and once as to a rank far away; the others send as many bytes
//! less one back to it, if there are any.

use flockwork_scheduler_mpi::{Network, guard};

fn main() {
    let Some(universe) = mpi::initialize() else { return };
    guard::or_abort(&Network::new(), trade);
    drop(universe);
}

fn trade() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>().unwrap());
    let network = Network::new().in_pieces_of(numbers.next().unwrap());
    let (rank, ranks) = (network.rank(), network.size());
    let others: Vec<u32> = (0..ranks).filter(|other| *other != rank).collect();
    let to = if rank == 0 { &others[..] } else { &[0] };
    for len in numbers {
        let sent = |from: u32| if from == 0 { len } else { len.saturating_sub(1) };
        for near in [&others[..], &[]] {
            let (mut packets, mut inbox) = (network.boxes(), network.boxes());
            to.iter().for_each(|other| packets[*other as usize] = pattern(rank, sent(rank)));
            network.trade(near, &mut packets, &mut inbox);
            for (from, packet) in (0..).zip(&inbox) {
                let len = if to.contains(&from) { sent(from) } else { 0 };
                assert_eq!(packet.len(), len, "from {from} to {rank}");
                assert!(*packet == pattern(from, len), "from {from} to {rank}");
            }
        }
        if rank == 0 {
            println!("{len} bytes arrived whole");
        }
    }
}

/// Bytes that differ from place to place and from rank to rank.
fn pattern(from: u32, len: usize) -> Vec<u8> {
    (0..len as u64)
        .map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8 ^ from as u8)
        .collect()
}
