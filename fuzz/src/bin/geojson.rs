//! Maps in GeoJSON are taken or refused; what is said about them is short and harmless.

#![no_main]

use flockwork_cli::read;
use flockwork_fuzz::{check_message, maps};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for world in maps() {
        if let Err(problem) = read::shapes("geojson", text, &world) {
            check_message(&problem);
        }
    }
});
