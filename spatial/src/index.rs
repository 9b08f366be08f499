//! The contract of an index: entities that can be shown area by area, in one canonical order.
//!
//! Two keep it: [`crate::cells`] in the cells of a bounded world, [`crate::hash`] in the whole
//! plane. What both need is here: the borrowed columns, the checks of their positions, the errors.
//! Neither finds anything by itself: [`crate::query`] asks an [`Index`].

use core::ops::{ControlFlow, Range};

use crate::Entry;

mod error;

pub use error::{Axis, IndexError};

/// The largest coordinate, of either sign, that an index or a query accepts: no squared distance
/// overflows.
pub const MAX_COORDINATE: f32 = 1.0e18;

/// Borrowed columns: where the entities are and who they are. The place of an entity in them is
/// its slot.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entities<'a> {
    /// Positions along x, in the world's length unit.
    pub xs: &'a [f32],
    /// Positions along y, in the world's length unit.
    pub ys: &'a [f32],
    /// Ids, each of them once.
    pub ids: &'a [u32],
}

impl Entities<'_> {
    /// The position in a slot; the far corner of all coordinates if there is no such slot.
    #[inline(always)]
    pub(crate) fn position(&self, slot: u32) -> (f32, f32) {
        let slot = slot as usize;
        match (self.xs.get(slot), self.ys.get(slot)) {
            (Some(&x), Some(&y)) => (x, y),
            _ => (MAX_COORDINATE, MAX_COORDINATE),
        }
    }
}

/// The smallest rectangle around all entities; empty (`low` above `high`) if there are none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The smallest x and y.
    pub low: (f32, f32),
    /// The largest x and y.
    pub high: (f32, f32),
}

/// How many places the slices of an index need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Places of `starts`.
    pub starts: usize,
    /// Places of `order`.
    pub order: usize,
    /// Places of `cell_of`.
    pub cell_of: usize,
    /// Places of `xs` and of `ys`.
    pub positions: usize,
    /// Places of `occupied` (the hash only; 0 for a [`CellIndex`](crate::CellIndex)).
    pub occupied: usize,
}

/// A closed rectangle; in a torus it may reach up to one side beyond the world.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// From where to where along x.
    pub x: (f64, f64),
    /// From where to where along y.
    pub y: (f64, f64),
}

impl Area {
    /// The square around a point that holds everything within `reach`.
    pub(crate) fn around((x, y): (f32, f32), reach: f64) -> Self {
        let (x, y) = (f64::from(x), f64::from(y));
        Self { x: (x - reach, x + reach), y: (y - reach, y + reach) }
    }
}

/// The largest `f32` that is certainly not above `value`.
#[inline]
pub(crate) fn below(value: f64) -> f32 {
    (value as f32).next_down()
}

/// The smallest `f32` that is certainly not below `value`.
#[inline]
pub(crate) fn above(value: f64) -> f32 {
    (value as f32).next_up()
}

/// An index that can show the entities of an area.
pub trait Index {
    /// The columns it was built from.
    fn entities(&self) -> Entities<'_>;

    /// All entities in canonical order.
    fn order(&self) -> &[Entry];

    /// Their positions along x and along y, in the same order.
    fn positions(&self) -> (&[f32], &[f32]);

    /// The sides of the torus; none if the world is not one.
    fn torus(&self) -> Option<(f32, f32)>;

    /// The smallest rectangle around all entities.
    fn bounds(&self) -> Bounds;

    /// The longer side of a cell: where the search for the nearest begins.
    fn cell_side(&self) -> f32;

    /// Shows every entity of the area in canonical order, in runs of places in [`Index::order`],
    /// with the shift along x and y of the world's image it is seen in; and some that are not in the
    /// area.
    ///
    /// Without a torus each entity is shown at most once and the shift is 0. In a torus each is
    /// shown once for each of its images in the area.
    fn visit<B>(
        &self,
        area: &Area,
        each: impl FnMut(Range<usize>, (f32, f32)) -> ControlFlow<B>,
    ) -> ControlFlow<B>;
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

/// Writes the positions of all entities in the order of an index; all slots are there.
pub(crate) fn place<'a>(
    entities: &Entities<'_>,
    order: &[Entry],
    xs: &'a mut [f32],
    ys: &'a mut [f32],
) -> (&'a [f32], &'a [f32]) {
    let (xs, ys) = (&mut xs[..order.len()], &mut ys[..order.len()]);
    for ((x, y), entry) in xs.iter_mut().zip(ys.iter_mut()).zip(order) {
        (*x, *y) = entities.position(entry.slot());
    }
    (xs, ys)
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

/// Checks lengths and positions; gives the number of entities and their bounds.
pub(crate) fn check(
    entities: &Entities<'_>,
    outside: impl Fn(f32, f32) -> Option<Outside>,
) -> Result<(u32, Bounds), IndexError> {
    let expected = entities.xs.len();
    for (column, found) in [("ys", entities.ys.len()), ("ids", entities.ids.len())] {
        if found != expected {
            return Err(IndexError::LengthMismatch { column, expected, found });
        }
    }
    let count = count_of(expected)?;
    let mut bounds = Bounds {
        low: (f32::INFINITY, f32::INFINITY),
        high: (f32::NEG_INFINITY, f32::NEG_INFINITY),
    };
    for (index, (&x, &y)) in (0..count).zip(entities.xs.iter().zip(entities.ys)) {
        if let Some(Outside { axis, value, limits: (low, high) }) = outside(x, y) {
            return Err(if value.is_finite() {
                IndexError::Outside { axis, index, value, low, high }
            } else {
                IndexError::NotFinite { axis, index, value }
            });
        }
        bounds.low = (smaller(x, bounds.low.0), smaller(y, bounds.low.1));
        bounds.high = (larger(x, bounds.high.0), larger(y, bounds.high.1));
    }
    Ok((count, bounds))
}

fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// A coordinate outside its limits, or not a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outside {
    pub(crate) axis: Axis,
    pub(crate) value: f32,
    pub(crate) limits: (f32, f32),
}

/// The coordinate, if it is not within its limits.
#[inline]
pub(crate) fn outside(axis: Axis, value: f32, limits: (f32, f32)) -> Option<Outside> {
    let inside = value >= limits.0 && value <= limits.1;
    (!inside).then_some(Outside { axis, value, limits })
}

/// The first coordinate above [`MAX_COORDINATE`], if there is one.
#[inline]
pub(crate) fn outside_plane(x: f32, y: f32) -> Option<Outside> {
    const LIMITS: (f32, f32) = (-MAX_COORDINATE, MAX_COORDINATE);
    outside(Axis::X, x, LIMITS).or(outside(Axis::Y, y, LIMITS))
}

pub(crate) fn enough(slice: &'static str, needed: usize, given: usize) -> Result<(), IndexError> {
    if given < needed {
        return Err(IndexError::TooShort { slice, needed, given });
    }
    Ok(())
}

fn count_of(count: usize) -> Result<u32, IndexError> {
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
