use std::vec::Vec;

use super::*;
use crate::{Axis, Edge, F32x8, Vector, isa::Baseline, rng};
use quickcheck::quickcheck;

/// Eight vectors, in the plane or in space.
type Lanes<const N: usize> = Vector8<Count<N>, Baseline>;

fn s(value: f32) -> F32x8 {
    F32x8::splat(value)
}

/// `count` points with coordinates on a coarse grid from -8 to 8, so that ties and zeros happen; a
/// column for each axis.
fn points<const N: usize>(seed: u64, count: usize) -> [Vec<f32>; N] {
    core::array::from_fn(|axis| {
        let word = |i| rng::draw(seed, 1, i, 2)[axis];
        (0..count as u32).map(|i| rng::below(word(i), 65) as f32 * 0.25 - 8.0).collect()
    })
}

fn slices<const N: usize>(columns: &[Vec<f32>; N]) -> [&[f32]; N] {
    columns.each_ref().map(Vec::as_slice)
}

fn one<const N: usize>(columns: &[Vec<f32>; N], at: usize) -> Vector<Count<N>>
where
    [(); N]: Of,
{
    let part = |axis: usize| columns.get(axis).map_or(0.0, |column| column[at]);
    Vector::of(part(0), part(1), part(2))
}

fn lanes<const N: usize>(columns: &[Vec<f32>; N]) -> Lanes<N>
where
    [(); N]: Of,
{
    Vector8::load(&slices(columns), 0)
}

/// True if every lane of `got` has the value that `naive` gives for it (+0 and -0 count as one).
fn same<A: Axes>(got: Vector8<A, Baseline>, naive: impl Fn(usize) -> Vector<A>) -> bool {
    let [x, y, z] = [got.x, got.y, got.z.or(F32x8::ZERO)].map(F32x8::to_array);
    (0..LANES).all(|i| {
        let got = Vector::of(x[i], y[i], z[i]);
        got == naive(i) && got.length().is_finite()
    })
}

/// Ends of any kinds.
fn axis(length: f32, edge: u32) -> Axis {
    Axis { length, edge: Edge::NAMES[edge as usize % 3].1 }
}

fn world(seed: u64, axes: usize) -> World {
    let [x, y, z, _] = rng::draw(seed, 3, 0, 0);
    World::of(&[axis(5.0, x), axis(9.0, y), axis(4.0, z)][..axes]).unwrap()
}

fn naive_between(at: f32, axis: &Axis, count: usize) -> (usize, usize, f32) {
    let size = count as f32;
    let mut place = at * (size / axis.length) - 0.5;
    if axis.is_periodic() {
        place -= libm::floorf(place / size) * size;
    } else {
        place = place.clamp(0.0, size - 1.0);
    }
    let before = (place as usize).min(count - 1);
    let last = if axis.is_periodic() { 0 } else { count - 1 };
    let after = if before + 1 < count { before + 1 } else { last };
    (before, after, (place - before as f32).clamp(0.0, 1.0))
}

/// The value at a place: between the values at both sides of it along the last axis, each of which is
/// between those along the one before, down to single cells.
fn naive_sample(world: &World, counts: &[usize], values: &[f32], at: &[f32]) -> f32 {
    let (Some((axis, count)), Some(place)) =
        (world.axes().iter().zip(counts).nth(at.len().wrapping_sub(1)), at.last())
    else {
        return values[0];
    };
    let (before, after, part) = naive_between(*place, axis, *count);
    let inner: usize = counts[..at.len() - 1].iter().product();
    let side = |line: usize| {
        naive_sample(world, counts, &values[line * inner..][..inner], &at[..at.len() - 1])
    };
    let (a, b) = (side(before), side(after));
    a + (b - a) * part
}

