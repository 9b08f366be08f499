//! One set of queries over both indices: who is near a point, a segment, in a box, near each
//! other.
//!
//! An index is [`Indexed`]: it shows the entities of an area in runs. Everything else is here, in
//! [`Query`], which all that is [`Indexed`] has.
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
//! Areas are widened by more than all rounding of the distances; the test of each entity is then
//! exact. So an area too wide costs time, never a wrong result.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::{Vec2, World, Edge};
//! use flockwork_spatial::{CellIndex, Grid, Hit, Query, Segment};
//!
//! let places = [[1.0, 1.0], [1.5, 1.0], [4.0, 4.0], [9.9, 9.9]];
//! let grid = Grid::new(World::new(10.0, 10.0, Edge::Periodic)?, 1.0, 4)?;
//! let mut memory = [0; 256];
//! let index = CellIndex::build(grid, &places, &mut memory)?;
//! // Within a radius: counted, one by one, the nearest of them; the corner is nearer across the seam.
//! assert_eq!(index.count_radius([1.1, 1.0], 0.5)?, 2);
//! assert_eq!(index.within([1.1, 1.0], 0.5)?.map(|hit| hit.slot).collect::<Vec<_>>(), [0, 1]);
//! assert_eq!(index.nearest_few::<1>([0.2, 0.2])?[0].slot, 3);
//! // In a box, along a ray, and each pair once.
//! assert_eq!(index.inside([3.0, 3.0], [5.0, 5.0])?.count(), 1);
//! let ray = Segment { from: Vec2::new(0.0, 1.0), to: Vec2::new(3.0, 1.0), radius: 0.1 };
//! assert_eq!(index.first_on_segment(&ray)?.map(|hit| hit.slot), Some(0));
//! assert_eq!(index.pairs(1.0)?.count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use core::ops::ControlFlow;

use flockwork_kernel::Vector;
use flockwork_kernel::axes::Axes;
use flockwork_kernel::isa;

use crate::Entry;
use crate::index::{Area, Indexed, Periods};
use crate::points::{Point, Points};

mod batch;
mod closest;
mod error;
mod inputs;
mod iterate;
mod near;
mod nearest;
mod pairs;
mod ranked;
mod segment;

pub use error::QueryError;
pub use iterate::{Along, Inside, Pairs, Within};
pub use ranked::{Hit, SegmentHit};
pub use segment::Segment;

use closest::Closest;
pub(crate) use inputs::{reach, usable_radius};
use inputs::{results, usable_box, usable_point, usable_segment};
use nearest::{everything_within, first_reach, is_closest};
use pairs::AllPairs;
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
        let (periods, at) = (self.periods(), at.vector());
        usable_radius(&periods, r)?;
        usable_point(&periods, at)?;
        let area = Area::around(at, reach(&periods, r, 0.0));
        Ok(isa::dispatch(near::Count { index: self, area, at, limit: r * r }))
    }

    /// Counts the entities within `r` of each of many points: `out[i]` is for the point in slot `i`.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius or for the first unusable point, and if `out` has fewer
    /// places than there are points; `out` is unchanged.
    fn count_at(
        &self,
        points: &(impl Points<Self::Axes> + ?Sized),
        r: f32,
        out: &mut [u32],
    ) -> Result<(), QueryError> {
        let wide = batch::usable(self, points, r)?;
        let (needed, given) = (points.len(), out.len());
        let out = out.get_mut(..needed).ok_or(QueryError::OutTooShort { needed, given })?;
        isa::dispatch(batch::CountAt { index: self, points, wide, limit: r * r, out });
        Ok(())
    }

    /// Calls `each` with every entity within `r` of each of many points, until it breaks: with the
    /// slot of the point, these in order, and for each of them as [`Query::visit_radius`].
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius or for the first unusable point.
    fn visit_at<B>(
        &self,
        points: &(impl Points<Self::Axes> + ?Sized),
        r: f32,
        each: impl FnMut(u32, Hit) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, QueryError> {
        let wide = batch::usable(self, points, r)?;
        Ok(isa::dispatch(batch::VisitAt { index: self, points, wide, limit: r * r, each }))
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
        let out = results(out, max_results)?;
        let (periods, at) = (self.periods(), at.vector());
        usable_radius(&periods, r)?;
        usable_point(&periods, at)?;
        let (area, limit) = (Area::around(at, reach(&periods, r, 0.0)), r * r);
        let closest = Closest { index: self, area, at, limit, out: &mut *out };
        if let Some(found) = isa::dispatch(closest) {
            return Ok(found.min(out.len()));
        }
        let (order, mut best) = (self.order(), Best::new(out));
        let _ = near::visit(
            self,
            area,
            at,
            limit,
            #[inline(always)]
            |place, d2, _| {
                best.offer(Hit::of(order[place], d2));
                ControlFlow::<()>::Continue(())
            },
        );
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
        let mut r = first_reach(self, at, k);
        loop {
            let whole = k >= self.order().len() || r >= everything;
            let within = if whole { f32::INFINITY } else { r * r };
            let half = if whole { everything } else { reach(&periods, r, 0.0) };
            // Else no entity is seen twice.
            let twice = periods.iter().flatten().any(|length| half > length * 0.49);
            let area = Area::around(at, half);
            if !whole && !twice {
                let closest = Closest { index: self, area, at, limit: within, out: &mut *out };
                match isa::dispatch(closest) {
                    Some(found) if found >= k => return Ok(k),
                    Some(_) => {
                        r *= 2.0;
                        continue;
                    }
                    None => {}
                }
            }
            let mut best = Best::new(&mut *out);
            let _ = near::visit(
                self,
                area,
                at,
                within,
                #[inline(always)]
                |place, d2, shift| {
                    if !twice || is_closest(&periods, places.at(place), at, shift) {
                        best.offer(Hit::of(order[place], d2));
                    }
                    ControlFlow::<()>::Continue(())
                },
            );
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
    /// The order is that of the entity that comes first in canonical order, and for each of them that
    /// of [`Query::visit_radius`] around it, of which it meets those that come after it. The distance is
    /// the one seen from the lower id, which across a seam may differ from the other one in its last
    /// bit.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius.
    fn pairs_within<B>(
        &self,
        r: f32,
        each: impl FnMut(Entry, Entry, f32) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, QueryError> {
        usable_radius(&self.periods(), r)?;
        Ok(isa::dispatch(AllPairs { index: self, r, each }))
    }
}

impl<T: Indexed + ?Sized> Query for T {}

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
