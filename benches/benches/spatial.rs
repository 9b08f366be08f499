//! The spatial structures alone: the sort, the neighbour pass, indices and their queries.

use std::hint::black_box;
use std::ops::ControlFlow;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flockwork_benches::points::Points;
use flockwork_benches::{criterion, machine};
use flockwork_kernel::{Edge, F32x8, LANES, World};
use flockwork_spatial::hash::Occupied;
use flockwork_spatial::index::Index;
use flockwork_spatial::naive::Naive;
use flockwork_spatial::sort::sort_by_cell;
use flockwork_spatial::{
    Block, Candidate, CellIndex, CellScratch, Cells, Cutoff, Entities, Entry, Grid, HashIndex,
    HashScratch, Hit, Pair, Query, Segment, SegmentHit, Visitor, pass,
};

const COUNT: u32 = 100_000;
const RADIUS: f32 = 1.0;
const DENSITY: f32 = 20.0 / core::f32::consts::PI;
/// Queries of one iteration.
const QUERIES: usize = 256;

/// The entities of a walled world, sorted into a bordered rectangle of cells as a domain has it.
struct Sorted {
    grid: Grid,
    starts: Vec<u32>,
    order: Vec<Entry>,
    cell_of: Vec<u32>,
    cells: u32,
}

impl Sorted {
    fn new(points: &Points) -> Self {
        let world = World::new(points.side, points.side, Edge::Wall).expect("a square has sides");
        let grid = Grid::new(world, RADIUS, points.count()).expect("the radius fits");
        let stride = grid.cols() + 2 * grid.fine();
        let place = |(&x, &y): (&f32, &f32)| {
            let (row, col) = grid.cell(x, y);
            (row + 1) * stride + col + grid.fine()
        };
        let cell_of = points.xs.iter().zip(&points.ys).map(place).collect();
        let cells = Cells::count(grid.rows(), grid.cols(), grid.fine()).expect("they are few");
        let starts = vec![0; cells as usize + 1];
        let order = vec![Entry::default(); points.ids.len()];
        Self { grid, starts, order, cell_of, cells }
    }

    fn sort(&mut self, points: &Points) {
        sort_by_cell(&self.cell_of, &points.ids, self.cells, &mut self.starts, &mut self.order)
            .expect("everything fits");
    }

    fn check(&self, points: &Points) {
        let mut naive: Vec<_> = (0..points.ids.len()).collect();
        naive.sort_unstable_by_key(|&slot| (self.cell_of[slot], points.ids[slot]));
        assert!(naive.iter().zip(&self.order).all(|(&slot, entry)| slot as u32 == entry.slot()));
    }

    fn cells(&self) -> Cells<'_> {
        let (rows, cols) = (self.grid.rows(), self.grid.cols());
        Cells { starts: &self.starts, rows, cols, fine: self.grid.fine() }
    }
}

/// Counts each entity's neighbours.
struct Count<'a> {
    neighbours: &'a mut [f32],
}

impl Visitor for Count<'_> {
    type Shown = ();
    type Tile = ();
    type Sum = F32x8;

    #[inline(always)]
    fn load(&mut self, _: Block) -> ((), F32x8) {
        ((), F32x8::ZERO)
    }

    #[inline(always)]
    fn pair(&mut self, _tile: &(), _other: &(), pair: &Pair, sum: &mut F32x8) {
        *sum += pair.near.keep(F32x8::ONE);
    }

    #[inline(always)]
    fn finish(&mut self, Block { at, count, .. }: Block, _tile: &(), sum: &F32x8) {
        let end = (at + LANES).min(self.neighbours.len());
        assert!(at + count <= end);
        sum.store(&mut self.neighbours[at..end]);
    }
}

