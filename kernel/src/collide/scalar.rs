//! The functions of [`collide`](super) for one disc, or sphere: the same bits as the lanes give.

use crate::axes::{Axes, Plane};
use crate::isa::Single;
use crate::twin::{lane, one};
use crate::vector::Vector;

/// How two discs touch, seen from one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Contact<A: Axes = Plane> {
    /// Whether they overlap. Everything else is 0 if they do not.
    pub touching: bool,
    /// The direction to the other disc, length 1.
    pub normal: Vector<A>,
    /// How far the discs overlap, metres, above 0.
    pub depth: f32,
}

impl<A: Axes> Contact<A> {
    #[inline(always)]
    fn lane(&self) -> super::Contact<A, Single> {
        let Self { touching, normal, depth } = *self;
        super::Contact { touching: lane(touching), normal: lane(normal), depth: lane(depth) }
    }
}

/// As [`contact`](super::contact).
#[inline]
pub fn contact<A: Axes>(offset: Vector<A>, reach: f32, first: bool) -> Contact<A> {
    let of = super::contact::<A, Single>(lane(offset), lane(reach), lane(first));
    Contact { touching: one(of.touching), normal: one(of.normal), depth: one(of.depth) }
}

/// As [`impulse`](super::impulse).
#[inline]
pub fn impulse<A: Axes>(
    contact: &Contact<A>,
    relative_velocity: Vector<A>,
    inverse_masses: f32,
    restitution: f32,
) -> Vector<A> {
    let velocity = lane(relative_velocity);
    one(super::impulse(&contact.lane(), velocity, lane(inverse_masses), lane(restitution)))
}

/// As [`correction`](super::correction).
#[inline]
pub fn correction<A: Axes>(
    contact: &Contact<A>,
    inverse_mass: f32,
    inverse_masses: f32,
    share: f32,
) -> Vector<A> {
    let masses = (lane(inverse_mass), lane(inverse_masses));
    one(super::correction(&contact.lane(), masses.0, masses.1, lane(share)))
}

/// As [`wall`](super::wall).
#[inline]
pub fn wall(x: f32, v: f32, radius: f32, side: f32, restitution: f32) -> (f32, f32) {
    one(super::wall(lane(x), lane(v), lane(radius), lane(side), lane(restitution)))
}
