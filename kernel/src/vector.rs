//! Vectors, in the plane and in space: of one entity, or of eight, one per lane.
//!
//! | | one entity | eight lanes |
//! | --- | --- | --- |
//! | plane | [`Vec2`] | [`V2`] |
//! | space | [`Vec3`] | [`V3`] |
//! | either | [`Vector`] | [`Vector8`] |
//!
//! Every operation on one vector has the bits that a lane has.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::{V2, Vec2, Vec3};
//!
//! let mut velocity = Vec2::new(3.0, 4.0);
//! velocity *= 2.0;
//! assert_eq!(velocity.length(), 10.0);
//! assert_eq!(0.5 * velocity.limited(5.0), Vec2::new(1.5, 2.0));
//! assert_eq!(Vec3::new(1.0, 0.0, 0.0).cross(Vec3::new(0.0, 1.0, 0.0)), Vec3::new(0.0, 0.0, 1.0));
//! // Eight at once.
//! let eight = V2::all(velocity) / 2.0;
//! assert_eq!(eight.length().to_array(), [5.0; 8]);
//! ```

use core::ops::{
    Add, AddAssign, Deref, DerefMut, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign,
};

use bytemuck::{Pod, Zeroable};

use crate::axes::{Axes, Component, Nothing, Plane, Space, Third};
use crate::error::{tail, tail_mut};
use crate::math;
use crate::simd::{F32x8, Isa, Mask8};
use crate::twin::{lane, one};
use crate::{LANES, World};

/// A vector in the plane or in space.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Vector<A: Axes, T: Component = f32> {
    /// Component along x.
    pub x: T,
    /// Component along y.
    pub y: T,
    /// Component along z: a `T` in space, and [`Nothing`] in the plane.
    pub z: A::Third<T>,
}

impl<A: Axes, T: Component> crate::axes::Of for Vector<A, T> {
    type Axes = A;
}

/// One vector in the plane.
pub type Vec2 = Vector<Plane>;
/// One vector in space.
pub type Vec3 = Vector<Space>;
/// Eight vectors, one per lane.
pub type Vector8<A, S> = Vector<A, F32x8<S>>;
/// Eight vectors in the plane, one per lane.
pub type V2<S> = Vector8<Plane, S>;
/// Eight vectors in space, one per lane.
pub type V3<S> = Vector8<Space, S>;

// SAFETY: the axes are Plane or Space, since the trait is sealed: so these are two or three f32 in the
// order of C, without padding, for Nothing has no bytes.
#[allow(unsafe_code)]
unsafe impl<A: Axes> Zeroable for Vector<A> {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl<A: Axes> Pod for Vector<A> {}

impl<T: Component> Vector<Plane, T> {
    /// Puts components together.
    #[inline(always)]
    pub const fn new(x: T, y: T) -> Self {
        Self { x, y, z: Nothing }
    }

    /// The third component of the vector product: above 0 where `other` is left of `self`.
    #[inline(always)]
    pub fn cross(self, other: Self) -> T {
        self.x * other.y - self.y * other.x
    }

    /// The vector turned left by a right angle.
    #[inline(always)]
    pub fn left(self) -> Self {
        Self::new(-self.y, self.x)
    }
}

impl<T: Component> Vector<Space, T> {
    /// Puts components together.
    #[inline(always)]
    pub const fn new(x: T, y: T, z: T) -> Self {
        Self { x, y, z }
    }

    /// The vector product.
    #[inline(always)]
    pub fn cross(self, other: Self) -> Self {
        Self::new(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }
}

impl<A: Axes, T: Component> Vector<A, T> {
    /// Puts components together; the third is dropped in the plane.
    #[inline(always)]
    pub fn of(x: T, y: T, z: T) -> Self {
        Self { x, y, z: A::Third::of(z) }
    }

    /// The vector along x of this length.
    #[inline(always)]
    pub fn along_x(length: T) -> Self {
        Self::of(length, T::ZERO, T::ZERO)
    }

    /// The scalar product.
    #[inline(always)]
    pub fn dot(self, other: Self) -> T {
        let plane = self.x * other.x + self.y * other.y;
        if A::SPACE { plane + self.z.or(T::ZERO) * other.z.or(T::ZERO) } else { plane }
    }

