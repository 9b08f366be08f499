//! Route: after the update every entity goes to its owner, and images of those near a border to
//! everybody who sees them.
//!
//! The sender knows an entity's new cell, so one exchange is enough: the entity itself goes to the
//! cell's owner, wherever that is, and a ghost of it to every domain in whose ghost band the cell
//! lies, the sender itself included. Across the seam of a periodic axis a ghost's position is shifted
//! by exactly one length of it; its cell is that of the unshifted position.

use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_kernel::simd::{Isa, Mask8, U32x8, Vector8};
use flockwork_kernel::{Axes, LANES, World, isa};
use flockwork_spatial::{Lines, NO_CELL, Overlap, Region};

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
        let local = site.local();
        let Owned { now, cell_of, holes, died, rows, .. } = owned;
        let (ids, places, alive) = (now.ids(), now.places(), now.alive());
        let mut leavers = Leavers::default();
        let inside = Inside::new(&interior);
        let bounds = Bounds::of(grid.world(), needed);
        let own = site.topology.overlaps(site.domain);
        for at in (0..*rows).step_by(LANES) {
            let count = (*rows - at).min(LANES);
            let place: Vector8<C::Axes, S> = places.load(at);
            let cell = grid.cell_lanes(place);
            let plain = count == LANES
                && (bounds.lanes(place) & inside.lanes::<C::Axes, S>(cell)).all()
                && alive.is_none_or(|alive| alive[at..at + LANES].iter().all(|&one| one != 0))
                && cell_of[at..at + LANES].iter().all(|&cell| cell != NO_CELL);
            if plain {
                local.number_lanes::<C::Axes, S>(cell).store(&mut cell_of[at..]);
                continue;
            }
            let lanes = cell;
            let cell = [cell[0].to_array(), cell[1].to_array(), cell[2].to_array()];
            let mut staying = 0;
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
                    died.push(slot as u32);
                    continue;
                }
                let place = places.at(slot);
                let endless = (0..C::Axes::COUNT).find(|axis| !place.along(*axis).is_finite());
                if let Some(axis) = endless {
                    let column = World::COORDINATES[axis];
                    return Err(DomainError::NonFinite { id, column, tick });
                }
                match bounds.outside(place) {
                    None => {}
                    Some(Outside::World { column, value, side }) => {
                        return Err(DomainError::Outside { id, column, value, side, tick });
                    }
                    Some(Outside::Precision(coarse)) => {
                        return Err(DomainError::TooFar { id, coarse, tick });
                    }
                }
                let cell = cell.map(|lines| lines[lane]);
                if region.contains(cell) {
                    cell_of[slot] = local.number(cell);
                    staying |= 1 << lane;
                    continue;
                }
                let owner = site.topology.owner(cell);
                leavers.left(id);
                moves.push(owner, slot, Move::MIGRANT);
                holes.push(slot as u32);
                cell_of[slot] = NO_CELL;
                for overlap in site.topology.overlaps(owner) {
                    if overlap.cells.contains(cell) {
                        moves.push(overlap.to, slot, Move::tag(overlap.shift));
                    }
                }
            }
            for some in own.chunks(OVERLAPS) {
                let within = overlapping::<C::Axes, S>(some, lanes);
                for lane in ones(staying) {
                    for overlap in ones(within[lane % LANES]).filter_map(|place| some.get(place)) {
                        moves.push(overlap.to, at + lane, Move::tag(overlap.shift));
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

/// So many overlaps are looked through at once.
const OVERLAPS: usize = u32::BITS as usize;

/// In which of at most [`OVERLAPS`] overlaps each of eight cells lies: a bit for each.
///
/// In space a region that is its own neighbour has 26 of them, and a fifth of 100,000 entities lie in
/// some: one cell at a time that took 10 ns for each entity of the region.
#[inline(always)]
fn overlapping<A: Axes, S: Isa>(overlaps: &[Overlap], cell: [U32x8<S>; 3]) -> [u32; LANES] {
    S::split(
        #[inline(always)]
        || {
            let mut within = [0; LANES];
            for (place, overlap) in overlaps.iter().enumerate() {
                for lane in ones(Inside::new(&overlap.cells).lanes::<A, S>(cell).bits()) {
                    within[lane % LANES] |= 1 << place;
                }
            }
            within
        },
    )
}

/// The places of the bits that are 1, in ascending order.
#[inline(always)]
fn ones(mut bits: u32) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let place = bits.trailing_zeros() as usize;
        bits &= bits.wrapping_sub(1);
        (place < u32::BITS as usize).then_some(place)
    })
}

/// Whether cells lie in a region, eight at a time.
struct Inside {
    low: Lines,
    lines: Lines,
}

impl Inside {
    fn new(region: &Region) -> Self {
        Self { low: region.low, lines: region.lines() }
    }

    #[inline(always)]
    fn along<S: Isa>(&self, axis: usize, line: U32x8<S>) -> Mask8<S> {
        (line - U32x8::splat(self.low[axis])).lt(U32x8::splat(self.lines[axis]))
    }

    #[inline(always)]
    fn lanes<A: Axes, S: Isa>(&self, [col, row, layer]: [U32x8<S>; 3]) -> Mask8<S> {
        let plane = self.along(1, row) & self.along(0, col);
        if A::SPACE { plane & self.along(2, layer) } else { plane }
    }
}
