//! The plugin that keeps a crowd beside the ECS.
//!
//! In each run of `FixedUpdate`, in this order:
//!
//! | set | does |
//! | --- | --- |
//! | [`CrowdSystems::Step`] | computes one tick, unless the crowd is paused or has ended |
//! | [`CrowdSystems::Follow`] | despawns the members of those who died, and spawns those of newborns |
//! | [`CrowdSystems::Mirror`] | writes the components that are mirrored |
//! | [`CrowdSystems::Tell`] | writes messages: births, deaths, events |
//!
//! and once a frame behind all of them, in `RunFixedMainLoop`, transforms between two ticks.

use std::fmt;
use std::marker::PhantomData;

use bevy_app::{App, FixedUpdate, Plugin, RunFixedMainLoop, RunFixedMainLoopSystems};
use bevy_ecs::change_detection::DetectChangesMut;
use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::{
    Component, IntoScheduleConfigs, Local, MessageWriter, Query, Res, ResMut, SystemSet,
};
use bevy_math::Vec3;
use bevy_transform::components::Transform;
use flockwork_kernel::columns::Columns;
use flockwork_scheduler::{Domain, Model, RowOf};

use crate::crowd::Crowd;
use crate::members::{Member, Members, follow};
use crate::messages::{Born, Died, Ended, Sent};
use crate::transforms::{self, Course, Facing, Placing, Transforms};

/// What the plugin does in `FixedUpdate`, in this order.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CrowdSystems {
    /// Ticks are computed.
    Step,
    /// Members are despawned and spawned.
    Follow,
    /// Components of members are written.
    Mirror,
    /// Messages are written.
    Tell,
}

/// Adds a part of the plugin.
type Part = Box<dyn Fn(&mut App) + Send + Sync>;

/// Keeps the resource [`Crowd<M>`] beside the ECS: one tick in each run of `FixedUpdate`.
///
/// The crowd may be inserted before or later, replaced and removed. Nothing of it is mirrored but what
/// is asked for. Several crowds are crowds of several models.
pub struct CrowdPlugin<M: Model> {
    members: bool,
    parts: Vec<Part>,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Default for CrowdPlugin<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Model> CrowdPlugin<M> {
    /// A crowd that is computed, and not mirrored.
    pub fn new() -> Self {
        Self { members: false, parts: Vec::new(), model: PhantomData }
    }

    /// An ECS entity with a [`Member`] for each entity of the crowd.
    #[must_use]
    pub fn members(mut self) -> Self {
        self.members = true;
        self
    }

    /// The same, with a `Transform` where the entity is.
    #[must_use]
    pub fn transforms(self, transforms: Transforms) -> Self {
        self.part(move |app| {
            app.insert_resource(Placing::<M>::new(transforms));
            app.register_required_components::<Member<M>, Transform>();
            if !transforms.interpolate {
                let place = transforms::place::<M>.in_set(CrowdSystems::Mirror);
                app.add_systems(FixedUpdate, place);
                return;
            }
            app.register_required_components::<Member<M>, Course<M>>();
            app.add_systems(FixedUpdate, transforms::advance::<M>.in_set(CrowdSystems::Mirror));
            app.add_systems(
                RunFixedMainLoop,
                transforms::between::<M>.in_set(RunFixedMainLoopSystems::AfterFixedMainLoop),
            );
        })
    }

    /// Transforms are turned so that their x axis points along what `direction` gives, in the
    /// coordinates of the crowd; to be asked for beside [`CrowdPlugin::transforms`].
    #[must_use]
    pub fn facing(
        self,
        direction: impl Fn(&RowOf<M>) -> Vec3 + Clone + Send + Sync + 'static,
    ) -> Self {
        let turn = self.mirror_into(move |row, facing: &mut Facing<M>| facing.turn(direction(row)));
        turn.part(|app| {
            app.add_systems(
                RunFixedMainLoop,
                transforms::turn::<M>.in_set(RunFixedMainLoopSystems::AfterFixedMainLoop),
            );
        })
    }

    /// A component with what `read` makes of each entity's columns. It counts as changed in the ticks
    /// in which it does change.
    #[must_use]
    pub fn mirror<C>(self, read: impl Fn(&RowOf<M>) -> C + Clone + Send + Sync + 'static) -> Self
    where
        C: Component<Mutability = Mutable> + Default + PartialEq,
    {
        self.mirrored(move |row, mut component: bevy_ecs::prelude::Mut<'_, C>| {
            component.set_if_neq(read(row));
        })
    }

    /// A component that `write` changes in each tick, by each entity's columns.
    #[must_use]
    pub fn mirror_into<C: Component<Mutability = Mutable> + Default>(
        self,
        write: impl Fn(&RowOf<M>, &mut C) + Clone + Send + Sync + 'static,
    ) -> Self {
        self.mirrored(move |row, mut component: bevy_ecs::prelude::Mut<'_, C>| {
            write(row, &mut component);
        })
    }

