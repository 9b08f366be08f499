//! Queries and the pass choose their instructions themselves: every set gives the same bits.
//!
//! One test, since a set is forced for the whole process.

#[path = "queries/world.rs"]
#[allow(dead_code)]
mod world;

use core::ops::ControlFlow;

use flockwork_kernel::isa::{self, Isa, Set};
use flockwork_kernel::simd::{F32x8, U32x8};
use flockwork_kernel::{Edge, World};
use flockwork_spatial::index::Index;
use flockwork_spatial::sort::sort_by_cell;
use flockwork_spatial::{
    Block, Candidate, Cells, Cutoff, Entities, Entry, Grid, Hit, Pair, Query, Visitor, pass,
};
use world::{Random, Spread, entities, with_cells, with_hash};

fn ask(index: &impl Index, seen: &mut Vec<u32>) {
    let entities = index.entities();
    let mut out = [Hit::default(); 20];
    for (&x, &y) in entities.xs.iter().zip(entities.ys) {
        for found in [
            index.radius(x, y, 1.7, &mut out, 20).unwrap(),
            index.nearest(x, y, 20, &mut out).unwrap(),
        ] {
            let words = |hit: &Hit| [hit.id, hit.slot, hit.d2.to_bits()];
            seen.extend(out[..found].iter().flat_map(words));
        }
    }
    let flow = index.pairs_within(1.7, |low, high, d2| {
        seen.extend([low.id(), high.id(), d2.to_bits()]);
        ControlFlow::<()>::Continue(())
    });
    assert!(flow.unwrap().is_continue());
}

/// The sums of a pass under a cap or without, of pairs that are called dear or not.
struct Pass<'a, const DEAR: bool> {
    cells: Cells<'a>,
    cutoff: Cutoff,
    records: &'a [Candidate<()>],
    order: &'a [Entry],
    seen: &'a mut Vec<u32>,
}

impl<const DEAR: bool> isa::Task for Pass<'_, DEAR> {
    type Output = ();
    #[inline(always)]
    fn run<S: Isa>(mut self) {
        let Self { cells, cutoff, records, order, .. } = self;
        pass::neighbour_pass::<S, _>(&cells, cutoff, records, order, &mut self).unwrap();
    }
}

impl<S: Isa, const DEAR: bool> Visitor<S> for Pass<'_, DEAR> {
    type Shown = ();
    type Tile = ();
    type Sum = (U32x8<S>, F32x8<S>);
    const SELECTIVE: bool = DEAR;

    #[inline(always)]
    fn load(&mut self, _: Block) -> ((), Self::Sum) {
        ((), (U32x8::ZERO, F32x8::ZERO))
    }

    #[inline(always)]
    fn pair(&mut self, _: &(), _: &(), pair: &Pair<S>, sum: &mut Self::Sum) {
        pair.near.count(&mut sum.0);
        sum.1 += pair.near.keep(pair.offset.x * pair.d2 + pair.offset.y);
    }

    #[inline(always)]
    fn finish(&mut self, Block { count, .. }: Block, _: &(), sum: &Self::Sum) {
        self.seen.extend(&sum.0.to_array()[..count]);
        self.seen.extend(&sum.1.to_bits().to_array()[..count]);
    }
}

fn sums(grid: &Grid, columns: Entities<'_>, seen: &mut Vec<u32>) {
    let (rows, cols, fine) = (grid.rows(), grid.cols(), grid.fine());
    let cell = |(&x, &y): (&f32, &f32)| {
        let (row, col) = grid.cell(x, y);
        (row + 1) * (cols + 2 * fine) + col + fine
    };
    let cell_of: Vec<u32> = columns.xs.iter().zip(columns.ys).map(cell).collect();
    let count = Cells::count(rows, cols, fine).unwrap();
    let mut starts = vec![0; count as usize + 1];
    let mut order = vec![Entry::default(); cell_of.len()];
    sort_by_cell(&cell_of, columns.ids, count, &mut starts, &mut order).unwrap();
    let place = |entry: &Entry| {
        let slot = entry.slot() as usize;
        Candidate { x: columns.xs[slot], y: columns.ys[slot], shown: () }
    };
    let records: Vec<_> = order.iter().map(place).collect();
    for most in [None, Some(3)] {
        let cells = Cells { starts: &starts, rows, cols, fine };
        let cutoff = Cutoff { radius: grid.radius(), most };
        let (records, order) = (&records[..], &order[..]);
        isa::dispatch(Pass::<false> { cells, cutoff, records, order, seen: &mut *seen });
        isa::dispatch(Pass::<true> { cells, cutoff, records, order, seen: &mut *seen });
    }
}

#[test]
fn queries_and_the_pass_give_the_same_bits_on_every_set() {
    for (edge, spread) in [(Edge::Periodic, Spread::Uniform), (Edge::Open, Spread::Seam)] {
        let grid = Grid::new(World::new(30.0, 20.0, edge).unwrap(), 2.0, 700).unwrap();
        let (xs, ys, ids) = entities(&mut Random(3), &grid, spread, 700);
        let columns = Entities { xs: &xs, ys: &ys, ids: &ids };
        let mut first = None;
        for set in Set::ALL.into_iter().filter(|set| set.is_available()) {
            isa::force(Some(set)).unwrap();
            let mut seen = Vec::new();
            with_cells(grid, columns, |index| ask(index, &mut seen));
            with_hash(2.0, columns, |index| ask(index, &mut seen));
            sums(&grid, columns, &mut seen);
            assert!(*first.get_or_insert_with(|| seen.clone()) == seen, "{set}");
        }
        isa::force(None).unwrap();
    }
}
