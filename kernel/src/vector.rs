//! Vectors in the plane: [`Vec2`] of one entity, [`V2`] of eight, one per lane.

use core::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

use bytemuck::{Pod, Zeroable};

use crate::isa::Baseline;
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

    /// Puts `vector` in every lane.
    #[inline(always)]
    pub fn all(vector: Vec2) -> Self {
        Self::splat(vector.x, vector.y)
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

    /// The vector with a length between `low` and `high`: see
    /// [`clamp_speed`](crate::integrate::clamp_speed).
    #[inline(always)]
    pub fn clamped(self, low: F32x8<S>, high: F32x8<S>) -> Self {
        let (x, y) = crate::integrate::clamp_speed(self.x, self.y, low, high);
        Self { x, y }
    }

    /// The vector of length 1 at this angle, counted from x to y.
    #[inline(always)]
    pub fn at_angle(radians: F32x8<S>) -> Self {
        let (y, x) = math::sin_cos(radians);
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

impl<S: Isa> SubAssign for V2<S> {
    #[inline(always)]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

/// One vector in the plane. Every operation has the bits that a lane of [`V2`] has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Vec2 {
    /// Component along x.
    pub x: f32,
    /// Component along y.
    pub y: f32,
}

impl Vec2 {
    /// Zero.
    pub const ZERO: Self = Self { x: 0.0, y: 0.0 };

    /// Puts components together.
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// The vector of length 1 at this angle, counted from x to y.
    pub fn at_angle(radians: f32) -> Self {
        let (y, x) = math::scalar::sin_cos(radians);
        Self { x, y }
    }

    /// The scalar product.
    pub fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }

    /// The square of the length.
    pub fn length_squared(self) -> f32 {
        self.dot(self)
    }

    /// The length: see [`math::length`].
    pub fn length(self) -> f32 {
        math::scalar::length(self.x, self.y)
    }

    /// The vector of length 1 in this direction, or zero: see [`math::normalize`].
    pub fn normalized(self) -> Self {
        let (x, y) = math::scalar::normalize(self.x, self.y);
        Self { x, y }
    }

    /// The vector, shortened to `max` if it is longer: see [`math::limit_length`].
    pub fn limited(self, max: f32) -> Self {
        let (x, y) = math::scalar::limit_length(self.x, self.y, max);
        Self { x, y }
    }

    /// The vector with a length between `low` and `high`: see
    /// [`clamp_speed`](crate::integrate::clamp_speed).
    pub fn clamped(self, low: f32, high: f32) -> Self {
        let lanes = V2::<Baseline>::splat(self.x, self.y);
        let lanes = lanes.clamped(F32x8::splat(low), F32x8::splat(high));
        Self { x: lanes.x.to_array()[0], y: lanes.y.to_array()[0] }
    }

    /// The vector turned left by a right angle.
    pub fn left(self) -> Self {
        Self { x: -self.y, y: self.x }
    }
}

macro_rules! operator {
    ($($trait:ident $method:ident $operator:tt),+) => {$(
        impl $trait for Vec2 {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self { x: self.x $operator other.x, y: self.y $operator other.y }
            }
        }
    )+};
}

operator!(Add add +, Sub sub -);

impl Mul<f32> for Vec2 {
    type Output = Self;
    fn mul(self, factor: f32) -> Self {
        Self { x: self.x * factor, y: self.y * factor }
    }
}

impl Neg for Vec2 {
    type Output = Self;
    fn neg(self) -> Self {
        Self { x: -self.x, y: -self.y }
    }
}

impl AddAssign for Vec2 {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Vec2 {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
