//! A stepped world: what `flockwork run` runs, in the hands of a program.

use std::path::Path;
use std::sync::{LazyLock, Mutex};

use flockwork_cli::Registry;
use flockwork_cli::stepped::{Order, StepError, Stepped};
use flockwork_scheduler::Setting;
use serde_json::{Map, Value, json};

use std::ffi::{c_char, c_void};

use crate::memory::{self, give, out, text};
use crate::status::{Fault, Status, call};
use crate::turns::Turns;

/// Entities ascending by id: the same order in every tick, as long as nobody is born or dies.
pub const ORDER_ID: u32 = 0;
/// Entities as they lie in memory: the quickest, another order after each tick, of all columns the same.
pub const ORDER_MEMORY: u32 = 1;

/// A 32-bit float.
pub const SCALAR_F32: u32 = 0;
/// A 32-bit unsigned integer.
pub const SCALAR_U32: u32 = 1;
/// A 16-bit unsigned integer.
pub const SCALAR_U16: u32 = 2;
/// An 8-bit unsigned integer.
pub const SCALAR_U8: u32 = 3;
/// A 32-bit signed integer.
pub const SCALAR_I32: u32 = 4;
/// A 64-bit unsigned integer.
pub const SCALAR_U64: u32 = 5;
/// A truth value, in a byte that is 0 or 1.
pub const SCALAR_BOOL: u32 = 6;

/// The cell of a row that is no entity, in fw_view.
pub const NO_CELL: u32 = 0xffff_ffff;

const _: () = assert!(NO_CELL == flockwork_spatial::NO_CELL);

/// A simulation on threads of this process. Calls on one handle may come from any thread. fw_sim_step, fw_sim_send,
/// fw_sim_set and fw_sim_set_number wait for calls that go on; all others, which only look, answer
/// FW_STATUS_BUSY at once while one of those four goes on or waits. Results do not depend on the number
/// of threads.
pub struct Sim {
    /// Who has the turn is alone with the world.
    turns: Turns,
    world: Mutex<Stepped>,
}

#[cfg(test)]
impl Sim {
    /// Panics while the simulation is being changed.
    pub(crate) fn poison(&self) {
        let _world = self.world.try_lock();
        panic!("on purpose");
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.turns
    }
}

pub(crate) static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);

impl From<StepError> for Fault {
    fn from(error: StepError) -> Self {
        let status = match &error {
            StepError::Ended(_) => Status::Ended,
            _ => Status::Invalid,
        };
        Self { status, text: error.to_string() }
    }
}

/// Looks at a simulation.
///
/// # Safety
///
/// The handle must be NULL, or one that is not yet freed.
pub(crate) unsafe fn look(
    sim: *const Sim,
    work: impl FnOnce(&mut Stepped) -> Result<(), Fault>,
) -> Status {
    call(|| {
        // SAFETY: as the caller promises.
        let sim = unsafe { memory::one("sim", sim) }?;
        let _turn = sim.turns.look()?;
        work(&mut *sim.world.try_lock().map_err(|_| Fault::poisoned())?)
    })
}

/// Changes a simulation.
///
/// # Safety
///
/// As [`look`].
pub(crate) unsafe fn change(
    sim: *mut Sim,
    work: impl FnOnce(&mut Stepped) -> Result<(), Fault>,
) -> Status {
    call(|| {
        // SAFETY: as the caller promises.
        let sim = unsafe { memory::one("sim", sim) }?;
        let _turn = sim.turns.change();
        work(&mut *sim.world.try_lock().map_err(|_| Fault::poisoned())?)
    })
}

/// Gives a new simulation to the caller.
///
/// # Safety
///
/// As [`out`].
pub(crate) unsafe fn make(
    to: *mut *mut Sim,
    made: impl FnOnce() -> Result<Stepped, Fault>,
) -> Result<(), Fault> {
    // SAFETY: as the caller promises.
    let to = unsafe { out("out", to) }?;
    *to = std::ptr::null_mut();
    *to = Box::into_raw(Box::new(Sim { turns: Turns::default(), world: Mutex::new(made()?) }));
    Ok(())
}

/// The folder that a text names, or with NULL the current one.
pub(crate) unsafe fn folder<'a>(folder: *const c_char) -> Result<&'a Path, Fault> {
    if folder.is_null() {
        return Ok(Path::new("."));
    }
    // SAFETY: as the caller promises.
    unsafe { text("folder", folder) }.map(Path::new)
}

/// Makes a simulation of a scenario's text, in TOML or JSON: see `docs/` and `flockwork init`. A table
/// that it names is looked for in `folder`, or with NULL in the current one. It runs on `workers` threads,
/// with 0 on one for each core. On any error `*out` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_new(
    scenario: *const c_char,
    folder: *const c_char,
    workers: u32,
    out: *mut *mut Sim,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        make(out, || {
            let scenario = text("scenario", scenario)?;
            let (folder, workers) = (self::folder(folder)?, workers as usize);
            let made = Stepped::from_text(&REGISTRY, "scenario", folder, scenario, &[], workers);
            Ok(made?)
        })
    })
}

