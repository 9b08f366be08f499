//! What the plugins cost: a crowd alone, in an app, mirrored, and flocks of the ECS's own entities.
//!
//! ```sh
//! cargo bench --manifest-path adapters/bevy/Cargo.toml
//! ```
//!
//! Each beside a crowd without an app, in turns, tick by tick, on one thread: the times are medians, and so
//! are the ratios, of ticks side by side. Every pair is made anew some times, since where memory happens to
//! lie makes up to a factor of two. Before anything is timed a crowd in an app is held against one without.

use std::time::Instant;

use bevy_app::{App, TaskPoolPlugin};
use bevy_ecs::prelude::Component;
use bevy_flockwork::kernel::{Edge, Plane, World};
use bevy_flockwork::scheduler::Setup;
use bevy_flockwork::{
    Crowd, CrowdPlugin, FlockPlugin, FlockRules, NearbyPlugin, Plan, Transforms, Velocity,
};
use bevy_math::{Vec2, Vec3};
use bevy_time::{TimePlugin, TimeUpdateStrategy};
use bevy_transform::components::Transform;
use flockwork_models::Boids;
use flockwork_models::boids::boid;

type Flock = Boids<Plane>;

#[derive(Component)]
struct Bird;

#[derive(Component, Default, PartialEq)]
struct Speed(Vec2);

/// Entities, and how many ticks of each pair are timed.
const SIZES: [(u32, usize); 2] = [(10_000, 60), (100_000, 16)];

/// How often each pair is made.
const PAIRS: usize = 7;

/// Ticks before, which take memory.
const WARM: usize = 4;

fn plan(population: u32) -> Plan<Flock> {
    let scale = (f64::from(population) / 100_000.0).sqrt();
    let world = World::new((157.08 * scale) as f32, (100.0 * scale) as f32, Edge::Periodic);
    let world = world.unwrap_or_else(|error| panic!("{error}"));
    Plan::new(Setup { world, population, seed: 1, dt: 0.05 }, Flock::default())
}

fn crowd(population: u32) -> Crowd<Flock> {
    Crowd::new(plan(population)).unwrap_or_else(|error| panic!("{error}"))
}

fn app() -> App {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), TimePlugin));
    app.insert_resource(TimeUpdateStrategy::FixedTimesteps(1));
    app
}

fn beside(population: u32, plugin: CrowdPlugin<Flock>) -> App {
    let mut app = app();
    app.insert_resource(crowd(population)).add_plugins(plugin);
    app.update();
    app
}

/// The same boids, as entities of the ECS that are steered there.
fn within(population: u32) -> App {
    let mut app = app();
    let crowd = crowd(population);
    let world = crowd.simulation().setup().world;
    app.add_plugins(NearbyPlugin::<Bird, Plane>::plane(1.0).world(world));
    app.add_plugins(FlockPlugin::<Bird, Plane>::new(FlockRules::default()));
    let mut birds = Vec::new();
    let done = crowd.simulation().visit(|_, columns, row| {
        let bird =
            <boid::Columns<Plane> as bevy_flockwork::kernel::columns::Columns>::row(columns, row);
        let at = Transform::from_xyz(bird.position.x, bird.position.y, 0.0);
        birds.push((Bird, at, Velocity(Vec3::new(bird.velocity.x, bird.velocity.y, 0.0))));
    });
    done.unwrap_or_else(|error| panic!("{error}"));
    app.world_mut().spawn_batch(birds);
    app.update();
    app
}

/// One that is timed: its name, and what makes it.
type Racer = (&'static str, Box<dyn Fn(u32) -> App>);

fn racers() -> Vec<Racer> {
    let none = CrowdPlugin::<Flock>::new;
    let speed = |boid: &boid::Row<Plane>| Speed(Vec2::new(boid.velocity.x, boid.velocity.y));
    let facing = |boid: &boid::Row<Plane>| Vec3::new(boid.velocity.x, boid.velocity.y, 0.0);
    let at_ticks = move || none().transforms(Transforms::at_ticks());
    let between = move || none().transforms(Transforms::default());
    vec![
        ("in an app, nothing mirrored", Box::new(move |size| beside(size, none()))),
        ("transforms at ticks", Box::new(move |size| beside(size, at_ticks()))),
        ("and velocities", Box::new(move |size| beside(size, at_ticks().mirror(speed)))),
        ("transforms between ticks", Box::new(move |size| beside(size, between()))),
        ("and turned", Box::new(move |size| beside(size, between().facing(facing)))),
        ("a flock of the ECS's own entities", Box::new(within)),
    ]
}

/// A crowd in an app is the one without.
fn verify(population: u32) {
    let mut bare = crowd(population);
    let mut app = beside(population, CrowdPlugin::new().transforms(Transforms::default()));
    for _ in 0..3 {
        bare.step().unwrap_or_else(|error| panic!("{error}"));
        app.update();
    }
    let there = app.world().resource::<Crowd<Flock>>();
    assert_eq!((there.tick(), there.fingerprint()), (3, bare.fingerprint()));
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Milliseconds of each tick without an app and with it.
fn race(make: &dyn Fn(u32) -> App, population: u32, ticks: usize, first: bool) -> Vec<[f64; 2]> {
    // Whoever is made first may have the better memory.
    let (mut app, mut bare);
    if first {
        app = make(population);
        bare = crowd(population);
    } else {
        bare = crowd(population);
        app = make(population);
    }
    let mut times = Vec::new();
    for _ in 0..WARM + ticks {
        let begin = Instant::now();
        bare.step().unwrap_or_else(|error| panic!("{error}"));
        let between = Instant::now();
        app.update();
        times.push([between - begin, between.elapsed()].map(|time| time.as_secs_f64() * 1e3));
    }
    times.split_off(WARM)
}

fn main() {
    for (population, ticks) in SIZES {
        verify(population);
        println!("\n{population:40} boids | ms without | ms per tick | ratio");
        for (name, make) in racers() {
            let pairs = (0..PAIRS).flat_map(|pair| race(&*make, population, ticks, pair % 2 == 0));
            let pairs: Vec<[f64; 2]> = pairs.collect();
            let middle = |of: &dyn Fn(&[f64; 2]) -> f64| {
                median(&mut pairs.iter().map(of).collect::<Vec<_>>())
            };
            let (bare, own) = (middle(&|pair| pair[0]), middle(&|pair| pair[1]));
            let ratio = middle(&|pair| pair[1] / pair[0]);
            println!("{name:46} | {bare:10.2} | {own:11.2} | {ratio:5.2}");
        }
    }
}
