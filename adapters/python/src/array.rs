//! Memory of Rust as arrays of NumPy that cannot be written to.
//!
//! The array owns the memory, so it lives as long as any view of it, and nobody else has it: what an
//! array shows never changes.

use numpy::{Element, PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;

/// One number for each.
pub(crate) fn column<'py, T: Element>(py: Python<'py>, values: Vec<T>) -> Bound<'py, PyArray1<T>> {
    let array = PyArray1::from_vec(py, values);
    let _ = array.readwrite().make_nonwriteable();
    array
}

/// `width` numbers for each.
pub(crate) fn rows<'py, T: Element>(
    py: Python<'py>,
    values: Vec<T>,
    width: usize,
) -> PyResult<Bound<'py, PyArray2<T>>> {
    let count = values.len() / width.max(1);
    column(py, values).reshape([count, width])
}
