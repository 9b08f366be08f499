//! What a statistic may be of: numbers, vectors, and options of them.

use flockwork_kernel::{Axes, Vector};

/// What a statistic may be of.
#[doc(hidden)]
pub trait Value {
    fn value(self) -> Option<f64>;
}

macro_rules! value {
    ($($number:ty)+) => {$(
        impl Value for $number {
            #[inline(always)]
            fn value(self) -> Option<f64> {
                Some(self.into())
            }
        }
    )+};
}

value!(f64 f32 i32 u32 u16 u8);

impl Value for u64 {
    /// The nearest number there is.
    #[inline(always)]
    fn value(self) -> Option<f64> {
        Some(self as f64)
    }
}

impl<V: Value> Value for Option<V> {
    #[inline(always)]
    fn value(self) -> Option<f64> {
        self.and_then(V::value)
    }
}

/// What a mean direction may be of.
#[doc(hidden)]
pub trait Direction {
    fn direction(self) -> Option<[f64; 3]>;
}

impl<A: Axes> Direction for Vector<A> {
    #[inline(always)]
    fn direction(self) -> Option<[f64; 3]> {
        Some([0, 1, 2].map(|axis| self.along(axis).into()))
    }
}

impl<A: Axes> Direction for Option<Vector<A>> {
    #[inline(always)]
    fn direction(self) -> Option<[f64; 3]> {
        self.and_then(Direction::direction)
    }
}

/// A number whose order as such is that of finite reals; above 0.
pub(super) fn ordered(value: f64) -> u64 {
    // -0.0 counts as +0.0.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The real of a number that [`ordered`] made; NaN for 0.
pub(super) fn unordered(number: u64) -> f64 {
    match number {
        0 => f64::NAN,
        _ if number >> 63 == 1 => f64::from_bits(number & !(1 << 63)),
        _ => f64::from_bits(!number),
    }
}
