//! What was given as a scenario, as changes to it, and as whole numbers.

use std::path::PathBuf;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};

/// Where a scenario comes from.
pub(crate) enum Scenario {
    /// A file.
    File(PathBuf),
    /// TOML, or JSON.
    Text(String),
}

impl<'py> FromPyObject<'_, 'py> for Scenario {
    type Error = PyErr;

    /// A mapping; a text of more than one line, or one in braces; any other text, or a path, is the name
    /// of a file.
    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if given.is_instance_of::<PyString>() {
            let text: String = given.extract()?;
            let is_text = text.contains('\n') || text.trim_start().starts_with('{');
            return Ok(if is_text { Self::Text(text) } else { Self::File(text.into()) });
        }
        if let Ok(mapping) = given.cast::<PyMapping>() {
            return json(mapping.as_any()).map(Self::Text);
        }
        given.extract().map(Self::File).map_err(|_| {
            PyTypeError::new_err(format!(
                "the scenario is {}: it must be a dict, the text of a scenario, or the path of a file",
                kind(&given)
            ))
        })
    }
}

/// The type of what was given.
pub(crate) fn kind(given: &Bound<'_, PyAny>) -> String {
    let name = given.get_type().qualname();
    name.map_or_else(|_| "something else".into(), |name| format!("of type {name}"))
}

/// A value as JSON, which is also how TOML writes numbers, texts and lists.
fn json(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = value.py();
    let options = PyDict::new(py);
    options.set_item("allow_nan", false)?;
    // What has a place in NumPy says what it is as plain numbers by this method.
    let plain = py.import("operator")?.call_method1("methodcaller", ("tolist",))?;
    options.set_item("default", plain)?;
    let made = py.import("json")?.call_method("dumps", (value,), Some(&options));
    let text = made.map_err(|error| {
        PyValueError::new_err(format!(
            "the scenario holds what is neither a number, a text, a list nor a dict: {error}"
        ))
    })?;
    text.extract()
}

/// Changes to a scenario, as its reader takes them: `dt=0.1`.
pub(crate) fn changes(given: Option<&Bound<'_, PyDict>>) -> PyResult<Vec<String>> {
    let Some(given) = given else { return Ok(Vec::new()) };
    let each = given.iter().map(|(key, value)| {
        let key: String = key.extract()?;
        Ok(format!("{key}={}", json(&value)?))
    });
    each.collect()
}

/// Settings of parameters, as JSON.
pub(crate) fn settings(given: &Bound<'_, PyDict>) -> PyResult<String> {
    json(given.as_any())
}

/// A whole number within bounds.
pub(crate) fn whole(
    given: &Bound<'_, PyAny>,
    name: &str,
    bounds: std::ops::RangeInclusive<u64>,
) -> PyResult<u64> {
    let (low, high) = (bounds.start(), bounds.end());
    let allowed = match *high {
        u64::MAX => format!("it must be a whole number of at least {low}"),
        _ => format!("it must be a whole number from {low} to {high}"),
    };
    let Ok(index) = given.call_method0("__index__") else {
        return Err(PyTypeError::new_err(format!("{name} is {}: {allowed}", kind(given))));
    };
    match index.extract::<u64>() {
        Ok(number) if bounds.contains(&number) => Ok(number),
        _ => Err(PyValueError::new_err(format!("{name} is {index}: {allowed}"))),
    }
}

/// A number, as near as `f32` has it.
pub(crate) fn number(given: &Bound<'_, PyAny>, name: &str) -> PyResult<f32> {
    let number: f64 = given.extract().map_err(|_| {
        PyTypeError::new_err(format!("{name} is {}: it must be a number", kind(given)))
    })?;
    Ok(number as f32)
}
