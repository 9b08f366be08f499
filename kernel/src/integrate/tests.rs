use std::vec::Vec;

use super::slices::{
    apply_edge, drag, drift, limit_speed, semi_implicit_euler, step, verlet_first,
};
use super::*;
use crate::F32x8;
use crate::axes::Of;
use crate::rng;
use quickcheck::quickcheck;

/// `count` numbers from -`scale` to `scale`.
fn numbers(count: usize, seed: u64, scale: f32) -> Vec<f32> {
    (0..count).map(|i| rng::signed(rng::draw(seed, 0, i as u32, 0)[0]) * scale).collect()
}

/// Any side that a world accepts, and any finite place.
fn side_and_place(side: u32, place: u32) -> Option<(f32, f32)> {
    let (low, high) = World::SIDE;
    let side = low * libm::powf(high / low, rng::unit(side));
    let place = f32::from_bits(place);
    place.is_finite().then_some((side.min(high), place))
}

fn wrap(x: f32, side: f32) -> f32 {
    let lanes = super::wrap(F32x8::splat(x), F32x8::splat(side), F32x8::splat(1.0 / side));
    lanes.to_array()[3]
}

fn bounce(x: f32, v: f32, side: f32) -> (f32, f32) {
    let (x, v) = reflect(F32x8::splat(x), F32x8::splat(v), F32x8::splat(side));
    (x.to_array()[5], v.to_array()[5])
}

#[test]
fn wrap_handles_the_corner_cases() {
    let below = f32::from_bits(100.0f32.to_bits() - 1);
    for (x, wrapped) in [
        (-1.0e-9, 0.0),
        (100.0, 0.0),
        (below, below),
        (-100.0, 0.0),
        (250.0, 50.0),
        (-30.0, 70.0),
        (-f32::MIN_POSITIVE, 0.0),
    ] {
        assert_eq!(wrap(x, 100.0), wrapped, "{x}");
    }
    assert_eq!(wrap(-0.0, 100.0).to_bits(), 0);
    assert!(wrap(f32::NAN, 1.0).is_nan() && wrap(f32::INFINITY, 1.0).is_nan());
}

#[test]
fn reflection_turns_inwards_and_stays_inside() {
    assert_eq!(bounce(-1.0, -2.0, 10.0), (1.0, 2.0));
    assert_eq!(bounce(12.0, 2.0, 10.0), (8.0, -2.0));
    assert_eq!(bounce(-1.0, 2.0, 10.0), (1.0, 2.0));
    assert_eq!(bounce(10.0, 2.0, 10.0), (10.0, 2.0));
    assert_eq!(bounce(-11.0, -2.0, 10.0), (0.0, 2.0));
    assert_eq!(bounce(20.5, 2.0, 10.0), (10.0, -2.0));
    assert_eq!(bounce(-0.0, -0.0, 10.0).0.to_bits(), 0);
    assert!(bounce(f32::NAN, 1.0, 10.0).0.is_nan());
}

#[test]
fn speed_is_brought_between_bounds() {
    let clamp = |vx: f32, vy: f32| {
        let (low, high) = (F32x8::splat(1.0), F32x8::splat(5.0));
        let velocity = crate::V2::splat(vx, vy).clamped(low, high);
        (velocity.x.to_array()[0], velocity.y.to_array()[0])
    };
    assert_eq!(clamp(3.0, 4.0), (3.0, 4.0));
    assert_eq!(clamp(0.0, 0.0), (0.0, 0.0));
    assert_eq!(clamp(0.0, -50.0), (0.0, -5.0));
    assert_eq!(clamp(0.25, 0.0), (1.0, 0.0));
    let (x, y) = clamp(3.0e38, 4.0e37);
    assert!((crate::math::scalar::length(x, y) - 5.0).abs() < 1.0e-6);
}

#[test]
fn verlet_keeps_the_energy_of_an_oscillator_and_runs_backwards() {
    let dt = Timestep::new(0.05).unwrap();
    let (mut x, mut v) = (numbers(5, 1, 1.0), numbers(5, 2, 1.0));
    let (mut y, mut w) = (x.clone(), v.clone());
    let start: Vec<f32> = x.iter().zip(&v).map(|(x, v)| x * x + v * v).collect();
    for turn in 0..2 {
        for _ in 0..2_000 {
            let a: Vec<f32> = x.iter().map(|x| -x).collect();
            verlet_first(dt, [&mut x, &mut y], [&mut v, &mut w], [&a, &a]).unwrap();
            let a: Vec<f32> = x.iter().map(|x| -x).collect();
            slices::verlet_second(dt, [&mut v, &mut w], [&a, &a]).unwrap();
            for ((x, v), start) in x.iter().zip(&v).zip(&start) {
                assert!((x * x + v * v - start).abs() < 1.0e-2 * start.max(0.1));
            }
        }
        v.iter_mut().chain(&mut w).for_each(|v| *v = -*v);
        assert_eq!((&x, &v), (&y, &w));
        if turn == 1 {
            for (x, x0) in x.iter().zip(numbers(5, 1, 1.0)) {
                assert!((x - x0).abs() < 1.0e-3);
            }
        }
    }
}

