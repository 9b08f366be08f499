//! The fields of a domain: the cells that it holds, and what is in them.

use alloc::sync::Arc;
use alloc::vec::Vec;

use flockwork_kernel::field::MOST;
use flockwork_kernel::fingerprint::Fingerprint;
use flockwork_kernel::lattice::Lattice;

use crate::lots::{HELD, Lot, TOUCHED, Window};
use crate::topology::Topology;
use crate::weights::Weights;

/// The fields of a domain.
#[derive(Default)]
pub(crate) struct Plots {
    /// Each of them.
    pub(crate) list: Vec<Plot>,
    /// The domains that hold cells in which entities of this one may be, or the other way round.
    pub(crate) peers: Vec<u32>,
    /// What others want and give in cells that are held here, while it is worked on.
    pub(crate) come: Vec<Record>,
    /// What entities here want and give in cells that others hold too, by field.
    pub(crate) records: Vec<Record>,
    /// What is told to one of them.
    pub(crate) told: Vec<Record>,
    /// What is in cells, likewise.
    pub(crate) amounts: Vec<f32>,
    /// The cut before the one that the domain goes over to, where cells belong to others then.
    pub(crate) moving: Option<Arc<Topology>>,
    /// Whether what is there before is that of the last completed tick.
    changed: bool,
}

/// What an entity wants of a cell, or gives.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Record {
    /// The field.
    pub(crate) field: u32,
    /// The number of the cell.
    pub(crate) number: u32,
    pub(crate) take: u32,
    pub(crate) put: u32,
}

impl Record {
    /// Writes its 16 bytes.
    pub(crate) fn write(&self, bytes: &mut [u8]) {
        let Self { field, number, take, put } = self;
        for (place, word) in bytes.chunks_exact_mut(4).zip([field, number, take, put]) {
            place.copy_from_slice(&word.to_le_bytes());
        }
    }

    /// Reads them.
    pub(crate) fn read(bytes: &[u8; 16]) -> Self {
        let [field, number, take, put] = [0, 4, 8, 12]
            .map(|at| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]));
        Self { field, number, take, put }
    }

    /// Whether it is of a cell of its field, with amounts that may be.
    pub(crate) fn fits(&self, lattice: &Lattice) -> bool {
        let most = MOST as u32;
        (self.number as usize) < lattice.len() && self.take <= most && self.put <= most
    }
}

/// A field of a domain.
#[derive(Default)]
pub(crate) struct Plot {
    pub(crate) now: Patch,
    /// What was before what the domain does.
    pub(crate) before: Patch,
    /// The place of each entity's cell in what is held; [`NOWHERE`] outside of the world.
    pub(crate) spots: Vec<u32>,
    /// Whether others hold a cell too.
    pub(crate) shared: Vec<bool>,
    /// What the lot held when it was last added up.
    pub(crate) total: u64,
}

/// Bytes for each cell of a field that a domain holds: what is in it now and was before, and whether it is shared.
pub(crate) const PLOT_LEN: u64 = 9;

/// The place of the cell of an entity outside of the world.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// What a cell of a field costs in a tick, in candidates of one entity, by which entities weigh.
const CELL_WEIGHT: u64 = 2;

/// Candidates of one entity that make one of the tests that are counted as work: a tile has as many entities.
const TILE: u64 = 8;

/// Some cells with what is in them.
#[derive(Default)]
pub(crate) struct Patch {
    /// Those that belong to the domain.
    pub(crate) lot: Lot,
    /// Those that it holds.
    pub(crate) window: Window,
    pub(crate) values: Vec<f32>,
}

impl Patch {
    /// Empty cells.
    pub(crate) fn empty(lattice: &Lattice, lot: Lot) -> Self {
        let window = Window::around(lattice, &lot, HELD);
        Self { lot, window, values: alloc::vec![0.0; window.len()] }
    }

    /// Calls `each` with the number of the first cell of every row of the lot, and the amounts in the row.
    pub(crate) fn each_row(&self, lattice: &Lattice, mut each: impl FnMut(usize, &[f32])) {
        let width = self.lot.width();
        self.lot.each_row(|cell| {
            // A window has a whole row of the lot side by side.
            let place = self.window.place(cell).filter(|_| width > 0);
            if let Some(row) = place.and_then(|place| self.values.get(place..place + width)) {
                each(lattice.number(cell), row);
            }
        });
    }
}

impl Plots {
    /// Empty fields.
    pub(crate) fn new(domain: u32, topology: &Topology) -> Self {
        let mut plots = Self::default();
        for (lattice, lots) in topology.fields() {
            let now = Patch::empty(lattice, lots[domain as usize]);
            plots.list.push(Plot { now, ..Plot::default() });
        }
        plots.settle(domain, topology);
        plots
    }

    /// The world is cut anew: cells go to who holds them then.
    pub(crate) fn go(&mut self, from: &Arc<Topology>, to: &Topology) {
        if !from.fields().eq(to.fields()) {
            self.moving = Some(Arc::clone(from));
        }
    }

