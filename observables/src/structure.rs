//! The structure factor S(k): how strongly a crowd is ordered at a wave vector.
//!
//! ```text
//! S(k) = |sum over entities of exp(-i k r)|^2 / N
//! ```
//!
//! The wave vectors are those of the periodic world, k = 2 pi (n_x / width, n_y / height, n_z / depth) with whole
//! n; of k and -k one, as both give the same. They are gathered by |k| into shells of one width. A shell
//! with more than `vectors` of them takes so many, drawn by a hash of n, which are the same in every run.
//! Cosines and sines are rounded to 2^-26 and added up as whole numbers.
//!
//! # Reference
//!
//! J.-P. Hansen, I. R. McDonald, "Theory of Simple Liquids", 4th edition, 2013, section 4.1.

use std::collections::BTreeSet;
use std::f64::consts::TAU;
use std::marker::PhantomData;

use flockwork_kernel::{Axes, Plane, World};

use crate::bins::Bins;
use crate::look::{Look, Observable, ObserveError, check_axes, whole};
use crate::table::Table;

/// Cosines and sines are multiples of 1 over this.
const ONE: f64 = (1u64 << 26) as f64;

/// The most wave vectors that are looked through for shells.
const MOST: f64 = 2.0e8;

/// The most wave vectors of a shell.
const MOST_VECTORS: u32 = 10_000;

/// A wave vector in units of those of the world's sides.
type Wave = [i32; World::MOST_AXES];

/// Adds up waves over entities.
#[derive(Clone, Debug)]
pub struct Structure<A: Axes = Plane> {
    world: World,
    bins: Bins,
    vectors: u32,
    /// All wave vectors, by shell.
    waves: Vec<Wave>,
    /// Of each shell that has some: its wave vectors, and the sum of squares over looks.
    shells: Vec<(std::ops::Range<usize>, u128)>,
    samples: u64,
    entities: u64,
    axes: PhantomData<A>,
}

impl<A: Axes> Structure<A> {
    /// Shells up to |k| = `k`, of at most so many `vectors` each.
    ///
    /// # Errors
    ///
    /// [`ObserveError`] if an axis is not periodic or the world has other axes, if `k` is no number above 0
    /// or too large for the world, if there are no or too many bins or vectors.
    pub fn new(world: World, k: f64, bins: u32, vectors: u32) -> Result<Self, ObserveError> {
        check_axes::<A>(&world)?;
        for (axis, name) in world.axes().iter().zip(World::COORDINATES) {
            if !axis.is_periodic() {
                return Err(ObserveError::NotPeriodic { axis: name });
            }
        }
        let bins = Bins::new("k", k, bins)?;
        let vectors = whole("vectors", vectors, MOST_VECTORS)?;
        let most = highest(&world, k);
        if most.iter().map(|n| 2.0 * n + 1.0).product::<f64>() > MOST {
            let allowed = format!("so small that no more than {MOST:e} wave vectors are below it");
            return Err(ObserveError::Parameter { name: "k", value: k, allowed });
        }
        let mut drawn: Vec<BTreeSet<(u64, Wave)>> = vec![BTreeSet::new(); bins.len()];
        each_wave(most.map(|n| n as i32), |wave| {
            let Some(shell) = bins.of(length(&world, wave)) else { return };
            let shell = &mut drawn[shell];
            shell.insert((hash(wave), wave));
            if shell.len() > vectors as usize {
                shell.pop_last();
            }
        });
        let (mut waves, mut shells) = (Vec::new(), Vec::new());
        for shell in drawn.iter().filter(|shell| !shell.is_empty()) {
            let begin = waves.len();
            waves.extend(shell.iter().map(|(_, wave)| *wave));
            shells.push((begin..waves.len(), 0));
        }
        Ok(Self { world, bins, vectors, waves, shells, samples: 0, entities: 0, axes: PhantomData })
    }

    /// How many wave vectors are looked at.
    pub fn waves(&self) -> usize {
        self.waves.len()
    }

    /// Adds what another one counted.
    ///
    /// # Errors
    ///
    /// [`ObserveError::OtherParameters`]; nothing was added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), ObserveError> {
        if (self.world, self.bins, self.vectors) != (other.world, other.bins, other.vectors) {
            return Err(ObserveError::OtherParameters);
        }
        self.shells.iter_mut().zip(&other.shells).for_each(|(own, other)| own.1 += other.1);
        self.samples += other.samples;
        self.entities += other.entities;
        Ok(())
    }
}

