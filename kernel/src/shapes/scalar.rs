//! The functions of [`shapes`](super) for one entity: the same bits as the lanes give.

use crate::Vector;
use crate::axes::{Axes, Plane};
use crate::twin::{lane, one};

use super::form::Shape;
use super::piece::Piece;
use super::walls::Walls;

/// The nearest point of walls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest<A: Axes = Plane> {
    /// How far it is.
    pub distance: f32,
    /// The point.
    pub point: Vector<A>,
    /// The direction from there to the place, of length 1, or zero on the wall.
    pub normal: Vector<A>,
    /// The number of its shape.
    pub shape: u32,
}

/// Where a step first crosses a border.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing<A: Axes = Plane> {
    /// The part of the step before it, from 0 to 1.
    pub share: f32,
    /// Back to where the step came from, at a right angle to the border, of length 1.
    pub normal: Vector<A>,
}

/// How far a step got.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Walked<A: Axes = Plane> {
    /// Where it ends.
    pub place: Vector<A>,
    /// Whether a wall turned or stopped it.
    pub touched: bool,
    /// How far the nearest wall is from there; infinite if none is within reach.
    pub distance: f32,
}

/// As [`Shape::inside`].
pub fn inside<A: Axes>(shape: &Shape<'_, A>, place: Vector<A>) -> bool {
    one(shape.inside(lane(place)))
}

/// How far a piece is from a place.
pub fn distance<A: Axes>(piece: &Piece<A>, place: Vector<A>) -> f32 {
    one((lane(place) - piece.nearest(lane(place))).length())
}

/// As [`Walls::nearest`]; none if there is none within reach.
pub fn nearest<A: Axes>(walls: &Walls<'_, A>, place: Vector<A>, open: u64) -> Option<Nearest<A>> {
    let of = walls.nearest(lane(place), open);
    let distance: f32 = one(of.distance);
    let (point, normal, shape) = (one(of.point), one(of.normal), one(of.shape));
    (distance < f32::INFINITY).then_some(Nearest { distance, point, normal, shape })
}

/// As [`Walls::crossing`]; none if nothing is crossed.
pub fn crossing<A: Axes>(
    walls: &Walls<'_, A>,
    from: Vector<A>,
    way: Vector<A>,
    open: u64,
) -> Option<Crossing<A>> {
    let of = walls.crossing(lane(from), lane(way), open);
    let share: f32 = one(of.share);
    (share < f32::INFINITY).then_some(Crossing { share, normal: one(of.normal) })
}

/// As [`Walls::walk`].
pub fn walk<A: Axes>(
    walls: &Walls<'_, A>,
    clearance: f32,
    place: Vector<A>,
    way: Vector<A>,
    open: u64,
) -> Walked<A> {
    let of = walls.walk(lane(clearance), lane(place), lane(way), open);
    Walked { place: one(of.place), touched: one(of.touched), distance: one(of.distance) }
}
