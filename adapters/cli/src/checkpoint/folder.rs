//! A folder of checkpoints: what is written there, in which order, and what is removed.
//!
//! ```text
//! DIR/checkpoint.json                            which states are complete
//! DIR/lock                                       while a run writes there
//! DIR/tick-000000002000-5f0c61d2a9e47b38/        the newest state: its tick, and the run it is of
//!     rank-0000.snap, rank-0001.snap, ...
//! DIR/tick-000000001000-5f0c61d2a9e47b38/        the former one
//! ```
//!
//! Only these names are ever read, written or removed, and no link is followed: whatever else is in
//! the folder, or `checkpoint.json` says, stays untouched.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use flockwork_scheduler::snapshot;

use super::lock::{self, Lock};
use super::manifest::{self, Generation, Manifest, RunId};
use crate::failure::{self, Failure};
use crate::made::Made;
use crate::whole::{self, Whole, sync_folder};

pub(super) const MANIFEST: &str = "checkpoint.json";

/// The most bytes that a manifest may have: those that are written have a few hundred.
const MOST_BYTES: u64 = 1 << 16;

/// A folder that this run writes to.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Of several processes only the first one has it.
    lock: Option<Lock>,
    /// Dropped last: a folder that holds nothing after all goes too.
    _made: Made,
}

impl Folder {
    /// Takes a folder for this run, and removes what killed runs have left there.
    ///
    /// The states of another run are refused, but if this one `resumes` from them or shall `replace`
    /// them.
    pub(super) fn take(
        path: &Path,
        run: RunId,
        resumes: bool,
        replace: bool,
    ) -> Result<Self, Failure> {
        let refuse = |problem: &dyn std::fmt::Display| {
            Failure::usage(format_args!(
                "cannot write checkpoints to {}: {problem}",
                path.display()
            ))
        };
        let made = Made::folder(path).map_err(|error| refuse(&error))?;
        let mut folder = Self { path: path.to_path_buf(), lock: None, _made: made };
        if !failure::silent() {
            folder.lock = Some(Lock::take(path, run).map_err(|problem| refuse(&problem))?);
            match read_manifest(path) {
                Ok(Some(there)) if !resumes && !replace => {
                    return Err(refuse(&describe(path, &there)));
                }
                Ok(there) => folder.sweep(there.as_ref()),
                // Nobody knows what is worth keeping, so all of it stays for now.
                Err(_)
                    if replace
                        && fs::symlink_metadata(path.join(MANIFEST))
                            .is_ok_and(|found| found.is_file()) => {}
                Err(problem) => {
                    return Err(refuse(&format_args!(
                        "{MANIFEST} is there, but {problem}; --replace has this run take its place"
                    )));
                }
            }
        }
        whole::try_folder(path).map_err(|error| refuse(&error))?;
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn failed(&self, what: &str, error: &dyn std::fmt::Display) -> Failure {
        let path = self.path.join(what);
        Failure::run(format_args!("cannot write {}: {error}", path.display()))
    }

    /// Writes a part of a state; it is on the disk afterwards, folders included.
    pub(super) fn write_part(
        &self,
        generation: &Generation,
        number: u32,
        content: &[u8],
    ) -> Result<(), Failure> {
        let (name, part) = (generation.folder(), Generation::part(number));
        let folder = self.path.join(&name);
        let write = || {
            match fs::create_dir(&folder) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && is_folder(&folder) => {}
                other => other?,
            }
            let mut whole = Whole::begin(&folder, None)?;
            whole.write_all(content)?;
            whole.finish()?.publish(&folder.join(&part))?;
            sync_folder(&self.path)
        };
        write().map_err(|error: io::Error| self.failed(&format!("{name}/{part}"), &error))
    }

    /// Removes a part of a state that was not completed, and the folder if it was the last.
    pub(super) fn remove_part(&self, generation: &Generation, number: u32) {
        let folder = self.path.join(generation.folder());
        if is_folder(&folder) {
            // What cannot be removed now is swept by the next run.
            let _ = fs::remove_file(folder.join(Generation::part(number)));
            let _ = fs::remove_dir(&folder);
        }
    }

