//! The interface to JavaScript: see `ABI.md`.
//!
//! Handles are addresses of boxes. JavaScript gives them back as it got them, and uses each from
//! one worker alone; that is what every `unsafe` block here relies on. A null handle does nothing.

use alloc::alloc::{alloc_zeroed, dealloc};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::alloc::Layout;
use core::fmt::Display;
use core::sync::atomic::{AtomicU32, Ordering};

use flockwork_scheduler::{DomainError, Progress, SimulationError, SnapshotError, snapshot};
use spin::Mutex;

use crate::board::{Board, BoardPort};
use crate::boxes::Boxes;
use crate::sim_core::{Finder, SimCore};
use crate::world::{AnyWorld, Color, Config, Kinds, Mail, Stream};

/// The version of this interface.
pub const ABI: u32 = 2;

/// What the last call that failed had to say. Its memory stays where it is, since a worker may read
/// it while another one writes.
static ERROR: Mutex<String> = Mutex::new(String::new());

/// Bytes of that at most.
const ERROR_LEN: usize = 4096;

/// Of what kind that was: see [`kind_of`].
static KIND: AtomicU32 = AtomicU32::new(0);

/// All models as text, made once.
static MODELS: Mutex<String> = Mutex::new(String::new());

/// A rank's simulation and what was asked of it.
pub struct Sim {
    world: Box<dyn AnyWorld>,
    color: Color,
    snapshot: Vec<u8>,
    merged: Vec<u8>,
    entity: Vec<u8>,
    rank: u32,
    board: Option<&'static Board>,
}

fn refuse<T>(error: impl Display, result: T) -> T {
    let text = error.to_string();
    let most = text.len().min(ERROR_LEN);
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let mut kept = ERROR.lock();
    kept.clear();
    kept.reserve_exact(ERROR_LEN);
    kept.push_str(&text[..end]);
    KIND.store(0, Ordering::Relaxed);
    result
}

/// The value; after an error what stands for none, and its text is kept.
fn told<T>(result: Result<T, impl Display>, otherwise: T) -> T {
    result.unwrap_or_else(|error| refuse(error, otherwise))
}

/// As [`refuse`], for an error that tells its kind.
fn refuse_world<T>(error: &SimulationError, result: T) -> T {
    let result = refuse(error, result);
    KIND.store(kind_of(error), Ordering::Relaxed);
    result
}

/// Of which kind an error is, for those who do something about it.
fn kind_of(error: &SimulationError) -> u32 {
    match error {
        SimulationError::Domain(DomainError::OutOfMemory { .. }) => 1,
        SimulationError::Snapshot(SnapshotError::OtherRun { .. }) => 2,
        SimulationError::Snapshot(SnapshotError::OtherArithmetic { .. }) => 3,
        SimulationError::Snapshot(_) => 4,
        SimulationError::Param(_) => 5,
        _ => 0,
    }
}

/// # Safety
///
/// `handle` must be null or what a `fw_` function gave and none has freed, used by one worker.
unsafe fn with<T, R>(handle: *mut T, otherwise: R, call: impl FnOnce(&mut T) -> R) -> R {
    // SAFETY: the caller's promise.
    match unsafe { handle.as_mut() } {
        Some(value) => call(value),
        None => refuse("the handle is null", otherwise),
    }
}

/// # Safety
///
/// `handle` must be null or what a `fw_` function gave and none has freed; threads may share it.
unsafe fn shared<T, R>(handle: *const T, otherwise: R, call: impl FnOnce(&T) -> R) -> R {
    // SAFETY: the caller's promise.
    match unsafe { handle.as_ref() } {
        Some(value) => call(value),
        None => refuse("the handle is null", otherwise),
    }
}

/// # Safety
///
/// `len` bytes must be readable at `ptr` while the result is used.
unsafe fn bytes<'a>(ptr: *const u8, len: usize) -> &'a [u8] {
    if ptr.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(ptr, len) }
}