    /// The square of the length.
    #[inline(always)]
    pub fn length_squared(self) -> T {
        self.dot(self)
    }
}

impl<A: Axes, S: Isa> Vector8<A, S> {
    /// Zero in every lane.
    #[inline(always)]
    pub fn zero() -> Self {
        Self::default()
    }

    /// Puts `vector` in every lane.
    #[inline(always)]
    pub fn all(vector: Vector<A>) -> Self {
        Self::of(F32x8::splat(vector.x), F32x8::splat(vector.y), F32x8::splat(vector.z.or(0.0)))
    }

    /// Eight vectors from `start` on, from a column for each axis; 0 past the ends of columns.
    #[inline(always)]
    pub(crate) fn load<C: Deref<Target = [f32]>>(columns: &[C], start: usize) -> Self {
        let mut axes = [F32x8::ZERO; World::MOST_AXES];
        for (axis, column) in axes.iter_mut().zip(columns) {
            *axis = F32x8::load(tail(column, start));
        }
        let [x, y, z] = axes;
        Self::of(x, y, z)
    }

    /// Puts the components along each axis together.
    #[inline(always)]
    pub(crate) fn of_axes(axes: &[F32x8<S>]) -> Self {
        let mut all = [F32x8::ZERO; World::MOST_AXES];
        for (axis, value) in all.iter_mut().zip(axes) {
            *axis = *value;
        }
        let [x, y, z] = all;
        Self::of(x, y, z)
    }

    /// The components along each axis.
    #[inline(always)]
    pub(crate) fn to_axes<const N: usize>(self) -> [F32x8<S>; N] {
        let mut axes = [F32x8::ZERO; N];
        for (axis, value) in axes.iter_mut().zip([self.x, self.y, self.z.or(F32x8::ZERO)]) {
            *axis = value;
        }
        axes
    }

    /// The vectors at these places, from a column for each axis; 0 where there is none.
    #[inline(always)]
    pub(crate) fn gather(columns: &[&[f32]], places: [usize; LANES]) -> Self {
        let mut axes = [F32x8::ZERO; World::MOST_AXES];
        for (axis, column) in axes.iter_mut().zip(columns) {
            *axis = F32x8::gather(column, places);
        }
        let [x, y, z] = axes;
        Self::of(x, y, z)
    }

    /// Writes them to where [`Self::load`] reads them.
    #[inline(always)]
    pub(crate) fn store<C: DerefMut<Target = [f32]>>(self, columns: &mut [C], start: usize) {
        for (column, value) in columns.iter_mut().zip([self.x, self.y, self.z.or(F32x8::ZERO)]) {
            value.store(tail_mut(column, start));
        }
    }

    /// The vector of lane 0.
    #[inline(always)]
    pub fn first(self) -> Vector<A> {
        Vector::of(self.x.to_array()[0], self.y.to_array()[0], self.z.or(F32x8::ZERO).to_array()[0])
    }

    /// The length: see [`math::length`] and [`math::length3`].
    #[inline(always)]
    pub fn length(self) -> F32x8<S> {
        if A::SPACE {
            math::length3(self.x, self.y, self.z.or(F32x8::ZERO))
        } else {
            math::length(self.x, self.y)
        }
    }

    /// The vector of length 1 in this direction, or zero: see [`math::normalize`] and
    /// [`math::normalize3`].
    #[inline(always)]
    pub fn normalized(self) -> Self {
        if A::SPACE {
            let (x, y, z) = math::normalize3(self.x, self.y, self.z.or(F32x8::ZERO));
            Self::of(x, y, z)
        } else {
            let (x, y) = math::normalize(self.x, self.y);
            Self::of(x, y, F32x8::ZERO)
        }
    }

    /// The vector, shortened to `max` if it is longer: see [`math::limit_length`] and
    /// [`math::limit_length3`].
    #[inline(always)]
    pub fn limited(self, max: F32x8<S>) -> Self {
        if A::SPACE {
            let (x, y, z) = math::limit_length3(self.x, self.y, self.z.or(F32x8::ZERO), max);
            Self::of(x, y, z)
        } else {
            let (x, y) = math::limit_length(self.x, self.y, max);
            Self::of(x, y, F32x8::ZERO)
        }
    }

