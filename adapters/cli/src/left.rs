//! What a process must not leave behind if it ends at once: temporary files, locks, empty folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

static LISTED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

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
        for path in list.iter().rev() {
            // A folder that holds something stays. Nothing more can be done about a file that does;
            // the next run sweeps it.
            let _ = fs::remove_file(path).or_else(|_| fs::remove_dir(path));
        }
        return;
    }
}

/// A file or folder that is removed by [`abandon`], as long as this is not dropped.
#[derive(Debug)]
pub(crate) struct Listed(PathBuf);

impl Listed {
    pub(crate) fn new(path: &Path) -> Self {
        list().push(path.to_path_buf());
        Self(path.to_path_buf())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        list().retain(|path| *path != self.0);
    }
}

fn list() -> MutexGuard<'static, Vec<PathBuf>> {
    LISTED.lock().unwrap_or_else(PoisonError::into_inner)
}
