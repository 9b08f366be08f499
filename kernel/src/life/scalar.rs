//! The functions of [`life`](super) for one entity: the same bits as the lanes give.

use crate::twin::{lane, one};

/// As [`damage`](super::damage).
#[inline]
pub fn damage(energy: f32, armour: f32, hits: f32) -> f32 {
    one(super::damage(lane(energy), lane(armour), lane(hits)))
}

/// As [`metabolic_rate`](super::metabolic_rate).
#[inline]
pub fn metabolic_rate(basal: f32, motion: f32, size: f32, speed: f32) -> f32 {
    one(super::metabolic_rate(lane(basal), lane(motion), lane(size), lane(speed)))
}

/// As [`metabolize`](super::metabolize).
#[inline]
pub fn metabolize(energy: f32, rate: f32, dt: f32) -> f32 {
    one(super::metabolize(lane(energy), lane(rate), lane(dt)))
}

/// As [`gift`](super::gift).
#[inline]
pub fn gift(energy: f32, amount: f32) -> f32 {
    one(super::gift(lane(energy), lane(amount)))
}

/// As [`transfer`](super::transfer).
#[inline]
pub fn transfer(giver: f32, taker: f32, amount: f32) -> (f32, f32) {
    one(super::transfer(lane(giver), lane(taker), lane(amount)))
}
