//! Neighbour lists that a program keeps: for each slot, the slots of those who are near.
//!
//! A list made for a radius and a skin on top holds everybody within the radius for as long as nobody
//! has moved by more than half of the skin: [`moved`] says how far somebody has.

use flockwork_kernel::Vector;
use flockwork_kernel::axes::Axes;

use crate::index::{Periods, Places, larger};

/// How many places the slices of lists need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListNeeds {
    /// Places of `starts`.
    pub starts: usize,
    /// Places of `slots`: how many neighbours there are.
    pub slots: u64,
}

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
