//! A crowd is computed beside the ECS, and stands, changes and fails as it is told.

use bevy_app::App;
use bevy_ecs::message::Messages;
use bevy_flockwork::kernel::{Edge, Plane, World};
use bevy_flockwork::scheduler::conformance::{Case, cases};
use bevy_flockwork::scheduler::{Cut, Model, ParamError, Params, Setup, SimulationError};
use bevy_flockwork::{Crowd, CrowdError, CrowdPlugin, Ended, Options, Plan, Transforms, Workers};
use bevy_time::TimePlugin;
use epidemic::Epidemic;
use flockwork_models::{Boids, Tribes};

use super::{Flock, app, crowd, flock, frames, pace};

fn case(name: &str) -> Case {
    cases().unwrap().into_iter().find(|case| case.name == name).unwrap()
}

/// The golden fingerprints up to a tick, by an app that mirrors everything it can.
fn golden<M: Model>(
    name: &str,
    most: u64,
    options: Options,
    halve: impl Fn(&mut <M::Columns as bevy_flockwork::kernel::columns::Columns>::Row)
    + Send
    + Sync
    + 'static,
) {
    let case = case(name);
    let mut params = M::Params::default();
    for (name, value) in &case.params {
        params.set(name, value.clone()).unwrap();
    }
    let crowded = case.crowded;
    let plan = Plan::new(case.setup, params).options(options).placed(move |id, row| {
        if crowded && id % 2 == 0 {
            halve(row);
        }
    });
    let mut app = app(plan, CrowdPlugin::<M>::new().transforms(Transforms::default()));
    let mut checked = 0;
    for (tick, fingerprint) in case.golden.iter().filter(|(tick, _)| *tick <= most) {
        while crowd::<M>(&app).tick() < *tick {
            app.update();
        }
        if crowd::<M>(&app).tick() == *tick {
            assert_eq!(crowd::<M>(&app).fingerprint().unwrap(), *fingerprint, "{name} {tick}");
            checked += 1;
        }
    }
    assert!(checked >= 2, "{checked}");
}

#[test]
fn boids_have_their_golden_fingerprints_on_the_thread_of_the_system() {
    let options = Options::default();
    golden::<Flock>("boids-20k", 50, options, |row| row.position *= 0.5);
}

#[test]
fn tribes_have_their_golden_fingerprints_on_threads_under_another_cut() {
    let options = Options { cut: Some(Cut::Parts(7)), ..Options::threads(2) };
    golden::<Tribes<Plane>>("tribes-20k", 10, options, |row| row.position *= 0.5);
}

#[test]
fn a_model_of_ones_own_runs_as_those_that_are_there() {
    let plan = Plan::new(super::setup(2000, 40.0, 40.0), Epidemic::default());
    let mut app = app(plan, CrowdPlugin::<Epidemic>::new());
    frames(&mut app, 20);
    let mut crowd = app.world_mut().resource_mut::<Crowd<Epidemic>>();
    let stats = crowd.stats().unwrap();
    let all: f64 = stats[..3].iter().map(|(_, count)| count).sum();
    assert_eq!((crowd.tick(), all), (20, 2000.0), "{stats:?}");
}

#[test]
fn a_tick_is_computed_in_each_run_of_the_fixed_schedule_and_in_no_other_frame() {
    let mut app = app(flock(50), CrowdPlugin::<Flock>::new());
    assert_eq!(crowd::<Flock>(&app).tick(), 0);
    pace(&mut app, 0.25);
    let ticks: Vec<u64> = (0..9)
        .map(|_| {
            app.update();
            crowd::<Flock>(&app).tick()
        })
        .collect();
    assert_eq!(ticks, [0, 0, 0, 1, 1, 1, 1, 2, 2]);
    pace(&mut app, 3.0);
    app.update();
    assert_eq!(crowd::<Flock>(&app).tick(), 5);
}

#[test]
fn a_paused_crowd_stands_still_and_then_goes_on_with_the_same_bits() {
    let (mut one, mut other) = (
        app(flock(200), CrowdPlugin::<Flock>::new()),
        app(flock(200), CrowdPlugin::<Flock>::new()),
    );
    frames(&mut one, 10);
    frames(&mut other, 4);
    other.world_mut().resource_mut::<Crowd<Flock>>().pause();
    frames(&mut other, 5);
    assert_eq!(crowd::<Flock>(&other).tick(), 4);
    other.world_mut().resource_mut::<Crowd<Flock>>().resume();
    frames(&mut other, 6);
    assert_eq!(crowd::<Flock>(&one).fingerprint(), crowd::<Flock>(&other).fingerprint());
}

