//! Eight lanes of `f32`, `u32` and `i32`, generic over the instruction set ([`Isa`]).
//!
//! The logical width is 8 on every target, so how entities are packed into lanes never differs.
//! The types are opaque on purpose: they offer only operations whose result is the same bit
//! pattern with SSE2, AVX2, AVX-512, NEON, wasm SIMD and plain scalar code. What is missing here
//! (fused multiply-add, reciprocal estimates, horizontal sums, transcendental functions) is
//! missing because its bits change with the build. See `docs/DETERMINISM.md`.
//!
//! With the set [`Single`](crate::isa::Single) lane 0 alone is there, and code of lanes is code for one
//! entity: where "all lanes" are meant, it is that one.
//!
//! Where to read next: `crate::math` builds transcendental functions from these operations.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::{F32x8, Mask8};
//!
//! let speeds = F32x8::load(&[3.0, -1.0, 0.5]);
//! let fast = speeds.gt(1.0.into());
//! assert_eq!(fast.bits(), 0b001);
//! // Twice as fast, but only where it is slow; lanes past the end of the slice are 0.
//! let speeds = fast.select(speeds, 2.0 * speeds);
//! assert_eq!(speeds.to_array(), [3.0, -2.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
//! assert_eq!(Mask8::first(3).keep(F32x8::ONE).to_array()[3], 0.0);
//! ```

use core::fmt;

use crate::isa::Isa;

mod each;
mod operators;
mod signed;

pub use each::Lanes;
pub use signed::I32x8;

/// The number of lanes of every vector type of this crate, on every target.
pub const LANES: usize = 8;

/// Eight `f32`, one per entity.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct F32x8<S: Isa>(S::F32);

impl<S: Isa> F32x8<S> {
    /// All lanes +0.0.
    pub const ZERO: Self = Self(S::ZERO);
    /// All lanes 1.0.
    pub const ONE: Self = Self(S::ONE);