fn sort_and_pass(c: &mut Criterion) {
    machine::print();
    let points = Points::new(COUNT, DENSITY);
    let mut sorted = Sorted::new(&points);
    sorted.sort(&points);
    sorted.check(&points);
    let place = |entry: &Entry| {
        let slot = entry.slot() as usize;
        Candidate { x: points.xs[slot], y: points.ys[slot], shown: () }
    };
    let records: Vec<_> = sorted.order.iter().map(place).collect();
    let mut neighbours = vec![0.0; records.len()];
    count(&sorted, &records, &mut neighbours);
    with_cells(&points, Edge::Wall, |index| {
        for (entry, &counted) in sorted.order.iter().zip(&neighbours) {
            let Candidate { x, y, .. } = place(entry);
            let found = index.count_radius(x, y, RADIUS).expect("a usable radius") - 1;
            assert_eq!(found as f32, counted, "neighbours of {}", entry.id());
        }
    });
    let mean = neighbours.iter().sum::<f32>() / neighbours.len() as f32;
    println!("{COUNT} entities, {mean:.1} neighbours counted (less at the walls)");

    let mut group = c.benchmark_group("spatial");
    group.throughput(Throughput::Elements(u64::from(COUNT)));
    group.bench_function("sort", |b| b.iter(|| sorted.sort(&points)));
    group.bench_function("pass", |b| b.iter(|| count(&sorted, &records, &mut neighbours)));
    group.finish();
}

fn count(sorted: &Sorted, records: &[Candidate<()>], neighbours: &mut [f32]) {
    let cutoff = Cutoff { radius: RADIUS, most: None };
    let mut visitor = Count { neighbours };
    pass::neighbour_pass(&sorted.cells(), cutoff, records, &sorted.order, &mut visitor)
        .expect("everything fits");
}

