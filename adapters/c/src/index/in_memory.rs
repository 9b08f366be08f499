//! An index in memory of the caller.

use flockwork_kernel::World as Axes3;
use flockwork_spatial::points::Named;
use flockwork_spatial::{CellIndex, Grid, IndexError, Points as _};

use super::{Face, Index, Kind};
use crate::columns::Points;
use crate::memory::{one, out, slice, slice_mut};
use crate::shared::Shared;
use crate::status::{Fault, Status, call};
use crate::world::World;

/// How many words of 64 bits fw_index_build_in needs for an index of `count` points.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_words(
    world: *const World,
    radius: f32,
    count: usize,
    words: *mut usize,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let (words, world) = (out("words", words)?, one("world", world)?.axes()?);
        let (grid, count) = grid(world, radius, count)?;
        *words = HANDLE + CellIndex::words(&grid, count);
        Ok(())
    })
}

/// Makes an index of points, as fw_index_new and fw_index_rebuild, in memory of the caller, and takes none
/// beside it: `*out` lies in it too, and is asked as every index. It is as long as that memory is, and is neither
/// freed nor built anew, but the memory may be used again. Of two points with one id not all are found. On any
/// error `*out` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_build_in(
    memory: *mut u64,
    words: usize,
    world: *const World,
    radius: f32,
    points: *const Points,
    ids: *const u32,
    out: *mut *mut Index,
) -> Status {
    unsafe fn go<A: Face>(
        world: Axes3,
        radius: f32,
        points: *const Points,
        ids: *const u32,
        memory: &'static mut [u64],
    ) -> Result<CellIndex<'static, A>, Fault> {
        // SAFETY: as the caller promises.
        unsafe {
            let points = A::given("points", points)?;
            let (grid, _) = grid(world, radius, points.len())?;
            Ok(if ids.is_null() {
                CellIndex::build(grid, &points, memory)?
            } else {
                let ids = slice("ids", ids, points.len())?;
                CellIndex::build(grid, &Named { points: &points, ids }, memory)?
            })
        }
    }
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let out = self::out("out", out)?;
        *out = std::ptr::null_mut();
        let world = one("world", world)?.axes()?;
        let memory = slice_mut("memory", memory, words)?;
        let Some((handle, rest)) = memory.split_at_mut_checked(HANDLE) else {
            return Err(Fault::invalid(format_args!(
                "`memory` has {words} words: fw_index_words says how many it must have"
            )));
        };
        let kind = match world.is_space() {
            false => Kind::PlaneIn(go(world, radius, points, ids, rest)?),
            true => Kind::SpaceIn(go(world, radius, points, ids, rest)?),
        };
        let place: *mut Index = handle.as_mut_ptr().cast();
        // Nothing in it has to be dropped.
        place.write(Index(Shared::new(kind)));
        *out = place;
        Ok(())
    })
}

/// Words of the handle, in memory of the caller.
const HANDLE: usize = size_of::<Index>().div_ceil(size_of::<u64>());

const _: () = assert!(align_of::<Index>() <= align_of::<u64>());

/// The cells that an index of so many points has, as one in memory of its own.
fn grid(world: Axes3, radius: f32, count: usize) -> Result<(Grid, u32), Fault> {
    let most = u32::MAX;
    let count = u32::try_from(count).map_err(|_| {
        Fault::invalid(format_args!("{count} points were given: there may be at most {most}"))
    })?;
    Ok((Grid::new(world, radius, count).map_err(IndexError::from)?, count))
}
