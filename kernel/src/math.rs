//! Transcendental functions with one result on every target, for eight lanes.
//!
//! Range reduction and polynomials of exact operations (`+ - * /`, square root, floor,
//! comparisons, integers), in one fixed order. [`scalar`] holds the same functions for one `f32`,
//! with the same bits. Errors are given in ulp, the distance of neighbouring `f32`; the tests hold
//! them against double precision (for sine and cosine, on demand, for every `f32` up to 10,000).
//!
//! Where an argument has no finite result the function gives infinity or one fixed NaN, and never
//! panics.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::{F32x8, math};
//!
//! let (sin, cos) = math::sin_cos(F32x8::splat(0.5));
//! let (one_sin, one_cos) = math::scalar::sin_cos(0.5);
//! assert_eq!((sin.to_array()[7].to_bits(), cos.to_array()[7].to_bits()), (one_sin.to_bits(), one_cos.to_bits()));
//! assert!((one_sin * one_sin + one_cos * one_cos - 1.0).abs() < 1.0e-6);
//! assert_eq!(math::scalar::exp(0.0), 1.0);
//! ```
//!
//! # Reference
//!
//! The polynomials for sine, cosine, arc tangent and exponential are those of S. L. Moshier,
//! "Methods and Programs for Mathematical Functions", 1989 (the Cephes library); the logarithm is
//! that of FreeBSD's libm. The reduction of angles is that of W. J. Cody and W. Waite, "Software
//! Manual for the Elementary Functions", 1980.

use core::f32::consts::{FRAC_2_PI, FRAC_PI_2, FRAC_PI_4, LOG2_E, PI};

use crate::simd::{F32x8, Isa, Mask8, U32x8};

pub mod scalar;

/// 1.5 * 2^23: adding it to a whole number below 2^22 leaves that number in the low bits.
const WHOLE: f32 = 12_582_912.0;

#[inline(always)]
fn s<S: Isa>(value: f32) -> F32x8<S> {
    F32x8::splat(value)
}

/// c[0] x^n + c[1] x^(n-1) + ... + c[n], by Horner's rule.
#[inline(always)]
fn horner<S: Isa, const N: usize>(x: F32x8<S>, coefficients: [f32; N]) -> F32x8<S> {
    let mut sum = F32x8::ZERO;
    for (i, c) in coefficients.into_iter().enumerate() {
        sum = if i == 0 { s(c) } else { sum * x + s(c) };
    }
    sum
}

/// The sine and the cosine of `x` radians.
///
/// For |x| up to 10,000 the error is below 3 ulp, up to 100,000 it is below 2e-6 (absolute).
/// Beyond, the results lie within [-1, 1] but mean less and less. NaN if `x` is not finite.
#[inline(always)]
pub fn sin_cos<S: Isa>(x: F32x8<S>) -> (F32x8<S>, F32x8<S>) {
    let k = (x * s(FRAC_2_PI) + s(0.5)).floor();
    // pi/2 in four parts: the products with the first three are exact for k below 2^13.
    let r =
        x - k * s(1.570_312_5) - k * s(4.837_513e-4) - k * s(7.549_533_6e-8) - k * s(2.563_344e-12);
    let r = within(r, FRAC_PI_4 + 0.02);
    let quadrant = (k + s(WHOLE)).to_bits();
    let z = r * r;
    let sin = horner(z, [-1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1]) * z * r + r;
    let cos = horner(z, [2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2]) * z * z - z * s(0.5)
        + F32x8::ONE;
    let odd = bit(quadrant, 0);
    let negative_sin = bit(quadrant, 1);
    let negative_cos = negative_sin ^ odd;
    let (a, b) = (odd.select(cos, sin), odd.select(sin, cos));
    let valid = x.is_finite();
    let nan = s(f32::NAN);
    (valid.select(negative_sin.select(-a, a), nan), valid.select(negative_cos.select(-b, b), nan))
}

/// The angle of the vector (`x`, `y`) in radians, from -pi to pi.
///
/// 0 for the zero vector; -0.0 counts as +0.0, so (-1, -0.0) gives pi. The error is below 3 ulp.
/// NaN if an argument is not finite.
#[inline(always)]
pub fn atan2<S: Isa>(y: F32x8<S>, x: F32x8<S>) -> F32x8<S> {
    let (ax, ay) = (x.abs(), y.abs());
    let steep = ay.gt(ax);
    let (small, large) = (steep.select(ax, ay), steep.select(ay, ax));
    let ratio = small / large;
    // Above tan(pi/8) the angle is pi/4 more than that of (large + small, small - large).
    let upper = ratio.gt(s(0.414_213_57));
    let scale = large.gt(F32x8::ONE).select(s(0.5), s(2.0));
    let (p, q) = (small * scale, large * scale);
    let t = upper.select((p - q) / (p + q), ratio);
    let z = t * t;
    let polynomial = horner(z, [8.053_744_6e-2, -1.387_768_6e-1, 1.997_771_1e-1, -3.333_295e-1]);
    let angle = upper.select(s(FRAC_PI_4), F32x8::ZERO) + (polynomial * z * t + t);
    let angle = steep.select(s(FRAC_PI_2) - angle, angle);
    let angle = x.lt(F32x8::ZERO).select(s(PI) - angle, angle);
    let angle = y.lt(F32x8::ZERO).select(-angle, angle);
    let angle = large.eq(F32x8::ZERO).select(F32x8::ZERO, angle).canonical_zero();
    (x.is_finite() & y.is_finite()).select(angle, s(f32::NAN))
}

