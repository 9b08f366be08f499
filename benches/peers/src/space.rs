//! Boids' sums over the neighbours of all points of a cube, index included.
//!
//! How many neighbours there are, and the sums of their offsets, of their velocities and of the push
//! away from them that boids have.

use std::cell::RefCell;

use flockwork_benches::points::Points;
use flockwork_kernel::simd::{Count8, F32x8, Isa, Sum8, V3};
use flockwork_kernel::{Edge, Space, Vec3, World};
use flockwork_spatial::index::reorder;
use flockwork_spatial::neighbours::{Tile, Visit};
use flockwork_spatial::{Index, Indexed, Neighbours, Pair};
use kiddo::{ImmutableKdTree, SquaredEuclidean};
use zelll::CellGrid;

use crate::race::{Race, Runner};

const RADIUS: f32 = 1.0;
/// 1 / (separation radius)², of boids.
const INVERSE: f32 = 1.0 / (0.4 * 0.4);

/// What is known of a point's neighbours.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    count: u32,
    offset: [f32; 3],
    velocity: [f32; 3],
    push: [f32; 3],
}

impl Sums {
    /// Adds a neighbour that is so far away.
    #[inline(always)]
    fn add(&mut self, d: [f32; 3], d2: f32, velocity: [f32; 3]) {
        let push = (1.0 - d2 * INVERSE).max(0.0);
        self.count += 1;
        for axis in 0..3 {
            self.offset[axis] += d[axis];
            self.velocity[axis] += velocity[axis];
            self.push[axis] += d[axis] * push;
        }
    }
}

