//! How a domain goes back to where it was before a tick or a new home that fails.

use flockwork_spatial::NO_CELL;

use crate::domain::{Census, Domain, Stage};
use crate::error::DomainError;
use crate::metrics::Counters;
use crate::model::Model;

/// What a domain needs to go back to where it was before what it now does.
///
/// A tick reads the rows of `old` and writes those of `now`; a new home only adds rows and takes
/// others away. So all that must be kept are some numbers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Kept {
    rows: usize,
    ghost_rows: usize,
    /// How many rows of `old` are entities, once the tick has put them there: the first ones of
    /// the order of the sort.
    pub(crate) sorted: Option<usize>,
    next_id: u32,
    census: Census,
    under_way: u64,
    counters: Counters,
}

impl<M: Model> Domain<M> {
    /// Writes down what [`Domain::undo`] needs.
    pub(crate) fn keep(&mut self) {
        self.moves.gone.clear();
        self.kept = Kept {
            rows: self.rows,
            ghost_rows: self.ghost_rows,
            sorted: None,
            next_id: self.next_id,
            census: self.census,
            under_way: self.under_way,
            counters: self.counters,
        };
    }

    /// Goes back to where the domain was when it began what it last did, done or not. Everything
    /// that can be seen of it is as it was then; it cannot be polled again, since its ghosts are
    /// gone.
    pub(crate) fn undo(&mut self, tick: u64) {
        let kept = self.kept;
        match kept.sorted {
            Some(sorted) => {
                core::mem::swap(&mut self.now, &mut self.old);
                self.cell_of[..kept.rows].fill(NO_CELL);
                for &row in &self.sorted.order[..sorted] {
                    self.cell_of[row as usize] = 0;
                }
            }
            None => {
                for &row in &self.moves.gone {
                    self.cell_of[row as usize] = 0;
                }
            }
        }
        self.rows = kept.rows;
        self.ghost_rows = kept.ghost_rows;
        self.next_id = kept.next_id;
        self.census = kept.census;
        self.under_way = kept.under_way;
        self.counters = kept.counters;
        self.stage = Stage::Failed(DomainError::Ended { domain: self.id, tick });
    }
}
