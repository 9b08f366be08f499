//! The pass over an index against its naive twin, in the plane and in space, in worlds of any ends:
//! results must be equal bit for bit.
//!
//! `queries/world.rs` makes the cases: worlds, distributions, indices, radii.

#[path = "queries/world.rs"]
#[allow(dead_code)]
mod world;

use core::marker::PhantomData;

use flockwork_kernel::axes::Third;
use flockwork_kernel::isa::{self, Isa, Set};
use flockwork_kernel::simd::{F32x8, Sum8, Vector8};
use flockwork_kernel::{Axes, Edge, Plane, Space, Vec2, World};
use flockwork_spatial::index::{Area, Bounds, Indexed, Periods};
use flockwork_spatial::naive::Lines;
use flockwork_spatial::neighbours::lists::{moved, nearest_offset};
use flockwork_spatial::neighbours::{Tile, Visit, nothing};
use flockwork_spatial::{
    Entities, Entry, Index, Neighbour, Neighbours, OwnedLists, Pair, Places, QueryError,
};
use quickcheck::quickcheck;

use world::{Case, Check, for_all};

type Bits = (u32, [u32; 3], u32);

fn bits<A: Axes>(found: &Neighbour<A>) -> Bits {
    let Neighbour { other, offset, d2, .. } = found;
    (*other, [offset.x, offset.y, offset.z.or(0.0)].map(canonical), d2.to_bits())
}

/// The bits of a number, of +0.0 where it is -0.0: a zero that is shifted by nothing may be either.
fn canonical(value: f32) -> u32 {
    (value + 0.0).to_bits()
}

/// Whom each slot meets, in order: every entity in every image of the world is looked at.
fn naive<A: Axes>(case: &Case<'_, A>, r: f32, once: bool) -> Vec<Vec<Bits>> {
    let Lines { count, cell } = case.lines();
    let images = |axis: usize, value: f32| {
        let shifted = move |turn: i64| match case.naive().periods[axis] {
            None => (turn == 0).then_some((0, value)),
            Some(_) if turn == 0 => Some((0, value)),
            Some(length) => Some((turn, if turn < 0 { value - length } else { value + length })),
        };
        (-1..=1).filter_map(shifted)
    };
    let entities = case.naive().entities;
    let mut all = Vec::new();
    for (slot, &id) in (0u32..).zip(entities.ids) {
        let place = entities.position(slot);
        let lines = cell(place);
        for (right, x) in images(0, place.x) {
            for (up, y) in images(1, place.y) {
                for (forth, z) in images(2, place.z.or(0.0)) {
                    let line = |axis: usize, turn: i64| lines[axis] + turn * count[axis];
                    let key = (line(2, forth), line(1, up), line(0, right), id);
                    all.push((key, slot, [x, y, z], (right, up, forth) == (0, 0, 0)));
                }
            }
        }
    }
    all.sort_by_key(|one| one.0);
    let mut met = vec![Vec::new(); entities.ids.len()];
    for (own, slot, at, _) in all.iter().filter(|one| one.3) {
        for (key, other, place, _) in all.iter().filter(|one| one.0 != *own) {
            let offset: [f32; 3] = core::array::from_fn(|axis| place[axis] - at[axis]);
            let [x, y, z] = offset.map(|way| way * way);
            let d2 = if A::SPACE { x + y + z } else { x + y };
            if d2 < r * r && (!once || key > own) {
                met[*slot as usize].push((*other, offset.map(canonical), d2.to_bits()));
            }
        }
    }
    met
}

/// A callback. Of one type, since each type more is a pass of its own for every instruction set.
type Each<'a, A> = &'a mut dyn FnMut(Neighbour<A>);

/// Whom each slot meets, in order, as callbacks are told.
fn met<I: Indexed>(index: &I, case: &Case<'_, I::Axes>, r: f32, once: bool) -> Vec<Vec<Bits>> {
    let mut found = vec![Vec::new(); case.count()];
    let each: Each<'_, I::Axes> = &mut |one| found[one.slot as usize].push(bits(&one));
    if once {
        index.for_each_pair(r, each).unwrap();
    } else {
        index.for_each_neighbour(r, each).unwrap();
    }
    found
}

