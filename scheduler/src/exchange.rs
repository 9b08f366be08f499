//! Route and receive: after the update every entity is with its owner, and every domain has the
//! ghosts of its border.
//!
//! The sender knows an entity's new cell, so one exchange is enough: the entity itself goes to the
//! cell's owner, wherever that is, and a ghost of it to every domain in whose ghost band the cell
//! lies, the sender itself included. Across the seam of a torus a ghost's position is shifted by
//! exactly one world; its cell is that of the unshifted position.

use alloc::vec::Vec;
use core::ops::Range;

use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_kernel::fingerprint::mix;
use flockwork_kernel::simd::{F32x8, Isa, Mask8, U32x8};
use flockwork_kernel::{LANES, isa};
use flockwork_spatial::{NO_CELL, Overlap, Region};

use crate::bounds::Bounds;
use crate::domain::Domain;
use crate::error::{DomainError, Phase, Room, StepError};
use crate::frame::Frame;
use crate::model::Model;
use crate::packet::{HEADER_LEN, Header};
use crate::transport::{Lane, Transport};

/// Whether messages come as they must: from other domains, in ascending order of their senders.
pub(crate) struct Senders {
    domain: u32,
    domains: u32,
    next: u32,
}

impl Senders {
    pub(crate) fn to<M: Model>(domain: &Domain<M>) -> Self {
        Self { domain: domain.id, domains: domain.topology.regions().len() as u32, next: 0 }
    }

    /// False if there can be no message from this domain, or no other one.
    pub(crate) fn admit(&mut self, from: u32) -> bool {
        let good = from >= self.next && from < self.domains && from != self.domain;
        self.next = from.saturating_add(1);
        good
    }
}

/// One row that goes somewhere.
#[derive(Clone, Copy, Debug, Default)]
struct Move {
    to: u32,
    row: u32,
    /// [`MIGRANT`], or the shift of a ghost: 3 * (y + 1) + (x + 1).
    tag: u32,
}

const MIGRANT: u32 = u32::MAX;

/// Bytes of one row that goes somewhere.
pub(crate) const MOVE_LEN: usize = size_of::<Move>();

impl Move {
    /// By receiver, migrants first, and then as they were found.
    fn key(&self) -> (u32, bool, u32, u32) {
        (self.to, self.tag != MIGRANT, self.row, self.tag)
    }
}

/// All rows that go somewhere.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    /// Once all are found, in order of [`Move::key`].
    found: Vec<Move>,
    /// The rows that are no entities of the domain any more: those that left and those that died.
    pub(crate) gone: Vec<u32>,
}

impl Moves {
    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Move>() * self.found.capacity() + 4 * self.gone.capacity()
    }

    fn push(&mut self, to: u32, row: usize, tag: u32) {
        let found = &mut self.found;
        if found.len() == found.capacity() {
            found.reserve_exact(found.len() / 4 + 16);
        }
        found.push(Move { to, row: row as u32, tag });
    }

    /// What goes to each receiver, in ascending order: the migrants, and the ghosts.
    fn by_receiver(&self) -> impl Iterator<Item = (u32, &[Move], &[Move])> {
        self.found.chunk_by(|one, next| one.to == next.to).map(|moves| {
            let ghosts = moves.partition_point(|moved| moved.tag == MIGRANT);
            let (migrants, ghosts) = moves.split_at(ghosts);
            (moves[0].to, migrants, ghosts)
        })
    }

    /// Where the ghosts of a domain are among all moves.
    fn ghosts_to(&self, domain: u32) -> Range<usize> {
        let place =
            |key| self.found.partition_point(|moved| (moved.to, moved.tag != MIGRANT) < key);
        place((domain, true))..place((domain + 1, false))
    }
}

/// How an entity leaves the rows of a domain.
#[derive(Default)]
struct Leavers {
    died: u64,
    died_ids: u64,
    left: u64,
    left_ids: u64,
}

