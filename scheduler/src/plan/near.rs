//! Who is within a radius of a point, while entities come, go and move.
//!
//! Every place is in a list of its cell's bucket. Who moves gets a new entry; the old one is passed over,
//! as it is not the last one of its entity.

use alloc::vec::Vec;

use flockwork_kernel::{Axis, Edge, World};

/// A place or an offset; in the plane the last number is 0.
pub(crate) type At = [f32; World::MOST_AXES];

/// No entry.
const NONE: u32 = u32::MAX;

/// Entities by place.
pub(crate) struct Near {
    world: World,
    /// Of a cell.
    width: f64,
    /// The first entry of each bucket: a power of two of them.
    heads: Vec<u32>,
    entries: Vec<Entry>,
    /// By entity: its place, and its entry; none for who is gone.
    places: Vec<At>,
    entry_of: Vec<u32>,
    /// The question in which an entity was looked at last.
    asked: Vec<u32>,
    question: u32,
}

struct Entry {
    entity: u32,
    next: u32,
}

/// Somebody within the radius.
pub(crate) struct Hit {
    pub(crate) entity: u32,
    /// From the point to the entity, in the nearest image.
    pub(crate) offset: At,
}

impl Near {
    /// None yet, of about so many, in cells of about this width.
    pub(crate) fn new(world: World, width: f32, count: usize) -> Self {
        Self {
            world,
            width: width.into(),
            heads: alloc::vec![NONE; count.next_power_of_two().max(16)],
            entries: Vec::with_capacity(count),
            places: Vec::with_capacity(count),
            entry_of: Vec::with_capacity(count),
            asked: Vec::with_capacity(count),
            question: 0,
        }
    }

    /// Takes in the next entity; None is nobody.
    pub(crate) fn push(&mut self, place: Option<At>) {
        let entity = self.places.len() as u32;
        self.places.push([0.0; 3]);
        self.entry_of.push(NONE);
        self.asked.push(0);
        self.put(entity, place);
    }

    /// An entity is elsewhere, or gone.
    pub(crate) fn put(&mut self, entity: u32, place: Option<At>) {
        let at = entity as usize;
        if at >= self.places.len() {
            return;
        }
        if self.entry_of[at] != NONE && place == Some(self.places[at]) {
            return;
        }
        self.entry_of[at] = NONE;
        if let Some(place) = place {
            let bucket = self.bucket(self.cell(place));
            self.places[at] = place;
            self.entry_of[at] = self.entries.len() as u32;
            self.entries.push(Entry { entity, next: self.heads[bucket] });
            self.heads[bucket] = self.entry_of[at];
        }
    }

    /// All who are at most `radius` away from a point.
    #[inline(never)]
    pub(crate) fn within(&mut self, at: At, radius: f32) -> Vec<Hit> {
        let mut hits = Vec::new();
        let spans: [Vec<[i32; 2]>; World::MOST_AXES] = core::array::from_fn(|axis| {
            let axes = self.world.axes();
            axes.get(axis).map_or_else(
                || alloc::vec![[0, 0]],
                |of| self.spans(of, at[axis].into(), radius.into()),
            )
        });
        let count = |spans: &Vec<[i32; 2]>| {
            spans.iter().map(|[low, high]| f64::from(*high) - f64::from(*low) + 1.0).sum::<f64>()
        };
        if spans.iter().map(count).product::<f64>() > self.places.len() as f64 {
            for entity in 0..self.places.len() as u32 {
                self.look(entity, at, radius, &mut hits);
            }
            return hits;
        }
        self.question += 1;
        let lines = |axis: usize| spans[axis].iter().flat_map(|[low, high]| *low..=*high);
        for layer in lines(2) {
            for row in lines(1) {
                for col in lines(0) {
                    let mut next = self.heads[self.bucket([col, row, layer])];
                    while let Some(Entry { entity, next: after }) = self.entries.get(next as usize)
                    {
                        let (entity, this) = (*entity, core::mem::replace(&mut next, *after));
                        let last = self.entry_of[entity as usize] == this;
                        // Cells may share a bucket, and images of the point cells.
                        if last && self.asked[entity as usize] != self.question {
                            self.asked[entity as usize] = self.question;
                            self.look(entity, at, radius, &mut hits);
                        }
                    }
                }
            }
        }
        hits
    }

    fn look(&self, entity: u32, at: At, radius: f32, hits: &mut Vec<Hit>) {
        if self.entry_of[entity as usize] == NONE {
            return;
        }
        let place = self.places[entity as usize];
        let offset = nearest(&self.world, [place[0] - at[0], place[1] - at[1], place[2] - at[2]]);
        let [x, y, z] = offset;
        if x * x + y * y + z * z <= radius * radius {
            hits.push(Hit { entity, offset });
        }
    }

    /// The lines of cells that an interval around a coordinate may meet, in all its images.
    fn spans(&self, axis: &Axis, at: f64, radius: f64) -> Vec<[i32; 2]> {
        let side = f64::from(axis.length);
        // More than distances are rounded by.
        let reach = radius + 1.0e-6 * (radius + side + if at < 0.0 { -at } else { at });
        let (low, high) = (at - reach, at + reach);
        let span = |low: f64, high: f64| [self.line(low), self.line(high)];
        if axis.edge != Edge::Periodic {
            return alloc::vec![span(low, high)];
        }
        if 2.0 * reach >= side {
            return alloc::vec![span(0.0, side)];
        }
        let mut spans = alloc::vec![span(low, high)];
        if low < 0.0 {
            spans.push(span(low + side, side));
        }
        if high > side {
            spans.push(span(0.0, high - side));
        }
        spans
    }

    fn cell(&self, place: At) -> [i32; 3] {
        place.map(|at| self.line(at.into()))
    }

    /// The whole number below.
    fn line(&self, at: f64) -> i32 {
        let lines = at / self.width;
        let whole = lines as i32;
        if f64::from(whole) > lines { whole.saturating_sub(1) } else { whole }
    }

    fn bucket(&self, [col, row, layer]: [i32; 3]) -> usize {
        // Entities come in the order of rows: what is side by side in the world is so in memory.
        let line =
            (row as u32).wrapping_mul(1021).wrapping_add((layer as u32).wrapping_mul(65_537));
        (col as u32).wrapping_add(line) as usize & (self.heads.len() - 1)
    }
}

/// The shortest of the images of an offset.
fn nearest(world: &World, mut offset: At) -> At {
    for (along, axis) in offset.iter_mut().zip(world.axes()) {
        let Axis { length, edge: Edge::Periodic } = *axis else { continue };
        if *along > 0.5 * length {
            *along -= length;
        } else if *along < -0.5 * length {
            *along += length;
        }
    }
    offset
}