/// Callbacks, counts and lists.
struct Plain;

impl Check for Plain {
    const BORROWED: bool = false;

    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        let r = case.radius();
        for once in [false, true] {
            let wanted = naive(case, r, once);
            assert_eq!(met(index, case, r, once), wanted, "radius {r}, once: {once}");
            lists(index, r, once, &wanted);
        }
        let wanted = naive(case, r, false);
        let mut counts = vec![77; case.count() + 1];
        index.count_each(r, &mut counts).unwrap();
        assert_eq!(counts.pop(), Some(77));
        assert!(counts.iter().zip(&wanted).all(|(&count, all)| count as usize == all.len()));
    }
}

/// Lists in slices that are just long enough, in longer ones, in ones too short, and in memory of their own.
fn lists<I: Indexed>(index: &I, r: f32, once: bool, wanted: &[Vec<Bits>]) {
    let total: usize = wanted.iter().map(Vec::len).sum();
    let (mut starts, mut slots) = (vec![77; wanted.len() + 2], vec![77; total + 1]);
    assert_eq!(index.list_starts(r, once, &mut starts), Ok(total));
    let lists = index.list_slots(r, once, &starts, &mut slots).unwrap();
    assert_eq!((lists.len(), lists.slots().len()), (wanted.len(), total));
    assert_eq!(lists.is_empty(), wanted.is_empty());
    let listed: Vec<&[u32]> = lists.iter().collect();
    for (slot, wanted) in (0u32..).zip(wanted) {
        let others: Vec<u32> = wanted.iter().map(|one| one.0).collect();
        assert_eq!((lists.of(slot), listed[slot as usize]), (&others[..], &others[..]));
    }
    assert!(lists.of(wanted.len() as u32).is_empty() && lists.of(u32::MAX).is_empty());
    assert_eq!((starts.pop(), slots.pop()), (Some(77), Some(77)));
    assert!(index.list_slots(r, once, &starts, &mut slots).is_ok());
    if total > 0 {
        let short = index.list_slots(r, once, &starts, &mut slots[1..]);
        assert_eq!(short, Err(QueryError::OutTooShort { needed: total, given: total - 1 }));
    }
    // Where other lists were before.
    let mut owned = OwnedLists::of(index, 0.5 * r, !once).unwrap();
    owned.rebuild(index, r, once).unwrap();
    assert_eq!(owned, OwnedLists::of(index, r, once).unwrap());
    assert_eq!(owned.into_parts(), (starts, slots));
}

#[derive(Clone, Copy, Default, PartialEq, Debug)]
struct Seen {
    sum: [u32; 3],
    shown: u32,
}

/// Sums over neighbours in lanes: offsets, and what neighbours show.
struct Sums<'a, A, const SELECTIVE: bool> {
    order: &'a [Entry],
    seen: Vec<Option<Seen>>,
    axes: PhantomData<A>,
}

#[derive(Clone, Copy, Default)]
struct Sums8<A: Axes, S: Isa>(Sum8<Vector8<A, S>>, Sum8<F32x8<S>>);

