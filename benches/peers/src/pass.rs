//! The pass over an index beside the schedulers' and beside a loop tuned by hand: how many are near,
//! and the sum of their squared distances.

use std::cell::RefCell;

use flockwork_benches::points::Points;
use flockwork_benches::scheduled::Scheduled;
use flockwork_benches::tuned::{self, Sums};
use flockwork_benches::world::FLOCK_DENSITY;
use flockwork_kernel::simd::{F32x8, Isa, Sum8, U32x8};
use flockwork_kernel::{Edge, Plane, World};
use flockwork_spatial::neighbours::{Tile, Visit, nothing};
use flockwork_spatial::{Index, Indexed, Neighbours, Pair};

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
    let scheduler = RefCell::new(Scheduled::new(points, RADIUS));
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
        Runner::new("flockwork: as the schedulers", || {
            scheduler.borrow_mut().pass();
        }),
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
fn check(n: usize, door: &Door, scheduler: &Scheduled<'_>, tuned: &Sums) {
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
