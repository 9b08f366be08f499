//! One set of queries over both indices: who is near a point, a segment, in a box, near each
//! other.
//!
//! An index is an [`Index`]: it shows the entities of an area in runs. Everything else is here, in
//! [`Query`], which every [`Index`] has.
//!
//! # Distance
//!
//! The difference of two `f32` coordinates, squared and added: `dx * dx + dy * dy`, and *within*
//! means `d2 < r * r`, strictly. In a torus an entity at `x` is also at `x - side` and
//! `x + side`, each rounded once, and the nearest of these images counts: the same subtraction as
//! in the neighbour pass, never a rounded minimum image.
//!
//! # Order
//!
//! Results are sorted by distance (along a segment: by how far along), then by id; a cap keeps
//! the first of that order. So they depend neither on cells nor on slots. Callbacks get
//! entities in canonical (row, column, id) order, in a torus with the rows and columns of the
//! images below and left of the world before those of the world itself: again as in the pass.
//!
//! # Errors
//!
//! A query that cannot be answered as asked says why in a [`QueryError`], before anything is
//! written or called back.
//!
//! Areas are widened by more than all rounding of the distances, in `f64`; the test of each
//! entity is then exact. So an area too wide costs time, never a wrong result.

use core::ops::ControlFlow;

use flockwork_kernel::isa::{self, Isa};

use crate::Entry;
use crate::index::{Area, Bounds, Index};

mod error;
mod inputs;
mod near;
mod ranked;

pub use error::QueryError;
pub use ranked::{Hit, SegmentHit};

use inputs::{reach, results, usable_box, usable_point, usable_radius, usable_segment};
use ranked::Best;

