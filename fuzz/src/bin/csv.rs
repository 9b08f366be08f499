//! A table in text is read whole or refused, whatever is in it and is chosen; what is said about it is short and harmless.

#![no_main]

use flockwork_cli::read::{self, Choice};
use flockwork_fuzz::{check_message, check_table};
use flockwork_kernel::columns::Columns;
use flockwork_models::tribes::animal;
use flockwork_scheduler::Plane;
use libfuzzer_sys::fuzz_target;

type Animals = animal::Columns<Plane>;

fuzz_target!(|data: &[u8]| {
    // Before the first zero there may be a choice of columns, and of a time.
    let zero = data.iter().position(|byte| *byte == 0);
    let (choice, data) = zero.map_or((&[][..], data), |at| (&data[..at], &data[at + 1..]));
    let choice = match std::str::from_utf8(choice) {
        Ok("") | Err(_) => Ok(Choice::default()),
        Ok(columns) => Choice::of(columns, columns.contains("time").then_some(1.0), 0.5),
    };
    let read = choice
        .and_then(|choice| read::csv(data, Animals::SCHEMA, flockwork_fuzz::MOST_ROWS, &choice));
    match read {
        Ok(table) => check_table(table),
        Err(problem) => check_message(&problem),
    }
});
