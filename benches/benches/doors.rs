//! What opening and closing a door costs, against a tick: a crowd in a plan of 50 shapes, four of them doors.
//!
//! Two rows of rooms along a corridor; people in the rooms walk to the ends of the corridor. Processor time on one
//! thread, the least of rounds in which all take turns.

use std::time::Duration;

use flockwork_benches::machine;
use flockwork_benches::race::{By, least};
use flockwork_kernel::shapes::Shape;
use flockwork_kernel::{Edge, Vec2, World};
use flockwork_models::Crowd;
use flockwork_models::crowd::CrowdParams;
use flockwork_scheduler::geometry::{Placed, Role, Schedule};
use flockwork_scheduler::{
    Arithmetic, Cut, Input, Params, Partition, Serial, Setting, Setup, Simulation,
};

const ROUNDS: usize = 6;
const ROOMS: u16 = 11;

/// A plan of 50 shapes in a world twice as wide as high; the doors are the first four.
fn plan(height: f32) -> Vec<Placed> {
    let wide = 2.0 * height / f32::from(ROOMS);
    let (low, high) = (0.45 * height, 0.55 * height);
    let never = Schedule::NEVER;
    let segment = |role, from: [f32; 2], to: [f32; 2]| {
        let ends = [from, to].map(|[x, y]| Vec2::new(x, y));
        Placed::new(role, never, Shape::Segment(ends))
    };
    let mut shapes = Vec::new();
    for room in 0..4u16 {
        let x = f32::from(2 * room + 1) * wide;
        shapes.push(segment(Role::Door, [x, low], [x + 0.3 * wide, low]));
    }
    for room in 0..ROOMS {
        let x = f32::from(room) * wide;
        let door = room % 2 == 1 && room < 8;
        let begin = if door || room > 7 { 0.3 } else { 0.0 };
        let end = if room + 1 < ROOMS { x + wide } else { 2.0 * height };
        shapes.push(segment(Role::Wall, [x + begin * wide, low], [end, low]));
        shapes.push(segment(Role::Wall, [x + 0.3 * wide, high], [end, high]));
        if room > 0 {
            shapes.push(segment(Role::Wall, [x, 0.0], [x, low]));
            shapes.push(segment(Role::Wall, [x, high], [x, height]));
        }
    }
    let goal = |x: f32| {
        let (low, high) = (Vec2::new(x, low + 0.2), Vec2::new(x + 1.5, high - 0.2));
        Placed::new(Role::Goal, never, Shape::Box { low, high })
    };
    shapes.extend([goal(0.5), goal(2.0 * height - 2.0)]);
    while shapes.len() < 50 {
        let number = shapes.len() as f32;
        let centre = Vec2::new((number - 40.0) / 6.0 * height, 0.7 * height);
        shapes.push(Placed::new(Role::Wall, never, Shape::Ball { centre, radius: 0.5 }));
    }
    shapes
}

fn crowd(people: u32) -> Simulation<Crowd, Serial> {
    // Two people on a square of side 1.
    let height = (people as f32 / 4.0).sqrt();
    let world = World::new(2.0 * height, height, Edge::Wall).expect("it has sides");
    let setup = Setup { world, population: people, seed: 1, dt: 0.05 };
    let shapes = plan(height);
    assert_eq!(shapes.len(), 50);
    let list: Vec<f64> = shapes.iter().flat_map(Placed::numbers).map(f64::from).collect();
    let mut params = CrowdParams::default();
    params.set("shapes", list).expect("they are shapes");
    let partition = Partition::new(Cut::Parts(1));
    let mut crowd = Simulation::new(setup, params, partition, Serial::default(), None)
        .expect("the set-up is sound");
    (0..20).for_each(|_| crowd.step().expect("a tick"));
    crowd
}

type Sim = Simulation<Crowd, Serial>;

fn give(crowd: &mut Sim, input: Input) -> Duration {
    By::Processor.time(|| drop(crowd.give(vec![input]).expect("it can be done")))
}

fn params(name: &str, value: impl Into<Setting>) -> Input {
    Input::Params { params: vec![(name.into(), value.into())] }
}

/// The door that changes with a number, counted so that one changes at a time, and whether it is open then.
fn gray(number: u32) -> (u32, bool) {
    let set = |number: u32| number ^ (number >> 1);
    let changed = set(number) ^ set(number + 1);
    (changed.trailing_zeros(), set(number + 1) & changed != 0)
}

/// What was kept gives the bits of what is made anew.
fn check(crowd: &mut Sim) {
    let bytes = crowd.snapshot().expect("a state");
    let partition = Partition::new(Cut::Parts(6));
    let mut anew = Sim::restore(&bytes, Arithmetic::Same, partition, Serial::default())
        .expect("it can be gone on from");
    for _ in 0..2 {
        crowd.step().expect("a tick");
        anew.step().expect("a tick");
    }
    assert_eq!(crowd.fingerprint(), anew.fingerprint());
}

fn race(people: u32) {
    let mut tick = crowd(people);
    let [mut fresh, mut again, mut moved, mut other] = [(); 4].map(|()| crowd(people));
    let list: Vec<f64> = moved.params().shapes.iter().map(|x| f64::from(*x)).collect();
    let (mut sets, mut turns, mut lists, mut others) = (0, 0, 0u32, 0u32);
    let times = least(
        ROUNDS,
        &mut [
            &mut || By::Processor.time(|| tick.step().expect("a tick")),
            &mut || {
                let (door, open) = gray(sets);
                sets += 1;
                give(&mut fresh, Input::Door { shapes: vec![door], open })
            },
            &mut || {
                turns += 1;
                give(&mut again, Input::Door { shapes: vec![0], open: turns % 2 == 1 })
            },
            &mut || {
                lists += 1;
                let mut list = list.clone();
                if let Some(radius) = list.last_mut() {
                    *radius = 0.5 - 0.01 * f64::from(lists);
                }
                give(&mut moved, params("shapes", list))
            },
            &mut || {
                others += 1;
                give(&mut other, params("relaxation", 0.5 + 0.01 * f64::from(others)))
            },
        ],
    );
    for crowd in [&mut fresh, &mut again, &mut moved, &mut other] {
        check(crowd);
    }
    println!("{people} people, in parts of a tick of {:?}:", times[0]);
    for (name, time) in [
        ("a door, for the first time", times[1]),
        ("a door again", times[2]),
        ("another list of shapes", times[3]),
        ("another number", times[4]),
    ] {
        println!("  {name}: {:.3}", time.as_secs_f64() / times[0].as_secs_f64());
    }
}

fn main() {
    machine::print();
    for people in [10_000, 100_000] {
        race(people);
    }
}