    /// Puts `value` in every lane.
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self(S::splat(value))
    }

    /// Takes one value per lane.
    #[inline(always)]
    pub fn from_array(values: [f32; LANES]) -> Self {
        Self(S::new(values))
    }

    /// Gives one value per lane.
    #[inline(always)]
    pub fn to_array(self) -> [f32; LANES] {
        S::array(self.0)
    }

    /// Loads the first eight values of `source`; lanes past its end are +0.0.
    #[inline(always)]
    pub fn load(source: &[f32]) -> Self {
        if S::WIDTH == 1 {
            return Self::splat(source.first().copied().unwrap_or(0.0));
        }
        if let Some(full) = source.first_chunk::<LANES>() {
            return Self(S::new(*full));
        }
        let mut lanes = [0.0; LANES];
        for (lane, value) in lanes.iter_mut().zip(source) {
            *lane = *value;
        }
        Self(S::new(lanes))
    }

    /// Takes from `source` the value at each lane's place; +0.0 where there is none.
    #[inline(always)]
    pub(crate) fn gather(source: &[f32], places: [usize; LANES]) -> Self {
        let mut lanes = [0.0; LANES];
        for (lane, place) in lanes.iter_mut().zip(places) {
            *lane = source.get(place).copied().unwrap_or(0.0);
        }
        Self(S::new(lanes))
    }

    /// Stores the lanes to the first eight places of `target`; lanes past its end are dropped.
    #[inline(always)]
    pub fn store(self, target: &mut [f32]) {
        if let Some(full) = target.first_chunk_mut::<LANES>().filter(|_| S::WIDTH == LANES) {
            *full = S::array(self.0);
            return;
        }
        for (place, lane) in target.iter_mut().zip(S::array(self.0)).take(S::WIDTH) {
            *place = lane;
        }
    }

    /// The square root, correctly rounded; NaN for a negative lane.
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Self(S::sqrt(self.0))
    }

    /// The largest whole number not above each lane.
    #[inline(always)]
    pub fn floor(self) -> Self {
        Self(S::floor(self.0))
    }

    /// The absolute value.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(S::abs(self.0))
    }

    /// The smaller operand; the second one where they are equal or either is NaN.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        Self(S::min(self.0, other.0))
    }

    /// The larger operand; the second one where they are equal or either is NaN.
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Self(S::max(self.0, other.0))
    }

    /// `low` where a lane is below `low` or NaN, `high` where it is above `high`.
    #[inline(always)]
    pub fn clamp(self, low: Self, high: Self) -> Self {
        self.max(low).min(high)
    }

    /// Lanes of `self` below `other`; false for NaN.
    #[inline(always)]
    pub fn lt(self, other: Self) -> Mask8<S> {
        Mask8(S::lt(self.0, other.0))
    }

    /// Lanes of `self` at or below `other`; false for NaN.
    #[inline(always)]
    pub fn le(self, other: Self) -> Mask8<S> {
        Mask8(S::le(self.0, other.0))
    }

    /// Lanes of `self` above `other`; false for NaN.
    #[inline(always)]
    pub fn gt(self, other: Self) -> Mask8<S> {
        Mask8(S::gt(self.0, other.0))
    }

    /// Lanes of `self` at or above `other`; false for NaN.
    #[inline(always)]
    pub fn ge(self, other: Self) -> Mask8<S> {
        Mask8(S::ge(self.0, other.0))
    }

    /// Lanes that are equal; +0.0 equals -0.0, NaN equals nothing.
    #[inline(always)]
    pub fn eq(self, other: Self) -> Mask8<S> {
        Mask8(S::equal(self.0, other.0))
    }

    /// Lanes that are neither infinite nor NaN.
    #[inline(always)]
    pub fn is_finite(self) -> Mask8<S> {
        self.abs().lt(Self::splat(f32::INFINITY))
    }

    /// Cuts each lane towards zero, to a whole number from 0 to `limit` (NaN gives 0).
    ///
    /// `limit` must be at most 2^24 to be exact; a larger one is clamped to it.
    #[inline(always)]
    pub fn to_index(self, limit: u32) -> U32x8<S> {
        let top = Self::splat(limit.min(1 << 24) as f32);
        let low = self.ge(Self::ZERO).select(self, Self::ZERO);
        let bounded = low.lt(top).select(low, top);
        // In range and not NaN, so the fast conversion has one meaning on every target.
        U32x8(S::trunc(bounded.0))
    }

    /// Cuts each lane towards zero; exact for lanes from -2^31 up to, and not with, 2^31, which the caller keeps.
    #[inline(always)]
    pub(crate) fn to_i32(self) -> I32x8<S> {
        I32x8::from_bits(U32x8(S::trunc(self.0)))
    }

    /// Adds +0.0, which turns -0.0 into +0.0 and changes nothing else.
    #[inline(always)]
    pub fn canonical_zero(self) -> Self {
        self + Self::ZERO
    }

    /// The bits of each lane.
    #[inline(always)]
    pub fn to_bits(self) -> U32x8<S> {
        U32x8(S::to_bits(self.0))
    }

    /// The lanes that have these bits.
    #[inline(always)]
    pub fn from_bits(bits: U32x8<S>) -> Self {
        Self(S::from_bits(bits.0))
    }
}

/// Eight `u32`; arithmetic wraps.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct U32x8<S: Isa>(S::U32);

impl<S: Isa> U32x8<S> {
    /// All lanes 0.
    pub const ZERO: Self = Self(S::ZERO_U32);

    /// Puts `value` in every lane.
    #[inline(always)]
    pub fn splat(value: u32) -> Self {
        Self(S::splat_u32(value))
    }

    /// Takes one value per lane.
    #[inline(always)]
    pub fn from_array(values: [u32; LANES]) -> Self {
        Self(S::new_u32(values))
    }

    /// Gives one value per lane.
    #[inline(always)]
    pub fn to_array(self) -> [u32; LANES] {
        S::array_u32(self.0)
    }

