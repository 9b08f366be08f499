//! Against a twin that keeps all samples, and against series whose error is known.

use flockwork_kernel::rng;
use quickcheck::quickcheck;

use super::*;

fn average(samples: &[f64]) -> Mean {
    let mut average = BlockAverage::default();
    samples.iter().for_each(|sample| average.add(*sample));
    average.mean()
}

/// The same from the definition: all blocks of each length, one length after the other.
fn naive(samples: &[f64]) -> Mean {
    let count = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / count;
    let mut blocks = samples.to_vec();
    let (mut length, mut alone) = (1.0, None);
    let (mut error, mut correlation) = (f64::NAN, f64::NAN);
    while blocks.len() > 1 {
        let number = blocks.len() as f64;
        let middle = blocks.iter().sum::<f64>() / number;
        let squares: f64 = blocks.iter().map(|block| (block - middle).powi(2)).sum();
        let variance = squares / number / (number - 1.0);
        let worse = variance / *alone.get_or_insert(variance);
        if f64::powi(length, 3) > 2.0 * count * worse * worse {
            (error, correlation) = (variance.sqrt(), worse);
            break;
        }
        blocks = blocks.chunks_exact(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
        length *= 2.0;
    }
    Mean { mean, error, samples: samples.len() as u64, correlation }
}

/// Numbers of mean 0 and variance 1, each of which keeps `share` of the one before.
fn hanging_together(share: f64, count: usize, seed: u64) -> Vec<f64> {
    let mut tick = 0;
    let mut normal = || {
        tick += 1;
        let [a, b, ..] = rng::draw(seed, tick, 0, 0);
        f64::from(rng::normal_pair(a, b).0)
    };
    let fresh = (1.0 - share * share).sqrt();
    let mut last = normal();
    let mut next = || {
        last = share * last + fresh * normal();
        last
    };
    (0..count).map(|_| next()).collect()
}

fn near(one: f64, other: f64) -> bool {
    (one.is_nan() && other.is_nan()) || (one - other).abs() <= 1e-9 * (1.0 + other.abs())
}

quickcheck! {
    fn blocks_are_those_of_the_definition(samples: Vec<i16>) -> bool {
        // Not all the same: then the definition divides by 0.
        let samples: Vec<f64> = samples.iter().map(|sample| f64::from(*sample) / 8.0).collect();
        if samples.iter().all(|sample| *sample == samples[0]) {
            return true;
        }
        let (found, wanted) = (average(&samples), naive(&samples));
        found.samples == wanted.samples
            && near(found.mean, wanted.mean)
            && near(found.error, wanted.error)
            && near(found.correlation, wanted.correlation)
    }
}

#[test]
fn the_error_of_independent_samples_is_the_usual_one() {
    let samples = hanging_together(0.0, 1 << 14, 1);
    let found = average(&samples);
    assert!((found.error * 128.0 - 1.0).abs() < 0.1, "{found:?}");
    assert!((found.correlation - 1.0).abs() < 0.2, "{found:?}");
    assert!(found.mean.abs() < 4.0 * found.error, "{found:?}");
}

#[test]
fn samples_that_hang_together_count_less() {
    // Of such a series the variance of the mean is (1 + share) / (1 - share) times as large.
    for (share, worse) in [(0.5, 3.0), (0.9, 19.0), (0.98, 99.0)] {
        let samples = hanging_together(share, 1 << 17, 2);
        let found = average(&samples);
        assert!((found.correlation / worse - 1.0).abs() < 0.25, "{share}: {found:?}");
        let error = f64::sqrt(worse / samples.len() as f64);
        assert!((found.error / error - 1.0).abs() < 0.15, "{share}: {found:?}, not {error}");
    }
}

#[test]
fn two_of_three_means_lie_within_their_error() {
    let within = (0..200)
        .map(|seed| average(&hanging_together(0.8, 4096, seed)))
        .filter(|found| found.mean.abs() < found.error)
        .count();
    // 68.3 of 100, give or take 3.3.
    assert!((120..155).contains(&within), "{within} of 200");
}

#[test]
fn a_series_that_is_too_short_has_no_error() {
    assert!(average(&[]).mean.is_nan() && average(&[]).samples == 0);
    let one = average(&[7.0]);
    assert!(one.mean == 7.0 && one.samples == 1 && one.error.is_nan(), "{one:?}");
    // A line never forgets where it was.
    let line: Vec<f64> = (0..1000).map(f64::from).collect();
    let found = average(&line);
    assert!(found.mean == 499.5 && found.error.is_nan() && found.correlation.is_nan(), "{found:?}");
}

#[test]
fn the_same_number_again_and_again_has_no_error_at_all() {
    let found = average(&[0.1; 100]);
    assert_eq!(found, Mean { mean: 0.1, error: 0.0, samples: 100, correlation: 1.0 });
}

#[test]
fn what_is_no_number_is_passed_over() {
    let with = average(&[1.0, f64::NAN, 2.0, f64::INFINITY, 4.0]);
    assert_eq!(format!("{with:?}"), format!("{:?}", average(&[1.0, 2.0, 4.0])));
}

#[test]
fn a_series_has_the_same_bits_in_every_language() {
    // What the tests of the web package have too.
    let samples =
        (0..1000).map(|at| f64::from(at * at % 101) / 8.0 + f64::from(u8::from(at % 64 < 32)));
    let found = average(&samples.collect::<Vec<f64>>());
    let (mean, error) = (6.776_375_000_000_002_5, 0.162_960_616_555_142_24);
    assert_eq!(found, Mean { mean, error, samples: 1000, correlation: 1.800_940_138_887_52 });
}
