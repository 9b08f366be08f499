//! One place, box or segment at a time.

use flockwork_kernel::{Axes, Vector};
use flockwork_spatial::{
    Entry, Hit as Found, Indexed as _, Query, Segment, SegmentHit as FoundAlong,
};

use super::{Index, ask_once, in_kind};
use crate::memory::{out, slice, slice_mut};
use crate::status::{Fault, Status};

/// A point near another one.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Hit {
    /// Its id: its slot, unless ids were given.
    pub id: u32,
    /// Its place among the points.
    pub slot: u32,
    /// The squared distance.
    pub d2: f32,
}

/// A point in a box.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Entity {
    /// Its id: its slot, unless ids were given.
    pub id: u32,
    /// Its place among the points.
    pub slot: u32,
}

/// A point near a segment.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct SegmentHit {
    /// Its id: its slot, unless ids were given.
    pub id: u32,
    /// Its place among the points.
    pub slot: u32,
    /// How far along the segment, from 0 to 1.
    pub t: f32,
    /// The squared distance from there.
    pub d2: f32,
}

/// The results of the crate lie as those of the header, so that they are written in place.
macro_rules! alike {
    ($ours:ty, $theirs:ty, $($field:ident),+) => {
        const {
            assert!(size_of::<$ours>() == size_of::<$theirs>());
            assert!(align_of::<$ours>() == align_of::<$theirs>());
            $(assert!(std::mem::offset_of!($ours, $field) == std::mem::offset_of!($theirs, $field));)+
        }
    };
}

const _: () = {
    alike!(Hit, Found, id, slot, d2);
    alike!(SegmentHit, FoundAlong, id, slot, t, d2);
};

/// A point of as many floats as there are axes.
unsafe fn point<A: Axes>(name: &str, at: *const f32) -> Result<Vector<A>, Fault> {
    // SAFETY: as the caller promises.
    let at = unsafe { slice(name, at, A::COUNT) }?;
    Ok(Vector::of(at[0], at[1], at.get(2).copied().unwrap_or(0.0)))
}

/// Writes the points within `radius` of a place (two or three floats), by distance and then by id, as
/// many as there is room for, the nearest; `*count` is how many were written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_within(
    index: *const Index,
    at: *const f32,
    radius: f32,
    hits: *mut Hit,
    room: usize,
    count: *mut usize,
) -> Status {
    // SAFETY: as the caller promises; a `Hit` lies as the crate's.
    unsafe {
        ask_once(index, |index| {
            let (hits, count) = (slice_mut("hits", hits.cast(), room)?, out("count", count)?);
            *count = in_kind!(index, |index: A| {
                Query::radius(index, point::<A>("at", at)?, radius, hits, room)?
            });
            Ok(())
        })
    }
}

/// Counts the points within `radius` of a place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_count(
    index: *const Index,
    at: *const f32,
    radius: f32,
    count: *mut u32,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        ask_once(index, |index| {
            let count = out("count", count)?;
            *count =
                in_kind!(index, |index: A| index.count_radius(point::<A>("at", at)?, radius)?);
            Ok(())
        })
    }
}

/// Writes the `k` points nearest to a place, by distance and then by id; `*count` is how many were
/// written, fewer if there are fewer. There must be room for `k`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_nearest(
    index: *const Index,
    at: *const f32,
    k: usize,
    hits: *mut Hit,
    count: *mut usize,
) -> Status {
    // SAFETY: as the caller promises; a `Hit` lies as the crate's.
    unsafe {
        ask_once(index, |index| {
            let (hits, count) = (slice_mut("hits", hits.cast(), k)?, out("count", count)?);
            *count = in_kind!(index, |index: A| index.nearest(point::<A>("at", at)?, k, hits)?);
            Ok(())
        })
    }
}

/// Writes the points in a box, `low <= place < high` along each axis, by id, as many as there is room
/// for, the lowest ids; `*count` is how many were written. Along a periodic axis `low` may be below 0 and
/// `high` past the length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_box(
    index: *const Index,
    low: *const f32,
    high: *const f32,
    entities: *mut Entity,
    room: usize,
    count: *mut usize,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        ask_once(index, |index| {
            let (entities, count) = (slice_mut("entities", entities, room)?, out("count", count)?);
            in_kind!(index, |index: A| {
                let (low, high) = (point::<A>("low", low)?, point::<A>("high", high)?);
                // There are never more.
                let most = room.min(index.order().len().max(1));
                let mut found = vec![Entry::default(); most];
                *count = index.box_query(low, high, &mut found, most)?;
                for (entity, found) in entities.iter_mut().zip(&found[..*count]) {
                    *entity = Entity { id: found.id(), slot: found.slot() };
                }
            });
            Ok(())
        })
    }
}

/// Writes the points within `radius` of the way from one place to another, by how far along it they are
/// and then by id, as many as there is room for, the first; `*count` is how many were written. A ray, or
/// the sweep of a disc or a ball. Along a periodic axis `to` may lie beyond the seam.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_segment(
    index: *const Index,
    from: *const f32,
    to: *const f32,
    radius: f32,
    hits: *mut SegmentHit,
    room: usize,
    count: *mut usize,
) -> Status {
    // SAFETY: as the caller promises; a `SegmentHit` lies as the crate's.
    unsafe {
        ask_once(index, |index| {
            let (hits, count) = (slice_mut("hits", hits.cast(), room)?, out("count", count)?);
            *count = in_kind!(index, |index: A| {
                let (from, to) = (point::<A>("from", from)?, point::<A>("to", to)?);
                index.segment(&Segment { from, to, radius }, hits, room)?
            });
            Ok(())
        })
    }
}
