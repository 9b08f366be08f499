//! Files a command writes: each is there complete, or not at all.
//!
//! A path is tried before the run begins, so that an hour's run does not end at a missing folder.
//! The content goes to a temporary file beside the target, which is then renamed onto it. A target
//! that exists and is no regular file, such as `/dev/null` or a pipe, is written to directly.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

use crate::failure::{self, Failure};

/// A path that a command will write to; it was possible to write there when this was made.
#[derive(Debug)]
pub(crate) struct Target {
    /// As the user named it.
    named: PathBuf,
    /// With links followed.
    path: PathBuf,
    /// Not a regular file.
    special: bool,
}

impl Target {
    /// Checks that `path` can be written. Of several processes only the first one writes there.
    pub(crate) fn new(path: &Path) -> Result<Self, Failure> {
        if failure::silent() {
            let named = path.to_path_buf();
            return Ok(Self { named, path: "/dev/null".into(), special: true });
        }
        Self::own(path)
    }

    /// Checks that `path`, which is this process's alone, can be written.
    pub(crate) fn own(path: &Path) -> Result<Self, Failure> {
        let target = Self::locate(path).map_err(|error| {
            Failure::usage(format_args!("cannot write to {}: {error}", path.display()))
        })?;
        if !target.special {
            // Made and removed at once: it shows that the folder can be written.
            target.temporary().map_err(|error| target.unusable(&error))?;
        }
        Ok(target)
    }

    /// As [`Target::new`] for a path that may not be wanted.
    pub(crate) fn optional(path: Option<&Path>) -> Result<Option<Self>, Failure> {
        path.map(Self::new).transpose()
    }

    fn locate(path: &Path) -> io::Result<Self> {
        let named = path.to_path_buf();
        if path.as_os_str().is_empty() {
            return Err(io::Error::other("the path is empty"));
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(io::Error::other("it is a folder")),
            Ok(found) if found.is_file() => {
                if found.permissions().readonly() {
                    return Err(io::Error::other("the file is read-only"));
                }
                Ok(Self { named, path: fs::canonicalize(path)?, special: false })
            }
            Ok(_) => Ok(Self { path: named.clone(), named, special: true }),
            Err(_) => {
                let folder = folder_of(path);
                match fs::metadata(folder) {
                    Ok(found)
                        if found.is_dir()
                            && let Some(name) = path.file_name() =>
                    {
                        // Two names of one file must give one path.
                        let path = fs::canonicalize(folder)?.join(name);
                        Ok(Self { named, path, special: false })
                    }
                    Ok(_) => Err(io::Error::other(format!("{} is not a folder", folder.display()))),
                    Err(error) => {
                        Err(io::Error::other(format!("the folder {}: {error}", folder.display())))
                    }
                }
            }
        }
    }

    fn unusable(&self, error: &io::Error) -> Failure {
        Failure::usage(format_args!("cannot write to {}: {error}", self.named.display()))
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::run(format_args!("cannot write {}: {error}", self.named.display()))
    }

    fn temporary(&self) -> io::Result<NamedTempFile> {
        let permissions = fs::metadata(&self.path).ok().map(|found| found.permissions());
        let mut builder = tempfile::Builder::new();
        builder.prefix(".flockwork-").suffix(".part");
        if let Some(permissions) = permissions.or_else(usual_permissions) {
            builder.permissions(permissions);
        }
        builder.tempfile_in(folder_of(&self.path))
    }

    /// The path as the user named it.
    pub(crate) fn named(&self) -> &Path {
        &self.named
    }

    /// Writes the whole content.
    pub(crate) fn write(&self, content: &[u8]) -> Result<(), Failure> {
        let mut draft = self.draft()?;
        draft.write_all(content).map_err(|error| self.failed(&error))?;
        draft.publish()
    }

    /// Begins to write; nothing is at the path before [`Draft::publish`], and nothing is left if
    /// the draft is dropped or [`abandon`]ed.
    pub(crate) fn draft(&self) -> Result<Draft<'_>, Failure> {
        let place = if self.special {
            let file = File::options().write(true).open(&self.path);
            Place::Special(file.map_err(|error| self.failed(&error))?)
        } else {
            let file = self.temporary().map_err(|error| self.failed(&error))?;
            drafts().push(file.path().to_path_buf());
            Place::Temporary(file)
        };
        Ok(Draft { target: self, writer: BufWriter::with_capacity(1 << 16, place) })
    }
}

/// Removes the temporary files of all drafts: for a process that ends without dropping them.
pub(crate) fn abandon() {
    for path in drafts().drain(..) {
        // One that was published or dropped is there no more.
        let _ = fs::remove_file(path);
    }
}

/// The temporary files of all drafts so far.
fn drafts() -> MutexGuard<'static, Vec<PathBuf>> {
    static DRAFTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
    DRAFTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says which two of the paths are the same file.
pub(crate) fn all_differ<'a>(targets: impl IntoIterator<Item = &'a Target>) -> Result<(), Failure> {
    let mut seen: Vec<&Target> = Vec::new();
    for target in targets {
        if !target.special && seen.iter().any(|other| other.path == target.path) {
            return Err(Failure::usage(format_args!(
                "two outputs go to {}: each needs a file of its own",
                target.named.display()
            )));
        }
        seen.push(target);
    }
    Ok(())
}

/// A file being written.
pub(crate) struct Draft<'a> {
    target: &'a Target,
    writer: BufWriter<Place>,
}

enum Place {
    Temporary(NamedTempFile),
    Special(File),
}

impl Draft<'_> {
    /// Puts the file in its place.
    pub(crate) fn publish(self) -> Result<(), Failure> {
        let Self { target, writer } = self;
        let place = writer.into_inner().map_err(|error| target.failed(&error.into_error()))?;
        match place {
            Place::Temporary(file) => {
                file.as_file().sync_all().map_err(|error| target.failed(&error))?;
                file.persist(&target.path).map_err(|error| target.failed(&error.error))?;
            }
            Place::Special(_) => {}
        }
        Ok(())
    }
}

impl Write for Draft<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Place::Temporary(file) => file.write(bytes),
            Place::Special(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Place::Temporary(file) => file.flush(),
            Place::Special(file) => file.flush(),
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
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
        let target = Target::new(&path).unwrap();
        assert!(names(folder.path()).is_empty());
        let mut draft = target.draft().unwrap();
        draft.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(draft);
        assert!(names(folder.path()).is_empty());
        target.write(b"whole").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        target.write(b"again").unwrap();
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn a_path_that_cannot_be_written_is_a_usage_failure() {
        let folder = tempfile::tempdir().unwrap();
        for bad in [folder.path().join("none/a.json"), folder.path().to_path_buf(), "".into()] {
            assert!(matches!(Target::new(&bad), Err(Failure::Usage(_))), "{}", bad.display());
        }
    }

    #[test]
    fn two_names_of_one_file_are_found_out() {
        let folder = tempfile::tempdir().unwrap();
        let target = |name: &str| Target::new(&folder.path().join(name)).unwrap();
        let targets = [target("a"), target("./a")];
        assert!(matches!(all_differ(&targets), Err(Failure::Usage(_))));
        assert!(all_differ(&[target("a"), target("b")]).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_file_gets_usual_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, b"old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        Target::new(&link).unwrap().write(b"new").unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let other = folder.path().join("other");
        Target::new(&other).unwrap().write(b"x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&other), mode(&real));
    }
}