fn with_cells(points: &Points, edge: Edge, each: impl FnOnce(&CellIndex<'_>)) {
    let world = World::new(points.side, points.side, edge).expect("a square has sides");
    let grid = Grid::new(world, RADIUS, points.count()).expect("the radius fits");
    let needs = CellIndex::needs(&grid, points.count());
    let (mut starts, mut cell_of) = (vec![0; needs.starts], vec![0; needs.cell_of]);
    let mut order = vec![Entry::default(); needs.order];
    let (mut xs, mut ys) = (vec![0.0; needs.positions], vec![0.0; needs.positions]);
    let scratch = CellScratch {
        starts: &mut starts,
        order: &mut order,
        cell_of: &mut cell_of,
        xs: &mut xs,
        ys: &mut ys,
    };
    each(&CellIndex::build(grid, points.entities(), scratch).expect("the points are sound"));
}

fn with_hash(points: &Points, each: impl FnOnce(&HashIndex<'_>)) {
    let needs = HashIndex::needs(points.count());
    let (mut starts, mut cell_of) = (vec![0; needs.starts], vec![0; needs.cell_of]);
    let mut order = vec![Entry::default(); needs.order];
    let mut occupied = vec![Occupied::default(); needs.occupied];
    let (mut xs, mut ys) = (vec![0.0; needs.positions], vec![0.0; needs.positions]);
    let scratch = HashScratch {
        starts: &mut starts,
        order: &mut order,
        cell_of: &mut cell_of,
        xs: &mut xs,
        ys: &mut ys,
        occupied: &mut occupied,
    };
    each(&HashIndex::build(RADIUS, points.entities(), scratch).expect("the points are sound"));
}

fn queries(c: &mut Criterion) {
    let points = Points::new(COUNT, DENSITY);
    let few = Points::new(2_000, DENSITY);
    with_cells(&few, Edge::Periodic, |index| check(index, &few));
    with_hash(&few, |index| check(index, &few));
    let mut group = c.benchmark_group("build");
    group.throughput(Throughput::Elements(u64::from(COUNT)));
    group.bench_function("cells", |b| b.iter(|| with_cells(&points, Edge::Periodic, |_| ())));
    group.bench_function("hash", |b| b.iter(|| with_hash(&points, |_| ())));
    group.finish();
    with_cells(&points, Edge::Periodic, |index| time(c, "cells", index, points.entities()));
    with_hash(&points, |index| time(c, "hash", index, points.entities()));
}

/// How many results are asked for.
const MOST: usize = 64;
/// How many nearest are asked for.
const NEAREST: usize = 16;

fn radius(index: &impl Index, (x, y): (f32, f32), out: &mut [Hit; MOST]) -> usize {
    index.radius(x, y, RADIUS, out, MOST).expect("a usable query")
}

fn nearest(index: &impl Index, (x, y): (f32, f32), out: &mut [Hit; MOST]) -> usize {
    index.nearest(x, y, NEAREST, out).expect("a usable query")
}

fn ray((x, y): (f32, f32)) -> Segment {
    Segment { from: (x, y), to: (x + 3.0, y + 4.0), radius: 0.2 }
}

fn segment(index: &impl Index, at: (f32, f32), out: &mut [SegmentHit; MOST]) -> usize {
    index.segment(&ray(at), out, MOST).expect("a usable query")
}

fn pairs(index: &impl Index) -> u64 {
    let mut count = 0;
    let flow = index.pairs_within(RADIUS, |_, _, _| {
        count += 1;
        ControlFlow::<()>::Continue(())
    });
    assert!(flow.expect("a usable radius").is_continue());
    count
}

/// Holds every query against its naive twin.
fn check(index: &impl Index, points: &Points) {
    let naive = Naive { entities: points.entities(), torus: index.torus() };
    let mut twice = 0;
    for (&x, &y) in points.xs.iter().zip(&points.ys) {
        let (mut found, mut wanted) = ([Hit::default(); MOST], [Hit::default(); MOST]);
        assert_eq!(radius(index, (x, y), &mut found), naive.radius(x, y, RADIUS, &mut wanted));
        assert_eq!(found, wanted);
        twice += u64::from(naive.count_radius(x, y, RADIUS)) - 1;
        let (mut found, mut wanted) = ([Hit::default(); MOST], [Hit::default(); MOST]);
        nearest(index, (x, y), &mut found);
        naive.nearest(x, y, &mut wanted[..NEAREST]);
        assert_eq!(found, wanted);
        let (mut found, mut wanted) =
            ([SegmentHit::default(); MOST], [SegmentHit::default(); MOST]);
        assert_eq!(segment(index, (x, y), &mut found), naive.segment(&ray((x, y)), &mut wanted));
        assert_eq!(found, wanted);
    }
    assert_eq!(2 * pairs(index), twice, "each pair once");
}

fn time(c: &mut Criterion, name: &str, index: &impl Index, entities: Entities<'_>) {
    let at: Vec<_> = (0..QUERIES).map(|i| (entities.xs[i], entities.ys[i])).collect();
    let mut out = [Hit::default(); MOST];
    let found: usize = at.iter().map(|&at| radius(index, at, &mut out)).sum();
    let mut along = [SegmentHit::default(); MOST];
    let hit: usize = at.iter().map(|&at| segment(index, at, &mut along)).sum();
    let mean = |count: usize| count as f64 / QUERIES as f64;
    println!(
        "{name}: {COUNT} entities; {:.1} within the radius, {NEAREST} nearest, {:.1} along a \
         segment of length 5; {} pairs",
        mean(found),
        mean(hit),
        pairs(index)
    );
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(QUERIES as u64));
    group.bench_function("radius", |b| {
        b.iter(|| at.iter().map(|&at| radius(index, at, black_box(&mut out))).sum::<usize>());
    });
    group.bench_function("nearest", |b| {
        b.iter(|| at.iter().map(|&at| nearest(index, at, black_box(&mut out))).sum::<usize>());
    });
    group.bench_function("segment", |b| {
        b.iter(|| at.iter().map(|&at| segment(index, at, black_box(&mut along))).sum::<usize>());
    });
    group.throughput(Throughput::Elements(u64::from(COUNT)));
    group.bench_function("pairs", |b| b.iter(|| pairs(index)));
    group.finish();
}

criterion_group! { name = benches; config = criterion(); targets = sort_and_pass, queries }
criterion_main!(benches);