fn fields_match<const N: usize>(seed: u64) -> bool
where
    [(); N]: Of,
{
    let world = world(seed, N);
    let words = rng::draw(seed, 4, 0, 0);
    let counts: [u32; N] = core::array::from_fn(|axis| 1 + rng::below(words[axis], 7));
    let cells = counts.map(|count| count as usize);
    let flows = points::<N>(seed ^ 1, cells.iter().product());
    let field = FlowField::new(&world, counts, slices(&flows)).unwrap();
    let places = points::<N>(seed, LANES);
    let uniform: [Vec<f32>; N] =
        core::array::from_fn(|axis| std::vec![1.5 - axis as f32; flows[axis].len()]);
    let still = FlowField::new(&world, counts, slices(&uniform)).unwrap();
    same(field.sample(lanes(&places)), |i| {
        let place = places.each_ref().map(|column| column[i]);
        let along = |axis: usize| {
            flows.get(axis).map_or(0.0, |flow| naive_sample(&world, &cells, flow, &place))
        };
        Vector::of(along(0), along(1), along(2))
    }) && same(still.sample(lanes(&places)), |_| Vector::of(1.5, 0.5, -0.5))
}

/// Point and direction of a path nearest to a place.
fn naive_nearest<A: Axes>(corners: &[Vector<A>], place: Vector<A>) -> (Vector<A>, Vector<A>) {
    let mut best = (f32::INFINITY, corners[0], Vector::default());
    for pair in corners.windows(2) {
        let piece = pair[1] - pair[0];
        let t = (place - pair[0]).dot(piece) / piece.length_squared();
        let t = if t > 0.0 { t } else { 0.0 };
        let point = pair[0] + piece * if t < 1.0 { t } else { 1.0 };
        let distance = (place - point).length_squared();
        if distance < best.0 {
            best = (distance, point, piece.normalized());
        }
    }
    (best.1, best.2)
}

fn paths_match<const N: usize>(seed: u64, count: u8) -> bool
where
    [(); N]: Of,
{
    let (p, v) = (points::<N>(seed, LANES), points::<N>(seed ^ 1, LANES));
    let points = points::<N>(seed ^ 2, usize::from(count % 9) + 1);
    let corners: Vec<_> = (0..points[0].len()).map(|at| one(&points, at)).collect();
    let road = Path::new(slices(&points), 1.5).unwrap();
    let (nearest, direction) = road.nearest(lanes(&p));
    let naive = |i: usize| {
        let (p, v) = (one(&p, i), one(&v, i));
        let ahead = p + v * 0.5;
        let (point, tangent) = naive_nearest(&corners, ahead);
        if (ahead - point).length() <= 1.5 {
            return Vector::default();
        }
        let target = point + tangent * (v.length() * 0.5);
        (target - p).normalized() * 3.0 - v
    };
    same(nearest, |i| naive_nearest(&corners, one(&p, i)).0)
        && same(direction, |i| naive_nearest(&corners, one(&p, i)).1)
        && same(path(&road, lanes(&p), lanes(&v), s(3.0), s(0.5)), naive)
}

quickcheck! {
    fn fields_are_sampled_as_one_entity_at_a_time(seed: u64) -> bool {
        fields_match::<2>(seed) && fields_match::<3>(seed)
    }

    fn paths_are_kept_to_as_one_entity_at_a_time(seed: u64, count: u8) -> bool {
        paths_match::<2>(seed, count) && paths_match::<3>(seed, count)
    }

    fn a_field_of_one_layer_is_the_one_in_the_plane(seed: u64) -> bool {
        let (flat, deep) = (world(seed, 2), world(seed, 3));
        let [xs, ys] = points::<2>(seed ^ 1, 6);
        let zs = [0.25; 6];
        let plane = FlowField::new(&flat, [3, 2], [&xs, &ys]).unwrap();
        let space = FlowField::new(&deep, [3, 2, 1], [&xs, &ys, &zs]).unwrap();
        let places = points::<3>(seed, LANES);
        let [x, y, _] = places.clone();
        let expected = plane.sample(lanes(&[x, y]));
        let got = space.sample(lanes(&places));
        (got.x, got.y, got.z) == (expected.x, expected.y, s(0.25))
    }
}

