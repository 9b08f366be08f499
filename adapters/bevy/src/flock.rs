//! Flocks of the ECS's own entities: steering by who is near, over `Transform` and [`Velocity`].
//!
//! In each run of `FixedUpdate`, behind the index of [`NearbyPlugin`](crate::NearbyPlugin):
//!
//! 1. gather: velocities, in the order of the index, which holds the places already
//! 2. compute: eight entities at a time, separation, alignment and cohesion by
//!    [`flockwork_kernel::steer::flock`], then the way of one step, with the ends of the world
//! 3. scatter: velocities and translations, where they came from
//!
//! The ECS owns everything, so a system may change any entity at any time. It is no simulation of its own:
//! results depend on the order in which the ECS keeps its entities, and on nothing else.

use std::fmt;
use std::marker::PhantomData;

use bevy_app::{App, FixedUpdate, Plugin};
use bevy_ecs::prelude::{
    Component, Entity, IntoScheduleConfigs, Local, Message, MessageWriter, Query, Res, Resource,
    SystemSet, With,
};
use bevy_math::Vec3;
use bevy_time::{Fixed, Time};
use bevy_transform::components::Transform;
use flockwork_kernel::axes::Third as _;
use flockwork_kernel::integrate::EdgeLanes;
use flockwork_kernel::isa::Isa;
use flockwork_kernel::simd::{F32x8, Vector8};
use flockwork_kernel::steer::flock::Flock;
use flockwork_kernel::{Axes, LANES, Space, Vector, World};
use flockwork_spatial::neighbours::{Tile, Visit};
use flockwork_spatial::{Indexed as _, Neighbours as _, Pair, Places, QueryError};

use crate::nearby::{Nearby, NearbySystems};

/// How fast an entity goes, and where to, in the scene; length per second.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
pub struct Velocity(pub Vec3);

/// What entities with the component `T` do about those near them; may be changed at any time.
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub struct FlockRules {
    /// How far an entity sees.
    pub radius: f32,
    /// Away from others, each weighted with 1 / distance.
    pub separation: f32,
    /// Along with others.
    pub alignment: f32,
    /// Towards the middle of others.
    pub cohesion: f32,
    /// The least speed.
    pub min_speed: f32,
    /// The highest speed.
    pub max_speed: f32,
}

impl Default for FlockRules {
    fn default() -> Self {
        Self {
            radius: 1.0,
            separation: 0.5,
            alignment: 1.0,
            cohesion: 0.5,
            min_speed: 0.5,
            max_speed: 2.0,
        }
    }
}

impl FlockRules {
    /// Whether all are numbers, and the least speed is not above the highest.
    fn check(&self) -> Result<(), NotSteered> {
        let Self { separation, alignment, cohesion, min_speed, max_speed, .. } = *self;
        let all = [separation, alignment, cohesion, min_speed, max_speed];
        match all.iter().all(|rule| rule.is_finite()) && 0.0 <= min_speed && min_speed <= max_speed
        {
            true => Ok(()),
            false => Err(NotSteered::Rules(*self)),
        }
    }
}

/// Entities were not steered in this run, and stay where they are.
#[derive(Message, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NotSteered {
    /// One of the rules is no finite number, or the least speed is not from 0 to the highest.
    Rules(FlockRules),
    /// The radius is none that the index can be asked for.
    Radius(QueryError),
}

impl fmt::Display for NotSteered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rules(rules) => {
                write!(f, "{rules:?}: rules must be finite numbers, and speeds in order from 0 on")
            }
            Self::Radius(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NotSteered {}

/// Steers and moves all entities with `T`, a `Transform` and a [`Velocity`] in each run of
/// `FixedUpdate`, by the resource [`FlockRules`]. It needs [`NearbyPlugin`](crate::NearbyPlugin) of `T`.
#[derive(Clone, Copy)]
pub struct FlockPlugin<T: Component, A: Axes = Space> {
    rules: FlockRules,
    marker: PhantomData<fn() -> (T, A)>,
}

impl<T: Component, A: Axes> FlockPlugin<T, A> {
    /// By these rules.
    pub fn new(rules: FlockRules) -> Self {
        Self { rules, marker: PhantomData }
    }
}

/// Entities are steered and moved.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlockSystems;

impl<T: Component, A: Axes> Plugin for FlockPlugin<T, A> {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.rules).add_message::<NotSteered>();
        app.add_systems(FixedUpdate, flock::<T, A>.in_set(FlockSystems).after(NearbySystems));
    }
}

impl<T: Component, A: Axes> fmt::Debug for FlockPlugin<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlockPlugin").field("rules", &self.rules).finish()
    }
}

/// Velocities in the order of the index, and where and how fast each slot is afterwards.
#[derive(Default)]
struct Columns<A: Axes> {
    by_slot: Vec<Vector<A>>,
    velocities: Vec<Vector<A>>,
    moved: Vec<(Vector<A>, Vector<A>)>,
}

/// Entities that are steered.
type Steered<'w, 's, T> =
    Query<'w, 's, (Entity, &'static mut Transform, &'static mut Velocity), With<T>>;

