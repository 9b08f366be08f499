//! What memory a world will take, before it is made.

use flockwork_kernel::World;
use flockwork_kernel::columns::{Columns, Reach, packed_len, padded};
use flockwork_spatial::{Cells, Entry, Lines, Region};

use crate::desks::Asked;
use crate::domain::{Domain, SPARE};
use crate::letters::LETTER_LEN;
use crate::lots::{HELD, Window};
use crate::model::{Model, Passes};
use crate::packet::HEADER_LEN;
use crate::parts::{Move, PLOT_LEN};
use crate::topology::Topology;

/// Bytes of memory that a world takes, about: its entities where they are spread evenly over the world,
/// however far they may go along an open axis, the ghosts
/// of their borders with the mail that brings them, what each region takes besides, and what each of
/// so many workers works on.
///
/// Regions that never meet cost nothing, so the rest goes with the number of regions alone.
pub fn memory_estimate<M: Model>(topology: &Topology, population: u32, workers: usize) -> u64 {
    let schema = M::Columns::SCHEMA;
    let (row, shown) = (packed_len(schema, Reach::Scratch), packed_len(schema, Reach::Ghost));
    let grid = topology.grid();
    let (mut regions, mut desk, mut cell_bytes, mut meetings) = (0u64, 0u64, 0u64, 0u64);
    // Cells of the world alone: nobody is expected anywhere else.
    let inside = grid.inside();
    let clipped = |region: &Region| {
        let (mut low, mut high) = (region.low, region.high);
        for axis in 0..World::MOST_AXES {
            low[axis] = low[axis].max(inside.low[axis]);
            high[axis] = high[axis].min(inside.high[axis]);
        }
        Region { low, high }.lines()
    };
    let cells = |region: &Region| -> u64 { clipped(region).into_iter().map(u64::from).product() };
    let all = u128::from(cells(&inside).max(1));
    let entities = |cells: u64| (u128::from(cells) * u128::from(population) / all) as u64;
    // Lists have about an eighth of room to grow, as many come and go as in any crowd without order, and
    // columns have some rows behind the last.
    let room = |count: u64| padded((count + count / 8 + 2 * count.isqrt()) as usize + SPARE) as u64;
    for (id, region) in (0..).zip(topology.regions()) {
        let mut ghost_cells = 0;
        for overlap in topology.overlaps(id) {
            ghost_cells += cells(&overlap.cells);
            meetings += u64::from(overlap.to != id);
        }
        let own = entities(cells(region));
        let ghosts = entities(ghost_cells);
        let listed = Cells::count(clipped(region), grid.margins());
        cell_bytes += 4 * u64::from(listed.unwrap_or(u32::MAX));
        if !grid.is_bounded() {
            cell_bytes += ghosts * size_of::<Lines>() as u64;
        }
        // As many ghosts are sent as come: each is a row, and was a letter.
        regions += room(own) * (2 * row + 4) as u64 + room(ghosts) * (shown + 4) as u64;
        regions += ghosts * (4 + shown) as u64;
        let sorted = (own + ghosts) * (size_of::<Entry>() + M::Passes::SHOWN) as u64;
        let endless = if grid.is_bounded() { 0 } else { size_of::<Lines>() };
        desk = desk.max(sorted + own * (4 + endless as u64) + ghosts * size_of::<Move>() as u64);
    }
    for (lattice, lots) in topology.fields() {
        for lot in lots {
            let held = Window::around(lattice, lot, HELD).len() as u64;
            regions += held * PLOT_LEN;
            let asked = held.min(u64::from(population));
            desk = desk.max(8 * held + asked * (size_of::<Asked>() + 8) as u64);
        }
        regions += 4 * u64::from(population);
    }
    let count = topology.regions().len() as u64;
    regions += count * size_of::<Domain<M>>() as u64;
    regions += meetings * (LETTER_LEN + 2 * HEADER_LEN) as u64 + cell_bytes;
    regions + desk * 9 / 8 * (workers as u64).min(count) + topology.memory_bytes() as u64
}
