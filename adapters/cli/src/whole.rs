//! A file that is written whole or not at all.
//!
//! The content goes to a temporary file beside the place. When all of it is on the disk the file is
//! renamed onto the place, and the folder is synced too, so that the name outlives a power cut.
//!
//! A process holds a lock on its temporary files, which ends with the process. So one that nobody
//! holds was left by a process that was killed, and [`sweep`] removes it.

mod folder;

use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::left::Listed;
pub(crate) use folder::WholeFolder;

const PREFIX: &str = ".flockwork-";
const SUFFIX: &str = ".part";

/// A file being written.
#[derive(Debug)]
pub(crate) struct Whole {
    // Before its name in the list is given up, the file is removed.
    writer: BufWriter<NamedTempFile>,
    listed: Listed,
}

/// A file whose content is on the disk, but not yet in its place.
#[derive(Debug)]
pub(crate) struct Finished {
    file: NamedTempFile,
    listed: Listed,
}

impl Whole {
    /// Begins a file that will be in this folder; nothing is left of it if this is dropped, or
    /// [abandoned](crate::left::abandon), before it is published.
    pub(crate) fn begin(folder: &Path, permissions: Option<Permissions>) -> io::Result<Self> {
        let file = temporary(folder, permissions)?;
        let listed = Listed::new(file.path());
        Ok(Self { writer: BufWriter::with_capacity(1 << 16, file), listed })
    }

    /// Brings all that was written to the disk.
    pub(crate) fn finish(self) -> io::Result<Finished> {
        let Self { writer, listed } = self;
        let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        Ok(Finished { file, listed })
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Finished {
    /// Puts the file in its place, which is in the folder that it was begun in. What was there
    /// before is replaced.
    pub(crate) fn publish(self, path: &Path) -> io::Result<()> {
        let Self { file, listed } = self;
        file.persist(path).map_err(|error| error.error)?;
        drop(listed);
        sync_folder(folder_of(path))
    }

    /// As [`Finished::publish`], where nothing must be yet.
    pub(crate) fn publish_new(self, path: &Path) -> io::Result<()> {
        let Self { file, listed } = self;
        file.persist_noclobber(path).map_err(|error| error.error)?;
        drop(listed);
        sync_folder(folder_of(path))
    }
}

/// Checks that files can be made in a folder, by making one.
pub(crate) fn try_folder(folder: &Path) -> io::Result<()> {
    temporary(folder, None).map(drop)
}

/// Removes what killed processes have left in a folder: temporary files that nobody holds.
pub(crate) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is = |temporary: fn(&str) -> bool| name.to_str().is_some_and(temporary);
        // The type of a link is that of a link.
        let Ok(kind) = entry.file_type() else { continue };
        if is(is_temporary) && kind.is_file() {
            remove_if_unheld(&entry.path());
        } else if is(folder::is_temporary) && kind.is_dir() {
            folder::remove_if_unheld(&entry.path());
        }
    }
}

/// Whether a file name is one that a [`Whole`] has before it is in its place.
pub(crate) fn is_temporary(name: &str) -> bool {
    let middle = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    middle.is_some_and(|middle| {
        !middle.is_empty() && middle.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Brings the names in a folder to the disk.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened.
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        // Some file systems have nothing of the kind.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
            Ok(())
        }
        other => other,
    }
}

/// The folder in which a path is.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A new temporary file that this process holds.
fn temporary(folder: &Path, permissions: Option<Permissions>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    if let Some(permissions) = permissions.or_else(usual_permissions) {
        builder.permissions(permissions);
    }
    loop {
        let file = builder.tempfile_in(folder)?;
        match file.as_file().try_lock() {
            // Another process sweeps the folder, and was faster than the lock.
            Err(TryLockError::WouldBlock) => {}
            Ok(()) if !file.path().exists() => {}
            // Where there are no locks, nobody sweeps.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
}

fn remove_if_unheld(path: &Path) {
    // For writing, since a lock over NFS asks for it.
    let Ok(file) = File::options().write(true).open(path) else { return };
    if file.try_lock().is_ok() {
        // While this process holds it, so that nobody else takes it over. What cannot be removed
        // does no harm.
        let _ = fs::remove_file(path);
    }
}

/// Those of a file that is made in the usual way; a temporary file would be private.
#[cfg(unix)]
fn usual_permissions() -> Option<Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(0o666))
}

#[cfg(not(unix))]
fn usual_permissions() -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_complete_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let mut draft = Whole::begin(folder.path(), None).unwrap();
        draft.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(draft);
        assert!(names(folder.path()).is_empty());
        for content in ["whole", "again"] {
            let mut draft = Whole::begin(folder.path(), None).unwrap();
            draft.write_all(content.as_bytes()).unwrap();
            draft.finish().unwrap().publish(&path).unwrap();
            assert_eq!(fs::read(&path).unwrap(), content.as_bytes());
            assert_eq!(names(folder.path()), ["a.json"]);
        }
        let other = Whole::begin(folder.path(), None).unwrap().finish().unwrap();
        assert_eq!(other.publish_new(&path).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn what_a_killed_process_left_is_swept_and_what_is_held_stays() {
        let folder = tempfile::tempdir().unwrap();
        let held = Whole::begin(folder.path(), None).unwrap();
        let left = folder.path().join(".flockwork-a1B2c3.part");
        fs::write(&left, b"left").unwrap();
        for name in [".flockwork-.part", ".flockwork-a.b.part", "flockwork-a.part", "a.part"] {
            fs::write(folder.path().join(name), b"foreign").unwrap();
        }
        fs::create_dir(folder.path().join(".flockwork-folder.part")).unwrap();
        sweep(folder.path());
        assert!(!left.exists());
        assert_eq!(names(folder.path()).len(), 6);
        drop(held);
        assert_eq!(names(folder.path()).len(), 5);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_with_the_name_of_a_temporary_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, b"mine").unwrap();
        let link = folder.path().join(".flockwork-link.part");
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        sweep(folder.path());
        assert!(victim.exists() && link.is_symlink());
    }
}
