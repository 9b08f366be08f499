//! One set of queries over both indices: who is near a point, a segment, in a box, near each
//! other.
//!
//! An index is an [`Indexed`]: it shows the entities of an area in runs. Everything else is here, in
//! [`Query`], which every [`Indexed`] has.
//!
//! # Distance
//!
//! The difference of two `f32` coordinates, squared and added: `dx * dx + dy * dy`, in space
//! `+ dz * dz`, and *within* means `d2 < r * r`, strictly. Along a periodic axis an entity at `x` is
//! also at `x - length` and `x + length`, each rounded once, and the nearest of these images counts:
//! the same subtraction as in the neighbour pass, never a rounded minimum image.
//!
//! # Order
//!
//! Results are sorted by distance (along a segment: by how far along), then by id; a cap keeps
//! the first of that order. So they depend neither on cells nor on slots. Callbacks get
//! entities in canonical (layer, row, column, id) order; along periodic axes the lines of the
//! images below the world come before those of the world itself: again as in the pass.
//!
//! # Errors
//!
//! A query that cannot be answered as asked says why in a [`QueryError`], before anything is
//! written or called back.
//!
//! Areas are widened by more than all rounding of the distances, in `f64`; the test of each
//! entity is then exact. So an area too wide costs time, never a wrong result.

use core::ops::ControlFlow;

use flockwork_kernel::Vector;
use flockwork_kernel::axes::{Axes, Plane, Third};
use flockwork_kernel::isa::{self, Isa};

use crate::Entry;
use crate::index::{Area, Bounds, Indexed, Periods, larger};
use crate::points::Point;

mod error;
mod inputs;
mod iterate;
mod near;
mod ranked;

pub use error::QueryError;
pub use iterate::{Along, Inside, Pairs, Within};
pub use ranked::{Hit, SegmentHit};

pub(crate) use inputs::{reach, usable_radius};
use inputs::{results, usable_box, usable_point, usable_segment};
use ranked::Best;

/// The queries.
///
/// A point must be within the world along periodic axes, and within
/// [`MAX_COORDINATE`](crate::index::MAX_COORDINATE) along the others. A radius is any number from
/// 1e-18 to 1e18, whatever the radius of the grid, but below half of the length of every periodic
/// axis.
pub trait Query: Indexed {
    /// Calls `each` with every entity within `r` of a point, in canonical order, until it breaks.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius.
    fn visit_radius<B>(
        &self,
        at: impl Point<Self::Axes>,
        r: f32,
        mut each: impl FnMut(Hit) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, QueryError> {
        let (periods, at) = (self.periods(), at.vector());
        usable_radius(&periods, r)?;
        usable_point(&periods, at)?;
        let area = Area::around(at, reach(&periods, r, 0.0));
        let order = self.order();
        Ok(near::visit(
            self,
            area,
            at,
            r * r,
            #[inline(always)]
            |place, d2, _| each(Hit::of(order[place], d2)),
        ))
    }

    /// The entities within `r` of a point, in canonical order.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius.
    fn within(&self, at: impl Point<Self::Axes>, r: f32) -> Result<Within<'_, Self>, QueryError> {
        let (periods, at) = (self.periods(), at.vector());
        usable_radius(&periods, r)?;
        usable_point(&periods, at)?;
        Ok(Within::new(self, at, r))
    }

    /// Counts the entities within `r` of a point.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius.
    fn count_radius(&self, at: impl Point<Self::Axes>, r: f32) -> Result<u32, QueryError> {
        let mut count = 0;
        let _ = self.visit_radius(
            at,
            r,
            #[inline(always)]
            |_| {
                count += 1;
                ControlFlow::<()>::Continue(())
            },
        )?;
        Ok(count)
    }

    /// Writes the entities within `r` of a point to `out`, by (d2, id), at most `max_results`,
    /// and gives their number.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius, for `max_results` 0, and if `out` has
    /// fewer places than that; `out` is unchanged.
    fn radius(
        &self,
        at: impl Point<Self::Axes>,
        r: f32,
        out: &mut [Hit],
        max_results: usize,
    ) -> Result<usize, QueryError> {
        let mut best = Best::new(results(out, max_results)?);
        let _ = self.visit_radius(
            at,
            r,
            #[inline(always)]
            |hit| {
                best.offer(hit);
                ControlFlow::<()>::Continue(())
            },
        )?;
        Ok(best.finish())
    }

    /// The `N` entities within `r` of a point that are nearest, by (d2, id); fewer if there are fewer.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius, and for an `N` of 0.
    fn nearest_within<const N: usize>(
        &self,
        at: impl Point<Self::Axes>,
        r: f32,
    ) -> Result<heapless::Vec<Hit, N>, QueryError> {
        let mut hits = heapless::Vec::from_array([Hit::default(); N]);
        let found = self.radius(at, r, &mut hits, N)?;
        hits.truncate(found);
        Ok(hits)
    }