/// Makes a simulation of a scenario's file: see fw_sim_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_open(
    path: *const c_char,
    workers: u32,
    out: *mut *mut Sim,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        make(out, || {
            let path = Path::new(text("path", path)?);
            Ok(Stepped::from_file(&REGISTRY, path, &[], workers as usize)?)
        })
    })
}

/// Makes a simulation of a model by its name, such as "boids", and of a text in TOML or JSON that says all
/// else that a scenario says: `entities`, `dt`, the tables `world` and `params`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_of_model(
    model: *const c_char,
    rest: *const c_char,
    workers: u32,
    out: *mut *mut Sim,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        make(out, || {
            let (model, rest) = (text("model", model)?, text("rest", rest)?);
            Ok(Stepped::from_model(&REGISTRY, model, rest, workers as usize)?)
        })
    })
}

/// Makes a simulation that goes on from a snapshot.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_restore(
    snapshot: *const u8,
    length: usize,
    workers: u32,
    out: *mut *mut Sim,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        make(out, || {
            let bytes = memory::slice("snapshot", snapshot, length)?;
            Ok(Stepped::from_snapshot(&REGISTRY, bytes, workers as usize)?)
        })
    })
}

/// Frees a simulation; nothing happens with NULL. No other call may use it, then or later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_free(sim: *mut Sim) {
    if !sim.is_null() {
        // SAFETY: it came from a `Box`, and is freed once, as the caller promises.
        call(|| unsafe {
            drop(Box::from_raw(sim));
            Ok(())
        });
    }
}

/// Computes so many ticks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_step(sim: *mut Sim, ticks: u64) -> Status {
    // SAFETY: as the caller promises.
    unsafe { change(sim, |sim| Ok(sim.step(ticks)?)) }
}

/// Ticks done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_tick(sim: *const Sim, tick: *mut u64) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        look(sim, |sim| {
            *out("tick", tick)? = sim.tick();
            Ok(())
        })
    }
}

/// The number of entities.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_population(sim: *const Sim, population: *mut u64) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        look(sim, |sim| {
            *out("population", population)? = sim.population();
            Ok(())
        })
    }
}

/// One number for the whole state: the same wherever a scenario is run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_fingerprint(sim: *const Sim, fingerprint: *mut u64) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        look(sim, |sim| {
            *out("fingerprint", fingerprint)? = sim.fingerprint()?;
            Ok(())
        })
    }
}

/// What can be read of each entity.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// FW_SCALAR_F32, FW_SCALAR_U32 and so on.
    pub scalar: u32,
    /// How many of them each entity has, side by side.
    pub components: u32,
    /// Bytes of one entity.
    pub size: usize,
}

/// What the column `name` holds, or one of its numbers: of `genes`, `genes_3` is the fourth.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_field(
    sim: *const Sim,
    name: *const c_char,
    field: *mut Field,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        look(sim, |sim| {
            let found = sim.field(text("name", name)?)?;
            *out("field", field)? = Field {
                scalar: found.scalar as u32,
                components: found.components,
                size: found.size(),
            };
            Ok(())
        })
    }
}

/// Copies a column of all entities, in the order FW_ORDER_ID or FW_ORDER_MEMORY, to a buffer of so many
/// bytes: for each entity to the begin of the next `stride` bytes, so that several columns may go into
/// one buffer, side by side. With 0 they follow one another.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_copy(
    sim: *const Sim,
    name: *const c_char,
    order: u32,
    stride: usize,
    out: *mut c_void,
    bytes: usize,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        look(sim, |sim| {
            let order = match order {
                ORDER_ID => Order::Id,
                ORDER_MEMORY => Order::Memory,
                _ => {
                    return Err(Fault::invalid(format_args!(
                        "`order` is {order}: it must be FW_ORDER_ID (0) or FW_ORDER_MEMORY (1)"
                    )));
                }
            };
            let field = sim.field(text("name", name)?)?;
            let stride = if stride == 0 { field.size() } else { stride };
            let to = memory::slice_mut("out", out.cast::<u8>(), bytes)?;
            Ok(sim.copy(field, order, stride, to)?)
        })
    }
}

/// A column of one region as it lies in the library's memory.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The values of each row, side by side; aligned for their scalar.
    pub data: *const c_void,
    /// The cell of each row. One with FW_NO_CELL is no entity.
    pub cells: *const u32,
    /// Rows.
    pub rows: usize,
    /// Bytes of a row.
    pub stride: usize,
    /// FW_SCALAR_F32, FW_SCALAR_U32 and so on.
    pub scalar: u32,
    /// How many of them a row has.
    pub components: u32,
}

