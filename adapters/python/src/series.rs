//! Statistics over ticks.

use numpy::PyArray1;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::{array, error};

/// The statistics of some ticks: for each name an array with one number for each of these ticks.
#[pyclass(frozen, module = "flockwork")]
pub struct Series {
    /// The ticks.
    #[pyo3(get)]
    tick: Py<PyArray1<u64>>,
    columns: Vec<(String, Py<PyArray1<f64>>)>,
}

/// Statistics as they come in.
#[derive(Default)]
pub(crate) struct Gathered {
    ticks: Vec<u64>,
    columns: Vec<(String, Vec<f64>)>,
}

impl Gathered {
    /// Takes in the statistics of one more tick.
    pub(crate) fn push(&mut self, tick: u64, stats: Vec<(String, f64)>) {
        self.ticks.push(tick);
        if self.columns.is_empty() {
            self.columns = stats.iter().map(|(name, _)| (name.clone(), Vec::new())).collect();
        }
        self.columns.iter_mut().zip(stats).for_each(|((_, all), (_, one))| all.push(one));
    }
}

impl Series {
    pub(crate) fn new(py: Python<'_>, gathered: Gathered) -> Self {
        let columns = gathered.columns.into_iter();
        Self {
            tick: array::column(py, gathered.ticks).unbind(),
            columns: columns
                .map(|(name, values)| (name, array::column(py, values).unbind()))
                .collect(),
        }
    }
}

#[pymethods]
impl Series {
    fn __getitem__(&self, py: Python<'_>, name: &str) -> PyResult<Py<PyArray1<f64>>> {
        let found = self.columns.iter().find(|(one, _)| one == name);
        found.map(|(_, values)| values.clone_ref(py)).ok_or_else(|| {
            let names = self.columns.iter().map(|(name, _)| name.as_str());
            PyKeyError::new_err(error::unknown_text("statistic", name, names))
        })
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        name.extract::<String>().is_ok_and(|name| self.columns.iter().any(|(one, _)| *one == name))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(PyList::new(py, self.keys())?.try_iter()?.into_any())
    }

    fn __len__(&self) -> usize {
        self.columns.len()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let ticks = self.tick.bind(py).len()?;
        Ok(format!("<flockwork.Series of {ticks} ticks: {}>", self.keys().join(", ")))
    }

    /// The names of the statistics.
    fn keys(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// A column for each statistic, with the tick as the index.
    fn dataframe<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let columns = PyDict::new(py);
        columns.set_item("tick", &self.tick)?;
        for (name, values) in &self.columns {
            columns.set_item(name, values)?;
        }
        error::dataframe(columns, "tick")
    }
}
