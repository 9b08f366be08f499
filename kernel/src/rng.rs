//! Random numbers as a function: the same (seed, tick, id, stream) gives the same bits, always.
//!
//! There is no generator state. An entity draws for itself, whoever computes it and in whatever
//! order. A model gives every purpose its own `stream` number, so that two uses in one tick do
//! not see the same bits.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::rng;
//!
//! let [a, b, ..] = rng::draw(2026, 7, 41, 0);
//! assert_eq!(rng::draw(2026, 7, 41, 0)[0], a, "the same seed, tick, id and stream");
//! let (chance, pick) = (rng::unit(a), rng::below(b, 6));
//! assert!((0.0..1.0).contains(&chance) && pick < 6);
//! ```
//!
//! # Reference
//!
//! J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2,
//! 3", SC '11, 2011, doi:10.1145/2063384.2063405. The generator is Philox4x32 with 10 rounds.

use core::f32::consts::PI;

use crate::axes::Axes;
use crate::math;
use crate::simd::{F32x8, Isa, U32x8, V2, Vector8};
use crate::twin::{lane, one};
use crate::vector::{Vec2, Vector};

const MULTIPLY: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: u32 = 10;

/// 2^-24: the distance of two neighbouring results of [`unit()`].
const STEP: f32 = 1.0 / 16_777_216.0;

/// Four random words for one entity, tick and purpose.
///
/// The counter is (id, stream, low half of tick, high half of tick), the key the two halves of
/// `seed`. Different arguments give different blocks of the same permutation, so 2^128 draws
/// come before any repeats.
#[inline]
pub fn draw(seed: u64, tick: u64, id: u32, stream: u32) -> [u32; 4] {
    philox4x32_10(
        [id, stream, tick as u32, (tick >> 32) as u32],
        [seed as u32, (seed >> 32) as u32],
    )
}

/// As [`draw`], for eight entities.
#[inline(always)]
pub fn draw_lanes<S: Isa>(seed: u64, tick: u64, ids: U32x8<S>, stream: u32) -> [U32x8<S>; 4] {
    let counter =
        [ids, U32x8::splat(stream), U32x8::splat(tick as u32), U32x8::splat((tick >> 32) as u32)];
    S::split(
        #[inline(always)]
        || philox4x32_10_lanes(counter, [seed as u32, (seed >> 32) as u32]),
    )
}

