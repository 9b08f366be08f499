//! Whether a statistic has become steady: `NAME:tolerance[:window]`.
//!
//! Of the last `window` ticks the samples are taken. The statistic is steady when there are as many as
//! that window holds, the means of their two halves differ by no more than the tolerance, and the
//! block-averaged standard error of the mean of all is known and no larger than it either
//! ([`BlockAverage`]). So neither a drift nor a slow swing passes for steadiness: samples that hang
//! together over too much of the window have no error that is known.

use std::collections::VecDeque;

use flockwork_observables::BlockAverage;
use flockwork_scheduler_native::Sample;

use super::condition::unknown;
use crate::args::parse_count;
use crate::human;

/// How many samples there are in a window that is not given.
const USUAL: u64 = 100;

/// The fewest and the most samples that a window may have.
const ALLOWED: std::ops::RangeInclusive<u64> = 16..=1_000_000;

/// A statistic that shall be steady.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Steady {
    text: String,
    of: Of,
    tolerance: f64,
    /// Whether the tolerance is a share of the mean.
    is_share: bool,
    /// How many samples are looked at.
    samples: usize,
    last: VecDeque<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    Population,
    Stat(usize),
}

impl Steady {
    /// Reads a rule on these statistics, of which there is a sample every `every` ticks.
    pub(super) fn read(text: &str, stats: &[String], every: u64) -> Result<Self, String> {
        let form = || {
            "it must be NAME:TOLERANCE or NAME:TOLERANCE:WINDOW, such as order:0.01, order:2% or \
             order:0.01:2000"
                .to_string()
        };
        let mut parts = text.split(':').map(str::trim);
        let (Some(name), Some(tolerance), window, None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(form());
        };
        let of = match name {
            "population" => Some(Of::Population),
            _ => stats.iter().position(|stat| stat == name).map(Of::Stat),
        };
        let of = of.ok_or_else(|| unknown(name, stats))?;
        let (number, is_share) = match tolerance.strip_suffix('%') {
            Some(number) => (number.trim(), true),
            None => (tolerance, false),
        };
        let number = number.parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0);
        let Some(number) = number else {
            let shown = human::shown(tolerance);
            return Err(format!("the tolerance `{shown}` is no number above 0; {}", form()));
        };
        let ticks = match window {
            Some(ticks) => {
                parse_count(ticks).map_err(|problem| format!("the window: {problem}"))?
            }
            None => USUAL.saturating_mul(every),
        };
        let samples = ticks / every;
        if !ALLOWED.contains(&samples) {
            return Err(format!(
                "a window of {} has {} of every {every}: there must be {} to {}",
                human::plural(ticks, "tick"),
                human::plural(samples, "sample"),
                ALLOWED.start(),
                ALLOWED.end()
            ));
        }
        Ok(Self {
            text: text.to_string(),
            of,
            tolerance: if is_share { number / 100.0 } else { number },
            is_share,
            samples: samples as usize,
            last: VecDeque::new(),
        })
    }

    /// As it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Takes the next sample; says whether it is steady now.
    pub(super) fn take(&mut self, sample: &Sample) -> bool {
        let value = match self.of {
            Of::Population => sample.population as f64,
            Of::Stat(at) => sample.stats.get(at).map_or(f64::NAN, |(_, value)| *value),
        };
        if self.last.len() == self.samples {
            self.last.pop_front();
        }
        self.last.push_back(value);
        self.last.len() == self.samples && self.is_steady()
    }

    fn is_steady(&self) -> bool {
        let (mut all, mut halves) =
            (BlockAverage::default(), [BlockAverage::default(), BlockAverage::default()]);
        for (at, value) in self.last.iter().enumerate() {
            all.add(*value);
            halves[usize::from(at >= self.samples / 2)].add(*value);
        }
        let all = all.mean();
        let [early, late] = halves.map(|half| half.mean().mean);
        let most = if self.is_share { self.tolerance * all.mean.abs() } else { self.tolerance };
        // A sample that is null is none; an error that is not known is no small one.
        all.samples == self.samples as u64 && (late - early).abs() <= most && all.error <= most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample at which a rule holds first.
    fn steady_at(rule: &str, values: impl Iterator<Item = f64>) -> Option<usize> {
        let mut rule = Steady::read(rule, &["x".to_string()], 10).unwrap();
        let sample = |value| Sample {
            tick: 0,
            time: 0.0,
            population: 7,
            stats: vec![("x".to_string(), value)],
        };
        values.take(5000).position(|value| rule.take(&sample(value)))
    }

    /// Numbers from -1 to 1 without any order.
    fn noise() -> impl Iterator<Item = f64> {
        (0u32..).map(|at| {
            f64::from(flockwork_kernel::rng::signed(
                flockwork_kernel::rng::draw(1, u64::from(at), 0, 0)[0],
            ))
        })
    }

    #[test]
    fn what_stays_is_steady_when_the_window_is_full() {
        assert_eq!(steady_at("x:0.1", std::iter::repeat(3.0)), Some(99));
        assert_eq!(steady_at("x:0.1:1000", std::iter::repeat(3.0)), Some(99));
        assert_eq!(steady_at("x:0.1:320", std::iter::repeat(3.0)), Some(31));
        assert_eq!(steady_at("population:1%:160", std::iter::repeat(f64::NAN)), Some(15));
        assert_eq!(steady_at("x:0.2:1000", noise()), Some(99));
    }

    #[test]
    fn what_drifts_is_not() {
        let falling = || (0..).map(|at| f64::from(at) * -0.01);
        assert_eq!(steady_at("x:0.4", falling()), None);
        // It comes down to 1, and is steady when the window has forgotten where it was.
        let settling = || (0..).map(|at| 1.0 + (-f64::from(at) / 50.0).exp());
        let noisy = || settling().zip(noise()).map(|(mean, noise)| mean + 0.02 * noise);
        let tight = steady_at("x:0.02", noisy()).unwrap();
        let loose = steady_at("x:5%", noisy()).unwrap();
        assert!(150 < loose && loose <= tight && tight < 400, "{loose}, {tight}");
    }

    #[test]
    fn a_swing_as_long_as_the_window_is_not() {
        let swing = |length: f64| (0..).map(move |at| (f64::from(at) / length).sin());
        assert_eq!(steady_at("x:0.01", swing(16.0)), None);
        assert_eq!(steady_at("x:0.2", swing(0.7)), Some(99));
    }

    #[test]
    fn what_is_null_is_not() {
        let gaps = (0..).map(|at| if at % 50 == 7 { f64::NAN } else { 1.0 });
        assert_eq!(steady_at("x:0.1", gaps), None);
    }

    #[test]
    fn a_rule_that_means_nothing_is_refused() {
        for (rule, wanted) in [
            ("x", "it must be NAME:TOLERANCE"),
            ("x:1:2:3", "it must be NAME:TOLERANCE"),
            ("y:1", "there is no statistic `y`"),
            ("x:0", "the tolerance `0` is no number above 0"),
            ("x:nan", "no number above 0"),
            ("x:-1%", "no number above 0"),
            ("x:1:many", "the window: it must be a whole number"),
            ("x:1:100", "a window of 100 ticks has 10 samples of every 10: there must be 16 to"),
        ] {
            let problem = Steady::read(rule, &["x".to_string()], 10).unwrap_err();
            assert!(problem.contains(wanted), "{rule}: {problem}");
        }
    }
}
