//! Which region of the world a domain is, and where cells of the world are in it.
//!
//! A domain numbers the cells of its region and of the ghost border around it, row by row: these are
//! its *local* cells.

use alloc::sync::Arc;

use flockwork_spatial::{Cells, Grid, Region};

use crate::error::{DomainError, Room};
use crate::topology::Topology;

/// Which region of the world a domain is.
pub(crate) struct Site {
    pub(crate) domain: u32,
    pub(crate) topology: Arc<Topology>,
}

impl Site {
    pub(crate) fn region(&self) -> Region {
        self.topology.region(self.domain)
    }

    pub(crate) fn grid(&self) -> &Grid {
        self.topology.grid()
    }

    /// How many domains the world has.
    pub(crate) fn domains(&self) -> u32 {
        self.topology.regions().len() as u32
    }

    /// The number of local cells.
    pub(crate) fn cell_count(&self) -> Result<u32, DomainError> {
        let region = self.region();
        Cells::count(region.rows(), region.cols(), self.grid().fine())
            .ok_or(DomainError::OutOfMemory { capacity: usize::MAX })
    }

    /// The local cells, of which each begins where `starts` says.
    pub(crate) fn cells<'a>(&self, starts: &'a [u32]) -> Cells<'a> {
        let region = self.region();
        Cells { starts, rows: region.rows(), cols: region.cols(), fine: self.grid().fine() }
    }

    /// The local cell of a cell of the world, for a region that is copied out of the loop.
    #[inline]
    pub(crate) fn local_cell(region: &Region, fine: u32, cell: (u32, u32)) -> u32 {
        let (row, col) = Self::local_place(region, fine, cell, (0, 0));
        row.wrapping_mul(region.cols() + 2 * fine).wrapping_add(col)
    }

    /// The local row and column of a cell of the world, `lines` further; both may be outside.
    #[inline]
    pub(crate) fn local_place(
        region: &Region,
        fine: u32,
        cell: (u32, u32),
        lines: (i32, i32),
    ) -> (u32, u32) {
        let row = cell.0.wrapping_add_signed(lines.0).wrapping_sub(region.row).wrapping_add(1);
        let col = cell.1.wrapping_add_signed(lines.1).wrapping_sub(region.col).wrapping_add(fine);
        (row, col)
    }

    /// The cell of the world behind a local cell.
    pub(crate) fn global_cell(&self, local: u32) -> (u32, u32) {
        let (grid, region) = (self.grid(), self.region());
        let stride = region.cols() + 2 * grid.fine();
        let (row, col) = (local / stride, local % stride);
        (
            (region.row + row + grid.rows() - 1) % grid.rows(),
            (region.col + col + grid.cols() - grid.fine()) % grid.cols(),
        )
    }

    /// Asks whether so many fit where there is room for `capacity`.
    pub(crate) fn check_room(
        &self,
        what: Room,
        needed: usize,
        capacity: usize,
    ) -> Result<(), DomainError> {
        if needed > capacity {
            return Err(DomainError::Capacity { domain: self.domain, what, needed, capacity });
        }
        Ok(())
    }

    /// Looks at who sends mail to this domain.
    pub(crate) fn senders(&self) -> Senders {
        Senders { domain: self.domain, domains: self.domains(), next: 0 }
    }
}

/// Whether messages come as they must: from other domains, in ascending order of their senders.
pub(crate) struct Senders {
    domain: u32,
    domains: u32,
    next: u32,
}

impl Senders {
    /// False if there can be no message from this domain, or no other one.
    pub(crate) fn admit(&mut self, from: u32) -> bool {
        let good = from >= self.next && from < self.domains && from != self.domain;
        self.next = from.saturating_add(1);
        good
    }
}
