//! The structure factor S(k): how strongly a crowd is ordered at a wave vector.
//!
//! ```text
//! S(k) = |sum over entities of exp(-i k r)|^2 / N
//! ```
//!
//! The wave vectors are those of the periodic world, k = 2 pi (n_x / width, n_y / height, n_z / depth) with whole
//! n; of k and -k one, as both give the same. They are gathered by |k| into shells of one width. A shell
//! with more than `vectors` of them takes so many, drawn by a hash of n, which are the same in every run.
//! Cosines and sines are rounded to 2^-26 and added up as whole numbers, so threads may share the entities
//! of a look ([`Structure::on_threads`]).
//!
//! # Reference
//!
//! J.-P. Hansen, I. R. McDonald, "Theory of Simple Liquids", 4th edition, 2013, section 4.1.

use std::collections::BTreeSet;
use std::f64::consts::TAU;
use std::marker::PhantomData;

use flockwork_kernel::isa::{self, Isa, Task};
use flockwork_kernel::{Axes, Plane, Vector, World};

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
    threads: usize,
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
        Ok(Self {
            world,
            bins,
            vectors,
            waves,
            shells,
            samples: 0,
            entities: 0,
            threads: 1,
            axes: PhantomData,
        })
    }

    /// Has so many threads share each look, with the same bits in what comes of it.
    #[must_use]
    pub fn on_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// How many wave vectors are looked at.
    pub fn waves(&self) -> usize {
        self.waves.len()
    }

    /// The sums of all waves over these places.
    fn add_up(&self, places: &[Vector<A>]) -> Vec<Sum> {
        let most = highest(&self.world, self.bins.most()).map(|n| n as usize);
        let mut sums = vec![(0, 0); self.waves.len()];
        isa::dispatch(AddUp {
            world: &self.world,
            waves: &self.waves,
            powers: most.map(|most| vec![[[0.0; BLOCK]; 2]; most + 1]),
            places,
            sums: &mut sums,
        });
        sums
    }

    /// The same, in shares on threads.
    fn add_up_shared(&self, places: &[Vector<A>]) -> Vec<Sum> {
        let share = places.len().div_ceil(self.threads).max(BLOCK);
        let mut shares = places.chunks(share);
        let first = shares.next().unwrap_or(&[]);
        std::thread::scope(|scope| {
            let others: Vec<_> = shares
                .map(|places| {
                    let thread = std::thread::Builder::new();
                    (places, thread.spawn_scoped(scope, move || self.add_up(places)).ok())
                })
                .collect();
            let mut sums = self.add_up(first);
            for (places, thread) in others {
                // Where there is no thread, or it has panicked, this one tries.
                let other = thread.and_then(|thread| thread.join().ok());
                let other = other.unwrap_or_else(|| self.add_up(places));
                for (sum, other) in sums.iter_mut().zip(other) {
                    *sum = (sum.0 + other.0, sum.1 + other.1);
                }
            }
            sums
        })
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
        let sums = self.add_up_shared(look.places);
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

/// Entities whose waves are added up at a time.
const BLOCK: usize = 16;

/// Complex numbers, one for each entity of a block: real parts and imaginary parts.
type Block = [[f64; BLOCK]; 2];

/// The sum of a wave over entities: real and imaginary part, times [`ONE`].
type Sum = (i64, i64);

/// Adds up all waves over places, with the best instructions there are.
struct AddUp<'a, A: Axes> {
    world: &'a World,
    waves: &'a [Wave],
    /// Room for exp(i n k x) along each axis, for n from 0 on.
    powers: [Vec<Block>; World::MOST_AXES],
    places: &'a [Vector<A>],
    sums: &'a mut [Sum],
}

impl<A: Axes> Task for AddUp<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { world, waves, mut powers, places, sums } = self;
        for block in places.chunks(BLOCK) {
            for (axis, powers) in powers.iter_mut().enumerate().take(A::COUNT) {
                raise(f64::from(world.axes()[axis].length), axis, block, powers);
            }
            for (sum, wave) in sums.iter_mut().zip(waves) {
                let mut value = powers[0][wave[0] as usize];
                for (powers, n) in powers.iter().zip(wave).take(A::COUNT).skip(1) {
                    let sign = if *n < 0 { -1.0 } else { 1.0 };
                    value = times(&value, &powers[n.unsigned_abs() as usize], sign);
                }
                sum.0 += rounded(&value[0]);
                sum.1 += rounded(&value[1]);
            }
        }
    }
}

/// The powers of exp(i 2 pi x / length) of each place along an axis; of a block that is not full the rest
/// are 0.
#[inline(always)]
fn raise<A: Axes>(length: f64, axis: usize, block: &[Vector<A>], powers: &mut [Block]) {
    let (mut one, mut root) = ([[0.0; BLOCK]; 2], [[0.0; BLOCK]; 2]);
    for (at, place) in block.iter().enumerate() {
        #[allow(clippy::disallowed_methods, reason = "of 64 bits, of which 26 are counted")]
        let (sin, cos) = libm::sincos(TAU * (f64::from(place.along(axis)) / length));
        (one[0][at], root[0][at], root[1][at]) = (1.0, cos, sin);
    }
    let mut power = one;
    for place in powers {
        *place = power;
        power = times(&power, &root, 1.0);
    }
}

/// The products of complex numbers; with a `sign` of -1 those with the conjugates of the second ones.
#[inline(always)]
fn times(a: &Block, b: &Block, sign: f64) -> Block {
    let mut product = [[0.0; BLOCK]; 2];
    for at in 0..BLOCK {
        let (re, im) = (b[0][at], b[1][at] * sign);
        product[0][at] = a[0][at] * re - a[1][at] * im;
        product[1][at] = a[0][at] * im + a[1][at] * re;
    }
    product
}

/// The sum of numbers from -1 to 1, each rounded to a whole number of [`ONE`]ths.
#[inline(always)]
fn rounded(values: &[f64; BLOCK]) -> i64 {
    // What is added to a double of this size is rounded to a whole number, in its lowest bits.
    const MAGIC: f64 = 1.5 * (1u64 << 52) as f64;
    let whole = |value: &f64| (value * ONE + MAGIC).to_bits().wrapping_sub(MAGIC.to_bits());
    values.iter().map(whole).fold(0, u64::wrapping_add).cast_signed()
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
