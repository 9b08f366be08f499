//! One piece of a border: a straight side, a circle or sphere, or the faces of a box.

use crate::axes::{Axes, Plane, Third};
use crate::isa::Baseline;
use crate::simd::{F32x8, Isa, Mask8, Vector8};
use crate::{Vector, World};

/// A piece of a border.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece<A: Axes = Plane> {
    /// The straight line between two places.
    Segment([Vector<A>; 2]),
    /// A circle, in space a sphere.
    Ball {
        /// Its middle.
        centre: Vector<A>,
        /// Its radius, length.
        radius: f32,
    },
    /// The faces of a box along the axes.
    Box {
        /// Its lower corner.
        low: Vector<A>,
        /// Its upper corner.
        high: Vector<A>,
    },
}

/// Where a step first crosses a border.
#[derive(Clone, Copy, Debug)]
pub struct Crossing<A: Axes = Plane, S: Isa = Baseline> {
    /// The part of the step before it, from 0 to 1; infinite in lanes that cross nothing.
    pub share: F32x8<S>,
    /// The direction from the border back to where the step came from, at a right angle to the border, of
    /// length 1; zero in lanes that cross nothing.
    pub normal: Vector8<A, S>,
}

impl<A: Axes, S: Isa> Crossing<A, S> {
    /// None.
    #[inline(always)]
    pub(super) fn none() -> Self {
        Self { share: F32x8::splat(f32::INFINITY), normal: Vector8::zero() }
    }

    /// This one where it comes first or both at once, the other one elsewhere.
    #[inline(always)]
    pub(super) fn or(self, other: Self, earlier: Mask8<S>) -> Self {
        Self {
            share: earlier.select(other.share, self.share),
            normal: Vector8::select(earlier, other.normal, self.normal),
        }
    }
}

impl<A: Axes> Piece<A> {
    /// The point of it that is nearest to each place.
    ///
    /// At the centre of a ball it is the point along +x. Within a box it is on the nearest face; of several
    /// on the first of: low x, high x, low y, high y, low z, high z.
    #[inline(always)]
    pub fn nearest<S: Isa>(&self, place: Vector8<A, S>) -> Vector8<A, S> {
        match *self {
            Self::Segment([from, to]) => {
                let (from, piece) = (Vector8::all(from), Vector8::all(to - from));
                let along = (place - from).dot(piece) / piece.length_squared();
                from + piece * along.clamp(F32x8::ZERO, F32x8::ONE)
            }
            Self::Ball { centre, radius } => {
                let centre = Vector8::all(centre);
                let offset = place - centre;
                let east = Vector8::along_x(F32x8::ONE);
                let direction = Vector8::select(offset.is_zero(), east, offset.normalized());
                centre + direction * F32x8::splat(radius)
            }
            Self::Box { low, high } => nearest_of_box(place, Vector8::all(low), Vector8::all(high)),
        }
    }

    /// Where the step from each place along `way` first crosses it.
    ///
    /// A step along a side does not cross it, nor does one in space a segment, which is a line there. Both
    /// ends of the step and of a segment count. Rounding may let a step pass between two segments that
    /// meet at their ends: what must not pass goes by [`Walls::walk`](super::Walls::walk).
    #[inline(always)]
    pub fn crossing<S: Isa>(&self, from: Vector8<A, S>, way: Vector8<A, S>) -> Crossing<A, S> {
        match *self {
            Self::Segment(_) if A::SPACE => Crossing::none(),
            Self::Segment([start, end]) => {
                let (start, side) = (Vector8::all(start), Vector8::all(end - start));
                let (across, offset) = (cross(way, side), start - from);
                let (share, along) = (cross(offset, side) / across, cross(offset, way) / across);
                let left = Vector8::of(-side.y, side.x, F32x8::ZERO).normalized();
                let normal = Vector8::select(left.dot(way).gt(F32x8::ZERO), -left, left);
                found(share, unit(share) & unit(along), normal)
            }
            Self::Ball { centre, radius } => {
                let offset = from - Vector8::all(centre);
                let radius = F32x8::splat(radius);
                let (square, half) = (way.length_squared(), offset.dot(way));
                let rest = offset.length_squared() - radius * radius;
                let root = (half * half - square * rest).sqrt();
                let (enter, leave) = ((-half - root) / square, (root - half) / square);
                let entering = unit(enter);
                let share = entering.select(enter, leave);
                let outwards = (offset + way * share).normalized();
                let normal = Vector8::select(entering, outwards, -outwards);
                found(share, entering | unit(leave), normal)
            }
            Self::Box { low, high } => crossing_of_box(from, way, low, high),
        }
    }

    /// The corners of the box along the axes that holds it.
    pub fn bounds(&self) -> (Vector<A>, Vector<A>) {
        match *self {
            Self::Segment([a, b]) => {
                let least = |a: f32, b: f32| if b < a { b } else { a };
                let pick = |sign: f32| {
                    let part = |axis| sign * least(sign * a.along(axis), sign * b.along(axis));
                    Vector::of(part(0), part(1), part(2))
                };
                (pick(1.0), pick(-1.0))
            }
            Self::Ball { centre, radius } => {
                let reach = Vector::of(radius, radius, radius);
                (centre - reach, centre + reach)
            }
            Self::Box { low, high } => (low, high),
        }
    }

    /// The piece moved by a way.
    pub fn moved(&self, way: Vector<A>) -> Self {
        match *self {
            Self::Segment([from, to]) => Self::Segment([from + way, to + way]),
            Self::Ball { centre, radius } => Self::Ball { centre: centre + way, radius },
            Self::Box { low, high } => Self::Box { low: low + way, high: high + way },
        }
    }

