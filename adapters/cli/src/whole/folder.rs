//! A folder of files that comes whole or not at all.
//!
//! It is filled under a temporary name beside its place, and takes the place when all is on the disk.
//! A process holds a lock in it as long as it fills it, so that [`sweep`](super::sweep) knows those
//! that killed processes have left.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{PREFIX, folder_of, sync_folder};
use crate::left::Listed;

/// How the name of a folder that is not in its place ends.
const SUFFIX: &str = ".parts";

/// The file in it that is locked.
const LOCK: &str = ".lock";

/// A folder being filled.
#[derive(Debug)]
pub(crate) struct WholeFolder {
    // Before its name in the list is given up, the folder is removed.
    folder: TempDir,
    listed: Listed,
    lock: File,
}

impl WholeFolder {
    /// Begins a folder that will be beside this path; nothing is left of it if this is dropped, or
    /// [abandoned](crate::left::abandon), before it is published.
    pub(crate) fn begin(place: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let folder = builder.prefix(PREFIX).suffix(SUFFIX).tempdir_in(folder_of(place))?;
        let listed = Listed::tree(folder.path());
        let lock = File::create(folder.path().join(LOCK))?;
        match lock.try_lock() {
            // Where there are no locks, nobody sweeps.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { folder, listed, lock }),
            Err(TryLockError::WouldBlock) => Err(io::Error::other("another process has it")),
        }
    }

    /// Where it is now.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts the folder in its place; one that is there goes.
    pub(crate) fn publish(self, place: &Path) -> io::Result<()> {
        let Self { folder, listed, lock } = self;
        fs::remove_file(folder.path().join(LOCK))?;
        drop(lock);
        sync_folder(folder.path())?;
        let former = fs::symlink_metadata(place).is_ok();
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        let aside = former.then(|| builder.tempdir_in(folder_of(place))).transpose()?;
        if let Some(aside) = &aside {
            fs::rename(place, aside.path().join("former"))?;
        }
        let path: PathBuf = folder.keep();
        if let Err(error) = fs::rename(&path, place) {
            let back = aside.map(|aside| fs::rename(aside.path().join("former"), place));
            let _ = (back, fs::remove_dir_all(&path));
            return Err(error);
        }
        drop(listed);
        sync_folder(folder_of(place))
    }
}

/// Removes a folder that a killed process has left, if nobody holds it.
pub(super) fn remove_if_unheld(path: &Path) {
    let Ok(lock) = File::options().write(true).open(path.join(LOCK)) else { return };
    if lock.try_lock().is_ok() {
        // What cannot be removed does no harm.
        let _ = fs::remove_dir_all(path);
    }
}

/// Whether a name is one that a [`WholeFolder`] has before it is in its place.
pub(super) fn is_temporary(name: &str) -> bool {
    name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX)).is_some_and(|middle| {
        !middle.is_empty() && middle.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_appears_complete_or_not_at_all_and_takes_the_place_of_a_former_one() {
        let here = tempfile::tempdir().unwrap();
        let place = here.path().join("ticks");
        let count = || fs::read_dir(here.path()).unwrap().count();
        let begun = WholeFolder::begin(&place).unwrap();
        fs::write(begun.path().join("a"), b"half").unwrap();
        assert!(!place.exists() && count() == 1);
        drop(begun);
        assert_eq!(count(), 0);
        for name in ["a", "b"] {
            let begun = WholeFolder::begin(&place).unwrap();
            fs::write(begun.path().join(name), b"whole").unwrap();
            begun.publish(&place).unwrap();
            let names: Vec<_> = fs::read_dir(&place).unwrap().collect();
            assert_eq!(names.len(), 1);
            assert!(place.join(name).exists() && count() == 1);
        }
    }

    #[test]
    fn a_folder_that_a_killed_process_left_is_swept_and_one_that_is_held_stays() {
        let here = tempfile::tempdir().unwrap();
        let held = WholeFolder::begin(&here.path().join("ticks")).unwrap();
        let left = here.path().join(".flockwork-a1B2.parts");
        let foreign = here.path().join(".flockwork-c3.parts");
        fs::create_dir(&left).unwrap();
        fs::create_dir(&foreign).unwrap();
        fs::write(left.join(LOCK), b"").unwrap();
        fs::write(left.join("tick"), b"left").unwrap();
        super::super::sweep(here.path());
        assert!(!left.exists() && foreign.exists() && held.path().exists());
    }
}
