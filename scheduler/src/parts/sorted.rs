//! Where the entities of each cell of a domain are in canonical order.

use alloc::vec::Vec;

use flockwork_kernel::World;
use flockwork_spatial::{Cells, Entry, Lines, Numbered, Occupied, SortError, sort};

use super::site::{Local, Site};
use crate::grow::grow;
use crate::weights::Weights;

/// What is left of the sort once the pass is done.
#[derive(Default)]
pub(crate) struct Sorted {
    /// Where each local cell begins among owned entities and ghosts in canonical order; of those in
    /// which somebody is, where only these are listed.
    starts: Vec<u32>,
    /// The number of owned entities before each owned row of cells, of all layers.
    pub(crate) row_begin: Vec<u32>,
    /// How cells are numbered.
    local: Local,
    /// How many cells somebody is in, and how many rows, where only these are listed.
    occupied: Option<(usize, usize)>,
    /// The numbers of these cells.
    numbers: Vec<u64>,
    /// The owned entities of each of these rows.
    rows: Vec<(u32, u32)>,
}

impl Sorted {
    /// Sorts owned entities and ghosts into `count` cells, all of which are listed.
    #[inline(never)]
    pub(crate) fn sort(
        &mut self,
        local: Local,
        count: u32,
        parts: &[(&[u32], &[u32])],
        entries: &mut [Entry],
    ) -> Result<(), SortError> {
        (self.local, self.occupied) = (local, None);
        grow(&mut self.starts, count as usize + 1);
        sort::sort_parts_by_cell(parts, count, &mut self.starts, entries).map(drop)
    }

    /// Sorts owned entities and ghosts, which are in the first list, into cells of which only those
    /// are listed in which somebody is.
    #[inline(never)]
    pub(crate) fn sort_sparse(
        &mut self,
        local: Local,
        [slots, scratch]: &mut [Vec<Numbered>; 2],
        entries: &mut [Entry],
    ) -> Result<(), SortError> {
        (self.local, self.occupied) = (local, Some((0, 0)));
        let count = slots.len();
        grow(&mut self.starts, count + 1);
        grow(&mut self.numbers, count);
        grow(scratch, count);
        let Self { starts, numbers, rows, .. } = self;
        let lists = sort::Lists { scratch, numbers, starts, order: entries };
        let (cells, _) = sort::sort_by_number(slots, lists)?;
        rows.clear();
        // The owned cells of the row that comes, and the numbers of all its cells end here.
        let (mut own, mut end) = (0..0, 0);
        let mut goes_on = false;
        for (&number, begin) in numbers[..cells].iter().zip(starts.windows(2)) {
            if number >= end {
                (own, end) = local.row(number);
                goes_on = false;
            }
            if own.contains(&number) {
                match rows.last_mut() {
                    Some(row) if goes_on => row.1 = begin[1],
                    _ => rows.push((begin[0], begin[1])),
                }
                goes_on = true;
            }
        }
        self.occupied = Some((cells, rows.len()));
        Ok(())
    }

    /// The cells.
    pub(crate) fn cells(&self) -> Cells<'_> {
        let cells = self.local.cells(&self.starts);
        let occupied = self.occupied.map(|(count, rows)| Occupied {
            numbers: &self.numbers[..count],
            rows: &self.rows[..rows],
        });
        Cells { occupied, ..cells }
    }

    /// The cell of the world of an owned entity or a ghost: of the one at this place in canonical
    /// order, whose local cell is this one where all cells are listed.
    pub(crate) fn global(&self, place: u32, local: u32) -> Lines {
        let number = match self.occupied {
            None => local.into(),
            Some((cells, _)) => {
                let after = self.starts[..cells].partition_point(|start| *start <= place);
                self.numbers[..cells].get(after.wrapping_sub(1)).copied().unwrap_or(0)
            }
        };
        self.local.global(number)
    }

    /// Calls `each` for what is in a box of cells of the world, counted on over its images: the records
    /// of each row, from one to before another. Cells beyond the border have none.
    pub(crate) fn spans(
        &self,
        low: [i64; World::MOST_AXES],
        high: [i64; World::MOST_AXES],
        mut each: impl FnMut(usize, usize),
    ) {
        let Some((low, high)) = self.local.clip(low, high) else { return };
        let cells = self.cells();
        let start = |number: u64| {
            let at = match cells.occupied {
                None => number as usize,
                Some(occupied) => occupied.numbers.partition_point(|one| *one < number),
            };
            self.starts[at] as usize
        };
        for layer in low[2]..high[2] {
            for row in low[1]..high[1] {
                let first = self.local.number_at([low[0], row, layer]);
                let (from, to) = (start(first), start(first + u64::from(high[0] - low[0])));
                if from < to {
                    each(from, to);
                }
            }
        }
    }

    /// The number of the owned row that this record is in, which is of an owned entity.
    pub(crate) fn owned_row(&self, record: usize) -> u32 {
        let cells = self.cells();
        let (mut low, mut high) = (0, cells.rows());
        while low < high {
            let middle = low + (high - low) / 2;
            if cells.owned(middle).end <= record { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The row of an owned entity by its id and its cell of the world.
    ///
    /// `ids` are those of the owned entities in canonical order: in a cell they ascend.
    pub(crate) fn row_of(&self, ids: &[u32], id: u32, cell: Lines) -> Option<usize> {
        if !self.local.owns(cell) {
            return None;
        }
        let cells = self.cells();
        let number = self.local.long_number(cell);
        let (at, row) = match cells.occupied {
            None => {
                let [_, row, layer] = self.local.owned_place(number)?;
                // Among the owned rows of all layers.
                (number as usize, layer * cells.lines[1] + row)
            }
            Some(occupied) => {
                let at = occupied.numbers.binary_search(&number).ok()?;
                let begin = self.starts[at];
                (at, occupied.rows.partition_point(|row| row.1 <= begin) as u32)
            }
        };
        let (begin, end) = (self.starts[at] as usize, self.starts[at + 1] as usize);
        let first = self.row_begin[row as usize] as usize + begin - cells.owned(row).start;
        let found = ids[first..first + end - begin].binary_search(&id).ok()?;
        Some(first + found)
    }

    /// Adds the weight of each owned cell: what its entities and their candidates cost.
    pub(crate) fn add_weights(&self, site: &Site, weights: &mut Weights<'_>) {
        let cells = self.cells();
        let fine = u64::from(cells.reach[0]);
        let layers = if site.grid().world().is_space() { 3 } else { 1 };
        let count = match self.occupied {
            None => {
                self.starts.len().saturating_sub(1).min(self.local.count().unwrap_or(0) as usize)
            }
            Some((count, _)) => count,
        };
        for at in 0..count {
            let own = u64::from(self.starts[at + 1] - self.starts[at]);
            let number = cells.occupied.map_or(at as u64, |occupied| occupied.numbers[at]);
            if own == 0 || self.local.owned_place(number).is_none() {
                continue;
            }
            let mut near = 0;
            for around in 0..3 * layers {
                let middle = number + self.local.offset(around % 3, around / 3);
                let middle = middle - self.local.offset(1, layers / 2);
                let begin = |number: u64| {
                    let at = match cells.occupied {
                        None => number as usize,
                        Some(occupied) => occupied.numbers.partition_point(|one| *one < number),
                    };
                    u64::from(self.starts[at])
                };
                near += begin(middle + fine + 1) - begin(middle - fine);
            }
            weights.add(self.local.global(number), own * (16 + near));
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        4 * (self.starts.capacity() + self.row_begin.capacity())
            + 8 * (self.numbers.capacity() + self.rows.capacity())
    }
}
