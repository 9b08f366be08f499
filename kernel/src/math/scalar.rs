//! The functions of [`math`](super) for one `f32`: the same bits as the lanes give.

use crate::twin::{lane, one};

/// As [`math::sin_cos`](super::sin_cos).
#[inline]
pub fn sin_cos(x: f32) -> (f32, f32) {
    one(super::sin_cos(lane(x)))
}

/// As [`math::atan2`](super::atan2).
#[inline]
pub fn atan2(y: f32, x: f32) -> f32 {
    one(super::atan2(lane(y), lane(x)))
}

/// As [`math::exp`](super::exp).
#[inline]
pub fn exp(x: f32) -> f32 {
    one(super::exp(lane(x)))
}

/// As [`math::ln`](super::ln).
#[inline]
pub fn ln(x: f32) -> f32 {
    one(super::ln(lane(x)))
}

/// The square root, correctly rounded; NaN below 0.
#[inline]
pub fn sqrt(x: f32) -> f32 {
    libm::sqrtf(x)
}

/// As [`math::rsqrt`](super::rsqrt).
#[inline]
pub fn rsqrt(x: f32) -> f32 {
    one(super::rsqrt(lane(x)))
}

/// As [`math::powi`](super::powi).
#[inline]
pub fn powi(x: f32, power: i32) -> f32 {
    one(super::powi(lane(x), power))
}

/// As [`math::length`](super::length).
#[inline]
pub fn length(x: f32, y: f32) -> f32 {
    one(super::length(lane(x), lane(y)))
}

/// As [`math::length3`](super::length3).
#[inline]
pub fn length3(x: f32, y: f32, z: f32) -> f32 {
    one(super::length3(lane(x), lane(y), lane(z)))
}

/// As [`math::normalize`](super::normalize).
#[inline]
pub fn normalize(x: f32, y: f32) -> (f32, f32) {
    one(super::normalize(lane(x), lane(y)))
}

/// As [`math::normalize3`](super::normalize3).
#[inline]
pub fn normalize3(x: f32, y: f32, z: f32) -> (f32, f32, f32) {
    one(super::normalize3(lane(x), lane(y), lane(z)))
}

/// As [`math::limit_length`](super::limit_length).
#[inline]
pub fn limit_length(x: f32, y: f32, max: f32) -> (f32, f32) {
    one(super::limit_length(lane(x), lane(y), lane(max)))
}

/// As [`math::limit_length3`](super::limit_length3).
#[inline]
pub fn limit_length3(x: f32, y: f32, z: f32, max: f32) -> (f32, f32, f32) {
    one(super::limit_length3(lane(x), lane(y), lane(z), lane(max)))
}
