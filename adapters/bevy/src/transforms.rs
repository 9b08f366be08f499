//! Transforms of members: where entities are, at a tick or between two.
//!
//! `FixedUpdate` runs at times of its own, some times a frame or not at all. So that motion is smooth, a
//! frame shows each entity between its place at the last tick but one and that at the last tick, by how much
//! time has passed since (`Time<Fixed>::overstep_fraction`): one tick late, and never beyond what was
//! computed. Across the seam of a periodic axis an entity goes the short way. A crowd that stands still
//! stands at its last tick.

use std::fmt;
use std::marker::PhantomData;

use bevy_ecs::prelude::{Component, Query, Res, Resource};
use bevy_math::{Quat, Vec3};
use bevy_time::{Fixed, Time};
use bevy_transform::components::Transform;
use flockwork_kernel::{Axes, Vector, World};
use flockwork_scheduler::Model;
use flockwork_scheduler::model::AxesOf;

use crate::crowd::Crowd;
use crate::members::{Member, Members};

/// How members have transforms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transforms {
    /// From the coordinates of the crowd to those of the scene: the plane is at z = 0 before it.
    pub scene: Transform,
    /// Whether a frame shows entities between two ticks; otherwise at the last one.
    pub interpolate: bool,
}

impl Default for Transforms {
    fn default() -> Self {
        Self { scene: Transform::IDENTITY, interpolate: true }
    }
}

impl Transforms {
    /// At the last tick.
    pub fn at_ticks() -> Self {
        Self { interpolate: false, ..Self::default() }
    }

    /// On the ground: the y axis of the crowd is the negative z axis of the scene, so that it is seen
    /// from above as it is in the plane.
    pub fn on_ground() -> Self {
        let rotation = Quat::from_rotation_x(-std::f32::consts::FRAC_PI_2);
        Self { scene: Transform::from_rotation(rotation), ..Self::default() }
    }
}

/// How the members of a crowd have transforms, while the app runs.
#[derive(Resource)]
pub struct Placing<M: Model> {
    /// From the coordinates of the crowd to those of the scene.
    pub scene: Transform,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Placing<M> {
    pub(crate) fn new(transforms: Transforms) -> Self {
        Self { scene: transforms.scene, model: PhantomData }
    }
}

impl<M: Model> fmt::Debug for Placing<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Placing").field("scene", &self.scene).finish_non_exhaustive()
    }
}

/// Where an entity was one tick ago and where it is now, in the coordinates of the crowd.
#[derive(Component)]
pub struct Course<M: Model> {
    /// One tick ago: in a world with seams the image of it that is nearest to `to`.
    pub from: Vec3,
    /// Now; no number before the first tick.
    pub to: Vec3,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Default for Course<M> {
    fn default() -> Self {
        Self { from: Vec3::NAN, to: Vec3::NAN, model: PhantomData }
    }
}

impl<M: Model> Course<M> {
    /// Goes on to where the entity is after another tick.
    fn advance(&mut self, to: Vec3, seams: &Seams) {
        self.from = if self.to.is_nan() { to } else { seams.nearest(self.to, to) };
        self.to = to;
    }

    /// The place between the two.
    fn between(&self, share: f32, seams: &Seams) -> Vec3 {
        seams.inside(self.from.lerp(self.to, share))
    }
}

impl<M: Model> fmt::Debug for Course<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Course").field("from", &self.from).field("to", &self.to).finish()
    }
}

/// Where an entity looked one tick ago and where it looks now, in the coordinates of the crowd: of length 1,
/// or zero.
#[derive(Component)]
pub struct Facing<M: Model> {
    /// One tick ago.
    pub from: Vec3,
    /// Now; no number before the first tick.
    pub to: Vec3,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Default for Facing<M> {
    fn default() -> Self {
        Self { from: Vec3::NAN, to: Vec3::NAN, model: PhantomData }
    }
}

impl<M: Model> Facing<M> {
    pub(crate) fn turn(&mut self, to: Vec3) {
        let to = to.normalize_or_zero();
        self.from = if self.to.is_nan() { to } else { self.to };
        self.to = to;
    }

    /// The rotation that brings the x axis between the two; none where neither is a direction.
    fn between(&self, share: f32) -> Option<Quat> {
        let both = self.from.lerp(self.to, share);
        let to = both.try_normalize().or(self.to.try_normalize())?;
        Some(if AxesOf::<M>::SPACE { Quat::from_rotation_arc(Vec3::X, to) } else { turned(to) })
    }
}

impl<M: Model> fmt::Debug for Facing<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facing").field("from", &self.from).field("to", &self.to).finish()
    }
}

/// The rotation about z that brings the x axis to a direction of the plane, of length 1: by half angles,
/// without an angle. A half turn is about z too, and about no other axis.
fn turned(to: Vec3) -> Quat {
    let (sine, cosine) = if to.x >= 0.0 {
        let cosine = ((1.0 + to.x) / 2.0).sqrt();
        (to.y / (2.0 * cosine), cosine)
    } else {
        let sine = ((1.0 - to.x) / 2.0).sqrt();
        (sine, to.y / (2.0 * sine))
    };
    Quat::from_xyzw(0.0, 0.0, sine, cosine)
}