impl<A: Axes, const SELECTIVE: bool> Visit for Sums<'_, A, SELECTIVE> {
    type Axes = A;
    type Shown = f32;
    type Tile<S: Isa> = usize;
    type Sum<S: Isa> = Sums8<A, S>;
    const SELECTIVE: bool = SELECTIVE;

    #[inline(always)]
    fn load<S: Isa>(&mut self, tile: Tile<'_>) -> (usize, Sums8<A, S>) {
        let entries = &self.order[tile.first..tile.first + tile.entries.len()];
        assert_eq!(entries, tile.entries);
        (tile.entries.len(), Sums8::default())
    }

    #[inline(always)]
    fn pair<S: Isa>(
        &mut self,
        count: &usize,
        shown: &f32,
        pair: &Pair<A, S>,
        sum: &mut Sums8<A, S>,
    ) {
        assert_eq!(pair.near.bits() >> count, 0, "a lane of no entity has neighbours");
        sum.0.add(pair.near, pair.offset);
        sum.1.add(pair.near, F32x8::splat(*shown));
    }

    #[inline(always)]
    fn finish<S: Isa>(&mut self, tile: Tile<'_>, count: &usize, sum: &Sums8<A, S>) {
        assert_eq!(*count, tile.entries.len());
        let offset = sum.0.get();
        let offset = [offset.x, offset.y, offset.z.or(F32x8::ZERO)];
        let (offset, shown) = (offset.map(F32x8::to_array), sum.1.get().to_array());
        for (lane, entry) in tile.entries.iter().enumerate() {
            let sum = offset.map(|lanes| lanes[lane].to_bits());
            let seen = Seen { sum, shown: shown[lane].to_bits() };
            let before = self.seen[entry.slot() as usize].replace(seen);
            assert_eq!(before, None, "an entity was visited twice");
        }
    }
}

/// Visitors in lanes, with every instruction set.
struct Lanes;

impl Lanes {
    fn hold<I: Indexed, const SELECTIVE: bool>(index: &I, r: f32, once: bool, wanted: &[Seen]) {
        let order = index.order();
        let shown: Vec<f32> = order.iter().map(|entry| show(entry.slot())).collect();
        let seen = vec![None; order.len()];
        let mut sums = Sums::<I::Axes, SELECTIVE> { order, seen, axes: PhantomData };
        if once {
            index.visit_pairs(r, &shown, &mut sums).unwrap();
        } else {
            index.visit_each(r, &shown, &mut sums).unwrap();
        }
        let seen: Vec<Seen> = sums.seen.into_iter().map(Option::unwrap).collect();
        assert_eq!(seen, wanted, "radius {r}, once: {once}, {}", isa::chosen());
    }
}

fn show(slot: u32) -> f32 {
    0.1 + slot as f32
}

impl Check for Lanes {
    const BORROWED: bool = false;

    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        let r = case.radius();
        for once in [false, true] {
            let sum_up = |all: Vec<Bits>| {
                let (mut sum, mut shown) = ([0.0f32; 3], 0.0f32);
                for (other, offset, _) in all {
                    (0..3).for_each(|axis| sum[axis] += f32::from_bits(offset[axis]));
                    shown += show(other);
                }
                Seen { sum: sum.map(f32::to_bits), shown: shown.to_bits() }
            };
            let wanted: Vec<Seen> = naive(case, r, once).into_iter().map(sum_up).collect();
            for set in Set::ALL.into_iter().filter(|set| set.is_available()) {
                isa::force(Some(set)).unwrap();
                Self::hold::<I, false>(index, r, once, &wanted);
                if !once {
                    Self::hold::<I, true>(index, r, once, &wanted);
                }
            }
            isa::force(None).unwrap();
        }
    }
}

/// An index of somebody else's, which has no tiles of its own.
struct Other<'a, I>(&'a I);

impl<I: Indexed> Indexed for Other<'_, I> {
    type Axes = I::Axes;
    type Runs<'b>
        = I::Runs<'b>
    where
        Self: 'b;
    fn order(&self) -> &[Entry] {
        self.0.order()
    }
    fn positions(&self) -> Places<'_, I::Axes> {
        self.0.positions()
    }
    fn periods(&self) -> Periods {
        self.0.periods()
    }
    fn bounds(&self) -> Bounds<I::Axes> {
        self.0.bounds()
    }
    fn cell_side(&self) -> f32 {
        self.0.cell_side()
    }
    fn runs(&self, area: &Area) -> I::Runs<'_> {
        self.0.runs(area)
    }
}

struct Others;

