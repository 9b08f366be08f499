//! What far sight of a few costs: a meadow whose wolves, 3 in a hundred, see four times as far as the rest,
//! against the same meadow in which they see no further, and one in which nobody hunts.
//!
//! One thread; nobody is born or dies, so that all worlds stay alike. The times are the least of some
//! rounds in turns, of processors.

use std::time::Duration;

use flockwork_benches::machine;
use flockwork_benches::race::{By, least, per_entity};
use flockwork_kernel::{Axes, Edge, Plane, Space, World};
use flockwork_models::Meadow;
use flockwork_scheduler::{Cut, Partition, Serial, Setup, Simulation};

const COUNT: u32 = 100_000;
const ROUNDS: usize = 9;
const TICKS: usize = 4;

type Field<A> = Simulation<Meadow<A>, Serial>;

fn field<A: Axes>(neighbours: f64, wolves: f32, sight: f32) -> Field<A> {
    let near = if A::SPACE { 4.0 / 3.0 } else { 1.0 } * core::f64::consts::PI;
    let size = f64::from(COUNT) * near / neighbours;
    let world = if A::SPACE {
        let side = size.cbrt() as f32;
        World::space(side, side, side, Edge::Periodic)
    } else {
        let side = size.sqrt() as f32;
        World::new(side, side, Edge::Periodic)
    };
    let setup = Setup { world: world.expect("it has sides"), population: COUNT, seed: 1, dt: 0.02 };
    let quiet = Meadow { grazing: 0.0, hunger: 0.0, bite: 0.0, ..Meadow::default() };
    let params = Meadow { wolves, sight, reach: 0.0, sheep_energy: 1e6, wolf_energy: 1e6, ..quiet };
    let mut field =
        Simulation::new(setup, params, Partition::new(Cut::Parts(1)), Serial::default(), None)
            .expect("the set-up is sound");
    // So many have some energy to begin with.
    (0..3).for_each(|_| field.step().expect("a tick"));
    assert_eq!(field.population(), u64::from(COUNT));
    field
}

fn ticks<A: Axes>(field: &mut Field<A>) -> Duration {
    By::Processor.time(|| (0..TICKS).for_each(|_| field.step().expect("a tick")))
}

fn race<A: Axes>(axes: &str, neighbours: f64) {
    let (mut far, mut near) =
        (field::<A>(neighbours, 0.03, 4.0), field::<A>(neighbours, 0.03, 1.0));
    let mut none = field::<A>(neighbours, 0.0, 1.0);
    let times = least(
        ROUNDS,
        &mut [&mut || ticks(&mut far), &mut || ticks(&mut near), &mut || ticks(&mut none)],
    );
    let each: Vec<f64> = times.iter().map(|time| per_entity(*time, COUNT) / TICKS as f64).collect();
    println!(
        "{axes}, {neighbours} neighbours: far {:.1} ns, near {:.1} ns, without wolves {:.1} ns an entity and tick; far over near {:.2}, over none {:.2}",
        each[0],
        each[1],
        each[2],
        each[0] / each[1],
        each[0] / each[2],
    );
}

fn main() {
    machine::print();
    race::<Plane>("plane", 12.6);
    race::<Plane>("plane", 20.0);
    race::<Space>("space", 20.0);
}
