//! What a query accepts, checked once before it begins.

use crate::index::{Axis, MAX_COORDINATE, Outside, outside, outside_plane};
use crate::query::{QueryError, Segment};

/// The smallest and largest radius: its square neither underflows nor overflows.
pub(crate) const RADIUS: (f32, f32) = (1.0e-18, 1.0e18);

/// The part of a side that a radius may be, as in [`crate::Grid::new`].
const HALF: f32 = 0.499_99;

/// The part of a side that a segment with its radius may be.
const WHOLE: f32 = 0.999_9;

type Torus = Option<(f32, f32)>;

/// The places for the results.
pub(crate) fn results<T>(out: &mut [T], needed: usize) -> Result<&mut [T], QueryError> {
    if needed == 0 {
        return Err(QueryError::NoResults);
    }
    let given = out.len();
    out.get_mut(..needed).ok_or(QueryError::OutTooShort { needed, given })
}

pub(crate) fn usable_radius(torus: Torus, radius: f32) -> Result<(), QueryError> {
    if !(radius >= RADIUS.0 && radius <= RADIUS.1) {
        return Err(QueryError::InvalidRadius { radius });
    }
    if let Some((width, height)) = torus {
        let widest = if width < height { width } else { height } * HALF;
        if radius > widest {
            return Err(QueryError::RadiusTooWide { radius, widest });
        }
    }
    Ok(())
}

pub(crate) fn usable_point(torus: Torus, x: f32, y: f32) -> Result<(), QueryError> {
    let outside = match torus {
        Some((width, height)) => {
            outside(Axis::X, x, (0.0, width)).or(outside(Axis::Y, y, (0.0, height)))
        }
        None => outside_plane(x, y),
    };
    outside.map_or(Ok(()), |bad| Err(error(bad)))
}

pub(crate) fn usable_box(
    torus: Torus,
    low: (f32, f32),
    high: (f32, f32),
) -> Result<(), QueryError> {
    let axes = [
        (Axis::X, low.0, high.0, torus.map(|sides| sides.0)),
        (Axis::Y, low.1, high.1, torus.map(|sides| sides.1)),
    ];
    for (axis, low, high, side) in axes {
        let limit = side.unwrap_or(MAX_COORDINATE);
        if let Some(bad) = outside(axis, low, (-limit, limit)) {
            return Err(error(bad));
        }
        let highest = side.map_or(MAX_COORDINATE, |side| low + side);
        if let Some(bad) = outside(axis, high, (low, highest)) {
            return Err(error(bad));
        }
    }
    Ok(())
}

pub(crate) fn usable_segment(torus: Torus, segment: &Segment) -> Result<(), QueryError> {
    usable_radius(torus, segment.radius)?;
    usable_point(torus, segment.from.0, segment.from.1)?;
    usable_point(None, segment.to.0, segment.to.1)?;
    let Some((width, height)) = torus else {
        return Ok(());
    };
    let (dx, dy) = segment.step();
    for (axis, step, side) in [(Axis::X, dx, width), (Axis::Y, dy, height)] {
        let extent = step.abs() + 2.0 * segment.radius;
        if extent >= side * WHOLE {
            return Err(QueryError::SegmentTooLong { axis, extent, longest: side * WHOLE });
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
/// and in a torus of one side, for the rounded image; 1e-6 is 16 such units.
pub(crate) fn reach(torus: Torus, radius: f32, length: f32) -> f64 {
    const ROUNDING: f64 = 1.0e-6;
    let side = torus.map_or(0.0, |(width, height)| if width > height { width } else { height });
    let radius = f64::from(radius);
    radius + (radius + f64::from(length) + f64::from(side)) * ROUNDING
}
