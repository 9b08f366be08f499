//! What a run leaves behind.

use std::path::Path;

use flockwork_scheduler::Stat;
use flockwork_scheduler_native::{AnySimulation, Entry};

use super::Job;
use super::about::About;
use crate::args::RunArgs;
use crate::cells::Cells;
use crate::checkpoint;
use crate::failure::{Failure, note};
use crate::human;
use crate::inputs::{self, Log};
use crate::observe::{self, Asked};
use crate::output::{self, Target};
use crate::parts::{PARQUET, PICTURE};
use crate::picture;
use crate::record::{Place, Recorder};
use crate::report::Report;
use crate::series::{self, Samples, Series, SeriesFile, Ticks};
use crate::stop::Rules;
use crate::together::together;
use crate::watch::Watchers;

/// How many ticks lie between two that are recorded, or in the series, if nothing says how many.
const USUAL_EVERY: u64 = 10;

/// How many ticks lie between two fingerprints of the log.
const USUAL_LOG_EVERY: u64 = 100;

/// Where the files of a run go.
pub(super) struct Outputs {
    report: Option<Target>,
    record: Option<Place>,
    series: Option<Target>,
    fields: Option<Target>,
    picture: Option<Target>,
    snapshot: Option<Target>,
    observables: Option<Target>,
    log: Option<Target>,
}

impl Outputs {
    pub(super) fn new(args: &RunArgs) -> Result<Self, Failure> {
        PICTURE.needed_by("--picture", args.picture.is_some())?;
        let outputs = Self {
            report: Target::optional(args.report.as_deref(), &output::REPORT)?,
            record: args
                .record
                .as_deref()
                .map(|path| Place::new(path, &args.recording))
                .transpose()?,
            series: Target::optional(args.series.as_deref(), &output::SERIES)?,
            fields: Target::optional(args.fields.as_deref(), &output::SERIES)?,
            picture: Target::optional(args.picture.as_deref(), &output::PICTURE)?,
            snapshot: Target::optional(args.snapshot.as_deref(), &output::SNAPSHOT)?,
            observables: Target::optional(args.observables.as_deref(), &output::REPORT)?,
            log: Target::optional(args.log.as_deref(), &output::LOG)?,
        };
        for (what, target) in [("series", &outputs.series), ("fields", &outputs.fields)] {
            let table = target.as_ref().is_some_and(series::is_parquet);
            PARQUET.needed_by(&format!("--{what} FILE.parquet"), table)?;
        }
        output::all_differ(outputs.each().map(|(_, target)| target))?;
        Ok(outputs)
    }

    fn each(&self) -> impl Iterator<Item = (&'static str, &Target)> {
        let all = [
            ("report", self.report.as_ref()),
            ("record", self.record.as_ref().map(Place::target)),
            ("series", self.series.as_ref()),
            ("fields", self.fields.as_ref()),
            ("picture", self.picture.as_ref()),
            ("snapshot", self.snapshot.as_ref()),
            ("observables", self.observables.as_ref()),
            ("log", self.log.as_ref()),
        ];
        all.into_iter().filter_map(|(name, target)| Some((name, target?)))
    }

    /// Checks what would only fail at the end of the run, or destroy what it reads.
    pub(super) fn check(&self, args: &RunArgs, job: &Job<'_>) -> Result<(), Failure> {
        let inputs = [
            ("the scenario", args.scenario.as_deref()),
            ("the initial table", job.initial.as_deref()),
            ("the inputs", args.inputs.as_deref()),
        ];
        let inputs: Vec<(&str, &Path)> =
            inputs.into_iter().filter_map(|(what, path)| Some((what, path?))).collect();
        output::keep_inputs(self.each().map(|(_, target)| target), &inputs)?;
        // A snapshot may take the place of the one that the run goes on from, and nothing else may.
        if let Some(from) = args.resume.as_deref() {
            let others = self.each().filter(|(name, _)| *name != "snapshot");
            let resumed = [("the snapshot that is resumed", from)];
            output::keep_inputs(others.map(|(_, target)| target), &resumed)?;
        }
        for folder in [&args.checkpoint, &args.resume].into_iter().flatten() {
            for (_, target) in self.each() {
                if target.file().is_some_and(|file| checkpoint::is_own_file(folder, file)) {
                    return Err(Failure::usage(format_args!(
                        "cannot write to {}: it is a file of the checkpoints in {}",
                        target.named().display(),
                        folder.display()
                    )));
                }
            }
        }
        let every = args.every.unwrap_or(USUAL_EVERY);
        let end = job.simulation.tick().saturating_add(job.ticks);
        let ticks = end.saturating_sub(job.simulation.tick().max(args.from.unwrap_or(0)));
        self.record.as_ref().map_or(Ok(()), |place| place.holds(ticks, every))?;
        if self.fields.is_some() && job.entry.fields().is_empty() {
            return Err(Failure::usage(format_args!(
                "--fields: the model {} has no fields",
                job.entry.name
            )));
        }
        let named = args.recording.record_columns.is_some() || self.fields.is_some();
        if !job.entry.fields().is_empty() && !named {
            let left_out = self.record.as_ref().and_then(Place::without_fields);
            left_out.into_iter().for_each(note);
        }
        if self.picture.is_some() {
            picture::check(job.simulation.schema()).map_err(Failure::Usage)?;
        }
        Ok(())
    }

