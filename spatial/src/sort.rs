//! Sorts entities into cells: a counting sort into the caller's slices.
//!
//! Pseudo code:
//!
//! ```text
//! count the entities of every cell
//! turn counts into starts (exclusive prefix sum)
//! write every entity, as (id, slot) in one u64, to its cell's next place
//! sort each cell by id
//! ```
//!
//! Why the code differs:
//! 1. `starts` has one place more than there are cells, and the counts live one place further, so
//!    that after writing the entities the same slice holds the starts; no second slice is needed.
//! 2. Cells hold a few entities, often in order already: insertion sort, all cells in one walk, and
//!    the standard library's in-place sort for the crowded ones, so that all in one cell is no
//!    disaster.
//!
//! Ids are unique within a cell, so the result depends on nothing but positions and ids: the
//! canonical order.
//!
//! Where most cells are empty a list of all would be longer than that of the entities, or have no
//! end: [`sort_by_number`] sorts by 64-bit numbers of cells, and lists only those in which somebody is.
//!
//! # Example
//!
//! ```
//! use flockwork_spatial::{Entry, sort};
//!
//! // The cells of four slots, of which one holds nobody, and their ids.
//! let (cells, ids) = ([1, 0, sort::NO_CELL, 1], [30, 20, 0, 10]);
//! let (mut starts, mut order) = ([0; 3], [Entry::default(); 4]);
//! assert_eq!(sort::sort_by_cell(&cells, &ids, 2, &mut starts, &mut order)?, 3);
//! assert_eq!(starts, [0, 1, 3]);
//! assert_eq!(order[..3].iter().map(|entry| entry.id()).collect::<Vec<_>>(), [20, 10, 30]);
//! # Ok::<(), sort::SortError>(())
//! ```

use core::fmt;

use bytemuck::{Pod, Zeroable};

/// The cell of a slot that holds nobody: it is left out of the order.
pub const NO_CELL: u32 = u32::MAX;

/// An entity in canonical order: its id, and the slot it was found in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(transparent)]
pub struct Entry(u64);

impl Entry {
    /// Joins an id and a slot.
    #[inline(always)]
    pub fn new(id: u32, slot: u32) -> Self {
        Self(u64::from(id) << 32 | u64::from(slot))
    }

