//! The rows that go to other domains: entities that leave, and images of those near a border.

use alloc::vec::Vec;

use flockwork_kernel::World;

/// One row that goes somewhere.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Move {
    pub(crate) to: u32,
    pub(crate) row: u32,
    /// [`Move::MIGRANT`], or the shift of a ghost: see [`Move::tag`].
    pub(crate) tag: u32,
}

impl Move {
    /// The tag of an entity that leaves.
    pub(crate) const MIGRANT: u32 = u32::MAX;

    /// The tag of a ghost that is shifted by so many worlds along x, y and z.
    pub(crate) fn tag([x, y, z]: [i8; World::MOST_AXES]) -> u32 {
        (9 * (z + 1) + 3 * (y + 1) + x + 1) as u32
    }

    /// What a tag says of a ghost; none if it is not one.
    pub(crate) fn shift(tag: u32) -> Option<[i32; World::MOST_AXES]> {
        let line = |place: u32| (tag / place % 3) as i32 - 1;
        (tag < 27).then(|| [line(1), line(3), line(9)])
    }

    /// By receiver, migrants first, and then as they were found.
    fn key(&self) -> (u32, bool, u32, u32) {
        (self.to, self.tag != Self::MIGRANT, self.row, self.tag)
    }
}

/// All rows of a domain that go somewhere.
#[derive(Debug, Default)]
pub(crate) struct Moves(Vec<Move>);

impl Moves {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn push(&mut self, to: u32, row: usize, tag: u32) {
        if self.0.len() == self.0.capacity() {
            self.0.reserve_exact(self.0.len() / 4 + 16);
        }
        self.0.push(Move { to, row: row as u32, tag });
    }

    /// Takes these in place of its own.
    pub(crate) fn copy(&mut self, moves: &[Move]) {
        self.0.clear();
        self.0.reserve_exact(moves.len());
        self.0.extend_from_slice(moves);
    }

    pub(crate) fn all(&self) -> &[Move] {
        &self.0
    }

    /// Puts them into order, once all are found.
    pub(crate) fn sort(&mut self) {
        #[allow(clippy::disallowed_methods, reason = "the key holds all of a move")]
        self.0.sort_unstable_by_key(Move::key);
    }

    /// What goes to each receiver, in ascending order: the migrants, and the ghosts.
    pub(crate) fn by_receiver(&self) -> impl Iterator<Item = (u32, &[Move], &[Move])> {
        self.0.chunk_by(|one, next| one.to == next.to).map(|moves| {
            let ghosts = moves.partition_point(|moved| moved.tag == Move::MIGRANT);
            let (migrants, ghosts) = moves.split_at(ghosts);
            (moves[0].to, migrants, ghosts)
        })
    }

    /// The ghosts that go to a domain.
    pub(crate) fn ghosts_to(&self, domain: u32) -> &[Move] {
        let place =
            |key| self.0.partition_point(|moved| (moved.to, moved.tag != Move::MIGRANT) < key);
        &self.0[place((domain, true))..place((domain + 1, false))]
    }

    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// Makes room for this many.
    pub(crate) fn reserve(&mut self, capacity: usize) {
        self.0.reserve_exact(capacity.saturating_sub(self.0.len()));
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Move>() * self.0.capacity()
    }
}
