//! The pass under a cap where many entities are at the same place, in the plane and in space: it sees
//! what its twin sees, and tests few of them.

use std::marker::PhantomData;

use flockwork_kernel::axes::{Axes, Plane, Space};
use flockwork_kernel::{Edge, F32x8, LANES, U32x8, Vec2, Vector, World};
use flockwork_spatial::pass::neighbour_pass;
use flockwork_spatial::sort::sort_by_cell;
use flockwork_spatial::{Block, Candidate, Cells, Cutoff, Entry, Grid, Pair, Visitor};

/// Counts neighbours, and adds up something of each, so that another neighbour shows.
struct Sum<'a, A> {
    entries: &'a [Entry],
    ids: u32,
    out: Vec<(u32, f32)>,
    axes: PhantomData<A>,
}

impl<A: Axes> Visitor for Sum<'_, A> {
    type Axes = A;
    type Shown = ();
    type Tile = ();
    type Sum = (U32x8, F32x8);

    fn load(&mut self, _: Block) -> ((), Self::Sum) {
        Default::default()
    }

    fn pair(&mut self, _: &(), _: &(), pair: &Pair<A>, sum: &mut Self::Sum) {
        pair.near.count(&mut sum.0);
        let id = self.entries[pair.index as usize].id() % self.ids;
        sum.1 += pair.near.keep(pair.d2 + F32x8::splat(id as f32));
    }

    fn finish(&mut self, Block { at, count, .. }: Block, _: &(), sum: &Self::Sum) {
        assert_eq!(at, self.out.len());
        let (near, sum) = (sum.0.to_array(), sum.1.to_array());
        self.out.extend((0..count).map(|lane| (near[lane], sum[lane])));
        assert!(near[count..].iter().all(|&near| near == 0), "lanes without an entity");
    }
}

const SIDE: f32 = 40.0;
const RADIUS: f32 = 2.0;

/// What the pass did.
struct Done {
    /// Of each entity, in canonical order: how many neighbours, and their sum.
    out: Vec<(u32, f32)>,
    tested: u64,
    order: Vec<Entry>,
}

fn pass<A: Axes>(places: &[Vector<A>], ids: &[u32], most: u32) -> Done {
    let world = if A::SPACE {
        World::space(SIDE, SIDE, SIDE, Edge::Wall)
    } else {
        World::new(SIDE, SIDE, Edge::Wall)
    };
    let grid = Grid::new(world.unwrap(), RADIUS, if A::SPACE { 80_000 } else { 4000 }).unwrap();
    let (lines, margins) = (grid.lines(), grid.margins());
    let [cols, rows] = [0, 1].map(|axis| lines[axis] + 2 * margins[axis]);
    let cell = |place: &Vector<A>| {
        let cell = grid.cell(*place);
        let [col, row, layer] = [0, 1, 2].map(|axis| cell[axis] + margins[axis]);
        (layer * rows + row) * cols + col
    };
    let cell_of: Vec<u32> = places.iter().map(cell).collect();
    let count = Cells::count(lines, margins).unwrap();
    let mut starts = vec![0; count as usize + 1];
    let mut order = vec![Entry::default(); ids.len()];
    sort_by_cell(&cell_of, ids, count, &mut starts, &mut order).unwrap();
    let record = |entry: &Entry| Candidate { place: places[entry.slot() as usize], shown: () };
    let records: Vec<_> = order.iter().map(record).collect();
    let cells = Cells { starts: &starts, lines, margins, reach: margins, occupied: None };
    let cutoff = Cutoff { radius: RADIUS, most: Some(most) };
    let mut sum = Sum { entries: &order, ids: 1000, out: Vec::new(), axes: PhantomData::<A> };
    let tested = neighbour_pass(&cells, cutoff, &records, &order, &mut sum).unwrap();
    let out = sum.out;
    Done { out, tested, order }
}

/// The same by definition, of every `step`-th entity.
fn holds<A: Axes>(places: &[Vector<A>], most: usize, done: &Done, step: usize) {
    for at in (0..done.order.len()).step_by(step) {
        let own = places[done.order[at].slot() as usize];
        let mut near: Vec<(u32, u32, usize)> = (0..done.order.len())
            .filter(|&other| other != at)
            .filter_map(|other| {
                let d2 = (places[done.order[other].slot() as usize] - own).length_squared();
                let id = done.order[other].id();
                (d2 < RADIUS * RADIUS).then_some((d2.to_bits(), id, other))
            })
            .collect();
        near.sort_unstable();
        near.truncate(most);
        near.sort_unstable_by_key(|&(_, _, other)| other);
        let term = |&(d2, id, _): &(u32, u32, usize)| f32::from_bits(d2) + (id % 1000) as f32;
        let sum = near.iter().map(term).fold(0.0, |sum, term| sum + term);
        assert_eq!(done.out[at], (near.len() as u32, sum), "entity {}", done.order[at].id());
    }
}

