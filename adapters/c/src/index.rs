//! Who is near whom: an index over the caller's points, in the plane or in space.

use std::ffi::c_void;
use std::ops::ControlFlow;
use std::sync::RwLock;

use flockwork_kernel::{Axes, Plane, Space, Vector};
use flockwork_spatial::{
    Entry, Hit as Found, Index as Owned, Neighbours as _, Points as PointsOf, Query, Segment,
    SegmentHit as FoundAlong,
};

use crate::columns::{Points, Vectors};
use crate::memory::{one, out, slice, slice_mut};
use crate::status::{Fault, Status, call};
use crate::world::{World, count};

/// Points, and who is near whom. Any number of threads may ask one index at a time. While it is built anew,
/// they are answered FW_STATUS_BUSY, and so is fw_index_rebuild while somebody asks.
pub struct Index(RwLock<Kind>);

/// An index in the plane or in space.
enum Kind {
    Plane(Owned<Plane>),
    Space(Owned<Space>),
}

#[cfg(test)]
impl Index {
    /// Panics while the index is being changed.
    pub(crate) fn poison(&self) {
        let _index = self.0.try_write();
        panic!("on purpose");
    }
}

/// Does something with an index of either kind.
macro_rules! in_kind {
    ($index:expr, |$name:ident: $axes:ident| $body:expr) => {
        match $index {
            Kind::Plane($name) => {
                #[allow(dead_code, reason = "not every question asks for it")]
                type $axes = Plane;
                $body
            }
            Kind::Space($name) => {
                #[allow(dead_code, reason = "not every question asks for it")]
                type $axes = Space;
                $body
            }
        }
    };
}

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

/// Points of the caller, as the crate reads them.
struct Strided<const N: usize>(Vectors<N>);

impl<const N: usize> Strided<N> {
    #[inline(always)]
    fn get(&self, slot: usize) -> [f32; N] {
        assert!(slot < self.0.count(), "slots are below the count");
        // SAFETY: there is such a point; nobody changes it meanwhile, as the caller promised.
        unsafe { self.0.at(slot) }
    }
}

impl PointsOf<Plane> for Strided<2> {
    fn len(&self) -> usize {
        self.0.count()
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<Plane> {
        let [x, y] = self.get(slot);
        Vector::of(x, y, 0.0)
    }
}

impl PointsOf<Space> for Strided<3> {
    fn len(&self) -> usize {
        self.0.count()
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<Space> {
        let [x, y, z] = self.get(slot);
        Vector::of(x, y, z)
    }
}

/// Axes, with what the caller's points are along them.
trait Face: Axes {
    /// The caller's points.
    type Given: PointsOf<Self>;

    /// # Safety
    ///
    /// As [`Vectors::read`].
    unsafe fn given(name: &'static str, points: *const Points) -> Result<Self::Given, Fault>;
}

macro_rules! face {
    ($axes:ty, $count:literal) => {
        impl Face for $axes {
            type Given = Strided<$count>;

            unsafe fn given(
                name: &'static str,
                points: *const Points,
            ) -> Result<Self::Given, Fault> {
                // SAFETY: as the caller promises.
                Ok(Strided(unsafe { Vectors::read(name, points) }?))
            }
        }
    };
}

face!(Plane, 2);
face!(Space, 3);

/// A point of as many floats as there are axes.
unsafe fn point<A: Axes>(name: &str, at: *const f32) -> Result<Vector<A>, Fault> {
    // SAFETY: as the caller promises.
    let at = unsafe { slice(name, at, A::COUNT) }?;
    Ok(Vector::of(at[0], at[1], at.get(2).copied().unwrap_or(0.0)))
}

/// Asks an index.
///
/// # Safety
///
/// The handle must be NULL, or one that is not yet freed.
unsafe fn ask(index: *const Index, work: impl FnOnce(&Kind) -> Result<(), Fault>) -> Status {
    call(|| {
        // SAFETY: as the caller promises.
        let index = unsafe { one("index", index) }?;
        work(&*index.0.try_read()?)
    })
}

/// Gives a new index to the caller.
unsafe fn make(
    to: *mut *mut Index,
    made: impl FnOnce() -> Result<Kind, Fault>,
) -> Result<(), Fault> {
    // SAFETY: as the caller promises.
    let to = unsafe { out("out", to) }?;
    *to = std::ptr::null_mut();
    *to = Box::into_raw(Box::new(Index(RwLock::new(made()?))));
    Ok(())
}

/// Makes an empty index of a world, for queries of about this radius; others cost more. On any error
/// `*out` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_new(
    world: *const World,
    radius: f32,
    out: *mut *mut Index,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        make(out, || {
            let world = one("world", world)?.axes()?;
            Ok(match world.is_space() {
                false => Kind::Plane(Owned::new(world, radius)?),
                true => Kind::Space(Owned::new(world, radius)?),
            })
        })
    })
}

