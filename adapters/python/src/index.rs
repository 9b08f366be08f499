//! The neighbour index on arrays of NumPy.
//!
//! Several threads of Python may ask one index at once; none of them holds the interpreter meanwhile.
//! A rebuild waits until nobody asks.

use std::sync::{PoisonError, RwLock};

use flockwork_kernel::axes::Third;
use flockwork_kernel::{Axes, Axis, Edge, Plane, Space, World};
use flockwork_spatial as spatial;
use flockwork_spatial::Point;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::array;
use crate::given;
use crate::lists::{Found, Lists};
use crate::points::Points;
use crate::search;

/// An index in the plane or in space.
enum Held {
    Plane(spatial::Index<Plane>),
    Space(spatial::Index<Space>),
    /// Unbounded, and nobody has said yet of how many axes.
    Unknown,
}

/// Does the same with either.
macro_rules! with {
    ($held:expr, |$index:ident| $do:expr, $unknown:expr) => {
        match $held {
            Held::Plane($index) => $do,
            Held::Space($index) => $do,
            Held::Unknown => $unknown,
        }
    };
}

/// Points, and who is near whom.
#[pyclass(frozen, module = "flockwork")]
pub struct Index {
    held: RwLock<Held>,
    radius: f32,
    world: Option<World>,
}

#[pymethods]
impl Index {
    #[new]
    #[pyo3(signature = (points, radius, *, world = None, edge = None))]
    fn new(
        py: Python<'_>,
        points: Option<Bound<'_, PyAny>>,
        radius: Bound<'_, PyAny>,
        world: Option<Bound<'_, PyAny>>,
        edge: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let radius = given::number(&radius, "radius")?;
        let world = world_of(world, edge)?;
        let held = match &world {
            Some(world) if world.is_space() => spatial::Index::new(*world, radius).map(Held::Space),
            Some(world) => spatial::Index::new(*world, radius).map(Held::Plane),
            // That the radius will do is known before there are points.
            None => spatial::Index::<Plane>::unbounded(radius).map(|_| Held::Unknown),
        };
        let index = Self { held: RwLock::new(held.map_err(refused)?), radius, world };
        if let Some(points) = points {
            index.rebuild(py, points)?;
        }
        Ok(index)
    }

    /// Forgets all points, and indexes these. On an error it is what it was.
    fn rebuild(&self, py: Python<'_>, points: Bound<'_, PyAny>) -> PyResult<()> {
        let points = Points::read(&points, "points", false)?;
        let (values, axes, radius) = (points.values(), points.axes, self.radius);
        let bounded = self.world.is_some();
        let done = py.detach(|| {
            let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
            match (&mut *held, axes) {
                (Held::Plane(index), 2) if bounded => index.rebuild(plane(values)),
                (Held::Space(index), 3) if bounded => index.rebuild(space(values)),
                (Held::Plane(_) | Held::Unknown, 2) if !bounded => {
                    unbounded(plane(values), radius).map(|index| *held = Held::Plane(index))
                }
                (Held::Space(_) | Held::Unknown, 3) if !bounded => {
                    unbounded(space(values), radius).map(|index| *held = Held::Space(index))
                }
                // Their number is looked at again below, where it makes an error.
                _ => Ok(()),
            }
        });
        done.map_err(|error| PyValueError::new_err(format!("points: {error}")))?;
        points.has_axes(self.axes(py).unwrap_or(axes), "points")
    }

