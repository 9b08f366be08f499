//! Who is near whom among the ECS's own transforms.
//!
//! [`NearbyPlugin`] builds an index of the `Transform`s of all entities with a marker, anew in each run of
//! `FixedUpdate`; systems behind it ask [`Nearby`]. It needs no crowd: the ECS owns places, and whatever
//! else there is.
//!
//! Positions are those of `Transform`, not of `GlobalTransform`: entities with parents that move are where
//! they are within these.

use std::fmt;
use std::marker::PhantomData;

use bevy_app::{App, FixedUpdate, Plugin};
use bevy_ecs::prelude::{
    Component, Entity, IntoScheduleConfigs, Message, MessageWriter, Query, ResMut, Resource,
    SystemSet, With,
};
use bevy_math::Vec3;
use bevy_transform::components::Transform;
use flockwork_kernel::{Axes, Axis, Plane, Space, Vector, World};
use flockwork_spatial::{Hit, Index, IndexError, Query as _, QueryError};

/// The index is built.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NearbySystems;

/// Builds an index of the transforms of all entities with the component `T`: in space, or in a plane of
/// it.
pub struct NearbyPlugin<T: Component, A: Axes = Space> {
    view: View<A>,
    radius: f32,
    /// Where it ends; open along all axes where nothing is said.
    world: Option<World>,
    marker: PhantomData<fn() -> T>,
}

/// From the scene to the space of the index.
#[derive(Clone, Copy)]
pub(crate) struct View<A: Axes> {
    pub(crate) to: fn(Vec3) -> Vector<A>,
    pub(crate) back: fn(Vec3, Vector<A>) -> Vec3,
}

impl<T: Component> NearbyPlugin<T, Space> {
    /// In space, for queries of about this radius.
    pub fn space(radius: f32) -> Self {
        let to = |place: Vec3| Vector::<Space>::new(place.x, place.y, place.z);
        let back = |_: Vec3, at: Vector<Space>| Vec3::new(at.x, at.y, at.along(2));
        Self::new(View { to, back }, radius)
    }
}

impl<T: Component> NearbyPlugin<T, Plane> {
    /// In the plane of x and y, as sprites are, for queries of about this radius.
    pub fn plane(radius: f32) -> Self {
        let to = |place: Vec3| Vector::<Plane>::new(place.x, place.y);
        let back = |place: Vec3, at: Vector<Plane>| Vec3::new(at.x, at.y, place.z);
        Self::new(View { to, back }, radius)
    }

    /// On the ground, the plane of x and z, for queries of about this radius.
    pub fn ground(radius: f32) -> Self {
        let to = |place: Vec3| Vector::<Plane>::new(place.x, place.z);
        let back = |place: Vec3, at: Vector<Plane>| Vec3::new(at.x, place.y, at.y);
        Self::new(View { to, back }, radius)
    }
}

impl<T: Component, A: Axes> NearbyPlugin<T, A> {
    fn new(view: View<A>, radius: f32) -> Self {
        Self { view, radius, world: None, marker: PhantomData }
    }

    /// In a world with ends: across a periodic axis entities are near each other over the seam.
    #[must_use]
    pub fn world(mut self, world: World) -> Self {
        self.world = Some(world);
        self
    }

    fn nearby(&self) -> Nearby<T, A> {
        let made = match self.world {
            Some(world) => Index::new(world, self.radius),
            None => Index::unbounded(self.radius),
        };
        let (index, refused) = match made {
            Ok(index) => (index, None),
            Err(error) => (nobody(), Some(error)),
        };
        Nearby {
            index,
            refused,
            view: self.view,
            world: self.world.unwrap_or_else(endless::<A>),
            entities: Vec::new(),
            spare: Vec::new(),
            points: Vec::new(),
            marker: PhantomData,
        }
    }
}

impl<T: Component, A: Axes> Plugin for NearbyPlugin<T, A> {
    /// With a radius that the world does not allow nobody is ever near anybody, and each run writes
    /// [`NotIndexed`] with what is wrong.
    fn build(&self, app: &mut App) {
        app.insert_resource(self.nearby());
        app.add_message::<NotIndexed<T>>();
        app.add_systems(FixedUpdate, rebuild::<T, A>.in_set(NearbySystems));
    }
}

