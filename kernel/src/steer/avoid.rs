//! Steering round obstacles and away from the edge of the world.

use crate::World;
use crate::axes::{Axes, Third};
use crate::simd::{F32x8, Isa, V2, V3, Vector8};

/// A round obstacle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Circle {
    /// The centre along x, metres.
    pub x: f32,
    /// The centre along y, metres.
    pub y: f32,
    /// Metres; an obstacle whose radius is NaN is not seen.
    pub radius: f32,
}

/// The sideways way, in metres, that clears the nearest obstacle ahead; zero if none is in the way.
///
/// An obstacle is in the way if an entity of `radius` metres that goes straight on, for at most
/// `look_ahead` metres, would touch it. Nearest is the one it would touch first; of two at the same
/// distance, the first in `obstacles`. An entity that stands still, or is inside an obstacle and
/// past its centre, is not in danger. Whoever heads for the very centre turns right.
#[inline(always)]
pub fn obstacles<S: Isa>(
    position: V2<S>,
    velocity: V2<S>,
    radius: F32x8<S>,
    look_ahead: F32x8<S>,
    obstacles: &[Circle],
) -> V2<S> {
    let heading = velocity.normalized();
    let mut nearest = look_ahead;
    let mut way = F32x8::ZERO;
    for circle in obstacles {
        let offset = V2::splat(circle.x, circle.y) - position;
        let reach = F32x8::splat(circle.radius) + radius;
        let forward = heading.dot(offset);
        let side = heading.cross(offset);
        let distance = forward - (reach * reach - side * side).sqrt();
        let ahead = forward.gt(F32x8::ZERO) & side.abs().lt(reach) & distance.lt(nearest);
        let clear = reach - side.abs();
        // Positive is left; an obstacle on the left sends the entity right.
        let clear = side.lt(F32x8::ZERO).select(clear, -clear);
        way = ahead.select(clear, way);
        nearest = ahead.select(distance, nearest);
    }
    heading.left() * way
}

/// The way, in metres, back into the part of `world` that is at least `margin` metres from its
/// ends, for the place where the entity will be in `seconds`; zero if it will be there.
#[inline(always)]
pub fn containment<A: Axes, S: Isa>(
    position: Vector8<A, S>,
    velocity: Vector8<A, S>,
    world: &World,
    margin: F32x8<S>,
    seconds: F32x8<S>,
) -> Vector8<A, S> {
    let ahead = position + velocity * seconds;
    let z = match world.z() {
        Some(axis) if A::SPACE => back(ahead.z.or(F32x8::ZERO), margin, axis.length),
        _ => F32x8::ZERO,
    };
    Vector8::of(back(ahead.x, margin, world.width()), back(ahead.y, margin, world.height()), z)
}

/// The way, in metres, off the straight way on that clears the nearest ball ahead; zero if none is in
/// the way. As [`obstacles`], in space: away from the ball's centre, square to the heading. Whoever
/// heads for the very centre goes off square to the heading and to z, or to x where it heads along z.
#[inline(always)]
pub fn balls<S: Isa>(
    position: V3<S>,
    velocity: V3<S>,
    radius: F32x8<S>,
    look_ahead: F32x8<S>,
    obstacles: &[Ball],
) -> V3<S> {
    let heading = velocity.normalized();
    let by_z = heading.cross(V3::splat(0.0, 0.0, 1.0));
    let by_x = heading.cross(V3::splat(1.0, 0.0, 0.0));
    let square = V3::select(by_z.is_zero(), by_x, by_z).normalized();
    let mut nearest = look_ahead;
    let mut way = V3::ZERO;
    for ball in obstacles {
        let offset = V3::splat(ball.x, ball.y, ball.z) - position;
        let reach = F32x8::splat(ball.radius) + radius;
        let forward = heading.dot(offset);
        let beside = heading * forward - offset;
        let side = beside.length();
        let distance = forward - (reach * reach - side * side).sqrt();
        let ahead = forward.gt(F32x8::ZERO) & side.lt(reach) & distance.lt(nearest);
        let direction = V3::select(beside.is_zero(), square, beside.normalized());
        way = V3::select(ahead, direction * (reach - side), way);
        nearest = ahead.select(distance, nearest);
    }
    way
}

/// A ball as an obstacle in space.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ball {
    /// The centre along x, metres.
    pub x: f32,
    /// The centre along y, metres.
    pub y: f32,
    /// The centre along z, metres.
    pub z: f32,
    /// Metres; an obstacle whose radius is NaN is not seen.
    pub radius: f32,
}

/// The way back between `margin` and `side - margin`.
#[inline(always)]
fn back<S: Isa>(x: F32x8<S>, margin: F32x8<S>, side: f32) -> F32x8<S> {
    let low = (margin - x).max(F32x8::ZERO);
    let high = (x - (F32x8::splat(side) - margin)).max(F32x8::ZERO);
    low - high
}
