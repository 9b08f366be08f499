//! A series: every statistic of the model at chosen ticks, in a file and as means with their errors, or
//! as these alone.
//!
//! The columns are `tick`, `time`, `population` and the numbers of the statistics in their order; what
//! is null is empty. Of several processes the first one writes. The mean of each column is added up on
//! the way ([`BlockAverage`]), so nothing is kept of a sample but its line.
//!
//! Stop rules look at the same numbers: [`Samples`] takes them once for both.

mod file;
#[cfg(feature = "parquet")]
mod table;

use flockwork_observables::{BlockAverage, Mean};
use flockwork_scheduler_native::{AnySimulation, Sample};

use crate::failure::Failure;
use crate::output::Ready;
use crate::report::{MeanReport, Named, Report};
use crate::stop::Rules;
use crate::together::together;
use crate::watch::Watcher;
pub(crate) use file::{SeriesFile, is_parquet};

/// The columns before the statistics.
pub(crate) const OWN: [&str; 3] = ["tick", "time", "population"];

/// Which ticks are looked at: `from`, `from` + `every` and so on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticks {
    pub(crate) every: u64,
    pub(crate) from: u64,
}

impl Ticks {
    pub(crate) fn has(&self, tick: u64) -> bool {
        tick >= self.from && (tick - self.from).is_multiple_of(self.every)
    }

    /// How many ticks lie between this one and the next that is looked at.
    pub(crate) fn left(&self, tick: u64) -> u64 {
        if tick < self.from {
            self.from - tick
        } else {
            self.every - (tick - self.from) % self.every
        }
    }
}

/// A series in the making.
pub(crate) struct Series<'a> {
    file: Option<SeriesFile<'a>>,
    ticks: Ticks,
    pub(crate) means: Means,
}

impl<'a> Series<'a> {
    /// One that goes to a file, or of which there are means alone.
    pub(crate) fn new(file: Option<SeriesFile<'a>>, ticks: Ticks) -> Self {
        Self { file, ticks, means: Means::default() }
    }
}

/// Takes samples for a series and for stop rules.
pub(crate) struct Samples<'a> {
    pub(crate) series: Option<Series<'a>>,
    pub(crate) rules: Rules,
    reason: Option<String>,
}

impl<'a> Samples<'a> {
    pub(crate) fn new(series: Option<Series<'a>>, rules: Rules) -> Self {
        Self { series, rules, reason: None }
    }

    fn judged(&self) -> Option<Ticks> {
        (!self.rules.is_empty()).then_some(Ticks { every: self.rules.every(), from: 0 })
    }
}

impl<'a> Watcher<'a> for Samples<'a> {
    fn ticks_left(&self, tick: u64) -> u64 {
        let both = [self.series.as_ref().map(|series| series.ticks), self.judged()];
        both.iter().flatten().map(|ticks| ticks.left(tick)).min().unwrap_or(u64::MAX)
    }

    fn look(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        let tick = simulation.tick();
        let judged = self.judged().is_some_and(|ticks| ticks.has(tick));
        let series = self.series.as_mut().filter(|series| series.ticks.has(tick));
        if !judged && series.is_none() {
            return Ok(());
        }
        let sample = Sample::of(simulation)?;
        if let Some(series) = series {
            series.means.add(&sample);
            if let Some(file) = &mut series.file {
                let own = file.add(sample.clone());
                together(simulation, own, "another rank could not write the series", || {})?;
            }
        }
        if judged {
            self.reason = self.rules.judge(&sample);
        }
        Ok(())
    }

    fn reason(&self) -> Option<String> {
        self.reason.clone()
    }

    fn tell(&self, report: &mut Report) {
        if let Some(series) = &self.series {
            report.means = series.means.report();
        }
    }

    fn finish(self: Box<Self>, _report: &Report) -> Result<Option<Ready<'a>>, Failure> {
        self.series.and_then(|series| series.file).map(SeriesFile::finish).transpose()
    }
}

/// The mean of the population and of each statistic over samples.
#[derive(Clone, Debug, Default)]
pub(crate) struct Means {
    averages: Vec<(String, BlockAverage)>,
}

impl Means {
    pub(crate) fn add(&mut self, sample: &Sample) {
        if self.averages.is_empty() {
            let names = sample.stats.iter().map(|(name, _)| name.clone());
            let names = ["population".to_string()].into_iter().chain(names);
            self.averages = names.map(|name| (name, BlockAverage::default())).collect();
        }
        let values = sample.stats.iter().map(|(_, value)| *value);
        let values = [sample.population as f64].into_iter().chain(values);
        for ((_, average), value) in self.averages.iter_mut().zip(values) {
            average.add(value);
        }
    }

    /// The mean of a statistic, of which this is the place.
    pub(crate) fn of(&self, stat: usize) -> Mean {
        let average = self.averages.get(stat + 1).map(|(_, average)| average.clone());
        average.unwrap_or_default().mean()
    }

    pub(crate) fn report(&self) -> Named<String, MeanReport> {
        let named =
            self.averages.iter().map(|(name, average)| (name.clone(), average.mean().into()));
        Named(named.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_counted_from_the_first_one() {
        for (every, from) in [(1, 0), (10, 0), (10, 7), (10, 20), (7, 1)] {
            let ticks = Ticks { every, from };
            let mut tick = 0;
            let mut found = Vec::new();
            while tick < 100 {
                if ticks.has(tick) {
                    found.push(tick);
                }
                assert!(ticks.left(tick) > 0);
                tick += ticks.left(tick);
            }
            let wanted: Vec<u64> = (from..100).step_by(every as usize).collect();
            assert_eq!(found, wanted, "every {every} from {from}");
        }
        // Beyond what can be reached, which is no reason to panic.
        assert_eq!(Ticks { every: 1, from: u64::MAX }.left(0), u64::MAX);
    }
}
