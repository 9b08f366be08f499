use std::vec::Vec;

use super::slices::{apply_edge, drag, limit_speed, semi_implicit_euler, verlet_first};
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
fn bad_input_is_named_and_changes_nothing() {
    let dt = Timestep::new(0.5).unwrap();
    let world = World::new(10.0, 10.0, Edge::Periodic).unwrap();
    let mut columns: [Vec<f32>; 6] = core::array::from_fn(|i| numbers(11, i as u64, 50.0));
    columns[5][9] = f32::INFINITY;
    let before = columns.clone();
    let [xs, ys, zs, vxs, vys, vzs] = &mut columns;
    let bad = Err(KernelError::NonFinite { field: "vzs", index: 9 });
    assert_eq!(apply_edge(&world, [xs, ys, zs], [vxs, vys, vzs]), bad);
    let a = [0.0; 11];
    assert_eq!(semi_implicit_euler(dt, [xs, ys, zs], [vxs, vys, vzs], [&a; 3]), bad);
    assert_eq!(verlet_first(dt, [xs, ys, zs], [vxs, vys, vzs], [&a; 3]), bad);
    assert_eq!(slices::verlet_second(dt, [vxs, vys, vzs], [&a; 3]), bad);
    assert_eq!(limit_speed(0.0, 1.0, [vxs, vys, vzs]), bad);
    assert_eq!(drag(dt, 1.0, [vxs, vys, vzs]), bad);
    let short = Err(KernelError::LengthMismatch { field: "ays", expected: 11, found: 10 });
    assert_eq!(semi_implicit_euler(dt, [xs, ys], [vxs, vys], [&a, &a[..10]]), short);
    let name = |result: Result<(), KernelError>| match result {
        Err(KernelError::InvalidParameter { name, .. }) => name,
        _ => "",
    };
    assert_eq!(name(limit_speed(-1.0, 1.0, [vxs, vys])), "low");
    assert_eq!(name(limit_speed(0.0, f32::NAN, [vxs, vys])), "high");
    assert_eq!(name(limit_speed(2.0, 1.0, [vxs, vys])), "high");
    assert_eq!(name(drag(dt, f32::INFINITY, [vxs, vys])), "rate");
    assert_eq!(columns, before);
    for bad in [-1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(name(Timestep::new(bad).map(|_| ())), "dt");
    }
    assert_eq!(apply_edge(&world, [&mut [], &mut []], [&mut [], &mut []]), Ok(()));
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

fn steps_match<const N: usize>(count: u8, seed: u64, dt: u32) -> bool
where
    [(); N]: Of,
{
    let count = usize::from(count % 40);
    let dt = Timestep::new(rng::unit(dt)).unwrap();
    let ends = rng::draw(seed, 7, 0, 0).map(|word| Edge::NAMES[word as usize % 3].1);
    let axes: [Axis; N] =
        core::array::from_fn(|axis| Axis { length: [7.0, 3.0, 5.0][axis], edge: ends[axis] });
    let world = World::of(&axes).unwrap();
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

    fn slices_match_one_entity_at_a_time(count: u8, seed: u64, dt: u32) -> bool {
        steps_match::<2>(count, seed, dt) && steps_match::<3>(count, seed, dt)
    }
}
