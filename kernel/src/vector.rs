//! Eight vectors in the plane, one per entity.

use core::ops::{Add, AddAssign, Mul, Neg, Sub};

use crate::math;
use crate::simd::{F32x8, Isa, Mask8};

/// Eight vectors in the plane, one per lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct V2<S: Isa> {
    /// Components along x.
    pub x: F32x8<S>,
    /// Components along y.
    pub y: F32x8<S>,
}

impl<S: Isa> V2<S> {
    /// Zero in every lane.
    pub const ZERO: Self = Self { x: F32x8::ZERO, y: F32x8::ZERO };

    /// Puts components together.
    #[inline(always)]
    pub fn new(x: F32x8<S>, y: F32x8<S>) -> Self {
        Self { x, y }
    }

    /// Puts (`x`, `y`) in every lane.
    #[inline(always)]
    pub fn splat(x: f32, y: f32) -> Self {
        Self { x: F32x8::splat(x), y: F32x8::splat(y) }
    }

    /// The scalar product.
    #[inline(always)]
    pub fn dot(self, other: Self) -> F32x8<S> {
        self.x * other.x + self.y * other.y
    }

    /// The third component of the vector product: above 0 where `other` is left of `self`.
    #[inline(always)]
    pub fn cross(self, other: Self) -> F32x8<S> {
        self.x * other.y - self.y * other.x
    }

    /// The square of the length.
    #[inline(always)]
    pub fn length_squared(self) -> F32x8<S> {
        self.dot(self)
    }

    /// The length: see [`math::length`].
    #[inline(always)]
    pub fn length(self) -> F32x8<S> {
        math::length(self.x, self.y)
    }

    /// The vector of length 1 in this direction, or zero: see [`math::normalize`].
    #[inline(always)]
    pub fn normalized(self) -> Self {
        let (x, y) = math::normalize(self.x, self.y);
        Self { x, y }
    }

    /// The vector, shortened to `max` if it is longer: see [`math::limit_length`].
    #[inline(always)]
    pub fn limited(self, max: F32x8<S>) -> Self {
        let (x, y) = math::limit_length(self.x, self.y, max);
        Self { x, y }
    }

    /// The vector turned left by a right angle.
    #[inline(always)]
    pub fn left(self) -> Self {
        Self { x: -self.y, y: self.x }
    }

    /// `yes` where the mask is true, `no` elsewhere.
    #[inline(always)]
    pub fn select(mask: Mask8<S>, yes: Self, no: Self) -> Self {
        Self { x: mask.select(yes.x, no.x), y: mask.select(yes.y, no.y) }
    }

    /// The vector where the mask is true, zero elsewhere.
    #[inline(always)]
    pub fn keep(self, mask: Mask8<S>) -> Self {
        Self { x: mask.keep(self.x), y: mask.keep(self.y) }
    }
}

impl<S: Isa> Add for V2<S> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y }
    }
}

impl<S: Isa> AddAssign for V2<S> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<S: Isa> Sub for V2<S> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y }
    }
}

impl<S: Isa> Mul<F32x8<S>> for V2<S> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: F32x8<S>) -> Self {
        Self { x: self.x * factor, y: self.y * factor }
    }
}

impl<S: Isa> Neg for V2<S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { x: -self.x, y: -self.y }
    }
}
