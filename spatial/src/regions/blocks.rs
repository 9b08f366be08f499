//! Blocks of cells, of which regions are made.

use flockwork_kernel::World;

use super::Region;
use crate::grid::{Grid, Lines, number_in};

/// So many blocks are never too many.
const FEW: u64 = 4096;

/// Blocks of cells over a window of a grid: what a region is made of. The outermost reach to the ends
/// of the grid, so every cell lies in one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blocks {
    /// The first cell of the first block that does not reach to an end.
    low: Lines,
    /// Cells of a block along each axis: a power of two, this one.
    shift: Lines,
    /// Blocks along each axis.
    lines: Lines,
    /// Cells of the grid along each axis.
    all: Lines,
    /// A length of each axis, and how many cells it is of.
    lengths: [(f64, f64); World::MOST_AXES],
}

impl Blocks {
    /// Those of a grid before anything is known of its entities: its cells, where no axis is open, and
    /// otherwise blocks over the world.
    pub fn of(grid: &Grid) -> Self {
        Self::over(grid, grid.inside())
    }

    /// The smallest blocks over a window of cells of which there are not too many. Along an axis
    /// that is not open the window is the world, whatever is said.
    pub fn over(grid: &Grid, window: Region) -> Self {
        let (mut window, inside) = (window, grid.inside());
        for (axis, &first) in grid.first().iter().enumerate() {
            if first == 0 {
                (window.low[axis], window.high[axis]) = (inside.low[axis], inside.high[axis]);
            }
        }
        let most = grid.bounded().cells().max(FEW);
        let mut shift = [0; World::MOST_AXES];
        let lines = loop {
            let cells = window.lines();
            let lines = [0, 1, 2].map(|axis| cells[axis].div_ceil(1 << shift[axis]).max(1));
            let count: u64 = lines.iter().map(|&lines| u64::from(lines)).product();
            let longest = (0..World::MOST_AXES).rev().max_by_key(|&axis| lines[axis]);
            match longest {
                Some(axis) if count > most && lines[axis] > 1 => shift[axis] += 1,
                _ => break lines,
            }
        };
        let lengths = [0, 1, 2].map(|axis| grid.length(axis));
        Self { low: window.low, shift, lines, all: grid.lines(), lengths }
    }

    /// Blocks along each axis.
    pub fn lines(&self) -> Lines {
        self.lines
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.lines.iter().map(|&lines| u64::from(lines)).product()
    }

    /// How long so many of them are along an axis.
    pub(super) fn length(&self, axis: usize, blocks: u32) -> f64 {
        let (length, cells) = self.lengths[axis];
        (u64::from(blocks) << self.shift[axis]) as f64 * length / cells
    }

    /// How many blocks a border of so many cells touches along an axis.
    pub fn margin(&self, axis: usize, cells: u32) -> u32 {
        // Behind the last block, which may be a small one, there may be another.
        cells.div_ceil(1 << self.shift[axis]) + u32::from(self.shift[axis] > 0)
    }

    /// The window of cells that they cover, but for what the outermost have beyond it.
    pub fn window(&self) -> Region {
        let high = [0, 1, 2].map(|axis| {
            let cells = u64::from(self.lines[axis]) << self.shift[axis];
            (u64::from(self.low[axis]) + cells).min(self.all[axis].into()) as u32
        });
        Region { low: self.low, high }
    }

    /// The block of a cell.
    #[inline]
    pub fn block(&self, cell: Lines) -> Lines {
        [0, 1, 2].map(|axis| {
            let line = cell[axis].saturating_sub(self.low[axis]) >> self.shift[axis];
            line.min(self.lines[axis] - 1)
        })
    }

    /// The number of a block: by layer, row, column.
    #[inline]
    pub fn number(&self, block: Lines) -> usize {
        number_in(self.lines, block) as usize
    }

    /// A cell in the middle of a block, of what lies in the window of it.
    pub fn middle(&self, block: Lines) -> Lines {
        [0, 1, 2].map(|axis| {
            let half = (1 << self.shift[axis]) / 2;
            let line = self.low[axis] + (block[axis] << self.shift[axis]) + half;
            line.min(self.all[axis] - 1)
        })
    }

    /// The cells of a box of blocks.
    pub fn cells(&self, blocks: &Region) -> Region {
        let (mut low, mut high) = (blocks.low, blocks.high);
        for axis in 0..World::MOST_AXES {
            let line = |block: u32| self.low[axis] + (block << self.shift[axis]);
            low[axis] = if low[axis] == 0 { 0 } else { line(low[axis]) };
            let last = high[axis] >= self.lines[axis];
            high[axis] = if last { self.all[axis] } else { line(high[axis]) };
        }
        Region { low, high }
    }
}
