//! Queries and the pass choose their instructions themselves: every set gives the same bits.
//!
//! One test, since a set is forced for the whole process.

#[path = "queries/world.rs"]
#[allow(dead_code)]
mod world;

use core::ops::ControlFlow;

use flockwork_kernel::axes::{Axes, Plane, Space, Third};
use flockwork_kernel::isa::{self, Isa, Set};
use flockwork_kernel::simd::{F32x8, U32x8};
use flockwork_kernel::{Edge, World};
use flockwork_spatial::index::Indexed;
use flockwork_spatial::sort::sort_by_cell;
use flockwork_spatial::{
    Block, Candidate, Cells, Cutoff, Entities, Entry, Grid, Hit, Pair, Query, Visitor, pass,
};
use world::{Random, Spread, entities, with_cells, with_hash};

fn ask(index: &impl Indexed, seen: &mut Vec<u32>) {
    let mut out = [Hit::default(); 20];
    for place in 0..index.order().len() {
        let at = index.positions().get(place);
        for found in
            [index.radius(at, 1.7, &mut out, 20).unwrap(), index.nearest(at, 20, &mut out).unwrap()]
        {
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
struct Pass<'a, A: Axes, const DEAR: bool> {
    cells: Cells<'a>,
    cutoff: Cutoff,
    records: &'a [Candidate<(), A>],
    order: &'a [Entry],
    seen: &'a mut Vec<u32>,
}

impl<A: Axes, const DEAR: bool> isa::Task for Pass<'_, A, DEAR> {
    type Output = ();
    #[inline(always)]
    fn run<S: Isa>(mut self) {
        let Self { cells, cutoff, records, order, .. } = self;
        pass::neighbour_pass::<S, _>(&cells, cutoff, records, order, &mut self).unwrap();
    }
}

impl<S: Isa, A: Axes, const DEAR: bool> Visitor<S> for Pass<'_, A, DEAR> {
    type Axes = A;
    type Shown = ();
    type Tile = ();
    type Sum = (U32x8<S>, F32x8<S>);
    const SELECTIVE: bool = DEAR;

    #[inline(always)]
    fn load(&mut self, _: Block) -> ((), Self::Sum) {
        ((), (U32x8::ZERO, F32x8::ZERO))
    }

    #[inline(always)]
    fn pair(&mut self, _: &(), _: &(), pair: &Pair<A, S>, sum: &mut Self::Sum) {
        pair.near.count(&mut sum.0);
        let offset = pair.offset;
        let sum_of = offset.x * pair.d2 + offset.y + offset.z.or(F32x8::ZERO) * pair.d2;
        sum.1 += pair.near.keep(sum_of);
    }

    #[inline(always)]
    fn finish(&mut self, Block { count, .. }: Block, _: &(), sum: &Self::Sum) {
        self.seen.extend(&sum.0.to_array()[..count]);
        self.seen.extend(&sum.1.to_bits().to_array()[..count]);
    }
}

fn sums<A: Axes>(grid: &Grid, columns: Entities<'_, A>, seen: &mut Vec<u32>) {
    let (lines, margins) = (grid.lines(), grid.margins());
    let slots = 0..columns.ids.len() as u32;
    let count = Cells::count(lines, margins).unwrap();
    let cell = |slot| {
        let cell = grid.cell(columns.position(slot));
        let [cols, rows] = [0, 1].map(|axis| lines[axis] + 2 * margins[axis]);
        let [col, row, layer] = [0, 1, 2].map(|axis| cell[axis] + margins[axis]);
        (layer * rows + row) * cols + col
    };
    let cell_of: Vec<u32> = slots.map(cell).collect();
    let mut starts = vec![0; count as usize + 1];
    let mut order = vec![Entry::default(); cell_of.len()];
    sort_by_cell(&cell_of, columns.ids, count, &mut starts, &mut order).unwrap();
    let place = |entry: &Entry| Candidate { place: columns.position(entry.slot()), shown: () };
    let records: Vec<_> = order.iter().map(place).collect();
    for most in [None, Some(3)] {
        let cells = Cells { starts: &starts, lines, margins, reach: margins, occupied: None };
        let cutoff = Cutoff { radius: grid.radius(), most };
        let (records, order) = (&records[..], &order[..]);
        isa::dispatch(Pass::<_, false> { cells, cutoff, records, order, seen: &mut *seen });
        isa::dispatch(Pass::<_, true> { cells, cutoff, records, order, seen: &mut *seen });
    }
}

fn every_set<A: Axes>(world: World, spread: Spread) {
    let grid = Grid::new(world, 2.0, 700).unwrap().bounded();
    let points = entities(&mut Random(3), &grid, spread, 700);
    let mut first = None;
    for set in Set::ALL.into_iter().filter(|set| set.is_available()) {
        isa::force(Some(set)).unwrap();
        let mut seen = Vec::new();
        with_cells(grid, points.columns::<A>(), |index| ask(index, &mut seen));
        with_hash(2.0, points.columns::<A>(), |index| ask(index, &mut seen));
        sums(&grid, points.columns::<A>(), &mut seen);
        assert!(*first.get_or_insert_with(|| seen.clone()) == seen, "{set}");
    }
    isa::force(None).unwrap();
}

#[test]
fn queries_and_the_pass_give_the_same_bits_on_every_set() {
    for (edge, spread) in [(Edge::Periodic, Spread::Uniform), (Edge::Open, Spread::Seam)] {
        every_set::<Plane>(World::new(30.0, 20.0, edge).unwrap(), spread);
        every_set::<Space>(World::space(12.0, 8.0, 10.0, edge).unwrap(), spread);
    }
}
