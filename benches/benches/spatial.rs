//! The spatial structures alone, in the plane and in space: the sort, the neighbour pass, indices and
//! their queries.

use std::hint::black_box;
use std::marker::PhantomData;
use std::ops::ControlFlow;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flockwork_benches::points::Points;
use flockwork_benches::{criterion, machine};
use flockwork_kernel::axes::{Axes, Plane, Space};
use flockwork_kernel::{Edge, F32x8, LANES, Vector, World};
use flockwork_spatial::index::Indexed;
use flockwork_spatial::naive::Naive;
use flockwork_spatial::sort::sort_by_cell;
use flockwork_spatial::{
    Block, Candidate, CellIndex, Cells, Cutoff, Entry, Grid, HashIndex, Hit, Pair, Query, Segment,
    SegmentHit, Visitor, pass,
};

const COUNT: u32 = 100_000;
const RADIUS: f32 = 1.0;
/// Of 20 neighbours within the radius, in the plane and in space.
const DENSITIES: [f32; 2] = [20.0 / core::f32::consts::PI, 15.0 / core::f32::consts::PI];
/// Queries of one iteration.
const QUERIES: usize = 256;

/// So many entities, of 20 neighbours each.
fn points<A: Axes>(count: u32) -> Points {
    let [plane, space] = DENSITIES;
    if A::SPACE { Points::space(count, space) } else { Points::new(count, plane) }
}

/// The square or cube that they are in.
fn world<A: Axes>(points: &Points, edge: Edge) -> World {
    let side = points.side;
    let world =
        if A::SPACE { World::space(side, side, side, edge) } else { World::new(side, side, edge) };
    world.expect("a square has sides")
}

/// A name, with an addition in space.
fn named<A: Axes>(name: &str) -> String {
    format!("{name}{}", if A::SPACE { " in space" } else { "" })
}

/// The entities of a walled world, sorted into a bordered box of cells as a domain has it.
struct Sorted {
    grid: Grid,
    starts: Vec<u32>,
    order: Vec<Entry>,
    cell_of: Vec<u32>,
    cells: u32,
}

impl Sorted {
    fn new<A: Axes>(points: &Points) -> Self {
        let world = world::<A>(points, Edge::Wall);
        let grid = Grid::new(world, RADIUS, points.count()).expect("the radius fits");
        let (lines, margins) = (grid.lines(), grid.margins());
        let [cols, rows] = [0, 1].map(|axis| lines[axis] + 2 * margins[axis]);
        let entities = points.entities::<A>();
        let place = |slot| {
            let cell = grid.cell(entities.position(slot));
            let [col, row, layer] = [0, 1, 2].map(|axis| cell[axis] + margins[axis]);
            (layer * rows + row) * cols + col
        };
        let cell_of = (0..points.count()).map(place).collect();
        let cells = Cells::count(lines, margins).expect("they are few");
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
        Cells {
            starts: &self.starts,
            lines: self.grid.lines(),
            margins: self.grid.margins(),
            reach: self.grid.margins(),
            occupied: None,
        }
    }
}

/// Counts each entity's neighbours.
struct Count<'a, A> {
    neighbours: &'a mut [f32],
    axes: PhantomData<A>,
}

impl<A: Axes> Visitor for Count<'_, A> {
    type Axes = A;
    type Shown = ();
    type Tile = ();
    type Sum = F32x8;

    #[inline(always)]
    fn load(&mut self, _: Block) -> ((), F32x8) {
        ((), F32x8::ZERO)
    }

    #[inline(always)]
    fn pair(&mut self, _tile: &(), _other: &(), pair: &Pair<A>, sum: &mut F32x8) {
        *sum += pair.near.keep(F32x8::ONE);
    }

    #[inline(always)]
    fn finish(&mut self, Block { at, count, .. }: Block, _tile: &(), sum: &F32x8) {
        let end = (at + LANES).min(self.neighbours.len());
        assert!(at + count <= end);
        sum.store(&mut self.neighbours[at..end]);
    }
}

fn sort_and_pass<A: Axes>(c: &mut Criterion) {
    let points = points::<A>(COUNT);
    let mut sorted = Sorted::new::<A>(&points);
    sorted.sort(&points);
    sorted.check(&points);
    let entities = points.entities::<A>();
    let place = |entry: &Entry| entities.position(entry.slot());
    let record = |entry| Candidate { place: place(entry), shown: () };
    let records: Vec<_> = sorted.order.iter().map(record).collect();
    let mut neighbours = vec![0.0; records.len()];
    count(&sorted, &records, &mut neighbours);
    with_cells::<A>(&points, Edge::Wall, |index| {
        for (entry, &counted) in sorted.order.iter().zip(&neighbours) {
            let found = index.count_radius(place(entry), RADIUS).expect("a usable radius") - 1;
            assert_eq!(found as f32, counted, "neighbours of {}", entry.id());
        }
    });
    let mean = neighbours.iter().sum::<f32>() / neighbours.len() as f32;
    println!("{COUNT} entities, {mean:.1} neighbours counted (less at the walls)");

    let mut group = c.benchmark_group(named::<A>("spatial"));
    group.throughput(Throughput::Elements(u64::from(COUNT)));
    group.bench_function("sort", |b| b.iter(|| sorted.sort(&points)));
    group.bench_function("pass", |b| b.iter(|| count(&sorted, &records, &mut neighbours)));
    group.finish();
}

