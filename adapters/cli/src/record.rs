//! Writes the entities of chosen ticks as a Parquet table: one row group per tick.
//!
//! The columns are `tick` and all columns of the model that travel; one of several components is
//! spread over `genes_0`, `genes_1` and so on. In a world with an origin positions are those of the
//! tables that it reads: in 64 bits, with the origin added.

#[cfg_attr(not(feature = "parquet"), path = "record/absent.rs")]
mod file;

use std::fs;
use std::path::Path;

use flockwork_scheduler_native::AnySimulation;

use crate::failure::{self, Failure};
use crate::made::Made;
use crate::output::{self, Ready, Target};
use crate::report::Report;
use crate::rows::Field;
use crate::series::Ticks;
use crate::together::together;
use crate::watch::Watcher;
use file::Recording;

/// The most ticks that one file can hold.
pub(crate) const MOST_TICKS: u64 = 32_767;

/// A recording in progress.
pub(crate) struct Recorder<'a> {
    file: Recording<'a>,
    ticks: Ticks,
}

impl<'a> Recorder<'a> {
    /// Begins a recording of these ticks; `about` is kept in the file as text by key.
    pub(crate) fn new(
        target: &'a Target,
        ticks: Ticks,
        fields: Vec<Field>,
        about: &[(&str, String)],
    ) -> Result<Self, Failure> {
        let file = Recording::begin(target, fields, about)?;
        Ok(Self { file, ticks })
    }
}

impl<'a> Watcher<'a> for Recorder<'a> {
    fn ticks_left(&self, tick: u64) -> u64 {
        self.ticks.left(tick)
    }

    fn look(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        let tick = simulation.tick();
        if !self.ticks.has(tick) {
            return Ok(());
        }
        let own = simulation.own_rows().map_err(Failure::from);
        let own = own.and_then(|rows| self.file.write(tick, &rows));
        together(simulation, own, "another rank could not write its recording", || {})
    }

    fn finish(self: Box<Self>, _report: &Report) -> Result<Option<Ready<'a>>, Failure> {
        self.file.finish().map(Some)
    }
}

/// Where a recording goes: one file if there is one process alone, otherwise a folder in which each
/// process has a file of its own.
pub(crate) struct Place {
    target: Target,
    /// A folder that was made and in which there is nothing in the end goes too.
    _made: Made,
}

impl Place {
    /// Checks that a recording can be written to `path`.
    pub(crate) fn new(path: &Path) -> Result<Self, Failure> {
        let (number, of) = failure::process();
        if of == 1 {
            let target = Target::new(path, &output::RECORDING)?;
            return Ok(Self { target, _made: Made::default() });
        }
        let made = Made::folder(path).map_err(|error| {
            Failure::usage(format_args!("cannot make the folder {}: {error}", path.display()))
        })?;
        let target = Target::own(&path.join(file_name(number)), &output::RECORDING)?;
        Ok(Self { target, _made: made })
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Removes the files of a former recording that had more processes: they would be taken for a
    /// part of this one.
    pub(crate) fn remove_former(&self) {
        let (number, of) = failure::process();
        let Some(folder) = self.target.file().and_then(Path::parent).filter(|_| number == 0) else {
            return;
        };
        if of == 1 {
            return;
        }
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_str().and_then(number_of).is_some_and(|number| number >= of) {
                // One that cannot be removed is not worth the recording.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// The name of a process's file.
fn file_name(number: u32) -> String {
    format!("rank-{number:04}.parquet")
}

/// The process whose file has this name.
fn number_of(name: &str) -> Option<u32> {
    let number = name.strip_prefix("rank-")?.strip_suffix(".parquet")?.parse().ok()?;
    (file_name(number) == name).then_some(number)
}
