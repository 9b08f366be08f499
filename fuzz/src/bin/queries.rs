//! Every query of both indices gives what its definition gives, or refuses its input.

#![no_main]

use flockwork_fuzz::Bytes;
use flockwork_kernel::{Edge, World};
use flockwork_spatial::index::Index;
use flockwork_spatial::naive::Naive;
use flockwork_spatial::query::Query;
use flockwork_spatial::{
    CellIndex, CellScratch, Entities, Entry, Grid, HashIndex, HashScratch, Hit, Segment, SegmentHit,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let edge = [Edge::Periodic, Edge::Wall, Edge::Open][bytes.below(3) as usize];
    let (width, height) = (number(&mut bytes, 100.0), number(&mut bytes, 100.0));
    let Ok(world) = World::new(width, height, edge) else { return };
    let radius = number(&mut bytes, width);
    let count = bytes.below(24);
    let mut xs = Vec::new();
    let mut ys = Vec::new();
    for _ in 0..count {
        xs.push(number(&mut bytes, width));
        ys.push(number(&mut bytes, height));
    }
    let ids: Vec<u32> = (0..count).map(|id| (id * 7 + 3) % 64 * 3).collect();
    let entities = Entities { xs: &xs, ys: &ys, ids: &ids };
    if let Ok(grid) = Grid::new(world, radius, count) {
        let needs = CellIndex::needs(&grid, count);
        let mut starts = vec![0; needs.starts];
        let mut order = vec![Entry::default(); needs.order];
        let mut cell_of = vec![0; needs.cell_of];
        let (mut right, mut up) = (vec![0.0; needs.positions], vec![0.0; needs.positions]);
        let scratch = CellScratch {
            starts: &mut starts,
            order: &mut order,
            cell_of: &mut cell_of,
            xs: &mut right,
            ys: &mut up,
        };
        if let Ok(index) = CellIndex::build(grid, entities, scratch) {
            ask(&index, &mut bytes, (width, height));
        }
    }
    let needs = HashIndex::needs(count);
    let mut starts = vec![0; needs.starts];
    let mut order = vec![Entry::default(); needs.order];
    let mut cell_of = vec![0; needs.cell_of];
    let mut occupied = vec![Default::default(); needs.occupied];
    let (mut right, mut up) = (vec![0.0; needs.positions], vec![0.0; needs.positions]);
    let scratch = HashScratch {
        starts: &mut starts,
        order: &mut order,
        cell_of: &mut cell_of,
        xs: &mut right,
        ys: &mut up,
        occupied: &mut occupied,
    };
    if let Ok(index) = HashIndex::build(radius, entities, scratch) {
        ask(&index, &mut bytes, (width, height));
    }
});

/// Often a part of `side`, at times a corner of it, and now and then any number at all.
fn number(bytes: &mut Bytes<'_>, side: f32) -> f32 {
    match bytes.below(8) {
        0 => f32::from_bits(bytes.word()),
        1 => [0.0, -0.0, side, side.next_down(), side * 0.5, f32::MIN_POSITIVE, -side, f32::NAN]
            [bytes.below(8) as usize],
        _ => side * (f32::from(bytes.byte()) / 256.0),
    }
}

fn ask(index: &impl Index, bytes: &mut Bytes<'_>, (width, height): (f32, f32)) {
    let naive = Naive { entities: index.entities(), torus: index.torus() };
    let (x, y) = (number(bytes, width), number(bytes, height));
    let (u, v) = (number(bytes, width), number(bytes, height));
    let r = number(bytes, width);
    let cap = 1 + bytes.below(30) as usize;

    let mut hits = vec![Hit::default(); cap];
    let mut wanted = hits.clone();
    if let Ok(found) = index.radius(x, y, r, &mut hits, cap) {
        assert_eq!(found, naive.radius(x, y, r, &mut wanted));
        assert_eq!(hits, wanted);
        assert_eq!(index.count_radius(x, y, r), Ok(naive.count_radius(x, y, r)));
    }
    let mut hits = vec![Hit::default(); cap];
    let mut wanted = hits.clone();
    if let Ok(found) = index.nearest(x, y, cap, &mut hits) {
        assert_eq!(found, naive.nearest(x, y, &mut wanted));
        assert_eq!(hits, wanted);
    }
    let mut inside = vec![Entry::default(); cap];
    let mut wanted = inside.clone();
    let (low, high) = ((x.min(u), y.min(v)), (x.max(u), y.max(v)));
    if let Ok(found) = index.box_query(low, high, &mut inside, cap) {
        assert_eq!(found, naive.box_query(low, high, &mut wanted));
        assert_eq!(inside, wanted);
    }
    let segment = Segment { from: (x, y), to: (u, v), radius: r };
    let mut crossed = vec![SegmentHit::default(); cap];
    let mut wanted = crossed.clone();
    if let Ok(found) = index.segment(&segment, &mut crossed, cap) {
        assert_eq!(found, naive.segment(&segment, &mut wanted));
        assert_eq!(crossed, wanted);
    }
}
