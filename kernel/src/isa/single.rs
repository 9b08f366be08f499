//! One lane instead of eight: what a program pays that has one entity, or no vector unit.
//!
//! Lanes of [`Single`] have lane 0 alone: what is put into the others is dropped, and what is read of
//! them is zero. So code of lanes is code for one entity, from one source and with the same bits.

use super::Isa;
use crate::LANES;

/// Stands for plain numbers, one at a time, on any processor. [`dispatch`](super::dispatch) never
/// takes it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Single;

impl super::sealed::Sealed for Single {}

/// Functions of the trait, in one line each.
macro_rules! functions {
    ($($name:ident($($arg:ident: $type:ty),*) -> $result:ty = $body:expr;)+) => {$(
        #[inline(always)]
        fn $name($($arg: $type),*) -> $result {
            $body
        }
    )+};
}

impl Isa for Single {
    const NAME: &'static str = "single";
    const SCALAR: bool = false;
    const WIDTH: usize = 1;

    type F32 = f32;
    type U32 = u32;
    type Mask = bool;

    const ZERO: f32 = 0.0;
    const ONE: f32 = 1.0;
    const INDEX: f32 = 0.0;
    const ZERO_U32: u32 = 0;

    #[inline(never)]
    fn apart<R>(body: impl FnOnce() -> R) -> R {
        body()
    }

    functions! {
        splat(value: f32) -> f32 = value;
        new(values: [f32; LANES]) -> f32 = values[0];
        array(a: f32) -> [f32; LANES] = [a, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        add(a: f32, b: f32) -> f32 = a + b;
        sub(a: f32, b: f32) -> f32 = a - b;
        mul(a: f32, b: f32) -> f32 = a * b;
        div(a: f32, b: f32) -> f32 = a / b;
        neg(a: f32) -> f32 = -a;
        abs(a: f32) -> f32 = a.abs();
        sqrt(a: f32) -> f32 = libm::sqrtf(a);
        floor(a: f32) -> f32 = libm::floorf(a);
        lt(a: f32, b: f32) -> bool = a < b;
        le(a: f32, b: f32) -> bool = a <= b;
        gt(a: f32, b: f32) -> bool = a > b;
        ge(a: f32, b: f32) -> bool = a >= b;
        equal(a: f32, b: f32) -> bool = a == b;
        trunc(a: f32) -> u32 = (a as i32).cast_unsigned();
        to_bits(a: f32) -> u32 = a.to_bits();
        from_bits(a: u32) -> f32 = f32::from_bits(a);

        splat_u32(value: u32) -> u32 = value;
        new_u32(values: [u32; LANES]) -> u32 = values[0];
        array_u32(a: u32) -> [u32; LANES] = [a, 0, 0, 0, 0, 0, 0, 0];
        add_u32(a: u32, b: u32) -> u32 = a.wrapping_add(b);
        sub_u32(a: u32, b: u32) -> u32 = a.wrapping_sub(b);
        mul_u32(a: u32, b: u32) -> u32 = a.wrapping_mul(b);
        and_u32(a: u32, b: u32) -> u32 = a & b;
        or_u32(a: u32, b: u32) -> u32 = a | b;
        xor_u32(a: u32, b: u32) -> u32 = a ^ b;
        shl_u32(a: u32, bits: u32) -> u32 = a.wrapping_shl(bits);
        shr_u32(a: u32, bits: u32) -> u32 = a.wrapping_shr(bits);
        max_u32(a: u32, b: u32) -> u32 = a.max(b);
        eq_u32(a: u32, b: u32) -> bool = a == b;
        mul_low_high(a: u32, b: u32) -> (u32, u32) = {
            let product = u64::from(a) * u64::from(b);
            (product as u32, (product >> 32) as u32)
        };
        to_f32(a: u32) -> f32 = a.cast_signed() as f32;

        none() -> bool = false;
        select(mask: bool, yes: f32, no: f32) -> f32 = if mask { yes } else { no };
        select_u32(mask: bool, yes: u32, no: u32) -> u32 = if mask { yes } else { no };
        keep(mask: bool, value: f32) -> f32 = if mask { value } else { 0.0 };
        count(mask: bool, counts: u32) -> u32 = counts.wrapping_add(u32::from(mask));
        bits(mask: bool) -> u32 = u32::from(mask);
        any(mask: bool) -> bool = mask;
        all(mask: bool) -> bool = mask;
        and(a: bool, b: bool) -> bool = a & b;
        or(a: bool, b: bool) -> bool = a | b;
        xor(a: bool, b: bool) -> bool = a ^ b;
        not(a: bool) -> bool = !a;
    }
}
