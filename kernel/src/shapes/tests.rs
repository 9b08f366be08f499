use std::vec;
use std::vec::Vec;

use super::*;
use crate::axes::{Axes, Plane, Space, Third};
use crate::isa::{self, Baseline, Isa, Task};
use crate::simd::{F32x8, Vector8};
use crate::{Axis, Edge, LANES, Vec2, Vector, World, rng};
use quickcheck::quickcheck;

/// An index with the memory that it is in.
struct Owned<A: Axes> {
    world: World,
    layout: Layout,
    walls: Vec<Wall<A>>,
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl<A: Axes> Owned<A> {
    fn new(world: World, reach: f32, shapes: &[Shape<'_, A>]) -> Self {
        let layout = Layout::new(&world, reach).unwrap();
        let mut walls = Vec::new();
        for (shape, form) in shapes.iter().enumerate() {
            let door = (shape % 4 == 3).then_some((shape % 64) as u8);
            for piece in form.pieces().flat_map(|piece| piece.images(&world, reach)) {
                walls.push(Wall { piece, shape: shape as u32, door });
            }
        }
        let mut starts = vec![0; layout.cells() + 1];
        let mut items = vec![0; layout.count(&walls, &mut starts).unwrap()];
        layout.fill(&walls, &starts, &mut items).unwrap();
        Self { world, layout, walls, starts, items }
    }

    fn walls(&self) -> Walls<'_, A> {
        Walls::new(&self.world, self.layout, &self.walls, &self.starts, &self.items).unwrap()
    }
}

/// A number from 0 to 1.
fn share(seed: u64, id: u32, word: usize) -> f32 {
    rng::unit(rng::draw(seed, 7, id, 0)[word])
}

/// A place on a grid of quarters, so that ties happen, from 1 to 7 along each axis.
fn place<A: Axes>(seed: u64, id: u32) -> Vector<A> {
    let part = |word| 1.0 + 0.25 * (share(seed, id, word) * 24.0) as i32 as f32;
    Vector::of(part(0), part(1), part(2))
}

fn world(seed: u64, axes: usize) -> World {
    let kinds = rng::draw(seed, 8, 0, 0);
    let axes: Vec<Axis> = kinds[..axes]
        .iter()
        .map(|kind| Axis { length: 8.0, edge: Edge::NAMES[*kind as usize % 3].1 })
        .collect();
    World::of(&axes).unwrap()
}

/// Shapes of every kind that is one in so many axes.
fn shapes<A: Axes>(seed: u64, count: u32) -> Vec<Shape<'static, A>> {
    let shape = |id: u32| {
        let (a, b) = (place::<A>(seed, 2 * id), place::<A>(seed, 2 * id + 1));
        let step = Vector::of(0.5, 0.75, 0.25);
        match rng::draw(seed, 9, id, 0)[0] % 3 {
            0 => Shape::Segment([a, if a == b { a + step } else { b }]),
            1 => Shape::Ball { centre: a, radius: 0.25 + 0.75 * share(seed, id, 3) },
            _ => Shape::Box { low: a - step, high: a + step },
        }
    };
    (0..count).map(shape).collect()
}

/// Every piece is looked at, in 64 bits.
fn naive_distance<A: Axes>(piece: &Piece<A>, at: Vector<A>) -> f64 {
    let part = |v: Vector<A>| [0, 1, 2].map(|axis| f64::from(v.along(axis)));
    let length = |v: [f64; 3]| libm::sqrt(v.iter().map(|part| part * part).sum());
    let at = part(at);
    match *piece {
        Piece::Segment([from, to]) => {
            let (from, to) = (part(from), part(to));
            let side = [0, 1, 2].map(|i| to[i] - from[i]);
            let square: f64 = side.iter().map(|part| part * part).sum();
            let along: f64 = (0..3).map(|i| (at[i] - from[i]) * side[i]).sum();
            let along = (along / square).clamp(0.0, 1.0);
            length([0, 1, 2].map(|i| at[i] - from[i] - along * side[i]))
        }
        Piece::Ball { centre, radius } => {
            let centre = part(centre);
            (length([0, 1, 2].map(|i| at[i] - centre[i])) - f64::from(radius)).abs()
        }
        Piece::Box { low, high } => {
            let (low, high) = (part(low), part(high));
            let gaps = (0..A::COUNT).map(|i| (at[i] - low[i]).min(high[i] - at[i]));
            let inner = gaps.fold(f64::INFINITY, f64::min);
            if inner > 0.0 {
                return inner;
            }
            length([0, 1, 2].map(|i| (low[i] - at[i]).max(at[i] - high[i]).max(0.0)))
        }
    }
}

