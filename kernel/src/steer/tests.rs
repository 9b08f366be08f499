use std::vec::Vec;

use super::avoid::{Circle, containment, obstacles};
use super::flock::Flock;
use super::*;
use crate::math::scalar;
use crate::{Edge, F32x8, LANES, Mask8, U32x8, V2, World};
use quickcheck::quickcheck;

/// A vector of one entity: the scalar twin of [`V2`].
type P = (f32, f32);

fn sub(a: P, b: P) -> P {
    (a.0 - b.0, a.1 - b.1)
}

fn along(a: P, direction: P, by: f32) -> P {
    (a.0 + direction.0 * by, a.1 + direction.1 * by)
}

fn naive_seek(p: P, v: P, target: P, max: f32) -> P {
    let (x, y) = sub(target, p);
    let (x, y) = scalar::normalize(x, y);
    (x * max - v.0, y * max - v.1)
}

fn naive_flee(p: P, v: P, target: P, max: f32) -> P {
    let (x, y) = sub(p, target);
    let (x, y) = scalar::normalize(x, y);
    (x * max - v.0, y * max - v.1)
}

fn naive_arrive(p: P, v: P, target: P, max: f32, slowing: f32) -> P {
    let (x, y) = sub(target, p);
    let wanted = max * (scalar::length(x, y) / slowing);
    naive_seek(p, v, target, if wanted < max { wanted } else { max })
}

fn naive_predict(p: P, v: P, target: P, tv: P, cap: f32) -> P {
    let (x, y) = sub(target, p);
    let seconds = scalar::length(x, y) / scalar::length(v.0, v.1);
    along(target, tv, if seconds < cap { seconds } else { cap })
}

fn naive_obstacles(p: P, v: P, radius: f32, look_ahead: f32, circles: &[Circle]) -> P {
    let h = scalar::normalize(v.0, v.1);
    let mut best: Option<(f32, usize, f32)> = None;
    for (i, c) in circles.iter().enumerate() {
        let o = sub((c.x, c.y), p);
        let reach = c.radius + radius;
        let (forward, side) = (h.0 * o.0 + h.1 * o.1, h.0 * o.1 - h.1 * o.0);
        if forward > 0.0 && side.abs() < reach {
            let distance = forward - scalar::sqrt(reach * reach - side * side);
            if distance < look_ahead && best.is_none_or(|(d, ..)| distance < d) {
                best = Some((distance, i, side));
            }
        }
    }
    let Some((_, i, side)) = best else { return (-h.1 * 0.0, h.0 * 0.0) };
    let clear = circles[i].radius + radius - side.abs();
    let way = if side < 0.0 { clear } else { -clear };
    (-h.1 * way, h.0 * way)
}

/// The nearest point of a path and the direction there.
fn naive_wander(v: P, angle: f32, distance: f32, radius: f32) -> P {
    let (hx, hy) = if v == (0.0, 0.0) { (1.0, 0.0) } else { scalar::normalize(v.0, v.1) };
    let (sin, cos) = scalar::sin_cos(angle);
    let (ahead, aside) = (distance + radius * cos, radius * sin);
    (hx * ahead + -hy * aside, hy * ahead + hx * aside)
}

fn naive_containment(p: P, v: P, sides: P, margin: f32, seconds: f32) -> P {
    let back = |x: f32, side: f32| {
        if x < margin && x > side - margin {
            (margin - x) - (x - (side - margin))
        } else if x < margin {
            margin - x
        } else if x > side - margin {
            -(x - (side - margin))
        } else {
            0.0
        }
    };
    let ahead = along(p, v, seconds);
    (back(ahead.0, sides.0), back(ahead.1, sides.1))
}

/// `count` points with coordinates on a coarse grid from -8 to 8, so that ties and zeros happen.
fn points(seed: u64, count: usize) -> Vec<P> {
    (0..count)
        .map(|i| {
            let words = rng::draw(seed, 1, i as u32, 2);
            let place = |bits| rng::below(bits, 65) as f32 * 0.25 - 8.0;
            (place(words[0]), place(words[1]))
        })
        .collect()
}

fn lanes(points: &[P]) -> V2 {
    let get = |f: fn(&P) -> f32| F32x8::from_array(core::array::from_fn(|i| f(&points[i])));
    V2::new(get(|p| p.0), get(|p| p.1))
}

