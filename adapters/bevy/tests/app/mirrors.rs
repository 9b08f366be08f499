//! Members and their components follow the crowd, tick by tick.

use std::collections::{BTreeMap, BTreeSet};

use bevy_app::{App, FixedUpdate};
use bevy_ecs::prelude::{
    Changed, Component, Entity, IntoScheduleConfigs, Query, ResMut, Resource, With,
};
use bevy_flockwork::kernel::Plane;
use bevy_flockwork::scheduler::Model;
use bevy_flockwork::{Crowd, CrowdPlugin, CrowdSystems, Member, Members, Plan, Transforms};
use bevy_math::{Vec2, Vec3};
use bevy_transform::components::Transform;
use epidemic::Epidemic;
use flockwork_models::Tribes;
use flockwork_models::boids::boid;
use flockwork_models::tribes::TribesParams;

use super::{Flock, app, crowd, flock, frames};

type People = Tribes<Plane>;

#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
struct Velocity(Vec2);

#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
struct Health(u8);

fn tribes() -> Plan<People> {
    Plan::new(super::setup(600, 28.0, 14.0), TribesParams::default())
}

/// The entities that mirror the crowd, by id.
fn members<M: Model>(app: &mut App) -> BTreeMap<u32, Entity> {
    let mut query = app.world_mut().query::<(&Member<M>, Entity)>();
    let all: Vec<_> = query.iter(app.world()).map(|(one, entity)| (one.id(), entity)).collect();
    let map: BTreeMap<u32, Entity> = all.iter().copied().collect();
    assert_eq!(all.len(), map.len(), "two members of one id");
    let table = app.world().resource::<Members<M>>();
    assert_eq!(table.len(), map.len());
    map.iter().for_each(|(id, entity)| assert_eq!(table.entity(*id), Some(*entity)));
    map
}

fn ids<M: Model>(app: &App) -> BTreeSet<u32> {
    let mut ids = BTreeSet::new();
    let simulation = crowd::<M>(app).simulation();
    simulation.visit(|id, _, _| assert!(ids.insert(id))).unwrap();
    ids
}

#[test]
fn who_is_born_appears_and_who_dies_vanishes_and_nobody_else_changes() {
    let mut app = app(tribes(), CrowdPlugin::<People>::new().transforms(Transforms::at_ticks()));
    app.update();
    let mut before = members::<People>(&mut app);
    let (mut born, mut died) = (0, 0);
    for _ in 0..60 {
        app.update();
        let now = members::<People>(&mut app);
        assert_eq!(now.keys().copied().collect::<BTreeSet<_>>(), ids::<People>(&app));
        for (id, entity) in &before {
            match now.get(id) {
                Some(same) => assert_eq!(same, entity),
                None => {
                    died += 1;
                    assert!(app.world().get_entity(*entity).is_err(), "{id} is still there");
                }
            }
        }
        born += now.keys().filter(|id| !before.contains_key(id)).count();
        before = now;
    }
    assert!(born > 10 && died > 10, "{born} births, {died} deaths");
}

#[test]
fn transforms_and_components_are_those_of_the_crowd() {
    let plugin = CrowdPlugin::<Flock>::new()
        .transforms(Transforms::at_ticks())
        .mirror(|boid: &boid::Row<Plane>| Velocity(Vec2::new(boid.velocity.x, boid.velocity.y)));
    let mut app = app(flock(300), plugin);
    for _ in 0..5 {
        app.update();
        let members = members::<Flock>(&mut app);
        assert_eq!(members.len(), 300);
        let world = app.world();
        crowd::<Flock>(&app)
            .simulation()
            .visit(|id, columns, row| {
                let boid = <boid::Columns<Plane> as bevy_flockwork::kernel::columns::Columns>::row(
                    columns, row,
                );
                let transform = world.get::<Transform>(members[&id]).unwrap();
                assert_eq!(transform.translation, Vec3::new(boid.position.x, boid.position.y, 0.0));
                let velocity = Vec2::new(boid.velocity.x, boid.velocity.y);
                assert_eq!(world.get(members[&id]), Some(&Velocity(velocity)));
            })
            .unwrap();
    }
}