    /// Those closer than `r` to each of some points, or, for None, to each of its own points, without
    /// that point itself.
    #[pyo3(signature = (points, r, *, count_only = false, return_distance = false))]
    fn query_radius<'py>(
        &self,
        py: Python<'py>,
        points: Option<Bound<'py, PyAny>>,
        r: Bound<'py, PyAny>,
        count_only: bool,
        return_distance: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        if count_only && return_distance {
            let problem =
                "count_only and return_distance are both True: there is one answer at a time";
            return Err(PyValueError::new_err(problem));
        }
        let r = given::number(&r, "r")?;
        let Some(points) = points else {
            return self.own_radius(py, r, count_only, return_distance);
        };
        let points = self.asked(py, &points)?;
        let (values, count) = (points.values(), points.count());
        if count_only {
            let counts = self.ask(py, |held| {
                with!(held, |index| search::count(index, values, r), Ok(vec![0; count]))
            })?;
            return Ok(array::column(py, counts).into_any());
        }
        let found = self.ask(py, |held| {
            with!(
                held,
                |index| search::within(index, values, r, return_distance),
                Ok(Found::nobody(count, return_distance))
            )
        })?;
        Ok(Bound::new(py, Lists::new(py, found))?.into_any())
    }

    /// The `k` nearest to each of some points, or, for None, to each of its own points, without that
    /// point itself: distances and ids, both of shape (n, k), nearest first. Where there are fewer the
    /// distance is infinite and the id `NOBODY`.
    #[pyo3(signature = (points, k))]
    fn query_knn<'py>(
        &self,
        py: Python<'py>,
        points: Option<Bound<'py, PyAny>>,
        k: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let k = given::whole(&k, "k", 1..=u64::from(u32::MAX))? as usize;
        let points = points.map(|points| self.asked(py, &points)).transpose()?;
        let values = points.as_ref().map(Points::values);
        let count = points.as_ref().map_or(0, Points::count);
        let (distances, ids) = self.ask(py, |held| {
            with!(held, |index| search::nearest(index, values, k), Ok(search::no_one(count, k)))
        })?;
        let distances = array::rows(py, distances, k)?.into_any();
        PyTuple::new(py, [distances, array::rows(py, ids, k)?.into_any()])
    }

    /// Every pair of its points closer than `r`, once: an array of shape (n, 2), and the distances if
    /// they are asked for.
    #[pyo3(signature = (r, *, return_distance = false))]
    fn pairs<'py>(
        &self,
        py: Python<'py>,
        r: Bound<'py, PyAny>,
        return_distance: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let r = given::number(&r, "r")?;
        let (pairs, distances) = self.ask(py, |held| {
            with!(held, |index| search::pairs(index, r, return_distance), Ok(Default::default()))
        })?;
        let pairs = array::rows(py, pairs, 2)?.into_any();
        if !return_distance {
            return Ok(pairs);
        }
        Ok(PyTuple::new(py, [pairs, array::column(py, distances).into_any()])?.into_any())
    }

    /// How many points there are.
    fn __len__(&self, py: Python<'_>) -> usize {
        self.read(py, |held| with!(held, |index| index.len(), 0))
    }

    /// The radius it was made for.
    #[getter]
    fn radius(&self) -> f32 {
        self.radius
    }

    /// 2 in the plane and 3 in space; None if it is unbounded and had no points yet.
    #[getter]
    fn axes(&self, py: Python<'_>) -> Option<usize> {
        self.read(py, |held| match held {
            Held::Plane(_) => Some(2),
            Held::Space(_) => Some(3),
            Held::Unknown => None,
        })
    }

    /// The length of its world along each axis; None if it is unbounded.
    #[getter]
    fn world<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let lengths = |world: &World| PyTuple::new(py, world.axes().iter().map(|axis| axis.length));
        self.world.as_ref().map(lengths).transpose()
    }

    /// How its world ends along each axis; None if it is unbounded.
    #[getter]
    fn edge<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let names =
            |world: &World| PyTuple::new(py, world.axes().iter().map(|axis| axis.edge.name()));
        self.world.as_ref().map(names).transpose()
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let (count, radius) = (self.__len__(py), self.radius);
        format!("<flockwork.Index of {count} points, for radius {radius}>")
    }
}

impl Index {
    /// Looks at the index while other threads of Python go on.
    fn read<T: Send>(&self, py: Python<'_>, look: impl FnOnce(&Held) -> T + Send) -> T {
        py.detach(|| look(&self.held.read().unwrap_or_else(PoisonError::into_inner)))
    }

    fn ask<T: Send>(
        &self,
        py: Python<'_>,
        query: impl FnOnce(&Held) -> Result<T, search::Refused> + Send,
    ) -> PyResult<T> {
        self.read(py, query).map_err(|refused| PyValueError::new_err(refused.to_string()))
    }

    /// Points that are asked about: one, or some, of as many axes as the index has.
    fn asked<'py>(&self, py: Python<'py>, points: &Bound<'py, PyAny>) -> PyResult<Points<'py>> {
        let points = Points::read(points, "points", true)?;
        if let Some(axes) = self.axes(py) {
            points.has_axes(axes, "points")?;
        }
        Ok(points)
    }