impl Check for Others {
    const BORROWED: bool = false;

    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        let r = case.radius();
        for once in [false, true] {
            let found = met(&Other(index), case, r, once);
            assert_eq!(found, naive(case, r, once), "radius {r}, once: {once}");
        }
    }
}

/// Lists with a skin after everybody has moved by half of it at most.
struct Skin;

impl Check for Skin {
    const BORROWED: bool = false;

    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        let periods = index.periods();
        let wide = case.radius();
        let skin = wide * [0.05, 0.3][case.random.below(2)];
        let r = wide - skin;
        let owned = OwnedLists::of(index, wide, false).unwrap();
        let lists = owned.lists();
        let before = case.naive().entities.places;
        let before = [before.xs, before.ys, before.zs].map(<[f32]>::to_vec);
        let mut now = before.clone();
        for axis in 0..I::Axes::COUNT {
            for value in &mut now[axis] {
                *value += (case.random.share() - 0.5) * 0.55 * skin;
                if let Some(length) = periods[axis] {
                    *value = if *value < 0.0 { *value + length } else { *value };
                    *value = if *value > length { *value - length } else { *value };
                }
            }
        }
        let [before, now] = [&before, &now].map(|columns| {
            let [xs, ys, zs] = columns;
            Places::<I::Axes>::of(xs, ys, zs)
        });
        let half = 0.5 * skin;
        if moved(before, now, &periods) > half * half * 0.999 {
            // Far from the corner they move by steps longer than the skin.
            return;
        }
        for a in 0..now.len() {
            for b in (0..now.len()).filter(|&b| b != a) {
                let d2 = nearest_offset(now.at(a), now.at(b), &periods).length_squared();
                let listed = lists.of(a as u32).contains(&(b as u32));
                // What rounding moves across the radius aside.
                assert!(listed || d2 >= r * r * 0.999_99 - wide * wide * 1.0e-4, "{a} and {b}");
            }
        }
    }
}

quickcheck! {
    fn everybody_meets_whom_its_twin_meets(seed: u64) -> bool {
        for_all::<Plane, _>(seed, 40, &Plain) && for_all::<Space, _>(seed, 30, &Plain)
    }

    fn sums_in_lanes_have_the_bits_of_their_twin(seed: u64) -> bool {
        for_all::<Plane, _>(seed, 40, &Lanes) && for_all::<Space, _>(seed, 30, &Lanes)
    }

    fn an_index_of_somebody_elses_has_the_pass_too(seed: u64) -> bool {
        for_all::<Plane, _>(seed, 20, &Others) && for_all::<Space, _>(seed, 15, &Others)
    }

    fn lists_with_a_skin_hold_everybody_near_until_somebody_has_moved_too_far(seed: u64) -> bool {
        for_all::<Plane, _>(seed, 30, &Skin) && for_all::<Space, _>(seed, 20, &Skin)
    }
}

/// Four in a row, the last beyond the seam.
fn four(edge: Edge) -> Index<Plane> {
    let (xs, ys) = ([0.25, 0.75, 5.0, 9.75], [5.0; 4]);
    let mut index = Index::new(World::new(10.0, 10.0, edge).unwrap(), 1.0).unwrap();
    index.rebuild(&Entities::plane(&xs, &ys, &[0, 1, 2, 3])).unwrap();
    index
}

#[test]
fn a_neighbour_beyond_the_seam_is_shifted_by_one_length() {
    let index = four(Edge::Periodic);
    let mut found = Vec::new();
    let each: Each<'_, Plane> = &mut |one| found.push(one);
    index.for_each_neighbour(0.9, each).unwrap();
    let one = |slot, other, x| {
        let offset = Vec2::new(x, 0.0);
        Neighbour { slot, other, offset, d2: x * x }
    };
    let wanted = [one(0, 3, -0.5), one(0, 1, 0.5), one(1, 0, -0.5), one(3, 0, 0.5)];
    found.sort_by_key(|one| one.slot);
    assert_eq!(found, wanted);
    let pairs = |index: &Index<Plane>| {
        let mut pairs = Vec::new();
        let each: Each<'_, Plane> = &mut |one| pairs.push((one.slot, one.other));
        index.for_each_pair(0.9, each).unwrap();
        pairs.sort_unstable();
        pairs
    };
    // From the one whose partner lies beyond the upper end.
    assert_eq!(pairs(&index), [(0, 1), (3, 0)]);
    assert_eq!(pairs(&four(Edge::Wall)), [(0, 1)]);
}

