//! What a process must not leave behind if it ends at once: temporary files, locks, empty folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// Paths, and whether all that is below them goes too.
static LISTED: Mutex<Vec<(PathBuf, bool)>> = Mutex::new(Vec::new());

/// How often [`abandon`] looks for the list.
const ATTEMPTS: u32 = 1000;

/// Removes what this process would leave behind: for one that ends without dropping it.
pub fn abandon() {
    // The thread that ends the process may be the one that holds the list, so it must not wait.
    for _ in 0..ATTEMPTS {
        let list = match LISTED.try_lock() {
            Ok(list) => list,
            Err(TryLockError::Poisoned(error)) => error.into_inner(),
            Err(TryLockError::WouldBlock) => {
                std::thread::yield_now();
                continue;
            }
        };
        for (path, whole) in list.iter().rev() {
            // Another folder that holds something stays. Nothing more can be done about a file that
            // does; the next run sweeps it.
            let folder = if *whole { fs::remove_dir_all } else { fs::remove_dir };
            let _ = fs::remove_file(path).or_else(|_| folder(path));
        }
        return;
    }
}

/// A file or folder that is removed by [`abandon`], as long as this is not dropped.
#[derive(Debug)]
pub(crate) struct Listed(PathBuf);

impl Listed {
    pub(crate) fn new(path: &Path) -> Self {
        list().push((path.to_path_buf(), false));
        Self(path.to_path_buf())
    }

    /// A folder with all that is in it.
    pub(crate) fn tree(path: &Path) -> Self {
        list().push((path.to_path_buf(), true));
        Self(path.to_path_buf())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        list().retain(|(path, _)| *path != self.0);
    }
}

fn list() -> MutexGuard<'static, Vec<(PathBuf, bool)>> {
    LISTED.lock().unwrap_or_else(PoisonError::into_inner)
}
