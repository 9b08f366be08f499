//! Bytes are restored or refused, whatever they say; what was restored can be run.

#![no_main]

use flockwork_fuzz::Bytes;
use flockwork_fuzz::dots::Dots;
use flockwork_fuzz::plan::Plan;
use flockwork_scheduler::snapshot::{header, merge};
use flockwork_scheduler::{Arithmetic, Cut, Partition, Serial, Simulation};
use libfuzzer_sys::fuzz_target;

/// The most entities at tick 0 that are tried: room and cells are made for so many.
const MOST: u32 = 1 << 16;

fuzz_target!(|data: &[u8]| {
    let _ = header(data);
    let mut bytes = Bytes(data);
    // A good snapshot with some bytes changed and some cut off, under a good checksum.
    let mut plan = Plan::usual();
    plan.setup.population = 1 + bytes.below(6);
    let Ok(mut world) = plan.world(Serial::default()) else { panic!("the usual world") };
    for _ in 0..bytes.below(4) {
        world.step().unwrap();
    }
    let whole = world.snapshot().unwrap();
    let mut changed = whole.clone();
    for _ in 0..bytes.below(6) {
        let at = bytes.below(changed.len() as u32) as usize;
        changed[at] = bytes.byte();
    }
    if bytes.below(4) == 0 {
        changed.truncate(28 + bytes.below(changed.len() as u32) as usize);
    }
    seal(&mut changed);
    for snapshot in [data, &changed] {
        let _ = merge(&[snapshot, &whole]);
        let Ok(found) = header(snapshot) else { continue };
        if found.setup.population > MOST {
            continue;
        }
        let partition = Partition::new(Cut::Parts(1 + bytes.below(4)));
        let restored =
            Simulation::<Dots, _>::restore(snapshot, Arithmetic::Any, partition, Serial::default());
        if let Ok(mut world) = restored {
            world.recount().unwrap();
            for _ in 0..3 {
                if world.step().is_err() {
                    break;
                }
                world.recount().unwrap();
            }
        }
    }
});

/// Makes magic, version, length and checksum good.
fn seal(bytes: &mut [u8]) {
    if bytes.len() < 24 {
        return;
    }
    bytes[..12].copy_from_slice(b"FLOCKSNP\x02\0\0\0");
    let len = bytes.len() as u64;
    bytes[16..24].copy_from_slice(&len.to_le_bytes());
    let checksum = crc32fast::hash(&bytes[16..]);
    bytes[12..16].copy_from_slice(&checksum.to_le_bytes());
}
