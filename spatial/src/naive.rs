//! The queries written as their definitions: every entity, every image of the world, no cells.
//!
//! Oracles for tests and a base line for benchmarks: each costs O(n) for every result it gives
//! (O(n^2) for all of them, O(n^3) for the pairs) and checks no input. They share no code with
//! [`crate::query`] but the result types.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::Vec2;
//! use flockwork_spatial::naive::Naive;
//! use flockwork_spatial::{Entities, Periods};
//!
//! let entities = Entities::plane(&[1.0, 1.5, 9.0], &[2.0, 2.0, 9.0], &[0, 1, 2]);
//! let naive = Naive { entities, periods: Periods::default() };
//! assert_eq!(naive.count_radius(Vec2::new(1.0, 2.0), 1.0), 2);
//! ```

use core::ops::ControlFlow;

use flockwork_kernel::World;
use flockwork_kernel::axes::{Axes, Plane, Third};
use flockwork_kernel::vector::Vector;

use crate::Entry;
use crate::index::{Entities, Periods};
use crate::query::{Hit, Segment, SegmentHit};

/// Entities, and where they have images.
#[derive(Clone, Copy, Debug)]
pub struct Naive<'a, A: Axes = Plane> {
    /// The columns.
    pub entities: Entities<'a, A>,
    /// The lengths of the axes that are periodic.
    pub periods: Periods,
}

/// What there is along x, y and z.
type Three<T> = [T; World::MOST_AXES];

/// Where an entity comes in canonical order: layer, row and column, and itself.
type Key = (Three<i64>, Entry);

/// The cells that a canonical order refers to.
#[derive(Clone, Copy, Debug)]
pub struct Lines<F> {
    /// How many columns, rows and layers the world has; of no use along an axis that is not periodic.
    pub count: Three<i64>,
    /// The column, row and layer of a position.
    pub cell: F,
}

