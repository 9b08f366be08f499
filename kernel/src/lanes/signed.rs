//! Eight lanes of `i32`: those of `u32`, with a sign.

use core::fmt;
use core::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use super::{F32x8, LANES, Mask8, U32x8};
use crate::isa::Isa;

/// Eight `i32`, one per entity. Sums, differences and products wrap.
#[derive(Clone, Copy, Default)]
#[repr(transparent)]
pub struct I32x8<S: Isa>(U32x8<S>);

/// Turns the order of signed numbers into that of unsigned ones, and back.
const SIGN: u32 = 1 << 31;

impl<S: Isa> I32x8<S> {
    /// All lanes 0.
    pub const ZERO: Self = Self(U32x8::ZERO);

    /// Puts `value` in every lane.
    #[inline(always)]
    pub fn splat(value: i32) -> Self {
        Self(U32x8::splat(value.cast_unsigned()))
    }

    /// Takes one value per lane.
    #[inline(always)]
    pub fn from_array(values: [i32; LANES]) -> Self {
        Self(U32x8::from_array(bytemuck::cast(values)))
    }

    /// Gives one value per lane.
    #[inline(always)]
    pub fn to_array(self) -> [i32; LANES] {
        bytemuck::cast(self.0.to_array())
    }

    /// Loads the first eight values of `source`; lanes past its end are 0.
    #[inline(always)]
    pub fn load(source: &[i32]) -> Self {
        Self(U32x8::load(bytemuck::cast_slice(source)))
    }

    /// Stores the lanes to the first eight places of `target`; lanes past its end are dropped.
    #[inline(always)]
    pub fn store(self, target: &mut [i32]) {
        self.0.store(bytemuck::cast_slice_mut(target));
    }

    /// The same bits as unsigned numbers.
    #[inline(always)]
    pub fn to_bits(self) -> U32x8<S> {
        self.0
    }

    /// The same bits as signed numbers.
    #[inline(always)]
    pub fn from_bits(bits: U32x8<S>) -> Self {
        Self(bits)
    }

    /// Lanes that are equal.
    #[inline(always)]
    pub fn eq(self, other: Self) -> Mask8<S> {
        self.0.eq(other.0)
    }

    /// Lanes of `self` below `other`.
    #[inline(always)]
    pub fn lt(self, other: Self) -> Mask8<S> {
        let sign = U32x8::splat(SIGN);
        (self.0 ^ sign).lt(other.0 ^ sign)
    }

    /// Lanes of `self` above `other`.
    #[inline(always)]
    pub fn gt(self, other: Self) -> Mask8<S> {
        other.lt(self)
    }

    /// Lanes of `self` that are at most `other`.
    #[inline(always)]
    pub fn le(self, other: Self) -> Mask8<S> {
        !other.lt(self)
    }

    /// Lanes of `self` that are at least `other`.
    #[inline(always)]
    pub fn ge(self, other: Self) -> Mask8<S> {
        !self.lt(other)
    }

    /// The smaller one.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        self.lt(other).select_i32(self, other)
    }

    /// The larger one.
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        self.lt(other).select_i32(other, self)
    }

    /// Converts to `f32`; exact for lanes from -2^24 to 2^24, which the caller keeps.
    #[inline(always)]
    pub fn to_f32(self) -> F32x8<S> {
        self.0.to_f32()
    }
}

impl<S: Isa> Mask8<S> {
    /// `yes` where the mask is true, `no` elsewhere.
    #[inline(always)]
    pub fn select_i32(self, yes: I32x8<S>, no: I32x8<S>) -> I32x8<S> {
        I32x8(self.select_u32(yes.0, no.0))
    }
}

impl<S: Isa> Add for I32x8<S> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl<S: Isa> Sub for I32x8<S> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl<S: Isa> Mul for I32x8<S> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }
}

impl<S: Isa> Neg for I32x8<S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self::ZERO - self
    }
}

super::operators::assign!(I32x8, AddAssign add_assign +, SubAssign sub_assign -, MulAssign mul_assign *);

impl<S: Isa> PartialEq for I32x8<S> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<S: Isa> fmt::Debug for I32x8<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_array().fmt(f)
    }
}