#[test]
fn wrong_lengths_and_parameters_are_named_and_change_nothing() {
    let dt = Timestep::new(0.5).unwrap();
    let world = World::new(10.0, 10.0, Edge::Periodic).unwrap();
    let mut columns: [Vec<f32>; 6] = core::array::from_fn(|i| numbers(11, i as u64, 50.0));
    let before = columns.clone();
    let [xs, ys, _, vxs, vys, _] = &mut columns;
    let a = [0.0; 11];
    let short = |field| Err(KernelError::LengthMismatch { field, expected: 11, found: 10 });
    assert_eq!(semi_implicit_euler(dt, [xs, ys], [vxs, vys], [&a, &a[..10]]), short("ays"));
    assert_eq!(step(&world, dt, [xs, ys], [vxs, &mut vys[..10]], [&a, &a]), short("vys"));
    assert_eq!(drift(&world, dt, [xs, &mut ys[..10]], [vxs, vys]), short("ys"));
    let (mut places, mut velocities) = ([[1.0, 2.0]; 11], [[3.0, 4.0]; 10]);
    let short = |field| Err(KernelError::LengthMismatch { field, expected: 11, found: 10 });
    assert_eq!(packed::drift(&world, dt, &mut places, &mut velocities), short("velocities"));
    assert_eq!((places, velocities), ([[1.0, 2.0]; 11], [[3.0, 4.0]; 10]));
    let name = |result: Result<(), KernelError>| match result {
        Err(KernelError::InvalidParameter { name, .. }) => name,
        _ => "",
    };
    assert_eq!(name(limit_speed(-1.0, 1.0, [vxs, vys])), "low");
    assert_eq!(name(limit_speed(0.0, f32::NAN, [vxs, vys])), "high");
    assert_eq!(name(limit_speed(2.0, 1.0, [vxs, vys])), "high");
    assert_eq!(name(packed::limit_speed(2.0, 1.0, &mut places)), "high");
    assert_eq!(name(drag(dt, f32::INFINITY, [vxs, vys])), "rate");
    assert_eq!(columns, before);
    for bad in [-1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(name(Timestep::new(bad).map(|_| ())), "dt");
    }
    assert_eq!(apply_edge(&world, [&mut [], &mut []], [&mut [], &mut []]), Ok(()));
}

/// What a kernel does to places and velocities, given accelerations, in columns and side by side.
type Kernels<const N: usize> = (
    &'static str,
    fn(&World, &mut [Vec<f32>; N], &mut [Vec<f32>; N], [&[f32]; N]) -> Result<(), KernelError>,
    fn(&World, &mut [[f32; N]], &mut [[f32; N]], &[[f32; N]]) -> Result<(), KernelError>,
);

fn kernels<const N: usize>() -> [Kernels<N>; 8]
where
    [(); N]: Of,
{
    fn dt() -> Timestep {
        Timestep::new(0.25).unwrap()
    }
    [
        (
            "drift",
            |w, x, v, _| drift(w, dt(), changed(x), changed(v)),
            |w, x, v, _| packed::drift(w, dt(), x, v),
        ),
        (
            "step",
            |w, x, v, a| step(w, dt(), changed(x), changed(v), a),
            |w, x, v, a| packed::step(w, dt(), x, v, a),
        ),
        (
            "semi_implicit_euler",
            |_, x, v, a| semi_implicit_euler(dt(), changed(x), changed(v), a),
            |_, x, v, a| packed::semi_implicit_euler(dt(), x, v, a),
        ),
        (
            "verlet_first",
            |_, x, v, a| verlet_first(dt(), changed(x), changed(v), a),
            |_, x, v, a| packed::verlet_first(dt(), x, v, a),
        ),
        (
            "verlet_second",
            |_, _, v, a| slices::verlet_second(dt(), changed(v), a),
            |_, _, v, a| packed::verlet_second(dt(), v, a),
        ),
        (
            "apply_edge",
            |w, x, v, _| apply_edge(w, changed(x), changed(v)),
            |w, x, v, _| packed::apply_edge(w, x, v),
        ),
        (
            "limit_speed",
            |_, _, v, _| limit_speed(1.0, 6.0, changed(v)),
            |_, _, v, _| packed::limit_speed(1.0, 6.0, v),
        ),
        ("drag", |_, _, v, _| drag(dt(), 0.3, changed(v)), |_, _, v, _| packed::drag(dt(), 0.3, v)),
    ]
}

