//! What memory a world will take, before it is made.

use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_spatial::{Candidate, Entry};

use crate::domain::{Domain, SPARE};
use crate::letters::LETTER_LEN;
use crate::model::Model;
use crate::parts::MOVE_LEN;
use crate::topology::Topology;

/// Bytes of memory that a world takes, about: its entities where they are spread evenly, the ghosts
/// of their borders with the mail that brings them, and what each region takes besides.
///
/// Regions that never meet cost nothing, so the last goes with the number of regions alone.
pub fn memory_estimate<M: Model>(topology: &Topology, population: u32) -> u64 {
    let schema = M::Columns::SCHEMA;
    let (row, shown) = (packed_len(schema, Reach::Scratch), packed_len(schema, Reach::Ghost));
    let sorted = size_of::<Entry>() + size_of::<Candidate<M::Shown>>() + 4;
    let grid = topology.grid();
    let (mut ghost_cells, mut border_cells, mut meetings) = (0u64, 0u64, 0u64);
    for (id, region) in (0..).zip(topology.regions()) {
        let lines = (region.rows() + 2, region.cols() + 2 * grid.fine());
        border_cells += u64::from(lines.0) * u64::from(lines.1);
        for overlap in topology.overlaps(id) {
            ghost_cells += u64::from(overlap.cells.rows()) * u64::from(overlap.cells.cols());
            meetings += u64::from(overlap.to != id);
        }
    }
    let ghosts = ghost_cells * u64::from(population) / u64::from(grid.cells().max(1));
    // A ghost is a move and a letter of one domain, and a row of another.
    let of_entities = u64::from(population) * (2 * row + 4 + sorted) as u64;
    let of_ghosts = ghosts * (row + sorted + MOVE_LEN + 4 + shown) as u64;
    let of_regions = topology.regions().len() as u64
        * (size_of::<Domain<M>>() + 3 * SPARE * row) as u64
        + meetings * LETTER_LEN as u64
        + border_cells * 4;
    // Lists have about an eighth of room to grow.
    (of_entities + of_ghosts) * 9 / 8 + of_regions + topology.memory_bytes() as u64
}
