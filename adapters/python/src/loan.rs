//! The simulation's own memory as arrays of NumPy, without a copy.
//!
//! Such an array keeps the simulation alive, and while one is there, or a view of it, nothing changes or
//! frees that memory: what would is an error that says so. A simulation asks [`Loans::none`] before it
//! changes, which is all that the `unsafe` line here relies on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flockwork_cli::stepped::{Field, Stepped};
use flockwork_kernel::columns::Scalar;
use numpy::ndarray::{ArrayView, Dimension, ShapeBuilder, ShapeError};
use numpy::{Element, PyArray, PyArrayMethods};
use pyo3::prelude::*;

use crate::error::{Failure, Outcome};

/// The name under which the cell of each row is shown.
const CELL: &str = "cell";

/// How many look at a simulation's memory.
#[derive(Clone, Default)]
pub(crate) struct Loans(Arc<AtomicUsize>);

impl Loans {
    /// Nobody looks, so memory may change.
    pub(crate) fn none(&self, what: &str) -> Outcome<()> {
        match self.0.load(Ordering::Acquire) {
            0 => Ok(()),
            some => Err(Failure::State(format!(
                "{what}() would change memory that {some} of the arrays of memory() show: let go of \
                 them first, or take frame(), whose arrays stay as they are"
            ))),
        }
    }

    /// One more looks, as long as this lives.
    pub(crate) fn hold(&self) -> Hold {
        self.0.fetch_add(1, Ordering::AcqRel);
        Hold(self.clone())
    }
}

/// Somebody looks.
pub(crate) struct Hold(Loans);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What an array of lent memory keeps: the simulation, and its memory as it is.
#[pyclass(frozen, module = "flockwork")]
struct Loan {
    _hold: Hold,
    _simulation: Py<PyAny>,
}

/// What can be lent.
#[derive(Clone, Copy)]
pub(crate) enum Lent {
    /// The cell of each row.
    Cell,
    /// Numbers of each row.
    Field(Field),
}

impl Lent {
    /// What has this name.
    pub(crate) fn named(world: &Stepped, name: &str) -> Outcome<Self> {
        if name == CELL {
            return Ok(Self::Cell);
        }
        Ok(Self::Field(world.field(name)?))
    }
}

/// Who lends: a simulation, and how many look at it already.
pub(crate) struct Lender<'a, 'py> {
    pub(crate) simulation: &'a Bound<'py, PyAny>,
    pub(crate) loans: &'a Loans,
}

impl<'py> Lender<'_, 'py> {
    /// An array for each region. The caller holds the simulation's lock, and a [`Hold`].
    pub(crate) fn arrays(
        &self,
        world: &mut Stepped,
        lent: Lent,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let Lent::Field(field) = lent else {
            let pieces = world.pieces(0).map_err(Failure::from)?;
            return pieces.iter().map(|piece| self.array(piece.cells, (1, 0, 1))).collect();
        };
        let width = world.schema().get(field.column).map_or(1, |column| column.components);
        let part = (width as usize, field.component as usize, field.components as usize);
        let pieces = world.pieces(field.column).map_err(Failure::from)?;
        let one = |bytes: &[u8]| match field.scalar {
            Scalar::F32 => self.array::<f32>(bytemuck::cast_slice(bytes), part),
            Scalar::U32 => self.array::<u32>(bytemuck::cast_slice(bytes), part),
            Scalar::I32 => self.array::<i32>(bytemuck::cast_slice(bytes), part),
            Scalar::U64 => self.array::<u64>(bytemuck::cast_slice(bytes), part),
            Scalar::U16 => self.array::<u16>(bytemuck::cast_slice(bytes), part),
            Scalar::U8 => self.array::<u8>(bytes, part),
            // NumPy's truth values are such bytes too.
            Scalar::Bool => self.array::<u8>(bytes, part)?.call_method1("view", ("bool",)),
        };
        pieces.iter().map(|piece| one(piece.bytes)).collect()
    }

    /// `count` numbers from `first` on, of `width` in each row.
    fn array<T: Element>(
        &self,
        values: &[T],
        (width, first, count): (usize, usize, usize),
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.simulation.py();
        let loan = Loan { _hold: self.loans.hold(), _simulation: self.simulation.clone().unbind() };
        let loan = Bound::new(py, loan)?.into_any();
        let rows = values.len() / width.max(1);
        if count == 1 {
            let values = values.get(first..).unwrap_or_default();
            let view = ArrayView::from_shape((rows,).strides((width,)), values);
            return Ok(lend(view.map_err(shaped)?, loan));
        }
        let view = ArrayView::from_shape((rows, width), values);
        Ok(lend(view.map_err(shaped)?, loan))
    }
}

fn shaped(error: ShapeError) -> PyErr {
    Failure::State(format!("a column of the simulation is not as long as its rows: {error}")).into()
}

/// An array over memory that a loan keeps as it is.
#[allow(unsafe_code, reason = "NumPy is shown memory of Rust")]
fn lend<'py, T: Element, D: Dimension>(
    view: ArrayView<'_, T, D>,
    loan: Bound<'py, PyAny>,
) -> Bound<'py, PyAny> {
    // SAFETY: the array holds the loan, and that the simulation, whose memory this is; as long as the
    // loan's `Hold` lives, the simulation neither writes to that memory nor frees it (`Loans::none`).
    let array = unsafe { PyArray::borrow_from_array(&view, loan) };
    let _ = array.readwrite().make_nonwriteable();
    array.into_any()
}
