//! The columns of all entities at one tick, in ascending order of id.
//!
//! A frame is taken out of the simulation's memory once, into memory of its own that nobody writes to
//! again. So its arrays, and every view of them, show that tick for as long as they live, whatever the
//! simulation does.

use std::ops::Range;

use flockwork_cli::stepped::Stepped;
use flockwork_kernel::columns::{Column, Reach, Scalar};
use flockwork_spatial::NO_CELL;
use numpy::Element;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::array;
use crate::error::{self, Outcome};

/// Ids up to this many times the number of entities are looked up in a list; others are sorted.
const SPARSE: usize = 8;

/// What a frame shows under one name: some columns of the model side by side.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// Its name.
    pub(crate) name: String,
    /// Where its columns stand in the schema.
    columns: Range<usize>,
}

impl Shown {
    /// Whether it is several columns.
    pub(crate) fn is_vector(&self) -> bool {
        self.columns.len() > 1
    }

    /// Its columns.
    pub(crate) fn parts<'s>(&self, schema: &'s [Column]) -> &'s [Column] {
        schema.get(self.columns.clone()).unwrap_or_default()
    }
}

/// The columns of a schema that travel, with those of a vector as one: `x` and `y` are `position`, `vx`
/// and `vy` are `velocity`, and another vector is called what its columns have in common.
pub(crate) fn shown(schema: &[Column]) -> Vec<Shown> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(column) = schema.get(at) {
        let stem = column.name.strip_suffix('x');
        let axes = |stem: &str| {
            let is_next = |(other, axis): &(&Column, &char)| {
                other.name.strip_prefix(stem) == Some(axis.encode_utf8(&mut [0; 4]))
                    && (other.reach, other.scalar) == (column.reach, Scalar::F32)
            };
            schema[at..].iter().zip(&['x', 'y', 'z']).take_while(is_next).count()
        };
        let (name, count) = match stem.map(|stem| (stem, axes(stem))) {
            Some(("", count @ 2..)) => ("position", count),
            Some(("v", count @ 2..)) => ("velocity", count),
            Some((stem, count @ 2..)) => (stem.trim_end_matches('_'), count),
            _ => (column.name, 1),
        };
        if column.reach >= Reach::Owned {
            all.push(Shown { name: name.to_string(), columns: at..at + count });
        }
        at += count;
    }
    all
}

/// Takes the columns of the names, or all of them, out of a simulation.
pub(crate) fn take(world: &mut Stepped, names: Option<&[String]>) -> Outcome<Taken> {
    let schema = world.schema();
    let all = shown(schema);
    let mut chosen: Vec<Shown> = Vec::new();
    for name in names.unwrap_or(&all.iter().map(|one| one.name.clone()).collect::<Vec<_>>()) {
        let known = || error::unknown("column", name, all.iter().map(|one| one.name.as_str()));
        let whole = all.iter().find(|one| {
            one.name == *name || one.parts(schema).iter().any(|part| part.name == name)
        });
        let whole = whole.ok_or_else(known)?;
        if !chosen.iter().any(|other| other.name == whole.name) {
            chosen.push(whole.clone());
        }
    }
    let order = order(world)?;
    let columns = chosen
        .into_iter()
        .map(|one| Ok((one.clone(), Memory::of(world, one.parts(schema), &order)?)))
        .collect::<Outcome<Vec<_>>>()?;
    Ok(Taken { tick: world.tick(), population: world.population(), schema, columns })
}

/// The columns of one tick in memory of Rust.
pub(crate) struct Taken {
    tick: u64,
    population: u64,
    schema: &'static [Column],
    columns: Vec<(Shown, Memory)>,
}

/// Numbers of all entities, side by side for each.
enum Memory {
    F32(Vec<f32>, usize),
    U32(Vec<u32>, usize),
    U16(Vec<u16>, usize),
    U8(Vec<u8>, usize),
    I32(Vec<i32>, usize),
    U64(Vec<u64>, usize),
    Bool(Vec<u8>, usize),
}

