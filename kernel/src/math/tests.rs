use super::*;
use crate::F32x8;
use quickcheck::quickcheck;

/// The distance of `got` from `exact` in ulp of `exact`, where 2^-126 is the smallest binade.
fn ulp_error(got: f32, exact: f64) -> f64 {
    if f64::from(got) == exact {
        return 0.0;
    }
    let exponent = (exact.abs().to_bits() >> 52) as i32 - 1023;
    let ulp = libm::ldexp(1.0, exponent.max(-126) - 23);
    (f64::from(got) - exact).abs() / ulp
}

/// Numbers that spread over magnitudes from 2^-`low` to `limit`, both signs.
fn spread(count: u32, limit: f32) -> impl Iterator<Item = f32> {
    let top = limit.to_bits();
    let bottom = 1.0e-12f32.to_bits();
    (0..count).flat_map(move |i| {
        let word = crate::rng::draw(1, 2, i, 3);
        let x = f32::from_bits(bottom + crate::rng::below(word[0], top - bottom + 1));
        let uniform = crate::rng::signed(word[1]) * limit;
        [x, -x, uniform]
    })
}

const COUNT: u32 = 300_000;

#[test]
fn sine_and_cosine_are_within_three_ulp_up_to_ten_thousand() {
    let (mut worst, mut at) = (0.0, 0.0);
    for x in spread(COUNT, 1.0e4) {
        let (sin, cos) = scalar::sin_cos(x);
        let error = ulp_error(sin, libm::sin(x.into())).max(ulp_error(cos, libm::cos(x.into())));
        if error > worst {
            (worst, at) = (error, x);
        }
    }
    std::println!("sin_cos: {worst} ulp at {at}");
    assert!(worst < 3.0, "{worst} ulp at {at}");
}

/// Takes half a minute: `cargo test -p flockwork-kernel --release -- --ignored every_angle`.
#[test]
#[ignore = "takes half a minute"]
fn every_angle_up_to_ten_thousand_is_within_three_ulp() {
    let mut worst = (0.0, 0.0);
    for bits in 1.0e-5f32.to_bits()..=1.0e4f32.to_bits() {
        let x = f32::from_bits(bits);
        let (sin, cos) = scalar::sin_cos(x);
        let (exact_sin, exact_cos) = libm::sincos(x.into());
        let error = ulp_error(sin, exact_sin).max(ulp_error(cos, exact_cos));
        if error > worst.0 {
            worst = (error, x);
        }
    }
    std::println!("every angle: {worst:?}");
    assert!(worst.0 < 3.0, "{} ulp at {}", worst.0, worst.1);
}

#[test]
fn large_angles_lose_accuracy_slowly_and_stay_bounded() {
    let mut worst = 0.0f64;
    for x in spread(COUNT, 1.0e5) {
        let (sin, cos) = scalar::sin_cos(x);
        worst = worst.max((f64::from(sin) - libm::sin(x.into())).abs());
        worst = worst.max((f64::from(cos) - libm::cos(x.into())).abs());
    }
    std::println!("sin_cos up to 1e5: {worst}");
    assert!(worst < 2.0e-6, "{worst}");
    for x in spread(COUNT, f32::MAX) {
        let (sin, cos) = scalar::sin_cos(x);
        assert!(sin.abs() <= 1.0 && cos.abs() <= 1.0, "{x}: {sin} {cos}");
    }
}

#[test]
fn arc_tangent_is_within_three_ulp() {
    let mut worst = 0.0f64;
    for (i, (y, x)) in spread(COUNT, 1.0e12).zip(spread(COUNT, 1.0e3).skip(1)).enumerate() {
        let y = if i % 2 == 0 {
            y
        } else {
            x * crate::rng::signed((i as u32).wrapping_mul(0x9E37_79B9))
        };
        worst = worst.max(ulp_error(scalar::atan2(y, x), libm::atan2(y.into(), x.into())));
    }
    std::println!("atan2: {worst} ulp");
    assert!(worst < 3.0, "{worst}");
}

#[test]
fn arc_tangent_has_an_answer_at_the_edges() {
    for (y, x, angle) in [
        (0.0, 0.0, 0.0),
        (-0.0, -1.0, PI),
        (0.0, -1.0, PI),
        (1.0, 0.0, FRAC_PI_2),
        (-1.0, -0.0, -FRAC_PI_2),
        (f32::MAX, f32::MAX, FRAC_PI_4),
        (f32::MAX, -f32::MAX, PI - FRAC_PI_4),
        (1.0e-45, 1.0e-45, FRAC_PI_4),
    ] {
        assert_eq!(scalar::atan2(y, x), angle, "{y} {x}");
    }
    assert!(scalar::atan2(f32::INFINITY, 1.0).is_nan());
}

#[test]
fn exponential_is_within_two_ulp() {
    let mut worst = (0.0f64, 0.0);
    for x in spread(COUNT, 88.7) {
        for x in [x, x * 1.17] {
            if x < 88.72 {
                let error = ulp_error(scalar::exp(x), libm::exp(x.into()));
                if error > worst.0 {
                    worst = (error, x);
                }
            }
        }
    }
    std::println!("exp: {worst:?} ulp");
    assert!(worst.0 < 2.0, "{worst:?}");
    let edges = [f32::NEG_INFINITY, -1.0e30, -104.1, 0.0, 88.73, f32::MAX, f32::INFINITY];
    let values = edges.map(scalar::exp);
    assert_eq!(values, [0.0, 0.0, 0.0, 1.0, f32::INFINITY, f32::INFINITY, f32::INFINITY]);
    assert!(scalar::exp(f32::NAN).is_nan());
}

