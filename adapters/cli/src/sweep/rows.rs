//! The rows of finished runs in a sweep's folder.
//!
//! ```text
//! DIR/sweep.json            what was asked for
//! DIR/rows.csv              a row for each run that has finished, as they come
//! DIR/rows-3-of-10.csv      the same of a part
//! DIR/runs.csv, points.csv  when all runs have finished: in their order, and summed up
//! ```
//!
//! A row is on the disk before it counts. What a killed process has half written is cut off, and
//! its run is run again.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::asked::Asked;
use super::csv;
use super::design::Run;
use crate::failure::{Failure, warn};
use crate::human;
use crate::whole::{self, Whole};

/// The part of all runs that a process runs: every `of`-th, from `number` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Below `of`.
    pub(crate) number: u32,
    pub(crate) of: u32,
}

impl Part {
    /// All.
    pub(super) const WHOLE: Self = Self { number: 0, of: 1 };

    /// Reads what `--part` says.
    ///
    /// # Errors
    ///
    /// What it must be.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| {
            Some((number.trim().parse::<u32>().ok()?, of.trim().parse::<u32>().ok()?))
        });
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number: number - 1, of }),
            _ => Err("it must be a part of all runs such as 3/10, from 1/10 to 10/10".to_string()),
        }
    }

    /// Whether a run is one of its.
    pub(super) fn has(self, run: usize) -> bool {
        run as u64 % u64::from(self.of) == u64::from(self.number)
    }

    /// The name of its file.
    fn file(self) -> String {
        match self.of {
            1 => "rows.csv".to_string(),
            of => format!("rows-{}-of-{of}.csv", self.number + 1),
        }
    }
}

/// What a run has come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) ticks: u64,
    /// Why it stopped before its last tick.
    pub(super) stopped: Option<String>,
    /// Why it failed.
    pub(super) failed: Option<String>,
    pub(super) fingerprint: Option<u64>,
    pub(super) seconds: f64,
    /// Of each statistic its mean, the error of that, and its last value; NaN where there is none.
    pub(super) stats: Vec<[f64; 3]>,
}

/// The columns of `runs.csv`.
pub(super) struct Columns {
    names: Vec<String>,
    /// Where those of each run begin: the columns before are the point's.
    seed: usize,
    stats: usize,
    /// Which of a point's values are columns: not `ticks`, which every run has.
    keys: Vec<usize>,
}

impl Columns {
    pub(super) fn new(asked: &Asked) -> Self {
        let all = asked.design.keys.iter().enumerate();
        let keys: Vec<usize> = all.filter(|(_, key)| *key != "ticks").map(|(at, _)| at).collect();
        let mut names = vec!["point".to_string()];
        names.extend(keys.iter().map(|at| asked.design.keys[*at].clone()));
        let seed = names.len();
        names.extend(
            ["seed", "ticks", "stopped", "failed", "fingerprint", "seconds"].map(Into::into),
        );
        let stats = names.len();
        for name in &asked.stats {
            names.extend(["mean", "error", "last"].map(|what| format!("{name}_{what}")));
        }
        Self { names, seed, stats, keys }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn header(&self) -> String {
        csv::line(&self.names) + "\n"
    }

    /// The row of a run.
    pub(super) fn row(&self, asked: &Asked, run: Run, outcome: &Outcome) -> Vec<String> {
        let one_line = |text: &Option<String>| {
            text.as_deref().unwrap_or_default().split(['\n', '\r']).collect::<Vec<_>>().join(" ")
        };
        let values = &asked.design.points[run.point].values;
        let mut row = vec![(run.point + 1).to_string()];
        row.extend(self.keys.iter().map(|at| values[*at].clone()));
        row.extend([
            run.seed.to_string(),
            outcome.ticks.to_string(),
            one_line(&outcome.stopped),
            one_line(&outcome.failed),
            outcome.fingerprint.map_or(String::new(), |value| format!("{value:016x}")),
            outcome.seconds.to_string(),
        ]);
        row.extend(outcome.stats.iter().flatten().map(|value| number(*value)));
        row.resize(self.names.len(), String::new());
        row
    }

    /// The point, from 0, and the seed of a row.
    fn run_of(&self, row: &[String]) -> Option<(usize, u64)> {
        let point = row[0].parse::<usize>().ok()?.checked_sub(1)?;
        Some((point, row[self.seed].parse().ok()?))
    }

    /// Whether a run has failed.
    pub(super) fn failed<'r>(&self, row: &'r [String]) -> Option<&'r str> {
        Some(row[self.seed + 3].as_str()).filter(|text| !text.is_empty())
    }

    fn fingerprint<'r>(&self, row: &'r [String]) -> &'r str {
        &row[self.seed + 4]
    }

    /// The mean and the error of a statistic; NaN where there is none.
    pub(super) fn mean_and_error(&self, row: &[String], stat: usize) -> [f64; 2] {
        [0, 1].map(|at| row[self.stats + 3 * stat + at].parse().unwrap_or(f64::NAN))
    }
}

/// A number as it is written: the shortest that reads the same, nothing for NaN.
pub(super) fn number(value: f64) -> String {
    if value.is_nan() { String::new() } else { value.to_string() }
}

/// The rows of all runs that have finished.
pub(super) struct Done {
    pub(super) rows: Vec<Option<Vec<String>>>,
}