#[derive(Resource, Default)]
struct Changes(usize);

#[test]
fn a_component_counts_as_changed_only_where_its_value_does() {
    let plugin =
        CrowdPlugin::<Epidemic>::new().mirror(|one: &epidemic::person::Row| Health(one.health));
    let plan = Plan::new(super::setup(2000, 40.0, 40.0), Epidemic::default());
    let mut app = app(plan, plugin);
    app.init_resource::<Changes>();
    let count = |query: Query<(), Changed<Health>>, mut changes: ResMut<Changes>| {
        changes.0 += query.iter().count();
    };
    app.add_systems(FixedUpdate, count.after(CrowdSystems::Mirror));
    app.update();
    app.world_mut().resource_mut::<Changes>().0 = 0;
    let healths = |app: &mut App| -> BTreeMap<Entity, Health> {
        let mut query = app.world_mut().query::<(Entity, &Health)>();
        query.iter(app.world()).map(|(entity, health)| (entity, *health)).collect()
    };
    let (mut before, mut changed) = (healths(&mut app), 0);
    for _ in 0..10 {
        app.update();
        let now = healths(&mut app);
        changed += now.iter().filter(|(entity, health)| before[*entity] != **health).count();
        before = now;
    }
    assert!(changed > 0);
    assert_eq!(app.world().resource::<Changes>().0, changed);
}

#[test]
fn after_another_beginning_all_members_are_new_ones() {
    let mut app = app(tribes(), CrowdPlugin::<People>::new().members());
    frames(&mut app, 20);
    let before = members::<People>(&mut app);
    app.world_mut().resource_mut::<Crowd<People>>().reset().unwrap();
    app.update();
    let now = members::<People>(&mut app);
    assert_eq!(now.keys().copied().collect::<BTreeSet<_>>(), ids::<People>(&app));
    assert!(before.values().all(|entity| app.world().get_entity(*entity).is_err()));
    // Another resource in its place, at the same tick.
    app.insert_resource(Crowd::new(flock_of_tribes(37)).unwrap());
    app.world_mut().resource_mut::<Crowd<People>>().step().unwrap();
    app.world_mut().resource_mut::<Crowd<People>>().pause();
    app.update();
    assert_eq!(members::<People>(&mut app).len(), ids::<People>(&app).len());
}

fn flock_of_tribes(population: u32) -> Plan<People> {
    Plan::new(super::setup(population, 28.0, 14.0), TribesParams::default())
}

#[test]
fn members_follow_when_the_app_computes_ticks_by_itself() {
    let mut app = app(tribes(), CrowdPlugin::<People>::new().members());
    app.update();
    for _ in 0..40 {
        app.world_mut().resource_mut::<Crowd<People>>().step().unwrap();
    }
    app.update();
    let now = members::<People>(&mut app);
    assert_eq!(now.keys().copied().collect::<BTreeSet<_>>(), ids::<People>(&app));
}

#[test]
fn without_the_crowd_nobody_mirrors_it() {
    let mut app = app(flock(40), CrowdPlugin::<Flock>::new().members());
    frames(&mut app, 2);
    assert_eq!(members::<Flock>(&mut app).len(), 40);
    app.world_mut().remove_resource::<Crowd<Flock>>();
    app.update();
    assert!(members::<Flock>(&mut app).is_empty());
}

#[test]
fn a_member_that_the_app_despawns_lives_on_in_the_crowd() {
    let mut app = app(tribes(), CrowdPlugin::<People>::new().transforms(Transforms::at_ticks()));
    app.update();
    let (id, entity) = members::<People>(&mut app).into_iter().next().unwrap();
    app.world_mut().despawn(entity);
    frames(&mut app, 40);
    let mut query = app.world_mut().query_filtered::<&Member<People>, With<Transform>>();
    assert!(query.iter(app.world()).all(|member| member.id() != id));
}