/// The shape whose border is nearest, over all pieces; none beyond the reach.
fn naive_nearest<A: Axes>(owned: &Owned<A>, at: Vector<A>, open: u64) -> Option<(f64, f32, u32)> {
    let mut best: Option<(f64, f32, u32)> = None;
    for wall in &owned.walls {
        if wall.door.is_some_and(|door| open >> door & 1 == 1) {
            continue;
        }
        let lanes = scalar::distance(&wall.piece, at);
        if best.is_none_or(|(_, nearest, _)| lanes < nearest) {
            best = Some((naive_distance(&wall.piece, at), lanes, wall.shape));
        }
    }
    best.filter(|(_, lanes, _)| *lanes <= owned.layout.reach())
}

fn nearest_matches<A: Axes>(seed: u64, count: u8) -> bool {
    let axes = A::COUNT;
    let owned = Owned::new(world(seed, axes), 1.5, &shapes::<A>(seed, u32::from(count % 12)));
    let walls = owned.walls();
    (0..20).all(|id| {
        let at = place::<A>(seed ^ 5, id);
        let open = rng::draw(seed, 3, id, 0)[0].into();
        match (scalar::nearest(&walls, at, open), naive_nearest(&owned, at, open)) {
            (None, None) => true,
            (Some(near), Some((exact, _, shape))) => {
                // At the same distance another piece may be in front by the last bit of its root.
                let close = (f64::from(near.distance) - exact).abs() < 1e-5;
                let tie = owned.walls.iter().any(|wall| {
                    wall.shape == near.shape
                        && (naive_distance(&wall.piece, at) - exact).abs() < 1e-5
                });
                let unit = near.normal.is_zero() || (near.normal.length() - 1.0).abs() < 1e-5;
                close && unit && (near.shape == shape || tie)
            }
            // At the end of the reach rounding decides.
            (near, naive) => {
                let one = near.map(|near| near.distance).or(naive.map(|naive| naive.1));
                (one.unwrap() - 1.5).abs() < 1e-5
            }
        }
    })
}

/// Inside by the sum of angles, in 64 bits; not asked of places on a side.
fn naive_inside(corners: &[Vec2], at: Vec2) -> bool {
    let mut sum = 0.0;
    for (i, from) in corners.iter().enumerate() {
        let to = corners[(i + 1) % corners.len()];
        let [a, b] = [*from - at, to - at].map(|v| [f64::from(v.x), f64::from(v.y)]);
        sum += libm::atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1]);
    }
    sum.abs() > 3.0
}

/// A star round the middle of a world of 8 x 8: a polygon that does not cross itself.
fn star(seed: u64, count: u32) -> Vec<Vec2> {
    let corner = |at: u32| {
        let angle = core::f32::consts::TAU * at as f32 / count as f32;
        Vec2::new(4.0, 4.0) + Vec2::at_angle(angle) * (0.3 + 3.2 * share(seed, at, 0))
    };
    (0..count).map(corner).collect()
}

/// Every lane as alone, on every instruction set.
#[derive(Clone, Copy)]
struct Lanes<'a, A: Axes>(&'a Walls<'a, A>, u64);

