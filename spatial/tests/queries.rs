//! Every query, on both indices, borrowed and owned, in the plane and in space, against its naive twin: results must be
//! equal bit for bit.
//!
//! `world.rs` makes the cases: worlds, distributions, indices, query points.

#[path = "queries/bad_axes.rs"]
mod bad_axes;
#[path = "queries/bad_input.rs"]
mod bad_input;
#[path = "queries/indices.rs"]
mod indices;
#[path = "queries/world.rs"]
mod world;

use core::ops::ControlFlow;

use flockwork_kernel::{Plane, Space, Vector};
use flockwork_spatial::index::Indexed;
use flockwork_spatial::query::Query;
use flockwork_spatial::{Entry, Hit, Segment, SegmentHit};
use quickcheck::quickcheck;

use world::{Case, Check, for_all};

/// A result that no query can give, to see that places are untouched.
const UNTOUCHED: Hit = Hit { id: 77, slot: 7777, d2: -7.0 };

fn hit_bits(hits: &[Hit]) -> Vec<(u32, u32, u32)> {
    hits.iter().map(|hit| (hit.id, hit.slot, hit.d2.to_bits())).collect()
}

fn segment_bits(hits: &[SegmentHit]) -> Vec<(u32, u32, u32, u32)> {
    hits.iter().map(|hit| (hit.id, hit.slot, hit.t.to_bits(), hit.d2.to_bits())).collect()
}

struct Radius;

impl Check for Radius {
    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        let at = case.point();
        let r = case.radius();
        let cap = 1 + case.random.below(case.count() + 3);
        let mut found = vec![UNTOUCHED; cap + 1];
        let mut naive = vec![UNTOUCHED; cap];
        let count = index.radius(at, r, &mut found, cap).unwrap();
        assert_eq!(count, case.naive().radius(at, r, &mut naive));
        naive.push(UNTOUCHED);
        assert_eq!(hit_bits(&found), hit_bits(&naive), "radius {r} at {at:?} capped at {cap}");
        assert_eq!(index.count_radius(at, r).unwrap(), case.naive().count_radius(at, r));
    }
}

struct Visit;

impl Check for Visit {
    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        let at = case.point();
        let r = case.radius();
        let stop = 1 + case.random.below(2 * case.count() + 2);
        let (mut found, mut naive) = (Vec::new(), Vec::new());
        let until = |seen: &mut Vec<Hit>, hit: Hit| {
            seen.push(hit);
            if seen.len() == stop { ControlFlow::Break(hit.id) } else { ControlFlow::Continue(()) }
        };
        let flow = index.visit_radius(at, r, |hit| until(&mut found, hit)).unwrap();
        let lines = case.lines();
        let naive_flow = case.naive().visit_radius(at, r, &lines, |hit| until(&mut naive, hit));
        assert_eq!(hit_bits(&found), hit_bits(&naive), "radius {r} at {at:?}");
        assert_eq!(flow, naive_flow);
        let one_by_one: Vec<_> = index.within(at, r).unwrap().take(stop).collect();
        assert_eq!(hit_bits(&one_by_one), hit_bits(&naive), "radius {r} at {at:?}");
    }
}

struct Many;

impl Check for Many {
    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        let points: Vec<_> = (0..case.random.below(6)).map(|_| case.point()).collect();
        let r = case.radius();
        let mut counts = vec![77; points.len() + 1];
        index.count_at(&points, r, &mut counts).unwrap();
        let mut naive: Vec<_> = points.iter().map(|&at| case.naive().count_radius(at, r)).collect();
        naive.push(77);
        assert_eq!(counts, naive, "radius {r} at {points:?}");
        let mut found = Vec::new();
        let flow = index.visit_at(&points, r, |slot, hit| {
            found.push((slot, hit));
            ControlFlow::<()>::Continue(())
        });
        assert!(flow.unwrap().is_continue());
        let one_by_one = (0..)
            .zip(&points)
            .flat_map(|(slot, at)| index.within(at, r).unwrap().map(move |hit| (slot, hit)));
        assert_eq!(found, one_by_one.collect::<Vec<_>>());
        let first = index.visit_at(&points, r, |slot, hit| ControlFlow::Break((slot, hit)));
        assert_eq!(first.unwrap().break_value(), found.first().copied());
    }
}

