//! The place of each entity among all ids, and columns brought into that order.

use flockwork_scheduler::registry::Piece;
use flockwork_spatial::NO_CELL;

/// Ids up to this many times the number of entities are counted; others are sorted.
const SPARSE: usize = 64;

/// For each entity in the order of memory how many have a smaller id.
pub(super) struct Places(Vec<u32>);

impl Places {
    /// Of the pieces of the column of ids.
    pub(super) fn of(pieces: &[Piece<'_>]) -> Self {
        let mut ids = Vec::new();
        for piece in pieces {
            let rows = piece.bytes.chunks_exact(4).zip(piece.cells);
            let here = rows.filter(|(_, cell)| **cell != NO_CELL);
            ids.extend(
                here.filter_map(|(id, _)| id.first_chunk().copied().map(u32::from_ne_bytes)),
            );
        }
        let last = ids.iter().copied().max().unwrap_or(0) as usize;
        Self(if last / SPARSE < ids.len() { counted(ids, last) } else { sorted(&ids) })
    }
}

/// The places of ids, of which the largest is `last`, with a bit for each id that may be.
fn counted(mut ids: Vec<u32>, last: usize) -> Vec<u32> {
    let mut words = vec![(0u64, 0u32); last / 64 + 1];
    for id in &ids {
        words[*id as usize / 64].0 |= 1 << (id % 64);
    }
    let mut before = 0;
    for (bits, first) in &mut words {
        *first = before;
        before += bits.count_ones();
    }
    for id in &mut ids {
        let (bits, first) = words[*id as usize / 64];
        let below = bits & ((1 << (*id % 64)) - 1);
        *id = first + below.count_ones();
    }
    ids
}

/// The same for ids far apart.
fn sorted(ids: &[u32]) -> Vec<u32> {
    let mut order: Vec<(u32, u32)> = ids.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let mut places = vec![0; ids.len()];
    for ((_, slot), place) in order.into_iter().zip(0..) {
        places[slot as usize] = place;
    }
    places
}

/// What is taken from each row of a column: `size` bytes from `at` on, of `width`.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    pub(super) width: usize,
    pub(super) at: usize,
    pub(super) size: usize,
}

impl Rows {
    /// Copies it to the begin of the `stride` bytes of each entity's place, or in the order of memory.
    pub(super) fn copy(
        self,
        pieces: &[Piece<'_>],
        places: Option<&Places>,
        stride: usize,
        to: &mut [u8],
    ) {
        // A copy whose length is known takes a few instructions, another one a call.
        match self.size {
            1 => self.copy_by(pieces, places, stride, to, copy::<1>),
            2 => self.copy_by(pieces, places, stride, to, copy::<2>),
            4 => self.copy_by(pieces, places, stride, to, copy::<4>),
            8 => self.copy_by(pieces, places, stride, to, copy::<8>),
            _ => self.copy_by(pieces, places, stride, to, <[u8]>::copy_from_slice),
        }
    }

    fn copy_by(
        self,
        pieces: &[Piece<'_>],
        places: Option<&Places>,
        stride: usize,
        to: &mut [u8],
        copy: impl Fn(&mut [u8], &[u8]),
    ) {
        let Self { width, at, size } = self;
        let mut next = 0;
        for piece in pieces {
            for (row, cell) in piece.bytes.chunks_exact(width.max(1)).zip(piece.cells) {
                if *cell == NO_CELL {
                    continue;
                }
                let place = places.map_or(next, |places| places.0[next] as usize);
                next += 1;
                copy(&mut to[place * stride..][..size], &row[at..][..size]);
            }
        }
    }
}

/// Copies so many bytes.
fn copy<const N: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<N>(), from.first_chunk::<N>()) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_and_sorted_ids_have_the_same_places() {
        let ids = [70, 3, 0, 64, 63, 1, 129, 65];
        let places = [6, 2, 0, 4, 3, 1, 7, 5];
        assert_eq!(counted(ids.to_vec(), 129), places);
        assert_eq!(sorted(&ids), places);
        assert_eq!(sorted(&[u32::MAX, 0]), [1, 0]);
        assert!(counted(Vec::new(), 0).is_empty());
    }
}