impl<T: Component, A: Axes> fmt::Debug for NearbyPlugin<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NearbyPlugin").field("radius", &self.radius).finish_non_exhaustive()
    }
}

/// The index was not built: one of the transforms is where it cannot be, and the index is still that of
/// the places before; or the plugin has a radius that cannot be, and the index is empty.
#[derive(Message)]
pub struct NotIndexed<T: Component> {
    /// Whose transform it is; None if it is the radius.
    pub entity: Option<Entity>,
    /// What is wrong with it.
    pub error: IndexError,
    marker: PhantomData<fn() -> T>,
}

/// Somebody near a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Who.
    pub entity: Entity,
    /// The square of the distance.
    pub d2: f32,
}

/// The entities with the component `T` by their places, as of the begin of this run of `FixedUpdate`.
#[derive(Resource)]
pub struct Nearby<T: Component, A: Axes = Space> {
    index: Index<A>,
    /// Why there is no index of the plugin's radius.
    refused: Option<IndexError>,
    view: View<A>,
    world: World,
    entities: Vec<Entity>,
    spare: Vec<Entity>,
    points: Vec<Vector<A>>,
    marker: PhantomData<fn() -> T>,
}

impl<T: Component, A: Axes> Nearby<T, A> {
    /// Everybody closer to a place than `r`; an entity that is there itself too.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if the place or the radius is no number that can be asked for.
    pub fn within(
        &self,
        place: Vec3,
        r: f32,
    ) -> Result<impl Iterator<Item = Near> + '_, QueryError> {
        Ok(self.index.within((self.view.to)(place), r)?.filter_map(|hit| self.near(hit)))
    }

    /// The nearest `k` to a place, the nearest first.
    ///
    /// # Errors
    ///
    /// As [`Nearby::within`].
    pub fn nearest(&self, place: Vec3, k: usize) -> Result<Vec<Near>, QueryError> {
        let hits = self.index.nearest_k((self.view.to)(place), k)?;
        Ok(hits.into_iter().filter_map(|hit| self.near(hit)).collect())
    }

    fn near(&self, hit: Hit) -> Option<Near> {
        let entity = *self.entities.get(hit.slot as usize)?;
        Some(Near { entity, d2: hit.d2 })
    }

    /// The index itself, for all that it can be asked: slots are those of [`Nearby::entities`].
    pub fn index(&self) -> &Index<A> {
        &self.index
    }

    /// The entity of each slot.
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    pub(crate) fn view(&self) -> View<A> {
        self.view
    }

    /// Its world: open along all axes where none was given.
    pub fn world(&self) -> &World {
        &self.world
    }
}

impl<T: Component, A: Axes> fmt::Debug for Nearby<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nearby").field("len", &self.entities.len()).finish_non_exhaustive()
    }
}

fn rebuild<T: Component, A: Axes>(
    mut nearby: ResMut<Nearby<T, A>>,
    query: Query<(Entity, &Transform), With<T>>,
    mut messages: MessageWriter<NotIndexed<T>>,
) {
    let Nearby { index, refused, view, entities, spare, points, .. } = &mut *nearby;
    if let Some(error) = *refused {
        messages.write(NotIndexed { entity: None, error, marker: PhantomData });
        return;
    }
    spare.clear();
    points.clear();
    for (entity, transform) in &query {
        spare.push(entity);
        points.push((view.to)(transform.translation));
    }
    match index.rebuild(points.as_slice()) {
        Ok(()) => std::mem::swap(entities, spare),
        Err(error) => {
            let entity = slot(&error).and_then(|slot| spare.get(slot as usize)).copied();
            messages.write(NotIndexed { entity, error, marker: PhantomData });
        }
    }
}

/// The slot that an error names.
fn slot(error: &IndexError) -> Option<u32> {
    match error {
        IndexError::NotFinite { index, .. } | IndexError::Outside { index, .. } => Some(*index),
        _ => None,
    }
}

/// An index of nobody.
fn nobody<A: Axes>() -> Index<A> {
    Index::unbounded(1.0).unwrap_or_else(|_| unreachable!("a radius of 1 is usable"))
}

/// A world without ends.
fn endless<A: Axes>() -> World {
    let axes = [Axis::open(1.0); World::MOST_AXES];
    World::of(&axes[..A::COUNT]).unwrap_or_else(|_| unreachable!("axes of length 1 are usable"))
}
