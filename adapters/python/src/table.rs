//! Columns of NumPy as the entities at tick 0.

use flockwork_kernel::columns::Column;
use flockwork_scheduler::Table;
use flockwork_scheduler::registry::{TableColumn, number_names};
use numpy::{PyArrayDyn, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::frame;
use crate::given;

/// Columns by name, each of one number for each entity, or of some in a second dimension.
pub(crate) struct Columns {
    rows: usize,
    columns: Vec<(String, Vec<Vec<f64>>)>,
}

impl Columns {
    /// Reads a mapping from names to arrays, or a DataFrame.
    pub(crate) fn read(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        let names = given.call_method0("keys").and_then(|keys| keys.try_iter()).map_err(|_| {
            PyTypeError::new_err(format!(
                "initial is {}: it must be a mapping from names of columns to arrays, or a DataFrame",
                given::kind(given)
            ))
        })?;
        let mut all = Self { rows: 0, columns: Vec::new() };
        for name in names {
            let name: String = name?.extract()?;
            let (rows, numbers) = column(&name, &given.get_item(&name)?)?;
            if let Some((other, _)) = all.columns.first()
                && rows != all.rows
            {
                return Err(PyValueError::new_err(format!(
                    "initial: {name:?} has {rows} entities, but {other:?} has {}",
                    all.rows
                )));
            }
            all.rows = rows;
            all.columns.push((name, numbers));
        }
        if all.columns.is_empty() {
            return Err(PyValueError::new_err("initial has no columns: it needs at least one"));
        }
        Ok(all)
    }

    /// They as a table for the columns of a model, whose names they may have, or those of a frame.
    pub(crate) fn table(&self, schema: &'static [Column]) -> Result<Table, String> {
        let mut table = Table { name: "initial".into(), rows: self.rows, ..Table::default() };
        let vectors = frame::shown(schema);
        for (name, numbers) in &self.columns {
            let vector = vectors.iter().find(|one| one.name == *name && one.is_vector());
            let parts = vector.map_or(&[][..], |one| one.parts(schema));
            if !parts.is_empty() && parts.len() != numbers.len() {
                return Err(format!(
                    "initial: {name:?} has {} numbers for each entity: here it must have {}",
                    numbers.len(),
                    parts.len()
                ));
            }
            for (at, values) in numbers.iter().enumerate() {
                let part = parts.get(at).map(|part| (part.name, 0));
                let (name, component) = part.unwrap_or_else(|| one_of(schema, name, at as u32));
                table.columns.push(TableColumn {
                    name: name.to_string(),
                    component,
                    values: values.clone(),
                });
            }
        }
        Ok(table)
    }
}

/// A column and one of its numbers: of `genes`, or what a table calls `genes_3`.
fn one_of<'n>(schema: &'n [Column], name: &'n str, at: u32) -> (&'n str, u32) {
    let whole = schema.iter().any(|column| column.name == name);
    let one = || number_names(schema).find(|(number, ..)| number == name);
    match one().filter(|_| !whole && at == 0) {
        Some((_, column, component)) => (column.name, component),
        None => (name, at),
    }
}

/// The numbers of a column, and how many entities it is of.
fn column(name: &str, given: &Bound<'_, PyAny>) -> PyResult<(usize, Vec<Vec<f64>>)> {
    let numpy = given.py().import("numpy")?;
    let array = numpy.call_method1("asarray", (given, "float64")).map_err(|error| {
        PyValueError::new_err(format!("initial: {name:?} holds what are no numbers: {error}"))
    })?;
    let array = array.cast_into::<PyArrayDyn<f64>>()?;
    let (rows, width) = match array.shape() {
        [rows] => (*rows, 1),
        [rows, width] => (*rows, *width),
        _ => {
            return Err(PyValueError::new_err(format!(
                "initial: {name:?} has {} dimensions: it must have one, or two for a vector",
                array.ndim()
            )));
        }
    };
    let numbers = array.readonly();
    let numbers = numbers.as_array();
    let part = |at: usize| numbers.iter().skip(at).step_by(width.max(1)).copied().collect();
    Ok((rows, (0..width).map(part).collect()))
}
