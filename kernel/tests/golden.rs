//! One constant for all kernels: a small crowd is steered, moved, collided and fed, and its bits
//! are mixed into one number. Every target and instruction set must find the same one.
//!
//! A golden scene alone proves little (it may not reach the operation that differs), so a second
//! number covers the functions of `math` over all magnitudes.

use flockwork_kernel::collide::resolve::{Discs, Moved, Neighbours, Response, resolve_discs};
use flockwork_kernel::fingerprint::Fingerprint;
use flockwork_kernel::integrate::{Timestep, slices};
use flockwork_kernel::life::{self, Mutation};
use flockwork_kernel::steer::avoid::{Circle, containment, obstacles};
use flockwork_kernel::steer::flock::Flock;
use flockwork_kernel::steer::{arrive, pursue, wander, wander_angle};
use flockwork_kernel::{Edge, F32x8, LANES, U32x8, V2, World, math, rng};

const COUNT: usize = 37;
const SEED: u64 = 2026;

#[derive(Default)]
struct Crowd {
    columns: [Vec<f32>; 6],
    genes: Vec<life::Genes>,
}

fn load(column: &[f32], start: usize) -> F32x8 {
    F32x8::load(&column[start..])
}

fn steer(crowd: &mut Crowd, world: &World, tick: u64) -> [Vec<f32>; 2] {
    let s = F32x8::splat;
    let circles = [Circle { x: 5.0, y: 5.0, radius: 1.0 }, Circle { x: 2.0, y: 8.0, radius: 0.5 }];
    let mut forces = [vec![0.0; COUNT], vec![0.0; COUNT]];
    let [xs, ys, vxs, vys, angles, _] = &mut crowd.columns;
    for start in (0..COUNT).step_by(LANES) {
        let position = V2::new(load(xs, start), load(ys, start));
        let velocity = V2::new(load(vxs, start), load(vys, start));
        let ids = U32x8::from_array(core::array::from_fn(|lane| (start + lane) as u32));
        let angle = wander_angle(load(angles, start), s(0.4), SEED, tick, ids, 1);
        angle.store(&mut angles[start..]);
        let mut flock = Flock::default();
        for j in 0..COUNT {
            let offset = V2::splat(xs[j], ys[j]) - position;
            let d2 = offset.length_squared();
            flock.add(d2.lt(s(4.0)), offset, d2, V2::splat(vxs[j], vys[j]));
        }
        let (separation, alignment, cohesion) = flock.finish(velocity);
        let target = V2::splat(xs[0], ys[0]);
        let sum = separation * s(0.2)
            + alignment * s(0.5)
            + cohesion * s(0.3)
            + wander(velocity, angle, s(1.0), s(0.5))
            + arrive(position, velocity, target, s(2.0), s(3.0)) * s(0.25)
            + pursue(position, velocity, target, V2::splat(vxs[0], vys[0]), s(2.0), s(1.0))
                * s(0.1)
            + obstacles(position, velocity, s(0.2), s(3.0), &circles)
            + containment(position, velocity, world, s(1.0), s(0.5));
        let sum = sum.limited(s(4.0));
        sum.x.store(&mut forces[0][start..]);
        sum.y.store(&mut forces[1][start..]);
    }
    forces
}

fn collide(crowd: &mut Crowd) {
    let ids: Vec<u32> = (0..COUNT as u32).collect();
    let starts: Vec<u32> = (0..=COUNT as u32).map(|i| i * COUNT as u32).collect();
    let indices = ids.repeat(COUNT);
    let [xs, ys, vxs, vys, _, _] = &crowd.columns;
    let (radii, inverse_masses) = (vec![0.2; COUNT], vec![1.5; COUNT]);
    let discs = Discs {
        ids: &ids,
        centres: [xs, ys],
        velocities: [vxs, vys],
        radii: &radii,
        inverse_masses: &inverse_masses,
    };
    let neighbours = Neighbours { starts: &starts, indices: &indices };
    let mut out: [Vec<f32>; 4] = core::array::from_fn(|_| vec![0.0; COUNT]);
    let [nx, ny, nvx, nvy] = &mut out;
    let mut moved = Moved { centres: [nx, ny], velocities: [nvx, nvy] };
    resolve_discs(&discs, &neighbours, Response::new(0.8, 0.5).unwrap(), &mut moved).unwrap();
    for (column, new) in crowd.columns.iter_mut().zip(out) {
        *column = new;
    }
}

