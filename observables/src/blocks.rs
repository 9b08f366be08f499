//! The mean of a series of numbers that hang together, and how wrong it may be.
//!
//! What a simulation gives tick after tick is no independent sample: a mean over 1000 of them may be
//! no better known than one over ten. [`BlockAverage`] joins neighbours to blocks of 2, 4, 8 and so on,
//! whose means hang together less and less, and takes the error from the smallest blocks that are long
//! enough. It keeps a few numbers for each length, whatever the number of samples.
//!
//! Numbers are added in their order with one rounding each, so the same series gives the same bits
//! everywhere.
//!
//! # References
//!
//! H. Flyvbjerg and H. G. Petersen, "Error estimates on averages of correlated data", J. Chem. Phys. 91,
//! 461 (1989). Which blocks are long enough: R. M. Lee, G. J. Conduit, N. Nemec, P. López Ríos and
//! N. D. Drummond, "Strategies for improving the efficiency of quantum Monte Carlo calculations", Phys.
//! Rev. E 83, 066706 (2011), after U. Wolff, Comput. Phys. Commun. 156, 143 (2004).

use flockwork_kernel::exact::sqrt;

/// The mean of a series, with its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The mean; NaN if there is no sample.
    pub mean: f64,
    /// The standard error of the mean; NaN if the series is too short to tell.
    pub error: f64,
    /// How many numbers were added.
    pub samples: u64,
    /// How many samples in a row are worth one that is independent of all others: 1 if all are; NaN
    /// if the series is too short to tell.
    pub correlation: f64,
}

/// Adds up a series for its mean and the error of that.
///
/// ```
/// use flockwork_observables::BlockAverage;
///
/// let mut average = BlockAverage::default();
/// for sample in [1.0, 3.0, 2.0, 2.0, 3.0, 1.0, 2.0, 2.0] {
///     average.add(sample);
/// }
/// let found = average.mean();
/// assert_eq!((found.mean, found.samples), (2.0, 8));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BlockAverage {
    /// Blocks of 1, 2, 4 and so on samples.
    levels: Vec<Level>,
}

/// All blocks of one length.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Level {
    blocks: u64,
    mean: f64,
    /// The sum of the squares of the distances from the mean.
    squares: f64,
    /// The value of a block that waits for its neighbour, to become a longer one with it.
    waiting: Option<f64>,
}

impl BlockAverage {
    /// Adds the next number. One that is not finite is passed over: a statistic is NaN where nobody
    /// has a value for it.
    pub fn add(&mut self, number: f64) {
        if !number.is_finite() {
            return;
        }
        let mut value = number;
        for level in &mut self.levels {
            match level.add(value) {
                Some(pair) => value = pair,
                None => return,
            }
        }
        // The first block of this length.
        let mut level = Level::default();
        level.add(value);
        self.levels.push(level);
    }

    /// The mean so far, and what is known about its error.
    pub fn mean(&self) -> Mean {
        let Some(single) = self.levels.first() else {
            return Mean { mean: f64::NAN, error: f64::NAN, samples: 0, correlation: f64::NAN };
        };
        let (samples, alone) = (single.blocks, single.variance());
        let known = match alone {
            // Always the same number.
            0.0 => Some((0.0, 1.0)),
            _ => self.levels.iter().enumerate().find_map(|(doublings, level)| {
                let (length, worse) = ((1u64 << doublings) as f64, level.variance() / alone);
                // NaN, where there is one block only, is not longer than anything.
                let long = length * length * length > 2.0 * samples as f64 * worse * worse;
                long.then(|| (sqrt(level.variance()), worse))
            }),
        };
        let (error, correlation) = known.unwrap_or((f64::NAN, f64::NAN));
        Mean { mean: single.mean, error, samples, correlation }
    }
}

impl Level {
    /// Adds a block; gives the mean of it and the one that has waited for it.
    fn add(&mut self, value: f64) -> Option<f64> {
        self.blocks += 1;
        let before = value - self.mean;
        self.mean += before / self.blocks as f64;
        self.squares += before * (value - self.mean);
        match self.waiting.take() {
            Some(neighbour) => Some(neighbour + (value - neighbour) / 2.0),
            None => {
                self.waiting = Some(value);
                None
            }
        }
    }

    /// The variance of the mean, as if blocks were independent; NaN for one block.
    fn variance(&self) -> f64 {
        let blocks = self.blocks as f64;
        self.squares / (blocks * (blocks - 1.0))
    }
}

#[cfg(test)]
mod tests;
