//! What is wrong with snapshots.

use core::fmt;

/// The oldest version that is read: there a world had two axes of one kind of edge.
pub(super) const OLDEST: u32 = 3;

/// Bytes are not a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// They do not begin as a snapshot does.
    NotASnapshot,
    /// They are of a version this program does not know.
    Version {
        /// The version found.
        found: u32,
        /// The version known.
        known: u32,
    },
    /// They end too early.
    Truncated {
        /// Bytes found.
        found: u64,
    },
    /// Their number is not the one they say.
    Length {
        /// Bytes they say.
        said: u64,
        /// Bytes found.
        found: u64,
    },
    /// Their checksum is wrong: bits have changed since they were written.
    Checksum,
    /// Their parts do not fit together.
    Inconsistent,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASnapshot => f.write_str("this is not a flockwork snapshot"),
            // No version has so large a number: bytes were changed, or turned around.
            Self::Version { found: 0x1_0000.., .. } => f.write_str(
                "the version of the snapshot is no number of one: it has changed since it was \
                 written",
            ),
            Self::Version { found, known } => {
                write!(
                    f,
                    "the snapshot is of version {found}; this program reads versions {OLDEST} to {known}"
                )
            }
            Self::Truncated { found: 0 } => f.write_str("the snapshot is empty"),
            Self::Truncated { found } => {
                write!(f, "the snapshot ends too early, after {found} bytes")
            }
            Self::Length { said, found } => {
                write!(f, "the snapshot should be {said} bytes long and is {found}")
            }
            Self::Checksum => f.write_str(
                "the checksum of the snapshot is wrong: it has changed since it was written",
            ),
            Self::Inconsistent => f.write_str("the parts of the snapshot do not fit together"),
        }
    }
}

impl core::error::Error for DecodeError {}

/// Snapshots are no parts of one world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MergeError {
    /// There is none.
    Nothing,
    /// One of them is none.
    Damaged(DecodeError),
    /// They are of different worlds, or of different ticks of one.
    OtherWorld,
    /// A cell of a field is in none of them, or in two.
    Cells,
    /// An entity is in two of them.
    Twice {
        /// Its id.
        id: u32,
    },
}

impl From<DecodeError> for MergeError {
    fn from(error: DecodeError) -> Self {
        Self::Damaged(error)
    }
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("there is no part of a snapshot"),
            Self::Damaged(error) => error.fmt(f),
            Self::OtherWorld => f.write_str(
                "the parts of the snapshot are of different worlds, or of different ticks",
            ),
            Self::Cells => f.write_str(
                "a cell of a field is in none of the parts of the snapshot, or in two of them",
            ),
            Self::Twice { id } => write!(f, "id {id} is in two parts of the snapshot"),
        }
    }
}

impl core::error::Error for MergeError {}
