//! Steering: the change of velocity that a behaviour asks for, of many entities at once.

use flockwork_kernel::axes::{Count, Of};
use flockwork_kernel::isa::{Task, dispatch};
use flockwork_kernel::simd::{F32x8, Isa, Vector8};
use flockwork_kernel::{LANES, steer};

use crate::columns::{Columns, Points, Vectors, axes, in_axes, run};
use crate::status::{Fault, Status, call};

/// What an entity wants.
#[derive(Clone, Copy)]
enum Wish {
    Seek,
    Flee,
    Arrive { slowing_radius: f32 },
    Pursue { max_prediction: f32 },
    Evade { max_prediction: f32 },
}

/// Steering of all entities, whose columns are checked.
struct Steer<'a, const N: usize> {
    wish: Wish,
    max_speed: f32,
    out: [&'a mut [f32]; N],
    places: [&'a [f32]; N],
    velocities: [&'a [f32]; N],
    targets: [&'a [f32]; N],
    /// The velocities of the targets; empty where none are asked for.
    moving: [&'a [f32]; N],
}

/// Eight vectors from `start` on; zeros past the end.
#[inline(always)]
fn load<const N: usize, S: Isa>(columns: &[&[f32]; N], start: usize) -> Vector8<Count<N>, S>
where
    [(); N]: Of,
{
    let column = |axis: usize| columns.get(axis).and_then(|column| column.get(start..));
    let along = |axis: usize| F32x8::load(column(axis).unwrap_or(&[]));
    Vector8::of(along(0), along(1), along(2))
}

impl<const N: usize> Task for Steer<'_, N>
where
    [(); N]: Of,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(mut self) {
        let max_speed = F32x8::<S>::splat(self.max_speed);
        for start in (0..self.out[0].len()).step_by(LANES) {
            let place = load::<N, S>(&self.places, start);
            let velocity = load::<N, S>(&self.velocities, start);
            let target = load::<N, S>(&self.targets, start);
            let moving = load::<N, S>(&self.moving, start);
            let steering = match self.wish {
                Wish::Seek => steer::seek(place, velocity, target, max_speed),
                Wish::Flee => steer::flee(place, velocity, target, max_speed),
                Wish::Arrive { slowing_radius } => {
                    let radius = F32x8::splat(slowing_radius);
                    steer::arrive(place, velocity, target, max_speed, radius)
                }
                Wish::Pursue { max_prediction } => {
                    let ahead = F32x8::splat(max_prediction);
                    steer::pursue(place, velocity, target, moving, max_speed, ahead)
                }
                Wish::Evade { max_prediction } => {
                    let ahead = F32x8::splat(max_prediction);
                    steer::evade(place, velocity, target, moving, max_speed, ahead)
                }
            };
            let mut lanes = [[0.0; LANES]; 3];
            lanes[0] = steering.x.to_array();
            lanes[1] = steering.y.to_array();
            if N == 3 {
                lanes[2] = third(steering).to_array();
            }
            for (column, lanes) in self.out.iter_mut().zip(lanes) {
                let left = &mut column[start..];
                let len = left.len().min(LANES);
                left[..len].copy_from_slice(&lanes[..len]);
            }
        }
    }
}

/// The component along z.
#[inline(always)]
fn third<A: flockwork_kernel::Axes, S: Isa>(vector: Vector8<A, S>) -> F32x8<S> {
    use flockwork_kernel::axes::Third;
    vector.z.or(F32x8::ZERO)
}

/// A parameter must be a number of at least 0.
fn not_negative(name: &'static str, value: f32) -> Result<f32, Fault> {
    if value >= 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(Fault::invalid(format_args!(
        "`{name}` is {value}: it must be a finite number of at least 0"
    )))
}

/// What entities want, and what they were given.
#[derive(Clone, Copy)]
struct Given {
    places: *const Points,
    velocities: *const Points,
    targets: *const Points,
    target_velocities: *const Points,
    max_speed: f32,
    out: *const Columns,
}

/// Has all entities steer.
unsafe fn go<const N: usize>(wish: Wish, given: Given) -> Result<(), Fault>
where
    [(); N]: Of,
{
    let Given { places, velocities, targets, target_velocities, max_speed, out } = given;
    let max_speed = not_negative("max_speed", max_speed)?;
    // SAFETY: as the caller promises.
    unsafe {
        let out = [Vectors::write("out", out)?];
        let places = Vectors::read("places", places)?;
        let velocities = Vectors::read("velocities", velocities)?;
        let targets = Vectors::read("targets", targets)?;
        if target_velocities.is_null() {
            run(out, [places, velocities, targets], |[out], [places, velocities, targets]| {
                let moving = [&[][..]; N];
                dispatch(Steer { wish, max_speed, out, places, velocities, targets, moving });
                Ok(())
            })
        } else {
            let moving = Vectors::read("target_velocities", target_velocities)?;
            let read = [places, velocities, targets, moving];
            run(out, read, |[out], [places, velocities, targets, moving]| {
                dispatch(Steer { wish, max_speed, out, places, velocities, targets, moving });
                Ok(())
            })
        }
    }
}

/// Has all entities steer, in the plane or in space.
unsafe fn steer(wish: Result<Wish, Fault>, given: Given) -> Result<(), Fault> {
    // SAFETY: as the caller promises.
    unsafe { in_axes!(axes("out", given.out)?, go(wish?, given)) }
}

/// Steers each entity at full speed to its target: writes the change of velocity to `out`. There are as
/// many targets as entities.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_seek(
    places: *const Points,
    velocities: *const Points,
    targets: *const Points,
    max_speed: f32,
    out: *const Columns,
) -> Status {
    let target_velocities = std::ptr::null();
    let given = Given { places, velocities, targets, target_velocities, max_speed, out };
    // SAFETY: as the caller promises.
    call(|| unsafe { steer(Ok(Wish::Seek), given) })
}

/// Steers each entity at full speed away from its target: see fw_seek.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_flee(
    places: *const Points,
    velocities: *const Points,
    targets: *const Points,
    max_speed: f32,
    out: *const Columns,
) -> Status {
    let target_velocities = std::ptr::null();
    let given = Given { places, velocities, targets, target_velocities, max_speed, out };
    // SAFETY: as the caller promises.
    call(|| unsafe { steer(Ok(Wish::Flee), given) })
}

/// Steers each entity to its target, and slows it down within `slowing_radius` of it: see fw_seek.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_arrive(
    places: *const Points,
    velocities: *const Points,
    targets: *const Points,
    max_speed: f32,
    slowing_radius: f32,
    out: *const Columns,
) -> Status {
    let target_velocities = std::ptr::null();
    let given = Given { places, velocities, targets, target_velocities, max_speed, out };
    call(|| {
        let slowing_radius = not_negative("slowing_radius", slowing_radius);
        let wish = slowing_radius.map(|slowing_radius| Wish::Arrive { slowing_radius });
        // SAFETY: as the caller promises.
        unsafe { steer(wish, given) }
    })
}

