//! Steering behaviours for eight entities at a time.
//!
//! Each behaviour is a function that gives a *steering* vector: the change of velocity, in metres
//! per second, that the behaviour asks for. A model weighs and adds some of them, shortens the sum
//! to what an entity can do ([`Vector8::limited`]) and adds it to the velocity. Lanes are entities, so
//! no entity sees its companions in the tile.
//!
//! Nothing here checks its input: a value that is not finite gives one that is not, in its lane
//! alone. [`avoid`] steers round obstacles and walls, [`flock`] adds up neighbours, [`follow`]
//! keeps to flow fields and paths, and [`scalar`] has all of them for one entity.
//!
//! They are for models with several behaviours of one entity, as Reynolds published them. The models
//! of `flockwork-models` call none: their rules are simpler, one count serves all of them, and what
//! pushes away fades out at a radius of its own.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::steer::{self, scalar};
//! use flockwork_kernel::{F32x8, V2, Vec2};
//!
//! // One entity.
//! let (position, velocity) = (Vec2::new(0.0, 0.0), Vec2::new(1.0, 0.0));
//! let wish = scalar::seek(position, velocity, Vec2::new(0.0, 5.0), 2.0)
//!     + 0.5 * scalar::wander(velocity, 0.3, 1.0, 0.5);
//! let velocity = velocity + wish.limited(0.1);
//! assert!(velocity.y > 0.0);
//! // Eight: the same bits in each lane.
//! let eight = steer::seek(V2::ZERO, V2::splat(1.0, 0.0), V2::splat(0.0, 5.0), F32x8::splat(2.0));
//! assert_eq!(eight.first(), scalar::seek(position, Vec2::new(1.0, 0.0), Vec2::new(0.0, 5.0), 2.0));
//! ```
//!
//! # Reference
//!
//! C. W. Reynolds, "Steering behaviors for autonomous characters", Game Developers Conference,
//! 1999.

use crate::axes::Axes;
use crate::math;
use crate::rng;
use crate::simd::{F32x8, Isa, U32x8, V2, Vector8};

pub mod avoid;
pub mod flock;
pub mod follow;
pub mod scalar;

/// Steers to full speed in `direction`; zero where the direction is zero.
#[inline(always)]
pub fn towards<A: Axes, S: Isa>(
    direction: Vector8<A, S>,
    velocity: Vector8<A, S>,
    max_speed: F32x8<S>,
) -> Vector8<A, S> {
    (direction.normalized() * max_speed - velocity).keep(!direction.is_zero())
}

/// Steers at full speed to `target`; to a stop where it is reached exactly.
#[inline(always)]
pub fn seek<A: Axes, S: Isa>(
    position: Vector8<A, S>,
    velocity: Vector8<A, S>,
    target: Vector8<A, S>,
    max_speed: F32x8<S>,
) -> Vector8<A, S> {
    (target - position).normalized() * max_speed - velocity
}

/// Steers at full speed away from `target`; to a stop where the two coincide.
#[inline(always)]
pub fn flee<A: Axes, S: Isa>(
    position: Vector8<A, S>,
    velocity: Vector8<A, S>,
    target: Vector8<A, S>,
    max_speed: F32x8<S>,
) -> Vector8<A, S> {
    (position - target).normalized() * max_speed - velocity
}

/// Steers to `target` and slows down in proportion within `slowing_radius` metres of it.
#[inline(always)]
pub fn arrive<A: Axes, S: Isa>(
    position: Vector8<A, S>,
    velocity: Vector8<A, S>,
    target: Vector8<A, S>,
    max_speed: F32x8<S>,
    slowing_radius: F32x8<S>,
) -> Vector8<A, S> {
    let offset = target - position;
    // With a radius of 0 the quotient is infinite or NaN, and full speed remains.
    let speed = (max_speed * (offset.length() / slowing_radius)).min(max_speed);
    offset.normalized() * speed - velocity
}

/// Where a moving target will be when it could be reached, at most `max_prediction` seconds ahead.
///
/// The time is that of covering the present distance at the present speed.
#[inline(always)]
pub fn predict<A: Axes, S: Isa>(
    position: Vector8<A, S>,
    velocity: Vector8<A, S>,
    target: Vector8<A, S>,
    target_velocity: Vector8<A, S>,
    max_prediction: F32x8<S>,
) -> Vector8<A, S> {
    let seconds = ((target - position).length() / velocity.length()).min(max_prediction);
    target + target_velocity * seconds
}

