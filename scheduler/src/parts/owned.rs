//! The entities that a domain owns.

use alloc::vec::Vec;
use core::ops::Range;

use flockwork_kernel::columns::{Columns, Reach, first_unsound, packed_len};
use flockwork_kernel::isa::Baseline;
use flockwork_spatial::NO_CELL;

use super::site::Site;
use crate::arena::Arena;
use crate::error::DomainError;
use crate::grow::grow;

/// The entities that a domain owns, as rows of columns.
///
/// A tick puts them into canonical order in a second arena, and writes only there: from the first
/// one the domain goes back to where it was, if the tick fails.
pub(crate) struct Owned<C> {
    pub(crate) now: Arena<C>,
    /// The rows before the last sort.
    pub(crate) old: Arena<C>,
    pub(crate) rows: usize,
    pub(crate) old_rows: usize,
    /// The local cell of each row; from the sort on until the update, of each old row. A row that is
    /// no entity any more has [`NO_CELL`].
    pub(crate) cell_of: Vec<u32>,
    /// The rows that are no entities.
    pub(crate) holes: Vec<u32>,
    old_holes: Vec<u32>,
    /// The rows of those who died in the last tick.
    pub(crate) died: Vec<u32>,
    /// A row's bytes on their way.
    packed: Vec<u8>,
}

/// Where the rows of a domain were before what it now does: see [`Owned::undo`].
#[derive(Clone, Copy, Default)]
pub(crate) struct Before {
    rows: usize,
    holes: usize,
    /// Whether the tick has put the rows into order.
    sorted: bool,
}

impl<C: Columns> Owned<C> {
    pub(crate) fn new(capacity: usize) -> Result<Self, DomainError> {
        let now = Arena::new(capacity)?;
        Ok(Self {
            cell_of: alloc::vec![NO_CELL; now.capacity()],
            now,
            old: Arena::new(capacity)?,
            rows: 0,
            old_rows: 0,
            holes: Vec::new(),
            old_holes: Vec::new(),
            died: Vec::new(),
            packed: alloc::vec![0; packed_len(C::SCHEMA, Reach::Scratch)],
        })
    }

    /// Makes room for this many.
    pub(crate) fn reserve(&mut self, capacity: usize) -> Result<(), DomainError> {
        self.now.grow(capacity)?;
        self.fit_cells();
        Ok(())
    }

    /// Makes room for this many after the next sort too, which would make as much as it needs.
    pub(crate) fn reserve_old(&mut self, capacity: usize) -> Result<(), DomainError> {
        self.old.grow(capacity)
    }

    /// A cell for each row that there is room for.
    fn fit_cells(&mut self) {
        let missing = self.now.capacity().saturating_sub(self.cell_of.len());
        self.cell_of.reserve_exact(missing);
        self.cell_of.resize(self.cell_of.len() + missing, NO_CELL);
    }

    /// The ids of all rows.
    pub(crate) fn ids(&self) -> &[u32] {
        self.now.ids()
    }

