//! How many are near each of all points, the index included; and the eight nearest to each.

use std::cell::RefCell;
use std::num::NonZero;

use flockwork_benches::points::Points;
use flockwork_benches::world::FLOCK_DENSITY;
use flockwork_kernel::{Edge, World};
use flockwork_spatial::{Index, Neighbours, Query};
use kiddo::{ImmutableKdTree, SquaredEuclidean};
use rstar::RTree;
use rstar::primitives::GeomWithData;
use zelll::CellGrid;

use crate::grid::Grid;
use crate::race::{Race, Runner, same_counts};

const RADIUS: f32 = 1.0;

pub fn run(race: &Race) {
    for count in [100_000, 1_000_000] {
        let count = race.count(count);
        let points = Points::new(count, FLOCK_DENSITY);
        let places: Vec<[f32; 2]> =
            points.xs.iter().zip(&points.ys).map(|(&x, &y)| [x, y]).collect();
        counts(race, points.side, &places);
        if count <= 100_000 {
            nearest(race, points.side, &places);
        }
        if race.small {
            break;
        }
    }
}

fn index(side: f32) -> Index {
    Index::new(World::new(side, side, Edge::Wall).expect("a square"), RADIUS).expect("it fits")
}

/// A cell list that numbers its points.
type Numbered = CellGrid<(u32, [f32; 2]), 2, f32>;

fn numbered(places: &[[f32; 2]]) -> impl Iterator<Item = (u32, [f32; 2])> + Clone + '_ {
    (0u32..).zip(places.iter().copied())
}

/// How many others each has within the radius.
fn counts(race: &Race, side: f32, places: &[[f32; 2]]) {
    let n = places.len();
    let outs: Vec<RefCell<Vec<u32>>> = (0..6).map(|_| RefCell::new(vec![0; n])).collect();
    let mut ours = index(side);
    let mut each = index(side);
    let mut grid = Grid::new(side, RADIUS);
    let mut cells = Numbered::new(numbered(places), RADIUS);
    let runners = vec![
        Runner::new("flockwork", || {
            ours.rebuild(places).expect("the points are sound");
            ours.count_each(RADIUS, &mut outs[0].borrow_mut()).expect("a usable radius");
        }),
        Runner::new("flockwork: a query per point", || {
            each.rebuild(places).expect("the points are sound");
            for (out, &at) in outs[1].borrow_mut().iter_mut().zip(places) {
                *out = each.count_radius(at, RADIUS).expect("a usable query") - 1;
            }
        }),
        Runner::new("sorted grid", || {
            grid.build(places);
            let out = &mut outs[2].borrow_mut();
            for at in 0..n {
                let mut count = 0;
                grid.around(at, RADIUS, |_, _| count += 1);
                out[grid.order[at].1 as usize] = count - 1;
            }
        }),
        Runner::new("zelll 0.5", || {
            cells.rebuild_mut(numbered(places), Some(RADIUS));
            let out = &mut outs[3].borrow_mut();
            out.fill(0);
            for (&(a, at), &(b, other)) in cells.particle_pairs() {
                let (dx, dy) = (other[0] - at[0], other[1] - at[1]);
                let near = u32::from(dx * dx + dy * dy < RADIUS * RADIUS);
                out[a as usize] += near;
                out[b as usize] += near;
            }
        }),
        Runner::new("kiddo 6.3", || {
            let tree: ImmutableKdTree<f32, 2> =
                ImmutableKdTree::new_from_slice(places).expect("points make a tree");
            for (out, place) in outs[4].borrow_mut().iter_mut().zip(places) {
                let mut count = 0;
                let query = tree.query(place).within::<SquaredEuclidean<f32>>(RADIUS * RADIUS);
                query.unsorted().visit(|_| count += 1);
                *out = count - 1;
            }
        }),
        Runner::new("rstar 0.14", || {
            let tree = RTree::bulk_load(places.to_vec());
            for (out, &place) in outs[5].borrow_mut().iter_mut().zip(places) {
                *out = tree.locate_within_distance(place, RADIUS * RADIUS).count() as u32 - 1;
            }
        }),
    ];
    let mut runners = runners;
    runners.iter_mut().for_each(|runner| (runner.work)());
    naive(places, &outs[2].borrow());
    for (runner, out) in runners.iter().zip(&outs) {
        same_counts(runner.who, &out.borrow(), &outs[2].borrow());
    }
    race.run("count within a radius (index included)", n as u32, runners);
}