/// Steers each entity to where its moving target will be, at most `max_prediction` seconds ahead: see
/// fw_seek.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_pursue(
    places: *const Points,
    velocities: *const Points,
    targets: *const Points,
    target_velocities: *const Points,
    max_speed: f32,
    max_prediction: f32,
    out: *const Columns,
) -> Status {
    let given = Given { places, velocities, targets, target_velocities, max_speed, out };
    call(|| {
        let ahead = moving(target_velocities, max_prediction);
        // SAFETY: as the caller promises.
        unsafe { steer(ahead.map(|max_prediction| Wish::Pursue { max_prediction }), given) }
    })
}

/// Steers each entity away from where its moving target will be: see fw_pursue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_evade(
    places: *const Points,
    velocities: *const Points,
    targets: *const Points,
    target_velocities: *const Points,
    max_speed: f32,
    max_prediction: f32,
    out: *const Columns,
) -> Status {
    let given = Given { places, velocities, targets, target_velocities, max_speed, out };
    call(|| {
        let ahead = moving(target_velocities, max_prediction);
        // SAFETY: as the caller promises.
        unsafe { steer(ahead.map(|max_prediction| Wish::Evade { max_prediction }), given) }
    })
}

fn moving(target_velocities: *const Points, max_prediction: f32) -> Result<f32, Fault> {
    if target_velocities.is_null() {
        return Err(Fault::invalid("`target_velocities` is NULL: it must point to vectors"));
    }
    not_negative("max_prediction", max_prediction)
}
