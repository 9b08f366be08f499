//! Cuts the cell grid into regions: recursive bisection by weight, on cell borders.
//!
//! A region is a box of cells, in the plane a rectangle. Every cell has one owner. The ghost band of a
//! region is the border of [`Grid::margins`] around it; that is wide enough for the interaction
//! radius by the definition of the grid, wherever the cut lies, also where the band is wider than
//! the region next to it, and also across the seam of a periodic axis, where a region may be its own
//! neighbour.
//!
//! What is cut are blocks of cells: single cells, where no axis is open. Along an open one, which has
//! more cells than can be looked at, [`Blocks`] cover a window; the outermost reach to the ends of the
//! grid, so every cell has its owner wherever the window lies.
//!
//! The cut decides only who computes what, never a result, so its weights may come from a clock.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::{Edge, World};
//! use flockwork_spatial::{Blocks, Cut, Grid, Region, regions};
//!
//! let grid = Grid::new(World::new(40.0, 30.0, Edge::Wall)?, 1.0, 2_000)?;
//! let mut parts = [Region::default(); 5];
//! // All cells weigh the same.
//! regions::cut(&Blocks::of(&grid), Cut::Parts(5), &|_| 1, &mut parts)?;
//! let owner = regions::owner(&parts, [0, 0, 0]).unwrap();
//! // What the others see of that one's entities.
//! let mut bands = 0;
//! regions::overlaps(&grid, &parts, owner, |overlap| bands += u32::from(overlap.to != owner));
//! assert!(bands > 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use core::fmt;

use flockwork_kernel::World;

mod blocks;

pub use blocks::Blocks;

use crate::grid::{Grid, Lines};

/// How many regions there shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// This many, cutting across the longest side each time.
    Parts(u32),
    /// So many slabs along z, each cut into so many strips along y, each cut into so many regions
    /// along x.
    Grid {
        /// Regions along x in each strip.
        cols: u32,
        /// Strips along y in each slab.
        rows: u32,
        /// Slabs along z; 1 in the plane.
        layers: u32,
    },
}

impl Cut {
    /// The number of regions; None if it does not fit `u32`.
    pub fn count(self) -> Option<u32> {
        match self {
            Cut::Parts(parts) => Some(parts),
            Cut::Grid { cols, rows, layers } => layers.checked_mul(rows)?.checked_mul(cols),
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cut::Parts(parts) => write!(f, "{parts}"),
            Cut::Grid { cols, rows, layers: 1 } => write!(f, "{rows}x{cols}"),
            Cut::Grid { cols, rows, layers } => write!(f, "{layers}x{rows}x{cols}"),
        }
    }
}

/// A box of cells, in the order x, y, z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// The first column, row and layer.
    pub low: Lines,
    /// The column, row and layer after the last.
    pub high: Lines,
}

impl Region {
    /// The whole grid, to the ends of its open axes.
    pub fn whole(grid: &Grid) -> Self {
        Self { low: [0; World::MOST_AXES], high: grid.lines() }
    }

    /// The numbers of columns, rows and layers; 0 where the end is before the begin.
    #[inline(always)]
    pub fn lines(&self) -> Lines {
        let [x, y, z] = self.high;
        let [left, bottom, front] = self.low;
        [x.saturating_sub(left), y.saturating_sub(bottom), z.saturating_sub(front)]
    }

    /// The number of columns.
    pub fn cols(&self) -> u32 {
        self.lines()[0]
    }

    /// The number of rows of a layer.
    pub fn rows(&self) -> u32 {
        self.lines()[1]
    }

    /// The number of layers; 1 in the plane.
    pub fn layers(&self) -> u32 {
        self.lines()[2]
    }

    /// True if the cell lies in it.
    #[inline(always)]
    pub fn contains(&self, [col, row, layer]: Lines) -> bool {
        let [cols, rows, layers] = self.lines();
        row.wrapping_sub(self.low[1]) < rows
            && col.wrapping_sub(self.low[0]) < cols
            && layer.wrapping_sub(self.low[2]) < layers
    }

