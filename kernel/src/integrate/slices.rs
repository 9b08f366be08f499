//! Kernels of motion over slices: one value per entity, any length.
//!
//! Every kernel checks lengths, parameters and values (finite) before it changes anything. A
//! result that overflows is infinite and is found by the next kernel's check. All run with the best
//! instructions there are.

use crate::error::{KernelError, check, non_negative, tail, tail_mut};
use crate::isa::dispatched;
use crate::simd::{F32x8, V2};
use crate::{LANES, Plane, World};

use super::{EdgeLanes, Timestep, clamp_speed, drag_factor, euler};

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
pub fn semi_implicit_euler(
    dt: Timestep,
    xs: &mut [f32],
    ys: &mut [f32],
    vxs: &mut [f32],
    vys: &mut [f32],
    axs: &[f32],
    ays: &[f32],
) -> Result<(), KernelError> {
    check(&[("xs", xs), ("ys", ys), ("vxs", vxs), ("vys", vys), ("axs", axs), ("ays", ays)])?;
    for (xs, vs, accelerations) in [(xs, vxs, axs), (ys, vys, ays)] {
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
pub fn verlet_first(
    dt: Timestep,
    xs: &mut [f32],
    ys: &mut [f32],
    vxs: &mut [f32],
    vys: &mut [f32],
    axs: &[f32],
    ays: &[f32],
) -> Result<(), KernelError> {
    check(&[("xs", xs), ("ys", ys), ("vxs", vxs), ("vys", vys), ("axs", axs), ("ays", ays)])?;
    for (xs, vs, accelerations) in [(xs, vxs, axs), (ys, vys, ays)] {
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
pub fn verlet_second(
    dt: Timestep,
    vxs: &mut [f32],
    vys: &mut [f32],
    axs: &[f32],
    ays: &[f32],
) -> Result<(), KernelError> {
    check(&[("vxs", vxs), ("vys", vys), ("axs", axs), ("ays", ays)])?;
    for (vs, accelerations) in [(vxs, axs), (vys, ays)] {
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

/// Brings all positions back into `world`: see [`EdgeLanes::bound`].
///
/// # Errors
///
/// [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]; nothing was changed.
pub fn apply_edge(
    world: &World,
    xs: &mut [f32],
    ys: &mut [f32],
    vxs: &mut [f32],
    vys: &mut [f32],
) -> Result<(), KernelError> {
    check(&[("xs", xs), ("ys", ys), ("vxs", vxs), ("vys", vys)])?;
    dispatched!(<S>(
        world: &'a World,
        xs: &'a mut [f32],
        ys: &'a mut [f32],
        vxs: &'a mut [f32],
        vys: &'a mut [f32]
    ) {
        let edge = EdgeLanes::<Plane, S>::of(world);
        for start in (0..xs.len()).step_by(LANES) {
            let (x, y) = (tail_mut(xs, start), tail_mut(ys, start));
            let (vx, vy) = (tail_mut(vxs, start), tail_mut(vys, start));
            let (position, velocity) = edge.bound(
                V2::new(F32x8::load(x), F32x8::load(y)),
                V2::new(F32x8::load(vx), F32x8::load(vy)),
            );
            position.x.store(x);
            position.y.store(y);
            velocity.x.store(vx);
            velocity.y.store(vy);
        }
    });
    Ok(())
}

/// Brings all speeds between `low` and `high`: see [`clamp_speed`].
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if `low` or `high` is negative or not finite, or `high` is
/// below `low`; else [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]. Nothing was
/// changed.
pub fn limit_speed(
    low: f32,
    high: f32,
    vxs: &mut [f32],
    vys: &mut [f32],
) -> Result<(), KernelError> {
    let low = non_negative("low", low)?;
    let high = non_negative("high", high)?;
    if high < low {
        return Err(KernelError::InvalidParameter { name: "high", value: high });
    }
    check(&[("vxs", vxs), ("vys", vys)])?;
    let range = [low, high];
    dispatched!(<S>(range: [f32; 2], vxs: &'a mut [f32], vys: &'a mut [f32]) {
        let (low, high) = (F32x8::<S>::splat(range[0]), F32x8::splat(range[1]));
        for start in (0..vxs.len()).step_by(LANES) {
            let (vx, vy) = (tail_mut(vxs, start), tail_mut(vys, start));
            let (new_vx, new_vy) = clamp_speed(F32x8::load(vx), F32x8::load(vy), low, high);
            new_vx.store(vx);
            new_vy.store(vy);
        }
    });
    Ok(())
}

/// Slows all entities by linear drag of `rate` per second: see [`drag_factor`].
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if `rate` is negative or not finite; else
/// [`KernelError::LengthMismatch`] or [`KernelError::NonFinite`]. Nothing was changed.
pub fn drag(dt: Timestep, rate: f32, vxs: &mut [f32], vys: &mut [f32]) -> Result<(), KernelError> {
    let rate = non_negative("rate", rate)?;
    check(&[("vxs", vxs), ("vys", vys)])?;
    for vs in [vxs, vys] {
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