/// Some of the counts, by loops in double precision.
fn naive(places: &[[f32; 2]], counts: &[u32]) {
    for slot in (0..places.len()).step_by(places.len() / 100) {
        let (mut low, mut high) = (0, 0);
        for (_, place) in places.iter().enumerate().filter(|(at, _)| *at != slot) {
            let apart = |axis: usize| f64::from(place[axis]) - f64::from(places[slot][axis]);
            let d2 = apart(0).powi(2) + apart(1).powi(2);
            low += u32::from(d2 < 0.99999);
            high += u32::from(d2 < 1.00001);
        }
        assert!((low..=high).contains(&counts[slot]), "point {slot}");
    }
}

/// The squared distances of the eight nearest to each, itself among them, added up.
fn nearest(race: &Race, side: f32, places: &[[f32; 2]]) {
    const K: usize = 8;
    let n = places.len();
    let sums: Vec<RefCell<Vec<f32>>> = (0..3).map(|_| RefCell::new(vec![0.0; n])).collect();
    let mut ours = index(side);
    let mut runners = vec![
        Runner::new("flockwork", || {
            ours.rebuild(places).expect("the points are sound");
            for (sum, &at) in sums[0].borrow_mut().iter_mut().zip(places) {
                let found = ours.nearest_few::<K>(at).expect("a usable query");
                *sum = found.iter().map(|hit| hit.d2).sum();
            }
        }),
        Runner::new("kiddo 6.3", || {
            let tree: ImmutableKdTree<f32, 2> =
                ImmutableKdTree::new_from_slice(places).expect("points make a tree");
            let most = NonZero::new(K).expect("above 0");
            for (sum, place) in sums[1].borrow_mut().iter_mut().zip(places) {
                let query = tree.query(place).nearest_n::<SquaredEuclidean<f32>>(most);
                *sum = query.execute().into_iter().map(|found| found.distance).sum();
            }
        }),
        Runner::new("rstar 0.14", || {
            let numbered = |(place, slot): (&[f32; 2], u32)| GeomWithData::new(*place, slot);
            let tree = RTree::bulk_load(places.iter().zip(0u32..).map(numbered).collect());
            for (sum, &place) in sums[2].borrow_mut().iter_mut().zip(places) {
                let found = tree.nearest_neighbor_iter_with_distance_2(place).take(K);
                *sum = found.map(|(_, d2)| d2).sum();
            }
        }),
    ];
    runners.iter_mut().for_each(|runner| (runner.work)());
    for (runner, sum) in runners.iter().zip(&sums) {
        let pairs = sum.borrow();
        let wanted = sums[0].borrow();
        let apart = pairs.iter().zip(wanted.iter()).all(|(a, b)| (a - b).abs() < 1.0e-3 * b);
        assert!(apart, "{}: other points are nearest", runner.who);
    }
    for slot in (0..n).step_by(n / 50) {
        let d2 = |other: &[f32; 2]| {
            (other[0] - places[slot][0]).powi(2) + (other[1] - places[slot][1]).powi(2)
        };
        let mut all: Vec<f32> = places.iter().map(d2).collect();
        all.sort_by(f32::total_cmp);
        let wanted: f32 = all[..K].iter().sum();
        assert!((wanted - sums[0].borrow()[slot]).abs() < 1.0e-3 * wanted, "point {slot}");
    }
    race.run("8 nearest (index included)", n as u32, runners);
}