impl<A: Axes> Naive<'_, A> {
    /// As [`crate::query::Query::radius`], for a cap of `out.len()`.
    pub fn radius(&self, at: Vector<A>, r: f32, out: &mut [Hit]) -> usize {
        select(out, hit_rank, |offer| {
            self.hits(at, |hit| {
                if hit.d2 < r * r {
                    offer(hit);
                }
            });
        })
    }

    /// As [`crate::query::Query::count_radius`].
    pub fn count_radius(&self, at: Vector<A>, r: f32) -> u32 {
        let mut count = 0;
        self.hits(at, |hit| count += u32::from(hit.d2 < r * r));
        count
    }

    /// As [`crate::query::Query::nearest`], for a `k` of `out.len()`.
    pub fn nearest(&self, at: Vector<A>, out: &mut [Hit]) -> usize {
        select(out, hit_rank, |offer| self.hits(at, offer))
    }

    /// As [`crate::query::Query::box_query`], for a cap of `out.len()`.
    pub fn box_query(&self, low: Vector<A>, high: Vector<A>, out: &mut [Entry]) -> usize {
        select(
            out,
            |entry| *entry,
            |offer| {
                self.each(|entry| {
                    let mut inside = false;
                    self.images(entry, |place, _| {
                        inside |= (0..A::COUNT).all(|axis| {
                            let value = place[axis];
                            low.along(axis) <= value && value < high.along(axis)
                        });
                    });
                    if inside {
                        offer(entry);
                    }
                });
            },
        )
    }

    /// As [`crate::query::Query::segment`], for a cap of `out.len()`.
    pub fn segment(&self, segment: &Segment<A>, out: &mut [SegmentHit]) -> usize {
        let from = components(segment.from);
        let step = each_of(components(segment.to), from, |to, from| to - from);
        let length2 = sum::<A>(each_of(step, step, |a, b| a * b));
        let rank = |hit: &SegmentHit| (hit.t.to_bits(), hit.id, hit.slot);
        select(out, rank, |offer| {
            self.each(|entry| {
                self.images(entry, |place, _| {
                    let way = each_of(place, from, |place, from| place - from);
                    let along = sum::<A>(each_of(way, step, |a, b| a * b));
                    let t = match along / length2 {
                        // A segment without a direction is a point.
                        _ if length2 == 0.0 => 0.0,
                        t if t >= 1.0 => 1.0,
                        t if t > 0.0 => t,
                        _ => 0.0,
                    };
                    let off = each_of(way, step, |way, step| way - t * step);
                    let d2 = sum::<A>(each_of(off, off, |a, b| a * b));
                    if d2 < segment.radius * segment.radius {
                        offer(SegmentHit { id: entry.id(), slot: entry.slot(), t, d2 });
                    }
                });
            });
        })
    }

    /// As [`crate::query::Query::visit_radius`], over these cells.
    pub fn visit_radius<B>(
        &self,
        at: Vector<A>,
        r: f32,
        lines: &Lines<impl Fn(Vector<A>) -> Three<i64>>,
        mut each: impl FnMut(Hit) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut last = None;
        loop {
            let mut next: Option<(_, Hit)> = None;
            self.each(|entry| {
                self.images(entry, |place, image| {
                    let d2 = distance2::<A>(place, at);
                    let key = self.key(entry, image, lines);
                    let is_next = last.is_none_or(|last| key > last)
                        && next.is_none_or(|(least, _)| key < least);
                    if d2 < r * r && is_next {
                        next = Some((key, Hit { id: entry.id(), slot: entry.slot(), d2 }));
                    }
                });
            });
            let Some((key, hit)) = next else {
                return ControlFlow::Continue(());
            };
            each(hit)?;
            last = Some(key);
        }
    }

    /// As [`crate::query::Query::pairs_within`], over these cells.
    pub fn pairs_within<B>(
        &self,
        r: f32,
        lines: &Lines<impl Fn(Vector<A>) -> Three<i64>>,
        mut each: impl FnMut(Entry, Entry, f32) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut last = None;
        loop {
            let mut next: Option<(_, Entry)> = None;
            self.each(|entry| {
                let key = self.key(entry, [0; World::MOST_AXES], lines);
                if last.is_none_or(|last| key > last) && next.is_none_or(|(least, _)| key < least) {
                    next = Some((key, entry));
                }
            });
            let Some((key, one)) = next else {
                return ControlFlow::Continue(());
            };
            self.pairs_of((key, one), r, lines, &mut each)?;
            last = Some(key);
        }
    }

    /// The pairs of an entity with those whose cell and id come after its own.
    fn pairs_of<B>(
        &self,
        (own, one): (Key, Entry),
        r: f32,
        lines: &Lines<impl Fn(Vector<A>) -> Three<i64>>,
        each: &mut impl FnMut(Entry, Entry, f32) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let at = |entry: Entry| self.entities.position(entry.slot());
        let mut last = None;
        loop {
            let mut next: Option<(_, Entry, f32)> = None;
            self.each(|two| {
                if self.key(two, [0; World::MOST_AXES], lines) <= own {
                    return;
                }
                self.images(two, |place, image| {
                    let mut d2 = distance2::<A>(place, at(one));
                    if two.id() < one.id() {
                        // Seen from there, in the opposite image.
                        let opposite = image.map(|shift| -shift);
                        self.images(one, |place, image| {
                            if image == opposite {
                                d2 = distance2::<A>(place, at(two));
                            }
                        });
                    }
                    let key = self.key(two, image, lines);
                    let is_next = last.is_none_or(|last| key > last)
                        && next.is_none_or(|(least, ..)| key < least);
                    if d2 < r * r && is_next {
                        next = Some((key, two, d2));
                    }
                });
            });
            let Some((key, two, d2)) = next else {
                return ControlFlow::Continue(());
            };
            if one.id() < two.id() {
                each(one, two, d2)?
            } else {
                each(two, one, d2)?
            }
            last = Some(key);
        }
    }

    fn each(&self, mut each: impl FnMut(Entry)) {
        for (slot, &id) in (0..).zip(self.entities.ids) {
            each(Entry::new(id, slot));
        }
    }

    /// Every entity at the distance of its nearest image.
    fn hits(&self, at: Vector<A>, mut each: impl FnMut(Hit)) {
        self.each(|entry| {
            let mut d2 = f32::INFINITY;
            self.images(entry, |place, _| {
                let here = distance2::<A>(place, at);
                if here < d2 {
                    d2 = here;
                }
            });
            each(Hit { id: entry.id(), slot: entry.slot(), d2 });
        });
    }

    /// Every image of an entity: its position and how many lengths it is shifted along each axis.
    fn images(&self, entry: Entry, mut each: impl FnMut(Three<f32>, Three<i64>)) {
        let [x, y, z] = components(self.entities.position(entry.slot()));
        for (forth, z) in self.along(2, z) {
            for (up, y) in self.along(1, y) {
                for (right, x) in self.along(0, x) {
                    each([x, y, z], [right, up, forth]);
                }
            }
        }
    }

    /// Every image along one axis.
    fn along(&self, axis: usize, value: f32) -> impl Iterator<Item = (i64, f32)> {
        let length = self.periods[axis];
        let shifted = move |shift: i64| match length {
            None => (shift == 0).then_some((0, value)),
            Some(length) if shift < 0 => Some((shift, value - length)),
            Some(length) if shift > 0 => Some((shift, value + length)),
            Some(_) => Some((0, value)),
        };
        (-1..=1).filter_map(shifted)
    }

    /// Layer, row, column, counted on over the images, and the entity.
    fn key(
        &self,
        entry: Entry,
        image: Three<i64>,
        lines: &Lines<impl Fn(Vector<A>) -> Three<i64>>,
    ) -> Key {
        let cell = (lines.cell)(self.entities.position(entry.slot()));
        let along = |axis: usize| cell[axis] + image[axis] * lines.count[axis];
        ([along(2), along(1), along(0)], entry)
    }
}

