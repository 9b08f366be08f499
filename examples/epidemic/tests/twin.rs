//! The model against a naive twin, under any cut, and against theory.
//!
//! The twin is the model written again without lanes, cells and domains: every pair, one after the
//! other. Only random numbers, `exp` and `sin_cos` are shared. If both agree in every bit, then
//! what the neighbour pass, ghosts and migration do to the model is nothing.

use epidemic::{Epidemic, INFECTED, RECOVERED, SUSCEPTIBLE};
use flockwork_kernel::{Axis, Edge, World, math, rng};
use flockwork_scheduler::{Cut, Executor, Partition, Serial, Setup, Simulation};
use flockwork_scheduler_native::Threads;

/// One person.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Person {
    x: f32,
    y: f32,
    ux: f32,
    uy: f32,
    health: u8,
}

/// A world of few, closely packed people, so that much happens in a few ticks.
fn setup(edge: Edge) -> Setup {
    let world = World::new(10.0, 8.0, edge).unwrap();
    Setup { world, population: 300, seed: 7, dt: 0.1 }
}

fn params() -> Epidemic {
    Epidemic { infection_rate: 0.2, duration: 3.0, first_cases: 0.1, ..Default::default() }
}

fn simulate<X: Executor>(setup: Setup, cut: Cut, executor: X) -> Simulation<Epidemic, X> {
    Simulation::new(setup, params(), Partition::new(cut), executor, None).unwrap()
}

/// All people by id.
fn people<X: Executor>(world: &Simulation<Epidemic, X>) -> Vec<Person> {
    let mut found = Vec::new();
    world
        .visit(|id, columns, row| {
            let (x, y, health) = (columns.x[row], columns.y[row], columns.health[row]);
            found.push((id, Person { x, y, ux: columns.ux[row], uy: columns.uy[row], health }));
        })
        .unwrap();
    found.sort_by_key(|(id, _)| *id);
    found.into_iter().map(|(_, person)| person).collect()
}

/// One tick of the twin.
fn step(people: &mut [Person], setup: &Setup, tick: u64) {
    let params = params();
    let before = people.to_vec();
    for (id, person) in people.iter_mut().enumerate() {
        let [turn, direction, health, _] = rng::draw(setup.seed, tick, id as u32, 1);
        if rng::unit(turn) < chance(params.turn_rate * setup.dt) {
            let angle = rng::signed(direction) * std::f32::consts::PI;
            (person.uy, person.ux) = math::scalar::sin_cos(angle);
        }
        let exposure = exposure(&before, id, setup, params.radius);
        let luck = rng::unit(health);
        if person.health == SUSCEPTIBLE {
            if luck < chance(exposure * params.infection_rate * setup.dt) {
                person.health = INFECTED;
            }
        } else if person.health == INFECTED && luck < chance(1.0 / params.duration * setup.dt) {
            person.health = RECOVERED;
        }
        person.x += person.ux * params.speed * setup.dt;
        person.y += person.uy * params.speed * setup.dt;
        bound(setup.world.x(), &mut person.x, &mut person.ux);
        bound(setup.world.y(), &mut person.y, &mut person.uy);
    }
}

fn chance(expected: f32) -> f32 {
    1.0 - math::scalar::exp(-expected)
}

fn bound(axis: Axis, x: &mut f32, u: &mut f32) {
    match axis.edge {
        Edge::Periodic => *x = wrap(*x, axis.length),
        Edge::Wall => reflect(x, u, axis.length),
        Edge::Open => {}
    }
}

/// The number of infected neighbours, their images across the seams of periodic axes among them.
fn exposure(people: &[Person], id: usize, setup: &Setup, radius: f32) -> f32 {
    let images = |axis: Axis| if axis.is_periodic() { -1..=1 } else { 0..=0 };
    let own = people[id];
    let mut count = 0.0;
    for (other, person) in people.iter().enumerate() {
        if other == id || person.health != INFECTED {
            continue;
        }
        for across in images(setup.world.x()) {
            for up in images(setup.world.y()) {
                let dx = person.x + across as f32 * setup.world.width() - own.x;
                let dy = person.y + up as f32 * setup.world.height() - own.y;
                if dx * dx + dy * dy < radius * radius {
                    count += 1.0;
                }
            }
        }
    }
    count
}