    fn own_radius<'py>(
        &self,
        py: Python<'py>,
        r: f32,
        count_only: bool,
        return_distance: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        if count_only {
            let counts = self
                .ask(py, |held| with!(held, |index| search::count_own(index, r), Ok(Vec::new())))?;
            return Ok(array::column(py, counts).into_any());
        }
        let found = self.ask(py, |held| {
            with!(
                held,
                |index| search::within_own(index, r, return_distance),
                Ok(Found::nobody(0, return_distance))
            )
        })?;
        Ok(Bound::new(py, Lists::new(py, found))?.into_any())
    }
}

/// The most cells for each point of a box whose cells are listed; a hash lists those alone in which
/// somebody is.
const CELLS_EACH: f64 = 4.0;

/// An index without bounds.
///
/// Where points fill a box from the corner on, its cells are found two to three times faster than those of
/// the hash, and who is outside is in the nearest of them. What is found is the same.
fn unbounded<A: Axes, P: Point<A>>(
    points: &[P],
    radius: f32,
) -> Result<spatial::Index<A>, spatial::IndexError>
where
    [P]: spatial::Points<A>,
{
    let mut ends = [(f32::INFINITY, 0.0f32); World::MOST_AXES];
    for point in points {
        let at = point.vector();
        for ((low, high), value) in ends.iter_mut().zip([at.x, at.y, at.z.or(0.0)]) {
            (*low, *high) = (value.min(*low), value.max(*high));
        }
    }
    let ends = &ends[..A::COUNT];
    let cells: f64 = ends.iter().map(|(_, high)| f64::from(high / radius).max(1.0)).product();
    let fill = |(low, high): &(f32, f32)| *low >= 0.0 && *low <= *high / 2.0 && high.is_finite();
    let axes: Vec<Axis> = ends.iter().map(|(_, high)| Axis::open(*high)).collect();
    if ends.iter().all(fill)
        && cells <= CELLS_EACH * points.len() as f64
        && let Ok(world) = World::of(&axes)
        && let Ok(mut index) = spatial::Index::new(world, radius)
    {
        index.rebuild(points)?;
        return Ok(index);
    }
    spatial::Index::of(points, radius)
}

/// Coordinates as points in the plane.
fn plane(values: &[f32]) -> &[[f32; 2]] {
    values.as_chunks().0
}

/// Coordinates as points in space.
fn space(values: &[f32]) -> &[[f32; 3]] {
    values.as_chunks().0
}

fn refused(error: spatial::IndexError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The world of lengths, and of how each axis ends.
fn world_of(
    lengths: Option<Bound<'_, PyAny>>,
    edge: Option<Bound<'_, PyAny>>,
) -> PyResult<Option<World>> {
    let Some(lengths) = lengths else {
        return match edge {
            None => Ok(None),
            Some(_) => Err(PyValueError::new_err(
                "edge says how a world ends, but there is no world: give world=(width, height)",
            )),
        };
    };
    let Ok(lengths) = lengths.extract::<Vec<f32>>() else {
        let problem = "it must be (width, height) or (width, height, depth)";
        return Err(PyTypeError::new_err(format!("world is {}: {problem}", given::kind(&lengths))));
    };
    let edges = edges_of(edge, lengths.len())?;
    let axes: Vec<Axis> =
        lengths.iter().zip(edges).map(|(&length, edge)| Axis { length, edge }).collect();
    let world = World::of(&axes).map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(Some(world))
}

/// How each of so many axes ends: one word for all, or one for each; "periodic" if nothing is said.
fn edges_of(given: Option<Bound<'_, PyAny>>, axes: usize) -> PyResult<Vec<Edge>> {
    let Some(given) = given else { return Ok(vec![Edge::Periodic; axes]) };
    let allowed = "it must be \"periodic\", \"wall\" or \"open\", or a word for each axis";
    let refuse = || {
        let text = given.repr().map_or_else(|_| String::new(), |text| text.to_string());
        PyValueError::new_err(format!("edge is {text}: {allowed}"))
    };
    let named = |name: &str| Edge::from_name(name).ok_or_else(refuse);
    if given.is_instance_of::<PyString>() {
        return Ok(vec![named(&given.extract::<String>()?)?; axes]);
    }
    let names: Vec<String> = given.extract().map_err(|_| refuse())?;
    if names.len() != axes {
        return Err(refuse());
    }
    names.iter().map(|name| named(name)).collect()
}
