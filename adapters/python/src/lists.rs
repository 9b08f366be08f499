//! A list of neighbours for each point, all in one array: what is called CSR.

use numpy::{PyArray1, PyArrayMethods};
use pyo3::exceptions::{PyImportError, PyIndexError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySlice};

use crate::array;

/// The id where there is nobody.
pub(crate) const NOBODY: u32 = u32::MAX;

/// Lists in memory of Rust.
pub(crate) struct Found {
    /// Where each list begins, and the end.
    starts: Vec<i64>,
    /// All ids.
    pub(crate) ids: Vec<u32>,
    /// How far they are, if that was asked for.
    pub(crate) distances: Option<Vec<f32>>,
}

impl Found {
    /// So many empty lists.
    pub(crate) fn nobody(lists: usize, distances: bool) -> Self {
        Self { starts: vec![0; lists + 1], ids: Vec::new(), distances: distances.then(Vec::new) }
    }

    /// Lists that begin there, with the end of the last.
    pub(crate) fn of_starts(starts: &[u32], ids: Vec<u32>, distances: Option<Vec<f32>>) -> Self {
        Self { starts: starts.iter().map(|&start| i64::from(start)).collect(), ids, distances }
    }

    /// Ends the list of a point.
    pub(crate) fn end(&mut self) {
        self.starts.push(self.ids.len() as i64);
    }
}

/// A list of neighbours for each point.
#[pyclass(frozen, module = "flockwork")]
pub struct Lists {
    /// Where each list begins in `ids`, and the end of the last.
    #[pyo3(get)]
    starts: Py<PyArray1<i64>>,
    /// The ids of all neighbours, list after list.
    #[pyo3(get)]
    ids: Py<PyArray1<u32>>,
    /// The distance of each; None if it was not asked for.
    #[pyo3(get)]
    distances: Option<Py<PyArray1<f32>>>,
}

impl Lists {
    pub(crate) fn new(py: Python<'_>, found: Found) -> Self {
        let Found { starts, ids, distances } = found;
        Self {
            starts: array::column(py, starts).unbind(),
            ids: array::column(py, ids).unbind(),
            distances: distances.map(|distances| array::column(py, distances).unbind()),
        }
    }
}

#[pymethods]
impl Lists {
    /// How many lists there are.
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.starts.bind(py).len()? - 1)
    }

    /// The ids in one list: a view.
    fn __getitem__<'py>(&self, py: Python<'py>, at: isize) -> PyResult<Bound<'py, PyAny>> {
        let count = self.__len__(py)?;
        let from_end = if at < 0 { at + count as isize } else { at };
        let found = usize::try_from(from_end).ok().filter(|&at| at < count);
        let at = found.ok_or_else(|| {
            PyIndexError::new_err(format!("there is no list {at}: there are {count}"))
        })?;
        let starts = self.starts.bind(py).readonly();
        let (start, end) = (starts.as_slice()?[at], starts.as_slice()?[at + 1]);
        self.ids.bind(py).as_any().get_item(PySlice::new(py, start as isize, end as isize, 1))
    }

    fn __iter__<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let builtins = this.py().import("builtins")?;
        let places = builtins.call_method1("range", (this.len()?,))?;
        builtins.call_method1("map", (this.getattr("__getitem__")?, places))
    }

    /// How many are in each list.
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<i64>>> {
        let starts = self.starts.bind(py).readonly();
        let counts = starts.as_slice()?.windows(2).map(|two| two[1] - two[0]).collect();
        Ok(array::column(py, counts))
    }

    /// The same as a matrix of SciPy, with so many columns: the distances, or 1 for each neighbour.
    fn to_scipy<'py>(&self, py: Python<'py>, columns: usize) -> PyResult<Bound<'py, PyAny>> {
        let sparse = py.import("scipy.sparse").map_err(|error| {
            let problem = format!("a sparse matrix needs SciPy (`pip install scipy`): {error}");
            PyImportError::new_err(problem)
        })?;
        let data = match &self.distances {
            Some(distances) => distances.bind(py).clone().into_any(),
            None => {
                py.import("numpy")?.call_method1("ones", (self.ids.bind(py).len()?, "uint8"))?
            }
        };
        let shape = PyDict::new(py);
        shape.set_item("shape", (self.__len__(py)?, columns))?;
        sparse.call_method("csr_array", ((data, &self.ids, &self.starts),), Some(&shape))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (lists, ids) = (self.__len__(py)?, self.ids.bind(py).len()?);
        Ok(format!("<flockwork.Lists of {lists} points: {ids} neighbours>"))
    }
}