impl<A: Axes> Observable<A> for Structure<A> {
    fn look(&mut self, look: &Look<'_, A>) -> Result<(), ObserveError> {
        look.check()?;
        let most = highest(&self.world, self.bins.most()).map(|n| n as usize);
        let mut powers = most.map(|most| vec![(1.0, 0.0); most + 1]);
        let mut sums = vec![(0i64, 0i64); self.waves.len()];
        for place in look.places {
            for (axis, powers) in powers.iter_mut().enumerate().take(A::COUNT) {
                let length = f64::from(self.world.axes()[axis].length);
                #[allow(clippy::disallowed_methods, reason = "of 64 bits, of which 26 are counted")]
                let (sin, cos) = libm::sincos(TAU * (f64::from(place.along(axis)) / length));
                for n in 1..powers.len() {
                    powers[n] = times(powers[n - 1], (cos, sin));
                }
            }
            for (sum, wave) in sums.iter_mut().zip(&self.waves) {
                let mut value = powers[0][wave[0] as usize];
                for (powers, n) in powers.iter().zip(wave).take(A::COUNT).skip(1) {
                    let (re, im) = powers[n.unsigned_abs() as usize];
                    value = times(value, if *n < 0 { (re, -im) } else { (re, im) });
                }
                sum.0 += (value.0 * ONE) as i64;
                sum.1 += (value.1 * ONE) as i64;
            }
        }
        for (waves, sum) in &mut self.shells {
            for (re, im) in &sums[waves.clone()] {
                let square = |part: i64| u128::from(part.unsigned_abs()).pow(2);
                *sum = sum.saturating_add(square(*re) + square(*im));
            }
        }
        self.samples += 1;
        self.entities += look.places.len() as u64;
        Ok(())
    }

    fn samples(&self) -> u64 {
        self.samples
    }

    fn table(&self) -> Table {
        let shells = || self.shells.iter().map(|(waves, sum)| (&self.waves[waves.clone()], *sum));
        let k = shells().map(|(waves, _)| {
            let sum: f64 = waves.iter().map(|wave| length(&self.world, *wave)).sum();
            sum / waves.len() as f64
        });
        let s = shells().map(|(waves, sum)| {
            sum as f64 / (ONE * ONE) / (waves.len() as f64 * self.entities as f64)
        });
        Table::default()
            .real("k", "1/length", k)
            .real("s", "", s)
            .whole("vectors", shells().map(|(waves, _)| waves.len() as u64))
            .count("entities", self.entities)
    }
}

/// The product of two complex numbers.
#[inline(always)]
fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// The largest whole number along each axis that |k| has room for.
fn highest(world: &World, k: f64) -> [f64; World::MOST_AXES] {
    let mut most = [0.0; World::MOST_AXES];
    for (most, axis) in most.iter_mut().zip(world.axes()) {
        *most = (k * f64::from(axis.length) / TAU).floor();
    }
    most
}

/// |k| of a wave vector.
fn length(world: &World, wave: Wave) -> f64 {
    let part = |(n, axis): (i32, &flockwork_kernel::world::Axis)| {
        let part = TAU * f64::from(n) / f64::from(axis.length);
        part * part
    };
    let square: f64 = wave.into_iter().zip(world.axes()).map(part).sum();
    flockwork_kernel::exact::sqrt(square)
}

/// One of each k and -k, without 0.
fn each_wave(most: Wave, mut each: impl FnMut(Wave)) {
    for x in 0..=most[0] {
        for y in -most[1]..=most[1] {
            for z in -most[2]..=most[2] {
                if (x, y, z) > (0, 0, 0) {
                    each([x, y, z]);
                }
            }
        }
    }
}

/// A number that has nothing to do with the direction: the fingerprint's mixing of three words.
fn hash(wave: Wave) -> u64 {
    wave.into_iter().fold(0x9E37_79B9_7F4A_7C15, |hash, n| {
        let mixed = (hash ^ u64::from(n as u32)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed ^ mixed >> 31
    })
}