/// Makes an empty index over all of the plane (2 axes) or space (3), for queries of about this radius. On
/// any error `*out` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_unbounded(
    axes: u32,
    radius: f32,
    out: *mut *mut Index,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        make(out, || {
            Ok(match count(axes)? {
                2 => Kind::Plane(Owned::unbounded(radius)?),
                _ => Kind::Space(Owned::unbounded(radius)?),
            })
        })
    })
}

/// Frees an index; nothing happens with NULL. No other call may use it, then or later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_free(index: *mut Index) {
    if !index.is_null() {
        // SAFETY: it came from a `Box`, and is freed once, as the caller promises.
        call(|| unsafe {
            drop(Box::from_raw(index));
            Ok(())
        });
    }
}

/// Forgets all points and takes these. Ids, each of them once, may be NULL: then they are the slots. The
/// index keeps no pointer. After points with an id twice it is empty; after any other error it is as it
/// was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_rebuild(
    index: *mut Index,
    points: *const Points,
    ids: *const u32,
) -> Status {
    unsafe fn go<A: Face>(
        index: &mut Owned<A>,
        points: *const Points,
        ids: *const u32,
    ) -> Result<(), Fault> {
        // SAFETY: as the caller promises.
        unsafe {
            let points = A::given("points", points)?;
            if ids.is_null() {
                index.rebuild(&points)?;
            } else {
                index.rebuild_with_ids(&points, slice("ids", ids, points.len())?)?;
            }
        }
        Ok(())
    }
    call(|| {
        // SAFETY: as the caller promises.
        unsafe {
            let mut index = one("index", index)?.0.try_write()?;
            match &mut *index {
                Kind::Plane(index) => go(index, points, ids),
                Kind::Space(index) => go(index, points, ids),
            }
        }
    })
}

/// How many points there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_len(index: *const Index, count: *mut usize) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        ask(index, |index| {
            *out("count", count)? = in_kind!(index, |index: A| index.len());
            Ok(())
        })
    }
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
        ask(index, |index| {
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
        ask(index, |index| {
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
        ask(index, |index| {
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
        ask(index, |index| {
            let (entities, count) = (slice_mut("entities", entities, room)?, out("count", count)?);
            in_kind!(index, |index: A| {
                let (low, high) = (point::<A>("low", low)?, point::<A>("high", high)?);
                // There are never more.
                let most = room.min(index.len().max(1));
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
        ask(index, |index| {
            let (hits, count) = (slice_mut("hits", hits.cast(), room)?, out("count", count)?);
            *count = in_kind!(index, |index: A| {
                let (from, to) = (point::<A>("from", from)?, point::<A>("to", to)?);
                index.segment(&Segment { from, to, radius }, hits, room)?
            });
            Ok(())
        })
    }
}

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

/// Says which of many places is at fault.
fn at_place(place: usize) -> impl Fn(Fault) -> Fault {
    move |fault| Fault { text: format!("place {place}: {}", fault.text), ..fault }
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
                let places = A::given("places", places)?;
                let (hits, counts) = many(hits, room, counts, places.len())?;
                for (place, count) in counts.iter_mut().enumerate() {
                    let hits = &mut hits[place * room..][..room];
                    let found = Query::radius(index, places.at(place), radius, hits, room);
                    *count = found.map_err(|error| at_place(place)(error.into()))? as u32;
                }
            });
            Ok(())
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
                let places = A::given("places", places)?;
                let (hits, counts) = many(hits, k, counts, places.len())?;
                for (place, count) in counts.iter_mut().enumerate() {
                    let found = index.nearest(places.at(place), k, &mut hits[place * k..][..k]);
                    *count = found.map_err(|error| at_place(place)(error.into()))? as u32;
                }
            });
            Ok(())
        })
    }
}

/// Room for so many results of each of so many places, and for how many there are.
///
/// # Safety
///
/// As [`slice_mut`].
unsafe fn many<'a>(
    hits: *mut Hit,
    room: usize,
    counts: *mut u32,
    places: usize,
) -> Result<(&'a mut [Found], &'a mut [u32]), Fault> {
    let all = room.saturating_mul(places);
    // SAFETY: as the caller promises; a `Hit` lies as the crate's.
    unsafe { Ok((slice_mut("hits", hits.cast(), all)?, slice_mut("counts", counts, places)?)) }
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
/// FW_STATUS_TOO_SHORT, and nothing was written but this.
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
                let needed = index.list_needs(radius, once)?;
                let slots = usize::try_from(needed.slots).unwrap_or(usize::MAX);
                *count = slots;
                let others = slice_mut("others", others, room)?;
                let starts = slice_mut("starts", starts, needed.starts)?;
                if slots > room {
                    return Err(Fault::too_short(format_args!(
                        "there are {slots} neighbours, and room for {room}: there must be room for all"
                    )));
                }
                index.list_each(radius, once, starts, others)?;
            });
            Ok(())
        })
    }
}
