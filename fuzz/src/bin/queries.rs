//! Every query of both indices, in the plane and in space, gives what its definition gives, or
//! refuses its input.

#![no_main]

use flockwork_fuzz::Bytes;
use flockwork_kernel::{Axes, Axis, Edge, Plane, Space, Vector, World};
use flockwork_spatial::index::Indexed;
use flockwork_spatial::naive::Naive;
use flockwork_spatial::query::Query;
use flockwork_spatial::{CellIndex, Entities, Entry, Grid, HashIndex, Hit, Segment, SegmentHit};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    if bytes.below(2) == 0 { all::<Plane>(&mut bytes) } else { all::<Space>(&mut bytes) }
});

fn all<A: Axes>(bytes: &mut Bytes<'_>) {
    let mut axes = [Axis::default(); World::MOST_AXES];
    for axis in &mut axes[..A::COUNT] {
        let edge = [Edge::Periodic, Edge::Wall, Edge::Open][bytes.below(3) as usize];
        *axis = Axis { length: number(bytes, 100.0), edge };
    }
    let Ok(world) = World::of(&axes[..A::COUNT]) else { return };
    let lengths = axes.map(|axis| axis.length);
    let radius = number(bytes, lengths[0]);
    let count = bytes.below(24);
    let mut places = [const { Vec::new() }; World::MOST_AXES];
    for _ in 0..count {
        for (column, length) in places.iter_mut().zip(lengths).take(A::COUNT) {
            column.push(number(bytes, length));
        }
    }
    let ids: Vec<u32> = (0..count).map(|id| (id * 7 + 3) % 64 * 3).collect();
    let entities = Entities::<A>::of(&places[0], &places[1], &places[2], &ids);
    if let Ok(grid) = Grid::new(world, radius, count) {
        let mut memory = vec![0; CellIndex::words(&grid, count)];
        if let Ok(index) = CellIndex::build(grid, &entities, &mut memory) {
            ask(&index, entities, bytes, lengths);
        }
    }
    let mut memory = vec![0; HashIndex::<A>::words(count)];
    if let Ok(index) = HashIndex::build(radius, &entities, &mut memory) {
        ask(&index, entities, bytes, lengths);
    }
}

/// Often a part of `side`, at times a corner of it, and now and then any number at all.
fn number(bytes: &mut Bytes<'_>, side: f32) -> f32 {
    match bytes.below(8) {
        0 => f32::from_bits(bytes.word()),
        1 => [0.0, -0.0, side, side.next_down(), side * 0.5, f32::MIN_POSITIVE, -side, f32::NAN]
            [bytes.below(8) as usize],
        _ => side * (f32::from(bytes.byte()) / 256.0),
    }
}

fn ask<I: Indexed>(
    index: &I,
    entities: Entities<'_, I::Axes>,
    bytes: &mut Bytes<'_>,
    lengths: [f32; World::MOST_AXES],
) {
    let naive = Naive { entities, periods: index.periods() };
    let mut place = || {
        let mut place = [0.0; World::MOST_AXES];
        for (value, length) in place.iter_mut().zip(lengths).take(I::Axes::COUNT) {
            *value = number(bytes, length);
        }
        place
    };
    let (a, b) = (place(), place());
    let vector = |[x, y, z]: [f32; World::MOST_AXES]| Vector::<I::Axes>::of(x, y, z);
    let (at, to) = (vector(a), vector(b));
    let r = number(bytes, lengths[0]);
    let cap = 1 + bytes.below(30) as usize;

    let mut hits = vec![Hit::default(); cap];
    let mut wanted = hits.clone();
    if let Ok(found) = index.radius(at, r, &mut hits, cap) {
        assert_eq!(found, naive.radius(at, r, &mut wanted));
        assert_eq!(hits, wanted);
        assert_eq!(index.count_radius(at, r), Ok(naive.count_radius(at, r)));
    }
    let mut hits = vec![Hit::default(); cap];
    let mut wanted = hits.clone();
    if let Ok(found) = index.nearest(at, cap, &mut hits) {
        assert_eq!(found, naive.nearest(at, &mut wanted));
        assert_eq!(hits, wanted);
    }
    let mut inside = vec![Entry::default(); cap];
    let mut wanted = inside.clone();
    let each = |f: fn(f32, f32) -> f32| vector(core::array::from_fn(|axis| f(a[axis], b[axis])));
    let (low, high) = (each(f32::min), each(f32::max));
    if let Ok(found) = index.box_query(low, high, &mut inside, cap) {
        assert_eq!(found, naive.box_query(low, high, &mut wanted));
        assert_eq!(inside, wanted);
    }
    let segment = Segment { from: at, to, radius: r };
    let mut crossed = vec![SegmentHit::default(); cap];
    let mut wanted = crossed.clone();
    if let Ok(found) = index.segment(&segment, &mut crossed, cap) {
        assert_eq!(found, naive.segment(&segment, &mut wanted));
        assert_eq!(crossed, wanted);
    }
}
