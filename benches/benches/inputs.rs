//! What a batch of 10,000 inputs costs between two ticks of 100,000 boids, against a tick.
//!
//! One thread. The times are the least of some rounds in turns, of processors. A poke of radius 1 reaches 20 of the
//! boids, which are as many as see each other. A part of the name of a kind as an argument runs those alone.

use std::time::Duration;

use flockwork_benches::machine;
use flockwork_benches::race::{By, least};
use flockwork_kernel::{Edge, Plane, World, rng};
use flockwork_models::Boids;
use flockwork_scheduler::{Cut, Input, Partition, Serial, Setup, Simulation};

const COUNT: u32 = 100_000;
const BATCH: u32 = 10_000;
const ROUNDS: usize = 12;
const KINDS: [&str; 6] = ["spawn", "remove", "set a velocity", "set a place", "poke", "all kinds"];

type Flock = Simulation<Boids<Plane>, Serial>;

fn side() -> f32 {
    (f64::from(COUNT) * core::f64::consts::PI / 20.0).sqrt() as f32
}

fn flock() -> Flock {
    let world = World::new(side(), side(), Edge::Periodic).expect("it has sides");
    let setup = Setup { world, population: COUNT, seed: 1, dt: 0.05 };
    let partition = Partition::new(Cut::Parts(1));
    let flock = Simulation::new(setup, Default::default(), partition, Serial::default(), None);
    let mut flock = flock.expect("the set-up is sound");
    (0..3).for_each(|_| flock.step().expect("a tick"));
    flock
}

fn values(values: &[(&str, f64)]) -> Vec<(String, f64)> {
    values.iter().map(|(name, value)| (name.to_string(), *value)).collect()
}

/// Input `number` of a round, of a kind.
fn input(kind: usize, round: u32, number: u32) -> Input {
    let [x, y, w, id] = rng::draw(1, u64::from(round), number, kind as u32);
    let place = [x, y].map(|word| f64::from(rng::unit(word) * side()));
    let speed = f64::from(rng::unit(w)) - 0.5;
    // The first half is removed in the order of ids, the other one stays.
    let stays = COUNT / 2 + rng::below(id, COUNT / 2);
    match kind {
        0 => Input::Spawn { values: values(&[("x", place[0]), ("y", place[1])]) },
        1 => Input::Remove { id: round * BATCH + number },
        2 => Input::Set { id: stays, values: values(&[("vx", speed), ("vy", 0.5)]) },
        3 => Input::Set { id: stays, values: values(&[("x", place[0]), ("y", place[1])]) },
        4 => Input::Poke { at: place.to_vec(), radius: 1.0, values: values(&[("push", speed)]) },
        _ if number % 5 == 1 => Input::Remove { id: round * (BATCH / 5) + number / 5 },
        _ => input(number as usize % 5, round, number),
    }
}

/// Gives a batch; then, outside of what is timed, there are as many as before, and a tick.
fn give(flock: &mut Flock, kind: usize, round: u32) -> Duration {
    let inputs: Vec<Input> = (0..BATCH).map(|number| input(kind, round, number)).collect();
    let mut ids = Vec::new();
    let time = By::Processor.time(|| ids = flock.give(inputs).expect("they can be done").ids);
    let after = match kind {
        0 => ids.into_iter().map(|id| Input::Remove { id }).collect(),
        1 => (0..BATCH).map(|number| input(0, round, number)).collect(),
        _ => Vec::new(),
    };
    flock.give(after).expect("they can be done");
    flock.step().expect("a tick");
    time
}

fn main() {
    machine::print();
    let wanted = std::env::args().skip(1).find(|name| !name.starts_with('-'));
    let wanted = |kind: &usize| wanted.as_ref().is_none_or(|name| KINDS[*kind].contains(name));
    let kinds: Vec<usize> = (0..KINDS.len()).filter(wanted).collect();
    let mut flocks: Vec<Flock> = kinds.iter().map(|_| flock()).collect();
    let mut plain = flock();
    let mut tick = || By::Processor.time(|| plain.step().expect("a tick"));
    let mut gives: Vec<_> = flocks
        .iter_mut()
        .zip(&kinds)
        .map(|(flock, kind)| {
            let mut rounds = 0..;
            move || give(flock, *kind, rounds.next().unwrap_or(0))
        })
        .collect();
    let mut runners: Vec<&mut dyn FnMut() -> Duration> = vec![&mut tick];
    runners.extend(gives.iter_mut().map(|give| give as &mut dyn FnMut() -> Duration));
    let times = least(ROUNDS, &mut runners);
    let of = |time: Duration| time.as_secs_f64() / times[0].as_secs_f64();
    println!("a tick: {:.2} ms", times[0].as_secs_f64() * 1e3);
    for (kind, time) in kinds.iter().zip(&times[1..]) {
        println!("{BATCH} x {}: {:.2} ticks", KINDS[*kind], of(*time));
    }
}
