//! Inputs are taken or refused, as lines of JSON and as bytes; what is said about them is short and harmless,
//! and bytes that are read are written back as they were.

#![no_main]

use flockwork_cli::read;
use flockwork_fuzz::check_message;
use flockwork_scheduler::inputs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Err(problem) = read::inputs(data) {
        check_message(&problem);
    }
    if let Ok(batch) = inputs::decode(data) {
        assert_eq!(inputs::encode(&batch), data);
    }
});
