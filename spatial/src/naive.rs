//! The queries written as their definitions: every entity, every image of the world, no cells.
//!
//! Oracles for tests and a base line for benchmarks: each costs O(n) for every result it gives
//! (O(n^2) for all of them, O(n^3) for the pairs) and checks no input. They share no code with
//! [`crate::query`] but the result types.

use core::ops::ControlFlow;

use crate::Entry;
use crate::index::Entities;
use crate::query::{Hit, Segment, SegmentHit};

/// Entities, and the sides of their torus if they live in one.
#[derive(Clone, Copy, Debug)]
pub struct Naive<'a> {
    /// The columns.
    pub entities: Entities<'a>,
    /// The sides of the torus.
    pub torus: Option<(f32, f32)>,
}

/// The cells that a canonical order refers to.
#[derive(Clone, Copy, Debug)]
pub struct Lines<F> {
    /// How many rows and columns the world has; of no use without a torus.
    pub count: (i64, i64),
    /// The row and column of a position.
    pub cell: F,
}

impl Naive<'_> {
    /// As [`crate::query::Query::radius`], for a cap of `out.len()`.
    pub fn radius(&self, x: f32, y: f32, r: f32, out: &mut [Hit]) -> usize {
        select(out, hit_rank, |offer| {
            self.hits(x, y, |hit| {
                if hit.d2 < r * r {
                    offer(hit);
                }
            });
        })
    }

    /// As [`crate::query::Query::count_radius`].
    pub fn count_radius(&self, x: f32, y: f32, r: f32) -> u32 {
        let mut count = 0;
        self.hits(x, y, |hit| count += u32::from(hit.d2 < r * r));
        count
    }

    /// As [`crate::query::Query::nearest`], for a `k` of `out.len()`.
    pub fn nearest(&self, x: f32, y: f32, out: &mut [Hit]) -> usize {
        select(out, hit_rank, |offer| self.hits(x, y, offer))
    }

    /// As [`crate::query::Query::box_query`], for a cap of `out.len()`.
    pub fn box_query(&self, low: (f32, f32), high: (f32, f32), out: &mut [Entry]) -> usize {
        select(
            out,
            |entry| *entry,
            |offer| {
                self.each(|entry| {
                    let mut inside = false;
                    self.images(entry, |x, y, _| {
                        inside |= low.0 <= x && x < high.0 && low.1 <= y && y < high.1;
                    });
                    if inside {
                        offer(entry);
                    }
                });
            },
        )
    }

    /// As [`crate::query::Query::segment`], for a cap of `out.len()`.
    pub fn segment(&self, segment: &Segment, out: &mut [SegmentHit]) -> usize {
        let Segment { from, to, radius } = *segment;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length2 = dx * dx + dy * dy;
        let rank = |hit: &SegmentHit| (hit.t.to_bits(), hit.id, hit.slot);
        select(out, rank, |offer| {
            self.each(|entry| {
                self.images(entry, |x, y, _| {
                    let (x, y) = (x - from.0, y - from.1);
                    let along = x * dx + y * dy;
                    let t = match along / length2 {
                        // A segment without a direction is a point.
                        _ if length2 == 0.0 => 0.0,
                        t if t >= 1.0 => 1.0,
                        t if t > 0.0 => t,
                        _ => 0.0,
                    };
                    let (x, y) = (x - t * dx, y - t * dy);
                    let d2 = x * x + y * y;
                    if d2 < radius * radius {
                        offer(SegmentHit { id: entry.id(), slot: entry.slot(), t, d2 });
                    }
                });
            });
        })
    }

    /// As [`crate::query::Query::visit_radius`], over these cells.
    pub fn visit_radius<B>(
        &self,
        (x, y): (f32, f32),
        r: f32,
        lines: &Lines<impl Fn(f32, f32) -> (i64, i64)>,
        mut each: impl FnMut(Hit) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut last = None;
        loop {
            let mut next: Option<(_, Hit)> = None;
            self.each(|entry| {
                self.images(entry, |px, py, image| {
                    let d2 = (px - x) * (px - x) + (py - y) * (py - y);
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
        lines: &Lines<impl Fn(f32, f32) -> (i64, i64)>,
        mut each: impl FnMut(Entry, Entry, f32) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut last = None;
        loop {
            let mut next: Option<(_, Entry)> = None;
            self.each(|entry| {
                let key = self.key(entry, (0, 0), lines);
                if last.is_none_or(|last| key > last) && next.is_none_or(|(least, _)| key < least) {
                    next = Some((key, entry));
                }
            });
            let Some((key, low)) = next else {
                return ControlFlow::Continue(());
            };
            self.visit_radius(self.entities.position(low.slot()), r, lines, |hit| {
                if hit.id > low.id() {
                    each(low, Entry::new(hit.id, hit.slot), hit.d2)?;
                }
                ControlFlow::Continue(())
            })?;
            last = Some(key);
        }
    }

    fn each(&self, mut each: impl FnMut(Entry)) {
        for (slot, &id) in (0..).zip(self.entities.ids) {
            each(Entry::new(id, slot));
        }
    }

    /// Every entity at the distance of its nearest image.
    fn hits(&self, x: f32, y: f32, mut each: impl FnMut(Hit)) {
        self.each(|entry| {
            let mut d2 = f32::INFINITY;
            self.images(entry, |px, py, _| {
                let here = (px - x) * (px - x) + (py - y) * (py - y);
                if here < d2 {
                    d2 = here;
                }
            });
            each(Hit { id: entry.id(), slot: entry.slot(), d2 });
        });
    }

    /// Every image of an entity: its position and how many sides it is shifted along x and y.
    fn images(&self, entry: Entry, mut each: impl FnMut(f32, f32, (i64, i64))) {
        let (x, y) = self.entities.position(entry.slot());
        let Some((width, height)) = self.torus else {
            return each(x, y, (0, 0));
        };
        for (up, y) in [(-1, y - height), (0, y), (1, y + height)] {
            for (right, x) in [(-1, x - width), (0, x), (1, x + width)] {
                each(x, y, (right, up));
            }
        }
    }

    fn key(
        &self,
        entry: Entry,
        (right, up): (i64, i64),
        lines: &Lines<impl Fn(f32, f32) -> (i64, i64)>,
    ) -> (i64, i64, Entry) {
        let (x, y) = self.entities.position(entry.slot());
        let (row, col) = (lines.cell)(x, y);
        (row + up * lines.count.0, col + right * lines.count.1, entry)
    }
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
