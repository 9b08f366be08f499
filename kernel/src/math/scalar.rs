//! The functions of [`math`](super) for one `f32`: the same bits as the lanes give.

use crate::F32x8;

#[inline(always)]
fn s(value: f32) -> F32x8 {
    F32x8::splat(value)
}

#[inline(always)]
fn first(lanes: F32x8) -> f32 {
    lanes.to_array()[0]
}

#[inline(always)]
fn pair((x, y): (F32x8, F32x8)) -> (f32, f32) {
    (first(x), first(y))
}

/// As [`math::sin_cos`](super::sin_cos).
#[inline]
pub fn sin_cos(x: f32) -> (f32, f32) {
    pair(super::sin_cos(s(x)))
}

/// As [`math::atan2`](super::atan2).
#[inline]
pub fn atan2(y: f32, x: f32) -> f32 {
    first(super::atan2(s(y), s(x)))
}

/// As [`math::exp`](super::exp).
#[inline]
pub fn exp(x: f32) -> f32 {
    first(super::exp(s(x)))
}

/// As [`math::ln`](super::ln).
#[inline]
pub fn ln(x: f32) -> f32 {
    first(super::ln(s(x)))
}

/// The square root, correctly rounded; NaN below 0.
#[inline]
pub fn sqrt(x: f32) -> f32 {
    libm::sqrtf(x)
}

/// As [`math::rsqrt`](super::rsqrt).
#[inline]
pub fn rsqrt(x: f32) -> f32 {
    1.0 / libm::sqrtf(x)
}

/// As [`math::powi`](super::powi).
#[inline]
pub fn powi(x: f32, power: i32) -> f32 {
    first(super::powi(s(x), power))
}

/// As [`math::length`](super::length).
#[inline]
pub fn length(x: f32, y: f32) -> f32 {
    first(super::length(s(x), s(y)))
}

/// As [`math::normalize`](super::normalize).
#[inline]
pub fn normalize(x: f32, y: f32) -> (f32, f32) {
    pair(super::normalize(s(x), s(y)))
}

/// As [`math::limit_length`](super::limit_length).
#[inline]
pub fn limit_length(x: f32, y: f32, max: f32) -> (f32, f32) {
    pair(super::limit_length(s(x), s(y), s(max)))
}
