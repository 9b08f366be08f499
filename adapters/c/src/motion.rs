//! Motion: kernels over the caller's places, velocities and accelerations.
//!
//! Values are checked while they are worked on: see [`flockwork_kernel::integrate::slices`].

use flockwork_kernel::integrate::{Timestep, slices};

use crate::columns::{Columns, Points, axes, over};
use crate::memory;
use crate::status::{Status, call};
use crate::world::World;

/// Moves entities on as fast as they are, within a world: x += v dt, then as fw_wrap.
///
/// Here and in all functions of motion: an entity with a value that is infinite or NaN stays as it is, all
/// others are computed, and FW_STATUS_INVALID tells the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_drift(
    world: *const World,
    dt: f32,
    places: *const Columns,
    velocities: *const Columns,
) -> Status {
    call(|| {
        let dt = Timestep::new(dt)?;
        // SAFETY: as the caller promises.
        unsafe {
            let world = memory::one("world", world)?.axes()?;
            over!(world.axes().len(), [places, velocities], [], |[xs, vs], []| {
                slices::drift(&world, dt, xs, vs)
            })
        }
    })
}

/// Steps by the semi-implicit Euler method: v += a dt, then x += v dt.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_euler(
    dt: f32,
    places: *const Columns,
    velocities: *const Columns,
    accelerations: *const Points,
) -> Status {
    call(|| {
        let dt = Timestep::new(dt)?;
        // SAFETY: as the caller promises.
        unsafe {
            let axes = axes("places", places)?;
            over!(axes, [places, velocities], [accelerations], |[xs, vs], [forces]| {
                slices::semi_implicit_euler(dt, xs, vs, forces)
            })
        }
    })
}

/// Brings all places back into a world: round the seam of a periodic axis, or reflected at a wall, where
/// the velocity turns round.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_wrap(
    world: *const World,
    places: *const Columns,
    velocities: *const Columns,
) -> Status {
    call(|| {
        // SAFETY: as the caller promises.
        unsafe {
            let world = memory::one("world", world)?.axes()?;
            over!(world.axes().len(), [places, velocities], [], |[xs, vs], []| {
                slices::apply_edge(&world, xs, vs)
            })
        }
    })
}

/// The first half of a velocity Verlet step: v += a dt / 2, then x += v dt. Compute accelerations at the
/// new places next, then call fw_verlet_second.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_verlet_first(
    dt: f32,
    places: *const Columns,
    velocities: *const Columns,
    accelerations: *const Points,
) -> Status {
    call(|| {
        let dt = Timestep::new(dt)?;
        // SAFETY: as the caller promises.
        unsafe {
            let axes = axes("places", places)?;
            over!(axes, [places, velocities], [accelerations], |[xs, vs], [forces]| {
                slices::verlet_first(dt, xs, vs, forces)
            })
        }
    })
}

/// The second half of a velocity Verlet step: v += a dt / 2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_verlet_second(
    dt: f32,
    velocities: *const Columns,
    accelerations: *const Points,
) -> Status {
    call(|| {
        let dt = Timestep::new(dt)?;
        // SAFETY: as the caller promises.
        unsafe {
            let axes = axes("velocities", velocities)?;
            over!(axes, [velocities], [accelerations], |[vs], [forces]| {
                slices::verlet_second(dt, vs, forces)
            })
        }
    })
}

/// Brings all speeds between `low` and `high`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_limit_speed(low: f32, high: f32, velocities: *const Columns) -> Status {
    call(|| {
        // SAFETY: as the caller promises.
        unsafe {
            let axes = axes("velocities", velocities)?;
            over!(axes, [velocities], [], |[vs], []| slices::limit_speed(low, high, vs))
        }
    })
}

/// Slows all entities by linear drag of `rate` per second.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_drag(dt: f32, rate: f32, velocities: *const Columns) -> Status {
    call(|| {
        let dt = Timestep::new(dt)?;
        // SAFETY: as the caller promises.
        unsafe {
            let axes = axes("velocities", velocities)?;
            over!(axes, [velocities], [], |[vs], []| slices::drag(dt, rate, vs))
        }
    })
}
