//! In place of `file.rs` where a build leaves Parquet out: no recording can be begun.

use std::convert::Infallible;
use std::marker::PhantomData;

use flockwork_scheduler_native::Rows;

use crate::failure::Failure;
use crate::output::{Ready, Target};
use crate::parts::PARQUET;
use crate::rows::Field;

/// A recording, of which there is none.
pub(super) struct Recording<'a> {
    none: Infallible,
    of: PhantomData<&'a ()>,
}

impl<'a> Recording<'a> {
    pub(super) fn begin(
        _: &'a Target,
        _: Vec<Field>,
        _: &[(&str, String)],
    ) -> Result<Self, Failure> {
        Err(Failure::Usage(PARQUET.missing("--record")))
    }

    pub(super) fn write(&mut self, _: u64, _: &Rows) -> Result<(), Failure> {
        match self.none {}
    }

    pub(super) fn finish(self) -> Result<Ready<'a>, Failure> {
        let Self { none, of: PhantomData } = self;
        match none {}
    }
}