impl Memory {
    fn of(world: &mut Stepped, columns: &[Column], order: &[u32]) -> Outcome<Self> {
        let Some(first) = columns.first() else { return Ok(Self::U8(Vec::new(), 1)) };
        let width = columns.len() * first.components as usize;
        Ok(match first.scalar {
            Scalar::F32 => Self::F32(copied(world, columns, order)?, width),
            Scalar::U32 => Self::U32(copied(world, columns, order)?, width),
            Scalar::U16 => Self::U16(copied(world, columns, order)?, width),
            Scalar::U8 => Self::U8(copied(world, columns, order)?, width),
            Scalar::I32 => Self::I32(copied(world, columns, order)?, width),
            Scalar::U64 => Self::U64(copied(world, columns, order)?, width),
            Scalar::Bool => Self::Bool(copied(world, columns, order)?, width),
        })
    }

    fn array<'py>(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        fn of<'py, T: Element>(
            py: Python<'py>,
            values: Vec<T>,
            width: usize,
        ) -> PyResult<Bound<'py, PyAny>> {
            if width == 1 {
                return Ok(array::column(py, values).into_any());
            }
            Ok(array::rows(py, values, width)?.into_any())
        }
        match self {
            Self::F32(values, width) => of(py, values, width),
            Self::U32(values, width) => of(py, values, width),
            Self::U16(values, width) => of(py, values, width),
            Self::U8(values, width) => of(py, values, width),
            Self::I32(values, width) => of(py, values, width),
            Self::U64(values, width) => of(py, values, width),
            Self::Bool(values, width) => {
                of(py, values.into_iter().map(|value| value != 0).collect(), width)
            }
        }
    }
}

/// The row in memory of each entity, in order of id: the regions' rows one after the other.
fn order(world: &mut Stepped) -> Outcome<Vec<u32>> {
    let id = world.field("id")?;
    let (mut ids, mut last, mut first) = (Vec::new(), 0, 0);
    for piece in world.pieces(id.column)? {
        let here = (first..).zip(piece.bytes.as_chunks::<4>().0).zip(piece.cells);
        ids.extend(here.filter(|(_, cell)| **cell != NO_CELL).map(|((row, id), _)| {
            let id = u32::from_ne_bytes(*id);
            last = last.max(id);
            (id, row)
        }));
        first += piece.cells.len() as u32;
    }
    if last as usize / SPARSE >= ids.len().max(1) {
        ids.sort_unstable();
        return Ok(ids.into_iter().map(|(_, row)| row).collect());
    }
    let mut rows = vec![u32::MAX; last as usize + 1];
    for (id, row) in ids {
        rows[id as usize] = row;
    }
    rows.retain(|row| *row != u32::MAX);
    Ok(rows)
}

/// A column as it lies in memory, the regions' rows one after the other, also those that are no entity.
fn rows<T: bytemuck::Pod>(world: &mut Stepped, column: usize) -> Outcome<Vec<T>> {
    let mut values = Vec::new();
    for piece in world.pieces(column)? {
        values.extend(
            piece.bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned::<T>),
        );
    }
    Ok(values)
}

/// Columns of all entities in order of id, side by side.
///
/// Copied as they lie in memory first: then what jumps about is reading, which is several times faster
/// than writing here and there.
fn copied<T: bytemuck::Pod>(
    world: &mut Stepped,
    columns: &[Column],
    order: &[u32],
) -> Outcome<Vec<T>> {
    let mut parts: Vec<(usize, Vec<T>)> = Vec::new();
    for column in columns {
        let field = world.field(column.name)?;
        parts.push((field.components as usize, rows(world, field.column)?));
    }
    let width: usize = parts.iter().map(|(width, _)| width).sum();
    let mut values = vec![T::zeroed(); order.len() * width];
    let places = order.iter().map(|row| *row as usize);
    match &parts[..] {
        [(1, one)] => values.iter_mut().zip(places).for_each(|(to, at)| *to = one[at]),
        [(1, x), (1, y)] => {
            let to = values.as_chunks_mut().0;
            to.iter_mut().zip(places).for_each(|(to, at)| *to = [x[at], y[at]]);
        }
        [(1, x), (1, y), (1, z)] => {
            let to = values.as_chunks_mut().0;
            to.iter_mut().zip(places).for_each(|(to, at)| *to = [x[at], y[at], z[at]]);
        }
        parts => {
            for (to, at) in values.chunks_exact_mut(width.max(1)).zip(places) {
                let mut to = to;
                for (width, part) in parts {
                    let (here, rest) = to.split_at_mut(*width);
                    here.copy_from_slice(&part[at * width..][..*width]);
                    to = rest;
                }
            }
        }
    }
    Ok(values)
}

