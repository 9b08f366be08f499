//! The lock of a folder of checkpoints: one run at a time writes there.
//!
//! The system holds it, so it ends with its process however that ends. The file says whose it is.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use super::manifest::RunId;
use crate::failure::warn;
use crate::left::Listed;

pub(crate) const NAME: &str = "lock";

/// A lock that is held.
#[derive(Debug)]
pub(crate) struct Lock {
    path: Listed,
    file: File,
}

impl Lock {
    /// Takes the lock of a folder; the error says who has it.
    pub(crate) fn take(folder: &Path, run: RunId) -> Result<Self, String> {
        let path = folder.join(NAME);
        loop {
            if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
                return Err(format!("{NAME} there is not the file of a lock"));
            }
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false);
            #[cfg(unix)]
            {
                use std::os::unix::fs::OpenOptionsExt;
                options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32);
            }
            let file = options.open(&path).map_err(|error| format!("{NAME}: {error}"))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(holder(file)),
                Err(TryLockError::Error(error)) => warn(format_args!(
                    "{} cannot be locked ({error}): take care that no other run writes there",
                    folder.display()
                )),
            }
            let lock = Self { path: Listed::new(&path), file };
            // The one who had it may have removed the file meanwhile.
            if lock.is_held() {
                lock.sign(run);
                return Ok(lock);
            }
        }
    }

    /// Whether the file is still the one that is locked.
    #[cfg(unix)]
    pub(crate) fn is_held(&self) -> bool {
        use std::os::unix::fs::MetadataExt;
        let node = |found: fs::Metadata| (found.dev(), found.ino());
        let (here, there) = (self.file.metadata(), fs::symlink_metadata(self.path.path()));
        here.is_ok_and(|here| there.is_ok_and(|there| node(here) == node(there)))
    }

    /// Whether the file is still the one that is locked.
    #[cfg(not(unix))]
    pub(crate) fn is_held(&self) -> bool {
        self.path.path().exists()
    }

    /// Says whose it is; of use to people alone, so it does not matter if it fails.
    fn sign(&self, run: RunId) {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = if host.is_empty() { String::new() } else { format!(" on {}", host.trim()) };
        let text = format!("run {run}, process {}{host}\n", std::process::id());
        let _ = self.file.set_len(0);
        let _ = (&self.file).write_all(text.as_bytes());
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Elsewhere a file that is open cannot be removed; one that stays does no harm.
        if cfg!(unix) && self.is_held() {
            let _ = fs::remove_file(self.path.path());
        }
    }
}

/// Who has the lock, as its file says.
fn holder(file: File) -> String {
    const MOST: u64 = 200;
    let mut text = String::new();
    let _ = file.take(MOST).read_to_string(&mut text);
    let known = text.trim();
    let who = if known.is_empty() { "another run" } else { known };
    format!("it is in use by {who}: two runs cannot share it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_one_run_s_and_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path(), RunId(7)).unwrap();
        let problem = Lock::take(folder.path(), RunId(8)).unwrap_err();
        assert!(problem.contains("in use by run 0000000000000007, process"), "{problem}");
        drop(lock);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let lock = Lock::take(folder.path(), RunId(8)).unwrap();
        fs::remove_file(folder.path().join(NAME)).unwrap();
        assert!(!lock.is_held());
        let other = Lock::take(folder.path(), RunId(9)).unwrap();
        // What is another one's by now stays.
        drop(lock);
        assert!(other.is_held());
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_that_leads_out_of_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, b"mine").unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        std::os::unix::fs::symlink(&victim, inner.join(NAME)).unwrap();
        assert!(Lock::take(&inner, RunId(1)).is_err());
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
    }
}
