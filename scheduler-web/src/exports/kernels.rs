//! Kernels without a scheduler.

use alloc::boxed::Box;
use alloc::string::String;

use super::errors::refuse;
use super::handles::{shared, with};
use crate::sim_core::{Finder, SimCore};

exports! {
    export_kernels:

    /// Kernels without a scheduler; null on an error.
    fn fw_core(capacity: u32, width: f32, height: f32, edge_x: u32, edge_y: u32) -> *const SimCore {
        match SimCore::new(capacity, [width, height], [edge_x, edge_y]) {
            Ok(core) => Box::into_raw(core),
            Err(error) => refuse(error, core::ptr::null()),
        }
    }

    /// Frees it: 0, or -1 while there are finders.
    fn fw_core_drop(core: *mut SimCore) -> i32 {
        let used = shared(core, 0, SimCore::finders);
        if used > 0 {
            return refuse(alloc::format!("{used} threads still use it"), -1);
        }
        if !core.is_null() {
            drop(Box::from_raw(core));
        }
        0
    }

    /// What one thread's queries find.
    fn fw_core_finder(core: *const SimCore) -> *mut Finder {
        shared(core, core::ptr::null_mut(), |core| Box::into_raw(core.finder()))
    }

    /// Frees it.
    fn fw_core_finder_drop(core: *const SimCore, finder: *mut Finder) {
        if !finder.is_null() {
            shared(core, (), |core| core.give_back(Box::from_raw(finder)));
        }
    }

    /// A column: 0 x, 1 y, 2 vx, 3 vy, 4 ax, 5 ay.
    fn fw_core_column(core: *const SimCore, index: u32) -> *const f32 {
        shared(core, core::ptr::null(), |core| core.column(index).map_or(core::ptr::null(), |first| first.cast_const()))
    }

    /// Moves by velocity; gives how many met the edge, or -1.
    fn fw_core_movement(core: *const SimCore, start: u32, end: u32, dt: f32) -> i32 {
        shared(core, -1, |core| answer(core.process_movement(start, end, dt)))
    }

    /// Adds acceleration, then moves; gives how many met the edge, or -1.
    fn fw_core_physics(core: *const SimCore, start: u32, end: u32, dt: f32) -> i32 {
        shared(core, -1, |core| answer(core.integrate_physics(start, end, dt)))
    }

    /// Fills the spatial hash; 0, or -1.
    fn fw_core_hash(core: *const SimCore, start: u32, end: u32, size: f32) -> i32 {
        shared(core, -1, |core| answer(core.rebuild_spatial_hash(start, end, size).map(|()| 0)))
    }

    /// Finds who is near a point; gives how many, or -1.
    fn fw_core_query(core: *const SimCore, finder: *mut Finder, x: f32, y: f32, radius: f32, most: u32) -> i32 {
        with(finder, -1, |finder| shared(core, -1, |core| answer(core.query_neighbors(finder, x, y, radius, most))))
    }

    /// Finds who is near each entity of a range; gives how many in all, or -1.
    fn fw_core_query_of(core: *const SimCore, finder: *mut Finder, start: u32, end: u32, radius: f32, most: u32) -> i32 {
        with(finder, -1, |finder| shared(core, -1, |core| answer(core.query_neighbors_of(finder, start, end, radius, most))))
    }

    /// Finds who is near each of some points: `count` floats x, then as many y; gives how many in all, or -1.
    fn fw_core_query_at(core: *const SimCore, finder: *mut Finder, points: *const f32, count: usize, radius: f32, most: u32) -> i32 {
        if points.is_null() {
            return refuse("the points are null", -1);
        }
        let (xs, ys) = core::slice::from_raw_parts(points, 2 * count).split_at(count);
        with(finder, -1, |finder| shared(core, -1, |core| answer(core.query_neighbors_at(finder, xs, ys, radius, most))))
    }

    /// The ids found.
    fn fw_core_results(finder: *mut Finder) -> *const u32 {
        with(finder, core::ptr::null(), |finder| finder.ids().as_ptr())
    }

    /// Where each entity's begin among them.
    fn fw_core_offsets(finder: *mut Finder) -> *const u32 {
        with(finder, core::ptr::null(), |finder| finder.offsets().as_ptr())
    }
}

fn answer(result: Result<u32, String>) -> i32 {
    match result {
        Ok(count) => count as i32,
        Err(error) => refuse(error, -1),
    }
}
