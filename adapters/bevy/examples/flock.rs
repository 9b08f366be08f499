//! A hundred thousand boids in an app without a window: the plugin at work, and its fingerprint.
//!
//! ```sh
//! cargo run --release --example flock -- --ticks 100
//! ```
//!
//! | flag | |
//! | --- | --- |
//! | `--ticks N` | how many ticks; 100 |
//! | `--entities N` | how many boids, in a world of the same density; 100000 |
//! | `--workers N` | on so many threads of their own; on that of the app alone if it is not given |
//! | `--mirror` | with a `Transform` for each boid |
//!
//! The world is that of the scenario `boids-100k`, so the fingerprint is the one that
//! `flockwork run scenarios/boids-100k.toml --ticks 100` prints, on any machine.

use std::process::ExitCode;

use bevy_app::{App, TaskPoolPlugin};
use bevy_flockwork::kernel::{Edge, Plane, World};
use bevy_flockwork::scheduler::Setup;
use bevy_flockwork::{Crowd, CrowdPlugin, Options, Plan, Transforms};
use bevy_time::{TimePlugin, TimeUpdateStrategy};
use flockwork_models::Boids;

type Flock = Boids<Plane>;

struct Wishes {
    ticks: u64,
    entities: u32,
    workers: Option<usize>,
    mirror: bool,
}

impl Wishes {
    fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut wishes = Self { ticks: 100, entities: 100_000, workers: None, mirror: false };
        let mut arguments = arguments.peekable();
        while let Some(flag) = arguments.next() {
            let mut number = || -> Result<u32, String> {
                let value = arguments.next().ok_or(format!("{flag} needs a number"))?;
                value.parse().map_err(|_| format!("{flag} is {value}: it must be a whole number"))
            };
            match flag.as_str() {
                "--ticks" => wishes.ticks = number()?.into(),
                "--entities" => wishes.entities = number()?,
                "--workers" => wishes.workers = Some(number()? as usize),
                "--mirror" => wishes.mirror = true,
                "--headless" => {}
                other => {
                    return Err(format!(
                        "{other} is not known: --ticks N, --entities N, --workers N, --mirror"
                    ));
                }
            }
        }
        Ok(wishes)
    }
}

fn run(wishes: &Wishes) -> Result<(), String> {
    // As in the scenario, or as crowded.
    let scale = (f64::from(wishes.entities) / 100_000.0).sqrt();
    let (width, height) = (157.08 * scale, 100.0 * scale);
    let world = World::new(width as f32, height as f32, Edge::Periodic)
        .map_err(|error| error.to_string())?;
    let setup = Setup { world, population: wishes.entities, seed: 1, dt: 0.05 };
    let options = wishes.workers.map_or(Options::default(), Options::threads);
    let plan = Plan::<Flock>::new(setup, Flock::default()).options(options);
    let crowd = Crowd::new(plan).map_err(|error| error.to_string())?;

    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), TimePlugin));
    app.insert_resource(TimeUpdateStrategy::FixedTimesteps(1));
    app.insert_resource(crowd);
    app.add_plugins(match wishes.mirror {
        true => CrowdPlugin::<Flock>::new().transforms(Transforms::default()),
        false => CrowdPlugin::new(),
    });
    let crowd = |app: &App| app.world().resource::<Crowd<Flock>>().tick();
    while crowd(&app) < wishes.ticks {
        app.update();
        if let Some(error) = app.world().resource::<Crowd<Flock>>().ended() {
            return Err(error.to_string());
        }
    }
    let crowd = app.world().resource::<Crowd<Flock>>();
    let fingerprint = crowd.fingerprint().map_err(|error| error.to_string())?;
    println!("tick {}, {} boids, {fingerprint:016x}", crowd.tick(), crowd.population());
    Ok(())
}

fn main() -> ExitCode {
    match Wishes::read(std::env::args().skip(1)).and_then(|wishes| run(&wishes)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}