/// A world whose axes end in the way that `seed` says.
fn any_world<const N: usize>(seed: u64) -> World {
    let ends = rng::draw(seed, 7, 0, 0).map(|word| Edge::NAMES[word as usize % 3].1);
    let axes: [Axis; N] =
        core::array::from_fn(|axis| Axis { length: [7.0, 3.0, 5.0][axis], edge: ends[axis] });
    World::of(&axes).unwrap()
}

/// Columns as vectors side by side.
fn side_by_side<const N: usize>(columns: &[Vec<f32>; N]) -> Vec<[f32; N]> {
    let vector = |at: usize| columns.each_ref().map(|column| column[at]);
    (0..columns[0].len()).map(vector).collect()
}

fn bits<const N: usize>(vectors: &[[f32; N]]) -> Vec<[u32; N]> {
    vectors.iter().map(|vector| vector.map(f32::to_bits)).collect()
}

/// Every kernel in columns and side by side, with values that are not finite among others: such an
/// entity stays as it is, every other one is as if it were alone.
fn whoever_is_not_finite_is_left_out<const N: usize>(count: u8, seed: u64, bad: u8) -> bool
where
    [(); N]: Of,
{
    let count = usize::from(count % 40);
    let mut before = columns::<N>(count, seed);
    for i in 0..if count > 0 { bad % 4 } else { 0 } {
        let [kind, axis, row, value] =
            rng::draw(seed, 9, u32::from(i), 0).map(|word| word as usize);
        let value = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX][value % 4];
        before[kind % 3][axis % N][row % count] = value;
    }
    let world = any_world::<N>(seed);
    kernels::<N>().into_iter().all(|(name, in_columns, in_vectors)| {
        let [mut places, mut velocities, accelerations] = before.clone();
        let told = in_columns(&world, &mut places, &mut velocities, shared(&accelerations));
        let [mut xs, mut vs, accelerations] = before.each_ref().map(side_by_side);
        let told_too = in_vectors(&world, &mut xs, &mut vs, &accelerations);
        let after = [side_by_side(&places), side_by_side(&velocities)].map(|of| bits(&of));
        let mut first = None;
        for row in 0..count {
            let one = |of: &[Vec<f32>; N]| of.each_ref().map(|column| std::vec![column[row]]);
            let [mut place, mut velocity, acceleration] = before.each_ref().map(one);
            let alone = in_columns(&world, &mut place, &mut velocity, shared(&acceleration));
            let values = [side_by_side(&place), side_by_side(&velocity)].map(|of| bits(&of)[0]);
            if alone.is_err() {
                first = first.or(Some(row));
                let kept = before.each_ref().map(|of| bits(&side_by_side(of))[row]);
                assert_eq!(values, [kept[0], kept[1]], "{name}");
            }
            assert_eq!([after[0][row], after[1][row]], values, "{name}, {row} of {count}");
        }
        let index = |told: &Result<(), KernelError>| match told {
            Err(KernelError::NonFinite { index, .. }) => Some(*index),
            _ => None,
        };
        assert_eq!((index(&told), index(&told_too)), (first, first), "{name}");
        after == [bits(&xs), bits(&vs)]
    })
}

#[test]
fn whoever_is_left_out_is_named_by_row_and_column() {
    let dt = Timestep::new(0.5).unwrap();
    let world = World::space(10.0, 10.0, 10.0, Edge::Wall).unwrap();
    let [mut places, mut velocities, mut accelerations] = columns::<3>(30, 5);
    accelerations[1][21] = f32::NAN;
    velocities[2][9] = f32::INFINITY;
    let (x, v, a) = (&mut places, &mut velocities, shared(&accelerations));
    let named = |field, index| Err(KernelError::NonFinite { field, index });
    assert_eq!(step(&world, dt, changed(x), changed(v), a), named("vzs", 9));
    assert_eq!(drift(&world, dt, changed(x), changed(v)), named("vzs", 9));
    velocities[2][9] = 0.0;
    let (x, v) = (&mut places, &mut velocities);
    assert_eq!(step(&world, dt, changed(x), changed(v), a), named("ays", 21));
    assert_eq!(drift(&world, dt, changed(x), changed(v)), Ok(()));
    let (mut x, mut v) = (side_by_side(x), side_by_side(v));
    let a = side_by_side(&accelerations);
    let told = packed::semi_implicit_euler(dt, &mut x, &mut v, &a);
    assert_eq!(told, named("accelerations", 21));
}

