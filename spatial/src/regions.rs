//! Cuts the cell grid into regions: recursive bisection by weight, on cell borders.
//!
//! A region is a rectangle of cells. Every cell has one owner. The ghost band of a region is the
//! border of one row and [`Grid::fine`] columns around it; that is wide enough for the interaction
//! radius by the definition of the grid, wherever the cut lies, also where the band is wider than
//! the region next to it, and also across the seam of a torus, where a region may be its own
//! neighbour.
//!
//! The cut decides only who computes what, never a result, so its weights may come from a clock.

use core::fmt;

use flockwork_kernel::World;

use crate::grid::Grid;

/// How many regions there shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// This many, cutting across the longer side each time.
    Parts(u32),
    /// This many strips of rows, each cut into this many regions along its columns.
    Grid {
        /// Strips along y.
        rows: u32,
        /// Regions along x in each strip.
        cols: u32,
    },
}

impl Cut {
    /// The number of regions; None if it does not fit `u32`.
    pub fn count(self) -> Option<u32> {
        match self {
            Cut::Parts(parts) => Some(parts),
            Cut::Grid { rows, cols } => rows.checked_mul(cols),
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cut::Parts(parts) => write!(f, "{parts}"),
            Cut::Grid { rows, cols } => write!(f, "{rows}x{cols}"),
        }
    }
}

/// A rectangle of cells: rows from `row` to before `row_end`, columns likewise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// The first row.
    pub row: u32,
    /// The row after the last.
    pub row_end: u32,
    /// The first column.
    pub col: u32,
    /// The column after the last.
    pub col_end: u32,
}

impl Region {
    /// The whole grid.
    pub fn whole(grid: &Grid) -> Self {
        Self { row: 0, row_end: grid.rows(), col: 0, col_end: grid.cols() }
    }

    /// The number of rows; 0 if the end is before the begin.
    pub fn rows(&self) -> u32 {
        self.row_end.saturating_sub(self.row)
    }

    /// The number of columns; 0 if the end is before the begin.
    pub fn cols(&self) -> u32 {
        self.col_end.saturating_sub(self.col)
    }

    /// True if the cell lies in it.
    #[inline(always)]
    pub fn contains(&self, row: u32, col: u32) -> bool {
        row.wrapping_sub(self.row) < self.rows() && col.wrapping_sub(self.col) < self.cols()
    }

    /// The cells that no other region, and no image of this one, can have in its ghost band.
    pub fn interior(&self, grid: &Grid) -> Self {
        let (row, col) = (self.row.saturating_add(1), self.col.saturating_add(grid.fine()));
        Self {
            row,
            row_end: self.row_end.saturating_sub(1).max(row),
            col,
            col_end: self.col_end.saturating_sub(grid.fine()).max(col),
        }
    }
}

/// Cells of one region that lie in the ghost band of a region, perhaps across the seam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The region in whose ghost band the cells lie; it may be their owner itself.
    pub to: u32,
    /// Whole worlds to add to y there: -1, 0 or 1.
    pub shift_y: i8,
    /// Whole worlds to add to x there: -1, 0 or 1.
    pub shift_x: i8,
    /// The cells.
    pub cells: Region,
}

/// Cuts the grid into as many regions as `regions` has places.
///
/// `weight` gives the weight of a cell by (row, column), in any unit; equal weights give equal
/// areas. The cut is a pure function of its arguments.
///
/// # Errors
///
/// [`CutError`] if the number of regions is zero, not the number of places, or more than the grid
/// has cells to give.
pub fn cut(
    grid: &Grid,
    cut: Cut,
    weight: &impl Fn(u32, u32) -> u64,
    regions: &mut [Region],
) -> Result<(), CutError> {
    let whole = Region::whole(grid);
    let (rows, cols) = (grid.rows(), grid.cols());
    let fits = match cut {
        Cut::Parts(parts) => parts > 0 && u64::from(parts) <= u64::from(rows) * u64::from(cols),
        Cut::Grid { rows: r, cols: c } => r > 0 && c > 0 && r <= rows && c <= cols,
    };
    if !fits {
        return Err(CutError::WorldTooSmall { cut, rows, cols });
    }
    if cut.count() != u32::try_from(regions.len()).ok() {
        return Err(CutError::LengthMismatch { cut, given: regions.len() });
    }
    match cut {
        Cut::Parts(_) => bisect(grid, whole, weight, regions),
        Cut::Grid { rows, cols } => strips(whole, rows, cols, weight, regions),
    }
    Ok(())
}