fn count<A: Axes>(sorted: &Sorted, records: &[Candidate<(), A>], neighbours: &mut [f32]) {
    let cutoff = Cutoff { radius: RADIUS, most: None };
    let mut visitor = Count { neighbours, axes: PhantomData };
    pass::neighbour_pass(&sorted.cells(), cutoff, records, &sorted.order, &mut visitor)
        .expect("everything fits");
}

fn with_cells<A: Axes>(points: &Points, edge: Edge, each: impl FnOnce(&CellIndex<'_, A>)) {
    let grid =
        Grid::new(world::<A>(points, edge), RADIUS, points.count()).expect("the radius fits");
    let mut memory = vec![0; CellIndex::words(&grid, points.count())];
    let index = CellIndex::build(grid, &points.entities(), &mut memory);
    each(&index.expect("the points are sound"));
}

fn with_hash<A: Axes>(points: &Points, each: impl FnOnce(&HashIndex<'_, A>)) {
    let mut memory = vec![0; HashIndex::<A>::words(points.count())];
    let index = HashIndex::build(RADIUS, &points.entities(), &mut memory);
    each(&index.expect("the points are sound"));
}

fn queries<A: Axes>(c: &mut Criterion) {
    let (points, few) = (points::<A>(COUNT), points::<A>(2_000));
    with_cells::<A>(&few, Edge::Periodic, |index| check(index, &few));
    with_hash::<A>(&few, |index| check(index, &few));
    let mut group = c.benchmark_group(named::<A>("build"));
    group.throughput(Throughput::Elements(u64::from(COUNT)));
    group.bench_function("cells", |b| b.iter(|| with_cells::<A>(&points, Edge::Periodic, |_| ())));
    group.bench_function("hash", |b| b.iter(|| with_hash::<A>(&points, |_| ())));
    group.finish();
    with_cells::<A>(&points, Edge::Periodic, |index| time(c, "cells", index));
    with_hash::<A>(&points, |index| time(c, "hash", index));
}

/// How many results are asked for.
const MOST: usize = 64;
/// How many nearest are asked for.
const NEAREST: usize = 16;

fn radius<I: Indexed>(index: &I, at: Vector<I::Axes>, out: &mut [Hit; MOST]) -> usize {
    index.radius(at, RADIUS, out, MOST).expect("a usable query")
}

fn nearest<I: Indexed>(index: &I, at: Vector<I::Axes>, out: &mut [Hit; MOST]) -> usize {
    index.nearest(at, NEAREST, out).expect("a usable query")
}

fn ray<A: Axes>(at: Vector<A>) -> Segment<A> {
    Segment { from: at, to: at + Vector::of(3.0, 4.0, 0.0), radius: 0.2 }
}

fn segment<I: Indexed>(index: &I, at: Vector<I::Axes>, out: &mut [SegmentHit; MOST]) -> usize {
    index.segment(&ray(at), out, MOST).expect("a usable query")
}

fn pairs(index: &impl Indexed) -> u64 {
    let mut count = 0;
    let flow = index.pairs_within(RADIUS, |_, _, _| {
        count += 1;
        ControlFlow::<()>::Continue(())
    });
    assert!(flow.expect("a usable radius").is_continue());
    count
}

/// Holds every query against its naive twin.
fn check(index: &impl Indexed, points: &Points) {
    let naive = Naive { entities: points.entities(), periods: index.periods() };
    let mut twice = 0;
    for slot in 0..points.count() {
        let at = naive.entities.position(slot);
        let (mut found, mut wanted) = ([Hit::default(); MOST], [Hit::default(); MOST]);
        assert_eq!(radius(index, at, &mut found), naive.radius(at, RADIUS, &mut wanted));
        assert_eq!(found, wanted);
        twice += u64::from(naive.count_radius(at, RADIUS)) - 1;
        let (mut found, mut wanted) = ([Hit::default(); MOST], [Hit::default(); MOST]);
        nearest(index, at, &mut found);
        naive.nearest(at, &mut wanted[..NEAREST]);
        assert_eq!(found, wanted);
        let (mut found, mut wanted) =
            ([SegmentHit::default(); MOST], [SegmentHit::default(); MOST]);
        assert_eq!(segment(index, at, &mut found), naive.segment(&ray(at), &mut wanted));
        assert_eq!(found, wanted);
    }
    assert_eq!(2 * pairs(index), twice, "each pair once");
}

fn time<I: Indexed>(c: &mut Criterion, name: &str, index: &I) {
    let name = named::<I::Axes>(name);
    let at: Vec<_> =
        (0..QUERIES).map(|place| index.positions().get(place * 7919 % COUNT as usize)).collect();
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

fn plane(c: &mut Criterion) {
    machine::print();
    sort_and_pass::<Plane>(c);
    queries::<Plane>(c);
}

fn space(c: &mut Criterion) {
    sort_and_pass::<Space>(c);
    queries::<Space>(c);
}

criterion_group! { name = benches; config = criterion(); targets = plane, space }
criterion_main!(benches);
