//! The state between two ticks: snapshots, single entities, columns of all.

use alloc::vec::Vec;

use flockwork_scheduler::registry::Part;
use flockwork_scheduler::snapshot;

use super::Sim;
use super::errors::{refuse, told};
use super::handles::{bytes, with};

exports! {
    export_state:

    /// This rank's part of a snapshot; null while a tick is under way.
    fn fw_snapshot(sim: *mut Sim) -> *const u8 {
        with(sim, core::ptr::null(), |sim| match sim.world.snapshot() {
            Ok(snapshot) => {
                sim.snapshot = snapshot;
                sim.snapshot.as_ptr()
            }
            Err(error) => refuse(error, core::ptr::null()),
        })
    }

    /// Its length.
    fn fw_snapshot_len(sim: *mut Sim) -> usize { with(sim, 0, |sim| sim.snapshot.len()) }

    /// Frees it, and what was merged.
    fn fw_snapshot_free(sim: *mut Sim) {
        with(sim, (), |sim| {
            sim.snapshot = Vec::new();
            sim.merged = Vec::new();
        });
    }

    /// Merges the parts of all ranks.
    fn fw_merge(sim: *mut Sim, table: *const u32, count: usize) -> i32 {
        if table.is_null() {
            return refuse("the table of parts is null", -1);
        }
        let table = core::slice::from_raw_parts(table, 2 * count);
        let parts: Vec<&[u8]> =
            table.chunks_exact(2).map(|part| bytes(part[0] as usize as *const u8, part[1] as usize)).collect();
        with(sim, -1, |sim| match snapshot::merge(&parts) {
            Ok(merged) => {
                sim.merged = merged;
                0
            }
            Err(error) => refuse(error, -1),
        })
    }

    /// What was merged.
    fn fw_merged(sim: *mut Sim) -> *const u8 {
        with(sim, core::ptr::null(), |sim| sim.merged.as_ptr())
    }

    /// Its length.
    fn fw_merged_len(sim: *mut Sim) -> usize { with(sim, 0, |sim| sim.merged.len()) }

    /// The packed row of an entity; null if it is not of this rank, or while a tick is under way.
    fn fw_entity(sim: *mut Sim, id: u32) -> *const u8 {
        with(sim, core::ptr::null(), |sim| match told(sim.world.row(id), None) {
            Some(packed) => {
                sim.entity = packed;
                sim.entity.as_ptr()
            }
            None => core::ptr::null(),
        })
    }

    /// Entities of this rank.
    fn fw_owned(sim: *mut Sim) -> u32 { with(sim, 0, |sim| owned(sim) as u32) }

    /// Entities of all ranks before this one.
    fn fw_first(sim: *mut Sim) -> u32 { with(sim, 0, |sim| sim.world.owned_before() as u32) }

    /// Writes what a column holds for this rank's entities, at most so many: one of its numbers, or
    /// all if there is no such component; each to the begin of the next `stride` bytes.
    fn fw_publish(sim: *mut Sim, column: u32, component: u32, ptr: *mut u8, count: u32, stride: u32) -> u32 {
        if ptr.is_null() {
            return refuse("the array is null", 0);
        }
        let part = Part { column: column as usize, component };
        with(sim, 0, |sim| {
            let count = u64::from(count).min(owned(sim)) as usize;
            let (size, stride) = (part.size(sim.world.schema()), stride as usize);
            if count == 0 || size == 0 {
                return 0;
            }
            // SAFETY: inside the caller's array, at places that no other rank writes.
            let to = unsafe { core::slice::from_raw_parts_mut(ptr, (count - 1) * stride + size) };
            told(sim.world.publish(part, stride, to), 0)
        })
    }

    /// How many cells a field has along an axis; 0 if there is none.
    fn fw_field_cells(sim: *mut Sim, field: u32, axis: u32) -> u32 {
        with(sim, 0, |sim| {
            let cells = sim.world.field_cells(field as usize).unwrap_or_default();
            cells.get(axis as usize).copied().unwrap_or(0)
        })
    }

    /// Writes what is in this rank's cells of a field to their places among all cells, of which there are `count`.
    fn fw_field(sim: *mut Sim, field: u32, ptr: *mut f32, count: usize) -> i32 {
        if ptr.is_null() {
            return refuse("the array is null", -1);
        }
        with(sim, -1, |sim| {
            told(sim.world.visit_field(field as usize, &mut |first, row| {
                if first + row.len() <= count {
                    // SAFETY: inside the caller's array, at places that no other rank writes.
                    core::slice::from_raw_parts_mut(ptr.add(first), row.len()).copy_from_slice(row);
                }
            }).map(|()| 0), -1)
        })
    }

    /// The same for `fw_told`: for each row of cells the number of its first, how many there are, and the amounts.
    fn fw_field_rows(sim: *mut Sim, field: u32) -> i32 {
        with(sim, -1, |sim| {
            let Sim { world, told: out, .. } = sim;
            out.clear();
            told(world.visit_field(field as usize, &mut |first, row| {
                out.extend((first as u32).to_le_bytes());
                out.extend((row.len() as u32).to_le_bytes());
                row.iter().for_each(|amount| out.extend(amount.to_le_bytes()));
            }).map(|()| 0), -1)
        })
    }
}

/// Entities of this rank.
fn owned(sim: &Sim) -> u64 {
    told(sim.world.loads(), Vec::new()).iter().map(|region| region.owned).sum()
}
