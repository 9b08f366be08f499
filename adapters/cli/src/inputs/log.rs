//! The log of a run: all inputs, and fingerprints by which a replay is held against it.
//!
//! It is a file of inputs that begins with the first tick, also in a run that goes on from a checkpoint:
//! what was due before that tick is known from the scenario and the file of inputs.

use std::io::Write as _;

use flockwork_scheduler::Input;
use flockwork_scheduler_native::AnySimulation;
use serde_json::{Value, json};

use super::guided::Given;
use super::line::line_of;
use super::schedule::Schedule;
use crate::failure::Failure;
use crate::output::{Draft, Ready, Target};
use crate::report::Report;
use crate::together::together;
use crate::watch::Watcher;

/// A log in the making.
pub(crate) struct Log<'a> {
    draft: Draft<'a>,
    target: &'a Target,
    every: u64,
    given: Given,
    /// The tick of the last fingerprint.
    last: Option<u64>,
}

impl<'a> Log<'a> {
    /// Begins a log of a run that goes on from `tick` by this schedule.
    pub(crate) fn begin(
        target: &'a Target,
        every: u64,
        head: &Value,
        (schedule, tick): (&Schedule, u64),
        given: Given,
    ) -> Result<Self, Failure> {
        let mut log = Self { draft: target.draft()?, target, every, given, last: None };
        log.line(head)?;
        schedule.before(tick).try_for_each(|(tick, inputs)| log.inputs(tick, &inputs))?;
        Ok(log)
    }

    fn line(&mut self, line: &Value) -> Result<(), Failure> {
        writeln!(self.draft, "{line}").map_err(|error| self.target.failed(&error))
    }

    fn inputs(&mut self, tick: u64, inputs: &[Input]) -> Result<(), Failure> {
        for (number, input) in inputs.iter().enumerate() {
            self.line(&line_of(tick, number, input))?;
        }
        Ok(())
    }

    fn write(&mut self, simulation: &dyn AnySimulation, marked: bool) -> Result<(), Failure> {
        let tick = simulation.tick();
        let marked = marked && self.last != Some(tick);
        // All processes add it up.
        let fingerprint = if marked { Some(simulation.fingerprint()?) } else { None };
        let mut write = || {
            self.given.take().iter().try_for_each(|(tick, inputs)| self.inputs(*tick, inputs))?;
            if let Some(fingerprint) = fingerprint {
                self.last = Some(tick);
                let fingerprint = format!("{fingerprint:016x}");
                self.line(&json!({"tick": tick, "fingerprint": fingerprint}))?;
            }
            Ok(())
        };
        let own = write();
        together(simulation, own, "another rank could not write the log", || {})
    }
}

impl<'a> Watcher<'a> for Log<'a> {
    fn ticks_left(&self, tick: u64) -> u64 {
        self.every - tick % self.every
    }

    fn look(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        let marked = simulation.tick().is_multiple_of(self.every);
        self.write(simulation, marked)
    }

    fn end(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        self.write(simulation, true)
    }

    fn finish(self: Box<Self>, _report: &Report) -> Result<Option<Ready<'a>>, Failure> {
        self.draft.finish().map(Some)
    }
}
