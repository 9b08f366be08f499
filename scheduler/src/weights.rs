//! The weights of a world's blocks of cells, by which it is cut anew, and how the window that the blocks
//! cover follows its entities.
//!
//! All that is known here are sums over processes, so that each comes to the same cut. Blocks have their
//! weights; whatever lies outside of the window is in the outermost of them, and besides in a *tail* by
//! its distance: within the width of the window, twice that, four times, and so on. So a window that
//! has lost its entities finds them in one step, as exactly as a power of two says, and the next
//! looks do the rest.

use alloc::vec::Vec;

use flockwork_kernel::World;
use flockwork_spatial::{Blocks, Grid, Lines, Region};

/// Distances of a tail, as powers of two of the window's width.
const STEPS: usize = 22;

/// Tails: before and after the window along each axis.
const TAILS: usize = 2 * World::MOST_AXES;

/// Of the weight along an axis, a window leaves out at most this part at each end.
const LEFT_OUT: u64 = 512;

/// The weights of the blocks of a world, two in each word, and then those of its tails.
pub(crate) struct Weights<'a> {
    blocks: &'a Blocks,
    window: Region,
    cells: &'a mut [u32],
    tails: &'a mut [u64],
}

impl<'a> Weights<'a> {
    /// How many words they take.
    pub(crate) fn words(blocks: &Blocks) -> usize {
        (blocks.count() as usize).div_ceil(2) + TAILS * STEPS
    }

    /// Those in so many words.
    pub(crate) fn of(blocks: &'a Blocks, words: &'a mut [u64]) -> Self {
        let (cells, tails) = words.split_at_mut(words.len().saturating_sub(TAILS * STEPS));
        Self { blocks, window: blocks.window(), cells: bytemuck::cast_slice_mut(cells), tails }
    }

    /// Adds to the weight of a cell. Two weights in one word do not mix: no block has a weight in more
    /// than one process.
    pub(crate) fn add(&mut self, cell: Lines, weight: u64) {
        let weight = weight.min(u64::from(u32::MAX)) as u32;
        if let Some(all) = self.cells.get_mut(self.blocks.number(self.blocks.block(cell))) {
            *all = all.saturating_add(weight);
        }
        for axis in 0..World::MOST_AXES {
            let Region { low, high } = self.window;
            let (out, end) = if cell[axis] < low[axis] {
                (low[axis] - 1 - cell[axis], 0)
            } else if cell[axis] >= high[axis] {
                (cell[axis] - high[axis], 1)
            } else {
                continue;
            };
            let width = self.window.lines()[axis].max(1);
            // Within the width 0, within twice that 1, within four times 2.
            let step = (u32::BITS - (out / width).leading_zeros()) as usize;
            self.tails[(2 * axis + end) * STEPS + step.min(STEPS - 1)] += u64::from(weight);
        }
    }

    /// The weight of a block.
    pub(crate) fn block(&self, block: Lines) -> u64 {
        self.cells.get(self.blocks.number(block)).copied().unwrap_or(0).into()
    }

    /// The blocks over where the entities are; the same if they cover them well.
    #[inline(never)]
    pub(crate) fn follow(&self, grid: &Grid) -> Blocks {
        let (mut window, inside) = (self.window, grid.inside());
        let mut moved = false;
        for (axis, _) in grid.first().iter().enumerate().filter(|(_, first)| **first > 0) {
            let Some((low, high)) = self.ends(axis) else { continue };
            let (now, all) = (self.window.lines()[axis], grid.lines()[axis]);
            // As wide as the world at least, of which a cut is known to be possible.
            let width = (high - low + (high - low) / 8).max(inside.lines()[axis]).min(all);
            let fits = low >= self.window.low[axis] && high <= self.window.high[axis];
            if fits && width > now / 2 {
                continue;
            }
            let middle = low + (high - low) / 2;
            window.low[axis] = middle.saturating_sub(width / 2).min(all - width);
            window.high[axis] = window.low[axis] + width;
            moved = true;
        }
        if moved { Blocks::over(grid, window) } else { *self.blocks }
    }

    /// Between which lines nearly all the weight along an axis is; none if there is no weight.
    #[inline(never)]
    fn ends(&self, axis: usize) -> Option<(u32, u32)> {
        let along = self.along(axis);
        let total = along.iter().fold(0u64, |sum, one| sum.saturating_add(*one));
        if total == 0 {
            return None;
        }
        let (window, lines) = (self.window, self.blocks.lines()[axis]);
        let width = window.lines()[axis].max(1);
        let side = width.div_ceil(lines);
        let most = total / LEFT_OUT;
        let inside = |end: usize| {
            // From the far end of the tail inwards, and on through the blocks.
            let tail = &self.tails[(2 * axis + end) * STEPS..][..STEPS];
            let mut sum = 0u64;
            for (step, weight) in tail.iter().enumerate().rev() {
                sum = sum.saturating_add(*weight);
                if sum > most {
                    let far = u64::from(width) << step;
                    return -(far.min(u64::from(u32::MAX)) as i64);
                }
            }
            // The outermost block has the whole tail, of which this much is counted already.
            let mut counted = sum;
            for line in 0..along.len() {
                let at = if end == 0 { line } else { along.len() - 1 - line };
                sum = sum.saturating_add(along[at].saturating_sub(core::mem::take(&mut counted)));
                if sum > most {
                    return line as i64 * i64::from(side);
                }
            }
            0
        };
        let low = (i64::from(window.low[axis]) + inside(0)).clamp(0, u32::MAX.into()) as u32;
        let high = (i64::from(window.high[axis]) - inside(1)).clamp(0, u32::MAX.into()) as u32;
        Some((low, high.max(low.saturating_add(1))))
    }

    /// The weights of all lines of blocks along an axis.
    #[inline(never)]
    fn along(&self, axis: usize) -> Vec<u64> {
        self.summed(self.blocks.lines()[axis] as usize, |block| block[axis] as usize)
    }

    /// The weights of other blocks, as well as these tell.
    #[inline(never)]
    pub(crate) fn moved_to(&self, other: &Blocks) -> Vec<u64> {
        self.summed(other.count() as usize, |block| {
            other.number(other.block(self.blocks.middle(block)))
        })
    }

    /// So many sums, to which each block adds its weight where `place` says.
    fn summed(&self, count: usize, place: impl Fn(Lines) -> usize) -> Vec<u64> {
        let mut sums = alloc::vec![0u64; count];
        let [cols, rows, layers] = self.blocks.lines();
        for layer in 0..layers {
            for row in 0..rows {
                for col in 0..cols {
                    let block = [col, row, layer];
                    if let Some(sum) = sums.get_mut(place(block)) {
                        *sum = sum.saturating_add(self.block(block));
                    }
                }
            }
        }
        sums
    }
}
