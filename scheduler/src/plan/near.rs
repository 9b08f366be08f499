//! Who is within a radius of a point, while entities come, go and move.
//!
//! Those who were there at the beginning lie sorted by the bucket of their cell, of which those of neighbours in a row
//! follow one another: so what is near a point is a few runs of memory, looked at in lanes. Who comes or moves
//! later is in a list of the cell's bucket; an entry that is not the last one of its entity is passed over.

use alloc::vec::Vec;
use core::ops::Range;

use flockwork_kernel::isa::{self, Baseline, Isa, Task};
use flockwork_kernel::simd::F32x8;
use flockwork_kernel::{Axis, Edge, LANES, World};

/// A place or an offset; in the plane the last number is 0.
pub(crate) type At = [f32; World::MOST_AXES];

/// No entry.
const NONE: u32 = u32::MAX;

/// Entities by place.
pub(crate) struct Near {
    world: World,
    /// Cells in a unit of length.
    cells: f64,
    /// Where the entities of each bucket begin, and their end: one more than a power of two.
    starts: Vec<u32>,
    /// Who was there at the beginning by bucket: along each axis the places, NaN of who is not there any more, and
    /// as many more as a vector load may read.
    places: [Vec<f32>; World::MOST_AXES],
    entities: Vec<u32>,
    /// By entity: its place in these, or in the list of later ones, of which this is the first number.
    slots: Vec<u32>,
    /// The first later entry of each bucket, once there is one.
    heads: Vec<u32>,
    later: Vec<Entry>,
    /// The question to which each of those was the answer last.
    asked: Vec<u32>,
    question: u32,
}

struct Entry {
    entity: u32,
    next: u32,
    asked: u32,
    place: At,
}

/// A question, by the instructions of this processor.
struct Ask<'a> {
    near: &'a mut Near,
    at: At,
    radius: f32,
    hits: &'a mut Vec<Hit>,
}

impl Task for Ask<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        self.near.within_by::<S>(self.at, self.radius, self.hits);
    }
}

/// Somebody within the radius.
pub(crate) struct Hit {
    pub(crate) entity: u32,
    /// From the point to the entity, in the nearest image.
    pub(crate) offset: At,
}

/// Bytes that a list holds, used or not.
pub(crate) fn bytes_of<T>(list: &Vec<T>) -> usize {
    list.capacity() * size_of::<T>()
}

impl Near {
    fn empty(world: World) -> Self {
        Self {
            world,
            cells: 1.0,
            starts: Vec::new(),
            places: Default::default(),
            entities: Vec::new(),
            slots: Vec::new(),
            heads: Vec::new(),
            later: Vec::new(),
            asked: Vec::new(),
            question: 0,
        }
    }

    /// Bytes of memory.
    pub(super) fn memory_bytes(&self) -> usize {
        let lists = [&self.starts, &self.entities, &self.slots, &self.heads, &self.asked];
        lists.into_iter().map(bytes_of).sum::<usize>()
            + self.places.iter().map(bytes_of).sum::<usize>()
            + bytes_of(&self.later)
    }

    /// Entities at these places, NaN for who is not there, in cells of about this width, in the memory of an old one.
    pub(crate) fn new(old: Option<Self>, world: World, width: f32, all: &[At]) -> Self {
        let buckets = all.len().next_power_of_two().max(16);
        let mut near = old.unwrap_or_else(|| Self::empty(world));
        (near.world, near.cells, near.question) = (world, 1.0 / f64::from(width), 0);
        refill(&mut near.starts, buckets + 1, 0);
        for places in near.places.iter_mut().take(world.axes().len()) {
            refill(places, all.len() + LANES, f32::NAN);
        }
        refill(&mut near.entities, all.len(), NONE);
        refill(&mut near.slots, all.len(), NONE);
        refill(&mut near.asked, all.len(), 0);
        near.heads.clear();
        near.later.clear();
        let bucket = |place: &At| near.bucket(near.cell(*place)) as u32;
        let of: Vec<u32> = all.iter().map(bucket).collect();
        of.iter().for_each(|bucket| near.starts[*bucket as usize] += 1);
        let mut end = 0;
        for start in &mut near.starts {
            end += *start;
            *start = end;
        }
        // From the end of each bucket to where it begins.
        for (entity, (bucket, place)) in of.iter().zip(all).enumerate().rev() {
            let start = &mut near.starts[*bucket as usize];
            *start -= 1;
            let slot = *start as usize;
            near.entities[slot] = entity as u32;
            near.slots[entity] = slot as u32;
            let axes = near.places.iter_mut().zip(place).take(world.axes().len());
            axes.for_each(|(all, at)| all[slot] = *at);
        }
        near
    }

