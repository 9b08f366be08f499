//! In place of `plot.rs` where a build leaves figures out: there are none.

use crate::args::PlotArgs;
use crate::failure::Failure;
use crate::parts::PLOT;
use crate::registry::Registry;

pub(crate) fn plot(_: &Registry, _: &PlotArgs) -> Result<(), Failure> {
    PLOT.needed_by("`plot`", true)
}
