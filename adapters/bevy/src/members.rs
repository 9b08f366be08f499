//! An ECS entity for each entity of a crowd, where that is asked for.
//!
//! Each has a *seat*, a small number that stays its own as long as it lives, and that another one gets
//! afterwards: what is mirrored is found by it. In each tick entities of those who died are despawned, and
//! those of newborns spawned with all components that are mirrored; then each seat hears in which row of
//! which domain its values are.
//!
//! A member that the app despawns by itself is forgotten; it goes on living in the crowd.

use std::fmt;
use std::marker::PhantomData;

use bevy_ecs::prelude::{Component, Entity, Mut, Resource, World};
use flockwork_scheduler::Model;
use flockwork_spatial::NO_CELL;

use crate::crowd::Crowd;
use crate::ids::Ids;

/// An ECS entity that mirrors one of a crowd.
#[derive(Component)]
#[component(immutable)]
pub struct Member<M: Model> {
    id: u32,
    seat: u32,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Member<M> {
    /// The id in the crowd, which no other one ever has.
    pub fn id(&self) -> u32 {
        self.id
    }

    pub(crate) fn seat(&self) -> usize {
        self.seat as usize
    }
}

impl<M: Model> fmt::Debug for Member<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Where the values of an entity are between two ticks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Site {
    pub(crate) domain: u32,
    pub(crate) row: u32,
}

/// Which ECS entity mirrors which of the crowd.
#[derive(Resource)]
pub struct Members<M: Model> {
    ids: Ids,
    entities: Vec<Entity>,
    sites: Vec<Site>,
    free: Vec<u32>,
    /// Those whose entities were despawned in the last tick.
    gone: Vec<(u32, Entity)>,
    /// The generation and the tick of the crowd that is mirrored.
    seen: Option<(u64, u64)>,
    /// Whether the last run brought another tick.
    fresh: bool,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Default for Members<M> {
    fn default() -> Self {
        Self {
            ids: Ids::default(),
            entities: Vec::new(),
            sites: Vec::new(),
            free: Vec::new(),
            gone: Vec::new(),
            seen: None,
            fresh: false,
            model: PhantomData,
        }
    }
}

impl<M: Model> Members<M> {
    /// The ECS entity that mirrors the one of this id.
    pub fn entity(&self, id: u32) -> Option<Entity> {
        self.entities.get(self.ids.get(id)? as usize).copied()
    }

    /// How many are mirrored.
    pub fn len(&self) -> usize {
        self.entities.len() - self.free.len()
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ECS entity of one who died in the last tick; it is there no more.
    pub(crate) fn former(&self, id: u32) -> Option<Entity> {
        let at = self.gone.binary_search_by_key(&id, |(one, _)| *one).ok()?;
        Some(self.gone[at].1)
    }

    /// Whether the last run brought another tick.
    pub(crate) fn fresh(&self) -> bool {
        self.fresh
    }

    /// Where the values of a member are.
    #[inline]
    pub(crate) fn site(&self, member: &Member<M>) -> Site {
        self.sites.get(member.seat()).copied().unwrap_or_default()
    }

    /// A seat for one who is to be spawned.
    fn seat(&mut self, id: u32) -> Member<M> {
        let seat = self.free.pop().unwrap_or_else(|| {
            self.entities.push(Entity::PLACEHOLDER);
            self.sites.push(Site::default());
            self.entities.len() as u32 - 1
        });
        self.ids.insert(id, seat);
        Member { id, seat, model: PhantomData }
    }

    fn spawn(&mut self, world: &mut World, ids: &[u32]) {
        let members: Vec<Member<M>> = ids.iter().map(|id| self.seat(*id)).collect();
        let seats: Vec<usize> = members.iter().map(Member::seat).collect();
        for (seat, entity) in seats.into_iter().zip(world.spawn_batch(members)) {
            self.entities[seat] = entity;
        }
    }

    fn despawn(&mut self, world: &mut World, id: u32) {
        let Some(seat) = self.ids.remove(id) else { return };
        let entity = self.entities[seat as usize];
        self.free.push(seat);
        self.gone.push((id, entity));
        // The app may have despawned it before.
        let _ = world.try_despawn(entity);
    }

    fn clear(&mut self, world: &mut World) {
        for entity in std::mem::take(self).entities {
            let _ = world.try_despawn(entity);
        }
    }

    /// Follows the crowd to its present tick.
    fn follow(&mut self, world: &mut World, crowd: &Crowd<M>) {
        let (simulation, now) = (crowd.simulation(), (crowd.generation(), crowd.tick()));
        self.fresh = self.seen != Some(now);
        self.gone.clear();
        if !self.fresh {
            return;
        }
        match self.seen {
            Some((generation, tick)) if generation == now.0 && tick + 1 == now.1 => {
                let died = simulation.died().into_iter().flatten();
                died.for_each(|id| self.despawn(world, id));
            }
            // Somebody else has computed ticks, or begun anew: nobody is known to live.
            Some((generation, _)) if generation == now.0 => self.despawn_dead(world, crowd),
            _ => self.clear(world),
        }
        self.gone.sort_unstable_by_key(|(id, _)| *id);
        (self.seen, self.fresh) = (Some(now), true);
        let newcomers = self.locate(crowd);
        if !newcomers.is_empty() {
            self.spawn(world, &newcomers);
            self.locate(crowd);
        }
    }

    /// Despawns all whom the crowd does not know any more.
    fn despawn_dead(&mut self, world: &mut World, crowd: &Crowd<M>) {
        let mut lives = vec![false; self.entities.len()];
        let _ = crowd.simulation().visit(|id, _, _| {
            if let Some(seat) = self.ids.get(id) {
                lives[seat as usize] = true;
            }
        });
        let mut members = world.query::<&Member<M>>();
        let dead: Vec<u32> =
            members.iter(world).filter(|one| !lives[one.seat()]).map(Member::id).collect();
        dead.into_iter().for_each(|id| self.despawn(world, id));
    }

    /// Finds the row of every seat, and those who have none.
    fn locate(&mut self, crowd: &Crowd<M>) -> Vec<u32> {
        let mut newcomers = Vec::new();
        let domains = crowd.simulation().domains().unwrap_or_default();
        for (number, domain) in (0..).zip(domains) {
            for (row, (id, cell)) in (0..).zip(domain.ids().iter().zip(domain.cells())) {
                if *cell == NO_CELL {
                    continue;
                }
                match self.ids.get(*id) {
                    Some(seat) => self.sites[seat as usize] = Site { domain: number, row },
                    None => newcomers.push(*id),
                }
            }
        }
        newcomers.sort_unstable();
        newcomers
    }
}

impl<M: Model> fmt::Debug for Members<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Follows the crowd; where there is none any more, nobody mirrors it.
pub(crate) fn follow<M: Model>(world: &mut World) {
    world.resource_scope(|world, mut members: Mut<Members<M>>| {
        if !world.contains_resource::<Crowd<M>>() {
            members.clear(world);
            return;
        }
        world.resource_scope(|world, crowd: Mut<Crowd<M>>| members.follow(world, &crowd));
    });
}