    /// The cells that no other region, and no image of this one, can have in its ghost band.
    pub fn interior(&self, grid: &Grid) -> Self {
        let mut inside = *self;
        for (axis, margin) in grid.margins().into_iter().enumerate() {
            inside.low[axis] = self.low[axis].saturating_add(margin);
            inside.high[axis] = self.high[axis].saturating_sub(margin).max(inside.low[axis]);
        }
        inside
    }
}

/// Cells of one region that lie in the ghost band of a region, perhaps across a seam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The region in whose ghost band the cells lie; it may be their owner itself.
    pub to: u32,
    /// Whole worlds to add along x, y and z there: -1, 0 or 1.
    pub shift: [i8; World::MOST_AXES],
    /// The cells.
    pub cells: Region,
}

/// Cuts the blocks into as many regions as `regions` has places.
///
/// `weight` gives the weight of a block, in any unit; equal weights give equal volumes. The cut is a pure function of its arguments.
///
/// # Errors
///
/// [`CutError`] if the number of regions is zero, not the number of places, or more than there are
/// blocks to give.
pub fn cut(
    blocks: &Blocks,
    cut: Cut,
    weight: &impl Fn(Lines) -> u64,
    regions: &mut [Region],
) -> Result<(), CutError> {
    let lines = blocks.lines();
    let whole = Region { low: [0; World::MOST_AXES], high: lines };
    let fits = match cut {
        Cut::Parts(parts) => parts > 0 && u64::from(parts) <= blocks.count(),
        Cut::Grid { cols, rows, layers } => [cols, rows, layers]
            .iter()
            .zip(lines)
            .all(|(&parts, lines)| (1..=lines).contains(&parts)),
    };
    if !fits {
        return Err(CutError::WorldTooSmall { cut, lines });
    }
    if cut.count() != u32::try_from(regions.len()).ok() {
        return Err(CutError::LengthMismatch { cut, given: regions.len() });
    }
    match cut {
        Cut::Parts(_) => bisect(blocks, whole, weight, regions),
        Cut::Grid { cols, rows, layers } => strips(whole, [cols, rows, layers], weight, regions),
    }
    regions.iter_mut().for_each(|region| *region = blocks.cells(region));
    Ok(())
}

/// The owner of a cell: the region that contains it.
#[inline]
pub fn owner(regions: &[Region], cell: Lines) -> Option<u32> {
    regions.iter().position(|region| region.contains(cell)).map(|found| found as u32)
}

/// Calls `each` for every part of region `from` that lies in a ghost band.
pub fn overlaps(grid: &Grid, regions: &[Region], from: u32, mut each: impl FnMut(Overlap)) {
    for to in 0..regions.len() as u32 {
        overlaps_between(grid, regions, (from, to), &mut each);
    }
}

/// Calls `each` for every part of region `from` that lies in the ghost band of region `to`.
pub fn overlaps_between(
    grid: &Grid,
    regions: &[Region],
    (from, to): (u32, u32),
    mut each: impl FnMut(Overlap),
) {
    let (Some(own), Some(other)) = (regions.get(from as usize), regions.get(to as usize)) else {
        return;
    };
    let periodic = |axis: usize| grid.world().axes().get(axis).is_some_and(|it| it.is_periodic());
    let shifts = |axis: usize| if periodic(axis) { -1i8..=1 } else { 0..=0 };
    let along = |axis: usize, shift: i8| {
        let (own, other) = ((own.low[axis], own.high[axis]), (other.low[axis], other.high[axis]));
        band(own, other, grid.lines()[axis], shift, grid.margins()[axis])
    };
    for shift_z in shifts(2) {
        let Some(layers) = along(2, shift_z) else { continue };
        for shift_y in shifts(1) {
            let Some(rows) = along(1, shift_y) else { continue };
            for shift_x in shifts(0) {
                let Some(cols) = along(0, shift_x) else { continue };
                let shift = [shift_x, shift_y, shift_z];
                if to == from && shift == [0; World::MOST_AXES] {
                    continue;
                }
                let low = [cols.0, rows.0, layers.0];
                let high = [cols.1, rows.1, layers.1];
                each(Overlap { to, shift, cells: Region { low, high } });
            }
        }
    }
}

