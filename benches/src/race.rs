//! Compares pieces of work on a machine that others use too.

use std::fs;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Time as it passes.
pub fn wall() -> Duration {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    BEGIN.get_or_init(Instant::now).elapsed()
}

/// Time that the processors have spent on all threads of this process, where the system tells it;
/// time as it passes elsewhere. What others run does not count, but for the cache they use.
pub fn cpu() -> Duration {
    // The system updates a thread's time when it gives the processor back.
    std::thread::yield_now();
    threads().unwrap_or_else(wall)
}

fn threads() -> Option<Duration> {
    let mut sum = 0;
    for thread in fs::read_dir("/proc/self/task").ok()? {
        let stat = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        sum += stat.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(sum))
}

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
