//! Points as NumPy has them.
//!
//! An array of `float32`, C-contiguous and aligned, is read where it lies. Anything else that NumPy can
//! make an array of real numbers of (other types, strides, lists) is copied into such memory once, and
//! a number that `float32` has no room for is an error.

use numpy::{
    PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArray,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What may be given, in the words of errors.
const ALLOWED: &str = "it must be an array of shape (n, 2) or (n, 3) of finite numbers";

/// Some points of the plane or of space.
pub(crate) struct Points<'py> {
    values: Values<'py>,
    /// How many numbers a point has: 2 or 3.
    pub(crate) axes: usize,
}

enum Values<'py> {
    Shared(PyReadonlyArrayDyn<'py, f32>),
    Copied(Vec<f32>),
}

impl<'py> Points<'py> {
    /// Reads `given`, which errors call `name`. Where `one` says so one point alone may be given: it is as
    /// an array of one.
    pub(crate) fn read(given: &Bound<'py, PyAny>, name: &str, one: bool) -> PyResult<Self> {
        let array = untyped(given, name)?;
        match array.shape() {
            [axes @ 2..=3] if one => Ok(Self { axes: *axes, values: Values::of(&array, name)? }),
            [_, axes @ 2..=3] => Ok(Self { axes: *axes, values: Values::of(&array, name)? }),
            _ => Err(shaped(name, &array, one)),
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.values().len() / self.axes
    }

    /// Whether they have as many coordinates as the points of an index.
    pub(crate) fn has_axes(&self, axes: usize, name: &str) -> PyResult<()> {
        if self.axes == axes {
            return Ok(());
        }
        let found = self.axes;
        let problem = format!("{name} have {found} coordinates each: the index is of {axes}");
        Err(PyValueError::new_err(problem))
    }

    /// All coordinates, point by point.
    pub(crate) fn values(&self) -> &[f32] {
        match &self.values {
            // It was taken only if it is contiguous.
            Values::Shared(array) => array.as_slice().unwrap_or(&[]),
            Values::Copied(values) => values,
        }
    }
}

impl<'py> Values<'py> {
    fn of(array: &Bound<'py, PyUntypedArray>, name: &str) -> PyResult<Self> {
        if array.is_c_contiguous()
            && array.is_aligned()
            && let Ok(array) = array.cast::<PyArrayDyn<f32>>()
        {
            let array = array.try_readonly().map_err(|error| {
                PyValueError::new_err(format!("{name}: it is being written to: {error}"))
            })?;
            return Ok(Self::Shared(array));
        }
        let kind = array.dtype().kind();
        if !b"fiub".contains(&kind) {
            let dtype = array.dtype().to_string();
            return Err(PyValueError::new_err(format!("{name}: it holds {dtype}: {ALLOWED}")));
        }
        let options = PyDict::new(array.py());
        options.set_item("copy", false)?;
        let double = array.call_method("astype", ("float64",), Some(&options))?;
        let double = double.cast_into::<PyArrayDyn<f64>>()?;
        let double = double.readonly();
        let double = double.as_array();
        let axes = array.shape().last().copied().unwrap_or(1).max(1);
        let mut values = Vec::with_capacity(double.len());
        for &value in double {
            let narrow = value as f32;
            if value.is_finite() && !narrow.is_finite() {
                let (row, axis) = (values.len() / axes, values.len() % axes);
                return Err(PyValueError::new_err(format!(
                    "{name}[{row}, {axis}] is {value:e}: float32, which points are kept in, ends at {:e}",
                    f32::MAX
                )));
            }
            values.push(narrow);
        }
        Ok(Self::Copied(values))
    }
}

/// Whatever was given as an array of NumPy; its own memory where it is one.
fn untyped<'py>(given: &Bound<'py, PyAny>, name: &str) -> PyResult<Bound<'py, PyUntypedArray>> {
    if let Ok(array) = given.cast::<PyUntypedArray>() {
        return Ok(array.clone());
    }
    let made = given.py().import("numpy")?.call_method1("asarray", (given,));
    let array = made.map_err(|error| {
        PyValueError::new_err(format!("{name}: NumPy makes no array of it ({error}): {ALLOWED}"))
    })?;
    Ok(array.cast_into::<PyUntypedArray>()?)
}

fn shaped(name: &str, array: &Bound<'_, PyUntypedArray>, one: bool) -> PyErr {
    let found: Vec<String> = array.shape().iter().map(usize::to_string).collect();
    let comma = if found.len() == 1 { "," } else { "" };
    let or = if one { ", or one point of shape (2,) or (3,)" } else { "" };
    PyValueError::new_err(format!(
        "{name} has the shape ({}{comma}): {ALLOWED}{or}",
        found.join(", ")
    ))
}
