//! The regions of a world and which of their cells lie in whose ghost bands.

use alloc::vec::Vec;

use flockwork_kernel::lattice::Lattice;
use flockwork_spatial::{Blocks, Cut, CutError, Grid, Lines, Overlap, Region, regions};

use crate::lots::Lot;

/// The cut of a world, shared by all its domains.
#[derive(Clone, Debug)]
pub struct Topology {
    grid: Grid,
    blocks: Blocks,
    regions: Vec<Region>,
    overlaps: Vec<Vec<Overlap>>,
    /// The owner of every block, by its number.
    owners: Vec<u32>,
    /// The cells of each field, and which of them belong to each region.
    fields: Vec<(Lattice, Vec<Lot>)>,
}

impl Topology {
    /// Cuts a grid before anything is known of its entities.
    ///
    /// # Errors
    ///
    /// [`CutError`] if the grid is too small for the cut.
    pub fn new(grid: Grid, cut: Cut) -> Result<Self, CutError> {
        Self::of(grid, Blocks::of(&grid), cut, &|_| 1)
    }

    /// Cuts a grid into regions of these blocks; `weight` gives the weight of a block.
    ///
    /// # Errors
    ///
    /// [`CutError`] if there are too few blocks for the cut.
    pub fn of(
        grid: Grid,
        blocks: Blocks,
        cut: Cut,
        weight: &impl Fn(Lines) -> u64,
    ) -> Result<Self, CutError> {
        let whole = Region::whole(&grid);
        // More regions than blocks is an error that `cut` reports; do not allocate for it first.
        let count = u64::from(cut.count().unwrap_or(u32::MAX)).min(blocks.count() + 1) as usize;
        let mut cells: Vec<Region> = (0..count).map(|_| whole).collect();
        regions::cut(&blocks, cut, weight, &mut cells)?;
        let owners = owners(&blocks, &cells);
        let overlaps = (0..count as u32)
            .map(|from| {
                let mut list = Vec::new();
                for to in around(&grid, &blocks, &cells[from as usize], &owners) {
                    let pair = (from, to);
                    regions::overlaps_between(&grid, &cells, pair, |overlap| list.push(overlap));
                }
                list.shrink_to_fit();
                list
            })
            .collect();
        Ok(Self { grid, blocks, regions: cells, overlaps, owners, fields: Vec::new() })
    }

    /// The same with fields of these cells.
    pub(crate) fn with_fields(mut self, lattices: impl Iterator<Item = Lattice>) -> Self {
        let lots = |lattice: &Lattice| {
            self.regions.iter().map(|region| Lot::of(lattice, &self.grid, region)).collect()
        };
        self.fields = lattices.map(|lattice| (lattice, lots(&lattice))).collect();
        self
    }

    /// The cells of each field, and which of them belong to each region.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&Lattice, &[Lot])> {
        self.fields.iter().map(|(lattice, lots)| (lattice, lots.as_slice()))
    }

    /// The cells of each field.
    pub(crate) fn lattices(&self) -> impl Iterator<Item = Lattice> + '_ {
        self.fields.iter().map(|(lattice, _)| *lattice)
    }

    /// The grid.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The blocks of which regions are made.
    pub fn blocks(&self) -> &Blocks {
        &self.blocks
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
        self.owners.get(self.blocks.number(self.blocks.block(cell))).copied().unwrap_or(0)
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        let bands = self.overlaps.iter().map(|list| list.capacity() * size_of::<Overlap>());
        bands.sum::<usize>()
            + self.overlaps.capacity() * size_of::<Vec<Overlap>>()
            + self.regions.capacity() * size_of::<Region>()
            + 4 * self.owners.capacity()
            + self.fields.iter().map(|(_, lots)| size_of_val(lots.as_slice())).sum::<usize>()
    }
}

/// The owner of every block, by its number.
#[inline(never)]
fn owners(blocks: &Blocks, regions: &[Region]) -> Vec<u32> {
    let mut owners = alloc::vec![0; blocks.count() as usize];
    for (id, region) in (0..).zip(regions) {
        let (low, high) = ends(blocks, region);
        for layer in low[2]..=high[2] {
            for row in low[1]..=high[1] {
                let first = blocks.number([0, row, layer]);
                owners[first + low[0] as usize..=first + high[0] as usize].fill(id);
            }
        }
    }
    owners
}

/// The first and the last block of a region along each axis.
fn ends(blocks: &Blocks, region: &Region) -> (Lines, Lines) {
    (blocks.block(region.low), blocks.block(region.high.map(|line| line.saturating_sub(1))))
}

/// The owners of all blocks that a region and its ghost border touch, in ascending order: nobody else
/// is near.
#[inline(never)]
fn around(grid: &Grid, blocks: &Blocks, region: &Region, owners: &[u32]) -> Vec<u32> {
    let (low, high) = ends(blocks, region);
    // The lines of a border, wrapped: along an axis that is not periodic these are some too many.
    let around = |axis: usize| {
        let (lines, margin) = (blocks.lines()[axis], blocks.margin(axis, grid.margins()[axis]));
        let count = high[axis] + 1 - low[axis] + 2 * margin;
        (0..count).map(move |line| (low[axis] + lines - margin % lines + line) % lines)
    };
    let mut found = Vec::new();
    for layer in around(2) {
        for row in around(1) {
            for col in around(0) {
                let owner = owners[blocks.number([col, row, layer])];
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
        let edges = [Edge::Periodic, Edge::Wall, Edge::Open];
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
                let blocks = Blocks::of(&grid);
                let topology = Topology::of(grid, blocks, cut, &weight).unwrap();
                for from in 0..topology.regions().len() as u32 {
                    let mut all = Vec::new();
                    regions::overlaps(&grid, topology.regions(), from, |one| all.push(one));
                    assert_eq!(topology.overlaps(from), all, "{from} of {cut:?} in {world:?}");
                }
                let mut cells = Vec::from([[0; 3], grid.lines().map(|lines| lines - 1)]);
                for layer in grid.inside().low[2]..grid.inside().high[2] {
                    for row in grid.inside().low[1]..grid.inside().high[1] {
                        let cols = grid.inside().low[0]..grid.inside().high[0];
                        cells.extend(cols.map(|col| [col, row, layer]));
                    }
                }
                for cell in cells {
                    let owner = regions::owner(topology.regions(), cell);
                    assert_eq!(Some(topology.owner(cell)), owner);
                }
            }
        }
    }
}
