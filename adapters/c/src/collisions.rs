//! Collisions of discs, in space of spheres, with a list of neighbours for each.

use flockwork_kernel::axes::Of;
use flockwork_kernel::collide::resolve::{Discs, Moved, Neighbours, Response, resolve_discs};

use crate::columns::{Columns, Points, Vectors, in_axes};
use crate::memory::{self, slice};
use crate::status::{Fault, Status, call};

/// Discs, or spheres: the owned ones first, then others that they may touch.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Bodies {
    /// Their centres, as columns or side by side; `count` says how many bodies there are.
    pub places: Points,
    /// Their velocities.
    pub velocities: Points,
    /// Their radii, not negative.
    pub radii: *const f32,
    /// 1 / mass of each, not negative; 0 for one that nothing moves.
    pub inverse_masses: *const f32,
    /// Their ids, each of them once; NULL if they are their places in the columns.
    pub ids: *const u32,
}

/// Resolves all collisions of the first `places->count` bodies at once, and writes their new places and
/// velocities, which may be where the old ones are. `restitution` is from 0 (they stay together) to 1 (elastic), `share` the part of an overlap
/// that is undone at once, from 0 to 1.
///
/// The neighbours of body i are `others[starts[i]]` to `others[starts[i + 1] - 1]`, places in the columns:
/// there is one start more than owned bodies, and the last one is the length of `others`. The lists of
/// fw_index_lists have this form.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_collide(
    bodies: *const Bodies,
    starts: *const u32,
    others: *const u32,
    others_count: usize,
    restitution: f32,
    share: f32,
    places: *const Columns,
    velocities: *const Columns,
) -> Status {
    call(|| {
        let response = Response::new(restitution, share)?;
        let lists = (starts, others, others_count);
        // SAFETY: as the caller promises.
        unsafe {
            let bodies = memory::one("bodies", bodies)?;
            let axes = if bodies.places.z.is_null() { 2 } else { 3 };
            in_axes!(axes, go(bodies, lists, response, places, velocities))
        }
    })
}

unsafe fn go<const N: usize>(
    bodies: &Bodies,
    (starts, others, others_count): (*const u32, *const u32, usize),
    response: Response,
    places: *const Columns,
    velocities: *const Columns,
) -> Result<(), Fault>
where
    [(); N]: Of,
{
    // SAFETY: as the caller promises.
    unsafe {
        let centres = Vectors::<N>::read("bodies.places", &bodies.places)?;
        let moving = Vectors::<N>::read("bodies.velocities", &bodies.velocities)?;
        let to = Vectors::<N>::write("places", places)?;
        let to_moving = Vectors::<N>::write("velocities", velocities)?;
        let (count, owned) = (centres.count(), to.count());
        moving.as_many(count, "bodies.places")?;
        to_moving.as_many(owned, "places")?;
        let slots: Vec<u32>;
        let ids = if bodies.ids.is_null() {
            slots = (0..count as u32).collect();
            &slots[..]
        } else {
            slice("bodies.ids", bodies.ids, count)?
        };
        let (centres, moving) = (centres.columns(), moving.columns());
        let discs = Discs {
            ids,
            centres: centres.each_ref().map(|column| &column[..]),
            velocities: moving.each_ref().map(|column| &column[..]),
            radii: slice("bodies.radii", bodies.radii, count)?,
            inverse_masses: slice("bodies.inverse_masses", bodies.inverse_masses, count)?,
        };
        let neighbours = Neighbours {
            starts: slice("starts", starts, owned.saturating_add(1))?,
            indices: slice("others", others, others_count)?,
        };
        // Columns of our own, since new places may go to where the old ones are.
        let mut new = [(); 2].map(|()| [(); N].map(|()| vec![0.0; owned]));
        let [new_places, new_velocities] = &mut new;
        let mut moved = Moved {
            centres: new_places.each_mut().map(|column| &mut column[..]),
            velocities: new_velocities.each_mut().map(|column| &mut column[..]),
        };
        resolve_discs(&discs, &neighbours, response, &mut moved)?;
        to.take(new_places);
        to_moving.take(new_velocities);
    }
    Ok(())
}
