//! All pairs of discs that touch, three for each disc, the index included.

use std::cell::Cell;
use std::ops::ControlFlow;

use broccoli::Tree;
use flockwork_benches::points::Points;
use flockwork_kernel::{Edge, World};
use flockwork_spatial::{Index, Neighbours, Query};
use parry2d::bounding_volume::Aabb;
use parry2d::math::Vector;
use parry2d::partitioning::{Bvh, BvhBuildStrategy, BvhWorkspace};
use zelll::CellGrid;

use crate::grid::Grid;
use crate::race::{Race, Runner};

/// The diameter of a disc.
const WIDE: f32 = 1.0;
/// Three others are nearer than a diameter.
const DENSITY: f32 = 3.0 / core::f32::consts::PI;

/// What a runner found: how many pairs, and a sum over them that no order changes.
type Found = Cell<(u64, u64)>;

fn add(found: &Found, a: u32, b: u32) {
    let (count, sum) = found.get();
    found.set((count + 1, sum.wrapping_add(u64::from(a ^ b).wrapping_mul(0x9E37_79B9_7F4A_7C15))));
}

pub fn run(race: &Race) {
    let count = race.count(100_000);
    let points = Points::new(count, DENSITY);
    let places: Vec<[f32; 2]> = points.xs.iter().zip(&points.ys).map(|(&x, &y)| [x, y]).collect();
    let near = |a: [f32; 2], b: [f32; 2]| {
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        dx * dx + dy * dy < WIDE * WIDE
    };
    let square = World::new(points.side, points.side, Edge::Wall).expect("a square");
    let index = || Index::new(square, WIDE).expect("it fits");
    let (mut ours, mut each) = (index(), index());
    let mut grid = Grid::new(points.side, WIDE);
    let numbered = || (0u32..).zip(places.iter().copied());
    let mut cells: CellGrid<(u32, [f32; 2]), 2, f32> = CellGrid::new(numbered(), WIDE);
    let found: [Found; 6] = core::array::from_fn(|_| Cell::default());
    let half = WIDE / 2.0;
    let mut work = BvhWorkspace::default();
    let mut runners = vec![
        Runner::new("flockwork", || {
            found[0].take();
            ours.rebuild(&places).expect("the points are sound");
            ours.for_each_pair(WIDE, |pair| add(&found[0], pair.slot, pair.other))
                .expect("a usable radius");
        }),
        Runner::new("flockwork: pairs_within", || {
            found[1].take();
            each.rebuild(&places).expect("the points are sound");
            let flow = each.pairs_within(WIDE, |a, b, _| {
                add(&found[1], a.slot(), b.slot());
                ControlFlow::<()>::Continue(())
            });
            assert!(flow.expect("a usable radius").is_continue());
        }),
        Runner::new("sorted grid", || {
            found[2].take();
            grid.build(&places);
            for at in 0..grid.order.len() {
                grid.around(at, WIDE, |other, _| {
                    if other > at {
                        add(&found[2], grid.order[at].1, grid.order[other].1);
                    }
                });
            }
        }),
        Runner::new("zelll 0.5", || {
            found[3].take();
            cells.rebuild_mut(numbered(), Some(WIDE));
            for (&(a, at), &(b, other)) in cells.particle_pairs() {
                if near(at, other) {
                    add(&found[3], a, b);
                }
            }
        }),
        Runner::new("broccoli 6.3", || {
            found[4].take();
            let around = |(slot, [x, y]): (u32, [f32; 2])| {
                broccoli::bbox(broccoli::rect(x - half, x + half, y - half, y + half), slot)
            };
            let mut boxes: Vec<_> = numbered().map(around).collect();
            Tree::new(&mut boxes).find_colliding_pairs(|a, b| {
                let (a, b) = (*a.unpack_inner(), *b.unpack_inner());
                if near(places[a as usize], places[b as usize]) {
                    add(&found[4], a, b);
                }
            });
        }),
        Runner::new("parry 0.31", || {
            found[5].take();
            let around = |&[x, y]: &[f32; 2]| {
                Aabb::new(Vector::new(x - half, y - half), Vector::new(x + half, y + half))
            };
            let boxes: Vec<Aabb> = places.iter().map(around).collect();
            let tree = Bvh::from_leaves(BvhBuildStrategy::default(), &boxes);
            tree.traverse_bvtt_single_tree::<false>(&mut work, &mut |a, b| {
                if near(places[a as usize], places[b as usize]) {
                    add(&found[5], a, b);
                }
            });
        }),
    ];
    runners.iter_mut().for_each(|runner| (runner.work)());
    let wanted = found[2].get();
    for (runner, found) in runners.iter().zip(&found) {
        assert_eq!(found.get(), wanted, "{} found other pairs", runner.who);
    }
    let some = places.len().min(2_000);
    let touching =
        |slot: usize| places.iter().filter(|&&other| near(places[slot], other)).count() - 1;
    let naive: usize = (0..some).map(touching).sum();
    let mut plain = Grid::new(points.side, WIDE);
    plain.build(&places);
    let mut listed = 0;
    for at in (0..plain.order.len()).filter(|&at| (plain.order[at].1 as usize) < some) {
        plain.around(at, WIDE, |other, _| listed += usize::from(other != at));
    }
    assert_eq!(listed, naive);
    race.run("all pairs of discs (index included)", count, runners);
}
