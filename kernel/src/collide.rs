//! Collisions of discs, and in space of spheres, with each other and with walls.
//!
//! Each side computes its own half of a collision from the same data, and the two halves are
//! opposite to the bit: whoever computes them, and in whatever order. [`resolve`] does that for
//! slices with a list of neighbours, [`scalar`] has the functions for one disc.
//!
//! Units: metres, metres per second, kilograms. Masses come as inverses (1 / kg), so that 0 stands
//! for a body that nothing moves.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::Vec2;
//! use flockwork_kernel::collide::scalar::{contact, correction, impulse};
//!
//! // Two discs of radius 1, 1.5 apart; the other one comes at 2 m/s. Each weighs 1 kg.
//! let touch = contact(Vec2::new(1.5, 0.0), 2.0, true);
//! assert!(touch.touching && touch.depth == 0.5);
//! let push = impulse(&touch, Vec2::new(-2.0, 0.0), 2.0, 1.0);
//! assert_eq!(push, Vec2::new(-2.0, 0.0), "an elastic hit hands the velocity over");
//! assert_eq!(correction(&touch, 1.0, 2.0, 1.0), Vec2::new(-0.25, 0.0));
//! ```
//!
//! # Reference
//!
//! B. Mirtich, "Impulse-based dynamic simulation of rigid body systems", PhD thesis, University of
//! California, Berkeley, 1996; here without friction and rotation.

use crate::axes::{Axes, Plane};
use crate::isa::Baseline;
use crate::simd::{F32x8, Isa, Mask8, Vector8};

pub mod resolve;
pub mod scalar;

/// How two discs touch, seen from one of them.
#[derive(Clone, Copy, Debug)]
pub struct Contact<A: Axes = Plane, S: Isa = Baseline> {
    /// Lanes whose discs overlap. Everything else is 0 elsewhere.
    pub touching: Mask8<S>,
    /// The direction to the other disc, length 1.
    pub normal: Vector8<A, S>,
    /// How far the discs overlap, metres, above 0.
    pub depth: F32x8<S>,
}

/// Tests two discs for overlap.
///
/// `offset` leads from this disc's centre to the other's, `reach` is the sum of their radii. Discs
/// with one centre have no direction: there the disc for which `first` is true sees the other
/// along +x, and the other one sees it along -x; let `first` be "my id is smaller".
#[inline(always)]
pub fn contact<A: Axes, S: Isa>(
    offset: Vector8<A, S>,
    reach: F32x8<S>,
    first: Mask8<S>,
) -> Contact<A, S> {
    let distance = offset.length();
    let touching = distance.lt(reach);
    let one_centre = distance.eq(F32x8::ZERO);
    let east = Vector8::along_x(first.select(F32x8::ONE, -F32x8::ONE));
    let normal = Vector8::select(one_centre, east, offset.normalized()).keep(touching);
    Contact { touching, normal, depth: touching.keep(reach - distance) }
}

/// The impulse on this disc, in newton seconds: zero unless the two touch and approach.
///
/// `relative_velocity` is the other's velocity minus this one's, `inverse_masses` the sum of both
/// inverse masses, `restitution` from 0 (they stay together) to 1 (elastic). Multiply by this
/// disc's inverse mass to get its change of velocity.
#[inline(always)]
pub fn impulse<A: Axes, S: Isa>(
    contact: &Contact<A, S>,
    relative_velocity: Vector8<A, S>,
    inverse_masses: F32x8<S>,
    restitution: F32x8<S>,
) -> Vector8<A, S> {
    let approach = contact.normal.dot(relative_velocity);
    let hit = contact.touching & approach.lt(F32x8::ZERO) & inverse_masses.gt(F32x8::ZERO);
    let size = (F32x8::ONE + restitution) * approach / inverse_masses;
    (contact.normal * size).keep(hit)
}

/// The way, in metres, that this disc moves to undo the part `share` (0 to 1) of the overlap.
///
/// Both discs together move by `share` times the depth, in proportion to their inverse masses.
#[inline(always)]
pub fn correction<A: Axes, S: Isa>(
    contact: &Contact<A, S>,
    inverse_mass: F32x8<S>,
    inverse_masses: F32x8<S>,
    share: F32x8<S>,
) -> Vector8<A, S> {
    let movable = contact.touching & inverse_masses.gt(F32x8::ZERO);
    let way = contact.depth * share * (inverse_mass / inverse_masses);
    (-(contact.normal * way)).keep(movable)
}

/// A disc between the walls 0 and `side` of one axis: its position and velocity after it was put
/// back between them and bounced off.
///
/// A disc wider than the world ends in the middle. NaN stays NaN.
#[inline(always)]
pub fn wall<S: Isa>(
    x: F32x8<S>,
    v: F32x8<S>,
    radius: F32x8<S>,
    side: F32x8<S>,
    restitution: F32x8<S>,
) -> (F32x8<S>, F32x8<S>) {
    let (low, high) = (radius, side - radius);
    let middle = side * F32x8::splat(0.5);
    let wide = low.gt(high);
    let (low, high) = (wide.select(middle, low), wide.select(middle, high));
    let (below, above) = (x.lt(low), x.gt(high));
    let outwards = (below & v.lt(F32x8::ZERO)) | (above & v.gt(F32x8::ZERO));
    let v = outwards.select(-(v * restitution), v).canonical_zero();
    (below.select(low, above.select(high, x)), v)
}

#[cfg(test)]
mod tests;
