//! A crowd beside experiments: `docs/answers/crowds.md` has the whole figures.

use flockwork_kernel::shapes::Shape;
use flockwork_kernel::{Axis, Edge, Vec2, World};
use flockwork_models::Crowd;
use flockwork_scheduler::geometry::{Placed, Role, Schedule};
use flockwork_scheduler::{Params, Setup};

use crate::common::{Sim, spawned, stats};

fn world(width: f32, height: f32, along: Edge) -> World {
    World::of(&[Axis { length: width, edge: along }, Axis { length: height, edge: Edge::Wall }])
        .unwrap()
}

fn rectangle(role: Role, low: (f32, f32), high: (f32, f32)) -> Placed {
    let [low, high] = [low, high].map(|(x, y)| Vec2::new(x, y));
    Placed::new(role, Schedule::default(), Shape::Box { low, high })
}

fn crowd(setup: Setup, placed: &[Placed], values: &[(&str, f64)]) -> Sim<Crowd> {
    let mut params = <Crowd as flockwork_scheduler::Model>::Params::default();
    let list: Vec<f64> = placed.iter().flat_map(Placed::numbers).map(f64::from).collect();
    params.set("shapes", list).unwrap();
    for (name, value) in values {
        params.set(name, *value).unwrap();
    }
    spawned(setup, params)
}

/// Two walls with a gap of `width`, as `scenarios/crowd-bottleneck.toml` has them.
fn bottleneck(width: f32) -> [Placed; 5] {
    [
        rectangle(Role::Wall, (11.0, 0.0), (13.0, 4.0 - width / 2.0)),
        rectangle(Role::Wall, (11.0, 4.0 + width / 2.0), (13.0, 8.0)),
        rectangle(Role::Source, (0.3, 0.3), (9.0, 7.7)),
        rectangle(Role::Goal, (17.0, 0.5), (17.8, 7.5)),
        rectangle(Role::Sink, (14.0, 0.0), (18.0, 8.0)),
    ]
}

const PEOPLE: [(&str, f64); 7] = [
    ("radius_min", 0.18),
    ("radius_max", 0.22),
    ("speed", 0.85),
    ("friction", 0.0),
    ("cell", 0.1),
    ("detour", 0.15),
    ("flow_least", 40.0),
];

#[test]
fn the_flow_through_a_bottleneck_grows_with_its_width_as_in_experiments() {
    // Half of the people of the scenario, so that it is a test. Its scatter is that of one run: some 5 %.
    let flow = |width: f32| {
        let setup =
            Setup { world: world(18.0, 8.0, Edge::Wall), population: 90, seed: 1, dt: 0.01 };
        let burn_in = [("burn_in", 1000.0)];
        let values: Vec<_> = PEOPLE.into_iter().chain(burn_in).collect();
        let mut sim = crowd(setup, &bottleneck(width), &values);
        while sim.population() >= 40 {
            sim.step().unwrap();
        }
        stats(&mut sim)("flow")
    };
    // The least and the most that Seyfried 2009, Liddle 2009, Mueller 1981 and Nagai 2006 found.
    for (width, least, most) in [(1.0, 1.832, 1.9), (1.2, 2.312, 2.751), (1.8, 3.551, 3.817)] {
        let found = flow(width);
        println!("{width} m: {found:.2}, in experiments {least} to {most} per second");
        assert!(found > 0.88 * least && found < 1.12 * most, "{found} through {width} m");
    }
}

#[test]
fn lanes_form_in_counter_flow() {
    let order = |seed| {
        let setup =
            Setup { world: world(40.0, 6.0, Edge::Periodic), population: 120, seed, dt: 0.01 };
        let values = [
            ("radius_min", 0.2),
            ("radius_max", 0.25),
            ("friction", 0.0),
            ("strength", 5.0),
            ("ahead", 0.2),
            ("stiffness", 300.0),
        ];
        let mut sim = crowd(setup, &[], &values);
        let begin = stats(&mut sim)("lane_order");
        for _ in 0..3000 {
            sim.step().unwrap();
        }
        [begin, stats(&mut sim)("lane_order")]
    };
    let all: Vec<[f64; 2]> = (1..=4).map(order).collect();
    let mean = |at: usize| all.iter().map(|pair| pair[at]).sum::<f64>() / all.len() as f64;
    println!("{:.3} at first, {:.3} after 30 s: {all:.3?}", mean(0), mean(1));
    // Over 20 seeds: 0.079 and 0.443, each with a standard error below 0.04.
    assert!(mean(0) < 0.15 && mean(1) > 0.3, "{all:?}");
}

#[test]
fn sources_bring_people_and_sinks_take_them() {
    let setup = Setup { world: world(18.0, 8.0, Edge::Wall), population: 1, seed: 1, dt: 0.01 };
    let mut values = PEOPLE.to_vec();
    values.push(("inflow", 2.0));
    let mut sim = crowd(setup, &bottleneck(2.0), &values);
    let (mut gone, mut most) = (0, 0);
    for tick in 1..=6000_u32 {
        sim.step().unwrap();
        let there = sim.population();
        most = most.max(there);
        let leaving = stats(&mut sim)("leaving") as u64;
        gone += leaving;
        // Who is in a sink is counted in that tick, and gone in the next.
        let come = 1 + (2.0 * f64::from(0.01_f32) * f64::from(tick)) as u64;
        assert_eq!(there + gone - leaving, come, "tick {tick}");
    }
    println!("{gone} are gone, {most} were there at most");
    assert!(gone > 60 && most < 60, "{gone} are gone, {most} were there");
}
