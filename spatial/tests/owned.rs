//! An index that owns its memory: points in every form, built again and again, and after errors.

#[path = "queries/world.rs"]
#[allow(dead_code)]
mod world;

use flockwork_kernel::{Axes, Edge, Plane, Space, Vec2, Vec3, Vector, World};
use flockwork_spatial::naive::Naive;
use flockwork_spatial::points::{By, Named};
use flockwork_spatial::{
    Entities, Entry, GridError, Hit, Index, IndexError, Indexed, Places, Points, Query,
};
use quickcheck::quickcheck;
use world::{Points as Columns, Random, Spread, entities};

const RADIUS: f32 = 2.0;

fn world_of<A: Axes>(edge: Edge) -> World {
    let world =
        if A::SPACE { World::space(30.0, 20.0, 10.0, edge) } else { World::new(30.0, 20.0, edge) };
    world.unwrap()
}

fn columns<A: Axes>(seed: u64, edge: Edge, most: usize) -> Columns {
    let grid = flockwork_spatial::Grid::new(world_of::<A>(edge), RADIUS, 100).unwrap();
    entities(&mut Random(seed), &grid, Spread::Uniform, most)
}

/// Entities in canonical order, the bits of their positions, and pairs of ids.
type Told = (Vec<Entry>, Vec<Vec<u32>>, Vec<(u32, u32)>);

/// What an index holds and says.
fn told<A: Axes>(index: &Index<A>) -> Told {
    let Places { xs, ys, zs, .. } = index.positions();
    let bits = |column: &[f32]| column.iter().map(|value| value.to_bits()).collect();
    let pairs = index.pairs(RADIUS).unwrap().map(|(low, high, _)| (low.id(), high.id()));
    (index.order().to_vec(), vec![bits(xs), bits(ys), bits(zs)], pairs.collect())
}

fn built<A: Axes>(edge: Edge, points: &(impl Points<A> + ?Sized)) -> [Index<A>; 2] {
    let mut index = Index::new(world_of::<A>(edge), RADIUS).unwrap();
    index.rebuild(points).unwrap();
    [index, Index::of(points, RADIUS).unwrap()]
}

/// Asserts that all forms of points give what columns of them with the slots as ids give.
fn like<A: Axes>(edge: Edge, columns: &Columns, points: &(impl Points<A> + ?Sized)) {
    let slots: Vec<u32> = (0..columns.ids.len() as u32).collect();
    let [xs, ys, zs] = &columns.places;
    let expected = built(edge, &Entities::<A>::of(xs, ys, zs, &slots));
    let found = built(edge, points);
    assert_eq!(found.each_ref().map(told), expected.each_ref().map(told));
}

struct Ship {
    at: [f32; 2],
}