/// The lines of `own` that, `shift` worlds further, lie within `margin` lines of `other`.
fn band(
    own: (u32, u32),
    other: (u32, u32),
    lines: u32,
    shift: i8,
    margin: u32,
) -> Option<(u32, u32)> {
    let offset = i64::from(shift) * i64::from(lines);
    let low = (i64::from(other.0) - i64::from(margin) - offset).max(i64::from(own.0));
    let high = (i64::from(other.1) + i64::from(margin) - offset).min(i64::from(own.1));
    (low < high).then_some((low as u32, high as u32))
}

/// Cuts `area` into `parts.len()` regions, across the longest side each time.
fn bisect(blocks: &Blocks, area: Region, weight: &impl Fn(Lines) -> u64, parts: &mut [Region]) {
    let [first, rest @ ..] = parts else { return };
    if rest.is_empty() {
        *first = area;
        return;
    }
    let count = parts.len() as u32;
    let axis = longest(blocks, &area);
    let lines = area.lines()[axis];
    let across: u32 = (0..World::MOST_AXES)
        .filter(|other| *other != axis)
        .map(|other| area.lines()[other])
        .product();
    let least = |part: u32| part.div_ceil(across);
    let mut low = count / 2;
    let mut room = (least(low), least(count - low));
    if room.0 + room.1 > lines {
        // Nearly as many regions as cells: halve the lines, and share the regions to fit.
        let half = lines / 2;
        room = (half, lines - half);
        low = low.clamp(count.saturating_sub(room.1 * across), room.0 * across);
    }
    let (one, two) = split(area, axis, (low, count - low), room, weight);
    let (low_parts, high_parts) = parts.split_at_mut(low as usize);
    bisect(blocks, one, weight, low_parts);
    bisect(blocks, two, weight, high_parts);
}

/// The axis along which `area` is longest, of those that can be cut; of equals the later one.
fn longest(blocks: &Blocks, area: &Region) -> usize {
    let length = |axis: usize| blocks.length(axis, area.lines()[axis]);
    let mut longest = 0;
    for axis in 1..World::MOST_AXES {
        let can = area.lines()[axis] >= 2;
        if can && (area.lines()[longest] < 2 || length(axis) >= length(longest)) {
            longest = axis;
        }
    }
    longest
}

/// Cuts `area` into so many slabs, each into so many strips, and each into so many regions.
fn strips(area: Region, counts: Lines, weight: &impl Fn(Lines) -> u64, parts: &mut [Region]) {
    let Some(axis) = (0..World::MOST_AXES).rev().find(|&axis| counts[axis] > 1) else {
        if let Some(only) = parts.first_mut() {
            *only = area;
        }
        return;
    };
    let count = counts[axis];
    let (low, high) = (count / 2, count - count / 2);
    let (one, two) = split(area, axis, (low, high), (low, high), weight);
    let across: u32 = counts[..axis].iter().product();
    let (low_parts, high_parts) = parts.split_at_mut((low * across) as usize);
    for (area, count, parts) in [(one, low, low_parts), (two, high, high_parts)] {
        let mut counts = counts;
        counts[axis] = count;
        strips(area, counts, weight, parts);
    }
}

