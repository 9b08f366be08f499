//! Sums of reals that come out the same in any order, because they are exact.
//!
//! A finite double is a whole number times 2^-1074. [`add`] adds it as such to a number of
//! [`WORDS`] words, which are added up by wrapping addition, word by word, in any order and over any
//! processes; [`rounded`] gives the double nearest to the whole sum. Nothing is lost, whatever the
//! magnitudes: there is no range to keep.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::exact::{WORDS, add, rounded};
//!
//! let (mut forth, mut back) = ([0; WORDS], [0; WORDS]);
//! let values = [1.0e100, 1.0, -1.0e100, 1.0e-300];
//! values.iter().for_each(|value| assert!(add(&mut forth, *value)));
//! values.iter().rev().for_each(|value| assert!(add(&mut back, *value)));
//! assert_eq!((rounded(&forth), rounded(&back)), (1.0, 1.0));
//! ```
//!
//! # Reference
//!
//! R. M. Neal, "Fast exact summation using small and large superaccumulators", 2015,
//! arXiv:1505.05571; this is the small one, with 30 bits of a number in each word, so that the sums of
//! 2^33 numbers fit.

use crate::isa::{self, Isa, Task};

/// Bits of the sum per word.
const BITS: usize = 30;
/// Words of a sum: 2046 places for the lowest bit of a number, 53 bits, and room for carries.
pub const WORDS: usize = 72;

/// Adds `value` to `words`; false, and nothing was changed, if it is infinite or NaN.
#[inline]
pub fn add(words: &mut [u64; WORDS], value: f64) -> bool {
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as usize;
    if exponent == 0x7FF {
        return false;
    }
    let fraction = bits & ((1 << 52) - 1);
    let whole = if exponent == 0 { fraction } else { fraction | 1 << 52 };
    if whole == 0 {
        // As the z of everything in the plane.
        return true;
    }
    let place = exponent.saturating_sub(1);
    let (word, shift) = (place / BITS, place % BITS);
    // 53 bits and a shift of up to 29 are 82: three words.
    let shifted = u128::from(whole) << shift;
    for part in 0..3 {
        let piece = (shifted >> (BITS * part)) as u64 & ((1 << BITS) - 1);
        let piece = if value.is_sign_negative() { piece.wrapping_neg() } else { piece };
        if let Some(word) = words.get_mut(word + part) {
            *word = word.wrapping_add(piece);
        }
    }
    true
}

/// So many numbers fit a [`Few`] before [`Few::settle`] must make room.
pub const FEW: usize = 1 << 11;

/// Of three whole numbers the place of the lowest bit each, a power of two: a real is split into
/// multiples of these.
const PLACES: [i32; 3] = [11, -40, -91];

/// A sum of few reals that waits to be added to words: added to many times as fast as those.
///
/// A real is split into multiples of 2^11, 2^-40 and 2^-91, by roundings that lose nothing, and the
/// numbers of these are added up as integers. Every double from 2^-39 to 2^62 is such a sum, and every
/// other one that is a multiple of 2^-91.
#[derive(Clone, Copy, Debug, Default)]
pub struct Few {
    sums: [i64; 3],
    /// Whether there was a number that is not a multiple of 2^-40 up to 2048, as usual single floats
    /// are: as long as there is none they are not split.
    split: bool,
}

impl Few {
    /// Adds all of `values`; false, and nothing was changed, if one of them cannot be split. There must
    /// have been no more than [`FEW`] since it was empty.
    pub fn add(&mut self, values: &[f64]) -> bool {
        if !self.split {
            if let Some(sum) = isa::dispatch(AddUp(values, middle)) {
                self.sums[1] = self.sums[1].wrapping_add(sum[0]);
                return true;
            }
            self.split = true;
        }
        let Some(sums) = isa::dispatch(AddUp(values, split)) else { return false };
        self.sums = core::array::from_fn(|at| self.sums[at].wrapping_add(sums[at]));
        true
    }

    /// Adds the sum to words, and is empty then.
    pub fn settle(&mut self, words: &mut [u64; WORDS]) {
        for (sum, place) in core::mem::take(&mut self.sums).into_iter().zip(PLACES) {
            add_whole(words, sum, (place + 1074) as usize);
        }
    }
}