impl<M: Model> Domain<M> {
    /// Finds each entity's cell and owner, and sends migrants and ghosts.
    #[inline(never)]
    pub(crate) fn route<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        self.moves.found.clear();
        self.moves.gone.clear();
        let leavers = isa::dispatch(FindCells { domain: self, frame })?;
        #[allow(clippy::disallowed_methods, reason = "the key holds all of a move")]
        self.moves.found.sort_unstable_by_key(Move::key);
        self.send_moves(frame, net)?;
        self.census.died = leavers.died;
        self.census.died_ids = leavers.died_ids;
        self.census.owned -= leavers.died + leavers.left;
        let gone = leavers.died_ids.wrapping_add(leavers.left_ids);
        self.census.ids = self.census.ids.wrapping_sub(gone);
        self.counters.deaths += leavers.died;
        self.counters.migrations += leavers.left;
        net.close(Lane::Move).map_err(StepError::Transport)
    }

    /// Gives every row its cell: eight at a time where nothing is special about them.
    #[inline(always)]
    fn find_cells<S: Isa>(&mut self, frame: &Frame<'_, M>) -> Result<Leavers, DomainError> {
        let grid = *self.topology.grid();
        let region = self.topology.region(self.id);
        let interior = region.interior(&grid);
        let stride = region.cols() + 2 * grid.fine();
        let (xs, ys) =
            (self.now.column::<f32>(self.positions.0), self.now.column::<f32>(self.positions.1));
        let ids = self.now.column::<u32>(0);
        let alive = self.alive.map(|at| self.now.column::<u8>(at));
        let mut leavers = Leavers::default();
        let inside = Inside::<S>::new(&interior);
        let bounds = Bounds::of(grid.world());
        let origin = (
            U32x8::splat(region.row.wrapping_sub(1)),
            U32x8::splat(region.col.wrapping_sub(grid.fine())),
        );
        for at in (0..self.rows).step_by(LANES) {
            let count = (self.rows - at).min(LANES);
            let (x, y) = (F32x8::load(&xs[at..]), F32x8::load(&ys[at..]));
            let (row, col) = grid.cell_lanes(x, y);
            let plain = count == LANES
                && (bounds.lanes(x, y) & inside.lanes(row, col)).all()
                && alive.is_none_or(|alive| alive[at..at + LANES].iter().all(|&one| one != 0))
                && self.cell_of[at..at + LANES].iter().all(|&cell| cell != NO_CELL);
            if plain {
                let cell = (row - origin.0) * U32x8::splat(stride) + (col - origin.1);
                cell.store(&mut self.cell_of[at..]);
                continue;
            }
            let (row, col) = (row.to_array(), col.to_array());
            for lane in 0..count {
                let slot = at + lane;
                if self.cell_of[slot] == NO_CELL {
                    continue;
                }
                let id = ids[slot];
                if alive.is_some_and(|alive| alive[slot] == 0) {
                    self.cell_of[slot] = NO_CELL;
                    self.moves.gone.push(slot as u32);
                    leavers.died += 1;
                    leavers.died_ids = leavers.died_ids.wrapping_add(mix(u64::from(id)));
                    continue;
                }
                if !(xs[slot].is_finite() && ys[slot].is_finite()) {
                    let column = if xs[slot].is_finite() { "y" } else { "x" };
                    return Err(DomainError::NonFinite { id, column, tick: frame.tick.number });
                }
                if let Some((column, value, side)) = bounds.outside(xs[slot], ys[slot]) {
                    let tick = frame.tick.number;
                    return Err(DomainError::Outside { id, column, value, side, tick });
                }
                let cell = (row[lane], col[lane]);
                let owned = region.contains(cell.0, cell.1);
                let owner = if owned { self.id } else { self.topology.owner(cell.0, cell.1) };
                self.cell_of[slot] = if owned {
                    local_cell(&region, grid.fine(), cell, (0, 0))
                } else {
                    leavers.left += 1;
                    leavers.left_ids = leavers.left_ids.wrapping_add(mix(u64::from(id)));
                    self.moves.push(owner, slot, MIGRANT);
                    self.moves.gone.push(slot as u32);
                    NO_CELL
                };
                for overlap in self.topology.overlaps(owner) {
                    if overlap.cells.contains(cell.0, cell.1) {
                        let tag = tag_of(overlap);
                        self.moves.push(overlap.to, slot, tag);
                    }
                }
            }
        }
        Ok(leavers)
    }

    fn send_moves<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let schema = M::Columns::SCHEMA;
        let (owned_len, ghost_len) =
            (packed_len(schema, Reach::Owned), 4 + packed_len(schema, Reach::Ghost));
        let view = self.now.view()?;
        for (to, migrants, ghosts) in self.moves.by_receiver() {
            if to == self.id {
                continue;
            }
            let len = HEADER_LEN + migrants.len() * owned_len + ghosts.len() * ghost_len;
            let mut fill = |bytes: &mut [u8]| {
                let (head, body) = bytes.split_at_mut(HEADER_LEN);
                Header::new(frame.tick.number, migrants.len(), ghosts.len()).write(head);
                let (rows, images) = body.split_at_mut(migrants.len() * owned_len);
                for (place, moved) in rows.chunks_exact_mut(owned_len).zip(migrants) {
                    M::Columns::pack(&view, moved.row as usize, Reach::Owned, place);
                }
                for (place, moved) in images.chunks_exact_mut(ghost_len).zip(ghosts) {
                    let (tag, row) = place.split_at_mut(4);
                    tag.copy_from_slice(&moved.tag.to_le_bytes());
                    M::Columns::pack(&view, moved.row as usize, Reach::Ghost, row);
                }
            };
            net.send(to, Lane::Move, len, &mut fill).map_err(StepError::Transport)?;
            self.under_way = self.under_way.wrapping_add(1);
            self.counters.bytes += len as u64;
            self.counters.messages += 1;
        }
        Ok(())
    }

    /// Takes in migrants and ghosts. Without room for all of them nothing is changed.
    #[inline(never)]
    pub(crate) fn receive<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let schema = M::Columns::SCHEMA;
        let (owned_len, ghost_len) =
            (packed_len(schema, Reach::Owned), 4 + packed_len(schema, Reach::Ghost));
        let lens = (owned_len, ghost_len);
        let tick = frame.tick.number;
        let (mut migrants, mut ghosts) = (0usize, self.moves.ghosts_to(self.id).len());
        let mut senders = Senders::to(self);
        let mut bad = None;
        net.visit(Lane::Move, &mut |from, bytes| match Header::read(bytes, tick, lens) {
            Some(header) if senders.admit(from) => {
                migrants += header.first as usize;
                ghosts += header.second as usize;
            }
            _ => bad = bad.or(Some(DomainError::Protocol { from, tick })),
        })
        .map_err(StepError::Transport)?;
        bad.map_or(Ok(()), Err)?;
        self.check_room(Room::Entities, self.rows + migrants)?;
        self.check_room(Room::Ghosts, ghosts)?;

        let before = (self.rows, self.census);
        self.ghost_rows = 0;
        self.own_ghosts(tick)?;
        net.visit(Lane::Move, &mut |from, bytes| {
            let Some(header) = Header::read(bytes, tick, lens) else { return };
            self.under_way = self.under_way.wrapping_sub(1);
            let (rows, images) = bytes[HEADER_LEN..].split_at(header.first as usize * owned_len);
            let good = rows.chunks_exact(owned_len).all(|row| self.take_migrant(row))
                && images.chunks_exact(ghost_len).all(|image| {
                    let (tag, row) = image.split_at(4);
                    let tag = u32::from_le_bytes([tag[0], tag[1], tag[2], tag[3]]);
                    self.take_ghost(tag, row)
                });
            if !good {
                bad = bad.or(Some(DomainError::Protocol { from, tick }));
            }
        })
        .map_err(StepError::Transport)?;
        if let Some(error) = bad {
            // Nothing of a message is taken in where not all can be.
            (self.rows, self.census) = before;
            self.ghost_rows = 0;
            return Err(error.into());
        }
        net.clear(Lane::Move).map_err(StepError::Transport)?;
        if frame.tally {
            self.enter(frame, Phase::Tally);
            self.tally_own(frame.model);
        }
        Ok(())
    }

    /// The images of this domain's own entities, and of those that just left it.
    fn own_ghosts(&mut self, tick: u64) -> Result<(), DomainError> {
        for at in self.moves.ghosts_to(self.id) {
            let moved = self.moves.found[at];
            let mut packed = core::mem::take(&mut self.packed);
            let len =
                M::Columns::pack(&self.now.view()?, moved.row as usize, Reach::Ghost, &mut packed);
            let taken = self.take_ghost(moved.tag, &packed[..len.unwrap_or(0)]);
            self.packed = packed;
            if !taken {
                return Err(DomainError::Protocol { from: self.id, tick });
            }
        }
        Ok(())
    }

    fn take_migrant(&mut self, row: &[u8]) -> bool {
        let at = self.rows;
        if !self.now.unpack(at, Reach::Owned, row) {
            return false;
        }
        let (x, y) = (
            self.now.column::<f32>(self.positions.0)[at],
            self.now.column::<f32>(self.positions.1)[at],
        );
        let grid = self.topology.grid();
        let region = self.topology.region(self.id);
        let cell = grid.cell(x, y);
        if !region.contains(cell.0, cell.1) {
            return false;
        }
        self.cell_of[at] = local_cell(&region, grid.fine(), cell, (0, 0));
        self.rows += 1;
        self.census.owned += 1;
        self.census.ids = self.census.ids.wrapping_add(mix(u64::from(self.ids()[at])));
        true
    }

    fn take_ghost(&mut self, tag: u32, row: &[u8]) -> bool {
        let at = self.ghost_rows;
        if tag > 8 || !self.ghosts.unpack(at, Reach::Ghost, row) {
            return false;
        }
        let grid = *self.topology.grid();
        let world = grid.world();
        let shift = ((tag / 3) as i32 - 1, (tag % 3) as i32 - 1);
        let x = &mut self.ghosts.column_mut::<f32>(self.positions.0)[at];
        let global_x = *x;
        *x += shift.1 as f32 * world.width();
        let y = &mut self.ghosts.column_mut::<f32>(self.positions.1)[at];
        let global_y = *y;
        *y += shift.0 as f32 * world.height();

        let region = self.topology.region(self.id);
        let lines = (shift.0 * grid.rows() as i32, shift.1 * grid.cols() as i32);
        let fine = grid.fine();
        let (row, col) = local_place(&region, fine, grid.cell(global_x, global_y), lines);
        let stride = region.cols() + 2 * fine;
        // In the border, and nowhere else: what is inside is owned.
        let inside = row.wrapping_sub(1) < region.rows() && col.wrapping_sub(fine) < region.cols();
        if inside || row > region.rows() + 1 || col >= stride {
            return false;
        }
        self.ghost_cell[at] = row * stride + col;
        self.ghost_rows += 1;
        true
    }
}

