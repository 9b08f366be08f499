//! A stepped world whose entities the program brings.

use std::ffi::{c_char, c_void};

use flockwork_cli::stepped::{Stepped, Written};
use flockwork_kernel::columns::Column;
use flockwork_scheduler::Table;
use flockwork_scheduler::registry::{TableColumn, number_names};

use crate::memory::{self, slice, text};
use crate::sim::{self, REGISTRY, Sim, make};
use crate::status::{Fault, Status, call};

/// One number of each entity at tick 0.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// The column's name, such as "x"; of a column of several numbers, such as `genes`, "genes_3" is
    /// the fourth.
    pub name: *const c_char,
    /// What the values are: FW_SCALAR_F32, FW_SCALAR_U32 and so on. They are taken as the numbers they
    /// are, whatever the column is of.
    pub scalar: u32,
    /// The first entity's value.
    pub values: *const c_void,
    /// Bytes from one entity's value to the next one's; 0 if they follow one another.
    pub stride: usize,
}

/// Makes a simulation, as fw_sim_new, of `entities` entities that the program brings: their columns, of which
/// those that are missing get what an entity begins with. The scenario need not say how many they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_with_entities(
    scenario: *const c_char,
    folder: *const c_char,
    columns: *const Given,
    column_count: usize,
    entities: usize,
    workers: u32,
    out: *mut *mut Sim,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        make(out, || {
            let scenario = text("scenario", scenario)?;
            let folder = sim::folder(folder)?;
            let given = slice("columns", columns, column_count)?;
            let given =
                given.iter().map(|column| read(column, entities)).collect::<Result<Vec<_>, _>>()?;
            let written = Written::Text { name: "scenario", folder, text: scenario };
            let table = |schema| Ok(table(schema, &given, entities));
            let made = Stepped::with_entities(&REGISTRY, &written, &[], workers as usize, &table)?;
            Ok(made)
        })
    })
}

/// The name and the values of a column.
unsafe fn read(given: &Given, entities: usize) -> Result<(String, Vec<f64>), Fault> {
    // SAFETY: as the caller promises.
    let name = unsafe { text("columns.name", given.name) }?;
    // SAFETY: as the caller promises.
    let values = unsafe {
        match given.scalar {
            sim::SCALAR_F32 => numbers::<f32>(name, given, entities, f64::from),
            sim::SCALAR_U32 => numbers::<u32>(name, given, entities, f64::from),
            sim::SCALAR_U16 => numbers::<u16>(name, given, entities, f64::from),
            sim::SCALAR_U8 => numbers::<u8>(name, given, entities, f64::from),
            sim::SCALAR_I32 => numbers::<i32>(name, given, entities, f64::from),
            sim::SCALAR_U64 => numbers::<u64>(name, given, entities, |value| value as f64),
            sim::SCALAR_BOOL => {
                numbers::<u8>(name, given, entities, |value| f64::from(u8::from(value != 0)))
            }
            other => Err(Fault::invalid(format_args!(
                "the scalar of `{name}` is {other}: it must be FW_SCALAR_F32 or another FW_SCALAR_..."
            ))),
        }
    }?;
    Ok((name.to_string(), values))
}

/// Values of a type as numbers.
unsafe fn numbers<T: Copy>(
    name: &str,
    given: &Given,
    count: usize,
    number: impl Fn(T) -> f64,
) -> Result<Vec<f64>, Fault> {
    let (size, stride) = (size_of::<T>(), given.stride);
    let step = if stride == 0 { 1 } else { stride / size };
    if stride % size != 0 {
        return Err(Fault::invalid(format_args!(
            "the stride of `{name}` is {stride} bytes: it must be a multiple of {size}"
        )));
    }
    let span = count.saturating_sub(1).saturating_mul(step).saturating_add(count.min(1));
    let values: *const T = given.values.cast();
    // SAFETY: only looked at for what can be wrong with it; no value is read.
    unsafe { memory::slice::<T>(name, values, span) }?;
    // SAFETY: these places are within the span.
    Ok((0..count).map(|at| number(unsafe { *values.add(at * step) })).collect())
}

/// The columns as a table for a model's.
fn table(schema: &'static [Column], given: &[(String, Vec<f64>)], rows: usize) -> Table {
    let column = |(name, values): &(String, Vec<f64>)| {
        let found = number_names(schema).find(|(number, ..)| number == name);
        let (name, component) =
            found.map_or((name.as_str(), 0), |(_, column, component)| (column.name, component));
        TableColumn { name: name.to_string(), component, values: values.clone() }
    };
    let columns = given.iter().map(column).collect();
    Table { name: "columns".to_string(), rows, columns, ..Table::default() }
}
