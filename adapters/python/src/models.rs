//! What the models are that a scenario may name.

use flockwork_kernel::columns::{Column, Reach};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::simulation::{registry, setting};

/// The models that a scenario may name: what each is, its parameters, columns and statistics.
#[pyfunction]
pub fn models(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let all = PyDict::new(py);
    for entry in registry().entries() {
        let one = PyDict::new(py);
        one.set_item("about", entry.about)?;
        let params = PyDict::new(py);
        for param in entry.params {
            let about = PyDict::new(py);
            about.set_item("about", param.about)?;
            about.set_item("unit", param.unit)?;
            about.set_item("default", setting(py, &(param.default)())?)?;
            about.set_item("allowed", param.kind.to_string())?;
            about.set_item("live", param.live)?;
            params.set_item(param.name, about)?;
        }
        one.set_item("params", params)?;
        let stats = PyDict::new(py);
        for stat in entry.stats {
            stats.set_item(stat.name, described(py, stat.about, stat.unit)?)?;
        }
        one.set_item("stats", stats)?;
        let [plane, space] = entry.schemas();
        one.set_item("columns", columns(py, plane)?)?;
        one.set_item("columns_in_space", columns(py, space)?)?;
        all.set_item(entry.name, one)?;
    }
    Ok(all)
}

fn described<'py>(py: Python<'py>, about: &str, unit: &str) -> PyResult<Bound<'py, PyDict>> {
    let all = PyDict::new(py);
    all.set_item("about", about)?;
    all.set_item("unit", unit)?;
    Ok(all)
}

/// What the columns that travel are; None where the model does not run.
fn columns<'py>(
    py: Python<'py>,
    schema: Option<&[Column]>,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Some(schema) = schema else { return Ok(None) };
    let all = PyDict::new(py);
    for column in schema.iter().filter(|column| column.reach >= Reach::Owned) {
        all.set_item(column.name, column.about)?;
    }
    Ok(Some(all))
}
