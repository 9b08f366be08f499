//! Results and the best of them: a heap within the caller's slice.

use crate::Entry;

/// An entity within a distance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hit {
    /// Its id.
    pub id: u32,
    /// Its slot in the columns.
    pub slot: u32,
    /// Its squared distance.
    pub d2: f32,
}

impl Hit {
    #[inline(always)]
    pub(crate) fn of(entry: Entry, d2: f32) -> Self {
        Self { id: entry.id(), slot: entry.slot(), d2 }
    }
}

/// An entity near a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SegmentHit {
    /// Its id.
    pub id: u32,
    /// Its slot in the columns.
    pub slot: u32,
    /// How far along the segment, from 0 to 1.
    pub t: f32,
    /// Its squared distance from there.
    pub d2: f32,
}

/// A result and its place among the results.
pub(crate) trait Ranked: Copy {
    /// The lower, the better.
    fn rank(&self) -> (u64, u32);
}

#[inline(always)]
fn joined(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

// The bits of numbers that are not negative are ordered as the numbers.
impl Ranked for Hit {
    #[inline]
    fn rank(&self) -> (u64, u32) {
        (joined(self.d2.to_bits(), self.id), self.slot)
    }
}

impl Ranked for SegmentHit {
    #[inline]
    fn rank(&self) -> (u64, u32) {
        (joined(self.t.to_bits(), self.id), self.slot)
    }
}

impl Ranked for Entry {
    #[inline]
    fn rank(&self) -> (u64, u32) {
        (self.id().into(), self.slot())
    }
}

/// The best results so far: as they come while there is a place for all, then a heap with the worst of
/// them on top; few are kept in order.
pub(crate) struct Best<'a, T> {
    places: &'a mut [T],
    count: usize,
    /// Whether the places are a heap.
    is_heap: bool,
}

/// So few are kept in order by shifting them.
const FEW: usize = 16;

impl<'a, T: Ranked> Best<'a, T> {
    pub(crate) fn new(places: &'a mut [T]) -> Self {
        Self { places, count: 0, is_heap: false }
    }

    /// Keeps a result if there is a place or it is better than the worst one kept.
    #[inline(always)]
    pub(crate) fn offer(&mut self, result: T) {
        if self.places.len() <= FEW {
            self.insert(result);
        } else if let Some(place) = self.places.get_mut(self.count) {
            *place = result;
            self.count += 1;
        } else {
            self.replace(result);
        }
    }

    /// Puts a result where it belongs among those in order.
    #[inline(always)]
    fn insert(&mut self, result: T) {
        let rank = result.rank();
        let mut at = self.count;
        if at == self.places.len() {
            if self.places[at - 1].rank() <= rank {
                return;
            }
            at -= 1;
        } else {
            self.count += 1;
        }
        while at > 0 && self.places[at - 1].rank() > rank {
            self.places[at] = self.places[at - 1];
            at -= 1;
        }
        self.places[at] = result;
    }

    /// Puts a result in the place of the worst one.
    fn replace(&mut self, result: T) {
        if !self.is_heap {
            self.is_heap = true;
            for at in (0..self.count / 2).rev() {
                self.sink(at);
            }
        }
        if let Some(worst) = self.places.first_mut()
            && result.rank() < worst.rank()
        {
            *worst = result;
            self.sink(0);
        }
    }

    /// Sorts the results, best first, and gives their number.
    pub(crate) fn finish(self) -> usize {
        if self.places.len() > FEW {
            #[allow(clippy::disallowed_methods, reason = "no two ids are alike")]
            self.places[..self.count].sort_unstable_by_key(Ranked::rank);
        }
        self.count
    }

    /// Moves what is in a place down to where it belongs in the heap.
    fn sink(&mut self, mut at: usize) {
        let heap = &mut self.places[..self.count];
        loop {
            let children = 2 * at + 1..(2 * at + 3).min(heap.len());
            let Some(worst) = children.max_by_key(|&child| heap[child].rank()) else {
                break;
            };
            if heap[at].rank() >= heap[worst].rank() {
                break;
            }
            heap.swap(at, worst);
            at = worst;
        }
    }
}
