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
    fn rank(&self) -> (u32, u32, u32);
}

// The bits of numbers that are not negative are ordered as the numbers.
impl Ranked for Hit {
    #[inline]
    fn rank(&self) -> (u32, u32, u32) {
        (self.d2.to_bits(), self.id, self.slot)
    }
}

impl Ranked for SegmentHit {
    #[inline]
    fn rank(&self) -> (u32, u32, u32) {
        (self.t.to_bits(), self.id, self.slot)
    }
}

impl Ranked for Entry {
    #[inline]
    fn rank(&self) -> (u32, u32, u32) {
        (0, self.id(), self.slot())
    }
}

/// The best results so far: a heap with the worst of them on top.
pub(crate) struct Best<'a, T> {
    places: &'a mut [T],
    count: usize,
}

impl<'a, T: Ranked> Best<'a, T> {
    pub(crate) fn new(places: &'a mut [T]) -> Self {
        Self { places, count: 0 }
    }

    /// Keeps a result if there is a place or it is better than the worst one kept.
    #[inline]
    pub(crate) fn offer(&mut self, result: T) {
        if self.count < self.places.len() {
            self.places[self.count] = result;
            self.count += 1;
            self.rise(self.count - 1);
        } else if let Some(worst) = self.places.first_mut()
            && result.rank() < worst.rank()
        {
            *worst = result;
            self.sink();
        }
    }

    /// Sorts the results, best first, and gives their number.
    pub(crate) fn finish(self) -> usize {
        #[allow(clippy::disallowed_methods, reason = "no two ids are alike")]
        self.places[..self.count].sort_unstable_by_key(Ranked::rank);
        self.count
    }

    fn rise(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if self.places[parent].rank() >= self.places[at].rank() {
                break;
            }
            self.places.swap(parent, at);
            at = parent;
        }
    }

    fn sink(&mut self) {
        let heap = &mut self.places[..self.count];
        let mut at = 0;
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
