//! The contract of an index: entities that can be shown area by area, in one canonical order.
//!
//! Two keep it, in the plane and in space: [`crate::cells`] in the cells of a world's grid,
//! [`crate::hash`] in cells without end. What both need is here: the borrowed columns, the checks of
//! their positions, the errors. Neither finds anything by itself: [`crate::query`] asks what is [`Indexed`].
//!
//! What there is of each axis stands in arrays in the order x, y, z, as in [`crate::grid`]; in the
//! plane the last is of no use.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::Plane;
//! use flockwork_spatial::index::{Indexed, reorder};
//! use flockwork_spatial::HashIndex;
//!
//! let mut memory = vec![0; HashIndex::<Plane>::words(3)];
//! let index = HashIndex::build(1.0, &[[7.0, 0.0], [2.0, 0.0], [2.5, 0.0]], &mut memory)?;
//! assert_eq!(index.order().iter().map(|entry| entry.slot()).collect::<Vec<_>>(), [1, 2, 0]);
//! // Another column in the same order.
//! let mut masses = [0.0; 3];
//! reorder(index.order(), &[70.0, 20.0, 25.0], &mut masses)?;
//! assert_eq!(masses, [20.0, 25.0, 70.0]);
//! # Ok::<(), flockwork_spatial::IndexError>(())
//! ```

use core::fmt::Debug;
use core::marker::PhantomData;
use core::ops::{ControlFlow, Range};

use flockwork_kernel::axes::{Axes, Plane, Space, Third};
use flockwork_kernel::isa;
use flockwork_kernel::simd::{F32x8, Isa, Mask8, Vector8};
use flockwork_kernel::{LANES, Vector, World};

use crate::Entry;
use crate::neighbours::Tiles;
use crate::points::Points;
use crate::query::reach;

mod error;
mod lists;

pub use error::IndexError;
pub(crate) use lists::{Lists, Needs};

/// The largest coordinate, of either sign, that an index or a query accepts: no squared distance
/// overflows.
pub const MAX_COORDINATE: f32 = 1.0e18;

/// Borrowed columns of positions, in the world's length unit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places<'a, A: Axes = Plane> {
    /// Along x.
    pub xs: &'a [f32],
    /// Along y.
    pub ys: &'a [f32],
    /// Along z; empty in the plane.
    pub zs: &'a [f32],
    axes: PhantomData<A>,
}

impl<'a, A: Axes> Places<'a, A> {
    /// Columns of as many positions; that along z is dropped in the plane.
    pub fn of(xs: &'a [f32], ys: &'a [f32], zs: &'a [f32]) -> Self {
        Self { xs, ys, zs: if A::SPACE { zs } else { &[] }, axes: PhantomData }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.xs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.xs.is_empty()
    }

    /// Some of them.
    #[inline(always)]
    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        let zs = if A::SPACE { &self.zs[range.clone()] } else { &[] };
        Self { xs: &self.xs[range.clone()], ys: &self.ys[range], zs, axes: PhantomData }
    }

    /// One of them; the far corner of all coordinates if there is no such.
    #[inline(always)]
    pub fn get(&self, at: usize) -> Vector<A> {
        let value = |column: &[f32]| column.get(at).copied();
        let z = if A::SPACE { value(self.zs) } else { Some(0.0) };
        match (value(self.xs), value(self.ys), z) {
            (Some(x), Some(y), Some(z)) => Vector::of(x, y, z),
            _ => Vector::of(MAX_COORDINATE, MAX_COORDINATE, MAX_COORDINATE),
        }
    }

    /// One that there is; for the crates of this project.
    #[doc(hidden)]
    #[inline(always)]
    pub fn at(&self, at: usize) -> Vector<A> {
        Vector::of(self.xs[at], self.ys[at], if A::SPACE { self.zs[at] } else { 0.0 })
    }

    /// Eight from one that there is, zeros past the last; for the crates of this project.
    #[doc(hidden)]
    #[inline(always)]
    pub fn load<S: Isa>(&self, at: usize) -> Vector8<A, S> {
        let z = if A::SPACE { F32x8::load(&self.zs[at..]) } else { F32x8::ZERO };
        Vector8::of(F32x8::load(&self.xs[at..]), F32x8::load(&self.ys[at..]), z)
    }
}

/// Borrowed columns: where the entities are and who they are. The place of an entity in them is
/// its slot.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entities<'a, A: Axes = Plane> {
    /// Positions.
    pub places: Places<'a, A>,
    /// Ids, each of them once.
    pub ids: &'a [u32],
}

impl<'a> Entities<'a, Plane> {
    /// Entities in the plane: positions along x and y, and ids.
    pub fn plane(xs: &'a [f32], ys: &'a [f32], ids: &'a [u32]) -> Self {
        Self::of(xs, ys, &[], ids)
    }
}