fn share(draw: &mut u32) -> f32 {
    *draw = draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    (*draw >> 8) as f32 / (1 << 24) as f32
}

/// Ids in no order.
fn scattered(count: usize) -> Vec<u32> {
    (0..count as u32).map(|slot| slot.wrapping_mul(2_654_435_761)).collect()
}

/// A place in the plane, or in space one a little to the side of it.
fn at<A: Axes>(x: f32, y: f32) -> Vector<A> {
    Vector::of(x, y, 0.5 * x + 1.0)
}

fn one_place<A: Axes>() {
    const COUNT: usize = 20_000;
    let places = vec![at::<A>(7.3, 11.1); COUNT];
    for most in [0, 1, 8, 64] {
        let done = pass(&places, &scattered(COUNT), most);
        holds(&places, most as usize, &done, 997);
        let tiles = (COUNT / LANES) as u64;
        // The own entity, those that count, and what is looked at before the next check.
        let bound = tiles * (u64::from(most) + 1 + 32);
        assert!(done.tested <= bound, "{} tested, cap {most}", done.tested);
    }
}

#[test]
fn entities_at_one_place_meet_as_many_as_count() {
    one_place::<Plane>();
    one_place::<Space>();
}

fn few_places<A: Axes>() {
    const COUNT: usize = 20_000;
    // Three in one cell, others in the cells around it, and at the far side.
    let near = [(7.3, 11.1), (7.31, 11.1), (7.3, 11.12), (8.4, 11.1), (7.3, 12.9), (6.5, 9.7)];
    let near = near.map(|(x, y)| at::<A>(x, y));
    let far = [Vector::of(39.9, 39.9, 39.9), Vector::default()];
    let mixed: Vec<_> = (0..COUNT).map(|slot| near.iter().chain(&far).nth(slot % 8)).collect();
    let mixed: Vec<Vector<A>> = mixed.into_iter().flatten().copied().collect();
    // One group after the other, ids too, each in a cell of its own.
    let sorted: Vec<Vector<A>> = (0..COUNT)
        .map(|slot| [near[0], near[3], near[4], near[5], far[0]][slot * 5 / COUNT])
        .collect();
    for places in [mixed, sorted] {
        for ids in [scattered(COUNT), (0..COUNT as u32).collect()] {
            let done = pass(&places, &ids, 8);
            holds(&places, 8, &done, 997);
            let tiles = (COUNT / LANES) as u64;
            assert!(done.tested <= tiles * 6 * 64, "{} tested", done.tested);
        }
    }
}

#[test]
fn groups_at_a_few_places_do_not_meet_each_other_whole() {
    few_places::<Plane>();
    few_places::<Space>();
}

#[test]
fn a_group_among_others_costs_no_more_than_itself() {
    let mut draw = 5;
    let mut places: Vec<_> =
        (0..2_000).map(|_| Vec2::new(SIDE * share(&mut draw), SIDE * share(&mut draw))).collect();
    let alone = pass(&places, &scattered(places.len()), 8);
    places.extend(vec![Vec2::new(20.2, 20.7); 10_000]);
    let done = pass(&places, &scattered(places.len()), 8);
    holds(&places, 8, &done, 173);
    // Those in the group's own cell look at all of it, and are at most some dozens; everybody else
    // at a few.
    let crowd = done.tested - alone.tested;
    assert!(crowd <= 12_000 / 8 * 128 + 30 * 10_000, "{crowd} tested");
}

fn dense<A: Axes>() {
    let mut draw = 9;
    for (count, width) in [(700, 0.001), (900, 0.5), (1_500, 1.9), (1_500, 6.0)] {
        let mut along = |from: f32| from + width * share(&mut draw);
        let mut places: Vec<Vector<A>> = (0..count)
            .map(|_| {
                let (x, y) = (along(10.0), along(13.0));
                Vector::of(x, y, if A::SPACE { along(11.0) } else { 0.0 })
            })
            .collect();
        // Some at the same place as others.
        for slot in 0..count / 4 {
            places[slot * 3] = places[slot];
        }
        for most in [0, 1, 8, 64] {
            let done = pass(&places, &scattered(places.len()), most);
            holds(&places, most as usize, &done, 7);
        }
    }
}

#[test]
fn a_dense_crowd_sees_what_its_twin_sees() {
    dense::<Plane>();
    dense::<Space>();
}
