//! Simulations, from their settings or from a snapshot.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use flockwork_scheduler::SimulationError;
use spin::Mutex;

use super::Sim;
use super::errors::{refuse, refuse_world};
use super::handles::{bytes, text, with};
use crate::board::{Board, BoardPort};
use crate::boxes::Boxes;
use crate::config::{Config, MAX_RANKS};
use crate::kinds::Kinds;
use crate::mail::Mail;
use crate::world::AnyWorld;

/// All models as text, made once.
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
    unsafe { make(config, board, |config, mail| kinds.build(config, mail)) }
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
        make(config, board, |config, mail| kinds.restore(snapshot, config, mail))
    }
}

/// # Safety
///
/// As [`new`].
unsafe fn make(
    config: *mut Config,
    board: *const Board,
    build: impl FnOnce(&Config, Mail) -> Result<Box<dyn AnyWorld>, SimulationError>,
) -> *mut Sim {
    if config.is_null() {
        return refuse("the settings are null", core::ptr::null_mut());
    }
    // SAFETY: the caller's promise; a board lives as long as the memory.
    let (config, board) = unsafe { (Box::from_raw(config), board.as_ref()) };
    let mail = match board {
        Some(board) => Mail::Board(BoardPort::new(board, config.rank)),
        None => Mail::Boxes(Boxes::new(config.ranks)),
    };
    match build(&config, mail) {
        Ok(world) => Box::into_raw(Box::new(Sim {
            world,
            snapshot: Vec::new(),
            merged: Vec::new(),
            entity: Vec::new(),
            rank: config.rank,
            board,
        })),
        Err(error) => refuse_world(&error, core::ptr::null_mut()),
    }
}

exports! {
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
                0 => setup.world.width().into(),
                1 => setup.world.height().into(),
                2 => setup.dt.into(),
                3 => f64::from(setup.seed as u32),
                4 => f64::from((setup.seed >> 32) as u32),
                5 => setup.population.into(),
                6 => setup.world.edge().code().into(),
                7 => sim.world.regions() as f64,
                8 => sim.world.radius().into(),
                _ => f64::NAN,
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