/// The columns of all entities at one tick, in ascending order of id.
#[pyclass(frozen, module = "flockwork")]
pub struct Frame {
    /// Ticks done when it was taken.
    #[pyo3(get)]
    tick: u64,
    /// How many entities there were.
    #[pyo3(get)]
    population: u64,
    /// The arrays, and where the numbers of vectors are in them.
    arrays: Vec<(Shown, Py<PyAny>)>,
    schema: &'static [Column],
}

impl Frame {
    pub(crate) fn new(py: Python<'_>, taken: Taken) -> PyResult<Self> {
        let Taken { tick, population, schema, columns } = taken;
        let arrays = columns.into_iter().map(|(shown, memory)| {
            let array = memory.array(py)?;
            Ok((shown, array.unbind()))
        });
        Ok(Self { tick, population, schema, arrays: arrays.collect::<PyResult<_>>()? })
    }

    fn find<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        for (shown, array) in &self.arrays {
            let array = array.bind(py);
            if shown.name == name {
                return Ok(Some(array.clone()));
            }
            let parts = shown.parts(self.schema);
            if let Some(axis) = parts.iter().position(|part| part.name == name) {
                let all = pyo3::types::PySlice::full(py);
                return Ok(Some(array.get_item((all, axis))?));
            }
        }
        Ok(None)
    }
}

#[pymethods]
impl Frame {
    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let names = || self.arrays.iter().map(|(shown, _)| shown.name.as_str());
        let found = self.find(py, name)?;
        found.ok_or_else(|| PyKeyError::new_err(error::unknown_text("column", name, names())))
    }

    fn __contains__(&self, py: Python<'_>, name: &Bound<'_, PyAny>) -> PyResult<bool> {
        match name.extract::<String>() {
            Ok(name) => Ok(self.find(py, &name)?.is_some()),
            Err(_) => Ok(false),
        }
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(PyList::new(py, self.keys())?.try_iter()?.into_any())
    }

    fn __len__(&self) -> usize {
        self.arrays.len()
    }

    fn __repr__(&self) -> String {
        format!(
            "<flockwork.Frame of tick {}: {} entities, {}>",
            self.tick,
            self.population,
            self.keys().join(", ")
        )
    }

    /// The names of its arrays.
    fn keys(&self) -> Vec<&str> {
        self.arrays.iter().map(|(shown, _)| shown.name.as_str()).collect()
    }

    /// Every number of an entity in a column of its own, with the id as the index, if it is there.
    fn dataframe<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let columns = PyDict::new(py);
        for (shown, array) in &self.arrays {
            let array = array.bind(py);
            let parts = shown.parts(self.schema);
            let names: Vec<String> = match parts {
                [one] if one.components > 1 => {
                    (0..one.components).map(|part| format!("{}_{part}", one.name)).collect()
                }
                _ => parts.iter().map(|part| part.name.to_string()).collect(),
            };
            if let [name] = &names[..] {
                columns.set_item(name, array)?;
                continue;
            }
            for (axis, name) in names.into_iter().enumerate() {
                let all = pyo3::types::PySlice::full(py);
                columns.set_item(name, array.get_item((all, axis))?)?;
            }
        }
        error::dataframe(columns, "id")
    }
}
