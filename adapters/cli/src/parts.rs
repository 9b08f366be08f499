//! Parts of the command that a build can leave out: features of this crate.

use crate::failure::Failure;

/// A part, and whether this build has it.
pub(crate) struct Part {
    feature: &'static str,
    is_here: bool,
}

/// Reads and writes Parquet tables.
pub(crate) const PARQUET: Part = Part { feature: "parquet", is_here: cfg!(feature = "parquet") };

/// Writes arrays of NumPy.
pub(crate) const NPZ: Part = Part { feature: "npz", is_here: cfg!(feature = "npz") };

/// Draws pictures.
pub(crate) const PICTURE: Part = Part { feature: "picture", is_here: cfg!(feature = "picture") };

/// Reads shapes from files of maps.
#[cfg(not(feature = "maps"))]
pub(crate) const MAPS: Part = Part { feature: "maps", is_here: false };

/// Draws figures.
#[cfg(not(feature = "plot"))]
pub(crate) const PLOT: Part = Part { feature: "plot", is_here: false };

impl Part {
    /// Checks that the part is here if something asks for it.
    pub(crate) fn needed_by(&self, what: &str, is_asked: bool) -> Result<(), Failure> {
        if is_asked && !self.is_here { Err(Failure::Usage(self.missing(what))) } else { Ok(()) }
    }

    /// What to say to somebody who asks for a part that is not here.
    pub(crate) fn missing(&self, what: &str) -> String {
        format!(
            "{what} needs the feature `{}` of flockwork-cli, which this program was built without",
            self.feature
        )
    }
}