#[test]
fn a_crowd_begins_anew_and_goes_on_from_a_snapshot() {
    let mut app = app(flock(200), CrowdPlugin::<Flock>::new());
    let first = crowd::<Flock>(&app).fingerprint().unwrap();
    frames(&mut app, 6);
    let (sixth, snapshot) =
        (crowd::<Flock>(&app).fingerprint().unwrap(), crowd::<Flock>(&app).snapshot().unwrap());
    frames(&mut app, 3);
    let mut there = app.world_mut().resource_mut::<Crowd<Flock>>();
    there.restore(&snapshot).unwrap();
    assert_eq!((there.tick(), there.fingerprint().unwrap()), (6, sixth));
    there.reset().unwrap();
    assert_eq!((there.tick(), there.fingerprint().unwrap()), (0, first));
    let broken = there.restore(&snapshot[..snapshot.len() / 2]);
    assert!(matches!(broken, Err(CrowdError::Simulation(SimulationError::Snapshot(_)))));
    assert_eq!((there.tick(), there.fingerprint().unwrap()), (0, first));
    frames(&mut app, 6);
    assert_eq!(crowd::<Flock>(&app).fingerprint().unwrap(), sixth);
}

#[test]
fn bad_parameters_are_refused_before_and_during_a_run_and_nothing_changes() {
    let bad = Boids { neighbor_radius: 0.1, ..Flock::default() };
    let error = Crowd::<Flock>::new(Plan::new(super::setup(10, 20.0, 10.0), bad)).unwrap_err();
    assert!(error.to_string().contains("separation_radius"), "{error}");
    let options = Options { workers: Workers::Threads(0), ..Options::default() };
    let error = Crowd::new(flock(10).options(options)).unwrap_err();
    assert!(matches!(error, CrowdError::Threads(_)), "{error}");

    let mut app = app(flock(100), CrowdPlugin::<Flock>::new());
    frames(&mut app, 2);
    let mut there = app.world_mut().resource_mut::<Crowd<Flock>>();
    let kept = *there.params();
    let error = there.set_params(bad).unwrap_err();
    assert!(error.to_string().contains("separation_radius"), "{error}");
    let error = there.set(&[("max_sped".into(), 3.0.into())]).unwrap_err();
    let CrowdError::Simulation(SimulationError::Param(ParamError::Unknown { .. })) = error else {
        panic!("{error:?}");
    };
    assert!(there.replace(Plan::new(super::setup(10, 20.0, 10.0), bad)).is_err());
    assert_eq!(*there.params(), kept);
    there.set(&[("max_speed".into(), 3.0.into())]).unwrap();
    assert_eq!(there.params().max_speed, 3.0);
    frames(&mut app, 1);
    assert_eq!(crowd::<Flock>(&app).tick(), 3);
}

#[test]
fn a_crowd_that_fails_says_so_once_and_stands_at_its_last_tick() {
    // They fly where places are too far apart to tell neighbours.
    let world = World::new(20.0, 10.0, Edge::Open).unwrap();
    let setup = Setup { world, dt: 1e30, ..super::setup(50, 20.0, 10.0) };
    let params = Boids { max_speed: 1e6, min_speed: 1e6, ..Flock::default() };
    let mut app = app(Plan::new(setup, params), CrowdPlugin::<Flock>::new());
    let messages = |app: &mut App| -> Vec<Ended<Flock>> {
        app.world_mut().resource_mut::<Messages<Ended<Flock>>>().drain().collect()
    };
    app.update();
    let ended = messages(&mut app);
    assert_eq!((ended.len(), ended[0].tick), (1, 0));
    assert_eq!(crowd::<Flock>(&app).ended(), Some(&ended[0].error));
    frames(&mut app, 3);
    assert!(messages(&mut app).is_empty());
    assert_eq!((crowd::<Flock>(&app).tick(), crowd::<Flock>(&app).population()), (0, 50));
    app.world_mut().resource_mut::<Crowd<Flock>>().replace(flock(50)).unwrap();
    frames(&mut app, 2);
    assert_eq!(crowd::<Flock>(&app).tick(), 2);
}

#[test]
fn an_app_without_a_crowd_runs_and_takes_one_later() {
    let mut app = App::new();
    app.add_plugins((bevy_app::TaskPoolPlugin::default(), TimePlugin));
    app.add_plugins(CrowdPlugin::<Flock>::new().events().transforms(Transforms::default()));
    app.insert_resource(bevy_time::TimeUpdateStrategy::FixedTimesteps(1));
    frames(&mut app, 3);
    app.insert_resource(Crowd::new(flock(10)).unwrap());
    frames(&mut app, 2);
    assert_eq!(crowd::<Flock>(&app).tick(), 2);
}
