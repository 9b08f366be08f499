//! Steering behaviours for eight entities at a time.
//!
//! Each behaviour is a function that gives a *steering* vector: the change of velocity, in metres
//! per second, that the behaviour asks for. A model weighs and adds some of them, shortens the sum
//! to what an entity can do ([`V2::limited`]) and adds it to the velocity. Lanes are entities, so
//! no entity sees its companions in the tile.
//!
//! Nothing here checks its input: a value that is not finite gives one that is not, in its lane
//! alone. [`avoid`] steers round obstacles and walls, [`flock`] adds up neighbours, [`follow`]
//! keeps to flow fields and paths.
//!
//! They are for models with several behaviours of one entity, as Reynolds published them. The models
//! of `flockwork-models` call none: their rules are simpler, one count serves all of them, and what
//! pushes away fades out at a radius of its own.
//!
//! # Reference
//!
//! C. W. Reynolds, "Steering behaviors for autonomous characters", Game Developers Conference,
//! 1999.

use crate::math;
use crate::rng;
use crate::simd::{F32x8, Isa, U32x8, V2};

pub mod avoid;
pub mod flock;
pub mod follow;

/// Steers to full speed in `direction`; zero where the direction is zero.
#[inline(always)]
pub fn towards<S: Isa>(direction: V2<S>, velocity: V2<S>, max_speed: F32x8<S>) -> V2<S> {
    let some = !(direction.x.eq(F32x8::ZERO) & direction.y.eq(F32x8::ZERO));
    (direction.normalized() * max_speed - velocity).keep(some)
}

/// Steers at full speed to `target`; to a stop where it is reached exactly.
#[inline(always)]
pub fn seek<S: Isa>(position: V2<S>, velocity: V2<S>, target: V2<S>, max_speed: F32x8<S>) -> V2<S> {
    (target - position).normalized() * max_speed - velocity
}

/// Steers at full speed away from `target`; to a stop where the two coincide.
#[inline(always)]
pub fn flee<S: Isa>(position: V2<S>, velocity: V2<S>, target: V2<S>, max_speed: F32x8<S>) -> V2<S> {
    (position - target).normalized() * max_speed - velocity
}

/// Steers to `target` and slows down in proportion within `slowing_radius` metres of it.
#[inline(always)]
pub fn arrive<S: Isa>(
    position: V2<S>,
    velocity: V2<S>,
    target: V2<S>,
    max_speed: F32x8<S>,
    slowing_radius: F32x8<S>,
) -> V2<S> {
    let offset = target - position;
    // With a radius of 0 the quotient is infinite or NaN, and full speed remains.
    let speed = (max_speed * (offset.length() / slowing_radius)).min(max_speed);
    offset.normalized() * speed - velocity
}

/// Where a moving target will be when it could be reached, at most `max_prediction` seconds ahead.
///
/// The time is that of covering the present distance at the present speed.
#[inline(always)]
pub fn predict<S: Isa>(
    position: V2<S>,
    velocity: V2<S>,
    target: V2<S>,
    target_velocity: V2<S>,
    max_prediction: F32x8<S>,
) -> V2<S> {
    let seconds = ((target - position).length() / velocity.length()).min(max_prediction);
    target + target_velocity * seconds
}

/// Steers to where a moving target will be: [`seek`] after [`predict`].
#[inline(always)]
pub fn pursue<S: Isa>(
    position: V2<S>,
    velocity: V2<S>,
    target: V2<S>,
    target_velocity: V2<S>,
    max_speed: F32x8<S>,
    max_prediction: F32x8<S>,
) -> V2<S> {
    let ahead = predict(position, velocity, target, target_velocity, max_prediction);
    seek(position, velocity, ahead, max_speed)
}

/// Steers away from where a moving target will be: [`flee`] after [`predict`].
#[inline(always)]
pub fn evade<S: Isa>(
    position: V2<S>,
    velocity: V2<S>,
    target: V2<S>,
    target_velocity: V2<S>,
    max_speed: F32x8<S>,
    max_prediction: F32x8<S>,
) -> V2<S> {
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
    let still = velocity.x.eq(F32x8::ZERO) & velocity.y.eq(F32x8::ZERO);
    let heading = V2::select(still, V2::splat(1.0, 0.0), velocity.normalized());
    let (sin, cos) = math::sin_cos(angle);
    heading * (distance + radius * cos) + heading.left() * (radius * sin)
}

#[cfg(test)]
mod tests;