    /// Says that these states are complete; then removes all others.
    pub(super) fn complete(&self, manifest: &Manifest) -> Result<(), Failure> {
        if self.lock.as_ref().is_some_and(|lock| !lock.is_held()) {
            let problem = "its lock is gone: has somebody removed or replaced the folder?";
            return Err(self.failed(MANIFEST, &problem));
        }
        let write = || {
            let mut whole = Whole::begin(&self.path, None)?;
            whole.write_all(manifest.json().as_bytes())?;
            whole.finish()?.publish(&self.path.join(MANIFEST))
        };
        write().map_err(|error| self.failed(MANIFEST, &error))?;
        self.sweep(Some(manifest));
        Ok(())
    }

    /// Whether `checkpoint.json` names a state.
    pub(super) fn names(&self, generation: &Generation) -> bool {
        matches!(read_manifest(&self.path), Ok(Some(manifest)) if manifest.newest == *generation)
    }

    /// Removes all states but those of `kept`. What cannot be removed does no harm.
    fn sweep(&self, kept: Option<&Manifest>) {
        whole::sweep(&self.path);
        let kept: Vec<String> =
            kept.into_iter().flat_map(Manifest::generations).map(|one| one.folder()).collect();
        let Ok(entries) = fs::read_dir(&self.path) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let own = name.to_str().is_some_and(|name| {
                manifest::is_folder(name) && !kept.iter().any(|kept| kept == name)
            });
            if own && is_folder(&entry.path()) {
                remove_state(&entry.path());
            }
        }
    }
}

/// Removes the parts of a state, whole or not, and its folder if it holds nothing else.
fn remove_state(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let own = |name: &str| manifest::is_part(name) || whole::is_temporary(name);
        if name.to_str().is_some_and(own) {
            let _ = fs::remove_file(entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}

/// Whether a path is a folder itself, not a link to one.
fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

/// Whether a file with this path below a folder of checkpoints is one of its own.
pub(super) fn is_own(path: &Path) -> bool {
    let first = path.iter().next().and_then(|name| name.to_str());
    first.is_some_and(|name| name == MANIFEST || name == lock::NAME || manifest::is_folder(name))
}

/// Reads what a folder holds; None if nothing says so.
pub(super) fn read_manifest(folder: &Path) -> Result<Option<Manifest>, String> {
    match open(&folder.join(MANIFEST)) {
        Ok(file) => {
            let mut bytes = Vec::new();
            file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
            Manifest::parse(&bytes).map(Some)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a state, and checks that it is whole.
pub(super) fn read_state(folder: &Path, generation: &Generation) -> Result<Vec<u8>, String> {
    let name = generation.folder();
    let within = folder.join(&name);
    if fs::symlink_metadata(&within).is_ok_and(|found| !found.is_dir()) {
        return Err(format!("{name} is not a folder"));
    }
    let mut parts = Vec::new();
    for number in 0..generation.parts {
        let part = Generation::part(number);
        let refuse = |error: &dyn std::fmt::Display| format!("{name}/{part}: {error}");
        let mut bytes = Vec::new();
        open(&within.join(&part))
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .map_err(|error| refuse(&error))?;
        let header = snapshot::header(&bytes).map_err(|error| refuse(&error))?;
        if header.tick != generation.tick {
            let (found, wanted) = (header.tick, generation.tick);
            return Err(refuse(&format_args!("it is of tick {found}, not of tick {wanted}")));
        }
        if header.arithmetic != generation.arithmetic {
            return Err(refuse(&"it was computed by another arithmetic than its folder says"));
        }
        parts.push(bytes);
    }
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let whole = snapshot::merge(&parts).map_err(|error| format!("{name}: {error}"))?;
    let found = snapshot::header(&whole).map_err(|error| format!("{name}: {error}"))?.population;
    if found != generation.population {
        let wanted = generation.population;
        return Err(format!("{name}: its parts have {found} entities: there should be {wanted}"));
    }
    Ok(whole)
}

/// Opens a file of the folder; neither a link, nor a pipe that keeps one waiting.
fn open(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits() as i32);
    }
    if fs::symlink_metadata(path)?.is_file() {
        options.open(path)
    } else {
        Err(io::Error::other("it is not a file"))
    }
}

/// What is there, and what one can do about it.
fn describe(folder: &Path, there: &Manifest) -> String {
    let Generation { run, tick, population, .. } = &there.newest;
    let folder = folder.display();
    format!(
        "it holds a checkpoint of another run: tick {tick}, {population} entities, run {run}; go on \
         from it with --resume {folder}, name another folder, or have this run take its place with \
         --replace"
    )
}