#[test]
fn vectors_of_other_crates_are_taken_without_a_copy() {
    #[derive(Clone, Copy, Default, bytemuck::Pod, bytemuck::Zeroable)]
    #[repr(C)]
    struct Theirs {
        x: f32,
        y: f32,
    }
    let world = World::new(10.0, 10.0, Edge::Periodic).unwrap();
    let dt = Timestep::new(2.0).unwrap();
    let mut places = std::vec![Theirs { x: 9.0, y: 4.0 }; 13];
    let mut velocities = std::vec![crate::Vec2::new(1.0, -0.5); 13];
    let places_of: &mut [[f32; 2]] = bytemuck::cast_slice_mut(&mut places);
    packed::drift(&world, dt, places_of, bytemuck::cast_slice_mut(&mut velocities)).unwrap();
    assert!(places.iter().all(|place| (place.x, place.y) == (1.0, 3.0)));
}

/// Columns of places, velocities and accelerations.
fn columns<const N: usize>(count: usize, seed: u64) -> [[Vec<f32>; N]; 3] {
    let column = |kind: usize, axis: usize| numbers(count, seed ^ (kind * 8 + axis) as u64, 9.0);
    [0, 1, 2].map(|kind| core::array::from_fn(|axis| column(kind, axis)))
}

fn shared<const N: usize>(columns: &[Vec<f32>; N]) -> [&[f32]; N] {
    columns.each_ref().map(Vec::as_slice)
}

fn changed<const N: usize>(columns: &mut [Vec<f32>; N]) -> [&mut [f32]; N] {
    columns.each_mut().map(Vec::as_mut_slice)
}

/// Whether these are the bits of an entity.
fn is_at<const N: usize>(
    [places, velocities, _]: &[[Vec<f32>; N]; 3],
    at: usize,
    expected: [[f32; N]; 2],
) -> bool {
    let bits = |columns: &[Vec<f32>; N]| columns.each_ref().map(|column| column[at].to_bits());
    [places, velocities].map(bits) == expected.map(|values| values.map(f32::to_bits))
}

fn verlet_matches<const N: usize>(count: u8, seed: u64, dt: u32) -> bool
where
    [(); N]: Of,
{
    let count = usize::from(count % 40);
    let dt = Timestep::new(rng::unit(dt)).unwrap();
    let mut after = columns::<N>(count, seed);
    let before = after.clone();
    let later: [Vec<f32>; N] =
        core::array::from_fn(|axis| numbers(count, seed ^ 99 ^ axis as u64, 9.0));
    let [places, velocities, accelerations] = &mut after;
    verlet_first(dt, changed(places), changed(velocities), shared(accelerations)).unwrap();
    slices::verlet_second(dt, changed(velocities), shared(&later)).unwrap();
    (0..count).all(|i| {
        let half = dt.seconds() * 0.5;
        let [x, v, a] = before.each_ref().map(|of| of.each_ref().map(|column| column[i]));
        let middle: [f32; N] = core::array::from_fn(|axis| v[axis] + a[axis] * half);
        let expected = [
            core::array::from_fn(|axis| x[axis] + middle[axis] * dt.seconds()),
            core::array::from_fn(|axis| middle[axis] + later[axis][i] * half),
        ];
        is_at(&after, i, expected)
    })
}

/// [`step`] and [`drift`] beside their parts.
fn at_once_matches<const N: usize>(count: u8, seed: u64) -> bool
where
    [(); N]: Of,
{
    let dt = Timestep::new(0.25).unwrap();
    let world = any_world::<N>(seed);
    let mut once = columns::<N>(usize::from(count % 40), seed);
    let mut parts = once.clone();
    let [places, velocities, accelerations] = &mut once;
    step(&world, dt, changed(places), changed(velocities), shared(accelerations)).unwrap();
    drift(&world, dt, changed(places), changed(velocities)).unwrap();
    let [places, velocities, accelerations] = &mut parts;
    let (x, v) = (places, velocities);
    semi_implicit_euler(dt, changed(x), changed(v), shared(accelerations)).unwrap();
    apply_edge(&world, changed(x), changed(v)).unwrap();
    for (xs, vs) in x.iter_mut().zip(v.iter()) {
        xs.iter_mut().zip(vs).for_each(|(x, v)| *x += v * dt.seconds());
    }
    apply_edge(&world, changed(x), changed(v)).unwrap();
    let same =
        |a: &[Vec<f32>; N], b: &[Vec<f32>; N]| bits(&side_by_side(a)) == bits(&side_by_side(b));
    same(&once[0], &parts[0]) && same(&once[1], &parts[1])
}

