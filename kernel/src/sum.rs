//! Sums over neighbours, one per lane, that cannot forget whose neighbour somebody is.
//!
//! A candidate of a neighbour pass meets eight entities at once and is near some of them. What it
//! adds for the others must change no bit: that is +0.0, to a sum that began at +0.0. [`Sum8`] begins
//! there, and all that it can do is [`Sum8::add`].
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::isa::Baseline;
//! use flockwork_kernel::sum::{Count8, Sum8};
//! use flockwork_kernel::{F32x8, Mask8};
//!
//! let (mut mass, mut neighbours) = (Sum8::default(), Count8::<Baseline>::default());
//! for (near, kilograms) in [(Mask8::first(2), 3.0), (Mask8::only(1), 4.0)] {
//!     mass.add(near, F32x8::splat(kilograms));
//!     neighbours.add(near);
//! }
//! assert_eq!(mass.get().to_array()[..3], [3.0, 7.0, 0.0]);
//! assert_eq!(neighbours.get().to_array()[..3], [1.0, 2.0, 0.0]);
//! ```

use crate::axes::{Axes, Third};
use crate::simd::{F32x8, Isa, Mask8, U32x8, Vector8};

/// What can be summed: numbers and vectors, one per lane.
pub trait Lanes: Copy + Default {
    /// Its instruction set.
    type Set: Isa;
    /// This sum, which is not -0.0, plus `value` where the mask is true.
    fn plus(self, near: Mask8<Self::Set>, value: Self) -> Self;
    /// The value with +0.0 in place of every -0.0.
    fn without_minus_zero(self) -> Self;
}

impl<S: Isa> Lanes for F32x8<S> {
    type Set = S;
    #[inline(always)]
    fn plus(self, near: Mask8<S>, value: Self) -> Self {
        near.add(self, value)
    }
    #[inline(always)]
    fn without_minus_zero(self) -> Self {
        self.canonical_zero()
    }
}

impl<A: Axes, S: Isa> Lanes for Vector8<A, S> {
    type Set = S;
    #[inline(always)]
    fn plus(self, near: Mask8<S>, value: Self) -> Self {
        let z = near.add(self.z.or(F32x8::ZERO), value.z.or(F32x8::ZERO));
        Self::of(near.add(self.x, value.x), near.add(self.y, value.y), z)
    }
    #[inline(always)]
    fn without_minus_zero(self) -> Self {
        self.canonical_zero()
    }
}

/// A sum over neighbours, of one number or vector per lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum8<T>(T);

impl<T: Lanes> Sum8<T> {
    /// A sum that begins with `own` instead of zero: -0.0 counts as +0.0.
    #[inline(always)]
    pub fn from(own: T) -> Self {
        Self(own.without_minus_zero())
    }

    /// Adds `value` in the lanes of `near`.
    #[inline(always)]
    pub fn add(&mut self, near: Mask8<T::Set>, value: T) {
        self.0 = self.0.plus(near, value);
    }

    /// The sum.
    #[inline(always)]
    pub fn get(self) -> T {
        self.0
    }
}

/// A number of neighbours per lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Count8<S: Isa>(U32x8<S>);

impl<S: Isa> Count8<S> {
    /// Counts one in the lanes of `near`.
    #[inline(always)]
    pub fn add(&mut self, near: Mask8<S>) {
        near.count(&mut self.0);
    }

    /// The count; exact up to 2^24.
    #[inline(always)]
    pub fn get(self) -> F32x8<S> {
        self.0.to_f32()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::Baseline;
    use crate::simd::V2;

    #[test]
    fn who_is_not_near_changes_no_bit() {
        let mut sum = Sum8::<V2<Baseline>>::default();
        let mut count = Count8::<Baseline>::default();
        for value in [-0.0, f32::NAN, f32::INFINITY, 1.5] {
            sum.add(Mask8::first(0), V2::splat(value, -value));
            count.add(Mask8::first(0));
        }
        assert_eq!(sum.get().x.to_bits(), U32x8::ZERO);
        assert_eq!(sum.get().y.to_bits(), U32x8::ZERO);
        sum.add(Mask8::first(2), V2::splat(2.0, -0.0));
        count.add(Mask8::first(2));
        assert_eq!(sum.get().x.to_array(), [2.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(sum.get().y.to_bits(), U32x8::ZERO);
        assert_eq!(count.get(), Mask8::first(2).keep(F32x8::ONE));
    }

    #[test]
    fn a_sum_begins_at_no_minus_zero() {
        let own = V2::<Baseline>::splat(-0.0, 3.0);
        assert_eq!(Sum8::from(own).get().x.to_bits(), U32x8::ZERO);
        assert_eq!(Sum8::from(own).get().y, F32x8::splat(3.0));
    }
}