quickcheck! {
    fn points_in_the_plane_give_the_same_in_every_form(seed: u64, torus: bool) -> bool {
        let edge = if torus { Edge::Periodic } else { Edge::Open };
        let all = columns::<Plane>(seed, edge, 60);
        let [xs, ys, _] = &all.places;
        let arrays: Vec<[f32; 2]> = xs.iter().zip(ys).map(|(&x, &y)| [x, y]).collect();
        like::<Plane>(edge, &all, &arrays);
        like::<Plane>(edge, &all, arrays.as_slice());
        like::<Plane>(edge, &all, &(xs, ys));
        like::<Plane>(edge, &all, &(xs.as_slice(), ys.as_slice()));
        like::<Plane>(edge, &all, &Places::<Plane>::of(xs, ys, &[]));
        let tuples: Vec<(f32, f32)> = arrays.iter().map(|&[x, y]| (x, y)).collect();
        like::<Plane>(edge, &all, &tuples);
        let ships: Vec<Ship> = arrays.iter().map(|&at| Ship { at }).collect();
        like::<Plane>(edge, &all, &By(&ships, |ship: &Ship| ship.at));
        let vectors: Vec<Vec2> = arrays.iter().map(|&[x, y]| Vec2::new(x, y)).collect();
        like::<Plane>(edge, &all, &vectors);
        like::<Plane>(edge, &all, &arrays.iter().map(|&at| glam::Vec2::from(at)).collect::<Vec<_>>());
        like::<Plane>(edge, &all, &arrays.iter().map(|&at| mint::Point2::from(at)).collect::<Vec<_>>());
        like::<Plane>(edge, &all, &arrays.iter().map(|&at| mint::Vector2::from(at)).collect::<Vec<_>>());
        true
    }

    fn points_in_space_give_the_same_in_every_form(seed: u64, torus: bool) -> bool {
        let edge = if torus { Edge::Periodic } else { Edge::Wall };
        let all = columns::<Space>(seed, edge, 60);
        let [xs, ys, zs] = &all.places;
        let arrays: Vec<[f32; 3]> = (0..xs.len()).map(|at| [xs[at], ys[at], zs[at]]).collect();
        like::<Space>(edge, &all, &arrays);
        like::<Space>(edge, &all, &(xs, ys, zs));
        like::<Space>(edge, &all, &Places::<Space>::of(xs, ys, zs));
        let vectors: Vec<Vec3> = arrays.iter().map(|&[x, y, z]| Vec3::new(x, y, z)).collect();
        like::<Space>(edge, &all, &vectors);
        like::<Space>(edge, &all, &By(&vectors, |at: &Vec3| *at));
        let tuples: Vec<(f32, f32, f32)> = arrays.iter().map(|&[x, y, z]| (x, y, z)).collect();
        like::<Space>(edge, &all, &tuples);
        like::<Space>(edge, &all, &arrays.iter().map(|&at| glam::Vec3::from(at)).collect::<Vec<_>>());
        like::<Space>(edge, &all, &arrays.iter().map(|&at| glam::Vec3A::from(at)).collect::<Vec<_>>());
        like::<Space>(edge, &all, &arrays.iter().map(|&at| mint::Point3::from(at)).collect::<Vec<_>>());
        like::<Space>(edge, &all, &arrays.iter().map(|&at| mint::Vector3::from(at)).collect::<Vec<_>>());
        true
    }

    fn an_index_rebuilt_is_as_a_new_one(seed: u64) -> bool {
        rebuilt::<Plane>(seed) && rebuilt::<Space>(seed)
    }

    fn after_an_error_an_index_is_what_it_was(seed: u64) -> bool {
        after_errors::<Plane>(seed) && after_errors::<Space>(seed)
    }
}

/// Rebuilds with more and fewer points than before, with ids and without.
fn rebuilt<A: Axes>(seed: u64) -> bool {
    let mut random = Random(seed);
    let edge = [Edge::Periodic, Edge::Wall, Edge::Open][random.below(3)];
    let mut indices = built::<A>(edge, &[] as &[Vector<A>]);
    for _ in 0..8 {
        let most = [1, 20, 300][random.below(3)];
        let all = columns::<A>(random.next(), edge, most);
        let [xs, ys, zs] = &all.places;
        let places = Places::<A>::of(xs, ys, zs);
        let with_ids = random.below(2) == 0;
        for index in &mut indices {
            if with_ids {
                index.rebuild_with_ids(&places, &all.ids).unwrap();
            } else {
                index.rebuild(&places).unwrap();
            }
        }
        let named = Named { points: &places, ids: &all.ids };
        let new = if with_ids { built::<A>(edge, &named) } else { built::<A>(edge, &places) };
        assert_eq!(indices.each_ref().map(told), new.each_ref().map(told));
        assert_eq!(indices[0].len(), xs.len());
        let naive = Naive { entities: all.columns::<A>(), periods: indices[0].periods() };
        if !xs.is_empty() && with_ids {
            let at = naive.entities.position(0);
            assert_eq!(indices[0].count_radius(at, RADIUS), Ok(naive.count_radius(at, RADIUS)));
        }
    }
    true
}

