//! Which region of the world a domain is, and where cells of the world are in it.
//!
//! A domain numbers the cells of its region and of the ghost border around it, row by row: these are
//! its *local* cells.

use alloc::sync::Arc;

use flockwork_kernel::World;
use flockwork_kernel::axes::Axes;
use flockwork_kernel::simd::{Isa, U32x8};
use flockwork_spatial::{Cells, Grid, Lines, Region};

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
        Cells::count(self.region().lines(), self.grid().margins())
            .ok_or(DomainError::OutOfMemory { capacity: usize::MAX })
    }

    /// The local cells, of which each begins where `starts` says.
    pub(crate) fn cells<'a>(&self, starts: &'a [u32]) -> Cells<'a> {
        Cells { starts, lines: self.region().lines(), margins: self.grid().margins() }
    }

    /// How cells are numbered here.
    pub(crate) fn local(&self) -> Local {
        Local::of(self.grid(), &self.region())
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

/// How cells of the world are numbered in a domain, for copying out of a loop.
#[derive(Clone, Copy)]
pub(crate) struct Local {
    /// The cells of the world along each axis.
    lines: Lines,
    /// The first local column, row and layer, wrapping.
    origin: Lines,
    /// The owned ones.
    owned: Lines,
    margins: Lines,
    /// How many there are of each with the border.
    bordered: Lines,
}

impl Local {
    fn of(grid: &Grid, region: &Region) -> Self {
        let (margins, owned) = (grid.margins(), region.lines());
        let all = [0, 1, 2];
        Self {
            lines: grid.lines(),
            origin: all.map(|axis| region.low[axis].wrapping_sub(margins[axis])),
            owned,
            margins,
            bordered: all.map(|axis| owned[axis] + 2 * margins[axis]),
        }
    }

    /// The local number of a cell of the world that is owned or in the border.
    #[inline]
    pub(crate) fn number(&self, cell: Lines) -> u32 {
        self.join([0, 1, 2].map(|axis| cell[axis].wrapping_sub(self.origin[axis])))
    }

    #[inline]
    fn join(&self, [col, row, layer]: Lines) -> u32 {
        let [cols, rows, _] = self.bordered;
        layer.wrapping_mul(rows).wrapping_add(row).wrapping_mul(cols).wrapping_add(col)
    }

    /// The same of eight cells.
    #[inline(always)]
    pub(crate) fn number_lanes<A: Axes, S: Isa>(
        &self,
        [col, row, layer]: [U32x8<S>; 3],
    ) -> U32x8<S> {
        let ([left, bottom, front], [cols, rows, _]) = (self.origin, self.bordered);
        let row = row - U32x8::splat(bottom);
        let row =
            if A::SPACE { (layer - U32x8::splat(front)) * U32x8::splat(rows) + row } else { row };
        row * U32x8::splat(cols) + (col - U32x8::splat(left))
    }

    /// The local number of a cell of the world, so many worlds further; none if it is not in the
    /// border, and nowhere else: what is inside is owned.
    #[inline]
    pub(crate) fn in_border(&self, cell: Lines, shift: [i32; World::MOST_AXES]) -> Option<u32> {
        let place = [0, 1, 2].map(|axis| {
            let lines = shift[axis] * self.lines[axis] as i32;
            cell[axis].wrapping_add_signed(lines).wrapping_sub(self.origin[axis])
        });
        let along = |axis: usize| place[axis].wrapping_sub(self.margins[axis]) < self.owned[axis];
        let inside = along(0) && along(1) && along(2);
        let outside = (0..World::MOST_AXES).any(|axis| place[axis] >= self.bordered[axis]);
        (!inside && !outside).then(|| self.join(place))
    }

    /// The cell of the world behind a local one.
    pub(crate) fn global(&self, local: u32) -> Lines {
        let [cols, rows, _] = self.bordered;
        let place = [local % cols, local / cols % rows, local / cols / rows];
        [0, 1, 2].map(|axis| {
            // A border before the first line wraps, perhaps more than once.
            let (lines, line) = (i64::from(self.lines[axis]), i64::from(self.origin[axis] as i32));
            (line + i64::from(place[axis])).rem_euclid(lines) as u32
        })
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
