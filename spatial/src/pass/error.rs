//! What keeps the neighbour pass from running.

use core::fmt;

use flockwork_kernel::axes::Axes;

use super::{Cells, Cutoff, MAX_CAP};

/// Looks at everything that the pass relies on.
pub(super) fn check<A: Axes>(
    cells: &Cells<'_>,
    cutoff: Cutoff,
    records: usize,
    entries: usize,
) -> Result<(), PassError> {
    let wanted = [cells.margins[0], 1, u32::from(A::SPACE)];
    if cells.margins != wanted || (!A::SPACE && cells.lines[2] != 1) {
        return Err(PassError::OtherAxes { axes: A::COUNT });
    }
    let count = match cells.occupied {
        None => Cells::count(cells.lines, cells.margins).map(|count| count as usize),
        Some(occupied) => Some(occupied.numbers.len()),
    };
    let needed = count.and_then(|count| count.checked_add(1)).unwrap_or(usize::MAX);
    let given = cells.starts.len();
    if given < needed {
        return Err(PassError::StartsTooShort { needed, given });
    }
    let starts = &cells.starts[..needed];
    // All of them, without a branch for each cell: for discs, which have four cells each, that branch is
    // 7 % of a tick.
    let sorted = starts.iter().zip(&starts[1..]).fold(true, |sorted, (a, b)| sorted & (a <= b));
    if !sorted {
        return Err(PassError::StartsNotSorted);
    }
    let last = starts.last().copied().unwrap_or(0);
    if let Some(occupied) = cells.occupied {
        let sorted = occupied.numbers.windows(2).all(|pair| pair[0] < pair[1]);
        let mut end = cells.starts[0];
        let rows = occupied.rows.iter().all(|&(from, to)| {
            let behind = from >= end && to >= from && to <= last;
            end = to;
            behind
        });
        if !sorted || !rows {
            return Err(PassError::OccupiedNotSorted);
        }
    }
    let sorted = last as usize;
    if records < sorted || entries < sorted {
        return Err(PassError::TooFew { needed: sorted, given: records.min(entries) });
    }
    if !(cutoff.radius > 0.0 && cutoff.radius.is_finite()) {
        return Err(PassError::InvalidRadius { radius: cutoff.radius });
    }
    match cutoff.most {
        Some(most) if most as usize > MAX_CAP => Err(PassError::CapTooLarge { most }),
        _ => Ok(()),
    }
}

/// The neighbour pass cannot run.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum PassError {
    /// The cells are of other axes than the candidates: see [`Cells::margins`].
    OtherAxes {
        /// The axes of the candidates.
        axes: usize,
    },
    /// There are fewer cell starts than cells.
    StartsTooShort {
        /// Places needed.
        needed: usize,
        /// Places given.
        given: usize,
    },
    /// A cell begins before the cell in front of it.
    StartsNotSorted,
    /// The numbers of occupied cells do not ascend, or rows among them overlap or end too late.
    OccupiedNotSorted,
    /// There are fewer records or entries than entities.
    TooFew {
        /// How many are needed.
        needed: usize,
        /// How many were given.
        given: usize,
    },
    /// The radius is not a positive number.
    InvalidRadius {
        /// What was given.
        radius: f32,
    },
    /// The cap on neighbours is above [`MAX_CAP`].
    CapTooLarge {
        /// What was given.
        most: u32,
    },
}

impl fmt::Display for PassError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherAxes { axes } => {
                write!(f, "the candidates have {axes} axes, and the cells are not of as many")
            }
            Self::StartsTooShort { needed, given } => {
                write!(f, "{given} cell starts were given, {needed} are needed")
            }
            Self::StartsNotSorted => write!(f, "the cell starts are not in ascending order"),
            Self::OccupiedNotSorted => {
                write!(f, "the occupied cells or their rows are not in ascending order")
            }
            Self::TooFew { needed, given } => {
                write!(f, "{given} records and entries were given, {needed} are needed")
            }
            Self::InvalidRadius { radius } => {
                write!(f, "the radius is {radius}: it must be a number above 0")
            }
            Self::CapTooLarge { most } => {
                write!(f, "a cap of {most} neighbours was given: at most {MAX_CAP} are allowed")
            }
        }
    }
}

impl core::error::Error for PassError {}
