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
    let wanted = [cells.reach[0], 1, u32::from(A::SPACE)];
    if cells.reach != wanted {
        return Err(PassError::OtherAxes { axes: A::COUNT });
    }
    check_cells::<A>(cells, cells.starts)?;
    let sorted = cells.records();
    if records < sorted || entries < sorted {
        return Err(PassError::TooFew { needed: sorted, given: records.min(entries) });
    }
    check_cutoff(cutoff)
}

/// Looks at the cells, and at where in them somebody begins.
pub(super) fn check_cells<A: Axes>(cells: &Cells<'_>, starts: &[u32]) -> Result<(), PassError> {
    let outside = cells.reach.iter().zip(cells.margins).any(|(reach, margin)| *reach > margin);
    if outside || (!A::SPACE && (cells.lines[2] != 1 || cells.margins[2] != 0)) {
        return Err(PassError::OtherAxes { axes: A::COUNT });
    }
    let needed = cells.listed().and_then(|count| count.checked_add(1)).unwrap_or(usize::MAX);
    let given = starts.len();
    if given < needed {
        return Err(PassError::StartsTooShort { needed, given });
    }
    let starts = &starts[..needed];
    // All of them, without a branch for each cell: for discs, which have four cells each, that branch is
    // 7 % of a tick.
    let sorted = starts.iter().zip(&starts[1..]).fold(true, |sorted, (a, b)| sorted & (a <= b));
    if !sorted {
        return Err(PassError::StartsNotSorted);
    }
    if let Some(occupied) = cells.occupied {
        let sorted = occupied.numbers.windows(2).all(|pair| pair[0] < pair[1]);
        let mut end = cells.starts.first().copied().unwrap_or(0);
        let last = cells.records() as u32;
        let rows = occupied.rows.iter().all(|&(from, to)| {
            let behind = from >= end && to >= from && to <= last;
            end = to;
            behind
        });
        if !sorted || !rows {
            return Err(PassError::OccupiedNotSorted);
        }
    }
    Ok(())
}

pub(super) fn check_cutoff(cutoff: Cutoff) -> Result<(), PassError> {
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
    /// The cells are of other axes than the candidates, or their border is narrower than neighbours may
    /// be away: see [`Cells::reach`]. [`neighbour_pass`](super::neighbour_pass) looks at the next rows
    /// alone.
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
    /// One who looks is not among the entities that the cells hold.
    NoLooker {
        /// Its place among the records.
        record: u32,
    },
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
                write!(
                    f,
                    "the candidates have {axes} axes, and the cells are not of as many, or their \
                     border is narrower than a neighbour may be away"
                )
            }
            Self::StartsTooShort { needed, given } => {
                write!(f, "{given} cell starts were given, {needed} are needed")
            }
            Self::StartsNotSorted => write!(f, "the cell starts are not in ascending order"),
            Self::OccupiedNotSorted => {
                write!(f, "the occupied cells or their rows are not in ascending order")
            }
            Self::NoLooker { record } => {
                write!(f, "who looks is at record {record}, and the cells have none there")
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
