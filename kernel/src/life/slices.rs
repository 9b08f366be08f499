//! Kernels of energy over slices: one value per entity, any length.
//!
//! Each checks lengths and values before it changes anything, and runs with the best instructions
//! there are.

use crate::LANES;
use crate::error::{KernelError, check, non_negative, tail, tail_mut};
use crate::integrate::Timestep;
use crate::isa::dispatched;
use crate::simd::F32x8;

/// Applies damage to all entities: see [`damage`](super::damage).
///
/// # Errors
///
/// [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]; nothing was changed.
pub fn damage(energies: &mut [f32], armours: &[f32], hits: &[f32]) -> Result<(), KernelError> {
    check(&[("energies", energies), ("armours", armours), ("hits", hits)])?;
    dispatched!(<S>(energies: &'a mut [f32], armours: &'a [f32], hits: &'a [f32]) {
        for start in (0..energies.len()).step_by(LANES) {
            let energy = tail_mut(energies, start);
            let (armour, hit) = (F32x8::load(tail(armours, start)), F32x8::load(tail(hits, start)));
            super::damage::<S>(F32x8::load(energy), armour, hit).store(energy);
        }
    });
    Ok(())
}

/// What all entities pay for living: see [`metabolic_rate`](super::metabolic_rate) and
/// [`metabolize`](super::metabolize). `basal` and `motion` are energies per second.
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if `basal` or `motion` is negative or not finite; else
/// [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]. Nothing was changed.
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
    check(&[("energies", energies), ("sizes", sizes), ("speeds", speeds)])?;
    let costs = [basal, motion];
    dispatched!(<S>(
        dt: Timestep,
        costs: [f32; 2],
        energies: &'a mut [f32],
        sizes: &'a [f32],
        speeds: &'a [f32]
    ) {
        let [basal, motion] = [F32x8::splat(costs[0]), F32x8::splat(costs[1])];
        for start in (0..energies.len()).step_by(LANES) {
            let energy = tail_mut(energies, start);
            let (size, speed) = (F32x8::load(tail(sizes, start)), F32x8::load(tail(speeds, start)));
            let rate = super::metabolic_rate::<S>(basal, motion, size, speed);
            super::metabolize(F32x8::load(energy), rate, dt.lanes()).store(energy);
        }
    });
    Ok(())
}

/// Moves energy from each giver to its taker: see [`transfer`](super::transfer).
///
/// # Errors
///
/// [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]; nothing was changed.
pub fn transfer(
    givers: &mut [f32],
    takers: &mut [f32],
    amounts: &[f32],
) -> Result<(), KernelError> {
    check(&[("givers", givers), ("takers", takers), ("amounts", amounts)])?;
    dispatched!(<S>(givers: &'a mut [f32], takers: &'a mut [f32], amounts: &'a [f32]) {
        for start in (0..givers.len()).step_by(LANES) {
            let (giver, taker) = (tail_mut(givers, start), tail_mut(takers, start));
            let amount = F32x8::<S>::load(tail(amounts, start));
            let (left, got) = super::transfer(F32x8::load(giver), F32x8::load(taker), amount);
            left.store(giver);
            got.store(taker);
        }
    });
    Ok(())
}