    /// Takes in the next entity, which is nowhere yet.
    pub(crate) fn push(&mut self) {
        self.slots.push(NONE);
    }

    /// An entity is elsewhere, or gone.
    pub(crate) fn put(&mut self, entity: u32, place: Option<At>) {
        let Some(slot) = self.slots.get(entity as usize).copied() else { return };
        match (slot as usize).checked_sub(self.entities.len()) {
            None => self.places[0][slot as usize] = f32::NAN,
            Some(later) => {
                if let Some(entry) = self.later.get_mut(later) {
                    entry.entity = NONE;
                }
            }
        }
        self.slots[entity as usize] = NONE;
        let Some(place) = place else { return };
        if self.heads.is_empty() {
            refill(&mut self.heads, self.starts.len() - 1, NONE);
        }
        let bucket = self.bucket(self.cell(place));
        let entry = self.later.len() as u32;
        self.later.push(Entry { entity, next: self.heads[bucket], asked: 0, place });
        self.heads[bucket] = entry;
        self.slots[entity as usize] = self.entities.len() as u32 + entry;
    }

    /// All who are at most `radius` away from a point.
    #[inline(never)]
    pub(crate) fn within(&mut self, at: At, radius: f32, hits: &mut Vec<Hit>) {
        isa::dispatch(Ask { near: self, at, radius, hits });
    }

    #[inline(always)]
    fn within_by<S: Isa>(&mut self, at: At, radius: f32, hits: &mut Vec<Hit>) {
        hits.clear();
        let mut spans = [Spans { count: 1, ends: [[0, 0]; 2] }; World::MOST_AXES];
        for (axis, (spans, along)) in spans.iter_mut().zip(self.world.axes()).enumerate() {
            *spans = self.spans(along, at[axis].into(), radius.into());
        }
        let count = |spans: &Spans| -> f64 {
            let each = spans.iter().map(|[low, high]| f64::from(*high) - f64::from(*low) + 1.0);
            each.sum()
        };
        let buckets = self.starts.len() - 1;
        self.question += 1;
        if spans.iter().map(count).product::<f64>() > buckets as f64 {
            self.run::<S>(0..buckets, at, radius, hits);
            return;
        }
        for layer in spans[2].lines() {
            for row in spans[1].lines() {
                for [low, high] in spans[0].iter() {
                    let begin = self.bucket([*low, row, layer]);
                    let end = begin + (high.wrapping_sub(*low) as usize + 1).min(buckets);
                    self.run::<S>(begin..end.min(buckets), at, radius, hits);
                    self.run::<S>(0..end.saturating_sub(buckets), at, radius, hits);
                }
            }
        }
    }

    /// Looks at who is in buckets that follow one another. Cells may share one, and images of the point cells: each
    /// entity is an answer once.
    #[inline(always)]
    fn run<S: Isa>(&mut self, buckets: Range<usize>, at: At, radius: f32, hits: &mut Vec<Hit>) {
        if buckets.is_empty() {
            return;
        }
        let (begin, end) = (self.starts[buckets.start] as usize, self.starts[buckets.end] as usize);
        let most = F32x8::<S>::splat(radius * radius);
        for tile in (begin..end).step_by(LANES) {
            let mut offsets = [F32x8::<S>::ZERO; World::MOST_AXES];
            for (axis, along) in self.world.axes().iter().enumerate() {
                let place = F32x8::load(&self.places[axis][tile..]);
                offsets[axis] = nearest(along, place - F32x8::splat(at[axis]));
            }
            let [x, y, z] = offsets;
            let mut near = (x * x + y * y + z * z).le(most).bits();
            if near == 0 {
                continue;
            }
            let offsets = [x.to_array(), y.to_array(), z.to_array()];
            while near != 0 {
                let lane = near.trailing_zeros() as usize % LANES;
                near &= near - 1;
                let (slot, offset) = (tile + lane, offsets.map(|along| along[lane]));
                if slot < end && self.asked[slot] != self.question {
                    self.asked[slot] = self.question;
                    hits.push(Hit { entity: self.entities[slot], offset });
                }
            }
        }
        if !self.heads.is_empty() {
            self.run_later(buckets, at, radius, hits);
        }
    }

