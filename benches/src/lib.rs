//! What the benchmarks share: worlds that can be timed, a plain program to hold them against, and
//! a description of the machine.
//!
//! Every benchmark checks its result before it times anything, and says what it works on.

#![deny(unsafe_code)]

pub mod eaters;
pub mod machine;
pub mod plain;
pub mod points;
pub mod race;
pub mod scheduled;
#[cfg(target_arch = "x86_64")]
pub mod tuned;
pub mod world;

use std::time::Duration;

use criterion::Criterion;

/// Criterion for work of milliseconds: few samples, no more than some seconds for each benchmark.
pub fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args()
}