struct Nearest;

impl Check for Nearest {
    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        let at = case.point();
        let k = 1 + case.random.below(case.count() + 3);
        let mut found = vec![UNTOUCHED; k + 1];
        let mut naive = vec![UNTOUCHED; k];
        let count = index.nearest(at, k, &mut found).unwrap();
        assert_eq!(count, case.naive().nearest(at, &mut naive));
        assert_eq!(count, k.min(case.count()));
        naive.push(UNTOUCHED);
        assert_eq!(hit_bits(&found), hit_bits(&naive), "{k} nearest to {at:?}");
        assert_eq!(hit_bits(&index.nearest_k(at, k).unwrap()), hit_bits(&naive[..count]));
        let few = index.nearest_few::<5>(at).unwrap();
        assert_eq!(few.len(), case.count().min(5));
        let both = few.len().min(count);
        assert_eq!(hit_bits(&few[..both]), hit_bits(&naive[..both]));
    }
}

struct Boxes;

impl Check for Boxes {
    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        let (low, high) = case.corners();
        let cap = 1 + case.random.below(case.count() + 3);
        let untouched = Entry::new(77, 7777);
        let mut found = vec![untouched; cap + 1];
        let mut naive = vec![untouched; cap];
        let count = index.box_query(low, high, &mut found, cap).unwrap();
        assert_eq!(count, case.naive().box_query(low, high, &mut naive));
        naive.push(untouched);
        assert_eq!(found, naive, "box from {low:?} to {high:?} capped at {cap}");
        let mut one_by_one: Vec<_> = index.inside(low, high).unwrap().collect();
        let place = |entry: &Entry| index.order().iter().position(|other| other == entry);
        // Across a seam the images below come first.
        let torus = index.periods().iter().any(Option::is_some);
        assert!(torus || one_by_one.is_sorted_by_key(place), "canonical order");
        one_by_one.sort_unstable();
        assert_eq!(one_by_one.len().min(cap), count);
        assert_eq!(one_by_one[..count], naive[..count]);
    }
}

struct Segments;

impl Check for Segments {
    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        let segment = case.segment();
        let cap = 1 + case.random.below(case.count() + 3);
        let untouched = SegmentHit { id: 77, slot: 7777, t: -7.0, d2: -7.0 };
        let mut found = vec![untouched; cap + 1];
        let mut naive = vec![untouched; cap];
        let count = index.segment(&segment, &mut found, cap).unwrap();
        assert_eq!(count, case.naive().segment(&segment, &mut naive));
        naive.push(untouched);
        assert_eq!(segment_bits(&found), segment_bits(&naive), "{segment:?}");
        let mut one_by_one: Vec<_> = index.along(&segment).unwrap().collect();
        one_by_one.sort_by_key(|hit| (hit.t.to_bits(), hit.id));
        assert_eq!(one_by_one.len().min(cap), count);
        assert_eq!(segment_bits(&one_by_one[..count]), segment_bits(&naive[..count]));
        let first = index.first_on_segment(&segment).unwrap();
        assert_eq!(segment_bits(first.as_slice()), segment_bits(&naive[..count.min(1)]));
    }
}

struct Pairs;

impl Check for Pairs {
    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        let r = case.radius();
        let stop = 1 + case.random.below(case.count() * case.count() + 2);
        let (mut found, mut naive) = (Vec::new(), Vec::new());
        let until = |seen: &mut Vec<_>, low: Entry, high: Entry, d2: f32| {
            seen.push((low, high, d2.to_bits()));
            if seen.len() == stop { ControlFlow::Break(high) } else { ControlFlow::Continue(()) }
        };
        let flow = index.pairs_within(r, |i, j, d2| until(&mut found, i, j, d2)).unwrap();
        let lines = case.lines();
        let naive_flow =
            case.naive().pairs_within(r, &lines, |i, j, d2| until(&mut naive, i, j, d2));
        assert_eq!(found, naive, "pairs within {r}");
        let one_by_one = index.pairs(r).unwrap().take(stop);
        let one_by_one: Vec<_> = one_by_one.map(|(i, j, d2)| (i, j, d2.to_bits())).collect();
        assert_eq!(one_by_one, naive, "pairs within {r}");
        assert_eq!(flow, naive_flow);
        let mut once: Vec<_> = found.iter().map(|(i, j, _)| (i.id(), j.id())).collect();
        assert!(once.iter().all(|(i, j)| i < j), "the lower id comes first");
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), found.len(), "a pair comes once");
    }
}

