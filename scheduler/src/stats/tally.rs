//! Adds up statistics, a block of entities at a time: all values of one statistic, then all of the next.
//!
//! So what is summed in a loop stays in registers, and the compiler takes lanes for it.

use flockwork_kernel::exact::{self, Few};

use super::kind::{Kind, Stat};
use super::value::{Direction, Value, ordered, unordered};

/// Entities of a block, at most.
pub const BLOCK: usize = 64;

/// Words of all statistics, walked through one statistic after the other.
#[doc(hidden)]
pub struct Tally<'a> {
    words: &'a mut [u64],
    peaks: &'a mut [u64],
    /// What is to be added to sums of reals; of none if each goes there at once.
    few: &'a mut [Few],
    word: usize,
    peak: usize,
    real: usize,
}

impl<'a> Tally<'a> {
    #[inline(always)]
    pub(crate) fn new(words: &'a mut [u64], peaks: &'a mut [u64], few: &'a mut [Few]) -> Self {
        Self { words, peaks, few, word: 0, peak: 0, real: 0 }
    }

    /// Adds what waits to be added to the sums of reals in the words of a list.
    pub(crate) fn settle(list: &[Stat], words: &mut [u64], few: &mut [Few]) {
        let (mut words, mut few) = (words, few.iter_mut());
        for Stat { kind, .. } in list {
            let (own, rest) = words.split_at_mut(kind.words());
            words = rest;
            let (sums, _) = own.as_chunks_mut();
            for (sum, few) in sums.iter_mut().take(kind.reals()).zip(&mut few) {
                few.settle(sum);
            }
        }
    }

    /// The next so many words.
    #[inline(always)]
    fn next(&mut self, count: usize) -> &mut [u64] {
        let begin = self.word;
        self.word += count;
        self.words.get_mut(begin..self.word).unwrap_or_default()
    }

    /// Passes over a statistic.
    #[inline(always)]
    pub fn pass(&mut self, kind: Kind) {
        self.word += kind.words();
        self.peak += kind.peaks();
        self.real += kind.reals();
    }

    #[inline(always)]
    fn add_to_next(&mut self, count: u64) {
        if let [word] = self.next(1) {
            *word = word.wrapping_add(count);
        }
    }

    /// Adds reals to the next sum of reals; how many are no finite number.
    #[inline(always)]
    fn add_reals(&mut self, values: &[f64]) -> u64 {
        let (word, at) = (self.word, self.real);
        self.word += exact::WORDS;
        self.real += 1;
        let added = self.few.get_mut(at).is_some_and(|few| few.add(values));
        if added { 0 } else { self.add_rare(word, at, values) }
    }

    /// Adds reals of which some are not as most are to the sum at `word`.
    #[cold]
    #[inline(never)]
    fn add_rare(&mut self, word: usize, at: usize, values: &[f64]) -> u64 {
        let Some(words) = self.words.get_mut(word..).and_then(<[u64]>::first_chunk_mut) else {
            return 0;
        };
        let mut few = self.few.get_mut(at);
        let bad = values.iter().filter(|value| {
            let few = few.as_mut().is_some_and(|few| few.add(&[**value]));
            !few && !exact::add(words, **value)
        });
        bad.count() as u64
    }

    /// The next sum of reals.
    fn real(&mut self) -> f64 {
        self.next(exact::WORDS).first_chunk().map_or(f64::NAN, exact::rounded)
    }

    /// The next count.
    fn count(&mut self) -> u64 {
        self.next(1).first().copied().unwrap_or(0)
    }

    #[inline(always)]
    pub fn add_count(&mut self, rows: usize, holds: impl Fn(usize) -> bool) {
        let count = (0..rows).map(|row| u64::from(holds(row))).sum();
        self.add_to_next(count);
    }

    pub fn get_count(&mut self) -> f64 {
        self.count() as f64
    }

    #[inline(always)]
    pub fn add_sum<V: Value>(&mut self, rows: usize, value: impl Fn(usize) -> V) {
        let (values, _) = Values::of(rows, |row| value(row).value().map(|value| [value]));
        let bad = self.add_reals(values.along(0));
        self.add_to_next(bad);
    }

    pub fn get_sum(&mut self) -> f64 {
        let (sum, bad) = (self.real(), self.count());
        if bad == 0 { sum } else { f64::NAN }
    }

    #[inline(always)]
    pub fn add_mean<V: Value>(&mut self, rows: usize, value: impl Fn(usize) -> V) {
        let (values, count) = Values::of(rows, |row| value(row).value().map(|value| [value]));
        let bad = self.add_reals(values.along(0));
        self.add_to_next(bad);
        self.add_to_next(count);
    }

