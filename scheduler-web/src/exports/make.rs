//! Simulations, from their settings or from a snapshot.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use flockwork_scheduler::{DomainError, SimulationError};
use spin::Mutex;

use super::Sim;
use super::errors::{refuse, refuse_world};
use super::handles::{bytes, setting, text, with};
use crate::backend::{MAX_RANKS, World};
use crate::board::Board;
use crate::config::Config;
use crate::kinds::Kinds;

/// What the module has as text, made once.
static MODELS: Mutex<String> = Mutex::new(String::new());

/// The models, for [`crate::export!`].
#[doc(hidden)]
pub fn describe(kinds: Kinds) -> *const u8 {
    let mut models = MODELS.lock();
    if models.is_empty() {
        *models = kinds.describe();
    }
    models.as_ptr()
}

/// A rank's simulation, for [`crate::export!`].
///
/// # Safety
///
/// `config` must come from `fw_config`, which this frees; `board` from `fw_board`, or be null.
#[doc(hidden)]
pub unsafe fn new(kinds: Kinds, config: *mut Config, board: *const Board) -> *mut Sim {
    // SAFETY: the caller's promise.
    unsafe { make(config, board, |config| kinds.build(config)) }
}

/// A rank's simulation from a snapshot, for [`crate::export!`].
///
/// # Safety
///
/// As [`new`], and `len` bytes must be readable at `ptr`.
#[doc(hidden)]
pub unsafe fn restore(
    kinds: Kinds,
    config: *mut Config,
    board: *const Board,
    ptr: *const u8,
    len: usize,
) -> *mut Sim {
    // SAFETY: the caller's promise.
    unsafe {
        let snapshot = bytes(ptr, len);
        make(config, board, |config| kinds.restore(snapshot, config))
    }
}

/// # Safety
///
/// As [`new`].
unsafe fn make(
    config: *mut Config,
    board: *const Board,
    build: impl FnOnce(Config) -> Result<World, SimulationError>,
) -> *mut Sim {
    if config.is_null() {
        return refuse("the settings are null", core::ptr::null_mut());
    }
    // SAFETY: the caller's promise; a board lives as long as the memory.
    let (mut config, board) = unsafe { (Box::from_raw(config), board.as_ref()) };
    config.options.board = board;
    let rank = config.options.rank;
    match build(*config) {
        Ok(world) => Box::into_raw(Box::new(Sim {
            world,
            prepared: Vec::new(),
            params: String::new(),
            spawned: 0,
            stats: None,
            snapshot: Vec::new(),
            merged: Vec::new(),
            entity: Vec::new(),
            feeds: Vec::new(),
            told: Vec::new(),
            rank,
            board,
        })),
        Err(error) => refuse_world(&error, core::ptr::null_mut()),
    }
}

exports! {
    export_make:

    /// The length of the text of `fw_describe`.
    fn fw_describe_len() -> usize { MODELS.lock().len() }

    /// New settings.
    fn fw_config() -> *mut Config { Box::into_raw(Box::default()) }

    /// Sets one.
    fn fw_set(config: *mut Config, name: *const u8, len: usize, value: f64) -> i32 {
        let name = text(name, len);
        with(config, -1, |config| {
            if config.set(name, value) { 0 } else { refuse(alloc::format!("there is no setting `{name}`"), -1) }
        })
    }

    /// Sets a parameter that is no number: 1 a list, whose bytes are doubles; 2 a text.
    fn fw_set_other(config: *mut Config, name: *const u8, len: usize, kind: u32, ptr: *const u8, size: usize) -> i32 {
        let (name, value) = (text(name, len), setting(kind, ptr, size));
        with(config, -1, |config| {
            if config.set_param(name, value) { 0 } else { refuse(alloc::format!("there is no setting `{name}`"), -1) }
        })
    }

    /// Adds a column of the entities at tick 0, or one of its numbers: so many doubles, to be written
    /// there before anything else is called; null if there is no memory for them.
    fn fw_column(config: *mut Config, name: *const u8, len: usize, component: u32, rows: usize) -> *mut f64 {
        let name = text(name, len);
        with(config, core::ptr::null_mut(), |config| match config.column(name, component, rows) {
            Some(values) => values.as_mut_ptr(),
            None => refuse_world(&DomainError::OutOfMemory { capacity: rows }.into(), core::ptr::null_mut()),
        })
    }

    /// What is in the cells of a field at first: so many floats, to be written there before anything else is
    /// called; null if there is no memory for them.
    fn fw_cells(config: *mut Config, name: *const u8, len: usize, count: usize) -> *mut f32 {
        let name = text(name, len);
        with(config, core::ptr::null_mut(), |config| match config.cells(name, count) {
            Some(values) => values.as_mut_ptr(),
            None => refuse_world(&DomainError::OutOfMemory { capacity: count }.into(), core::ptr::null_mut()),
        })
    }

    /// The mailboxes of all ranks.
    fn fw_board(ranks: u32) -> *const Board {
        Box::into_raw(Box::new(Board::new(ranks.clamp(1, MAX_RANKS))))
    }

    /// Frees the mailboxes, after all simulations over them.
    fn fw_board_drop(board: *mut Board) {
        if !board.is_null() {
            drop(Box::from_raw(board));
        }
    }

    /// Frees a simulation.
    fn fw_drop(sim: *mut Sim) {
        if !sim.is_null() {
            drop(Box::from_raw(sim));
        }
    }

    /// What the run began with.
    fn fw_setup(sim: *mut Sim, index: u32) -> f64 {
        with(sim, f64::NAN, |sim| {
            let setup = sim.world.setup();
            match index {
                0 => setup.dt.into(),
                1 => f64::from(setup.seed as u32),
                2 => f64::from((setup.seed >> 32) as u32),
                3 => setup.population.into(),
                4 => sim.world.regions().len() as f64,
                5 => sim.world.grid().radius().into(),
                6.. => {
                    let axis = setup.world.axes().get(index as usize / 2 - 3);
                    axis.map_or(0.0, |axis| match index % 2 {
                        0 => axis.length.into(),
                        _ => axis.edge.code().into(),
                    })
                }
            }
        })
    }

    /// The name of the model.
    fn fw_model_ptr(sim: *mut Sim) -> *const u8 {
        with(sim, core::ptr::null(), |sim| sim.world.name().as_ptr())
    }

    /// Its length.
    fn fw_model_len(sim: *mut Sim) -> usize { with(sim, 0, |sim| sim.world.name().len()) }
}
