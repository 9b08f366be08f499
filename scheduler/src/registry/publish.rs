//! Columns of all entities, copied out of the domains or borrowed from them: what other programs show.

use core::slice::ChunksMut;

use flockwork_kernel::columns::{Column, Columns};
use flockwork_spatial::NO_CELL;

use crate::domain::Domain;
use crate::model::Model;

/// What is taken from an entity: a column of the schema, or one of its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The column's place in the schema.
    pub column: usize,
    /// Which of its numbers; all of them if there is no such.
    pub component: u32,
}

impl Part {
    /// Bytes of what is taken from an entity; 0 if there is no such column.
    pub fn size(self, schema: &[Column]) -> usize {
        self.bytes(schema).map_or(0, |bytes| bytes.len)
    }

    fn bytes(self, schema: &[Column]) -> Option<Bytes> {
        let column = schema.get(self.column)?;
        let (width, size) = (column.stride(), column.scalar.size());
        let (at, len) = if self.component < column.components {
            (self.component as usize * size, size)
        } else {
            (0, width)
        };
        Some(Bytes { width, at, len })
    }
}

/// A column of one region, as it lies in memory.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// The values of each row, side by side.
    pub bytes: &'a [u8],
    /// The cell of each row; [`NO_CELL`] for one that is no entity, as one that moved to another
    /// region or died leaves it until the next tick.
    pub cells: &'a [u32],
}

impl<'a> Piece<'a> {
    pub(super) fn of<M: Model>(domain: &'a Domain<M>, column: usize) -> Self {
        let stride = M::Columns::SCHEMA.get(column).map_or(0, Column::stride);
        let cells = domain.cells();
        match domain.column_bytes(column).get(..cells.len() * stride) {
            Some(bytes) if stride > 0 => Self { bytes, cells },
            _ => Self { bytes: &[], cells: &[] },
        }
    }
}

/// A part of each row of a column: `len` bytes from `at` on, of `width`.
#[derive(Clone, Copy)]
struct Bytes {
    width: usize,
    at: usize,
    len: usize,
}

/// Copies a part of each entity to the begin of the next `stride` bytes, as long as there is room;
/// gives how many.
pub(super) fn publish<M: Model>(
    domains: &[Domain<M>],
    part: Part,
    stride: usize,
    to: &mut [u8],
) -> u32 {
    let Some(from) = part.bytes(M::Columns::SCHEMA) else { return 0 };
    let mut places = to.chunks_mut(stride.max(1));
    domains
        .iter()
        .map(|domain| from.copy(domain.column_bytes(part.column), domain.cells(), &mut places))
        .sum()
}

impl Bytes {
    /// Copies it of the rows that have a cell; gives of how many.
    ///
    /// Of no model, so that it is there once: pages load all of it.
    fn copy(self, column: &[u8], cells: &[u32], places: &mut ChunksMut<'_, u8>) -> u32 {
        // A copy whose length is known takes a few instructions, another one a call.
        match self.len {
            1 => self.copy_by(column, cells, places, copy::<1>),
            2 => self.copy_by(column, cells, places, copy::<2>),
            4 => self.copy_by(column, cells, places, copy::<4>),
            8 => self.copy_by(column, cells, places, copy::<8>),
            _ => self.copy_by(column, cells, places, <[u8]>::copy_from_slice),
        }
    }

    fn copy_by(
        self,
        column: &[u8],
        cells: &[u32],
        places: &mut ChunksMut<'_, u8>,
        copy: impl Fn(&mut [u8], &[u8]),
    ) -> u32 {
        let mut written = 0;
        let rows = column.chunks_exact(self.width.max(1)).zip(cells);
        for (row, _) in rows.filter(|(_, cell)| **cell != NO_CELL) {
            let Some(place) = places.next().and_then(|place| place.get_mut(..self.len)) else {
                return written;
            };
            copy(place, &row[self.at..][..self.len]);
            written += 1;
        }
        written
    }
}

/// Copies so many bytes, where there are as many.
fn copy<const N: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<N>(), from.first_chunk::<N>()) {
        *to = *from;
    }
}
