//! A segment: a ray, or the way of a disc or a sphere.

use flockwork_kernel::Vector;
use flockwork_kernel::axes::{Axes, Plane, Third};

use super::SegmentHit;
use super::inputs::reach;
use crate::Entry;
use crate::index::{Area, Periods};

/// A way from one point to another, and how far to its sides to look.
///
/// Along a periodic axis `from` is within the world and `to` may lie beyond the seam, so that it
/// says which way round is meant; the way and twice the radius together must be below 0.9999 of the
/// length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment<A: Axes = Plane> {
    /// Where it begins.
    pub from: Vector<A>,
    /// Where it ends.
    pub to: Vector<A>,
    /// How far entities may be from it.
    pub radius: f32,
}

impl<A: Axes> Segment<A> {
    /// The way from one end to the other.
    pub(crate) fn step(&self) -> Vector<A> {
        self.to - self.from
    }

    /// The box that holds everything within the radius.
    #[inline(always)]
    pub(super) fn area(&self, periods: &Periods) -> Area {
        let step = self.step();
        // No shorter than the segment.
        let length = step.x.abs() + step.y.abs() + step.z.or(0.0).abs();
        let wide = reach(periods, self.radius, length);
        Area(core::array::from_fn(|axis| {
            let from = self.from.along(axis);
            let to = from + step.along(axis);
            let (low, high) = if from < to { (from, to) } else { (to, from) };
            ((low - wide).next_down(), (high + wide).next_up())
        }))
    }

    /// What is said of an entity at this position, if it is within the radius.
    #[inline(always)]
    pub(super) fn hit(&self, entry: Entry, position: Vector<A>) -> Option<SegmentHit> {
        let (t, d2) = self.nearest_to(position);
        let hit = SegmentHit { id: entry.id(), slot: entry.slot(), t, d2 };
        (d2 < self.radius * self.radius).then_some(hit)
    }

    /// The place along the segment (0 to 1) that is nearest to a point, and the squared distance
    /// from there. A segment too short to have a direction is a point.
    #[inline]
    pub(crate) fn nearest_to(&self, point: Vector<A>) -> (f32, f32) {
        let step = self.step();
        let way = point - self.from;
        let length2 = step.length_squared();
        let along = way.dot(step);
        let t = if length2 > 0.0 && along > 0.0 {
            if along < length2 { along / length2 } else { 1.0 }
        } else {
            0.0
        };
        (t, (way - step * t).length_squared())
    }
}