/// Finds every row's cell, with the best instructions there are.
struct FindCells<'a, M: Model> {
    domain: &'a mut Domain<M>,
    frame: &'a Frame<'a, M>,
}

impl<M: Model> isa::Task for FindCells<'_, M> {
    type Output = Result<Leavers, DomainError>;

    #[inline(always)]
    fn run<S: Isa>(self) -> Self::Output {
        self.domain.find_cells::<S>(self.frame)
    }
}

/// Whether cells lie in a region, eight at a time.
struct Inside<S: Isa> {
    row: U32x8<S>,
    rows: U32x8<S>,
    col: U32x8<S>,
    cols: U32x8<S>,
}

impl<S: Isa> Inside<S> {
    #[inline(always)]
    fn new(region: &Region) -> Self {
        Self {
            row: U32x8::splat(region.row),
            rows: U32x8::splat(region.rows()),
            col: U32x8::splat(region.col),
            cols: U32x8::splat(region.cols()),
        }
    }

    #[inline(always)]
    fn lanes(&self, row: U32x8<S>, col: U32x8<S>) -> Mask8<S> {
        (row - self.row).lt(self.rows) & (col - self.col).lt(self.cols)
    }
}

fn tag_of(overlap: &Overlap) -> u32 {
    (3 * (overlap.shift_y + 1) + overlap.shift_x + 1) as u32
}

/// The cell of a domain's bordered rectangle that a cell of the world is, `lines` further.
#[inline]
fn local_cell(region: &Region, fine: u32, cell: (u32, u32), lines: (i32, i32)) -> u32 {
    let (row, col) = local_place(region, fine, cell, lines);
    row.wrapping_mul(region.cols() + 2 * fine).wrapping_add(col)
}

/// The same as its row and column there; both may be outside of it.
#[inline]
fn local_place(region: &Region, fine: u32, cell: (u32, u32), lines: (i32, i32)) -> (u32, u32) {
    let row = cell.0.wrapping_add_signed(lines.0).wrapping_sub(region.row).wrapping_add(1);
    let col = cell.1.wrapping_add_signed(lines.1).wrapping_sub(region.col).wrapping_add(fine);
    (row, col)
}
