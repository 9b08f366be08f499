//! What far sight of a few costs: a meadow whose wolves, 3 in a hundred, see four times as far as the rest,
//! against the same meadow in which they see no further, and one in which nobody hunts.
//!
//! One thread; nobody is born or dies, so that all worlds stay alike. The times are the least of some
//! rounds in turns, of processors. Then what there is to do: the candidates that tiles are tested against, the neighbours
//! among them, the ghosts, and the least time of each phase.

use std::time::Duration;

use flockwork_benches::machine;
use flockwork_benches::race::{By, least, per_entity};
use flockwork_kernel::{Axes, Edge, Plane, Space, World};
use flockwork_models::Meadow;
use flockwork_scheduler::{Cut, Partition, Setup, Simulation};
use flockwork_scheduler_native::Threads;

const COUNT: u32 = 100_000;
const ROUNDS: usize = 9;
const TICKS: usize = 4;

type Field<A> = Simulation<Meadow<A>, Threads>;

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
    let one = Threads::new(1).expect("a thread");
    let mut field = Simulation::new(setup, params, Partition::new(Cut::Parts(1)), one, None)
        .expect("the set-up is sound");
    // So many have some energy to begin with.
    (0..3).for_each(|_| field.step().expect("a tick"));
    assert_eq!(field.population(), u64::from(COUNT));
    field
}

fn ticks<A: Axes>(field: &mut Field<A>) -> Duration {
    By::Processor.time(|| (0..TICKS).for_each(|_| field.step().expect("a tick")))
}

/// What a world does in a tick.
fn tell<A: Axes>(what: &str, field: &mut Field<A>) {
    let counters = |field: &Field<A>| *field.domains().expect("a state")[0].counters();
    let mut least: Vec<(&str, u64)> =
        counters(field).phases().map(|(name, _)| (name, u64::MAX)).collect();
    for _ in 0..ROUNDS * TICKS {
        let before = counters(field);
        field.step().expect("a tick");
        for ((_, least), (_, ns)) in least.iter_mut().zip(counters(field).since(&before).phases()) {
            *least = ns.min(*least);
        }
    }
    let phases: Vec<String> = least
        .iter()
        .map(|(name, ns)| format!("{name} {:.1}", *ns as f64 / f64::from(COUNT)))
        .collect();
    let domain = &field.domains().expect("a state")[0];
    println!(
        "  {what}: {} tests of a tile, {} ghosts; ns an entity: {}",
        domain.counters().work - u64::from(COUNT),
        domain.ghost_count(),
        phases.join(", ")
    );
}

fn race<A: Axes>(axes: &str, neighbours: f64) {
    let (mut far_field, mut near_field) =
        (field::<A>(neighbours, 0.03, 4.0), field::<A>(neighbours, 0.03, 1.0));
    let mut none = field::<A>(neighbours, 0.0, 1.0);
    let times = least(
        ROUNDS,
        &mut [&mut || ticks(&mut far_field), &mut || ticks(&mut near_field), &mut || {
            ticks(&mut none)
        }],
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
    // Among as many as are spread evenly; sheep are 97 in a hundred.
    let far = 0.03 * 0.97 * neighbours * if A::SPACE { 64.0 } else { 16.0 };
    println!(
        "  neighbours of an entity: {neighbours} near, and {far:.1} far on the average of all, {:.2} times as many",
        far / neighbours
    );
    for (what, field) in
        [("far", &mut far_field), ("near", &mut near_field), ("without wolves", &mut none)]
    {
        tell(what, field);
    }
}

fn main() {
    machine::print();
    race::<Plane>("plane", 12.6);
    race::<Plane>("plane", 20.0);
    race::<Space>("space", 20.0);
}
