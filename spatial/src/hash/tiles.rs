//! The tiles of a hash index, and who may be near them.
//!
//! The line of a position is monotone but rounded, so lines around are found from where a tile's
//! entities are. Tiles come in the order of cells, so where the run of a row begins is near where that
//! of the tile before began.

use core::ops::Range;

use flockwork_kernel::axes::{Axes, Third};
use flockwork_kernel::{LANES, World};

use super::table::{Kind, ListRuns, Table, corners, in_box};
use super::{Cell, Occupied, key};
use crate::grid::Lines;
use crate::index::{Area, Periods, Places, both, larger, show_runs, smaller};
use crate::neighbours::Tiles;
use crate::query::reach;

/// More rows, one above the other, than this are not walked one by one.
const FEW: i32 = 8;

/// Entities in the cells of a table.
#[derive(Clone, Copy)]
pub(crate) struct HashTiles<'a, A: Axes> {
    pub(crate) positions: Places<'a, A>,
    pub(crate) table: Table<'a>,
}

impl<A: Axes> HashTiles<'_, A> {
    /// Shows all tiles: see [`crate::Indexed::each_tile`].
    #[inline(always)]
    pub(crate) fn show(&self, r: f32, once: bool, seen: &mut impl Tiles<A>) {
        match self.table.kind {
            Kind::Box(corner, lines) => self.show_box((corner, lines), r, once, seen),
            Kind::List(occupied) => self.show_list(occupied, r, once, seen),
        }
    }

    /// Where all cells of a box are there.
    #[inline(always)]
    fn show_box(
        &self,
        (corner, lines): ([i32; World::MOST_AXES], Lines),
        r: f32,
        once: bool,
        seen: &mut impl Tiles<A>,
    ) {
        let wide = reach(&Periods::default(), r, 0.0);
        let (starts, [cols, rows, layers]) = (self.table.starts, lines);
        let start = |layer: u32, row: u32, col: u32| {
            starts[((layer * rows + row) * cols + col) as usize] as usize
        };
        for own in (0..layers).flat_map(|layer| (0..rows).map(move |row| (layer, row))) {
            let (mut first, end) = (start(own.0, own.1, 0), start(own.0, own.1, cols));
            while first < end {
                let next = end.min(first + LANES);
                seen.begin(first..next);
                let area = self.around(first..next, wide);
                let [x, y, z] = in_box::<A>((corner, lines), self.table.size, &area);
                let (Some(x), Some(y), Some(z)) = (x, y, z) else { return };
                for layer in z.0..=z.1 {
                    for row in y.0..=y.1 {
                        if once && (layer, row) < own {
                            continue;
                        }
                        let mut run = start(layer, row, x.0)..start(layer, row, x.1 + 1);
                        if once && (layer, row) == own {
                            run.start = first;
                        }
                        if !run.is_empty() {
                            seen.run(run, None);
                        }
                    }
                }
                seen.end();
                first = next;
            }
        }
    }

    /// Where the occupied cells are there.
    #[inline(always)]
    fn show_list(&self, occupied: &[Occupied], r: f32, once: bool, seen: &mut impl Tiles<A>) {
        let wide = reach(&Periods::default(), r, 0.0);
        let mut hints = A::Rows::<usize>::default();
        let of_row = |cell: &Occupied| (cell.cell[2], cell.cell[1]);
        for row in occupied.chunk_by(|a, b| of_row(a) == of_row(b)) {
            let (own_layer, own_row) = of_row(&row[0]);
            let end = row[row.len() - 1].end as usize;
            let mut first = row[0].begin as usize;
            while first < end {
                let next = end.min(first + LANES);
                let area = self.around(first..next, wide);
                let (low, high) = corners::<A>(self.table.size, &area);
                seen.begin(first..next);
                let is_wide = high.y - low.y > FEW || high.z.or(0) - low.z.or(0) > FEW;
                if is_wide {
                    // Most of these rows may be empty: each is searched for.
                    let runs = ListRuns::new(self.table.size, occupied, &area);
                    show_runs(runs, first, once, seen);
                    seen.end();
                    first = next;
                    continue;
                }
                for layer in low.z.or(0)..=high.z.or(0) {
                    for row in low.y..=high.y {
                        if once && (layer, row) < (own_layer, own_row) {
                            continue;
                        }
                        let hint = hint::<A>(&mut hints, layer - own_layer, row - own_row);
                        let mut run = row_run::<A>(occupied, (row, layer), (low.x, high.x), hint);
                        if once && (layer, row) == (own_layer, own_row) {
                            run.start = first;
                        }
                        if !run.is_empty() {
                            seen.run(run, None);
                        }
                    }
                }
                seen.end();
                first = next;
            }
        }
    }

    /// Where somebody near these entities may be.
    fn around(&self, tile: Range<usize>, wide: f32) -> Area {
        let mut low = self.positions.at(tile.start);
        let mut high = low;
        for at in tile {
            let place = self.positions.at(at);
            (low, high) = (both(place, low, smaller), both(place, high, larger));
        }
        Area::between(low, high, wide)
    }
}

/// The entities of a row from one column to another, both included; `hint` is near the first of these
/// cells.
fn row_run<A: Axes>(
    cells: &[Occupied],
    (row, layer): (i32, i32),
    (low, high): (i32, i32),
    hint: &mut usize,
) -> Range<usize> {
    let from = key::<A>(Cell::of(low, row, layer));
    let to = key::<A>(Cell::of(high, row, layer));
    let mut at = (*hint).min(cells.len());
    while at > 0 && cells[at - 1].key() >= from {
        at -= 1;
    }
    // Far ahead in a few steps.
    let mut step = 1;
    while cells.get(at + step - 1).is_some_and(|cell| cell.key() < from) {
        at += step;
        step *= 2;
    }
    let rest = &cells[at..cells.len().min(at + step)];
    at += rest.partition_point(|cell| cell.key() < from);
    *hint = at;
    let Some(begin) = cells.get(at) else { return 0..0 };
    let mut end = at;
    while cells.get(end).is_some_and(|cell| cell.key() <= to) {
        end += 1;
    }
    if end == at { 0..0 } else { begin.begin as usize..cells[end - 1].end as usize }
}

/// The hint of a row that is so far away; one of the outermost for rows further away.
#[inline(always)]
fn hint<A: Axes>(hints: &mut A::Rows<usize>, layers: i32, rows: i32) -> &mut usize {
    let near = |lines: i32| (lines.clamp(-1, 1) + 1) as usize;
    let at = if A::SPACE { near(layers) * 3 + near(rows) } else { near(rows) };
    &mut hints.as_mut()[at]
}
