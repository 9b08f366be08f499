//! The cells of a domain in a world with open axes: a window around its entities, found anew in every
//! tick.
//!
//! Such a region has no end, so neither has a list of its cells. The window is the smallest box around
//! the cells in which it owns somebody; ghosts that are not in its border are near nobody, and left out.
//! Where the window has few more cells than there are entities, all are listed, as in any other world;
//! otherwise only those in which somebody is. The order of entities and candidates is the same
//! either way, so which it is changes no result.

use alloc::vec::Vec;

use flockwork_kernel::columns::Columns;
use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::simd::Vector8;
use flockwork_kernel::{LANES, World};
use flockwork_spatial::{Grid, Lines, NO_CELL, NO_NUMBER, Numbered, Region};

use crate::grow::grow;
use crate::parts::{Ghosts, Local, Owned, Site};

/// At most so many cells for each entity and ghost are listed all.
const LISTED: usize = 8;

/// Fewer cells than this are worth no thought.
const FEW: u32 = 1024;

/// Finds the window of a domain, and the cell of each of its rows.
pub(crate) fn find<C: Columns>(site: &Site, owned: &Owned<C>, lines: &mut Vec<Lines>) -> Local {
    grow(lines, owned.rows);
    let (grid, region) = (*site.grid(), site.region());
    let window = isa::dispatch(Find { grid, owned, lines: &mut lines[..owned.rows] });
    let empty = Region { low: region.low, high: [region.low[0], region.low[1], region.low[2] + 1] };
    Local::of(&grid, &if window.low[0] < window.high[0] { window } else { empty })
}

/// The number of cells of a window, if all are to be listed for so many entities and ghosts.
pub(crate) fn listed(window: &Local, entities: usize) -> Option<u32> {
    let most = entities.saturating_mul(LISTED).max(FEW as usize);
    window.count().filter(|cells| *cells as usize <= most)
}

/// Gives each row and each ghost the number of its cell in the window.
pub(crate) fn number<C: Columns>(
    window: &Local,
    owned: &mut Owned<C>,
    ghosts: &mut Ghosts<C>,
    lines: &[Lines],
) {
    for (cell, lines) in owned.cell_of[..owned.rows].iter_mut().zip(lines) {
        if *cell != NO_CELL {
            *cell = window.number(*lines);
        }
    }
    for (cell, moved) in ghosts.cell[..ghosts.rows].iter_mut().zip(&ghosts.moved) {
        *cell = if window.has(*moved) { window.number(*moved) } else { NO_CELL };
    }
}

/// Each row and each ghost with the number of its cell in the window.
pub(crate) fn numbered<'a, C: Columns>(
    window: &'a Local,
    owned: &'a Owned<C>,
    ghosts: &'a Ghosts<C>,
    lines: &'a [Lines],
) -> impl Iterator<Item = Numbered> + 'a {
    let rows = owned.cells().iter().zip(lines).zip(owned.ids());
    let own = (0..).zip(rows).map(|(slot, ((cell, lines), id))| {
        let number = if *cell == NO_CELL { NO_NUMBER } else { window.long_number(*lines) };
        Numbered { number, slot, id: *id }
    });
    let images = ghosts.moved[..ghosts.rows].iter().zip(ghosts.arena.ids());
    let images = (owned.rows as u32..).zip(images).map(|(slot, (moved, id))| {
        let number = if window.has(*moved) { window.long_number(*moved) } else { NO_NUMBER };
        Numbered { number, slot, id: *id }
    });
    own.chain(images)
}

/// Finds the cells of rows and the smallest box around them, with the best instructions there are.
struct Find<'a, C> {
    grid: Grid,
    owned: &'a Owned<C>,
    lines: &'a mut [Lines],
}

impl<C: Columns> isa::Task for Find<'_, C> {
    type Output = Region;

    #[inline(always)]
    fn run<S: Isa>(self) -> Region {
        let Self { grid, owned, lines } = self;
        let (places, cells) = (owned.now.places(), owned.cells());
        let mut window = Region { low: [u32::MAX; World::MOST_AXES], high: [0; World::MOST_AXES] };
        for (block, lines) in lines.chunks_mut(LANES).enumerate() {
            let at = block * LANES;
            let place: Vector8<C::Axes, S> = places.load(at);
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
