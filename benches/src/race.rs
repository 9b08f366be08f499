//! Compares pieces of work on a machine that others use too.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

/// What is counted as the time of a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Time as it passes.
    Wall,
    /// Time that the processors spend on the threads of this process, where the system tells it;
    /// time as it passes elsewhere. What others run does not count, but for the cache they use.
    Processor,
}

impl By {
    /// The time that `work` takes.
    pub fn time(self, work: impl FnOnce()) -> Duration {
        let before = threads();
        let begin = Instant::now();
        work();
        let wall = begin.elapsed();
        let after = threads();
        if self == Self::Wall || after.is_empty() {
            return wall;
        }
        // A thread that has ended meanwhile is not among those after.
        let spent = |(thread, now): (&u64, &u64)| {
            now.saturating_sub(before.get(thread).copied().unwrap_or(0))
        };
        Duration::from_nanos(after.iter().map(spent).sum())
    }
}

/// The processor time of each thread, in nanoseconds; nothing where the system does not tell.
fn threads() -> BTreeMap<u64, u64> {
    // The system updates a thread's time when the thread gives the processor back.
    std::thread::yield_now();
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return BTreeMap::new() };
    tasks
        .filter_map(|task| {
            let task = task.ok()?;
            let stat = fs::read_to_string(task.path().join("schedstat")).ok()?;
            let spent = stat.split(' ').next()?.parse().ok()?;
            Some((task.file_name().to_str()?.parse().ok()?, spent))
        })
        .collect()
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
