//! The regions of a world and which of their cells lie in whose ghost bands.

use alloc::vec::Vec;

use flockwork_spatial::{Cut, CutError, Grid, Overlap, Region, regions};

/// The cut of a world, shared by all its domains.
#[derive(Clone, Debug)]
pub struct Topology {
    grid: Grid,
    regions: Vec<Region>,
    overlaps: Vec<Vec<Overlap>>,
    /// The owner of every cell, row by row.
    owners: Vec<u32>,
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
        let owners = owners(&grid, &cells);
        let overlaps = (0..count as u32)
            .map(|from| {
                let mut list = Vec::new();
                for to in around(&grid, &cells[from as usize], &owners) {
                    let pair = (from, to);
                    regions::overlaps_between(&grid, &cells, pair, |overlap| list.push(overlap));
                }
                list.shrink_to_fit();
                list
            })
            .collect();
        Ok(Self { grid, regions: cells, overlaps, owners })
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
        self.owners.get((row * self.grid.cols() + col) as usize).copied().unwrap_or(0)
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        let bands = self.overlaps.iter().map(|list| list.capacity() * size_of::<Overlap>());
        bands.sum::<usize>()
            + self.overlaps.capacity() * size_of::<Vec<Overlap>>()
            + self.regions.capacity() * size_of::<Region>()
            + 4 * self.owners.capacity()
    }
}

/// The owner of every cell, row by row.
fn owners(grid: &Grid, regions: &[Region]) -> Vec<u32> {
    let mut owners = alloc::vec![0; grid.cells() as usize];
    for (id, region) in (0..).zip(regions) {
        for row in region.row..region.row_end {
            let first = (row * grid.cols()) as usize;
            owners[first + region.col as usize..first + region.col_end as usize].fill(id);
        }
    }
    owners
}

/// The owners of all cells in a region and its ghost border, in ascending order: nobody else is near.
fn around(grid: &Grid, region: &Region, owners: &[u32]) -> Vec<u32> {
    let (rows, cols, fine) = (grid.rows(), grid.cols(), grid.fine());
    let mut found = Vec::new();
    for row in 0..region.rows() + 2 {
        let row = (region.row + rows - 1 + row) % rows;
        for col in 0..region.cols() + 2 * fine {
            let col = (region.col + cols - fine % cols + col) % cols;
            let owner = owners[(row * cols + col) as usize];
            if found.last() != Some(&owner) {
                found.push(owner);
            }
        }
    }
    #[allow(clippy::disallowed_methods, reason = "equal ids are the same")]
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use flockwork_kernel::{Edge, World};

    use super::*;

    #[test]
    fn bands_are_those_of_a_look_at_all_regions_and_owners_those_of_a_search() {
        for edge in [Edge::Periodic, Edge::Wall] {
            for (width, height, cut) in [
                (13.0, 9.0, Cut::Parts(1)),
                (13.0, 9.0, Cut::Parts(23)),
                (2.1, 2.1, Cut::Parts(4)),
                (2.5, 7.0, Cut::Grid { rows: 6, cols: 2 }),
                (40.0, 3.0, Cut::Parts(60)),
            ] {
                let world = World::new(width, height, edge).unwrap();
                let grid = Grid::new(world, 1.0, 3000).unwrap();
                let topology = Topology::new(grid, cut, &|row, col| u64::from(row + col)).unwrap();
                for from in 0..topology.regions().len() as u32 {
                    let mut all = Vec::new();
                    regions::overlaps(&grid, topology.regions(), from, |one| all.push(one));
                    assert_eq!(topology.overlaps(from), all, "{from} of {cut:?} in {world:?}");
                }
                for (row, col) in
                    (0..grid.rows()).flat_map(|row| (0..grid.cols()).map(move |col| (row, col)))
                {
                    let owner = regions::owner(topology.regions(), row, col);
                    assert_eq!(Some(topology.owner(row, col)), owner);
                }
            }
        }
    }
}
