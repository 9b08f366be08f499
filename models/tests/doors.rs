//! Doors that inputs open and close.

use flockwork_kernel::shapes::Shape;
use flockwork_kernel::{Edge, Vec2};
use flockwork_models::crowd::CrowdParams;
use flockwork_models::{Boids, Crowd};
use flockwork_scheduler::geometry::{Placed, Role, Schedule};
use flockwork_scheduler::{Arithmetic, Cut, Input, Params, Partition, Serial, SimulationError};

use crate::common::{Sim, setup, spawned};

/// Two rooms with a door of this schedule between them, which is shape 2; the sink is on the right.
fn rooms(schedule: Schedule, cut: Cut) -> Sim<Crowd> {
    let never = Schedule::default();
    let segment = |role, schedule, y: f32, to: f32| {
        Placed::new(role, schedule, Shape::Segment([Vec2::new(6.0, y), Vec2::new(6.0, to)]))
    };
    let square = |role, low: Vec2, high: Vec2| Placed::new(role, never, Shape::Box { low, high });
    let shapes = [
        segment(Role::Wall, never, 0.0, 2.0),
        segment(Role::Wall, never, 4.0, 6.0),
        segment(Role::Door, schedule, 2.0, 4.0),
        square(Role::Source, Vec2::new(0.5, 0.5), Vec2::new(5.0, 5.5)),
        square(Role::Goal, Vec2::new(10.0, 2.0), Vec2::new(11.5, 4.0)),
        square(Role::Sink, Vec2::new(9.0, 0.0), Vec2::new(12.0, 6.0)),
    ];
    let mut params = CrowdParams { friction: 0.0, ..CrowdParams::default() };
    let list: Vec<f64> = shapes.iter().flat_map(Placed::numbers).map(f64::from).collect();
    params.set("shapes", list).unwrap();
    let setup = setup((12.0, 6.0), Edge::Wall, 20, 3, 0.02);
    Sim::new(setup, params, Partition::new(cut), Serial::default(), None).unwrap()
}

fn door(open: bool) -> Input {
    Input::Door { shapes: vec![2], open }
}

fn run(sim: &mut Sim<Crowd>, ticks: u32) -> u64 {
    (0..ticks).for_each(|_| sim.step().unwrap());
    sim.population()
}

#[test]
fn who_waits_before_a_closed_door_leaves_once_it_is_opened() {
    let mut sim = rooms(Schedule::NEVER, Cut::Parts(1));
    assert_eq!(run(&mut sim, 200), 20);
    sim.give(vec![door(true)]).unwrap();
    let left = run(&mut sim, 300);
    assert!(left > 0 && left < 20, "{left}");
    sim.give(vec![door(false)]).unwrap();
    let closed = run(&mut sim, 400);
    assert_eq!(run(&mut sim, 400), closed, "who is through is gone, and nobody follows");
    assert!(closed > 0 && closed <= left);
    sim.give(vec![door(true)]).unwrap();
    assert_eq!(run(&mut sim, 2000), 0);
}

#[test]
fn an_input_ends_the_schedule_of_a_door() {
    let mut sim = rooms(Schedule { from: 50, until: 60, every: 100 }, Cut::Parts(1));
    sim.give(vec![door(true), door(false)]).unwrap();
    assert_eq!(run(&mut sim, 1000), 20);
    let mut sim = rooms(Schedule { from: 50, until: 60, every: 100 }, Cut::Parts(1));
    run(&mut sim, 55);
    sim.give(vec![door(false), door(true)]).unwrap();
    assert_eq!(run(&mut sim, 2000), 0);
}

#[test]
fn doors_have_one_fingerprint_under_any_cut_and_after_any_snapshot() {
    let schedule = Schedule { from: 30, until: 70, every: 100 };
    let cuts = [Cut::Parts(1), Cut::Grid { cols: 3, rows: 2, layers: 1 }, Cut::Parts(5)];
    let end = |cut, restored: bool| {
        let mut sim = rooms(schedule, cut);
        let mut prints = Vec::new();
        for tick in 0..300 {
            if tick % 40 == 20 {
                sim.give(vec![door(tick % 80 == 20)]).unwrap();
            }
            sim.step().unwrap();
            prints.push(sim.fingerprint().unwrap());
            if restored {
                // Somebody may stand in the door while it is closed.
                let bytes = sim.snapshot().unwrap();
                let (same, cut) = (Arithmetic::Same, Partition::new(cut));
                sim = Sim::restore(&bytes, same, cut, Serial::default()).unwrap();
            }
        }
        assert!(sim.population() < 20);
        prints
    };
    let wanted = end(cuts[0], false);
    for cut in cuts {
        assert_eq!(end(cut, false), wanted);
        assert_eq!(end(cut, true), wanted);
    }
}

#[test]
fn what_is_no_door_is_refused_and_nothing_is_done() {
    let mut sim = rooms(Schedule::NEVER, Cut::Parts(2));
    let before = sim.snapshot().unwrap();
    let other = |shapes: &[u32]| Input::Door { shapes: shapes.to_vec(), open: true };
    for (inputs, place, problem) in [
        (vec![door(true), other(&[2, 1]), door(true)], 1, "shape 1 is a wall: only a door"),
        (vec![other(&[4])], 0, "shape 4 is a goal: only a door is opened and closed"),
        (vec![door(true), other(&[6])], 1, "there is no shape 6: there are 6, numbered from 0"),
        (vec![other(&[u32::MAX])], 0, "there is no shape 4294967295"),
    ] {
        let SimulationError::Refused(refusal) = sim.give(inputs).unwrap_err() else { panic!() };
        assert_eq!(refusal.place, place);
        assert!(refusal.problem.contains(problem), "{}", refusal.problem);
        assert_eq!(sim.snapshot().unwrap(), before);
    }
    sim.give(vec![other(&[])]).unwrap();
    assert_eq!(sim.snapshot().unwrap(), before);
    let mut boids = spawned::<Boids>(setup((9.0, 9.0), Edge::Wall, 9, 1, 0.1), Default::default());
    let error = boids.give(vec![door(true)]).unwrap_err().to_string();
    assert!(error.contains("the model `boids` has no shapes, so no doors"), "{error}");
}
