//! Damaged mail ends in an error, never in a panic.

#![no_main]

use flockwork_fuzz::Bytes;
use flockwork_fuzz::plan::Plan;
use flockwork_scheduler::testing::{Tampered, Way};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let plan = Plan::any_up_to(60, &mut |count| bytes.below(count));
    let quiet = bytes.below(40);
    let mut left: Vec<u8> = bytes.0.to_vec();
    let mut messages = 0;
    let executor = Tampered::new(move |Way { from, .. }, message| {
        let mut bytes = Bytes(&left);
        messages += 1;
        // A message may be looked at twice: it must not change in between.
        let (from, message) = if messages <= quiet {
            (from, message.to_vec())
        } else {
            change(&mut bytes, from, message)
        };
        let again = messages > quiet && bytes.below(16) == 1;
        left = bytes.0.to_vec();
        if again { vec![(from, message.clone()), (from, message)] } else { vec![(from, message)] }
    });
    // Even set-up may meet damaged mail.
    let Ok(mut world) = plan.world(executor) else { return };
    for _ in 0..8 {
        if world.step().is_err() {
            return;
        }
    }
});

fn change(bytes: &mut Bytes<'_>, from: u32, message: &[u8]) -> (u32, Vec<u8>) {
    let mut message = message.to_vec();
    match bytes.below(8) {
        0 => message.truncate(bytes.below(message.len() as u32 + 1) as usize),
        1 => message.push(bytes.byte()),
        2 => return (bytes.below(12), message),
        3 => message.clear(),
        4 | 5 => {
            for _ in 0..1 + bytes.below(4) {
                if !message.is_empty() {
                    let at = bytes.below(message.len() as u32) as usize;
                    message[at] = bytes.byte();
                }
            }
        }
        6 if message.len() >= 16 => {
            let at = 8 + 4 * bytes.below(2) as usize;
            message[at..at + 4].copy_from_slice(&bytes.word().to_le_bytes());
        }
        _ => {}
    }
    (from, message)
}
