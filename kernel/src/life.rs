//! Energy and heredity: damage, metabolism, exchange of energy, and genes.
//!
//! Energies are in joules, or in whatever unit a model likes; they never fall below 0. Functions of
//! lanes check nothing; there an energy of NaN counts as 0.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::life::{self, Mutation, scalar, slices};
//!
//! let mut energies = [10.0, 10.0];
//! slices::damage(&mut energies, &[0.0, 0.5], &[4.0, 4.0])?;
//! assert_eq!(energies, [6.0, 8.0]);
//! assert_eq!(scalar::damage(10.0, 0.5, 4.0), 8.0);
//! let child = life::crossover(&[0.0; 9], &[1.0; 9], 2026, 0, 7, 0);
//! let child = life::mutate(&child, Mutation::new(0.1, 0.2)?, 2026, 0, 7, 1);
//! assert!(child.iter().all(|gene| (0.0..=1.0).contains(gene)));
//! # Ok::<(), flockwork_kernel::KernelError>(())
//! ```

use crate::error::KernelError;
use crate::rng;
use crate::simd::{F32x8, Isa};

pub mod scalar;
pub mod slices;

/// The energy left after damage `hits`, of which armour keeps off the part `armour` (0 to 1).
///
/// Never below 0; hits below 0 or NaN do nothing.
#[inline(always)]
pub fn damage<S: Isa>(energy: F32x8<S>, armour: F32x8<S>, hits: F32x8<S>) -> F32x8<S> {
    let passed = F32x8::ONE - armour.clamp(F32x8::ZERO, F32x8::ONE);
    (energy - hits.max(F32x8::ZERO) * passed).max(F32x8::ZERO)
}

/// What living costs, per second: `basal` size^(3/4) + `motion` size speed^2.
///
/// `size` is relative to that of an entity that costs `basal` at rest; negative counts as 0.
///
/// # Reference
///
/// M. Kleiber, "Body size and metabolism", 1932, doi:10.3733/hilg.v06n11p315.
#[inline(always)]
pub fn metabolic_rate<S: Isa>(
    basal: F32x8<S>,
    motion: F32x8<S>,
    size: F32x8<S>,
    speed: F32x8<S>,
) -> F32x8<S> {
    let size = size.max(F32x8::ZERO);
    let root = size.sqrt();
    // In this order a cost of 0 stays 0 at any speed.
    basal * (root * root.sqrt()) + motion * size * speed * speed
}

/// The energy left after living for `dt` seconds at `rate` per second; never below 0.
#[inline(always)]
pub fn metabolize<S: Isa>(energy: F32x8<S>, rate: F32x8<S>, dt: F32x8<S>) -> F32x8<S> {
    (energy - rate * dt).max(F32x8::ZERO)
}

/// How much of a wanted `amount` a giver with `energy` can give: never more than there is, never
/// below 0. Both sides compute it from the giver's energy and so agree to the bit.
#[inline(always)]
pub fn gift<S: Isa>(energy: F32x8<S>, amount: F32x8<S>) -> F32x8<S> {
    amount.max(F32x8::ZERO).min(energy.max(F32x8::ZERO))
}

/// Moves energy from a giver to a taker and gives what both have then.
///
/// The sum of both stays the same to the bit if all amounts are multiples of one power of two and
/// the sum is below 2^24 of them; else up to one rounding each. For exact accounts of any size use
/// [`transfer_units`].
#[inline(always)]
pub fn transfer<S: Isa>(
    giver: F32x8<S>,
    taker: F32x8<S>,
    amount: F32x8<S>,
) -> (F32x8<S>, F32x8<S>) {
    let moved = gift(giver, amount);
    (giver - moved, taker + moved)
}

/// Moves whole units from a giver to a taker: never more than there is, nor than the taker can
/// hold. The sum of both always stays the same.
#[inline]
pub fn transfer_units(giver: u32, taker: u32, amount: u32) -> (u32, u32) {
    let moved = amount.min(giver).min(u32::MAX - taker);
    (giver - moved, taker + moved)
}

/// How many genes an entity has.
pub const GENES: usize = 9;

/// The genes of one entity, each from 0 to 1.
pub type Genes = [f32; GENES];

/// A child's genes: each comes from one of the parents with equal chance.
///
/// A function of (seed, tick, child, stream), where `child` is the child's id. Swapping parents
/// gives the complement.
#[inline]
pub fn crossover(a: &Genes, b: &Genes, seed: u64, tick: u64, child: u32, stream: u32) -> Genes {
    let bits = rng::draw(seed, tick, child, stream)[0];
    core::array::from_fn(|gene| if bits >> gene & 1 == 0 { a[gene] } else { b[gene] })
}

/// A child's genes: each lies between those of the parents, uniformly.
///
/// Takes the streams from `stream` to `stream + 2`.
#[inline]
pub fn blend(a: &Genes, b: &Genes, seed: u64, tick: u64, child: u32, stream: u32) -> Genes {
    let words: [[u32; 4]; 3] =
        core::array::from_fn(|i| rng::draw(seed, tick, child, stream.wrapping_add(i as u32)));
    core::array::from_fn(|gene| {
        let weight = rng::unit(words[gene / 4][gene % 4]);
        let (low, high) = if a[gene] < b[gene] { (a[gene], b[gene]) } else { (b[gene], a[gene]) };
        let value = low + (high - low) * weight;
        // Rounding may pass the larger gene.
        if value > high { high } else { value }
    })
}

/// How genes mutate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mutation {
    rate: f32,
    amount: f32,
}

impl Mutation {
    /// Takes the chance that a gene changes (0 to 1) and the largest change (0 to 1).
    ///
    /// # Errors
    ///
    /// [`KernelError::InvalidParameter`] if one is not from 0 to 1.
    pub fn new(rate: f32, amount: f32) -> Result<Self, KernelError> {
        for (name, value) in [("rate", rate), ("amount", amount)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(KernelError::InvalidParameter { name, value });
            }
        }
        Ok(Self { rate, amount })
    }
}

/// Mutates genes: each changes with the chance [`Mutation`] has, by a uniform amount, and stays
/// from 0 to 1. A gene that is NaN becomes 0.
///
/// A function of (seed, tick, id, stream); takes the streams from `stream` to `stream + 4`.
#[inline]
pub fn mutate(
    genes: &Genes,
    mutation: Mutation,
    seed: u64,
    tick: u64,
    id: u32,
    stream: u32,
) -> Genes {
    let words: [[u32; 4]; 5] =
        core::array::from_fn(|i| rng::draw(seed, tick, id, stream.wrapping_add(i as u32)));
    core::array::from_fn(|gene| {
        let at = 2 * (gene % 2);
        let (chance, change) = (words[gene / 2][at], words[gene / 2][at + 1]);
        let mut value = genes[gene];
        if rng::unit(chance) < mutation.rate {
            value += rng::signed(change) * mutation.amount;
        }
        let value = if value > 0.0 { value } else { 0.0 };
        if value < 1.0 { value } else { 1.0 }
    })
}

#[cfg(test)]
mod tests;
