//! Statistics over time: what they keep from tick to tick.

use super::value::{Value, ordered, unordered};

/// What statistics over time keep from tick to tick, walked through one after the other.
#[doc(hidden)]
pub struct History<'a> {
    words: &'a mut [u64],
    word: usize,
    /// Whether a tick was done that is not in there yet.
    grows: bool,
}

impl<'a> History<'a> {
    pub(crate) fn new(words: &'a mut [u64], grows: bool) -> Self {
        Self { words, word: 0, grows }
    }

    /// The next so many words, and whether a value is to be added.
    fn next<const COUNT: usize>(&mut self) -> ([u64; COUNT], usize) {
        let begin = self.word;
        self.word += COUNT;
        (core::array::from_fn(|at| self.words.get(begin + at).copied().unwrap_or(0)), begin)
    }

    fn keep(&mut self, begin: usize, words: &[u64]) {
        for (place, word) in self.words.iter_mut().skip(begin).zip(words) {
            *place = *word;
        }
    }

    pub fn peak<V: Value>(&mut self, value: impl FnOnce() -> V) -> f64 {
        /// There was a value that is no finite number.
        const BAD: u64 = u64::MAX;
        let ([mut peak], begin) = self.next();
        if self.grows
            && let Some(value) = value().value()
        {
            peak = peak.max(if value.is_finite() { ordered(value) } else { BAD });
            self.keep(begin, &[peak]);
        }
        unordered(peak)
    }

    pub fn time_sum<V: Value>(&mut self, value: impl FnOnce() -> V) -> f64 {
        let ([bits], begin) = self.next();
        let mut sum = f64::from_bits(bits);
        if self.grows
            && let Some(value) = value().value()
        {
            // In the order of ticks, so with one rounding each that is the same everywhere.
            sum += value;
            self.keep(begin, &[sum.to_bits()]);
        }
        sum
    }

    pub fn time_mean<V: Value>(&mut self, value: impl FnOnce() -> V) -> f64 {
        let ([bits, mut count], begin) = self.next();
        let mut sum = f64::from_bits(bits);
        if self.grows
            && let Some(value) = value().value()
        {
            sum += value;
            count = count.saturating_add(1);
            self.keep(begin, &[sum.to_bits(), count]);
        }
        sum / count as f64
    }
}
