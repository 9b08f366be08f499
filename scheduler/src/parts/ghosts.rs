//! Copies of the entities of other domains, and of a domain's own across a seam.

use alloc::vec::Vec;

use flockwork_kernel::columns::{Columns, Reach};
use flockwork_spatial::NO_CELL;

use super::site::Site;
use crate::arena::Arena;
use crate::error::DomainError;

/// The ghosts of a domain.
pub(crate) struct Ghosts<C> {
    pub(crate) arena: Arena<C>,
    pub(crate) rows: usize,
    /// The local cell of each.
    pub(crate) cell: Vec<u32>,
}

impl<C: Columns> Ghosts<C> {
    pub(crate) fn new(capacity: usize) -> Result<Self, DomainError> {
        let cell = alloc::vec![NO_CELL; capacity];
        Ok(Self { arena: Arena::new(capacity)?, rows: 0, cell })
    }

    /// Makes room for this many.
    pub(crate) fn reserve(&mut self, capacity: usize) -> Result<(), DomainError> {
        self.arena.grow(capacity)?;
        self.cell.resize(capacity.max(self.cell.len()), NO_CELL);
        Ok(())
    }

    /// Takes in the packed image of an entity with its tag: see [`Move`](super::Move). False if it
    /// does not fit, or does not lie in the border of the region.
    pub(crate) fn take(&mut self, site: &Site, tag: u32, row: &[u8]) -> bool {
        let at = self.rows;
        if tag > 8 || !self.arena.unpack(at, Reach::Ghost, row) {
            return false;
        }
        let grid = site.grid();
        let world = grid.world();
        let shift = ((tag / 3) as i32 - 1, (tag % 3) as i32 - 1);
        let x = &mut self.arena.column_mut::<f32>(Arena::<C>::KNOWN.x)[at];
        let global_x = *x;
        *x += shift.1 as f32 * world.width();
        let y = &mut self.arena.column_mut::<f32>(Arena::<C>::KNOWN.y)[at];
        let global_y = *y;
        *y += shift.0 as f32 * world.height();

        let region = site.region();
        let lines = (shift.0 * grid.rows() as i32, shift.1 * grid.cols() as i32);
        let fine = grid.fine();
        let (row, col) = Site::local_place(&region, fine, grid.cell(global_x, global_y), lines);
        let stride = region.cols() + 2 * fine;
        // In the border, and nowhere else: what is inside is owned.
        let inside = row.wrapping_sub(1) < region.rows() && col.wrapping_sub(fine) < region.cols();
        if inside || row > region.rows() + 1 || col >= stride {
            return false;
        }
        self.cell[at] = row * stride + col;
        self.rows += 1;
        true
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.arena.memory_bytes() + 4 * self.cell.capacity()
    }
}
