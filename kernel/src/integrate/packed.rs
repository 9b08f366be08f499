//! The kernels of [`slices`](super::slices) where the components of a vector lie side by side:
//! `[[f32; 2]]`, `[[f32; 3]]`, or what `bytemuck` takes for those without a copy, such as slices of
//! [`Vec2`](crate::Vec2) and of the vectors of glam.
//!
//! Results, errors and their meaning are those of [`slices`](super::slices); errors name `places`,
//! `velocities` and `accelerations`. [`limit_speed`] looks at whole vectors, whose components it has to
//! sort into registers; all others work on memory as it is.

use crate::axes::Of;
use crate::error::{KernelError, non_negative, same_len};
use crate::sweep::{Kernel, Named, Packed, Turned, sweep};
use crate::{Axis, World};

use super::Timestep;
use super::kernels::{Bound, Drag, Drift, Limit, Step, VerletFirst, VerletSecond, axes, has_walls};

const PLACES: &[&str] = &["places"];
const VELOCITIES: &[&str] = &["velocities"];
const ACCELERATIONS: &[&str] = &["accelerations"];

/// As [`slices::drift`](super::slices::drift).
///
/// # Errors
///
/// As there.
pub fn drift<const N: usize>(
    world: &World,
    dt: Timestep,
    places: &mut [[f32; N]],
    velocities: &mut [[f32; N]],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    same_len("velocities", places.len(), velocities)?;
    let kernel = Drift { dt, axes: axes(world) };
    if has_walls(&kernel.axes) {
        let written = [(PLACES, Packed(places)), (VELOCITIES, Packed(velocities))];
        return sweep(kernel, written, none());
    }
    sweep(kernel, [(PLACES, Packed(places))], [(VELOCITIES, Packed(&*velocities))])
}

/// As [`slices::step`](super::slices::step).
///
/// # Errors
///
/// As there.
pub fn step<const N: usize>(
    world: &World,
    dt: Timestep,
    places: &mut [[f32; N]],
    velocities: &mut [[f32; N]],
    accelerations: &[[f32; N]],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    forced(Step { dt, axes: axes(world) }, places, velocities, accelerations)
}

/// As [`slices::semi_implicit_euler`](super::slices::semi_implicit_euler).
///
/// # Errors
///
/// As there.
pub fn semi_implicit_euler<const N: usize>(
    dt: Timestep,
    places: &mut [[f32; N]],
    velocities: &mut [[f32; N]],
    accelerations: &[[f32; N]],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    forced(Step { dt, axes: [Axis::open(1.0); N] }, places, velocities, accelerations)
}

/// As [`slices::verlet_first`](super::slices::verlet_first).
///
/// # Errors
///
/// As there.
pub fn verlet_first<const N: usize>(
    dt: Timestep,
    places: &mut [[f32; N]],
    velocities: &mut [[f32; N]],
    accelerations: &[[f32; N]],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    forced(VerletFirst(dt), places, velocities, accelerations)
}

/// As [`slices::verlet_second`](super::slices::verlet_second).
///
/// # Errors
///
/// As there.
pub fn verlet_second<const N: usize>(
    dt: Timestep,
    velocities: &mut [[f32; N]],
    accelerations: &[[f32; N]],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    same_len("accelerations", velocities.len(), accelerations)?;
    let read = [(ACCELERATIONS, Packed(accelerations))];
    sweep(VerletSecond(dt), [(VELOCITIES, Packed(velocities))], read)
}

/// As [`slices::apply_edge`](super::slices::apply_edge).
///
/// # Errors
///
/// As there.
pub fn apply_edge<const N: usize>(
    world: &World,
    places: &mut [[f32; N]],
    velocities: &mut [[f32; N]],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    same_len("velocities", places.len(), velocities)?;
    let kernel = Bound(axes(world));
    if has_walls(&kernel.0) {
        let written = [(PLACES, Packed(places)), (VELOCITIES, Packed(velocities))];
        return sweep(kernel, written, none());
    }
    sweep(kernel, [(PLACES, Packed(places))], none())
}

/// As [`slices::limit_speed`](super::slices::limit_speed).
///
/// # Errors
///
/// As there.
pub fn limit_speed<const N: usize>(
    low: f32,
    high: f32,
    velocities: &mut [[f32; N]],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    let none: [Named<Turned<&[[f32; N]]>>; 0] = [];
    sweep(Limit::new(low, high)?, [(VELOCITIES, Turned(velocities))], none)
}

/// As [`slices::drag`](super::slices::drag).
///
/// # Errors
///
/// As there.
pub fn drag<const N: usize>(
    dt: Timestep,
    rate: f32,
    velocities: &mut [[f32; N]],
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    let rate = non_negative("rate", rate)?;
    sweep(Drag { dt, rate }, [(VELOCITIES, Packed(velocities))], none())
}

/// A kernel of places, velocities and accelerations.
fn forced<K: Kernel<N, 2, 1>, const N: usize>(
    kernel: K,
    places: &mut [[f32; N]],
    velocities: &mut [[f32; N]],
    accelerations: &[[f32; N]],
) -> Result<(), KernelError> {
    same_len("velocities", places.len(), velocities)?;
    same_len("accelerations", places.len(), accelerations)?;
    let written = [(PLACES, Packed(places)), (VELOCITIES, Packed(velocities))];
    sweep(kernel, written, [(ACCELERATIONS, Packed(accelerations))])
}

/// Nothing to read.
fn none<'a, const N: usize>() -> [Named<Packed<&'a [[f32; N]]>>; 0] {
    []
}
