//! Moving a million entities, beside plain loops, an ECS, and a triad, which does no more than memory.

use std::cell::RefCell;

use flockwork_benches::points::Points;
use flockwork_kernel::integrate::{Timestep, slices};
use flockwork_kernel::{Edge, World as Square};
use hecs::World;

use crate::race::{Race, Runner};

const DT: f32 = 0.05;

/// Columns of a flock.
#[derive(Clone)]
struct Flock {
    places: [Vec<f32>; 2],
    velocities: [Vec<f32>; 2],
    accelerations: [Vec<f32>; 2],
}

/// Places, velocities and accelerations.
type Columns<'a> = ([&'a mut [f32]; 2], [&'a mut [f32]; 2], [&'a [f32]; 2]);

impl Flock {
    fn columns(&mut self) -> Columns<'_> {
        let Self { places: [x, y], velocities: [vx, vy], accelerations: [ax, ay] } = self;
        ([x, y], [vx, vy], [ax, ay])
    }

    fn rows(&self) -> Vec<[f32; 4]> {
        let [x, y] = &self.places;
        let [vx, vy] = &self.velocities;
        (0..x.len()).map(|at| [x[at], y[at], vx[at], vy[at]]).collect()
    }
}

#[inline(always)]
fn step(x: &mut f32, v: &mut f32, a: f32, side: f32) {
    *v += a * DT;
    *x += *v * DT;
    if *x >= side {
        *x -= side;
    } else if *x < 0.0 {
        *x += side;
    }
}

#[derive(Clone, Copy)]
struct Place([f32; 2]);
#[derive(Clone, Copy)]
struct Velocity([f32; 2]);
#[derive(Clone, Copy)]
struct Acceleration([f32; 2]);

pub fn run(race: &Race) {
    let count = race.count(1_000_000);
    let n = count as usize;
    let points = Points::new(count, 1.0);
    let side = points.side;
    let spread = |from: &[f32], wide: f32| -> Vec<f32> {
        from.iter().rev().map(|at| (at / side - 0.5) * wide).collect()
    };
    let flock = Flock {
        places: [points.xs.clone(), points.ys.clone()],
        velocities: [spread(&points.ys, 2.0), spread(&points.xs, 2.0)],
        accelerations: [spread(&points.xs, 0.1), spread(&points.ys, 0.1)],
    };
    let square = Square::new(side, side, Edge::Periodic).expect("a square");
    let dt = Timestep::new(DT).expect("a step");
    let ours = RefCell::new(flock.clone());
    let plain = RefCell::new(flock.clone());
    let entities = RefCell::new(World::new());
    for (at, [x, y, vx, vy]) in flock.rows().into_iter().enumerate() {
        let [ax, ay] = [flock.accelerations[0][at], flock.accelerations[1][at]];
        let parts = (Place([x, y]), Velocity([vx, vy]), Acceleration([ax, ay]));
        entities.borrow_mut().spawn(parts);
    }
    let mut triad = (vec![0.0f32; 2 * n], vec![1.5f32; 2 * n], vec![2.5f32; 2 * n]);
    let mut runners = vec![
        Runner::new("flockwork slices", || {
            let flock = &mut *ours.borrow_mut();
            let (places, velocities, accelerations) = flock.columns();
            slices::step(&square, dt, places, velocities, accelerations).expect("sound");
        }),
        Runner::new("columns in a loop", || {
            let flock = &mut *plain.borrow_mut();
            let (places, velocities, accelerations) = flock.columns();
            for ((xs, vs), accelerations) in places.into_iter().zip(velocities).zip(accelerations) {
                for ((x, v), &a) in xs.iter_mut().zip(vs).zip(accelerations) {
                    step(x, v, a, side);
                }
            }
        }),
        Runner::new("hecs 0.11", || {
            let world = &mut *entities.borrow_mut();
            for (place, velocity, a) in
                world.query_mut::<(&mut Place, &mut Velocity, &Acceleration)>()
            {
                for axis in 0..2 {
                    step(&mut place.0[axis], &mut velocity.0[axis], a.0[axis], side);
                }
            }
        }),
        Runner::new("a triad of two columns", || {
            let (a, b, c) = &mut triad;
            for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
                *a = *b + DT * *c;
            }
            std::hint::black_box(a);
        }),
    ];
    runners.iter_mut().for_each(|runner| (runner.work)());
    assert_eq!(ours.borrow().rows(), plain.borrow().rows(), "the loop moves them elsewhere");
    let mut found: Vec<[f32; 4]> = Vec::new();
    for (place, velocity) in entities.borrow_mut().query_mut::<(&Place, &Velocity)>() {
        found.push([place.0[0], place.0[1], velocity.0[0], velocity.0[1]]);
    }
    assert_eq!(ours.borrow().rows(), found, "the ECS moves them elsewhere");
    race.run("Euler and wrap", count, runners);
}
