//! Kernels of motion over slices: one value per entity, any length.
//!
//! What a kernel moves comes as a column for each axis: `[xs, ys]` in the plane, `[xs, ys, zs]` in
//! space. Errors name them so, velocities `vxs` and so on, accelerations `axs`.
//!
//! Every kernel checks lengths, parameters and values (finite) before it changes anything. A
//! result that overflows is infinite and is found by the next kernel's check. All run with the best
//! instructions there are.

use crate::axes::{Count, Of};
use crate::error::{
    ACCELERATIONS, KernelError, PLACES, VELOCITIES, check_axes, non_negative, tail, tail_mut,
};
use crate::isa::{self, Isa, Task, dispatched};
use crate::simd::{F32x8, Vector8};
use crate::{Axis, LANES, World};

use super::{Ends, Timestep, drag_factor, euler};

/// Steps by the semi-implicit Euler method: v += a dt, then x += v dt.
///
/// # Errors
///
/// [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]; nothing was changed.
///
/// # Reference
///
/// E. Hairer, C. Lubich, G. Wanner, "Geometric numerical integration illustrated by the
/// Störmer-Verlet method", 2003, doi:10.1017/S0962492902000144 (there: symplectic Euler).
pub fn semi_implicit_euler<const N: usize>(
    dt: Timestep,
    places: [&mut [f32]; N],
    velocities: [&mut [f32]; N],
    accelerations: [&[f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    check_axes(&[
        (PLACES, shared(&places)),
        (VELOCITIES, shared(&velocities)),
        (ACCELERATIONS, accelerations),
    ])?;
    for ((xs, vs), accelerations) in places.into_iter().zip(velocities).zip(accelerations) {
        dispatched!(<S>(
            dt: Timestep,
            xs: &'a mut [f32],
            vs: &'a mut [f32],
            accelerations: &'a [f32]
        ) {
            let dt: F32x8<S> = dt.lanes();
            for start in (0..xs.len()).step_by(LANES) {
                let (x, v) = (tail_mut(xs, start), tail_mut(vs, start));
                let a = F32x8::load(tail(accelerations, start));
                let (new_x, new_v) = euler(F32x8::load(x), F32x8::load(v), a, dt);
                new_x.store(x);
                new_v.store(v);
            }
        });
    }
    Ok(())
}

/// The first half of a velocity Verlet step: v += a dt / 2, then x += v dt.
///
/// Compute accelerations at the new positions next, then call [`verlet_second`].
///
/// # Errors
///
/// [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]; nothing was changed.
///
/// # Reference
///
/// W. C. Swope, H. C. Andersen, P. H. Berens, K. R. Wilson, "A computer simulation method for the
/// calculation of equilibrium constants for the formation of physical clusters of molecules",
/// 1982, doi:10.1063/1.442716.
pub fn verlet_first<const N: usize>(
    dt: Timestep,
    places: [&mut [f32]; N],
    velocities: [&mut [f32]; N],
    accelerations: [&[f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    check_axes(&[
        (PLACES, shared(&places)),
        (VELOCITIES, shared(&velocities)),
        (ACCELERATIONS, accelerations),
    ])?;
    for ((xs, vs), accelerations) in places.into_iter().zip(velocities).zip(accelerations) {
        dispatched!(<S>(
            dt: Timestep,
            xs: &'a mut [f32],
            vs: &'a mut [f32],
            accelerations: &'a [f32]
        ) {
            let half: F32x8<S> = dt.lanes() * F32x8::splat(0.5);
            for start in (0..xs.len()).step_by(LANES) {
                let (x, v) = (tail_mut(xs, start), tail_mut(vs, start));
                let a = F32x8::load(tail(accelerations, start));
                let new_v = F32x8::load(v) + a * half;
                (F32x8::load(x) + new_v * dt.lanes()).store(x);
                new_v.store(v);
            }
        });
    }
    Ok(())
}

/// The second half of a velocity Verlet step: v += a dt / 2.
///
/// # Errors
///
/// [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]; nothing was changed.
pub fn verlet_second<const N: usize>(
    dt: Timestep,
    velocities: [&mut [f32]; N],
    accelerations: [&[f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    check_axes(&[(VELOCITIES, shared(&velocities)), (ACCELERATIONS, accelerations)])?;
    for (vs, accelerations) in velocities.into_iter().zip(accelerations) {
        dispatched!(<S>(dt: Timestep, vs: &'a mut [f32], accelerations: &'a [f32]) {
            let half: F32x8<S> = dt.lanes() * F32x8::splat(0.5);
            for start in (0..vs.len()).step_by(LANES) {
                let (v, a) = (tail_mut(vs, start), F32x8::load(tail(accelerations, start)));
                (F32x8::load(v) + a * half).store(v);
            }
        });
    }
    Ok(())
}

/// Brings all positions back into `world`, along each of its axes by [`Ends::apply`]. Along one that
/// it lacks nothing ends.
///
/// # Errors
///
/// [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]; nothing was changed.
pub fn apply_edge<const N: usize>(
    world: &World,
    places: [&mut [f32]; N],
    velocities: [&mut [f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    check_axes(&[(PLACES, shared(&places)), (VELOCITIES, shared(&velocities))])?;
    for ((&axis, xs), vs) in world.axes().iter().zip(places).zip(velocities) {
        dispatched!(<S>(axis: Axis, xs: &'a mut [f32], vs: &'a mut [f32]) {
            let ends = Ends::<S>::of(axis);
            for start in (0..xs.len()).step_by(LANES) {
                let (x, v) = (tail_mut(xs, start), tail_mut(vs, start));
                let (new_x, new_v) = ends.apply(F32x8::load(x), F32x8::load(v));
                new_x.store(x);
                new_v.store(v);
            }
        });
    }
    Ok(())
}

/// Brings all speeds between `low` and `high`: see [`Vector8::clamped`].
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if `low` or `high` is negative or not finite, or `high` is
/// below `low`; else [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]. Nothing was
/// changed.
pub fn limit_speed<const N: usize>(
    low: f32,
    high: f32,
    velocities: [&mut [f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    let low = non_negative("low", low)?;
    let high = non_negative("high", high)?;
    if high < low {
        return Err(KernelError::InvalidParameter { name: "high", value: high });
    }
    check_axes(&[(VELOCITIES, shared(&velocities))])?;
    isa::dispatch(Limit { low, high, velocities });
    Ok(())
}

/// What [`limit_speed`] was given, all of it sound.
struct Limit<'a, const N: usize> {
    low: f32,
    high: f32,
    velocities: [&'a mut [f32]; N],
}

impl<const N: usize> Task for Limit<'_, N>
where
    [(); N]: Of,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(mut self) {
        let (low, high) = (F32x8::<S>::splat(self.low), F32x8::splat(self.high));
        let len = self.velocities.first().map_or(0, |vs| vs.len());
        for start in (0..len).step_by(LANES) {
            let velocity = Vector8::<Count<N>, S>::load(&self.velocities, start);
            velocity.clamped(low, high).store(&mut self.velocities, start);
        }
    }
}

/// Slows all entities by linear drag of `rate` per second: see [`drag_factor`].
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if `rate` is negative or not finite; else
/// [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]. Nothing was changed.
pub fn drag<const N: usize>(
    dt: Timestep,
    rate: f32,
    velocities: [&mut [f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    let rate = non_negative("rate", rate)?;
    check_axes(&[(VELOCITIES, shared(&velocities))])?;
    for vs in velocities {
        dispatched!(<S>(dt: Timestep, rate: f32, vs: &'a mut [f32]) {
            let factor: F32x8<S> = drag_factor(F32x8::splat(rate), dt.lanes());
            for start in (0..vs.len()).step_by(LANES) {
                let v = tail_mut(vs, start);
                (F32x8::load(v) * factor).store(v);
            }
        });
    }
    Ok(())
}

/// Columns, to look at them.
fn shared<'a, const N: usize>(columns: &'a [&mut [f32]; N]) -> [&'a [f32]; N] {
    columns.each_ref().map(|column| &**column)
}
