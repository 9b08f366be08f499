use std::vec::Vec;

use super::resolve::{Discs, Moved, Neighbours, Response, resolve_discs};
use super::*;
use crate::LANES;
use crate::axes::{Count, Of};
use crate::error::KernelError;
use crate::rng;
use crate::{F32x8, Mask8, V2, Vector};
use quickcheck::quickcheck;

fn s(value: f32) -> F32x8 {
    F32x8::splat(value)
}

/// A crowd that owns its columns: discs, or spheres.
#[derive(Clone)]
struct Crowd<const N: usize> {
    ids: Vec<u32>,
    centres: [Vec<f32>; N],
    velocities: [Vec<f32>; N],
    radii: Vec<f32>,
    inverse_masses: Vec<f32>,
    starts: Vec<u32>,
    indices: Vec<u32>,
}

/// New centres, then new velocities, along each axis.
type Out<const N: usize> = [[Vec<f32>; N]; 2];

impl<const N: usize> Crowd<N>
where
    [(); N]: Of,
{
    /// `count` discs in a place so small that many overlap and some coincide.
    fn random(count: usize, seed: u64) -> Self {
        let ids = 0..count as u32;
        let column = |read: &dyn Fn(u32) -> f32| ids.clone().map(read).collect::<Vec<f32>>();
        let word = |id, stream, at: usize| rng::draw(seed, 0, id, stream)[at];
        let most = [40, 12, 6];
        let mut crowd = Self {
            ids: ids.clone().map(|id| id * 3 + 1).collect(),
            centres: core::array::from_fn(|axis| {
                column(&|id| rng::below(word(id, 0, axis), most[axis]) as f32 * 0.25)
            }),
            velocities: core::array::from_fn(|axis| {
                column(&|id| rng::signed(word(id, 2, axis)) * 3.0)
            }),
            radii: column(&|id| 0.25 + rng::unit(word(id, 1, 0))),
            inverse_masses: column(&|id| rng::below(word(id, 1, 1), 4) as f32 * 0.5),
            starts: Vec::new(),
            indices: Vec::new(),
        };
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

    /// The same crowd in another order.
    fn reordered(&self, order: &[usize]) -> Self {
        let take = |column: &Vec<f32>| order.iter().map(|&i| column[i]).collect::<Vec<f32>>();
        let mut other = Self {
            ids: order.iter().map(|&i| self.ids[i]).collect(),
            centres: self.centres.each_ref().map(take),
            velocities: self.velocities.each_ref().map(take),
            radii: take(&self.radii),
            inverse_masses: take(&self.inverse_masses),
            ..self.clone()
        };
        other.link();
        other
    }

    fn resolve(&self, owned: usize, response: Response) -> Result<Out<N>, KernelError> {
        let column = |_| std::vec![f32::NAN; owned];
        let mut out: Out<N> = [(); 2].map(|()| core::array::from_fn(column));
        let [centres, velocities] = &mut out;
        let starts = self.starts.get(..=owned).unwrap_or(&self.starts);
        let neighbours = Neighbours { starts, indices: &self.indices };
        let discs = Discs {
            ids: &self.ids,
            centres: self.centres.each_ref().map(Vec::as_slice),
            velocities: self.velocities.each_ref().map(Vec::as_slice),
            radii: &self.radii,
            inverse_masses: &self.inverse_masses,
        };
        let mut moved = Moved {
            centres: centres.each_mut().map(Vec::as_mut_slice),
            velocities: velocities.each_mut().map(Vec::as_mut_slice),
        };
        resolve_discs(&discs, &neighbours, response, &mut moved)?;
        Ok(out)
    }

    /// One disc after the other, with plain branches: centre and velocity.
    fn naive(&self, i: usize, restitution: f32, share: f32) -> [Vector<Count<N>>; 2] {
        let Self { radii, inverse_masses: inverse, .. } = self;
        let (place, velocity) = (|at| row(&self.centres, at), |at| row(&self.velocities, at));
        let [mut kick, mut shift] = [Vector::default(); 2];
        for &j in &self.indices[self.starts[i] as usize..self.starts[i + 1] as usize] {
            let j = j as usize;
            let offset = place(j) - place(i);
            let (reach, distance) = (radii[i] + radii[j], offset.length());
            if j == i || distance >= reach || inverse[i] + inverse[j] == 0.0 {
                continue;
            }
            let normal = match distance {
                0.0 if self.ids[i] < self.ids[j] => Vector::along_x(1.0),
                0.0 => Vector::along_x(-1.0),
                _ => offset.normalized(),
            };
            let approach = normal.dot(velocity(j) - velocity(i));
            if approach < 0.0 {
                let size = (1.0 + restitution) * approach / (inverse[i] + inverse[j]);
                kick += normal * size;
            }
            let way = (reach - distance) * share * (inverse[i] / (inverse[i] + inverse[j]));
            shift -= normal * way;
        }
        [place(i) + shift, velocity(i) + kick * inverse[i]]
    }
}

/// A vector from a column for each axis.
fn row<const N: usize>(columns: &[Vec<f32>; N], at: usize) -> Vector<Count<N>>
where
    [(); N]: Of,
{
    let part = |axis: usize| columns.get(axis).map_or(0.0, |column| column[at]);
    Vector::of(part(0), part(1), part(2))
}

fn resolved_as_one_after_the_other<const N: usize>(count: u8, seed: u64) -> bool
where
    [(); N]: Of,
{
    let count = usize::from(count % 30);
    let crowd = Crowd::<N>::random(count, seed);
    let owned = count - count / 4;
    let out = crowd.resolve(owned, Response::new(0.6, 0.4).unwrap()).unwrap();
    (0..owned).all(|i| out.each_ref().map(|columns| row(columns, i)) == crowd.naive(i, 0.6, 0.4))
}

fn the_same_in_another_order<const N: usize>(count: u8, seed: u64) -> bool
where
    [(); N]: Of,
{
    let count = usize::from(count % 40);
    let crowd = Crowd::<N>::random(count, seed);
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|&i| rng::draw(seed, 9, i as u32, 9)[0]);
    let response = Response::new(0.9, 0.8).unwrap();
    let a = crowd.resolve(count, response).unwrap();
    let b = crowd.reordered(&order).resolve(count, response).unwrap();
    order.iter().enumerate().all(|(new, &old)| {
        a.iter()
            .flatten()
            .zip(b.iter().flatten())
            .all(|(a, b)| a[old].to_bits() == b[new].to_bits())
    })
}

