//! Motion: what happens to positions and velocities in one step of time.
//!
//! Functions of lanes ([`EdgeLanes::drift`], [`EdgeLanes::step`], [`euler`], [`wrap`], [`reflect`],
//! [`drag_factor`], and [`Vector8::clamped`] for speeds) are building blocks for models; they check
//! nothing and never panic. [`scalar`] has them for one entity. [`slices`] has the same as kernels over
//! columns of any length, and [`packed`] over vectors that lie side by side; both check their input.
//!
//! Units: positions in metres, velocities in metres per second, time in seconds, or whatever
//! consistent units a model uses.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::integrate::{Timestep, packed, scalar, slices};
//! use flockwork_kernel::{Edge, Vec2, World};
//!
//! let world = World::new(10.0, 10.0, Edge::Periodic)?;
//! let dt = Timestep::new(0.5)?;
//! // Columns of any length.
//! let (mut xs, mut ys) = ([9.0, 2.0, 5.0], [1.0, 1.0, 1.0]);
//! let (mut vxs, mut vys) = ([4.0, 0.0, 0.0], [0.0, -4.0, 2.0]);
//! slices::drift(&world, dt, [&mut xs, &mut ys], [&mut vxs, &mut vys])?;
//! assert_eq!((xs, ys), ([1.0, 2.0, 5.0], [1.0, 9.0, 2.0]));
//! // Vectors side by side.
//! let (mut places, mut velocities) = ([[9.0, 1.0]], [[4.0, 0.0]]);
//! packed::drift(&world, dt, &mut places, &mut velocities)?;
//! assert_eq!(places, [[1.0, 1.0]]);
//! // One entity.
//! let (place, _) = scalar::drift(&world, dt, Vec2::new(9.0, 1.0), Vec2::new(4.0, 0.0));
//! assert_eq!(place, Vec2::new(1.0, 1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::axes::{Axes, Plane, Third};
use crate::error::{KernelError, non_negative};
use crate::isa::Baseline;
use crate::simd::{F32x8, Isa, Mask8, Vector8};
use crate::{Axis, Edge, LANES, World};

mod kernels;
pub mod packed;
pub mod scalar;
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
    /// What they are in every lane.
    edge: Edge,
    /// The lanes whose ends are others: those that are periodic, and those with walls.
    others: Option<(Mask8<S>, Mask8<S>)>,
    length: F32x8<S>,
    inverse: F32x8<S>,
}

impl<S: Isa> Ends<S> {
    /// Prepares the ends of an axis.
    #[inline(always)]
    pub fn of(axis: Axis) -> Self {
        let length = F32x8::splat(axis.length);
        Self { edge: axis.edge, others: None, length, inverse: F32x8::ONE / length }
    }

    /// Prepares the ends of an axis for each lane.
    #[inline(always)]
    pub(crate) fn of_lanes(axes: [Axis; LANES]) -> Self {
        let (mut lengths, mut periodic, mut walls) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let mut alike = true;
        for (lane, axis) in axes.iter().enumerate() {
            lengths[lane] = axis.length;
            periodic[lane] = f32::from(axis.is_periodic());
            walls[lane] = f32::from(axis.is_wall());
            alike &= axis.edge == axes[0].edge;
        }
        let periodic = F32x8::from_array(periodic).eq(F32x8::ONE);
        let walls = F32x8::from_array(walls).eq(F32x8::ONE);
        let others = if alike { None } else { Some((periodic, walls)) };
        let length = F32x8::from_array(lengths);
        Self { edge: axes[0].edge, others, length, inverse: F32x8::ONE / length }
    }

    /// Brings places back between them, by [`wrap`], by [`reflect`], or not at all; a wall turns the
    /// velocity round.
    #[inline(always)]
    pub fn apply(&self, x: F32x8<S>, v: F32x8<S>) -> (F32x8<S>, F32x8<S>) {
        if let Some((periodic, walls)) = self.others {
            let (reflected, turned) = reflect(x, v, self.length);
            let wrapped = wrap(x, self.length, self.inverse);
            let x = periodic.select(wrapped, walls.select(reflected, x));
            return (x, walls.select(turned, v));
        }
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

    /// Moves on at `velocity` for `dt`, within the world: gives position and velocity.
    #[inline(always)]
    pub fn drift(
        &self,
        dt: F32x8<S>,
        position: Vector8<A, S>,
        velocity: Vector8<A, S>,
    ) -> (Vector8<A, S>, Vector8<A, S>) {
        self.bound(position + velocity * dt, velocity)
    }

    /// One step of the semi-implicit Euler method within the world: see [`euler`]. Gives position and
    /// velocity.
    #[inline(always)]
    pub fn step(
        &self,
        dt: F32x8<S>,
        position: Vector8<A, S>,
        velocity: Vector8<A, S>,
        acceleration: Vector8<A, S>,
    ) -> (Vector8<A, S>, Vector8<A, S>) {
        self.drift(dt, position, velocity + acceleration * dt)
    }
}

#[cfg(test)]
mod tests;
