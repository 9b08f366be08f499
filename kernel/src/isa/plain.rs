//! Lanes as arrays, for WebAssembly without SIMD: what `super` uses of `wide`, by the same names.
//!
//! `wide` without SIMD keeps the truth of a lane as an `f32` with all bits set, which is a NaN.
//! `wasm2js` turns this build into JavaScript, where a number has no NaN but one: the bits would be
//! lost. Here a truth value is an integer.

use core::ops::{
    Add, AddAssign, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Shl, Shr, Sub, SubAssign,
};

use bytemuck::{Pod, Zeroable};

macro_rules! lanes {
    ($($name:ident: $scalar:ty),+) => {$(
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
        #[repr(transparent)]
        pub struct $name([$scalar; 8]);

        #[allow(dead_code)]
        impl $name {
            #[inline(always)]
            pub const fn new(lanes: [$scalar; 8]) -> Self {
                Self(lanes)
            }

            #[inline(always)]
            pub const fn splat(value: $scalar) -> Self {
                Self([value; 8])
            }

            #[inline(always)]
            pub fn to_array(self) -> [$scalar; 8] {
                self.0
            }

            #[inline(always)]
            fn zip<R>(self, other: Self, each: impl Fn($scalar, $scalar) -> R) -> [R; 8] {
                core::array::from_fn(|lane| each(self.0[lane], other.0[lane]))
            }
        }
    )+};
}

lanes!(f32x8: f32, i32x8: i32, u32x8: u32);

macro_rules! operators {
    ($name:ident, $($trait:ident $method:ident $each:expr),+) => {$(
        impl $trait for $name {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.zip(other, $each))
            }
        }
    )+};
}

operators!(f32x8, Add add |a, b| a + b, Sub sub |a, b| a - b, Mul mul |a, b| a * b, Div div |a, b| a / b);
operators!(u32x8, Add add u32::wrapping_add, Sub sub u32::wrapping_sub, Mul mul u32::wrapping_mul);
operators!(u32x8, BitAnd bitand |a, b| a & b, BitOr bitor |a, b| a | b, BitXor bitxor |a, b| a ^ b);

impl AddAssign for f32x8 {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for f32x8 {
    #[inline(always)]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Neg for f32x8 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(self.0.map(|lane| -lane))
    }
}

impl Shl<u32> for u32x8 {
    type Output = Self;
    #[inline(always)]
    fn shl(self, bits: u32) -> Self {
        Self(self.0.map(|lane| lane << bits))
    }
}

impl Shr<u32> for u32x8 {
    type Output = Self;
    #[inline(always)]
    fn shr(self, bits: u32) -> Self {
        Self(self.0.map(|lane| lane >> bits))
    }
}

impl f32x8 {
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Self(self.0.map(libm::sqrtf))
    }

    #[inline(always)]
    pub fn floor(self) -> Self {
        Self(self.0.map(libm::floorf))
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(self.0.map(f32::abs))
    }

    #[inline(always)]
    pub fn simd_lt(self, other: Self) -> mask8 {
        mask8(self.zip(other, |a, b| a < b))
    }

    #[inline(always)]
    pub fn simd_le(self, other: Self) -> mask8 {
        mask8(self.zip(other, |a, b| a <= b))
    }

    #[inline(always)]
    pub fn simd_gt(self, other: Self) -> mask8 {
        mask8(self.zip(other, |a, b| a > b))
    }

    #[inline(always)]
    pub fn simd_ge(self, other: Self) -> mask8 {
        mask8(self.zip(other, |a, b| a >= b))
    }

    #[inline(always)]
    pub fn simd_eq(self, other: Self) -> mask8 {
        mask8(self.zip(other, |a, b| a == b))
    }

    #[inline(always)]
    pub fn fast_trunc_int(self) -> i32x8 {
        i32x8(self.0.map(|lane| lane as i32))
    }

    #[inline(always)]
    pub fn from_i32x8(value: i32x8) -> Self {
        Self(value.0.map(|lane| lane as f32))
    }
}

impl u32x8 {
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Self(self.zip(other, u32::max))
    }

    #[inline(always)]
    pub fn mul_keep_low_high(self, other: Self) -> (Self, Self) {
        (Self(self.zip(other, u32::wrapping_mul)), Self(self.zip(other, high)))
    }
}

/// The high half of a product, from halves of 16 bits: in JavaScript 64 bits are two numbers, and
/// their product is a function.
#[inline(always)]
fn high(a: u32, b: u32) -> u32 {
    let (a_low, a_high, b_low, b_high) = (a & 0xffff, a >> 16, b & 0xffff, b >> 16);
    let middle = a_high * b_low + ((a_low * b_low) >> 16);
    let other = a_low * b_high + (middle & 0xffff);
    a_high * b_high + (middle >> 16) + (other >> 16)
}

/// Truth values.
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct mask8([bool; 8]);

impl mask8 {
    #[inline(always)]
    pub fn select(self, yes: f32x8, no: f32x8) -> f32x8 {
        f32x8(core::array::from_fn(|lane| if self.0[lane] { yes.0[lane] } else { no.0[lane] }))
    }

    #[inline(always)]
    pub fn to_bitmask(self) -> u32 {
        (0..8).fold(0, |bits, lane| bits | u32::from(self.0[lane]) << lane)
    }

    #[inline(always)]
    pub fn any(self) -> bool {
        self.to_bitmask() != 0
    }

    #[inline(always)]
    pub fn all(self) -> bool {
        self.to_bitmask() == 255
    }
}

/// What masks need beyond the operators.
pub mod masks {
    use super::{f32x8, mask8, u32x8};

    #[inline(always)]
    pub fn none() -> mask8 {
        mask8([false; 8])
    }

    #[inline(always)]
    pub fn equal(a: u32x8, b: u32x8) -> mask8 {
        mask8(a.zip(b, |a, b| a == b))
    }

    #[inline(always)]
    pub fn select(mask: mask8, yes: u32x8, no: u32x8) -> u32x8 {
        u32x8(core::array::from_fn(|lane| if mask.0[lane] { yes.0[lane] } else { no.0[lane] }))
    }

    #[inline(always)]
    pub fn keep(mask: mask8, value: f32x8) -> f32x8 {
        mask.select(value, f32x8::splat(0.0))
    }

    #[inline(always)]
    pub fn count(mask: mask8, counts: u32x8) -> u32x8 {
        u32x8(core::array::from_fn(|lane| counts.0[lane].wrapping_add(u32::from(mask.0[lane]))))
    }
}

macro_rules! logic {
    ($($trait:ident $method:ident $each:expr),+) => {$(
        impl $trait for mask8 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                let each: fn(bool, bool) -> bool = $each;
                Self(core::array::from_fn(|lane| each(self.0[lane], other.0[lane])))
            }
        }
    )+};
}

logic!(BitAnd bitand |a, b| a & b, BitOr bitor |a, b| a | b, BitXor bitxor |a, b| a ^ b);

impl Not for mask8 {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(self.0.map(|lane| !lane))
    }
}