#[inline(always)]
fn apart(a: [f32; 3], b: [f32; 3]) -> ([f32; 3], f32) {
    let d = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    (d, d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
}

pub fn run(race: &Race) {
    let count = race.count(100_000);
    let n = count as usize;
    let points = Points::space(count, 15.0 / core::f32::consts::PI);
    let others = Points::space(2 * count, 1.0);
    let three = |points: &Points, slot: usize| [points.xs[slot], points.ys[slot], points.zs[slot]];
    let places: Vec<[f32; 3]> = (0..n).map(|slot| three(&points, slot)).collect();
    let velocity = |slot| three(&others, slot + n).map(|part| 2.0 * part / others.side - 1.0);
    let velocities: Vec<[f32; 3]> = (0..n).map(velocity).collect();
    let outs: [RefCell<Vec<Sums>>; 3] =
        core::array::from_fn(|_| RefCell::new(vec![Sums::default(); n]));
    let side = points.side;
    let cube = World::space(side, side, side, Edge::Wall).expect("a cube");
    let mut index = Index::<Space>::new(cube, RADIUS).expect("it fits");
    let shown: Vec<Vec3> = velocities.iter().map(|&[x, y, z]| Vec3::new(x, y, z)).collect();
    let mut sorted = vec![Vec3::default(); n];
    let numbered = || (0u32..).zip(places.iter().copied());
    let mut cells: CellGrid<(u32, [f32; 3]), 3, f32> = CellGrid::new(numbered(), RADIUS);
    let mut runners = vec![
        Runner::new("flockwork", || {
            index.rebuild(&places).expect("the points are sound");
            reorder(index.order(), &shown, &mut sorted).expect("as many");
            let mut add = Add(&mut outs[0].borrow_mut());
            index.visit_each(RADIUS, &sorted, &mut add).expect("a usable radius");
        }),
        Runner::new("zelll 0.5", || {
            cells.rebuild_mut(numbered(), Some(RADIUS));
            let out = &mut outs[1].borrow_mut();
            out.fill(Sums::default());
            for (&(a, at), &(b, other)) in cells.particle_pairs() {
                let (d, d2) = apart(at, other);
                if d2 < RADIUS * RADIUS {
                    let (a, b) = (a as usize, b as usize);
                    out[a].add(d, d2, velocities[b]);
                    out[b].add(d.map(|d| -d), d2, velocities[a]);
                }
            }
        }),
        Runner::new("kiddo 6.3", || {
            let tree: ImmutableKdTree<f32, 3> =
                ImmutableKdTree::new_from_slice(&places).expect("points make a tree");
            for (slot, out) in outs[2].borrow_mut().iter_mut().enumerate() {
                let mut sums = Sums::default();
                let query =
                    tree.query(&places[slot]).within::<SquaredEuclidean<f32>>(RADIUS * RADIUS);
                query.unsorted().visit(|found| {
                    let other = found.item as usize;
                    if other != slot {
                        let (d, d2) = apart(places[slot], places[other]);
                        sums.add(d, d2, velocities[other]);
                    }
                });
                *out = sums;
            }
        }),
    ];
    runners.iter_mut().for_each(|runner| (runner.work)());
    check(&places, &velocities, &runners, &outs);
    race.run("boids' sums in space (index included)", count, runners);
}

/// Some against loops without any index, and all against the last.
fn check(
    places: &[[f32; 3]],
    velocities: &[[f32; 3]],
    runners: &[Runner<'_>],
    outs: &[RefCell<Vec<Sums>>; 3],
) {
    let wanted = outs[2].borrow();
    for slot in (0..places.len()).step_by(places.len() / 100) {
        let mut sums = Sums::default();
        for other in (0..places.len()).filter(|&other| other != slot) {
            let (d, d2) = apart(places[slot], places[other]);
            if d2 < RADIUS * RADIUS {
                sums.add(d, d2, velocities[other]);
            }
        }
        assert!(same(&sums, &wanted[slot]), "point {slot}: {sums:?}, {:?}", wanted[slot]);
    }
    for (runner, out) in runners.iter().zip(outs) {
        let out = out.borrow();
        let apart = out.iter().zip(wanted.iter()).filter(|(a, b)| !same(a, b)).count();
        assert!(apart <= places.len() / 1000, "{}: {apart} points differ", runner.who);
    }
}

fn same(a: &Sums, b: &Sums) -> bool {
    let parts = |sums: &Sums| [sums.offset, sums.velocity, sums.push].concat();
    a.count == b.count && parts(a).iter().zip(parts(b)).all(|(a, b)| (a - b).abs() < 1.0e-3)
}

struct Add<'a>(&'a mut [Sums]);

/// The sums of eight points.
#[derive(Clone, Copy, Default)]
struct Sums8<S: Isa> {
    count: Count8<S>,
    offset: Sum8<V3<S>>,
    velocity: Sum8<V3<S>>,
    push: Sum8<V3<S>>,
}

impl Visit for Add<'_> {
    type Axes = Space;
    type Shown = Vec3;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Sums8<S>;
    /// As boids in space.
    const SELECTIVE: bool = true;

    #[inline(always)]
    fn pair<S: Isa>(&mut self, _: &(), velocity: &Vec3, pair: &Pair<Space, S>, sum: &mut Sums8<S>) {
        let push = (F32x8::ONE - pair.d2 * F32x8::splat(INVERSE)).max(F32x8::ZERO);
        sum.count.add(pair.near);
        sum.velocity.add(pair.near, V3::all(*velocity));
        sum.offset.add(pair.near, pair.offset);
        sum.push.add(pair.near, pair.offset * push);
    }

    #[inline(always)]
    fn finish<S: Isa>(&mut self, tile: Tile<'_>, _: &(), sum: &Sums8<S>) {
        let counts = sum.count.get().to_array();
        let [offset, velocity, push] = [sum.offset, sum.velocity, sum.push].map(|sum| {
            let sum = sum.get();
            [sum.x.to_array(), sum.y.to_array(), sum.z.to_array()]
        });
        for (lane, entry) in tile.entries.iter().enumerate() {
            self.0[entry.slot() as usize] = Sums {
                count: counts[lane] as u32,
                offset: offset.map(|lanes| lanes[lane]),
                velocity: velocity.map(|lanes| lanes[lane]),
                push: push.map(|lanes| lanes[lane]),
            };
        }
    }
}
