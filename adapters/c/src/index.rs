//! Who is near whom: an index over the caller's points, in the plane or in space.
//!
//! Here is how one is made and built; `queries` asks for one place, `many` for many and for all points, and
//! `in_memory` has one in memory of the caller.

pub mod in_memory;
pub mod many;
pub mod queries;

use flockwork_kernel::{Axes, Plane, Space, Vector};
use flockwork_spatial::{CellIndex, Index as Owned, Indexed as _, Points as PointsOf};

use crate::columns::{Columns, Points, Vectors};
use crate::memory::{one, out, slice};
use crate::shared::Shared;
use crate::status::{Fault, Status, call};
use crate::world::{World, count};

#[cfg(test)]
pub(crate) use queries::fw_index_count;

/// Points, and who is near whom. Any number of threads may ask one index at a time, but not while it is built
/// anew. Who asks then is answered FW_STATUS_BUSY, and so is fw_index_rebuild in a callback of the index and
/// while a call for many places or for all points goes on. That it begins while another thread asks for a
/// single place goes unnoticed, and must not be.
pub struct Index(Shared<Kind>);

/// An index in the plane or in space, in memory of its own or of the caller's.
pub(crate) enum Kind {
    Plane(Owned<Plane>),
    Space(Owned<Space>),
    PlaneIn(CellIndex<'static, Plane>),
    SpaceIn(CellIndex<'static, Space>),
}

impl Kind {
    /// Whether it is in memory of its own.
    fn is_own(&self) -> bool {
        matches!(self, Self::Plane(_) | Self::Space(_))
    }
}

#[cfg(test)]
impl Index {
    /// Panics while the index is being changed.
    pub(crate) fn poison(&self) {
        let _index = self.0.write();
        panic!("on purpose");
    }
}

/// Does something with an index of either kind.
macro_rules! in_kind {
    (@of $axes:ident = $these:ident, $body:expr) => {{
        #[allow(dead_code, reason = "not every question asks for it")]
        type $axes = flockwork_kernel::$these;
        $body
    }};
    ($index:expr, |$name:ident: $axes:ident| $body:expr) => {
        match $index {
            $crate::index::Kind::Plane($name) => {
                $crate::index::in_kind!(@of $axes = Plane, $body)
            }
            $crate::index::Kind::Space($name) => {
                $crate::index::in_kind!(@of $axes = Space, $body)
            }
            $crate::index::Kind::PlaneIn($name) => {
                $crate::index::in_kind!(@of $axes = Plane, $body)
            }
            $crate::index::Kind::SpaceIn($name) => {
                $crate::index::in_kind!(@of $axes = Space, $body)
            }
        }
    };
}

pub(crate) use in_kind;

/// Points of the caller, as the crate reads them.
pub(crate) struct Strided<const N: usize>(Vectors<N>);

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
pub(crate) trait Face: Axes {
    /// The caller's points.
    type Given: PointsOf<Self>;

    /// # Safety
    ///
    /// As [`Vectors::read`].
    unsafe fn given(name: &'static str, points: *const Points) -> Result<Self::Given, Fault>;

    /// Writes vectors of all points of an index.
    ///
    /// # Safety
    ///
    /// As [`Vectors::write`].
    unsafe fn take(
        name: &'static str,
        to: *const Columns,
        from: &[Vec<f32>; 3],
    ) -> Result<(), Fault>;
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

            unsafe fn take(
                name: &'static str,
                to: *const Columns,
                from: &[Vec<f32>; 3],
            ) -> Result<(), Fault> {
                // SAFETY: as the caller promises.
                unsafe {
                    let to = Vectors::<$count>::write(name, to)?;
                    to.as_many(from[0].len(), "the index")?;
                    to.take(from);
                }
                Ok(())
            }
        }
    };
}

face!(Plane, 2);
face!(Space, 3);

/// Asks an index for one place.
///
/// # Safety
///
/// The handle must be NULL, or one that is not yet freed, and nobody may build the index anew meanwhile.
#[inline(always)]
unsafe fn ask_once(index: *const Index, work: impl FnOnce(&Kind) -> Result<(), Fault>) -> Status {
    call(|| {
        // SAFETY: as the caller promises.
        work(unsafe { one("index", index)?.0.peek() }?)
    })
}

/// Asks an index for many places, or all points.
///
/// # Safety
///
/// The handle must be NULL, or one that is not yet freed.
pub(crate) unsafe fn ask(
    index: *const Index,
    work: impl FnOnce(&Kind) -> Result<(), Fault>,
) -> Status {
    call(|| {
        // SAFETY: as the caller promises.
        let index = unsafe { one("index", index) }?;
        work(&*index.0.read()?)
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
    *to = Box::into_raw(Box::new(Index(Shared::new(made()?))));
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

/// Frees an index; nothing happens with NULL, and with one in memory of the caller. No other call may use it,
/// then or later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_free(index: *mut Index) {
    // SAFETY: as the caller promises.
    let own = !index.is_null() && unsafe { (*index).0.get_mut() }.is_own();
    if own {
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
            let mut index = one("index", index)?.0.write()?;
            match &mut *index {
                Kind::Plane(index) => go(index, points, ids),
                Kind::Space(index) => go(index, points, ids),
                Kind::PlaneIn(_) | Kind::SpaceIn(_) => Err(Fault::invalid(
                    "`index` is in memory of the caller: build it anew by fw_index_build_in",
                )),
            }
        }
    })
}

/// How many points there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_len(index: *const Index, count: *mut usize) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        ask_once(index, |index| {
            *out("count", count)? = in_kind!(index, |index: A| index.order().len());
            Ok(())
        })
    }
}