/// Steers to where a moving target will be: [`seek`] after [`predict`].
#[inline(always)]
pub fn pursue<A: Axes, S: Isa>(
    position: Vector8<A, S>,
    velocity: Vector8<A, S>,
    target: Vector8<A, S>,
    target_velocity: Vector8<A, S>,
    max_speed: F32x8<S>,
    max_prediction: F32x8<S>,
) -> Vector8<A, S> {
    let ahead = predict(position, velocity, target, target_velocity, max_prediction);
    seek(position, velocity, ahead, max_speed)
}

/// Steers away from where a moving target will be: [`flee`] after [`predict`].
#[inline(always)]
pub fn evade<A: Axes, S: Isa>(
    position: Vector8<A, S>,
    velocity: Vector8<A, S>,
    target: Vector8<A, S>,
    target_velocity: Vector8<A, S>,
    max_speed: F32x8<S>,
    max_prediction: F32x8<S>,
) -> Vector8<A, S> {
    let ahead = predict(position, velocity, target, target_velocity, max_prediction);
    flee(position, velocity, ahead, max_speed)
}

/// The next angle of a wanderer in radians, from -pi to pi: a random walk whose step is uniform in
/// [-`jitter`, `jitter`) and a function of (seed, tick, id, stream).
///
/// The caller keeps the angle in a column of its own.
#[inline(always)]
pub fn wander_angle<S: Isa>(
    angle: F32x8<S>,
    jitter: F32x8<S>,
    seed: u64,
    tick: u64,
    ids: U32x8<S>,
    stream: u32,
) -> F32x8<S> {
    let step = rng::signed_lanes(rng::draw_lanes(seed, tick, ids, stream)[0]);
    let angle = angle + step * jitter;
    let turns =
        (angle * F32x8::splat(0.5 * core::f32::consts::FRAC_1_PI) + F32x8::splat(0.5)).floor();
    angle - turns * F32x8::splat(core::f32::consts::TAU)
}

/// Steers to a point on a circle of `radius` whose centre lies `distance` ahead; `angle` is that
/// of the point, seen from the centre, relative to the heading.
///
/// An entity that stands still heads along x. Let [`wander_angle`] change the angle.
#[inline(always)]
pub fn wander<S: Isa>(
    velocity: V2<S>,
    angle: F32x8<S>,
    distance: F32x8<S>,
    radius: F32x8<S>,
) -> V2<S> {
    let heading = V2::select(velocity.is_zero(), V2::splat(1.0, 0.0), velocity.normalized());
    let (sin, cos) = math::sin_cos(angle);
    heading * (distance + radius * cos) + heading.left() * (radius * sin)
}

/// The next direction of a wanderer, in the plane or in space: the last one, which has length 1,
/// pushed by `jitter` in a random direction that is a function of (seed, tick, id, stream).
///
/// The caller keeps the direction in a vector of its own, `where unit`.
#[inline(always)]
pub fn wander_direction<A: Axes, S: Isa>(
    direction: Vector8<A, S>,
    jitter: F32x8<S>,
    seed: u64,
    tick: u64,
    ids: U32x8<S>,
    stream: u32,
) -> Vector8<A, S> {
    let [angle, height, _, _] = rng::draw_lanes(seed, tick, ids, stream);
    let pushed = direction + rng::direction_in_lanes(angle, height) * jitter;
    // A push by just the opposite leaves nothing to go by.
    Vector8::select(pushed.is_zero(), direction, pushed.normalized())
}

/// As [`wander`] with a direction in the world in place of an angle: steers to a point on a circle, or
/// in space on a sphere, of `radius` whose centre lies `distance` ahead. Let [`wander_direction`]
/// change the direction.
#[inline(always)]
pub fn wander_to<A: Axes, S: Isa>(
    velocity: Vector8<A, S>,
    direction: Vector8<A, S>,
    distance: F32x8<S>,
    radius: F32x8<S>,
) -> Vector8<A, S> {
    let ahead = Vector8::along_x(F32x8::ONE);
    let heading = Vector8::select(velocity.is_zero(), ahead, velocity.normalized());
    heading * distance + direction * radius
}

#[cfg(test)]
mod tests;
