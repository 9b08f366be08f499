//! The tiles of a cell index, and who may be near them.

use flockwork_kernel::axes::Axes;
use flockwork_kernel::{LANES, Vector, World};

use crate::Grid;
use crate::neighbours::Tiles;

/// How far to look along an axis.
#[derive(Clone, Copy, Debug)]
struct Axis {
    lines: u32,
    /// How many lines somebody near may be away; at most all of them.
    apart: i32,
    /// The length of a periodic axis.
    period: Option<f32>,
}

/// Lines from one to another, both included, in one image of the world along an axis; and whether
/// that is another one than the world itself.
type Part = ((u32, u32), f32, bool);

impl Axis {
    /// Lines that are counted on over the images of the world: whether `line` is there, which one it is,
    /// how far its image is shifted, and whether it is.
    #[inline(always)]
    fn line(&self, line: i32) -> Option<(u32, f32, bool)> {
        let lines = self.lines as i32;
        if line >= 0 && line < lines {
            return Some((line as u32, 0.0, false));
        }
        let length = self.period?;
        Some(if line < 0 {
            ((line + lines) as u32, -length, true)
        } else {
            ((line - lines) as u32, length, true)
        })
    }

    /// How many lines further than this one to begin, and to end.
    #[inline(always)]
    fn apart(&self, own: u32) -> (i32, i32) {
        if self.period.is_some() {
            return (-self.apart, self.apart);
        }
        let (before, after) = (own as i32, self.lines as i32 - 1 - own as i32);
        (-self.apart.min(before), self.apart.min(after))
    }

    /// The lines around some, image by image: places from the first to before the second of the list.
    #[inline(always)]
    fn around(&self, (low, high): (u32, u32)) -> ([Part; 3], usize, usize) {
        let (low, high, last) =
            (low as i32 - self.apart, high as i32 + self.apart, self.lines as i32 - 1);
        let length = self.period.unwrap_or(0.0);
        let here = (low.max(0) as u32, high.min(last) as u32);
        let below = ((low + last + 1) as u32, last as u32);
        let above = (0, (high - last - 1) as u32);
        let is_periodic = self.period.is_some();
        let from = usize::from(!(is_periodic && low < 0));
        let to = 2 + usize::from(is_periodic && high > last);
        ([(below, -length, true), (here, 0.0, false), (above, length, true)], from, to)
    }
}

/// A tile, and where it is.
#[derive(Clone, Copy)]
struct Own {
    first: usize,
    row: u32,
    layer: u32,
    /// Its columns, from the first to the last.
    columns: (u32, u32),
}

/// Entities in the cells of a bounded grid.
#[derive(Clone, Copy)]
pub(crate) struct CellTiles<'a> {
    grid: &'a Grid,
    /// Where each cell begins in the order, and the end.
    starts: &'a [u32],
    /// Positions along x, in the order.
    xs: &'a [f32],
}

impl<'a> CellTiles<'a> {
    pub(crate) fn new(grid: &'a Grid, starts: &'a [u32], xs: &'a [f32]) -> Self {
        Self { grid, starts, xs }
    }

    /// How far to look along each axis for those within `r`.
    fn axes(&self, r: f32) -> [Axis; World::MOST_AXES] {
        /// The line of a position is off by at most so much of the side: as in [`crate::grid`].
        const ROUNDING: f64 = 1.0 / (1u32 << 21) as f64;
        let mut axes = [Axis { lines: 1, apart: 0, period: None }; World::MOST_AXES];
        let world = self.grid.world().axes().iter().zip(self.grid.lines());
        for (out, (axis, lines)) in axes.iter_mut().zip(world) {
            let apart = f64::from(lines) * (f64::from(r) / f64::from(axis.length) + ROUNDING);
            // The cast saturates and cuts.
            let apart = (apart as u32).saturating_add(1).min(lines) as i32;
            *out = Axis { lines, apart, period: axis.is_periodic().then_some(axis.length) };
        }
        axes
    }

    /// Shows all tiles: see [`crate::Indexed::each_tile`].
    #[inline(always)]
    pub(crate) fn show<A: Axes>(&self, r: f32, once: bool, seen: &mut impl Tiles<A>) {
        let axes = self.axes(r);
        let [cols, rows, layers] = axes.map(|axis| axis.lines);
        for layer in 0..layers {
            for row in 0..rows {
                let base = ((layer * rows + row) * cols) as usize;
                let starts = &self.starts[base..=base + cols as usize];
                let (mut first, end) = (starts[0] as usize, starts[cols as usize] as usize);
                while first < end {
                    let next = end.min(first + LANES);
                    seen.begin(first..next);
                    // A search among the starts is mispredicted twice a tile: that took 1.20 times as
                    // long for 20 neighbours in the plane.
                    let column = |at: usize| self.grid.line(0, self.xs[at]);
                    let columns = (column(first), column(next - 1));
                    self.show_runs(&axes, Own { first, row, layer, columns }, once, seen);
                    seen.end();
                    first = next;
                }
            }
        }
    }

    /// Shows those who may be near a tile; if `once`, those who come after its first entity.
    #[inline(always)]
    fn show_runs<A: Axes>(
        &self,
        [x, y, z]: &[Axis; World::MOST_AXES],
        own: Own,
        once: bool,
        seen: &mut impl Tiles<A>,
    ) {
        let (parts, from, to) = x.around(own.columns);
        let (back, forth) = if A::SPACE { z.apart(own.layer) } else { (0, 0) };
        for forth in if once { 0 } else { back }..=forth {
            let Some((layer, shift_z, moved_z)) = z.line(own.layer as i32 + forth) else {
                continue;
            };
            let (down, up) = y.apart(own.row);
            for up in if once && forth == 0 { 0 } else { down }..=up {
                let Some((row, shift_y, moved_y)) = y.line(own.row as i32 + up) else { continue };
                let first_only = once && forth == 0 && up == 0;
                // In its own row, who is beyond the lower end comes before it.
                let from = if first_only { 1 } else { from };
                for &(columns, shift_x, moved_x) in &parts[from..to] {
                    let at = ((layer * y.lines + row) * x.lines) as usize;
                    let start = |col: usize| self.starts[at + col] as usize;
                    let mut run = start(columns.0 as usize)..start(columns.1 as usize + 1);
                    let shifted = moved_x | moved_y | moved_z;
                    if first_only && !shifted {
                        run.start = own.first;
                    }
                    if !run.is_empty() {
                        let shift = Vector::of(shift_x, shift_y, shift_z);
                        seen.run(run, if shifted { Some(shift) } else { None });
                    }
                }
            }
        }
    }
}
