//! Share: between two passes, what the first one left goes to the ghosts of those who have it.
//!
//! Owner and neighbour both know which cells of the one lie in the border of the other
//! ([`Topology::overlaps`]), and have whoever is in them in the same order. So a message is values alone:
//! overlap after overlap, and in each by layer, row, column and id.
//!
//! [`Topology::overlaps`]: crate::topology::Topology::overlaps

use alloc::vec::Vec;

use flockwork_kernel::World;
use flockwork_kernel::columns::Columns;
use flockwork_spatial::{Entry, Lines, Overlap};

use crate::arena::Arena;
use crate::desks::{Found, Shared};
use crate::error::{DomainError, StepError};
use crate::packet::{HEADER_LEN, Header};
use crate::parts::{Books, Ghosts, Owned, Site, Sorted};
use crate::transport::{Lane, Transport};

/// What sharing reads, and the columns that are shared.
pub(crate) struct Share<'a> {
    pub(crate) tick: u64,
    pub(crate) site: &'a Site,
    pub(crate) sorted: &'a Sorted,
    /// Owned entities and ghosts in canonical order.
    pub(crate) entries: &'a [Entry],
    pub(crate) columns: &'static [&'static str],
}

impl Share<'_> {
    /// Sends what others want of this domain, and gives its own images across seams theirs.
    #[inline(never)]
    pub(crate) fn send<C: Columns, T: Transport>(
        &self,
        owned: &Owned<C>,
        ghosts: &mut Ghosts<C>,
        shared: &mut Shared,
        books: &mut Books,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let len = self.row_len(&owned.now);
        let own = self.site.domain;
        let overlaps = self.site.topology.overlaps(own);
        let Shared { rows, bytes, found, .. } = shared;
        // Those of one receiver follow one another.
        for some in overlaps.chunk_by(|one, next| one.to == next.to) {
            rows.clear();
            some.iter().for_each(|overlap| self.owned_in(overlap, rows));
            let count = rows.len();
            if some[0].to == own {
                bytes.clear();
                bytes.resize(count * len, 0);
                self.write(&owned.now, rows, bytes);
                if !self.take(own, bytes, owned.old_rows, ghosts, (rows, found)) {
                    return Err(DomainError::Protocol { from: own, tick: self.tick }.into());
                }
            } else if count > 0 {
                let mut fill = |bytes: &mut [u8]| {
                    let (head, body) = bytes.split_at_mut(HEADER_LEN);
                    Header::new(self.tick, 0, count).write(head);
                    self.write(&owned.now, rows, body);
                };
                let len = HEADER_LEN + count * len;
                net.send(some[0].to, Lane::Share, len, &mut fill).map_err(StepError::Transport)?;
                books.sent(len, 1);
            }
        }
        net.close(Lane::Share).map_err(StepError::Transport)
    }

    /// Takes in what others sent for the ghosts here.
    #[inline(never)]
    pub(crate) fn receive<C: Columns, T: Transport>(
        &self,
        owned: &Owned<C>,
        ghosts: &mut Ghosts<C>,
        shared: &mut Shared,
        books: &mut Books,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let lens = (0, self.row_len(&owned.now));
        let (mut senders, mut bad) = (self.site.senders(), None);
        let Shared { rows, found, come, .. } = shared;
        // Who has no ghosts here, and sends nothing, is nobody that is missing.
        come.clear();
        net.visit(Lane::Share, &mut |from, bytes| {
            books.received();
            let good = senders.admit(from)
                && Header::read(bytes, self.tick, lens).is_some_and(|header| header.first == 0)
                && self.take(from, &bytes[HEADER_LEN..], owned.old_rows, ghosts, (rows, found));
            come.push(from);
            if !good {
                bad = bad.or(Some(DomainError::Protocol { from, tick: self.tick }));
            }
        })
        .map_err(StepError::Transport)?;
        bad.map_or(Ok(()), Err)?;
        if let Some(from) = self.missing(come, owned.old_rows, ghosts, (rows, found)) {
            return Err(DomainError::Protocol { from, tick: self.tick }.into());
        }
        net.clear(Lane::Share).map_err(StepError::Transport)
    }

    /// A domain that sent nothing although there are ghosts of its entities here.
    fn missing<C: Columns>(
        &self,
        come: &[u32],
        old_rows: usize,
        ghosts: &Ghosts<C>,
        (rows, found): (&mut Vec<u32>, &mut Vec<Found>),
    ) -> Option<u32> {
        let own = self.site.domain;
        let overlaps = self.site.topology.overlaps(own);
        let near = overlaps.chunk_by(|one, next| one.to == next.to).map(|some| some[0].to);
        let silent = |from: &u32| *from != own && come.binary_search(from).is_err();
        near.filter(silent).find(|from| {
            self.ghosts_of(*from, old_rows, ghosts, rows, found);
            !rows.is_empty()
        })
    }

    /// Bytes of what is shared of one entity.
    fn row_len<C: Columns>(&self, arena: &Arena<C>) -> usize {
        self.columns.iter().filter_map(|name| arena.place(name)).map(|(_, stride)| stride).sum()
    }

    /// Writes what is shared of these rows.
    fn write<C: Columns>(&self, arena: &Arena<C>, rows: &[u32], bytes: &mut [u8]) {
        let (len, from) = (self.row_len(arena), arena.bytes());
        let mut offset = 0;
        for (begin, stride) in self.columns.iter().filter_map(|name| arena.place(name)) {
            for (place, row) in bytes.chunks_exact_mut(len).zip(rows) {
                let at = begin + *row as usize * stride;
                place[offset..offset + stride].copy_from_slice(&from[at..at + stride]);
            }
            offset += stride;
        }
    }

    /// Gives the ghosts of the entities of `from` what was written; false if there are not as many.
    fn take<C: Columns>(
        &self,
        from: u32,
        bytes: &[u8],
        old_rows: usize,
        ghosts: &mut Ghosts<C>,
        (rows, found): (&mut Vec<u32>, &mut Vec<Found>),
    ) -> bool {
        let len = self.row_len(&ghosts.arena);
        self.ghosts_of(from, old_rows, ghosts, rows, found);
        if rows.len() * len != bytes.len() {
            return false;
        }
        let mut offset = 0;
        for name in self.columns {
            let Some((begin, stride)) = ghosts.arena.place(name) else { continue };
            let to = ghosts.arena.bytes_mut();
            for (part, row) in bytes.chunks_exact(len).zip(&*rows) {
                let at = begin + *row as usize * stride;
                to[at..at + stride].copy_from_slice(&part[offset..offset + stride]);
            }
            offset += stride;
        }
        true
    }

    /// The rows of the owned entities in an overlap of this domain.
    fn owned_in(&self, overlap: &Overlap, rows: &mut Vec<u32>) {
        let (low, high) = (overlap.cells.low.map(i64::from), overlap.cells.high.map(i64::from));
        let cells = self.sorted.cells();
        self.sorted.spans(low, high, |from, to| {
            // All of a span are in one owned row.
            let row = self.sorted.owned_row(from);
            let first = self.sorted.row_begin[row as usize] as usize;
            let begin = first + from - cells.owned(row).start;
            rows.extend((begin..begin + to - from).map(|row| row as u32));
        });
    }

    /// The rows of the ghosts here of the entities of `from`, in the order in which it has them.
    fn ghosts_of<C: Columns>(
        &self,
        from: u32,
        old_rows: usize,
        ghosts: &Ghosts<C>,
        rows: &mut Vec<u32>,
        found: &mut Vec<Found>,
    ) {
        let Site { domain, topology } = self.site;
        let lines = topology.grid().lines();
        rows.clear();
        for overlap in topology.overlaps(from).iter().filter(|overlap| overlap.to == *domain) {
            let moved = |line: Lines| {
                [0, 1, 2].map(|axis| {
                    i64::from(line[axis]) + i64::from(overlap.shift[axis]) * i64::from(lines[axis])
                })
            };
            let (low, high) = (moved(overlap.cells.low), moved(overlap.cells.high));
            if topology.grid().is_bounded() {
                self.sorted.spans(low, high, |from, to| {
                    let slots = self.entries[from..to].iter().map(|entry| entry.slot());
                    rows.extend(slots.map(|slot| slot - old_rows as u32));
                });
            } else {
                outside(low, high, ghosts, rows, found);
            }
        }
    }
}

/// The rows of the ghosts in a box of cells, where the window of a domain may leave some out.
fn outside<C: Columns>(
    low: [i64; World::MOST_AXES],
    high: [i64; World::MOST_AXES],
    ghosts: &Ghosts<C>,
    rows: &mut Vec<u32>,
    found: &mut Vec<Found>,
) {
    let ids = ghosts.arena.ids();
    found.clear();
    for (row, cell) in ghosts.moved[..ghosts.rows].iter().enumerate() {
        // A border before the first line wraps.
        let cell = cell.map(|line| i64::from(line as i32));
        if (0..World::MOST_AXES).all(|axis| (low[axis]..high[axis]).contains(&cell[axis])) {
            let [col, line, layer] = [0, 1, 2].map(|axis| (cell[axis] - low[axis]) as u32);
            found.push(([layer, line, col], ids[row], row as u32));
        }
    }
    #[allow(clippy::disallowed_methods, reason = "no two have the same cell and id")]
    found.sort_unstable();
    rows.extend(found.iter().map(|(_, _, row)| *row));
}