/// Shows a whole column of one region without a copy, and gives how many regions there are to
/// `*regions`. Rows of all columns of a region, `id` among them, are of the same entities. Valid until
/// the next fw_sim_step, fw_sim_send, fw_sim_set, fw_sim_set_number or fw_sim_free of this simulation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_view(
    sim: *const Sim,
    name: *const c_char,
    region: usize,
    regions: *mut usize,
    view: *mut View,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        look(sim, |sim| {
            let name = text("name", name)?;
            let field = sim.field(name)?;
            let column = &sim.schema()[field.column];
            if column.components != field.components {
                let whole = column.name;
                return Err(Fault::invalid(format_args!(
                    "`{name}` is one number of a column: a view shows the whole `{whole}`"
                )));
            }
            let pieces = sim.pieces(field.column)?;
            *out("regions", regions)? = pieces.len();
            let piece = pieces.get(region).ok_or_else(|| {
                Fault::invalid(format_args!(
                    "`region` is {region}: it must be below {}, the number of regions",
                    pieces.len()
                ))
            })?;
            *out("view", view)? = View {
                data: piece.bytes.as_ptr().cast(),
                cells: piece.cells.as_ptr(),
                rows: piece.cells.len(),
                stride: column.stride(),
                scalar: column.scalar as u32,
                components: column.components,
            };
            Ok(())
        })
    }
}

/// Sets parameters between two ticks, all or none, by a text in TOML, as in the table `params` of a
/// scenario, or in JSON: "max_speed = 2".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_set(sim: *mut Sim, params: *const c_char) -> Status {
    // SAFETY: as the caller promises.
    unsafe { change(sim, |sim| Ok(sim.set_params_from(text("params", params)?)?)) }
}

/// Sets a parameter that is a number, between two ticks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_set_number(
    sim: *mut Sim,
    name: *const c_char,
    value: f64,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        change(sim, |sim| {
            let given = (text("name", name)?.to_string(), Setting::Number(value));
            Ok(sim.set_params(vec![given])?)
        })
    }
}

/// The value of a parameter that is a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_number(
    sim: *const Sim,
    name: *const c_char,
    value: *mut f64,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        look(sim, |sim| {
            let name = text("name", name)?;
            let params = sim.params()?;
            let found = params.iter().find(|(param, _)| param.name == name);
            let names =
                || params.iter().map(|(param, _)| param.name).collect::<Vec<_>>().join(", ");
            match found {
                Some((_, Setting::Number(number))) => *out("value", value)? = *number,
                Some((_, other)) => {
                    return Err(Fault::invalid(format_args!(
                        "the parameter `{name}` is {other}, no number: fw_sim_describe tells it"
                    )));
                }
                None => {
                    return Err(Fault::invalid(format_args!(
                        "there is no parameter `{name}`; the model has {}",
                        names()
                    )));
                }
            }
            Ok(())
        })
    }
}

/// One of the numbers of the model's statistics, by name; NaN for one that has no value now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_stat(
    sim: *mut Sim,
    name: *const c_char,
    value: *mut f64,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        look(sim, |sim| {
            let name = text("name", name)?;
            let stats = sim.stats()?;
            let found = stats.iter().find(|(stat, _)| stat == name);
            let (_, number) = found.ok_or_else(|| {
                let names: Vec<&str> = stats.iter().map(|(name, _)| name.as_str()).collect();
                Fault::invalid(format_args!(
                    "there is no statistic `{name}`; the model has {}",
                    names.join(", ")
                ))
            })?;
            *out("value", value)? = *number;
            Ok(())
        })
    }
}

/// Writes what there is to know of a simulation as JSON: `model`, `tick`, `last_tick`, `population`,
/// `fingerprint` (a text), `columns`, `params`, `stats` and the names of `fields`. `*length` is how many bytes it has, without a
/// zero at the end, even if it is FW_STATUS_TOO_SHORT that there is no room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_describe(
    sim: *mut Sim,
    out: *mut c_char,
    room: usize,
    length: *mut usize,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        look(sim, |sim| give(describe(sim)?.to_string().as_bytes(), out.cast(), room, length))
    }
}

fn describe(sim: &mut Stepped) -> Result<Value, Fault> {
    let columns: Vec<Value> = sim
        .schema()
        .iter()
        .map(|column| {
            json!({
                "name": column.name,
                "about": column.about,
                "scalar": column.scalar.name(),
                "components": column.components,
            })
        })
        .collect();
    let params = sim.params()?.into_iter().map(|(param, value)| {
        let value = match value {
            Setting::Number(number) => json!(number),
            Setting::List(numbers) => json!(numbers),
            Setting::Text(text) => json!(text),
        };
        (param.name.to_string(), value)
    });
    let params: Map<String, Value> = params.collect();
    let stats: Map<String, Value> =
        sim.stats()?.into_iter().map(|(name, number)| (name, json!(number))).collect();
    Ok(json!({
        "model": sim.entry().name,
        "tick": sim.tick(),
        "last_tick": sim.last_tick(),
        "population": sim.population(),
        "fingerprint": format!("{:016x}", sim.fingerprint()?),
        "columns": columns,
        "params": params,
        "stats": stats,
        "fields": sim.entry().fields().iter().map(|field| field.name).collect::<Vec<_>>(),
    }))
}

/// Writes the whole state as bytes, for fw_sim_restore and for `flockwork run --resume`. `*length` is how
/// many, even if it is FW_STATUS_TOO_SHORT that there is no room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_snapshot(
    sim: *const Sim,
    out: *mut u8,
    room: usize,
    length: *mut usize,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe { look(sim, |sim| give(&sim.snapshot()?, out, room, length)) }
}