    fn mirrored<C: Component<Mutability = Mutable> + Default>(
        self,
        write: impl Fn(&RowOf<M>, bevy_ecs::prelude::Mut<'_, C>) + Clone + Send + Sync + 'static,
    ) -> Self {
        self.part(move |app| {
            let write = write.clone();
            let mirror = move |crowd: Option<Res<Crowd<M>>>,
                               members: Res<Members<M>>,
                               mut query: Query<(&Member<M>, &mut C)>| {
                let Some(crowd) = crowd.filter(|_| members.fresh()) else { return };
                let domains = crowd.simulation().domains().unwrap_or_default();
                let views: Result<Vec<_>, _> = domains.iter().map(Domain::view).collect();
                let views = views.unwrap_or_default();
                for (member, component) in &mut query {
                    let site = members.site(member);
                    if let Some(view) = views.get(site.domain as usize) {
                        write(&M::Columns::row(view, site.row as usize), component);
                    }
                }
            };
            app.register_required_components::<Member<M>, C>();
            app.add_systems(FixedUpdate, mirror.in_set(CrowdSystems::Mirror));
        })
    }

    /// The events of the model as messages [`Sent`].
    #[must_use]
    pub fn events(mut self) -> Self {
        self.parts.push(Box::new(|app| {
            app.add_message::<Sent<M>>();
            app.add_systems(FixedUpdate, tell_events::<M>.in_set(CrowdSystems::Tell));
        }));
        self
    }

    /// A part that needs members.
    fn part(mut self, part: impl Fn(&mut App) + Send + Sync + 'static) -> Self {
        self.parts.push(Box::new(part));
        self.members()
    }
}

impl<M: Model> Plugin for CrowdPlugin<M> {
    fn build(&self, app: &mut App) {
        use CrowdSystems::{Follow, Mirror, Step, Tell};
        app.configure_sets(FixedUpdate, (Step, Follow, Mirror, Tell).chain());
        app.add_message::<Born<M>>().add_message::<Died<M>>().add_message::<Ended<M>>();
        app.add_systems(FixedUpdate, (step::<M>.in_set(Step), tell::<M>.in_set(Tell)));
        if self.members {
            app.init_resource::<Members<M>>();
            app.add_systems(FixedUpdate, follow::<M>.in_set(Follow));
        }
        for part in &self.parts {
            part(app);
        }
    }
}

impl<M: Model> fmt::Debug for CrowdPlugin<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CrowdPlugin").field("members", &self.members).finish_non_exhaustive()
    }
}

fn step<M: Model>(crowd: Option<ResMut<Crowd<M>>>, mut messages: MessageWriter<Ended<M>>) {
    let Some(mut crowd) = crowd.filter(|crowd| !crowd.is_paused() && crowd.ended().is_none())
    else {
        return;
    };
    if let Err(error) = crowd.step() {
        messages.write(Ended { tick: crowd.tick(), error, model: PhantomData });
    }
}

/// Whether a crowd has made another tick since the last time.
fn is_news<M: Model>(crowd: &Crowd<M>, told: &mut Option<(u64, u64)>) -> bool {
    let now = Some((crowd.generation(), crowd.tick()));
    std::mem::replace(told, now) != now
}

fn tell<M: Model>(
    crowd: Option<Res<Crowd<M>>>,
    members: Option<Res<Members<M>>>,
    mut told: Local<Option<(u64, u64)>>,
    mut births: MessageWriter<Born<M>>,
    mut deaths: MessageWriter<Died<M>>,
) {
    let Some(crowd) = crowd.filter(|crowd| is_news(crowd, &mut told)) else { return };
    let (tick, simulation, model) = (crowd.tick(), crowd.simulation(), PhantomData);
    births.write_batch(simulation.born().map(|id| {
        let entity = members.as_ref().and_then(|members| members.entity(id));
        Born { id, tick, entity, model }
    }));
    deaths.write_batch(simulation.died().into_iter().flatten().map(|id| {
        let entity = members.as_ref().and_then(|members| members.former(id));
        Died { id, tick, entity, model }
    }));
}

fn tell_events<M: Model>(
    crowd: Option<Res<Crowd<M>>>,
    mut told: Local<Option<(u64, u64)>>,
    mut messages: MessageWriter<Sent<M>>,
) {
    let Some(crowd) = crowd.filter(|crowd| is_news(crowd, &mut told)) else { return };
    let (tick, events) = (crowd.tick(), crowd.simulation().events());
    messages.write_batch(events.into_iter().flatten().map(|event| {
        let flockwork_scheduler::Event { target, source, value } = event;
        Sent { target, source, tick, value }
    }));
}
