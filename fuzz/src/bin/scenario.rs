//! A scenario is taken or refused, whatever it says; what is said about it is short and harmless.

#![no_main]

use std::path::Path;
use std::sync::OnceLock;

use flockwork_cli::{Registry, read};
use flockwork_fuzz::check_message;
use libfuzzer_sys::fuzz_target;

static REGISTRY: OnceLock<Registry> = OnceLock::new();

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // After the first zero there are changes of the command line.
    let mut parts = text.split('\0');
    let scenario = parts.next().unwrap_or("");
    let set: Vec<String> = parts.map(String::from).collect();
    let registry = REGISTRY.get_or_init(Registry::builtin);
    if let Err(problem) = read::scenario(registry, Path::new("none"), scenario, &set) {
        check_message(&problem);
    }
});