fn steps_match<const N: usize>(count: u8, seed: u64, dt: u32) -> bool
where
    [(); N]: Of,
{
    let count = usize::from(count % 40);
    let dt = Timestep::new(rng::unit(dt)).unwrap();
    let world = any_world::<N>(seed);
    let axes = world.axes();
    let mut after = columns::<N>(count, seed);
    let before = after.clone();
    let [places, velocities, accelerations] = &mut after;
    semi_implicit_euler(dt, changed(places), changed(velocities), shared(accelerations)).unwrap();
    drag(dt, 0.3, changed(velocities)).unwrap();
    limit_speed(1.0, 6.0, changed(velocities)).unwrap();
    apply_edge(&world, changed(places), changed(velocities)).unwrap();
    (0..count).all(|i| {
        let t = dt.seconds();
        let [mut x, mut v, a] = before.each_ref().map(|of| of.each_ref().map(|column| column[i]));
        for axis in 0..N {
            v[axis] += a[axis] * t;
            x[axis] += v[axis] * t;
            v[axis] *= 1.0 / (1.0 + 0.3 * t);
        }
        let speed = libm::sqrtf(v.iter().map(|v| v * v).sum());
        let target = speed.clamp(1.0, 6.0);
        if target != speed && speed > 0.0 {
            let inverse = 1.0 / speed;
            v = v.map(|v| v * inverse * target);
        }
        for axis in 0..N {
            (x[axis], v[axis]) = match axes[axis].edge {
                Edge::Periodic => (wrap(x[axis], axes[axis].length), v[axis]),
                Edge::Wall => bounce(x[axis], v[axis], axes[axis].length),
                Edge::Open => (x[axis], v[axis]),
            };
        }
        is_at(&after, i, [x, v])
    })
}

quickcheck! {
    fn wrapped_places_are_inside(side: u32, place: u32) -> bool {
        let Some((side, place)) = side_and_place(side, place) else { return true };
        let wrapped = wrap(place, side);
        let inside = wrapped >= 0.0 && wrapped < side;
        let kept = !(0.0..side).contains(&place) || wrapped == place;
        inside && kept && (wrapped != 0.0 || wrapped.to_bits() == 0)
    }

    fn wrapping_agrees_with_the_remainder(side: u32, place: u32) -> bool {
        let (Some((side, _)), turns) = (side_and_place(side, 0), rng::signed(place) * 20.0) else {
            return true;
        };
        let place = turns * side;
        let exact = f64::from(place) - libm::floor(f64::from(place / side)) * f64::from(side);
        let error = (f64::from(wrap(place, side)) - exact).abs() / f64::from(side);
        !(5.0e-6..=1.0 - 5.0e-6).contains(&error)
    }

    fn reflected_places_are_inside(side: u32, place: u32, v: u32) -> bool {
        let Some((side, place)) = side_and_place(side, place) else { return true };
        let v = rng::signed(v);
        let (x, after) = bounce(place, v, side);
        let inwards = match place {
            place if place < 0.0 => after >= 0.0,
            place if place > side => after <= 0.0,
            _ => after == v && x == place,
        };
        (0.0..=side).contains(&x) && after.abs() == v.abs() && inwards
    }

    fn verlet_matches_one_entity_at_a_time(count: u8, seed: u64, dt: u32) -> bool {
        verlet_matches::<2>(count, seed, dt) && verlet_matches::<3>(count, seed, dt)
    }

    fn moving_within_a_world_is_moving_and_then_the_ends(count: u8, seed: u64) -> bool {
        at_once_matches::<2>(count, seed) && at_once_matches::<3>(count, seed)
    }

    fn whoever_is_not_finite_stays_and_all_others_go_on(count: u8, seed: u64, bad: u8) -> bool {
        whoever_is_not_finite_is_left_out::<2>(count, seed, bad)
            && whoever_is_not_finite_is_left_out::<3>(count, seed, bad)
    }

    fn slices_match_one_entity_at_a_time(count: u8, seed: u64, dt: u32) -> bool {
        steps_match::<2>(count, seed, dt) && steps_match::<3>(count, seed, dt)
    }
}
