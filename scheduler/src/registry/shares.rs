//! Among how many a world is shared, and the cut that suits them.

use alloc::format;

use flockwork_spatial::{Cut, Grid};

use crate::partition::Partition;
use crate::setup::SimulationError;

/// Among how many a world is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Processes, or ranks; each has regions of its own.
    pub processes: usize,
    /// Worker threads of each.
    pub workers: usize,
    /// The cut of the world; None chooses one for all workers.
    pub cut: Option<Cut>,
    /// Whether the world is cut anew when the work becomes uneven.
    pub rebalance: bool,
}

/// Regions of each worker where nothing is said, so that one who is done finds more to do.
const REGIONS_PER_WORKER: usize = 2;
/// No region is so small that its border costs more than its inside.
const LEAST_CELLS: u32 = 64;
/// The most regions where nothing is said.
const MOST_REGIONS: usize = 4096;

impl Shares {
    /// The cut for a grid, and whether it changes.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Initial`] if some process would have no region.
    pub fn partition(&self, grid: &Grid) -> Result<Partition, SimulationError> {
        let cut = self.cut.unwrap_or_else(|| self.chosen(grid));
        let processes = self.processes;
        // One process needs no more than a cut that fits the grid, which is checked by cutting.
        if processes > 1 && cut.count().is_some_and(|count| (count as usize) < processes) {
            return Err(SimulationError::Initial(format!(
                "regions is {}: there must be at least one for each of the {processes} processes",
                cut.count().unwrap_or(0)
            )));
        }
        let partition = Partition::new(cut);
        Ok(Partition { rebalance: partition.rebalance.filter(|_| self.rebalance), ..partition })
    }

    /// The cut that is chosen where none is given.
    fn chosen(&self, grid: &Grid) -> Cut {
        let workers = self.workers.saturating_mul(self.processes);
        let wanted = if workers <= 1 { 1 } else { workers.saturating_mul(REGIONS_PER_WORKER) };
        let least = self.processes.min(MOST_REGIONS) as u32;
        let most = (grid.bounded().cells() as u32 / LEAST_CELLS).max(least);
        Cut::Parts(most.min(wanted.min(MOST_REGIONS) as u32))
    }
}
