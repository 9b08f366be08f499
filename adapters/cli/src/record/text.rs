//! What formats of text have in common: frame by frame a head, and a line for each entity.

use std::io::Write;

use super::frame::{Frame, Type};
use super::{Last, Writer};
use crate::failure::Failure;
use crate::output::{Draft, Ready, Target};

/// How much text is gathered before it is written, in bytes.
const BLOCK: usize = 1 << 16;

/// How a format writes a tick.
pub(super) trait Lines {
    /// What comes before the entities.
    fn head(&self, frame: &Frame<'_>) -> String;
    /// The line of an entity, with its end.
    fn entity(&self, frame: &Frame<'_>, entity: usize, text: &mut String);
}

/// A file in the making.
pub(super) struct Text<'a, L> {
    draft: Draft<'a>,
    target: &'a Target,
    lines: L,
}

impl<'a, L: Lines> Text<'a, L> {
    pub(super) fn begin(target: &'a Target, lines: L) -> Result<Self, Failure> {
        Ok(Self { draft: target.draft()?, target, lines })
    }

    fn put(&mut self, text: &str) -> Result<(), Failure> {
        self.draft.write_all(text.as_bytes()).map_err(|error| self.target.failed(&error))
    }
}

impl<'a, L: Lines> Writer<'a> for Text<'a, L> {
    fn write(&mut self, frame: &Frame<'_>) -> Result<(), Failure> {
        let mut text = self.lines.head(frame);
        for entity in 0..frame.len() {
            self.lines.entity(frame, entity, &mut text);
            if text.len() >= BLOCK {
                self.put(&text)?;
                text.clear();
            }
        }
        self.put(&text)
    }

    fn finish(self: Box<Self>, _: &Last) -> Result<Ready<'a>, Failure> {
        self.draft.finish()
    }
}

/// About how many bytes a value takes in text, with the space before it.
pub(super) fn printed(kind: Type, entities: u64) -> u64 {
    match kind {
        Type::F64 => 19,
        kind if kind.is_real() => 11,
        kind if kind.size() == 1 => 2,
        // Mostly ids.
        _ => 1 + u64::from(entities.max(1).ilog10() + 1),
    }
}
