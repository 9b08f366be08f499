//! Whole shapes: what they may be, what is inside, and the pieces of their borders.

use core::fmt;

use crate::axes::{Axes, Plane, Third};
use crate::simd::{F32x8, Isa, Mask8, Vector8};
use crate::{Vector, World};

use super::piece::Piece;

/// A shape, in the plane or in space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape<'a, A: Axes = Plane> {
    /// The straight line between two places, which has no inside.
    Segment([Vector<A>; 2]),
    /// A disc, in space a ball.
    Ball {
        /// Its middle.
        centre: Vector<A>,
        /// Its radius, length, above 0.
        radius: f32,
    },
    /// A box along the axes.
    Box {
        /// Its lower corner.
        low: Vector<A>,
        /// Its upper corner.
        high: Vector<A>,
    },
    /// What a closed chain of sides goes round, in the plane: its corners in order, either way round.
    Polygon(&'a [Vector<A>]),
}

impl<'a, A: Axes> Shape<'a, A> {
    /// The most corners of a polygon.
    pub const MOST_CORNERS: usize = 4096;

    /// Checks that it is whole and lies in the world.
    ///
    /// # Errors
    ///
    /// [`ShapeError`], with what is wrong and what is allowed.
    pub fn check(&self, world: &World) -> Result<(), ShapeError> {
        self.corners().enumerate().try_for_each(|(at, corner)| inside_world(world, at, corner))?;
        match *self {
            Self::Segment([from, to]) if from == to => Err(ShapeError::Length { corner: 1 }),
            // A radius that is no number has no corners within the world.
            Self::Ball { radius, .. } if radius <= 0.0 => Err(ShapeError::Radius { radius }),
            Self::Box { low, high } => {
                let flat = |axis: &usize| low.along(*axis) >= high.along(*axis);
                let axis = (0..A::COUNT).find(flat).map(|axis| World::COORDINATES[axis]);
                axis.map_or(Ok(()), |axis| Err(ShapeError::Flat { axis }))
            }
            Self::Polygon(_) if A::SPACE => Err(ShapeError::Space),
            Self::Polygon(corners) => check_polygon(corners),
            _ => Ok(()),
        }
    }

    /// Corners of the shape, or of the box that holds a ball.
    fn corners(&self) -> impl Iterator<Item = Vector<A>> + use<'a, A> {
        let (pair, chain): ([Vector<A>; 2], &'a [Vector<A>]) = match *self {
            Self::Segment(ends) => (ends, &[]),
            Self::Ball { centre, radius } => {
                let (low, high) = Piece::Ball { centre, radius }.bounds();
                ([low, high], &[])
            }
            Self::Box { low, high } => ([low, high], &[]),
            Self::Polygon(corners) => ([Vector::default(); 2], corners),
        };
        let own = if matches!(self, Self::Polygon(_)) { 0 } else { 2 };
        pair.into_iter().take(own).chain(chain.iter().copied())
    }

    /// The pieces of its border, in order.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<A>> + use<'a, A> {
        let (one, corners): (_, &'a [Vector<A>]) = match *self {
            Self::Segment(ends) => (Some(Piece::Segment(ends)), &[]),
            Self::Ball { centre, radius } => (Some(Piece::Ball { centre, radius }), &[]),
            Self::Box { low, high } => (Some(Piece::Box { low, high }), &[]),
            Self::Polygon(corners) => (None, corners),
        };
        let sides = (0..corners.len())
            .map(|at| Piece::Segment([corners[at], corners[(at + 1) % corners.len()]]));
        one.into_iter().chain(sides)
    }

    /// Lanes of places inside.
    ///
    /// The border of a disc or ball is inside. Of a box the lower faces are and the upper ones are not, so
    /// that boxes side by side have each place once. A place on the side of a polygon is either, the same
    /// everywhere; else the even-odd rule holds. Nothing is inside a segment.
    #[inline(always)]
    pub fn inside<S: Isa>(&self, place: Vector8<A, S>) -> Mask8<S> {
        match *self {
            Self::Segment(_) => Mask8::none(),
            Self::Ball { centre, radius } => {
                let square = F32x8::splat(radius) * F32x8::splat(radius);
                (place - Vector8::all(centre)).length_squared().le(square)
            }
            Self::Box { low, high } => {
                let (above, below) = (place - Vector8::all(low), Vector8::all(high) - place);
                let plane = above.x.ge(F32x8::ZERO)
                    & above.y.ge(F32x8::ZERO)
                    & below.x.gt(F32x8::ZERO)
                    & below.y.gt(F32x8::ZERO);
                if !A::SPACE {
                    return plane;
                }
                plane
                    & above.z.or(F32x8::ZERO).ge(F32x8::ZERO)
                    & below.z.or(F32x8::ONE).gt(F32x8::ZERO)
            }
            Self::Polygon(corners) => {
                let mut odd = Mask8::none();
                for (at, from) in corners.iter().enumerate() {
                    let to = Vector8::all(corners[(at + 1) % corners.len()]);
                    let from = Vector8::all(*from);
                    let (starts, ends) = (from.y.le(place.y), to.y.le(place.y));
                    let (side, offset) = (to - from, place - from);
                    let turn = side.x * offset.y - side.y * offset.x;
                    let up = starts & !ends & turn.gt(F32x8::ZERO);
                    let down = ends & !starts & turn.lt(F32x8::ZERO);
                    odd ^= up | down;
                }
                odd
            }
        }
    }

    /// The corners of the box along the axes that holds it.
    pub fn bounds(&self) -> (Vector<A>, Vector<A>) {
        let mut pieces = self.pieces().map(|piece| piece.bounds());
        let first = pieces.next().unwrap_or_default();
        pieces.fold(first, |(low, high), (a, b)| {
            let least = |axis: usize| {
                let (low, a) = (low.along(axis), a.along(axis));
                if a < low { a } else { low }
            };
            let most = |axis: usize| {
                let (high, b) = (high.along(axis), b.along(axis));
                if b > high { b } else { high }
            };
            (Vector::of(least(0), least(1), least(2)), Vector::of(most(0), most(1), most(2)))
        })
    }
}