    /// The `N` entities nearest to a point, by (d2, id); fewer if there are fewer.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point, and for an `N` of 0.
    fn nearest_few<const N: usize>(
        &self,
        at: impl Point<Self::Axes>,
    ) -> Result<heapless::Vec<Hit, N>, QueryError> {
        let mut hits = heapless::Vec::from_array([Hit::default(); N]);
        let found = self.nearest(at, N, &mut hits)?;
        hits.truncate(found);
        Ok(hits)
    }

    /// The `k` entities nearest to a point, by (d2, id); fewer if there are fewer.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point, and for `k` 0.
    #[cfg(feature = "alloc")]
    fn nearest_k(
        &self,
        at: impl Point<Self::Axes>,
        k: usize,
    ) -> Result<alloc::vec::Vec<Hit>, QueryError> {
        // There are never more.
        let most = k.min(self.order().len().max(1));
        let mut hits = alloc::vec![Hit::default(); most];
        let found = self.nearest(at, most, &mut hits)?;
        hits.truncate(found);
        Ok(hits)
    }

    /// Writes the `k` entities nearest to a point to `out`, by (d2, id), and gives their number:
    /// fewer if there are fewer.
    ///
    /// Looks in a square (in space, a cube) around the point, and again in one of twice the side
    /// until `k` are found inside its circle or it holds everything: at most some 130 times, since a
    /// side cannot double more often between the smallest and the largest coordinate.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point, for `k` 0, and if `out` has fewer than `k` places;
    /// `out` is unchanged.
    fn nearest(
        &self,
        at: impl Point<Self::Axes>,
        k: usize,
        out: &mut [Hit],
    ) -> Result<usize, QueryError> {
        let out = results(out, k)?;
        let (periods, at) = (self.periods(), at.vector());
        usable_point(&periods, at)?;
        if self.order().is_empty() {
            return Ok(0);
        }
        let (order, places) = (self.order(), self.positions());
        let everything = everything_within(self, at);
        let mut r = first_reach(self, at);
        loop {
            let whole = k >= self.order().len() || f64::from(r) >= everything;
            let within = if whole { f32::INFINITY } else { r * r };
            let half = if whole { everything } else { reach(&periods, r, 0.0) };
            let mut best = Best::new(&mut *out);
            let area = Area::around(at, half);
            let _ = near::visit(self, area, at, within, |place, d2, shift| {
                if is_closest(&periods, places.at(place), at, shift) {
                    best.offer(Hit::of(order[place], d2));
                }
                ControlFlow::<()>::Continue(())
            });
            let found = best.finish();
            if whole || found == k {
                return Ok(found);
            }
            r *= 2.0;
        }
    }

    /// Writes the entities in a box to `out`, by id, at most `max_results`, and gives their
    /// number. A cap keeps the lowest ids.
    ///
    /// The box is half-open: `low <= position < high` along every axis, so boxes side by side
    /// never share an entity. Along a periodic axis it may cross the seam: `low` is from `-length`
    /// to `length`, and `high` at most `low + length`; each entity with an image in it is found
    /// once.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for a box that is not a number, upside down or too wide for a periodic axis,
    /// for `max_results` 0, and if `out` has fewer places than that; `out` is unchanged.
    fn box_query(
        &self,
        low: impl Point<Self::Axes>,
        high: impl Point<Self::Axes>,
        out: &mut [Entry],
        max_results: usize,
    ) -> Result<usize, QueryError> {
        let (periods, low, high) = (self.periods(), low.vector(), high.vector());
        usable_box(&periods, low, high)?;
        let mut best = Best::new(results(out, max_results)?);
        let area = Area::between(low, high, reach(&periods, 0.0, 0.0));
        let (order, places) = (self.order(), self.positions());
        let _ = scan(self, &area, |place, _, shift| {
            if is_first_inside(&periods, places.at(place), (low, high), shift) {
                best.offer(order[place]);
            }
            ControlFlow::<()>::Continue(())
        });
        Ok(best.finish())
    }

