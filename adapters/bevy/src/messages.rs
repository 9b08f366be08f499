//! What happens in a crowd, as Bevy messages.
//!
//! They are written in the run of `FixedUpdate` that computed the tick, in the set
//! [`CrowdSystems::Tell`](crate::CrowdSystems::Tell), and may be read there behind it, or in `Update`.

use std::marker::PhantomData;

use bevy_ecs::prelude::{Entity, Message};
use flockwork_scheduler::Model;

use crate::error::CrowdError;

/// An entity came into the world of a crowd.
#[derive(Message)]
pub struct Born<M: Model> {
    /// Its id.
    pub id: u32,
    /// Ticks done when it was there first.
    pub tick: u64,
    /// The ECS entity that mirrors it, where members are asked for; None for one who died at once.
    pub entity: Option<Entity>,
    pub(crate) model: PhantomData<fn() -> M>,
}

/// An entity of a crowd died.
#[derive(Message)]
pub struct Died<M: Model> {
    /// Its id.
    pub id: u32,
    /// Ticks done when it was there no more.
    pub tick: u64,
    /// The ECS entity that mirrored it, which is despawned.
    pub entity: Option<Entity>,
    pub(crate) model: PhantomData<fn() -> M>,
}

/// An event of the model was applied to an entity: see
/// [`CrowdPlugin::events`](crate::CrowdPlugin::events).
#[derive(Message)]
pub struct Sent<M: Model> {
    /// The id of the entity that it was for.
    pub target: u32,
    /// The id of the entity that sent it.
    pub source: u32,
    /// Ticks done when it had been applied.
    pub tick: u64,
    /// What it carried.
    pub value: M::Event,
}

/// A crowd ended with an error, at its last completed tick. It stands still until it begins anew.
#[derive(Message)]
pub struct Ended<M: Model> {
    /// Ticks done.
    pub tick: u64,
    /// Why.
    pub error: CrowdError,
    pub(crate) model: PhantomData<fn() -> M>,
}