    /// The vector with a length between `low` and `high`, and its direction.
    ///
    /// The zero vector stays zero. The result may miss a bound by rounding, about one part in 10^7.
    #[inline(always)]
    pub fn clamped(self, low: F32x8<S>, high: F32x8<S>) -> Self {
        let length = self.length();
        let short = length.lt(low) & length.gt(F32x8::ZERO);
        let target = length.gt(high).select(high, short.select(low, length));
        let keep = target.eq(length);
        Self::select(keep, self, self.normalized() * target)
    }

    /// Lanes of the zero vector.
    #[inline(always)]
    pub fn is_zero(self) -> Mask8<S> {
        let plane = self.x.eq(F32x8::ZERO) & self.y.eq(F32x8::ZERO);
        if A::SPACE { plane & self.z.or(F32x8::ZERO).eq(F32x8::ZERO) } else { plane }
    }

    /// Lanes of vectors whose components are all finite.
    #[inline(always)]
    pub fn is_finite(self) -> Mask8<S> {
        let plane = self.x.is_finite() & self.y.is_finite();
        if A::SPACE { plane & self.z.or(F32x8::ZERO).is_finite() } else { plane }
    }

    /// `yes` where the mask is true, `no` elsewhere.
    #[inline(always)]
    pub fn select(mask: Mask8<S>, yes: Self, no: Self) -> Self {
        let z = mask.select(yes.z.or(F32x8::ZERO), no.z.or(F32x8::ZERO));
        Self::of(mask.select(yes.x, no.x), mask.select(yes.y, no.y), z)
    }

    /// The vector where the mask is true, zero elsewhere.
    #[inline(always)]
    pub fn keep(self, mask: Mask8<S>) -> Self {
        Self::of(mask.keep(self.x), mask.keep(self.y), mask.keep(self.z.or(F32x8::ZERO)))
    }

    /// The vector with +0.0 in place of every -0.0.
    #[inline(always)]
    pub fn canonical_zero(self) -> Self {
        Self::of(
            self.x.canonical_zero(),
            self.y.canonical_zero(),
            self.z.or(F32x8::ZERO).canonical_zero(),
        )
    }
}

impl<S: Isa> V2<S> {
    /// Zero in every lane.
    pub const ZERO: Self = Self { x: F32x8::ZERO, y: F32x8::ZERO, z: Nothing };

    /// Puts (`x`, `y`) in every lane.
    #[inline(always)]
    pub fn splat(x: f32, y: f32) -> Self {
        Self::new(F32x8::splat(x), F32x8::splat(y))
    }

    /// The vector of length 1 at this angle, counted from x to y.
    #[inline(always)]
    pub fn at_angle(radians: F32x8<S>) -> Self {
        let (y, x) = math::sin_cos(radians);
        Self::new(x, y)
    }
}

impl<S: Isa> V3<S> {
    /// Zero in every lane.
    pub const ZERO: Self = Self { x: F32x8::ZERO, y: F32x8::ZERO, z: F32x8::ZERO };

    /// Puts (`x`, `y`, `z`) in every lane.
    #[inline(always)]
    pub fn splat(x: f32, y: f32, z: f32) -> Self {
        Self::new(F32x8::splat(x), F32x8::splat(y), F32x8::splat(z))
    }
}

impl<A: Axes> Vector<A> {
    /// The component along an axis: 0 is x. 0 along one that there is not.
    #[inline]
    pub fn along(self, axis: usize) -> f32 {
        [self.x, self.y, self.z.or(0.0)].get(axis).copied().unwrap_or(0.0)
    }

    /// The length: see [`Vector8::length`].
    #[inline]
    pub fn length(self) -> f32 {
        one(lane(self).length())
    }

    /// The vector of length 1 in this direction, or zero: see [`Vector8::normalized`].
    #[inline]
    pub fn normalized(self) -> Self {
        one(lane(self).normalized())
    }

    /// The vector, shortened to `max` if it is longer: see [`Vector8::limited`].
    pub fn limited(self, max: f32) -> Self {
        one(lane(self).limited(lane(max)))
    }

    /// The vector with a length between `low` and `high`: see [`Vector8::clamped`].
    pub fn clamped(self, low: f32, high: f32) -> Self {
        one(lane(self).clamped(lane(low), lane(high)))
    }

    /// Whether all components are zero.
    pub fn is_zero(self) -> bool {
        one(lane(self).is_zero())
    }

