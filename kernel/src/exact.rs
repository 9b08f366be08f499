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

/// Bits after the point of a number that [`whole`] gives.
const POINT: i32 = 40;
/// So many numbers of [`whole`] can be added up before an integer of 64 bits is full.
pub const FEW: usize = 1 << 11;

/// `value` times 2^40, if that is a whole number of at most 2^51: so it is of all usual single floats
/// from 1/2^17 to 2048. Such numbers are added up many times as fast as by [`add`]; after [`FEW`] of
/// them [`add_whole`] adds the sum to words.
#[inline(always)]
pub fn whole(value: f64) -> Option<i64> {
    const SCALE: f64 = (1u64 << POINT) as f64;
    const MOST: f64 = (1u64 << 51) as f64;
    // A double of this size has no bits after the point: what is added to it is rounded to a whole
    // number, which stands in its lowest bits.
    const MAGIC: f64 = 1.5 * (1u64 << 52) as f64;
    let scaled = value * SCALE;
    let moved = scaled + MAGIC;
    let is_whole = moved - MAGIC == scaled && scaled.abs() <= MOST;
    is_whole.then(|| moved.to_bits().wrapping_sub(MAGIC.to_bits()).cast_signed())
}

/// Adds a sum of numbers that [`whole`] gave.
pub fn add_whole(words: &mut [u64; WORDS], sum: i64) {
    const PLACE: usize = (1074 - POINT) as usize;
    let shifted = u128::from(sum.unsigned_abs()) << (PLACE % BITS);
    for part in 0..4 {
        let piece = (shifted >> (BITS * part)) as u64 & ((1 << BITS) - 1);
        let piece = if sum < 0 { piece.wrapping_neg() } else { piece };
        let word = &mut words[PLACE / BITS + part];
        *word = word.wrapping_add(piece);
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

    #[test]
    fn whole_numbers_add_up_to_what_their_reals_do() {
        let single = |number: u32| f64::from(f32::from_bits(0x3000_0000 + number % 0x1580_0000));
        let values = (0u32..FEW as u32).map(|at| {
            let value = single(at.wrapping_mul(0x9E37_79B9));
            if at % 3 == 0 { -value } else { value }
        });
        let (mut words, mut slow, mut sum, mut few) = ([0; WORDS], [0; WORDS], 0i64, 0);
        for value in values {
            assert!(add(&mut slow, value));
            match whole(value) {
                Some(whole) => (sum, few) = (sum + whole, few + 1),
                None => assert!(add(&mut words, value)),
            }
        }
        add_whole(&mut words, sum);
        assert!(few > FEW / 3 && few < FEW, "{few}");
        assert_eq!(rounded(&words).to_bits(), rounded(&slow).to_bits());
        for sum in [0, 1, -1, i64::MAX, i64::MIN, 1 << 40, -(1 << 51)] {
            let mut words = [0; WORDS];
            add_whole(&mut words, sum);
            assert_eq!(rounded(&words), sum as f64 / 1_099_511_627_776.0, "{sum}");
        }
    }

    #[test]
    fn only_what_is_exactly_whole_is() {
        let unit = 1.0 / 1_099_511_627_776.0;
        assert_eq!(whole(0.0), Some(0));
        assert_eq!(whole(-0.0), Some(0));
        assert_eq!(whole(unit), Some(1));
        assert_eq!(whole(-3.0 * unit), Some(-3));
        assert_eq!(whole(2048.0), Some(1 << 51));
        assert_eq!(whole(-2048.0), Some(-1 << 51));
        for value in [
            unit / 2.0,
            1.5 * unit,
            2048.0 + 2.0 * f64::EPSILON * 1024.0,
            1.0 / 3.0,
            1.0e300,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            4096.0,
            8192.0,
        ] {
            assert_eq!(whole(value), None, "{value:e}");
        }
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
    }
}