fn flock<T: Component, A: Axes>(
    nearby: Res<Nearby<T, A>>,
    rules: Res<FlockRules>,
    time: Res<Time<Fixed>>,
    mut query: Steered<T>,
    mut columns: Local<Columns<A>>,
    mut messages: MessageWriter<NotSteered>,
) {
    let (index, view, entities) = (nearby.index(), nearby.view(), nearby.entities());
    let Columns { by_slot, velocities, moved } = &mut *columns;
    by_slot.clear();
    // As a rule the ECS shows the same entities in the same order as when the index was built: then nobody
    // has to be looked up, which takes most of the time of a step.
    let in_order = query.iter().map(|(entity, ..)| entity).eq(entities.iter().copied());
    if in_order {
        by_slot.extend(query.iter().map(|(_, _, velocity)| (view.to)(velocity.0)));
    } else {
        let velocity = |entity: &Entity| query.get(*entity).map_or(Vec3::ZERO, |(_, _, own)| own.0);
        by_slot.extend(entities.iter().map(|entity| (view.to)(velocity(entity))));
    }
    velocities.clear();
    velocities.extend(index.order().iter().map(|entry| by_slot[entry.slot() as usize]));
    moved.resize(velocities.len(), Default::default());
    let (places, dt) = (index.positions(), time.timestep().as_secs_f32());
    let mut steer = Steer { rules: *rules, dt, world: *nearby.world(), places, velocities, moved };
    let done = rules.check().and_then(|()| {
        index.visit_each(rules.radius, velocities, &mut steer).map_err(NotSteered::Radius)
    });
    if let Err(error) = done {
        messages.write(error);
        return;
    }
    let write = |transform: &mut Transform, own: &mut Velocity, moved: &(Vector<A>, Vector<A>)| {
        transform.translation = (view.back)(transform.translation, moved.0);
        own.0 = (view.back)(own.0, moved.1);
    };
    if in_order {
        for ((_, mut transform, mut own), moved) in query.iter_mut().zip(&*moved) {
            write(&mut transform, &mut own, moved);
        }
    } else {
        for (entity, moved) in entities.iter().zip(&*moved) {
            if let Ok((_, mut transform, mut own)) = query.get_mut(*entity) {
                write(&mut transform, &mut own, moved);
            }
        }
    }
}

/// The flock in lanes.
struct Steer<'a, A: Axes> {
    rules: FlockRules,
    dt: f32,
    world: World,
    places: Places<'a, A>,
    velocities: &'a [Vector<A>],
    moved: &'a mut [(Vector<A>, Vector<A>)],
}

impl<A: Axes> Visit for Steer<'_, A> {
    type Axes = A;
    type Shown = Vector<A>;
    type Tile<S: Isa> = Vector8<A, S>;
    type Sum<S: Isa> = Flock<A, S>;
    const SELECTIVE: bool = true;

    #[inline(always)]
    fn load<S: Isa>(&mut self, tile: Tile<'_>) -> (Vector8<A, S>, Flock<A, S>) {
        let [mut x, mut y, mut z] = [[0.0; LANES]; 3];
        let own = self.velocities.iter().skip(tile.first).take(tile.entries.len());
        for (lane, velocity) in own.enumerate() {
            (x[lane], y[lane], z[lane]) = (velocity.x, velocity.y, velocity.along(2));
        }
        let [x, y, z] = [x, y, z].map(F32x8::from_array);
        (Vector8::of(x, y, z), Flock::default())
    }

    #[inline(always)]
    fn pair<S: Isa>(
        &mut self,
        _: &Vector8<A, S>,
        other: &Vector<A>,
        pair: &Pair<A, S>,
        sum: &mut Flock<A, S>,
    ) {
        sum.add(pair.near, pair.offset, pair.d2, Vector8::all(*other));
    }

    #[inline(always)]
    fn finish<S: Isa>(&mut self, tile: Tile<'_>, own: &Vector8<A, S>, sum: &Flock<A, S>) {
        let rules = &self.rules;
        let (away, along, together) = sum.finish(*own);
        let change = away * F32x8::splat(rules.separation)
            + along * F32x8::splat(rules.alignment)
            + together * F32x8::splat(rules.cohesion);
        let dt = F32x8::splat(self.dt);
        let (low, high) = (F32x8::splat(rules.min_speed), F32x8::splat(rules.max_speed));
        let velocity = (*own + change * dt).clamped(low, high);
        let place = self.places.load::<S>(tile.first) + velocity * dt;
        let (place, velocity) = EdgeLanes::<A, S>::of(&self.world).bound(place, velocity);
        let (place, velocity) = (Lanes::of(place), Lanes::of(velocity));
        for (lane, entry) in tile.entries.iter().enumerate() {
            if let Some(moved) = self.moved.get_mut(entry.slot() as usize) {
                *moved = (place.get(lane), velocity.get(lane));
            }
        }
    }
}

/// Eight vectors as plain numbers.
struct Lanes([[f32; LANES]; 3]);

impl Lanes {
    #[inline(always)]
    fn of<A: Axes, S: Isa>(vectors: Vector8<A, S>) -> Self {
        let z = if A::SPACE { vectors.z.or(F32x8::ZERO) } else { F32x8::ZERO };
        Self([vectors.x.to_array(), vectors.y.to_array(), z.to_array()])
    }

    #[inline(always)]
    fn get<A: Axes>(&self, lane: usize) -> Vector<A> {
        let [x, y, z] = &self.0;
        Vector::of(x[lane], y[lane], z[lane])
    }
}
