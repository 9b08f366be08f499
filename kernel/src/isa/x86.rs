//! What AVX2 and AVX-512VL have alike: eight lanes in 256 bits. They differ in their masks.
#![allow(unsafe_code)]
#![allow(clippy::disallowed_types, reason = "its operations are exact")]

use core::arch::x86_64::{__m256, __m256i};
use core::mem::transmute;

use crate::LANES;

/// Functions of [`super::Isa`], in one line each.
macro_rules! functions {
    ($($name:ident($($arg:ident: $type:ty),*) -> $result:ty = $body:expr;)+) => {$(
        #[inline(always)]
        fn $name($($arg: $type),*) -> $result {
            // Functions of masks alone need none.
            #[allow(unused_unsafe)]
            // SAFETY: whoever can name the set has asked the processor for it; and casts are between
            // types of one size for which all bits are valid.
            unsafe { $body }
        }
    )+};
}
pub(super) use functions;

/// How a set comes into play: `available`, and `run`, which asks the processor first; and `apart`.
macro_rules! chosen_at_run_time {
    ($set:ident, $called:literal, $($feature:tt),+) => {
        impl super::sealed::Sealed for $set {}

        cpufeatures::new!(has, $($feature),+);

        #[inline]
        pub(super) fn available() -> bool {
            has::get()
        }

        /// Does a task with this set; panics where there is none.
        pub(super) fn run<T: Task>(task: T) -> T::Output {
            assert!(has::get(), concat!("this processor has no ", $called));
            // SAFETY: the processor has all of `enter`'s features.
            unsafe {
                enter(
                    #[inline(always)]
                    || task.run::<$set>(),
                )
            }
        }

        #[target_feature($(enable = $feature),+)]
        fn enter<R>(body: impl FnOnce() -> R) -> R {
            body()
        }

        /// Runs the body as a function of its own.
        #[target_feature($(enable = $feature),+)]
        #[inline(never)]
        fn apart<R>(body: impl FnOnce() -> R) -> R {
            body()
        }
    };
}
pub(super) use chosen_at_run_time;

/// What does not touch a mask, for an `impl` of [`super::Isa`] where `core::arch::x86_64` is in scope.
macro_rules! lanes_of_256_bits {
    () => {
    type F32 = __m256;
    type U32 = __m256i;

    const ZERO: __m256 = lanes([0.0; LANES]);
    const ONE: __m256 = lanes([1.0; LANES]);
    const INDEX: __m256 = lanes([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    const ZERO_U32: __m256i = lanes_u32([0; LANES]);

    #[inline(always)]
    fn new(values: [f32; LANES]) -> __m256 {
        lanes(values)
    }

    #[inline(always)]
    fn new_u32(values: [u32; LANES]) -> __m256i {
        lanes_u32(values)
    }

    functions! {
        splat(value: f32) -> __m256 = _mm256_set1_ps(value);
        array(a: __m256) -> [f32; LANES] = transmute::<__m256, [f32; LANES]>(a);
        add(a: __m256, b: __m256) -> __m256 = _mm256_add_ps(a, b);
        sub(a: __m256, b: __m256) -> __m256 = _mm256_sub_ps(a, b);
        mul(a: __m256, b: __m256) -> __m256 = _mm256_mul_ps(a, b);
        div(a: __m256, b: __m256) -> __m256 = _mm256_div_ps(a, b);
        neg(a: __m256) -> __m256 = _mm256_xor_ps(a, _mm256_set1_ps(-0.0));
        abs(a: __m256) -> __m256 = _mm256_andnot_ps(_mm256_set1_ps(-0.0), a);
        sqrt(a: __m256) -> __m256 = _mm256_sqrt_ps(a);
        floor(a: __m256) -> __m256 = _mm256_floor_ps(a);
        min(a: __m256, b: __m256) -> __m256 = _mm256_min_ps(a, b);
        max(a: __m256, b: __m256) -> __m256 = _mm256_max_ps(a, b);
        trunc(a: __m256) -> __m256i = _mm256_cvttps_epi32(a);
        to_bits(a: __m256) -> __m256i = _mm256_castps_si256(a);
        from_bits(a: __m256i) -> __m256 = _mm256_castsi256_ps(a);
        splat_u32(value: u32) -> __m256i = _mm256_set1_epi32(value as i32);
        array_u32(a: __m256i) -> [u32; LANES] = transmute::<__m256i, [u32; LANES]>(a);
        add_u32(a: __m256i, b: __m256i) -> __m256i = _mm256_add_epi32(a, b);
        sub_u32(a: __m256i, b: __m256i) -> __m256i = _mm256_sub_epi32(a, b);
        mul_u32(a: __m256i, b: __m256i) -> __m256i = _mm256_mullo_epi32(a, b);
        and_u32(a: __m256i, b: __m256i) -> __m256i = _mm256_and_si256(a, b);
        or_u32(a: __m256i, b: __m256i) -> __m256i = _mm256_or_si256(a, b);
        xor_u32(a: __m256i, b: __m256i) -> __m256i = _mm256_xor_si256(a, b);
        shl_u32(a: __m256i, bits: u32) -> __m256i = _mm256_sll_epi32(a, _mm_cvtsi32_si128(bits as i32));
        shr_u32(a: __m256i, bits: u32) -> __m256i = _mm256_srl_epi32(a, _mm_cvtsi32_si128(bits as i32));
        max_u32(a: __m256i, b: __m256i) -> __m256i = _mm256_max_epu32(a, b);
        mul_low_high(a: __m256i, b: __m256i) -> (__m256i, __m256i) = {
            let even = _mm256_mul_epu32(a, b);
            let odd = _mm256_mul_epu32(_mm256_srli_epi64::<32>(a), _mm256_srli_epi64::<32>(b));
            let (one, two) = (_mm256_unpacklo_epi32(even, odd), _mm256_unpackhi_epi32(even, odd));
            (_mm256_unpacklo_epi64(one, two), _mm256_unpackhi_epi64(one, two))
        };
        to_f32(a: __m256i) -> __m256 = _mm256_cvtepi32_ps(a);
    }
    };
}
pub(super) use lanes_of_256_bits;

#[inline(always)]
pub(super) const fn lanes(values: [f32; LANES]) -> __m256 {
    // SAFETY: both are 32 bytes for which all bits are valid.
    unsafe { transmute::<[f32; LANES], __m256>(values) }
}

#[inline(always)]
pub(super) const fn lanes_u32(values: [u32; LANES]) -> __m256i {
    // SAFETY: both are 32 bytes for which all bits are valid.
    unsafe { transmute::<[u32; LANES], __m256i>(values) }
}