/// The lengths of the periodic axes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seams([Option<f32>; 3]);

impl Seams {
    fn of(world: &World) -> Self {
        let mut seams = [None; 3];
        for (seam, axis) in seams.iter_mut().zip(world.axes()) {
            *seam = axis.is_periodic().then_some(axis.length);
        }
        Self(seams)
    }

    /// The image of a place that is nearest to another one.
    fn nearest(&self, place: Vec3, to: Vec3) -> Vec3 {
        let image = |axis: usize| match self.0[axis] {
            Some(length) if to[axis] - place[axis] > length / 2.0 => place[axis] + length,
            Some(length) if place[axis] - to[axis] > length / 2.0 => place[axis] - length,
            _ => place[axis],
        };
        Vec3::new(image(0), image(1), image(2))
    }

    /// The image of a place, at most one length outside, that is in the world.
    fn inside(&self, place: Vec3) -> Vec3 {
        let image = |axis: usize| match self.0[axis] {
            Some(length) if place[axis] < 0.0 => place[axis] + length,
            Some(length) if place[axis] >= length => place[axis] - length,
            _ => place[axis],
        };
        Vec3::new(image(0), image(1), image(2))
    }
}

/// As a vector of Bevy; in the plane with z = 0.
pub(crate) fn vec3<A: Axes>(place: Vector<A>) -> Vec3 {
    Vec3::new(place.x, place.y, place.along(2))
}

/// Calls `each` with what a query holds and the place of each member, after another tick.
fn visit<'a, M: Model, C>(
    crowd: Option<&Crowd<M>>,
    members: &Members<M>,
    query: impl Iterator<Item = (&'a Member<M>, C)>,
    mut each: impl FnMut(Vec3, C),
) {
    let Some(crowd) = crowd.filter(|_| members.fresh()) else { return };
    let domains = crowd.simulation().domains().unwrap_or_default();
    let places: Vec<_> = domains.iter().map(|domain| domain.places()).collect();
    for (member, component) in query {
        let site = members.site(member);
        if let Some(places) = places.get(site.domain as usize) {
            each(vec3(places.get(site.row as usize)), component);
        }
    }
}

/// Members stand where their entities are.
pub(crate) fn place<M: Model>(
    crowd: Option<Res<Crowd<M>>>,
    members: Res<Members<M>>,
    placing: Res<Placing<M>>,
    mut query: Query<(&Member<M>, &mut Transform)>,
) {
    visit(crowd.as_deref(), &members, query.iter_mut(), |place, mut transform| {
        transform.translation = placing.scene.transform_point(place);
    });
}

/// Members know where they come from and where they go.
pub(crate) fn advance<M: Model>(
    crowd: Option<Res<Crowd<M>>>,
    members: Res<Members<M>>,
    mut query: Query<(&Member<M>, &mut Course<M>)>,
) {
    let seams = crowd.as_ref().map(|crowd| Seams::of(&crowd.simulation().setup().world));
    let Some(seams) = seams else { return };
    visit(crowd.as_deref(), &members, query.iter_mut(), |place, mut course| {
        course.advance(place, &seams);
    });
}

/// Which share of the last tick has passed: all of it, where the last run of `FixedUpdate` made none.
fn share<M: Model>(members: &Members<M>, time: &Time<Fixed>) -> f32 {
    if members.fresh() { time.overstep_fraction() } else { 1.0 }
}

/// Members stand between two ticks.
pub(crate) fn between<M: Model>(
    crowd: Option<Res<Crowd<M>>>,
    members: Res<Members<M>>,
    placing: Res<Placing<M>>,
    time: Res<Time<Fixed>>,
    mut query: Query<(&Course<M>, &mut Transform)>,
) {
    let Some(crowd) = crowd else { return };
    let seams = Seams::of(&crowd.simulation().setup().world);
    let share = share(&members, &time);
    let scene = placing.scene;
    query.par_iter_mut().for_each(|(course, mut transform)| {
        if course.to.is_nan() {
            return;
        }
        let place = scene.transform_point(course.between(share, &seams));
        if transform.translation != place {
            transform.translation = place;
        }
    });
}

/// Members look between two directions.
pub(crate) fn turn<M: Model>(
    members: Res<Members<M>>,
    placing: Res<Placing<M>>,
    time: Res<Time<Fixed>>,
    mut query: Query<(&Facing<M>, &mut Transform)>,
) {
    let share = share(&members, &time);
    let scene = placing.scene;
    query.par_iter_mut().for_each(|(facing, mut transform)| {
        let Some(turn) = facing.between(share) else { return };
        let rotation = scene.rotation * turn;
        if transform.rotation != rotation {
            transform.rotation = rotation;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_in_the_plane_is_that_of_its_angle() {
        for step in 0..720 {
            let angle = step as f32 * std::f32::consts::PI / 360.0;
            let to = Vec3::new(angle.cos(), angle.sin(), 0.0);
            let turn = turned(to);
            assert!((turn * Vec3::X).abs_diff_eq(to, 1e-5), "{angle}: {turn}");
            assert!(turn.is_normalized() && (turn.x, turn.y) == (0.0, 0.0));
        }
    }
}
