//! A Parquet table is read whole or refused, whatever is in it; what is said about it is short and harmless.

#![no_main]

use std::sync::Once;

use flockwork_cli::read::{self, Choice};
use flockwork_fuzz::{check_message, check_table};
use flockwork_kernel::columns::Columns;
use flockwork_models::tribes::animal;
use flockwork_scheduler::Plane;
use libfuzzer_sys::fuzz_target;

type Animals = animal::Columns<Plane>;

fuzz_target!(|data: &[u8]| {
    // The reader catches panics of decoders; one that is not caught still ends the target.
    static HOOK: Once = Once::new();
    HOOK.call_once(|| std::panic::set_hook(Box::new(|panic| eprintln!("{panic}"))));
    // As it is, and the rows of a tick of a recording.
    let tick = Choice::of("id=1,time=2", Some(1.0), 0.5).unwrap_or_default();
    for choice in [Choice::default(), tick] {
        let bytes = data.to_vec();
        match read::parquet(bytes, Animals::SCHEMA, flockwork_fuzz::MOST_ROWS, &choice) {
            Ok(table) => check_table(table),
            Err(problem) => check_message(&problem),
        }
    }
});
