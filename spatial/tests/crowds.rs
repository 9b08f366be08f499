//! The pass under a cap where many entities are at the same place: it sees what its twin sees, and
//! tests few of them.

use flockwork_kernel::{Edge, F32x8, LANES, U32x8, World};
use flockwork_spatial::pass::neighbour_pass;
use flockwork_spatial::sort::sort_by_cell;
use flockwork_spatial::{Block, Candidate, Cells, Cutoff, Entry, Grid, Pair, Visitor};

/// Counts neighbours, and adds up something of each, so that another neighbour shows.
struct Sum<'a> {
    entries: &'a [Entry],
    ids: u32,
    out: Vec<(u32, f32)>,
}

impl Visitor for Sum<'_> {
    type Shown = ();
    type Tile = ();
    type Sum = (U32x8, F32x8);

    fn load(&mut self, _: Block) -> ((), Self::Sum) {
        Default::default()
    }

    fn pair(&mut self, _: &(), _: &(), pair: &Pair, sum: &mut Self::Sum) {
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

fn pass(places: &[(f32, f32)], ids: &[u32], most: u32) -> Done {
    let world = World::new(SIDE, SIDE, Edge::Wall).unwrap();
    let grid = Grid::new(world, RADIUS, 4000).unwrap();
    let (rows, cols, fine) = (grid.rows(), grid.cols(), grid.fine());
    let cell_of: Vec<u32> = places
        .iter()
        .map(|&(x, y)| {
            let (row, col) = grid.cell(x, y);
            (row + 1) * (cols + 2 * fine) + col + fine
        })
        .collect();
    let count = Cells::count(rows, cols, fine).unwrap();
    let mut starts = vec![0; count as usize + 1];
    let mut order = vec![Entry::default(); ids.len()];
    sort_by_cell(&cell_of, ids, count, &mut starts, &mut order).unwrap();
    let record = |entry: &Entry| {
        let (x, y) = places[entry.slot() as usize];
        Candidate { x, y, shown: () }
    };
    let records: Vec<_> = order.iter().map(record).collect();
    let cells = Cells { starts: &starts, rows, cols, fine };
    let cutoff = Cutoff { radius: RADIUS, most: Some(most) };
    let mut sum = Sum { entries: &order, ids: 1000, out: Vec::new() };
    let tested = neighbour_pass(&cells, cutoff, &records, &order, &mut sum).unwrap();
    let out = sum.out;
    Done { out, tested, order }
}

/// The same by definition, of every `step`-th entity.
fn holds(places: &[(f32, f32)], most: usize, done: &Done, step: usize) {
    for at in (0..done.order.len()).step_by(step) {
        let own = places[done.order[at].slot() as usize];
        let mut near: Vec<(u32, u32, usize)> = (0..done.order.len())
            .filter(|&other| other != at)
            .filter_map(|other| {
                let (x, y) = places[done.order[other].slot() as usize];
                let (dx, dy) = (x - own.0, y - own.1);
                let d2 = dx * dx + dy * dy;
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

#[test]
fn entities_at_one_place_meet_as_many_as_count() {
    const COUNT: usize = 20_000;
    let places = vec![(7.3, 11.1); COUNT];
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
fn groups_at_a_few_places_do_not_meet_each_other_whole() {
    const COUNT: usize = 20_000;
    // Three in one cell, others in the cells around it, and at the far side.
    let at = [(7.3, 11.1), (7.31, 11.1), (7.3, 11.12), (8.4, 11.1), (7.3, 12.9), (6.5, 9.7)];
    let far = [(39.9, 39.9), (0.0, 0.0)];
    let mixed: Vec<_> = (0..COUNT).map(|slot| at.iter().chain(&far).nth(slot % 8)).collect();
    let mixed: Vec<(f32, f32)> = mixed.into_iter().flatten().copied().collect();
    // One group after the other, ids too, each in a cell of its own.
    let sorted: Vec<(f32, f32)> =
        (0..COUNT).map(|slot| [at[0], at[3], at[4], at[5], far[0]][slot * 5 / COUNT]).collect();
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
fn a_group_among_others_costs_no_more_than_itself() {
    let mut draw = 5;
    let mut places: Vec<_> =
        (0..2_000).map(|_| (SIDE * share(&mut draw), SIDE * share(&mut draw))).collect();
    let alone = pass(&places, &scattered(places.len()), 8);
    places.extend(vec![(20.2, 20.7); 10_000]);
    let done = pass(&places, &scattered(places.len()), 8);
    holds(&places, 8, &done, 173);
    // Those in the group's own cell look at all of it, and are at most some dozens; everybody else
    // at a few.
    let crowd = done.tested - alone.tested;
    assert!(crowd <= 12_000 / 8 * 128 + 30 * 10_000, "{crowd} tested");
}

#[test]
fn a_dense_crowd_sees_what_its_twin_sees() {
    let mut draw = 9;
    for (count, width) in [(700, 0.001), (900, 0.5), (1_500, 1.9), (1_500, 6.0)] {
        let mut places: Vec<_> = (0..count)
            .map(|_| (10.0 + width * share(&mut draw), 13.0 + width * share(&mut draw)))
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
