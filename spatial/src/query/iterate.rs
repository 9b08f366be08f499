//! Queries as iterators: entities one by one in canonical order, as the program asks for them.
//!
//! Nothing is allocated, and nothing is looked at before it is asked for. They look at eight entities
//! at a time with the instructions that the build is for; a visitor, such as
//! [`Query::visit_radius`](super::Query::visit_radius), has the best ones that the processor has.

use core::ops::Range;

use flockwork_kernel::isa::Baseline;
use flockwork_kernel::simd::{F32x8, Vector8};
use flockwork_kernel::{LANES, Vector};

use super::inputs::reach;
use super::near::first;
use super::{Hit, Segment, SegmentHit, is_first_inside};
use crate::Entry;
use crate::index::{Area, Indexed, Periods};

/// The entities within a radius of a point: see [`Query::within`](super::Query::within).
#[derive(Debug)]
pub struct Within<'a, T: Indexed + ?Sized + 'a> {
    index: &'a T,
    runs: T::Runs<'a>,
    /// What is left of a run, and its shift.
    run: Range<usize>,
    shift: Vector<T::Axes>,
    point: Vector<T::Axes>,
    limit: f32,
    /// Eight places from `from` on: those not yet shown that are near, as bits, and their distances.
    from: usize,
    near: u32,
    d2: [f32; LANES],
}

impl<'a, T: Indexed + ?Sized> Within<'a, T> {
    /// Around a usable point, with a usable radius.
    pub(super) fn new(index: &'a T, point: Vector<T::Axes>, r: f32) -> Self {
        let area = Area::around(point, reach(&index.periods(), r, 0.0));
        Self {
            index,
            runs: index.runs(&area),
            run: 0..0,
            shift: Vector::default(),
            point,
            limit: r * r,
            from: 0,
            near: 0,
            d2: [0.0; LANES],
        }
    }

    /// The next one's place in the order, and its squared distance.
    fn place(&mut self) -> Option<(usize, f32)> {
        while self.near == 0 {
            if self.run.is_empty() {
                (self.run, self.shift) = self.runs.next()?;
            }
            let places = self.index.positions();
            let image = Vector8::<_, Baseline>::all(self.shift);
            let way = places.load(self.run.start) + image - Vector8::all(self.point);
            let d2 = way.length_squared();
            self.from = self.run.start;
            self.near = d2.lt(F32x8::splat(self.limit)).bits() & first(self.run.len());
            self.d2 = d2.to_array();
            self.run.start = self.run.end.min(self.run.start + LANES);
        }
        let lane = self.near.trailing_zeros() as usize % LANES;
        self.near &= self.near - 1;
        Some((self.from + lane, self.d2[lane]))
    }
}

impl<T: Indexed + ?Sized> Iterator for Within<'_, T> {
    type Item = Hit;

    fn next(&mut self) -> Option<Hit> {
        let (place, d2) = self.place()?;
        Some(Hit::of(self.index.order()[place], d2))
    }
}

/// The places and images that an area may hold.
#[derive(Debug)]
struct Scan<'a, T: Indexed + ?Sized + 'a> {
    index: &'a T,
    runs: T::Runs<'a>,
    run: Range<usize>,
    shift: Vector<T::Axes>,
}

impl<'a, T: Indexed + ?Sized> Scan<'a, T> {
    fn new(index: &'a T, area: &Area) -> Self {
        Self { index, runs: index.runs(area), run: 0..0, shift: Vector::default() }
    }
}

impl<T: Indexed + ?Sized> Iterator for Scan<'_, T> {
    type Item = (usize, Vector<T::Axes>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.run.is_empty() {
            (self.run, self.shift) = self.runs.next()?;
        }
        self.run.next().map(|place| (place, self.shift))
    }
}

/// The entities in a box: see [`Query::inside`](super::Query::inside).
#[derive(Debug)]
pub struct Inside<'a, T: Indexed + ?Sized + 'a> {
    scan: Scan<'a, T>,
    periods: Periods,
    corners: (Vector<T::Axes>, Vector<T::Axes>),
}

impl<'a, T: Indexed + ?Sized> Inside<'a, T> {
    /// Of a usable box.
    pub(super) fn new(index: &'a T, low: Vector<T::Axes>, high: Vector<T::Axes>) -> Self {
        let periods = index.periods();
        let area = Area::between(low, high, reach(&periods, 0.0, 0.0));
        Self { scan: Scan::new(index, &area), periods, corners: (low, high) }
    }
}

impl<T: Indexed + ?Sized> Iterator for Inside<'_, T> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let (index, places) = (self.scan.index, self.scan.index.positions());
        let (periods, corners) = (&self.periods, self.corners);
        let is_inside = |(place, shift): &(usize, _)| {
            is_first_inside(periods, places.at(*place), corners, *shift)
        };
        self.scan.find(is_inside).map(|(place, _)| index.order()[place])
    }
}

/// The entities along a segment: see [`Query::along`](super::Query::along).
#[derive(Debug)]
pub struct Along<'a, T: Indexed + ?Sized + 'a> {
    scan: Scan<'a, T>,
    segment: Segment<T::Axes>,
}

impl<'a, T: Indexed + ?Sized> Along<'a, T> {
    /// Of a usable segment.
    pub(super) fn new(index: &'a T, segment: &Segment<T::Axes>) -> Self {
        let area = segment.area(&index.periods());
        Self { scan: Scan::new(index, &area), segment: *segment }
    }
}

impl<T: Indexed + ?Sized> Iterator for Along<'_, T> {
    type Item = SegmentHit;

    fn next(&mut self) -> Option<SegmentHit> {
        let (index, places) = (self.scan.index, self.scan.index.positions());
        let segment = &self.segment;
        self.scan
            .find_map(|(place, shift)| segment.hit(index.order()[place], places.at(place) + shift))
    }
}

/// The pairs within a radius: see [`Query::pairs`](super::Query::pairs).
#[derive(Debug)]
pub struct Pairs<'a, T: Indexed + ?Sized + 'a> {
    index: &'a T,
    r: f32,
    /// The place of the entity that is next, and who is near the one before it.
    next: usize,
    within: Option<(Entry, Within<'a, T>)>,
}

impl<'a, T: Indexed + ?Sized> Pairs<'a, T> {
    /// With a usable radius.
    pub(super) fn new(index: &'a T, r: f32) -> Self {
        Self { index, r, next: 0, within: None }
    }
}

impl<T: Indexed + ?Sized> Iterator for Pairs<'_, T> {
    type Item = (Entry, Entry, f32);

    fn next(&mut self) -> Option<Self::Item> {
        let order = self.index.order();
        loop {
            if let Some((low, within)) = &mut self.within {
                while let Some((place, d2)) = within.place() {
                    if order[place].id() > low.id() {
                        return Some((*low, order[place], d2));
                    }
                }
            }
            let low = *order.get(self.next)?;
            let point = self.index.positions().at(self.next);
            self.within = Some((low, Within::new(self.index, point, self.r)));
            self.next += 1;
        }
    }
}
