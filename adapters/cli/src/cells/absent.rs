//! In place of `table.rs` where a build leaves Parquet out: no table can be begun.

use std::convert::Infallible;
use std::marker::PhantomData;

use super::Cell;
use crate::failure::Failure;
use crate::output::{Ready, Target};
use crate::parts::PARQUET;

/// A table, of which there is none.
pub(crate) struct Table<'a> {
    none: Infallible,
    of: PhantomData<&'a ()>,
}

impl<'a> Table<'a> {
    pub(super) fn begin(_: &'a Target, _: &[&str]) -> Result<Self, Failure> {
        Err(Failure::Usage(PARQUET.missing("--fields FILE.parquet")))
    }

    pub(super) fn add(&mut self, _: &Cell<'_>) -> Result<(), Failure> {
        match self.none {}
    }

    pub(super) fn finish(self) -> Result<Ready<'a>, Failure> {
        let Self { none, of: PhantomData } = self;
        match none {}
    }
}