impl<A: Axes> Task for Lanes<'_, A> {
    type Output = ();
    #[inline(always)]
    fn run<S: Isa>(self) {
        let Lanes(walls, seed) = self;
        let list = |salt: u64| -> [Vector<A>; LANES] {
            core::array::from_fn(|lane| place(seed ^ salt, lane as u32))
        };
        let (places, ways) = (list(11), list(12).map(|to| to - Vector::of(4.0, 4.0, 4.0)));
        let lanes = |list: [Vector<A>; LANES]| {
            let part = |axis| F32x8::<S>::from_array(list.map(|v| v.along(axis)));
            Vector8::<A, S>::of(part(0), part(1), part(2))
        };
        let bits = |v: Vector8<A, S>, lane: usize| {
            [v.x, v.y, v.z.or(F32x8::ZERO)].map(|part| part.to_array()[lane].to_bits())
        };
        let same = |v: Vector<A>| [0, 1, 2].map(|axis| v.along(axis).to_bits());
        let near = walls.nearest(lanes(places), seed);
        let crossing = walls.crossing(lanes(places), lanes(ways), seed);
        let walked = walls.walk(F32x8::splat(0.1), lanes(places), lanes(ways), seed);
        for lane in 0..LANES {
            let (at, way) = (places[lane], ways[lane]);
            let alone = scalar::nearest(walls, at, seed);
            assert_eq!(bits(near.point, lane), same(alone.map_or(Vector::default(), |n| n.point)));
            assert_eq!(
                bits(near.normal, lane),
                same(alone.map_or(Vector::default(), |near| near.normal))
            );
            let alone = scalar::crossing(walls, at, way, seed);
            let share = alone.map_or(f32::INFINITY, |crossing| crossing.share);
            assert_eq!(crossing.share.to_array()[lane].to_bits(), share.to_bits());
            let alone = scalar::walk(walls, 0.1, at, way, seed);
            assert_eq!(bits(walked.place, lane), same(alone.place));
            assert_eq!(walked.touched.bits() >> lane & 1 == 1, alone.touched);
        }
    }
}

fn lanes_match<A: Axes>(seed: u64, count: u8) {
    let shapes = shapes::<A>(seed, u32::from(count % 12));
    let owned = Owned::new(world(seed, A::COUNT), 1.5, &shapes);
    isa::each(Lanes(&owned.walls(), seed));
}

quickcheck! {
    fn the_nearest_wall_is_that_of_all(seed: u64, count: u8) -> bool {
        nearest_matches::<Plane>(seed, count) && nearest_matches::<Space>(seed, count)
    }

    fn lanes_have_the_bits_of_one_entity_alone(seed: u64, count: u8) -> bool {
        lanes_match::<Plane>(seed, count);
        lanes_match::<Space>(seed, count);
        true
    }

    fn inside_of_a_polygon_is_by_the_sum_of_angles(seed: u64, count: u8) -> bool {
        let corners = star(seed, 3 + u32::from(count % 9));
        let shape = Shape::Polygon(&corners);
        (0..50).all(|id| {
            let at = Vec2::new(share(seed ^ 1, id, 0) * 8.0, share(seed ^ 1, id, 1) * 8.0);
            let on = shape.pieces().any(|side| naive_distance(&side, at) < 1e-4);
            on || scalar::inside(&shape, at) == naive_inside(&corners, at)
        })
    }

    fn a_step_crosses_first_what_cuts_it_first(seed: u64, count: u8) -> bool {
        crossings_match::<Plane>(seed, count) && crossings_match::<Space>(seed, count)
    }
}

/// Where a step first crosses a border, by looking at many places along it, in 64 bits: between two of
/// them it is on another side.
fn crossings_match<A: Axes>(seed: u64, count: u8) -> bool {
    const PARTS: u32 = 4000;
    let open = world(0, A::COUNT).scaled(1.0).unwrap();
    let mut shapes = shapes::<A>(seed, 1 + u32::from(count % 5));
    // A segment has no sides that a place could be on.
    shapes.retain(|shape| !matches!(shape, Shape::Segment(_)));
    let owned = Owned::new(open, 1.5, &shapes);
    let owned = Owned { world: open, ..owned };
    (0..4).all(|id| {
        let (from, to) = (place::<A>(seed ^ 3, id), place::<A>(seed ^ 4, id));
        let found = scalar::crossing(&owned.walls(), from, to - from, !0);
        let inside = |at: Vector<A>| {
            let each = shapes.iter().enumerate().filter(|(at, _)| at % 4 != 3);
            each.map(|(_, shape)| scalar::inside(shape, at)).collect::<Vec<_>>()
        };
        let begin = inside(from);
        let at = |part: u32| from + (to - from) * (part as f32 / PARTS as f32);
        let changes = (1..=PARTS).find(|part| inside(at(*part)) != begin);
        match (found, changes) {
            (None, None) => true,
            (Some(found), Some(part)) => found.share <= part as f32 / PARTS as f32 + 1e-3,
            // One that only touches, or goes in and out between two looks.
            (Some(_), None) => true,
            (None, Some(_)) => {
                // It begins or ends on the border.
                let near =
                    |at| owned.walls.iter().any(|wall| naive_distance(&wall.piece, at) < 1e-3);
                near(from) || near(to)
            }
        }
    })
}