/// e to the power of `x`.
///
/// The error is below 2 ulp. Infinity above 88.73, 0 below -104, NaN for NaN.
#[inline(always)]
pub fn exp<S: Isa>(x: F32x8<S>) -> F32x8<S> {
    let bounded = x.clamp(s(-104.0), s(89.0));
    let k = (bounded * s(LOG2_E) + s(0.5)).floor();
    let r = bounded - k * s(0.693_359_4) - k * s(-2.121_944_4e-4);
    let z = r * r;
    let polynomial = horner(
        r,
        [1.987_569_1e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5.0e-1],
    );
    let result = polynomial * z + r + F32x8::ONE;
    // In two steps, so that both powers of two are normal numbers.
    let half = (k * s(0.5)).floor();
    let result = result * power_of_two(half) * power_of_two(k - half);
    x.eq(x).select(result, s(f32::NAN))
}

/// The natural logarithm of `x`.
///
/// The error is below 1 ulp. Negative infinity for 0, infinity for infinity, NaN below 0 and for
/// NaN.
#[inline(always)]
pub fn ln<S: Isa>(x: F32x8<S>) -> F32x8<S> {
    let subnormal = x.lt(s(f32::MIN_POSITIVE));
    let scaled = subnormal.select(x * s(33_554_432.0), x);
    // scaled = m * 2^k with m from sqrt(1/2) to sqrt(2).
    let bits = scaled.to_bits() + U32x8::splat(0x3f80_0000 - 0x3f35_04f3);
    let k = (bits >> 23).to_f32() - subnormal.select(s(127.0 + 25.0), s(127.0));
    let m = (bits & U32x8::splat(0x007f_ffff)) + U32x8::splat(0x3f35_04f3);
    let f = F32x8::from_bits(m) - F32x8::ONE;
    let q = f / (s(2.0) + f);
    let z = q * q;
    let w = z * z;
    let even = w * (s(0.400_009_72) + w * s(0.242_790_79));
    let odd = z * (s(0.666_666_6) + w * s(0.284_987_87));
    let half = s(0.5) * f * f;
    let result = q * (half + (odd + even)) + k * s(9.058_001e-6) - half + f + k * s(6.931_381e-1);
    let result = x.eq(F32x8::ZERO).select(s(f32::NEG_INFINITY), result);
    let result = x.eq(s(f32::INFINITY)).select(x, result);
    x.ge(F32x8::ZERO).select(result, s(f32::NAN))
}

/// 1 / sqrt(`x`), rounded twice: the error is below 1 ulp.
///
/// Infinity for +0.0, NaN below 0.
#[inline(always)]
pub fn rsqrt<S: Isa>(x: F32x8<S>) -> F32x8<S> {
    F32x8::ONE / x.sqrt()
}

/// `x` to the power of a whole number, by repeated squaring; 1 for the power 0.
#[inline(always)]
pub fn powi<S: Isa>(x: F32x8<S>, power: i32) -> F32x8<S> {
    let mut left = power.unsigned_abs();
    let mut square = x;
    let mut result = F32x8::ONE;
    while left != 0 {
        if left & 1 == 1 {
            result *= square;
        }
        square *= square;
        left >>= 1;
    }
    if power < 0 { F32x8::ONE / result } else { result }
}

/// The length of the vector (`x`, `y`), without overflow or underflow on the way.
#[inline(always)]
pub fn length<S: Isa>(x: F32x8<S>, y: F32x8<S>) -> F32x8<S> {
    let scale = Scale::of(x.abs().max(y.abs()));
    let (x, y) = (x * scale.there, y * scale.there);
    (x * x + y * y).sqrt() * scale.back
}

/// As [`length`], of (`x`, `y`, `z`).
#[inline(always)]
pub fn length3<S: Isa>(x: F32x8<S>, y: F32x8<S>, z: F32x8<S>) -> F32x8<S> {
    let scale = Scale::of(x.abs().max(y.abs()).max(z.abs()));
    let (x, y, z) = (x * scale.there, y * scale.there, z * scale.there);
    (x * x + y * y + z * z).sqrt() * scale.back
}

