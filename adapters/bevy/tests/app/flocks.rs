//! Flocks of the ECS's own entities.

use bevy_app::{App, TaskPoolPlugin};
use bevy_ecs::message::Messages;
use bevy_ecs::prelude::Component;
use bevy_flockwork::kernel::{Axis, Edge, Plane, Space, World, rng};
use bevy_flockwork::{FlockPlugin, FlockRules, NearbyPlugin, NotSteered, Velocity};
use bevy_math::Vec3;
use bevy_time::{Fixed, Time, TimePlugin, TimeUpdateStrategy};
use bevy_transform::components::Transform;

/// Its number.
#[derive(Component)]
struct Bird(u32);

/// What a bird is: its place and its velocity.
type State = (Vec3, Vec3);

fn birds(count: u32, size: f32) -> Vec<State> {
    let bird = |id| {
        let words: [f32; 4] = rng::draw(3, 0, id, 0).map(rng::unit);
        let more: [f32; 4] = rng::draw(3, 0, id, 1).map(rng::unit);
        let at = Vec3::new(words[0], words[1], words[2]) * size;
        (at, Vec3::new(words[3], more[0], more[1]) * 2.0 - 1.0)
    };
    (0..count).map(bird).collect()
}

fn app<P: bevy_app::Plugin, Q: bevy_app::Plugin>(birds: &[State], nearby: P, flock: Q) -> App {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), TimePlugin, nearby, flock));
    app.insert_resource(TimeUpdateStrategy::FixedTimesteps(1));
    app.insert_resource(Time::<Fixed>::from_seconds(0.0625));
    let all: Vec<_> = (0..)
        .zip(birds)
        .map(|(id, (at, velocity))| {
            (Bird(id), Transform::from_translation(*at), Velocity(*velocity))
        })
        .collect();
    app.world_mut().spawn_batch(all);
    app.update();
    app
}

fn states(app: &mut App) -> Vec<State> {
    let mut query = app.world_mut().query::<(&Bird, &Transform, &Velocity)>();
    let mut all: Vec<_> = query
        .iter(app.world())
        .map(|(bird, transform, velocity)| (bird.0, (transform.translation, velocity.0)))
        .collect();
    all.sort_unstable_by_key(|(id, _)| *id);
    all.into_iter().map(|(_, state)| state).collect()
}

/// The same rules, one bird at a time, by looking at everybody.
fn slowly(birds: &[State], rules: &FlockRules, dt: f32, way: impl Fn(Vec3) -> Vec3) -> Vec<State> {
    let one = |(at, velocity): &State| {
        let (mut away, mut along, mut together) = (Vec3::ZERO, Vec3::ZERO, Vec3::ZERO);
        let mut count = 0.0;
        for (other, heading) in birds {
            let offset = way(*other - *at);
            let d2 = offset.length_squared();
            if d2 > 0.0 && d2 < rules.radius * rules.radius {
                away -= offset / d2;
                along += *heading;
                together += offset;
                count += 1.0;
            }
        }
        let mut change = away * rules.separation;
        if count > 0.0 {
            change += (along / count - *velocity) * rules.alignment;
            change += together / count * rules.cohesion;
        }
        let velocity = (*velocity + change * dt).clamp_length(rules.min_speed, rules.max_speed);
        (*at + velocity * dt, velocity)
    };
    birds.iter().map(one).collect()
}

fn close(some: &[State], others: &[State], way: impl Fn(Vec3) -> Vec3) {
    assert_eq!(some.len(), others.len());
    for ((at, velocity), (other_at, other)) in some.iter().zip(others) {
        assert!(way(*at - *other_at).length() < 1e-3, "{at} {other_at}");
        assert!((*velocity - *other).length() < 1e-3, "{velocity} {other}");
    }
}

#[test]
fn a_flock_in_space_is_that_of_its_twin_which_looks_at_everybody() {
    let rules = FlockRules { radius: 1.5, ..FlockRules::default() };
    let mut twin = birds(300, 6.0);
    let (nearby, flock) =
        (NearbyPlugin::<Bird, Space>::space(1.5), FlockPlugin::<Bird>::new(rules));
    let mut app = app(&twin, nearby, flock);
    close(&states(&mut app), &twin, |way| way);
    for _ in 0..3 {
        app.update();
        twin = slowly(&twin, &rules, 0.0625, |way| way);
        close(&states(&mut app), &twin, |way| way);
    }
}