    /// Loads the first eight values of `source`; lanes past its end are 0.
    #[inline(always)]
    pub fn load(source: &[u32]) -> Self {
        if S::WIDTH == 1 {
            return Self::splat(source.first().copied().unwrap_or(0));
        }
        if let Some(full) = source.first_chunk::<LANES>() {
            return Self(S::new_u32(*full));
        }
        let mut lanes = [0; LANES];
        for (lane, value) in lanes.iter_mut().zip(source) {
            *lane = *value;
        }
        Self(S::new_u32(lanes))
    }

    /// Stores the lanes to the first eight places of `target`; lanes past its end are dropped.
    #[inline(always)]
    pub fn store(self, target: &mut [u32]) {
        if let Some(full) = target.first_chunk_mut::<LANES>().filter(|_| S::WIDTH == LANES) {
            *full = S::array_u32(self.0);
            return;
        }
        for (place, lane) in target.iter_mut().zip(S::array_u32(self.0)).take(S::WIDTH) {
            *place = lane;
        }
    }

    /// The low and the high 32 bits of the 64-bit products.
    #[inline(always)]
    pub fn mul_low_high(self, other: Self) -> (Self, Self) {
        let (low, high) = S::mul_low_high(self.0, other.0);
        (Self(low), Self(high))
    }

    /// Lanes that are equal.
    #[inline(always)]
    pub fn eq(self, other: Self) -> Mask8<S> {
        Mask8(S::eq_u32(self.0, other.0))
    }

    /// Lanes of `self` below `other`.
    #[inline(always)]
    pub fn lt(self, other: Self) -> Mask8<S> {
        !Self(S::max_u32(self.0, other.0)).eq(self)
    }

    /// Converts to `f32`; exact for lanes up to 2^24, which the caller keeps.
    #[inline(always)]
    pub fn to_f32(self) -> F32x8<S> {
        F32x8(S::to_f32(self.0))
    }
}

/// One truth value per lane: the result of a comparison.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Mask8<S: Isa>(S::Mask);

impl<S: Isa> Mask8<S> {
    /// True in every lane.
    #[inline(always)]
    pub fn all_lanes() -> Self {
        Self(S::equal(S::ZERO, S::ZERO))
    }

    /// True in no lane.
    #[inline(always)]
    pub fn none() -> Self {
        Self(S::none())
    }

    /// True in the first `count` lanes.
    #[inline(always)]
    pub fn first(count: usize) -> Self {
        Self(S::lt(S::INDEX, S::splat(count.min(LANES) as f32)))
    }

    /// True in `lane` alone; in none if `lane` is not below [`LANES`].
    #[inline(always)]
    pub fn only(lane: usize) -> Self {
        Self(S::equal(S::INDEX, S::splat(lane.min(LANES) as f32)))
    }

    /// `yes` where the mask is true, `no` elsewhere.
    #[inline(always)]
    pub fn select(self, yes: F32x8<S>, no: F32x8<S>) -> F32x8<S> {
        F32x8(S::select(self.0, yes.0, no.0))
    }

    /// `yes` where the mask is true, `no` elsewhere.
    #[inline(always)]
    pub fn select_u32(self, yes: U32x8<S>, no: U32x8<S>) -> U32x8<S> {
        U32x8(S::select_u32(self.0, yes.0, no.0))
    }

    /// `value` where the mask is true, +0.0 elsewhere.
    ///
    /// Adding the result to a sum that began at +0.0 changes no bit of a masked-out lane.
    #[inline(always)]
    pub fn keep(self, value: F32x8<S>) -> F32x8<S> {
        F32x8(S::keep(self.0, value.0))
    }

    /// `sum` plus `value` where the mask is true, and `sum` elsewhere. For sums that are not -0.0, such
    /// as those that began at +0.0: [`crate::sum::Sum8`] sees to it.
    #[inline(always)]
    pub(crate) fn add(self, sum: F32x8<S>, value: F32x8<S>) -> F32x8<S> {
        F32x8(S::add_where(self.0, sum.0, value.0))
    }

    /// Adds 1 to `counts` where the mask is true: one operation, where keeping a 1.0 and adding it
    /// are two.
    #[inline(always)]
    pub fn count(self, counts: &mut U32x8<S>) {
        counts.0 = S::count(self.0, counts.0);
    }