#[test]
fn a_step_through_a_segment_crosses_it_where_it_should() {
    let world = World::new(8.0, 8.0, Edge::Open).unwrap();
    let ends = [Vec2::new(4.0, 1.0), Vec2::new(4.0, 5.0)];
    let owned = Owned::new(world, 1.0, &[Shape::Segment(ends)]);
    let walls = owned.walls();
    let step = |from: [f32; 2], way: [f32; 2]| scalar::crossing(&walls, from.into(), way.into(), 0);
    let found = step([3.0, 2.0], [4.0, 0.0]).unwrap();
    assert_eq!((found.share, found.normal), (0.25, Vec2::new(-1.0, 0.0)));
    let found = step([4.5, 2.0], [-0.75, 0.0]).unwrap();
    assert_eq!(found.normal, Vec2::new(1.0, 0.0));
    assert_eq!(step([3.0, 6.0], [4.0, 0.0]), None, "beyond its end");
    assert_eq!(step([4.0, 2.0], [0.0, 1.0]), None, "along it");
    assert_eq!(step([3.0, 2.0], [0.5, 0.0]), None, "before it");
    assert_eq!(step([3.0, 2.0], [f32::NAN, 0.0]), None);
}

/// Rooms without a way out, and pillars without a way in, with corners of every angle.
fn closed(seed: u64) -> (Vec<Vec2>, [Shape<'static, Plane>; 2]) {
    let outer = star(seed, 3 + seed as u32 % 7);
    let middle = Vec2::new(4.0, 4.0);
    let pillars = [
        Shape::Ball { centre: middle, radius: 0.1 },
        Shape::Box { low: Vec2::new(0.5, 0.5), high: Vec2::new(7.5, 7.5) },
    ];
    (outer, pillars)
}

#[test]
fn nobody_passes_a_wall_in_100_000_steps_at_any_dt() {
    let world = World::new(8.0, 8.0, Edge::Periodic).unwrap();
    let (mut steps, mut touched) = (0, 0);
    for seed in 0..250u64 {
        let (outer, [ball, frame]) = closed(seed);
        let shapes = [Shape::Polygon(&outer), ball, frame];
        let owned = Owned::new(world, 1.0, &shapes);
        let walls = owned.walls();
        let clearance = [0.3, 0.05, 0.004, 0.0005][seed as usize % 4];
        let (sides, mut at) = start(&walls, &shapes, seed, clearance);
        for tick in 0..50u32 {
            let mut way: [[f32; 2]; LANES] = [[0.0; 2]; LANES];
            for (lane, way) in way.iter_mut().enumerate() {
                let [angle, size, still, _] = rng::draw(seed, tick.into(), lane as u32, 1);
                // Steps from 1e-9 to 1e12 long, some of them numbers that are none.
                let length = libm::exp10f(rng::unit(size) * 21.0 - 9.0);
                let length = if still % 50 == 0 { f32::INFINITY } else { length };
                // Into the same corner again and again.
                let turn = if tick < 25 { rng::unit(angle) } else { lane as f32 / 8.0 };
                let heading = Vec2::at_angle(turn * core::f32::consts::TAU);
                *way = [heading.x * length, heading.y * length];
            }
            let lanes =
                |of: &dyn Fn(usize) -> f32| F32x8::<Baseline>::from_array(core::array::from_fn(of));
            let place = Vector8::of(lanes(&|i| at[i].x), lanes(&|i| at[i].y), F32x8::ZERO);
            let step = Vector8::of(lanes(&|i| way[i][0]), lanes(&|i| way[i][1]), F32x8::ZERO);
            let walked = walls.walk(F32x8::splat(clearance), place, step, 0);
            let (x, y) = (walked.place.x.to_array(), walked.place.y.to_array());
            touched += walked.touched.bits().count_ones();
            for lane in 0..LANES {
                at[lane] = Vec2::new(x[lane], y[lane]);
                steps += 1;
                let now = sides_of(&shapes, at[lane]);
                assert_eq!(now, sides[lane], "seed {seed} tick {tick} lane {lane} {:?}", at[lane]);
                let near = scalar::nearest(&walls, at[lane], 0).map_or(9.0, |near| near.distance);
                assert!(near >= clearance / 64.0, "seed {seed} tick {tick}: {near}");
            }
        }
    }
    assert_eq!(steps, 100_000);
    assert!(touched > 20_000, "too few steps met a wall: {touched}");
}

/// Places that keep the clearance, and what each is inside of.
fn start(
    walls: &Walls<'_, Plane>,
    shapes: &[Shape<'_, Plane>],
    seed: u64,
    clearance: f32,
) -> ([[bool; 3]; LANES], [Vec2; LANES]) {
    let far =
        |at: &Vec2| scalar::nearest(walls, *at, 0).is_none_or(|n| n.distance >= clearance / 64.0);
    let mut places = (0..).map(|id| Vec2::new(share(seed, id, 0) * 8.0, share(seed, id, 1) * 8.0));
    let places = core::array::from_fn(|_| places.find(far).unwrap());
    (places.map(|at| sides_of(shapes, at)), places)
}

/// What a place is inside of, in 64 bits.
fn sides_of(shapes: &[Shape<'_, Plane>], at: Vec2) -> [bool; 3] {
    let [Shape::Polygon(corners), ..] = shapes else { panic!("a polygon comes first") };
    let from = |v: Vec2| {
        let (dx, dy) = (f64::from(at.x) - f64::from(v.x), f64::from(at.y) - f64::from(v.y));
        libm::sqrt(dx * dx + dy * dy)
    };
    let inner = |v: f32| v > 0.5 && v < 7.5;
    [
        naive_inside(corners, at),
        from(Vec2::new(4.0, 4.0)) < 0.1f32.into(),
        inner(at.x) && inner(at.y),
    ]
}

#[test]
fn a_step_goes_round_the_seam_and_finds_walls_beyond_it() {
    let world = World::new(8.0, 8.0, Edge::Periodic).unwrap();
    let wall = Shape::Segment([Vec2::new(0.25, 0.0), Vec2::new(0.25, 8.0)]);
    let owned = Owned::new(world, 1.0, &[wall]);
    let near = scalar::nearest(&owned.walls(), Vec2::new(7.75, 3.0), 0).unwrap();
    assert_eq!((near.distance, near.normal), (0.5, Vec2::new(-1.0, 0.0)));
    let walked = scalar::walk(&owned.walls(), 0.125, Vec2::new(7.75, 3.0), Vec2::new(2.0, 1.0), 0);
    assert!(walked.touched && (walked.place.x - 0.125).abs() < 0.01, "{walked:?}");
    assert!(walked.place.y > 3.1, "it slides along: {walked:?}");
}

#[test]
fn doors_stop_while_they_are_closed() {
    let world = World::new(8.0, 8.0, Edge::Open).unwrap();
    let segment = |x| Shape::Segment([Vec2::new(x, 0.0), Vec2::new(x, 8.0)]);
    let owned = Owned::new(world, 1.0, &[segment(1.0), segment(7.0), segment(7.5), segment(4.0)]);
    let step = |open| {
        scalar::walk(&owned.walls(), 0.1, Vec2::new(3.5, 4.0), Vec2::new(1.0, 0.0), open).place.x
    };
    assert!(step(0) < 3.91 && step(!0) == 4.5 && step(1 << 3) == 4.5, "{} {}", step(0), step(!0));
}

#[test]
fn what_is_no_shape_is_told() {
    let world = World::new(8.0, 4.0, Edge::Open).unwrap();
    let at = |x: f32, y: f32| Vec2::new(x, y);
    let said = |shape: Shape<'_, Plane>| std::format!("{}", shape.check(&world).unwrap_err());
    assert_eq!(
        said(Shape::Segment([at(1.0, 1.0), at(1.0, f32::NAN)])),
        "y of corner 1 is NaN: it must be inside the world, from 0 to 4"
    );
    assert!(said(Shape::Segment([at(1.0, 1.0); 2])).contains("they must differ"));
    let ball = |radius| Shape::Ball { centre: at(4.0, 2.0), radius };
    assert_eq!(said(ball(-1.0)), "radius is -1: it must be above 0");
    assert!(said(ball(2.5)).starts_with("y of corner 0 is -0.5"));
    let flat = Shape::Box { low: at(1.0, 1.0), high: at(2.0, 1.0) };
    assert_eq!(said(flat), "the upper corner's y must be above the lower corner's");
    assert!(said(Shape::Polygon(&[at(0.0, 0.0), at(1.0, 0.0)])).contains("has 2 corners"));
    let bow = [at(0.0, 0.0), at(2.0, 2.0), at(2.0, 0.0), at(0.0, 2.0)];
    assert!(
        said(Shape::Polygon(&bow)).contains("corners 0 and 2 meet"),
        "{}",
        said(Shape::Polygon(&bow))
    );
    let fold = [at(0.0, 0.0), at(2.0, 0.0), at(1.0, 0.0), at(1.0, 2.0)];
    assert!(said(Shape::Polygon(&fold)).contains("meet"));
    let good = [at(0.0, 0.0), at(2.0, 0.0), at(2.0, 2.0), at(1.0, 0.5)];
    assert_eq!(Shape::Polygon(&good).check(&world), Ok(()));
    assert!(Layout::new(&world, f32::NAN).is_err() && Layout::new(&world, 1e-6).is_err());
    let layout = Layout::new(&world, 1.0).unwrap();
    let starts = vec![0; layout.cells() + 1];
    assert!(Walls::<Plane>::new(&world, layout, &[], &starts, &[7]).is_err());
    assert!(layout.count::<Plane>(&[], &mut [0; 3]).is_err());
}

#[test]
fn distances_are_those_of_the_shortest_way() {
    let world = World::new(8.0, 4.0, Edge::Wall).unwrap();
    let cells = [80, 40];
    let mut blocked = vec![false; 3200];
    // A wall across with a gap at the top.
    (0..35).for_each(|row| blocked[row * 80 + 40] = true);
    let mut values = vec![1.0; 3200];
    values[5 * 80 + 5] = 0.0;
    routes::distances(&world, cells, &blocked, &mut values).unwrap();
    let at = |column: usize, row: usize| values[row * 80 + column];
    let straight = |a: [f32; 2], b: [f32; 2]| Vec2::new(a[0] - b[0], a[1] - b[1]).length() * 0.1;
    assert!((at(35, 5) - 3.0).abs() < 1e-4, "along a line it is exact: {}", at(35, 5));
    let slanted = straight([5.0, 5.0], [25.0, 30.0]);
    assert!(at(25, 30) >= slanted - 1e-4 && at(25, 30) < slanted * 1.05, "{}", at(25, 30));
    let around = straight([5.0, 5.0], [40.0, 35.0]) + straight([40.0, 35.0], [70.0, 5.0]);
    assert!(at(70, 5) >= around - 0.1 && at(70, 5) < around * 1.05, "{} {around}", at(70, 5));
    assert_eq!(at(40, 3), f32::INFINITY);
    let (mut xs, mut ys) = (vec![0.0; 3200], vec![0.0; 3200]);
    routes::directions(&world, cells, &values, &mut xs, &mut ys).unwrap();
    assert_eq!((xs[5 * 80 + 35], ys[5 * 80 + 35]), (-1.0, 0.0));
    assert!(ys[5 * 80 + 60] > 0.5 && xs[5 * 80 + 60] < -0.3, "up and back to the gap");
    assert_eq!(xs[3 * 80 + 40], -1.0, "out of the wall, to the nearer side");
}

quickcheck! {
    /// Whoever goes where the field leads comes to the goal, if there is a way at all by a plain search.
    fn directions_lead_to_a_goal(seed: u64) -> bool {
        let periodic = World::new(6.0, 5.0, Edge::Periodic).unwrap();
        let cells = [12u32, 10];
        let blocked: Vec<bool> = (0..120).map(|id| share(seed, id, 0) < 0.3).collect();
        let mut values = vec![1.0; 120];
        values[17] = 0.0;
        values[80] = 0.0;
        routes::distances(&periodic, cells, &blocked, &mut values).unwrap();
        // A plain search by steps between cells: it reaches the same cells, by ways that are not shorter.
        let mut steps: Vec<f32> = vec![f32::INFINITY; 120];
        for goal in [17, 80] {
            if !blocked[goal] { steps[goal] = 0.0; }
        }
        for _ in 0..120 {
            for cell in (0..120usize).filter(|cell| !blocked[*cell]) {
                let (column, row) = (cell % 12, cell / 12);
                for to in [row * 12 + (column + 1) % 12, row * 12 + (column + 11) % 12,
                           (row + 1) % 10 * 12 + column, (row + 9) % 10 * 12 + column] {
                    let by = steps[to] + 0.5;
                    if by < steps[cell] { steps[cell] = by; }
                }
            }
        }
        values.iter().zip(&steps).all(|(distance, steps)| {
            distance.is_finite() == steps.is_finite()
                && (!distance.is_finite() || *distance <= steps + 1e-4 && *distance >= steps * 0.7 - 1e-4)
        })
    }
}