/// Splits `area` in two across an axis, whose weights are nearest to the ratio of `shares`, leaving at
/// least `least` lines to each.
fn split(
    area: Region,
    axis: usize,
    shares: (u32, u32),
    least: (u32, u32),
    weight: &impl Fn(Lines) -> u64,
) -> (Region, Region) {
    let line_weight = |line: u32| -> u64 {
        let mut slice = area;
        (slice.low[axis], slice.high[axis]) = (line, line + 1);
        let mut sum = 0u64;
        for layer in slice.low[2]..slice.high[2] {
            for row in slice.low[1]..slice.high[1] {
                for col in slice.low[0]..slice.high[0] {
                    sum = sum.saturating_add(weight([col, row, layer]));
                }
            }
        }
        sum
    };
    let (start, end) = (area.low[axis], area.high[axis]);
    let total = (start..end).fold(0u64, |sum, line| sum.saturating_add(line_weight(line)));
    let wanted = u128::from(total) * u128::from(shares.0) / u128::from(shares.0 + shares.1);
    let mut at = start;
    let mut before = 0u128;
    if total == 0 {
        at = start
            + ((u64::from(end - start) * u64::from(shares.0)) / u64::from(shares.0 + shares.1))
                as u32;
    }
    while total > 0 && at < end {
        let next = before + u128::from(line_weight(at));
        // Stop where taking the line would lead further away from the wanted share.
        if next >= wanted && next.abs_diff(wanted) > before.abs_diff(wanted) {
            break;
        }
        before = next;
        at += 1;
        if before >= wanted {
            break;
        }
    }
    let at = at.clamp(start + least.0, end - least.1);
    let (mut low, mut high) = (area, area);
    (low.high[axis], high.low[axis]) = (at, at);
    (low, high)
}

/// The grid cannot be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CutError {
    /// The grid has too few cells, or no region was asked for.
    WorldTooSmall {
        /// The cut asked for.
        cut: Cut,
        /// Columns, rows and layers of what there is to share.
        lines: Lines,
    },
    /// The slice for the regions has another length than the cut has regions.
    LengthMismatch {
        /// The cut asked for.
        cut: Cut,
        /// Places given.
        given: usize,
    },
}

impl fmt::Display for CutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorldTooSmall { cut, lines: [cols, rows, layers] } => {
                write!(
                    f,
                    "the world cannot be cut into {cut} regions: at least 1 is needed, and its grid \
                     has "
                )?;
                if *layers > 1 {
                    write!(f, "{layers} layers, ")?;
                }
                write!(f, "{rows} rows and {cols} columns of cells to share")
            }
            Self::LengthMismatch { cut, given } => {
                write!(f, "{given} places were given for a cut into {cut} regions")
            }
        }
    }
}

impl core::error::Error for CutError {}

#[cfg(test)]
mod tests {
    use super::*;
    use flockwork_kernel::{Axis, Edge};
    use quickcheck::quickcheck;
    use std::vec;
    use std::vec::Vec;

    fn grid(width: f32, height: f32, edge: Edge) -> Grid {
        Grid::new(World::new(width, height, edge).unwrap(), 1.0, 4096).unwrap()
    }

    fn cut_into(grid: &Grid, wanted: Cut, weights: &[u8]) -> Result<Vec<Region>, CutError> {
        let mut regions = vec![Region::default(); wanted.count().unwrap() as usize];
        let weight = |cell: Lines| {
            let at = Blocks::of(grid).number(cell);
            if weights.is_empty() { 1 } else { u64::from(weights[at % weights.len()]) }
        };
        cut(&Blocks::of(grid), wanted, &weight, &mut regions)?;
        Ok(regions)
    }

