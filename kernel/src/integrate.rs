//! Motion: what happens to positions and velocities in one step of time.
//!
//! Two layers. Functions of lanes ([`euler`], [`wrap_torus`], [`reflect`], [`clamp_speed`],
//! [`drag_factor`], [`EdgeLanes`]) are building blocks for models; they check nothing and never
//! panic. [`slices`] has the same as kernels over slices, which check their input first and change
//! nothing on error.
//!
//! Units: positions in metres, velocities in metres per second, time in seconds, or whatever
//! consistent units a model uses.

use crate::error::{KernelError, non_negative};
use crate::isa::Baseline;
use crate::math;
use crate::simd::{F32x8, Isa, V2};
use crate::{Edge, World};

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

/// Brings `x` into [0, `side`) of a torus; `inverse_side` is 1 / `side`.
///
/// An `x` within the range keeps its bits (but -0.0, which becomes +0.0). One that is so large
/// that its place is lost to rounding becomes 0. NaN and infinity give NaN.
#[inline(always)]
pub fn wrap_torus<S: Isa>(x: F32x8<S>, side: F32x8<S>, inverse_side: F32x8<S>) -> F32x8<S> {
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

/// Brings the speed of (`vx`, `vy`) between `low` and `high` and keeps the direction.
///
/// A velocity of zero stays zero. The result may miss a bound by rounding, about one part in 10^7.
#[inline(always)]
pub fn clamp_speed<S: Isa>(
    vx: F32x8<S>,
    vy: F32x8<S>,
    low: F32x8<S>,
    high: F32x8<S>,
) -> (F32x8<S>, F32x8<S>) {
    let speed = math::length(vx, vy);
    let slow = speed.lt(low) & speed.gt(F32x8::ZERO);
    let target = speed.gt(high).select(high, slow.select(low, speed));
    let (nx, ny) = math::normalize(vx, vy);
    let keep = target.eq(speed);
    (keep.select(vx, nx * target), keep.select(vy, ny * target))
}

/// What a velocity is multiplied with in a step `dt` under linear drag of `rate` per second:
/// 1 / (1 + rate dt), which is stable for every step.
#[inline(always)]
pub fn drag_factor<S: Isa>(rate: F32x8<S>, dt: F32x8<S>) -> F32x8<S> {
    F32x8::ONE / (F32x8::ONE + rate * dt)
}

/// The edge of a world, ready to be applied to lanes.
#[derive(Clone, Copy, Debug)]
pub struct EdgeLanes<S: Isa = Baseline> {
    edge: Edge,
    width: F32x8<S>,
    height: F32x8<S>,
    inverse_width: F32x8<S>,
    inverse_height: F32x8<S>,
}

impl<S: Isa> EdgeLanes<S> {
    /// Prepares the edge of `world`.
    #[inline(always)]
    pub fn of(world: &World) -> Self {
        let (width, height) = (F32x8::splat(world.width()), F32x8::splat(world.height()));
        Self {
            edge: world.edge(),
            width,
            height,
            inverse_width: F32x8::ONE / width,
            inverse_height: F32x8::ONE / height,
        }
    }

    /// Brings positions back into the world: [`wrap_torus`], [`reflect`], or nothing for an open
    /// world. Gives (x, y, vx, vy).
    #[inline(always)]
    pub fn apply(
        &self,
        x: F32x8<S>,
        y: F32x8<S>,
        vx: F32x8<S>,
        vy: F32x8<S>,
    ) -> (F32x8<S>, F32x8<S>, F32x8<S>, F32x8<S>) {
        match self.edge {
            Edge::Torus => (
                wrap_torus(x, self.width, self.inverse_width),
                wrap_torus(y, self.height, self.inverse_height),
                vx,
                vy,
            ),
            Edge::Walls => {
                let (x, vx) = reflect(x, vx, self.width);
                let (y, vy) = reflect(y, vy, self.height);
                (x, y, vx, vy)
            }
            Edge::Open => (x, y, vx, vy),
        }
    }

    /// As [`EdgeLanes::apply`], of vectors: brings positions back into the world; a wall turns the
    /// direction round. Gives position and direction.
    #[inline(always)]
    pub fn bound(&self, position: V2<S>, direction: V2<S>) -> (V2<S>, V2<S>) {
        let (x, y, dx, dy) = self.apply(position.x, position.y, direction.x, direction.y);
        (V2::new(x, y), V2::new(dx, dy))
    }
}

#[cfg(test)]
mod tests;
