//! Folders that a run makes for what it leaves behind.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::left::Listed;

/// Folders that were made: those that are still empty when this is dropped are removed again.
#[derive(Debug, Default)]
pub(crate) struct Made(Vec<Listed>);

impl Made {
    /// Makes a folder, and those that it is in, where they are not there yet.
    pub(crate) fn folder(path: &Path) -> io::Result<Self> {
        let mut missing = Vec::new();
        let mut at = path;
        while !at.as_os_str().is_empty() && fs::metadata(at).is_err() {
            missing.push(at.to_path_buf());
            match at.parent() {
                Some(parent) => at = parent,
                None => break,
            }
        }
        let mut made = Self::default();
        while let Some(folder) = missing.pop() {
            match fs::create_dir(&folder) {
                Ok(()) => made.0.push(Listed::new(&folder)),
                // Another process was faster.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Ok(made),
            Ok(_) => Err(io::Error::other("it is not a folder")),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        while let Some(folder) = self.0.pop() {
            // One that holds something stays.
            let _ = fs::remove_dir(folder.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_stay_empty_are_removed_again() {
        let place = tempfile::tempdir().unwrap();
        let deep = place.path().join("a/b/c");
        drop(Made::folder(&deep).unwrap());
        assert!(!place.path().join("a").exists());
        fs::create_dir(place.path().join("a")).unwrap();
        let made = Made::folder(&deep).unwrap();
        fs::write(place.path().join("a/b/file"), b"").unwrap();
        drop(made);
        assert!(place.path().join("a/b").exists() && !deep.exists());
        assert!(Made::folder(&place.path().join("a/b/file/c")).is_err());
        assert!(Made::folder(&place.path().join("a/b/file")).is_err());
    }
}