    /// The cells in the world and around it, and the outermost of all.
    fn cells(grid: &Grid) -> Vec<Lines> {
        let (inside, lines) = (grid.inside(), grid.lines());
        let along = |axis: usize| -> Vec<u32> {
            let near = inside.low[axis].saturating_sub(3)..lines[axis].min(inside.high[axis] + 3);
            let mut all: Vec<u32> = near.chain([0, lines[axis] - 1]).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let mut cells = Vec::new();
        for z in along(2) {
            for y in along(1) {
                cells.extend(along(0).into_iter().map(|x| [x, y, z]));
            }
        }
        cells
    }

    fn parts_of(grid: &Grid, parts: u64) -> Cut {
        Cut::Parts(parts.clamp(1, Blocks::of(grid).count()) as u32)
    }

    /// A space whose axes are of this length and end like this.
    fn space(lengths: [f32; 3], edges: [Edge; 3]) -> Grid {
        let axes: Vec<Axis> =
            lengths.into_iter().zip(edges).map(|(length, edge)| Axis { length, edge }).collect();
        Grid::new(World::of(&axes).unwrap(), 1.0, 4096).unwrap()
    }

    fn every_cell_has_one_owner(grid: &Grid, regions: &[Region]) -> bool {
        regions.iter().all(|region| region.lines().iter().all(|&lines| lines > 0))
            && cells(grid)
                .into_iter()
                .all(|cell| regions.iter().filter(|region| region.contains(cell)).count() == 1)
    }

    quickcheck! {
        fn any_cut_gives_every_cell_one_owner(parts: u8, weights: Vec<u8>) -> bool {
            let grid = grid(13.0, 9.0, Edge::Periodic);
            let parts = parts_of(&grid, u64::from(parts));
            let regions = cut_into(&grid, parts, &weights).unwrap();
            every_cell_has_one_owner(&grid, &regions)
        }

        fn any_cut_of_space_gives_every_cell_one_owner(parts: u16, weights: Vec<u8>) -> bool {
            let grid = space([5.0, 3.0, 4.0], [Edge::Periodic, Edge::Wall, Edge::Open]);
            let parts = parts_of(&grid, u64::from(parts));
            let regions = cut_into(&grid, parts, &weights).unwrap();
            every_cell_has_one_owner(&grid, &regions)
        }

        fn any_grid_cut_gives_every_cell_one_owner(parts: (u8, u8, u8), weights: Vec<u8>) -> bool {
            [grid(13.0, 9.0, Edge::Wall), space([5.0, 3.0, 4.0], [Edge::Periodic; 3])]
                .into_iter()
                .all(|grid| {
                    let lines = grid.lines();
                    let part = |part: u8, axis: usize| u32::from(part) % lines[axis] + 1;
                    let (cols, rows) = (part(parts.0, 0), part(parts.1, 1));
                    let cut = Cut::Grid { cols, rows, layers: part(parts.2, 2) };
                    let regions = cut_into(&grid, cut, &weights).unwrap();
                    every_cell_has_one_owner(&grid, &regions)
                })
        }

        fn ghost_bands_hold_every_cell_within_reach(parts: u8, weights: Vec<u8>) -> bool {
            [(13.0, 9.0), (2.1, 2.1), (2.5, 7.0)].into_iter().all(|(width, height)| {
                let grid = grid(width, height, Edge::Periodic);
                let parts = parts_of(&grid, u64::from(parts));
                let regions = cut_into(&grid, parts, &weights).unwrap();
                bands_are_complete(&grid, &regions)
            })
        }

        fn ghost_bands_in_space_hold_every_cell_within_reach(parts: u8, ends: u8) -> bool {
            let edge = |bit: u8| if ends >> bit & 1 == 0 { Edge::Periodic } else { Edge::Wall };
            [[4.0, 3.0, 2.5], [2.1, 2.1, 2.1], [2.5, 5.0, 2.2]].into_iter().all(|lengths| {
                let grid = space(lengths, [edge(0), edge(1), edge(2)]);
                let parts = parts_of(&grid, u64::from(parts % 24));
                let regions = cut_into(&grid, parts, &[]).unwrap();
                bands_are_complete(&grid, &regions)
            })
        }
    }

    /// Every image of every cell that is in the border of a region is in exactly one overlap.
    fn bands_are_complete(grid: &Grid, regions: &[Region]) -> bool {
        let mut sent = Vec::new();
        for from in 0..regions.len() as u32 {
            overlaps(grid, regions, from, |overlap| sent.push((from, overlap)));
        }
        let periodic = |axis: usize| grid.world().axes().get(axis).is_some_and(Axis::is_periodic);
        // Of a line in a border: the line of the grid, and the world it is in; none past a wall.
        let image = |axis: usize, line: i64| -> Option<(u32, i64)> {
            let lines = i64::from(grid.lines()[axis]);
            let inside = (0..lines).contains(&line) || periodic(axis);
            inside.then(|| (line.rem_euclid(lines) as u32, line.div_euclid(lines)))
        };
        let around = |region: &Region, axis: usize| {
            let margin = i64::from(grid.margins()[axis]);
            i64::from(region.low[axis]) - margin..i64::from(region.high[axis]) + margin
        };
        regions.iter().enumerate().all(|(to, region)| {
            around(region, 2).all(|z| {
                around(region, 1).all(|y| {
                    around(region, 0).all(|x| {
                        let places = [x, y, z];
                        let images = [image(0, x), image(1, y), image(2, z)];
                        let [Some(x), Some(y), Some(z)] = images else { return true };
                        let cell = [x.0, y.0, z.0];
                        let owner = owner(regions, cell).unwrap();
                        let is_here = |overlap: &Overlap| {
                            overlap.to as usize == to
                                && overlap.shift.map(i64::from) == [x.1, y.1, z.1]
                                && overlap.cells.contains(cell)
                        };
                        let times = sent
                            .iter()
                            .filter(|(from, one)| *from == owner && is_here(one))
                            .count();
                        let inside = (0..3).all(|axis| {
                            (i64::from(region.low[axis])..i64::from(region.high[axis]))
                                .contains(&places[axis])
                        });
                        times == usize::from(!inside)
                    })
                })
            })
        })
    }

    #[test]
    fn blocks_over_a_window_far_away_give_every_cell_an_owner() {
        let grid = space([40.0, 30.0, 20.0], [Edge::Open, Edge::Wall, Edge::Open]);
        let first = grid.first();
        for (low, high) in [(-500i32, -400i32), (-7, 9), (20_000, 30_000), (40, 41)] {
            let at = |axis: usize, line: i32| first[axis].saturating_add_signed(line);
            let window =
                Region { low: [at(0, low), 0, at(2, low)], high: [at(0, high), 0, at(2, high)] };
            let blocks = Blocks::over(&grid, window);
            assert!(blocks.count() <= grid.bounded().cells().max(4096), "{blocks:?}");
            let covered = blocks.window();
            assert!(covered.low[0] == window.low[0] && covered.high[2] >= window.high[2]);
            let parts = blocks.count().min(7) as usize;
            let mut regions = vec![Region::default(); parts];
            cut(&blocks, Cut::Parts(parts as u32), &|_| 1, &mut regions).unwrap();
            let mut cells = cells(&grid);
            cells.extend([window.low, [window.high[0] - 1, 3, window.high[2] - 1]]);
            for cell in cells {
                let mut owners = regions.iter().filter(|region| region.contains(cell));
                let region = owners.next().expect("a cell has no owner");
                assert_eq!(owners.next(), None, "{cell:?}");
                let block = blocks.block(cell);
                let within = Region { low: block, high: block.map(|line| line + 1) };
                let within = blocks.cells(&within);
                assert!(within.contains(cell));
                assert!([0, 1, 2].iter().all(|&axis| region.low[axis] <= within.low[axis]
                    && region.high[axis] >= within.high[axis]));
            }
        }
    }

    #[test]
    fn weight_moves_the_border() {
        let grid = grid(40.0, 40.0, Edge::Periodic);
        let mut regions = [Region::default(); 2];
        let weight = |[_, row, _]: Lines| if row < 4 { 100 } else { 1 };
        cut(&Blocks::of(&grid), Cut::Grid { cols: 1, rows: 2, layers: 1 }, &weight, &mut regions)
            .unwrap();
        assert!(regions[0].high[1] <= 4, "{regions:?}");
        cut(&Blocks::of(&grid), Cut::Parts(2), &|_| 0, &mut regions).unwrap();
        assert_eq!(regions[0].high[1], grid.rows() / 2);
    }

    #[test]
    fn a_world_too_small_for_the_cut_is_an_error() {
        let grid = grid(3.0, 3.0, Edge::Wall);
        for bad in [Cut::Parts(0), Cut::Parts(1000), Cut::Grid { cols: 1, rows: 9, layers: 1 }] {
            let error = cut_into(&grid, bad, &[]).unwrap_err();
            assert!(matches!(error, CutError::WorldTooSmall { .. }), "{error}");
        }
        assert!(cut(&Blocks::of(&grid), Cut::Parts(2), &|_| 1, &mut []).is_err());
    }
}