    /// The entities in a box, in canonical order. The box is as for [`Query::box_query`].
    ///
    /// # Errors
    ///
    /// [`QueryError`] for a box that is not a number, upside down or too wide for a periodic axis.
    fn inside(
        &self,
        low: impl Point<Self::Axes>,
        high: impl Point<Self::Axes>,
    ) -> Result<Inside<'_, Self>, QueryError> {
        let (low, high) = (low.vector(), high.vector());
        usable_box(&self.periods(), low, high)?;
        Ok(Inside::new(self, low, high))
    }

    /// The entities within `segment.radius` of a segment, in canonical order, which is not that of
    /// their places along it.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius, or a segment too long for a periodic axis.
    fn along(&self, segment: &Segment<Self::Axes>) -> Result<Along<'_, Self>, QueryError> {
        usable_segment(&self.periods(), segment)?;
        Ok(Along::new(self, segment))
    }

    /// Writes the entities within `segment.radius` of a segment to `out`, by (t, id), at most
    /// `max_results`, and gives their number: a ray cast, or a sweep of a disc
    /// or a sphere.
    ///
    /// `t` is the place along the segment that is nearest to the entity, from 0 to 1.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius, for a segment too long for a periodic
    /// axis, for `max_results` 0, and if `out` has fewer places than that; `out` is unchanged.
    fn segment(
        &self,
        segment: &Segment<Self::Axes>,
        out: &mut [SegmentHit],
        max_results: usize,
    ) -> Result<usize, QueryError> {
        let periods = self.periods();
        usable_segment(&periods, segment)?;
        let mut best = Best::new(results(out, max_results)?);
        let order = self.order();
        let _ = scan(self, &segment.area(&periods), |place, position, _| {
            if let Some(hit) = segment.hit(order[place], position) {
                best.offer(hit);
            }
            ControlFlow::<()>::Continue(())
        });
        Ok(best.finish())
    }

    /// The first entity along a segment: what [`Query::segment`] would write first.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius, or a segment too long for a periodic axis.
    fn first_on_segment(
        &self,
        segment: &Segment<Self::Axes>,
    ) -> Result<Option<SegmentHit>, QueryError> {
        let mut first = [SegmentHit::default()];
        let found = self.segment(segment, &mut first, 1)?;
        Ok((found > 0).then_some(first[0]))
    }

    /// The pairs of entities within `r` of each other, in the order of [`Query::pairs_within`], which
    /// is the faster one.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius.
    fn pairs(&self, r: f32) -> Result<Pairs<'_, Self>, QueryError> {
        usable_radius(&self.periods(), r)?;
        Ok(Pairs::new(self, r))
    }

    /// Calls `each` with every pair of entities within `r` of each other, once, the lower id
    /// first, until it breaks.
    ///
    /// The order is that of the lower id's entities, and for each of them that of
    /// [`Query::visit_radius`] around it. The distance is the one seen from the lower id, which
    /// across a seam may differ from the other one in its last bit.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius.
    fn pairs_within<B>(
        &self,
        r: f32,
        each: impl FnMut(Entry, Entry, f32) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, QueryError> {
        let periods = self.periods();
        usable_radius(&periods, r)?;
        let wide = reach(&periods, r, 0.0);
        Ok(isa::dispatch(AllPairs { index: self, wide, limit: r * r, each }))
    }
}

impl<T: Indexed + ?Sized> Query for T {}

/// A way from one point to another, and how far to its sides to look.
///
/// Along a periodic axis `from` is within the world and `to` may lie beyond the seam, so that it
/// says which way round is meant; the way and twice the radius together must be below 0.9999 of the
/// length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment<A: Axes = Plane> {
    /// Where it begins.
    pub from: Vector<A>,
    /// Where it ends.
    pub to: Vector<A>,
    /// How far entities may be from it.
    pub radius: f32,
}

impl<A: Axes> Segment<A> {
    /// The way from one end to the other.
    pub(crate) fn step(&self) -> Vector<A> {
        self.to - self.from
    }

    /// The box that holds everything within the radius.
    #[inline(always)]
    fn area(&self, periods: &Periods) -> Area {
        let step = self.step();
        // No shorter than the segment.
        let length = step.x.abs() + step.y.abs() + step.z.or(0.0).abs();
        let wide = reach(periods, self.radius, length);
        Area(core::array::from_fn(|axis| {
            let from = f64::from(self.from.along(axis));
            let (low, high) = ordered(from, from + f64::from(step.along(axis)));
            (low - wide, high + wide)
        }))
    }

    /// What is said of an entity at this position, if it is within the radius.
    #[inline(always)]
    fn hit(&self, entry: Entry, position: Vector<A>) -> Option<SegmentHit> {
        let (t, d2) = self.nearest_to(position);
        let hit = SegmentHit { id: entry.id(), slot: entry.slot(), t, d2 };
        (d2 < self.radius * self.radius).then_some(hit)
    }

    /// The place along the segment (0 to 1) that is nearest to a point, and the squared distance
    /// from there. A segment too short to have a direction is a point.
    #[inline]
    pub(crate) fn nearest_to(&self, point: Vector<A>) -> (f32, f32) {
        let step = self.step();
        let way = point - self.from;
        let length2 = step.length_squared();
        let along = way.dot(step);
        let t = if length2 > 0.0 && along > 0.0 {
            if along < length2 { along / length2 } else { 1.0 }
        } else {
            0.0
        };
        (t, (way - step * t).length_squared())
    }
}

