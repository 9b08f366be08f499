use std::vec::Vec;

use super::resolve::{Discs, Moved, Neighbours, Response, resolve_discs};
use super::*;
use crate::LANES;
use crate::error::KernelError;
use crate::math::scalar;
use crate::rng;
use crate::{F32x8, Mask8, V2};
use quickcheck::quickcheck;

fn s(value: f32) -> F32x8 {
    F32x8::splat(value)
}

/// A crowd that owns its columns.
#[derive(Clone, Default)]
struct Crowd {
    ids: Vec<u32>,
    columns: [Vec<f32>; 6],
    starts: Vec<u32>,
    indices: Vec<u32>,
}

impl Crowd {
    /// `count` discs in a square so small that many overlap and some coincide.
    fn random(count: usize, seed: u64) -> Self {
        let mut crowd = Self::default();
        for id in 0..count as u32 {
            let a = rng::draw(seed, 0, id, 0);
            let b = rng::draw(seed, 0, id, 1);
            let values = [
                rng::below(a[0], 40) as f32 * 0.25,
                rng::below(a[1], 12) as f32 * 0.25,
                rng::signed(a[2]) * 3.0,
                rng::signed(a[3]) * 3.0,
                0.25 + rng::unit(b[0]),
                rng::below(b[1], 4) as f32 * 0.5,
            ];
            crowd.ids.push(id * 3 + 1);
            for (column, value) in crowd.columns.iter_mut().zip(values) {
                column.push(value);
            }
        }
        crowd.link();
        crowd
    }

    /// Makes everybody a neighbour of everybody (also of itself), in order of id.
    fn link(&mut self) {
        let count = self.ids.len() as u32;
        let mut order: Vec<u32> = (0..count).collect();
        order.sort_by_key(|&i| self.ids[i as usize]);
        self.starts = (0..=count).map(|i| i * count).collect();
        self.indices = order.repeat(count as usize);
    }

    fn discs(&self) -> Discs<'_> {
        let [xs, ys, vxs, vys, radii, inverse_masses] = &self.columns;
        Discs { ids: &self.ids, xs, ys, vxs, vys, radii, inverse_masses }
    }

    fn resolve(&self, owned: usize, response: Response) -> Result<[Vec<f32>; 4], KernelError> {
        let mut out: [Vec<f32>; 4] = core::array::from_fn(|_| std::vec![f32::NAN; owned]);
        let [xs, ys, vxs, vys] = &mut out;
        let starts = self.starts.get(..=owned).unwrap_or(&self.starts);
        let neighbours = Neighbours { starts, indices: &self.indices };
        let mut moved = Moved { xs, ys, vxs, vys };
        resolve_discs(&self.discs(), &neighbours, response, &mut moved)?;
        Ok(out)
    }

    /// One disc after the other, with plain branches.
    fn naive(&self, i: usize, restitution: f32, share: f32) -> [f32; 4] {
        let [xs, ys, vxs, vys, radii, inverse] = &self.columns;
        let (mut kick, mut shift) = ((0.0, 0.0), (0.0, 0.0));
        for &j in &self.indices[self.starts[i] as usize..self.starts[i + 1] as usize] {
            let j = j as usize;
            let (dx, dy) = (xs[j] - xs[i], ys[j] - ys[i]);
            let (reach, distance) = (radii[i] + radii[j], scalar::length(dx, dy));
            if j == i || distance >= reach || inverse[i] + inverse[j] == 0.0 {
                continue;
            }
            let (nx, ny) = match distance {
                0.0 if self.ids[i] < self.ids[j] => (1.0, 0.0),
                0.0 => (-1.0, 0.0),
                _ => scalar::normalize(dx, dy),
            };
            let approach = nx * (vxs[j] - vxs[i]) + ny * (vys[j] - vys[i]);
            if approach < 0.0 {
                let size = (1.0 + restitution) * approach / (inverse[i] + inverse[j]);
                kick = (kick.0 + nx * size, kick.1 + ny * size);
            }
            let way = (reach - distance) * share * (inverse[i] / (inverse[i] + inverse[j]));
            shift = (shift.0 - nx * way, shift.1 - ny * way);
        }
        let (vx, vy) = (vxs[i] + kick.0 * inverse[i], vys[i] + kick.1 * inverse[i]);
        [xs[i] + shift.0, ys[i] + shift.1, vx, vy]
    }
}

