//! Where the entities of each cell of a domain are in canonical order.

use alloc::vec::Vec;

use flockwork_spatial::Cells;

use super::site::Site;

/// What is left of the sort once the pass is done.
#[derive(Default)]
pub(crate) struct Sorted {
    /// Where each local cell begins among owned entities and ghosts in canonical order.
    pub(crate) starts: Vec<u32>,
    /// The number of owned entities before each owned row of cells.
    pub(crate) row_begin: Vec<u32>,
}

impl Sorted {
    /// How many owned entities and ghosts there are.
    pub(crate) fn count(&self, cells: &Cells<'_>) -> usize {
        self.starts[cells.stride() * (cells.rows as usize + 2)] as usize
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
        4 * (self.starts.capacity() + self.row_begin.capacity())
    }
}