#[test]
fn bad_input_is_an_error_and_calls_nothing() {
    let index = four(Edge::Periodic);
    fn called(_: Neighbour<Plane>) {
        panic!("called");
    }
    let mut out = [77; 4];
    for r in [f32::NAN, 0.0, -1.0, f32::INFINITY, 1.0e-19] {
        let wrong = |result| match result {
            Err(QueryError::InvalidRadius { radius }) => radius.to_bits() == r.to_bits(),
            _ => false,
        };
        assert!(wrong(index.for_each_neighbour(r, &mut called as Each<'_, Plane>)));
        assert!(wrong(index.for_each_pair(r, &mut called as Each<'_, Plane>)));
        assert!(wrong(index.count_each(r, &mut out)));
        assert!(wrong(index.list_starts(r, true, &mut [0; 5]).map(drop)));
        assert!(wrong(index.list_slots(r, false, &[0; 5], &mut []).map(drop)));
        let mut lists = OwnedLists::of(&index, 0.9, true).unwrap();
        assert!(wrong(lists.rebuild(&index, r, true)));
        assert_eq!(lists, OwnedLists::default());
    }
    let wide = index.for_each_neighbour(5.0, &mut called as Each<'_, Plane>);
    assert!(matches!(wide, Err(QueryError::RadiusTooWide { axis: "x", .. })));
    let short = index.count_each(0.9, &mut out[..3]);
    assert_eq!(short, Err(QueryError::OutTooShort { needed: 4, given: 3 }));
    let short = Err(QueryError::OutTooShort { needed: 5, given: 4 });
    assert_eq!(index.list_starts(0.9, false, &mut [0; 4]), short);
    assert_eq!(index.list_slots(0.9, false, &[0; 4], &mut [0; 9]).map(|_| 0), short);
    assert_eq!(out, [77; 4]);
    let seen = vec![None; 4];
    let mut sums = Sums::<Plane, false> { order: index.order(), seen, axes: PhantomData };
    let wrong = index.visit_each(0.9, &[1.0; 3], &mut sums);
    let wrong = wrong.unwrap_err();
    assert_eq!(wrong, QueryError::OtherShown { needed: 4, given: 3 });
    assert_eq!(wrong.to_string(), "3 entities show something, and the index has 4");
    assert!(sums.seen.iter().all(Option::is_none));
}

#[test]
fn as_many_as_there_are_show_nothing() {
    assert_eq!(nothing(3).len(), 3);
    assert_eq!(nothing(usize::MAX).len(), usize::MAX);
}

#[test]
fn a_place_that_is_no_number_has_moved_any_distance() {
    let (xs, zeros) = ([0.0, f32::NAN, 1.0], [0.0; 3]);
    let (a, b) = (Places::<Plane>::of(&zeros, &zeros, &[]), Places::of(&xs, &zeros, &[]));
    assert_eq!(moved(a, b, &Periods::default()), f32::INFINITY);
    assert_eq!(
        moved(a, Places::of(&zeros[1..], &zeros[1..], &[]), &Periods::default()),
        f32::INFINITY
    );
    assert_eq!(moved(a, a, &Periods::default()), 0.0);
    let c = Places::of(&[0.0, 9.0, 1.0], &zeros, &[]);
    assert_eq!(moved(a, c, &[Some(10.0), None, None]), 1.0);
    assert_eq!(moved(a, c, &Periods::default()), 81.0);
}
