//! Motion: kernels over the caller's places, velocities and accelerations.
//!
//! Values are checked while they are worked on: see [`flockwork_kernel::integrate::slices`].

use flockwork_kernel::axes::Of;
use flockwork_kernel::integrate::{Timestep, slices};

use crate::columns::{Columns, Points, Vectors, axes, in_axes, run};
use crate::memory;
use crate::status::{Fault, Status, call};
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
    unsafe fn go<const N: usize>(
        world: &flockwork_kernel::World,
        dt: Timestep,
        places: *const Columns,
        velocities: *const Columns,
    ) -> Result<(), Fault>
    where
        [(); N]: Of,
    {
        // SAFETY: as the caller promises.
        unsafe {
            let written =
                [Vectors::write("places", places)?, Vectors::write("velocities", velocities)?];
            run(written, [], |[xs, vs], []| slices::drift::<N>(world, dt, xs, vs))
        }
    }
    call(|| {
        let dt = Timestep::new(dt)?;
        // SAFETY: as the caller promises.
        unsafe {
            let world = memory::one("world", world)?.axes()?;
            in_axes!(world.axes().len(), go(&world, dt, places, velocities))
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
    unsafe fn go<const N: usize>(
        dt: Timestep,
        places: *const Columns,
        velocities: *const Columns,
        accelerations: *const Points,
    ) -> Result<(), Fault>
    where
        [(); N]: Of,
    {
        // SAFETY: as the caller promises.
        unsafe {
            let written =
                [Vectors::write("places", places)?, Vectors::write("velocities", velocities)?];
            let read = [Vectors::read("accelerations", accelerations)?];
            run(written, read, |[xs, vs], [forces]| {
                slices::semi_implicit_euler::<N>(dt, xs, vs, forces)
            })
        }
    }
    call(|| {
        let dt = Timestep::new(dt)?;
        // SAFETY: as the caller promises.
        unsafe { in_axes!(axes("places", places)?, go(dt, places, velocities, accelerations)) }
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
    unsafe fn go<const N: usize>(
        world: &flockwork_kernel::World,
        places: *const Columns,
        velocities: *const Columns,
    ) -> Result<(), Fault>
    where
        [(); N]: Of,
    {
        // SAFETY: as the caller promises.
        unsafe {
            let written =
                [Vectors::write("places", places)?, Vectors::write("velocities", velocities)?];
            run(written, [], |[xs, vs], []| slices::apply_edge::<N>(world, xs, vs))
        }
    }
    call(|| {
        // SAFETY: as the caller promises.
        unsafe {
            let world = memory::one("world", world)?.axes()?;
            in_axes!(world.axes().len(), go(&world, places, velocities))
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
    unsafe fn go<const N: usize>(
        dt: Timestep,
        places: *const Columns,
        velocities: *const Columns,
        accelerations: *const Points,
    ) -> Result<(), Fault>
    where
        [(); N]: Of,
    {
        // SAFETY: as the caller promises.
        unsafe {
            let written =
                [Vectors::write("places", places)?, Vectors::write("velocities", velocities)?];
            let read = [Vectors::read("accelerations", accelerations)?];
            run(written, read, |[xs, vs], [forces]| slices::verlet_first::<N>(dt, xs, vs, forces))
        }
    }
    call(|| {
        let dt = Timestep::new(dt)?;
        // SAFETY: as the caller promises.
        unsafe { in_axes!(axes("places", places)?, go(dt, places, velocities, accelerations)) }
    })
}

/// The second half of a velocity Verlet step: v += a dt / 2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_verlet_second(
    dt: f32,
    velocities: *const Columns,
    accelerations: *const Points,
) -> Status {
    unsafe fn go<const N: usize>(
        dt: Timestep,
        velocities: *const Columns,
        accelerations: *const Points,
    ) -> Result<(), Fault>
    where
        [(); N]: Of,
    {
        // SAFETY: as the caller promises.
        unsafe {
            let written = [Vectors::write("velocities", velocities)?];
            let read = [Vectors::read("accelerations", accelerations)?];
            run(written, read, |[vs], [forces]| slices::verlet_second::<N>(dt, vs, forces))
        }
    }
    call(|| {
        let dt = Timestep::new(dt)?;
        // SAFETY: as the caller promises.
        unsafe { in_axes!(axes("velocities", velocities)?, go(dt, velocities, accelerations)) }
    })
}

/// Brings all speeds between `low` and `high`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_limit_speed(low: f32, high: f32, velocities: *const Columns) -> Status {
    unsafe fn go<const N: usize>(
        low: f32,
        high: f32,
        velocities: *const Columns,
    ) -> Result<(), Fault>
    where
        [(); N]: Of,
    {
        // SAFETY: as the caller promises.
        unsafe {
            let written = [Vectors::write("velocities", velocities)?];
            run(written, [], |[vs], []| slices::limit_speed::<N>(low, high, vs))
        }
    }
    // SAFETY: as the caller promises.
    call(|| unsafe { in_axes!(axes("velocities", velocities)?, go(low, high, velocities)) })
}

/// Slows all entities by linear drag of `rate` per second.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_drag(dt: f32, rate: f32, velocities: *const Columns) -> Status {
    unsafe fn go<const N: usize>(
        dt: Timestep,
        rate: f32,
        velocities: *const Columns,
    ) -> Result<(), Fault>
    where
        [(); N]: Of,
    {
        // SAFETY: as the caller promises.
        unsafe {
            let written = [Vectors::write("velocities", velocities)?];
            run(written, [], |[vs], []| slices::drag::<N>(dt, rate, vs))
        }
    }
    call(|| {
        let dt = Timestep::new(dt)?;
        // SAFETY: as the caller promises.
        unsafe { in_axes!(axes("velocities", velocities)?, go(dt, rate, velocities)) }
    })
}
