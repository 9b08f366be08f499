//! What a model may do at the end of a tile's pass besides writing scratch columns: look at single
//! neighbours, send them events, ask for births.

use alloc::vec::Vec;

use flockwork_kernel::LANES;
use flockwork_kernel::columns::Columns;
use flockwork_kernel::isa::Isa;
use flockwork_kernel::simd::{F32x8, Mask8, U32x8, V2};
use flockwork_spatial::{Block, Candidate, Entry};

use crate::error::DomainError;
use crate::letter::{Birth, Posted};
use crate::model::{LeftOf, LookOf, Model, RefOf, ShownOf, Tick};
use crate::topology::Topology;

/// The id of nobody.
const NOBODY: u32 = u32::MAX;

/// Eight entities whose neighbours have been met.
pub struct Finish<'a, 'd, S: Isa, M: Model> {
    /// The tick.
    pub tick: &'a Tick<'a, M>,
    /// What [`Model::load`] gave.
    pub tile: &'a M::Tile<S>,
    /// What added up.
    pub sum: &'a M::Sum<S>,
    /// Their state of tick t.
    pub now: LookOf<'a, S, M>,
    /// Their scratch columns. All eight lanes may be written.
    pub left: LeftOf<'a, S, M>,
    /// The lanes that are entities: of a row's last tile some may be none.
    pub own: Mask8<S>,
    pub(crate) block: Block,
    pub(crate) outbox: &'a mut Outbox<'d, M>,
}

impl<S: Isa, M: Model> Finish<'_, '_, S, M> {
    /// The id of the entity in `lane`.
    pub fn id(&self, lane: usize) -> u32 {
        if lane < self.block.count {
            self.outbox.id((self.block.first + lane) as u32)
        } else {
            NOBODY
        }
    }

    /// The id of a candidate by its index in the pass.
    pub fn id_of(&mut self, index: u32) -> u32 {
        self.outbox.entry(index).map_or(NOBODY, |entry| entry.id())
    }

    /// The ghost columns of a candidate by its index in the pass, as of the begin of the tick.
    pub fn neighbour(&mut self, index: u32) -> ShownOf<M> {
        self.outbox.neighbour(index)
    }

    /// The places of candidates by their indices in the pass, where the mask is true; zero elsewhere.
    #[inline(always)]
    pub fn places(&mut self, indices: U32x8<S>, some: Mask8<S>) -> V2<S> {
        let mut lanes = some.bits();
        if lanes == 0 {
            return V2::ZERO;
        }
        let indices = indices.to_array();
        let (mut x, mut y) = ([0.0; LANES], [0.0; LANES]);
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize % LANES;
            lanes &= lanes - 1;
            (x[lane], y[lane]) = self.outbox.place(indices[lane]);
        }
        V2::new(F32x8::from_array(x), F32x8::from_array(y))
    }

    /// Sends an event from the entity in `lane` to a candidate by its index in the pass.
    pub fn send(&mut self, lane: usize, to: u32, value: M::Event) {
        self.outbox.send(self.id(lane), to, value);
    }

    /// Asks for a child of the entity in `lane`; nothing for a lane that is none.
    pub fn birth(&mut self, lane: usize, child: M::Child) {
        let parent = self.id(lane);
        self.outbox.birth(parent, self.block.at + lane, child);
    }
}

/// What the pass of a domain writes besides scratch columns, and what it reads of single neighbours.
pub(crate) struct Outbox<'a, M: Model> {
    pub(crate) old: RefOf<'a, M>,
    pub(crate) ghosts: RefOf<'a, M>,
    /// The number of rows of `old`; slots from here on are ghosts.
    pub(crate) rows: usize,
    pub(crate) entries: &'a [Entry],
    pub(crate) candidates: &'a [Candidate<M::Shown>],
    pub(crate) cell_of: &'a [u32],
    pub(crate) ghost_cell: &'a [u32],
    pub(crate) domain: u32,
    pub(crate) topology: &'a Topology,
    pub(crate) events: &'a mut Vec<Posted<M::Event>>,
    pub(crate) mail: &'a mut Vec<(u32, Posted<M::Event>)>,
    pub(crate) births: &'a mut Vec<Birth<M::Child>>,
    /// The first index that was none.
    pub(crate) bad: Option<u32>,
}

impl<M: Model> Outbox<'_, M> {
    fn entry(&mut self, index: u32) -> Option<Entry> {
        let entry = self.entries.get(index as usize).copied();
        if entry.is_none() {
            self.bad = self.bad.or(Some(index));
        }
        entry
    }

    fn neighbour(&mut self, index: u32) -> ShownOf<M> {
        match self.entry(index).map(|entry| entry.slot() as usize) {
            Some(slot) if slot >= self.rows => M::Columns::shown(&self.ghosts, slot - self.rows),
            Some(slot) => M::Columns::shown(&self.old, slot),
            None => ShownOf::<M>::default(),
        }
    }

    /// The id of an entity of the tile.
    pub(crate) fn id(&self, index: u32) -> u32 {
        self.entries.get(index as usize).map_or(NOBODY, |entry| entry.id())
    }

    pub(crate) fn place(&mut self, index: u32) -> (f32, f32) {
        match self.candidates.get(index as usize) {
            Some(candidate) => (candidate.x, candidate.y),
            None => {
                self.bad = self.bad.or(Some(index));
                (0.0, 0.0)
            }
        }
    }

    pub(crate) fn send(&mut self, source: u32, to: u32, value: M::Event) {
        let Some(entry) = self.entry(to) else { return };
        let slot = entry.slot() as usize;
        let ghost = slot >= self.rows;
        let local =
            if ghost { self.ghost_cell.get(slot - self.rows) } else { self.cell_of.get(slot) };
        let (row, col) = global_cell(self.topology, self.domain, local.copied().unwrap_or(0));
        let cell = row * self.topology.grid().cols() + col;
        let event = Posted { target: entry.id(), source, cell, value };
        let owner = if ghost { self.topology.owner(row, col) } else { self.domain };
        if owner == self.domain {
            self.events.push(event);
        } else {
            self.mail.push((owner, event));
        }
    }

    pub(crate) fn birth(&mut self, parent: u32, row: usize, child: M::Child) {
        if parent != NOBODY {
            let order = self.births.len() as u32;
            self.births.push(Birth { parent, order, row: row as u32, child });
        }
    }

    /// The error of a model that named a candidate that there is not.
    pub(crate) fn check(&self, tick: u64) -> Result<(), DomainError> {
        let count = self.entries.len();
        self.bad.map_or(Ok(()), |index| Err(DomainError::NoCandidate { index, count, tick }))
    }
}

/// The cell of the world behind a cell of a domain's bordered rectangle.
fn global_cell(topology: &Topology, domain: u32, local: u32) -> (u32, u32) {
    let (grid, region) = (topology.grid(), topology.region(domain));
    let stride = region.cols() + 2 * grid.fine();
    let (row, col) = (local / stride, local % stride);
    (
        (region.row + row + grid.rows() - 1) % grid.rows(),
        (region.col + col + grid.cols() - grid.fine()) % grid.cols(),
    )
}