/// # Safety
///
/// As [`bytes`].
unsafe fn text<'a>(ptr: *const u8, len: usize) -> &'a str {
    // SAFETY: the caller's promise.
    core::str::from_utf8(unsafe { bytes(ptr, len) }).unwrap_or("")
}

fn layout(len: usize) -> Option<Layout> {
    Layout::from_size_align(len.max(1), 64).ok()
}

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
            color: Color { column: Color::HEADING, component: 0, low: 0.0, high: 1.0 },
            snapshot: Vec::new(),
            merged: Vec::new(),
            entity: Vec::new(),
            rank: config.rank,
            board,
        })),
        Err(error) => refuse_world(&error, core::ptr::null_mut()),
    }
}

/// Defines functions that JavaScript can call.
macro_rules! exports {
    ($($(#[$meta:meta])* fn $name:ident($($arg:ident: $kind:ty),*) $(-> $result:ty)? $body:block)+) => {$(
        $(#[$meta])*
        ///
        /// # Safety
        ///
        /// See the module: handles come from this interface, and addresses are readable.
        #[unsafe(no_mangle)]
        #[allow(unsafe_code, clippy::missing_safety_doc)]
        pub unsafe extern "C" fn $name($($arg: $kind),*) $(-> $result)? {
            // SAFETY: the caller keeps the promises of `ABI.md`.
            #[allow(unused_unsafe)]
            unsafe { $body }
        }
    )+};
}

exports! {
    /// The version of this interface.
    fn fw_abi() -> u32 { ABI }

    /// Memory aligned to 64, all zero; null if there is none.
    fn fw_alloc(len: usize) -> *mut u8 {
        layout(len).map_or(core::ptr::null_mut(), |layout| alloc_zeroed(layout))
    }

    /// Frees what `fw_alloc` gave.
    fn fw_free(ptr: *mut u8, len: usize) {
        if let (false, Some(layout)) = (ptr.is_null(), layout(len)) {
            dealloc(ptr, layout);
        }
    }

    /// The text of the last error.
    fn fw_error_ptr() -> *const u8 { ERROR.lock().as_ptr() }

    /// Its length.
    fn fw_error_len() -> usize { ERROR.lock().len() }

    /// Its kind: 0 any other, 1 no memory, 2 a snapshot of another run, 3 of another arithmetic, 4
    /// bytes that are no good snapshot, 5 a parameter.
    fn fw_error_kind() -> u32 { KIND.load(Ordering::Relaxed) }

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
        Box::into_raw(Box::new(Board::new(ranks.clamp(1, crate::world::MAX_RANKS))))
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

    /// Goes on: 0 done, 1 waits for mail, -1 error.
    fn fw_poll(sim: *mut Sim) -> i32 {
        with(sim, -1, |sim| match sim.world.poll() {
            Ok(Progress::Done) => 0,
            Ok(Progress::Waiting) => 1,
            Err(error) => {
                if let Some(board) = sim.board {
                    board.fail(sim.rank);
                }
                refuse_world(&error, -1)
            }
        })
    }

    /// Begins a tick.
    fn fw_begin(sim: *mut Sim) { with(sim, (), |sim| sim.world.begin()); }

    /// Begins an observation.
    fn fw_observe(sim: *mut Sim) { with(sim, (), |sim| sim.world.begin_observation()); }

    /// Prepares a parameter.
    fn fw_param(sim: *mut Sim, name: *const u8, len: usize, value: f64) -> i32 {
        let name = text(name, len);
        with(sim, -1, |sim| match sim.world.prepare(name, value) {
            Ok(()) => 0,
            Err(error) => refuse(error, -1),
        })
    }

    /// Begins to use the parameters that were prepared.
    fn fw_params(sim: *mut Sim) -> i32 {
        with(sim, -1, |sim| match sim.world.set_params() {
            Ok(()) => 0,
            Err(error) => refuse_world(&error, -1),
        })
    }

    /// The value of a parameter.
    fn fw_param_value(sim: *mut Sim, index: usize) -> f64 {
        with(sim, f64::NAN, |sim| sim.world.param(index))
    }

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

    /// A statistic.
    fn fw_stat(sim: *mut Sim, index: usize) -> f64 {
        with(sim, f64::NAN, |sim| told(sim.world.stat(index), f64::NAN))
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
                6 => match setup.world.edge() {
                    flockwork_kernel::Edge::Torus => 0.0,
                    flockwork_kernel::Edge::Walls => 1.0,
                    flockwork_kernel::Edge::Open => 2.0,
                },
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

    /// What this rank has done.
    fn fw_metric(sim: *mut Sim, index: u32) -> f64 {
        with(sim, f64::NAN, |sim| {
            let counters = sim.world.counters();
            let phases = counters.phases;
            let ms = |ns: u64| ns as f64 / 1.0e6;
            match index {
                0 => ms(phases.sort_ns),
                1 => ms(phases.neighbours_ns),
                2 => ms(phases.commit_ns),
                3 => ms(phases.route_ns),
                4 => ms(phases.receive_ns),
                5 => match sim.world.mail() {
                    Mail::Board(port) => port.waited_ms(),
                    Mail::Boxes(_) => 0.0,
                },
                6 => counters.bytes as f64,
                7 => counters.messages as f64,
                8 => counters.migrations as f64,
                9 => told(sim.world.ghosts().map(|ghosts| ghosts as f64), f64::NAN),
                10 => counters.events as f64,
                11 => counters.births as f64,
                12 => counters.deaths as f64,
                13 => sim.world.balance().0 as f64,
                14 => sim.world.balance().1,
                15 => told(sim.world.owned().map(|owned| owned.0 as f64), f64::NAN),
                _ => f64::NAN,
            }
        })
    }

    /// The name of the phase that this rank's work is in; after a trap, of that which trapped.
    fn fw_doing_ptr(sim: *mut Sim) -> *const u8 { doing(sim).0.as_ptr() }

    /// Its length; 0 where there is none.
    fn fw_doing_len(sim: *mut Sim) -> usize { doing(sim).0.len() }

    /// The region that is worked on; -1 where there is none.
    fn fw_doing_region(sim: *mut Sim) -> f64 { doing(sim).1 }

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
        with(sim, core::ptr::null(), |sim| match told(sim.world.entity(id), None) {
            Some(packed) => {
                sim.entity = packed;
                sim.entity.as_ptr()
            }
            None => core::ptr::null(),
        })
    }

    /// Entities of this rank.
    fn fw_owned(sim: *mut Sim) -> u32 { with(sim, 0, |sim| told(sim.world.owned(), (0, 0)).0 as u32) }

    /// Entities of all ranks before this one.
    fn fw_first(sim: *mut Sim) -> u32 { with(sim, 0, |sim| told(sim.world.owned(), (0, 0)).1 as u32) }

    /// Writes a stream of this rank's entities; the array has places for `capacity` entities, and
    /// `stride` bytes for each.
    fn fw_publish(sim: *mut Sim, stream: u32, ptr: *mut u8, capacity: u32, stride: u32) -> u32 {
        let Some(stream) = Stream::of(stream) else {
            return refuse("there is no stream of this number", 0);
        };
        if ptr.is_null() {
            return refuse("the array is null", 0);
        }
        with(sim, 0, |sim| {
            // Of the array only the part of this rank is touched, so that ranks can write at once.
            let (owned, before) = told(sim.world.owned(), (0, 0));
            let first = before.min(u64::from(capacity)) as usize;
            let count = owned.min(u64::from(capacity) - first as u64) as usize;
            let stride = stride as usize;
            // SAFETY: inside the caller's array, in a part that no other rank writes.
            let target = unsafe {
                core::slice::from_raw_parts_mut(ptr.add(first * stride), count * stride)
            };
            told(sim.world.publish(stream, &sim.color, target), 0)
        })
    }

    /// What colours show.
    fn fw_color(sim: *mut Sim, column: u32, component: u32, low: f32, high: f32) {
        with(sim, (), |sim| sim.color = Color { column, component, low, high });
    }

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

    /// Kernels without a scheduler; null on an error.
    fn fw_core(capacity: u32, width: f32, height: f32, edge: u32) -> *const SimCore {
        match SimCore::new(capacity, width, height, edge) {
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

/// The phase and the region that a simulation's work is in.
///
/// # Safety
///
/// As [`with`].
unsafe fn doing(sim: *mut Sim) -> (&'static str, f64) {
    // SAFETY: the caller's promise.
    match unsafe { sim.as_mut() }.and_then(|sim| sim.world.doing()) {
        Some(place) => (place.phase.name(), place.domain.map_or(-1.0, f64::from)),
        None => ("", -1.0),
    }
}

fn answer(result: Result<u32, String>) -> i32 {
    match result {
        Ok(count) => count as i32,
        Err(error) => refuse(error, -1),
    }
}

/// # Safety
///
/// As [`with`].
unsafe fn boxes<R>(sim: *mut Sim, otherwise: R, call: impl FnOnce(&mut Boxes) -> R) -> R {
    // SAFETY: the caller's promise.
    match unsafe { sim.as_mut() }.map(|sim| sim.world.mail()) {
        Some(Mail::Boxes(boxes)) => call(boxes),
        _ => otherwise,
    }
}

/// # Safety
///
/// As [`with`].
unsafe fn outgoing<R>(
    sim: *mut Sim,
    otherwise: R,
    call: impl FnOnce(&crate::boxes::Packet) -> R,
) -> R {
    // SAFETY: the caller's promise.
    match unsafe { sim.as_mut() }.map(|sim| sim.world.mail()) {
        Some(Mail::Boxes(boxes)) => match boxes.outgoing() {
            Some(packet) => call(packet),
            None => otherwise,
        },
        _ => otherwise,
    }
}

/// Makes a WebAssembly module of models: the heap, the panic handler, and the functions of
/// `ABI.md` that name models.
///
/// # Example
///
/// ```ignore
/// #![no_std]
/// flockwork_scheduler_web::export!(flockwork_models::Boids, my_model::Epidemic);
/// ```
#[macro_export]
macro_rules! export {
    ($($model:ty),+ $(,)?) => {
        const FLOCKWORK_MODELS: $crate::world::Kinds =
            $crate::world::Kinds(&[$($crate::world::ModelKind::of::<$model>()),+]);

        /// All models as JSON text.
        #[unsafe(no_mangle)]
        pub extern "C" fn fw_describe() -> *const u8 {
            $crate::exports::describe(FLOCKWORK_MODELS)
        }

        /// Makes a rank's simulation.
        ///
        /// # Safety
        ///
        /// The handles must come from this interface.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn fw_new(
            config: *mut $crate::world::Config,
            board: *const $crate::Board,
        ) -> *mut $crate::exports::Sim {
            // SAFETY: the caller's promise.
            unsafe { $crate::exports::new(FLOCKWORK_MODELS, config, board) }
        }

        /// Makes a rank's simulation from a snapshot.
        ///
        /// # Safety
        ///
        /// The handles must come from this interface, and the bytes be readable.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn fw_restore(
            config: *mut $crate::world::Config,
            board: *const $crate::Board,
            ptr: *const u8,
            len: usize,
        ) -> *mut $crate::exports::Sim {
            // SAFETY: the caller's promise.
            unsafe { $crate::exports::restore(FLOCKWORK_MODELS, config, board, ptr, len) }
        }

        $crate::module!();
    };
}
