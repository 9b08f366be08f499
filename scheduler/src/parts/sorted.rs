//! Where the entities of each cell of a domain are in canonical order.

use alloc::vec::Vec;

use flockwork_spatial::Cells;

use super::site::Site;

/// What is left of the sort once the pass is done.
#[derive(Default)]
pub(crate) struct Sorted {
    /// Where each local cell begins among owned entities and ghosts in canonical order.
    pub(crate) starts: Vec<u32>,
    /// The number of owned entities before each owned row of cells, of all layers.
    pub(crate) row_begin: Vec<u32>,
}

impl Sorted {
    /// How many owned entities and ghosts there are.
    pub(crate) fn count(&self, cells: &Cells<'_>) -> usize {
        let layers = (cells.lines[2] + 2 * cells.margins[2]) as usize;
        self.starts[cells.layer_stride() * layers] as usize
    }

    /// The row of an owned entity by its id and the number of its cell of the world.
    ///
    /// `ids` are those of the owned entities in canonical order: in a cell they ascend.
    pub(crate) fn row_of(&self, site: &Site, ids: &[u32], id: u32, cell: u32) -> Option<usize> {
        let (grid, region) = (site.grid(), site.region());
        let cell = grid.cell_of(cell);
        if !region.contains(cell) {
            return None;
        }
        let cells = site.cells(&self.starts);
        // Among the owned rows of all layers.
        let row = (cell[2] - region.low[2]) * region.rows() + cell[1] - region.low[1];
        let cell = site.local().number(cell) as usize;
        let (begin, end) = (self.starts[cell] as usize, self.starts[cell + 1] as usize);
        let first = self.row_begin[row as usize] as usize + begin - cells.owned(row).start;
        let found = ids[first..first + end - begin].binary_search(&id).ok()?;
        Some(first + found)
    }

    /// Adds the weight of each owned cell to `weights`, by the numbers of the whole grid: what its
    /// entities and their candidates cost.
    pub(crate) fn add_weights(&self, site: &Site, weights: &mut [u32]) {
        let (grid, region, local) = (site.grid(), site.region(), site.local());
        let (fine, starts) = (grid.fine() as usize, &self.starts);
        let cells = site.cells(starts);
        if starts.len() <= site.cell_count().map_or(usize::MAX, |count| count as usize) {
            return;
        }
        let (row, layer) = (cells.stride(), cells.layer_stride());
        let layers = if grid.world().is_space() { 3 } else { 1 };
        let ([left, bottom, front], [right, top, back]) = (region.low, region.high);
        for (z, y) in (front..back).flat_map(|z| (bottom..top).map(move |y| (z, y))) {
            for x in left..right {
                let cell = [x, y, z];
                let at = local.number(cell) as usize;
                let own = u64::from(starts[at + 1] - starts[at]);
                let mut near = 0;
                for around in 0..3 * layers {
                    let at = at + around / 3 * layer + around % 3 * row;
                    let at = at - (layers / 2 * layer + row);
                    near += u64::from(starts[at + fine + 1] - starts[at - fine]);
                }
                if let Some(weight) = weights.get_mut(grid.number(cell) as usize) {
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
