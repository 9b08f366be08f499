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
use super::pairs::Reach;
use super::{Hit, Segment, SegmentHit, is_first_inside};
use crate::Entry;
use crate::index::{Area, Indexed, Periods, Places};

/// The entities within a radius of a point: see [`Query::within`](super::Query::within).
#[derive(Debug)]
pub struct Within<'a, T: Indexed + ?Sized + 'a> {
    order: &'a [Entry],
    places: Places<'a, T::Axes>,
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
        Self::in_area(index, &area, point, r * r)
    }

    /// Those in an area whose squared distance is below a limit.
    fn in_area(index: &'a T, area: &Area, point: Vector<T::Axes>, limit: f32) -> Self {
        Self {
            order: index.order(),
            places: index.positions(),
            runs: index.runs(area),
            run: 0..0,
            shift: Vector::default(),
            point,
            limit,
            from: 0,
            near: 0,
            d2: [0.0; LANES],
        }
    }

    /// The next one's place in the order, its squared distance, and the shift of its image.
    #[inline]
    fn place(&mut self) -> Option<(usize, f32, Vector<T::Axes>)> {
        while self.near == 0 {
            if self.run.is_empty() {
                (self.run, self.shift) = self.runs.next()?;
            }
            let image = Vector8::<_, Baseline>::all(self.shift);
            let way = self.places.load(self.run.start) + image - Vector8::all(self.point);
            let d2 = way.length_squared();
            self.from = self.run.start;
            self.near = d2.lt(F32x8::splat(self.limit)).bits() & first(self.run.len());
            self.d2 = d2.to_array();
            self.run.start = self.run.end.min(self.run.start + LANES);
        }
        let lane = self.near.trailing_zeros() as usize % LANES;
        self.near &= self.near - 1;
        Some((self.from + lane, self.d2[lane], self.shift))
    }
}

impl<T: Indexed + ?Sized> Iterator for Within<'_, T> {
    type Item = Hit;

    #[inline]
    fn next(&mut self) -> Option<Hit> {
        let (place, d2, _) = self.place()?;
        Some(Hit::of(self.order[place], d2))
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
    reaching: Reach,
    /// The place of the entity that is next, and who is near the one before it.
    next: usize,
    within: Option<Within<'a, T>>,
}

impl<'a, T: Indexed + ?Sized> Pairs<'a, T> {
    /// With a usable radius.
    pub(super) fn new(index: &'a T, r: f32) -> Self {
        Self { index, reaching: Reach::new(&index.periods(), r), next: 0, within: None }
    }
}

impl<T: Indexed + ?Sized> Iterator for Pairs<'_, T> {
    type Item = (Entry, Entry, f32);

    fn next(&mut self) -> Option<Self::Item> {
        let Self { index, reaching, next, within } = self;
        loop {
            while let Some(seen) = within.as_mut().and_then(Within::place) {
                if seen.0 >= *next
                    && let Some(pair) = reaching.pair(*index, *next - 1, seen)
                {
                    return Some(pair);
                }
            }
            if *next == index.order().len() {
                return None;
            }
            let point = index.positions().at(*next);
            let area = reaching.area(point);
            *within = Some(Within::in_area(index, &area, point, reaching.limit));
            *next += 1;
        }
    }
}