/// Adds up the whole numbers that `parts` makes of each real, if it can of all.
struct AddUp<'a, F>(&'a [f64], F);

impl<const N: usize, F: Fn(f64) -> ([i64; N], bool)> Task for AddUp<'_, F> {
    type Output = Option<[i64; N]>;

    #[inline(always)]
    fn run<S: Isa>(self) -> Self::Output {
        let Self(values, parts) = self;
        let (mut sums, mut good) = ([0i64; N], true);
        for value in values {
            let (parts, fits) = parts(*value);
            sums = core::array::from_fn(|at| sums[at].wrapping_add(parts[at]));
            good &= fits;
        }
        good.then_some(sums)
    }
}

/// A double of this size has no bits after the point: what is added to it is rounded to a whole
/// number, which stands in its lowest bits.
const MAGIC: f64 = 1.5 * (1u64 << 52) as f64;
const HIGH: f64 = (1u64 << 11) as f64;
const MIDDLE: f64 = (1u64 << 40) as f64;
const LOW: f64 = (1u64 << 51) as f64;

/// The whole number in what has been added to [`MAGIC`].
#[inline(always)]
fn whole(moved: f64) -> i64 {
    moved.to_bits().wrapping_sub(MAGIC.to_bits()).cast_signed()
}

/// How many times 2^-40 a number is, and whether it is a multiple of that, and at most 2048.
#[inline(always)]
fn middle(value: f64) -> ([i64; 1], bool) {
    let scaled = value * MIDDLE;
    let moved = scaled + MAGIC;
    ([whole(moved)], moved - MAGIC == scaled && value.abs() <= HIGH)
}

/// How many times 2^11, 2^-40 and 2^-91 a number is, and whether it is a sum of these.
#[inline(always)]
fn split(value: f64) -> ([i64; 3], bool) {
    const MOST: f64 = (1u64 << 62) as f64;
    // What is left after a rounding is a multiple of the number's last bit and less than what it is
    // rounded to, so it is a double.
    let high = value * (1.0 / HIGH) + MAGIC;
    let left = (value - (high - MAGIC) * HIGH) * MIDDLE;
    let middle = left + MAGIC;
    let left = (left - (middle - MAGIC)) * LOW;
    let low = left + MAGIC;
    let fits = low - MAGIC == left && value.abs() <= MOST;
    ([whole(high), whole(middle), whole(low)], fits)
}

/// Adds a whole number whose lowest bit is at this place.
fn add_whole(words: &mut [u64; WORDS], whole: i64, place: usize) {
    let shifted = u128::from(whole.unsigned_abs()) << (place % BITS);
    for part in 0..4 {
        let piece = (shifted >> (BITS * part)) as u64 & ((1 << BITS) - 1);
        let piece = if whole < 0 { piece.wrapping_neg() } else { piece };
        if let Some(word) = words.get_mut(place / BITS + part) {
            *word = word.wrapping_add(piece);
        }
    }
}

/// The double nearest to the sum, ties to even; infinite if it is too large for one.
pub fn rounded(words: &[u64; WORDS]) -> f64 {
    let mut digits = [0u64; WORDS];
    let negative = carried(words, &mut digits, false);
    if negative {
        carried(words, &mut digits, true);
    }
    let Some(top) = digits.iter().rposition(|digit| *digit != 0) else { return 0.0 };
    let highest = BITS * top + (63 - digits[top].leading_zeros() as usize);
    let bit = |at: usize| digits[at / BITS] >> (at % BITS) & 1;
    let sign = if negative { 1u64 << 63 } else { 0 };
    if highest < 53 {
        // No more bits than a double of the smallest exponents has.
        let whole = (0..=highest).fold(0, |whole, at| whole | bit(at) << at);
        return f64::from_bits(sign | whole);
    }
    let lowest = highest - 52;
    let mut whole = (0..53).fold(0u64, |whole, at| whole | bit(lowest + at) << at);
    let half = bit(lowest - 1) == 1;
    let more = (0..lowest - 1).any(|at| bit(at) == 1);
    if half && (more || whole & 1 == 1) {
        whole += 1;
    }
    // A whole of 2^53 goes on into the exponent by itself: its fraction is 0 then.
    let exponent = lowest as u64 + 1;
    let bits = (exponent << 52) + (whole - (1 << 52));
    f64::from_bits(sign | bits.min(f64::INFINITY.to_bits()))
}

