//! Bins of one width, from 0 up.

use crate::look::ObserveError;

/// The most bins.
pub const MOST: u32 = 1 << 20;

/// So many bins of one width, the first of which begins at 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bins {
    most: f64,
    count: u32,
}

impl Bins {
    /// Bins up to `most`, which is called `name` where it is wrong.
    ///
    /// # Errors
    ///
    /// [`ObserveError::Parameter`] if `most` is no number above 0, or there are none or too many.
    pub fn new(name: &'static str, most: f64, count: u32) -> Result<Self, ObserveError> {
        if !(1.0e-18..=1.0e18).contains(&most) {
            let allowed = "a number from 1e-18 to 1e18".to_string();
            return Err(ObserveError::Parameter { name, value: most, allowed });
        }
        Ok(Self { most, count: crate::look::whole("bins", count, MOST)? })
    }

    /// Where they end.
    pub fn most(&self) -> f64 {
        self.most
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none, which is never so.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The width of one.
    pub fn width(&self) -> f64 {
        self.most / f64::from(self.count)
    }

    /// Where a bin begins; the one after the last begins at the end.
    pub fn begin(&self, bin: usize) -> f64 {
        self.most * bin as f64 / f64::from(self.count)
    }

    /// The middle of each.
    pub fn middles(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.count).map(|bin| self.most * (f64::from(bin) + 0.5) / f64::from(self.count))
    }

    /// The bin of a number from 0 up; None if it is past the last.
    pub fn of(&self, value: f64) -> Option<usize> {
        let bin = (value / self.most * f64::from(self.count)) as usize;
        (bin < self.len()).then_some(bin)
    }
}
