//! A series of a stepped world: its statistics at some ticks, their means with errors, and rules by which
//! a run stops.

use flockwork_observables::{BlockAverage, Mean};
use flockwork_scheduler_native::Sample;

use super::{StepError, Stepped};
use crate::stop::{Rules, Written};

/// The statistics of a world at the ticks at which they were taken.
///
/// ```
/// use std::path::Path;
/// use flockwork_cli::Registry;
/// use flockwork_cli::stepped::{Collector, Stepped};
///
/// let text = "model = 'vicsek'\nentities = 500\ndt = 1\n[world]\nwidth = 10\nheight = 10\n";
/// let registry = Registry::builtin();
/// let mut world = Stepped::from_text(&registry, "flock", Path::new("."), text, &[], 1)?;
/// let mut series = Collector::new(&world, 10, Some("order > 0.9"), &[])?;
/// while !series.take(&mut world)? && world.tick() < 2000 {
///     world.step(10)?;
/// }
/// assert_eq!(series.stopped(), Some("until: order > 0.9"));
/// let (name, mean) = series.means().next().unwrap();
/// assert_eq!((name, mean.samples), ("order", world.tick() / 10 + 1));
/// # Ok::<(), flockwork_cli::stepped::StepError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Collector {
    rules: Rules,
    ticks: Vec<u64>,
    columns: Vec<(String, Vec<f64>)>,
    stopped: Option<String>,
}

impl Collector {
    /// Begins a series that is taken every `every` ticks. `until` is a condition at which the run
    /// stops, `steady` names statistics that must all be steady for it to stop, each as
    /// `NAME:TOLERANCE[:WINDOW]`: both as the options of `flockwork run` are written.
    ///
    /// # Errors
    ///
    /// [`StepError::Input`] with what is wrong with a rule.
    pub fn new(
        world: &Stepped,
        every: u64,
        until: Option<&str>,
        steady: &[String],
    ) -> Result<Self, StepError> {
        let written = Written {
            until: until.map(Into::into),
            every: Some(every.max(1)),
            limit: None,
            steady: steady.to_vec(),
        };
        let rules =
            written.rules(world.entry()).map_err(|wrong| StepError::Input(wrong.plain()))?;
        let names = world.entry().stats.iter().flat_map(|stat| stat.names());
        let columns = names.map(|name| (name, Vec::new())).collect();
        Ok(Self { rules, ticks: Vec::new(), columns, stopped: None })
    }

    /// Takes the statistics of this tick; says whether a rule is met, so that the run should stop.
    ///
    /// # Errors
    ///
    /// [`StepError::Ended`]; nothing was taken then.
    pub fn take(&mut self, world: &mut Stepped) -> Result<bool, StepError> {
        let sample = Sample::of(&mut *world.simulation)?;
        self.ticks.push(sample.tick);
        for ((_, all), (_, value)) in self.columns.iter_mut().zip(&sample.stats) {
            all.push(*value);
        }
        self.stopped = self.rules.judge(&sample);
        Ok(self.stopped.is_some())
    }

    /// The ticks at which they were taken.
    pub fn ticks(&self) -> &[u64] {
        &self.ticks
    }

    /// The values of each statistic with its name, NaN for what is null: one for each tick.
    pub fn columns(&self) -> &[(String, Vec<f64>)] {
        &self.columns
    }

    /// The rule that is met at the tick that was taken last.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// The mean of each statistic with its block-averaged error.
    pub fn means(&self) -> impl Iterator<Item = (&str, Mean)> {
        self.columns.iter().map(|(name, values)| {
            let mut average = BlockAverage::default();
            values.iter().for_each(|value| average.add(*value));
            (name.as_str(), average.mean())
        })
    }
}
