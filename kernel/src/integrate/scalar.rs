//! The functions of [`integrate`](super) for one entity: the same bits as the lanes give.

use crate::World;
use crate::axes::Axes;
use crate::isa::Single;
use crate::twin::{lane, one};
use crate::vector::Vector;

use super::{EdgeLanes, Timestep};

/// As [`euler`](super::euler).
#[inline]
pub fn euler(x: f32, v: f32, acceleration: f32, dt: f32) -> (f32, f32) {
    one(super::euler(lane(x), lane(v), lane(acceleration), lane(dt)))
}

/// As [`wrap`](super::wrap).
#[inline]
pub fn wrap(x: f32, side: f32) -> f32 {
    one(super::wrap(lane(x), lane(side), lane(1.0 / side)))
}

/// As [`reflect`](super::reflect).
#[inline]
pub fn reflect(x: f32, v: f32, side: f32) -> (f32, f32) {
    one(super::reflect(lane(x), lane(v), lane(side)))
}

/// As [`drag_factor`](super::drag_factor).
#[inline]
pub fn drag_factor(rate: f32, dt: f32) -> f32 {
    one(super::drag_factor(lane(rate), lane(dt)))
}

/// As [`EdgeLanes::bound`]: a position back in `world`, and the direction there.
#[inline]
pub fn bound<A: Axes>(
    world: &World,
    position: Vector<A>,
    direction: Vector<A>,
) -> (Vector<A>, Vector<A>) {
    one(ends(world).bound(lane(position), lane(direction)))
}

/// As [`EdgeLanes::drift`]: position and velocity after `dt`.
#[inline]
pub fn drift<A: Axes>(
    world: &World,
    dt: Timestep,
    position: Vector<A>,
    velocity: Vector<A>,
) -> (Vector<A>, Vector<A>) {
    one(ends(world).drift(dt.lanes(), lane(position), lane(velocity)))
}

/// As [`EdgeLanes::step`]: position and velocity after `dt`.
#[inline]
pub fn step<A: Axes>(
    world: &World,
    dt: Timestep,
    position: Vector<A>,
    velocity: Vector<A>,
    acceleration: Vector<A>,
) -> (Vector<A>, Vector<A>) {
    one(ends(world).step(dt.lanes(), lane(position), lane(velocity), lane(acceleration)))
}

#[inline(always)]
fn ends<A: Axes>(world: &World) -> EdgeLanes<A, Single> {
    EdgeLanes::of(world)
}