    /// Finds out who else holds what.
    pub(crate) fn settle(&mut self, domain: u32, topology: &Topology) {
        self.peers.clear();
        for (lattice, lots) in topology.fields() {
            let own = lots[domain as usize];
            let [touched, held] = [TOUCHED, HELD].map(|by| Window::around(lattice, &own, by));
            for (other, lot) in (0..).zip(lots).filter(|(other, _)| *other != domain) {
                if touched.meets(&Window::around(lattice, lot, HELD))
                    || held.meets(&Window::around(lattice, lot, TOUCHED))
                {
                    self.peers.push(other);
                }
            }
        }
        #[allow(clippy::disallowed_methods, reason = "equal ids are the same")]
        self.peers.sort_unstable();
        self.peers.dedup();
        for ((lattice, lots), plot) in topology.fields().zip(&mut self.list) {
            let window = plot.now.window;
            plot.shared.clear();
            plot.shared.resize(window.len(), false);
            for peer in &self.peers {
                let theirs = Window::around(lattice, &lots[*peer as usize], HELD);
                for (place, shared) in plot.shared.iter_mut().enumerate() {
                    *shared |= theirs.place(window.cell(place)).is_some();
                }
            }
        }
    }

    /// What is now is what an error goes back to.
    pub(crate) fn keep(&mut self) {
        self.changed = false;
    }

    /// What is now will change: what was before is kept, once.
    pub(crate) fn begin_change(&mut self) {
        if core::mem::replace(&mut self.changed, true) {
            return;
        }
        for Plot { now, before, .. } in &mut self.list {
            (before.lot, before.window) = (now.lot, now.window);
            before.values.clear();
            before.values.extend_from_slice(&now.values);
        }
    }

    /// What comes is in `before`: they change places.
    pub(crate) fn turn(&mut self) {
        self.list.iter_mut().for_each(|plot| core::mem::swap(&mut plot.now, &mut plot.before));
        self.changed = true;
    }

    /// Takes these in place of what is now, which is kept where nothing is yet.
    pub(crate) fn replace(&mut self, patches: Vec<Patch>) {
        let kept = core::mem::replace(&mut self.changed, true);
        for (plot, patch) in self.list.iter_mut().zip(patches) {
            let old = core::mem::replace(&mut plot.now, patch);
            if !kept {
                plot.before = old;
            }
        }
    }

    /// Goes back.
    pub(crate) fn undo(&mut self) {
        if core::mem::take(&mut self.changed) {
            self.list.iter_mut().for_each(|plot| core::mem::swap(&mut plot.now, &mut plot.before));
        }
        self.moving = None;
    }

    /// The wrapping sum of the fingerprints of all cells that belong to the domain.
    pub(crate) fn fingerprint(&self, topology: &Topology) -> u64 {
        let mut sum = 0u64;
        for (field, ((lattice, _), plot)) in (0u32..).zip(topology.fields().zip(&self.list)) {
            plot.now.each_row(lattice, |first, row| {
                for (number, amount) in (first as u32..).zip(row) {
                    let mut cell = Fingerprint::of(number);
                    cell.column(&(SALT + field));
                    cell.column(amount);
                    sum = sum.wrapping_add(cell.finish());
                }
            });
        }
        sum
    }

    /// What the cells that are held cost in a tick, beside the candidates that are tested.
    pub(crate) fn work(&self) -> u64 {
        let held = |plot: &Plot| plot.now.window.len() as u64;
        self.list.iter().map(held).sum::<u64>() * CELL_WEIGHT / TILE
    }

    /// Adds what the cells of the lots cost to the weights of the grid's cells in which their middles lie.
    pub(crate) fn add_weights(&self, topology: &Topology, weights: &mut Weights<'_>) {
        for ((lattice, _), plot) in topology.fields().zip(&self.list) {
            let Lot { low, high } = plot.now.lot;
            // The lines of the grid along each axis, and how many lines of the lot are in each.
            let [cols, rows, layers] = [0, 1, 2].map(|axis| {
                let mut lines: Vec<(u32, u64)> = Vec::new();
                for at in low[axis]..high[axis] {
                    let line = topology.grid().line(axis, lattice.middle(axis, at));
                    match lines.last_mut() {
                        Some((last, count)) if *last == line => *count += 1,
                        _ => lines.push((line, 1)),
                    }
                }
                lines
            });
            for (layer, deep) in layers {
                for &(row, tall) in &rows {
                    for &(col, wide) in &cols {
                        weights.add([col, row, layer], wide * tall * deep * CELL_WEIGHT);
                    }
                }
            }
        }
    }

    /// Adds up what the lots hold.
    pub(crate) fn add_up(&mut self, topology: &Topology) {
        for ((lattice, _), plot) in topology.fields().zip(&mut self.list) {
            let mut total = 0;
            plot.now.each_row(lattice, |_, row| {
                total += row.iter().map(|amount| *amount as u64).sum::<u64>();
            });
            plot.total = total;
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let plot = |plot: &Plot| {
            size_of::<Plot>()
                + 4 * (plot.now.values.capacity() + plot.before.values.capacity())
                + 4 * plot.spots.capacity()
                + plot.shared.capacity()
        };
        self.list.iter().map(plot).sum::<usize>()
            + 4 * (self.peers.capacity() + self.amounts.capacity())
            + size_of::<Record>()
                * (self.come.capacity() + self.records.capacity() + self.told.capacity())
    }
}

/// What tells the cell of a field from an entity of the same number.
const SALT: u32 = 0x6669_656c;
