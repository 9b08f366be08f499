//! Checkpoints: the whole state now and then, in a folder that is always fit to go on from.
//!
//! ```text
//! DIR/checkpoint.json         which tick is complete, and what its parts are
//! DIR/tick-000000001000/      rank-0000.snap, rank-0001.snap, ...
//! ```
//!
//! Every process writes its own part. Only when all parts are on the disk does the first process
//! replace `checkpoint.json`, and only then is the former tick removed: a run that dies at any
//! moment leaves a whole checkpoint, if there ever was one.

use std::fs;
use std::path::{Path, PathBuf};

use flockwork_scheduler_native::{AnySimulation, merge_snapshots, snapshot_header};
use serde::{Deserialize, Serialize};

use crate::failure::{self, Failure};
use crate::output::Target;

/// The version of `checkpoint.json`.
const VERSION: u32 = 1;

/// How many ticks lie between two checkpoints if nothing says how many.
const USUAL_EVERY: u64 = 1000;

const MANIFEST: &str = "checkpoint.json";

/// What is complete.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u32,
    tick: u64,
    population: u64,
    /// The files, relative to the folder of the manifest.
    parts: Vec<String>,
}

/// Where checkpoints go, and how often.
pub(crate) struct Checkpoints {
    folder: PathBuf,
    every: u64,
}

impl Checkpoints {
    /// Makes the folder if there is none.
    pub(crate) fn new(folder: &Path, every: Option<u64>) -> Result<Self, Failure> {
        let refuse = |error| {
            Failure::usage(format_args!(
                "cannot write checkpoints to {}: {error}",
                folder.display()
            ))
        };
        fs::create_dir_all(folder).map_err(refuse)?;
        Target::own(&folder.join(MANIFEST))?;
        Ok(Self { folder: folder.to_path_buf(), every: every.unwrap_or(USUAL_EVERY) })
    }

    /// How many ticks may pass before the next one.
    pub(crate) fn ticks_left(&self, tick: u64) -> u64 {
        self.every - tick % self.every
    }

    /// Writes a checkpoint if this tick is one for it.
    pub(crate) fn write(&self, simulation: &dyn AnySimulation) -> Result<(), Failure> {
        let tick = simulation.tick();
        if !tick.is_multiple_of(self.every) {
            return Ok(());
        }
        let (number, of) = simulation.process();
        // A run that begins anew may come to the tick of the checkpoint that is there: it must
        // stay whole until the new one is.
        let taken = number == 0 && self.names(&format!("tick-{tick:012}/"));
        let suffix = if simulation.lead(taken.into()) != 0 { "-again" } else { "" };
        let name = |number: u32| format!("tick-{tick:012}{suffix}/rank-{number:04}.snap");
        let own = self.write_part(&name(number), simulation);
        if !simulation.agree(own.is_ok()) {
            own?;
            let problem = "another rank could not write its part of the checkpoint";
            return Err(Failure::Elsewhere(problem.into()));
        }
        let manifest = Manifest {
            version: VERSION,
            tick,
            population: simulation.population(),
            parts: (0..of).map(name).collect(),
        };
        let done = if number == 0 { self.replace(&manifest) } else { Ok(()) };
        if !simulation.agree(done.is_ok()) {
            done?;
            let problem = "the first rank could not complete the checkpoint";
            return Err(Failure::Elsewhere(problem.into()));
        }
        simulation.reached(tick, &self.folder);
        Ok(())
    }

    fn write_part(&self, name: &str, simulation: &dyn AnySimulation) -> Result<(), Failure> {
        let path = self.folder.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| {
                Failure::run(format_args!("cannot make the folder {}: {error}", folder.display()))
            })?;
        }
        let target = Target::own(&path).map_err(|failure| match failure {
            Failure::Usage(problem) => Failure::Run(problem),
            other => other,
        })?;
        target.write(&simulation.own_snapshot()?)
    }

    /// Whether a part of the complete checkpoint is in this folder.
    fn names(&self, folder: &str) -> bool {
        read_manifest(&self.folder.join(MANIFEST))
            .is_ok_and(|former| former.parts.iter().any(|part| part.starts_with(folder)))
    }

    /// Makes this the complete checkpoint, and removes the former one.
    fn replace(&self, manifest: &Manifest) -> Result<(), Failure> {
        let path = self.folder.join(MANIFEST);
        let former = read_manifest(&path).ok();
        let text = serde_json::to_string_pretty(manifest).map_err(Failure::run)?;
        Target::own(&path)?.write(text.as_bytes())?;
        // What cannot be removed does no harm.
        for part in former.iter().flat_map(|former| &former.parts) {
            let part = self.folder.join(part);
            let _ = fs::remove_file(&part);
            let _ = part.parent().map(fs::remove_dir);
        }
        Ok(())
    }
}

fn read_manifest(path: &Path) -> Result<Manifest, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if manifest.version != VERSION {
        let found = manifest.version;
        return Err(format!("it is of version {found}; this program reads version {VERSION}"));
    }
    Ok(manifest)
}

/// Reads a snapshot: a file, or the complete checkpoint of a folder.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    if !path.is_dir() {
        return fs::read(path).map_err(|error| error.to_string());
    }
    let manifest =
        read_manifest(&path.join(MANIFEST)).map_err(|error| format!("{MANIFEST}: {error}"))?;
    let mut parts = Vec::new();
    for name in &manifest.parts {
        let refuse = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        let bytes = fs::read(path.join(name)).map_err(|error| refuse(&error))?;
        let header = snapshot_header(&bytes).map_err(|error| refuse(&error))?;
        if header.tick != manifest.tick {
            let (found, wanted) = (header.tick, manifest.tick);
            return Err(refuse(&format_args!("it is of tick {found}, not of tick {wanted}")));
        }
        parts.push(bytes);
    }
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let whole = merge_snapshots(&parts).map_err(|error| error.to_string())?;
    let found = snapshot_header(&whole).map_err(|error| error.to_string())?.population;
    if found != manifest.population {
        let wanted = manifest.population;
        return Err(format!("its parts have {found} entities: there should be {wanted}"));
    }
    Ok(whole)
}

/// The path of this process's own part of an output that is one file if there is one process
/// alone, and a folder of files otherwise.
pub(crate) fn own_target(path: &Path, extension: &str) -> Result<Target, Failure> {
    let (number, of) = failure::process();
    if of == 1 {
        return Target::new(path);
    }
    fs::create_dir_all(path).map_err(|error| {
        Failure::usage(format_args!("cannot make the folder {}: {error}", path.display()))
    })?;
    Target::own(&path.join(format!("rank-{number:04}.{extension}")))
}
