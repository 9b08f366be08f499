//! What neighbours ask for: separation, alignment and cohesion.
//!
//! Each rule is a sum over neighbours. Feed it every candidate with a mask of the lanes that see
//! it, in canonical order; a lane that does not see it adds +0.0, which changes no bit. `dx` and
//! `dy` lead from the entity to the neighbour, in metres, `d2` is the square of that distance.
//!
//! # Reference
//!
//! C. W. Reynolds, "Flocks, herds and schools: a distributed behavioral model", 1987,
//! doi:10.1145/37401.37406.

use crate::isa::Baseline;
use crate::simd::{F32x8, Isa, Mask8, V2};

/// Away from neighbours, each weighted with 1 / distance.
#[derive(Clone, Copy, Debug, Default)]
pub struct Separation<S: Isa = Baseline> {
    sum: V2<S>,
}

impl<S: Isa> Separation<S> {
    /// Adds a neighbour where `near` is true. One at the very same place has no direction and adds
    /// nothing.
    #[inline(always)]
    pub fn add(&mut self, near: Mask8<S>, dx: F32x8<S>, dy: F32x8<S>, d2: F32x8<S>) {
        let apart = near & d2.gt(F32x8::ZERO);
        self.sum += V2::new(apart.keep(dx / d2), apart.keep(dy / d2));
    }

    /// The direction away from the neighbours, in 1 / metres.
    #[inline(always)]
    pub fn finish(self) -> V2<S> {
        V2::ZERO - self.sum
    }
}

/// Along with neighbours: their mean velocity.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alignment<S: Isa = Baseline> {
    sum: V2<S>,
    count: F32x8<S>,
}

impl<S: Isa> Alignment<S> {
    /// Adds a neighbour's velocity where `near` is true.
    #[inline(always)]
    pub fn add(&mut self, near: Mask8<S>, vx: F32x8<S>, vy: F32x8<S>) {
        self.sum += V2::new(near.keep(vx), near.keep(vy));
        self.count += near.keep(F32x8::ONE);
    }

    /// The steering to the neighbours' mean velocity; zero without neighbours.
    #[inline(always)]
    pub fn finish(self, velocity: V2<S>) -> V2<S> {
        let some = self.count.gt(F32x8::ZERO);
        let mean = V2::new(self.sum.x / self.count, self.sum.y / self.count);
        (mean - velocity).keep(some)
    }
}

/// Towards neighbours: the mean of their places.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cohesion<S: Isa = Baseline> {
    sum: V2<S>,
    count: F32x8<S>,
}

impl<S: Isa> Cohesion<S> {
    /// Adds a neighbour's place where `near` is true.
    #[inline(always)]
    pub fn add(&mut self, near: Mask8<S>, dx: F32x8<S>, dy: F32x8<S>) {
        self.sum += V2::new(near.keep(dx), near.keep(dy));
        self.count += near.keep(F32x8::ONE);
    }

    /// The way to the neighbours' centre, in metres; zero without neighbours.
    #[inline(always)]
    pub fn finish(self) -> V2<S> {
        let some = self.count.gt(F32x8::ZERO);
        V2::new(self.sum.x / self.count, self.sum.y / self.count).keep(some)
    }
}

/// All three rules over the same neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flock<S: Isa = Baseline> {
    /// The first rule.
    pub separation: Separation<S>,
    /// The second rule.
    pub alignment: Alignment<S>,
    /// The third rule.
    pub cohesion: Cohesion<S>,
}

impl<S: Isa> Flock<S> {
    /// Adds a neighbour to all three rules where `near` is true.
    #[inline(always)]
    pub fn add(
        &mut self,
        near: Mask8<S>,
        dx: F32x8<S>,
        dy: F32x8<S>,
        d2: F32x8<S>,
        vx: F32x8<S>,
        vy: F32x8<S>,
    ) {
        self.separation.add(near, dx, dy, d2);
        self.alignment.add(near, vx, vy);
        self.cohesion.add(near, dx, dy);
    }

    /// What the three rules ask for: separation, alignment, cohesion.
    #[inline(always)]
    pub fn finish(self, velocity: V2<S>) -> (V2<S>, V2<S>, V2<S>) {
        (self.separation.finish(), self.alignment.finish(velocity), self.cohesion.finish())
    }
}