impl<'a> Entities<'a, Space> {
    /// Entities in space: positions along x, y and z, and ids.
    pub fn space(xs: &'a [f32], ys: &'a [f32], zs: &'a [f32], ids: &'a [u32]) -> Self {
        Self::of(xs, ys, zs, ids)
    }
}

impl<'a, A: Axes> Entities<'a, A> {
    /// Entities in the plane or in space: positions along x, y and z, which is dropped in the plane,
    /// and ids.
    pub fn of(xs: &'a [f32], ys: &'a [f32], zs: &'a [f32], ids: &'a [u32]) -> Self {
        Self { places: Places::of(xs, ys, zs), ids }
    }

    /// The position in a slot; the far corner of all coordinates if there is no such slot.
    #[inline(always)]
    pub fn position(&self, slot: u32) -> Vector<A> {
        self.places.get(slot as usize)
    }
}

/// The smallest box around all entities; empty (`low` above `high`) if there are none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds<A: Axes = Plane> {
    /// The smallest coordinates.
    pub low: Vector<A>,
    /// The largest coordinates.
    pub high: Vector<A>,
}

/// The length of each axis that is periodic; none for the others.
pub type Periods = [Option<f32>; World::MOST_AXES];

/// A closed box: from where to where along each axis. Along a periodic axis it may reach up to one
/// length beyond the world.
#[derive(Clone, Copy, Debug)]
pub struct Area(pub [(f32, f32); World::MOST_AXES]);

impl Area {
    /// The cube (in the plane, the square) around a point that holds everything within `reach`.
    #[inline(always)]
    pub(crate) fn around<A: Axes>(at: Vector<A>, reach: f32) -> Self {
        Self::between(at, at, reach)
    }

    /// The box that holds two points, `low` below `high`, and everything within `reach` of it.
    #[inline(always)]
    pub(crate) fn between<A: Axes>(low: Vector<A>, high: Vector<A>, reach: f32) -> Self {
        let along = |low: f32, high: f32| ((low - reach).next_down(), (high + reach).next_up());
        let z = if A::SPACE { along(low.z.or(0.0), high.z.or(0.0)) } else { (0.0, 0.0) };
        Self([along(low.x, high.x), along(low.y, high.y), z])
    }
}

/// The smallest `f32` that is certainly not below `value`.
#[inline]
pub(crate) fn above(value: f64) -> f32 {
    (value as f32).next_up()
}

/// An index that can show the entities of an area.
pub trait Indexed {
    /// The plane or space.
    type Axes: Axes;

    /// Runs of entities, and the shift of the image in which they are seen.
    type Runs<'a>: Iterator<Item = (Range<usize>, Vector<Self::Axes>)> + Clone + Debug
    where
        Self: 'a;

    /// All entities in canonical order.
    fn order(&self) -> &[Entry];

    /// Their positions in the same order.
    fn positions(&self) -> Places<'_, Self::Axes>;

    /// Which axes are periodic, and how long they are.
    fn periods(&self) -> Periods;

    /// The smallest box around all entities.
    fn bounds(&self) -> Bounds<Self::Axes>;

    /// The longest side of a cell: where the search for the nearest begins.
    fn cell_side(&self) -> f32;

    /// Every entity of the area in canonical order, in runs of places in [`Indexed::order`], with
    /// the shift of the world's image it is seen in; and some that are not in the area. No run is
    /// empty. Cells are shown whole: the area of a pair's first entity ends, along the last axis, at
    /// that entity, and who comes later in the order is in a cell that this area touches.
    ///
    /// Along an axis that is not periodic the shift is 0; where none is, each entity is shown at
    /// most once. Along periodic ones each is shown once for each of its images in the area.
    fn runs(&self, area: &Area) -> Self::Runs<'_>;

