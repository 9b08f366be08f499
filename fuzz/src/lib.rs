//! What the fuzz targets share: the model and the worlds of the scheduler's tests, and choices made
//! from the fuzzer's bytes.

#![allow(missing_docs, clippy::too_many_arguments)]

#[path = "../../scheduler/tests/domains/dots.rs"]
pub mod dots;
#[path = "../../scheduler/tests/domains/executors.rs"]
pub mod executors;
#[path = "../../scheduler/tests/domains/naive.rs"]
pub mod naive;
#[path = "../../scheduler/tests/domains/plan.rs"]
pub mod plan;

/// The fuzzer's bytes, taken from the front; zeros when there are no more.
pub struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub fn word(&mut self) -> u32 {
        u32::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// Below `count`, from one byte where that is enough.
    pub fn below(&mut self, count: u32) -> u32 {
        let word = if count <= 256 { self.byte().into() } else { self.word() };
        word % count
    }
}
