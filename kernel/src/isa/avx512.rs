//! AVX-512VL, chosen at run time: 256 bits as AVX2, but twice as many registers, and masks of one bit a
//! lane that cost none of them, so that adding under a mask is one operation. As `super::avx2` in all
//! else.
//!
//! Registers of 512 bits would be two tiles at once, and the order of sums is one of tiles of eight.
#![allow(unsafe_code)]
#![allow(clippy::disallowed_types, reason = "its operations are exact")]

use core::arch::x86_64::*;
use core::mem::transmute;

use super::x86::{chosen_at_run_time, functions, lanes, lanes_of_256_bits, lanes_u32};
use super::{Isa, Task};
use crate::LANES;

/// Stands for AVX-512F, VL and DQ, where the processor has them. Cannot be named outside of `super`,
/// which makes one only through [`run`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Avx512;

chosen_at_run_time!(
    Avx512,
    "AVX-512VL",
    "avx2",
    "bmi1",
    "bmi2",
    "popcnt",
    "avx512f",
    "avx512vl",
    "avx512dq"
);

impl Isa for Avx512 {
    const NAME: &'static str = "avx512";
    const SCALAR: bool = false;

    type Mask = __mmask8;

    #[inline(always)]
    fn apart<R>(body: impl FnOnce() -> R) -> R {
        // SAFETY: as for the other functions.
        unsafe { apart(body) }
    }

    lanes_of_256_bits!();

    functions! {
        lt(a: __m256, b: __m256) -> __mmask8 = _mm256_cmp_ps_mask::<_CMP_LT_OQ>(a, b);
        le(a: __m256, b: __m256) -> __mmask8 = _mm256_cmp_ps_mask::<_CMP_LE_OQ>(a, b);
        gt(a: __m256, b: __m256) -> __mmask8 = _mm256_cmp_ps_mask::<_CMP_GT_OQ>(a, b);
        ge(a: __m256, b: __m256) -> __mmask8 = _mm256_cmp_ps_mask::<_CMP_GE_OQ>(a, b);
        equal(a: __m256, b: __m256) -> __mmask8 = _mm256_cmp_ps_mask::<_CMP_EQ_OQ>(a, b);
        eq_u32(a: __m256i, b: __m256i) -> __mmask8 = _mm256_cmpeq_epi32_mask(a, b);
        none() -> __mmask8 = 0;
        select(mask: __mmask8, yes: __m256, no: __m256) -> __m256 = _mm256_mask_blend_ps(mask, no, yes);
        select_u32(mask: __mmask8, yes: __m256i, no: __m256i) -> __m256i =
            _mm256_mask_blend_epi32(mask, no, yes);
        keep(mask: __mmask8, value: __m256) -> __m256 = _mm256_maskz_mov_ps(mask, value);
        add_where(mask: __mmask8, sum: __m256, value: __m256) -> __m256 =
            _mm256_mask_add_ps(sum, mask, sum, value);
        count(mask: __mmask8, counts: __m256i) -> __m256i =
            _mm256_mask_add_epi32(counts, mask, counts, _mm256_set1_epi32(1));
        bits(mask: __mmask8) -> u32 = u32::from(mask);
        any(mask: __mmask8) -> bool = mask != 0;
        all(mask: __mmask8) -> bool = mask == 0xff;
        and(a: __mmask8, b: __mmask8) -> __mmask8 = a & b;
        or(a: __mmask8, b: __mmask8) -> __mmask8 = a | b;
        xor(a: __mmask8, b: __mmask8) -> __mmask8 = a ^ b;
        not(a: __mmask8) -> __mmask8 = !a;
    }
}