    /// Shows [`Indexed::runs`] one by one, until `each` breaks.
    #[inline(always)]
    fn visit<B>(
        &self,
        area: &Area,
        mut each: impl FnMut(Range<usize>, Vector<Self::Axes>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        for (run, shift) in self.runs(area) {
            each(run, shift)?;
        }
        ControlFlow::Continue(())
    }

    /// Shows all entities in tiles, and with each of them everybody within `r` in canonical order, and
    /// some who are not: what [`crate::neighbours`] is made of. If `once`, only those who come after the
    /// tile's first entity.
    ///
    /// As it stands here each entity is a tile of its own, which is slow.
    #[inline(always)]
    fn each_tile(&self, r: f32, once: bool, seen: &mut impl Tiles<Self::Axes>) {
        let wide = reach(&self.periods(), r, 0.0);
        for at in 0..self.order().len() {
            seen.begin(at..at + 1);
            let area = Area::around(self.positions().at(at), wide);
            show_runs(self.runs(&area), at, once, seen);
            seen.end();
        }
    }
}

/// Shows a tile that begins with the entity at `first` these runs, which are in canonical order; if
/// `once`, those who come after it.
#[inline(always)]
pub(crate) fn show_runs<A: Axes>(
    runs: impl Iterator<Item = (Range<usize>, Vector<A>)>,
    first: usize,
    once: bool,
    seen: &mut impl Tiles<A>,
) {
    let mut before = once;
    for (mut run, shift) in runs {
        let shifted = shift != Vector::default();
        if before && !shifted && run.contains(&first) {
            (before, run.start) = (false, first);
        }
        if !before {
            seen.run(run, if shifted { Some(shift) } else { None });
        }
    }
}

/// Writes a column in the order of an index: `out[i]` is the value of the i-th entity.
///
/// # Errors
///
/// [`IndexError::TooShort`] if `out` is shorter than `order`, [`IndexError::NoSuchSlot`] if the
/// column lacks a slot; `out` is unchanged.
pub fn reorder<T: Copy>(order: &[Entry], column: &[T], out: &mut [T]) -> Result<(), IndexError> {
    enough("out", order.len(), out.len())?;
    if let Some(bad) = order.iter().find(|entry| entry.slot() as usize >= column.len()) {
        return Err(IndexError::NoSuchSlot { slot: bad.slot(), slots: column.len() });
    }
    for (place, entry) in out.iter_mut().zip(order) {
        *place = column[entry.slot() as usize];
    }
    Ok(())
}

/// Writes the positions of all points in the order of an index; all slots are there.
pub(crate) fn place<'a, A: Axes, P: Points<A> + ?Sized>(
    points: &P,
    order: &[Entry],
    columns: [&'a mut [f32]; World::MOST_AXES],
) -> Places<'a, A> {
    let [xs, ys, zs] = columns;
    let (xs, ys) = (&mut xs[..order.len()], &mut ys[..order.len()]);
    let zs = if A::SPACE { &mut zs[..order.len()] } else { &mut [] };
    for (at, entry) in order.iter().enumerate() {
        let place = points.at(entry.slot() as usize);
        (xs[at], ys[at]) = (place.x, place.y);
        if A::SPACE {
            zs[at] = place.z.or(0.0);
        }
    }
    Places::of(xs, ys, zs)
}

/// The first slot whose id an earlier slot has already, with that id.
///
/// Sorts all ids in `scratch`, which needs a place for every id: dearer than building an index.
///
/// # Errors
///
/// [`IndexError::TooShort`] or [`IndexError::TooMany`]; `scratch` is unchanged.
pub fn duplicate_id(ids: &[u32], scratch: &mut [Entry]) -> Result<Option<(u32, u32)>, IndexError> {
    let count = count_of(ids.len())?;
    enough("scratch", ids.len(), scratch.len())?;
    let sorted = &mut scratch[..ids.len()];
    for (place, (slot, &id)) in sorted.iter_mut().zip((0..count).zip(ids)) {
        *place = Entry::new(id, slot);
    }
    #[allow(clippy::disallowed_methods, reason = "no two slots are alike")]
    sorted.sort_unstable();
    let twins = sorted.windows(2).filter(|pair| pair[0].id() == pair[1].id());
    Ok(twins.map(|pair| (pair[1].slot(), pair[1].id())).min())
}

/// Checks lengths and positions; gives the number of points and their bounds.
pub(crate) fn check<A: Axes, P: Points<A> + ?Sized>(
    points: &P,
    limits: &Limits,
) -> Result<(u32, Bounds<A>), IndexError> {
    points.check()?;
    let count = count_of(points.len())?;
    let (bounds, sound) = isa::dispatch(FindBounds { points, limits, axes: PhantomData });
    let suspects = if sound { 0..0 } else { 0..count };
    for index in suspects {
        let place = points.at(index as usize);
        if let Some(Outside { axis, value, limits: (low, high) }) = outside(place, limits) {
            return Err(if value.is_finite() {
                IndexError::Outside { axis, index, value, low, high }
            } else {
                IndexError::NotFinite { axis, index, value }
            });
        }
    }
    Ok((count, bounds))
}

/// Finds the box around all points, eight at a time, and whether all are within the limits.
struct FindBounds<'a, A: Axes, P: ?Sized> {
    points: &'a P,
    limits: &'a Limits,
    axes: PhantomData<A>,
}

