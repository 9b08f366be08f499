//! Compares pieces of work on a machine that others use too.

use std::time::Duration;

/// The least time that each runner took in so many rounds. They take turns, so that whatever
/// slows the machine down slows all of them.
pub fn least(rounds: usize, runners: &mut [&mut dyn FnMut() -> Duration]) -> Vec<Duration> {
    let mut least = vec![Duration::MAX; runners.len()];
    for _ in 0..rounds {
        for (least, runner) in least.iter_mut().zip(runners.iter_mut()) {
            *least = runner().min(*least);
        }
    }
    least
}

/// Nanoseconds for each of `count` entities.
pub fn per_entity(time: Duration, count: u32) -> f64 {
    time.as_nanos() as f64 / f64::from(count)
}
