//! Latin hypercubes: points that fill a box evenly along every one of its sides.
//!
//! Each side is parted into as many equal steps as there are points, and each step has one point
//! somewhere in it. Which step goes with which along the sides is drawn at random.
//!
//! # Reference
//!
//! M. D. McKay, R. J. Beckman, W. J. Conover, "A comparison of three methods for selecting values of
//! input variables in the analysis of output from a computer code", Technometrics 21, 1979,
//! doi:10.1080/00401706.1979.10489755.

use flockwork_kernel::rng;

/// Where each of `count` points is along each of `sides` sides, from 0 to below 1.
pub(super) fn sample(count: u32, sides: u32, seed: u64) -> Vec<Vec<f64>> {
    let mut points = vec![Vec::new(); count as usize];
    for side in 0..sides {
        let draws: Vec<[u32; 4]> =
            (0..count).map(|id| rng::draw(seed, u64::from(side), id, 0)).collect();
        let mut order: Vec<u32> = (0..count).collect();
        order.sort_by_key(|id| (draws[*id as usize][0], draws[*id as usize][1], *id));
        for (step, id) in order.into_iter().enumerate() {
            let part = f64::from(draws[id as usize][2]) / 2f64.powi(32);
            let place = (step as f64 + part) / f64::from(count);
            points[id as usize].push(place);
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_every_side_has_one_point() {
        for (count, sides) in [(1, 1), (2, 3), (50, 2), (1000, 4)] {
            let points = sample(count, sides, 7);
            assert_eq!(points.len(), count as usize);
            for side in 0..sides as usize {
                let mut steps: Vec<u32> =
                    points.iter().map(|point| (point[side] * f64::from(count)) as u32).collect();
                steps.sort_unstable();
                assert_eq!(steps, (0..count).collect::<Vec<_>>());
                assert!(points.iter().all(|point| (0.0..1.0).contains(&point[side])));
            }
        }
    }

    #[test]
    fn sides_are_drawn_apart_and_by_the_seed() {
        let points = sample(1000, 2, 1);
        assert_eq!(points, sample(1000, 2, 1));
        assert_ne!(points, sample(1000, 2, 2));
        // The correlation of the two sides: its standard deviation is 1 / sqrt(1000).
        let covariance: f64 =
            points.iter().map(|point| (point[0] - 0.5) * (point[1] - 0.5)).sum::<f64>() / 1000.0;
        assert!((covariance * 12.0).abs() < 0.13, "{covariance}");
    }
}
