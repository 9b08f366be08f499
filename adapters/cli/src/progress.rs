//! A progress bar on a terminal, and when to look at the clock.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::failure;
use crate::human;

/// A progress bar; silent if the standard error output is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar of this many ticks.
    pub(crate) fn ticks(ticks: u64, quiet: bool) -> Self {
        Self::new(
            Some(ticks),
            quiet,
            "  {prefix} {bar:36.cyan/240}  {human_pos} of {human_len} ticks  {wide_msg}",
        )
    }

    /// A bar of this many runs.
    pub(crate) fn runs(runs: u64, quiet: bool) -> Self {
        let bar = Self::new(Some(PARTS), quiet, "  {bar:36.cyan/240}  {wide_msg}");
        bar.say(human::plural(runs, "run"));
        bar
    }

    /// Only a text.
    pub(crate) fn text(quiet: bool) -> Self {
        Self::new(None, quiet, "  {spinner:.cyan} {wide_msg}")
    }

    fn new(length: Option<u64>, quiet: bool, template: &str) -> Self {
        if quiet || failure::silent() {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = length.map_or_else(ProgressBar::no_length, ProgressBar::new);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─").tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "));
        }
        Self { bar }
    }

    pub(crate) fn name(&self, name: &str) {
        self.bar.set_prefix(name.to_string());
    }

    pub(crate) fn say(&self, text: String) {
        self.bar.set_message(text);
        self.bar.tick();
    }

    pub(crate) fn position(&self, done: u64) {
        self.bar.set_position(done);
    }

    /// After `done` ticks, of which the last took `ms` each.
    pub(crate) fn at(&self, done: u64, ms: f64, entities: u64) {
        self.bar.set_position(done);
        let left = self.bar.length().unwrap_or(done).saturating_sub(done);
        let rate = if ms > 0.0 { entities as f64 / ms * 1.0e3 } else { 0.0 };
        self.bar.set_message(format!(
            "{} ms  {} entities/s  {} left",
            human::short(ms),
            human::scaled(rate),
            human::duration(left as f64 * ms / 1.0e3)
        ));
    }

    /// After `finished` of `runs`, and a `share` of all work, which took this long.
    pub(crate) fn at_run(&self, finished: u64, runs: u64, share: f64, time: Duration) {
        self.bar.set_position((share * PARTS as f64) as u64);
        let left = match share {
            share if share > 0.0 => {
                format!(
                    "  {} left",
                    human::duration(time.as_secs_f64() * (1.0 / share - 1.0).max(0.0))
                )
            }
            _ => String::new(),
        };
        let (finished, runs) = (human::count(finished), human::plural(runs, "run"));
        self.bar.set_message(format!("{finished} of {runs}{left}"));
    }

    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

/// Parts of a bar whose whole is no number of things.
const PARTS: u64 = 1000;

/// How many ticks to run before the progress bar and the user's wishes are looked at.
pub(crate) struct Pace {
    batch: u64,
}

/// How long a batch of ticks may take.
const LOOK_EVERY: Duration = Duration::from_millis(60);

impl Pace {
    pub(crate) fn new() -> Self {
        Self { batch: 1 }
    }

    pub(crate) fn batch(&self) -> u64 {
        self.batch
    }

    /// After a batch of `ticks` that took this long.
    pub(crate) fn took(&mut self, ticks: u64, time: Duration) {
        let each = time.as_nanos().max(1) as u64 / ticks.max(1);
        let fits = LOOK_EVERY.as_nanos() as u64 / each.max(1);
        self.batch = fits.clamp(1, self.batch.saturating_mul(2)).min(1 << 16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_to_what_fits() {
        let mut pace = Pace::new();
        for _ in 0..20 {
            let ticks = pace.batch();
            pace.took(ticks, Duration::from_millis(ticks));
        }
        assert_eq!(pace.batch(), 60);
        pace.took(60, Duration::from_secs(60));
        assert_eq!(pace.batch(), 1);
        pace.took(1, Duration::ZERO);
        assert_eq!(pace.batch(), 2);
    }
}
