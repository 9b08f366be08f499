//! Kernels of energy over slices: one value per entity, any length.
//!
//! Each checks lengths and parameters before it changes anything, and values while it works on them: an
//! entity with a value that is infinite or NaN stays as it is, every other one is computed, and
//! [`KernelError::NonFinite`] names the first that was left out. All run with the best instructions
//! there are.

use crate::error::{KernelError, non_negative, same_lens};
use crate::integrate::Timestep;
use crate::isa::Isa;
use crate::simd::F32x8;
use crate::sweep::{Columns, Kernel, Named, Order, sweep};

/// Applies damage to all entities: see [`damage`](super::damage).
///
/// # Errors
///
/// [`KernelError::LengthMismatch`]: nothing was changed. [`KernelError::NonFinite`]: see [the
/// module](self).
pub fn damage(energies: &mut [f32], armours: &[f32], hits: &[f32]) -> Result<(), KernelError> {
    let names = ["energies", "armours", "hits"];
    same_lens(&[(&names, &[&*energies, armours, hits])])?;
    sweep(
        Damage,
        [(&["energies"], Columns([energies]))],
        [from(&["armours"], armours), from(&["hits"], hits)],
    )
}

/// What all entities pay for living: see [`metabolic_rate`](super::metabolic_rate) and
/// [`metabolize`](super::metabolize). `basal` and `motion` are energies per second.
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if `basal` or `motion` is negative or not finite: nothing was
/// changed; else as [`damage`].
pub fn metabolize(
    dt: Timestep,
    basal: f32,
    motion: f32,
    energies: &mut [f32],
    sizes: &[f32],
    speeds: &[f32],
) -> Result<(), KernelError> {
    let basal = non_negative("basal", basal)?;
    let motion = non_negative("motion", motion)?;
    let names = ["energies", "sizes", "speeds"];
    same_lens(&[(&names, &[&*energies, sizes, speeds])])?;
    let read = [from(&["sizes"], sizes), from(&["speeds"], speeds)];
    sweep(Metabolize { dt, basal, motion }, [(&["energies"], Columns([energies]))], read)
}

/// Moves energy from each giver to its taker: see [`transfer`](super::transfer).
///
/// # Errors
///
/// As [`damage`].
pub fn transfer(
    givers: &mut [f32],
    takers: &mut [f32],
    amounts: &[f32],
) -> Result<(), KernelError> {
    let names = ["givers", "takers", "amounts"];
    same_lens(&[(&names, &[&*givers, &*takers, amounts])])?;
    let written = [(["givers"].as_slice(), Columns([givers])), (&["takers"], Columns([takers]))];
    sweep(Transfer, written, [from(&["amounts"], amounts)])
}

/// A column to read, with its name.
fn from<'a>(name: &'static [&'static str], column: &'a [f32]) -> Named<Columns<&'a [f32], 1>> {
    (name, Columns([column]))
}

#[derive(Clone, Copy)]
struct Damage;

impl Kernel<1, 1, 2> for Damage {
    type Ready<S: Isa> = ();

    #[inline(always)]
    fn ready<S: Isa>(&self, _: Order) {}

    #[inline(always)]
    fn component<S: Isa>(
        _: &(),
        _: usize,
        [energy]: [F32x8<S>; 1],
        [armour, hits]: [F32x8<S>; 2],
    ) -> ([F32x8<S>; 1], F32x8<S>) {
        ([super::damage(energy, armour, hits)], energy + armour + hits)
    }
}

#[derive(Clone, Copy)]
struct Metabolize {
    dt: Timestep,
    basal: f32,
    motion: f32,
}

impl Kernel<1, 1, 2> for Metabolize {
    type Ready<S: Isa> = [F32x8<S>; 3];

    #[inline(always)]
    fn ready<S: Isa>(&self, _: Order) -> [F32x8<S>; 3] {
        [self.dt.lanes(), F32x8::splat(self.basal), F32x8::splat(self.motion)]
    }

    #[inline(always)]
    fn component<S: Isa>(
        [dt, basal, motion]: &[F32x8<S>; 3],
        _: usize,
        [energy]: [F32x8<S>; 1],
        [size, speed]: [F32x8<S>; 2],
    ) -> ([F32x8<S>; 1], F32x8<S>) {
        let rate = super::metabolic_rate(*basal, *motion, size, speed);
        ([super::metabolize(energy, rate, *dt)], energy + size + speed)
    }
}

#[derive(Clone, Copy)]
struct Transfer;

impl Kernel<1, 2, 1> for Transfer {
    type Ready<S: Isa> = ();

    #[inline(always)]
    fn ready<S: Isa>(&self, _: Order) {}

    #[inline(always)]
    fn component<S: Isa>(
        _: &(),
        _: usize,
        [giver, taker]: [F32x8<S>; 2],
        [amount]: [F32x8<S>; 1],
    ) -> ([F32x8<S>; 2], F32x8<S>) {
        let (left, got) = super::transfer(giver, taker, amount);
        ([left, got], giver + taker + amount)
    }
}
