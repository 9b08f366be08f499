//! A file of text in the making, to which lines are added one by one.

use std::io::Write as _;

use crate::failure::Failure;
use crate::output::{Draft, Ready, Target};

/// So much text is kept before it goes to the disk, in bytes.
const KEPT: usize = 1 << 16;

/// A file in the making.
pub(crate) struct Lines<'a> {
    draft: Draft<'a>,
    target: &'a Target,
    text: String,
}

impl<'a> Lines<'a> {
    /// Begins a file with this text.
    pub(crate) fn begin(target: &'a Target, head: String) -> Result<Self, Failure> {
        Ok(Self { draft: target.draft()?, target, text: head })
    }

    /// Adds what is written, which ends its own lines.
    pub(crate) fn add(&mut self, write: impl FnOnce(&mut String)) -> Result<(), Failure> {
        write(&mut self.text);
        if self.text.len() < KEPT { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let written = self.draft.write_all(self.text.as_bytes());
        self.text.clear();
        written.map_err(|error| self.target.failed(&error))
    }

    /// Ends the file: all of it is on the disk, but not yet in its place.
    pub(crate) fn finish(mut self) -> Result<Ready<'a>, Failure> {
        self.flush()?;
        self.draft.finish()
    }
}
