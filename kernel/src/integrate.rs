//! Motion: what happens to positions and velocities in one step of time.
//!
//! Two layers. Functions of lanes ([`euler`], [`wrap`], [`reflect`], [`drag_factor`], [`EdgeLanes`],
//! and [`Vector8::clamped`] for speeds) are building blocks for models; they check nothing and never
//! panic. [`slices`] has the same as kernels over slices, which check their input first and change
//! nothing on error.
//!
//! Units: positions in metres, velocities in metres per second, time in seconds, or whatever
//! consistent units a model uses.

use crate::axes::{Axes, Plane, Third};
use crate::error::{KernelError, non_negative};
use crate::isa::Baseline;
use crate::simd::{F32x8, Isa, Vector8};
use crate::{Axis, Edge, World};

pub mod slices;

/// The length of a step in seconds: finite and not negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Timestep(f32);

impl Timestep {
    /// Takes `dt` seconds.
    ///
    /// # Errors
    ///
    /// [`KernelError::InvalidParameter`] if `dt` is negative, infinite or NaN.
    pub fn new(dt: f32) -> Result<Self, KernelError> {
        non_negative("dt", dt).map(Self)
    }

    /// The step in seconds.
    #[inline(always)]
    pub fn seconds(self) -> f32 {
        self.0
    }

    /// The step in every lane.
    #[inline(always)]
    pub fn lanes<S: Isa>(self) -> F32x8<S> {
        F32x8::splat(self.0)
    }
}

/// One step of the semi-implicit Euler method along one axis: the new velocity moves the position.
#[inline(always)]
pub fn euler<S: Isa>(
    x: F32x8<S>,
    v: F32x8<S>,
    acceleration: F32x8<S>,
    dt: F32x8<S>,
) -> (F32x8<S>, F32x8<S>) {
    let v = v + acceleration * dt;
    (x + v * dt, v)
}

/// Brings `x` into [0, `side`) of a periodic axis; `inverse_side` is 1 / `side`.
///
/// An `x` within the range keeps its bits (but -0.0, which becomes +0.0). One that is so large
/// that its place is lost to rounding becomes 0. NaN and infinity give NaN.
#[inline(always)]
pub fn wrap<S: Isa>(x: F32x8<S>, side: F32x8<S>, inverse_side: F32x8<S>) -> F32x8<S> {
    // The usual case. Where code of lanes is long, a second way through is not worth it.
    if !S::SCALAR && (x.ge(F32x8::ZERO) & x.lt(side)).all() {
        return x.canonical_zero();
    }
    let x = x - (x * inverse_side).floor() * side;
    let x = x.lt(F32x8::ZERO).select(x + side, x);
    let x = x.ge(side).select(x - side, x);
    let lost = x.lt(F32x8::ZERO) | x.ge(side);
    lost.select(F32x8::ZERO, x).canonical_zero()
}

/// Reflects `x` at the walls 0 and `side` and turns the velocity `v` inwards.
///
/// The result is in [0, `side`]. Whoever is past a wall by more than `side` ends at that wall.
/// NaN stays NaN.
#[inline(always)]
pub fn reflect<S: Isa>(x: F32x8<S>, v: F32x8<S>, side: F32x8<S>) -> (F32x8<S>, F32x8<S>) {
    let below = x.lt(F32x8::ZERO);
    let above = x.gt(side);
    let inwards = v.abs();
    let v = below.select(inwards, above.select(-inwards, v));
    let from_below = (-x).le(side).select(-x, F32x8::ZERO);
    let from_above = (side + side) - x;
    let from_above = from_above.ge(F32x8::ZERO).select(from_above, side);
    let x = below.select(from_below, above.select(from_above, x));
    (x.canonical_zero(), v.canonical_zero())
}

/// What a velocity is multiplied with in a step `dt` under linear drag of `rate` per second:
/// 1 / (1 + rate dt), which is stable for every step.
#[inline(always)]
pub fn drag_factor<S: Isa>(rate: F32x8<S>, dt: F32x8<S>) -> F32x8<S> {
    F32x8::ONE / (F32x8::ONE + rate * dt)
}

/// The ends of one axis, ready to be applied to lanes.
#[derive(Clone, Copy, Debug)]
pub struct Ends<S: Isa> {
    edge: Edge,
    length: F32x8<S>,
    inverse: F32x8<S>,
}

impl<S: Isa> Ends<S> {
    /// Prepares the ends of an axis.
    #[inline(always)]
    pub fn of(axis: Axis) -> Self {
        let length = F32x8::splat(axis.length);
        Self { edge: axis.edge, length, inverse: F32x8::ONE / length }
    }

    /// Brings places back between them, by [`wrap`], by [`reflect`], or not at all; a wall turns the
    /// velocity round.
    #[inline(always)]
    pub fn apply(&self, x: F32x8<S>, v: F32x8<S>) -> (F32x8<S>, F32x8<S>) {
        match self.edge {
            Edge::Periodic => (wrap(x, self.length, self.inverse), v),
            Edge::Wall => reflect(x, v, self.length),
            Edge::Open => (x, v),
        }
    }
}

/// The ends of a world's axes, ready to be applied to lanes.
#[derive(Clone, Copy, Debug)]
pub struct EdgeLanes<A: Axes = Plane, S: Isa = Baseline> {
    x: Ends<S>,
    y: Ends<S>,
    z: Ends<S>,
    axes: core::marker::PhantomData<A>,
}

impl<A: Axes, S: Isa> EdgeLanes<A, S> {
    /// Prepares the ends of `world`; one axis that it lacks has none.
    #[inline(always)]
    pub fn of(world: &World) -> Self {
        Self {
            x: Ends::of(world.x()),
            y: Ends::of(world.y()),
            z: Ends::of(world.z().unwrap_or(Axis::open(1.0))),
            axes: core::marker::PhantomData,
        }
    }

    /// Brings places back into the world, along each axis by [`wrap`] if it is periodic, by
    /// [`reflect`] between walls, and not at all if it is open; a wall turns the direction round.
    /// Gives position and direction.
    #[inline(always)]
    pub fn bound(
        &self,
        position: Vector8<A, S>,
        direction: Vector8<A, S>,
    ) -> (Vector8<A, S>, Vector8<A, S>) {
        let (x, vx) = self.x.apply(position.x, direction.x);
        let (y, vy) = self.y.apply(position.y, direction.y);
        let (z, vz) = if A::SPACE {
            self.z.apply(position.z.or(F32x8::ZERO), direction.z.or(F32x8::ZERO))
        } else {
            (F32x8::ZERO, F32x8::ZERO)
        };
        (Vector8::of(x, y, z), Vector8::of(vx, vy, vz))
    }
}

#[cfg(test)]
mod tests;
