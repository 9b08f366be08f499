//! Places between two ticks.

use bevy_app::App;
use bevy_flockwork::kernel::{Axis, Edge, Plane, Space, World};
use bevy_flockwork::scheduler::{Model, Setup};
use bevy_flockwork::{Course, Crowd, CrowdPlugin, Member, Plan, Transforms};
use bevy_math::Vec3;
use bevy_transform::components::Transform;
use flockwork_models::Boids;
use flockwork_models::boids::boid;

use super::{Flock, app, frames, pace};

/// One boid alone in a world of 20 by 10, at a place, with a velocity of 2 along x.
fn alone(edge: Edge, x: f32) -> Plan<Flock> {
    let world = World::of(&[Axis { length: 20.0, edge }, Axis::periodic(10.0)]).unwrap();
    let setup = Setup { world, population: 1, seed: 1, dt: 0.5 };
    Plan::new(setup, Flock::default()).placed(move |_, boid: &mut boid::Row<Plane>| {
        (boid.position.x, boid.position.y) = (x, 5.0);
        (boid.velocity.x, boid.velocity.y) = (2.0, 0.0);
    })
}

fn place<M: Model>(app: &mut App) -> Vec3 {
    let mut query = app.world_mut().query::<(&Member<M>, &Transform)>();
    query.single(app.world()).unwrap().1.translation
}

fn xs(app: &mut App, frames: usize) -> Vec<f32> {
    let step = |_| {
        app.update();
        place::<Flock>(app).x
    };
    (0..frames).map(step).collect()
}

fn smooth(plan: Plan<Flock>) -> App {
    let mut app = app(plan, CrowdPlugin::<Flock>::new().transforms(Transforms::default()));
    frames(&mut app, 1);
    pace(&mut app, 0.25);
    app
}

#[test]
fn a_frame_shows_places_between_the_last_two_ticks() {
    let mut app = smooth(alone(Edge::Periodic, 4.0));
    // It stands at 5 after the first tick, which has nothing before it.
    assert_eq!(xs(&mut app, 8), [5.0, 5.0, 5.0, 5.0, 5.25, 5.5, 5.75, 6.0]);
}

#[test]
fn across_a_seam_it_goes_the_short_way_and_never_leaves_the_world() {
    let mut app = smooth(alone(Edge::Periodic, 18.5));
    assert_eq!(xs(&mut app, 8), [19.5, 19.5, 19.5, 19.5, 19.75, 0.0, 0.25, 0.5]);
}

#[test]
fn at_a_wall_it_turns_round_without_a_way_across() {
    let mut app = smooth(alone(Edge::Wall, 18.5));
    let seen = xs(&mut app, 8);
    assert!(seen.iter().all(|x| (19.0..=20.0).contains(x)), "{seen:?}");
}

#[test]
fn a_paused_crowd_glides_to_its_last_tick_and_stands_there() {
    let mut app = smooth(alone(Edge::Periodic, 4.0));
    xs(&mut app, 5);
    app.world_mut().resource_mut::<Crowd<Flock>>().pause();
    assert_eq!(xs(&mut app, 7), [5.5, 5.75, 6.0, 6.0, 6.0, 6.0, 6.0]);
    app.world_mut().resource_mut::<Crowd<Flock>>().resume();
    assert_eq!(xs(&mut app, 5), [6.0, 6.0, 6.0, 6.0, 6.25]);
}

#[test]
fn a_scene_may_lie_on_the_ground_and_members_look_where_they_go() {
    let plugin = CrowdPlugin::<Flock>::new()
        .transforms(Transforms::on_ground())
        .facing(|boid: &boid::Row<Plane>| Vec3::new(boid.velocity.x, boid.velocity.y, 0.0));
    let plan = alone(Edge::Periodic, 4.0).placed(|_, boid: &mut boid::Row<Plane>| {
        (boid.position.x, boid.position.y) = (4.0, 5.0);
        (boid.velocity.x, boid.velocity.y) = (0.0, 2.0);
    });
    let mut app = app(plan, plugin);
    app.update();
    let mut query = app.world_mut().query::<(&Member<Flock>, &Transform)>();
    let (_, transform) = query.single(app.world()).unwrap();
    assert!(transform.translation.abs_diff_eq(Vec3::new(4.0, 0.0, -6.0), 1e-5), "{transform:?}");
    let ahead = transform.rotation * Vec3::X;
    assert!(ahead.abs_diff_eq(Vec3::NEG_Z, 1e-5), "{ahead}");
}

#[test]
fn in_space_the_third_axis_has_a_seam_too() {
    let world = World::space(20.0, 10.0, 10.0, Edge::Periodic).unwrap();
    let setup = Setup { world, population: 1, seed: 1, dt: 0.5 };
    let plan: Plan<Boids<Space>> =
        Plan::new(setup, Boids::<Space>::default()).placed(|_, boid: &mut boid::Row<Space>| {
            (boid.position.x, boid.position.y, boid.position.z) = (5.0, 5.0, 8.5);
            (boid.velocity.x, boid.velocity.y, boid.velocity.z) = (0.0, 0.0, 2.0);
        });
    let mut app = app(plan, CrowdPlugin::new().transforms(Transforms::default()));
    app.update();
    pace(&mut app, 0.5);
    let mut seen = Vec::new();
    for _ in 0..4 {
        app.update();
        seen.push(place::<Boids<Space>>(&mut app).z);
    }
    assert_eq!(seen, [9.5, 9.5, 0.0, 0.5]);
}

#[test]
fn the_course_of_a_member_is_its_way_in_the_last_tick() {
    let plugin = CrowdPlugin::<Flock>::new().transforms(Transforms::default());
    let mut app = app(super::flock(200), plugin);
    frames(&mut app, 3);
    let mut query = app.world_mut().query::<&Course<Flock>>();
    for course in query.iter(app.world()) {
        let way = (course.to - course.from).length();
        assert!((0.5 * 0.05 - 1e-4..=2.0 * 0.05 + 1e-4).contains(&way), "{course:?}");
    }
}
