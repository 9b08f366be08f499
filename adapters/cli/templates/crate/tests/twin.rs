//! The model against a naive twin: the same rules without lanes, cells and domains, every pair, one
//! after the other. If both agree in every bit, all that the framework does to the model is nothing.

use flockwork_kernel::{Edge, World};
use flockwork_scheduler::{Cut, Executor, Partition, Serial, Setup, Simulation};
use flockwork_scheduler_native::Threads;
use walkers::{Walkers, WalkersModel};

/// Two rows of three regions.
const CUT: Cut = Cut::Grid {
    cols: 3,
    rows: 2,
    layers: 1,
};

/// One entity: x, y, and its heading.
type Entity = [f32; 4];

/// A small, crowded world, so that much happens in a few ticks.
fn setup() -> Setup {
    let world = World::new(10.0, 8.0, Edge::Periodic).unwrap();
    Setup {
        world,
        population: 300,
        seed: 7,
        dt: 0.1,
    }
}

fn simulate<X: Executor>(cut: Cut, executor: X) -> Simulation<WalkersModel, X> {
    let (params, partition) = (Walkers::default(), Partition::new(cut));
    Simulation::new(setup(), params, partition, executor, None).unwrap()
}

/// All entities by id.
fn entities<X: Executor>(world: &Simulation<WalkersModel, X>) -> Vec<Entity> {
    let mut found = Vec::new();
    world
        .visit(|id, columns, row| {
            found.push((
                id,
                [
                    columns.x[row],
                    columns.y[row],
                    columns.ux[row],
                    columns.uy[row],
                ],
            ));
        })
        .unwrap();
    found.sort_by_key(|(id, _)| *id);
    found.into_iter().map(|(_, entity)| entity).collect()
}

/// One tick of the twin.
fn step(entities: &mut [Entity]) {
    let (setup, params) = (setup(), Walkers::default());
    let (width, height) = (setup.world.width(), setup.world.height());
    let before = entities.to_vec();
    for (id, [x, y, ux, uy]) in entities.iter_mut().enumerate() {
        let mut near = 0.0;
        for (other, [other_x, other_y, ..]) in before.iter().enumerate() {
            // Along a periodic axis the images of others across the seam count too.
            for (across, up) in (-1..=1).flat_map(|a| (-1..=1).map(move |b| (a as f32, b as f32))) {
                let (dx, dy) = (other_x + across * width - *x, other_y + up * height - *y);
                if other != id && dx * dx + dy * dy < params.radius * params.radius {
                    near += 1.0;
                }
            }
        }
        let speed = params.speed / (1.0 + params.caution * near);
        *x = wrap(*x + *ux * speed * setup.dt, width);
        *y = wrap(*y + *uy * speed * setup.dt, height);
    }
}

/// Nobody walks further than a world in one tick.
fn wrap(x: f32, side: f32) -> f32 {
    let x = if x < 0.0 { x + side } else { x };
    if x < side { x + 0.0 } else { x - side }
}

#[test]
fn every_bit_is_that_of_the_naive_twin() {
    let mut world = simulate(Cut::Parts(1), Serial::default());
    let mut twin = entities(&world);
    for tick in 0..50 {
        world.step().unwrap();
        step(&mut twin);
        for (id, (found, twin)) in entities(&world).iter().zip(&twin).enumerate() {
            assert_eq!(
                found.map(f32::to_bits),
                twin.map(f32::to_bits),
                "tick {tick}, entity {id}"
            );
        }
    }
}

#[test]
fn cuts_and_threads_change_nothing() {
    let mut one = simulate(Cut::Parts(1), Serial::default());
    let mut many = simulate(CUT, Threads::new(3).unwrap());
    for tick in 0..50 {
        one.step().unwrap();
        many.step().unwrap();
        assert_eq!(
            one.fingerprint().unwrap(),
            many.fingerprint().unwrap(),
            "tick {tick}"
        );
    }
    assert!(many.counters().migrations > 0);
}