    /// Whether all components are finite.
    pub fn is_finite(self) -> bool {
        one(lane(self).is_finite())
    }
}

impl Vec2 {
    /// Zero.
    pub const ZERO: Self = Self::new(0.0, 0.0);

    /// The vector of length 1 at this angle, counted from x to y.
    pub fn at_angle(radians: f32) -> Self {
        let (y, x) = math::scalar::sin_cos(radians);
        Self::new(x, y)
    }
}

impl Vec3 {
    /// Zero.
    pub const ZERO: Self = Self::new(0.0, 0.0, 0.0);
}

impl<A: Axes, T: Component> Add for Vector<A, T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y, z: self.z + other.z }
    }
}

impl<A: Axes, T: Component> AddAssign for Vector<A, T> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<A: Axes, T: Component> Sub for Vector<A, T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y, z: self.z - other.z }
    }
}

impl<A: Axes, T: Component> SubAssign for Vector<A, T> {
    #[inline(always)]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl<A: Axes, T: Component> Mul<T> for Vector<A, T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: T) -> Self {
        Self { x: self.x * factor, y: self.y * factor, z: self.z * factor }
    }
}

impl<A: Axes, T: Component> Div<T> for Vector<A, T> {
    type Output = Self;
    #[inline(always)]
    fn div(self, divisor: T) -> Self {
        Self { x: self.x / divisor, y: self.y / divisor, z: self.z / divisor }
    }
}

impl<A: Axes, T: Component> MulAssign<T> for Vector<A, T> {
    #[inline(always)]
    fn mul_assign(&mut self, factor: T) {
        *self = *self * factor;
    }
}

impl<A: Axes, T: Component> DivAssign<T> for Vector<A, T> {
    #[inline(always)]
    fn div_assign(&mut self, divisor: T) {
        *self = *self / divisor;
    }
}

/// The number first. Coherence wants one of these for each kind of component.
impl<A: Axes> Mul<Vector<A>> for f32 {
    type Output = Vector<A>;
    #[inline(always)]
    fn mul(self, vector: Vector<A>) -> Vector<A> {
        vector * self
    }
}

impl<A: Axes, S: Isa> Mul<Vector8<A, S>> for F32x8<S> {
    type Output = Vector8<A, S>;
    #[inline(always)]
    fn mul(self, vector: Vector8<A, S>) -> Vector8<A, S> {
        vector * self
    }
}

/// One number for all lanes.
impl<A: Axes, S: Isa> Mul<Vector8<A, S>> for f32 {
    type Output = Vector8<A, S>;
    #[inline(always)]
    fn mul(self, vector: Vector8<A, S>) -> Vector8<A, S> {
        vector * F32x8::splat(self)
    }
}

impl<A: Axes, S: Isa> Mul<f32> for Vector8<A, S> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: f32) -> Self {
        self * F32x8::splat(factor)
    }
}

impl<A: Axes, S: Isa> Div<f32> for Vector8<A, S> {
    type Output = Self;
    #[inline(always)]
    fn div(self, divisor: f32) -> Self {
        self / F32x8::splat(divisor)
    }
}

impl<A: Axes, S: Isa> MulAssign<f32> for Vector8<A, S> {
    #[inline(always)]
    fn mul_assign(&mut self, factor: f32) {
        *self = *self * factor;
    }
}

impl<A: Axes, S: Isa> DivAssign<f32> for Vector8<A, S> {
    #[inline(always)]
    fn div_assign(&mut self, divisor: f32) {
        *self = *self / divisor;
    }
}

impl From<[f32; 2]> for Vec2 {
    fn from([x, y]: [f32; 2]) -> Self {
        Self::new(x, y)
    }
}

impl From<Vec2> for [f32; 2] {
    fn from(vector: Vec2) -> Self {
        [vector.x, vector.y]
    }
}

impl From<[f32; 3]> for Vec3 {
    fn from([x, y, z]: [f32; 3]) -> Self {
        Self::new(x, y, z)
    }
}

impl From<Vec3> for [f32; 3] {
    fn from(vector: Vec3) -> Self {
        [vector.x, vector.y, vector.z]
    }
}

impl<A: Axes, T: Component> Neg for Vector<A, T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { x: -self.x, y: -self.y, z: -self.z }
    }
}