/// The queries.
///
/// `x` and `y` must be within the world in a torus, and within
/// [`MAX_COORDINATE`](crate::index::MAX_COORDINATE) elsewhere. A radius is any number from 1e-18
/// to 1e18, whatever the radius of the grid, but below half of either side of a torus.
pub trait Query: Index {
    /// Calls `each` with every entity within `r` of a point, in canonical order, until it breaks.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius.
    fn visit_radius<B>(
        &self,
        x: f32,
        y: f32,
        r: f32,
        mut each: impl FnMut(Hit) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, QueryError> {
        usable_radius(self.torus(), r)?;
        usable_point(self.torus(), x, y)?;
        let area = Area::around((x, y), reach(self.torus(), r, 0.0));
        Ok(near::visit(
            self,
            area,
            (x, y),
            r * r,
            #[inline(always)]
            |entry, d2, _| each(Hit { id: entry.id(), slot: entry.slot(), d2 }),
        ))
    }

    /// Counts the entities within `r` of a point.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius.
    fn count_radius(&self, x: f32, y: f32, r: f32) -> Result<u32, QueryError> {
        let mut count = 0;
        let _ = self.visit_radius(
            x,
            y,
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
        x: f32,
        y: f32,
        r: f32,
        out: &mut [Hit],
        max_results: usize,
    ) -> Result<usize, QueryError> {
        let mut best = Best::new(results(out, max_results)?);
        let _ = self.visit_radius(
            x,
            y,
            r,
            #[inline(always)]
            |hit| {
                best.offer(hit);
                ControlFlow::<()>::Continue(())
            },
        )?;
        Ok(best.finish())
    }

    /// Writes the `k` entities nearest to a point to `out`, by (d2, id), and gives their number:
    /// fewer if there are fewer.
    ///
    /// Looks in a square around the point, and again in one of twice the side until `k` are
    /// found inside its circle or the square holds everything: at most some 130 times, since a
    /// side cannot double more often between the smallest and the largest coordinate.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point, for `k` 0, and if `out` has fewer than `k` places;
    /// `out` is unchanged.
    fn nearest(&self, x: f32, y: f32, k: usize, out: &mut [Hit]) -> Result<usize, QueryError> {
        let out = results(out, k)?;
        usable_point(self.torus(), x, y)?;
        if self.order().is_empty() {
            return Ok(0);
        }
        let everything = everything_within(self, x, y);
        let mut r = first_reach(self, x, y);
        loop {
            let whole = k >= self.order().len() || f64::from(r) >= everything;
            let within = if whole { f32::INFINITY } else { r * r };
            let half = if whole { everything } else { reach(self.torus(), r, 0.0) };
            let mut best = Best::new(&mut *out);
            let area = Area::around((x, y), half);
            let _ = near::visit(self, area, (x, y), within, |entry, d2, shift| {
                if is_closest(self, entry, (x, y), shift) {
                    best.offer(Hit { id: entry.id(), slot: entry.slot(), d2 });
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
    /// The box is half-open: `low <= position < high` along both axes, so boxes side by side
    /// never share an entity. In a torus a box may cross the seam: `low` is from `-side` to
    /// `side`, and `high` at most `low + side`; each entity with an image in it is found once.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for a box that is not a number, upside down or too wide for the torus, for
    /// `max_results` 0, and if `out` has fewer places than that; `out` is unchanged.
    fn box_query(
        &self,
        low: (f32, f32),
        high: (f32, f32),
        out: &mut [Entry],
        max_results: usize,
    ) -> Result<usize, QueryError> {
        usable_box(self.torus(), low, high)?;
        let mut best = Best::new(results(out, max_results)?);
        let wide = reach(self.torus(), 0.0, 0.0);
        let area = Area {
            x: (f64::from(low.0) - wide, f64::from(high.0) + wide),
            y: (f64::from(low.1) - wide, f64::from(high.1) + wide),
        };
        let _ = scan(self, &area, |entry, _, shift| {
            if is_first_inside(self, entry, (low, high), shift) {
                best.offer(entry);
            }
            ControlFlow::<()>::Continue(())
        });
        Ok(best.finish())
    }

    /// Writes the entities within `segment.radius` of a segment to `out`, by (t, id), at most
    /// `max_results`, and gives their number: a ray cast, or a sweep of a disc.
    ///
    /// `t` is the place along the segment that is nearest to the entity, from 0 to 1.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius, for a segment too long for the torus, for
    /// `max_results` 0, and if `out` has fewer places than that; `out` is unchanged.
    fn segment(
        &self,
        segment: &Segment,
        out: &mut [SegmentHit],
        max_results: usize,
    ) -> Result<usize, QueryError> {
        usable_segment(self.torus(), segment)?;
        let mut best = Best::new(results(out, max_results)?);
        let (dx, dy) = segment.step();
        let (x, y) = (f64::from(segment.from.0), f64::from(segment.from.1));
        let (end_x, end_y) = (x + f64::from(dx), y + f64::from(dy));
        let wide = reach(self.torus(), segment.radius, dx.abs() + dy.abs());
        let (x, y) = (ordered(x, end_x), ordered(y, end_y));
        let area = Area { x: (x.0 - wide, x.1 + wide), y: (y.0 - wide, y.1 + wide) };
        let _ = scan(self, &area, |entry, position, _| {
            let (t, d2) = segment.nearest_to(position);
            if d2 < segment.radius * segment.radius {
                best.offer(SegmentHit { id: entry.id(), slot: entry.slot(), t, d2 });
            }
            ControlFlow::<()>::Continue(())
        });
        Ok(best.finish())
    }

    /// The first entity along a segment: what [`Query::segment`] would write first.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable point or radius, or a segment too long for the torus.
    fn first_on_segment(&self, segment: &Segment) -> Result<Option<SegmentHit>, QueryError> {
        let mut first = [SegmentHit::default()];
        let found = self.segment(segment, &mut first, 1)?;
        Ok((found > 0).then_some(first[0]))
    }

    /// Calls `each` with every pair of entities within `r` of each other, once, the lower id
    /// first, until it breaks.
    ///
    /// The order is that of the lower id's entities, and for each of them that of
    /// [`Query::visit_radius`] around it. The distance is the one seen from the lower id, which
    /// across the seam of a torus may differ from the other one in its last bit.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for an unusable radius.
    fn pairs_within<B>(
        &self,
        r: f32,
        each: impl FnMut(Entry, Entry, f32) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, QueryError> {
        usable_radius(self.torus(), r)?;
        let wide = reach(self.torus(), r, 0.0);
        Ok(isa::dispatch(Pairs { index: self, wide, limit: r * r, each }))
    }
}

impl<T: Index + ?Sized> Query for T {}

/// A way from one point to another, and how far to its sides to look.
///
/// In a torus `from` is within the world and `to` may lie beyond the seam, so that it says which
/// way round is meant; along each axis, the way and twice the radius together must be below
/// 0.9999 of the side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Where it begins.
    pub from: (f32, f32),
    /// Where it ends.
    pub to: (f32, f32),
    /// How far entities may be from it.
    pub radius: f32,
}

impl Segment {
    /// The way along x and y.
    pub(crate) fn step(&self) -> (f32, f32) {
        (self.to.0 - self.from.0, self.to.1 - self.from.1)
    }

    /// The place along the segment (0 to 1) that is nearest to a point, and the squared distance
    /// from there. A segment too short to have a direction is a point.
    #[inline]
    pub(crate) fn nearest_to(&self, (px, py): (f32, f32)) -> (f32, f32) {
        let (dx, dy) = self.step();
        let (x, y) = (px - self.from.0, py - self.from.1);
        let length2 = squared(dx, dy);
        let along = x * dx + y * dy;
        let t = if length2 > 0.0 && along > 0.0 {
            if along < length2 { along / length2 } else { 1.0 }
        } else {
            0.0
        };
        (t, squared(x - t * dx, y - t * dy))
    }
}

/// The smaller and the larger of two numbers.
fn ordered(a: f64, b: f64) -> (f64, f64) {
    if a < b { (a, b) } else { (b, a) }
}

#[inline(always)]
pub(crate) fn squared(dx: f32, dy: f32) -> f32 {
    dx * dx + dy * dy
}

/// All pairs within a distance, with the best instructions there are.
struct Pairs<'a, T: ?Sized, F> {
    index: &'a T,
    /// The half side of a square around an entity that holds all others within the distance.
    wide: f64,
    limit: f32,
    each: F,
}

impl<T, B, F> isa::Task for Pairs<'_, T, F>
where
    T: Index + ?Sized,
    F: FnMut(Entry, Entry, f32) -> ControlFlow<B>,
{
    type Output = ControlFlow<B>;

    #[inline(always)]
    fn run<S: Isa>(self) -> ControlFlow<B> {
        let Self { index, wide, limit, mut each } = self;
        let (xs, ys) = index.positions();
        for ((&low, &x), &y) in index.order().iter().zip(xs).zip(ys) {
            near::look::<S, T, B>(
                index,
                &Area::around((x, y), wide),
                (x, y),
                limit,
                &mut |high: Entry, d2, _| {
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

/// Shows each entity that may be in an area: its position in the image, and the image's shift.
#[inline]
fn scan<T: Index + ?Sized, B>(
    index: &T,
    area: &Area,
    mut each: impl FnMut(Entry, (f32, f32), (f32, f32)) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let (order, (xs, ys)) = (index.order(), index.positions());
    index.visit(area, |run, shift| {
        for at in run {
            each(order[at], (xs[at] + shift.0, ys[at] + shift.1), shift)?;
        }
        ControlFlow::Continue(())
    })
}

/// The half side of a square around a point that holds every entity in its nearest image.
fn everything_within<T: Index + ?Sized>(index: &T, x: f32, y: f32) -> f64 {
    if let Some((width, height)) = index.torus() {
        return f64::from(if width > height { width } else { height }) * 0.501;
    }
    let Bounds { low, high } = index.bounds();
    let furthest = |at: f32, low: f32, high: f32| {
        let (at, low, high) = (f64::from(at), f64::from(low), f64::from(high));
        ordered(at - low, high - at).1
    };
    ordered(furthest(x, low.0, high.0), furthest(y, low.1, high.1)).1 * 1.001
}

/// How far to look first: a cell beyond the nearest side of the bounds.
fn first_reach<T: Index + ?Sized>(index: &T, x: f32, y: f32) -> f32 {
    if index.torus().is_some() {
        return index.cell_side() * 0.5;
    }
    let Bounds { low, high } = index.bounds();
    let gap = |at: f32, low: f32, high: f32| {
        if at < low {
            low - at
        } else if at > high {
            at - high
        } else {
            0.0
        }
    };
    let (gap_x, gap_y) = (gap(x, low.0, high.0), gap(y, low.1, high.1));
    index.cell_side() * 0.5 + if gap_x > gap_y { gap_x } else { gap_y }
}

/// Whether the image of an entity is its nearest one to a point; of two as near, the first.
fn is_closest<T: Index + ?Sized>(
    index: &T,
    entry: Entry,
    (x, y): (f32, f32),
    shift: (f32, f32),
) -> bool {
    let Some((width, height)) = index.torus() else {
        return true;
    };
    let closest = |at: f32, from: f32, side: f32| {
        let mut best = (f32::INFINITY, 0.0);
        for shift in [-side, 0.0, side] {
            let distance = (at + shift - from).abs();
            if distance < best.0 {
                best = (distance, shift);
            }
        }
        best.1
    };
    let (px, py) = index.entities().position(entry.slot());
    (closest(px, x, width), closest(py, y, height)) == shift
}

/// Whether the image of an entity is its first one in a half-open box.
fn is_first_inside<T: Index + ?Sized>(
    index: &T,
    entry: Entry,
    (low, high): ((f32, f32), (f32, f32)),
    shift: (f32, f32),
) -> bool {
    let (x, y) = index.entities().position(entry.slot());
    let Some((width, height)) = index.torus() else {
        return x >= low.0 && x < high.0 && y >= low.1 && y < high.1;
    };
    let first = |at: f32, low: f32, high: f32, side: f32| {
        [-side, 0.0, side].into_iter().find(|shift| at + shift >= low && at + shift < high)
    };
    first(x, low.0, high.0, width) == Some(shift.0)
        && first(y, low.1, high.1, height) == Some(shift.1)
}