/// Brings every word to [`BITS`] bits, negated if asked for; says whether the sum is below 0.
fn carried(words: &[u64; WORDS], digits: &mut [u64; WORDS], negate: bool) -> bool {
    let mut carry = 0i64;
    for (digit, word) in digits.iter_mut().zip(words) {
        let word = if negate { word.wrapping_neg() } else { *word } as i64;
        let sum = word.wrapping_add(carry);
        *digit = sum as u64 & ((1 << BITS) - 1);
        carry = sum >> BITS;
    }
    carry < 0
}

/// The square root, correctly rounded; NaN for a negative number.
pub fn sqrt(value: f64) -> f64 {
    libm::sqrt(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn sum(values: &[f64]) -> f64 {
        let mut words = [0; WORDS];
        assert!(values.iter().all(|value| add(&mut words, *value)));
        rounded(&words)
    }

    #[test]
    fn one_number_is_itself() {
        for value in [
            0.0,
            1.0,
            -1.0,
            1.5e300,
            -f64::MAX,
            f64::MAX,
            f64::MIN_POSITIVE,
            5.0e-324,
            -5.0e-324,
            f64::MIN_POSITIVE * 0.75,
            0.1,
        ] {
            assert_eq!(sum(&[value]).to_bits(), value.to_bits(), "{value:e}");
        }
        assert_eq!(sum(&[-0.0]).to_bits(), 0);
    }

    /// A double of any exponent from `low` on, `spread` of them, with some or all bits of its fraction.
    fn double(bits: u64, low: u64, spread: u64, zeros: u32) -> f64 {
        let (sign, exponent) = (bits & 1 << 63, (low + (bits >> 52 & 0x7FF) % spread) << 52);
        f64::from_bits(sign | exponent | bits & ((1 << 52) - 1) & (u64::MAX << (zeros % 53)))
    }

    /// The sum of `values` by the way of [`Few`], and which of them had to go the slow one.
    fn by_few(values: &[f64]) -> ([u64; WORDS], Vec<f64>) {
        let (mut words, mut few, mut slow) = ([0; WORDS], Few::default(), Vec::new());
        for values in values.chunks(FEW) {
            for value in values {
                if !few.add(&[*value]) {
                    assert!(add(&mut words, *value));
                    slow.push(*value);
                }
            }
            few.settle(&mut words);
        }
        (words, slow)
    }

    fn slowly(values: &[f64]) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        assert!(values.iter().all(|value| add(&mut words, *value)));
        words
    }

    /// All words of two sums are those of the same number.
    fn same(a: &[u64; WORDS], b: &[u64; WORDS]) -> bool {
        let mut rest = [0; WORDS];
        rest.iter_mut().zip(a.iter().zip(b)).for_each(|(rest, (a, b))| *rest = a.wrapping_sub(*b));
        let mut digits = [0; WORDS];
        !carried(&rest, &mut digits, false) && digits.iter().all(|digit| *digit == 0)
    }

    /// The sum of few is the slow one, to the last bit, of numbers of all magnitudes and both signs,
    /// subnormal ones among them.
    fn few_are_the_slow_sum(bits: Vec<u64>, zeros: u32) -> bool {
        let any: Vec<f64> = bits.iter().map(|bits| double(*bits, 0, 0x7FF, zeros)).collect();
        same(&by_few(&any).0, &slowly(&any))
    }

    /// So it is of those that can be split, and none of these goes the slow way: 2^-39 to 2^62.
    fn usual_ones_are_quick(bits: Vec<u64>, zeros: u32) -> bool {
        let usual = bits.iter().map(|bits| double(*bits, 1023 - 39, 62 + 39, zeros));
        let usual: Vec<f64> = usual.chain([0.0, -0.0, (1u64 << 62) as f64]).collect();
        let (words, slow) = by_few(&usual);
        let mut whole = Few::default();
        let (mut at_once, all) = ([0; WORDS], whole.add(&usual));
        whole.settle(&mut at_once);
        slow.is_empty() && all && same(&words, &slowly(&usual)) && same(&words, &at_once)
    }

    #[test]
    fn as_many_as_are_few_fit_whatever_they_are() {
        let most = (1u64 << 62) as f64;
        let dense = |exponent: i32| f64::from(exponent).exp2() * (2.0 - f64::EPSILON);
        for value in [most, -most, dense(61), dense(-39), -dense(10), 1.0 / 3.0, 2048.0] {
            let values = std::vec![value; FEW];
            let (words, slow) = by_few(&values);
            assert!(slow.is_empty(), "{value:e}");
            assert!(same(&words, &slowly(&values)), "{value:e}");
        }
    }

    #[test]
    fn what_cannot_be_split_changes_nothing() {
        let tiny = (-92f64).exp2();
        let large = (1u64 << 62) as f64 * (1.0 + f64::EPSILON);
        for value in [tiny, -tiny, 1.0e-300, 5.0e-324, large, f64::MAX, f64::INFINITY, f64::NAN] {
            let mut few = Few::default();
            assert!(few.add(&[1.5]));
            assert!(!few.add(&[1.0, value, 1.0]), "{value:e}");
            let mut words = [0; WORDS];
            few.settle(&mut words);
            assert_eq!(rounded(&words), 1.5, "{value:e}");
        }
        assert!(Few::default().add(&[2.0 * tiny, -2.0 * tiny]));
    }

    #[test]
    fn what_cancels_leaves_the_rest_exactly() {
        assert_eq!(sum(&[1e300, 1.0, -1e300, 1e-300, -1.0]), 1e-300);
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(sum(&[-f64::MAX, -f64::MAX]), f64::NEG_INFINITY);
    }

    #[test]
    fn ties_go_to_even() {
        let unit = (1u64 << 53) as f64;
        assert_eq!(sum(&[unit, 1.0]), unit);
        assert_eq!(sum(&[unit, 2.0, 1.0]), unit + 4.0);
        assert_eq!(sum(&[unit, 1.0, 1e-300]), unit + 2.0);
        assert_eq!(sum(&[unit, unit, -1.0]), unit + unit - 1.0);
        assert_eq!(sum(&[-unit, -1.0]), -unit);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let mut words = [0; WORDS];
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(!add(&mut words, value));
        }
        assert_eq!(words, [0; WORDS]);
    }

    /// Sums of whole numbers, and of those times powers of two, are held against `i128`.
    fn sums_are_exact_in_any_order(values: Vec<(i64, u8)>, cut: usize) -> bool {
        let scaled =
            |(value, power): (i64, u8)| (value >> 11) as f64 * f64::from(power % 64).exp2();
        let exact: i128 =
            values.iter().map(|(value, power)| i128::from(*value >> 11) << (power % 64)).sum();
        let (mut one, mut other, mut both) = ([0; WORDS], [0; WORDS], [0; WORDS]);
        let cut = cut % (values.len() + 1);
        for value in &values[..cut] {
            add(&mut one, scaled(*value));
        }
        for value in values[cut..].iter().rev() {
            add(&mut other, scaled(*value));
        }
        for (place, (a, b)) in both.iter_mut().zip(one.iter().zip(&other)) {
            *place = a.wrapping_add(*b);
        }
        // The conversion from i128 rounds to nearest, ties to even.
        rounded(&both) == exact as f64
    }

    #[test]
    fn property() {
        quickcheck::QuickCheck::new()
            .tests(2000)
            .quickcheck(sums_are_exact_in_any_order as fn(Vec<(i64, u8)>, usize) -> bool);
        for property in [few_are_the_slow_sum, usual_ones_are_quick] {
            let property = property as fn(Vec<u64>, u32) -> bool;
            quickcheck::QuickCheck::new().tests(2000).quickcheck(property);
        }
    }
}