/// True if every lane of `got` has the value `naive` gives for it (+0 and -0 count as one).
fn same(got: V2, naive: impl Fn(usize) -> P) -> bool {
    let (x, y) = (got.x.to_array(), got.y.to_array());
    (0..LANES).all(|i| (x[i], y[i]) == naive(i) && x[i].is_finite() && y[i].is_finite())
}

fn s(value: f32) -> F32x8 {
    F32x8::splat(value)
}

quickcheck! {
    fn steering_to_targets_matches_one_entity_at_a_time(seed: u64) -> bool {
        let [p, v, t, u] = [0, 1, 2, 3].map(|i| points(seed ^ i, LANES));
        let [pl, vl, tl, ul] = [&p, &v, &t, &u].map(|points| lanes(points));
        let ahead = |i: usize| naive_predict(p[i], v[i], t[i], u[i], 1.5);
        same(seek(pl, vl, tl, s(2.5)), |i| naive_seek(p[i], v[i], t[i], 2.5))
            && same(flee(pl, vl, tl, s(2.5)), |i| naive_flee(p[i], v[i], t[i], 2.5))
            && same(arrive(pl, vl, tl, s(2.5), s(6.0)), |i| naive_arrive(p[i], v[i], t[i], 2.5, 6.0))
            && same(arrive(pl, vl, tl, s(2.5), s(0.0)), |i| naive_seek(p[i], v[i], t[i], 2.5))
            && same(pursue(pl, vl, tl, ul, s(2.5), s(1.5)), |i| naive_seek(p[i], v[i], ahead(i), 2.5))
            && same(evade(pl, vl, tl, ul, s(2.5), s(1.5)), |i| naive_flee(p[i], v[i], ahead(i), 2.5))
    }

    fn a_wandering_angle_is_a_bounded_function_of_its_key(seed: u64, tick: u64, id: u32) -> bool {
        let ids: [u32; 8] = core::array::from_fn(|i| id.wrapping_add(i as u32));
        let mut angle = F32x8::splat(3.0);
        for tick in 0..20 {
            angle = wander_angle(angle, s(0.5), seed, tick, U32x8::from_array(ids), 9);
        }
        let bounded = angle.to_array().iter().all(|a| a.abs() <= core::f32::consts::PI);
        let one = wander_angle(s(1.0), s(0.5), seed, tick, U32x8::from_array(ids), 9);
        let step = rng::signed(rng::draw(seed, tick, ids[6], 9)[0]) * 0.5;
        bounded && one.to_array()[6] == 1.0 + step
    }

    fn neighbours_add_up_as_one_entity_at_a_time(seed: u64, count: u8) -> bool {
        let (p, v) = (points(seed, LANES), points(seed ^ 1, LANES));
        let others = points(seed ^ 2, usize::from(count));
        let moves = points(seed ^ 3, usize::from(count));
        let mut flock = Flock::default();
        for (o, m) in others.iter().zip(&moves) {
            let offset = V2::splat(o.0, o.1) - lanes(&p);
            let d2 = offset.length_squared();
            flock.add(d2.lt(s(30.0)), offset, d2, V2::splat(m.0, m.1));
        }
        let (separation, alignment, cohesion) = flock.finish(lanes(&v));
        let naive = |i: usize| {
            let (mut push, mut mean, mut centre, mut n) = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), 0.0);
            for (o, m) in others.iter().zip(&moves) {
                let d = sub(*o, p[i]);
                let d2 = d.0 * d.0 + d.1 * d.1;
                if d2 < 30.0 {
                    if d2 > 0.0 {
                        push = (push.0 - d.0 / d2, push.1 - d.1 / d2);
                    }
                    mean = (mean.0 + m.0, mean.1 + m.1);
                    centre = (centre.0 + d.0, centre.1 + d.1);
                    n += 1.0;
                }
            }
            if n == 0.0 {
                return [(0.0, 0.0); 3];
            }
            [push, sub((mean.0 / n, mean.1 / n), v[i]), (centre.0 / n, centre.1 / n)]
        };
        same(separation, |i| naive(i)[0])
            && same(alignment, |i| naive(i)[1])
            && same(cohesion, |i| naive(i)[2])
    }

    fn the_nearest_obstacle_ahead_is_cleared(seed: u64, count: u8) -> bool {
        let (p, v) = (points(seed, LANES), points(seed ^ 1, LANES));
        let circles: Vec<Circle> = points(seed ^ 2, usize::from(count % 12))
            .iter()
            .zip(points(seed ^ 3, 12))
            .map(|(&(x, y), (radius, _))| Circle { x, y, radius: radius.abs() * 0.25 })
            .collect();
        let way = obstacles(lanes(&p), lanes(&v), s(0.5), s(6.0), &circles);
        same(way, |i| naive_obstacles(p[i], v[i], 0.5, 6.0, &circles))
    }

    fn wandering_and_containment_match_one_entity_at_a_time(seed: u64) -> bool {
        let (p, v) = (points(seed, LANES), points(seed ^ 1, LANES));
        let angles: Vec<f32> = points(seed ^ 2, LANES).iter().map(|p| p.0 * 0.4).collect();
        let (pl, vl) = (lanes(&p), lanes(&v));
        let wandered = wander(vl, F32x8::load(&angles), s(2.0), s(0.75));
        [(20.0, 10.0, 2.0), (6.0, 5.0, 2.75), (1.0, 1.0, 3.0)].iter().all(|&(w, h, margin)| {
            let world = World::new(w, h, Edge::Wall).unwrap();
            let push = containment(pl, vl, &world, s(margin), s(0.5));
            same(push, |i| naive_containment(p[i], v[i], (w, h), margin, 0.5))
        }) && same(wandered, |i| naive_wander(v[i], angles[i], 2.0, 0.75))
    }
}

