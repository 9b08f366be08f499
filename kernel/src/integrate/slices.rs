//! Kernels of motion over slices: one value per entity, any length.
//!
//! What a kernel moves comes as a column for each axis: `[xs, ys]` in the plane, `[xs, ys, zs]` in
//! space. Errors name them so, velocities `vxs` and so on, accelerations `axs`. Where the components of
//! a vector lie side by side see [`packed`](super::packed).
//!
//! Every kernel checks lengths and parameters before it changes anything. Values are checked while they
//! are worked on, so that memory is read once: an entity with a value that is infinite or NaN stays
//! as it is, all of it, every other one is computed, and [`KernelError::NonFinite`] names the first
//! that was left out. So nobody is half moved, and one bad entity does not hold up the others. A
//! result that overflows is infinite, and the next kernel leaves it out. All run with the best
//! instructions there are.
//!
//! | kernel | bytes per entity and axis |
//! | --- | ---: |
//! | [`drift`] | 12, with walls 16 |
//! | [`step`], [`semi_implicit_euler`], [`verlet_first`] | 20 |
//! | [`verlet_second`] | 12 |
//! | [`apply_edge`] | 8, with walls 16 |
//! | [`limit_speed`], [`drag`] | 8 |

use crate::axes::Of;
use crate::error::{ACCELERATIONS, KernelError, PLACES, VELOCITIES, non_negative, same_lens};
use crate::sweep::{Columns, Kernel, Named, sweep};
use crate::{Axis, World};

use super::Timestep;
use super::kernels::{Bound, Drag, Drift, Limit, Step, VerletFirst, VerletSecond, axes, has_walls};

/// Moves entities on as fast as they are, within `world`: x += v dt, then the ends of its axes as
/// [`Ends::apply`](super::Ends::apply) has them. Along one that it lacks nothing ends. Velocities change
/// where there are walls.
///
/// # Errors
///
/// [`KernelError::LengthMismatch`]: nothing was changed. [`KernelError::NonFinite`]: see [the
/// module](self).
pub fn drift<const N: usize>(
    world: &World,
    dt: Timestep,
    places: [&mut [f32]; N],
    velocities: [&mut [f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    same_lens(&[(&PLACES, &shared(&places)), (&VELOCITIES, &shared(&velocities))])?;
    let kernel = Drift { dt, axes: axes(world) };
    if has_walls(&kernel.axes) {
        return sweep(kernel, [to(&PLACES, places), to(&VELOCITIES, velocities)], none());
    }
    sweep(kernel, [to(&PLACES, places)], [from(&VELOCITIES, shared(&velocities))])
}

/// Steps by the semi-implicit Euler method within `world`: [`semi_implicit_euler`] and [`apply_edge`]
/// at once.
///
/// # Errors
///
/// As [`drift`].
pub fn step<const N: usize>(
    world: &World,
    dt: Timestep,
    places: [&mut [f32]; N],
    velocities: [&mut [f32]; N],
    accelerations: [&[f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    forced(Step { dt, axes: axes(world) }, places, velocities, accelerations)
}

/// Steps by the semi-implicit Euler method: v += a dt, then x += v dt.
///
/// # Errors
///
/// As [`drift`].
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
    forced(Step { dt, axes: [Axis::open(1.0); N] }, places, velocities, accelerations)
}

/// The first half of a velocity Verlet step: v += a dt / 2, then x += v dt.
///
/// Compute accelerations at the new positions next, then call [`verlet_second`].
///
/// # Errors
///
/// As [`drift`].
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
    forced(VerletFirst(dt), places, velocities, accelerations)
}

/// The second half of a velocity Verlet step: v += a dt / 2.
///
/// # Errors
///
/// As [`drift`].
pub fn verlet_second<const N: usize>(
    dt: Timestep,
    velocities: [&mut [f32]; N],
    accelerations: [&[f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    same_lens(&[(&VELOCITIES, &shared(&velocities)), (&ACCELERATIONS, &accelerations)])?;
    let read = [from(&ACCELERATIONS, accelerations)];
    sweep(VerletSecond(dt), [to(&VELOCITIES, velocities)], read)
}

/// Brings all positions back into `world`, along each of its axes by
/// [`Ends::apply`](super::Ends::apply). Along one that it lacks nothing ends. Velocities are looked at
/// where there are walls.
///
/// # Errors
///
/// As [`drift`].
pub fn apply_edge<const N: usize>(
    world: &World,
    places: [&mut [f32]; N],
    velocities: [&mut [f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    same_lens(&[(&PLACES, &shared(&places)), (&VELOCITIES, &shared(&velocities))])?;
    let kernel = Bound(axes(world));
    if has_walls(&kernel.0) {
        return sweep(kernel, [to(&PLACES, places), to(&VELOCITIES, velocities)], none());
    }
    sweep(kernel, [to(&PLACES, places)], none())
}

/// Brings all speeds between `low` and `high`: see [`Vector8::clamped`](crate::vector::Vector::clamped).
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if `low` or `high` is negative or not finite, or `high` is
/// below `low`: nothing was changed; else as [`drift`].
pub fn limit_speed<const N: usize>(
    low: f32,
    high: f32,
    velocities: [&mut [f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    let kernel = Limit::new(low, high)?;
    same_lens(&[(&VELOCITIES, &shared(&velocities))])?;
    sweep(kernel, [to(&VELOCITIES, velocities)], none())
}

/// Slows all entities by linear drag of `rate` per second: see
/// [`drag_factor`](super::drag_factor).
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if `rate` is negative or not finite: nothing was changed; else as
/// [`drift`].
pub fn drag<const N: usize>(
    dt: Timestep,
    rate: f32,
    velocities: [&mut [f32]; N],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    let rate = non_negative("rate", rate)?;
    same_lens(&[(&VELOCITIES, &shared(&velocities))])?;
    sweep(Drag { dt, rate }, [to(&VELOCITIES, velocities)], none())
}

/// A kernel of places, velocities and accelerations.
fn forced<K: Kernel<N, 2, 1>, const N: usize>(
    kernel: K,
    places: [&mut [f32]; N],
    velocities: [&mut [f32]; N],
    accelerations: [&[f32]; N],
) -> Result<(), KernelError> {
    same_lens(&[
        (&PLACES, &shared(&places)),
        (&VELOCITIES, &shared(&velocities)),
        (&ACCELERATIONS, &accelerations),
    ])?;
    let written = [to(&PLACES, places), to(&VELOCITIES, velocities)];
    sweep(kernel, written, [from(&ACCELERATIONS, accelerations)])
}

type To<'a, const N: usize> = Named<Columns<&'a mut [f32], N>>;
type From<'a, const N: usize> = Named<Columns<&'a [f32], N>>;

/// Columns to write, with their names.
fn to<'a, const N: usize>(
    names: &'static [&'static str],
    columns: [&'a mut [f32]; N],
) -> To<'a, N> {
    (names, Columns(columns))
}

/// Columns to read, with their names.
fn from<'a, const N: usize>(
    names: &'static [&'static str],
    columns: [&'a [f32]; N],
) -> From<'a, N> {
    (names, Columns(columns))
}

/// No columns to read.
fn none<'a, const N: usize>() -> [From<'a, N>; 0] {
    []
}

/// Columns, to look at them.
fn shared<'a, const N: usize>(columns: &'a [&mut [f32]; N]) -> [&'a [f32]; N] {
    columns.each_ref().map(|column| &**column)
}
