//! The entities and ghosts of a domain in canonical order.

use alloc::vec::Vec;

use flockwork_spatial::{Candidate, Entry};

use super::site::Site;

/// What the sort made.
pub(crate) struct Sorted<T> {
    /// How many owned entities and ghosts there are.
    pub(crate) count: usize,
    /// Where each local cell begins among the entries.
    pub(crate) starts: Vec<u32>,
    /// Owned entities and ghosts in canonical order.
    pub(crate) entries: Vec<Entry>,
    /// Where each of them is, and what it shows.
    pub(crate) candidates: Vec<Candidate<T>>,
    /// The former row of each owned entity, in canonical order.
    pub(crate) order: Vec<u32>,
    /// The number of owned entities before each owned row of cells.
    pub(crate) row_begin: Vec<u32>,
}

impl<T> Sorted<T> {
    pub(crate) fn new() -> Self {
        Self {
            count: 0,
            starts: Vec::new(),
            entries: Vec::new(),
            candidates: Vec::new(),
            order: Vec::new(),
            row_begin: Vec::new(),
        }
    }

    /// The row of an owned entity by its id and its cell of the world, row * columns + column.
    ///
    /// `ids` are those of the owned entities in canonical order: in a cell they ascend.
    pub(crate) fn row_of(&self, site: &Site, ids: &[u32], id: u32, cell: u32) -> Option<usize> {
        let (grid, region) = (site.grid(), site.region());
        let (row, col) = (cell / grid.cols(), cell % grid.cols());
        if !region.contains(row, col) {
            return None;
        }
        let (row, col) = (row - region.row, col - region.col);
        let cells = site.cells(&self.starts);
        let cell = (row as usize + 1) * cells.stride() + (col + grid.fine()) as usize;
        let (begin, end) = (self.starts[cell] as usize, self.starts[cell + 1] as usize);
        let first = self.row_begin[row as usize] as usize + begin - cells.owned(row).start;
        let found = ids[first..first + end - begin].binary_search(&id).ok()?;
        Some(first + found)
    }

    /// Adds the weight of each owned cell to `weights`, row by row of the whole grid: what its
    /// entities and their candidates cost.
    pub(crate) fn add_weights(&self, site: &Site, weights: &mut [u32]) {
        let (grid, region) = (site.grid(), site.region());
        let (fine, starts) = (grid.fine() as usize, &self.starts);
        let stride = site.cells(starts).stride();
        if starts.len() <= stride * (region.rows() as usize + 2) {
            return;
        }
        for row in 0..region.rows() as usize {
            for col in 0..region.cols() as usize {
                let at = (row + 1) * stride + col + fine;
                let own = u64::from(starts[at + 1] - starts[at]);
                let near: u64 = [at - stride, at, at + stride]
                    .into_iter()
                    .map(|at| u64::from(starts[at + fine + 1] - starts[at - fine]))
                    .sum();
                let cell =
                    (region.row as usize + row) * grid.cols() as usize + region.col as usize + col;
                if let Some(weight) = weights.get_mut(cell) {
                    let cost = own * (16 + near);
                    *weight = weight.saturating_add(cost.min(u64::from(u32::MAX)) as u32);
                }
            }
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        4 * (self.starts.capacity() + self.order.capacity() + self.row_begin.capacity())
            + self.entries.capacity() * size_of::<Entry>()
            + self.candidates.capacity() * size_of::<Candidate<T>>()
    }
}
