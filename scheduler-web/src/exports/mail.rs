//! Packets that JavaScript moves.

use super::Sim;
use crate::boxes::{Boxes, Packet};
use crate::mail::Mail;

exports! {
    export_mail:

    /// 1 if a packet waits to go out.
    fn fw_outbox(sim: *mut Sim) -> u32 { outgoing(sim, 0, |_| 1) }

    /// The rank it is for.
    fn fw_out_to(sim: *mut Sim) -> u32 { outgoing(sim, 0, |packet| packet.to) }

    /// What it carries.
    fn fw_out_kind(sim: *mut Sim) -> u32 { outgoing(sim, 0, |packet| packet.kind as u32) }

    /// 1 if entities migrate in it.
    fn fw_out_migrants(sim: *mut Sim) -> u32 { outgoing(sim, 0, |packet| packet.migrants.into()) }

    /// Its bytes.
    fn fw_out_ptr(sim: *mut Sim) -> *const u8 {
        outgoing(sim, core::ptr::null(), |packet| packet.bytes.as_ptr())
    }

    /// Their number.
    fn fw_out_len(sim: *mut Sim) -> usize { outgoing(sim, 0, |packet| packet.bytes.len()) }

    /// Drops it.
    fn fw_out_done(sim: *mut Sim) { boxes(sim, (), Boxes::sent); }

    /// Makes room for a packet that comes; null if that cannot be.
    fn fw_in(sim: *mut Sim, from: u32, kind: u32, len: usize) -> *mut u8 {
        boxes(sim, core::ptr::null_mut(), |boxes| {
            boxes.arriving(from, kind, len).map_or(core::ptr::null_mut(), <[u8]>::as_mut_ptr)
        })
    }

    /// Delivers it.
    fn fw_in_done(sim: *mut Sim) { boxes(sim, (), Boxes::arrived); }
}

/// # Safety
///
/// As [`super::handles::with`].
unsafe fn boxes<R>(sim: *mut Sim, otherwise: R, call: impl FnOnce(&mut Boxes) -> R) -> R {
    // SAFETY: the caller's promise.
    match unsafe { sim.as_mut() }.map(|sim| sim.world.executor_mut().carrier_mut()) {
        Some(Mail::Boxes(boxes)) => call(boxes),
        _ => otherwise,
    }
}

/// # Safety
///
/// As [`super::handles::with`].
unsafe fn outgoing<R>(sim: *mut Sim, otherwise: R, call: impl FnOnce(&Packet) -> R) -> R {
    // SAFETY: the caller's promise.
    match unsafe { sim.as_mut() }.map(|sim| sim.world.executor_mut().carrier_mut()) {
        Some(Mail::Boxes(boxes)) => match boxes.outgoing() {
            Some(packet) => call(packet),
            None => otherwise,
        },
        _ => otherwise,
    }
}