fn after_errors<A: Axes>(seed: u64) -> bool {
    let mut random = Random(seed);
    let all = columns::<A>(random.next(), Edge::Wall, 50);
    let mut indices = built::<A>(Edge::Wall, &all.columns::<A>());
    let clones = indices.clone();
    let before = clones.each_ref().map(told);
    let more = columns::<A>(random.next(), Edge::Wall, 500);
    let [mut xs, ys, zs] = more.places.clone();
    let ids = &more.ids;
    for index in &mut indices {
        let short = index.rebuild_with_ids(&Places::<A>::of(&xs, &ys, &zs), &ids[1..]);
        assert!(matches!(short, Err(IndexError::LengthMismatch { column: "ids", .. })));
        let short = index.rebuild(&Places::<A>::of(&xs, &ys[1..], &zs));
        assert!(matches!(short, Err(IndexError::LengthMismatch { column: "ys", .. })));
    }
    let last = xs.len() - 1;
    for bad in [f32::NAN, f32::INFINITY, 1.0e19] {
        xs[last] = bad;
        for index in &mut indices {
            let error = index.rebuild(&Places::<A>::of(&xs, &ys, &zs)).unwrap_err();
            let named = match error {
                IndexError::NotFinite { index, .. } | IndexError::Outside { index, .. } => index,
                other => panic!("{other}"),
            };
            assert_eq!(named as usize, last);
        }
    }
    assert_eq!(indices.each_ref().map(told), before);
    for index in &mut indices {
        let twin = [Vector::<A>::of(1.0, 1.0, 1.0); 2];
        let error = index.rebuild_with_ids(&twin, &[7, 7]).unwrap_err();
        assert_eq!(error, IndexError::DuplicateId { index: 1, id: 7 });
        assert!(index.is_empty() && index.order().is_empty());
        assert_eq!(index.count_radius(Vector::<A>::of(1.0, 1.0, 1.0), RADIUS), Ok(0));
        index.rebuild(&all.columns::<A>()).unwrap();
    }
    assert_eq!(indices.each_ref().map(told), before);
    assert_eq!(clones.each_ref().map(told), before);
    true
}

#[test]
fn an_index_of_no_use_is_refused() {
    let torus = World::new(10.0, 20.0, Edge::Periodic).unwrap();
    let wide = Index::<Plane>::new(torus, 5.0).unwrap_err();
    assert!(matches!(wide, IndexError::Grid(GridError::RadiusTooWide { side: "width", .. })));
    assert!(wide.to_string().contains("along the periodic width"), "{wide}");
    let axes = Index::<Space>::new(torus, 1.0).unwrap_err();
    assert_eq!(axes, IndexError::OtherAxes { world: 2, entities: 3 });
    for radius in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert!(matches!(
            Index::<Plane>::new(torus, radius),
            Err(IndexError::Grid(GridError::InvalidRadius { .. }))
        ));
        let error = Index::<Plane>::unbounded(radius);
        assert!(matches!(error, Err(IndexError::InvalidSize { .. })));
    }
}

#[test]
fn the_nearest_of_few_are_given_in_a_list_of_fixed_capacity() {
    let index = Index::of(&[[0.0, 0.0], [3.0, 0.0], [1.0, 0.0]], 1.0).unwrap();
    let two = index.nearest_few::<2>([0.1, 0.0]).unwrap();
    assert_eq!(two.iter().map(|hit| hit.slot).collect::<Vec<_>>(), [0, 2]);
    let near = index.nearest_within::<8>([3.0, 0.0], 2.5).unwrap();
    assert_eq!(near.as_slice(), [Hit { id: 1, slot: 1, d2: 0.0 }, Hit { id: 2, slot: 2, d2: 4.0 }]);
    assert!(index.nearest_few::<0>([0.0, 0.0]).is_err());
    let none = Index::<Plane>::unbounded(1.0).unwrap();
    assert!(none.nearest_k([0.0, 0.0], 3).unwrap().is_empty());
    assert!(none.nearest_k([0.0, 0.0], 0).is_err());
    assert_eq!(Plane::COUNT, 2);
    assert!(none.positions().is_empty());
}
