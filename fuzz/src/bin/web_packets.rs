//! Damaged packets between the ranks of a page end in an error, never in a panic or an endless loop.

#![no_main]

use flockwork_fuzz::dots::Dots;
use flockwork_fuzz::plan::Plan;
use flockwork_fuzz::{Budget, Bytes};
use flockwork_scheduler::{Cut, Progress, Simulation};
use flockwork_scheduler_web::{Boxes, Ranks};
use libfuzzer_sys::fuzz_target;

type Rank = Simulation<Dots, Ranks<Boxes>>;

/// Polls of all ranks after which those that still wait will wait for ever: a packet was lost.
const POLLS: u32 = 64;
const TICKS: u32 = 4;

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let mut plan = Plan::usual();
    plan.setup.population = 1 + bytes.below(Budget::ENTITIES);
    plan.setup.seed = bytes.byte().into();
    let count = 2 + bytes.below(2);
    plan.cut = Cut::Parts(count + bytes.below(3));
    plan.rebalance = bytes.below(2) == 1;
    let mut quiet = bytes.below(64);
    let ranks = (0..count).map(|rank| plan.world(Ranks::new(rank, count, Boxes::new(count))));
    let Ok(mut ranks) = ranks.collect::<Result<Vec<Rank>, _>>() else { panic!("the usual world") };
    if finish(&mut ranks, &mut bytes, &mut quiet).is_none() {
        return;
    }
    let mut budget = Budget::new();
    for _ in 0..TICKS {
        if !budget.tick(ranks[0].population()) {
            return;
        }
        ranks.iter_mut().for_each(Simulation::begin);
        if finish(&mut ranks, &mut bytes, &mut quiet).is_none() {
            return;
        }
        if quiet > 0 {
            // Nothing was damaged so far, so all ranks see the same.
            ranks.iter_mut().for_each(Simulation::begin_observation);
            let Some(()) = finish(&mut ranks, &mut bytes, &mut quiet) else { return };
            let seen: Vec<_> = ranks.iter().map(Simulation::observation).collect();
            assert!(quiet == 0 || seen.iter().all(|one| *one == seen[0]));
        }
    }
});

/// Polls and delivers until all are done; None after an error, or if some wait in vain.
fn finish(ranks: &mut [Rank], bytes: &mut Bytes<'_>, quiet: &mut u32) -> Option<()> {
    for _ in 0..POLLS {
        let mut done = true;
        for at in 0..ranks.len() {
            done &= ranks[at].poll().ok()? == Progress::Done;
            while let Some(packet) = ranks[at].executor_mut().carrier_mut().outgoing() {
                let to = packet.to as usize;
                let sent = (at as u32, packet.kind as u32, packet.bytes.clone());
                ranks[at].executor_mut().carrier_mut().sent();
                done = false;
                *quiet = quiet.saturating_sub(1);
                let copies =
                    if *quiet > 0 { 1 } else { [1, 1, 1, 1, 1, 1, 0, 2][bytes.below(8) as usize] };
                for _ in 0..copies {
                    let (from, kind, message) =
                        if *quiet > 0 { sent.clone() } else { damage(bytes, sent.clone()) };
                    deliver(&mut ranks[to], from, kind, &message);
                }
            }
        }
        if done {
            return Some(());
        }
    }
    None
}

fn deliver(rank: &mut Rank, from: u32, kind: u32, message: &[u8]) {
    let mail = rank.executor_mut().carrier_mut();
    if let Some(room) = mail.arriving(from, kind, message.len()) {
        room.copy_from_slice(message);
        mail.arrived();
    }
}

fn damage(bytes: &mut Bytes<'_>, sent: (u32, u32, Vec<u8>)) -> (u32, u32, Vec<u8>) {
    let (from, kind, mut message) = sent;
    match bytes.below(8) {
        0 => message.truncate(bytes.below(message.len() as u32 + 1) as usize),
        1 => message.push(bytes.byte()),
        2 => return (bytes.below(5), kind, message),
        3 => return (from, bytes.below(4), message),
        4 | 5 => {
            for _ in 0..1 + bytes.below(4) {
                if !message.is_empty() {
                    let at = bytes.below(message.len() as u32) as usize;
                    message[at] = bytes.byte();
                }
            }
        }
        6 if message.len() >= 16 => {
            let at = 4 * bytes.below(4) as usize;
            message[at..at + 4].copy_from_slice(&bytes.word().to_le_bytes());
        }
        _ => {}
    }
    (from, kind, message)
}
