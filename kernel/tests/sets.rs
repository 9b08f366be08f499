//! Kernels over slices choose their instructions themselves, steering does where it is called: every
//! set gives the same bits.
//!
//! One test, since a set is forced for the whole process.

use flockwork_kernel::axes::Of;
use flockwork_kernel::collide::resolve::{Discs, Moved, Neighbours, Response, resolve_discs};
use flockwork_kernel::integrate::{Timestep, slices};
use flockwork_kernel::isa::{self, Set};
use flockwork_kernel::life::slices as life;
use flockwork_kernel::simd::{F32x8, Isa, U32x8, V2};
use flockwork_kernel::steer::avoid::{Circle, containment, obstacles};
use flockwork_kernel::steer::flock::Flock;
use flockwork_kernel::steer::follow::{FlowField, Path, flow, path};
use flockwork_kernel::steer::{arrive, evade, pursue, wander, wander_angle};
use flockwork_kernel::{Axis, Edge, Plane, World, rng};

/// `count` numbers from `low` to `high`.
fn numbers(count: usize, column: u32, low: f32, high: f32) -> Vec<f32> {
    let unit = |id| rng::unit(rng::draw(11, 0, id, column)[0]);
    (0..count as u32).map(|id| low + (high - low) * unit(id)).collect()
}

/// Motion and collisions of so many entities; the bits of what comes out.
fn motion<const N: usize>(count: usize) -> Vec<u32>
where
    [(); N]: Of,
{
    let dt = Timestep::new(0.05).unwrap();
    let columns = |first: u32, low, high| -> [Vec<f32>; N] {
        std::array::from_fn(|axis| numbers(count, first + axis as u32, low, high))
    };
    let (mut places, mut velocities) = (columns(0, 0.0, 9.0), columns(3, -30.0, 30.0));
    let accelerations = columns(6, -2.0, 2.0);
    let a = accelerations.each_ref().map(Vec::as_slice);
    for edge in [Edge::Periodic, Edge::Wall, Edge::Open] {
        let sides = [9.0, 7.0, 8.0].map(|length| Axis { length, edge });
        let world = World::of(&sides[..N]).unwrap();
        let (xs, vs) = (&mut places, &mut velocities);
        slices::semi_implicit_euler(dt, all_of(xs), all_of(vs), a).unwrap();
        slices::apply_edge(&world, all_of(xs), all_of(vs)).unwrap();
        slices::verlet_first(dt, all_of(xs), all_of(vs), a).unwrap();
        slices::apply_edge(&world, all_of(xs), all_of(vs)).unwrap();
        slices::verlet_second(dt, all_of(vs), a).unwrap();
        slices::limit_speed(0.5, 20.0, all_of(vs)).unwrap();
        slices::drag(dt, 0.3, all_of(vs)).unwrap();
    }
    let ids: Vec<u32> = (0..count as u32).collect();
    let radii = numbers(count, 10, 0.1, 0.9);
    // Everybody and the one after it, whose radii may make them overlap.
    let starts: Vec<u32> = (0..=count as u32).collect();
    let indices: Vec<u32> = (0..count).map(|at| ((at + 1) % count) as u32).collect();
    let centres = columns(11, 0.0, 1.0);
    let discs = Discs {
        ids: &ids,
        centres: centres.each_ref().map(Vec::as_slice),
        velocities: velocities.each_ref().map(Vec::as_slice),
        radii: &radii,
        inverse_masses: &radii,
    };
    let neighbours = Neighbours { starts: &starts, indices: &indices };
    let mut hit: [[Vec<f32>; N]; 2] = [columns(0, 0.0, 0.0), columns(0, 0.0, 0.0)];
    let [new_places, new_velocities] = &mut hit;
    let mut moved = Moved { centres: all_of(new_places), velocities: all_of(new_velocities) };
    let response = Response::new(0.7, 0.5).unwrap();
    resolve_discs(&discs, &neighbours, response, &mut moved).unwrap();
    let all = hit.iter().chain([&places, &velocities]).flatten().flatten();
    all.map(|value| value.to_bits()).collect()
}

/// Columns, to change them.
fn all_of<const N: usize>(columns: &mut [Vec<f32>; N]) -> [&mut [f32]; N] {
    columns.each_mut().map(Vec::as_mut_slice)
}

/// All kernels on so many entities; the bits of what comes out.
fn all(count: usize) -> Vec<u32> {
    let mut bits = [motion::<2>(count), motion::<3>(count)].concat();
    let dt = Timestep::new(0.05).unwrap();
    let column = |number, low, high| numbers(count, number, low, high);
    let (mut energies, mut others) = (column(6, 0.0, 9.0), column(7, 0.0, 9.0));
    let (sizes, hits) = (column(8, 0.0, 3.0), column(9, -1.0, 4.0));
    life::damage(&mut energies, &sizes, &hits).unwrap();
    life::metabolize(dt, 0.1, 0.2, &mut energies, &sizes, &hits).unwrap();
    life::transfer(&mut energies, &mut others, &hits).unwrap();
    for column in [&energies, &others] {
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
        let field = FlowField::new(&world, [3, 2], [&flows, &flows]).unwrap();
        let corners = Path::new([&[0.0, 9.0, 4.0], &[0.0, 3.0, 7.0]], 0.2).unwrap();
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