#[test]
fn on_the_ground_a_flock_sees_over_seams_and_keeps_its_heights() {
    let world = World::new(8.0, 8.0, Edge::Periodic).unwrap();
    let rules = FlockRules { radius: 1.0, ..FlockRules::default() };
    let start = birds(200, 8.0);
    let mut twin: Vec<State> =
        start.iter().map(|(at, velocity)| (at.with_y(0.0), velocity.with_y(0.0))).collect();
    let nearby = NearbyPlugin::<Bird, Plane>::ground(1.0).world(world);
    let mut app = app(&start, nearby, FlockPlugin::<Bird, Plane>::new(rules));
    let short = |way: Vec3| way - 8.0 * (way / 8.0).round();
    for _ in 0..3 {
        app.update();
        twin = slowly(&twin, &rules, 0.0625, short);
    }
    let now = states(&mut app);
    let flat: Vec<State> =
        now.iter().map(|(at, velocity)| (at.with_y(0.0), velocity.with_y(0.0))).collect();
    close(&flat, &twin, short);
    for ((at, velocity), (before, first)) in now.iter().zip(&start) {
        assert_eq!((at.y, velocity.y), (before.y, first.y));
        assert!((0.0..8.0).contains(&at.x) && (0.0..8.0).contains(&at.z), "{at}");
    }
}

#[test]
fn walls_turn_birds_round() {
    let world = World::of(&[Axis::wall(10.0), Axis::wall(10.0)]).unwrap();
    let nearby = NearbyPlugin::<Bird, Plane>::plane(1.0).world(world);
    let flock = FlockPlugin::<Bird, Plane>::new(FlockRules::default());
    let bird = (Vec3::new(9.95, 5.0, 7.0), Vec3::new(2.0, 0.0, 0.0));
    let mut app = app(&[bird], nearby, flock);
    app.update();
    let (at, velocity) = states(&mut app)[0];
    assert!(at.abs_diff_eq(Vec3::new(9.925, 5.0, 7.0), 1e-4), "{at}");
    assert_eq!(velocity, Vec3::new(-2.0, 0.0, 0.0));
}

#[test]
fn bad_rules_are_told_and_nobody_moves_until_they_are_good() {
    let (nearby, flock) =
        (NearbyPlugin::<Bird, Space>::space(1.0), FlockPlugin::<Bird>::new(FlockRules::default()));
    let start = birds(20, 4.0);
    let mut app = app(&start, nearby, flock);
    let told = |app: &mut App, rules: FlockRules| -> Vec<NotSteered> {
        app.insert_resource(rules);
        app.update();
        app.world_mut().resource_mut::<Messages<NotSteered>>().drain().collect()
    };
    let rules = FlockRules { cohesion: f32::NAN, ..FlockRules::default() };
    assert!(matches!(told(&mut app, rules)[..], [NotSteered::Rules(_)]));
    let rules = FlockRules { min_speed: 3.0, ..FlockRules::default() };
    assert!(matches!(told(&mut app, rules)[..], [NotSteered::Rules(_)]));
    let rules = FlockRules { radius: -1.0, ..FlockRules::default() };
    let messages = told(&mut app, rules);
    assert!(matches!(messages[..], [NotSteered::Radius(_)]), "{messages:?}");
    assert_eq!(states(&mut app), start);
    assert!(told(&mut app, FlockRules::default()).is_empty());
    assert_ne!(states(&mut app), start);
}

#[test]
fn birds_without_a_velocity_are_seen_and_stay_where_they_are() {
    let rules = FlockRules { radius: 1.5, ..FlockRules::default() };
    let mut twin = birds(60, 3.0);
    // They stand still, and are in an archetype of their own.
    let still = twin[0].0 + Vec3::splat(0.1);
    let (nearby, flock) =
        (NearbyPlugin::<Bird, Space>::space(1.5), FlockPlugin::<Bird>::new(rules));
    let mut app = app(&twin, nearby, flock);
    let stone = app.world_mut().spawn((Bird(999), Transform::from_translation(still))).id();
    app.update();
    twin.push((still, Vec3::ZERO));
    twin = slowly(&twin, &rules, 0.0625, |way| way);
    twin.pop();
    close(&states(&mut app), &twin, |way| way);
    let stone = app.world().get::<Transform>(stone).map(|one| one.translation);
    assert_eq!(stone, Some(still));
}