    /// The entity's id.
    #[inline(always)]
    pub fn id(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The slot it was found in.
    #[inline(always)]
    pub fn slot(self) -> u32 {
        self.0 as u32
    }
}

/// Sorts the slots by (cell, id), leaving out those in [`NO_CELL`], and gives their number.
///
/// `starts` needs one place more than there are cells: cell `c` then is
/// `order[starts[c]..starts[c + 1]]`. `order` needs a place for every slot that is sorted.
///
/// # Errors
///
/// [`SortError`]; `starts` and `order` then hold nothing of use.
pub fn sort_by_cell(
    cell_of: &[u32],
    id_of: &[u32],
    cells: u32,
    starts: &mut [u32],
    order: &mut [Entry],
) -> Result<usize, SortError> {
    let parts = [(cell_of, id_of)];
    sort_parts_by_cell(&parts, cells, starts, order)
}

/// As [`sort_by_cell`], over several parts (each the cells and the ids of its slots) that are
/// numbered on: the first slot of a part follows the last slot of the part before it.
///
/// # Errors
///
/// As [`sort_by_cell`].
pub fn sort_parts_by_cell(
    parts: &[(&[u32], &[u32])],
    cells: u32,
    starts: &mut [u32],
    order: &mut [Entry],
) -> Result<usize, SortError> {
    let starts = cleared(starts, cells)?;
    let counts = &mut starts[1..];
    let mut total = 0;
    for (cell_of, id_of) in parts {
        if cell_of.len() != id_of.len() {
            return Err(SortError::LengthMismatch { cells: cell_of.len(), ids: id_of.len() });
        }
        total += count(cell_of, counts, cells)?;
    }
    begin_each(counts, total, order)?;
    let mut slot = 0u32;
    for (cell_of, id_of) in parts {
        for (&cell, &id) in cell_of.iter().zip(*id_of) {
            put(Entry::new(id, slot), cell, counts, order);
            slot += 1;
        }
    }
    sort_each_cell(starts, slot, &mut order[..total]);
    Ok(total)
}

/// As [`sort_by_cell`], of entities whose ids are their slots: these are in order as they come.
///
/// # Errors
///
/// As [`sort_by_cell`].
pub fn sort_slots_by_cell(
    cell_of: &[u32],
    cells: u32,
    starts: &mut [u32],
    order: &mut [Entry],
) -> Result<usize, SortError> {
    let counts = &mut cleared(starts, cells)?[1..];
    let total = count(cell_of, counts, cells)?;
    begin_each(counts, total, order)?;
    for (slot, &cell) in (0..).zip(cell_of) {
        put(Entry::new(slot, slot), cell, counts, order);
    }
    Ok(total)
}

/// Sorts points by the cells of their slots and by their ids, which may be the slots.
pub(crate) fn sort_points(
    ids: Option<&[u32]>,
    cell_of: &[u32],
    cells: u32,
    starts: &mut [u32],
    order: &mut [Entry],
) -> Result<usize, SortError> {
    match ids {
        Some(ids) => sort_by_cell(cell_of, ids, cells, starts, order),
        None => sort_slots_by_cell(cell_of, cells, starts, order),
    }
}

/// As many starts as there are cells, and one more, all of them 0.
fn cleared(starts: &mut [u32], cells: u32) -> Result<&mut [u32], SortError> {
    // On a 32-bit target that many cells have no place at all.
    let needed = (cells as usize).saturating_add(1);
    let given = starts.len();
    let starts = starts.get_mut(..needed).ok_or(SortError::StartsTooShort { needed, given })?;
    starts.fill(0);
    Ok(starts)
}

/// Counts the slots of each cell, and gives how many are in one.
fn count(cell_of: &[u32], counts: &mut [u32], cells: u32) -> Result<usize, SortError> {
    let mut total = 0;
    for &cell in cell_of {
        if let Some(count) = counts.get_mut(cell as usize) {
            *count += 1;
            total += 1;
        } else if cell != NO_CELL {
            return Err(SortError::NoSuchCell { cell, cells });
        }
    }
    Ok(total)
}

/// Makes of each count where its cell begins in the order, if there is room for all.
fn begin_each(counts: &mut [u32], total: usize, order: &[Entry]) -> Result<(), SortError> {
    if total > order.len() || total >= u32::MAX as usize {
        return Err(SortError::OrderTooShort { needed: total, given: order.len() });
    }
    let mut next = 0;
    for count in counts {
        next += core::mem::replace(count, next);
    }
    Ok(())
}

/// Puts an entry into its cell, if it is in one, and moves on where the next one of that cell goes.
#[inline(always)]
fn put(entry: Entry, cell: u32, counts: &mut [u32], order: &mut [Entry]) {
    if let Some(place) = counts.get_mut(cell as usize) {
        if let Some(at) = order.get_mut(*place as usize) {
            *at = entry;
        }
        *place += 1;
    }
}

/// The number of the cell of a slot that holds nobody: see [`sort_by_number`].
pub const NO_NUMBER: u64 = u64::MAX;

/// A slot with the number of its cell: what [`sort_by_number`] works on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbered {
    /// The number of the cell.
    pub number: u64,
    /// The slot.
    pub slot: u32,
    /// The id of whoever is in it.
    pub id: u32,
}

/// Where [`sort_by_number`] writes to.
#[derive(Debug)]
pub struct Lists<'a> {
    /// A place for each slot.
    pub scratch: &'a mut [Numbered],
    /// The numbers of the cells in which somebody is, ascending: a place for each slot.
    pub numbers: &'a mut [u64],
    /// Where each of these cells begins in `order`, and the end: a place more than slots.
    pub starts: &'a mut [u32],
    /// The entities in canonical order: a place for each slot.
    pub order: &'a mut [Entry],
}

