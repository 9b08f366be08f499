//! The instruction set the build is for: the only file that imports [`wide`].
#![allow(clippy::disallowed_types, reason = "what is not exact of them is left out")]

#[cfg(all(target_arch = "wasm32", not(target_feature = "simd128")))]
use super::plain::{f32x8, i32x8, mask8, masks, u32x8};
#[cfg(not(all(target_arch = "wasm32", not(target_feature = "simd128"))))]
use wide::{f32x8, f32x8 as mask8, i32x8, u32x8};

use super::Isa;
use crate::LANES;

/// What masks need beyond the operators: here a mask is an `f32` with all bits of a lane set.
#[cfg(not(all(target_arch = "wasm32", not(target_feature = "simd128"))))]
mod masks {
    use super::{f32x8, u32x8};

    #[inline(always)]
    pub fn none() -> f32x8 {
        f32x8::splat(0.0)
    }

    #[inline(always)]
    pub fn equal(a: u32x8, b: u32x8) -> f32x8 {
        bytemuck::cast(a.simd_eq(b))
    }

    #[inline(always)]
    pub fn select(mask: f32x8, yes: u32x8, no: u32x8) -> u32x8 {
        let float = bytemuck::cast::<u32x8, f32x8>;
        bytemuck::cast(mask.select(float(yes), float(no)))
    }

    #[inline(always)]
    pub fn keep(mask: f32x8, value: f32x8) -> f32x8 {
        mask & value
    }

    #[inline(always)]
    pub fn count(mask: f32x8, counts: u32x8) -> u32x8 {
        // True is all bits of a lane: -1.
        counts - bytemuck::cast::<f32x8, u32x8>(mask)
    }
}

/// The instruction set the build is for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Baseline;

impl super::sealed::Sealed for Baseline {}

/// Functions of the trait, in one line each.
macro_rules! functions {
    ($($(#[$meta:meta])* $name:ident($($arg:ident: $type:ty),*) -> $result:ty = $body:expr;)+) => {$(
        $(#[$meta])*
        #[inline(always)]
        fn $name($($arg: $type),*) -> $result {
            $body
        }
    )+};
}

impl Isa for Baseline {
    const NAME: &'static str = "baseline";
    const SCALAR: bool = cfg!(all(target_arch = "wasm32", not(target_feature = "simd128")));

    type F32 = f32x8;
    type U32 = u32x8;
    type Mask = mask8;

    const ZERO: f32x8 = f32x8::splat(0.0);
    const ONE: f32x8 = f32x8::splat(1.0);
    const INDEX: f32x8 = f32x8::new([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    const ZERO_U32: u32x8 = u32x8::splat(0);

    #[inline(never)]
    fn apart<R>(body: impl FnOnce() -> R) -> R {
        body()
    }

    // On x86 these are one instruction, which gives just what the trait wants of ties and NaN.
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    functions! {
        #[allow(clippy::disallowed_methods, reason = "on x86 it has one meaning")]
        min(a: f32x8, b: f32x8) -> f32x8 = a.fast_min(b);
        #[allow(clippy::disallowed_methods, reason = "on x86 it has one meaning")]
        max(a: f32x8, b: f32x8) -> f32x8 = a.fast_max(b);
    }

    // `pmin` and `pmax` give the first operand where these want the second.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    functions! {
        min(a: f32x8, b: f32x8) -> f32x8 = b.fast_min(a);
        max(a: f32x8, b: f32x8) -> f32x8 = b.fast_max(a);
    }

    functions! {
        splat(value: f32) -> f32x8 = f32x8::splat(value);
        new(values: [f32; LANES]) -> f32x8 = f32x8::new(values);
        array(a: f32x8) -> [f32; LANES] = a.to_array();
        add(a: f32x8, b: f32x8) -> f32x8 = a + b;
        sub(a: f32x8, b: f32x8) -> f32x8 = a - b;
        mul(a: f32x8, b: f32x8) -> f32x8 = a * b;
        div(a: f32x8, b: f32x8) -> f32x8 = a / b;
        neg(a: f32x8) -> f32x8 = -a;
        abs(a: f32x8) -> f32x8 = a.abs();
        sqrt(a: f32x8) -> f32x8 = a.sqrt();
        floor(a: f32x8) -> f32x8 = a.floor();
        lt(a: f32x8, b: f32x8) -> mask8 = a.simd_lt(b);
        le(a: f32x8, b: f32x8) -> mask8 = a.simd_le(b);
        gt(a: f32x8, b: f32x8) -> mask8 = a.simd_gt(b);
        ge(a: f32x8, b: f32x8) -> mask8 = a.simd_ge(b);
        equal(a: f32x8, b: f32x8) -> mask8 = a.simd_eq(b);
        #[allow(clippy::disallowed_methods, reason = "lanes give it numbers in range alone")]
        trunc(a: f32x8) -> u32x8 = bytemuck::cast(a.fast_trunc_int());
        to_bits(a: f32x8) -> u32x8 = bytemuck::cast(a);
        from_bits(a: u32x8) -> f32x8 = bytemuck::cast(a);

        splat_u32(value: u32) -> u32x8 = u32x8::splat(value);
        new_u32(values: [u32; LANES]) -> u32x8 = u32x8::new(values);
        array_u32(a: u32x8) -> [u32; LANES] = a.to_array();
        add_u32(a: u32x8, b: u32x8) -> u32x8 = a + b;
        sub_u32(a: u32x8, b: u32x8) -> u32x8 = a - b;
        mul_u32(a: u32x8, b: u32x8) -> u32x8 = a * b;
        and_u32(a: u32x8, b: u32x8) -> u32x8 = a & b;
        or_u32(a: u32x8, b: u32x8) -> u32x8 = a | b;
        xor_u32(a: u32x8, b: u32x8) -> u32x8 = a ^ b;
        shl_u32(a: u32x8, bits: u32) -> u32x8 = a << bits;
        shr_u32(a: u32x8, bits: u32) -> u32x8 = a >> bits;
        max_u32(a: u32x8, b: u32x8) -> u32x8 = a.max(b);
        eq_u32(a: u32x8, b: u32x8) -> mask8 = masks::equal(a, b);
        mul_low_high(a: u32x8, b: u32x8) -> (u32x8, u32x8) = a.mul_keep_low_high(b);
        to_f32(a: u32x8) -> f32x8 = f32x8::from_i32x8(bytemuck::cast::<u32x8, i32x8>(a));

        none() -> mask8 = masks::none();
        select(mask: mask8, yes: f32x8, no: f32x8) -> f32x8 = mask.select(yes, no);
        select_u32(mask: mask8, yes: u32x8, no: u32x8) -> u32x8 = masks::select(mask, yes, no);
        keep(mask: mask8, value: f32x8) -> f32x8 = masks::keep(mask, value);
        count(mask: mask8, counts: u32x8) -> u32x8 = masks::count(mask, counts);
        bits(mask: mask8) -> u32 = mask.to_bitmask();
        any(mask: mask8) -> bool = mask.any();
        all(mask: mask8) -> bool = mask.all();
        and(a: mask8, b: mask8) -> mask8 = a & b;
        or(a: mask8, b: mask8) -> mask8 = a | b;
        xor(a: mask8, b: mask8) -> mask8 = a ^ b;
        not(a: mask8) -> mask8 = !a;
    }
}
