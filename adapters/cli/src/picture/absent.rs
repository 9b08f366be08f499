//! In place of `picture.rs` where a build leaves pictures out: there is none.

use flockwork_kernel::columns::Column;
use flockwork_scheduler_native::AnySimulation;

use crate::parts::PICTURE;
use crate::report::Report;

pub(crate) fn check(_: &[Column]) -> Result<(), String> {
    Err(PICTURE.missing("--picture"))
}

pub(crate) fn png(_: &dyn AnySimulation, _: &Report) -> Result<Vec<u8>, String> {
    Err(PICTURE.missing("--picture"))
}
