//! A frame of extended XYZ is read whole or refused, whatever is in it; what is said about it is short and harmless.

#![no_main]

use flockwork_cli::read::{self, Choice};
use flockwork_fuzz::{check_message, check_table};
use flockwork_kernel::columns::Columns;
use flockwork_models::tribes::animal;
use flockwork_scheduler::Plane;
use libfuzzer_sys::fuzz_target;

type Animals = animal::Columns<Plane>;

fuzz_target!(|data: &[u8]| {
    for choice in [Choice::default(), Choice::frame(1), Choice::frame(-1)] {
        match read::xyz(data, Animals::SCHEMA, flockwork_fuzz::MOST_ROWS, &choice) {
            Ok(table) => check_table(table),
            Err(problem) => check_message(&problem),
        }
    }
});