quickcheck! {
    fn radius_matches_naive(seed: u64) -> bool {
        for_all::<Plane, _>(seed, 40, &Radius)
    }

    fn visits_match_naive_in_order_and_early_exit(seed: u64) -> bool {
        for_all::<Plane, _>(seed, 25, &Visit)
    }

    fn many_points_are_answered_as_one_by_one(seed: u64) -> bool {
        for_all::<Plane, _>(seed, 30, &Many) && for_all::<Space, _>(seed, 30, &Many)
    }

    fn nearest_matches_naive(seed: u64) -> bool {
        for_all::<Plane, _>(seed, 40, &Nearest)
    }

    fn boxes_match_naive(seed: u64) -> bool {
        for_all::<Plane, _>(seed, 40, &Boxes)
    }

    fn segments_match_naive(seed: u64) -> bool {
        for_all::<Plane, _>(seed, 40, &Segments)
    }

    fn pairs_match_naive_in_order_and_early_exit(seed: u64) -> bool {
        for_all::<Plane, _>(seed, 14, &Pairs)
    }

    fn radius_in_space_matches_naive(seed: u64) -> bool {
        for_all::<Space, _>(seed, 30, &Radius)
    }

    fn visits_in_space_match_naive_in_order_and_early_exit(seed: u64) -> bool {
        for_all::<Space, _>(seed, 14, &Visit)
    }

    fn nearest_in_space_matches_naive(seed: u64) -> bool {
        for_all::<Space, _>(seed, 30, &Nearest)
    }

    fn boxes_in_space_match_naive(seed: u64) -> bool {
        for_all::<Space, _>(seed, 30, &Boxes)
    }

    fn segments_in_space_match_naive(seed: u64) -> bool {
        for_all::<Space, _>(seed, 30, &Segments)
    }

    fn pairs_in_space_match_naive_in_order_and_early_exit(seed: u64) -> bool {
        for_all::<Space, _>(seed, 8, &Pairs)
    }
}

struct Far;

impl Check for Far {
    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>) {
        if index.periods().iter().any(Option::is_some) {
            return;
        }
        for (x, y, z) in [
            (1.0e18, -1.0e18, 1.0e18),
            (-1.0e9, 3.0, 7.0),
            (0.0, 1.0e18, -1.0e3),
            (1.0e-30, 0.0, 1.0e9),
        ] {
            let at = Vector::<I::Axes>::of(x, y, z);
            let mut found = [UNTOUCHED; 3];
            let mut naive = [UNTOUCHED; 3];
            let count = index.nearest(at, 3, &mut found).unwrap();
            assert_eq!(count, case.naive().nearest(at, &mut naive));
            assert_eq!(hit_bits(&found), hit_bits(&naive));
            let segment = Segment { from: at, to: -at, radius: 1.0e12 };
            let mut found = [SegmentHit::default(); 50];
            let mut naive = [SegmentHit::default(); 50];
            index.segment(&segment, &mut found, 50).unwrap();
            case.naive().segment(&segment, &mut naive);
            assert_eq!(segment_bits(&found), segment_bits(&naive));
            assert_eq!(index.count_radius(at, 1.0e18), Ok(case.naive().count_radius(at, 1e18)));
        }
    }
}

/// In a crowd of hundreds, where not all candidates have room on a list.
#[test]
fn the_nearest_in_a_crowd_match_naive() {
    for seed in 0..8 {
        for_all::<Plane, _>(seed, 400, &Radius);
        for_all::<Plane, _>(seed, 400, &Nearest);
        for_all::<Space, _>(seed, 400, &Nearest);
    }
}

#[test]
fn points_as_far_as_coordinates_go_match_naive() {
    for seed in 0..20 {
        for_all::<Plane, _>(seed, 40, &Far);
        for_all::<Space, _>(seed, 40, &Far);
    }
}