fn inside_world<A: Axes>(world: &World, corner: usize, at: Vector<A>) -> Result<(), ShapeError> {
    for (axis, side) in world.axes().iter().enumerate().take(A::COUNT) {
        let (column, value) = (World::COORDINATES[axis], at.along(axis));
        if !(value >= 0.0 && value <= side.length) {
            return Err(ShapeError::Outside { corner, column, value, side: side.length });
        }
    }
    Ok(())
}

fn check_polygon<A: Axes>(corners: &[Vector<A>]) -> Result<(), ShapeError> {
    let count = corners.len();
    if !(3..=Shape::<A>::MOST_CORNERS).contains(&count) {
        return Err(ShapeError::Corners { given: count });
    }
    let side = |at: usize| [corners[at], corners[(at + 1) % count]];
    if let Some(at) = (0..count).find(|at| side(*at)[0] == side(*at)[1]) {
        return Err(ShapeError::Length { corner: (at + 1) % count });
    }
    for first in 0..count {
        for second in first + 1..count {
            let next = second == first + 1 || (first == 0 && second + 1 == count);
            if if next { folds(side(first), side(second)) } else { meet(side(first), side(second)) }
            {
                return Err(ShapeError::Crosses { first, second });
            }
        }
    }
    Ok(())
}

/// Twice the area of a triangle, above 0 if it goes round to the left: exact for coordinates of 24 bits
/// that are not far apart in size, and as good as 64 bits are for others.
fn turn<A: Axes>(a: Vector<A>, b: Vector<A>, c: Vector<A>) -> f64 {
    let [a, b, c] = [a, b, c].map(|at| [f64::from(at.x), f64::from(at.y)]);
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// Whether two sides have a point in common.
fn meet<A: Axes>([a, b]: [Vector<A>; 2], [c, d]: [Vector<A>; 2]) -> bool {
    let sides = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
    if sides[0] * sides[1] < 0.0 && sides[2] * sides[3] < 0.0 {
        return true;
    }
    let within = |a: Vector<A>, b: Vector<A>, at: Vector<A>| {
        (at.x - a.x) * (at.x - b.x) <= 0.0 && (at.y - a.y) * (at.y - b.y) <= 0.0
    };
    sides[0] == 0.0 && within(a, b, c)
        || sides[1] == 0.0 && within(a, b, d)
        || sides[2] == 0.0 && within(c, d, a)
        || sides[3] == 0.0 && within(c, d, b)
}

/// Whether two sides that share a corner lie on one another.
fn folds<A: Axes>([a, b]: [Vector<A>; 2], [c, d]: [Vector<A>; 2]) -> bool {
    let (from, corner, to) = if b == c { (a, b, d) } else { (b, a, c) };
    turn(from, corner, to) == 0.0 && (from - corner).dot(to - corner) > 0.0
}

/// A shape is none.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ShapeError {
    /// A coordinate is outside the world, or not a number.
    Outside {
        /// The corner, from 0.
        corner: usize,
        /// `"x"`, `"y"` or `"z"`.
        column: &'static str,
        /// What was given.
        value: f32,
        /// The length of the world's axis.
        side: f32,
    },
    /// A side has no length.
    Length {
        /// The corner that is where the one before it is, from 0.
        corner: usize,
    },
    /// A radius is not above 0.
    Radius {
        /// What was given.
        radius: f32,
    },
    /// The upper corner of a box is not above the lower one.
    Flat {
        /// Along which axis.
        axis: &'static str,
    },
    /// A polygon has too few corners, or too many.
    Corners {
        /// How many were given.
        given: usize,
    },
    /// Two sides of a polygon meet elsewhere than at their common corner.
    Crosses {
        /// One side, by its first corner, from 0.
        first: usize,
        /// The other one.
        second: usize,
    },
    /// A polygon in space.
    Space,
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Outside { corner, column, value, side } => write!(
                f,
                "{column} of corner {corner} is {value}: it must be inside the world, from 0 to {side}"
            ),
            Self::Length { corner } => {
                write!(f, "corner {corner} is where the one before it is: they must differ")
            }
            Self::Radius { radius } => write!(f, "radius is {radius}: it must be above 0"),
            Self::Flat { axis } => {
                write!(f, "the upper corner's {axis} must be above the lower corner's")
            }
            Self::Corners { given } => {
                let most = Shape::<Plane>::MOST_CORNERS;
                write!(f, "a polygon has {given} corners: it must have from 3 to {most}")
            }
            Self::Crosses { first, second } => write!(
                f,
                "the sides that begin at corners {first} and {second} meet: a polygon must not \
                 cross itself"
            ),
            Self::Space => write!(f, "a polygon is for the plane: in space take balls and boxes"),
        }
    }
}

impl core::error::Error for ShapeError {}