    pub fn get_mean(&mut self) -> f64 {
        let (sum, bad, count) = (self.real(), self.count(), self.count());
        if bad == 0 { sum / count as f64 } else { f64::NAN }
    }

    #[inline(always)]
    pub fn add_mean_length<V: Direction>(&mut self, rows: usize, value: impl Fn(usize) -> V) {
        let (values, count) = Values::of(rows, |row| value(row).direction());
        let bad = [0, 1, 2].map(|axis| self.add_reals(values.along(axis)));
        self.add_to_next(bad.iter().sum());
        self.add_to_next(count);
    }

    pub fn get_mean_length(&mut self) -> f64 {
        let (x, y, z, bad) = (self.real(), self.real(), self.real(), self.count());
        let count = self.count() as f64;
        let (x, y, z) = (x / count, y / count, z / count);
        // The longest one is brought near 1, so that no square leaves the range of doubles.
        let longest = if x.abs() > y.abs() { x.abs() } else { y.abs() };
        let longest = if z.abs() > longest { z.abs() } else { longest };
        match (bad, longest > 0.0) {
            (0, true) => {
                let (x, y, z) = (x / longest, y / longest, z / longest);
                exact::sqrt(x * x + y * y + z * z) * longest
            }
            (0, false) => longest,
            _ => f64::NAN,
        }
    }

    #[inline(always)]
    pub fn add_max<V: Value>(&mut self, rows: usize, value: impl Fn(usize) -> V) {
        let (mut most, mut bad) = (0, 0);
        for value in (0..rows).filter_map(|row| value(row).value()) {
            if value.abs() < f64::INFINITY {
                most = ordered(value).max(most);
            } else {
                bad += 1;
            }
        }
        self.add_to_next(bad);
        if let Some(place) = self.peaks.get_mut(self.peak) {
            *place = most.max(*place);
        }
        self.peak += 1;
    }

    pub fn get_max(&mut self) -> f64 {
        let bad = self.count();
        let peak = self.peaks.get(self.peak).copied().unwrap_or(0);
        self.peak += 1;
        if bad == 0 { unordered(peak) } else { f64::NAN }
    }

    #[inline(always)]
    pub fn add_histogram<V: Value>(
        &mut self,
        (low, high, bins): (f64, f64, usize),
        rows: usize,
        value: impl Fn(usize) -> V,
    ) {
        let counts = self.next(bins + 3);
        for value in (0..rows).filter_map(|row| value(row).value()) {
            if let Some(place) = counts.get_mut(bin(value, low, high, bins)) {
                *place = place.wrapping_add(1);
            }
        }
    }

    pub fn get_histogram<const NUMBERS: usize>(&mut self) -> [f64; NUMBERS] {
        let counts = self.next(NUMBERS + 1);
        let good = counts.get(NUMBERS) == Some(&0);
        core::array::from_fn(|bin| match counts.get(bin) {
            Some(count) if good => *count as f64,
            _ => f64::NAN,
        })
    }
}

/// The place of a value among the counts of a histogram.
fn bin(value: f64, low: f64, high: f64, bins: usize) -> usize {
    if value < low {
        0
    } else if value >= high {
        bins + 1
    } else if value.is_nan() {
        bins + 2
    } else {
        // A division may round across the edge of a bin.
        let edge = |bin: usize| low + (high - low) * bin as f64 / bins as f64;
        let guess = (((value - low) / (high - low) * bins as f64) as usize).min(bins - 1);
        match guess {
            _ if value < edge(guess) => guess,
            _ if value >= edge(guess + 1) => guess + 2,
            _ => guess + 1,
        }
    }
}

/// The values of one statistic in a block: those of who has none are 0.
struct Values<const N: usize> {
    values: [[f64; BLOCK]; N],
    rows: usize,
}

impl<const N: usize> Values<N> {
    /// Those of so many rows, and how many of these have one.
    #[inline(always)]
    fn of(rows: usize, value: impl Fn(usize) -> Option<[f64; N]>) -> (Self, u64) {
        let (mut values, rows) = ([[0.0; BLOCK]; N], rows.min(BLOCK));
        let mut count = 0;
        for row in 0..rows {
            let value = value(row);
            count += u64::from(value.is_some());
            for (values, value) in values.iter_mut().zip(value.unwrap_or([0.0; N])) {
                values[row] = value;
            }
        }
        (Self { values, rows }, count)
    }

    /// Those along one axis.
    #[inline(always)]
    fn along(&self, axis: usize) -> &[f64] {
        &self.values[axis][..self.rows]
    }
}