#[test]
fn equal_discs_exchange_velocities_in_an_elastic_hit() {
    let touch = contact(V2::splat(1.5, 0.0), s(2.0), Mask8::none());
    assert_eq!(touch.depth, s(0.5));
    let push = impulse(&touch, V2::splat(-4.0, 1.0), s(2.0), F32x8::ONE);
    assert_eq!(push, V2::splat(-4.0, 0.0));
    let parting = impulse(&touch, V2::splat(4.0, 1.0), s(2.0), F32x8::ONE);
    assert_eq!(parting, V2::ZERO);
    assert_eq!(correction(&touch, s(0.5), s(2.0), F32x8::ONE), V2::splat(-0.125, 0.0));
    let fixed = impulse(&touch, V2::splat(-4.0, 1.0), F32x8::ZERO, F32x8::ONE);
    assert_eq!(fixed, V2::ZERO);
    let apart = contact(V2::splat(2.0, 0.0), s(2.0), Mask8::none());
    assert!(!apart.touching.any() && apart.normal == V2::ZERO && apart.depth == F32x8::ZERO);
}

#[test]
fn walls_put_back_and_bounce() {
    let hit = |x: f32, v: f32, radius: f32| {
        let (x, v) = wall(s(x), s(v), s(radius), s(10.0), s(0.5));
        (x.to_array()[0], v.to_array()[7])
    };
    assert_eq!(hit(0.5, -2.0, 1.0), (1.0, 1.0));
    assert_eq!(hit(0.5, 2.0, 1.0), (1.0, 2.0));
    assert_eq!(hit(9.5, 2.0, 1.0), (9.0, -1.0));
    assert_eq!(hit(5.0, 2.0, 1.0), (5.0, 2.0));
    assert_eq!(hit(1.0, 2.0, 60.0), (5.0, 2.0));
}

#[test]
fn bad_input_is_named_and_nothing_is_written() {
    let response = Response::new(0.5, 0.5).unwrap();
    let good = Crowd::random(9, 4);
    let fails = |change: fn(&mut Crowd)| {
        let mut crowd = good.clone();
        change(&mut crowd);
        crowd.resolve(9, response).unwrap_err()
    };
    assert_eq!(
        fails(|c| c.columns[3][8] = f32::NAN),
        KernelError::NonFinite { field: "vys", index: 8 }
    );
    assert_eq!(
        fails(|c| c.columns[4][2] = -1.0),
        KernelError::InvalidParameter { name: "radii", value: -1.0 }
    );
    assert_eq!(
        fails(|c| c.columns[5][2] = -1.0),
        KernelError::InvalidParameter { name: "inverse_masses", value: -1.0 }
    );
    assert_eq!(
        fails(|c| c.indices[5] = 9),
        KernelError::InvalidIndex { field: "indices", index: 5, value: 9 }
    );
    assert_eq!(
        fails(|c| c.starts[3] = 500),
        KernelError::InvalidIndex { field: "starts", index: 3, value: 500 }
    );
    assert_eq!(
        fails(|c| c.starts[3] = 0),
        KernelError::InvalidIndex { field: "starts", index: 3, value: 0 }
    );
    assert_eq!(
        fails(|c| c.starts.truncate(9)),
        KernelError::LengthMismatch { field: "starts", expected: 10, found: 9 }
    );
    assert_eq!(
        fails(|c| c.columns[4].truncate(8)),
        KernelError::LengthMismatch { field: "radii", expected: 9, found: 8 }
    );
    for bad in [-0.1, 1.1, f32::NAN] {
        assert!(Response::new(bad, 0.5).is_err() && Response::new(0.5, bad).is_err());
    }
}

fn naive_wall(x: f32, v: f32, radius: f32, side: f32, restitution: f32) -> (f32, f32) {
    let (low, high) = (radius, side - radius);
    let (low, high) = if low > high { (side * 0.5, side * 0.5) } else { (low, high) };
    if x < low {
        (low, if v < 0.0 { -(v * restitution) } else { v })
    } else if x > high {
        (high, if v > 0.0 { -(v * restitution) } else { v })
    } else {
        (x, v)
    }
}

