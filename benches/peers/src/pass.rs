//! The pass over an index beside the schedulers' and beside a loop tuned by hand: how many are near,
//! and the sum of their squared distances.

use std::cell::RefCell;

use flockwork_benches::points::Points;
use flockwork_benches::tuned::{self, Sums};
use flockwork_benches::world::FLOCK_DENSITY;
use flockwork_kernel::simd::{F32x8, Isa, Sum8, U32x8, V2};
use flockwork_kernel::{Edge, LANES, Plane, Vec2, World, isa};
use flockwork_spatial::neighbours::{Tile, Visit, nothing};
use flockwork_spatial::sort::sort_by_cell;
use flockwork_spatial::{
    Block, Candidate, Cells, Cutoff, Entry, Grid, Index, Indexed, Neighbours, Pair, Visitor, pass,
};

use crate::race::{Race, Runner};

const RADIUS: f32 = 1.0;

pub fn run(race: &Race) {
    for count in [100_000, 1_000_000] {
        let points = Points::new(race.count(count), FLOCK_DENSITY);
        sums(race, &points);
        if race.small {
            break;
        }
    }
}

fn sums(race: &Race, points: &Points) {
    let n = points.ids.len();
    let places = (&points.xs[..], &points.ys[..]);
    let square = World::new(points.side, points.side, Edge::Wall).expect("a square");
    let door = RefCell::new(Door {
        index: Index::new(square, RADIUS).expect("it fits"),
        counts: vec![0; n],
        sums: vec![0.0; n],
    });
    let scheduler = RefCell::new(Scheduler::new(points, square));
    let tuned = RefCell::new(Sums::new(points.side, RADIUS, n));
    let sort = vec![
        Runner::new("flockwork: an index", || {
            let ids = &points.ids;
            door.borrow_mut().index.rebuild_with_ids(&places, ids).expect("the points are sound");
        }),
        Runner::new("flockwork: as the schedulers", || scheduler.borrow_mut().sort()),
    ];
    let pass = vec![
        Runner::new("flockwork: an index", || door.borrow_mut().pass()),
        Runner::new("flockwork: as the schedulers", || scheduler.borrow_mut().pass()),
    ];
    let (mut sort, mut pass) = (sort, pass);
    if tuned::available() {
        let name = "tuned by hand for AVX2";
        sort.push(Runner::new(name, || tuned.borrow_mut().sort(&points.xs, &points.ys)));
        pass.push(Runner::new(name, || tuned.borrow_mut().pass()));
    }
    sort.iter_mut().chain(&mut pass).for_each(|runner| (runner.work)());
    check(n, &door.borrow(), &scheduler.borrow(), &tuned.borrow());
    race.run("sums over neighbours (the index alone)", n as u32, sort);
    race.run("sums over neighbours (the pass alone)", n as u32, pass);
}

/// Both of ours have the same bits, and the tuned loop the same sums but for rounding.
fn check(n: usize, door: &Door, scheduler: &Scheduler<'_>, tuned: &Sums) {
    let mut ours = vec![(0, 0); n];
    for (at, entry) in scheduler.order.iter().enumerate() {
        let (count, sum) = (scheduler.counts[at], scheduler.sums[at].to_bits());
        ours[entry.slot() as usize] = (count, sum);
    }
    for (at, entry) in door.index.order().iter().enumerate() {
        let found = (door.counts[at], door.sums[at].to_bits());
        assert_eq!(ours[entry.slot() as usize], found, "slot {}", entry.slot());
    }
    if tuned::available() {
        let mut apart = 0;
        for (at, &slot) in tuned.slots[..n].iter().enumerate() {
            let (count, sum) = ours[slot as usize];
            apart += u32::from(count != tuned.counts[at]);
            let slack = f32::from(u8::from(count != tuned.counts[at])) + 1.0e-3;
            assert!((f32::from_bits(sum) - tuned.sums[at]).abs() <= slack * 2.0, "slot {slot}");
        }
        assert!(apart as usize <= n / 1000, "{apart} have other neighbours");
    }
}

/// The pass over an index; columns in its order.
struct Door {
    index: Index,
    counts: Vec<u32>,
    sums: Vec<f32>,
}

impl Door {
    fn pass(&mut self) {
        let Self { index, counts, sums } = self;
        let shown = nothing(counts.len());
        index.visit_each(RADIUS, shown, &mut Columns { counts, sums }).expect("a usable radius");
    }
}

/// Where sums go to.
struct Columns<'a> {
    counts: &'a mut [u32],
    sums: &'a mut [f32],
}

