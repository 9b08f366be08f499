//! Steering: the change of velocity that a behaviour asks for, of many entities at once.

use flockwork_kernel::axes::{Axes, Count, Of, Third};
use flockwork_kernel::isa::{Task, dispatch};
use flockwork_kernel::simd::{F32x8, Isa, U32x8, Vector8};
use flockwork_kernel::{LANES, steer};

use crate::columns::{Columns, Points, axes, over};
use crate::memory::{one, slice};
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

/// Writes eight vectors to the columns from `start` on, those that have a place there.
#[inline(always)]
fn store<const N: usize, S: Isa>(
    vectors: Vector8<Count<N>, S>,
    columns: &mut [&mut [f32]; N],
    start: usize,
) where
    [(); N]: Of,
{
    for (column, lanes) in columns.iter_mut().zip(numbers(vectors)) {
        let left = &mut column[start..];
        let len = left.len().min(LANES);
        left[..len].copy_from_slice(&lanes[..len]);
    }
}

/// The numbers along x, y and, in space, z.
#[inline(always)]
pub(crate) fn numbers<A: Axes, S: Isa>(vectors: Vector8<A, S>) -> [[f32; LANES]; 3] {
    let z = if A::SPACE { vectors.z.or(F32x8::ZERO) } else { F32x8::ZERO };
    [vectors.x.to_array(), vectors.y.to_array(), z.to_array()]
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
            store::<N, S>(steering, &mut self.out, start);
        }
    }
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
unsafe fn steer(wish: Result<Wish, Fault>, given: Given) -> Result<(), Fault> {
    let Given { places, velocities, targets, target_velocities, max_speed, out } = given;
    let (wish, max_speed) = (wish?, not_negative("max_speed", max_speed)?);
    // SAFETY: as the caller promises.
    unsafe {
        let axes = axes("out", out)?;
        if target_velocities.is_null() {
            return over!(axes, [out], [places, velocities, targets], |[out],
                                                                      [
                places,
                velocities,
                targets,
            ]| {
                let moving = places.map(|_| &[][..]);
                dispatch(Steer { wish, max_speed, out, places, velocities, targets, moving });
                Ok(())
            });
        }
        over!(axes, [out], [places, velocities, targets, target_velocities], |[out],
                                                                              [
            places,
            velocities,
            targets,
            moving,
        ]| {
            dispatch(Steer { wish, max_speed, out, places, velocities, targets, moving });
            Ok(())
        })
    }
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

/// The next directions of wanderers, each pushed by `jitter` in a random direction that is a function of
/// the seed, the tick, the entity's id and the stream, a number for each use of chance in one tick. All but
/// the first call find directions of length 1; zeros are as good to begin with if `jitter` is above 0. Ids may
/// be NULL: then they are the places in the columns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_wander_turn(
    directions: *const Columns,
    ids: *const u32,
    jitter: f32,
    seed: u64,
    tick: u64,
    stream: u32,
) -> Status {
    call(|| {
        let jitter = not_negative("jitter", jitter)?;
        // SAFETY: as the caller promises.
        unsafe {
            let count = one("directions", directions)?.count;
            let ids = if ids.is_null() { None } else { Some(slice("ids", ids, count)?) };
            let mut first = 0;
            over!(axes("directions", directions)?, [directions], [], |[directions], []| {
                let len = directions[0].len();
                let ids = ids.map(|ids| &ids[first..][..len]);
                let chance = Chance { ids, first: first as u32, jitter, seed, tick, stream };
                dispatch(Turn { directions, chance });
                first += len;
                Ok(())
            })
        }
    })
}

/// Steers each entity to a point on a circle, or in space on a sphere, of `radius`, whose centre lies
/// `distance` ahead, in its direction of fw_wander_turn; writes the change of velocity to `out`. One that
/// stands still looks along x.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_wander(
    velocities: *const Points,
    directions: *const Points,
    distance: f32,
    radius: f32,
    out: *const Columns,
) -> Status {
    call(|| {
        let distance = not_negative("distance", distance)?;
        let radius = not_negative("radius", radius)?;
        // SAFETY: as the caller promises.
        unsafe {
            over!(
                axes("out", out)?,
                [out],
                [velocities, directions],
                |[out], [velocities, directions]| {
                    dispatch(Wander { out, velocities, directions, distance, radius });
                    Ok(())
                }
            )
        }
    })
}

/// What directions of wanderers depend on.
#[derive(Clone, Copy)]
struct Chance<'a> {
    /// None if ids are places, of which this block's first is `first`.
    ids: Option<&'a [u32]>,
    first: u32,
    jitter: f32,
    seed: u64,
    tick: u64,
    stream: u32,
}

struct Turn<'a, const N: usize> {
    directions: [&'a mut [f32]; N],
    chance: Chance<'a>,
}

impl<const N: usize> Task for Turn<'_, N>
where
    [(); N]: Of,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(mut self) {
        let Chance { ids, first, jitter, seed, tick, stream } = self.chance;
        let jitter = F32x8::<S>::splat(jitter);
        for start in (0..self.directions[0].len()).step_by(LANES) {
            let ids = match ids {
                Some(ids) => U32x8::load(&ids[start..]),
                None => U32x8::from_array(std::array::from_fn(|lane| {
                    first.wrapping_add((start + lane) as u32)
                })),
            };
            let direction =
                load::<N, S>(&self.directions.each_ref().map(|column| &**column), start);
            let turned = steer::wander_direction(direction, jitter, seed, tick, ids, stream);
            store::<N, S>(turned, &mut self.directions, start);
        }
    }
}

struct Wander<'a, const N: usize> {
    out: [&'a mut [f32]; N],
    velocities: [&'a [f32]; N],
    directions: [&'a [f32]; N],
    distance: f32,
    radius: f32,
}

impl<const N: usize> Task for Wander<'_, N>
where
    [(); N]: Of,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(mut self) {
        let (distance, radius) = (F32x8::<S>::splat(self.distance), F32x8::splat(self.radius));
        for start in (0..self.out[0].len()).step_by(LANES) {
            let velocity = load::<N, S>(&self.velocities, start);
            let direction = load::<N, S>(&self.directions, start);
            let steering = steer::wander_to(velocity, direction, distance, radius);
            store::<N, S>(steering, &mut self.out, start);
        }
    }
}
