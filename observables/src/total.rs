//! A sum that is exact, and so the same in any order.

use std::fmt;

use flockwork_kernel::exact::{self, WORDS};

/// An exact sum of doubles; no more than 2^33 of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Total([u64; WORDS]);

impl Default for Total {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

impl fmt::Debug for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Total").field(&self.get()).finish()
    }
}

impl Total {
    /// Adds a number; one that is infinite or NaN is left out.
    #[inline]
    pub fn add(&mut self, value: f64) {
        exact::add(&mut self.0, value);
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word = word.wrapping_add(other);
        }
    }

    /// The double nearest to the sum.
    pub fn get(&self) -> f64 {
        exact::rounded(&self.0)
    }
}