/// The owner of a cell: the region that contains it.
#[inline]
pub fn owner(regions: &[Region], row: u32, col: u32) -> Option<u32> {
    regions.iter().position(|region| region.contains(row, col)).map(|found| found as u32)
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
    let shifts: &[i8] = if World::is_torus(grid.world()) { &[-1, 0, 1] } else { &[0] };
    for &shift_y in shifts {
        for &shift_x in shifts {
            if to == from && shift_y == 0 && shift_x == 0 {
                continue;
            }
            let (own_rows, own_cols) = ((own.row, own.row_end), (own.col, own.col_end));
            let rows = band(own_rows, (other.row, other.row_end), grid.rows(), shift_y, 1);
            let margin = grid.fine();
            let cols = band(own_cols, (other.col, other.col_end), grid.cols(), shift_x, margin);
            if let (Some((row, row_end)), Some((col, col_end))) = (rows, cols) {
                let cells = Region { row, row_end, col, col_end };
                each(Overlap { to, shift_y, shift_x, cells });
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

/// Cuts `area` into `parts.len()` regions, across the longer side each time.
fn bisect(grid: &Grid, area: Region, weight: &impl Fn(u32, u32) -> u64, parts: &mut [Region]) {
    let [first, rest @ ..] = parts else { return };
    if rest.is_empty() {
        *first = area;
        return;
    }
    let count = parts.len() as u32;
    let world = grid.world();
    let height = f64::from(area.rows()) * f64::from(world.height()) / f64::from(grid.rows());
    let width = f64::from(area.cols()) * f64::from(world.width()) / f64::from(grid.cols());
    let along_rows = area.cols() < 2 || (area.rows() >= 2 && height >= width);
    let (lines, across) =
        if along_rows { (area.rows(), area.cols()) } else { (area.cols(), area.rows()) };
    let least = |part: u32| part.div_ceil(across);
    let mut low = count / 2;
    let mut room = (least(low), least(count - low));
    if room.0 + room.1 > lines {
        // Nearly as many regions as cells: halve the lines, and share the regions to fit.
        let half = lines / 2;
        room = (half, lines - half);
        low = low.clamp(count.saturating_sub(room.1 * across), room.0 * across);
    }
    let (one, two) = split(area, along_rows, (low, count - low), room, weight);
    let (low_parts, high_parts) = parts.split_at_mut(low as usize);
    bisect(grid, one, weight, low_parts);
    bisect(grid, two, weight, high_parts);
}

/// Cuts `area` into `rows` strips, and each into `cols` regions.
fn strips(
    area: Region,
    rows: u32,
    cols: u32,
    weight: &impl Fn(u32, u32) -> u64,
    parts: &mut [Region],
) {
    let along_rows = rows > 1;
    let count = if along_rows { rows } else { cols };
    if count <= 1 {
        if let Some(only) = parts.first_mut() {
            *only = area;
        }
        return;
    }
    let (low, high) = (count / 2, count - count / 2);
    let (one, two) = split(area, along_rows, (low, high), (low, high), weight);
    let across = if along_rows { cols } else { 1 };
    let (low_parts, high_parts) = parts.split_at_mut((low * across) as usize);
    let next = |count| if along_rows { (count, cols) } else { (1, count) };
    strips(one, next(low).0, next(low).1, weight, low_parts);
    strips(two, next(high).0, next(high).1, weight, high_parts);
}

/// Splits `area` in two whose weights are nearest to the ratio of `shares`, leaving at least
/// `least` lines to each.
fn split(
    area: Region,
    along_rows: bool,
    shares: (u32, u32),
    least: (u32, u32),
    weight: &impl Fn(u32, u32) -> u64,
) -> (Region, Region) {
    let line_weight = |line: u32| -> u64 {
        if along_rows {
            (area.col..area.col_end).fold(0, |sum, col| sum.saturating_add(weight(line, col)))
        } else {
            (area.row..area.row_end).fold(0, |sum, row| sum.saturating_add(weight(row, line)))
        }
    };
    let (start, end) = if along_rows { (area.row, area.row_end) } else { (area.col, area.col_end) };
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
    if along_rows {
        (low.row_end, high.row) = (at, at);
    } else {
        (low.col_end, high.col) = (at, at);
    }
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
        /// Rows of the grid.
        rows: u32,
        /// Columns of the grid.
        cols: u32,
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
            Self::WorldTooSmall { cut, rows, cols } => write!(
                f,
                "the world cannot be cut into {cut} regions: at least 1 is needed, and its grid \
                 has {rows} rows and {cols} columns of cells to share"
            ),
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
    use flockwork_kernel::Edge;
    use quickcheck::quickcheck;
    use std::vec;
    use std::vec::Vec;

    fn grid(width: f32, height: f32, edge: Edge) -> Grid {
        Grid::new(World::new(width, height, edge).unwrap(), 1.0, 4096).unwrap()
    }

    fn cut_into(grid: &Grid, wanted: Cut, weights: &[u8]) -> Result<Vec<Region>, CutError> {
        let mut regions = vec![Region::default(); wanted.count().unwrap() as usize];
        let weight = |row: u32, col: u32| {
            let at = (row * grid.cols() + col) as usize;
            if weights.is_empty() { 1 } else { u64::from(weights[at % weights.len()]) }
        };
        cut(grid, wanted, &weight, &mut regions)?;
        Ok(regions)
    }

    fn cells_of(grid: &Grid) -> impl Iterator<Item = (u32, u32)> {
        let cols = grid.cols();
        (0..grid.rows()).flat_map(move |row| (0..cols).map(move |col| (row, col)))
    }

    fn every_cell_has_one_owner(grid: &Grid, regions: &[Region]) -> bool {
        regions.iter().all(|r| r.rows() > 0 && r.cols() > 0)
            && cells_of(grid)
                .all(|(row, col)| regions.iter().filter(|r| r.contains(row, col)).count() == 1)
    }

    quickcheck! {
        fn any_cut_gives_every_cell_one_owner(parts: u8, weights: Vec<u8>) -> bool {
            let grid = grid(13.0, 9.0, Edge::Periodic);
            let parts = u32::from(parts).clamp(1, grid.cells());
            let regions = cut_into(&grid, Cut::Parts(parts), &weights).unwrap();
            every_cell_has_one_owner(&grid, &regions)
        }

        fn any_grid_cut_gives_every_cell_one_owner(r: u8, c: u8, weights: Vec<u8>) -> bool {
            let grid = grid(13.0, 9.0, Edge::Wall);
            let rows = u32::from(r) % grid.rows() + 1;
            let cols = u32::from(c) % grid.cols() + 1;
            let regions = cut_into(&grid, Cut::Grid { rows, cols }, &weights).unwrap();
            every_cell_has_one_owner(&grid, &regions)
        }

        fn ghost_bands_hold_every_cell_within_reach(parts: u8, weights: Vec<u8>) -> bool {
            [(13.0, 9.0), (2.1, 2.1), (2.5, 7.0)].into_iter().all(|(width, height)| {
                let grid = grid(width, height, Edge::Periodic);
                let parts = u32::from(parts).clamp(1, grid.cells());
                let regions = cut_into(&grid, Cut::Parts(parts), &weights).unwrap();
                bands_are_complete(&grid, &regions)
            })
        }
    }

    /// Every image of every cell that is in the border of a region is in exactly one overlap.
    fn bands_are_complete(grid: &Grid, regions: &[Region]) -> bool {
        let (rows, cols) = (i64::from(grid.rows()), i64::from(grid.cols()));
        let fine = i64::from(grid.fine());
        let mut sent = Vec::new();
        for from in 0..regions.len() as u32 {
            overlaps(grid, regions, from, |overlap| sent.push((from, overlap)));
        }
        regions.iter().enumerate().all(|(to, region)| {
            let inside = |row: i64, col: i64| {
                row >= i64::from(region.row)
                    && row < i64::from(region.row_end)
                    && col >= i64::from(region.col)
                    && col < i64::from(region.col_end)
            };
            (i64::from(region.row) - 1..i64::from(region.row_end) + 1).all(|row| {
                (i64::from(region.col) - fine..i64::from(region.col_end) + fine).all(|col| {
                    let image = (row.rem_euclid(rows) as u32, col.rem_euclid(cols) as u32);
                    let shift = (row.div_euclid(rows), col.div_euclid(cols));
                    let owner = owner(regions, image.0, image.1).unwrap();
                    let times = sent
                        .iter()
                        .filter(|(from, o)| {
                            *from == owner
                                && o.to as usize == to
                                && i64::from(o.shift_y) == shift.0
                                && i64::from(o.shift_x) == shift.1
                                && o.cells.contains(image.0, image.1)
                        })
                        .count();
                    times == usize::from(!inside(row, col))
                })
            })
        })
    }

    #[test]
    fn weight_moves_the_border() {
        let grid = grid(40.0, 40.0, Edge::Periodic);
        let mut regions = [Region::default(); 2];
        let weight = |row: u32, _: u32| if row < 4 { 100 } else { 1 };
        cut(&grid, Cut::Grid { rows: 2, cols: 1 }, &weight, &mut regions).unwrap();
        assert!(regions[0].row_end <= 4, "{regions:?}");
        cut(&grid, Cut::Parts(2), &|_, _| 0, &mut regions).unwrap();
        assert_eq!(regions[0].row_end, grid.rows() / 2);
    }

    #[test]
    fn a_world_too_small_for_the_cut_is_an_error() {
        let grid = grid(3.0, 3.0, Edge::Wall);
        for bad in [Cut::Parts(0), Cut::Parts(1000), Cut::Grid { rows: 9, cols: 1 }] {
            let error = cut_into(&grid, bad, &[]).unwrap_err();
            assert!(matches!(error, CutError::WorldTooSmall { .. }), "{error}");
        }
        assert!(cut(&grid, Cut::Parts(2), &|_, _| 1, &mut []).is_err());
    }
}
