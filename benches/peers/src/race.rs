//! Who takes turns, and what is printed of it.

use std::time::Duration;

use flockwork_benches::race::{By, per_entity};

/// How long it goes on.
pub struct Race {
    pub rounds: usize,
    /// Whether only results are of interest.
    pub small: bool,
}

/// Somebody who does some work.
pub struct Runner<'a> {
    pub who: &'static str,
    pub work: Box<dyn FnMut() + 'a>,
}

impl<'a> Runner<'a> {
    pub fn new(who: &'static str, work: impl FnMut() + 'a) -> Self {
        Self { who, work: Box::new(work) }
    }
}

impl Race {
    /// So many items, or few of them.
    pub fn count(&self, count: u32) -> u32 {
        if self.small { count.min(2_000) } else { count }
    }

    /// Lets the runners take turns, and prints what each took for one of `count` items.
    pub fn run(&self, what: &str, count: u32, mut runners: Vec<Runner<'_>>) {
        // Once before, so that memory is there.
        runners.iter_mut().for_each(|runner| (runner.work)());
        let mut least = vec![Duration::MAX; runners.len()];
        for _ in 0..self.rounds {
            for (least, runner) in least.iter_mut().zip(&mut runners) {
                *least = By::Processor.time(|| (runner.work)()).min(*least);
            }
        }
        for (runner, time) in runners.iter().zip(least) {
            println!("{what},{},{count},{:.3}", runner.who, per_entity(time, count));
        }
    }
}

/// Counts that agree but for those at the radius, which rounding moves.
pub fn same_counts(who: &str, counts: &[u32], wanted: &[u32]) {
    assert_eq!(counts.len(), wanted.len(), "{who}");
    let apart = counts.iter().zip(wanted).filter(|(a, b)| a != b).count();
    assert!(apart * 10_000 <= counts.len() + 20_000, "{who}: {apart} have other neighbours");
    assert!(counts.iter().zip(wanted).all(|(a, b)| a.abs_diff(*b) <= 1), "{who}");
}