    /// It as it is, and as it is seen across the seams of periodic axes from within `reach` of it: in
    /// the order of the shifts along x, then y, then z, each by -1, 0 and 1 lengths.
    pub fn images(&self, world: &World, reach: f32) -> impl Iterator<Item = Self> + use<A> {
        let (piece, world) = (*self, *world);
        (0..27).filter_map(move |image: usize| {
            let turns = [image % 3, image / 3 % 3, image / 9].map(|turn| turn as f32 - 1.0);
            let mut way = [0.0; World::MOST_AXES];
            let (low, high) = piece.bounds();
            for (at, turn) in turns.into_iter().enumerate() {
                let Some(axis) = world.axes().get(at).filter(|axis| axis.is_periodic()) else {
                    if turn != 0.0 {
                        return None;
                    }
                    continue;
                };
                let shift = turn * axis.length;
                let near = high.along(at) + shift >= -reach
                    && low.along(at) + shift <= axis.length + reach;
                if !near {
                    return None;
                }
                way[at] = shift;
            }
            let [x, y, z] = way;
            Some(piece.moved(Vector::of(x, y, z)))
        })
    }
}

/// Lanes from 0 to 1.
#[inline(always)]
fn unit<S: Isa>(share: F32x8<S>) -> Mask8<S> {
    share.ge(F32x8::ZERO) & share.le(F32x8::ONE)
}

/// The third component of the vector product in the plane.
#[inline(always)]
fn cross<A: Axes, S: Isa>(a: Vector8<A, S>, b: Vector8<A, S>) -> F32x8<S> {
    a.x * b.y - a.y * b.x
}

#[inline(always)]
fn found<A: Axes, S: Isa>(
    share: F32x8<S>,
    some: Mask8<S>,
    normal: Vector8<A, S>,
) -> Crossing<A, S> {
    let share = some.select(share.canonical_zero(), F32x8::splat(f32::INFINITY));
    Crossing { share, normal: normal.keep(some) }
}

/// The components of a vector along each axis; +0.0 along one that there is not.
#[inline(always)]
fn parts<A: Axes, S: Isa>(vector: Vector8<A, S>) -> [F32x8<S>; World::MOST_AXES] {
    [vector.x, vector.y, vector.z.or(F32x8::ZERO)]
}

#[inline(always)]
fn nearest_of_box<A: Axes, S: Isa>(
    place: Vector8<A, S>,
    low: Vector8<A, S>,
    high: Vector8<A, S>,
) -> Vector8<A, S> {
    let (place, low, high) = (parts(place), parts(low), parts(high));
    let mut inside = Mask8::all_lanes();
    let mut outer = place;
    for axis in 0..A::COUNT {
        outer[axis] = place[axis].clamp(low[axis], high[axis]);
        inside = inside & place[axis].gt(low[axis]) & place[axis].lt(high[axis]);
    }
    if !inside.any() {
        return Vector8::of(outer[0], outer[1], outer[2]);
    }
    let (mut least, mut inner) = (F32x8::splat(f32::INFINITY), place);
    for axis in 0..A::COUNT {
        for (gap, face) in
            [(place[axis] - low[axis], low[axis]), (high[axis] - place[axis], high[axis])]
        {
            let nearer = gap.lt(least);
            least = nearer.select(gap, least);
            for (at, part) in inner.iter_mut().enumerate() {
                *part = nearer.select(if at == axis { face } else { place[at] }, *part);
            }
        }
    }
    let ([a, b, c], [x, y, z]) = (inner, outer);
    Vector8::of(inside.select(a, x), inside.select(b, y), inside.select(c, z))
}

#[inline(always)]
fn crossing_of_box<A: Axes, S: Isa>(
    from: Vector8<A, S>,
    way: Vector8<A, S>,
    low: Vector<A>,
    high: Vector<A>,
) -> Crossing<A, S> {
    let (from, way) = (parts(from), parts(way));
    let (low, high) = (parts(Vector8::<A, S>::all(low)), parts(Vector8::all(high)));
    let (mut enter, mut leave) = (F32x8::splat(f32::NEG_INFINITY), F32x8::splat(f32::INFINITY));
    let mut normals = [[F32x8::ZERO; World::MOST_AXES]; 2];
    let mut within = Mask8::all_lanes();
    for axis in 0..A::COUNT {
        let still = way[axis].eq(F32x8::ZERO);
        let between = from[axis].ge(low[axis]) & from[axis].le(high[axis]);
        within &= !still | between;
        let (a, b) = ((low[axis] - from[axis]) / way[axis], (high[axis] - from[axis]) / way[axis]);
        let back = way[axis].lt(F32x8::ZERO);
        let (first, last) = (back.select(b, a), back.select(a, b));
        // Against the way.
        let against = back.select(F32x8::ONE, -F32x8::ONE);
        let (later, sooner) = (!still & first.gt(enter), !still & last.lt(leave));
        enter = later.select(first, enter);
        leave = sooner.select(last, leave);
        for (normal, new) in normals.iter_mut().zip([later, sooner]) {
            for (at, part) in normal.iter_mut().enumerate() {
                *part = new.select(if at == axis { against } else { F32x8::ZERO }, *part);
            }
        }
    }
    let entering = unit(enter);
    let share = entering.select(enter, leave);
    let some = within & enter.le(leave) & (entering | unit(leave));
    let [[a, b, c], [x, y, z]] = normals;
    let normal = Vector8::of(entering.select(a, x), entering.select(b, y), entering.select(c, z));
    found(share, some, normal)
}