impl Done {
    /// Reads all rows in a folder.
    ///
    /// # Errors
    ///
    /// A file that is of another sweep, or two of which one has another fingerprint for the same run.
    pub(super) fn read(folder: &Path, columns: &Columns, runs: &[Run]) -> Result<Self, Failure> {
        let numbers: HashMap<(usize, u64), usize> =
            runs.iter().enumerate().map(|(at, run)| ((run.point, run.seed), at)).collect();
        let mut done = Self { rows: vec![None; runs.len()] };
        for path in files(folder)? {
            let refuse = |problem: &dyn std::fmt::Display| {
                Failure::usage(format_args!("{}: {problem}", human::path(&path)))
            };
            let text = fs::read(&path).map_err(|error| refuse(&error))?;
            for row in rows_of(&text, columns).map_err(|problem| refuse(&problem))? {
                let run = columns.run_of(&row).and_then(|run| numbers.get(&run));
                let Some(&run) = run else { continue };
                let known = done.rows[run].get_or_insert_with(|| row.clone());
                let (there, here) = (columns.fingerprint(known), columns.fingerprint(&row));
                if there != here && !there.is_empty() && !here.is_empty() {
                    let Run { point, seed } = runs[run];
                    let problem = format!(
                        "the run of point {} with seed {seed} has the fingerprint {here}, but \
                         {there} in another row",
                        point + 1
                    );
                    return Err(refuse(&problem));
                }
                // What has failed once may have succeeded elsewhere.
                if columns.failed(known).is_some() {
                    *known = row;
                }
            }
        }
        Ok(done)
    }

    /// The number of those that are missing.
    pub(super) fn missing(&self) -> usize {
        self.rows.iter().filter(|row| row.is_none()).count()
    }
}

/// The files of rows in a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let problem =
        |error| Failure::usage(format_args!("cannot read {}: {error}", human::path(folder)));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(problem)? {
        let entry = entry.map_err(problem)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let middle = name.strip_prefix("rows").and_then(|rest| rest.strip_suffix(".csv"));
        let part = |middle: &str| {
            let part = middle.strip_prefix('-')?.split_once("-of-")?;
            Part::parse(&format!("{}/{}", part.0, part.1)).ok()
        };
        if middle.is_some_and(|middle| middle.is_empty() || part(middle).is_some()) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// The whole rows of a file.
fn rows_of(bytes: &[u8], columns: &Columns) -> Result<Vec<Vec<String>>, String> {
    // The last line of a process that was killed may not be whole.
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let text = String::from_utf8_lossy(&bytes[..end]);
    let mut lines = text.lines();
    match lines.next() {
        None => return Ok(Vec::new()),
        Some(header) if header != columns.header().trim_end() => {
            return Err("its columns are not those of this sweep".to_string());
        }
        Some(_) => {}
    }
    let rows = lines.filter_map(|line| csv::fields(line, ','));
    Ok(rows.filter(|row| row.len() == columns.names.len()).collect())
}

/// The file of rows that this process writes to, and no other.
pub(super) struct Rows {
    file: File,
    path: PathBuf,
}

impl Rows {
    /// Opens the file of a part, and cuts off what is not whole.
    pub(super) fn open(folder: &Path, part: Part, columns: &Columns) -> Result<Self, Failure> {
        let path = folder.join(part.file());
        let refuse = |problem: &dyn std::fmt::Display| {
            Failure::usage(format_args!("cannot write to {}: {problem}", human::path(&path)))
        };
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).map_err(|error| refuse(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let problem = "another process writes there; parts of one sweep (--part) can share \
                               a folder";
                return Err(refuse(&problem));
            }
            Err(TryLockError::Error(error)) => warn(format_args!(
                "{} cannot be locked ({error}): take care that no other process runs the same part",
                human::path(&path)
            )),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| refuse(&error))?;
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) as u64;
        let mut rows = Self { file, path };
        let mut begin = || {
            rows.file.set_len(end)?;
            rows.file.seek(SeekFrom::Start(end))?;
            if end == 0 { rows.write(&columns.header()) } else { Ok(()) }
        };
        match begin() {
            Ok(()) => Ok(rows),
            Err(error) => Err(rows.failed(&error)),
        }
    }

    /// Adds a row: when this returns it is on the disk.
    pub(super) fn add(&mut self, row: &[String]) -> Result<(), Failure> {
        self.write(&(csv::line(row) + "\n")).map_err(|error| self.failed(&error))
    }

    fn write(&mut self, text: &str) -> std::io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::run(format_args!("cannot write to {}: {error}", human::path(&self.path)))
    }
}

/// Writes a file of a sweep's folder whole.
pub(super) fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    let write = || {
        let mut whole = Whole::begin(folder, None)?;
        whole.write_all(text.as_bytes())?;
        whole.finish()?.publish(&path)
    };
    write()
        .map_err(|error| Failure::run(format_args!("cannot write {}: {error}", human::path(&path))))
}

/// Checks that files can be made in a folder, and removes what killed processes have left there.
pub(super) fn prepare(folder: &Path) -> Result<(), Failure> {
    whole::sweep(folder);
    whole::try_folder(folder).map_err(|error| unusable(folder, &error))
}

/// What to say about a folder that cannot hold a sweep.
pub(super) fn unusable(folder: &Path, problem: &dyn std::fmt::Display) -> Failure {
    Failure::usage(format_args!("cannot write a sweep to {}: {problem}", human::path(folder)))
}