    /// The rows that are entities, between ticks.
    pub(crate) fn entities(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.rows).filter(|row| self.cell_of[*row] != NO_CELL)
    }

    /// The cell of each row.
    pub(crate) fn cells(&self) -> &[u32] {
        self.cell_of.get(..self.rows).unwrap_or(&[])
    }

    /// Calls `each` for every entity, in no order that means anything, between ticks.
    pub(crate) fn visit(&self, mut each: impl FnMut(&C::Ref<'_>, usize)) {
        if let Ok(columns) = self.now.view() {
            self.entities().for_each(|row| each(&columns, row));
        }
    }

    /// Calls `each` for runs of rows that are entities, each of them in one and none longer than
    /// `most`.
    #[inline(always)]
    pub(crate) fn visit_runs(&self, most: usize, mut each: impl FnMut(&C::Ref<'_>, Range<usize>)) {
        let (Ok(columns), cells) = (self.now.view(), self.cells()) else { return };
        let mut row = 0;
        while let Some(rest) = cells.get(row..).filter(|rest| !rest.is_empty()) {
            let rest = rest.get(..most).unwrap_or(rest);
            let hole = if rest.contains(&NO_CELL) {
                rest.iter().position(|cell| *cell == NO_CELL)
            } else {
                None
            };
            let end = row + hole.unwrap_or(rest.len());
            if row < end {
                each(&columns, row..end);
            }
            row = end + usize::from(hole.is_some());
        }
    }

    /// As [`Owned::visit`], to change them.
    pub(crate) fn visit_mut(&mut self, mut each: impl FnMut(&mut C::Mut<'_>, usize)) {
        let Ok(mut columns) = self.now.bind() else { return };
        for row in 0..self.rows {
            if self.cell_of[row] != NO_CELL {
                each(&mut columns, row);
                C::settle::<Baseline>(&mut columns, row..row + 1);
            }
        }
    }

    /// Takes in a packed entity before the first tick, in a cell that is not found yet, and gives
    /// its id; None if the bytes do not fit.
    pub(crate) fn admit(&mut self, row: &[u8]) -> Result<Option<u32>, DomainError> {
        let at = self.rows;
        if !self.now.unpack(at, Reach::Owned, row) {
            return Ok(None);
        }
        if !C::settle::<Baseline>(&mut self.now.bind()?, at..at + 1) {
            self.find_unsound(at..at + 1, 0)?;
        }
        self.cell_of[at] = 0;
        self.rows += 1;
        Ok(Some(self.ids()[at]))
    }

    /// Takes an entity out, and gives its id; None if there is none in this row.
    pub(crate) fn remove(&mut self, row: usize) -> Option<u32> {
        let cell = self.cell_of.get_mut(row).filter(|cell| **cell != NO_CELL)?;
        *cell = NO_CELL;
        let id = self.now.ids()[row];
        self.holes.push(row as u32);
        self.died.push(row as u32);
        Some(id)
    }

    /// Takes in a packed entity that came from another domain, and gives its id; None if the bytes
    /// do not fit, or its place is not in the region.
    pub(crate) fn take(&mut self, site: &Site, row: &[u8]) -> Option<u32> {
        let at = self.rows;
        if !self.now.unpack(at, Reach::Owned, row) {
            return None;
        }
        let cell = site.grid().cell(self.now.places().at(at));
        if !site.region().contains(cell) {
            return None;
        }
        self.cell_of[at] = site.local().number(cell);
        self.rows += 1;
        Some(self.ids()[at])
    }

    /// Puts the rows into this order: `now` and `old` change places.
    pub(crate) fn gather(&mut self, order: &[u32], before: &mut Before) -> Result<(), DomainError> {
        if self.old.capacity() < order.len() {
            // Nothing in it is needed any more: its memory comes back first.
            self.old = Arena::new(0)?;
            self.old = Arena::new(order.len())?;
        }
        C::gather(&self.now.view()?, order, &mut self.old.bind()?);
        // The rows before the sort are still what the slots of entries mean.
        core::mem::swap(&mut self.now, &mut self.old);
        core::mem::swap(&mut self.holes, &mut self.old_holes);
        self.holes.clear();
        (self.old_rows, self.rows) = (self.rows, order.len());
        before.sorted = true;
        self.fit_cells();
        Ok(())
    }

    /// Gives all rows a cell, one that is to be found.
    pub(crate) fn settle_cells(&mut self) {
        grow(&mut self.cell_of, self.rows);
        self.cell_of[..self.rows].fill(0);
    }

    /// What [`Owned::undo`] needs.
    pub(crate) fn before(&self) -> Before {
        Before { rows: self.rows, holes: self.holes.len(), sorted: false }
    }

    /// Goes back to the rows as they were. A tick reads the rows of `old` and writes those of `now`;
    /// a new home only adds rows and takes others away.
    pub(crate) fn undo(&mut self, before: &Before) {
        if before.sorted {
            core::mem::swap(&mut self.now, &mut self.old);
            core::mem::swap(&mut self.holes, &mut self.old_holes);
            self.cell_of[..before.rows].fill(0);
            for &row in &self.holes {
                self.cell_of[row as usize] = NO_CELL;
            }
        } else {
            for row in self.holes.drain(before.holes..) {
                self.cell_of[row as usize] = 0;
            }
        }
        self.rows = before.rows;
        self.died.clear();
    }

    /// Finds, of the living entities in `rows`, the one of smallest id with a value that its column
    /// may not hold; none is no error: who has died takes it along.
    pub(crate) fn find_unsound(
        &mut self,
        rows: Range<usize>,
        tick: u64,
    ) -> Result<(), DomainError> {
        let (view, ids, alive) = (self.now.view()?, self.now.ids(), self.now.alive());
        let mut first: Option<(u32, DomainError)> = None;
        for row in rows.filter(|row| alive.is_none_or(|alive| alive[*row] != 0)) {
            C::pack(&view, row, Reach::Owned, &mut self.packed);
            let id = ids[row];
            let Some((column, value)) = first_unsound(C::SCHEMA, &self.packed) else {
                continue;
            };
            if first.is_none_or(|(lowest, _)| id < lowest) {
                let error = if value.is_finite() {
                    DomainError::OutOfRange { id, column, value, tick }
                } else {
                    DomainError::NonFinite { id, column: column.name, tick }
                };
                first = Some((id, error));
            }
        }
        first.map_or(Ok(()), |(_, error)| Err(error))
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.now.memory_bytes()
            + self.old.memory_bytes()
            + 4 * (self.cell_of.capacity() + self.holes.capacity() + self.old_holes.capacity())
            + 4 * self.died.capacity()
            + self.packed.capacity()
    }
}