/// Sorts slots by (number of the cell, id), leaving out those whose cell is [`NO_NUMBER`], and gives
/// the number of cells in which somebody is, and that of entities. What `slots` holds then is of no use.
///
/// A radix sort by the digits in which numbers differ, from the last one, then each cell by id.
///
/// # Errors
///
/// [`SortError::OrderTooShort`] if a list has too few places; nothing of use is written then.
pub fn sort_by_number(
    slots: &mut [Numbered],
    lists: Lists<'_>,
) -> Result<(usize, usize), SortError> {
    let Lists { scratch, numbers, starts, order } = lists;
    let rooms = [scratch.len(), numbers.len(), starts.len().saturating_sub(1), order.len()];
    let given = rooms.into_iter().fold(usize::MAX, usize::min);
    let (mut count, mut all, mut any) = (0usize, u64::MAX, 0u64);
    for at in 0..slots.len() {
        let one = slots[at];
        if one.number != NO_NUMBER {
            (all, any) = (all & one.number, any | one.number);
            slots[count] = one;
            count += 1;
        }
    }
    if count > given || count >= u32::MAX as usize {
        return Err(SortError::OrderTooShort { needed: count, given });
    }
    let sorted = sort_digits(&mut slots[..count], &mut scratch[..count], all ^ any);
    let mut cells = 0;
    for (at, one) in sorted.iter().enumerate() {
        if cells == 0 || numbers[cells - 1] != one.number {
            (numbers[cells], starts[cells]) = (one.number, at as u32);
            cells += 1;
        }
        order[at] = Entry::new(one.id, one.slot);
    }
    starts[cells] = count as u32;
    for cell in starts[..=cells].windows(2) {
        #[allow(clippy::disallowed_methods, reason = "no two slots are alike")]
        order[cell[0] as usize..cell[1] as usize].sort_unstable();
    }
    Ok((cells, count))
}

/// Sorts by the bits of numbers that are in `differ`; the two lists change places with every digit.
fn sort_digits<'a>(
    mut now: &'a mut [Numbered],
    mut other: &'a mut [Numbered],
    differ: u64,
) -> &'a mut [Numbered] {
    const BITS: u32 = 11;
    const DIGITS: usize = 1 << BITS;
    for shift in (0..u64::BITS).step_by(BITS as usize) {
        if differ >> shift & (DIGITS as u64 - 1) == 0 {
            continue;
        }
        let digit = |one: &Numbered| (one.number >> shift) as usize % DIGITS;
        let mut next = [0u32; DIGITS];
        now.iter().for_each(|one| next[digit(one)] += 1);
        let mut begin = 0;
        for count in &mut next {
            begin += core::mem::replace(count, begin);
        }
        for one in &*now {
            let place = &mut next[digit(one)];
            other[*place as usize] = *one;
            *place += 1;
        }
        core::mem::swap(&mut now, &mut other);
    }
    now
}

/// Sorts each cell by id: one walk over all entries, in which the usual entry is in place already
/// and no branch depends on how many a cell holds.
fn sort_each_cell(starts: &[u32], slots: u32, order: &mut [Entry]) {
    /// A cell of more than this is sorted by itself.
    const FEW: u32 = 16;
    /// On the first entry of each cell: a bit that no slot has.
    const FIRST: u64 = 1 << 31;
    let all = slots > 1 << 31;
    let mut begin = 0;
    for &end in &starts[1..] {
        if end - begin > FEW || all {
            let cell = &mut order[begin as usize..end as usize];
            // An empty cell in front of it has marked it.
            cell.iter_mut().take(usize::from(!all)).for_each(|entry| entry.0 &= !FIRST);
            #[allow(clippy::disallowed_methods, reason = "no two slots are alike")]
            cell.sort_unstable();
        }
        if let Some(entry) = order.get_mut(begin as usize) {
            entry.0 |= if all { 0 } else { FIRST };
        }
        begin = end;
    }
    if all {
        return;
    }
    let mut before = 0;
    for at in 0..order.len() {
        let entry = order[at].0;
        if entry & FIRST == 0 && entry < before {
            before = order[at - 1].0 & !FIRST;
            sink(order, at, FIRST);
        } else {
            before = entry & !FIRST;
        }
    }
    for entry in order {
        entry.0 &= !FIRST;
    }
}

/// Moves the entry at `at` down to its place in its cell, whose first entry has the bit `first`.
fn sink(order: &mut [Entry], mut at: usize, first: u64) {
    let mut entry = order[at].0;
    while entry & first == 0 && at > 0 && order[at - 1].0 & !first > entry {
        let other = order[at - 1].0;
        order[at].0 = other & !first;
        // Whoever comes first takes the bit.
        entry |= other & first;
        at -= 1;
    }
    order[at].0 = entry;
}