/// Along x, y and z; the last is 0 in the plane.
fn components<A: Axes>(vector: Vector<A>) -> Three<f32> {
    [vector.x, vector.y, vector.z.or(0.0)]
}

fn each_of(a: Three<f32>, b: Three<f32>, f: impl Fn(f32, f32) -> f32) -> Three<f32> {
    core::array::from_fn(|axis| f(a[axis], b[axis]))
}

/// In the order of the axes.
fn sum<A: Axes>([x, y, z]: Three<f32>) -> f32 {
    if A::SPACE { x + y + z } else { x + y }
}

fn distance2<A: Axes>(place: Three<f32>, at: Vector<A>) -> f32 {
    let way = each_of(place, components(at), |place, at| place - at);
    sum::<A>(each_of(way, way, |a, b| a * b))
}

fn hit_rank(hit: &Hit) -> (u32, u32, u32) {
    (hit.d2.to_bits(), hit.id, hit.slot)
}

/// Fills `out` with the candidates of lowest rank: looks through all of them for each place.
fn select<T: Copy, R: Ord + Copy>(
    out: &mut [T],
    rank: impl Fn(&T) -> R,
    candidates: impl Fn(&mut dyn FnMut(T)),
) -> usize {
    let mut last = None;
    for (count, place) in out.iter_mut().enumerate() {
        let mut least: Option<T> = None;
        candidates(&mut |candidate| {
            let here = rank(&candidate);
            if last.is_none_or(|last| here > last) && least.is_none_or(|least| here < rank(&least))
            {
                least = Some(candidate);
            }
        });
        let Some(found) = least else {
            return count;
        };
        last = Some(rank(&found));
        *place = found;
    }
    out.len()
}
