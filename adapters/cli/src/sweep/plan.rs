//! A sweep that a program runs.

use std::fmt;
use std::path::PathBuf;

use super::design::{Design, Point};
use super::seeds::Seeds;
use super::{Finished, Source, finish, points};
use crate::args::SweepArgs;
use crate::failure::Failure;
use crate::registry::Registry;
use crate::stepped::Written;

/// Many runs of one scenario, over values of its keys and over seeds: what `flockwork sweep` runs.
///
/// Runs that have finished are rows in a folder, so a program that was killed goes on where it stopped,
/// and so does the command in the same folder. Every run is whole on one thread.
///
/// ```
/// use std::path::Path;
/// use flockwork_cli::stepped::Written;
/// use flockwork_cli::{Registry, SweepPlan};
///
/// let text = "model = 'vicsek'\nentities = 50\ndt = 1\nticks = 40\n[world]\nwidth = 4\nheight = 4\n";
/// let scenario = Written::Text { name: "flock", folder: Path::new("."), text };
/// let folder = std::env::temp_dir().join(format!("flockwork-sweep-{}", std::process::id()));
/// let plan = SweepPlan::new(scenario, &folder)?
///     .values("params.eta", "0.5,6")?
///     .seeds("1..3")?
///     .from(20)
///     .every(2)
///     .jobs(2);
/// let found = plan.run(&Registry::builtin())?;
///
/// assert_eq!((found.runs.len(), found.points.len()), (6, 2));
/// let order = |point| found.points.number(point, "order_mean").unwrap();
/// assert!(order(0) > order(1));
/// assert_eq!(found.points.text(1, "params.eta"), Some("6"));
/// // Nothing is run twice.
/// assert_eq!(plan.run(&Registry::builtin())?, found);
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SweepPlan {
    source: Source,
    points: Option<Design>,
    args: SweepArgs,
}

impl SweepPlan {
    /// A sweep of a scenario, whose rows go to `folder`.
    ///
    /// # Errors
    ///
    /// Why a file with it cannot be read.
    pub fn new(scenario: Written<'_>, folder: impl Into<PathBuf>) -> Result<Self, SweepError> {
        let source = match scenario {
            Written::File(path) => Source::read(path)?,
            Written::Text { name, folder, text } => {
                Source { name: name.into(), folder: folder.into(), text: text.into() }
            }
        };
        let args = SweepArgs { out: folder.into(), quiet: true, ..SweepArgs::default() };
        Ok(Self { source, points: None, args })
    }

    /// Runs it at each of these values of a key, written as `--set` has them: `0:5:0.25` for steps,
    /// `40,100` for each. The values of several keys are combined.
    ///
    /// # Errors
    ///
    /// What they must be.
    pub fn values(mut self, key: &str, values: &str) -> Result<Self, SweepError> {
        super::values::Values::parse(values)
            .map_err(|problem| SweepError(format!("`{key}` = {values}: {problem}")))?;
        self.args.set.push(format!("{key}={values}"));
        Ok(self)
    }

    /// Runs it at points of one's own: a value of each key for each of them.
    ///
    /// # Errors
    ///
    /// A point that has not as many values as there are keys, and no point at all.
    pub fn points<V: ToString>(
        mut self,
        keys: &[&str],
        points: impl IntoIterator<Item = Vec<V>>,
    ) -> Result<Self, SweepError> {
        let points = points.into_iter().map(|values| Point {
            values: values.iter().map(V::to_string).collect(),
            seeds: Seeds::default(),
        });
        let design = Design {
            keys: keys.iter().map(|key| (*key).into()).collect(),
            points: points.collect(),
        };
        let other = design.points.iter().position(|point| point.values.len() != keys.len());
        match other {
            Some(at) => Err(SweepError(format!(
                "point {} has {} values, but there are {} keys",
                at + 1,
                design.points[at].values.len(),
                keys.len()
            ))),
            None if design.points.is_empty() => Err(SweepError("there are no points".into())),
            None => {
                self.points = Some(design);
                Ok(self)
            }
        }
    }

    /// Runs each point with these seeds, such as `1..200` or `1,2,7`, instead of the scenario's.
    ///
    /// # Errors
    ///
    /// What they must be.
    pub fn seeds(mut self, seeds: &str) -> Result<Self, SweepError> {
        self.args.seeds = Some(Seeds::parse(seeds).map_err(SweepError)?);
        Ok(self)
    }

    /// Scales the world along where `entities` is a key, so that the density stays.
    #[must_use]
    pub fn scale(mut self) -> Self {
        self.args.scale = true;
        self
    }

    /// Runs so many ticks, instead of the scenario's.
    #[must_use]
    pub fn ticks(mut self, ticks: u64) -> Self {
        self.args.ticks = Some(ticks);
        self
    }

    /// Takes samples from this tick on.
    #[must_use]
    pub fn from(mut self, tick: u64) -> Self {
        self.args.from = tick;
        self
    }

    /// Takes a sample every so many ticks, 10 if nothing is said; 0 counts as 1.
    #[must_use]
    pub fn every(mut self, ticks: u64) -> Self {
        self.args.every = Some(ticks.max(1));
        self
    }

    /// Has so many runs go on at a time, instead of one per core; 0 counts as 1.
    #[must_use]
    pub fn jobs(mut self, jobs: u16) -> Self {
        self.args.jobs = Some(jobs.max(1));
        self
    }

    /// Runs what has not finished yet, and gives the rows of all runs and points. A run that has failed
    /// says why in the column `failed`.
    ///
    /// # Errors
    ///
    /// All that is wrong, before anything is run; later that a row cannot be written.
    pub fn run(&self, registry: &Registry) -> Result<SweepTables, SweepError> {
        registry.check()?;
        let finished = finish(registry, &self.source, self.points.as_ref(), &self.args)?;
        let Finished { sweep, columns, runs, done, .. } = &finished;
        let rows = done.rows.iter().flatten().cloned().collect();
        let (names, points) = points::table(&sweep.asked, columns, runs, done);
        Ok(SweepTables {
            runs: SweepTable { names: columns.names().to_vec(), rows },
            points: SweepTable { names, rows: points },
        })
    }
}

/// What has come of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepTables {
    /// A row for each run, as in `runs.csv`.
    pub runs: SweepTable,
    /// A row for each point, as in `points.csv`.
    pub points: SweepTable,
}

/// Rows with named columns.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepTable {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl SweepTable {
    /// The names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What a column says in a row; None if there is no such row or column.
    pub fn text(&self, row: usize, column: &str) -> Option<&str> {
        let at = self.names.iter().position(|name| name == column)?;
        self.rows.get(row)?.get(at).map(String::as_str)
    }

    /// The number in a row; None if it says none.
    pub fn number(&self, row: usize, column: &str) -> Option<f64> {
        self.text(row, column)?.parse().ok()
    }
}

/// Why a sweep cannot be run: what is wrong, where, and what is allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepError(String);

impl fmt::Display for SweepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SweepError {}

impl From<Failure> for SweepError {
    fn from(failure: Failure) -> Self {
        Self(failure.text().to_string())
    }
}
