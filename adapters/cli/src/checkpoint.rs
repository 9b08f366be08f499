//! Checkpoints: the whole state now and then, in a folder that is always fit to go on from.
//!
//! Every process writes its own part. Only when all parts are on the disk does the first process
//! replace `checkpoint.json`, and only then is the state before the former one removed: a run that
//! dies at any moment leaves a whole checkpoint, if there ever was one. If the newest state turns
//! out to be broken, the former one is there.

mod folder;
mod lock;
mod manifest;

use std::fs;
use std::path::Path;

use flockwork_kernel::arithmetic;
use flockwork_scheduler_native::AnySimulation;

use crate::args::RunArgs;
use crate::failure::Failure;
use crate::input;
use crate::together::together;
use crate::watch::Watcher;
use folder::Folder;
use manifest::{Generation, Manifest};

pub(crate) use manifest::RunId;

/// How many ticks lie between two checkpoints if nothing says how many.
const USUAL_EVERY: u64 = 1000;

/// Where checkpoints go, and how often.
pub(crate) struct Checkpoints {
    folder: Folder,
    every: u64,
    run: RunId,
    /// The state that stays beside the next one.
    former: Option<Generation>,
    /// The tick whose state is the newest one there.
    last: Option<u64>,
    /// The tick that the run began with.
    first: u64,
}

impl Checkpoints {
    /// Takes the folder that the command line names, if it names one.
    pub(crate) fn take(args: &RunArgs, run: RunId) -> Result<Option<Self>, Failure> {
        let Some(path) = &args.checkpoint else { return Ok(None) };
        let resumes = args.resume.as_deref().is_some_and(|from| same_folder(from, path));
        let folder = Folder::take(path, run, resumes, args.replace)?;
        let every = args.checkpoint_every.unwrap_or(USUAL_EVERY);
        Ok(Some(Self { folder, every, run, former: None, last: None, first: 0 }))
    }

    /// Says how the run begins, and at which tick; `run` is what all processes call it.
    pub(crate) fn begin(&mut self, run: RunId, args: &RunArgs, saved: Option<&Saved>, tick: u64) {
        (self.run, self.first) = (run, tick);
        let resumes =
            args.resume.as_deref().is_some_and(|from| same_folder(from, self.folder.path()));
        if let Some(saved) = saved.filter(|_| resumes) {
            self.former = saved.generation.clone();
            if saved.broken.is_none() {
                self.last = saved.generation.as_ref().map(|generation| generation.tick);
            }
        }
    }

    /// Writes a checkpoint, if this tick has none.
    fn write(&mut self, simulation: &dyn AnySimulation) -> Result<(), Failure> {
        let tick = simulation.tick();
        if self.last == Some(tick) {
            return Ok(());
        }
        let (number, of) = simulation.process();
        let population = simulation.population();
        let arithmetic = arithmetic::ID.to_string();
        let generation = Generation { run: self.run, tick, population, parts: of, arithmetic };
        let own = simulation.own_snapshot().map_err(Failure::from);
        let own = own.and_then(|bytes| self.folder.write_part(&generation, number, &bytes));
        let clear = || self.folder.remove_part(&generation, number);
        let problem = "another rank could not write its part of the checkpoint";
        together(simulation, own, problem, clear)?;
        let manifest = Manifest { newest: generation.clone(), former: self.former.clone() };
        let done = if number == 0 { self.folder.complete(&manifest) } else { Ok(()) };
        // What `checkpoint.json` names stays, even if that it does so may not be on the disk yet.
        let named = done.is_err() && self.folder.names(&generation);
        let named = simulation.lead(named.into()) != 0;
        let clear = || {
            if !named {
                self.folder.remove_part(&generation, number);
            }
        };
        together(simulation, done, "the first rank could not complete the checkpoint", clear)?;
        (self.former, self.last) = (Some(generation), Some(tick));
        simulation.reached(tick, self.folder.path());
        Ok(())
    }
}

impl Watcher<'_> for Checkpoints {
    fn ticks_left(&self, tick: u64) -> u64 {
        self.every - tick % self.every
    }

    fn look(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        let tick = simulation.tick();
        // What the run begins with can be had again.
        if tick != self.first && tick.is_multiple_of(self.every) {
            self.write(simulation)?;
        }
        Ok(())
    }

    fn end(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        self.write(simulation)
    }
}

/// A state to go on from.
pub(crate) struct Saved {
    pub(crate) bytes: Vec<u8>,
    /// Which one of a folder of checkpoints it is.
    generation: Option<Generation>,
    /// What is wrong with a newer one.
    pub(crate) broken: Option<String>,
}

impl Saved {
    /// Checks that all processes have read the same state.
    pub(crate) fn agree(&self, simulation: &dyn AnySimulation) -> Result<(), Failure> {
        let same = simulation.lead(simulation.tick()) == simulation.tick();
        let own =
            if same { Ok(()) } else { Err(Failure::run("not all ranks read the same state")) };
        together(simulation, own, "another rank has read another state", || {})
    }
}

/// Reads a snapshot: a file, or the newest whole state in a folder of checkpoints.
pub(crate) fn read(path: &Path) -> Result<Saved, String> {
    if !path.is_dir() {
        let bytes = input::read(path, u64::MAX)?;
        return Ok(Saved { bytes, generation: None, broken: None });
    }
    let manifest = || {
        folder::read_manifest(path)
            .and_then(|found| found.ok_or_else(|| "there is none".to_string()))
            .map_err(|problem| format!("{}: {problem}", folder::MANIFEST))
    };
    let mut there = manifest()?;
    loop {
        match read_newest(path, &there) {
            Ok(saved) => return Ok(saved),
            // A run that writes there may have removed what was being read.
            Err(problem) => match manifest()? {
                now if now == there => return Err(problem),
                now => there = now,
            },
        }
    }
}

/// Reads the newest state that is whole.
fn read_newest(path: &Path, manifest: &Manifest) -> Result<Saved, String> {
    let mut broken: Option<String> = None;
    for generation in manifest.generations() {
        match folder::read_state(path, generation) {
            Ok(bytes) => return Ok(Saved { bytes, generation: Some(generation.clone()), broken }),
            Err(problem) => {
                broken =
                    Some(broken.map_or(problem.clone(), |newer| format!("{newer}; {problem}")));
            }
        }
    }
    Err(broken.unwrap_or_default())
}

/// Whether an output would be a file that belongs to a folder of checkpoints.
pub(crate) fn is_own_file(folder: &Path, output: &Path) -> bool {
    fs::canonicalize(folder)
        .is_ok_and(|folder| output.strip_prefix(&folder).is_ok_and(folder::is_own))
}

fn same_folder(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}
