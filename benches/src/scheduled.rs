//! The schedulers' pass over columns of one's own: what it takes to call it by hand.

use flockwork_kernel::simd::{F32x8, Isa, U32x8, V2};
use flockwork_kernel::{Edge, LANES, Plane, Vec2, World, isa};
use flockwork_spatial::sort::sort_by_cell;
use flockwork_spatial::{Block, Candidate, Cells, Cutoff, Entry, Grid, Pair, Visitor, pass};

use crate::points::Points;

/// The columns of one region, sorted and passed over as a scheduler does.
pub struct Scheduled<'a> {
    points: &'a Points,
    radius: f32,
    grid: Grid,
    starts: Vec<u32>,
    cell_of: Vec<u32>,
    /// The entities in canonical order.
    pub order: Vec<Entry>,
    records: Vec<Candidate<()>>,
    /// How many are near each of them.
    pub counts: Vec<u32>,
    /// The sums of the squared distances of those.
    pub sums: Vec<f32>,
}

impl<'a> Scheduled<'a> {
    /// Nothing sorted yet; within `radius` others are near.
    pub fn new(points: &'a Points, radius: f32) -> Self {
        let square = World::new(points.side, points.side, Edge::Wall).expect("a square");
        let grid = Grid::new(square, radius, points.count()).expect("the radius fits");
        let cells = Cells::count(grid.lines(), grid.margins()).expect("they are few");
        let count = points.ids.len();
        Self {
            points,
            radius,
            grid,
            starts: vec![0; cells as usize + 1],
            cell_of: vec![0; count],
            order: vec![Entry::default(); count],
            records: vec![Candidate::default(); count],
            counts: vec![0; count],
            sums: vec![0.0; count],
        }
    }

    /// Finds the cells, sorts, and makes the records.
    pub fn sort(&mut self) {
        isa::dispatch(FindCells {
            points: self.points,
            grid: &self.grid,
            cells: &mut self.cell_of,
        });
        let cells = self.starts.len() as u32 - 1;
        let ids = &self.points.ids;
        sort_by_cell(&self.cell_of, ids, cells, &mut self.starts, &mut self.order)
            .expect("everything fits");
        for (record, entry) in self.records.iter_mut().zip(&self.order) {
            let slot = entry.slot() as usize;
            record.place = Vec2::new(self.points.xs[slot], self.points.ys[slot]);
        }
    }

    /// The pass; gives how many candidates were tested.
    pub fn pass(&mut self) -> u64 {
        isa::dispatch(Pass(self))
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

struct Pass<'a, 'b>(&'a mut Scheduled<'b>);

impl isa::Task for Pass<'_, '_> {
    type Output = u64;
    #[inline(always)]
    fn run<S: Isa>(self) -> u64 {
        let Scheduled { radius, grid, starts, order, records, counts, sums, .. } = self.0;
        let cells = Cells {
            starts,
            lines: grid.lines(),
            margins: grid.margins(),
            reach: grid.margins(),
            occupied: None,
        };
        let cutoff = Cutoff { radius: *radius, most: None };
        let mut visitor = Add { counts, sums };
        pass::neighbour_pass::<S, _>(&cells, cutoff, records, order, &mut visitor)
            .expect("everything fits")
    }
}

/// Counts each entity's neighbours, and adds up their squared distances.
struct Add<'a> {
    counts: &'a mut [u32],
    sums: &'a mut [f32],
}

impl<S: Isa> Visitor<S> for Add<'_> {
    type Axes = Plane;
    type Shown = ();
    type Tile = ();
    type Sum = (U32x8<S>, F32x8<S>);

    #[inline(always)]
    fn load(&mut self, _: Block) -> ((), Self::Sum) {
        ((), (U32x8::ZERO, F32x8::ZERO))
    }

    #[inline(always)]
    fn pair(&mut self, _: &(), _: &(), pair: &Pair<Plane, S>, sum: &mut Self::Sum) {
        pair.near.count(&mut sum.0);
        sum.1 += pair.near.keep(pair.d2);
    }

    #[inline(always)]
    fn finish(&mut self, Block { at, count, .. }: Block, _: &(), sum: &Self::Sum) {
        sum.0.store(&mut self.counts[at..at + count]);
        sum.1.store(&mut self.sums[at..at + count]);
    }
}
