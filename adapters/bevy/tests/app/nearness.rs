//! Who is near whom among the ECS's own transforms.

use std::collections::BTreeSet;

use bevy_app::{App, FixedUpdate, TaskPoolPlugin};
use bevy_ecs::message::Messages;
use bevy_ecs::prelude::{
    Component, Entity, IntoScheduleConfigs, Query, Res, ResMut, Resource, With,
};
use bevy_flockwork::kernel::{Edge, Plane, Space, World, rng};
use bevy_flockwork::{Nearby, NearbyPlugin, NearbySystems, NotIndexed};
use bevy_math::Vec3;
use bevy_time::{TimePlugin, TimeUpdateStrategy};
use bevy_transform::components::Transform;

#[derive(Component)]
struct Sheep;

/// Anywhere in a cube of 10.
fn place(number: u32) -> Vec3 {
    let [x, y, z, _] = rng::draw(1, 0, number, 0).map(|word| rng::unit(word) * 10.0);
    Vec3::new(x, y, z)
}

fn app<P: bevy_app::Plugin>(plugin: P) -> App {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), TimePlugin, plugin));
    app.insert_resource(TimeUpdateStrategy::FixedTimesteps(1));
    // Others, whom nobody is to find.
    app.world_mut().spawn_batch((0..50).map(|one| Transform::from_translation(place(one))));
    app.world_mut()
        .spawn_batch((50..350).map(|one| (Sheep, Transform::from_translation(place(one)))));
    app.update();
    app.update();
    app
}

/// All within `r`, by looking at everybody.
fn slowly(app: &mut App, at: Vec3, r: f32, way: impl Fn(Vec3) -> Vec3) -> BTreeSet<Entity> {
    let mut query = app.world_mut().query_filtered::<(Entity, &Transform), With<Sheep>>();
    let near = |one: &Transform| way(one.translation - at).length_squared() <= r * r;
    query.iter(app.world()).filter(|(_, one)| near(one)).map(|(entity, _)| entity).collect()
}

#[test]
fn those_within_a_radius_are_found_in_space_in_the_plane_and_on_the_ground() {
    let at = Vec3::new(4.0, 5.0, 6.0);
    let mut space = app(NearbyPlugin::<Sheep, Space>::space(2.0));
    let found = |near: Vec<bevy_flockwork::Near>| near.iter().map(|one| one.entity).collect();
    let near: BTreeSet<Entity> =
        found(space.world().resource::<Nearby<Sheep, Space>>().within(at, 2.5).unwrap().collect());
    assert!(!near.is_empty());
    assert_eq!(near, slowly(&mut space, at, 2.5, |way| way));

    let mut plane = app(NearbyPlugin::<Sheep, Plane>::plane(2.0));
    let near: BTreeSet<Entity> =
        found(plane.world().resource::<Nearby<Sheep, Plane>>().within(at, 1.5).unwrap().collect());
    assert_eq!(near, slowly(&mut plane, at, 1.5, |way| way.with_z(0.0)));

    let mut ground = app(NearbyPlugin::<Sheep, Plane>::ground(2.0));
    let near: BTreeSet<Entity> =
        found(ground.world().resource::<Nearby<Sheep, Plane>>().within(at, 1.5).unwrap().collect());
    assert_eq!(near, slowly(&mut ground, at, 1.5, |way| way.with_y(0.0)));
}

#[test]
fn in_a_world_with_seams_those_beyond_a_seam_are_near() {
    let world = World::space(10.0, 10.0, 10.0, Edge::Periodic).unwrap();
    let mut app = app(NearbyPlugin::<Sheep, Space>::space(2.0).world(world));
    let at = Vec3::new(0.1, 9.9, 5.0);
    let nearby = app.world().resource::<Nearby<Sheep, Space>>();
    let near: BTreeSet<Entity> = nearby.within(at, 2.5).unwrap().map(|one| one.entity).collect();
    let short = |way: Vec3| way - 10.0 * (way / 10.0).round();
    let wanted = slowly(&mut app, at, 2.5, short);
    assert!(wanted.len() > slowly(&mut app, at, 2.5, |way| way).len());
    assert_eq!(near, wanted);
}

#[derive(Resource, Default)]
struct Found(Vec<Entity>);

#[test]
fn systems_behind_the_index_find_who_is_there_in_this_run() {
    let mut app = app(NearbyPlugin::<Sheep, Space>::space(1.0));
    app.init_resource::<Found>();
    let look = |nearby: Res<Nearby<Sheep, Space>>, mut found: ResMut<Found>| {
        found.0 =
            nearby.nearest(Vec3::splat(100.0), 2).unwrap().iter().map(|one| one.entity).collect();
    };
    app.add_systems(FixedUpdate, look.after(NearbySystems));
    let far = |x: f32| (Sheep, Transform::from_xyz(x, 100.0, 100.0));
    let (one, other) =
        (app.world_mut().spawn(far(101.0)).id(), app.world_mut().spawn(far(103.0)).id());
    app.update();
    assert_eq!(app.world().resource::<Found>().0, [one, other]);
    let jump = |mut query: Query<&mut Transform, With<Sheep>>| {
        for mut transform in query.iter_mut().filter(|one| one.translation.x == 103.0) {
            transform.translation.x = 100.5;
        }
    };
    app.add_systems(FixedUpdate, jump.before(NearbySystems));
    app.update();
    assert_eq!(app.world().resource::<Found>().0, [other, one]);
    app.world_mut().despawn(other);
    app.update();
    assert_eq!(app.world().resource::<Found>().0[0], one);
}

#[test]
fn a_transform_that_is_no_place_is_told_and_the_index_stays() {
    let mut app = app(NearbyPlugin::<Sheep, Space>::space(1.0));
    let lost = app.world_mut().spawn((Sheep, Transform::from_xyz(1.0, f32::NAN, 1.0))).id();
    app.update();
    let mut messages = app.world_mut().resource_mut::<Messages<NotIndexed<Sheep>>>();
    let told: Vec<_> = messages.drain().map(|message| message.entity).collect();
    assert_eq!(told, [Some(lost)]);
    let nearby = app.world().resource::<Nearby<Sheep, Space>>();
    assert_eq!((nearby.index().len(), nearby.entities().len()), (300, 300));
    assert!(nearby.within(Vec3::NAN, 1.0).is_err());
    app.world_mut().despawn(lost);
    app.world_mut().spawn((Sheep, Transform::from_xyz(1.0, 1.0, 1.0)));
    app.update();
    assert_eq!(app.world().resource::<Nearby<Sheep, Space>>().entities().len(), 301);
}

#[test]
fn a_radius_that_the_world_does_not_allow_is_told_in_each_run_and_nobody_is_near() {
    let world = World::space(10.0, 10.0, 10.0, Edge::Periodic).unwrap();
    for (radius, plugin) in [
        ("-1", NearbyPlugin::<Sheep, Space>::space(-1.0)),
        ("6", NearbyPlugin::<Sheep, Space>::space(6.0).world(world)),
    ] {
        let mut app = app(plugin);
        app.world_mut().resource_mut::<Messages<NotIndexed<Sheep>>>().clear();
        app.update();
        let mut messages = app.world_mut().resource_mut::<Messages<NotIndexed<Sheep>>>();
        let told: Vec<_> = messages.drain().collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].entity, None);
        assert!(told[0].error.to_string().contains(radius), "{}", told[0].error);
        let nearby = app.world().resource::<Nearby<Sheep, Space>>();
        assert_eq!(nearby.within(Vec3::splat(5.0), 2.0).unwrap().count(), 0);
    }
}