/// Nobody walks further than a world in one tick.
fn wrap(x: f32, side: f32) -> f32 {
    let x = if x < 0.0 {
        x + side
    } else if x >= side {
        x - side
    } else {
        x
    };
    if x < side { x + 0.0 } else { 0.0 }
}

fn reflect(x: &mut f32, u: &mut f32, side: f32) {
    if *x < 0.0 {
        (*x, *u) = (-*x, u.abs());
    } else if *x > side {
        (*x, *u) = (side + side - *x, -u.abs());
    }
    // -0 and +0 are not the same bits.
    (*x, *u) = (*x + 0.0, *u + 0.0);
}

#[test]
fn every_bit_is_that_of_the_naive_twin() {
    for edge in [Edge::Periodic, Edge::Wall, Edge::Open] {
        let setup = setup(edge);
        let mut world = simulate(setup, Cut::Parts(1), Serial::default());
        let mut twin = people(&world);
        for tick in 0..100 {
            world.step().unwrap();
            step(&mut twin, &setup, tick);
            let found = people(&world);
            for (id, (found, twin)) in found.iter().zip(&twin).enumerate() {
                let bits = |p: &Person| [p.x, p.y, p.ux, p.uy].map(f32::to_bits);
                let same = bits(found) == bits(twin) && found.health == twin.health;
                assert!(same, "{edge:?}, tick {tick}, person {id}: {found:?}, twin {twin:?}");
            }
        }
        let of = |health| twin.iter().filter(|person| person.health == health).count();
        assert!(of(RECOVERED) > 50 && of(SUSCEPTIBLE) < 250, "nothing happened");
    }
}

#[test]
fn cuts_and_threads_change_nothing() {
    for edge in [Edge::Periodic, Edge::Wall, Edge::Open] {
        let setup = setup(edge);
        let mut one = simulate(setup, Cut::Parts(1), Serial::default());
        let mut many =
            simulate(setup, Cut::Grid { cols: 3, rows: 2, layers: 1 }, Threads::new(3).unwrap());
        for tick in 0..100 {
            one.step().unwrap();
            many.step().unwrap();
            assert_eq!(
                one.fingerprint().unwrap(),
                many.fingerprint().unwrap(),
                "{edge:?}, tick {tick}"
            );
        }
        assert!(many.counters().migrations > 0);
    }
}

/// The part of a well mixed crowd that ever falls ill is z = 1 - exp(-R z), where R is how many
/// others one person infects at first.
#[test]
fn as_many_fall_ill_as_theory_says() {
    let world = World::new(50.0, 50.0, Edge::Periodic).unwrap();
    let setup = Setup { world, population: 10_000, seed: 3, dt: 0.1 };
    let neighbours = 10_000.0 / 2500.0 * std::f64::consts::PI;
    for (reproduction, ill) in [(0.5, 0.0), (2.0, 0.7968)] {
        let params = Epidemic {
            infection_rate: (reproduction / neighbours / 10.0) as f32,
            // Fast enough to meet new people all the time.
            speed: 10.0,
            first_cases: 0.005,
            ..Default::default()
        };
        let partition = Partition::new(Cut::Parts(4));
        let mut crowd = Simulation::<Epidemic, _>::new(
            setup,
            params,
            partition,
            Threads::new(2).unwrap(),
            None,
        )
        .unwrap();
        for _ in 0..1500 {
            crowd.step().unwrap();
        }
        crowd.observe().unwrap();
        let stats = crowd.report().unwrap();
        let [susceptible, infected, recovered, peak] = stats[..] else { panic!("{stats:?}") };
        assert_eq!(susceptible + infected + recovered, 10_000.0);
        assert!(infected < 20.0 && peak >= infected, "{stats:?}");
        let found = (recovered + infected) / 10_000.0;
        assert!((found - ill).abs() < 0.03, "R = {reproduction}: {found} instead of {ill}");
    }
}

#[test]
fn the_scenario_runs_as_it_stands() {
    // Cargo runs this in the package's folder, and builds the command beside it.
    let deps = std::env::current_exe().unwrap();
    let program = deps.parent().unwrap().with_file_name("epidemic");
    let run =
        std::process::Command::new(program).args(["check", "epidemic.toml"]).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    assert!(said.contains("epidemic"), "{said}");
}