/// As [`philox4x32_10`], for eight counters.
#[inline(always)]
fn philox4x32_10_lanes<S: Isa>(mut counter: [U32x8<S>; 4], mut key: [u32; 2]) -> [U32x8<S>; 4] {
    let multiply = [U32x8::splat(MULTIPLY[0]), U32x8::splat(MULTIPLY[1])];
    for _ in 0..ROUNDS {
        let (low0, high0) = counter[0].mul_low_high(multiply[0]);
        let (low1, high1) = counter[2].mul_low_high(multiply[1]);
        counter = [
            high1 ^ counter[1] ^ U32x8::splat(key[0]),
            low1,
            high0 ^ counter[3] ^ U32x8::splat(key[1]),
            low0,
        ];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

/// Philox4x32 with 10 rounds: a bijection of `counter` for every `key`.
#[inline]
pub fn philox4x32_10(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..ROUNDS {
        let product0 = u64::from(counter[0]) * u64::from(MULTIPLY[0]);
        let product1 = u64::from(counter[2]) * u64::from(MULTIPLY[1]);
        counter = [
            (product1 >> 32) as u32 ^ counter[1] ^ key[0],
            product1 as u32,
            (product0 >> 32) as u32 ^ counter[3] ^ key[1],
            product0 as u32,
        ];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

/// A number in [0, 1): the upper 24 bits, times 2^-24. Every result is exact.
#[inline]
pub fn unit(bits: u32) -> f32 {
    (bits >> 8) as f32 * STEP
}

/// As [`unit()`], for eight lanes.
#[inline(always)]
pub fn unit_lanes<S: Isa>(bits: U32x8<S>) -> F32x8<S> {
    (bits >> 8).to_f32() * F32x8::splat(STEP)
}

/// A number in [-1, 1). Every result is exact.
#[inline]
pub fn signed(bits: u32) -> f32 {
    (bits >> 8) as f32 * (2.0 * STEP) - 1.0
}

/// A vector of length 1 in any direction, all of which are as likely.
#[inline]
pub fn direction(bits: u32) -> Vec2 {
    Vec2::at_angle(signed(bits) * PI)
}

/// As [`direction`], for eight lanes.
#[inline(always)]
pub fn direction_lanes<S: Isa>(bits: U32x8<S>) -> V2<S> {
    V2::at_angle(signed_lanes(bits) * F32x8::splat(PI))
}

/// A vector of length 1 in any direction of the plane or of space, all of which are as likely: in
/// space its z is uniform, and `height` says which. In the plane it is [`direction`] of `angle`.
///
/// # Reference
///
/// Archimedes, "On the sphere and cylinder", book 1: zones of a sphere of the same height have the same
/// area.
#[inline]
pub fn direction_in<A: Axes>(angle: u32, height: u32) -> Vector<A> {
    one(direction_in_lanes(lane(angle), lane(height)))
}

/// As [`direction_in`], for eight lanes.
#[inline(always)]
pub fn direction_in_lanes<A: Axes, S: Isa>(angle: U32x8<S>, height: U32x8<S>) -> Vector8<A, S> {
    let around = direction_lanes(angle);
    if !A::SPACE {
        return Vector8::of(around.x, around.y, F32x8::ZERO);
    }
    let z = signed_lanes(height);
    // From -1, so never below 0.
    let radius = (F32x8::ONE - z * z).sqrt();
    Vector8::of(around.x * radius, around.y * radius, z)
}

/// As [`signed`], for eight lanes.
#[inline(always)]
pub fn signed_lanes<S: Isa>(bits: U32x8<S>) -> F32x8<S> {
    (bits >> 8).to_f32() * F32x8::splat(2.0 * STEP) - F32x8::ONE
}

/// A whole number below `count`; 0 if `count` is 0.
///
/// The probabilities of two results differ by at most 2^-32.
#[inline]
pub fn below(bits: u32, count: u32) -> u32 {
    ((u64::from(bits) * u64::from(count)) >> 32) as u32
}

/// As [`below`], for eight lanes.
#[inline(always)]
pub fn below_lanes<S: Isa>(bits: U32x8<S>, count: U32x8<S>) -> U32x8<S> {
    bits.mul_low_high(count).1
}

/// Two independent numbers from the normal distribution with mean 0 and variance 1.
///
/// The largest absolute value it can give is 5.77.
///
/// # Reference
///
/// G. E. P. Box, M. E. Muller, "A note on the generation of random normal deviates", 1958,
/// doi:10.1214/aoms/1177706645.
#[inline]
pub fn normal_pair(a: u32, b: u32) -> (f32, f32) {
    one(normal_pair_lanes(lane(a), lane(b)))
}

/// As [`normal_pair`], for eight lanes.
#[inline(always)]
pub fn normal_pair_lanes<S: Isa>(a: U32x8<S>, b: U32x8<S>) -> (F32x8<S>, F32x8<S>) {
    // (0, 1]: the logarithm is finite.
    let u = unit_lanes(a) + F32x8::splat(STEP);
    let radius = (math::ln(u) * F32x8::splat(-2.0)).sqrt();
    let (sin, cos) = math::sin_cos(unit_lanes(b) * F32x8::splat(core::f32::consts::TAU));
    (radius * cos, radius * sin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::U32x8;
    use quickcheck::quickcheck;

    #[test]
    fn known_answers_of_random123_hold() {
        let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        let key = [0xa409_3822, 0x299f_31d0];
        for (counter, key, answer) in [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([!0; 4], [!0; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (pi, key, [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
        ] {
            assert_eq!(philox4x32_10(counter, key), answer);
            let [id, stream, low, high] = counter;
            let tick = u64::from(high) << 32 | u64::from(low);
            let seed = u64::from(key[1]) << 32 | u64::from(key[0]);
            assert_eq!(draw(seed, tick, id, stream), answer);
            let lanes = draw_lanes(seed, tick, U32x8::splat(id), stream);
            assert_eq!(lanes, answer.map(U32x8::splat));
        }
    }

    #[test]
    fn ends_of_the_ranges_are_as_documented() {
        assert_eq!(unit(0), 0.0);
        assert_eq!(unit(!0), 1.0 - STEP);
        assert_eq!(signed(0), -1.0);
        assert_eq!(signed(!0), 1.0 - 2.0 * STEP);
        assert_eq!((below(!0, 10), below(0, 10), below(!0, 0)), (9, 0, 0));
        for (a, b) in [(0, 0), (!0, 0), (0, !0), (!0, !0), (255, 1 << 30)] {
            let (x, y) = normal_pair(a, b);
            assert!(x.abs() < 5.77 && y.abs() < 5.77, "{x} {y}");
        }
    }

    #[test]
    fn unit_numbers_are_uniform_and_normal_numbers_normal() {
        const N: u32 = 100_000;
        let mut bins = [0u32; 16];
        let (mut sum, mut squares, mut fourth) = (0.0f64, 0.0f64, 0.0f64);
        for id in 0..N {
            let words = draw(42, 7, id, 3);
            bins[(unit(words[0]) * 16.0) as usize] += 1;
            let (x, y) = normal_pair(words[1], words[2]);
            for value in [f64::from(x), f64::from(y)] {
                sum += value;
                squares += value * value;
                fourth += value * value * value * value;
            }
        }
        let expected = f64::from(N) / 16.0;
        let chi: f64 = bins.iter().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum();
        // 15 degrees of freedom: above 37.7 with a chance of 0.001; the draw is fixed.
        assert!(chi < 37.7, "{chi}");
        let n = 2.0 * f64::from(N);
        assert!((sum / n).abs() < 0.01);
        assert!((squares / n - 1.0).abs() < 0.01);
        assert!((fourth / n - 3.0).abs() < 0.06);
    }

    quickcheck! {
        fn lanes_draw_what_entities_draw_alone(
            seed: u64, tick: u64, ids: [u32; 8], stream: u32, count: u32
        ) -> bool {
            let words = draw_lanes(seed, tick, U32x8::from_array(ids), stream);
            let units = unit_lanes(words[0]).to_array();
            let signs = signed_lanes(words[1]).to_array();
            let belows = below_lanes(words[2], U32x8::splat(count)).to_array();
            let (x, y) = normal_pair_lanes(words[2], words[3]);
            (0..8).all(|lane| {
                let alone = draw(seed, tick, ids[lane], stream);
                let normal = normal_pair(alone[2], alone[3]);
                words.map(|word| word.to_array()[lane]) == alone
                    && units[lane].to_bits() == unit(alone[0]).to_bits()
                    && signs[lane].to_bits() == signed(alone[1]).to_bits()
                    && belows[lane] == below(alone[2], count)
                    && x.to_array()[lane].to_bits() == normal.0.to_bits()
                    && y.to_array()[lane].to_bits() == normal.1.to_bits()
            })
        }

        fn every_argument_counts(seed: u64, tick: u64, id: u32, stream: u32) -> bool {
            let here = draw(seed, tick, id, stream);
            here != draw(seed ^ 1 << 40, tick, id, stream)
                && here != draw(seed, tick ^ 1 << 40, id, stream)
                && here != draw(seed, tick, id ^ 1, stream)
                && here != draw(seed, tick, id, stream ^ 1)
        }
    }
}
