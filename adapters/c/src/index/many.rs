//! Many places at a time, and all points at once.

use std::ffi::c_void;
use std::ops::ControlFlow;

use flockwork_kernel::Vector;
use flockwork_spatial::{
    Hit as Found, Indexed as _, Neighbours as _, Points as _, Query, QueryError,
};

use super::queries::Hit;
use super::{Face, Index, ask, in_kind};
use crate::columns::Points;
use crate::memory::{out, slice_mut};
use crate::status::{Fault, Status};

/// Two points near each other, each pair once.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Pair {
    /// The slot of the one with the lower id.
    pub a: u32,
    /// The slot of the other one.
    pub b: u32,
    /// The squared distance.
    pub d2: f32,
}

/// Is told of each pair: the slots of both and their squared distance. Answers whether to go on. It must
/// return: no `longjmp`, and no exception, may leave it.
pub type PairCallback =
    Option<unsafe extern "C" fn(user: *mut c_void, a: u32, b: u32, d2: f32) -> bool>;

/// Tells a function of each pair of points within `radius` of each other, once, until it answers false.
/// It may ask the index, but not build it anew.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_each_pair(
    index: *const Index,
    radius: f32,
    each: PairCallback,
    user: *mut c_void,
) -> Status {
    // SAFETY: as the caller promises, also of the function.
    unsafe {
        ask(index, |index| {
            let each =
                each.ok_or_else(|| Fault::invalid("`each` is NULL: it must be a function"))?;
            let _ = in_kind!(index, |index: A| {
                index.pairs_within(radius, |a, b, d2| match each(user, a.slot(), b.slot(), d2) {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                })?
            });
            Ok(())
        })
    }
}

/// Writes all pairs of points within `radius` of each other, each once; `*count` is how many there are.
/// If there is room for fewer, that many are written, and it is FW_STATUS_TOO_SHORT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_pairs(
    index: *const Index,
    radius: f32,
    pairs: *mut Pair,
    room: usize,
    count: *mut usize,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        ask(index, |index| {
            let (pairs, count) = (slice_mut("pairs", pairs, room)?, out("count", count)?);
            let mut found = 0;
            let _ = in_kind!(index, |index: A| {
                index.pairs_within(radius, |a, b, d2| {
                    if let Some(pair) = pairs.get_mut(found) {
                        *pair = Pair { a: a.slot(), b: b.slot(), d2 };
                    }
                    found += 1;
                    ControlFlow::<()>::Continue(())
                })?
            });
            *count = found;
            if found > room {
                return Err(Fault::too_short(format_args!(
                    "there are {found} pairs, and room for {room}: there must be room for all"
                )));
            }
            Ok(())
        })
    }
}

/// Asks for so many results at each of many places: those of place i go to `hits[i * room]` and on, how
/// many to `counts[i]`.
///
/// # Safety
///
/// As [`slice_mut`] and [`Vectors::read`].
unsafe fn rows<A: Face>(
    places: *const Points,
    hits: *mut Hit,
    room: usize,
    counts: *mut u32,
    ask: impl Fn(Vector<A>, &mut [Found]) -> Result<usize, QueryError>,
) -> Result<(), Fault> {
    // SAFETY: as the caller promises; a `Hit` lies as the crate's.
    let (places, hits, counts) = unsafe {
        let places = A::given("places", places)?;
        let all = room.saturating_mul(places.len());
        let hits = slice_mut("hits", hits.cast::<Found>(), all)?;
        let counts = slice_mut("counts", counts, places.len())?;
        (places, hits, counts)
    };
    for (place, count) in counts.iter_mut().enumerate() {
        let found = ask(places.at(place), &mut hits[place * room..][..room]);
        let found = found.map_err(|error| Fault::invalid(format_args!("place {place}: {error}")));
        *count = found? as u32;
    }
    Ok(())
}

/// As fw_index_within for many places: those of place i go to `hits[i * room]` and on, and how many to
/// `counts[i]`. If a place is at fault, those before it have been answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_within_each(
    index: *const Index,
    places: *const Points,
    radius: f32,
    hits: *mut Hit,
    room: usize,
    counts: *mut u32,
) -> Status {
    // SAFETY: as the caller promises; a `Hit` lies as the crate's.
    unsafe {
        ask(index, |index| {
            in_kind!(index, |index: A| {
                rows::<A>(places, hits, room, counts, |at, hits| {
                    Query::radius(index, at, radius, hits, room)
                })
            })
        })
    }
}

/// As fw_index_nearest for many places: those of place i go to `hits[i * k]` and on, and how many to
/// `counts[i]`. If a place is at fault, those before it have been answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_nearest_each(
    index: *const Index,
    places: *const Points,
    k: usize,
    hits: *mut Hit,
    counts: *mut u32,
) -> Status {
    // SAFETY: as the caller promises; a `Hit` lies as the crate's.
    unsafe {
        ask(index, |index| {
            in_kind!(index, |index: A| {
                rows::<A>(places, hits, k, counts, |at, hits| index.nearest(at, k, hits))
            })
        })
    }
}

/// As fw_index_count for many places. If a place is at fault, nothing was written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_count_each(
    index: *const Index,
    places: *const Points,
    radius: f32,
    counts: *mut u32,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        ask(index, |index| {
            in_kind!(index, |index: A| {
                let places = A::given("places", places)?;
                let counts = slice_mut("counts", counts, places.len())?;
                index.count_at(&places, radius, counts)?;
            });
            Ok(())
        })
    }
}

/// Counts, for each point of the index, the others within `radius`: `counts[slot]`, as many as there are
/// points. Many times faster than asking for each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_count_own(
    index: *const Index,
    radius: f32,
    counts: *mut u32,
    room: usize,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        ask(index, |index| {
            let counts = slice_mut("counts", counts, room)?;
            in_kind!(index, |index: A| index.count_each(radius, counts)?);
            Ok(())
        })
    }
}

/// Lists, for each point of the index, the slots of the others within `radius`, or, if `once`, each pair in
/// one list alone. The list of a slot is `others[starts[slot]]` to `others[starts[slot + 1] - 1]`: there is
/// one start more than points. `*count` is how many others there are; if there is room for fewer, it is
/// FW_STATUS_TOO_SHORT, and nothing was written but this and the starts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_lists(
    index: *const Index,
    radius: f32,
    once: bool,
    starts: *mut u32,
    others: *mut u32,
    room: usize,
    count: *mut usize,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        ask(index, |index| {
            in_kind!(index, |index: A| {
                let count = out("count", count)?;
                let starts = slice_mut("starts", starts, index.order().len() + 1)?;
                let others = slice_mut("others", others, room)?;
                *count = index.list_starts(radius, once, starts)?;
                if *count > room {
                    return Err(Fault::too_short(format_args!(
                        "there are {count} neighbours, and room for {room}: there must be room for all"
                    )));
                }
                index.list_slots(radius, once, starts, others)?;
            });
            Ok(())
        })
    }
}
