//! The memory of an index: how much it needs, and its lists cut out of one slice of the caller's.

use bytemuck::Pod;
use flockwork_kernel::World;

use super::{IndexError, enough};
use crate::Entry;
use crate::hash::Occupied;

/// How long the lists of an index must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Entities.
    pub(crate) count: usize,
    /// Places where cells begin.
    pub(crate) starts: usize,
    /// Occupied cells (the hash only).
    pub(crate) occupied: usize,
    /// Columns of positions.
    pub(crate) axes: usize,
}

impl Needs {
    /// So many words of 64 bits.
    pub(crate) fn words(&self) -> usize {
        let columns = words::<f32>(self.count) * self.axes;
        let lists = words::<Entry>(self.count) + words::<u32>(self.count);
        lists + columns + words::<u32>(self.starts) + words::<Occupied>(self.occupied)
    }
}

/// Words of 64 bits for so many values.
fn words<T>(count: usize) -> usize {
    count.saturating_mul(size_of::<T>()).div_ceil(size_of::<u64>())
}

/// The lists of an index that is built: at least as long as it needs them.
#[derive(Debug)]
pub(crate) struct Lists<'a> {
    /// Where cells begin in `order`, and the end.
    pub(crate) starts: &'a mut [u32],
    /// The entities in canonical order.
    pub(crate) order: &'a mut [Entry],
    /// The cell of each slot.
    pub(crate) cell_of: &'a mut [u32],
    /// Positions in canonical order along x, y and, in space, z.
    pub(crate) columns: [&'a mut [f32]; World::MOST_AXES],
    /// The occupied cells in canonical order.
    pub(crate) occupied: &'a mut [Occupied],
}

impl<'a> Lists<'a> {
    /// Cuts them out of one slice.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooShort`] if it is too short; it is unchanged.
    pub(crate) fn bind(memory: &'a mut [u64], needs: &Needs) -> Result<Self, IndexError> {
        enough("memory", needs.words(), memory.len())?;
        let mut rest = memory;
        let order = cut(&mut rest, needs.count);
        let starts = cut(&mut rest, needs.starts);
        let cell_of = cut(&mut rest, needs.count);
        let columns = core::array::from_fn(|axis| {
            cut(&mut rest, if axis < needs.axes { needs.count } else { 0 })
        });
        let occupied = cut(&mut rest, needs.occupied);
        Ok(Self { starts, order, cell_of, columns, occupied })
    }
}

/// Takes a list off the front of a slice that is long enough.
fn cut<'a, T: Pod>(rest: &mut &'a mut [u64], count: usize) -> &'a mut [T] {
    let (list, others) = core::mem::take(rest).split_at_mut(words::<T>(count));
    *rest = others;
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(list);
    bytemuck::cast_slice_mut(&mut bytes[..count * size_of::<T>()])
}
