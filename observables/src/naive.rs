//! The definitions, one pair and one wave at a time: twins for tests, and for whoever wants to read what is
//! measured. In 64 bits, with no index.

use std::collections::BTreeMap;

use flockwork_kernel::{Axes, Vector, World};

/// The way from one place to another, the shorter one along periodic axes.
pub fn offset<A: Axes>(world: &World, from: Vector<A>, to: Vector<A>) -> [f64; World::MOST_AXES] {
    let mut way = [0.0; World::MOST_AXES];
    for (number, (way, axis)) in way.iter_mut().zip(world.axes()).enumerate() {
        let length = f64::from(axis.length);
        *way = f64::from(to.along(number)) - f64::from(from.along(number));
        if axis.is_periodic() && way.abs() > length / 2.0 {
            *way -= length * way.signum();
        }
    }
    way
}

/// The squared distance of two places.
pub fn distance_squared<A: Axes>(world: &World, a: Vector<A>, b: Vector<A>) -> f64 {
    offset(world, a, b).iter().map(|way| way * way).sum()
}

/// Pairs closer than `r`, by their distance in `bins` of one width.
pub fn pairs<A: Axes>(world: &World, places: &[Vector<A>], r: f64, bins: usize) -> Vec<u64> {
    let mut counts = vec![0; bins];
    for (at, a) in places.iter().enumerate() {
        for b in &places[..at] {
            let d2 = distance_squared(world, *a, *b);
            if d2 < r * r {
                counts[((d2.sqrt() / r * bins as f64) as usize).min(bins - 1)] += 1;
            }
        }
    }
    counts
}

/// Pairs that lead from one of the group of bit 0 to another one of that of bit 1, by their distance: see
/// [`pairs`].
pub fn pairs_between<A: Axes>(
    world: &World,
    places: &[Vector<A>],
    groups: &[u8],
    r: f64,
    bins: usize,
) -> Vec<u64> {
    let mut counts = vec![0; bins];
    for a in (0..places.len()).filter(|a| groups[*a] & 1 != 0) {
        for b in (0..places.len()).filter(|b| groups[*b] & 2 != 0 && *b != a) {
            let d2 = distance_squared(world, places[a], places[b]);
            if d2 < r * r {
                counts[((d2.sqrt() / r * bins as f64) as usize).min(bins - 1)] += 1;
            }
        }
    }
    counts
}

/// How many others are closer than `r` to each.
pub fn near<A: Axes>(world: &World, places: &[Vector<A>], r: f64) -> Vec<u64> {
    let is_near =
        |a: usize, b: usize| a != b && distance_squared(world, places[a], places[b]) < r * r;
    let others = |a: usize| (0..places.len()).filter(|b| is_near(a, *b)).count() as u64;
    (0..places.len()).map(others).collect()
}

/// How many clusters there are of each size: everybody takes the lowest name of those near, until nobody
/// has another one.
pub fn clusters<A: Axes>(world: &World, places: &[Vector<A>], r: f64) -> BTreeMap<u32, u64> {
    let mut names: Vec<usize> = (0..places.len()).collect();
    loop {
        let before = names.clone();
        for a in 0..places.len() {
            for b in 0..places.len() {
                if distance_squared(world, places[a], places[b]) < r * r {
                    names[a] = names[a].min(names[b]);
                }
            }
        }
        if names == before {
            break;
        }
    }
    let mut sizes = BTreeMap::new();
    for name in 0..places.len() {
        let size = names.iter().filter(|one| **one == name).count() as u32;
        if size > 0 {
            *sizes.entry(size).or_default() += 1;
        }
    }
    sizes
}

/// The structure factor at one wave vector, in units of those of the world's sides.
#[allow(clippy::disallowed_methods, reason = "a twin, of 64 bits")]
pub fn structure<A: Axes>(world: &World, places: &[Vector<A>], wave: [i32; 3]) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for place in places {
        let turn = |(axis, n): (usize, &i32)| {
            let length = world.axes().get(axis).map_or(1.0, |axis| f64::from(axis.length));
            f64::from(*n) * f64::from(place.along(axis)) / length
        };
        let phase = std::f64::consts::TAU * wave.iter().enumerate().map(turn).sum::<f64>();
        re += libm::cos(phase);
        im += libm::sin(phase);
    }
    (re * re + im * im) / places.len() as f64
}

/// Where everybody is at each of some looks, by id.
pub type Course = Vec<BTreeMap<u32, [f64; World::MOST_AXES]>>;

/// The mean over all who are there at both ends of a lag, of origins that are so many looks apart: of the
/// square of the difference, or of the product.
pub fn lagged(course: &Course, lag: usize, origins: usize, squares: bool) -> f64 {
    let (mut sum, mut count) = (0.0, 0u64);
    for origin in (0..course.len()).step_by(origins) {
        let Some(now) = course.get(origin + lag) else { continue };
        for (id, before) in &course[origin] {
            let Some(now) = now.get(id) else { continue };
            for (before, now) in before.iter().zip(now) {
                let way = now - before;
                sum += if squares { way * way } else { before * now };
            }
            count += 1;
        }
    }
    sum / count as f64
}