/// The smaller and the larger of two numbers.
fn ordered(a: f64, b: f64) -> (f64, f64) {
    if a < b { (a, b) } else { (b, a) }
}

/// All pairs within a distance, with the best instructions there are.
struct AllPairs<'a, T: ?Sized, F> {
    index: &'a T,
    /// The half side of a square or cube around an entity that holds all others within the distance.
    wide: f64,
    limit: f32,
    each: F,
}

impl<T, B, F> isa::Task for AllPairs<'_, T, F>
where
    T: Indexed + ?Sized,
    F: FnMut(Entry, Entry, f32) -> ControlFlow<B>,
{
    type Output = ControlFlow<B>;

    #[inline(always)]
    fn run<S: Isa>(self) -> ControlFlow<B> {
        let Self { index, wide, limit, mut each } = self;
        let (order, places) = (index.order(), index.positions());
        for (at, &low) in order.iter().enumerate() {
            let place = places.at(at);
            near::look::<S, T, B>(
                index,
                &Area::around(place, wide),
                place,
                limit,
                &mut |high, d2, _| {
                    let high = order[high];
                    if high.id() > low.id() {
                        each(low, high, d2)
                    } else {
                        ControlFlow::Continue(())
                    }
                },
            )?;
        }
        ControlFlow::Continue(())
    }
}

/// Shows each entity that may be in an area: its place in the order, its position in the image, and
/// the image's shift.
#[inline]
fn scan<T: Indexed + ?Sized, B>(
    index: &T,
    area: &Area,
    mut each: impl FnMut(usize, Vector<T::Axes>, Vector<T::Axes>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let places = index.positions();
    index.visit(area, |run, shift| {
        for at in run {
            each(at, places.at(at) + shift, shift)?;
        }
        ControlFlow::Continue(())
    })
}

/// The half side of a cube around a point that holds every entity in its nearest image.
fn everything_within<T: Indexed + ?Sized>(index: &T, at: Vector<T::Axes>) -> f64 {
    let (Bounds { low, high }, periods) = (index.bounds(), index.periods());
    let along = |axis: usize| {
        if let Some(length) = periods[axis] {
            return f64::from(length) * 0.501;
        }
        let value = |place: Vector<T::Axes>| f64::from(place.along(axis));
        ordered(value(at) - value(low), value(high) - value(at)).1 * 1.001
    };
    (0..T::Axes::COUNT).map(along).fold(0.0, |far, one| ordered(far, one).1)
}

/// How far to look first: a cell beyond the nearest side of the bounds.
fn first_reach<T: Indexed + ?Sized>(index: &T, at: Vector<T::Axes>) -> f32 {
    let (Bounds { low, high }, periods) = (index.bounds(), index.periods());
    let gap = |axis: usize| {
        let (at, low, high) = (at.along(axis), low.along(axis), high.along(axis));
        if periods[axis].is_some() {
            0.0
        } else if at < low {
            low - at
        } else if at > high {
            at - high
        } else {
            0.0
        }
    };
    index.cell_side() * 0.5 + (0..T::Axes::COUNT).map(gap).fold(0.0, larger)
}

/// Whether the image of an entity is its nearest one to a point; of two as near, the first.
#[inline]
fn is_closest<A: Axes>(
    periods: &Periods,
    place: Vector<A>,
    at: Vector<A>,
    shift: Vector<A>,
) -> bool {
    let closest = |place: f32, at: f32, length: f32| {
        let mut best = (f32::INFINITY, 0.0);
        for shift in [-length, 0.0, length] {
            let distance = (place + shift - at).abs();
            if distance < best.0 {
                best = (distance, shift);
            }
        }
        best.1
    };
    (0..A::COUNT).all(|axis| {
        periods[axis].is_none_or(|length| {
            closest(place.along(axis), at.along(axis), length) == shift.along(axis)
        })
    })
}

/// Whether the image of an entity is its first one in a half-open box.
#[inline]
fn is_first_inside<A: Axes>(
    periods: &Periods,
    place: Vector<A>,
    (low, high): (Vector<A>, Vector<A>),
    shift: Vector<A>,
) -> bool {
    (0..A::COUNT).all(|axis| {
        let (low, high) = (low.along(axis), high.along(axis));
        let inside = |shift: f32| {
            let image = place.along(axis) + shift;
            image >= low && image < high
        };
        match periods[axis] {
            None => inside(0.0),
            Some(length) => {
                [-length, 0.0, length].into_iter().find(|&shift| inside(shift))
                    == Some(shift.along(axis))
            }
        }
    })
}