    /// Begins what is written while the run goes on, in the order in which it is looked at.
    pub(super) fn watchers(
        &self,
        args: &RunArgs,
        entry: &Entry,
        about: About,
        asked: &[Asked],
        rules: Rules,
        simulation: &dyn AnySimulation,
    ) -> Result<Watchers<'_>, Failure> {
        let mut watchers = Watchers::new();
        if let Some(target) = &self.observables {
            watchers.push(observe::begin(target, asked, simulation)?);
        }
        let series = self.series(args, entry, &about, simulation)?;
        if let Some(recorder) = self.recorder(args, about, simulation)? {
            watchers.push(Box::new(recorder));
        }
        if let Some(target) = &self.fields {
            let ticks =
                Ticks { every: args.every.unwrap_or(USUAL_EVERY), from: args.from.unwrap_or(0) };
            let cells = Cells::begin(target, ticks, &simulation.setup().world);
            let problem = "another rank could not begin the table of fields";
            watchers.push(Box::new(together(simulation, cells, problem, || {})?));
        }
        if series.is_some() || !rules.is_empty() {
            watchers.push(Box::new(Samples::new(series, rules)));
        }
        Ok(watchers)
    }

    /// Begins the log, if there is to be one.
    pub(super) fn log(&self, args: &RunArgs, job: &Job<'_>) -> Result<Option<Log<'_>>, Failure> {
        let Some(target) = &self.log else { return Ok(None) };
        let simulation = &*job.simulation;
        let head = inputs::head(job.entry, &simulation.setup(), &job.first_params);
        let every = args.log_every.unwrap_or(USUAL_LOG_EVERY);
        let from = (&job.inputs, simulation.tick());
        let log = Log::begin(target, every, &head, from, job.given.clone());
        together(simulation, log, "another rank could not begin the log", || {}).map(Some)
    }

    /// Begins the series, if there is to be one.
    fn series(
        &self,
        args: &RunArgs,
        entry: &Entry,
        about: &About,
        simulation: &dyn AnySimulation,
    ) -> Result<Option<Series<'_>>, Failure> {
        let Some(target) = &self.series else { return Ok(None) };
        let stats: Vec<String> = entry.stats.iter().flat_map(Stat::names).collect();
        let file = SeriesFile::begin(target, &stats, about);
        let file = together(simulation, file, "another rank could not begin the series", || {})?;
        let every = args.series_every.or(args.every).unwrap_or(USUAL_EVERY);
        Ok(Some(Series::new(Some(file), Ticks { every, from: args.from.unwrap_or(0) })))
    }

    /// Begins the recording, if there is to be one.
    fn recorder(
        &self,
        args: &RunArgs,
        about: About,
        simulation: &dyn AnySimulation,
    ) -> Result<Option<Recorder<'_>>, Failure> {
        let Some(place) = &self.record else { return Ok(None) };
        let every = args.every.unwrap_or(USUAL_EVERY);
        let ticks = Ticks { every, from: args.from.unwrap_or(0) };
        let recorder = Recorder::new(place, ticks, &args.recording, simulation, about);
        let problem = "another rank could not begin its recording";
        together(simulation, recorder, problem, || {}).map(Some)
    }

    /// Writes all files, those of the watchers too: only when all of them are on the disk is any put in its place.
    pub(super) fn write(
        &self,
        simulation: &dyn AnySimulation,
        report: &Report,
        watchers: Watchers<'_>,
    ) -> Result<(), Failure> {
        // These are gathered from all processes.
        let snapshot = self.snapshot.as_ref();
        let snapshot = snapshot.map(|target| Ok::<_, Failure>((target, simulation.snapshot()?)));
        let picture = self.picture.as_ref();
        let picture = picture.map(|target| (target, picture::png(simulation, report)));
        let prepare = || {
            let mut ready = Vec::new();
            for watcher in watchers {
                ready.extend(watcher.finish(report)?);
            }
            if let Some((target, bytes)) = snapshot.transpose()? {
                ready.push(target.prepare(&bytes)?);
            }
            if let Some((target, png)) = picture {
                ready.push(target.prepare(&png.map_err(Failure::Run)?)?);
            }
            if let Some(target) = &self.report {
                ready.push(target.prepare(report.json().as_bytes())?);
            }
            Ok(ready)
        };
        let problem = "another rank could not write its files";
        let ready = together(simulation, prepare(), problem, || {})?;
        ready.into_iter().try_for_each(output::Ready::publish)?;
        if let Some(place) = &self.record {
            place.remove_former();
        }
        Ok(())
    }

    /// One line for each file that was written.
    pub(super) fn list(&self) -> String {
        let faint = console::Style::new().dim();
        let line = |(name, target): (&str, &Target)| {
            let label = format!("{name:<12}");
            format!("  {}{}\n", faint.apply_to(label), human::path(target.named()))
        };
        self.each().map(line).chain(["\n".to_string()]).collect()
    }
}