quickcheck! {
    fn walls_match_one_disc_after_the_other(seed: u64) -> bool {
        let part = |i: u32, scale: f32| -> [f32; LANES] {
            core::array::from_fn(|lane| {
                // On a coarse grid, so that discs touch walls exactly and stand still.
                rng::below(rng::draw(seed, 0, lane as u32, i)[0], 17) as f32 * scale
            })
        };
        let (x, v) = (part(0, 1.0).map(|x| x - 3.0), part(1, 0.5).map(|v| v - 4.0));
        let (radius, restitution) = (part(2, 0.5), part(3, 1.0 / 16.0));
        let load = F32x8::from_array;
        let (new_x, new_v) = wall(load(x), load(v), load(radius), s(10.0), load(restitution));
        let (new_x, new_v) = (new_x.to_array(), new_v.to_array());
        (0..LANES).all(|i| {
            let naive = naive_wall(x[i], v[i], radius[i], 10.0, restitution[i]);
            (new_x[i], new_v[i]) == naive && new_v[i].to_bits() != (-0.0f32).to_bits()
        })
    }

    fn both_sides_of_a_collision_are_opposite_to_the_bit(seed: u64) -> bool {
        let part = |i: u32, scale: f32| {
            let word = |lane| rng::draw(seed, 0, lane as u32, i)[0];
            F32x8::from_array(core::array::from_fn(|lane| rng::signed(word(lane)) * scale))
        };
        let (a, b) = (V2::new(part(0, 1.0), part(1, 1.0)), V2::new(part(2, 1.0), part(3, 1.0)));
        let (va, vb) = (V2::new(part(4, 9.0), part(5, 9.0)), V2::new(part(6, 9.0), part(7, 9.0)));
        let (ma, mb) = (part(8, 2.0).abs(), part(9, 2.0).abs());
        let (ra, rb) = (part(10, 1.0).abs(), part(11, 1.0).abs());
        let (first, second) = (Mask8::first(4), !Mask8::first(4));
        let b = V2::select(Mask8::only(seed as usize % 16), a, b);
        let (ab, ba) = (contact(b - a, ra + rb, first), contact(a - b, rb + ra, second));
        let push_a = impulse(&ab, vb - va, ma + mb, s(0.7));
        let push_b = impulse(&ba, va - vb, mb + ma, s(0.7));
        let way = correction(&ab, ma, ma + mb, s(0.5)) - correction(&ba, mb, mb + ma, s(0.5));
        let moved = way.length().to_array();
        let depth = (ab.depth * s(0.5)).to_array();
        push_a + push_b == V2::ZERO
            && ab.normal + ba.normal == V2::ZERO
            && ab.depth == ba.depth
            && (0..LANES).all(|lane| (moved[lane] - depth[lane]).abs() < 1.0e-6)
    }

    fn slices_match_one_disc_after_the_other(count: u8, seed: u64) -> bool {
        let count = usize::from(count % 30);
        let crowd = Crowd::random(count, seed);
        let owned = count - count / 4;
        let out = crowd.resolve(owned, Response::new(0.6, 0.4).unwrap()).unwrap();
        (0..owned).all(|i| {
            let naive = crowd.naive(i, 0.6, 0.4);
            (0..4).all(|k| out[k][i] == naive[k])
        })
    }

    fn where_discs_are_stored_changes_no_bit(count: u8, seed: u64) -> bool {
        let count = usize::from(count % 40);
        let crowd = Crowd::random(count, seed);
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|&i| rng::draw(seed, 9, i as u32, 9)[0]);
        let mut shuffled = Crowd { ids: order.iter().map(|&i| crowd.ids[i]).collect(), ..Crowd::default() };
        for (to, from) in shuffled.columns.iter_mut().zip(&crowd.columns) {
            to.extend(order.iter().map(|&i| from[i]));
        }
        shuffled.link();
        let response = Response::new(0.9, 0.8).unwrap();
        let a = crowd.resolve(count, response).unwrap();
        let b = shuffled.resolve(count, response).unwrap();
        order.iter().enumerate().all(|(new, &old)| {
            (0..4).all(|k| a[k][old].to_bits() == b[k][new].to_bits())
        })
    }

    fn momentum_is_conserved_and_energy_is_not_made_by_one_hit(seed: u64) -> bool {
        let mut crowd = Crowd::random(2, seed);
        crowd.columns[5] = crowd.columns[5].iter().map(|inverse| inverse + 0.25).collect();
        let out = crowd.resolve(2, Response::new(0.5, 1.0).unwrap()).unwrap();
        let momentum = |vs: &[f32]| -> f64 {
            vs.iter().zip(&crowd.columns[5]).map(|(v, inverse)| f64::from(*v) / f64::from(*inverse)).sum()
        };
        let energy = |vxs: &[f32], vys: &[f32]| -> f64 {
            (0..2)
                .map(|i| {
                    let (vx, vy) = (f64::from(vxs[i]), f64::from(vys[i]));
                    (vx * vx + vy * vy) / f64::from(crowd.columns[5][i])
                })
                .sum()
        };
        let [_, _, vxs, vys, ..] = &crowd.columns;
        (momentum(vxs) - momentum(&out[2])).abs() < 1.0e-4
            && (momentum(vys) - momentum(&out[3])).abs() < 1.0e-4
            && energy(&out[2], &out[3]) <= energy(vxs, vys) * (1.0 + 1.0e-5)
    }
}
