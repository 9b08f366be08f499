//! The regions of a world and which of their cells lie in whose ghost bands.

use alloc::vec::Vec;

use flockwork_spatial::{Cut, CutError, Grid, Lines, Overlap, Region, regions};

/// The cut of a world, shared by all its domains.
#[derive(Clone, Debug)]
pub struct Topology {
    grid: Grid,
    regions: Vec<Region>,
    overlaps: Vec<Vec<Overlap>>,
    /// The owner of every cell, by its number.
    owners: Vec<u32>,
}

impl Topology {
    /// Cuts the grid; `weight` gives the weight of a cell.
    ///
    /// # Errors
    ///
    /// [`CutError`] if the grid is too small for the cut.
    pub fn new(grid: Grid, cut: Cut, weight: &impl Fn(Lines) -> u64) -> Result<Self, CutError> {
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
    pub fn owner(&self, cell: Lines) -> u32 {
        self.owners.get(self.grid.number(cell) as usize).copied().unwrap_or(0)
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

/// The owner of every cell, by its number.
fn owners(grid: &Grid, regions: &[Region]) -> Vec<u32> {
    let mut owners = alloc::vec![0; grid.cells() as usize];
    for (id, region) in (0..).zip(regions) {
        let ([left, bottom, front], [right, top, back]) = (region.low, region.high);
        for layer in front..back {
            for row in bottom..top {
                let first = grid.number([0, row, layer]) as usize;
                owners[first + left as usize..first + right as usize].fill(id);
            }
        }
    }
    owners
}

/// The owners of all cells in a region and its ghost border, in ascending order: nobody else is near.
fn around(grid: &Grid, region: &Region, owners: &[u32]) -> Vec<u32> {
    // The lines of a border, wrapped: along an axis that is not periodic these are some too many.
    let around = |axis: usize| {
        let (lines, margin) = (grid.lines()[axis], grid.margins()[axis]);
        let count = region.lines()[axis] + 2 * margin;
        (0..count).map(move |line| (region.low[axis] + lines - margin % lines + line) % lines)
    };
    let mut found = Vec::new();
    for layer in around(2) {
        for row in around(1) {
            for col in around(0) {
                let owner = owners[grid.number([col, row, layer]) as usize];
                if found.last() != Some(&owner) {
                    found.push(owner);
                }
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
    use flockwork_kernel::{Axis, Edge, World};

    use super::*;

    #[test]
    fn bands_are_those_of_a_look_at_all_regions_and_owners_those_of_a_search() {
        let edges = [Edge::Periodic, Edge::Wall];
        let ends = edges.iter().flat_map(|x| edges.map(|y| (*x, y)));
        for (x, y) in ends {
            for (lengths, cut) in [
                ([13.0, 9.0, 0.0], Cut::Parts(1)),
                ([13.0, 9.0, 0.0], Cut::Parts(23)),
                ([2.1, 2.1, 0.0], Cut::Parts(4)),
                ([2.5, 7.0, 0.0], Cut::Grid { cols: 2, rows: 6, layers: 1 }),
                ([40.0, 3.0, 0.0], Cut::Parts(60)),
                ([5.0, 3.0, 4.0], Cut::Parts(1)),
                ([5.0, 3.0, 4.0], Cut::Parts(17)),
                ([2.1, 2.1, 2.1], Cut::Parts(8)),
                ([6.0, 3.0, 4.0], Cut::Grid { cols: 3, rows: 1, layers: 2 }),
            ] {
                let axis = |place: usize, edge| Axis { length: lengths[place], edge };
                let axes = [axis(0, x), axis(1, y), axis(2, x)];
                let count = if lengths[2] > 0.0 { 3 } else { 2 };
                let world = World::of(&axes[..count]).unwrap();
                let grid = Grid::new(world, 1.0, 3000).unwrap();
                let weight = |[col, row, layer]: Lines| u64::from(row + col + layer);
                let topology = Topology::new(grid, cut, &weight).unwrap();
                for from in 0..topology.regions().len() as u32 {
                    let mut all = Vec::new();
                    regions::overlaps(&grid, topology.regions(), from, |one| all.push(one));
                    assert_eq!(topology.overlaps(from), all, "{from} of {cut:?} in {world:?}");
                }
                for cell in (0..grid.cells()).map(|cell| grid.cell_of(cell)) {
                    let owner = regions::owner(topology.regions(), cell);
                    assert_eq!(Some(topology.owner(cell)), owner);
                }
            }
        }
    }
}