fn run(edge: Edge) -> u64 {
    let world = World::new(10.0, 12.0, edge).unwrap();
    let dt = Timestep::new(0.05).unwrap();
    let mut crowd = Crowd::default();
    for id in 0..COUNT as u32 {
        let a = rng::draw(SEED, 0, id, 0).map(rng::unit);
        let values = [a[0] * 10.0, a[1] * 12.0, a[2] - 0.5, a[3] - 0.5, 0.0, 10.0];
        for (column, value) in crowd.columns.iter_mut().zip(values) {
            column.push(value);
        }
        crowd.genes.push([a[0]; life::GENES]);
    }
    for tick in 0..200 {
        let [axs, ays] = steer(&mut crowd, &world, tick);
        let [xs, ys, vxs, vys, _, energies] = &mut crowd.columns;
        slices::semi_implicit_euler(dt, [xs, ys], [vxs, vys], [&axs, &ays]).unwrap();
        slices::drag(dt, 0.1, [vxs, vys]).unwrap();
        slices::limit_speed(0.3, 2.0, [vxs, vys]).unwrap();
        slices::apply_edge(&world, [xs, ys], [vxs, vys]).unwrap();
        let speeds: Vec<f32> =
            vxs.iter().zip(vys.iter()).map(|(x, y)| math::scalar::length(*x, *y)).collect();
        life::slices::metabolize(dt, 0.1, 0.05, energies, &speeds, &speeds).unwrap();
        collide(&mut crowd);
        let id = (tick % COUNT as u64) as usize;
        let (a, b) = (crowd.genes[id], crowd.genes[(id + 1) % COUNT]);
        let child = life::crossover(&a, &b, SEED, tick, id as u32, 2);
        let mutation = Mutation::new(0.2, 0.1).unwrap();
        crowd.genes[id] = life::mutate(&child, mutation, SEED, tick, id as u32, 3);
    }
    (0..COUNT).fold(0, |sum: u64, i| {
        let mut fingerprint = Fingerprint::of(i as u32);
        crowd.columns.iter().for_each(|column| fingerprint.column(&column[i]));
        fingerprint.column(&crowd.genes[i]);
        sum.wrapping_add(fingerprint.finish())
    })
}

/// Holds a number against the golden one of this name.
fn assert_golden(name: &str, found: u64) {
    let lines = include_str!("../golden/kernels.txt").lines();
    let mut goldens = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    assert_eq!(goldens.next(), Some(&*format!("{found:016x}")), "{name}");
}

#[test]
fn a_small_crowd_has_one_fingerprint() {
    for (name, edge) in [("periodic", Edge::Periodic), ("wall", Edge::Wall), ("open", Edge::Open)] {
        assert_golden(&format!("crowd {name}"), run(edge));
    }
}

/// The bits of a number, with one answer for every NaN.
fn bits(x: f32) -> f32 {
    if x.is_nan() { f32::NAN } else { x }
}

#[test]
fn mathematics_has_one_fingerprint() {
    let mut sum = 0u64;
    for i in 0..200_000 {
        let words = rng::draw(1, 2, i, 3);
        let [a, b] = [words[0], words[1]].map(f32::from_bits);
        let (u, v) = (rng::signed(words[2]) * 100.0, rng::signed(words[3]) * 100.0);
        let mut fingerprint = Fingerprint::of(i);
        for (x, y) in [(a, b), (u, v)] {
            let (sin, cos) = math::scalar::sin_cos(x);
            let (nx, ny) = math::scalar::normalize(x, y);
            let (lx, ly) = math::scalar::limit_length(x, y, 3.0);
            let (n1, n2) = rng::normal_pair(words[0], words[1]);
            for value in [
                sin,
                cos,
                math::scalar::atan2(y, x),
                math::scalar::exp(x),
                math::scalar::ln(x),
                math::scalar::rsqrt(x),
                math::scalar::powi(x, 5),
                math::scalar::length(x, y),
                nx,
                ny,
                lx,
                ly,
                n1,
                n2,
            ] {
                fingerprint.column(&bits(value));
            }
        }
        sum = sum.wrapping_add(fingerprint.finish());
    }
    assert_golden("mathematics", sum);
}