    /// Bit `i` tells lane `i`.
    #[inline(always)]
    pub fn bits(self) -> u32 {
        S::bits(self.0)
    }

    /// True if any lane is.
    #[inline(always)]
    pub fn any(self) -> bool {
        S::any(self.0)
    }

    /// True if all lanes are.
    #[inline(always)]
    pub fn all(self) -> bool {
        S::all(self.0)
    }
}

macro_rules! as_array {
    ($($lanes:ident),+) => {$(
        impl<S: Isa> Default for $lanes<S> {
            #[inline(always)]
            fn default() -> Self {
                Self::ZERO
            }
        }

        impl<S: Isa> PartialEq for $lanes<S> {
            #[inline(always)]
            fn eq(&self, other: &Self) -> bool {
                (*self).eq(*other).all()
            }
        }

        impl<S: Isa> fmt::Debug for $lanes<S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.to_array().fmt(f)
            }
        }
    )+};
}

as_array!(F32x8, U32x8);

impl<S: Isa> fmt::Debug for Mask8<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08b}", self.bits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{F32x8, Mask8, U32x8};

    #[test]
    fn load_pads_and_store_cuts() {
        let lanes = F32x8::load(&[1.0, 2.0, 3.0]);
        assert_eq!(lanes.to_array(), [1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let mut target = [9.0; 2];
        lanes.store(&mut target);
        assert_eq!(target, [1.0, 2.0]);
    }

    #[test]
    fn index_is_cut_clamped_and_never_nan() {
        let lanes = F32x8::from_array([
            -1.0,
            0.0,
            -0.0,
            2.9,
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            1.0e38,
        ]);
        assert_eq!(lanes.to_index(7).to_array(), [0, 0, 0, 2, 0, 7, 0, 7]);
    }

    #[test]
    fn masks_select_and_keep() {
        let value = F32x8::splat(3.0);
        assert_eq!(Mask8::first(3).bits(), 0b111);
        assert_eq!(Mask8::only(5).bits(), 0b10_0000);
        assert_eq!(Mask8::only(8).bits(), 0);
        assert_eq!((!Mask8::none()).bits(), 255);
        let kept = Mask8::first(1).keep(-value).to_array();
        assert_eq!(kept[0], -3.0);
        assert_eq!(kept[1].to_bits(), 0);
    }

    #[test]
    fn unsigned_order_has_no_sign() {
        let a = U32x8::from_array([0, 1, 2, u32::MAX, 0x8000_0000, 5, 5, 0x7FFF_FFFF]);
        let b = U32x8::from_array([1, 1, 1, 0, 0x7FFF_FFFF, u32::MAX, 6, 0x8000_0000]);
        assert_eq!(a.lt(b).bits(), 0b1110_0001);
    }

    #[test]
    fn wide_products_match_u64() {
        let a = [0, 1, u32::MAX, 0x8000_0000, 12345, 0xD251_1F53, 7, 0xFFFF];
        let b = [5, u32::MAX, u32::MAX, 2, 54321, 0xCD9E_8D57, 9, 0xFFFF_0001];
        let (low, high) = U32x8::from_array(a).mul_low_high(U32x8::from_array(b));
        for lane in 0..LANES {
            let product = u64::from(a[lane]) * u64::from(b[lane]);
            assert_eq!(low.to_array()[lane], product as u32);
            assert_eq!(high.to_array()[lane], (product >> 32) as u32);
        }
    }

    #[test]
    fn min_and_max_have_one_answer_for_ties_and_nan() {
        let zero = F32x8::splat(0.0);
        let negative = F32x8::splat(-0.0);
        assert_eq!(zero.min(negative).to_array()[0].to_bits(), (-0.0f32).to_bits());
        assert_eq!(negative.max(zero).to_array()[0].to_bits(), 0);
        assert_eq!(F32x8::splat(f32::NAN).clamp(zero, F32x8::ONE).to_array()[0], 0.0);
    }
}