/// The vector of length 1 in the direction of (`x`, `y`); the zero vector stays zero.
///
/// Each component is within 2 ulp. A vector that is not finite gives some vector of NaN and zero.
#[inline(always)]
pub fn normalize<S: Isa>(x: F32x8<S>, y: F32x8<S>) -> (F32x8<S>, F32x8<S>) {
    let scale = Scale::of(x.abs().max(y.abs()));
    let (x, y) = (x * scale.there, y * scale.there);
    let inverse = inverse_root(x * x + y * y);
    (x * inverse, y * inverse)
}

/// As [`normalize`], of (`x`, `y`, `z`).
#[inline(always)]
pub fn normalize3<S: Isa>(x: F32x8<S>, y: F32x8<S>, z: F32x8<S>) -> (F32x8<S>, F32x8<S>, F32x8<S>) {
    let scale = Scale::of(x.abs().max(y.abs()).max(z.abs()));
    let (x, y, z) = (x * scale.there, y * scale.there, z * scale.there);
    let inverse = inverse_root(x * x + y * y + z * z);
    (x * inverse, y * inverse, z * inverse)
}

/// The vector (`x`, `y`), shortened to the length `max` if it is longer.
///
/// The result may be longer than `max` by rounding, about one part in 10^7. A `max` that is
/// negative or NaN counts as 0.
#[inline(always)]
pub fn limit_length<S: Isa>(x: F32x8<S>, y: F32x8<S>, max: F32x8<S>) -> (F32x8<S>, F32x8<S>) {
    let max = max.max(F32x8::ZERO);
    let scale = Scale::of(x.abs().max(y.abs()));
    let (sx, sy) = (x * scale.there, y * scale.there);
    let length = (sx * sx + sy * sy).sqrt();
    let factor = max / length;
    let longer = (length * scale.back).gt(max);
    (longer.select(sx * factor, x), longer.select(sy * factor, y))
}

/// As [`limit_length`], of (`x`, `y`, `z`).
#[inline(always)]
pub fn limit_length3<S: Isa>(
    x: F32x8<S>,
    y: F32x8<S>,
    z: F32x8<S>,
    max: F32x8<S>,
) -> (F32x8<S>, F32x8<S>, F32x8<S>) {
    let max = max.max(F32x8::ZERO);
    let scale = Scale::of(x.abs().max(y.abs()).max(z.abs()));
    let (sx, sy, sz) = (x * scale.there, y * scale.there, z * scale.there);
    let length = (sx * sx + sy * sy + sz * sz).sqrt();
    let factor = max / length;
    let longer = (length * scale.back).gt(max);
    (longer.select(sx * factor, x), longer.select(sy * factor, y), longer.select(sz * factor, z))
}

/// 1 / sqrt(`squared`), and 0 for 0.
#[inline(always)]
fn inverse_root<S: Isa>(squared: F32x8<S>) -> F32x8<S> {
    let inverse = F32x8::ONE / squared.sqrt();
    squared.gt(F32x8::ZERO).select(inverse, squared)
}

/// A power of two that brings the longest component of a vector near 1 if squares would over- or
/// underflow.
struct Scale<S: Isa> {
    there: F32x8<S>,
    /// What undoes it.
    back: F32x8<S>,
}

impl<S: Isa> Scale<S> {
    #[inline(always)]
    fn of(largest: F32x8<S>) -> Self {
        const fn two_to(power: i32) -> f32 {
            f32::from_bits(((power + 127) as u32) << 23)
        }
        const LOW: f32 = two_to(-50);
        const HIGH: f32 = two_to(60);
        const UP: f32 = two_to(100);
        const DOWN: f32 = two_to(-70);
        let tiny = largest.lt(s(LOW));
        let huge = largest.gt(s(HIGH));
        Self {
            there: huge.select(s(DOWN), tiny.select(s(UP), F32x8::ONE)),
            back: huge.select(s(1.0 / DOWN), tiny.select(s(1.0 / UP), F32x8::ONE)),
        }
    }
}

/// 2^k for whole k from -126 to 127.
#[inline(always)]
fn power_of_two<S: Isa>(k: F32x8<S>) -> F32x8<S> {
    // The sum holds k + 127 in its low bits; shifted, that is an exponent without mantissa.
    F32x8::from_bits((k + s(8_388_608.0 + 127.0)).to_bits() << 23)
}

/// `value` clamped to -`bound` ..= `bound`.
#[inline(always)]
fn within<S: Isa>(value: F32x8<S>, bound: f32) -> F32x8<S> {
    value.clamp(s(-bound), s(bound))
}

/// Lanes whose bit number `index` is set.
#[inline(always)]
fn bit<S: Isa>(bits: U32x8<S>, index: u32) -> Mask8<S> {
    ((bits >> index) & U32x8::splat(1)).eq(U32x8::splat(1))
}

#[cfg(test)]
mod tests;
