//! Errors as Python has them, and what pandas is asked for.
//!
//! What was given is wrong: `ValueError`. The simulation has ended: [`SimulationError`], which is a
//! `RuntimeError`.

use flockwork_cli::stepped::StepError;
use pyo3::PyErr;
use pyo3::exceptions::{PyImportError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

pyo3::create_exception!(
    flockwork,
    SimulationError,
    PyRuntimeError,
    "The simulation has ended: what is still shown of it is its last completed tick."
);

/// Something, or why not.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// Why something could not be done, outside of Python.
#[derive(Debug)]
pub(crate) enum Failure {
    /// As the world says.
    Step(StepError),
    /// It is lent out, or another process made it.
    State(String),
}

impl From<StepError> for Failure {
    fn from(error: StepError) -> Self {
        Self::Step(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Step(StepError::Ended(error)) => SimulationError::new_err(error.to_string()),
            Failure::Step(error) => PyValueError::new_err(error.to_string()),
            Failure::State(problem) => PyRuntimeError::new_err(problem),
        }
    }
}

/// What to say of a name that does not exist.
pub(crate) fn unknown_text<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> String {
    let known: Vec<&str> = known.collect();
    format!("there is no {what} {name:?}: there are {}", known.join(", "))
}

/// The same as an error of what was given.
pub(crate) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    Failure::Step(StepError::Input(unknown_text(what, name, known)))
}

/// A DataFrame of columns, with the one called `index` as its index where there is one.
pub(crate) fn dataframe<'py>(
    columns: Bound<'py, PyDict>,
    index: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let py = columns.py();
    let pandas = py.import("pandas").map_err(|error| {
        let problem = format!("a DataFrame needs pandas (`pip install pandas`): {error}");
        let told = PyImportError::new_err(problem);
        told.set_cause(py, Some(error));
        told
    })?;
    let frame = pandas.call_method1("DataFrame", (&columns,))?;
    if columns.contains(index)? { frame.call_method1("set_index", (index,)) } else { Ok(frame) }
}