impl<A: Axes, P: Points<A> + ?Sized> isa::Task for FindBounds<'_, A, P> {
    type Output = (Bounds<A>, bool);

    #[inline(always)]
    fn run<S: Isa>(self) -> (Bounds<A>, bool) {
        let Self { points, limits, .. } = self;
        let mut low = [F32x8::<S>::splat(f32::INFINITY); World::MOST_AXES];
        let mut high = [F32x8::<S>::splat(f32::NEG_INFINITY); World::MOST_AXES];
        let mut sound = Mask8::<S>::all_lanes();
        for at in (0..points.len()).step_by(LANES) {
            let places = eight(points, at);
            for axis in 0..A::COUNT {
                let (place, (from, to)) = (places[axis], limits[axis]);
                sound &= place.ge(F32x8::splat(from)) & place.le(F32x8::splat(to));
                (low[axis], high[axis]) = (place.min(low[axis]), place.max(high[axis]));
            }
        }
        let (mut lowest, mut highest) = ([0.0; World::MOST_AXES], [0.0; World::MOST_AXES]);
        for axis in 0..A::COUNT {
            lowest[axis] = low[axis].to_array().into_iter().fold(f32::INFINITY, smaller);
            highest[axis] = high[axis].to_array().into_iter().fold(f32::NEG_INFINITY, larger);
        }
        let ([x, y, z], [to_x, to_y, to_z]) = (lowest, highest);
        (Bounds { low: Vector::of(x, y, z), high: Vector::of(to_x, to_y, to_z) }, sound.all())
    }
}

/// The coordinates along each axis of eight points from one that there is; past the last one they are
/// its own again.
#[inline(always)]
pub(crate) fn eight<A: Axes, S: Isa>(
    points: &(impl Points<A> + ?Sized),
    from: usize,
) -> [F32x8<S>; World::MOST_AXES] {
    let [mut x, mut y, mut z] = [[0.0; LANES]; World::MOST_AXES];
    let last = points.len() - 1;
    for lane in 0..LANES {
        let place = points.at(last.min(from + lane));
        (x[lane], y[lane], z[lane]) = (place.x, place.y, place.z.or(0.0));
    }
    [F32x8::from_array(x), F32x8::from_array(y), F32x8::from_array(z)]
}

/// Two vectors joined component by component.
#[inline(always)]
pub(crate) fn both<A: Axes>(a: Vector<A>, b: Vector<A>, f: impl Fn(f32, f32) -> f32) -> Vector<A> {
    Vector::of(f(a.x, b.x), f(a.y, b.y), f(a.z.or(0.0), b.z.or(0.0)))
}

/// From where to where coordinates may be, along each axis.
pub(crate) type Limits = [(f32, f32); World::MOST_AXES];

/// Anywhere.
pub(crate) const ANYWHERE: Limits = [(-MAX_COORDINATE, MAX_COORDINATE); World::MOST_AXES];

/// A coordinate outside its limits, or not a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outside {
    pub(crate) axis: &'static str,
    pub(crate) value: f32,
    pub(crate) limits: (f32, f32),
}

/// The first coordinate that is not within its limits.
#[inline(always)]
pub(crate) fn outside<A: Axes>(place: Vector<A>, limits: &Limits) -> Option<Outside> {
    let within = |value: f32, (low, high): (f32, f32)| (value >= low) & (value <= high);
    // One branch in the end: nearly all are within.
    let z = !A::SPACE || within(place.z.or(0.0), limits[2]);
    if within(place.x, limits[0]) & within(place.y, limits[1]) & z {
        return None;
    }
    let axis = (0..A::COUNT).find(|&axis| !within(place.along(axis), limits[axis]))?;
    let (value, limits) = (place.along(axis), limits[axis]);
    Some(Outside { axis: World::COORDINATES[axis], value, limits })
}

pub(crate) fn enough(slice: &'static str, needed: usize, given: usize) -> Result<(), IndexError> {
    if given < needed {
        return Err(IndexError::TooShort { slice, needed, given });
    }
    Ok(())
}

/// As many as slots can be numbered.
pub(crate) fn count_of(count: usize) -> Result<u32, IndexError> {
    u32::try_from(count)
        .ok()
        .filter(|&count| count < u32::MAX)
        .ok_or(IndexError::TooMany { count, most: u32::MAX - 1 })
}

/// Looks for neighbours in the order that share cell and id; names the lowest such slot.
pub(crate) fn distinct_in_cells(
    order: &[Entry],
    cell_of: impl Fn(Entry) -> u32,
) -> Result<(), IndexError> {
    let twins = order
        .windows(2)
        .filter(|pair| pair[0].id() == pair[1].id() && cell_of(pair[0]) == cell_of(pair[1]));
    match twins.map(|pair| (pair[1].slot(), pair[1].id())).min() {
        Some((index, id)) => Err(IndexError::DuplicateId { index, id }),
        None => Ok(()),
    }
}

/// The smaller of two numbers; the second if they cannot be compared.
#[inline(always)]
pub(crate) fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// The larger of two numbers; the second if they cannot be compared.
#[inline(always)]
pub(crate) fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}
