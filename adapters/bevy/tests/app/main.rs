//! The plugins in apps without a window, whose time is set by hand.
//!
//! | module | what it shows |
//! | --- | --- |
//! | `crowds` | ticks, pause, reset, parameters, errors; the golden fingerprints |
//! | `flocks` | entities of the ECS steer by who is near |
//! | `mirrors` | members and components follow the crowd |
//! | `motion` | places between two ticks, across seams too |
//! | `nearness` | who is near whom among the transforms of the ECS |
//! | `news` | births, deaths and events as messages |

mod crowds;
mod flocks;
mod mirrors;
mod motion;
mod nearness;
mod news;

use std::time::Duration;

use bevy_app::{App, TaskPoolPlugin};
use bevy_flockwork::kernel::{Edge, Plane, World};
use bevy_flockwork::scheduler::{Model, Setup};
use bevy_flockwork::{Crowd, CrowdPlugin, Plan};
use bevy_time::{Fixed, Time, TimePlugin, TimeUpdateStrategy};
use flockwork_models::Boids;

/// Boids in the plane.
type Flock = Boids<Plane>;

fn setup(population: u32, width: f32, height: f32) -> Setup {
    let world = World::new(width, height, Edge::Periodic).unwrap();
    Setup { world, population, seed: 5, dt: 0.05 }
}

fn flock(population: u32) -> Plan<Flock> {
    Plan::new(setup(population, 20.0, 10.0), Flock::default())
}

/// An app in which every frame is one run of `FixedUpdate`.
fn app<M: Model>(plan: Plan<M>, plugin: CrowdPlugin<M>) -> App {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), TimePlugin, plugin));
    app.insert_resource(TimeUpdateStrategy::FixedTimesteps(1));
    app.insert_resource(Crowd::new(plan).unwrap());
    // The first frame has no time before it.
    app.update();
    app
}

/// From now on a frame takes this share of a fixed step.
fn pace(app: &mut App, share: f64) {
    let step = app.world().resource::<Time<Fixed>>().timestep();
    let frame = Duration::from_secs_f64(step.as_secs_f64() * share);
    app.insert_resource(TimeUpdateStrategy::ManualDuration(frame));
}

fn crowd<M: Model>(app: &App) -> &Crowd<M> {
    app.world().resource::<Crowd<M>>()
}

fn frames(app: &mut App, count: usize) {
    (0..count).for_each(|_| app.update());
}
