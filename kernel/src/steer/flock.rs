//! What neighbours ask for: separation, alignment and cohesion.
//!
//! Each rule is a sum over neighbours. Feed it every candidate with a mask of the lanes that see
//! it, in canonical order; a lane that does not see it adds +0.0, which changes no bit. `offset`
//! leads from the entity to the neighbour, in metres, `d2` is the square of that distance.
//!
//! # Reference
//!
//! C. W. Reynolds, "Flocks, herds and schools: a distributed behavioral model", 1987,
//! doi:10.1145/37401.37406.

use crate::axes::{Axes, Plane};
use crate::isa::Baseline;
use crate::simd::{F32x8, Isa, Mask8, Vector8};

/// Away from neighbours, each weighted with 1 / distance.
#[derive(Clone, Copy, Debug, Default)]
pub struct Separation<A: Axes = Plane, S: Isa = Baseline> {
    sum: Vector8<A, S>,
}

impl<A: Axes, S: Isa> Separation<A, S> {
    /// Adds a neighbour where `near` is true. One at the very same place has no direction and adds
    /// nothing.
    #[inline(always)]
    pub fn add(&mut self, near: Mask8<S>, offset: Vector8<A, S>, d2: F32x8<S>) {
        let apart = near & d2.gt(F32x8::ZERO);
        self.sum += (offset / d2).keep(apart);
    }

    /// The direction away from the neighbours, in 1 / metres.
    #[inline(always)]
    pub fn finish(self) -> Vector8<A, S> {
        Vector8::default() - self.sum
    }
}

/// Along with neighbours: their mean velocity.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alignment<A: Axes = Plane, S: Isa = Baseline> {
    sum: Vector8<A, S>,
    count: F32x8<S>,
}

impl<A: Axes, S: Isa> Alignment<A, S> {
    /// Adds a neighbour's velocity where `near` is true.
    #[inline(always)]
    pub fn add(&mut self, near: Mask8<S>, velocity: Vector8<A, S>) {
        self.sum += velocity.keep(near);
        self.count += near.keep(F32x8::ONE);
    }

    /// The steering to the neighbours' mean velocity; zero without neighbours.
    #[inline(always)]
    pub fn finish(self, velocity: Vector8<A, S>) -> Vector8<A, S> {
        let some = self.count.gt(F32x8::ZERO);
        (self.sum / self.count - velocity).keep(some)
    }
}

/// Towards neighbours: the mean of their places.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cohesion<A: Axes = Plane, S: Isa = Baseline> {
    sum: Vector8<A, S>,
    count: F32x8<S>,
}

impl<A: Axes, S: Isa> Cohesion<A, S> {
    /// Adds a neighbour's place where `near` is true.
    #[inline(always)]
    pub fn add(&mut self, near: Mask8<S>, offset: Vector8<A, S>) {
        self.sum += offset.keep(near);
        self.count += near.keep(F32x8::ONE);
    }

    /// The way to the neighbours' centre, in metres; zero without neighbours.
    #[inline(always)]
    pub fn finish(self) -> Vector8<A, S> {
        let some = self.count.gt(F32x8::ZERO);
        (self.sum / self.count).keep(some)
    }
}

/// All three rules over the same neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flock<A: Axes = Plane, S: Isa = Baseline> {
    /// The first rule.
    pub separation: Separation<A, S>,
    /// The second rule.
    pub alignment: Alignment<A, S>,
    /// The third rule.
    pub cohesion: Cohesion<A, S>,
}

impl<A: Axes, S: Isa> Flock<A, S> {
    /// Adds a neighbour to all three rules where `near` is true.
    #[inline(always)]
    pub fn add(
        &mut self,
        near: Mask8<S>,
        offset: Vector8<A, S>,
        d2: F32x8<S>,
        velocity: Vector8<A, S>,
    ) {
        self.separation.add(near, offset, d2);
        self.alignment.add(near, velocity);
        self.cohesion.add(near, offset);
    }

    /// What the three rules ask for: separation, alignment, cohesion.
    #[inline(always)]
    pub fn finish(self, velocity: Vector8<A, S>) -> (Vector8<A, S>, Vector8<A, S>, Vector8<A, S>) {
        (self.separation.finish(), self.alignment.finish(velocity), self.cohesion.finish())
    }
}
