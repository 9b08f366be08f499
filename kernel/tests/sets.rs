//! Kernels over slices choose their instructions themselves, steering does where it is called: every
//! set gives the same bits.
//!
//! One test, since a set is forced for the whole process.

use flockwork_kernel::collide::resolve::{Discs, Moved, Neighbours, Response, resolve_discs};
use flockwork_kernel::integrate::{Timestep, slices as motion};
use flockwork_kernel::isa::{self, Set};
use flockwork_kernel::life::slices as life;
use flockwork_kernel::simd::{F32x8, Isa, U32x8, V2};
use flockwork_kernel::steer::avoid::{Circle, containment, obstacles};
use flockwork_kernel::steer::flock::Flock;
use flockwork_kernel::steer::follow::{FlowField, Path, flow, path};
use flockwork_kernel::steer::{arrive, evade, pursue, wander, wander_angle};
use flockwork_kernel::{Edge, Plane, World, rng};

/// `count` numbers from `low` to `high`.
fn numbers(count: usize, column: u32, low: f32, high: f32) -> Vec<f32> {
    let unit = |id| rng::unit(rng::draw(11, 0, id, column)[0]);
    (0..count as u32).map(|id| low + (high - low) * unit(id)).collect()
}

/// All kernels one after the other on so many entities; the bits of what comes out.
fn all(count: usize) -> Vec<u32> {
    let dt = Timestep::new(0.05).unwrap();
    let column = |number, low, high| numbers(count, number, low, high);
    let (mut xs, mut ys) = (column(0, 0.0, 9.0), column(1, 0.0, 7.0));
    let (mut vxs, mut vys) = (column(2, -30.0, 30.0), column(3, -30.0, 30.0));
    let (axs, ays) = (column(4, -2.0, 2.0), column(5, -2.0, 2.0));
    let mut bits = Vec::new();
    for edge in [Edge::Periodic, Edge::Wall, Edge::Open] {
        let world = World::new(9.0, 7.0, edge).unwrap();
        let (xs, ys, vxs, vys) = (&mut xs, &mut ys, &mut vxs, &mut vys);
        motion::semi_implicit_euler(dt, xs, ys, vxs, vys, &axs, &ays).unwrap();
        motion::apply_edge(&world, xs, ys, vxs, vys).unwrap();
        motion::verlet_first(dt, xs, ys, vxs, vys, &axs, &ays).unwrap();
        motion::apply_edge(&world, xs, ys, vxs, vys).unwrap();
        motion::verlet_second(dt, vxs, vys, &axs, &ays).unwrap();
        motion::limit_speed(0.5, 20.0, vxs, vys).unwrap();
        motion::drag(dt, 0.3, vxs, vys).unwrap();
    }
    let (mut energies, mut others) = (column(6, 0.0, 9.0), column(7, 0.0, 9.0));
    let (sizes, hits) = (column(8, 0.0, 3.0), column(9, -1.0, 4.0));
    life::damage(&mut energies, &sizes, &hits).unwrap();
    life::metabolize(dt, 0.1, 0.2, &mut energies, &sizes, &hits).unwrap();
    life::transfer(&mut energies, &mut others, &hits).unwrap();
    let ids: Vec<u32> = (0..count as u32).collect();
    let radii = column(10, 0.1, 0.9);
    // Everybody and the one after it, whose radii may make them overlap.
    let starts: Vec<u32> = (0..=count as u32).collect();
    let indices: Vec<u32> = (0..count).map(|at| ((at + 1) % count) as u32).collect();
    let discs = Discs {
        ids: &ids,
        xs: &column(11, 0.0, 1.0),
        ys: &column(12, 0.0, 1.0),
        vxs: &vxs,
        vys: &vys,
        radii: &radii,
        inverse_masses: &radii,
    };
    let neighbours = Neighbours { starts: &starts, indices: &indices };
    let mut hit = [(); 4].map(|()| vec![0.0; count]);
    let [x, y, vx, vy] = &mut hit;
    let mut moved = Moved { xs: x, ys: y, vxs: vx, vys: vy };
    let response = Response::new(0.7, 0.5).unwrap();
    resolve_discs(&discs, &neighbours, response, &mut moved).unwrap();
    for column in hit.iter().chain([&xs, &ys, &vxs, &vys, &energies, &others]) {
        bits.extend(column.iter().map(|value| value.to_bits()));
    }
    bits
}

/// Steering of eight by every behaviour; the bits of what comes out.
struct Steer;

impl isa::Task for Steer {
    type Output = Vec<u32>;

    #[inline(always)]
    fn run<S: Isa>(self) -> Vec<u32> {
        let lanes = |at, low, high| F32x8::<S>::load(&numbers(8, at, low, high));
        let place = V2::new(lanes(0, 0.0, 9.0), lanes(1, 0.0, 7.0));
        let velocity = V2::new(lanes(2, -1.0, 1.0), lanes(3, -1.0, 1.0));
        let target = V2::new(lanes(4, 0.0, 9.0), lanes(5, 0.0, 7.0));
        let (one, half) = (F32x8::ONE, F32x8::splat(0.5));
        let world = World::new(9.0, 7.0, Edge::Periodic).unwrap();
        let circles = [Circle { x: 4.0, y: 3.0, radius: 1.0 }];
        let flows: Vec<f32> = numbers(6, 6, -1.0, 1.0);
        let field = FlowField::new(&world, 3, 2, &flows, &flows).unwrap();
        let corners = Path::new(&[0.0, 9.0, 4.0], &[0.0, 3.0, 7.0], 0.2).unwrap();
        let angle = wander_angle(lanes(7, -3.0, 3.0), half, 1, 2, U32x8::splat(3), 4);
        let mut flock = Flock::<Plane, S>::default();
        for other in [target, place + velocity, place] {
            let offset = other - place;
            let d2 = offset.length_squared();
            flock.add(d2.lt(one + one), offset, d2, V2::new(velocity.y, velocity.x));
        }
        let (separation, alignment, cohesion) = flock.finish(velocity);
        let all = [
            arrive(place, velocity, target, one, one + one),
            pursue(place, velocity, target, velocity.left(), one, half),
            evade(place, velocity, target, velocity.left(), one, half),
            wander(velocity, angle, one, half),
            obstacles(place, velocity, half, one + one, &circles),
            containment(place, velocity, &world, one, half),
            flow(&field, place, velocity, half),
            path(&corners, place, velocity, one, half),
            separation,
            alignment,
            cohesion,
        ];
        all.iter().flat_map(|v| [v.x, v.y]).flat_map(|x| x.to_bits().to_array()).collect()
    }
}

#[test]
fn kernels_over_slices_give_the_same_bits_on_every_set() {
    for count in [0, 1, 7, 8, 9, 100, 1001] {
        let mut first = None;
        for set in Set::ALL.into_iter().filter(|set| set.is_available()) {
            isa::force(Some(set)).unwrap();
            let mut bits = all(count);
            bits.extend(isa::dispatch(Steer));
            assert_eq!(*first.get_or_insert(bits.clone()), bits, "{set}, {count} entities");
        }
        isa::force(None).unwrap();
    }
}
