//! Ticks, observations, parameters, and what was done.

use alloc::vec::Vec;

use flockwork_scheduler::{Progress, inputs};

use super::Sim;
use super::errors::{refuse, refuse_world, told};
use super::handles::{bytes, setting, text, with};
use crate::describe::settings;
use crate::measures;

exports! {
    export_run:

    /// Goes on: 0 done, 1 waits for mail, -1 error.
    fn fw_poll(sim: *mut Sim) -> i32 {
        with(sim, -1, |sim| {
            sim.stats = None;
            match sim.world.poll() {
                Ok(Progress::Done) => {
                    let Sim { world, feeds, .. } = sim;
                    for (_, feed) in feeds {
                        told(world.feed(feed), ());
                    }
                    0
                }
                Ok(Progress::Waiting) => 1,
                Err(error) => {
                    if let Some(board) = sim.board {
                        board.fail(sim.rank);
                    }
                    refuse_world(&error, -1)
                }
            }
        })
    }

    /// Begins a tick.
    fn fw_begin(sim: *mut Sim) { with(sim, (), |sim| sim.world.begin()); }

    /// Begins an observation: of the statistics, and of the fingerprint if it is asked for.
    fn fw_observe(sim: *mut Sim, all: u32) {
        with(sim, (), |sim| match all {
            0 => sim.world.begin_stats(),
            _ => sim.world.begin_observation(),
        });
    }

    /// Prepares a parameter; nothing is checked yet.
    fn fw_param(sim: *mut Sim, name: *const u8, len: usize, value: f64) {
        let name = text(name, len);
        with(sim, (), |sim| sim.prepared.push((name.into(), value.into())));
    }

    /// The same for one that is no number: 1 a list, whose bytes are doubles; 2 a text.
    fn fw_param_other(sim: *mut Sim, name: *const u8, len: usize, kind: u32, ptr: *const u8, size: usize) {
        let (name, value) = (text(name, len), setting(kind, ptr, size));
        with(sim, (), |sim| sim.prepared.push((name.into(), value)));
    }

    /// Begins to use the parameters that were prepared: all of them, or none. In any case they are
    /// prepared no longer.
    fn fw_params(sim: *mut Sim) -> i32 {
        with(sim, -1, |sim| match sim.world.set_params(&core::mem::take(&mut sim.prepared)) {
            Ok(()) => 0,
            Err(error) => refuse_world(&error, -1),
        })
    }

    /// Begins to do what a batch of inputs says; its bytes are read at once. Poll until it is done,
    /// then ask for the answer.
    fn fw_inputs(sim: *mut Sim, ptr: *const u8, len: usize) -> i32 {
        with(sim, -1, |sim| match inputs::decode(bytes(ptr, len)) {
            Ok(inputs) => match sim.world.begin_inputs(inputs) {
                Ok(()) => 0,
                Err(error) => refuse_world(&error, -1),
            },
            Err(error) => refuse(error, -1),
        })
    }

    /// How many the last batch has spawned, whose ids are the largest there are; -1 if it was refused.
    fn fw_answer(sim: *mut Sim) -> i32 {
        with(sim, -1, |sim| match sim.world.take_answer() {
            Ok(answer) => {
                sim.spawned = answer.ids.first().copied().unwrap_or(0);
                answer.ids.len() as i32
            }
            Err(error) => refuse_world(&error, -1),
        })
    }

    /// The id of the first of them.
    fn fw_spawned(sim: *mut Sim) -> u32 { with(sim, 0, |sim| sim.spawned) }

    /// The values of the parameters in use, in their order, as JSON text.
    fn fw_params_ptr(sim: *mut Sim) -> *const u8 {
        with(sim, core::ptr::null(), |sim| {
            sim.params = settings(&sim.world.params());
            sim.params.as_ptr()
        })
    }

    /// The length of that text.
    fn fw_params_len(sim: *mut Sim) -> usize { with(sim, 0, |sim| sim.params.len()) }

    /// Ticks done.
    fn fw_tick(sim: *mut Sim) -> f64 {
        with(sim, f64::NAN, |sim| sim.world.tick() as f64)
    }

    /// Entities in the whole world.
    fn fw_population(sim: *mut Sim) -> f64 {
        with(sim, f64::NAN, |sim| sim.world.population() as f64)
    }

    /// Half of the fingerprint that the last observation saw.
    fn fw_fingerprint(sim: *mut Sim, high: u32) -> u32 {
        with(sim, 0, |sim| {
            let seen = sim.world.observation().map_or(0, |seen| seen.fingerprint);
            (seen >> (32 * (high & 1))) as u32
        })
    }

    /// A statistic of the last observation. All of them are rounded at once, when the first is asked
    /// for.
    fn fw_stat(sim: *mut Sim, index: usize) -> f64 {
        with(sim, f64::NAN, |sim| {
            let Sim { stats, world, .. } = sim;
            let stats = stats.get_or_insert_with(|| told(world.report(), Vec::new()));
            stats.get(index).copied().unwrap_or(f64::NAN)
        })
    }

    /// What this rank tells of its work, by its place among the measures of `fw_describe`.
    fn fw_metric(sim: *mut Sim, index: usize) -> f64 {
        with(sim, f64::NAN, |sim| told(measures::value(&sim.world, index), f64::NAN))
    }

    /// The name of the phase that this rank's work is in; after a trap, of that which trapped.
    fn fw_doing_ptr(sim: *mut Sim) -> *const u8 { doing(sim).0.as_ptr() }

    /// Its length; 0 where there is none.
    fn fw_doing_len(sim: *mut Sim) -> usize { doing(sim).0.len() }

    /// The region that is worked on; -1 where there is none.
    fn fw_doing_region(sim: *mut Sim) -> f64 { doing(sim).1 }
}

/// The phase and the region that a simulation's work is in.
///
/// # Safety
///
/// As [`super::handles::with`].
unsafe fn doing(sim: *mut Sim) -> (&'static str, f64) {
    // SAFETY: the caller's promise.
    match unsafe { sim.as_mut() }.and_then(|sim| sim.world.doing()) {
        Some(place) => (place.phase.name(), place.domain.map_or(-1.0, f64::from)),
        None => ("", -1.0),
    }
}
