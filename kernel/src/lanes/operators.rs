//! Operators of lanes: with lanes, and with one number, which is the same in every lane.

use core::ops::{
    Add, AddAssign, BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Div, DivAssign,
    Mul, MulAssign, Neg, Not, Shl, Shr, Sub, SubAssign,
};

use super::{F32x8, LANES, Mask8, U32x8};
use crate::isa::Isa;

macro_rules! operator {
    ($lanes:ident, $($trait:ident $method:ident $function:ident),+) => {$(
        impl<S: Isa> $trait for $lanes<S> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(S::$function(self.0, other.0))
            }
        }
    )+};
}

operator!(F32x8, Add add add, Sub sub sub, Mul mul mul, Div div div);
operator!(U32x8, Add add add_u32, Sub sub sub_u32, Mul mul mul_u32);
operator!(U32x8, BitAnd bitand and_u32, BitOr bitor or_u32, BitXor bitxor xor_u32);
operator!(Mask8, BitAnd bitand and, BitOr bitor or, BitXor bitxor xor);

/// An operator that writes its result over the first operand.
macro_rules! assign {
    ($lanes:ident, $($trait:ident $method:ident $operator:tt),+) => {$(
        impl<S: Isa> $trait for $lanes<S> {
            #[inline(always)]
            fn $method(&mut self, other: Self) {
                *self = *self $operator other;
            }
        }
    )+};
}
pub(super) use assign;

assign!(F32x8, AddAssign add_assign +, SubAssign sub_assign -, MulAssign mul_assign *, DivAssign div_assign /);
assign!(U32x8, AddAssign add_assign +, SubAssign sub_assign -, MulAssign mul_assign *);
assign!(U32x8, BitAndAssign bitand_assign &, BitOrAssign bitor_assign |, BitXorAssign bitxor_assign ^);
assign!(Mask8, BitAndAssign bitand_assign &, BitOrAssign bitor_assign |, BitXorAssign bitxor_assign ^);

/// An operator of lanes and one number, which is the same in every lane.
macro_rules! with_a_number {
    ($($trait:ident $method:ident $assign:ident $assign_method:ident $operator:tt),+) => {$(
        impl<S: Isa> $trait<f32> for F32x8<S> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: f32) -> Self {
                self $operator Self::splat(other)
            }
        }

        impl<S: Isa> $trait<F32x8<S>> for f32 {
            type Output = F32x8<S>;
            #[inline(always)]
            fn $method(self, other: F32x8<S>) -> F32x8<S> {
                F32x8::splat(self) $operator other
            }
        }

        impl<S: Isa> $assign<f32> for F32x8<S> {
            #[inline(always)]
            fn $assign_method(&mut self, other: f32) {
                *self = *self $operator other;
            }
        }
    )+};
}

with_a_number!(
    Add add AddAssign add_assign +,
    Sub sub SubAssign sub_assign -,
    Mul mul MulAssign mul_assign *,
    Div div DivAssign div_assign /
);

impl<S: Isa> From<f32> for F32x8<S> {
    #[inline(always)]
    fn from(value: f32) -> Self {
        Self::splat(value)
    }
}

impl<S: Isa> From<[f32; LANES]> for F32x8<S> {
    #[inline(always)]
    fn from(values: [f32; LANES]) -> Self {
        Self::from_array(values)
    }
}

impl<S: Isa> From<F32x8<S>> for [f32; LANES] {
    #[inline(always)]
    fn from(lanes: F32x8<S>) -> Self {
        lanes.to_array()
    }
}

impl<S: Isa> Neg for F32x8<S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(S::neg(self.0))
    }
}

impl<S: Isa> Not for Mask8<S> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(S::not(self.0))
    }
}

/// Shifts count modulo 32, as those of single numbers do when they wrap.
#[inline(always)]
fn modulo(bits: u32) -> u32 {
    bits & 31
}

impl<S: Isa> Shl<u32> for U32x8<S> {
    type Output = Self;
    #[inline(always)]
    fn shl(self, bits: u32) -> Self {
        Self(S::shl_u32(self.0, modulo(bits)))
    }
}

impl<S: Isa> Shr<u32> for U32x8<S> {
    type Output = Self;
    #[inline(always)]
    fn shr(self, bits: u32) -> Self {
        Self(S::shr_u32(self.0, modulo(bits)))
    }
}