#[test]
fn logarithm_is_within_one_ulp() {
    let mut worst = 0.0f64;
    for i in 0..COUNT * 4 {
        let bits = crate::rng::below(crate::rng::draw(5, 6, i, 7)[0], 0x7f7f_ffff) + 1;
        let near_one = 0.5 + crate::rng::unit(bits << 1) * 1.5;
        for x in [f32::from_bits(bits), near_one] {
            worst = worst.max(ulp_error(scalar::ln(x), libm::log(x.into())));
        }
    }
    std::println!("ln: {worst} ulp");
    assert!(worst < 1.0, "{worst}");
    assert_eq!([0.0, -0.0].map(scalar::ln), [f32::NEG_INFINITY; 2]);
    assert_eq!(scalar::ln(f32::INFINITY), f32::INFINITY);
    assert_eq!(scalar::ln(1.0), 0.0);
    assert!(scalar::ln(-1.0).is_nan() && scalar::ln(f32::NAN).is_nan());
}

#[test]
fn whole_powers_are_repeated_products() {
    for (x, power, result) in
        [(3.0, 4, 81.0), (2.0, -3, 0.125), (5.0, 0, 1.0), (-2.0, 3, -8.0), (0.0, -1, f32::INFINITY)]
    {
        assert_eq!(scalar::powi(x, power), result);
    }
    assert_eq!(scalar::powi(1.0, i32::MIN), 1.0);
}

#[test]
fn lengths_neither_overflow_nor_underflow() {
    for size in [1.0e-44, 1.0e-38, 1.0e-20, 1.0e-3, 1.0, 1.0e10, 1.0e19, 1.0e37] {
        let (x, y) = (3.0 * size, -2.0 * size);
        let exact = libm::hypot(f64::from(x), f64::from(y));
        assert!(ulp_error(scalar::length(x, y), exact) < 1.5, "{size}");
        let (nx, ny) = scalar::normalize(x, y);
        assert!(ulp_error(nx, f64::from(x) / exact) < 2.0, "{size}");
        assert!(ulp_error(ny, f64::from(y) / exact) < 2.0, "{size}");
        let (lx, ly) = scalar::limit_length(x, y, size);
        let limited = libm::hypot(f64::from(lx), f64::from(ly)) / f64::from(size);
        assert!((limited - 1.0).abs() < 4.0e-7 || size < 1.0e-38, "{size}: {limited}");
    }
    assert_eq!(scalar::normalize(0.0, 0.0), (0.0, 0.0));
    assert_eq!(scalar::limit_length(0.5, 0.0, 1.0), (0.5, 0.0));
    assert_eq!(scalar::limit_length(0.5, 0.0, f32::NAN), (0.0, 0.0));
    assert_eq!(scalar::limit_length(0.5, 0.0, -1.0), (0.0, 0.0));
    assert_eq!(scalar::limit_length(0.0, 0.0, 0.0), (0.0, 0.0));
}

/// The same bits, or both NaN.
fn same(lanes: F32x8, lane: usize, alone: f32) -> bool {
    let value = lanes.to_array()[lane];
    value.to_bits() == alone.to_bits() || (value.is_nan() && alone.is_nan())
}

quickcheck! {
    fn lanes_and_scalars_have_the_same_bits(a: [u32; 8], b: [u32; 8], power: i8) -> bool {
        let (x, y) = (a.map(f32::from_bits), b.map(f32::from_bits));
        let (xs, ys) = (F32x8::from_array(x), F32x8::from_array(y));
        let power = i32::from(power);
        let (sin, cos) = sin_cos(xs);
        let (nx, ny) = normalize(xs, ys);
        let (lx, ly) = limit_length(xs, ys, F32x8::splat(2.5));
        (0..8).all(|i| {
            let limited = scalar::limit_length(x[i], y[i], 2.5);
            same(sin, i, scalar::sin_cos(x[i]).0)
                && same(cos, i, scalar::sin_cos(x[i]).1)
                && same(atan2(ys, xs), i, scalar::atan2(y[i], x[i]))
                && same(exp(xs), i, scalar::exp(x[i]))
                && same(ln(xs), i, scalar::ln(x[i]))
                && same(rsqrt(xs), i, scalar::rsqrt(x[i]))
                && same(xs.sqrt(), i, scalar::sqrt(x[i]))
                && same(powi(xs, power), i, scalar::powi(x[i], power))
                && same(length(xs, ys), i, scalar::length(x[i], y[i]))
                && same(nx, i, scalar::normalize(x[i], y[i]).0)
                && same(ny, i, scalar::normalize(x[i], y[i]).1)
                && same(lx, i, limited.0)
                && same(ly, i, limited.1)
        })
    }

    fn finite_arguments_give_finite_angles(a: u32, b: u32) -> bool {
        let (x, y) = (f32::from_bits(a), f32::from_bits(b));
        if !(x.is_finite() && y.is_finite()) {
            return scalar::atan2(y, x).is_nan();
        }
        let (sin, cos) = scalar::sin_cos(x);
        sin.abs() <= 1.0 && cos.abs() <= 1.0 && scalar::atan2(y, x).abs() <= PI
    }
}
