//! The behaviours of [`steer`](super) for one entity: the same bits as the lanes give.

use crate::World;
use crate::axes::{Axes, Count, Of, Plane};
use crate::isa::Single;
use crate::simd::Mask8;
use crate::twin::{lane, one};
use crate::vector::{Vec2, Vec3, Vector};

use super::avoid::{self, Ball, Circle};
use super::flock;
use super::follow::{self, FlowField, Path};

/// As [`towards`](super::towards).
#[inline]
pub fn towards<A: Axes>(direction: Vector<A>, velocity: Vector<A>, max_speed: f32) -> Vector<A> {
    one(super::towards(lane(direction), lane(velocity), lane(max_speed)))
}

/// As [`seek`](super::seek).
#[inline]
pub fn seek<A: Axes>(
    position: Vector<A>,
    velocity: Vector<A>,
    target: Vector<A>,
    max_speed: f32,
) -> Vector<A> {
    one(super::seek(lane(position), lane(velocity), lane(target), lane(max_speed)))
}

/// As [`flee`](super::flee).
#[inline]
pub fn flee<A: Axes>(
    position: Vector<A>,
    velocity: Vector<A>,
    target: Vector<A>,
    max_speed: f32,
) -> Vector<A> {
    one(super::flee(lane(position), lane(velocity), lane(target), lane(max_speed)))
}

/// As [`arrive`](super::arrive).
#[inline]
pub fn arrive<A: Axes>(
    position: Vector<A>,
    velocity: Vector<A>,
    target: Vector<A>,
    max_speed: f32,
    slowing_radius: f32,
) -> Vector<A> {
    let (position, velocity) = (lane(position), lane(velocity));
    one(super::arrive(position, velocity, lane(target), lane(max_speed), lane(slowing_radius)))
}

/// As [`predict`](super::predict).
#[inline]
pub fn predict<A: Axes>(
    position: Vector<A>,
    velocity: Vector<A>,
    target: Vector<A>,
    target_velocity: Vector<A>,
    max_prediction: f32,
) -> Vector<A> {
    let (target, target_velocity) = (lane(target), lane(target_velocity));
    let (position, velocity) = (lane(position), lane(velocity));
    one(super::predict(position, velocity, target, target_velocity, lane(max_prediction)))
}

/// As [`pursue`](super::pursue).
#[inline]
pub fn pursue<A: Axes>(
    position: Vector<A>,
    velocity: Vector<A>,
    target: Vector<A>,
    target_velocity: Vector<A>,
    max_speed: f32,
    max_prediction: f32,
) -> Vector<A> {
    let ahead = predict(position, velocity, target, target_velocity, max_prediction);
    seek(position, velocity, ahead, max_speed)
}

/// As [`evade`](super::evade).
#[inline]
pub fn evade<A: Axes>(
    position: Vector<A>,
    velocity: Vector<A>,
    target: Vector<A>,
    target_velocity: Vector<A>,
    max_speed: f32,
    max_prediction: f32,
) -> Vector<A> {
    let ahead = predict(position, velocity, target, target_velocity, max_prediction);
    flee(position, velocity, ahead, max_speed)
}

/// As [`wander_angle`](super::wander_angle).
#[inline]
pub fn wander_angle(angle: f32, jitter: f32, seed: u64, tick: u64, id: u32, stream: u32) -> f32 {
    one(super::wander_angle(lane(angle), lane(jitter), seed, tick, lane(id), stream))
}

/// As [`wander`](super::wander).
#[inline]
pub fn wander(velocity: Vec2, angle: f32, distance: f32, radius: f32) -> Vec2 {
    one(super::wander(lane(velocity), lane(angle), lane(distance), lane(radius)))
}

/// As [`wander_direction`](super::wander_direction).
#[inline]
pub fn wander_direction<A: Axes>(
    direction: Vector<A>,
    jitter: f32,
    seed: u64,
    tick: u64,
    id: u32,
    stream: u32,
) -> Vector<A> {
    one(super::wander_direction(lane(direction), lane(jitter), seed, tick, lane(id), stream))
}

/// As [`wander_to`](super::wander_to).
#[inline]
pub fn wander_to<A: Axes>(
    velocity: Vector<A>,
    direction: Vector<A>,
    distance: f32,
    radius: f32,
) -> Vector<A> {
    one(super::wander_to(lane(velocity), lane(direction), lane(distance), lane(radius)))
}

/// As [`avoid::obstacles`].
#[inline]
pub fn obstacles(
    position: Vec2,
    velocity: Vec2,
    radius: f32,
    look_ahead: f32,
    obstacles: &[Circle],
) -> Vec2 {
    let (position, velocity) = (lane(position), lane(velocity));
    one(avoid::obstacles(position, velocity, lane(radius), lane(look_ahead), obstacles))
}

/// As [`avoid::balls`].
#[inline]
pub fn balls(
    position: Vec3,
    velocity: Vec3,
    radius: f32,
    look_ahead: f32,
    obstacles: &[Ball],
) -> Vec3 {
    let (position, velocity) = (lane(position), lane(velocity));
    one(avoid::balls(position, velocity, lane(radius), lane(look_ahead), obstacles))
}

/// As [`avoid::containment`].
#[inline]
pub fn containment<A: Axes>(
    position: Vector<A>,
    velocity: Vector<A>,
    world: &World,
    margin: f32,
    seconds: f32,
) -> Vector<A> {
    let (position, velocity) = (lane(position), lane(velocity));
    one(avoid::containment(position, velocity, world, lane(margin), lane(seconds)))
}

/// As [`follow::flow`].
#[inline]
pub fn flow<const N: usize>(
    field: &FlowField<'_, N>,
    position: Vector<Count<N>>,
    velocity: Vector<Count<N>>,
    seconds: f32,
) -> Vector<Count<N>>
where
    [(); N]: Of,
{
    one(follow::flow(field, lane(position), lane(velocity), lane(seconds)))
}

/// As [`follow::path`].
#[inline]
pub fn path<const N: usize>(
    path: &Path<'_, N>,
    position: Vector<Count<N>>,
    velocity: Vector<Count<N>>,
    max_speed: f32,
    seconds: f32,
) -> Vector<Count<N>>
where
    [(); N]: Of,
{
    let (position, velocity) = (lane(position), lane(velocity));
    one(follow::path(path, position, velocity, lane(max_speed), lane(seconds)))
}

/// As [`flock::Flock`]: separation, alignment and cohesion of one entity.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flock<A: Axes = Plane>(flock::Flock<A, Single>);

impl<A: Axes> Flock<A> {
    /// Adds a neighbour to all three rules: the way there and its velocity.
    #[inline]
    pub fn add(&mut self, offset: Vector<A>, velocity: Vector<A>) {
        let offset = lane(offset);
        self.0.add(Mask8::all_lanes(), offset, offset.length_squared(), lane(velocity));
    }

    /// What the three rules ask for: separation, alignment, cohesion.
    #[inline]
    pub fn finish(self, velocity: Vector<A>) -> (Vector<A>, Vector<A>, Vector<A>) {
        one(self.0.finish(lane(velocity)))
    }
}