#[test]
fn a_flow_field_is_bilinear_between_centres() {
    let torus = World::new(4.0, 2.0, Edge::Periodic).unwrap();
    let open = World::new(4.0, 2.0, Edge::Open).unwrap();
    let (vxs, vys) = ([0.0, 4.0, 8.0, 4.0, 1.0, 5.0, 9.0, 5.0], [2.0; 8]);
    let sample = |world, x, y| {
        let field = FlowField::new(world, [4, 2], [&vxs, &vys]).unwrap();
        field.sample(Vector8::of(s(x), s(y), s(0.0))).x.to_array()[2]
    };
    for world in [&torus, &open] {
        assert_eq!(sample(world, 0.5, 0.5), 0.0);
        assert_eq!(sample(world, 1.0, 0.5), 2.0);
        assert_eq!(sample(world, 2.5, 1.0), 8.5);
    }
    assert_eq!((sample(&torus, 0.0, 0.5), sample(&open, 0.0, 0.5)), (2.0, 0.0));
    assert_eq!((sample(&torus, -3.0, 0.5), sample(&open, 90.0, 0.5)), (2.0, 4.0));
    assert_eq!(sample(&torus, 1.0, 0.0), 2.5);
    let field = FlowField::new(&torus, [4, 2], [&vxs, &vys]).unwrap();
    let (place, velocity) = (Vector8::of(s(0.5), s(0.5), s(0.0)), Vector8::along_x(s(1.0)));
    assert!(same(flow(&field, place, velocity, s(0.5)), |_| Vector::of(1.0, 2.0, 0.0)));
    assert!(!sample(&torus, f32::NAN, f32::INFINITY).is_infinite());
}

#[test]
fn a_flow_field_in_space_is_linear_between_layers() {
    let world = World::of(&[Axis::periodic(2.0), Axis::wall(2.0), Axis::wall(4.0)]).unwrap();
    // Along z it blows as the number of the layer says.
    let (none, zs) = ([0.0; 4], [0.0, 1.0, 2.0, 3.0]);
    let field = FlowField::new(&world, [1, 1, 4], [&none, &none, &zs]).unwrap();
    let sample = |z: f32| field.sample(Vector8::of(s(1.0), s(1.0), s(z))).z.to_array()[5];
    assert_eq!([0.0, 0.5, 1.0, 2.25, 9.0].map(sample), [0.0, 0.0, 0.5, 1.75, 3.0]);
}

#[test]
fn fields_and_paths_must_be_usable() {
    let world = World::new(4.0, 2.0, Edge::Periodic).unwrap();
    let error = FlowField::new(&world, [0, 2], [&[], &[]]).unwrap_err();
    assert_eq!(error, KernelError::InvalidParameter { name: "columns", value: 0.0 });
    let error = FlowField::new(&world, [2, 1], [&[0.0; 2], &[0.0; 3]]).unwrap_err();
    assert_eq!(error, KernelError::LengthMismatch { field: "vys", expected: 2, found: 3 });
    let error = FlowField::new(&world, [2, 1], [&[0.0, f32::NAN], &[0.0; 2]]).unwrap_err();
    assert_eq!(error, KernelError::NonFinite { field: "vxs", index: 1 });
    assert!(FlowField::new(&world, [!0, !0], [&[], &[]]).is_err());
    let error = FlowField::new(&world, [1, 1, 1], [&[0.0]; 3]).unwrap_err();
    assert_eq!(error, KernelError::InvalidParameter { name: "layers", value: 1.0 });
    let error = Path::new([&[], &[]], 1.0).unwrap_err();
    assert_eq!(error, KernelError::LengthMismatch { field: "xs", expected: 1, found: 0 });
    let error = Path::new([&[0.0], &[0.0], &[]], 1.0).unwrap_err();
    assert_eq!(error, KernelError::LengthMismatch { field: "zs", expected: 1, found: 0 });
    assert!(Path::new([&[0.0], &[0.0]], -1.0).is_err());
    assert!(Path::new([&[0.0], &[f32::INFINITY]], 1.0).is_err());
}
