//! The regions of a world and which of their cells lie in whose ghost bands.

use alloc::vec::Vec;

use flockwork_spatial::{Cut, CutError, Grid, Overlap, Region, regions};

/// The cut of a world, shared by all its domains.
#[derive(Clone, Debug)]
pub struct Topology {
    grid: Grid,
    regions: Vec<Region>,
    overlaps: Vec<Vec<Overlap>>,
}

impl Topology {
    /// Cuts the grid; `weight` gives the weight of a cell by (row, column).
    ///
    /// # Errors
    ///
    /// [`CutError`] if the grid is too small for the cut.
    pub fn new(grid: Grid, cut: Cut, weight: &impl Fn(u32, u32) -> u64) -> Result<Self, CutError> {
        let whole = Region::whole(&grid);
        // More regions than cells is an error that `cut` reports; do not allocate for it first.
        let count = cut.count().unwrap_or(u32::MAX).min(grid.cells() + 1) as usize;
        let mut cells: Vec<Region> = (0..count).map(|_| whole).collect();
        regions::cut(&grid, cut, weight, &mut cells)?;
        let overlaps = (0..count as u32)
            .map(|from| {
                let mut list = Vec::new();
                regions::overlaps(&grid, &cells, from, |overlap| list.push(overlap));
                list
            })
            .collect();
        Ok(Self { grid, regions: cells, overlaps })
    }

    /// The grid.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// All regions.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The region of a domain; the first for one that does not exist.
    pub fn region(&self, domain: u32) -> Region {
        self.regions.get(domain as usize).copied().unwrap_or(self.regions[0])
    }

    /// The parts of a region that lie in ghost bands.
    pub fn overlaps(&self, domain: u32) -> &[Overlap] {
        self.overlaps.get(domain as usize).map_or(&[], Vec::as_slice)
    }

    /// The domain that owns a cell.
    #[inline]
    pub fn owner(&self, row: u32, col: u32) -> u32 {
        regions::owner(&self.regions, row, col).unwrap_or(0)
    }
}
