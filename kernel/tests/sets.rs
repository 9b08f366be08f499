//! Kernels over slices choose their instructions themselves: every set gives the same bits.
//!
//! One test, since a set is forced for the whole process.

use flockwork_kernel::integrate::{Timestep, slices as motion};
use flockwork_kernel::isa::{self, Set};
use flockwork_kernel::life::slices as life;
use flockwork_kernel::{Edge, World, rng};

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
    for edge in [Edge::Torus, Edge::Walls, Edge::Open] {
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
    for column in [xs, ys, vxs, vys, energies, others] {
        bits.extend(column.iter().map(|value| value.to_bits()));
    }
    bits
}

#[test]
fn kernels_over_slices_give_the_same_bits_on_every_set() {
    for count in [0, 1, 7, 8, 9, 100, 1001] {
        let mut first = None;
        for set in Set::ALL.into_iter().filter(|set| set.is_available()) {
            isa::force(Some(set)).unwrap();
            let bits = all(count);
            assert_eq!(*first.get_or_insert(bits.clone()), bits, "{set}, {count} entities");
        }
        isa::force(None).unwrap();
    }
}
