//! What looks at a run between its ticks: recordings, checkpoints and whatever else comes.
//!
//! A run (`drive`) calls every watcher in the order of its list: it looks at the first tick and at each that it
//! asks for, is told when the last one is done, and then gives its file. A watcher looks at other
//! ticks too, wherever another one asked for them, and passes those over. The processes of a run that
//! several share have the same list, and call the same watcher at the same tick; an error of one must
//! be an error of all: see [`crate::together`].

use flockwork_scheduler_native::AnySimulation;

use crate::failure::Failure;
use crate::output::Ready;
use crate::report::Report;

/// Something that looks at a run; what it writes lives for `'a`.
pub(crate) trait Watcher<'a> {
    /// How many ticks may pass after this one before it wants to look again: at least 1.
    fn ticks_left(&self, tick: u64) -> u64;

    /// Looks at the current tick, if it is one to look at.
    fn look(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure>;

    /// Why the run shall stop at the tick that it has looked at; all processes say the same.
    fn reason(&self) -> Option<String> {
        None
    }

    /// Looks at the tick after which there is none, for whatever reason.
    fn end(&mut self, _simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        Ok(())
    }

    /// Adds what it has seen to the report.
    fn tell(&self, _report: &mut Report) {}

    /// Completes its file, if it has one: all of it is on the disk, but not yet in its place.
    fn finish(self: Box<Self>, _report: &Report) -> Result<Option<Ready<'a>>, Failure> {
        Ok(None)
    }
}

/// One that is kept: what it has seen is asked for afterwards.
impl<'a, 'b, W: Watcher<'b>> Watcher<'a> for &mut W {
    fn ticks_left(&self, tick: u64) -> u64 {
        (**self).ticks_left(tick)
    }

    fn look(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        (**self).look(simulation)
    }

    fn reason(&self) -> Option<String> {
        (**self).reason()
    }

    fn end(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        (**self).end(simulation)
    }

    fn tell(&self, report: &mut Report) {
        (**self).tell(report);
    }
}

/// The watchers of a run.
pub(crate) type Watchers<'a> = Vec<Box<dyn Watcher<'a> + 'a>>;

/// How many ticks may pass after this one before any of them wants to look.
pub(crate) fn ticks_left(watchers: &Watchers<'_>, tick: u64) -> u64 {
    watchers.iter().map(|watcher| watcher.ticks_left(tick)).min().unwrap_or(u64::MAX)
}

/// Lets all of them look; gives the first reason to stop.
pub(crate) fn look(
    watchers: &mut Watchers<'_>,
    simulation: &mut dyn AnySimulation,
) -> Result<Option<String>, Failure> {
    watchers.iter_mut().try_for_each(|watcher| watcher.look(simulation))?;
    Ok(watchers.iter().find_map(|watcher| watcher.reason()))
}
