//! What a query accepts, checked once before it begins.

use flockwork_kernel::{Axes, Vector, World};

use crate::index::{ANYWHERE, MAX_COORDINATE, Outside, Periods, above, larger, outside};
use crate::query::{QueryError, Segment};

/// The smallest and largest radius: its square neither underflows nor overflows.
pub(crate) const RADIUS: (f32, f32) = (1.0e-18, 1.0e18);

/// The part of a periodic axis that a radius may be, as in [`crate::Grid::new`].
const HALF: f32 = 0.499_99;

/// The part of a periodic axis that a segment with its radius may be.
const WHOLE: f32 = 0.999_9;

/// The places for the results.
pub(crate) fn results<T>(out: &mut [T], needed: usize) -> Result<&mut [T], QueryError> {
    if needed == 0 {
        return Err(QueryError::NoResults);
    }
    let given = out.len();
    out.get_mut(..needed).ok_or(QueryError::OutTooShort { needed, given })
}

pub(crate) fn usable_radius(periods: &Periods, radius: f32) -> Result<(), QueryError> {
    if !(radius >= RADIUS.0 && radius <= RADIUS.1) {
        return Err(QueryError::InvalidRadius { radius });
    }
    let mut shortest = f32::INFINITY;
    let mut which = "";
    for (length, axis) in periods.iter().zip(World::COORDINATES) {
        if let &Some(length) = length
            && length < shortest
        {
            (shortest, which) = (length, axis);
        }
    }
    let widest = shortest * HALF;
    if radius > widest {
        return Err(QueryError::RadiusTooWide { axis: which, radius, widest });
    }
    Ok(())
}

pub(crate) fn usable_point<A: Axes>(periods: &Periods, at: Vector<A>) -> Result<(), QueryError> {
    let limits = periods.map(|length| length.map_or(ANYWHERE[0], |length| (0.0, length)));
    outside(at, &limits).map_or(Ok(()), |bad| Err(error(bad)))
}

pub(crate) fn usable_box<A: Axes>(
    periods: &Periods,
    low: Vector<A>,
    high: Vector<A>,
) -> Result<(), QueryError> {
    let mut limits = periods.map(|length| {
        let limit = length.unwrap_or(MAX_COORDINATE);
        (-limit, limit)
    });
    if let Some(bad) = outside(low, &limits) {
        return Err(error(bad));
    }
    for (axis, limits) in limits.iter_mut().enumerate() {
        let low = low.along(axis);
        *limits = (low, periods[axis].map_or(MAX_COORDINATE, |length| low + length));
    }
    outside(high, &limits).map_or(Ok(()), |bad| Err(error(bad)))
}

pub(crate) fn usable_segment<A: Axes>(
    periods: &Periods,
    segment: &Segment<A>,
) -> Result<(), QueryError> {
    usable_radius(periods, segment.radius)?;
    usable_point(periods, segment.from)?;
    usable_point(&Periods::default(), segment.to)?;
    let step = segment.step();
    for (axis, length) in periods.iter().enumerate() {
        let Some(length) = length else { continue };
        let (extent, longest) = (step.along(axis).abs() + 2.0 * segment.radius, length * WHOLE);
        if extent >= longest {
            let axis = World::COORDINATES[axis];
            return Err(QueryError::SegmentTooLong { axis, extent, longest });
        }
    }
    Ok(())
}

fn error(Outside { axis, value, limits: (low, high) }: Outside) -> QueryError {
    if value.is_finite() {
        QueryError::PointOutside { axis, value, low, high }
    } else {
        QueryError::PointNotFinite { axis, value }
    }
}

/// How far from a point, or from a segment of this length, an entity can be that still counts as
/// within the radius.
///
/// A distance is off by a few units in the last place (2^-24) of the radius and of the length,
/// and along a periodic axis of its length, for the rounded image; 1e-6 is 16 such units.
pub(crate) fn reach(periods: &Periods, radius: f32, length: f32) -> f32 {
    const ROUNDING: f64 = 1.0e-6;
    let longest = periods.iter().flatten().copied().fold(0.0, larger);
    let radius = f64::from(radius);
    above(radius + (radius + f64::from(length) + f64::from(longest)) * ROUNDING)
}