    /// The same of those who came later.
    #[inline(never)]
    fn run_later(&mut self, buckets: Range<usize>, at: At, radius: f32, hits: &mut Vec<Hit>) {
        for bucket in buckets {
            let mut next = self.heads[bucket];
            while let Some(entry) = self.later.get_mut(next as usize) {
                let Entry { entity, place, .. } = *entry;
                next = entry.next;
                let mut offset = At::default();
                for (axis, along) in self.world.axes().iter().enumerate() {
                    let way = F32x8::<Baseline>::splat(place[axis] - at[axis]);
                    offset[axis] = nearest(along, way).to_array()[0];
                }
                let [x, y, z] = offset;
                let near = x * x + y * y + z * z <= radius * radius;
                if near && entity != NONE && entry.asked != self.question {
                    entry.asked = self.question;
                    hits.push(Hit { entity, offset });
                }
            }
        }
    }

    /// The lines of cells that an interval around a coordinate may meet, in all its images.
    fn spans(&self, axis: &Axis, at: f64, radius: f64) -> Spans {
        let side = f64::from(axis.length);
        // More than distances are rounded by.
        let reach = radius + 1.0e-6 * (radius + side + if at < 0.0 { -at } else { at });
        let (low, high) = (at - reach, at + reach);
        let span = |low: f64, high: f64| [self.line(low), self.line(high)];
        if axis.edge != Edge::Periodic {
            return Spans { count: 1, ends: [span(low, high); 2] };
        }
        if 2.0 * reach >= side {
            return Spans { count: 1, ends: [span(0.0, side); 2] };
        }
        let (own, other) =
            (span(low, high), |low, high| Spans { count: 2, ends: [span(low, high); 2] });
        let mut spans = match (low < 0.0, high > side) {
            (true, _) => other(low + side, side),
            (_, true) => other(0.0, high - side),
            _ => Spans { count: 1, ends: [own; 2] },
        };
        spans.ends[0] = own;
        spans
    }

    fn cell(&self, place: At) -> [i32; 3] {
        place.map(|at| self.line(at.into()))
    }

    /// The whole number below.
    fn line(&self, at: f64) -> i32 {
        let lines = at * self.cells;
        let whole = lines as i32;
        if f64::from(whole) > lines { whole.saturating_sub(1) } else { whole }
    }

    fn bucket(&self, [col, row, layer]: [i32; 3]) -> usize {
        // Entities come in the order of rows: what is side by side in the world is so in memory.
        let line =
            (row as u32).wrapping_mul(1021).wrapping_add((layer as u32).wrapping_mul(65_537));
        (col as u32).wrapping_add(line) as usize & (self.starts.len() - 2)
    }
}

/// So many of a value, in the memory that is there.
pub(crate) fn refill<T: Copy>(all: &mut Vec<T>, count: usize, value: T) {
    all.clear();
    all.resize(count, value);
}

/// Lines of cells along an axis: one interval, or two.
#[derive(Clone, Copy)]
struct Spans {
    count: usize,
    ends: [[i32; 2]; 2],
}

impl Spans {
    fn iter(&self) -> impl Iterator<Item = &[i32; 2]> {
        self.ends.iter().take(self.count)
    }

    fn lines(&self) -> impl Iterator<Item = i32> {
        self.iter().flat_map(|[low, high]| *low..=*high)
    }
}

/// The shortest of the images of an offset along an axis.
#[inline(always)]
fn nearest<S: Isa>(axis: &Axis, along: F32x8<S>) -> F32x8<S> {
    let Axis { length, edge: Edge::Periodic } = *axis else { return along };
    let (length, half) = (F32x8::splat(length), F32x8::splat(0.5 * length));
    let other = along.lt(-half).select(along + length, along);
    along.gt(half).select(along - length, other)
}