#[test]
fn arrival_stops_at_the_target_and_wandering_begins_from_rest() {
    let here = V2::splat(3.0, 4.0);
    let stop = arrive(here, V2::splat(1.0, 0.0), here, s(2.0), s(0.0));
    assert!(same(stop, |_| (-1.0, 0.0)));
    let ahead = wander(V2::ZERO, F32x8::ZERO, s(2.0), s(1.0));
    assert!(same(ahead, |_| (3.0, 0.0)));
    let turned = wander(V2::splat(0.0, 7.0), s(core::f32::consts::FRAC_PI_2), s(2.0), s(1.0));
    assert!((turned.x.to_array()[0] + 1.0).abs() < 1.0e-6);
    assert!((turned.y.to_array()[0] - 2.0).abs() < 1.0e-6);
    assert!(same(towards(V2::ZERO, here, s(2.0)), |_| (0.0, 0.0)));
    assert!(same(towards(V2::splat(0.0, 9.0), here, s(2.0)), |_| (-3.0, -2.0)));
}

#[test]
fn an_obstacle_to_the_left_sends_right() {
    let circles = [Circle { x: 5.0, y: 0.25, radius: 1.0 }, Circle { x: 9.0, y: 0.0, radius: 1.0 }];
    let east = V2::splat(2.0, 0.0);
    let way = obstacles(V2::ZERO, east, s(0.5), s(10.0), &circles);
    assert!(same(way, |_| (0.0, -1.25)));
    assert!(same(obstacles(V2::ZERO, -east, s(0.5), s(10.0), &circles), |_| (0.0, 0.0)));
    assert!(same(obstacles(V2::ZERO, east, s(0.5), s(3.0), &circles), |_| (0.0, 0.0)));
    assert!(same(obstacles(V2::ZERO, V2::ZERO, s(0.5), s(10.0), &circles), |_| (0.0, 0.0)));
}

#[test]
fn containment_points_back_by_what_is_missing() {
    let world = World::new(20.0, 10.0, Edge::Wall).unwrap();
    let push =
        |x: f32, y: f32| containment(V2::splat(x, y), V2::splat(1.0, -1.0), &world, s(2.0), s(0.5));
    assert!(same(push(10.0, 5.0), |_| (0.0, 0.0)));
    assert!(same(push(-1.0, 5.0), |_| (2.5, 0.0)));
    assert!(same(push(19.5, 0.5), |_| (-2.0, 2.0)));
}

#[test]
fn what_a_lane_does_not_see_changes_no_bit_of_it() {
    let mut flock = Flock::default();
    let (offset, velocity) = (V2::splat(f32::NAN, f32::INFINITY), V2::splat(1.0e30, f32::NAN));
    flock.add(Mask8::only(2), offset, s(0.0), velocity);
    let (separation, alignment, cohesion) = flock.finish(V2::splat(1.0, 1.0));
    for sum in [separation, alignment, cohesion] {
        assert_eq!((sum.x.to_bits().to_array()[1], sum.y.to_bits().to_array()[7]), (0, 0));
    }
    assert!(cohesion.x.to_array()[2].is_nan());
}