/// Entities cannot be sorted into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SortError {
    /// Cells and ids have different lengths.
    LengthMismatch {
        /// The number of cells given.
        cells: usize,
        /// The number of ids given.
        ids: usize,
    },
    /// The slice for the starts is too short.
    StartsTooShort {
        /// Places needed.
        needed: usize,
        /// Places given.
        given: usize,
    },
    /// The slice for the order is too short.
    OrderTooShort {
        /// Places needed.
        needed: usize,
        /// Places given.
        given: usize,
    },
    /// A slot's cell is not one of the grid's.
    NoSuchCell {
        /// The cell.
        cell: u32,
        /// The number of cells.
        cells: u32,
    },
}

impl fmt::Display for SortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthMismatch { cells, ids } => {
                write!(f, "{cells} cells and {ids} ids were given: there must be as many")
            }
            Self::StartsTooShort { needed, given } => {
                write!(f, "the slice for cell starts has {given} places and needs {needed}")
            }
            Self::OrderTooShort { needed, given } => {
                write!(f, "the slice for the order has {given} places and needs {needed}")
            }
            Self::NoSuchCell { cell, cells } => {
                write!(f, "an entity is in cell {cell}, but there are only {cells} cells")
            }
        }
    }
}

impl core::error::Error for SortError {}

#[cfg(test)]
mod tests {
    use super::*;
    use quickcheck::quickcheck;
    use std::vec;
    use std::vec::Vec;

    fn matches_naive(cell_of: Vec<u32>, cells: u32) -> bool {
        let ids: Vec<u32> =
            (0..cell_of.len() as u32).map(|i| i.wrapping_mul(2_654_435_761)).collect();
        let mut starts = vec![0; cells as usize + 1];
        let mut order = vec![Entry::default(); cell_of.len()];
        let total = sort_by_cell(&cell_of, &ids, cells, &mut starts, &mut order).unwrap();
        let mut naive: Vec<(u32, u32, u32)> = cell_of
            .iter()
            .zip(&ids)
            .enumerate()
            .filter(|(_, (cell, _))| **cell != NO_CELL)
            .map(|(slot, (&cell, &id))| (cell, id, slot as u32))
            .collect();
        naive.sort_unstable();
        total == naive.len()
            && starts[cells as usize] as usize == total
            && naive.iter().zip(&order).all(|(n, e)| n.1 == e.id() && n.2 == e.slot())
            && (0..cells)
                .all(|c| naive.iter().filter(|n| n.0 < c).count() == starts[c as usize] as usize)
    }

    quickcheck! {
        fn spread_matches_naive(raw: Vec<u8>) -> bool {
            let cells = raw.iter().map(|&c| if c > 250 { NO_CELL } else { u32::from(c) % 40 });
            matches_naive(cells.collect(), 40)
        }

        fn all_in_one_cell_matches_naive(count: u16) -> bool {
            matches_naive(vec![3; usize::from(count % 2000)], 5)
        }
    }

    #[test]
    fn slices_that_do_not_fit_are_errors() {
        let mut starts = [0; 5];
        let mut order = [Entry::default(); 2];
        let sort = |cells: &[u32], ids: &[u32], n, starts: &mut [u32], order: &mut [Entry]| {
            sort_by_cell(cells, ids, n, starts, order).unwrap_err()
        };
        assert_eq!(
            sort(&[0, 1, 2], &[1, 2, 3], 4, &mut starts, &mut order),
            SortError::OrderTooShort { needed: 3, given: 2 }
        );
        assert_eq!(
            sort(&[0], &[1], 5, &mut starts, &mut order),
            SortError::StartsTooShort { needed: 6, given: 5 }
        );
        assert_eq!(
            sort(&[4], &[1], 4, &mut starts, &mut order),
            SortError::NoSuchCell { cell: 4, cells: 4 }
        );
        assert_eq!(
            sort(&[4], &[], 4, &mut starts, &mut order),
            SortError::LengthMismatch { cells: 1, ids: 0 }
        );
    }
}
