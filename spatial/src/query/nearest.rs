//! How far to look for the nearest, and which image of an entity is the nearest one.

use flockwork_kernel::Vector;
use flockwork_kernel::axes::Axes;

use crate::index::{Area, Bounds, Indexed, Periods, larger};

/// The half side of a cube around a point that holds every entity in its nearest image.
pub(super) fn everything_within<T: Indexed + ?Sized>(index: &T, at: Vector<T::Axes>) -> f32 {
    let (Bounds { low, high }, periods) = (index.bounds(), index.periods());
    let along = |axis: usize| {
        if let Some(length) = periods[axis] {
            return length * 0.501;
        }
        let (at, low, high) = (at.along(axis), low.along(axis), high.along(axis));
        larger(at - low, high - at) * 1.001
    };
    (0..T::Axes::COUNT).map(along).fold(0.0, larger)
}

/// How far to look for `k` entities first: as far as some more than these are expected, were all spread
/// evenly within the bounds, and beyond the nearest side of the bounds; less far in a crowd.
pub(super) fn first_reach<T: Indexed + ?Sized>(index: &T, at: Vector<T::Axes>, k: usize) -> f32 {
    /// So many times as many as are looked for: fewer than these are found once in twenty times.
    const MORE: f64 = 1.6;
    /// More than these, and so many for each that is looked for, are a crowd.
    const CROWD: usize = 64;
    let (Bounds { low, high }, periods) = (index.bounds(), index.periods());
    let (side, mut size, mut gap) = (index.cell_side(), 1.0, 0.0);
    for (axis, period) in periods.iter().enumerate().take(T::Axes::COUNT) {
        let (at, low, high) = (at.along(axis), low.along(axis), high.along(axis));
        if period.is_none() {
            gap = larger(gap, larger(low - at, at - high));
        }
        size *= f64::from(larger(period.unwrap_or(high - low), side));
    }
    let share = size * MORE * k as f64 / index.order().len() as f64;
    #[allow(clippy::disallowed_methods, reason = "where a search begins changes no result")]
    let even = if T::Axes::SPACE { libm::cbrt(share * 0.24) } else { libm::sqrt(share * 0.32) };
    let mut r = larger(even as f32, side * 1.0e-3);
    if gap > 0.0 {
        return gap + r;
    }
    let crowd = |r: f32| {
        let runs = index.runs(&Area::around(at, r));
        runs.map(|(run, _)| run.len()).sum::<usize>()
    };
    let mut here = crowd(r);
    while here > CROWD + 8 * k {
        let there = crowd(r * 0.5);
        if there >= here {
            break;
        }
        (r, here) = (r * 0.5, there);
    }
    r
}

/// Whether the image of an entity is its nearest one to a point; of two as near, the first.
#[inline]
pub(super) fn is_closest<A: Axes>(
    periods: &Periods,
    place: Vector<A>,
    at: Vector<A>,
    shift: Vector<A>,
) -> bool {
    let closest = |place: f32, at: f32, length: f32| {
        let mut best = (f32::INFINITY, 0.0);
        for shift in [-length, 0.0, length] {
            let distance = (place + shift - at).abs();
            if distance < best.0 {
                best = (distance, shift);
            }
        }
        best.1
    };
    (0..A::COUNT).all(|axis| {
        periods[axis].is_none_or(|length| {
            closest(place.along(axis), at.along(axis), length) == shift.along(axis)
        })
    })
}