fn one_hit_keeps_momentum_and_makes_no_energy<const N: usize>(seed: u64) -> bool
where
    [(); N]: Of,
{
    let mut crowd = Crowd::<N>::random(2, seed);
    crowd.inverse_masses.iter_mut().for_each(|inverse| *inverse += 0.25);
    let [_, after] = crowd.resolve(2, Response::new(0.5, 1.0).unwrap()).unwrap();
    // Sums of this over the mass of each.
    let sum = |vs: &[f32], of: fn(f64) -> f64| -> f64 {
        vs.iter().zip(&crowd.inverse_masses).map(|(v, i)| of(f64::from(*v)) / f64::from(*i)).sum()
    };
    let energy = |columns: &[Vec<f32>; N]| columns.iter().map(|vs| sum(vs, |v| v * v)).sum::<f64>();
    let before = &crowd.velocities;
    before.iter().zip(&after).all(|(a, b)| (sum(a, |v| v) - sum(b, |v| v)).abs() < 1.0e-4)
        && energy(&after) <= energy(before) * (1.0 + 1.0e-5)
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
    let good = Crowd::<3>::random(9, 4);
    let fails = |change: fn(&mut Crowd<3>)| {
        let mut crowd = good.clone();
        change(&mut crowd);
        crowd.resolve(9, response).unwrap_err()
    };
    assert_eq!(
        fails(|c| c.velocities[1][8] = f32::NAN),
        KernelError::NonFinite { field: "vys", index: 8 }
    );
    assert_eq!(
        fails(|c| c.radii[2] = -1.0),
        KernelError::InvalidParameter { name: "radii", value: -1.0 }
    );
    assert_eq!(
        fails(|c| c.inverse_masses[2] = -1.0),
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
        fails(|c| c.radii.truncate(8)),
        KernelError::LengthMismatch { field: "radii", expected: 9, found: 8 }
    );
    assert_eq!(
        fails(|c| c.centres[2].truncate(8)),
        KernelError::LengthMismatch { field: "zs", expected: 9, found: 8 }
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
        resolved_as_one_after_the_other::<2>(count, seed)
    }

    fn slices_match_one_sphere_after_the_other(count: u8, seed: u64) -> bool {
        resolved_as_one_after_the_other::<3>(count, seed)
    }

    fn where_discs_are_stored_changes_no_bit(count: u8, seed: u64) -> bool {
        the_same_in_another_order::<2>(count, seed) && the_same_in_another_order::<3>(count, seed)
    }

    fn momentum_is_conserved_and_energy_is_not_made_by_one_hit(seed: u64) -> bool {
        one_hit_keeps_momentum_and_makes_no_energy::<2>(seed)
            && one_hit_keeps_momentum_and_makes_no_energy::<3>(seed)
    }

    fn spheres_in_one_layer_collide_as_discs_do(count: u8, seed: u64) -> bool {
        let count = usize::from(count % 30);
        let flat = Crowd::<2>::random(count, seed);
        let [xs, ys] = flat.centres.clone();
        let [vxs, vys] = flat.velocities.clone();
        let level = std::vec![2.5; count];
        let still = std::vec![0.0; count];
        let deep = Crowd::<3> {
            centres: [xs, ys, level.clone()],
            velocities: [vxs, vys, still.clone()],
            ids: flat.ids.clone(),
            radii: flat.radii.clone(),
            inverse_masses: flat.inverse_masses.clone(),
            starts: flat.starts.clone(),
            indices: flat.indices.clone(),
        };
        let response = Response::new(0.6, 0.4).unwrap();
        let (flat, deep) = (flat.resolve(count, response), deep.resolve(count, response));
        let ([places, velocities], [deep_places, deep_velocities]) = (flat.unwrap(), deep.unwrap());
        places[..] == deep_places[..2]
            && velocities[..] == deep_velocities[..2]
            && (&deep_places[2], &deep_velocities[2]) == (&level, &still)
    }
}
