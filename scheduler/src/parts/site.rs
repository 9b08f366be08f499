//! Which region of the world a domain is, and where cells of the world are in it.
//!
//! A domain numbers the cells of its region and of the ghost border around it, row by row: these are
//! its *local* cells. Where an axis is open a region has no end, and it numbers those of a window
//! around its entities instead, anew in every tick: see `window.rs`.

use alloc::sync::Arc;
use core::ops::Range;

use flockwork_kernel::World;
use flockwork_kernel::axes::Axes;
use flockwork_kernel::simd::{Isa, U32x8};
use flockwork_spatial::grid::{cell_in, number_in};
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
        self.local().count().ok_or(DomainError::OutOfMemory { capacity: usize::MAX })
    }

    /// How cells are numbered here; where an axis is open, not before they are sorted.
    pub(crate) fn local(&self) -> Local {
        Local { known: self.grid().is_bounded(), ..Local::of(self.grid(), &self.region()) }
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
#[derive(Clone, Copy, Default)]
pub(crate) struct Local {
    /// Whether numbers mean anything yet: otherwise each is 0.
    known: bool,
    /// The cells of the world along each axis.
    lines: Lines,
    /// The first local column, row and layer, wrapping.
    origin: Lines,
    /// The owned ones.
    owned: Lines,
    margins: Lines,
    /// How many cells somebody within the grid's radius may be away.
    reach: Lines,
    /// How many there are of each with the border.
    bordered: Lines,
}

impl Local {
    /// In a box of cells, which a domain owns, and its border.
    pub(crate) fn of(grid: &Grid, region: &Region) -> Self {
        let (margins, owned) = (grid.margins(), region.lines());
        let all = [0, 1, 2];
        Self {
            known: true,
            lines: grid.lines(),
            origin: all.map(|axis| region.low[axis].wrapping_sub(margins[axis])),
            owned,
            margins,
            reach: grid.reach(grid.radius()),
            bordered: all.map(|axis| owned[axis] + 2 * margins[axis]),
        }
    }

    /// The local cells, of which each begins where `starts` says.
    pub(crate) fn cells<'a>(&self, starts: &'a [u32]) -> Cells<'a> {
        let (lines, margins, reach) = (self.owned, self.margins, self.reach);
        Cells { starts, lines, margins, reach, occupied: None }
    }

    /// How many local cells there are; none if they are too many for a list of any kind.
    pub(crate) fn count(&self) -> Option<u32> {
        Cells::count(self.owned, self.margins)
    }

    /// The local number of a cell of the world that is owned or in the border.
    #[inline]
    pub(crate) fn number(&self, cell: Lines) -> u32 {
        if self.known { self.long_number(cell) as u32 } else { 0 }
    }

    /// The same where there are more cells than a `u32` can number.
    #[inline]
    pub(crate) fn long_number(&self, cell: Lines) -> u64 {
        number_in(self.bordered, self.place(cell))
    }

    /// Where a cell of the world is here.
    #[inline]
    fn place(&self, cell: Lines) -> Lines {
        [0, 1, 2].map(|axis| cell[axis].wrapping_sub(self.origin[axis]))
    }

    /// Numbers of eight cells.
    #[inline(always)]
    pub(crate) fn number_lanes<A: Axes, S: Isa>(
        &self,
        [col, row, layer]: [U32x8<S>; 3],
    ) -> U32x8<S> {
        if !self.known {
            return U32x8::ZERO;
        }
        let ([left, bottom, front], [cols, rows, _]) = (self.origin, self.bordered);
        let row = row - U32x8::splat(bottom);
        let row =
            if A::SPACE { (layer - U32x8::splat(front)) * U32x8::splat(rows) + row } else { row };
        row * U32x8::splat(cols) + (col - U32x8::splat(left))
    }

    /// A cell, so many worlds further; none if it is not in the border, and nowhere else: what is
    /// inside is owned.
    #[inline]
    pub(crate) fn in_border(&self, cell: Lines, shift: [i32; World::MOST_AXES]) -> Option<Lines> {
        let moved = [0, 1, 2].map(|axis| {
            let lines = shift[axis].wrapping_mul(self.lines[axis] as i32);
            cell[axis].wrapping_add_signed(lines)
        });
        (self.has(moved) && !self.owns(moved)).then_some(moved)
    }

    /// Where a box of cells of the world, counted on over its images, is here; none if nothing of it is.
    pub(crate) fn clip(
        &self,
        low: [i64; World::MOST_AXES],
        high: [i64; World::MOST_AXES],
    ) -> Option<(Lines, Lines)> {
        let (mut from, mut to) = ([0; World::MOST_AXES], [0; World::MOST_AXES]);
        for axis in 0..World::MOST_AXES {
            // A border before the first line wraps.
            let origin = i64::from(self.origin[axis] as i32);
            let most = i64::from(self.bordered[axis]);
            from[axis] = (low[axis] - origin).clamp(0, most) as u32;
            to[axis] = (high[axis] - origin).clamp(0, most) as u32;
            if from[axis] >= to[axis] {
                return None;
            }
        }
        Some((from, to))
    }

    /// The number of a cell at a place here.
    pub(crate) fn number_at(&self, place: Lines) -> u64 {
        number_in(self.bordered, place)
    }

    /// How many numbers further a cell is that lies so many rows and layers further.
    pub(crate) fn offset(&self, rows: u64, layers: u64) -> u64 {
        let [cols, all, _] = self.bordered.map(u64::from);
        (layers * all + rows) * cols
    }

    /// Whether a cell is owned.
    #[inline]
    pub(crate) fn owns(&self, cell: Lines) -> bool {
        let place = self.place(cell);
        (0..World::MOST_AXES)
            .all(|axis| place[axis].wrapping_sub(self.margins[axis]) < self.owned[axis])
    }

    /// Whether a cell is owned or in the border.
    #[inline]
    pub(crate) fn has(&self, cell: Lines) -> bool {
        let place = self.place(cell);
        (0..World::MOST_AXES).all(|axis| place[axis] < self.bordered[axis])
    }

    /// Of the row of a local cell: the owned ones, and the number after the last.
    pub(crate) fn row(&self, local: u64) -> (Range<u64>, u64) {
        let cols = u64::from(self.bordered[0]);
        let begin = local - local % cols;
        let first = begin + u64::from(self.margins[0]);
        let own = self.owned_place(first).map_or(0, |_| u64::from(self.owned[0]));
        (first..first + own, begin + cols)
    }

    /// Where a local cell is, counted from the first one that is owned; none in the border.
    #[inline]
    pub(crate) fn owned_place(&self, local: u64) -> Option<Lines> {
        let place = cell_in(self.bordered, local);
        let place = [0, 1, 2].map(|axis| place[axis].wrapping_sub(self.margins[axis]));
        (0..World::MOST_AXES).all(|axis| place[axis] < self.owned[axis]).then_some(place)
    }

    /// The cell of the world behind a local one.
    pub(crate) fn global(&self, local: u64) -> Lines {
        let place = cell_in(self.bordered, local);
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
