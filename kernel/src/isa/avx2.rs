//! AVX2, chosen at run time: one of three files of this crate with unsafe code, beside `super::avx512`
//! and `super::x86`.
#![allow(unsafe_code)]
#![allow(clippy::disallowed_types, reason = "its operations are exact")]

use core::arch::x86_64::*;
use core::mem::transmute;

use super::x86::{chosen_at_run_time, functions, lanes, lanes_of_256_bits, lanes_u32};
use super::{Isa, Task};
use crate::LANES;

/// Stands for AVX2, where the processor has it. Cannot be named outside of `super`, which makes
/// one only through [`run`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Avx2;

chosen_at_run_time!(Avx2, "AVX2", "avx2", "bmi1", "bmi2", "popcnt");

impl Isa for Avx2 {
    const NAME: &'static str = "avx2";
    const SCALAR: bool = false;

    type Mask = __m256;

    #[inline(always)]
    fn apart<R>(body: impl FnOnce() -> R) -> R {
        // SAFETY: as for the other functions.
        unsafe { apart(body) }
    }

    lanes_of_256_bits!();

    functions! {
        lt(a: __m256, b: __m256) -> __m256 = _mm256_cmp_ps::<_CMP_LT_OQ>(a, b);
        le(a: __m256, b: __m256) -> __m256 = _mm256_cmp_ps::<_CMP_LE_OQ>(a, b);
        gt(a: __m256, b: __m256) -> __m256 = _mm256_cmp_ps::<_CMP_GT_OQ>(a, b);
        ge(a: __m256, b: __m256) -> __m256 = _mm256_cmp_ps::<_CMP_GE_OQ>(a, b);
        equal(a: __m256, b: __m256) -> __m256 = _mm256_cmp_ps::<_CMP_EQ_OQ>(a, b);
        eq_u32(a: __m256i, b: __m256i) -> __m256 = _mm256_castsi256_ps(_mm256_cmpeq_epi32(a, b));
        none() -> __m256 = _mm256_setzero_ps();
        select(mask: __m256, yes: __m256, no: __m256) -> __m256 = _mm256_blendv_ps(no, yes, mask);
        select_u32(mask: __m256, yes: __m256i, no: __m256i) -> __m256i =
            {
            let (no, yes) = (_mm256_castsi256_ps(no), _mm256_castsi256_ps(yes));
            _mm256_castps_si256(_mm256_blendv_ps(no, yes, mask))
        };
        keep(mask: __m256, value: __m256) -> __m256 = _mm256_and_ps(mask, value);
        // True is all bits of a lane: -1.
        count(mask: __m256, counts: __m256i) -> __m256i =
            _mm256_sub_epi32(counts, _mm256_castps_si256(mask));
        bits(mask: __m256) -> u32 = _mm256_movemask_ps(mask) as u32;
        any(mask: __m256) -> bool = _mm256_movemask_ps(mask) != 0;
        all(mask: __m256) -> bool = _mm256_movemask_ps(mask) == 0xff;
        and(a: __m256, b: __m256) -> __m256 = _mm256_and_ps(a, b);
        or(a: __m256, b: __m256) -> __m256 = _mm256_or_ps(a, b);
        xor(a: __m256, b: __m256) -> __m256 = _mm256_xor_ps(a, b);
        not(a: __m256) -> __m256 = _mm256_xor_ps(a, _mm256_castsi256_ps(_mm256_set1_epi32(-1)));
    }
}
