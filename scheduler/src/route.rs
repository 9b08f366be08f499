//! Route: after the update every entity goes to its owner, and images of those near a border to
//! everybody who sees them.
//!
//! The sender knows an entity's new cell, so one exchange is enough: the entity itself goes to the
//! cell's owner, wherever that is, and a ghost of it to every domain in whose ghost band the cell
//! lies, the sender itself included. Across the seam of a torus a ghost's position is shifted by
//! exactly one world; its cell is that of the unshifted position.

use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_kernel::simd::{F32x8, Isa, Mask8, U32x8};
use flockwork_kernel::{LANES, isa};
use flockwork_spatial::{NO_CELL, Overlap, Region};

use crate::bounds::{Bounds, Outside};
use crate::error::{DomainError, StepError};
use crate::frame::Frame;
use crate::model::Model;
use crate::packet::{HEADER_LEN, Header};
use crate::parts::{Books, Leavers, Move, Moves, Owned, Site};
use crate::precision::Needed;
use crate::transport::{Lane, Transport};

/// Finds each entity's cell and owner, and sends migrants and ghosts; the ghosts of its own are kept.
#[inline(never)]
pub(crate) fn route<M: Model, T: Transport>(
    frame: &Frame<'_, M>,
    site: &Site,
    owned: &mut Owned<M::Columns>,
    own: &mut Moves,
    books: &mut Books,
    net: &mut T,
) -> Result<(), StepError<T::Error>> {
    let tick = frame.tick.number;
    let leavers = frame.desks.lend(|desk| {
        let moves = &mut desk.moves;
        moves.clear();
        let leavers = isa::dispatch(FindCells { tick, needed: frame.needed, site, owned, moves })?;
        moves.sort();
        own.copy(moves.ghosts_to(site.domain));
        send(tick, site, owned, moves, books, net)?;
        Ok::<_, StepError<T::Error>>(leavers)
    })?;
    books.census.lost(&leavers);
    books.counters.deaths += leavers.died;
    books.counters.migrations += leavers.left;
    net.close(Lane::Move).map_err(StepError::Transport)
}

/// Finds every row's cell, with the best instructions there are.
struct FindCells<'a, C> {
    tick: u64,
    needed: Needed,
    site: &'a Site,
    owned: &'a mut Owned<C>,
    moves: &'a mut Moves,
}

impl<C: Columns> isa::Task for FindCells<'_, C> {
    type Output = Result<Leavers, DomainError>;

    /// Eight rows at a time where nothing is special about them.
    #[inline(always)]
    fn run<S: Isa>(self) -> Self::Output {
        let Self { tick, needed, site, owned, moves } = self;
        let (grid, region) = (*site.grid(), site.region());
        let interior = region.interior(&grid);
        let stride = region.cols() + 2 * grid.fine();
        let Owned { now, cell_of, holes, rows, .. } = owned;
        let (ids, (xs, ys), alive) = (now.ids(), now.places(), now.alive());
        let mut leavers = Leavers::default();
        let inside = Inside::<S>::new(&interior);
        let bounds = Bounds::of(grid.world(), needed);
        let origin = (
            U32x8::splat(region.row.wrapping_sub(1)),
            U32x8::splat(region.col.wrapping_sub(grid.fine())),
        );
        for at in (0..*rows).step_by(LANES) {
            let count = (*rows - at).min(LANES);
            let (x, y) = (F32x8::load(&xs[at..]), F32x8::load(&ys[at..]));
            let (row, col) = grid.cell_lanes(x, y);
            let plain = count == LANES
                && (bounds.lanes(x, y) & inside.lanes(row, col)).all()
                && alive.is_none_or(|alive| alive[at..at + LANES].iter().all(|&one| one != 0))
                && cell_of[at..at + LANES].iter().all(|&cell| cell != NO_CELL);
            if plain {
                let cell = (row - origin.0) * U32x8::splat(stride) + (col - origin.1);
                cell.store(&mut cell_of[at..]);
                continue;
            }
            let (row, col) = (row.to_array(), col.to_array());
            for lane in 0..count {
                let slot = at + lane;
                if cell_of[slot] == NO_CELL {
                    continue;
                }
                let id = ids[slot];
                if alive.is_some_and(|alive| alive[slot] == 0) {
                    cell_of[slot] = NO_CELL;
                    holes.push(slot as u32);
                    leavers.died(id);
                    continue;
                }
                if !(xs[slot].is_finite() && ys[slot].is_finite()) {
                    let column = if xs[slot].is_finite() { "y" } else { "x" };
                    return Err(DomainError::NonFinite { id, column, tick });
                }
                match bounds.outside(xs[slot], ys[slot]) {
                    None => {}
                    Some(Outside::World { column, value, side }) => {
                        return Err(DomainError::Outside { id, column, value, side, tick });
                    }
                    Some(Outside::Precision(coarse)) => {
                        return Err(DomainError::TooFar { id, coarse, tick });
                    }
                }
                let cell = (row[lane], col[lane]);
                let owned = region.contains(cell.0, cell.1);
                let owner = if owned { site.domain } else { site.topology.owner(cell.0, cell.1) };
                cell_of[slot] = if owned {
                    Site::local_cell(&region, grid.fine(), cell)
                } else {
                    leavers.left(id);
                    moves.push(owner, slot, Move::MIGRANT);
                    holes.push(slot as u32);
                    NO_CELL
                };
                for overlap in site.topology.overlaps(owner) {
                    if overlap.cells.contains(cell.0, cell.1) {
                        let tag = tag_of(overlap);
                        moves.push(overlap.to, slot, tag);
                    }
                }
            }
        }
        Ok(leavers)
    }
}

fn send<C: Columns, T: Transport>(
    tick: u64,
    site: &Site,
    owned: &Owned<C>,
    moves: &Moves,
    books: &mut Books,
    net: &mut T,
) -> Result<(), StepError<T::Error>> {
    let (owned_len, ghost_len) = move_lens::<C>();
    let view = owned.now.view()?;
    for (to, migrants, ghosts) in moves.by_receiver() {
        if to == site.domain {
            continue;
        }
        let len = HEADER_LEN + migrants.len() * owned_len + ghosts.len() * ghost_len;
        let mut fill = |bytes: &mut [u8]| {
            let (head, body) = bytes.split_at_mut(HEADER_LEN);
            Header::new(tick, migrants.len(), ghosts.len()).write(head);
            let (rows, images) = body.split_at_mut(migrants.len() * owned_len);
            for (place, moved) in rows.chunks_exact_mut(owned_len).zip(migrants) {
                C::pack(&view, moved.row as usize, Reach::Owned, place);
            }
            for (place, moved) in images.chunks_exact_mut(ghost_len).zip(ghosts) {
                let (tag, row) = place.split_at_mut(4);
                tag.copy_from_slice(&moved.tag.to_le_bytes());
                C::pack(&view, moved.row as usize, Reach::Ghost, row);
            }
        };
        net.send(to, Lane::Move, len, &mut fill).map_err(StepError::Transport)?;
        books.sent(len, 1);
    }
    Ok(())
}

/// Bytes of a migrant, and of a ghost, in a message.
pub(crate) const fn move_lens<C: Columns>() -> (usize, usize) {
    (packed_len(C::SCHEMA, Reach::Owned), 4 + packed_len(C::SCHEMA, Reach::Ghost))
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
