//! Neighbour lists that a program keeps: for each slot, the slots of those who are near. Two passes: one
//! counts where each list begins, one writes them.
//!
//! A list made for a radius and a skin on top holds everybody within the radius for as long as nobody
//! has moved by more than half of the skin: [`moved`] says how far somebody has.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use flockwork_kernel::Vector;
use flockwork_kernel::axes::Axes;

#[cfg(feature = "alloc")]
use super::Neighbours;
use crate::index::{Periods, Places, larger};
#[cfg(feature = "alloc")]
use crate::{Indexed, QueryError};

/// The neighbours of each slot, one list after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lists<'a> {
    starts: &'a [u32],
    slots: &'a [u32],
}

impl<'a> Lists<'a> {
    pub(super) fn of_parts(starts: &'a [u32], slots: &'a [u32]) -> Self {
        Self { starts, slots }
    }

    /// Where the list of each slot begins in [`Lists::slots`], and the end of the last.
    pub fn starts(&self) -> &'a [u32] {
        self.starts
    }

    /// All lists.
    pub fn slots(&self) -> &'a [u32] {
        self.slots
    }

    /// How many lists there are.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The neighbours of a slot, in canonical order; none if there is no such slot.
    #[inline]
    pub fn of(&self, slot: u32) -> &'a [u32] {
        let slot = slot as usize;
        match self.starts.get(slot..slot.saturating_add(2)) {
            Some(&[begin, end]) => self.slots.get(begin as usize..end as usize).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// All lists, by slot.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u32]> + use<'a> {
        let slots = self.slots;
        self.starts.windows(2).map(move |ends| &slots[ends[0] as usize..ends[1] as usize])
    }
}

/// Lists that own their memory, and keep it from one time to the next.
///
/// ```
/// use flockwork_spatial::{Index, OwnedLists};
///
/// let index = Index::of(&[[1.0, 2.0], [1.5, 2.0], [9.0, 9.0]], 1.0)?;
/// let lists = OwnedLists::of(&index, 1.0, false)?;
/// assert_eq!(lists.lists().of(0), [1]);
/// assert!(lists.lists().of(2).is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedLists {
    starts: Vec<u32>,
    slots: Vec<u32>,
}

#[cfg(feature = "alloc")]
impl OwnedLists {
    /// For each slot those closer than `r`, in canonical order; if `once`, each pair in one list alone.
    ///
    /// # Errors
    ///
    /// As [`OwnedLists::rebuild`].
    pub fn of(index: &(impl Indexed + ?Sized), r: f32, once: bool) -> Result<Self, QueryError> {
        let mut lists = Self::default();
        lists.rebuild(index, r, once)?;
        Ok(lists)
    }

    /// Forgets all lists, and makes these: see [`OwnedLists::of`].
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius, and if there are more than `u32::MAX` neighbours. There are
    /// no lists then.
    pub fn rebuild(
        &mut self,
        index: &(impl Indexed + ?Sized),
        r: f32,
        once: bool,
    ) -> Result<(), QueryError> {
        let Self { starts, slots } = self;
        starts.clear();
        slots.clear();
        starts.resize(index.order().len() + 1, 0);
        let made = index.list_starts(r, once, starts).and_then(|needed| {
            slots.resize(needed, 0);
            index.list_slots(r, once, starts, slots).map(drop)
        });
        if made.is_err() {
            starts.clear();
            slots.clear();
        }
        made
    }

    /// The lists.
    pub fn lists(&self) -> Lists<'_> {
        Lists::of_parts(&self.starts, &self.slots)
    }

    /// Their memory: where each begins, and the end of the last; then all of them.
    pub fn into_parts(self) -> (Vec<u32>, Vec<u32>) {
        (self.starts, self.slots)
    }
}

/// Turns counts into where lists begin; the last place becomes their end. Gives it as it is, where it
/// has no room in that place.
pub(super) fn begin(starts: &mut [u32]) -> u64 {
    let mut next = 0u64;
    if let Some(last) = starts.last_mut() {
        *last = 0;
    }
    for start in starts {
        let count = *start;
        *start = next as u32;
        next += u64::from(count);
    }
    next
}

/// The way from one place to the nearest image of another.
///
/// Along a periodic axis both must be within the world.
#[inline]
pub fn nearest_offset<A: Axes>(from: Vector<A>, to: Vector<A>, periods: &Periods) -> Vector<A> {
    let along = |axis: usize| {
        let (from, to) = (from.along(axis), to.along(axis));
        let way = to - from;
        match periods[axis] {
            // The image is rounded, then the difference: as everywhere.
            Some(length) if way > 0.5 * length => to - length - from,
            Some(length) if way < -0.5 * length => to + length - from,
            _ => way,
        }
    };
    Vector::of(along(0), along(1), if A::SPACE { along(2) } else { 0.0 })
}

/// The square of the longest way that somebody has gone between two states of the same slots, over
/// seams where that is nearer. Infinite where somebody is not at a place that is a number, or if the
/// states are not of the same number of slots.
pub fn moved<A: Axes>(before: Places<'_, A>, now: Places<'_, A>, periods: &Periods) -> f32 {
    if before.len() != now.len() {
        return f32::INFINITY;
    }
    let mut longest = 0.0;
    for at in 0..before.len() {
        let d2 = nearest_offset(before.at(at), now.at(at), periods).length_squared();
        if d2.is_nan() {
            return f32::INFINITY;
        }
        longest = larger(d2, longest);
    }
    longest
}