#[derive(Clone, Copy, Default)]
struct Sums8<S: Isa>(U32x8<S>, Sum8<F32x8<S>>);

impl Visit for Columns<'_> {
    type Axes = Plane;
    type Shown = ();
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Sums8<S>;

    #[inline(always)]
    fn pair<S: Isa>(&mut self, _: &(), _: &(), pair: &Pair<Plane, S>, sum: &mut Sums8<S>) {
        pair.near.count(&mut sum.0);
        sum.1.add(pair.near, pair.d2);
    }

    #[inline(always)]
    fn finish<S: Isa>(&mut self, tile: Tile<'_>, _: &(), sum: &Sums8<S>) {
        let lanes = tile.first..tile.first + tile.entries.len();
        sum.0.store(&mut self.counts[lanes.clone()]);
        sum.1.get().store(&mut self.sums[lanes]);
    }
}

/// The pass of the schedulers.
struct Scheduler<'a> {
    points: &'a Points,
    grid: Grid,
    starts: Vec<u32>,
    cell_of: Vec<u32>,
    order: Vec<Entry>,
    records: Vec<Candidate<()>>,
    counts: Vec<u32>,
    sums: Vec<f32>,
}

impl<'a> Scheduler<'a> {
    fn new(points: &'a Points, square: World) -> Self {
        let grid = Grid::new(square, RADIUS, points.count()).expect("the radius fits");
        let cells = Cells::count(grid.lines(), grid.margins()).expect("they are few");
        let count = points.ids.len();
        Self {
            points,
            grid,
            starts: vec![0; cells as usize + 1],
            cell_of: vec![0; count],
            order: vec![Entry::default(); count],
            records: vec![Candidate::default(); count],
            counts: vec![0; count],
            sums: vec![0.0; count],
        }
    }

    fn sort(&mut self) {
        let Self { points, grid, cell_of, .. } = self;
        isa::dispatch(FindCells { points, grid, cells: cell_of });
        let (cells, ids) = (self.starts.len() as u32 - 1, &self.points.ids);
        sort_by_cell(&self.cell_of, ids, cells, &mut self.starts, &mut self.order)
            .expect("everything fits");
        for (record, entry) in self.records.iter_mut().zip(&self.order) {
            let slot = entry.slot() as usize;
            record.place = Vec2::new(self.points.xs[slot], self.points.ys[slot]);
        }
    }

    fn pass(&mut self) {
        isa::dispatch(Pass(self));
    }
}

struct FindCells<'a> {
    points: &'a Points,
    grid: &'a Grid,
    cells: &'a mut [u32],
}

impl isa::Task for FindCells<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { points, grid, cells } = self;
        let fine = U32x8::<S>::splat(grid.fine());
        let stride = U32x8::splat(grid.cols() + 2 * grid.fine());
        for at in (0..cells.len()).step_by(LANES) {
            let (x, y) = (F32x8::load(&points.xs[at..]), F32x8::load(&points.ys[at..]));
            let [col, row, _] = grid.cell_lanes(V2::new(x, y));
            ((row + U32x8::splat(1)) * stride + col + fine).store(&mut cells[at..]);
        }
    }
}

struct Pass<'a, 'b>(&'a mut Scheduler<'b>);

impl isa::Task for Pass<'_, '_> {
    type Output = u64;

    #[inline(always)]
    fn run<S: Isa>(self) -> u64 {
        let Scheduler { grid, starts, order, records, counts, sums, .. } = self.0;
        let cells = Cells { starts, lines: grid.lines(), margins: grid.margins(), occupied: None };
        let cutoff = Cutoff { radius: RADIUS, most: None };
        let mut visitor = Columns { counts, sums };
        pass::neighbour_pass::<S, _>(&cells, cutoff, records, order, &mut visitor)
            .expect("everything fits")
    }
}

impl<S: Isa> Visitor<S> for Columns<'_> {
    type Axes = Plane;
    type Shown = ();
    type Tile = ();
    type Sum = Sums8<S>;

    #[inline(always)]
    fn load(&mut self, _: Block) -> ((), Sums8<S>) {
        Default::default()
    }

    #[inline(always)]
    fn pair(&mut self, _: &(), _: &(), pair: &Pair<Plane, S>, sum: &mut Sums8<S>) {
        pair.near.count(&mut sum.0);
        sum.1.add(pair.near, pair.d2);
    }

    #[inline(always)]
    fn finish(&mut self, Block { at, count, .. }: Block, _: &(), sum: &Sums8<S>) {
        sum.0.store(&mut self.counts[at..at + count]);
        sum.1.get().store(&mut self.sums[at..at + count]);
    }
}
