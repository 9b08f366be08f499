//! The cells of a domain in a world with open axes: a window around its entities, found anew in every
//! tick.
//!
//! Such a region has no end, so neither has a list of its cells. The window is the smallest box around
//! the cells in which it owns somebody; ghosts that are not in its border are near nobody, and left out.
//! Where the window has few more cells than there are entities, all are listed, as in any other world;
//! otherwise only those in which somebody is. The order of entities and candidates is the same
//! either way, so which it is changes no result.
//!
//! None of this depends on the columns of a model, and each is a function of its own: a module for
//! pages has it once, and no function of it becomes too long for an engine of JavaScript.

use alloc::vec::Vec;

use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::simd::Vector8;
use flockwork_kernel::{Axes, LANES, World};
use flockwork_spatial::{Grid, Lines, NO_CELL, NO_NUMBER, Numbered, Places, Region};

use crate::grow::grow;
use crate::parts::{Local, Site};

/// At most so many cells for each entity and ghost are listed all.
const LISTED: usize = 8;

/// Fewer cells than this are worth no thought.
const FEW: u32 = 1024;

/// Finds the window of a domain, and the cell of each of its rows: those are at these places, and those
/// that are no entities have no cell yet.
#[inline(never)]
pub(crate) fn find<A: Axes>(
    site: &Site,
    places: Places<'_, A>,
    cells: &[u32],
    lines: &mut Vec<Lines>,
) -> Local {
    grow(lines, cells.len());
    let (grid, region) = (*site.grid(), site.region());
    let lines = &mut lines[..cells.len()];
    let window = isa::dispatch(Find { grid, places, cells, lines });
    let empty = Region { low: region.low, high: [region.low[0], region.low[1], region.low[2] + 1] };
    Local::of(&grid, &if window.low[0] < window.high[0] { window } else { empty })
}

/// The number of cells of a window, if all are to be listed for so many entities and ghosts.
pub(crate) fn listed(window: &Local, entities: usize) -> Option<u32> {
    let most = entities.saturating_mul(LISTED).max(FEW as usize);
    window.count().filter(|cells| *cells as usize <= most)
}

/// Gives rows and ghosts the numbers of their cells in the window, where all are listed.
#[inline(never)]
pub(crate) fn number(
    window: &Local,
    (cells, lines): (&mut [u32], &[Lines]),
    (ghosts, moved): (&mut [u32], &[Lines]),
) {
    for (cell, lines) in cells.iter_mut().zip(lines) {
        if *cell != NO_CELL {
            *cell = window.number(*lines);
        }
    }
    for (cell, moved) in ghosts.iter_mut().zip(moved) {
        *cell = if window.has(*moved) { window.number(*moved) } else { NO_CELL };
    }
}

/// Lists rows and ghosts with the numbers of their cells, where most cells are empty: rows by their
/// cells so far, their cells of the world and ids.
#[inline(never)]
pub(crate) fn list(
    window: &Local,
    (cells, lines, ids): (&[u32], &[Lines], &[u32]),
    (moved, ghost_ids): (&[Lines], &[u32]),
    slots: &mut Vec<Numbered>,
) {
    slots.clear();
    for ((cell, lines), id) in cells.iter().zip(lines).zip(ids) {
        let number = if *cell == NO_CELL { NO_NUMBER } else { window.long_number(*lines) };
        slots.push(Numbered { number, slot: slots.len() as u32, id: *id });
    }
    for (moved, id) in moved.iter().zip(ghost_ids) {
        let number = if window.has(*moved) { window.long_number(*moved) } else { NO_NUMBER };
        slots.push(Numbered { number, slot: slots.len() as u32, id: *id });
    }
}

/// Finds the cells of rows and the smallest box around them, with the best instructions there are.
struct Find<'a, A: Axes> {
    grid: Grid,
    places: Places<'a, A>,
    cells: &'a [u32],
    lines: &'a mut [Lines],
}

impl<A: Axes> isa::Task for Find<'_, A> {
    type Output = Region;

    #[inline(always)]
    fn run<S: Isa>(self) -> Region {
        let Self { grid, places, cells, lines } = self;
        let mut window = Region { low: [u32::MAX; World::MOST_AXES], high: [0; World::MOST_AXES] };
        for (block, lines) in lines.chunks_mut(LANES).enumerate() {
            let at = block * LANES;
            let place: Vector8<A, S> = places.load(at);
            let [cols, rows, layers] = grid.cell_lanes(place);
            let (cols, rows, layers) = (cols.to_array(), rows.to_array(), layers.to_array());
            for (lane, line) in lines.iter_mut().enumerate() {
                *line = [cols[lane], rows[lane], layers[lane]];
                if cells[at + lane] != NO_CELL {
                    for (axis, &line) in line.iter().enumerate() {
                        window.low[axis] = window.low[axis].min(line);
                        window.high[axis] = window.high[axis].max(line + 1);
                    }
                }
            }
        }
        window
    }
}
