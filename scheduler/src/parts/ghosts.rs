//! Copies of the entities of other domains, and of a domain's own across a seam.

use alloc::vec::Vec;

use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_kernel::{Axes, Vector, World};
use flockwork_spatial::{Grid, Lines, NO_CELL};

use super::moves::Move;
use super::site::{Local, Site};
use crate::arena::Arena;
use crate::error::DomainError;
use crate::grow::grow;

/// The ghosts of a domain.
pub(crate) struct Ghosts<C> {
    pub(crate) arena: Arena<C>,
    pub(crate) rows: usize,
    /// The local cell of each.
    pub(crate) cell: Vec<u32>,
    /// Where an axis is open, in place of that: the cell of the world of each, moved across seams.
    pub(crate) moved: Vec<Lines>,
    /// An image's bytes on their way.
    packed: Vec<u8>,
}

impl<C: Columns> Ghosts<C> {
    pub(crate) fn new(
        shared: &'static [&'static str],
        capacity: usize,
    ) -> Result<Self, DomainError> {
        let arena = Arena::ghosts(shared, capacity)?;
        let cell = alloc::vec![NO_CELL; arena.capacity()];
        let packed = alloc::vec![0; packed_len(C::SCHEMA, Reach::Ghost)];
        Ok(Self { arena, rows: 0, cell, moved: Vec::new(), packed })
    }

    /// Makes room for this many.
    pub(crate) fn reserve(&mut self, capacity: usize) -> Result<(), DomainError> {
        self.arena.grow(capacity)?;
        self.cell.reserve_exact(self.arena.capacity().saturating_sub(self.cell.len()));
        self.cell.resize(self.arena.capacity(), NO_CELL);
        Ok(())
    }

    /// To take in one image after the other.
    pub(crate) fn taker<'a>(&'a mut self, site: &'a Site) -> Result<Taker<'a, C>, DomainError> {
        let Self { arena, rows, cell, moved, packed } = self;
        let room = arena.capacity();
        let (grid, local) = (site.grid(), site.local());
        if !grid.is_bounded() {
            grow(moved, room);
        }
        let cell = &mut cell[..room];
        Ok(Taker { columns: arena.bind()?, rows, cell, moved, packed, grid, local })
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.arena.memory_bytes()
            + 4 * self.cell.capacity()
            + size_of::<Lines>() * self.moved.capacity()
            + self.packed.capacity()
    }
}

/// Takes in images. What is alike for all of them is found once: views of the columns above all, which
/// cost more than an image.
pub(crate) struct Taker<'a, C: Columns> {
    columns: C::Mut<'a>,
    rows: &'a mut usize,
    cell: &'a mut [u32],
    moved: &'a mut [Lines],
    packed: &'a mut [u8],
    grid: &'a Grid,
    local: Local,
}

impl<C: Columns> Taker<'_, C> {
    /// Takes in the packed image of an entity with its tag: see [`Move`](super::Move). False if it
    /// does not fit, or does not lie in the border of the region.
    pub(crate) fn take(&mut self, tag: u32, row: &[u8]) -> bool {
        if row.len() != self.packed.len() {
            return false;
        }
        self.packed.copy_from_slice(row);
        self.place(tag)
    }

    /// The same of a row of the domain's own.
    pub(crate) fn take_own(&mut self, tag: u32, from: &C::Ref<'_>, row: usize) -> bool {
        C::pack(from, row, Reach::Ghost, self.packed).is_some() && self.place(tag)
    }

    /// Takes in what is packed.
    fn place(&mut self, tag: u32) -> bool {
        let at = *self.rows;
        let Some(shift) = Move::shift(tag).filter(|_| at < self.cell.len()) else { return false };
        let mut before = [0.0; World::MOST_AXES];
        for (axis, along) in self.grid.world().axes().iter().enumerate().take(C::Axes::COUNT) {
            let by = shift[axis] as f32 * along.length;
            before[axis] = moved(self.packed, Arena::<C>::KNOWN.packed[axis], by);
        }
        if C::unpack(&mut self.columns, at, Reach::Ghost, self.packed).is_none() {
            return false;
        }
        let [x, y, z] = before;
        let cell = self.grid.cell(Vector::<C::Axes>::of(x, y, z));
        let Some(cell) = self.local.in_border(cell, shift) else { return false };
        self.cell[at] = self.local.number(cell);
        if let Some(place) = self.moved.get_mut(at) {
            *place = cell;
        }
        *self.rows += 1;
        true
    }
}

/// Moves a packed coordinate, and gives where it was.
fn moved(packed: &mut [u8], at: usize, by: f32) -> f32 {
    let Some(bytes) = packed.get_mut(at..at + 4) else { return f32::NAN };
    let before: f32 = bytemuck::pod_read_unaligned(bytes);
    bytes.copy_from_slice(bytemuck::bytes_of(&(before + by)));
    before
}
