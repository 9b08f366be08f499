//! What comes into a simulation between two ticks, the log of that, and the fields that it may change.

use std::ffi::c_char;

use crate::memory::{self, give, out, text};
use crate::sim::{Sim, change, look};
use crate::status::{Fault, Status};

/// A batch of inputs was done.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Ticks done when it was: the next one is the first that sees it.
    pub tick: u64,
    /// The id of the first entity that it has spawned; the others follow.
    pub first_id: u32,
    /// How many it has spawned.
    pub spawned: u32,
}

/// Gives inputs between two ticks: all of them are done, in their order, or none. They are a list in JSON, as
/// `docs/answers/inputs.md` tells them: "[{\"remove\": 17}, {\"poke\": {\"at\": [5, 5], \"radius\": 2, \"push\": 1}}]".
/// With FW_STATUS_INVALID, fw_last_error names the first that cannot be done. `answer` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_send(
    sim: *mut Sim,
    inputs: *const c_char,
    answer: *mut Answer,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        change(sim, |sim| {
            let done = sim.give_from(text("inputs", inputs)?)?;
            if !answer.is_null() {
                let first_id = done.ids.first().copied().unwrap_or(0);
                let spawned = done.ids.len() as u32;
                *out("answer", answer)? = Answer { tick: done.tick, first_id, spawned };
            }
            Ok(())
        })
    }
}

/// Writes the log of a simulation since its first tick, as text: what came in, and the fingerprint of this tick, which
/// `flockwork replay` does again and holds against its own. One that goes on from a snapshot has none. `*length` is
/// how many bytes it has, without a zero at the end, even if it is FW_STATUS_TOO_SHORT that there is no room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_log(
    sim: *const Sim,
    out: *mut c_char,
    room: usize,
    length: *mut usize,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe { look(sim, |sim| give(sim.log()?.as_bytes(), out.cast(), room, length)) }
}

/// How many cells a field of the model has along x, y and z: 1 where the world has no such axis. fw_sim_describe names
/// the fields.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_cells(
    sim: *const Sim,
    name: *const c_char,
    cells: *mut u32,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        look(sim, |sim| {
            let field = sim.cells(text("name", name)?)?;
            let to = memory::slice_mut("cells", cells, 3)?;
            to.fill(1);
            to.iter_mut().zip(field.cells).for_each(|(to, count)| *to = count);
            Ok(())
        })
    }
}

/// Copies what the cells of a field hold, by layer, row and column, to a buffer with room for so many floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_amounts(
    sim: *const Sim,
    name: *const c_char,
    out: *mut f32,
    count: usize,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        look(sim, |sim| {
            let name = text("name", name)?;
            let amounts = sim.cells(name)?.amounts;
            let to = memory::slice_mut("out", out, count)?;
            let needed = amounts.len();
            let Some(to) = to.get_mut(..needed) else {
                return Err(Fault::too_short(format_args!(
                    "`out` has room for {count} floats: it must have room for at least {needed}"
                )));
            };
            to.copy_from_slice(&amounts);
            Ok(())
        })
    }
}
