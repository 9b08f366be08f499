//! Statistics over ticks.

use flockwork_cli::stepped::Collector;
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
    means: Vec<Mean>,
    /// The rule by which the run ended.
    #[pyo3(get)]
    stopped: Option<String>,
}

/// The mean of a statistic over a series.
#[pyclass(frozen, get_all, module = "flockwork")]
#[derive(Clone)]
pub struct Mean {
    /// The mean.
    mean: f64,
    /// Its standard error; NaN if it is not known.
    error: f64,
    /// How many values it is of.
    samples: u64,
    /// How many of them in a row are worth one that is independent; NaN if it is not known.
    correlation: f64,
}

#[pymethods]
impl Mean {
    fn __repr__(&self) -> String {
        let Self { mean, error, samples, .. } = self;
        if error.is_nan() {
            return format!("<flockwork.Mean {mean}, error not known, of {samples}>");
        }
        format!("<flockwork.Mean {mean} ± {error}, of {samples}>")
    }
}

impl Series {
    pub(crate) fn new(py: Python<'_>, taken: &Collector) -> Self {
        let means = taken.means().map(|(_, found)| Mean {
            mean: found.mean,
            error: found.error,
            samples: found.samples,
            correlation: found.correlation,
        });
        let column = |(name, values): &(String, Vec<f64>)| {
            (name.clone(), array::column(py, values.clone()).unbind())
        };
        Self {
            tick: array::column(py, taken.ticks().to_vec()).unbind(),
            columns: taken.columns().iter().map(column).collect(),
            means: means.collect(),
            stopped: taken.stopped().map(Into::into),
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

    /// The mean of each statistic, with its block-averaged error.
    fn means<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let means = PyDict::new(py);
        for ((name, _), mean) in self.columns.iter().zip(&self.means) {
            means.set_item(name, mean.clone().into_pyobject(py)?)?;
        }
        Ok(means)
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
